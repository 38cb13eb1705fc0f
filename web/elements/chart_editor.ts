// <stoa-chart-editor dataset="…" config="{…}">: everything a chart can be, as fields. `config` is read and set, each change sends
// `change` ({detail: config}). With the attribute `datasets` queries over other datasets of the portal may be added; `show-title` has a field for the title.
// On the Analyze tab it draws the chart beside it anew and keeps the page's address and its links in step.
import { css, html, nothing, type TemplateResult } from 'lit'
import { base_style, StoaElement } from './base'
import type { Context } from './context'
import { address_of, config_of, type Config, type Query, type Series } from './chart/model'
import { palette_names } from './chart/palettes'
import { ask, type Dataset, type Field } from './query'

const cycles = ['month_of_year', 'day_of_month', 'weekday', 'hour_of_day']
const is_time = (f?: Field) => f?.type === 'date' || f?.type === 'datetime'
const is_number = (f?: Field) => f?.type === 'int' || f?.type === 'double'
const fits = (f: Field) => ['text', 'date', 'datetime', 'int', 'double', 'boolean'].includes(f.type)
const ranged = new Set(['arearange', 'areasplinerange', 'columnrange', 'boxplot'])
const whole = new Set(['COUNT', 'CONSTANT'])
// The portal's palette, a colour of one's own (#), or a palette that has a name.
const colours_of = (s: Series) => (s.color?.startsWith('#') ? '#' : s.color ?? '')
type Shown = HTMLElement & { config: Config | null }

class StoaChartEditor extends StoaElement {
	static styles = [base_style, css`
		form { display: grid; gap: 1rem; }
		fieldset { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 12.5rem), 1fr)); gap: .75rem 1rem; align-items: end; margin: 0; padding: .75rem 1rem 1rem;
			border: 1px solid var(--line, currentColor); border-radius: var(--round, 4px); min-inline-size: 0; }
		legend { padding-inline: .35rem; font-weight: 600; }
		.series { grid-column: 1 / -1; background: var(--raised, transparent); }
		label { display: grid; gap: .25rem; font-size: .92rem; min-inline-size: 0; }
		label.tick { display: flex; align-items: center; gap: .5rem; min-block-size: 2.75rem; }
		select, input:not([type=checkbox]) { box-sizing: border-box; min-block-size: 2.75rem; min-inline-size: 0; inline-size: 100%; padding: .4rem .6rem; background: var(--raised, Field); color: var(--ink, FieldText);
			border: 1px solid var(--line-strong, currentColor); border-radius: var(--round, 4px); font: inherit; }
		input[type=color] { padding: .2rem; }
		input[type=checkbox] { inline-size: 1.15rem; block-size: 1.15rem; accent-color: var(--accent-fill, auto); }
		button { min-block-size: 2.75rem; padding: .4rem .9rem; border: 1px solid var(--line-strong, currentColor); border-radius: var(--round, 4px); background: none; }
		button:hover { background: var(--sunken, transparent); }
		.buttons { display: flex; flex-wrap: wrap; gap: .5rem; grid-column: 1 / -1; }
		details { grid-column: 1 / -1; }
		details > div { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 10rem), 1fr)); gap: .5rem 1rem; align-items: end; padding-block-start: .5rem; }
		summary { cursor: pointer; padding-block: .375rem; color: var(--accent-text, inherit); font-size: .92rem; }
	`]
	#config: Config = { queries: [] }
	#abouts = new Map<string, Dataset>()
	#names: { id: string; title: string }[] = []

