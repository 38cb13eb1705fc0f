// The ground under a map: land, borders and names of the house, in the colours of the page, or tiles that a portal offers.
import type { ExpressionSpecification, LayerSpecification, SourceSpecification, StyleSpecification } from 'maplibre-gl'
import { country_labels } from './map_names'

export type Basemap = {
	id: string; label: string; tiles?: string[]; attribution?: string; minzoom?: number; maxzoom?: number; tms?: boolean
	ask?: string // where a reader decides about the service it comes from: not loaded before
}
export type World = { tag: string; deepest: number }
export const own: Basemap = { id: 'stoa', label: '', attribution: 'Natural Earth, GeoNames' }

// Colours as the page has them; a canvas turns whatever CSS says into numbers. Quiet ones where a page has none.
export function colors_of(element: Element): Record<'water' | 'land' | 'border' | 'ink' | 'halo' | 'accent', string> & { dark: boolean } {
	const style = getComputedStyle(element)
	const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
	const read = (name: string, otherwise: string) => {
		const text = style.getPropertyValue(name).trim()
		if (!canvas || !text) return otherwise
		canvas.fillStyle = '#000'
		canvas.fillStyle = text
		canvas.fillRect(0, 0, 1, 1)
		const [r, g, b] = canvas.getImageData(0, 0, 1, 1).data
		return '#' + [r, g, b].map(v => v.toString(16).padStart(2, '0')).join('')
	}
	const land = read('--raised', '#ffffff')
	const dark = parseInt(land.slice(1, 3), 16) + parseInt(land.slice(3, 5), 16) + parseInt(land.slice(5, 7), 16) < 384
	return {
		dark, water: read('--map-water', dark ? '#11161c' : '#dde7ec'), land: read('--map-land', dark ? '#23262d' : '#fbfaf6'),
		border: read('--map-border', dark ? '#4a4f5a' : '#b9b3a5'), ink: read('--ink-soft', dark ? '#b1ada4' : '#5b574f'),
		halo: read('--map-land', dark ? '#23262d' : '#fbfaf6'), accent: read('--accent-text', dark ? '#8fc0da' : '#1d5573'),
	}
}

const font = ['sans-serif']
export function style_of(map: Basemap, world: World, source: string, c: ReturnType<typeof colors_of>): StyleSpecification {
	const sources: Record<string, SourceSpecification> = {}
	const layers: LayerSpecification[] = [{ id: 'ground', type: 'background', paint: { 'background-color': c.water } }]
	if (map.tiles) {
		sources.base = { type: 'raster', tiles: map.tiles, tileSize: 256, minzoom: map.minzoom ?? 0, maxzoom: map.maxzoom ?? 19, scheme: map.tms ? 'tms' : 'xyz' }
		layers.push({ id: 'base', type: 'raster', source: 'base' })
		return { version: 8, sources, layers }
	}
	sources.world = { type: 'vector', tiles: [`${source}/tiles/-/${world.tag}/{z}/{x}/{y}`], maxzoom: world.deepest }
	const from = (layer: string) => ({ source: 'world', 'source-layer': layer })
	layers.push(
		{ id: 'land', type: 'fill', ...from('land'), paint: { 'fill-color': c.land } },
		{ id: 'coast', type: 'line', ...from('land'), minzoom: 2, paint: { 'line-color': c.border, 'line-width': 0.5, 'line-opacity': 0.6 } },
		{ id: 'border', type: 'line', ...from('border'), paint: { 'line-color': c.border, 'line-width': ['interpolate', ['linear'], ['zoom'], 0, 0.4, 6, 1.2, 10, 2] } })
	return { version: 8, sources, layers }
}

// Names stand above what a map shows: countries in the reader's language, towns as their people call them.
export function names_of(c: ReturnType<typeof colors_of>, lang: string): LayerSpecification[] {
	const spaced = lang.slice(0, 2) !== 'ar'
	const country = ['coalesce', ['get', ['coalesce', ['get', 'code'], ''], ['literal', country_labels(lang)]], ['upcase', ['get', 'name']]] as unknown as ExpressionSpecification
	const from = (layer: string) => ({ source: 'world', 'source-layer': layer })
	const halo = { 'text-halo-color': c.halo, 'text-halo-width': 1.4 }
	return [
		{ id: 'place', type: 'symbol', ...from('place'), minzoom: 3, layout: {
			'text-field': ['get', 'name'], 'text-font': font, 'symbol-sort-key': ['-', 0, ['get', 'size']], 'text-padding': 6, 'text-max-width': 8,
			'text-size': ['interpolate', ['linear'], ['get', 'size'], 30, 10, 72, 15],
		}, paint: { 'text-color': c.ink, ...halo } },
		{ id: 'country', type: 'symbol', ...from('country'), minzoom: 1, maxzoom: 8, layout: {
			'text-field': country, 'text-font': font, 'symbol-sort-key': ['-', 0, ['get', 'size']], 'text-padding': 8, 'text-max-width': spaced ? 7 : 40,
			'text-letter-spacing': spaced ? 0.12 : 0, 'text-size': ['interpolate', ['linear'], ['zoom'], 1, 9, 6, 13],
		}, paint: { 'text-color': c.ink, 'text-opacity': 0.85, ...halo } },
	]
}
