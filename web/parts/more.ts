// <stoa-more>: a list that goes on as one scrolls. The pager below leads to the same pages without it, and comes back into its own after
// some pages, so that the end of the page can be reached.
const MOST_CARDS = 100

class StoaMore extends HTMLElement {
	#watch: IntersectionObserver | null = null
	#loading = false

	connectedCallback() {
		this.#observe()
	}

	disconnectedCallback() {
		this.#watch?.disconnect()
	}

	get #next() {
		return this.querySelector<HTMLAnchorElement>('.pager a[rel=next]')
	}

	// Whoever has the pager under their fingers turns pages.
	get #is_paging() {
		return this.querySelector('.pager')?.contains(document.activeElement) ?? false
	}

	// Only once somebody scrolled: whoever just arrives asks for one page.
	#observe() {
		const next = this.#next
		this.#watch?.disconnect()
		if (!next || this.querySelectorAll('.card').length >= MOST_CARDS) return
		this.#watch = new IntersectionObserver(seen => {
			if (seen.some(s => s.isIntersecting) && scrollY > 0) void this.#more(next.href)
		}, { rootMargin: '300px' })
		this.#watch.observe(next)
	}

	async #more(url: string) {
		const list = this.querySelector('.cards')
		if (!list || this.#loading || this.#is_paging) return
		this.#loading = true
		list.setAttribute('aria-busy', 'true')
		try {
			const answer = await fetch(url, { headers: { Accept: 'text/html' } })
			const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
			const cards = [...page.querySelectorAll('stoa-more .card')]
			const pager = page.querySelector('stoa-more .pager')
			if (!answer.ok || !cards.length || !pager || !this.isConnected || this.#is_paging) return
			list.append(...cards)
			this.querySelector('.pager')?.replaceWith(pager)
			this.#observe()
		} catch {
			// The link to the next page stays where it was.
			this.#watch?.disconnect()
		} finally {
			this.#loading = false
			list.removeAttribute('aria-busy')
		}
	}
}
customElements.define('stoa-more', StoaMore)
export {}