	get config(): Config {
		return structuredClone(this.#config)
	}

	set config(config: Config) {
		this.#config = structuredClone(config)
		this.#name_dataset()
		void this.#meet().then(() => this.requestUpdate())
	}

	connectedCallback() {
		if (!this.#config.queries.length) this.#config = config_of(this) ?? { queries: [] }
		this.#name_dataset()
		super.connectedCallback()
		this.addEventListener('change', this.#apply)
	}

	disconnectedCallback() {
		super.disconnectedCallback()
		this.removeEventListener('change', this.#apply)
	}

	// Without a dataset of its own the editor speaks of the first one named.
	#name_dataset() {
		const named = this.#config.queries.find(q => q.config?.dataset)?.config?.dataset
		if (named && !this.hasAttribute('dataset') && !this.hasAttribute('context') && !this.parentElement?.closest('stoa-context')) this.setAttribute('dataset', named)
	}

	protected async load(context: Context) {
		if (!this.#config.queries.length) {
			const first = await context.about()
			const x = first.fields.find(is_time) ?? first.fields.find(f => f.annotations?.facet) ?? first.fields.find(fits)
			this.#config = { queries: [{ xAxis: x?.name, charts: [{ type: is_time(x) ? 'line' : 'column', func: 'COUNT' }] }] }
		}
		if (this.hasAttribute('datasets') && !this.#names.length) {
			const all = await ask<{ results: { datasetid: string; title: string }[] }>(context.source, '/api/explore/v2.1/catalog/datasets',
				new URLSearchParams({ select: 'datasetid, title', where: 'has_records', order_by: 'title', limit: '100', lang: context.lang }), { apikey: context.apikey })
			this.#names = all.results.map(d => ({ id: d.datasetid, title: d.title || d.datasetid }))
		}
		await this.#meet()
		this.replaceChildren() // the form for readers without script
		return true
	}

	// The datasets that queries are about, each asked for once.
	async #meet() {
		const context = this.context
		if (!context) return
		for (const q of this.#config.queries) {
			const id = q.config?.dataset || context.dataset
			if (this.#abouts.has(id)) continue
			const about = id === context.dataset ? await context.about()
				: await ask<Dataset>(context.source, `/api/explore/v2.1/catalog/datasets/${encodeURIComponent(id)}`, new URLSearchParams({ lang: context.lang }), { apikey: context.apikey }).catch(() => null)
			if (about) this.#abouts.set(id, about)
		}
	}

	#about(q: Query): Dataset | undefined {
		return this.#abouts.get(q.config?.dataset || this.context?.dataset || '')
	}

	#change(change: (config: Config) => void) {
		change(this.#config)
		this.requestUpdate()
		this.dispatchEvent(new CustomEvent('change', { detail: this.config, bubbles: true, composed: true }))
	}

	// On a dataset's page: the chart beside, the address, and the links that carry it.
	#apply = (event: Event) => {
		const config = (event as CustomEvent<Config>).detail
		const tab = this.closest('.chart-tab')
		if (!config?.queries || !tab) return
		const chart = tab.querySelector<Shown>('stoa-chart')
		if (chart) chart.config = config
		const text = address_of(config)
		const here = new URL(location.href)
		here.searchParams.set('dataChart', text)
		history.replaceState(history.state, '', here)
		this.dispatchEvent(new CustomEvent('stoa-here', { detail: here.href, bubbles: true, composed: true }))
		for (const link of document.querySelectorAll<HTMLAnchorElement>('stoa-live a[href]')) {
			const url = new URL(link.href)
			if (url.origin !== here.origin || url.pathname !== here.pathname || url.hash) continue
			url.searchParams.set('dataChart', text)
			link.href = url.href
		}
		for (const form of document.querySelectorAll<HTMLFormElement>('stoa-live form')) {
			if (new URL(form.action).pathname !== here.pathname) continue
			let field = form.querySelector<HTMLInputElement>('input[name=dataChart]')
			if (!field) {
				field = document.createElement('input')
				field.type = 'hidden'
				field.name = 'dataChart'
				form.append(field)
			}
			field.value = text
		}
	}

	// --- fields ------------------------------------------------------------------------------------------------------------

	#select(label: string, now: string, options: readonly (readonly [string, string])[], set: (value: string) => void): TemplateResult {
		const known = options.some(([value]) => value === now)
		return html`<label><span>${label}</span><select @change=${(e: Event) => this.#stop(e, () => set((e.target as HTMLSelectElement).value))}>
			${known ? nothing : html`<option value=${now} selected>${now}</option>`}
			${options.map(([value, text]) => html`<option value=${value} ?selected=${value === now} .selected=${value === now}>${text}</option>`)}</select></label>`
	}

