// <stoa-export dataset="…" formats="csv json xlsx">: links that download the records of the context, filtered as they are shown.
import { css, html } from 'lit'
import { base_style, StoaElement } from './base'
import type { Context } from './context'

type Link = { rel: string; href: string }
const usual = ['csv', 'json', 'xlsx', 'geojson', 'parquet']

class StoaExport extends StoaElement {
	static styles = [base_style, css`
		ul { list-style: none; display: flex; flex-wrap: wrap; gap: .5rem; margin: 0; padding: 0; }
		a { display: inline-flex; align-items: center; min-block-size: 2.75rem; padding: 0 1rem; border: 1px solid var(--line, currentColor); border-radius: var(--round, 6px); color: inherit; text-decoration: none; }
		a:hover { text-decoration: underline; }
		p { margin: 0 0 .5rem; color: var(--ink-soft, inherit); }
	`]
	#formats: string[] = []

	protected async load(context: Context, signal: AbortSignal) {
		const answer = await context.fetch<{ links: Link[] }>(new URL(`${context.path}/exports`, context.source), signal)
		const offered = answer.links.map(link => link.rel).filter(rel => rel !== 'self')
		const wanted = this.getAttribute('formats')?.split(/[\s,]+/).filter(Boolean) ?? usual
		this.#formats = wanted.filter(format => offered.includes(format))
		return this.#formats.length > 0
	}

	protected show() {
		const filtered = [...(this.context?.state ?? [])].some(([name]) => /^(q$|q\.|refine\.|exclude\.|geofilter\.|where$)/.test(name))
		return html`<p>${this.say('Download')}: ${filtered ? this.say('filtered records') : this.say('whole dataset')}</p>
			<ul>${this.#formats.map(format => html`<li><a href=${this.context?.url(`exports/${format}`, { use_labels: 'true' }) ?? ''} download
				aria-label="${this.say('Download')} ${format.toUpperCase()}">${format.toUpperCase()}</a></li>`)}</ul>`
	}
}
customElements.define('stoa-export', StoaExport)
