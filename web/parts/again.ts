// <stoa-again>: a part of a page that is not ready yet. Asks for the same page until the part is there, and puts it in
// place; without script the page says how to ask again.
const MOST = 40

class StoaAgain extends HTMLElement {
	#timer = 0

	connectedCallback() {
		if ('coming' in this.dataset) this.#wait(0)
	}

	disconnectedCallback() {
		clearTimeout(this.#timer)
	}

	#wait(times: number) {
		// Long work is asked for less and less often.
		const seconds = Number(this.dataset.seconds ?? 3) * (1 + times / 4)
		this.#timer = window.setTimeout(() => void this.#ask(times), seconds * 1000)
	}

	async #ask(times: number) {
		try {
			const answer = await fetch(location.href, { headers: { Accept: 'text/html' } })
			const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
			const fresh = answer.ok ? page.querySelector<HTMLElement>(this.localName) : null
			if (fresh && !('coming' in fresh.dataset)) {
				delete this.dataset.coming
				this.replaceChildren(...fresh.childNodes)
				return
			}
		} catch {
			// No network for a moment: the next time may do.
		}
		if (times < MOST) this.#wait(times + 1)
	}
}
customElements.define('stoa-again', StoaAgain)
