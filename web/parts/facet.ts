// <stoa-facet>: a box that narrows a long list of values while one types.
import { LitElement, html, nothing } from 'lit'

const MANY = 9
const fold = (s: string) => s.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

class StoaFacet extends LitElement {
	createRenderRoot() {
		const place = document.createElement('div')
		this.prepend(place)
		return place
	}

	render() {
		if (this.querySelectorAll('li').length < MANY) return nothing
		const label = this.dataset.label ?? ''
		return html`<input class="narrow" type="search" aria-label=${label} placeholder=${label} @input=${this.#narrow} />`
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
