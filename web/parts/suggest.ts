// <stoa-suggest>: suggests datasets while one types in the search box inside it. A combobox with a list,
// by the pattern of the ARIA authoring practices; without script it is the plain search box.
import { LitElement, html, nothing } from 'lit'

type Hit = { dataset_id: string; title: string; publisher: string | null }
const PAUSE_MS = 160
const HITS = 6
// Results of a whole page cost more than suggestions.
const RESULTS_PAUSE_MS = 350

class StoaSuggest extends LitElement {
	static properties = { hits: { state: true }, chosen: { state: true } }
	declare hits: Hit[]
	declare chosen: number
	#input: HTMLInputElement | null = null
	#timer = 0
	#turn: AbortController | null = null
	#results = 0

	constructor() {
		super()
		this.hits = []
		this.chosen = -1
	}

	createRenderRoot() {
		const place = document.createElement('div')
		place.className = 'suggestions'
		this.append(place)
		return place
	}

	connectedCallback() {
		this.#input = this.querySelector('input[type=search]')
		const input = this.#input
		if (!input) return
		super.connectedCallback()
		input.setAttribute('role', 'combobox')
		input.setAttribute('aria-autocomplete', 'list')
		input.setAttribute('aria-expanded', 'false')
		input.setAttribute('aria-controls', 'suggestions')
		input.autocomplete = 'off'
		input.addEventListener('input', this.#typed)
		input.addEventListener('keydown', this.#key)
		input.addEventListener('blur', () => setTimeout(() => this.#close(), 150))
	}

	render() {
		return html`<ul id="suggestions" role="listbox" aria-label=${this.dataset.label ?? ''} ?hidden=${!this.hits.length}>
			${this.hits.map(
				(hit, i) => html`<li id="suggestion-${i}" role="option" aria-selected=${i === this.chosen ? 'true' : 'false'}
					@pointerdown=${() => this.#open(hit)}>
					<span>${hit.title}</span>${hit.publisher ? html`<small>${hit.publisher}</small>` : nothing}
				</li>`,
			)}
		</ul>`
	}

	updated() {
		const input = this.#input
		if (!input) return
		input.setAttribute('aria-expanded', String(this.hits.length > 0))
		if (this.chosen >= 0) input.setAttribute('aria-activedescendant', `suggestion-${this.chosen}`)
		else input.removeAttribute('aria-activedescendant')
	}

	#typed = () => {
		clearTimeout(this.#timer)
		this.#timer = window.setTimeout(() => void this.#ask(), PAUSE_MS)
		clearTimeout(this.#results)
		this.#results = window.setTimeout(() => this.#find(), RESULTS_PAUSE_MS)
	}

	// Where the results are on this very page, they follow what is typed; the last address alone is remembered.
	#find() {
		const form = this.#input?.form
		const live = document.querySelector<HTMLElement>('stoa-live')
		if (!form || !live || new URL(form.action).pathname !== live.dataset.path || location.pathname !== live.dataset.path) return
		form.dataset.quiet = ''
		form.requestSubmit()
		delete form.dataset.quiet
	}

	async #ask() {
		const words = this.#input?.value.trim() ?? ''
		this.#turn?.abort()
		if (words.length < 2) return this.#close()
		const turn = (this.#turn = new AbortController())
		const query = new URLSearchParams({
			select: 'dataset_id, title, publisher',
			where: `search(title, ${JSON.stringify(words)})`,
			limit: String(HITS),
			lang: document.documentElement.lang,
		})
		try {
			const answer = await fetch(`/api/explore/v2.1/catalog/datasets?${query}`, { signal: turn.signal, credentials: 'omit' })
			if (!answer.ok) return this.#close()
			const found = await answer.json()
			this.chosen = -1
			this.hits = found.results
		} catch {
			// A newer question is under way, or there is no network: the plain search still works.
		}
	}

	#close() {
		this.hits = []
		this.chosen = -1
	}

	#open(hit: Hit) {
		location.assign(`/explore/dataset/${encodeURIComponent(hit.dataset_id)}/`)
	}

	#key = (e: KeyboardEvent) => {
		const n = this.hits.length
		if (!n) return
		if (e.key === 'ArrowDown') this.chosen = (this.chosen + 1) % n
		else if (e.key === 'ArrowUp') this.chosen = this.chosen <= 0 ? n - 1 : this.chosen - 1
		else if (e.key === 'Escape') this.#close()
		else if (e.key === 'Enter' && this.chosen >= 0) this.#open(this.hits[this.chosen])
		else return
		e.preventDefault()
	}
}
customElements.define('stoa-suggest', StoaSuggest)
