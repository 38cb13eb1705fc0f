// What a chart is, as the portal's endpoint /api/charts/1.0/ reads and answers it (src/chart/chart.h).
export type Series = {
	type?: string; func?: string; yAxis?: string; color?: string; yLabelOverride?: string; subsets?: number; constant?: number
	cumulative?: boolean; logarithmic?: boolean; scientificDisplay?: boolean; displayValues?: boolean; displayUnits?: boolean
	rightAxis?: boolean; yRangeMin?: number; yRangeMax?: number; yStep?: number; multiplier?: number; index?: number; innersize?: number
	thresholds?: { value: number; color: string }[]; charts?: { func: string; subsets?: number }[]
}
export type Query = {
	config?: { dataset?: string; options?: Record<string, string | string[]> }
	xAxis?: string; timescale?: string; maxpoints?: number; sort?: string; seriesBreakdown?: string; seriesBreakdownTimescale?: string
	stacked?: string; reverseStacks?: boolean; bins?: number; charts: Series[]
}
export type Config = {
	queries: Query[]; title?: string; xLabel?: string; singleAxisLabel?: string; timescale?: string; displayLegend?: boolean
	alignMonth?: boolean; singleAxis?: boolean; logarithmic?: boolean
}

// The answer: a line of `values` for each series (or group of a breakdown), as long as `keys`. A value of a range is [low, high],
// one of a box [min, lower quartile, median, upper quartile, max].
export type Value = number | null | (number | null)[]
export type Line = {
	name: string; query: number; chart: number; type: string; func: string; field?: string; yLabel?: string; unit?: string
	decimals?: number; group?: string; values: Value[]
}
export type Table = {
	chart: Config
	x: { kind: 'text' | 'time' | 'cycle' | 'number' | 'bins'; field: string; label: string; unit?: string; timescale?: string }
	keys: string[]; labels: string[]; series: Line[]; notices: { code: string; n: number; message: string }[]
}

export const series_of = (table: Table, line: Line): Series => table.chart.queries[line.query]?.charts[line.chart] ?? {}
export const query_of = (table: Table, line: Line): Query => table.chart.queries[line.query] ?? { charts: [] }
export const one = (v: Value): number | null => (Array.isArray(v) ? (v.length === 5 ? v[2] : v.at(-1)) ?? null : v)

// A chart as simple attributes say it.
export function config_of(element: Element): Config | null {
	const get = (name: string) => element.getAttribute(name) ?? undefined
	const whole = get('config')
	if (whole) {
		try {
			return JSON.parse(whole) as Config
		} catch {
			console.warn('stoa-chart: config is not JSON')
			return null
		}
	}
	const x = get('x')
	if (!x) return null
	const func = (get('function') ?? (get('y') ? 'AVG' : 'COUNT')).toUpperCase()
	const points = get('max-points')
	return {
		title: get('chart-title') ?? get('title'),
		displayLegend: get('legend') !== 'false',
		queries: [{
			xAxis: x, timescale: get('timescale'), sort: get('sort'), maxpoints: points === undefined ? undefined : Number(points),
			seriesBreakdown: get('breakdown'), stacked: get('stacked'),
			charts: [{ type: get('type') ?? 'column', func, yAxis: get('y'), color: get('color'), yLabelOverride: get('label') }],
		}],
	}
}

// As the endpoint takes it in an address: members that say nothing are left out.
export const spelled = (config: Config) => JSON.stringify(config, (_, v) => (v === '' || v === null ? undefined : v))
export function address_of(config: Config): string {
	const bytes = new TextEncoder().encode(spelled(config))
	let text = ''
	for (const byte of bytes) text += String.fromCharCode(byte)
	return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}
