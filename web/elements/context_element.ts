// <stoa-context dataset="…" source="…" parameters="…" sort="…" where="…" apikey="…" urlsync refresh-delay="30000">: what the elements
// inside it, and those that name its id, show. With urlsync its state is the page's address: shared links show the same.
import { lang_of } from './say'
import { type Context, make_context } from './context'

const LEAST_REFRESH_MS = 10000
const ours = /^(q|sort|timezone|as_of|(q|refine|exclude|disjunctive|geofilter)\..+)$/

class StoaContext extends HTMLElement {
	held: Context | null = null
	#timer = 0

	connectedCallback() {
		this.held = make_context(this)
		if (!this.held) return
		this.held.lang = lang_of(this)
		if (this.hasAttribute('urlsync')) this.#follow_address(this.held)
		const delay = Number(this.getAttribute('refresh-delay'))
		if (delay > 0)
			this.#timer = window.setInterval(() => this.held?.dispatchEvent(new Event('change')), Math.max(delay, LEAST_REFRESH_MS))
	}

	disconnectedCallback() {
		clearInterval(this.#timer)
		window.removeEventListener('popstate', this.#read)
	}

	#read = () => {
		if (!this.held) return
		const state = this.held.state
		for (const name of [...new Set(state.keys())]) if (ours.test(name)) state.delete(name)
		for (const [name, value] of new URLSearchParams(location.search)) if (ours.test(name)) state.append(name, value)
		this.held.set(state)
	}

	// The address wins over the attributes when it says anything.
	#follow_address(context: Context) {
		if ([...new URLSearchParams(location.search).keys()].some(name => ours.test(name))) this.#read()
		context.addEventListener('change', () => {
			const url = new URL(location.href)
			for (const name of [...new Set(url.searchParams.keys())]) if (ours.test(name)) url.searchParams.delete(name)
			for (const [name, value] of context.state) if (ours.test(name)) url.searchParams.append(name, value)
			if (url.href !== location.href) history.replaceState(history.state, '', url)
		})
		window.addEventListener('popstate', this.#read)
	}
}
customElements.define('stoa-context', StoaContext)