	#tick(label: string, now: boolean, set: (on: boolean) => void) {
		return html`<label class="tick"><input type="checkbox" .checked=${now} @change=${(e: Event) => this.#stop(e, () => set((e.target as HTMLInputElement).checked))}><span>${label}</span></label>`
	}

	#text(label: string, now: string, set: (text: string) => void) {
		return html`<label><span>${label}</span><input type="text" maxlength="200" .value=${now} @change=${(e: Event) => this.#stop(e, () => set((e.target as HTMLInputElement).value.trim()))}></label>`
	}

	#number(label: string, now: number | undefined, set: (n: number | undefined) => void, least?: number, most?: number) {
		return html`<label><span>${label}</span><input type="number" step="any" min=${least ?? nothing} max=${most ?? nothing} .value=${now === undefined ? '' : String(now)}
			@change=${(e: Event) => this.#stop(e, () => {
				const input = e.target as HTMLInputElement
				if (!input.checkValidity()) return
				set(input.value === '' ? undefined : Number(input.value))
			})}></label>`
	}

	// The field's own event ends here; what changed is told by ours.
	#stop(e: Event, set: () => void) {
		e.stopPropagation()
		this.#change(set)
	}

	#types() {
		return [['line', this.say('Line')], ['spline', this.say('Smooth line')], ['column', this.say('Columns')], ['bar', this.say('Bars')], ['area', this.say('Area')],
			['areaspline', this.say('Smooth area')], ['scatter', this.say('Points')], ['pie', this.say('Pie')], ['donut', this.say('Ring')], ['treemap', this.say('Treemap')],
			['funnel', this.say('Funnel')], ['polar', this.say('Polar columns')], ['spiderweb', this.say('Spider web')], ['histogram', this.say('Histogram')],
			['boxplot', this.say('Box plot')], ['arearange', this.say('Range as an area')], ['areasplinerange', this.say('Range as a smooth area')],
			['columnrange', this.say('Range as columns')], ['calendar', this.say('Calendar')]] as const
	}

	#functions() {
		return [['COUNT', this.say('Number of records')], ['AVG', this.say('Average')], ['SUM', this.say('Sum')], ['MIN', this.say('Minimum')], ['MAX', this.say('Maximum')],
			['MEDIAN', this.say('Median')], ['QUANTILES', this.say('Quantile')], ['STDDEV', this.say('Standard deviation')], ['DISTINCT', this.say('Different values')],
			['CONSTANT', this.say('Constant')]] as const
	}

	#scales(f: Field | undefined) {
		const all = [['', this.say('Automatic')], ['year', this.say('Year')], ['quarter', this.say('Quarter')], ['month', this.say('Month')], ['week', this.say('Week')], ['day', this.say('Day')],
			['hour', this.say('Hour')], ['minute', this.say('Minute')], ['month_of_year', this.say('Month of the year')], ['day_of_month', this.say('Day of the month')],
			['weekday', this.say('Day of the week')], ['hour_of_day', this.say('Hour of the day')]] as const
		return f?.type === 'date' ? all.filter(([word]) => !['hour', 'minute', 'hour_of_day'].includes(word)) : all
	}

	// Every member that says nothing leaves.
	#put<T extends object, K extends keyof T>(to: T, name: K, value: T[K] | undefined) {
		if (value === undefined || value === '' || value === false) delete to[name]
		else to[name] = value
	}

	// A function that takes a field gets one; one that takes none loses it.
	#settle(s: Series, about: Dataset | undefined) {
		const numbers = about?.fields.filter(is_number) ?? []
		const takes = ranged.has(s.type ?? '') || !whole.has(s.func ?? 'COUNT')
		const fine = about?.fields.some(f => f.name === s.yAxis && (s.func === 'DISTINCT' || is_number(f)))
		if (takes && !fine) {
			const first = numbers.find(f => !/(^|_)(id|code|year|lat|lon)/.test(f.name)) ?? numbers[0]
			s.yAxis = first?.name
			if (!first) {
				s.func = 'COUNT'
				if (ranged.has(s.type ?? '')) s.type = 'column'
			}
		}
		if (!takes) delete s.yAxis
	}

	#series(q: Query, s: Series, place: number) {
		const about = this.#about(q)
		const range = ranged.has(s.type ?? '')
		const func = s.func ?? 'COUNT'
		const fields = (about?.fields ?? []).filter(f => (func === 'DISTINCT' && !range ? fits(f) : is_number(f))).map(f => [f.name, f.label] as const)
		return html`<fieldset class="series"><legend>${this.say('Series {0}', place + 1)}</legend>
			${this.#select(this.say('Type'), s.type ?? 'column', this.#types(), v => {
				s.type = v
				this.#settle(s, about)
			})}
			${range ? nothing : this.#select(this.say('Calculation'), func, this.#functions(), v => {
				s.func = v
				this.#settle(s, about)
			})}
			${range || !whole.has(func) ? this.#select(this.say('Field'), s.yAxis ?? '', fields, v => this.#put(s, 'yAxis', v)) : nothing}
			${!range && func === 'QUANTILES' ? this.#number(this.say('Quantile'), s.subsets ?? 50, v => this.#put(s, 'subsets', v), 0, 100) : nothing}
			${func === 'CONSTANT' ? this.#number(this.say('Value'), s.constant ?? 0, v => this.#put(s, 'constant', v)) : nothing}
			<details><summary>${this.say('More options')}</summary><div>
			${this.#text(this.say('Label'), s.yLabelOverride ?? '', v => this.#put(s, 'yLabelOverride', v))}
			${this.#select(this.say('Colours'), colours_of(s), [['', this.say('Portal palette')], ['#', this.say('Colour')], ...palette_names.map(n => [`range-${n}`, n] as const)],
				v => this.#put(s, 'color', v === '#' ? '#1f6aa5' : v || undefined))}
			${/^#/.test(s.color ?? '') ? html`<label><span>${this.say('Colour')}</span><input type="color" .value=${s.color ?? '#1f6aa5'}
				@change=${(e: Event) => this.#stop(e, () => this.#put(s, 'color', (e.target as HTMLInputElement).value))}></label>` : nothing}
			${this.#number(this.say('Axis from'), s.yRangeMin, v => this.#put(s, 'yRangeMin', v))}
			${this.#number(this.say('Axis to'), s.yRangeMax, v => this.#put(s, 'yRangeMax', v))}
			${this.#number(this.say('Step'), s.yStep, v => this.#put(s, 'yStep', v), 0)}
			${this.#number(this.say('Multiply by'), s.multiplier, v => this.#put(s, 'multiplier', v))}
			${this.#tick(this.say('Cumulative'), s.cumulative === true, on => this.#put(s, 'cumulative', on))}
			${this.#tick(this.say('Logarithmic axis'), s.logarithmic === true, on => this.#put(s, 'logarithmic', on))}
			${this.#tick(this.say('Axis on the other side'), s.rightAxis === true, on => this.#put(s, 'rightAxis', on))}
			${this.#tick(this.say('Show values'), s.displayValues === true, on => this.#put(s, 'displayValues', on))}
			${this.#tick(this.say('Show units'), s.displayUnits !== false, on => {
				if (on) delete s.displayUnits
				else s.displayUnits = false
			})}
			${this.#tick(this.say('Scientific numbers'), s.scientificDisplay === true, on => this.#put(s, 'scientificDisplay', on))}</div></details>
			${q.charts.length > 1 ? html`<div class="buttons"><button type="button" @click=${() => this.#change(() => q.charts.splice(place, 1))}>${this.say('Remove this series')}</button></div>` : nothing}
			</fieldset>`
	}

	#sorts(q: Query) {
		const by_series = q.charts.flatMap((s, i) => (i === 0 || i > 5 ? [] : [[`-serie1-${i + 1}`, this.say('Greatest first: {0}', s.yLabelOverride ?? this.say('Series {0}', i + 1))],
			[`serie1-${i + 1}`, this.say('Least first: {0}', s.yLabelOverride ?? this.say('Series {0}', i + 1))]] as [string, string][]))
		return [['', this.say('By the horizontal axis')], ['-x', this.say('By the horizontal axis, backwards')], ['-y', this.say('Greatest first')], ['y', this.say('Least first')], ...by_series] as [string, string][]
	}

	#query(q: Query, place: number) {
		const about = this.#about(q)
		const fields = (about?.fields ?? []).filter(fits).map(f => [f.name, f.label] as const)
		const field = (name?: string) => about?.fields.find(f => f.name === name)
		const several = this.#config.queries.length > 1
		const sort = q.sort === 'serie1-1' ? 'y' : q.sort === '-serie1-1' ? '-y' : q.sort === 'x' ? '' : q.sort ?? ''
		return html`<fieldset><legend>${several || this.hasAttribute('datasets') ? this.say('Query {0}', place + 1) : this.say('Chart')}</legend>
			${this.#names.length ? this.#select(this.say('Dataset'), q.config?.dataset || this.context?.dataset || '', this.#names.map(n => [n.id, n.title] as const), id => this.#other(q, id)) : nothing}
			${this.#select(this.say('Horizontal axis'), q.xAxis ?? '', fields, v => {
				q.xAxis = v
				if (!is_time(field(v))) delete q.timescale
				else if (q.sort && !cycles.includes(q.timescale ?? '')) delete q.sort
			})}
			${is_time(field(q.xAxis)) ? this.#select(this.say('Timescale'), q.timescale ?? '', this.#scales(field(q.xAxis)), v => this.#put(q, 'timescale', v)) : nothing}
			${this.#select(this.say('Order'), sort, this.#sorts(q), v => this.#put(q, 'sort', v))}
			${this.#select(this.say('Most points'), String(q.maxpoints ?? 50), [['5', this.speaker.number.format(5)], ['10', this.speaker.number.format(10)], ['20', this.speaker.number.format(20)], ['50', this.speaker.number.format(50)],
				['100', this.speaker.number.format(100)], ['0', this.say('All')]], v => {
				q.maxpoints = Number(v)
			})}
			${this.#select(this.say('Break down by'), q.seriesBreakdown ?? '', [['', this.say('Nothing')], ...fields], v => {
				this.#put(q, 'seriesBreakdown', v)
				delete q.seriesBreakdownTimescale
			})}
			${is_time(field(q.seriesBreakdown)) ? this.#select(this.say('Timescale'), q.seriesBreakdownTimescale ?? 'year', this.#scales(field(q.seriesBreakdown)).slice(1), v => this.#put(q, 'seriesBreakdownTimescale', v)) : nothing}
			${this.#select(this.say('Stacking'), q.stacked ?? '', [['', this.say('None')], ['normal', this.say('Stacked')], ['percent', this.say('In percent')]], v => this.#put(q, 'stacked', v))}
			${q.charts.map((s, i) => this.#series(q, s, i))}
			<div class="buttons">${q.charts.length < 12 ? html`<button type="button" @click=${() => this.#change(() => q.charts.push({ type: q.charts.at(-1)?.type ?? 'column', func: 'COUNT' }))}>${this.say('Add a series')}</button>` : nothing}
			${several ? html`<button type="button" @click=${() => this.#change(c => c.queries.splice(place, 1))}>${this.say('Remove this dataset')}</button>` : nothing}</div></fieldset>`
	}

	// A query turns to another dataset: its fields are others.
	#other(q: Query, id: string) {
		q.config = { dataset: id }
		const fit = () => {
			const about = this.#about(q)
			if (!about) return
			const has = (name?: string) => about.fields.some(f => f.name === name && fits(f))
			if (!has(q.xAxis)) q.xAxis = (about.fields.find(is_time) ?? about.fields.find(f => f.annotations?.facet && fits(f)) ?? about.fields.find(fits))?.name
			if (!has(q.seriesBreakdown)) delete q.seriesBreakdown
			if (!is_time(about.fields.find(f => f.name === q.xAxis))) delete q.timescale
			for (const s of q.charts) this.#settle(s, about)
		}
		void this.#meet().then(() => this.#change(fit))
	}

	#add_query() {
		const first = this.#names.find(n => n.id !== this.context?.dataset) ?? this.#names[0]
		if (!first) return
		const q: Query = { charts: [{ type: 'line', func: 'COUNT' }] }
		this.#config.queries.push(q)
		this.#other(q, first.id)
	}

	protected show() {
		const c = this.#config
		const series = c.queries.reduce((n, q) => n + q.charts.length + (q.seriesBreakdown ? 1 : 0), 0)
		return html`<form @submit=${(e: Event) => e.preventDefault()}>
			${this.hasAttribute('show-title') ? this.#text(this.say('Title'), c.title ?? '', v => this.#put(c, 'title', v)) : nothing}
			${c.queries.map((q, i) => this.#query(q, i))}
			<div class="buttons">${this.hasAttribute('datasets') && c.queries.length < 8 ? html`<button type="button" @click=${() => this.#add_query()}>${this.say('Add a dataset')}</button>` : nothing}
			${series > 1 ? html`${this.#tick(this.say('Legend'), c.displayLegend !== false, on => {
				if (on) delete c.displayLegend
				else c.displayLegend = false
			})}${this.#tick(this.say('One axis for all series'), c.singleAxis === true, on => this.#put(c, 'singleAxis', on))}` : nothing}</div></form>`
	}
}
customElements.define('stoa-chart-editor', StoaChartEditor)
