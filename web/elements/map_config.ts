// What a map is, as src/atlas reads and prints it; what is left out is filled in here as there.
export type Display = 'auto' | 'dots' | 'shapes' | 'cluster' | 'choropleth' | 'category' | 'heatmap'
export type MapLayer = {
	source?: string; dataset: string; parameters?: Record<string, string | string[]>; title?: string; description?: string; icon?: string
	group?: number; visible?: boolean; display?: Display; field?: string; value?: string; function?: string; by?: string; join?: string; joinField?: string; colorField?: string
	marker?: 'dot' | 'icon' | 'pin'; size?: number; color?: string; borderColor?: string; opacity?: number; fillOpacity?: number
	borderOpacity?: number; line?: number; border?: number; borderStyle?: 'solid' | 'dashed' | 'dotted'; sizeMin?: number; sizeMax?: number
	scale?: 'linear' | 'log' | 'custom'; classes?: number; bounds?: number[]; range?: [number, number]; colors?: string[]
	space?: 'lab' | 'rgb' | 'hsl' | 'lch'; undefinedColor?: string; outColor?: string; otherColor?: string
	categories?: { value: string; color: string; icon?: string }[]; radius?: number; zoomMin?: number; zoomMax?: number; tooltip?: boolean
	tooltipTitle?: string; tooltipSort?: string; tooltipFields?: string[]; caption?: boolean; captionTitle?: string
}
export type MapGroup = { title?: string; description?: string; icon?: string; visible?: boolean }
export type MapControls = { search?: boolean; fullscreen?: boolean; locate?: boolean; autolocate?: boolean; layers?: boolean; scale?: boolean }
export type MapConfig = {
	title?: string; description?: string; basemap?: string; location?: { zoom: number; lat: number; lon: number }; mode?: 'many' | 'single'
	controls?: MapControls; static?: boolean; wheel?: boolean; groups?: MapGroup[]; layers: MapLayer[]
}

const displays = new Set(['auto', 'dots', 'shapes', 'cluster', 'choropleth', 'category', 'heatmap'])
const on = (e: Element, name: string) => e.hasAttribute(name) && e.getAttribute(name) !== 'false'

// "zoom,lat,lon" of an address; null when it is none.
export function read_location(text: string | null): { zoom: number; lat: number; lon: number } | null {
	const n = (text ?? '').split(',').map(Number)
	if (n.length !== 3 || n.some(v => !Number.isFinite(v)) || n[0] < 0 || n[0] > 24 || Math.abs(n[1]) > 90 || Math.abs(n[2]) > 180) return null
	return { zoom: n[0], lat: n[1], lon: n[2] }
}

// The map that attributes say: `config` as JSON, or the simple ones; both together: the simple ones win.
export function config_of(e: Element, given: MapConfig | null): MapConfig {
	let config: MapConfig = given ?? { layers: [] }
	const json = e.getAttribute('config')
	if (!given && json) {
		try {
			config = JSON.parse(json) as MapConfig
		} catch {
			console.warn('stoa-map: config is no JSON')
		}
	}
	config = { ...config, layers: (config.layers ?? []).map(l => ({ ...l })) }
	const dataset = e.getAttribute('dataset')
	if (!config.layers.length && dataset) config.layers = [{ dataset }]
	const display = e.getAttribute('display')
	for (const layer of config.layers) {
		if (display && displays.has(display)) layer.display = display as Display
		for (const name of ['field', 'color', 'value', 'function', 'by', 'title'] as const) {
			const text = e.getAttribute(name)
			if (text) layer[name] = text
		}
		const marker = e.getAttribute('marker'), icon = e.getAttribute('icon'), fields = e.getAttribute('tooltip-fields')
		if (marker === 'dot' || marker === 'icon' || marker === 'pin') layer.marker = marker
		if (icon) layer.icon = icon
		if (fields) layer.tooltipFields = fields.split(',').map(f => f.trim()).filter(Boolean)
		layer.tooltipTitle ??= e.getAttribute('tooltip-title') ?? undefined
		layer.tooltipSort ??= e.getAttribute('tooltip-sort') ?? undefined
		if (e.getAttribute('tooltip') === 'false') layer.tooltip = false
	}
	const location = read_location(e.getAttribute('location'))
	if (location) config.location = location
	const basemap = e.getAttribute('basemap')
	if (basemap) config.basemap = basemap
	if (e.hasAttribute('static')) config.static = on(e, 'static')
	if (e.hasAttribute('scroll-wheel-zoom')) config.wheel = on(e, 'scroll-wheel-zoom')
	return config
}

// --- colours ------------------------------------------------------------------------------------------------------

// Told apart by people who see colours differently, on light and on dark ground (after Okabe and Ito, darkened where they were too pale).
export const palette = ['#0072b2', '#d55e00', '#009e73', '#c05c97', '#8c6d00', '#3d8fc6', '#7a4fb5', '#5f5f5f']
// The same order on dark ground.
export const palette_dark = ['#5cb8f0', '#ff9a4d', '#3fd1a4', '#eb9ccb', '#d9bd3a', '#9fd3f5', '#b99cf0', '#c2c2c2']
export const gradient: [string, string] = ['#d7e7f4', '#08468b']
export const heat = ['#3b0f70', '#8c2981', '#de4968', '#fe9f6d', '#fcfdbf']
export const undefined_color = '#9a9a9a'

