// Values of records as people read them, by locale; and the order of a table as the API is asked for it.
import { html, nothing, type TemplateResult } from 'lit'
import type { Dataset, Field } from './query'
import type { Speaker } from './say'

export const is_number = (f: Field) => f.type === 'int' || f.type === 'double'
const sorts = new Set(['int', 'double', 'text', 'date', 'datetime', 'boolean'])
export const can_sort = (f: Field) => sorts.has(f.type) && !f.annotations?.multivalued
const shown_last = new Set(['geo_shape', 'json_blob'])

// The published rule: numbers and dates downwards, texts upwards, "-" the other way.
export function order_of(sort: string | null, about: Dataset): { field: Field; descending: boolean; order: string } | null {
	const turned = sort?.startsWith('-') ?? false
	const field = about.fields.find(f => f.name === sort?.replace(/^-/, ''))
	if (!field || !can_sort(field)) return null
	const descending = (field.type !== 'text' && field.type !== 'boolean') !== turned
	return { field, descending, order: `\`${field.name}\` ${descending ? 'desc' : 'asc'}` }
}

// The fields named in an attribute, in its order; without one all but shapes.
export function fields_of(about: Dataset, names: string | null): Field[] {
	const wanted = names?.split(/[\s,]+/).filter(Boolean) ?? []
	if (wanted.length) return wanted.flatMap(name => about.fields.find(f => f.name === name) ?? [])
	const plain = about.fields.filter(f => !shown_last.has(f.type))
	return plain.length ? plain : about.fields
}

function date_text(value: string, type: string, speaker: Speaker): string {
	// A year or a month alone is one.
	if (/^\d{4}$/.test(value)) return value
	if (/^\d{4}-\d{2}$/.test(value))
		return new Intl.DateTimeFormat(speaker.lang, { year: 'numeric', month: 'long', timeZone: 'UTC' }).format(new Date(`${value}-01T00:00:00Z`))
	const time = new Date(type === 'date' ? `${value.slice(0, 10)}T00:00:00Z` : value)
	if (Number.isNaN(time.getTime())) return value
	return type === 'date'
		? new Intl.DateTimeFormat(speaker.lang, { dateStyle: 'medium', timeZone: 'UTC' }).format(time)
		: new Intl.DateTimeFormat(speaker.lang, { dateStyle: 'medium', timeStyle: 'short' }).format(time)
}

type Point = { lat: number; lon: number }
type Media = { url?: string; filename?: string; mimetype?: string }
export function text_of(value: unknown, field: Field | null, speaker: Speaker): string {
	if (value === null || value === undefined) return ''
	if (Array.isArray(value)) return value.map(one => text_of(one, field, speaker)).join(', ')
	if (typeof value === 'number') {
		const decimals = Number(field?.annotations?.decimals)
		const n = Number.isInteger(decimals) && decimals >= 0 && decimals < 20
			? new Intl.NumberFormat(speaker.lang, { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(value)
			: speaker.number.format(value)
		const unit = field?.annotations?.unit
		return typeof unit === 'string' ? `${n} ${unit}` : n
	}
	if (typeof value === 'boolean') return value ? speaker.say('Yes') : speaker.say('No')
	if (typeof value === 'string') return field?.type === 'date' || field?.type === 'datetime' ? date_text(value, field.type, speaker) : value
	const point = value as Point
	if (typeof point.lat === 'number' && typeof point.lon === 'number') return `${point.lat.toFixed(5)}, ${point.lon.toFixed(5)}`
	return (value as Media).filename ?? JSON.stringify(value)
}

// The same with links and pictures. Only addresses of the web become links.
export function view_of(value: unknown, field: Field | null, speaker: Speaker, source: string): TemplateResult | typeof nothing {
	if (value === null || value === undefined || value === '')
		return html`<span class="none"><span aria-hidden="true">–</span><span class="visually-hidden">${speaker.say('no value')}</span></span>`
	const media = value as Media
	if (typeof value === 'object' && typeof media.url === 'string') {
		const url = new URL(media.url, source)
		return /^https?:$/.test(url.protocol) ? html`<a href=${url.href}>${media.filename ?? url.pathname.split('/').pop()}</a>` : nothing
	}
	const text = text_of(value, field, speaker)
	if (typeof value === 'string' && /^https?:\/\/\S+$/.test(value)) return html`<a href=${value} rel="noopener nofollow">${text}</a>`
	return html`<bdi>${text}</bdi>`
}
