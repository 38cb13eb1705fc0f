// <stoa-chart dataset="…" x="…" type="column" function="SUM" y="…" breakdown="…" timescale="month" sort="-y" max-points="10" stacked="normal"
// chart-title="…" color="#rrggbb"> or <stoa-chart config="{…}">: a chart, its legend, its table and its files. The numbers are the portal's
// (/api/charts/1.0/), the filters those of the context. With neither x nor config: the dataset's first chart.
import { css, html, nothing, svg } from 'lit'
import { base_style, StoaElement } from './base'
import type { Context } from './context'
import { open, type Drawing } from './chart/engine'
import { look_of, Numbers, type Look } from './chart/look'
import { address_of, config_of, series_of, type Config, type Line, type Table, type Value } from './chart/model'
import { calendar_height, draw, kind_of, reading, type Drawn, type Entry } from './chart/option'
import { picture } from './chart/picture'

const ROWS = 500
const carried = /^(q|timezone|as_of|where|(q|refine|exclude|disjunctive|geofilter)\..+)$/

class StoaChart extends StoaElement {
	static styles = [base_style, css`
		:host { position: relative; min-inline-size: 0; }
		h3 { margin: 0 0 .75rem; font-size: 1.1rem; line-height: 1.3; }
		.plot { direction: ltr; inline-size: 100%; block-size: var(--stoa-chart-height, clamp(17rem, 46vh, 27rem)); overflow: hidden; }
		.legend { display: flex; flex-wrap: wrap; gap: .125rem .375rem; margin: .5rem 0 0; padding: 0; list-style: none; font-size: .875rem; }
		.legend button { display: flex; align-items: center; gap: .4rem; min-block-size: 2rem; padding: .125rem .5rem; border: 1px solid transparent; border-radius: var(--round, 4px); background: none; text-align: start; }
		.legend button:hover { border-color: var(--line, currentColor); }
		.legend button[aria-pressed=false] { color: var(--ink-soft, inherit); text-decoration: line-through; }
		.legend button[aria-pressed=false] svg { opacity: .3; }
		.legend svg { flex: none; }
		.foot { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; align-items: start; margin-block-start: .75rem; font-size: .875rem; }
		details { min-inline-size: 0; }
		.data { flex: 1 1 16rem; }
		.data[open] { flex-basis: 100%; order: 1; }
		summary { cursor: pointer; padding-block: .375rem; color: var(--accent-text, inherit); }
		.files { position: relative; }
		.files div { display: grid; position: absolute; inset-inline-end: 0; inset-block-end: 100%; z-index: 2; min-inline-size: 14rem; padding: .25rem; background: var(--raised, Canvas);
			border: 1px solid var(--line, currentColor); border-radius: var(--round, 4px); box-shadow: 0 2px 12px rgb(0 0 0 / .15); }
		.files button, .files a { display: block; padding: .5rem .75rem; border: 0; border-radius: var(--round, 4px); background: none; color: inherit; text-align: start; text-decoration: none; }
		.files :is(button, a):hover { background: var(--sunken, Highlight); }
		.scroll { overflow: auto; max-block-size: 24rem; border: 1px solid var(--line, currentColor); border-radius: var(--round, 4px); }
		table { border-collapse: collapse; inline-size: 100%; font-variant-numeric: tabular-nums; }
		th, td { padding: .375rem .75rem; border-block-end: 1px solid var(--line, currentColor); text-align: start; font-weight: inherit; }
		thead th { position: sticky; inset-block-start: 0; background: var(--raised, Canvas); font-weight: 600; vertical-align: bottom; }
		.number { text-align: end; white-space: nowrap; }
		.notice { margin: .75rem 0 0; color: var(--ink-soft, inherit); font-size: .875rem; }
		@media (pointer: coarse) { .legend button, summary { min-block-size: 2.75rem; } }
		@media (max-width: 40rem) { .files div { inset-inline: 0 auto; } }
	`]
	#config: Config | null = null
	#table: Table | null = null
	#drawing: Drawing | null = null
	#drawn: Drawn | null = null
	#hidden = new Set<string>()
	#said = ''
	#at = -1
	#size = new ResizeObserver(() => this.#fit())
	#width = 0
	#schemes = matchMedia('(prefers-color-scheme: dark)')

