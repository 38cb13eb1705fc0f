// Drawing an area that records are to lie in: two clicks make a rectangle or a circle, several a polygon. What is drawn is a geofilter.*
// of the context, and its corners can be dragged afterwards.
import type { GeoJSONSource, Map as GlMap, MapMouseEvent, Marker } from 'maplibre-gl'
import { type Area, ring_of } from './map_area'
import { maplibregl } from './map_gl'

type Feature = { type: 'Feature'; properties: Record<string, never>; geometry: { type: 'Polygon'; coordinates: number[][][] } | { type: 'LineString'; coordinates: number[][] } }
export class Drawing {
	kind: Area['kind'] | null = null
	#points: [number, number][] = []
	#handles: Marker[] = []
	#area: Area | null = null

	constructor(readonly map: GlMap, readonly label: () => string, readonly done: (area: Area | null) => void) {
		map.on('click', this.#click)
		map.on('dblclick', this.#double)
		map.on('mousemove', this.#move)
	}

	// After each change of the style, which forgets what was shown.
	install() {
		this.#show()
	}

	begin(kind: Area['kind']) {
		this.kind = kind
		this.#points = []
		this.#drop_handles()
		this.map.getCanvas().style.cursor = 'crosshair'
		this.map.doubleClickZoom.disable()
		this.#show()
	}

	end() {
		this.kind = null
		this.#points = []
		this.map.getCanvas().style.cursor = ''
		this.map.doubleClickZoom.enable()
		this.#show()
	}

	// The filter that holds, with handles to change it.
	set(area: Area | null) {
		this.#area = area
		if (!this.kind) this.#show()
		this.#drop_handles()
		if (!area || this.kind) return
		area.points.forEach((p, i) => {
			const handle = document.createElement('span')
			handle.className = 'handle'
			handle.title = this.label()
			const marker = new maplibregl.Marker({ element: handle, draggable: true }).setLngLat(p).addTo(this.map)
			marker.on('drag', () => {
				const at = marker.getLngLat()
				area.points[i] = [at.lng, at.lat]
				this.#show()
			})
			marker.on('dragend', () => this.done({ ...area }))
			this.#handles.push(marker)
		})
	}

	#drop_handles() {
		for (const handle of this.#handles) handle.remove()
		this.#handles = []
	}

	#features(more?: [number, number]): Feature[] {
		const points = more ? [...this.#points, more] : this.#points
		if (!this.kind) return this.#area ? [{ type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [ring_of(this.#area)] } }] : []
		if (points.length < 2) return []
		if (this.kind === 'polygon' && points.length < 3) return [{ type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates: points } }]
		return [{ type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [ring_of({ kind: this.kind, points })] } }]
	}

	#show(more?: [number, number]) {
		this.map.getSource<GeoJSONSource>('drawn')?.setData({ type: 'FeatureCollection', features: this.#features(more) })
	}

	#click = (e: MapMouseEvent) => {
		if (!this.kind) return
		const first = this.#points[0]
		const closes = this.kind === 'polygon' && this.#points.length >= 3 && this.map.project(first).dist(e.point) < 12
		if (!closes) this.#points.push([e.lngLat.lng, e.lngLat.lat])
		if (closes || (this.kind !== 'polygon' && this.#points.length === 2)) this.finish()
		else this.#show()
	}

	#double = (e: MapMouseEvent) => {
		if (this.kind !== 'polygon') return
		e.preventDefault()
		// Both clicks have set a corner already.
		if (this.#points.length > 3) this.#points.pop()
		this.finish()
	}

	#move = (e: MapMouseEvent) => {
		if (this.kind && this.#points.length) this.#show([e.lngLat.lng, e.lngLat.lat])
	}

	finish() {
		const { kind } = this
		const points = this.#points
		this.end()
		if (kind && points.length >= (kind === 'polygon' ? 3 : 2)) this.done({ kind, points })
	}

	remove() {
		this.#drop_handles()
	}
}
