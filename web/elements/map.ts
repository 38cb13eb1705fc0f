// <stoa-map dataset="…" display="auto|dots|shapes|cluster|choropleth|category|heatmap" field value function by color location="zoom,lat,lon"
// basemap static scroll-wheel-zoom urlsync config='{…}'>: records on a map. `config` (attribute, or a property with an object) is a whole
// map of several layers, see src/atlas/atlas.h. With urlsync the place and the ground are in the page's address. `basemaps` is the list
// that the portal offers on this page.
import { html, nothing, type TemplateResult } from 'lit'
import type { Map as GlMap, MapGeoJSONFeature, Marker } from 'maplibre-gl'
import { base_style, StoaElement } from './base'
import { Context, home } from './context'
import { fields_of, text_of, view_of } from './format'
import { type Basemap, colors_of, names_of, own, style_of, type World } from './map_base'
import { config_of, type MapConfig, palette, palette_dark, read_location } from './map_config'
import { type Area, area_of, filter_of } from './map_area'
import type { Drawing } from './map_draw'
import { add_marker, icons } from './map_icons'
import { find_places, type Place } from './map_search'
import { draw, extent, inside, near, own_parameters, type Plan, prepare } from './map_layers'
import { map_style } from './map_style'
import { ApiError, ask, type Dataset, quote, type Row } from './query'

