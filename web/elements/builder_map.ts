// <stoa-map-builder>: a map of layers, in an order that buttons, keys and dragging change; the map beside it is <stoa-map> itself.
import { html, nothing } from 'lit'
import { Builder, base64url } from './builder'
import { about_dataset, check_field, choice_field, Finder, text_field, type Found } from './builder_parts'
import { LayerForm, type Layer } from './builder_layer'
import './map'
import { lang_of } from './say'
import type { Dataset } from './query'

type Group = { title?: string; description?: string; visible?: boolean }
type Controls = { search?: boolean; fullscreen?: boolean; locate?: boolean; autolocate?: boolean; layers?: boolean; scale?: boolean }
type Map_ = { basemap?: string; location?: { zoom: number; lat: number; lon: number }; mode?: string; controls?: Controls; static?: boolean; wheel?: boolean; groups?: Group[]; layers?: Layer[] }
type MapElement = HTMLElement & { map: { getCenter(): { lat: number; lng: number }; getZoom(): number } | null }
type Basemap = { id: string; label: string }

const LAYERS = 50

class MapBuilder extends Builder<Map_> {
	#finder: Finder | null = null
	#adding = false
	#open = -1
	#forms: LayerForm[] = []
	#abouts = new Map<string, Dataset | null>()
	#dragged = -1
	#over = -1
	#shown = ''
	#shown_config: unknown = {}
	#basemaps: Basemap[] = []

	protected begun() {
		this.state.config.layers ??= []
		for (const l of this.state.config.layers) this.#about(l.dataset)
		this.#adding = !this.state.config.layers.length
		try {
			this.#basemaps = [{ id: '', label: '' }, ...(JSON.parse(this.getAttribute('basemaps') ?? '[]') as Basemap[])]
		} catch {
			this.#basemaps = []
		}
	}

	#about(id: string) {
		if (this.#abouts.has(id)) return
		this.#abouts.set(id, null)
		void about_dataset(id, lang_of(this)).then(about => {
			this.#abouts.set(id, about)
			this.requestUpdate()
		})
	}

	protected address() {
		const query = new URLSearchParams({ config: base64url(JSON.stringify(this.state.config)) })
		if (this.state.title) query.set('title', this.state.title)
		return `${this.path}?${query}`
	}

