// From a table to what the drawing library draws. Nothing is asked here and nothing remembered: the same table and look give the same
// picture. Places of points are categories, with periods of time that have no records put in between.
import { between, colour_of, type Look, type Numbers } from './look'
import { one, query_of, series_of, type Line, type Series, type Table, type Value } from './model'
import { time_labels, without_gaps } from './time'

export type Drawn = { option: Record<string, unknown>; keys: string[]; labels: string[]; at: number[]; legend: Entry[] }
export type Entry = { name: string; colour: string; line: number; point?: number }
type Frame = { table: Table; look: Look; numbers: Numbers; width: number; hidden: Set<string>; words: Words }
export type Words = { none: string; total: string }

const flat = new Set(['pie', 'donut', 'treemap', 'funnel', 'polar', 'spiderweb', 'calendar'])
export const kind_of = (table: Table) => {
	const first = table.series[0]?.type ?? 'column'
	return flat.has(first) ? first : 'axes'
}
const is_counted = (line: Line) => (line.func === 'COUNT' || line.func === 'DISTINCT') && !line.values.some(Array.isArray)

// --- the axis of points ----------------------------------------------------------------------------------------------

type Places = { keys: string[]; labels: string[]; at: number[] }
function places_of(table: Table): Places {
	const plain = { keys: table.keys, labels: table.labels, at: table.keys.map((_, i) => i) }
	if (table.x.kind !== 'time' || !table.x.timescale) return plain
	const filled = without_gaps(table.keys, table.x.timescale)
	return filled ? { ...filled, labels: filled.keys.map((key, i) => (filled.at[i] < 0 ? key : table.labels[filled.at[i]])) } : plain
}

// A period without records counts 0 of them; of anything else there is nothing to say.
function value_at(line: Line, s: Series, at: number, before: number | null): Value {
	if (at >= 0) return line.values[at]
	if (s.func === 'CONSTANT') return one(line.values[0])
	return s.cumulative ? before : line.func === 'COUNT' ? 0 : null
}

function values_of(table: Table, line: Line, places: Places): Value[] {
	const s = series_of(table, line)
	let before: number | null = null
	return places.at.map(at => {
		const v = value_at(line, s, at, before)
		before = one(v)
		return v
	})
}

// --- parts that are alike everywhere ------------------------------------------------------------------------------------

const text_of = (look: Look) => ({ color: look.soft, fontFamily: look.font, fontSize: 12 })
function tooltip(f: Frame, o: Record<string, unknown>) {
	return {
		renderMode: 'richText', confine: true, backgroundColor: f.look.paper, borderColor: f.look.line, borderWidth: 1, padding: [8, 12],
		textStyle: { ...text_of(f.look), color: f.look.ink, fontSize: 13, lineHeight: 20 }, transitionDuration: 0, ...o,
	}
}

// What richText would read as its own marks.
const plain = (text: string) => text.replace(/[{}|]/g, ' ')
const cut = (text: string, n: number) => (text.length > n ? `${text.slice(0, n - 1)}…` : text)

export function reading(f: { numbers: Numbers }, v: Value, line: Line, s: Series): string {
	if (!Array.isArray(v)) return f.numbers.full(v, line, s)
	const said = v.map(x => f.numbers.full(x, line, s))
	return v.length === 2 ? said.join(' – ') : `${said[2]} (${said[0]} – ${said[4]})`
}

function base(f: Frame): Record<string, unknown> {
	return {
		animation: !f.look.still, animationDuration: 250, animationDurationUpdate: 250,
		textStyle: text_of(f.look), backgroundColor: 'transparent',
		aria: { enabled: false, decal: { show: f.look.strong } },
	}
}

// --- on axes ---------------------------------------------------------------------------------------------------------

function stacked(values: Value[][], percent: boolean): Value[][] {
	if (!percent) return values
	const sums = (values[0] ?? []).map((_, i) => values.reduce((sum, v) => sum + Math.abs(one(v[i]) ?? 0), 0))
	return values.map(line => line.map((v, i) => (one(v) === null || !sums[i] ? null : (one(v) as number) / sums[i])))
}