type Panel = 'layers' | 'draw' | 'list' | 'search' | ''
type Found = { plan: Plan; rows: Row[]; at: number; total: number }
const MOST = 20
const TOOLTIP_FIELDS = 8
const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches
const icon = {
	plus: 'M12 5v14M5 12h14', minus: 'M5 12h14', fit: 'M12 3a9 9 0 100 18 9 9 0 000-18M3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18', locate: 'M12 3v3M12 18v3M3 12h3M18 12h3M12 8a4 4 0 100 8 4 4 0 000-8',
	full: 'M9 4H4v5M15 4h5v5M9 20H4v-5M15 20h5v-5', layers: 'M12 4l9 5-9 5-9-5zM3 14l9 5 9-5', draw: 'M4 20l4-1L19 8l-3-3L5 16zM14 7l3 3', list: 'M8 6h12M8 12h12M8 18h12M4 6h0M4 12h0M4 18h0',
	search: 'M11 5a6 6 0 100 12 6 6 0 000-12M20 20l-4.5-4.5', close: 'M6 6l12 12M18 6L6 18',
}
const svg = (d: string) => html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d=${d}></path></svg>`

class StoaMap extends StoaElement {
	static styles = [base_style, map_style]
	#given: MapConfig | null = null
	#config: MapConfig = { layers: [] }
	#plans: Plan[] = []
	#contexts = new Map<string, Context>()
	#world: World | null = null
	#gl: GlMap | null = null
	#drawing: Drawing | null = null
	#starting = false
	#broken = false
	#view: { center: [number, number]; zoom: number } | { bounds: [number, number, number, number] } | null = null
	#panel: Panel = ''
	#opener: HTMLElement | null = null
	#found: Found | null = null
	#listed: { rows: Row[]; total: number; plan: Plan }[] | null = null
	#places: Place[] | null = null
	#sought = ''
	#typing = 0
	#seeking: AbortController | null = null
	#drawn: Area['kind'] | null = null
	#hidden = new Map<string, boolean>()
	#note = ''
	#status = ''
	#base = ''
	#moved = false
	#you: Marker | null = null
	#cards = new Map<string, Element | null | undefined>()
	#dark = matchMedia('(prefers-color-scheme: dark)')

	get config(): MapConfig { return this.#config }
	set config(value: MapConfig) {
		this.#given = value
		if (this.context) void this.reload()
	}
	get map(): GlMap | null { return this.#gl }

	connectedCallback() {
		super.connectedCallback()
		this.#dark.addEventListener('change', this.#resized)
		document.addEventListener('fullscreenchange', this.#resized)
	}

	// A map that is only moved within the page stays as it is.
	disconnectedCallback() {
		super.disconnectedCallback()
		this.#dark.removeEventListener('change', this.#resized)
		document.removeEventListener('fullscreenchange', this.#resized)
		setTimeout(() => {
			if (this.isConnected) return
			this.#drawing?.remove()
			this.#gl?.remove()
			this.#gl = null
			this.#drawing = null
		})
	}

	#resized = () => {
		this.#gl?.resize()
		this.requestUpdate()
	}

	// A map of several datasets has no context of its own.
	protected without_context() {
		return new Context(home, '', new URLSearchParams())
	}

	// --- what is shown ---------------------------------------------------------------------------------------------

	#context_of(layer: MapConfig['layers'][number], context: Context): Context {
		const source = layer.source ? new URL(layer.source).origin : context.source
		const parameters = own_parameters(layer)
		const shared = source === context.source && layer.dataset === context.dataset
		if (shared && !parameters.size) return context
		const key = `${source} ${layer.dataset} ${parameters}`
		const found = this.#contexts.get(key) ?? new Context(source, layer.dataset, parameters)
		this.#contexts.set(key, found)
		found.lang = context.lang
		if (!shared) return found
		const state = context.state
		for (const [name, value] of parameters) state.append(name, value)
		found.set(state)
		found.apikey = context.apikey
		return found
	}

	protected async load(context: Context, signal: AbortSignal) {
		this.#config = config_of(this, this.#given)
		const source = context.source
		this.#world ??= await ask<World>(source, '/tiles/-/world', new URLSearchParams(), { signal })
		const plans = this.#config.layers.map((layer, i): Plan => ({
			id: `l${i}`, layer, context: this.#context_of(layer, context), about: null, field: '', shape: false, why: '', total: 0, tiles: '', styles: [], legend: [],
			color: '', smooth: false, joined: null, low: NaN, high: NaN, title: layer.title ?? layer.dataset, visible: true,
		}))
		const ends = await Promise.allSettled(plans.map(plan => prepare(plan, signal)))
		ends.forEach((end, i) => {
			if (end.status === 'fulfilled') return
			const why = end.reason as Error
			if (why.name === 'AbortError' || (plans.length === 1 && !(why instanceof ApiError && (why.status === 404 || why.status === 403)))) throw why
			plans[i].why = why instanceof ApiError ? why.message : this.say('The data could not be loaded.')
		})
		this.#plans = plans
		this.#found = null
		this.#base ||= (this.hasAttribute('urlsync') && new URLSearchParams(location.search).get('basemap')) || this.#config.basemap || ''
		if (!this.#view) await this.#find_view(signal)
		if (this.#panel === 'list') void this.#list()
		return true
	}

	async #find_view(signal: AbortSignal) {
		const said = (this.hasAttribute('urlsync') && read_location(new URLSearchParams(location.search).get('location'))) || this.#config.location
		if (said) return void (this.#view = { center: [said.lon, said.lat], zoom: said.zoom })
		const boxes = (await Promise.all(this.#plans.filter(p => !p.why).map(p => extent(p, signal).catch(() => null)))).filter(b => b !== null)
		this.#view = boxes.length
			? { bounds: [Math.min(...boxes.map(b => b[0])), Math.min(...boxes.map(b => b[1])), Math.max(...boxes.map(b => b[2])), Math.max(...boxes.map(b => b[3]))] }
			: { center: [0, 20], zoom: 1 }
	}

	#shown(plan: Plan): boolean {
		const group = plan.layer.group !== undefined ? this.#config.groups?.[plan.layer.group] : undefined
		const own = this.#hidden.get(plan.id) ?? plan.layer.visible !== false
		const all = plan.layer.group === undefined ? true : this.#hidden.get(`g${plan.layer.group}`) ?? group?.visible !== false
		return own && all
	}

	get #basemaps(): Basemap[] {
		try {
			return [own, ...(JSON.parse(this.getAttribute('basemaps') ?? '[]') as Basemap[])]
		} catch {
			return [own]
		}
	}
	get #ground(): Basemap {
		const all = this.#basemaps
		const first = this.#base ? all.find(b => b.id === this.#base) : all.length > 1 && this.hasAttribute('basemap-first') ? all[1] : own
		return first && !first.ask ? first : own
	}

	// Colours where none are said are those of the ground.
	#paint() {
		const colors = colors_of(this).dark ? palette_dark : palette
		this.#plans.forEach((plan, i) => {
			plan.color = plan.layer.color || colors[i % colors.length]
			if (!plan.why && plan.field) draw(plan)
		})
	}

	#style() {
		const c = colors_of(this)
		const map = this.#ground
		const style = style_of(map, this.#world!, this.context!.source, c)
		// Names stand above shapes, and below dots and the numbers of clusters.
		const below = (p: Plan) => p.shape && p.layer.display !== 'cluster' && p.layer.display !== 'heatmap'
		const add = (plan: Plan) => {
			if (plan.why || !plan.tiles) return
			style.sources[plan.id] = { type: 'vector', tiles: [plan.tiles], maxzoom: plan.shape ? 14 : 20 }
			style.layers.push(...plan.styles.map(l => ({ ...l, layout: { ...l.layout, visibility: this.#shown(plan) ? 'visible' : 'none' } }) as typeof l))
			// Asked for so that what is not drawn can be told.
			style.layers.push({ id: `${plan.id}-told`, type: 'circle', source: plan.id, 'source-layer': 'told', paint: { 'circle-radius': 0, 'circle-opacity': 0 } })
		}
		this.#plans.filter(below).forEach(add)
		if (!map.tiles) style.layers.push(...names_of(c, this.speaker.lang))
		this.#plans.filter(p => !below(p)).forEach(add)
		const empty = { type: 'FeatureCollection' as const, features: [] }
		style.sources.drawn = { type: 'geojson', data: empty }
		style.sources.picked = { type: 'geojson', data: empty }
		style.layers.push(
			{ id: 'drawn-fill', type: 'fill', source: 'drawn', paint: { 'fill-color': c.accent, 'fill-opacity': 0.08 } },
			{ id: 'drawn-line', type: 'line', source: 'drawn', paint: { 'line-color': c.accent, 'line-width': 2, 'line-dasharray': [2, 1.5] } },
			{ id: 'picked', type: 'circle', source: 'picked', paint: { 'circle-radius': 12, 'circle-opacity': 0, 'circle-stroke-color': c.accent, 'circle-stroke-width': 3 } })
		return style
	}

	protected updated() {
		if (this.#gl) this.#sync()
		else if (!this.#starting && !this.#broken && this.renderRoot.querySelector('.map')) void this.#start()
	}

	#synced = ''
	#sync = () => {
		if (!this.#gl || !this.#world) return
		const style = this.#style()
		const text = JSON.stringify(style)
		if (text === this.#synced) return
		this.#synced = text
		this.removeAttribute('data-drawn')
		this.#gl.setStyle(style, { diff: true })
		this.#drawing?.install()
		this.#drawing?.set(this.context ? this.#area() : null)
		if (this.#moved) this.#write_address()
	}

	async #start() {
		this.#starting = true
		if (!document.createElement('canvas').getContext('webgl2')) return this.#give_up()
		const [{ maplibregl }, { Drawing }] = await Promise.all([import('./map_gl'), import('./map_draw')])
		const container = this.renderRoot.querySelector<HTMLElement>('.map')
		if (!container || !this.isConnected) return void (this.#starting = false)
		const fixed = !!this.#config.static
		const view = this.#view ?? { center: [0, 20] as [number, number], zoom: 1 }
		try {
			this.#synced = JSON.stringify(this.#style())
			this.#gl = new maplibregl.Map({
				container, style: JSON.parse(this.#synced), attributionControl: false, interactive: !fixed, maxZoom: 21, maxPitch: 0, dragRotate: false,
				pitchWithRotate: false, touchPitch: false, fadeDuration: calm() ? 0 : 200, localIdeographFontFamily: 'sans-serif',
				...('bounds' in view ? { bounds: view.bounds, fitBoundsOptions: { padding: 40, maxZoom: 15 } } : view),
			})
		} catch {
			return this.#give_up()
		}
		const map = this.#gl
		map.touchZoomRotate.disableRotation()
		map.keyboard.disableRotation()
		if (this.#config.wheel === false) map.scrollZoom.disable()
		map.getCanvas().setAttribute('aria-label', this.say('Map: {0}. Arrow keys move it, plus and minus zoom.', this.#title()))
		map.on('styleimagemissing', e => add_marker(map, e.id))
		map.on('idle', this.#idle)
		map.on('click', e => void this.#pick(e.point))
		map.on('mousemove', e => {
			if (!this.#drawing?.kind) map.getCanvas().style.cursor = this.#hit(e.point).length ? 'pointer' : ''
		})
		map.on('moveend', e => {
			if (e.originalEvent || this.#moved) {
				this.#moved = true
				this.#write_address()
			}
			if (this.#panel === 'list') void this.#list()
			this.requestUpdate()
		})
		this.#drawing = new Drawing(map, () => this.say('Drag to change the area'), this.#area_done)
		this.#drawing.set(this.#area())
		if (this.#config.controls?.autolocate) this.#locate()
		this.requestUpdate()
	}

	#give_up() {
		this.#broken = true
		this.#starting = false
		this.requestUpdate()
	}

	#idle = () => {
		const map = this.#gl
		if (!map) return
		const told = this.#plans.filter(p => !p.why && this.#shown(p)).flatMap(p => map.getSource(p.id) ? map.querySourceFeatures(p.id, { sourceLayer: 'told' }) : [])
		const gathers = this.#plans.some(p => p.layer.display !== 'cluster' && p.layer.display !== 'heatmap' && !p.shape)
		const note = told.some(f => f.properties.left) ? this.say('Not everything is drawn here: zoom in to see the rest.')
			: gathers && told.some(f => f.properties.gathered) ? this.say('Where records are many, a dot stands for several: zoom in to see each.') : ''
		if (note !== this.#note) {
			this.#note = note
			this.requestUpdate()
		}
		this.setAttribute('data-drawn', '')
	}

	#title() {
		return this.getAttribute('label') || this.#config.title || this.#plans[0]?.title || ''
	}

	#write_address() {
		if (!this.hasAttribute('urlsync') || !this.#gl) return
		const url = new URL(location.href)
		const { lng, lat } = this.#gl.getCenter()
		if (this.#moved) url.searchParams.set('location', `${Number(this.#gl.getZoom().toFixed(2))},${lat.toFixed(5)},${lng.toFixed(5)}`)
		if (this.#base) url.searchParams.set('basemap', this.#base)
		url.search = url.search.replaceAll('%2C', ',')
		if (url.href === location.href) return
		history.replaceState(history.state, '', url)
		this.dispatchEvent(new CustomEvent('stoa-here', { bubbles: true, composed: true, detail: url.href }))
	}

	// --- looking at records ----------------------------------------------------------------------------------------

	#hit(point: { x: number; y: number }): MapGeoJSONFeature[] {
		const map = this.#gl
		const ids = this.#plans.filter(p => p.layer.tooltip !== false && !p.why && this.#shown(p)).flatMap(p => p.styles.map(s => s.id)).filter(id => map?.getLayer(id))
		if (!map || !ids.length) return []
		return map.queryRenderedFeatures([[point.x - 4, point.y - 4], [point.x + 4, point.y + 4]], { layers: ids })
	}

	#metres_per_pixel(lat: number) {
		return 78271.517 / 2 ** (this.#gl?.getZoom() ?? 0) * Math.cos(lat * Math.PI / 180)
	}

	async #pick(point: { x: number; y: number }) {
		const map = this.#gl
		if (!map || this.#drawing?.kind) return
		const feature = this.#hit(point)[0]
		const plan = this.#plans.find(p => p.id === feature?.source)
		if (!plan) return this.#close()
		const spot = feature.geometry.type === 'Point' ? feature.geometry.coordinates as [number, number] : null
		const many = Number(feature.properties.n ?? 1) > 1
		if (many && spot && map.getZoom() < 20) return void this.#go(spot, Math.min(20.5, map.getZoom() + 2))
		if (plan.layer.display === 'heatmap') return
		const at = spot ?? map.unproject([point.x, point.y]).toArray() as [number, number]
		await this.#open(plan, near(plan.field, at[0], at[1], this.#metres_per_pixel(at[1]) * (spot ? 2 : 4)), spot)
	}

	#go(center: [number, number], zoom: number) {
		this.#moved = true
		this.#gl?.[calm() ? 'jumpTo' : 'easeTo']({ center, zoom })
	}

	#ask_records(plan: Plan, where: string, limit: number, more: Record<string, string> = {}) {
		return plan.context.ask<{ total_count: number; results: Row[] }>('records', { where, limit, ...(this.hasAttribute('tooltip-html') ? { select: '*, recordid' } : {}), ...more })
	}

	// The card that the publisher wrote for a record, as the server cleaned it; undefined until it has come, null when there is none.
	#own_card(plan: Plan, row: Row): Element | null | undefined {
		const { source, dataset } = plan.context, id = row.recordid
		if (!this.hasAttribute('tooltip-html') || !dataset || typeof id !== 'string') return null
		if (!this.#cards.has(id)) {
			this.#cards.set(id, undefined)
			void fetch(`${source}/explore/dataset/${encodeURIComponent(dataset)}/record/${id}/?card=map`, { headers: { Accept: 'text/html' } })
				.then(async answer => new DOMParser().parseFromString(answer.ok ? await answer.text() : '', 'text/html').querySelector('.tip'))
				.catch(() => null)
				.then(card => { this.#cards.set(id, card); this.requestUpdate() })
		}
		return this.#cards.get(id)
	}

	async #open(plan: Plan, where: string, spot: [number, number] | null) {
		const sort = plan.layer.tooltipSort
		const { results, total_count } = await this.#ask_records(plan, where, MOST, sort ? { order_by: `\`${sort.replace(/^-/, '')}\`${sort.startsWith('-') ? ' desc' : ''}` } : {})
			.catch(() => ({ results: [], total_count: 0 }))
		if (!results.length) return this.#close()
		this.#show_card({ plan, rows: results, at: 0, total: total_count }, spot, false)
	}

	#show_card(found: Found, spot: [number, number] | null, focus: boolean) {
		if (!this.#found) this.#opener = this.#focused
		this.#found = found
		this.#mark(spot)
		if (innerWidth < 640) this.#panel = ''
		this.requestUpdate()
		if (focus) void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>('.card h2')?.focus())
	}

	get #focused() {
		return (this.renderRoot as ShadowRoot).activeElement as HTMLElement | null
	}

	// What opened last closes first, and the focus goes back to where it came from.
	#escape = (e: KeyboardEvent) => {
		if (e.key !== 'Escape' || (!this.#drawn && !this.#found && !this.#panel)) return
		e.stopPropagation()
		if (this.#drawn) return this.#undraw()
		const opener = this.#found ? this.#opener : this.renderRoot.querySelector<HTMLElement>('.side button[aria-expanded=true]')
		if (this.#found) this.#close()
		else this.#toggle(this.#panel)
		void this.updateComplete.then(() => (opener?.isConnected ? opener : this.renderRoot.querySelector<HTMLElement>('.maplibregl-canvas'))?.focus())
	}

	#mark(spot: [number, number] | null) {
		const data = { type: 'FeatureCollection' as const, features: spot ? [{ type: 'Feature' as const, properties: {}, geometry: { type: 'Point' as const, coordinates: spot } }] : [] }
		const source = this.#gl?.getSource('picked')
		if (source && 'setData' in source) (source as { setData(d: typeof data): void }).setData(data)
	}

	#close() {
		if (!this.#found) return
		this.#found = null
		this.#mark(null)
		this.requestUpdate()
	}

	#headline(plan: Plan, row: Row): string {
		const about = plan.about as Dataset
		const named = about.fields.find(f => f.name === plan.layer.tooltipTitle) ?? about.fields.find(f => f.type === 'text' && typeof row[f.name] === 'string' && row[f.name] !== '')
		return (named && text_of(row[named.name], named, this.speaker)) || plan.title
	}

	// Of each layer that is shown, records where a condition holds; whoever asks last is answered.
	#asked = 0
	async #list_where(where: (plan: Plan) => string) {
		const turn = ++this.#asked
		const found = await Promise.all(this.#plans.filter(p => !p.why && this.#shown(p)).map(async plan => {
			const { results, total_count } = await this.#ask_records(plan, where(plan), MOST).catch(() => ({ results: [], total_count: 0 }))
			return { rows: results, total: total_count, plan }
		}))
		if (turn !== this.#asked) return
		this.#listed = found
		this.requestUpdate()
	}

	#list() {
		const b = this.#gl?.getBounds()
		if (!b) return
		const box = [Math.max(-180, b.getWest()), Math.max(-90, b.getSouth()), Math.min(180, b.getEast()), Math.min(90, b.getNorth())]
		return this.#list_where(plan => inside(plan.field, box))
	}

	#choose(plan: Plan, row: Row) {
		const spot = place_of(row[plan.field])
		if (spot) this.#go(spot, Math.max(this.#gl?.getZoom() ?? 0, plan.shape ? 4 : 9))
		this.#show_card({ plan, rows: [row], at: 0, total: 1 }, spot, true)
	}

	#look_for(text: string) {
		if (this.#sought === text.trim()) return
		this.#sought = text.trim()
		this.#seeking?.abort()
		this.#asked++
		this.#listed = this.#places = null
		this.requestUpdate()
		if (!this.#sought || !this.context) return
		const turn = (this.#seeking = new AbortController())
		void find_places(this.context.source, this.#sought, this.speaker.lang, turn.signal).catch(() => []).then(places => {
			if (this.#seeking !== turn) return
			this.#places = places
			this.requestUpdate()
		})
		void this.#list_where(() => `search(${quote(this.#sought)})`)
	}

	#visit(place: Place) {
		this.#moved = true
		this.#gl?.fitBounds(place.bounds, { padding: 24, maxZoom: 15, animate: !calm() })
		if (innerWidth < 640) this.#toggle('')
	}

	// --- areas ---------------------------------------------------------------------------------------------------------

	#area(): Area | null {
		return this.context ? area_of(this.context.state) : null
	}

	#area_done = (area: Area | null) => {
		this.#drawn = null
		if (area) this.#filter(area.kind, filter_of(area))
		this.requestUpdate()
	}

	// On a dataset's page the filter is the page's: it goes on to the address that says it.
	#filter(kind: Area['kind'] | null, text: string) {
		const context = this.context
		if (!context) return
		if (this.hasAttribute('urlsync') && this.closest('stoa-live')) {
			const url = new URL(location.href)
			for (const k of ['bbox', 'distance', 'polygon']) url.searchParams.delete(`geofilter.${k}`)
			if (kind) url.searchParams.set(`geofilter.${kind}`, text)
			url.searchParams.delete('start')
			this.dispatchEvent(new CustomEvent('stoa-go', { bubbles: true, composed: true, detail: url.href }))
			return
		}
		const state = context.state
		for (const k of ['bbox', 'distance', 'polygon']) state.delete(`geofilter.${k}`)
		if (kind) state.set(`geofilter.${kind}`, text)
		context.set(state)
	}

	#draw(kind: Area['kind']) {
		this.#drawing?.begin(kind)
		this.#drawn = kind
		this.#panel = ''
		this.requestUpdate()
	}

	#filter_view() {
		const b = this.#gl?.getBounds()
		if (b) this.#filter('bbox', [b.getSouth(), b.getWest(), b.getNorth(), b.getEast()].map(v => Number(v.toFixed(5))).join(','))
		this.#panel = ''
	}

	#locate() {
		navigator.geolocation?.getCurrentPosition(async at => {
			const { maplibregl } = await import('./map_gl')
			const spot: [number, number] = [at.coords.longitude, at.coords.latitude]
			const dot = document.createElement('span')
			dot.className = 'you'
			dot.title = this.say('You are here')
			this.#you?.remove()
			if (this.#gl) this.#you = new maplibregl.Marker({ element: dot }).setLngLat(spot).addTo(this.#gl)
			this.#go(spot, 13)
		}, () => {
			this.#status = this.say('Your place could not be found.')
			this.requestUpdate()
		}, { timeout: 10000 })
	}

	// --- what stands around ----------------------------------------------------------------------------------------------

	#toggle(panel: Panel) {
		this.#panel = this.#panel === panel ? '' : panel
		this.#listed = this.#places = null
		this.#sought = ''
		if (this.#panel === 'list') void this.#list()
		this.requestUpdate()
		if (this.#panel === 'search') void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>('.panel input[type=search]')?.focus())
	}

	#button(d: string, label: string, run: () => void, more: { panel?: Panel; pressed?: boolean; disabled?: boolean } = {}) {
		return html`<button type="button" aria-label=${label} title=${label} ?disabled=${more.disabled ?? false} aria-pressed=${more.pressed === undefined ? nothing : String(more.pressed)}
			aria-expanded=${more.panel ? String(this.#panel === more.panel) : nothing} @click=${run}>${svg(d)}</button>`
	}

	#side() {
		const controls = this.#config.controls ?? {}
		const fixed = !!this.#config.static
		const framed = window.top !== window
		const draws = !fixed && this.getAttribute('draw') !== 'false' && !!this.context?.dataset
		const full = document.fullscreenEnabled && !framed && controls.fullscreen !== false
		return html`<div class="side" role="group" aria-label=${this.say('Map controls')}>
			${fixed ? nothing : html`${this.#button(icon.plus, this.say('Zoom in'), () => void (this.#moved = true, this.#gl?.zoomIn({ animate: !calm() })))}
			${this.#button(icon.minus, this.say('Zoom out'), () => void (this.#moved = true, this.#gl?.zoomOut({ animate: !calm() })))}
			${this.#button(icon.fit, this.say('Show everything'), () => void this.#fit())}
			${controls.locate !== false && 'geolocation' in navigator ? this.#button(icon.locate, this.say('Show where I am'), () => this.#locate()) : nothing}`}
			${full ? this.#button(icon.full, this.say('Full screen'), () => void (document.fullscreenElement ? document.exitFullscreen() : this.requestFullscreen()), { pressed: document.fullscreenElement === this }) : nothing}
			${controls.layers !== false ? this.#button(icon.layers, this.say('Legend and layers'), () => this.#toggle('layers'), { panel: 'layers' }) : nothing}
			${draws ? this.#button(icon.draw, this.say('Filter by area'), () => this.#toggle('draw'), { panel: 'draw' }) : nothing}
			${controls.search || this.hasAttribute('search') ? this.#button(icon.search, this.say('Search places and records'), () => this.#toggle('search'), { panel: 'search' }) : nothing}
			${this.#button(icon.list, this.say('List of places in view'), () => this.#toggle('list'), { panel: 'list' })}</div>`
	}

	async #fit() {
		const boxes = (await Promise.all(this.#plans.filter(p => !p.why && this.#shown(p)).map(p => extent(p, new AbortController().signal).catch(() => null)))).filter(b => b !== null)
		if (!boxes.length) return
		this.#moved = true
		this.#gl?.fitBounds([Math.min(...boxes.map(b => b[0])), Math.min(...boxes.map(b => b[1])), Math.max(...boxes.map(b => b[2])), Math.max(...boxes.map(b => b[3]))],
			{ padding: 40, maxZoom: 15, animate: !calm() })
	}

	#keys(plan: Plan): TemplateResult | typeof nothing {
		if (plan.why) return html`<p class="soft">${plan.why === 'places' ? this.say('This dataset has no places.') : plan.why}</p>`
		if (plan.layer.caption === false) return nothing
		if (plan.smooth) return html`<div class="keys"><div class="smooth" aria-hidden="true">${plan.legend.map(e => html`<i .style=${`--c:${e.color}`}></i>`)}</div>
			<div class="ends"><span>${this.say('few')}</span><span>${this.say('many')}</span></div></div>`
		const unit = this.speaker.number
		const text = (e: Plan['legend'][number]) => e.other ? this.say('other') : e.none ? this.say('no value')
			: e.text ?? this.say('{0} to {1}', unit.format(Number(e.from?.toPrecision(4))), unit.format(Number(e.to?.toPrecision(4))))
		const rows = plan.legend.length ? plan.legend : []
		return html`<ul class="keys">${rows.map(e => html`<li class="key ${plan.shape ? '' : 'dot'}"><i .style=${`--c:${e.color}`}></i>${this.#drawing_of(plan, e.icon)}<b><bdi>${text(e)}</bdi></b></li>`)}</ul>`
	}

	#drawing_of(plan: Plan, icon = plan.layer.icon) {
		const d = plan.layer.marker === 'pin' || plan.layer.marker === 'icon' ? icons[icon ?? ''] : undefined
		return d ? svg(d) : nothing
	}

	#layer_row(plan: Plan) {
		const many = this.#plans.length > 1
		const key = plan.legend.length ? nothing : html`<i .style=${`--c:${plan.color}`}></i>${this.#drawing_of(plan)}`
		const title = plan.layer.captionTitle || plan.title
		const change = (e: Event) => this.#set_visible(plan.id, (e.target as HTMLInputElement).checked)
		return html`<li class="layer">${many
			? html`<label class="key ${plan.shape ? '' : 'dot'}"><input type=${this.#config.mode === 'single' ? 'radio' : 'checkbox'} name="layer" .checked=${this.#shown(plan)} @change=${change}>${key}<b><bdi>${title}</bdi></b></label>`
			: html`<div class="key ${plan.shape ? '' : 'dot'}">${key}<b><bdi>${title}</bdi></b></div>`}
			${plan.layer.description ? html`<p class="soft"><bdi>${plan.layer.description}</bdi></p>` : nothing}${this.#shown(plan) || !many ? this.#keys(plan) : nothing}</li>`
	}

	#set_visible(id: string, on: boolean) {
		if (this.#config.mode === 'single') for (const plan of this.#plans) this.#hidden.set(plan.id, false)
		this.#hidden.set(id, on)
		this.requestUpdate()
	}

	#layers() {
		const groups = this.#config.groups ?? []
		const basemaps = this.#basemaps
		const asked = basemaps.find(b => b.id === this.#base && b.ask)
		return html`<section class="panel" aria-label=${this.say('Legend and layers')}><div class="head"><h2>${this.say('Legend')}</h2>${this.#close_button(() => this.#toggle('layers'))}</div>
			<ul>${this.#plans.filter(p => p.layer.group === undefined).map(p => this.#layer_row(p))}
			${groups.map((g, i) => html`<li><label><input type="checkbox" .checked=${this.#hidden.get(`g${i}`) ?? g.visible !== false}
				@change=${(e: Event) => { this.#hidden.set(`g${i}`, (e.target as HTMLInputElement).checked); this.requestUpdate() }}><b><bdi>${g.title ?? ''}</bdi></b></label>
				<ul>${this.#plans.filter(p => p.layer.group === i).map(p => this.#layer_row(p))}</ul></li>`)}</ul>
			${this.#note ? html`<p class="soft">${this.#note}</p>` : nothing}
			${basemaps.length > 1 ? html`<h3><label for="base">${this.say('Background')}</label></h3><select id="base" @change=${(e: Event) => {
				this.#base = (e.target as HTMLSelectElement).value
				this.#write_address()
				this.requestUpdate()
			}}>${basemaps.map(b => html`<option value=${b.id} .selected=${b === this.#ground || b.id === asked?.id}>${b.label || this.say('Plain map')}</option>`)}</select>` : nothing}
			${asked ? html`<p class="soft">${this.say('This background comes from another service. It is loaded once you allow it.')}
				<a href=${asked.ask ?? ''}>${this.say('Choose')}</a></p>` : nothing}</section>`
	}

	#close_button(run: () => void) {
		return html`<button type="button" class="close" aria-label=${this.say('Close')} @click=${run}>${svg(icon.close)}</button>`
	}

	#draw_menu() {
		return html`<section class="panel menu" aria-label=${this.say('Filter by area')}><div class="head"><h2>${this.say('Filter by area')}</h2>${this.#close_button(() => this.#toggle('draw'))}</div>
			<button type="button" class="plain" @click=${() => this.#draw('bbox')}>${this.say('Draw a rectangle')}</button>
			<button type="button" class="plain" @click=${() => this.#draw('distance')}>${this.say('Draw a circle')}</button>
			<button type="button" class="plain" @click=${() => this.#draw('polygon')}>${this.say('Draw a polygon')}</button>
			<button type="button" class="plain" @click=${() => this.#filter_view()}>${this.say('Only what is in view')}</button>
			${this.#area() ? html`<button type="button" class="plain" @click=${() => { this.#filter(null, ''); this.#panel = '' }}>${this.say('Remove the area')}</button>` : nothing}</section>`
	}

	#undraw() {
		this.#drawing?.end()
		this.#drawn = null
		this.requestUpdate()
		this.renderRoot.querySelector<HTMLElement>('.maplibregl-canvas')?.focus()
	}

	#drawing_hint() {
		const text = this.#drawn === 'polygon' ? this.say('Click the corners; click the first again to finish.')
			: this.#drawn === 'distance' ? this.say('Click the middle, then the edge.') : this.say('Click one corner, then the opposite one.')
		return html`<div class="hint" role="status"><span>${text}</span>
			${this.#drawn === 'polygon' ? html`<button type="button" class="plain" @click=${() => this.#drawing?.finish()}>${this.say('Finish')}</button>` : nothing}
			<button type="button" class="plain" @click=${() => this.#undraw()}>${this.say('Cancel')}</button></div>`
	}

	#rows_list() {
		const all = this.#listed
		if (!all) return html`<p class="soft" role="status">${this.say('Loading…')}</p>`
		const total = all.reduce((sum, l) => sum + l.total, 0)
		return html`<p class="soft" role="status">${this.say_n('{0} record', '{0} records', total)}</p>
			${all.filter(l => l.total || all.length === 1).map(l => html`${all.length > 1 ? html`<h3><bdi>${l.plan.title}</bdi></h3>` : nothing}
			<ol class="places">${l.rows.map(row => html`<li><button type="button" @click=${() => this.#choose(l.plan, row)}><bdi>${this.#headline(l.plan, row)}</bdi></button></li>`)}</ol>
			${l.total > l.rows.length ? html`<p class="soft">${this.#panel === 'list' ? this.say('The first {0} are listed: zoom in for the others.', l.rows.length) : this.say('The first {0} are listed.', l.rows.length)}</p>` : nothing}`)}`
	}

	#list_panel() {
		return html`<section class="panel" aria-label=${this.say('List of places in view')}><div class="head"><h2>${this.say('Places in view')}</h2>${this.#close_button(() => this.#toggle('list'))}</div>
			${this.#rows_list()}</section>`
	}

	#search_panel() {
		const title = this.say('Search places and records')
		return html`<section class="panel" aria-label=${title}><div class="head"><h2>${title}</h2>${this.#close_button(() => this.#toggle('search'))}</div>
			<input type="search" maxlength="200" aria-label=${title} @change=${(e: Event) => this.#look_for((e.target as HTMLInputElement).value)} @input=${(e: Event) => {
				const { value } = e.target as HTMLInputElement
				clearTimeout(this.#typing)
				this.#typing = window.setTimeout(() => this.#look_for(value), 300)
			}}>
			${this.#sought ? html`<h3>${this.say('Places')}</h3>${!this.#places ? html`<p class="soft" role="status">${this.say('Loading…')}</p>`
				: !this.#places.length ? html`<p class="soft" role="status">${this.say('No place has this name.')}</p>` : html`<ol class="places">${this.#places.map(p => html`<li>
					<button type="button" @click=${() => this.#visit(p)}><bdi>${p.title}</bdi>${p.about ? html` <small><bdi>${p.about}</bdi></small>` : nothing}</button></li>`)}</ol>`}
				<h3>${this.say('Records')}</h3>${this.#rows_list()}` : nothing}</section>`
	}

	#card() {
		const found = this.#found
		if (!found) return nothing
		const { plan, rows, at } = found
		const row = rows[at]
		const about = plan.about as Dataset
		const wanted = plan.layer.tooltipFields?.length ? fields_of(about, plan.layer.tooltipFields.join(',')) : fields_of(about, null).filter(f => f.type !== 'geo_point_2d').slice(0, TOOLTIP_FIELDS)
		const step = (by: number) => { this.#found = { ...found, at: (at + by + rows.length) % rows.length }; this.#mark(place_of(this.#found.rows[this.#found.at][plan.field])); this.requestUpdate() }
		const sum = plan.joined?.get(String(row[plan.layer.by ?? ''] ?? ''))
		const own = this.#own_card(plan, row)
		return html`<section class="card" aria-label=${this.say('Record')}><div class="head"><h2 tabindex="-1"><bdi>${this.#headline(plan, row)}</bdi></h2>${this.#close_button(() => {
			this.#close()
			void this.updateComplete.then(() => (this.#opener?.isConnected ? this.#opener : this.renderRoot.querySelector<HTMLElement>('.maplibregl-canvas'))?.focus())
		})}</div>
			${own === undefined ? nothing : own !== null ? own : html`<dl>${sum === undefined ? nothing : html`<div><dt><bdi>${plan.layer.captionTitle || plan.title}</bdi></dt><dd>${this.speaker.number.format(sum)}</dd></div>`}${wanted.filter(f => row[f.name] !== null && row[f.name] !== undefined).map(f => html`<div><dt><bdi>${f.label}</bdi></dt><dd>${view_of(row[f.name], f, this.speaker, plan.context.source)}</dd></div>`)}</dl>`}
			${rows.length > 1 ? html`<div class="turn"><button type="button" class="plain" @click=${() => step(-1)}>${this.say('Previous')}</button>
				<span role="status">${this.say('{0} of {1}', at + 1, found.total)}</span><button type="button" class="plain" @click=${() => step(1)}>${this.say('Next')}</button></div>` : nothing}</section>`
	}

	#scale_bar() {
		const map = this.#gl
		if (!map || this.#config.controls?.scale === false) return nothing
		const per = this.#metres_per_pixel(map.getCenter().lat)
		const power = 10 ** Math.floor(Math.log10(per * 100))
		const m = [5, 2, 1].map(k => k * power).find(v => v <= per * 100) ?? power
		const text = m >= 1000 ? new Intl.NumberFormat(this.speaker.lang, { style: 'unit', unit: 'kilometer' }).format(m / 1000)
			: new Intl.NumberFormat(this.speaker.lang, { style: 'unit', unit: 'meter' }).format(m)
		return html`<div class="scale" aria-hidden="true" .style=${`--w:${Math.round(m / per)}px`}>${text}</div>`
	}

	#table_address() {
		const c = this.#plans[0]?.context ?? this.context
		return this.getAttribute('table-href') ?? (c?.dataset ? `${c.source}/explore/dataset/${encodeURIComponent(c.dataset)}/table/` : '')
	}

	protected show() {
		if (this.#broken) {
			const table = this.#table_address()
			return html`<div class="frame"><div class="over"><p role="alert">${this.say('This browser cannot draw maps: WebGL is off or missing.')}
				${table ? html` <a href=${table}>${this.say('See the table instead')}</a>` : nothing}</p></div></div>`
		}
		this.#paint()
		const nothing_here = this.#plans.length > 0 && this.#plans.every(p => !p.total)
		return html`<div class="frame" @keydown=${this.#escape}><div class="map" dir="ltr"></div>${this.#side()}
			<div class="stack">${this.#drawn ? this.#drawing_hint() : nothing}
				${this.#panel === 'layers' && this.#plans.length ? this.#layers() : this.#panel === 'draw' ? this.#draw_menu() : this.#panel === 'list' ? this.#list_panel() : this.#panel === 'search' ? this.#search_panel() : nothing}
				${this.#card()}${this.#status ? html`<p class="note" role="status">${this.#status}</p>` : nothing}</div>
			${nothing_here ? html`<div class="over veil"><p role="status">${this.#plans.length === 1 && this.#plans[0].why ? (this.#plans[0].why === 'places' ? this.say('This dataset has no places.') : this.#plans[0].why)
				: this.say('No record matches your filters.')}</p></div>` : nothing}
			${this.#scale_bar()}<div class="credit"><bdi>${this.#ground.attribution ?? ''}</bdi></div></div>`
	}

	protected firstUpdated() {
		if (this.hasAttribute('legend') && innerWidth >= 640) this.#toggle('layers')
	}
}

function place_of(value: unknown): [number, number] | null {
	const point = value as { lat?: number; lon?: number; geometry?: { coordinates: unknown } } | null
	if (typeof point?.lat === 'number' && typeof point.lon === 'number') return [point.lon, point.lat]
	const flat: number[] = []
	const walk = (v: unknown): void => { if (typeof v === 'number') flat.push(v); else if (Array.isArray(v)) v.forEach(walk) }
	walk(point?.geometry?.coordinates)
	if (flat.length < 2) return null
	const xs = flat.filter((_, i) => i % 2 === 0), ys = flat.filter((_, i) => i % 2)
	return [(Math.min(...xs) + Math.max(...xs)) / 2, (Math.min(...ys) + Math.max(...ys)) / 2]
}

customElements.define('stoa-map', StoaMap)
