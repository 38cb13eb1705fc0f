// <stoa-copy>: adds a button that copies the code inside it.
import { LitElement, html } from 'lit'

class StoaCopy extends LitElement {
	static properties = { done: { state: true } }
	declare done: boolean
	#back = 0

	constructor() {
		super()
		this.done = false
	}

	// Drawn beside the code that is already there, in the page's own style.
	createRenderRoot() {
		const place = document.createElement('div')
		place.className = 'copy'
		this.append(place)
		return place
	}

	render() {
		const word = this.done ? this.dataset.done : this.dataset.label
		return html`<button type="button" class="button small" @click=${this.#copy}>${word}</button>
			<span class="visually-hidden" role="status">${this.done ? word : ''}</span>`
	}

	#copy = async () => {
		await navigator.clipboard.writeText(this.querySelector('code')?.textContent ?? '')
		this.done = true
		clearTimeout(this.#back)
		this.#back = window.setTimeout(() => (this.done = false), 2500)
	}

	connectedCallback() {
		// Copying needs a secure page; without it there is nothing to offer.
		if (navigator.clipboard) super.connectedCallback()
	}
}
customElements.define('stoa-copy', StoaCopy)
