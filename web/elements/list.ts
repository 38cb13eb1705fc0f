// <stoa-list dataset="…" title-field="name" text-field="note" image-field="photo" link-field="url" page-size="10">: records as a list of
// cards. A <template> inside decides on the markup itself: {{field}} in its texts and attributes stands for a value.
import { css, html, nothing } from 'lit'
import { base_style, StoaElement } from './base'
import type { Context } from './context'
import { order_of, text_of, view_of } from './format'
import type { Dataset, Row } from './query'

const PAGE = 10
const MOST = 100
const web = /^(https?:\/\/|\/|mailto:)/

class StoaList extends StoaElement {
	static styles = [base_style, css`
		ul { list-style: none; margin: 0; padding: 0; display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(18rem, 100%), 1fr)); }
		li.card { border: 1px solid var(--line, currentColor); border-radius: var(--round, 6px); padding: 1rem; overflow-wrap: anywhere; background: var(--raised, transparent); }
		.title { margin: 0 0 .25rem; font-weight: 600; }
		p { margin: 0; }
		img { max-inline-size: 100%; block-size: auto; border-radius: var(--round, 6px); }
		a { color: var(--accent-text, LinkText); }
		.more { margin-block-start: 1rem; min-block-size: 2.75rem; padding: 0 1rem; border: 1px solid var(--line, currentColor); border-radius: var(--round, 6px); background: none; }
	`]
	#about: Dataset | null = null
	#rows: Row[] = []
	#total = 0
	#asked = ''
	#pages = 1

	get #size() {
		return Math.min(MOST, Math.max(1, Number(this.getAttribute('page-size')) || PAGE))
	}

	protected async load(context: Context, signal: AbortSignal) {
		this.#about = await context.about()
		const asked = context.state.toString()
		if (asked !== this.#asked) this.#pages = 1
		this.#asked = asked
		const answer = await context.ask<{ total_count: number; results: Row[] }>('records', {
			order_by: order_of(context.state.get('sort'), this.#about)?.order, limit: Math.min(MOST, this.#size * this.#pages),
		}, signal)
		this.#rows = answer.results
		this.#total = answer.total_count
		return this.#rows.length > 0
	}

	#field(name: string | null) {
		return this.#about?.fields.find(f => f.name === name) ?? null
	}

	#filled(row: Row, template: HTMLTemplateElement): DocumentFragment {
		const copy = template.content.cloneNode(true) as DocumentFragment
		const fill = (text: string) => text.replace(/\{\{\s*([\w.-]+)\s*\}\}/g, (_, name) => text_of(row[name], this.#field(name), this.speaker))
		const walker = document.createTreeWalker(copy, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT)
		for (let node = walker.nextNode(); node; node = walker.nextNode()) {
			if (node instanceof Text) node.data = fill(node.data)
			else if (node instanceof Element)
				for (const attribute of [...node.attributes]) {
					if (!attribute.value.includes('{{')) continue
					const value = fill(attribute.value)
					const address = attribute.name === 'href' || attribute.name === 'src'
					if (/^on/i.test(attribute.name) || (address && !web.test(value))) node.removeAttribute(attribute.name)
					else attribute.value = value
				}
		}
		return copy
	}

	#card(row: Row) {
		const source = this.context?.source ?? ''
		const named = (attribute: string) => this.getAttribute(attribute)
		const image = row[named('image-field') ?? ''] as { url?: string } | string | null
		const address = typeof image === 'string' ? image : image?.url
		const title = named('title-field') ?? this.#about?.fields.find(f => f.type === 'text')?.name ?? ''
		const link = row[named('link-field') ?? '']
		const heading = text_of(row[title], this.#field(title), this.speaker)
		const text = named('text-field')
		return html`${address && web.test(address) ? html`<img src=${new URL(address, source).href} alt="" loading="lazy" />` : nothing}
			<p class="title">${typeof link === 'string' && web.test(link) ? html`<a href=${link}><bdi>${heading}</bdi></a>` : html`<bdi>${heading}</bdi>`}</p>
			${text ? html`<p>${view_of(row[text], this.#field(text), this.speaker, source)}</p>` : nothing}`
	}

	protected show() {
		const template = this.querySelector('template')
		const more = this.#rows.length < Math.min(this.#total, MOST)
		return html`<ul>${this.#rows.map(row => template ? html`<li>${this.#filled(row, template)}</li>` : html`<li class="card">${this.#card(row)}</li>`)}</ul>
			${more ? html`<button class="more" @click=${() => { this.#pages++; void this.reload() }}>${this.say('Show all')}</button>` : nothing}`
	}
}
customElements.define('stoa-list', StoaList)
