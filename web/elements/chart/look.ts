// Colours, fonts and numbers of a chart. Colours come from custom properties of the page (--series-1 … --series-8, --ink, --line …);
// where there are none, from a palette whose colours stay apart for readers who see red and green alike, and stand out from paper.
import type { Line, Series } from './model'
import { palette_of } from './palettes'

const light = ['#1f6aa5', '#c2571a', '#2f7f5f', '#8c4fa0', '#a37a00', '#2b8c99', '#b23a6b', '#5c6672']
const dark = ['#74b4e6', '#f0a06a', '#6fcaa2', '#cda0e2', '#e2c25e', '#74d2dc', '#f291b4', '#b3bcc7']

export type Look = {
	series: string[]; ink: string; soft: string; line: string; paper: string; font: string; dark: boolean; still: boolean; rtl: boolean
	strong: boolean
}

export function look_of(element: Element): Look {
	const style = getComputedStyle(element)
	const is_dark = is_light(style.color)
	const get = (name: string, otherwise: string) => style.getPropertyValue(name).trim() || otherwise
	const series = (is_dark ? dark : light).map((colour, i) => get(`--series-${i + 1}`, colour))
	for (let i = 9; i <= 24; i++) {
		const more = style.getPropertyValue(`--series-${i}`).trim()
		if (more) series.push(more)
	}
	return {
		series, dark: is_dark,
		ink: get('--ink', is_dark ? '#eceae4' : '#1e1d1b'),
		soft: get('--ink-soft', is_dark ? '#b1ada4' : '#5b574f'),
		line: get('--line', is_dark ? '#33353d' : '#e0dcd1'),
		paper: get('--raised', is_dark ? '#1e2026' : '#ffffff'),
		font: (style.fontFamily || 'sans-serif').replaceAll('"', "'"),
		still: matchMedia('(prefers-reduced-motion: reduce)').matches,
		strong: matchMedia('(forced-colors: active), (prefers-contrast: more)').matches,
		rtl: style.direction === 'rtl',
	}
}

function is_light(colour: string): boolean {
	const [r, g, b] = (colour.match(/[\d.]+/g) ?? ['0', '0', '0']).map(Number)
	return 0.2126 * r + 0.7152 * g + 0.0722 * b > 140
}

const is_colour = (text: string | undefined) => !!text && (/^#[0-9a-f]{3,8}$/i.test(text) || (/^[a-z]+$/i.test(text) && CSS.supports('color', text)))
// Beyond the palette its colours come again, paler, then darker.
export function colour_of(s: Series, place: number, look: Look): string {
	if (is_colour(s.color)) return s.color as string
	const series = palette_of(s.color) ?? look.series
	const round = Math.floor(place / series.length)
	const colour = series[place % series.length]
	return !round ? colour : between(colour, round % 2 ? look.paper : look.ink, Math.min(0.75, 0.3 + 0.15 * round))
}

// A colour between two, t from 0 to 1; both "#rrggbb" or rgb().
export function between(a: string, b: string, t: number): string {
	const parts = (c: string) => {
		const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(c)
		if (hex) return hex.slice(1).map(x => parseInt(x, 16))
		return (c.match(/[\d.]+/g) ?? ['0', '0', '0']).slice(0, 3).map(Number)
	}
	const [x, y] = [parts(a), parts(b)]
	return `#${x.map((v, i) => Math.round(v + (y[i] - v) * t).toString(16).padStart(2, '0')).join('')}`
}

export class Numbers {
	readonly #short: Intl.NumberFormat
	readonly #kept = new Map<string, Intl.NumberFormat>()
	constructor(readonly lang: string) {
		this.#short = new Intl.NumberFormat(lang, { notation: 'compact', maximumFractionDigits: 2 })
	}

	// Of an axis: short, with no more than what tells ticks apart.
	tick = (v: number) => (Math.abs(v) >= 10000 ? this.#short.format(v) : this.#of(3).format(v))

	#of(decimals: number, least = 0, scientific = false) {
		const key = `${decimals} ${least} ${scientific}`
		let f = this.#kept.get(key)
		// Rounded as the server rounds, so that page and file say the same.
		const how = { maximumFractionDigits: decimals, minimumFractionDigits: least, notation: scientific ? 'scientific' as const : 'standard' as const, roundingMode: 'halfEven' }
		if (!f) this.#kept.set(key, (f = new Intl.NumberFormat(this.lang, how as Intl.NumberFormatOptions)))
		return f
	}

	// Of a series: as many decimals as its field has, else three digits that count.
	full(v: number | null, line: Line, s: Series): string {
		if (v === null) return '–'
		const size = Math.abs(v)
		const said = line.decimals !== undefined && !(s.func === 'COUNT' || s.func === 'DISTINCT')
		const decimals = said ? line.decimals ?? 0 : Number.isInteger(v) ? 0 : size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 4
		const text = this.#of(decimals, said ? decimals : 0, s.scientificDisplay === true).format(v)
		return line.unit && s.displayUnits !== false ? `${text}\u00a0${line.unit}` : text
	}

	share = (v: number) => new Intl.NumberFormat(this.lang, { style: 'percent', maximumFractionDigits: 1 }).format(v)
}
