// <stoa-kpi dataset="…" function="sum" field="visitors" label="Visitors" unit="people" compare-where="year = 2023" compare="percent">:
// one number of the filtered records, and how it stands to another selection of them.
import { css, html, nothing } from 'lit'
import { base_style, StoaElement } from './base'
import type { Context } from './context'
import type { Row } from './query'

const functions = new Set(['count', 'sum', 'avg', 'min', 'max', 'median', 'stddev'])
const DECIMALS_MOST = 10

class StoaKpi extends StoaElement {
	static styles = [base_style, css`
		figure { margin: 0; }
		.value { display: block; font-size: var(--stoa-kpi-size, 2.5rem); line-height: 1.1; font-variant-numeric: tabular-nums; color: var(--ink, inherit); }
		.unit { font-size: .5em; margin-inline-start: .25em; }
		figcaption { color: var(--ink-soft, inherit); }
		.change { font-variant-numeric: tabular-nums; }
	`]
	#value: number | null = null
	#other: number | null = null

	get #select() {
		const name = this.getAttribute('function')?.toLowerCase() ?? 'count'
		const field = this.getAttribute('field')
		if (this.getAttribute('expression')) return `${this.getAttribute('expression')} as value`
		if (!functions.has(name)) return null
		return `${name}(${name === 'count' && !field ? '*' : '`' + (field ?? '') + '`'}) as value`
	}

	async #ask(context: Context, select: string, where: string | undefined, signal: AbortSignal): Promise<number | null> {
		const answer = await context.ask<{ results: Row[] }>('records', { select, where, limit: 1 }, signal)
		const value = answer.results[0]?.value
		return typeof value === 'number' ? value : null
	}

	protected async load(context: Context, signal: AbortSignal) {
		const select = this.#select
		if (!select) throw new Error(`function: ${this.getAttribute('function')} is not one of ${[...functions].join(', ')}`)
		const compare = this.getAttribute('compare-where')
		// The comparison is made over the same filters.
		;[this.#value, this.#other] = await Promise.all([
			this.#ask(context, select, this.getAttribute('value-where') ?? undefined, signal),
			compare ? this.#ask(context, select, compare, signal) : Promise.resolve(null),
		])
		return this.#value !== null
	}

	#format(n: number, percent = false) {
		const decimals = Math.min(DECIMALS_MOST, Number(this.getAttribute('decimals') ?? (percent ? 1 : Number.isInteger(n) ? 0 : 2)))
		return new Intl.NumberFormat(this.speaker.lang, {
			maximumFractionDigits: decimals, style: percent ? 'percent' : 'decimal', signDisplay: percent ? 'exceptZero' : 'auto',
			notation: this.hasAttribute('short') ? 'compact' : 'standard',
		}).format(n)
	}

	#change() {
		const [now, then] = [this.#value, this.#other]
		if (now === null || then === null) return nothing
		const how = this.getAttribute('compare') ?? 'percent'
		if (how === 'percent' && then === 0) return nothing
		const text = how === 'difference' ? (now >= then ? '+' : '') + this.#format(now - then)
			: how === 'ratio' ? (then === 0 ? '–' : this.#format(now / then, true)) : this.#format((now - then) / Math.abs(then), true)
		return html`<span class="change"><span aria-hidden="true">${now > then ? '▲' : now < then ? '▼' : '■'}</span> <bdi>${text}</bdi>
			${this.getAttribute('compare-label') ?? ''}</span>`
	}

	protected show() {
		const unit = this.getAttribute('unit')
		const before = this.getAttribute('unit-position') === 'before'
		const mark = unit ? html`<span class="unit">${unit}</span>` : nothing
		return html`<figure><span class="value">${before ? mark : nothing}<bdi>${this.#format(this.#value ?? 0)}</bdi>${before ? nothing : mark}</span>
			<figcaption>${this.getAttribute('label') ?? nothing} ${this.#change()}</figcaption></figure>`
	}
}
customElements.define('stoa-kpi', StoaKpi)
