// <stoa-datasets source="https://…" where="…" refine="theme:Health" sort="modified" limit="5">: datasets of a portal's catalogue as cards
// that lead to their pages.
import { css, html, LitElement, nothing } from 'lit'
import { base_style } from './base'
import { home } from './context'
import { ask } from './query'
import { lang_of, Speaker, words_for } from './say'

type Hit = { dataset_id: string; metas: { default: { title?: string; description?: string; publisher?: string; records_count?: number } } }
const LIMIT = 5
const orders: Record<string, string> = {
	modified: 'modified desc', title: 'title asc', records_count: 'records_count desc', popularity: 'explore.popularity_score desc',
}
const plain = (markup: string) => new DOMParser().parseFromString(markup, 'text/html').body.textContent?.trim() ?? ''
const DESCRIPTION = 180

class StoaDatasets extends LitElement {
	static styles = [base_style, css`
		ul { list-style: none; margin: 0; padding: 0; display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(18rem, 100%), 1fr)); }
		li { border: 1px solid var(--line, currentColor); border-radius: var(--round, 6px); padding: 1rem; background: var(--raised, transparent); overflow-wrap: anywhere; }
		.title { margin: 0 0 .25rem; font-weight: 600; }
		a { color: var(--accent-text, LinkText); }
		p { margin: .25rem 0 0; }
		.soft { color: var(--ink-soft, inherit); font-size: .875rem; }
	`]
	#hits: Hit[] | null = null
	#failed = ''
	#speaker = new Speaker('en')

	connectedCallback() {
		super.connectedCallback()
		void this.#load()
	}

	get #source() {
		return new URL(this.getAttribute('source') || home, home).origin
	}

	async #load() {
		const lang = lang_of(this)
		await words_for(lang)
		this.#speaker = new Speaker(lang)
		const query = new URLSearchParams({ limit: String(Math.min(100, Number(this.getAttribute('limit')) || LIMIT)), lang })
		const where = this.getAttribute('where')
		const refine = this.getAttribute('refine')
		if (where) query.set('where', where)
		for (const one of refine?.split(',') ?? []) query.append('refine', one.trim())
		query.set('order_by', orders[this.getAttribute('sort') ?? 'modified'] ?? orders.modified)
		try {
			this.#hits = (await ask<{ results: Hit[] }>(this.#source, '/api/explore/v2.1/catalog/datasets', query)).results
			this.#failed = ''
		} catch (why) {
			this.#failed = (why as Error).message
		}
		this.requestUpdate()
	}

	render() {
		const s = this.#speaker
		if (this.#failed) return html`<div class="state bad" role="alert"><p>${s.say('The data could not be loaded.')}</p></div>`
		if (!this.#hits) return html`<p class="state" role="status">${s.say('Loading…')}</p>`
		if (!this.#hits.length) return html`<p class="state" role="status">${s.say('No dataset matches.')}</p>`
		return html`<ul aria-label=${s.say('Catalogue')}>${this.#hits.map(hit => {
			const m = hit.metas.default
			const text = plain(m.description ?? '')
			return html`<li><p class="title"><a href="${this.#source}/explore/dataset/${encodeURIComponent(hit.dataset_id)}/"><bdi>${m.title ?? hit.dataset_id}</bdi></a></p>
				<p class="soft">${m.publisher ? html`<bdi>${m.publisher}</bdi> · ` : nothing}${s.say_n('{0} record', '{0} records', m.records_count ?? 0)}</p>
				<p><bdi>${text.length > DESCRIPTION ? text.slice(0, DESCRIPTION).replace(/\s\S*$/, '…') : text}</bdi></p></li>`
		})}</ul>`
	}
}
customElements.define('stoa-datasets', StoaDatasets)
