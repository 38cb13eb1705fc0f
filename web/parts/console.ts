// <stoa-console>: shows the answers of the form inside it, keeps the address and the code beside in step with what
// one types, and completes ODSQL. Without script the form's buttons lead to the same answers.
import { LitElement, html, nothing } from 'lit'
import { complete, type Offer } from './odsql'

type Answer = { status: number; milliseconds: number; text: string }
const PAUSE_MS = 140

class StoaConsole extends LitElement {
	static properties = { url: { state: true }, answer: { state: true }, busy: { state: true }, offers: { state: true }, chosen: { state: true } }
	declare url: string
	declare answer: Answer | null
	declare busy: boolean
	declare offers: Offer[]
	declare chosen: number
	#form: HTMLFormElement | null = null
	#field: HTMLTextAreaElement | null = null
	#list: HTMLUListElement | null = null
	#timer = 0
	#turn: AbortController | null = null
	#asked: AbortController | null = null

	constructor() {
		super()
		this.url = ''
		this.answer = null
		this.busy = false
		this.offers = []
		this.chosen = -1
	}

	createRenderRoot() {
		const place = document.createElement('div')
		place.className = 'answer'
		this.querySelector('form')?.after(place)
		return place
	}

	connectedCallback() {
		const form = (this.#form = this.querySelector('form'))
		if (!form) return
		super.connectedCallback()
		this.#list = document.createElement('ul')
		this.#list.id = 'odsql-offers'
		this.#list.className = 'offers'
		this.#list.setAttribute('role', 'listbox')
		this.#list.setAttribute('aria-label', this.dataset.suggestions ?? '')
		this.#list.hidden = true
		for (const field of form.querySelectorAll<HTMLTextAreaElement>('textarea[data-clause]')) {
			field.setAttribute('aria-autocomplete', 'list')
			field.setAttribute('aria-controls', this.#list.id)
			field.addEventListener('keydown', this.#key)
			field.addEventListener('blur', () => setTimeout(() => this.#close(), 150))
			field.addEventListener('click', () => this.#soon(field))
		}
		form.append(this.#list)
		form.addEventListener('input', this.#typed)
		form.addEventListener('submit', this.#submit)
		this.#tell()
	}

	render() {
		return html`<p class="address"><strong>${this.dataset.address}</strong> <a dir="ltr" translate="no" rel="nofollow" href=${this.url}>${this.url}</a></p>
			<div role="status" class="status">${this.answer ? html`<strong>${this.dataset.answer}</strong> ${this.#summary(this.answer)}` : nothing}</div>
			${this.answer ? html`<div class="code"><pre tabindex="0" dir="ltr" translate="no" aria-busy=${String(this.busy)}><code>${this.answer.text}</code></pre></div>` : nothing}`
	}

	#summary(a: Answer) {
		return a.status ? `${a.status} · ${new Intl.NumberFormat(document.documentElement.lang).format(Math.round(a.milliseconds))} ms` : ''
	}

	updated() {
		const list = this.#list
		if (!list) return
		list.hidden = !this.offers.length
		list.replaceChildren(
			...this.offers.map((offer, i) => {
				const item = document.createElement('li')
				item.id = `odsql-offer-${i}`
				item.setAttribute('role', 'option')
				item.setAttribute('aria-selected', String(i === this.chosen))
				const word = document.createElement('code')
				word.dir = 'ltr'
				word.textContent = offer.show
				item.append(word)
				if (offer.about) {
					const about = document.createElement('small')
					about.textContent = offer.about
					item.append(about)
				}
				item.addEventListener('pointerdown', e => {
					e.preventDefault()
					this.#accept(offer)
				})
				return item
			}),
		)
		if (this.#field && this.chosen >= 0) this.#field.setAttribute('aria-activedescendant', `odsql-offer-${this.chosen}`)
		else this.#field?.removeAttribute('aria-activedescendant')
	}

	// What the form asks, without what is left empty.
	#query() {
		const words = new URLSearchParams()
		for (const [name, value] of new FormData(this.#form!)) if (typeof value === 'string' && value.trim()) words.append(name, value.trim())
		return words.toString()
	}

	#tell(path = this.dataset.path ?? '') {
		const query = this.#query()
		this.url = `${location.origin}${path}${query ? '?' + query : ''}`
		const written = `${this.dataset.origin}${path}${query ? '?' + query : ''}`.replaceAll("'", '%27')
		for (const place of this.querySelectorAll<HTMLElement>('.snippet')) {
			const code = place.querySelector('code')
			if (code) code.textContent = `${place.dataset.before}${written}${place.dataset.after}`
		}
	}

	#typed = (e: Event) => {
		this.#tell()
		const field = e.target as HTMLTextAreaElement
		if (field.dataset.clause) this.#soon(field)
	}

	#soon(field: HTMLTextAreaElement) {
		clearTimeout(this.#timer)
		this.#field = field
		this.#timer = window.setTimeout(() => void this.#offer(field), PAUSE_MS)
	}

	async #offer(field: HTMLTextAreaElement) {
		this.#turn?.abort()
		const turn = (this.#turn = new AbortController())
		try {
			const offers = await complete({
				clause: field.dataset.clause ?? '',
				text: field.value,
				at: field.selectionStart,
				fields: JSON.parse(this.dataset.fields ?? '[]'),
				path: this.dataset.path ?? '',
				signal: turn.signal,
			})
			if (turn.signal.aborted || document.activeElement !== field) return
			this.chosen = -1
			this.offers = offers
			field.after(this.#list!)
		} catch {
			// A newer question is under way, or there is no network: one types on without help.
		}
	}

	#close() {
		this.offers = []
		this.chosen = -1
	}

	#accept(offer: Offer) {
		const field = this.#field
		if (!field) return
		field.setRangeText(offer.put, offer.from, field.selectionStart, 'end')
		if (offer.back) field.selectionStart = field.selectionEnd = field.selectionEnd - offer.back
		this.#close()
		this.#tell()
		field.focus()
	}

	#key = (e: KeyboardEvent) => {
		const n = this.offers.length
		if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) this.#form?.requestSubmit()
		else if (!n) return
		else if (e.key === 'ArrowDown') this.chosen = (this.chosen + 1) % n
		else if (e.key === 'ArrowUp') this.chosen = this.chosen <= 0 ? n - 1 : this.chosen - 1
		else if (e.key === 'Escape') this.#close()
		else if (e.key === 'Enter' && this.chosen >= 0) this.#accept(this.offers[this.chosen])
		else return
		e.preventDefault()
	}

	#submit = (e: SubmitEvent) => {
		const button = e.submitter as HTMLButtonElement | null
		if (button && button.dataset.shown === undefined) return // a download is the browser's
		e.preventDefault()
		const path = new URL(button?.formAction || this.#form!.action).pathname
		this.#tell(path)
		void this.#run()
	}

	async #run() {
		this.#asked?.abort()
		const turn = (this.#asked = new AbortController())
		const began = performance.now()
		this.#close()
		this.busy = true
		try {
			const answer = await fetch(this.url, { signal: turn.signal, credentials: 'same-origin', cache: 'no-store' })
			const text = await answer.text()
			let shown = text
			try {
				shown = JSON.stringify(JSON.parse(text), null, 2)
			} catch {
				// Not JSON: shown as it came.
			}
			this.answer = { status: answer.status, milliseconds: performance.now() - began, text: shown.slice(0, 200_000) }
		} catch {
			if (turn.signal.aborted) return
			this.answer = { status: 0, milliseconds: 0, text: this.dataset.silent ?? '' }
		}
		this.busy = false
	}
}
customElements.define('stoa-console', StoaConsole)
