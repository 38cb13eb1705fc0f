// What a reader asks of a dataset, and how the Explore API is asked for it. State has the names that addresses of the front
// office have, so that a page, an element and a link say one thing:
//   q, refine.F=V, exclude.F=V, disjunctive.F, sort=[-]F, timezone, as_of,
//   q.NAME=F:[A TO B] (a range; either end may be *), geofilter.bbox=lat1,lon1,lat2,lon2,
//   geofilter.distance=lat,lon[,metres], geofilter.polygon=(lat,lon),(lat,lon),…
// Everything else in a state is carried along and not sent.
export type Field = { name: string; label: string; type: string; description?: string | null; annotations?: Record<string, unknown> }
export type Dataset = {
	dataset_id: string; has_records: boolean; data_visible: boolean; features: string[]; fields: Field[]
	metas: Record<string, Record<string, unknown>>
}
export type Row = Record<string, unknown>

export const quote = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`
const field_of = (name: string) => '`' + name.replace(/[`\\]/g, '\\$&') + '`'

const number = /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/
function literal(text: string): string | null {
	if (number.test(text)) return text
	return /^\d{4}([-/]\d{1,2}([-/]\d{1,2}([T ][\d:.+Z-]+)?)?)?$/.test(text) ? `date'${text.replaceAll('/', '-')}'` : null
}

// field:[a TO b] of the older query language as ODSQL; null when it is not one.
export function range_where(text: string): string | null {
	const m = /^([^:]+):\[\s*(\S.*?)\s+TO\s+(\S.*?)\s*\]$/.exec(text)
	if (!m) return null
	const [from, to] = [m[2], m[3]].map(end => (end === '*' ? '*' : literal(end)))
	if (!from || !to) return null
	const parts = []
	if (from !== '*') parts.push(`${field_of(m[1])} >= ${from}`)
	if (to !== '*') parts.push(`${field_of(m[1])} <= ${to}`)
	return parts.join(' and ') || null
}

const numbers = (text: string) => text.split(/[(),\s]+/).filter(Boolean).map(Number)
export function geo_where(name: string, value: string, geo: string): string | null {
	const n = numbers(value)
	if (n.some(v => !Number.isFinite(v))) return null
	const field = field_of(geo)
	if (name === 'geofilter.bbox' && n.length === 4) return `in_bbox(${field}, ${n.join(', ')})`
	if (name === 'geofilter.distance' && n.length >= 2)
		return `within_distance(${field}, geom'POINT(${n[1]} ${n[0]})', ${n[2] ?? 0}m)`
	if (name !== 'geofilter.polygon' || n.length < 6 || n.length % 2) return null
	const ring = []
	for (let i = 0; i < n.length; i += 2) ring.push(`${n[i + 1]} ${n[i]}`)
	if (ring[0] !== ring.at(-1)) ring.push(ring[0])
	return `intersects(${field}, geom'POLYGON((${ring.join(', ')}))')`
}

// The first field with geometry: points before shapes, for filters by place.
export const geo_field = (d: Dataset) =>
	d.fields.find(f => f.type === 'geo_point_2d')?.name ?? d.fields.find(f => f.type === 'geo_shape')?.name ?? null

// Whether what stands in a search box is a question of the older query language (AND, #functions, field:value) and not words; the server
// decides alike for its pages.
export function speaks(q: string, fields: readonly { name: string }[]): boolean {
	const bare = q.replace(/"[^"]*"?/g, '""')
	if (/(^|[\s(])#[\w.]+\(/.test(bare) || /(^|[\s(])NOT[ (]+\S/.test(bare) || /[\s(](AND|OR)[ (]+\S/.test(bare)) return true
	return [...bare.matchAll(/(?:^|[\s(])([\p{L}\p{N}_.]+)[:=<>]+[^\s/:=<>]/gu)].some(m => fields.some(f => f.name === m[1]))
}

// Parameters of the Explore API v2.1 for a state. `geo` is the field that geofilter.* mean; without one they are left out.
export function api_query(state: URLSearchParams, geo: string | null, fields: readonly { name: string }[] = []): URLSearchParams {
	const out = new URLSearchParams()
	const where = []
	const q = state.get('q')?.trim()
	if (q && speaks(q, fields)) out.append('qv1', q)
	else if (q) where.push(`search(${quote(q)})`)
	for (const [name, value] of state) {
		const range = name.startsWith('q.') && range_where(value)
		const place = geo && name.startsWith('geofilter.') && geo_where(name, value, geo)
		if (range) where.push(range)
		else if (place) where.push(place)
		else if (name.startsWith('refine.')) out.append('refine', `${field_of(name.slice(7))}:${quote(value)}`)
		else if (name.startsWith('exclude.')) out.append('exclude', `${field_of(name.slice(8))}:${quote(value)}`)
		else if (name.startsWith('disjunctive.')) out.append('facet', `facet(name=${quote(name.slice(12))}, disjunctive=true)`)
		else if (name === 'timezone' || name === 'as_of') out.set(name, value)
		else if (name === 'where' && value) where.push(value)
	}
	for (const part of where) out.append('where', part)
	return out
}

// --- asking -----------------------------------------------------------------------------------------------------

export class ApiError extends Error {
	constructor(readonly status: number, message: string) {
		super(message)
	}
}

export async function ask<T>(origin: string, path: string, query: URLSearchParams, o: { apikey?: string; signal?: AbortSignal } = {}): Promise<T> {
	const url = new URL(path, origin)
	url.search = query.toString()
	const headers: Record<string, string> = { Accept: 'application/json' }
	if (o.apikey) headers.Authorization = `Apikey ${o.apikey}`
	// Cookies go to the portal's own pages only: elsewhere a reader is nobody.
	const answer = await fetch(url, { headers, signal: o.signal, credentials: origin === location.origin ? 'same-origin' : 'omit' })
	const body = await answer.json().catch(() => null)
	if (!answer.ok) throw new ApiError(answer.status, body?.message ?? `${answer.status} ${answer.statusText}`)
	return body as T
}
