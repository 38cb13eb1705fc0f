// <stoa-map-filter value="lat1,lon1,lat2,lon2" label="…">: a small map whose view becomes geofilter.bbox of the page it stands on: of a
// catalogue, the datasets that say they cover something of it. Within a form it fills in the form's field of that name.
import { css, html, LitElement, nothing } from 'lit'
import type { GeoJSONSource, Map as GlMap } from 'maplibre-gl'
import { base_style } from './base'
import { home } from './context'
import { colors_of, names_of, own, style_of, type World } from './map_base'
import { map_style } from './map_style'
import { ask } from './query'
import { lang_of, Speaker, words_for } from './say'

const NAME = 'geofilter.bbox'
class StoaMapFilter extends LitElement {
	static styles = [base_style, map_style, css`
		:host { block-size: auto; min-block-size: 0; }
		.frame { block-size: var(--stoa-map-height, 12rem); }
		.plain { inline-size: 100%; margin-block-start: .5rem; min-block-size: 2.75rem; }
	`]
	#speaker = new Speaker('en')
	#gl: GlMap | null = null
	#broken = false

	#seen = new IntersectionObserver(entries => {
		if (!entries.some(e => e.isIntersecting)) return
		this.#seen.disconnect()
		if (!this.#gl && !this.#broken) void this.#start().catch(() => this.#fail())
	})

	async connectedCallback() {
		super.connectedCallback()
		const lang = lang_of(this)
		await words_for(lang)
		this.#speaker = new Speaker(lang)
		this.requestUpdate()
		await this.updateComplete
		// Within something folded there is no map before it is opened.
		this.#seen.observe(this)
	}

	disconnectedCallback() {
		super.disconnectedCallback()
		setTimeout(() => {
			if (this.isConnected) return
			this.#gl?.remove()
			this.#gl = null
		})
	}

	#fail() {
		this.#broken = true
		this.requestUpdate()
	}

	protected say(message: string) {
		return this.#speaker.say(message)
	}

	// [south, west, north, east]; null when nothing is chosen.
	get #box(): number[] | null {
		const n = (this.getAttribute('value') || new URLSearchParams(location.search).get(NAME) || '').split(',').map(Number)
		return n.length === 4 && n.every(Number.isFinite) ? n : null
	}

	async #start() {
		if (!document.createElement('canvas').getContext('webgl2')) return this.#fail()
		const [{ maplibregl }, world] = await Promise.all([import('./map_gl'), ask<World>(home, '/tiles/-/world', new URLSearchParams())])
		const container = this.renderRoot.querySelector<HTMLElement>('.map')
		if (!container || !this.isConnected) return
		const colors = colors_of(this)
		const style = style_of(own, world, home, colors)
		const box = this.#box
		const ring = box ? [[box[1], box[0]], [box[3], box[0]], [box[3], box[2]], [box[1], box[2]], [box[1], box[0]]] : []
		style.layers.push(...names_of(colors, lang_of(this)))
		style.sources.chosen = { type: 'geojson', data: { type: 'FeatureCollection',
			features: box ? [{ type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [ring] } }] : [] } }
		style.layers.push({ id: 'chosen', type: 'line', source: 'chosen', paint: { 'line-color': colors.accent, 'line-width': 2 } })
		this.#gl = new maplibregl.Map({
			container, style, attributionControl: false, dragRotate: false, pitchWithRotate: false, maxPitch: 0, maxZoom: 12, fadeDuration: 0,
			...(box ? { bounds: [box[1], box[0], box[3], box[2]], fitBoundsOptions: { padding: 12 } } : { center: [5, 30], zoom: 0 }),
		})
		this.#gl.touchZoomRotate.disableRotation()
		this.#gl.getCanvas().setAttribute('aria-label', this.getAttribute('label') ?? this.say('Only data about this area'))
		this.#gl.on('idle', () => this.setAttribute('data-drawn', ''))
		this.requestUpdate()
	}

	#choose(text: string) {
		const field = this.closest('form')?.querySelector<HTMLInputElement>(`[name="${NAME}"]`)
		if (field) {
			field.value = text
			field.form?.requestSubmit()
			return
		}
		const url = new URL(location.href)
		url.searchParams.delete('start')
		url.searchParams.delete(NAME)
		if (text) url.searchParams.set(NAME, text)
		if (this.closest('stoa-live')) this.dispatchEvent(new CustomEvent('stoa-go', { bubbles: true, composed: true, detail: url.href }))
		else location.assign(url)
		this.#gl?.getSource<GeoJSONSource>('chosen')?.setData({ type: 'FeatureCollection', features: [] })
	}

	#view() {
		const b = this.#gl?.getBounds()
		if (b) this.#choose([Math.max(-90, b.getSouth()), Math.max(-180, b.getWest()), Math.min(90, b.getNorth()), Math.min(180, b.getEast())].map(v => Number(v.toFixed(4))).join(','))
	}

	render() {
		if (this.#broken) return nothing
		const zoom = (by: number) => () => this.#gl?.zoomTo(this.#gl.getZoom() + by, { animate: !matchMedia('(prefers-reduced-motion: reduce)').matches })
		return html`<div class="frame"><div class="map" dir="ltr"></div><div class="side" role="group" aria-label=${this.say('Map controls')}>
			<button type="button" aria-label=${this.say('Zoom in')} @click=${zoom(1)}>+</button><button type="button" aria-label=${this.say('Zoom out')} @click=${zoom(-1)}>−</button></div>
			<div class="credit">${own.attribution}</div></div>
			<button type="button" class="plain" @click=${() => this.#view()}>${this.say('Only data about this area')}</button>
			${this.#box ? html`<button type="button" class="plain" @click=${() => this.#choose('')}>${this.say('Remove the area')}</button>` : nothing}`
	}
}
customElements.define('stoa-map-filter', StoaMapFilter)