export function rgb_of(hex: string): [number, number, number] {
	const long = hex.length === 4 ? hex.replace(/[0-9a-f]/gi, c => c + c) : hex
	const n = parseInt(long.slice(1), 16)
	return [n >> 16 & 255, n >> 8 & 255, n & 255]
}
const hex_of = (rgb: number[]) => '#' + rgb.map(v => Math.round(Math.min(255, Math.max(0, v))).toString(16).padStart(2, '0')).join('')

// sRGB to CIE Lab (D65) and back, after CIE 15; LCH is Lab in polar form.
const linear = (v: number) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4
const gamma = (v: number) => 255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055)
const f = (t: number) => t > 216 / 24389 ? Math.cbrt(t) : (24389 / 27 * t + 16) / 116
const g = (t: number) => t ** 3 > 216 / 24389 ? t ** 3 : (116 * t - 16) * 27 / 24389
function lab(hex: string): number[] {
	const [r, gr, b] = rgb_of(hex).map(linear)
	const x = f((0.4124 * r + 0.3576 * gr + 0.1805 * b) / 0.95047), y = f(0.2126 * r + 0.7152 * gr + 0.0722 * b)
	const z = f((0.0193 * r + 0.1192 * gr + 0.9505 * b) / 1.08883)
	return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}
function from_lab([l, a, b]: number[]): string {
	const y = (l + 16) / 116, x = g(y + a / 500) * 0.95047, z = g(y - b / 200) * 1.08883, Y = g(y)
	return hex_of([gamma(3.2406 * x - 1.5372 * Y - 0.4986 * z), gamma(-0.9689 * x + 1.8758 * Y + 0.0415 * z), gamma(0.0557 * x - 0.204 * Y + 1.057 * z)])
}
function hsl(hex: string): number[] {
	const [r, gr, b] = rgb_of(hex).map(v => v / 255), max = Math.max(r, gr, b), min = Math.min(r, gr, b), d = max - min, l = (max + min) / 2
	const h = !d ? 0 : max === r ? ((gr - b) / d + 6) % 6 : max === gr ? (b - r) / d + 2 : (r - gr) / d + 4
	return [h * 60, d ? d / (1 - Math.abs(2 * l - 1)) : 0, l]
}
function from_hsl([h, s, l]: number[]): string {
	const at = (n: number) => { const k = (n + h / 30 + 12) % 12; return 255 * (l - s * Math.min(l, 1 - l) * Math.max(-1, Math.min(k - 3, 9 - k, 1))) }
	return hex_of([at(0), at(8), at(4)])
}
const turn = (a: number, b: number, t: number) => a + (((b - a) % 360 + 540) % 360 - 180) * t

export function between(from: string, to: string, t: number, space = 'lab'): string {
	const mix = (a: number[], b: number[]) => a.map((v, i) => v + (b[i] - v) * t)
	if (space === 'rgb') return hex_of(mix(rgb_of(from), rgb_of(to)))
	if (space === 'hsl') {
		const [a, b] = [hsl(from), hsl(to)]
		return from_hsl([turn(a[0], b[0], t), ...mix(a.slice(1), b.slice(1))])
	}
	const [a, b] = [lab(from), lab(to)]
	if (space === 'lab') return from_lab(mix(a, b))
	const polar = ([l, x, y]: number[]) => [l, Math.hypot(x, y), Math.atan2(y, x) * 180 / Math.PI]
	const [p, q] = [polar(a), polar(b)]
	const h = turn(p[2], q[2], t) * Math.PI / 180, c = p[1] + (q[1] - p[1]) * t
	return from_lab([p[0] + (q[0] - p[0]) * t, c * Math.cos(h), c * Math.sin(h)])
}

// Black or white, whichever is read better (WCAG 2's relative luminance).
export function ink_on(hex: string): string {
	const c = hex.length === 4 ? hex.replace(/[0-9a-f]/gi, x => x + x) : hex
	const [r, g, b] = [1, 3, 5].map(i => parseInt(c.slice(i, i + 2), 16) / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
	return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 ? '#000000' : '#ffffff'
}

// n colours from low to high.
export function ramp(colors: string[], n: number, space?: string): string[] {
	if (colors.length === n) return colors
	return Array.from({ length: n }, (_, i) => {
		const at = n === 1 ? 0 : i / (n - 1) * (colors.length - 1), k = Math.min(colors.length - 2, Math.floor(at))
		return colors.length < 2 ? colors[0] : between(colors[k], colors[k + 1], at - k, space)
	})
}

// The bounds between classes, upwards: one fewer than the classes.
export function bounds_of(layer: MapLayer, low: number, high: number): number[] {
	const n = layer.classes ?? 5
	if (layer.scale === 'custom' && layer.bounds?.length) return layer.bounds
	if (!(high > low)) return []
	const logs = layer.scale === 'log' && low > 0
	return Array.from({ length: n - 1 }, (_, i) => {
		const t = (i + 1) / n
		return logs ? low * (high / low) ** t : low + (high - low) * t
	})
}
