// Elements that write filters: <stoa-search> (words), <stoa-filters> (what is active, to be taken away), <stoa-range field="…"> (from
// and to of a number or a date).
import { css, html, nothing } from 'lit'
import { base_style, StoaElement } from './base'
import type { Context } from './context'
import type { Field } from './query'

class StoaSearch extends StoaElement {
	static styles = [base_style, css`
		form { display: flex; gap: .5rem; }
		input { flex: 1; min-inline-size: 0; font: inherit; color: inherit; background: var(--raised, Field); padding: .5rem .75rem; min-block-size: 2.75rem; box-sizing: border-box;
			border: 1px solid var(--line, currentColor); border-radius: var(--round, 6px); }
		button { min-block-size: 2.75rem; padding: 0 1rem; border: 1px solid var(--line, currentColor); border-radius: var(--round, 6px); background: none; }
	`]

	protected async load(_context: Context) {
		return true
	}

	#submit = (e: Event) => {
		e.preventDefault()
		this.context?.put('q', this.renderRoot.querySelector('input')?.value.trim() ?? '')
	}

	protected show() {
		const label = this.getAttribute('label') ?? this.say('Search the records')
		return html`<form @submit=${this.#submit}><input type="search" maxlength="500" aria-label=${label}
			placeholder=${this.getAttribute('placeholder') ?? label} .value=${this.context?.state.get('q') ?? ''} />
			<button>${this.say('Search')}</button></form>`
	}
}
customElements.define('stoa-search', StoaSearch)

class StoaFilters extends StoaElement {
	static styles = [base_style, css`
		ul { list-style: none; display: flex; flex-wrap: wrap; gap: .5rem; margin: 0; padding: 0; }
		button { display: inline-flex; gap: .5rem; align-items: center; padding: .25rem .75rem; min-block-size: 2.25rem; border: 1px solid var(--line, currentColor); border-radius: 999px; background: none; }
	`]
	#labels = new Map<string, string>()

	protected async load(context: Context) {
		for (const f of (await context.about()).fields) this.#labels.set(f.name, f.label)
		return true
	}

	#text(name: string, value: string) {
		if (name === 'q') return value
		if (name.startsWith('geofilter.')) return this.say('within an area')
		const range = /^q\..*/.test(name) && /^([^:]+):\[(.+) TO (.+)\]$/.exec(value)
		if (range) return `${this.#labels.get(range[1]) ?? range[1]}: ${range[2]} – ${range[3]}`
		const field = name.replace(/^(refine|exclude)\./, '')
		return `${this.#labels.get(field) ?? field}${name.startsWith('exclude.') ? ' ≠ ' : ': '}${value}`
	}

	#remove(name: string, value: string) {
		const state = this.context?.state
		if (!state) return
		const rest = state.getAll(name).filter(v => v !== value)
		this.context?.put(name, ...rest)
	}

	protected show() {
		const active = [...(this.context?.state ?? [])].filter(([name]) => /^(q$|q\.|refine\.|exclude\.|geofilter\.)/.test(name))
		if (!active.length) return html``
		return html`<ul aria-label=${this.say('Active filters')}>${active.map(([name, value]) => html`<li>
			<button @click=${() => this.#remove(name, value)}><span class="visually-hidden">${this.say('Remove filter:')} </span>
			<bdi>${this.#text(name, value)}</bdi><span aria-hidden="true">×</span></button></li>`)}
			${active.length > 1 ? html`<li><button @click=${() => {
				const state = this.context?.state
				for (const [name] of active) state?.delete(name)
				if (state) this.context?.set(state)
			}}>${this.say('Clear all')}</button></li>` : nothing}</ul>`
	}
}
customElements.define('stoa-filters', StoaFilters)

class StoaRange extends StoaElement {
	static styles = [base_style, css`
		fieldset { border: 0; padding: 0; margin: 0; display: flex; flex-wrap: wrap; gap: .75rem; align-items: end; }
		legend { font-weight: 600; padding: 0; }
		label { display: grid; gap: .25rem; }
		input { font: inherit; color: inherit; background: var(--raised, Field); padding: .5rem; min-block-size: 2.75rem; box-sizing: border-box; border: 1px solid var(--line, currentColor); border-radius: var(--round, 6px); }
		button { min-block-size: 2.75rem; padding: 0 1rem; border: 1px solid var(--line, currentColor); border-radius: var(--round, 6px); background: none; }
	`]
	#field: Field | null = null

	protected async load(context: Context) {
		const name = this.getAttribute('field')
		this.#field = (await context.about()).fields.find(f => f.name === name) ?? null
		return this.#field !== null
	}

	get #name() {
		return `q.range.${this.#field?.name}`
	}

	#submit = (e: Event) => {
		e.preventDefault()
		const [from, to] = [...this.renderRoot.querySelectorAll('input')].map(i => i.value || '*')
		this.context?.put(this.#name, from === '*' && to === '*' ? '' : `${this.#field?.name}:[${from} TO ${to}]`)
	}

	protected show() {
		const now = /\[(.+) TO (.+)\]/.exec(this.context?.state.get(this.#name) ?? '')
		const kind = this.#field?.type === 'date' || this.#field?.type === 'datetime' ? 'date' : 'number'
		const value = (i: number) => (now && now[i] !== '*' ? now[i] : '')
		return html`<form @submit=${this.#submit}><fieldset><legend><bdi>${this.getAttribute('label') ?? this.#field?.label}</bdi></legend>
			<label>${this.say('From')} <input type=${kind} step="any" .value=${value(1)} /></label>
			<label>${this.say('To')} <input type=${kind} step="any" .value=${value(2)} /></label>
			<button>${this.say('Apply')}</button></fieldset></form>`
	}
}
customElements.define('stoa-range', StoaRange)
