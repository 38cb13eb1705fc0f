// <stoa-facets dataset="…" fields="city, kind" disjunctive="city" limit="6">: values to filter by, with their counts. A value that is
// chosen narrows the context. <stoa-select field="city"> offers the values of one field as a list that unfolds.
import { css, html, nothing } from 'lit'
import { base_style, StoaElement } from './base'
import type { Context } from './context'

type Value = { name: string; value: string; count: number; state: string }
type Facet = { name: string; facets: Value[] }
const SHOWN = 6
const SEARCHED = 9
const fold = (s: string) => s.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
const list = (text: string | null) => text?.split(/[\s,]+/).filter(Boolean) ?? []
const facet_of = (name: string, many: boolean) => (many ? `facet(name="${name}", disjunctive=true)` : name)

// What is chosen by a facet itself must not narrow its own values where several may be chosen: the API is told so.
async function ask_facets(context: Context, names: string[], many: Set<string>, signal: AbortSignal): Promise<Facet[]> {
	const query = context.query()
	query.delete('facet')
	for (const name of names) query.append('facet', facet_of(name, many.has(name)))
	const url = new URL(`${context.path}/facets`, context.source)
	url.search = query.toString()
	const answer = await context.fetch<{ facets: Facet[] }>(url, signal)
	return answer.facets
}

class StoaFacets extends StoaElement {
	static styles = [base_style, css`
		fieldset { border: 0; margin: 0 0 1.25rem; padding: 0; }
		legend { font-weight: 600; padding: 0; margin-block-end: .25rem; }
		ul { list-style: none; margin: 0; padding: 0; }
		li button { display: flex; gap: .75rem; justify-content: space-between; inline-size: 100%; padding: .4rem .5rem; border: 0;
			background: none; text-align: start; border-radius: var(--round, 6px); min-block-size: 2.25rem; }
		li button:hover { background: var(--accent-soft, ButtonFace); }
		li button[aria-pressed=true] { font-weight: 600; background: var(--accent-soft, ButtonFace); }
		.count { color: var(--ink-soft, inherit); font-variant-numeric: tabular-nums; }
		input { font: inherit; inline-size: 100%; box-sizing: border-box; padding: .4rem .5rem; margin-block-end: .25rem; }
		.more { border: 0; background: none; padding: .4rem .5rem; text-decoration: underline; }
	`]
	#facets: Facet[] = []
	#labels = new Map<string, string>()
	#many = new Set<string>()
	#open = new Set<string>()
	#wanted = new Map<string, string>()

	protected async load(context: Context, signal: AbortSignal) {
		const about = await context.about()
		for (const f of about.fields) this.#labels.set(f.name, f.label)
		let names = list(this.getAttribute('fields') ?? this.getAttribute('field'))
		if (!names.length) names = about.fields.filter(f => f.annotations?.facet).map(f => f.name)
		this.#many = new Set([...list(this.getAttribute('disjunctive')),
			...about.fields.filter(f => f.annotations?.disjunctive).map(f => f.name)])
		if (!names.length) return false
		this.#facets = (await ask_facets(context, names, this.#many, signal)).filter(f => f.facets.length)
		return this.#facets.length > 0
	}

	#choose(facet: string, value: string) {
		const context = this.context
		if (!context) return
		const name = `refine.${facet}`
		const state = context.state
		const values = state.getAll(name)
		state.delete(name)
		const next = values.includes(value) ? values.filter(v => v !== value) : this.#many.has(facet) ? [...values, value] : [value]
		for (const one of next) state.append(name, one)
		if (this.#many.has(facet)) state.set(`disjunctive.${facet}`, 'true')
		context.set(state)
	}

	#values(facet: Facet) {
		const chosen = new Set(this.context?.state.getAll(`refine.${facet.name}`))
		const limit = Math.max(1, Number(this.getAttribute('limit')) || SHOWN)
		const wanted = fold(this.#wanted.get(facet.name) ?? '')
		const all = facet.facets.filter(v => !wanted || fold(v.name).includes(wanted))
		const shown = wanted || this.#open.has(facet.name) ? all : all.filter((v, i) => i < limit || chosen.has(v.value))
		return { all, shown, chosen }
	}

	#put(facet: Facet) {
		const label = this.#labels.get(facet.name) ?? facet.name
		const { all, shown, chosen } = this.#values(facet)
		return html`<fieldset><legend><bdi>${label}</bdi></legend>
			${facet.facets.length > SEARCHED ? html`<input type="search" aria-label="${this.say('Find a value')}: ${label}"
				placeholder=${this.say('Find a value')} .value=${this.#wanted.get(facet.name) ?? ''}
				@input=${(e: Event) => { this.#wanted.set(facet.name, (e.target as HTMLInputElement).value); this.requestUpdate() }} />` : nothing}
			<ul>${shown.map(v => html`<li><button aria-pressed=${chosen.has(v.value) ? 'true' : 'false'}
				@click=${() => this.#choose(facet.name, v.value)}><bdi>${v.name}</bdi><span class="count">${this.speaker.number.format(v.count)}</span></button></li>`)}</ul>
			${all.length > shown.length || this.#open.has(facet.name) ? html`<button class="more" @click=${() => {
				if (!this.#open.delete(facet.name)) this.#open.add(facet.name)
				this.requestUpdate()
			}}>${this.#open.has(facet.name) ? this.say('Show fewer') : this.say('Show all')}</button>` : nothing}</fieldset>`
	}

	protected show() {
		return html`${this.#facets.map(f => this.#put(f))}`
	}
}
customElements.define('stoa-facets', StoaFacets)

class StoaSelect extends StoaElement {
	static styles = [base_style, css`
		label { display: block; font-weight: 600; }
		select { font: inherit; margin-block-start: .25rem; padding: .5rem; max-inline-size: 100%; min-block-size: 2.75rem; }
	`]
	#facet: Facet | null = null
	#label = ''

	protected async load(context: Context, signal: AbortSignal) {
		const name = this.getAttribute('field') ?? ''
		this.#label = (await context.about()).fields.find(f => f.name === name)?.label ?? name
		this.#facet = (await ask_facets(context, [name], new Set([name]), signal))[0] ?? null
		return this.#facet !== null
	}

	protected show() {
		const name = `refine.${this.#facet?.name}`
		const now = this.context?.state.get(name) ?? ''
		return html`<label><bdi>${this.getAttribute('label') ?? this.#label}</bdi><br />
			<select @change=${(e: Event) => this.context?.put(name, (e.target as HTMLSelectElement).value)}>
			<option value="" ?selected=${!now}>${this.say('All')}</option>
			${this.#facet?.facets.map(v => html`<option value=${v.value} ?selected=${v.value === now}>${v.name} (${this.speaker.number.format(v.count)})</option>`)}
			</select></label>`
	}
}
customElements.define('stoa-select', StoaSelect)