function threshold_colour(s: Series, v: number | null, otherwise: string): string {
	let colour = otherwise
	for (const t of [...(s.thresholds ?? [])].sort((a, b) => a.value - b.value)) if (v !== null && v >= t.value && /^#[0-9a-f]{3,8}$/i.test(t.color)) colour = t.color
	return colour
}

type Drawing = { f: Frame; line: Line; s: Series; values: Value[]; colour: string; axis: number; across: boolean; stack?: string; name: string }

function bars(d: Drawing, histogram: boolean) {
	return {
		type: 'bar', data: d.values.map(v => ({ value: one(v), itemStyle: d.s.thresholds?.length ? { color: threshold_colour(d.s, one(v), d.colour) } : undefined })),
		barMaxWidth: histogram ? undefined : 56, barCategoryGap: histogram ? '4%' : '28%', barMinHeight: 1,
		itemStyle: { color: d.colour, borderRadius: d.stack ? 0 : d.across ? [0, 2, 2, 0] : [2, 2, 0, 0] },
	}
}

function lines(d: Drawing, area: boolean, smooth: boolean) {
	const known = d.values.filter(v => one(v) !== null).length
	const few = d.values.length <= 40 || known < d.values.length / 2
	return {
		type: 'line', data: d.values.map(one), connectNulls: known < 0.7 * d.values.length && !d.stack, smooth: smooth ? 0.35 : false, smoothMonotone: smooth ? 'x' : undefined,
		showSymbol: few, symbol: 'circle', symbolSize: 6, sampling: d.values.length > 1500 ? 'lttb' : undefined,
		lineStyle: { width: 2, color: d.colour }, itemStyle: { color: d.colour },
		areaStyle: area ? { color: d.colour, opacity: d.stack ? 0.75 : 0.22 } : undefined,
		markLine: d.s.thresholds?.length ? { silent: true, symbol: 'none', label: { show: false },
			data: d.s.thresholds.map(t => ({ yAxis: t.value, lineStyle: { color: t.color || d.colour, type: 'dashed' } })) } : undefined,
	}
}

// A range is what lies on top of an invisible thing.
function range(d: Drawing, area: boolean, smooth: boolean): Record<string, unknown>[] {
	const low = d.values.map(v => (Array.isArray(v) ? v[0] : null))
	const depth = d.values.map(v => (Array.isArray(v) && v[0] !== null && v[1] !== null ? v[1] - v[0] : null))
	const stack = { stack: `range ${d.name}`, stackStrategy: 'all' }
	if (!area)
		return [{ type: 'bar', data: low, ...stack, itemStyle: { color: 'transparent' }, silent: true, tooltip: { show: false }, barMaxWidth: 40 },
			{ type: 'bar', data: depth, ...stack, itemStyle: { color: d.colour, borderRadius: 3 }, barMaxWidth: 40 }]
	const line = { type: 'line', showSymbol: false, smooth: smooth ? 0.35 : false, smoothMonotone: smooth ? 'x' : undefined, ...stack, lineStyle: { width: 1, color: d.colour },
		itemStyle: { color: d.colour } }
	return [{ ...line, data: low, tooltip: { show: false } }, { ...line, data: depth, areaStyle: { color: d.colour, opacity: 0.3 } }]
}

function drawn(d: Drawing): Record<string, unknown>[] {
	switch (d.line.type) {
	case 'line': return [lines(d, false, false)]
	case 'spline': return [lines(d, false, true)]
	case 'area': return [lines(d, true, false)]
	case 'areaspline': return [lines(d, true, true)]
	case 'arearange': return range(d, true, false)
	case 'areasplinerange': return range(d, true, true)
	case 'columnrange': return range(d, false, false)
	case 'scatter': return [{ type: 'scatter', data: d.values.map(one), symbolSize: 8, itemStyle: { color: d.colour, opacity: 0.8 } }]
	case 'boxplot': return [{ type: 'boxplot', data: d.values.map(v => (Array.isArray(v) && v.every(x => x !== null) ? v : [])),
		itemStyle: { color: between(d.f.look.paper, d.colour, 0.25), borderColor: d.colour, borderWidth: 1.5 }, boxWidth: [8, 42] }]
	default: return [bars(d, d.line.type === 'histogram')]
	}
}

// The second axis is for what is measured otherwise: where asked for, or where one would lie flat beside the other.
function axes_of(f: Frame, shown: Line[]): number[] {
	if (f.table.chart.singleAxis) return shown.map(() => 0)
	const asked = shown.map(line => (series_of(f.table, line).rightAxis ? 1 : 0))
	if (asked.some(Boolean)) return asked.every(Boolean) ? shown.map(() => 0) : asked
	const measure = (line: Line) => (is_counted(line) ? '#' : `${line.unit ?? line.field ?? ''}`)
	const first = shown[0] && measure(shown[0])
	return shown.map(line => (line.func !== 'CONSTANT' && measure(line) !== first ? 1 : 0))
}

function axis_name(f: Frame, lines_on: Line[]): string {
	if (f.table.chart.singleAxisLabel) return f.table.chart.singleAxisLabel
	const names = new Set(lines_on.map(line => {
		const s = series_of(f.table, line)
		const name = line.group === undefined ? line.name : s.yLabelOverride ?? line.yLabel ?? ''
		return line.unit && s.displayUnits !== false && !name.includes(line.unit) ? `${name}${name ? ', ' : ''}${line.unit}` : name
	}))
	const units = new Set(lines_on.map(line => (series_of(f.table, line).displayUnits === false ? '' : line.unit ?? '')))
	return names.size === 1 ? [...names][0] : units.size === 1 ? [...units][0] : ''
}

function value_axis(f: Frame, on: Line[], second: boolean, across: boolean, percent: boolean) {
	const all = on.map(line => series_of(f.table, line))
	const first = <K extends keyof Series>(k: K) => all.find(s => s[k] !== undefined)?.[k]
	const log = f.table.chart.logarithmic || all.some(s => s.logarithmic)
	const tight = on.every(line => ['line', 'spline', 'scatter', 'boxplot', 'arearange', 'areasplinerange', 'columnrange'].includes(line.type))
	return {
		type: log && !percent ? 'log' : 'value', min: percent ? 0 : first('yRangeMin'), max: percent ? 1 : first('yRangeMax'), interval: first('yStep'),
		scale: tight && !log && far_from_zero(on), position: across ? 'bottom' : second !== f.look.rtl ? 'right' : 'left', inverse: across && f.look.rtl,
		name: cut(plain(axis_name(f, on)), 60), nameLocation: across ? 'middle' : 'end', nameGap: across ? 30 : 14,
		nameTextStyle: { ...text_of(f.look), align: across ? 'center' : second !== f.look.rtl ? 'right' : 'left', padding: 0 },
		axisLabel: { ...text_of(f.look), formatter: percent ? f.numbers.share : f.numbers.tick, hideOverlap: true },
		axisLine: { show: false }, axisTick: { show: false }, splitNumber: 5,
		minInterval: on.length && on.every(line => is_counted(line) && !series_of(f.table, line).multiplier) && !percent ? 1 : undefined,
		splitLine: { show: !second, lineStyle: { color: f.look.line, width: 1 } },
	}
}

// Whether an axis may begin elsewhere than at 0: when what is shown differs little beside its distance from there.
function far_from_zero(on: Line[]): boolean {
	let low = Infinity
	let high = -Infinity
	for (const line of on) for (const v of line.values) for (const x of Array.isArray(v) ? v : [v]) if (x !== null) {
		low = Math.min(low, x)
		high = Math.max(high, x)
	}
	return low > 0 && high > low && (high - low) / high < 0.4
}

function category_axis(f: Frame, places: Places, across: boolean) {
	const room = Math.max(2, Math.floor(f.width / (f.table.x.timescale === 'year' ? 56 : 84)))
	const spaced = f.table.x.kind === 'time' && f.table.x.timescale && places.labels.length > 1 && !across
		? time_labels(places.keys, f.table.x.timescale, room, f.numbers.lang) : null
	const many = places.labels.length > (f.width < 500 ? 5 : 12)
	const longest = places.labels.reduce((n, l) => Math.max(n, l.length), 0)
	const tilt = !across && !spaced && longest * 7 > f.width / places.labels.length && longest > 4 && places.labels.length > 1
	return {
		...(across ? {} : x_title(f)), type: 'category', data: places.labels.map(plain), inverse: across || f.look.rtl, position: across ? (f.look.rtl ? 'right' : 'left') : 'bottom',
		boundaryGap: !f.table.series.every(line => /^(line|spline|area|areaspline|arearange|areasplinerange)$/.test(line.type)) || places.keys.length < 2,
		axisLine: { lineStyle: { color: f.look.soft } },
		axisTick: { show: !!spaced, interval: spaced ? (i: number) => spaced[i] !== null : undefined, lineStyle: { color: f.look.line } },
		axisLabel: {
			...text_of(f.look), interval: spaced ? (i: number) => spaced[i] !== null : across && !many ? 0 : 'auto', hideOverlap: true,
			showMinLabel: spaced ? undefined : true,
			rotate: tilt ? (f.look.rtl ? -40 : 40) : 0, width: across ? Math.min(180, f.width * 0.35) : tilt ? 120 : undefined, overflow: 'truncate',
			formatter: (text: string, i: number) => spaced?.[i] ?? cut(text, 40),
		},
	}
}

function on_axes(f: Frame, places: Places): Drawn {
	const { table, look } = f
	const across = table.series.some(line => line.type === 'bar')
	const legend = table.series.map((line, i) => ({ name: line.name, colour: line_colour(table, line, i, look), line: i }))
	const shown = table.series.filter(line => !f.hidden.has(line.name))
	const axes = axes_of(f, shown)
	const percent = table.chart.queries.some(q => q.stacked === 'percent')
	const whole = shown.map(line => values_of(table, line, places))
	const values = percent ? stacked(whole, true) : whole
	const series = shown.flatMap((line, i) => {
		const s = series_of(table, line)
		const q = query_of(table, line)
		const stack = q.stacked ? `stack ${line.query} ${axes[i]}` : undefined
		const d: Drawing = { f, line, s, values: values[i], colour: legend[table.series.indexOf(line)].colour, axis: axes[i], across, stack, name: `${i}` }
		return drawn(d).map((one_of, k, all) => ({
			name: line.name, id: `${table.series.indexOf(line)} ${k}`, z: 2 + (s.index ?? 0), stack, ...one_of, [across ? 'xAxisIndex' : 'yAxisIndex']: axes[i],
			label: s.displayValues && k === all.length - 1 ? { show: true, ...text_of(look), color: look.ink, position: stack ? 'inside' : across ? 'right' : 'top',
				formatter: (p: { dataIndex: number }) => reading(f, whole[i][p.dataIndex], line, s) } : undefined,
			labelLayout: { hideOverlap: true }, emphasis: { disabled: true },
		}))
	})
	if (table.chart.queries.some(q => q.reverseStacks)) series.reverse()
	const numeric = x_is_number(f) && !across
	if (numeric)
		for (const one_of of series as unknown as { data: unknown[] }[]) one_of.data = one_of.data.map((v, i) => [Number(places.keys[i]), v])
	const both = new Set(axes).size > 1
	const value_axes = (both ? [0, 1] : [0]).map(n => value_axis(f, shown.filter((_, i) => axes[i] === n), n === 1, across, percent && n === 0))
	const category = numeric ? number_axis(f) : category_axis(f, places, across)
	const named = !across && x_name(f)
	const tip = (params: { dataIndex: number }[] | { dataIndex: number }) => {
		const at = (Array.isArray(params) ? params[0] : params)?.dataIndex ?? 0
		const rows = shown.map((line, i) => [line, reading(f, whole[i][at], line, series_of(table, line)), values[i][at], one(whole[i][at])] as const)
			.filter(row => shown.length < 9 || row[3] !== null).slice(0, 14)
		return [plain(places.labels[at] ?? ''), ...rows.map(([line, text, share]) =>
			`${shown.length > 1 ? `${cut(plain(line.name), 40)}: ` : ''}${text}${percent && typeof share === 'number' ? ` (${f.numbers.share(share)})` : ''}`)].join('\n')
	}
	const option = {
		...base(f), series,
		grid: { left: 8, right: 12, top: value_axes.some(a => a.name) && !across ? 36 : 16, bottom: (across && value_axes[0].name) || named ? 32 : 8, containLabel: true, outerBoundsMode: 'same' },
		tooltip: tooltip(f, { trigger: shown.every(line => line.type === 'scatter') && numeric ? 'item' : 'axis', axisPointer: { type: series.some(s => /bar|boxplot/.test(String((s as { type?: string }).type))) ? 'shadow' : 'line',
			shadowStyle: { color: look.ink, opacity: 0.06 }, lineStyle: { color: look.soft } }, formatter: tip }),
		[across ? 'yAxis' : 'xAxis']: category, [across ? 'xAxis' : 'yAxis']: value_axes,
	}
	return { option, ...places, legend: table.series.length > 1 ? legend : [] }
}

// Numbers stand at their distance where no column needs a place of its own.
function x_is_number(f: Frame): boolean {
	const plain_lines = /^(line|spline|area|areaspline|scatter)$/
	return f.table.x.kind === 'number' && f.table.series.every(line => plain_lines.test(line.type)) && !f.table.chart.queries.some(q => q.stacked || (q.sort && q.sort !== 'x'))
}

const x_name = (f: Frame): string => {
	const { x, chart } = f.table
	return chart.xLabel || (x.kind === 'number' || x.kind === 'bins' ? `${x.label}${x.unit ? `, ${x.unit}` : ''}` : '')
}

const x_title = (f: Frame) => ({ name: cut(plain(x_name(f)), 60), nameLocation: 'middle', nameGap: 32, nameTextStyle: text_of(f.look) })

function number_axis(f: Frame) {
	return {
		type: 'value', scale: true, inverse: f.look.rtl, ...x_title(f), axisLabel: { ...text_of(f.look), formatter: f.numbers.tick, hideOverlap: true },
		axisLine: { show: true, lineStyle: { color: f.look.soft } }, axisTick: { show: false }, splitLine: { show: false }, splitNumber: Math.max(3, Math.floor(f.width / 110)),
	}
}

const palette_only = (s: Series): Series => (/^range-/.test(s.color ?? '') ? s : {})

const line_colour = (table: Table, line: Line, place: number, look: Look) => {
	const s = series_of(table, line)
	// The groups of a breakdown share what was said of their series; only a palette can tell them apart.
	return colour_of(line.group !== undefined ? palette_only(s) : s, place, look)
}

// --- round things, boxes ----------------------------------------------------------------------------------------------

function parts(f: Frame): { name: string; value: number; key: string; point: number }[] {
	const line = f.table.series[0]
	return (line?.values ?? []).map((v, i) => ({ name: plain(f.table.labels[i]), value: one(v) ?? 0, key: f.table.keys[i], point: i }))
		.filter(p => p.value > 0)
}

function in_parts(f: Frame, kind: string): Drawn {
	const { table, look } = f
	const line = table.series[0]
	const s = line ? series_of(table, line) : {}
	const all = parts(f)
	const total = all.reduce((sum, p) => sum + p.value, 0)
	const many = all.length > look.series.length
	const base_colour = colour_of(s, 0, look)
	const colour = (i: number) => (many || (s.color && /^#/.test(s.color)) ? between(base_colour, look.paper, (0.75 * i) / Math.max(1, all.length)) : colour_of(palette_only(s), i, look))
	const data = all.map((p, i) => ({ ...p, itemStyle: { color: colour(i), borderColor: look.paper, borderWidth: 1.5 } }))
		.filter(p => !f.hidden.has(p.name))
	const wide = f.width >= 560
	const share = (v: number) => (total ? f.numbers.share(v / total) : '')
	const label = { ...text_of(look), fontSize: 13 }
	const shapes: Record<string, Record<string, unknown>> = {
		pie: { type: 'pie', radius: [kind === 'donut' ? '48%' : 0, wide ? '74%' : '88%'], clockwise: !look.rtl, minAngle: 1,
			label: { show: wide, ...label, width: 170, overflow: 'truncate', formatter: (p: { name: string; value: number }) => `${cut(p.name, 32)}  ${share(p.value)}` },
			labelLine: { lineStyle: { color: look.soft } }, labelLayout: { hideOverlap: true }, avoidLabelOverlap: true },
		treemap: { type: 'treemap', roam: false, nodeClick: false, breadcrumb: { show: false }, left: 0, right: 0, top: 0, bottom: 0,
			label: { ...label, overflow: 'truncate', formatter: (p: { name: string; value: number; data: { value: number } }) =>
				`${p.name}\n${f.numbers.tick(p.data.value)}` } },
		funnel: { type: 'funnel', sort: 'descending', left: 4, right: wide ? '34%' : '48%', top: 12, bottom: 12, gap: 2, minSize: '4%',
			label: { show: true, ...label, position: 'right', formatter: (p: { name: string; value: number }) => `${cut(p.name, wide ? 32 : 18)}  ${f.numbers.tick(p.value)}` },
			labelLine: { length: 12, lineStyle: { color: look.line } } },
	}
	const shape = shapes[kind === 'donut' ? 'pie' : kind]
	// Words lie on the colours themselves: each needs the one that is read on it.
	if (kind === 'treemap')
		for (const p of data) (p as Record<string, unknown>).label = { color: luminance(p.itemStyle.color) > 0.32 ? '#16181c' : '#ffffff' }
	const option = {
		...base(f), series: [{ name: line?.name, ...shape, data, emphasis: { disabled: true } }],
		tooltip: tooltip(f, { trigger: 'item', formatter: (p: { name: string; value: number }) =>
			`${p.name}\n${reading(f, p.value, line, s)}${kind === 'funnel' ? '' : ` (${share(p.value)})`}` }),
	}
	const legend = kind === 'pie' || kind === 'donut' ? all.slice(0, 24).map((p, i) => ({ name: p.name, colour: colour(i), line: 0, point: p.point })) : []
	return { option, keys: table.keys, labels: table.labels, at: data.map(p => p.point), legend }
}

export function luminance(colour: string): number {
	const [r, g, b] = (/^#(..)(..)(..)/.exec(colour)?.slice(1) ?? ['80', '80', '80']).map(x => {
		const v = parseInt(x, 16) / 255
		return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4
	})
	return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function around(f: Frame, kind: string): Drawn {
	const { table, look } = f
	const legend = table.series.map((line, i) => ({ name: line.name, colour: line_colour(table, line, i, look), line: i }))
	const shown = table.series.filter(line => !f.hidden.has(line.name))
	const places = { keys: table.keys, labels: table.labels, at: table.keys.map((_, i) => i) }
	const tip = (at: number) => [plain(table.labels[at] ?? ''), ...shown.map(line =>
		`${shown.length > 1 ? `${cut(plain(line.name), 40)}: ` : ''}${reading(f, line.values[at], line, series_of(table, line))}`)].join('\n')
	const colour = (line: Line) => legend[table.series.indexOf(line)].colour
	if (kind === 'polar') {
		const stack = table.chart.queries[0]?.stacked ? 'all' : undefined
		return { ...places, legend: legend.length > 1 ? legend : [], option: {
			...base(f), polar: { radius: ['10%', f.width < 560 ? '58%' : '74%'] },
			angleAxis: { type: 'category', data: table.labels.map(plain), clockwise: !look.rtl, axisLine: { lineStyle: { color: look.line } }, axisTick: { show: false },
				axisLabel: { ...text_of(look), formatter: (t: string) => cut(t, f.width < 560 ? 12 : 22), hideOverlap: true } },
			radiusAxis: { axisLabel: { ...text_of(look), formatter: f.numbers.tick, hideOverlap: true }, splitLine: { lineStyle: { color: look.line } }, axisLine: { show: false },
				axisTick: { show: false }, splitNumber: 3 },
			series: shown.map(line => ({ type: 'bar', coordinateSystem: 'polar', name: line.name, stack, data: line.values.map(one), itemStyle: { color: colour(line) }, emphasis: { disabled: true } })),
			tooltip: tooltip(f, { trigger: 'item', formatter: (p: { dataIndex: number }) => tip(p.dataIndex) }),
		} }
	}
	const most = Math.max(0, ...shown.flatMap(line => line.values.map(v => one(v) ?? 0)))
	return { ...places, legend: legend.length > 1 ? legend : [], option: {
		...base(f),
		radar: { radius: f.width < 560 ? '58%' : '70%', indicator: table.labels.map(label => ({ name: cut(plain(label), f.width < 560 ? 14 : 26), max: most || 1 })), axisName: { ...text_of(look) },
			splitLine: { lineStyle: { color: look.line } }, axisLine: { lineStyle: { color: look.line } }, splitArea: { show: false } },
		series: [{ type: 'radar', emphasis: { disabled: true }, data: shown.map(line => ({ name: line.name, value: line.values.map(v => one(v) ?? 0),
			itemStyle: { color: colour(line) }, lineStyle: { color: colour(line), width: 2 }, areaStyle: { color: colour(line), opacity: 0.12 } })) }],
		tooltip: tooltip(f, { trigger: 'item', formatter: (p: { name: string }) => {
			const line = shown.find(l => l.name === p.name)
			return !line ? '' : [cut(plain(line.name), 60), ...table.labels.slice(0, 14).map((label, i) => `${cut(plain(label), 40)}: ${reading(f, line.values[i], line, series_of(table, line))}`)].join('\n')
		} }),
	} }
}

// --- a calendar of days ------------------------------------------------------------------------------------------------

export const CALENDAR_YEARS = 8
function on_calendar(f: Frame): Drawn {
	const { table, look } = f
	const line = table.series[0]
	const s = series_of(table, line)
	const years = [...new Set(table.keys.map(key => key.slice(0, 4)))].sort().slice(-CALENDAR_YEARS)
	const values = line.values.map(one)
	const known = values.filter((v): v is number => v !== null)
	const [low, high] = [Math.min(0, ...known), Math.max(...known, 1)]
	const colour = colour_of(s, 0, look)
	const cell = Math.max(4, Math.min(16, Math.floor((f.width - 56) / 54)))
	const height = cell * 7 + 40
	const months = Array.from({ length: 12 }, (_, m) => new Intl.DateTimeFormat(f.numbers.lang, { month: 'short', timeZone: 'UTC' }).format(Date.UTC(2024, m, 1)))
	const days = Array.from({ length: 7 }, (_, d) => new Intl.DateTimeFormat(f.numbers.lang, { weekday: 'narrow', timeZone: 'UTC' }).format(Date.UTC(2024, 0, 7 + d)))
	const option = {
		...base(f),
		calendar: years.map((year, i) => ({
			range: year, top: 28 + i * height, left: 48, cellSize: [cell, cell], orient: 'horizontal', splitLine: { show: false },
			itemStyle: { color: 'transparent', borderColor: look.line, borderWidth: 1 },
			yearLabel: { ...text_of(look), show: true, position: 'left', margin: 28, formatter: year },
			monthLabel: { ...text_of(look), nameMap: months, show: cell >= 6, fontSize: cell < 9 ? 9 : 12 }, dayLabel: { ...text_of(look), nameMap: days, firstDay: 1, show: cell >= 10, fontSize: 10 },
		})),
		series: years.map((year, i) => ({
			type: 'heatmap', coordinateSystem: 'calendar', calendarIndex: i, name: line.name, emphasis: { disabled: true },
			data: table.keys.flatMap((key, p) => {
				const v = values[p]
				return !key.startsWith(year) || v === null ? [] : [{ value: [key, v], point: p,
					itemStyle: { color: between(between(look.paper, colour, 0.18), colour, high > low ? Math.max(0, (v - low) / (high - low)) ** 0.7 : 1), borderColor: look.paper, borderWidth: 1 } }]
			}),
		})),
		tooltip: tooltip(f, { trigger: 'item', formatter: (p: { data: { point: number } }) =>
			`${plain(table.labels[p.data.point])}\n${reading(f, line.values[p.data.point], line, s)}` }),
	}
	return { option, keys: table.keys, labels: table.labels, at: table.keys.map((_, i) => i), legend: [] }
}
export const calendar_height = (table: Table, width: number) =>
	40 + Math.min(CALENDAR_YEARS, new Set(table.keys.map(key => key.slice(0, 4))).size) * (Math.max(4, Math.min(16, Math.floor((width - 56) / 54))) * 7 + 40)

export function draw(f: Frame): Drawn {
	const kind = kind_of(f.table)
	if (kind === 'calendar') return on_calendar(f)
	if (kind === 'polar' || kind === 'spiderweb') return around(f, kind)
	return kind === 'axes' ? on_axes(f, places_of(f.table)) : in_parts(f, kind)
}
