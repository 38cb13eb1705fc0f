// <stoa-facet>: a box that narrows a long list of values while one types; with data-server the list is too long for the
// page, and the form inside is sent a moment after the last letter.
const MANY = 9
const PAUSE_MS = 300
const fold = (s: string) => s.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

class StoaFacet extends HTMLElement {
	#timer = 0

	connectedCallback() {
		if ('server' in this.dataset) {
			this.querySelector('.find input[type=search]')?.addEventListener('input', this.#ask)
			this.classList.add('asks')
		} else if (this.querySelectorAll('li').length >= MANY && !this.querySelector('.narrow')) {
			const box = document.createElement('input')
			box.type = 'search'
			box.className = 'narrow'
			box.placeholder = this.dataset.label ?? ''
			box.setAttribute('aria-label', this.dataset.label ?? '')
			box.addEventListener('input', this.#narrow)
			// In a form it is not sent, nor does it send.
			box.addEventListener('keydown', e => e.key === 'Enter' && e.preventDefault())
			this.prepend(box)
		}
	}

	disconnectedCallback() {
		clearTimeout(this.#timer)
	}

	#ask = (e: Event) => {
		const form = (e.target as HTMLInputElement).form
		clearTimeout(this.#timer)
		this.#timer = window.setTimeout(() => form?.requestSubmit(), PAUSE_MS)
	}

	#narrow = (e: Event) => {
		const wanted = fold((e.target as HTMLInputElement).value.trim())
		if (wanted) for (const d of this.querySelectorAll('details')) d.open = true
		for (const item of this.querySelectorAll<HTMLElement>('li')) {
			const text = item.querySelector('.value')?.textContent ?? ''
			item.hidden = wanted !== '' && !fold(text).includes(wanted)
		}
	}
}
customElements.define('stoa-facet', StoaFacet)
export {}
