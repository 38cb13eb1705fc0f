// From a layer of a map to what MapLibre draws and what the legend says.
import type { CircleLayerSpecification, ExpressionSpecification, LayerSpecification } from 'maplibre-gl'
import { Context, parse_parameters } from './context'
import { bounds_of, gradient, heat, ink_on, type MapLayer, palette, ramp, undefined_color } from './map_config'
import { icons } from './map_icons'
import { type Dataset, quote } from './query'

export type Entry = { color: string; text?: string; icon?: string; from?: number; to?: number; other?: true; none?: true }
export type Plan = {
	id: string; layer: MapLayer; context: Context; about: Dataset | null; field: string; shape: boolean; why: string; total: number
	tiles: string; styles: LayerSpecification[]; legend: Entry[]; color: string; smooth: boolean
	low: number; high: number; title: string; visible: boolean
	joined: Map<string, number> | null // of a choropleth by records: what the records of each value come to
}

const name_of = (field: string) => '`' + field.replace(/[`\\]/g, '\\$&') + '`'
const carried = /^(q|as_of|timezone|where|(q|refine|exclude|disjunctive|geofilter)\..+)$/

// Everything of the state of a page that filters, and the filters of the layer itself.
export function state_of(plan: Plan): URLSearchParams {
	const out = new URLSearchParams()
	for (const [name, value] of plan.context.state) if (carried.test(name)) out.append(name, value)
	return out
}

export function own_parameters(layer: MapLayer): URLSearchParams {
	return parse_parameters(JSON.stringify(layer.parameters ?? {}))
}

function mode_of(layer: MapLayer, shape: boolean) {
	if (layer.display === 'cluster') return 'cluster'
	if (layer.display === 'heatmap') return 'heat'
	return shape ? 'shapes' : 'points'
}

function tiles_of(plan: Plan): string {
	const { layer } = plan
	const query = state_of(plan)
	query.set('field', plan.field)
	query.set('mode', mode_of(layer, plan.shape))
	if (layer.value && !joins(layer) && (layer.display === 'choropleth' || layer.display === 'cluster' || layer.display === 'heatmap')) {
		query.set('value', layer.value)
		if (layer.display !== 'choropleth') query.set('function', layer.function ?? (layer.display === 'cluster' ? 'avg' : 'sum'))
	}
	const by = layer.colorField ?? (layer.display === 'category' || joins(layer) ? layer.by : undefined)
	if (by) query.set('by', by)
	if (plan.context.apikey) query.set('apikey', plan.context.apikey)
	return `${plan.context.source}/tiles/${encodeURIComponent(plan.context.dataset)}/{z}/{x}/{y}?${query}`
}

// --- what has to be asked before ------------------------------------------------------------------------------------

type Rows<T> = { results: T[]; total_count?: number }

// Areas coloured by what records come to that share a value with them: of the same dataset, or of another of the portal.
const joins = (layer: MapLayer) => layer.display === 'choropleth' && !!layer.by && (!!layer.join || !layer.value || !!layer.function)

const JOINED = 5000
async function ask_joined(plan: Plan, signal: AbortSignal) {
	const { layer } = plan
	if (!joins(layer) || !layer.by) return
	const of = layer.join ? new Context(plan.context.source, layer.join, new URLSearchParams()) : plan.context
	of.apikey = plan.context.apikey
	const what = layer.value ? `${layer.function ?? 'sum'}(${name_of(layer.value)})` : 'count(*)'
	const { results } = await of.ask<Rows<{ k: unknown; n: number | null }>>('records',
		{ select: `${what} as n`, group_by: `${name_of(layer.joinField || layer.by)} as k`, limit: JOINED }, signal)
	plan.joined = new Map()
	for (const { k, n: value } of results) {
		if (k === null || k === undefined || value === null) continue
		plan.joined.set(String(k), value)
		// A number as a word of a tile is written for readers.
		if (typeof k === 'number') plan.joined.set(new Intl.NumberFormat('en').format(k), value)
	}
	const all = [...plan.joined.values()]
	if (!layer.range) [plan.low, plan.high] = all.length ? [Math.min(...all), Math.max(...all)] : [NaN, NaN]
}

async function ask_range(plan: Plan, signal: AbortSignal) {
	const { layer } = plan
	if (joins(layer) && !layer.range) return
	if (layer.range) [plan.low, plan.high] = layer.range
	else if (layer.value && (layer.display === 'choropleth' || layer.display === 'heatmap')) {
		const v = name_of(layer.value)
		const { results } = await plan.context.ask<Rows<{ low: number | null; high: number | null }>>('records',
			{ select: `min(${v}) as low, max(${v}) as high`, limit: 1 }, signal)
		plan.low = results[0]?.low ?? NaN
		plan.high = results[0]?.high ?? NaN
	}
}

async function ask_categories(plan: Plan, signal: AbortSignal) {
	const { layer } = plan
	if (layer.display !== 'category' || !layer.by || layer.categories?.length || layer.colorField) return
	const { results } = await plan.context.ask<Rows<Record<string, unknown>>>('records',
		{ select: 'count(*) as n', group_by: `${name_of(layer.by)} as v`, order_by: 'n desc', limit: palette.length }, signal)
	const values = results.map(r => r.v).filter(v => v !== null && v !== undefined).map(v => Array.isArray(v) ? String(v[0]) : String(v))
	layer.categories = [...new Set(values)].map((value, i) => ({ value, color: palette[i % palette.length] }))
}

export async function prepare(plan: Plan, signal: AbortSignal): Promise<void> {
	const about = await plan.context.about()
	plan.about = about
	const gathers = plan.layer.display === 'cluster' || plan.layer.display === 'heatmap' || plan.layer.display === 'dots'
	const first = (type: string) => about.fields.find(f => f.type === type)
	const field = about.fields.find(f => f.name === plan.layer.field) ??
		(gathers ? first('geo_point_2d') ?? first('geo_shape') : first('geo_shape') ?? first('geo_point_2d'))
	plan.title = plan.layer.title || String(about.metas.default?.title ?? plan.context.dataset)
	if (!field) return void (plan.why = 'places')
	plan.field = field.name
	plan.shape = field.type === 'geo_shape'
	const [count] = await Promise.all([plan.context.ask<Rows<{ n: number }>>('records', { select: 'count(*) as n', limit: 1 }, signal),
		ask_range(plan, signal), ask_categories(plan, signal), ask_joined(plan, signal)])
	plan.total = count.results[0]?.n ?? 0
	plan.tiles = tiles_of(plan)
}

// Where the records are: [west, south, east, north]; null when there are none. Shapes beyond the world, which stand in some data by
// mistake, do not pull the view away from the others.
export async function extent(plan: Plan, signal: AbortSignal, where?: string): Promise<[number, number, number, number] | null> {
	if (!plan.field) return null
	type Shape = { geometry?: { coordinates: unknown }; coordinates?: unknown }
	const { results } = await plan.context.ask<Rows<{ b: Shape | null }>>('records', { select: `bbox(${name_of(plan.field)}) as b`, limit: 1, ...(where && { where }) }, signal)
	const flat: number[] = []
	const walk = (v: unknown): void => { if (typeof v === 'number') flat.push(v); else if (Array.isArray(v)) v.forEach(walk) }
	walk(results[0]?.b?.geometry?.coordinates ?? results[0]?.b?.coordinates)
	if (flat.length < 2) return null
	const xs = flat.filter((_, i) => i % 2 === 0), ys = flat.filter((_, i) => i % 2)
	if (!where && (Math.max(...ys.map(Math.abs)) > 90 || Math.max(...xs.map(Math.abs)) > 360))
		return extent(plan, signal, `in_bbox(${name_of(plan.field)}, -90, -180, 90, 180)`)
	return [Math.min(...xs), Math.max(-85, Math.min(...ys)), Math.max(...xs), Math.min(85, Math.max(...ys))]
}

// --- drawing --------------------------------------------------------------------------------------------------------

const n: ExpressionSpecification = ['coalesce', ['get', 'n'], 1]

// The colour of a feature, and what the legend says of it.
function color_of(plan: Plan): string | ExpressionSpecification {
	const { layer, color } = plan
	const other = layer.otherColor || undefined_color
	plan.legend = []
	if (layer.colorField) return ['to-color', ['get', 'w'], color]
	if (layer.display === 'category' && layer.by) {
		const rows = layer.categories ?? []
		plan.legend = [...rows.map(c => ({ color: c.color, text: c.value, icon: c.icon })), { color: other, other: true as const }]
		return rows.length ? ['match', ['get', 'w'], ...rows.flatMap(c => [c.value, c.color]), other] as unknown as ExpressionSpecification : other
	}
	if (layer.display !== 'choropleth' || (!layer.value && !plan.joined)) return color
	const bounds = bounds_of(layer, plan.low, plan.high)
	const colors = ramp(layer.colors?.length ? layer.colors : gradient, bounds.length + 1, layer.space)
	const none = layer.undefinedColor || undefined_color
	plan.legend = colors.map((c, i) => ({ color: c, from: i ? bounds[i - 1] : plan.low, to: i < bounds.length ? bounds[i] : plan.high }))
	plan.legend.push({ color: none, none: true })
	const known = plan.joined && ['literal', Object.fromEntries(plan.joined)]
	const word = ['to-string', ['get', 'w']]
	const v = (known ? ['number', ['get', word, known]] : ['get', 'v']) as ExpressionSpecification
	const stepped = (bounds.length ? ['step', v, colors[0], ...bounds.flatMap((b, i) => [b, colors[i + 1]])] : colors[0]) as ExpressionSpecification
	const ranged = layer.range && layer.outColor ? ['case', ['any', ['<', v, layer.range[0]], ['>', v, layer.range[1]]], layer.outColor, stepped] : stepped
	return ['case', known ? ['has', word, known] : ['has', 'v'], ranged, none] as ExpressionSpecification
}

// The word of a marker's drawing: that of a feature's value, else the layer's.
function icon_of(layer: MapLayer): string | ExpressionSpecification {
	const own = layer.icon && layer.icon in icons ? layer.icon : ''
	const chosen = layer.display === 'category' ? (layer.categories ?? []).filter(c => c.icon && c.icon in icons) : []
	return chosen.length ? ['match', ['get', 'w'], ...chosen.flatMap(c => [c.value, c.icon]), own] as unknown as ExpressionSpecification : own
}

const dashes = { solid: undefined, dashed: [3, 2], dotted: [0.1, 2] }

function circles(plan: Plan, base: object, color: string | ExpressionSpecification): CircleLayerSpecification {
	const { layer } = plan
	const size = layer.size ?? 5
	const far = plan.total <= 500 ? 0.8 : plan.total <= 5000 ? 0.5 : 0.3
	const grown = (least: number) => ['interpolate', ['linear'], ['ln', n], 0, least, Math.log(1000), least * 1.8, Math.log(1e6), least * 2.4]
	return { ...base, id: `${plan.id}-dot`, type: 'circle', filter: ['==', ['geometry-type'], 'Point'], paint: {
		'circle-color': color, 'circle-opacity': layer.opacity ?? 0.85,
		// Squares of gathered records are 8 pixels wide: from afar the dots of many stay apart.
		'circle-radius': ['interpolate', ['linear'], ['zoom'], 0, grown(size * far), 4, grown(size * (0.8 * far + 0.2)), 11, grown(size)],
		'circle-stroke-color': layer.borderColor || '#ffffff', 'circle-stroke-opacity': layer.borderOpacity ?? 1,
		'circle-stroke-width': layer.border ?? ['interpolate', ['linear'], ['zoom'], 0, far > 0.7 ? 0.6 : 0, 5, far > 0.7 ? 0.8 : 0.25, 10, 1],
	} } as unknown as CircleLayerSpecification
}

function cluster_styles(plan: Plan, base: object): LayerSpecification[] {
	const { layer, color } = plan
	const [low, high] = [layer.sizeMin ?? 12, layer.sizeMax ?? 36]
	const shown: ExpressionSpecification = layer.value ? ['coalesce', ['get', 'v'], 0] : n
	const radius: unknown = layer.scale === 'linear' || !layer.scale
		? ['interpolate', ['linear'], ['ln', n], 0, low * 0.6, Math.log(10), low, Math.log(100000), high]
		: ['interpolate', ['linear'], ['ln', n], 0, low, Math.log(100000), high]
	const short: unknown = ['case',
		['>=', ['abs', shown], 1e6], ['concat', ['to-string', ['/', ['round', ['/', shown, 1e5]], 10]], 'M'],
		['>=', ['abs', shown], 1e4], ['concat', ['to-string', ['round', ['/', shown, 1e3]]], 'k'],
		['>=', ['abs', shown], 1e3], ['concat', ['to-string', ['/', ['round', ['/', shown, 100]], 10]], 'k'],
		['to-string', ['/', ['round', ['*', shown, 100]], 100]]]
	return [{ ...base, id: `${plan.id}-cluster`, type: 'circle', layout: { 'circle-sort-key': n }, paint: {
		'circle-color': color, 'circle-opacity': layer.opacity ?? 0.85, 'circle-radius': radius,
		'circle-stroke-color': layer.borderColor || '#ffffff', 'circle-stroke-width': layer.border ?? 2, 'circle-stroke-opacity': layer.borderOpacity ?? 0.9,
	} }, { ...base, id: `${plan.id}-number`, type: 'symbol', filter: layer.value ? ['has', 'v'] : ['has', 'n'], layout: {
		'text-field': short, 'text-size': 12, 'text-font': ['sans-serif'], 'text-allow-overlap': true, 'text-ignore-placement': true,
	}, paint: { 'text-color': ink_on(color) } }] as LayerSpecification[]
}

function heat_style(plan: Plan, base: object): LayerSpecification[] {
	const colors = ramp(plan.layer.colors?.length ? plan.layer.colors : heat, 5)
	plan.legend = colors.map(color => ({ color }))
	plan.smooth = true
	const amount: unknown = plan.layer.value ? ['coalesce', ['get', 'v'], 0] : n
	const weight = plan.layer.scale === 'log' || !plan.layer.scale ? ['ln', ['+', 1, ['max', 0, amount]]] : amount
	const [r, g, b] = [1, 3, 5].map(i => parseInt(colors[0].slice(i, i + 2), 16))
	return [{ ...base, id: `${plan.id}-heat`, type: 'heatmap', filter: ['==', ['geometry-type'], 'Point'], paint: {
		'heatmap-radius': plan.layer.radius ?? 24, 'heatmap-weight': weight, 'heatmap-opacity': plan.layer.opacity ?? 0.85,
		'heatmap-intensity': ['interpolate', ['linear'], ['zoom'], 0, 0.04, 5, 0.08, 10, 0.3, 16, 1],
		'heatmap-color': ['interpolate', ['linear'], ['heatmap-density'], 0, `rgba(${r}, ${g}, ${b}, 0)`,
			...colors.flatMap((c, i) => [(i + 1) / colors.length, c])],
	} }] as unknown as LayerSpecification[]
}

export function draw(plan: Plan): void {
	const { layer } = plan
	const base = { source: plan.id, 'source-layer': 'data', minzoom: layer.zoomMin ?? 0, maxzoom: layer.zoomMax !== undefined && layer.zoomMax < 22 ? layer.zoomMax + 1 : 24 }
	plan.tiles = tiles_of(plan)
	plan.smooth = false
	plan.legend = []
	if (layer.display === 'heatmap') return void (plan.styles = heat_style(plan, base))
	if (layer.display === 'cluster') return void (plan.styles = cluster_styles(plan, base))
	const color = color_of(plan)
	if (layer.marker === 'pin' || layer.marker === 'icon') {
		plan.styles = [{ ...base, id: `${plan.id}-pin`, type: 'symbol', filter: ['==', ['geometry-type'], 'Point'], layout: {
			'icon-image': ['concat', `${layer.marker}:`, icon_of(layer), ':', layer.colorField ? ['coalesce', ['get', 'w'], plan.color] : color], 'icon-anchor': layer.marker === 'pin' ? 'bottom' : 'center', 'icon-allow-overlap': true,
			'icon-size': Math.max(0.5, (layer.size ?? 5) / 6) },
			paint: { 'icon-opacity': layer.opacity ?? 1 } }] as unknown as LayerSpecification[]
	} else {
		plan.styles = [circles(plan, base, color)]
	}
	if (!plan.shape) return
	const colored = layer.display === 'choropleth' || layer.display === 'category' || !!layer.colorField
	const line = { 'line-width': layer.line ?? 2, 'line-color': color, 'line-opacity': layer.opacity ?? 0.85 }
	const dash = dashes[layer.borderStyle ?? 'solid']
	plan.styles.unshift(
		{ ...base, id: `${plan.id}-fill`, type: 'fill', filter: ['==', ['geometry-type'], 'Polygon'],
			paint: { 'fill-color': color, 'fill-opacity': layer.fillOpacity ?? (colored ? 0.8 : 0.35) } } as LayerSpecification,
		{ ...base, id: `${plan.id}-edge`, type: 'line', filter: ['==', ['geometry-type'], 'Polygon'], layout: { 'line-join': 'round', 'line-cap': dash ? 'round' : 'butt' },
			paint: { 'line-width': layer.border ?? 1, 'line-color': layer.borderColor || (colored ? '#ffffff' : plan.color), 'line-opacity': layer.borderOpacity ?? 1,
				...(dash ? { 'line-dasharray': dash } : {}) } } as LayerSpecification,
		{ ...base, id: `${plan.id}-line`, type: 'line', filter: ['==', ['geometry-type'], 'LineString'], layout: { 'line-join': 'round', 'line-cap': 'round' },
			paint: { ...line, ...(dash ? { 'line-dasharray': dash } : {}) } } as LayerSpecification)
}

// The condition that a record lies within so many metres of a place, or in a box.
export const near = (field: string, lon: number, lat: number, metres: number) =>
	`within_distance(${name_of(field)}, geom'POINT(${lon.toFixed(6)} ${lat.toFixed(6)})', ${Math.max(1, Math.round(metres))}m)`
export const inside = (field: string, [west, south, east, north]: number[]) =>
	`in_bbox(${name_of(field)}, ${[south, west, north, east].map(v => v.toFixed(6)).join(', ')})`
export { name_of, quote }