	static get observedAttributes() {
		return [...super.observedAttributes, 'config', 'x', 'y', 'type', 'function', 'breakdown', 'timescale', 'sort', 'max-points', 'stacked', 'chart-title', 'title', 'color', 'label', 'legend']
	}

	attributeChangedCallback(name: string, before: string | null, now: string | null) {
		super.attributeChangedCallback(name, before, now)
		if (before === now || !this.#table) return
		this.#config = null
		void this.reload()
	}

	// The chart as it is set, else as it is shown.
	get config(): Config | null {
		return this.#config ?? config_of(this) ?? this.#table?.chart ?? null
	}

	set config(config: Config | null) {
		this.#config = config
		this.removeAttribute('data-table')
		this.#name_dataset()
		if (this.isConnected && this.context) void this.reload()
	}

	get table(): Table | null {
		return this.#table
	}

	connectedCallback() {
		this.#name_dataset()
		super.connectedCallback()
		this.#size.observe(this)
		this.#schemes.addEventListener('change', this.#repaint)
	}

	disconnectedCallback() {
		super.disconnectedCallback()
		this.#size.disconnect()
		this.#schemes.removeEventListener('change', this.#repaint)
		this.#drawing?.dispose()
		this.#drawing = null
	}

	// A chart that names its datasets needs no context.
	#name_dataset() {
		const named = (this.#config ?? config_of(this))?.queries?.[0]?.config?.dataset
		if (named && !this.hasAttribute('dataset') && !this.hasAttribute('context') && !this.parentElement?.closest('stoa-context')) this.setAttribute('dataset', named)
	}

	#address(context: Context, more: Record<string, string>): URL {
		const url = new URL(`/api/charts/1.0/${encodeURIComponent(context.dataset)}`, context.source)
		for (const [name, value] of context.state) if (carried.test(name)) url.searchParams.append(name, value)
		const config = this.#config ?? config_of(this)
		if (config) url.searchParams.set('chart', address_of(config))
		url.searchParams.set('lang', this.speaker.lang.slice(0, 2))
		for (const [name, value] of Object.entries(more)) url.searchParams.set(name, value)
		return url
	}

	protected async load(context: Context, signal: AbortSignal) {
		const given = this.getAttribute('data-table')
		this.removeAttribute('data-table')
		this.#table = given ? JSON.parse(given) as Table : await context.fetch<Table>(this.#address(context, {}), signal)
		this.replaceChildren() // what stood here for readers without script
		this.#hidden.clear()
		this.#at = -1
		return this.#table.keys.length > 0
	}

	protected nothing_found() {
		return html`<p class="state" role="status">${this.say('The chart has no data.')}</p>`
	}

	// --- the picture -------------------------------------------------------------------------------------------------

