// <stoa-table dataset="…" fields="a, b" page-size="20" sort="-a" caption="…">: records as a table, a page at a time. Headings sort the
// context, so that everything else of the context follows.
import { css, html, nothing } from 'lit'
import { base_style, StoaElement } from './base'
import type { Context } from './context'
import { can_sort, fields_of, is_number, order_of, view_of } from './format'
import type { Dataset, Field, Row } from './query'

const PAGE = 20
const MOST = 100
const WINDOW = 10000

class StoaTable extends StoaElement {
	static styles = [base_style, css`
		/* Where what is for the ear alone is placed, so that it scrolls along. */
		.scroll { position: relative; overflow: auto; max-block-size: var(--stoa-table-height, none); border: 1px solid var(--line, currentColor); border-radius: var(--round, 6px); }
		table { border-collapse: collapse; inline-size: 100%; font-variant-numeric: tabular-nums; }
		th, td { padding: .5em .75em; text-align: start; vertical-align: top; border-block-end: 1px solid var(--line, currentColor); }
		tbody tr:last-child td { border-block-end: 0; }
		th { position: sticky; inset-block-start: 0; background: var(--raised, Canvas); font-weight: 600; white-space: nowrap; }
		th button { all: unset; cursor: pointer; font-weight: inherit; }
		th button:focus-visible { outline: 2px solid var(--accent-text, currentColor); outline-offset: 2px; }
		.number { text-align: end; white-space: nowrap; }
		/* Words stay whole: a narrow screen scrolls the table, not its letters. */
		td { min-inline-size: 6em; max-inline-size: 30em; overflow-wrap: break-word; }
		td.number { min-inline-size: 4em; }
		nav { display: flex; gap: .5rem; align-items: center; justify-content: space-between; padding-block: .5rem; }
		nav button { min-block-size: 2.75rem; min-inline-size: 2.75rem; border: 1px solid var(--line, currentColor); border-radius: var(--round, 6px); background: none; }
		nav button:disabled { opacity: .5; cursor: default; }
		a { color: var(--accent-text, LinkText); }
	`]
	#about: Dataset | null = null
	#fields: Field[] = []
	#rows: Row[] = []
	#total = 0
	#start = 0
	#asked = ''

	get #size() {
		return Math.min(MOST, Math.max(1, Number(this.getAttribute('page-size')) || PAGE))
	}

	protected async load(context: Context, signal: AbortSignal) {
		const about = await context.about()
		this.#about = about
		this.#fields = fields_of(about, this.getAttribute('fields'))
		const asked = context.state.toString()
		if (asked !== this.#asked) this.#start = 0
		this.#asked = asked
		const answer = await context.ask<{ total_count: number; results: Row[] }>('records', {
			select: this.#fields.map(f => `\`${f.name}\``).join(', '),
			order_by: order_of(context.state.get('sort'), about)?.order,
			limit: this.#size,
			offset: this.#start || undefined,
		}, signal)
		this.#rows = answer.results
		this.#total = answer.total_count
		return this.#rows.length > 0
	}

	#heading(field: Field) {
		const now = this.context && this.#about ? order_of(this.context.state.get('sort'), this.#about) : null
		const on = now?.field.name === field.name ? now : null
		if (!can_sort(field)) return html`<th scope="col" class=${is_number(field) ? 'number' : ''}><bdi>${field.label}</bdi></th>`
		const plain = this.context?.state.get('sort') === field.name
		const next = plain ? `-${field.name}` : field.name
		const down = (field.type !== 'text' && field.type !== 'boolean') !== plain
		return html`<th scope="col" class=${is_number(field) ? 'number' : ''}
			aria-sort=${on ? (on.descending ? 'descending' : 'ascending') : nothing}>
			<button title=${down ? this.say('Sort by {0}, descending', field.label) : this.say('Sort by {0}, ascending', field.label)}
				@click=${() => this.context?.put('sort', next)}><bdi>${field.label}</bdi>${on ? html`<span aria-hidden="true">
				${on.descending ? '↓' : '↑'}</span>` : nothing}</button></th>`
	}

	async #turn(by: number) {
		this.#start = Math.max(0, this.#start + by * this.#size)
		await this.reload()
		this.renderRoot.querySelector<HTMLElement>('.scroll')?.focus()
	}

	#pager() {
		const last = Math.min(this.#start + this.#rows.length, this.#total)
		if (this.#total <= this.#size) return html`<p role="status">${this.say_n('{0} record', '{0} records', this.#total)}</p>`
		const more = last < this.#total && this.#start + 2 * this.#size <= WINDOW
		return html`<nav aria-label=${this.say('Pages')}>
			<button ?disabled=${!this.#start} aria-label=${this.say('Previous page')} @click=${() => void this.#turn(-1)}>‹</button>
			<span role="status">${this.say('{0} to {1} of {2}', this.#start + 1, last, this.#total)}</span>
			<button ?disabled=${!more} aria-label=${this.say('Next page')} @click=${() => void this.#turn(1)}>›</button></nav>`
	}

	protected show() {
		const source = this.context?.source ?? ''
		const caption = this.getAttribute('caption') ?? String(this.#about?.metas.default?.title ?? this.say('Table'))
		return html`<div class="scroll" tabindex="0" role="region" aria-label=${caption}><table>
			<caption class="visually-hidden">${caption}</caption>
			<thead><tr>${this.#fields.map(f => this.#heading(f))}</tr></thead>
			<tbody>${this.#rows.map(row => html`<tr>${this.#fields.map(f => html`<td class=${is_number(f) ? 'number' : ''}>
				${view_of(row[f.name], f, this.speaker, source)}</td>`)}</tr>`)}</tbody></table></div>${this.#pager()}`
	}
}
customElements.define('stoa-table', StoaTable)