	#map(how: (m: Map_) => void, key = '') {
		this.change(s => how(s.config), key)
	}

	get #layers(): Layer[] {
		return this.state.config.layers ?? []
	}

	// --- layers ----------------------------------------------------------------------------------------------------------

	#add = (found: Found) => {
		this.#about(found.id)
		this.#adding = false
		this.#map(m => { m.layers = [...(m.layers ?? []), { dataset: found.id, title: found.title }] })
		if (!this.state.title) this.change(s => { s.title = found.title })
		this.#open = this.#layers.length - 1
		void this.updateComplete.then(() => this.querySelector<HTMLElement>(`[data-layer="${this.#open}"] .name`)?.focus())
	}

	#move(from: number, to: number) {
		if (from === to || to < 0 || to >= this.#layers.length) return
		this.#map(m => {
			const [one] = (m.layers ?? []).splice(from, 1)
			m.layers?.splice(to, 0, one)
		})
		if (this.#open === from) this.#open = to
		else if (this.#open >= 0) this.#open = -1
		this.status = this.say('Layer {0} of {1}', to + 1, this.#layers.length)
	}

	// The button that was pressed keeps the focus, where its layer went.
	#move_by_button(i: number, by: number) {
		this.#move(i, i + by)
		void this.updateComplete.then(() => {
			const row = this.querySelector(`[data-layer="${i + by}"]`)
			const button = row?.querySelector<HTMLButtonElement>(by < 0 ? '.up' : '.down')
			;(button && !button.disabled ? button : row?.querySelector<HTMLElement>('.name'))?.focus()
		})
	}

	#remove(i: number) {
		this.#map(m => { m.layers?.splice(i, 1) })
		this.#open = -1
		void this.updateComplete.then(() => this.querySelector<HTMLElement>('.add-layer')?.focus())
	}

	#title(l: Layer) {
		return l.title || this.#abouts.get(l.dataset)?.metas.default?.title as string || l.dataset
	}

	#drag = {
		start: (i: number) => (e: DragEvent) => {
			this.#dragged = i
			e.dataTransfer?.setData('text/plain', String(i))
		},
		over: (i: number) => (e: DragEvent) => {
			if (this.#dragged < 0) return
			e.preventDefault()
			if (this.#over !== i) {
				this.#over = i
				this.requestUpdate()
			}
		},
		drop: (i: number) => (e: DragEvent) => {
			if (this.#dragged < 0) return
			e.preventDefault()
			this.#move(this.#dragged, i)
			this.#dragged = this.#over = -1
			this.requestUpdate()
		},
		end: () => {
			this.#dragged = this.#over = -1
			this.requestUpdate()
		},
	}

	#put_layer(l: Layer, i: number) {
		const open = this.#open === i
		const form = (this.#forms[i] ??= new LayerForm(this, (m, ...a) => this.speaker.say(m, ...a), `l${i}`, lang_of(this)))
		const title = this.#title(l)
		const visible = l.visible !== false
		return html`<li data-layer=${i} class=${this.#over === i && this.#dragged !== i ? 'over' : ''} @dragover=${this.#drag.over(i)} @drop=${this.#drag.drop(i)}>
			<div class="layer-head">
				<span class="grip" draggable="true" aria-hidden="true" title=${this.say('Drag to another place')} @dragstart=${this.#drag.start(i)} @dragend=${this.#drag.end}>⠿</span>
				<button type="button" class="name" aria-expanded=${open} @click=${() => { this.#open = open ? -1 : i; this.requestUpdate() }}><bdi>${title}</bdi></button>
				<button type="button" class="square" aria-pressed=${visible} @click=${() => this.#map(m => { const x = m.layers?.[i]; if (x) { if (visible) x.visible = false; else delete x.visible } })}>
					<span aria-hidden="true">${visible ? '●' : '○'}</span><span class="visually-hidden">${this.say('Shown when the map opens')}: ${title}</span></button>
				<button type="button" class="square up" ?disabled=${i === 0} @click=${() => this.#move_by_button(i, -1)}><span aria-hidden="true">↑</span><span class="visually-hidden">${this.say('Move up')}: ${title}</span></button>
				<button type="button" class="square down" ?disabled=${i === this.#layers.length - 1} @click=${() => this.#move_by_button(i, 1)}><span aria-hidden="true">↓</span><span class="visually-hidden">${this.say('Move down')}: ${title}</span></button>
				<button type="button" class="square" @click=${() => this.#remove(i)}><span aria-hidden="true">×</span><span class="visually-hidden">${this.say('Remove')} ${title}</span></button>
			</div>
			${open ? form.show(l, this.#abouts.get(l.dataset) ?? null, (this.state.config.groups ?? []).map(g => g.title ?? ''), (how, key) => this.#map(m => {
				const one = m.layers?.[i]
				if (one) how(one)
			}, key), () => this.#map(m => {
				m.groups = [...(m.groups ?? []), { title: this.say('Group {0}', (m.groups?.length ?? 0) + 1) }]
				const one = m.layers?.[i]
				if (one) one.group = m.groups.length - 1
			})) : nothing}</li>`
	}

	#put_layers() {
		this.#finder ??= new Finder(this, (m, ...a) => this.speaker.say(m, ...a), lang_of(this), true, this.#add)
		return html`<section aria-labelledby="builder-layers"><h2 id="builder-layers">${this.say('Layers')}</h2>
			${this.#layers.length ? nothing : html`<p class="hint">${this.say('A map is made of layers, each of one dataset. The first lies on top.')}</p>`}
			<ol class="layers">${this.#layers.map((l, i) => this.#put_layer(l, i))}</ol>
			${this.#adding ? this.#finder.show(this.say('Which dataset? Only those with places are found.')) : html`<button type="button" class="button quiet add-layer" ?disabled=${this.#layers.length >= LAYERS}
				@click=${() => { this.#adding = true; this.requestUpdate(); void this.updateComplete.then(() => this.querySelector<HTMLElement>('input[type=search]')?.focus()) }}>${this.say('Add a layer')}</button>`}
		</section>`
	}

	// --- the map itself -----------------------------------------------------------------------------------------------------

	#put_groups() {
		const groups = this.state.config.groups ?? []
		if (!groups.length) return nothing
		return html`<fieldset><legend>${this.say('Groups')}</legend><div class="rows">${groups.map((g, i) => html`<div class="pair">
			${text_field(`g${i}`, this.say('Title of group {0}', i + 1), g.title ?? '', v => this.#map(m => { if (m.groups) m.groups[i].title = v }, `g${i}`))}
			${check_field(this.say('Shown when the map opens'), g.visible !== false, v => this.#map(m => { if (m.groups) { if (v) delete m.groups[i].visible; else m.groups[i].visible = false } }))}
			<button type="button" class="button quiet small" @click=${() => this.#map(m => {
				m.groups?.splice(i, 1)
				for (const l of m.layers ?? []) {
					if (l.group === i) delete l.group
					else if (l.group !== undefined && l.group > i) l.group--
				}
				if (!m.groups?.length) delete m.groups
			})}>${this.say('Remove')} <bdi>${g.title}</bdi></button></div>`)}</div></fieldset>`
	}

	#control(name: keyof Controls, label: string, otherwise: boolean) {
		return check_field(label, this.state.config.controls?.[name] ?? otherwise, v => this.#map(m => {
			const all = { ...m.controls }
			if (v === otherwise) delete all[name]
			else all[name] = v
			if (Object.keys(all).length) m.controls = all
			else delete m.controls
		}))
	}

	#put_place() {
		const here = this.state.config.location
		return html`<fieldset><legend>${this.say('Where it opens')}</legend>
			<p class="hint">${here ? `${here.lat.toFixed(3)}, ${here.lon.toFixed(3)} · ${this.say('zoom {0}', Math.round(here.zoom * 10) / 10)}` : this.say('Where the data is')}</p>
			<div class="buttons"><button type="button" class="button quiet small" @click=${() => {
				const map = this.querySelector<MapElement>('stoa-map')?.map
				if (!map) return
				const { lat, lng } = map.getCenter()
				this.#map(m => { m.location = { zoom: Math.round(map.getZoom() * 100) / 100, lat: Math.round(lat * 1e5) / 1e5, lon: Math.round(lng * 1e5) / 1e5 } })
			}}>${this.say('As the map is now')}</button>
			${here ? html`<button type="button" class="button quiet small" @click=${() => this.#map(m => { delete m.location })}>${this.say('Where the data is')}</button>` : nothing}</div></fieldset>`
	}

	#put_settings() {
		const c = this.state.config
		const basemaps = this.#basemaps.map(b => [b.id, b.label || this.say('Plain map')] as [string, string])
		return html`<details class="part"><summary>${this.say('The map')}</summary><div class="rows">
			${basemaps.length > 1 ? choice_field('basemap', this.say('Background'), c.basemap ?? '', basemaps, v => this.#map(m => { if (v) m.basemap = v; else delete m.basemap })) : nothing}
			${this.#put_place()}${this.#put_groups()}
			${choice_field('mode', this.say('Layers shown'), c.mode ?? 'many', [['many', this.say('Several at once')], ['single', this.say('One at a time')]], v => this.#map(m => { if (v === 'single') m.mode = v; else delete m.mode }))}
			<fieldset><legend>${this.say('On the map')}</legend>${this.#control('layers', this.say('List of layers'), true)}${this.#control('search', this.say('Search box'), false)}
				${this.#control('fullscreen', this.say('Full screen'), true)}${this.#control('locate', this.say('Where am I'), true)}
				${this.#control('autolocate', this.say('Ask where the reader is when it opens'), false)}${this.#control('scale', this.say('Scale bar'), true)}
				${check_field(this.say('Locked: readers cannot move it'), c.static ?? false, v => this.#map(m => { if (v) m.static = true; else delete m.static }))}
				${check_field(this.say('The mouse wheel zooms'), c.wheel ?? true, v => this.#map(m => { if (v) delete m.wheel; else m.wheel = false }))}</fieldset>
		</div></details>`
	}

	protected editor() {
		return html`${this.#put_layers()}${this.#put_settings()}`
	}

	protected sight() {
		const now = JSON.stringify(this.state.config)
		if (now !== this.#shown) {
			this.#shown = now
			this.#shown_config = JSON.parse(now)
		}
		return html`<stoa-map legend label=${this.state.title || this.say('The map')} basemaps=${this.getAttribute('basemaps') ?? nothing} .config=${this.#shown_config}></stoa-map>`
	}
}
customElements.define('stoa-map-builder', MapBuilder)