	updated() {
		const place = this.renderRoot.querySelector<HTMLElement>('.plot')
		if (!place || !this.#table) {
			this.#drawing?.dispose()
			this.#drawing = null
			return
		}
		if (this.#drawing && this.#drawing.getDom() !== place) {
			this.#drawing.dispose()
			this.#drawing = null
		}
		place.style.blockSize = kind_of(this.#table) === 'calendar' ? `${calendar_height(this.#table, place.clientWidth)}px` : ''
		this.#drawing ??= open(place)
		this.#drawing.resize()
		if (this.#drawn) this.#drawing.setOption(this.#drawn.option, { notMerge: true })
	}

	#fit() {
		const width = this.clientWidth
		if (Math.abs(width - this.#width) < 2) return
		this.#width = width
		this.requestUpdate()
	}

	#repaint = () => this.requestUpdate()

	// The chart as SVG text, with its title and legend; empty while there is none.
	image(): string {
		const look = this.#look()
		if (!this.#drawing || !this.#drawn || !this.#table) return ''
		const inner = (this.#drawing as unknown as { renderToSVGString(o?: object): string }).renderToSVGString({ useViewBox: false })
		return picture(inner, this.#drawing.getWidth(), this.#drawing.getHeight(), this.#table.chart.title ?? '', this.#drawn.legend.filter(l => !this.#hidden.has(l.name)), look)
	}

	#look(): Look {
		return look_of(this)
	}

	#name() {
		return (this.#table?.chart.title || this.context?.dataset || 'chart').replace(/[^\p{L}\p{N}_-]+/gu, '-').slice(0, 80)
	}

	#save(address: string, extension: string) {
		const link = document.createElement('a')
		link.href = address
		link.download = `${this.#name()}.${extension}`
		link.click()
	}

	#save_svg() {
		const address = URL.createObjectURL(new Blob([this.image()], { type: 'image/svg+xml' }))
		this.#save(address, 'svg')
		setTimeout(() => URL.revokeObjectURL(address), 10000)
	}

	async #save_png() {
		const text = this.image()
		const image = new Image()
		image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`
		await image.decode()
		const canvas = document.createElement('canvas')
		canvas.width = image.naturalWidth * 2
		canvas.height = image.naturalHeight * 2
		canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
		this.#save(canvas.toDataURL('image/png'), 'png')
	}

	// --- reading by keyboard -------------------------------------------------------------------------------------------

	#key(event: KeyboardEvent) {
		const steps: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }
		const drawn = this.#drawn
		if (!drawn || !this.#table) return
		const n = drawn.at.length
		const turn = this.#look().rtl && event.key.startsWith('Arrow') && /Left|Right/.test(event.key) ? -1 : 1
		const to = event.key === 'Home' ? 0 : event.key === 'End' ? n - 1 : event.key in steps ? this.#at + turn * steps[event.key] : null
		if (event.key === 'Escape') this.#drawing?.dispatchAction({ type: 'hideTip' })
		if (to === null) return
		event.preventDefault()
		this.#at = Math.max(0, Math.min(n - 1, to))
		this.#drawing?.dispatchAction({ type: 'showTip', seriesIndex: 0, dataIndex: this.#at })
		this.#said = this.#words_at(drawn, this.#at)
		this.#tell()
	}

	#words_at(drawn: Drawn, place: number): string {
		const table = this.#table as Table
		const at = drawn.at[place]
		const label = at < 0 ? drawn.labels[place] : table.labels[at]
		return `${label}: ${this.#lines().map(line => `${table.series.length > 1 ? `${line.name} ` : ''}${at < 0 ? '–' : this.#text(line, line.values[at])}`).join(', ')}`
	}

	// What is said changes without drawing anew.
	#tell() {
		const place = this.renderRoot.querySelector('.said')
		if (place) place.textContent = this.#said
	}

	#lines(): Line[] {
		return (this.#table?.series ?? []).filter(line => !this.#hidden.has(line.name))
	}

	#text(line: Line, v: Value) {
		return reading({ numbers: this.#numbers() }, v, line, series_of(this.#table as Table, line))
	}

	#numbers_kept: Numbers | null = null
	#numbers() {
		if (this.#numbers_kept?.lang !== this.speaker.lang) this.#numbers_kept = new Numbers(this.speaker.lang)
		return this.#numbers_kept as Numbers
	}

	// --- parts -----------------------------------------------------------------------------------------------------------

	#toggle(entry: Entry) {
		if (this.#hidden.has(entry.name)) this.#hidden.delete(entry.name)
		else this.#hidden.add(entry.name)
		this.requestUpdate()
	}

	#legend(drawn: Drawn) {
		if (this.#table?.chart.displayLegend === false || drawn.legend.length < 2) return nothing
		return html`<ul class="legend">${drawn.legend.map(entry => html`<li><button aria-pressed=${String(!this.#hidden.has(entry.name))}
			title=${this.say('Show or hide {0}', entry.name)} @click=${() => this.#toggle(entry)}>
			<svg width="12" height="12" aria-hidden="true">${svg`<rect width="12" height="12" rx="3" fill=${entry.colour}></rect>`}</svg><bdi>${entry.name}</bdi></button></li>`)}</ul>`
	}

	#data() {
		const table = this.#table as Table
		const ends = (line: Line) => {
			const n = line.values.find(Array.isArray)?.length ?? 1
			return n === 2 ? [this.say('low'), this.say('high')]
				: n === 5 ? [this.say('Minimum'), this.say('lower quartile'), this.say('Median'), this.say('upper quartile'), this.say('Maximum')] : ['']
		}
		const columns = table.series.flatMap(line => ends(line).map((end, k) => ({ line, end, k })))
		const cell = ({ line, k }: { line: Line; k: number }, i: number) => {
			const v = line.values[i]
			return this.#text(line, Array.isArray(v) ? v[k] : v)
		}
		const rows = table.keys.slice(0, ROWS)
		return html`<details class="data"><summary>${this.say('Data of this chart')}</summary>
			<div class="scroll" tabindex="0" role="region" aria-label=${this.say('Data of this chart')}><table>
			<thead><tr><th scope="col"><bdi>${table.x.label}</bdi></th>${columns.map(c => html`<th scope="col" class="number"><bdi>${c.line.name}</bdi>${c.end ? html` (${c.end})` : nothing}</th>`)}</tr></thead>
			<tbody>${rows.map((_, i) => html`<tr><th scope="row"><bdi>${table.labels[i]}</bdi></th>${columns.map(c => html`<td class="number">${cell(c, i)}</td>`)}</tr>`)}</tbody></table></div>
			${table.keys.length > ROWS ? html`<p class="notice">${this.say('The first {0} rows are shown; the file has them all.', ROWS)}</p>` : nothing}</details>`
	}

	#files() {
		const csv = this.context ? this.#address(this.context, { format: 'csv' }).href : ''
		return html`<details class="files" @keydown=${(e: KeyboardEvent) => e.key === 'Escape' && (e.currentTarget as HTMLElement).removeAttribute('open')}>
			<summary>${this.say('Download')}</summary><div>
			<button @click=${() => this.#save_svg()}>${this.say('As a picture (SVG)')}</button>
			<button @click=${() => void this.#save_png()}>${this.say('As a picture (PNG)')}</button>
			<a href=${csv} download>${this.say('As a table (CSV)')}</a></div></details>`
	}

	protected show() {
		const table = this.#table as Table
		const look = this.#look()
		this.#drawn = draw({ table, look, numbers: this.#numbers(), width: this.clientWidth || 600, hidden: this.#hidden,
			words: { none: this.say('no value'), total: this.say('Sum') } })
		const about = this.say('Chart: {0}', table.chart.title || this.say('{0} by {1}', [...new Set(table.series.map(l => l.name))].slice(0, 4).join(', '), table.x.label))
		return html`${table.chart.title ? html`<h3><bdi>${table.chart.title}</bdi></h3>` : nothing}
			<div class="plot" role="application" tabindex="0" aria-label=${`${about}. ${this.say('Use the arrow keys to read the points one by one.')}`}
				@keydown=${this.#key} @blur=${() => this.#drawing?.dispatchAction({ type: 'hideTip' })}></div>
			<p class="said visually-hidden" aria-live="polite"></p>
			${this.#legend(this.#drawn)}
			${table.notices.map(n => html`<p class="notice">${n.message}</p>`)}
			<div class="foot">${this.#data()}${this.hasAttribute('bare') ? nothing : this.#files()}</div>`
	}
}
customElements.define('stoa-chart', StoaChart)
