// <stoa-live>: follows links and forms that only change the state of this page (filters, sort, paging)
// without loading the page anew. The answer is the same page; the part inside is taken from it. Address
// bar, back button and shared links stay what they are without script.
class StoaLive extends HTMLElement {
	#turn: AbortController | null = null
	// What is shown; a jump within the page changes only what stands after '#'.
	#shown = location.pathname + location.search

	connectedCallback() {
		this.addEventListener('click', this.#click)
		document.addEventListener('submit', this.#submit)
		window.addEventListener('popstate', this.#back)
	}

	disconnectedCallback() {
		document.removeEventListener('submit', this.#submit)
		window.removeEventListener('popstate', this.#back)
	}

	#is_here(url: URL) {
		return url.origin === location.origin && url.pathname === this.dataset.path
	}

	#click = (e: MouseEvent) => {
		if (e.defaultPrevented || e.button || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return
		const link = (e.target as Element).closest('a')
		if (!link || link.target || link.hasAttribute('download')) return
		const url = new URL(link.href)
		// A link within the page keeps its meaning.
		if (!this.#is_here(url) || url.hash || location.pathname !== url.pathname) return
		e.preventDefault()
		void this.#go(url, true, link.dataset.focus)
	}

	#submit = (e: SubmitEvent) => {
		const form = e.target as HTMLFormElement
		if (form.method !== 'get') return
		const url = new URL(form.action)
		if (!this.#is_here(url) || location.pathname !== url.pathname) return
		const words = new URLSearchParams()
		for (const [name, value] of new FormData(form)) if (typeof value === 'string' && value) words.append(name, value)
		url.search = words.toString()
		e.preventDefault()
		void this.#go(url, true)
	}

	#back = () => {
		const url = new URL(location.href)
		if (this.#is_here(url) && url.pathname + url.search !== this.#shown) void this.#go(url, false)
	}

	async #go(url: URL, remember: boolean, focus?: string) {
		this.#turn?.abort()
		const turn = (this.#turn = new AbortController())
		this.setAttribute('aria-busy', 'true')
		try {
			const answer = await fetch(url, { signal: turn.signal, headers: { Accept: 'text/html' } })
			const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
			const fresh = page.querySelector('stoa-live')
			if (!answer.ok || !fresh) throw new Error('another page')
			if (remember) history.pushState(null, '', url)
			this.#shown = url.pathname + url.search
			document.title = page.title
			const top = this.getBoundingClientRect().top
			this.replaceChildren(...fresh.childNodes)
			for (const name of ['.languages input[name=next]', 'form[role=search] input[name=q]']) {
				const here = document.querySelector<HTMLInputElement>(name)
				const there = page.querySelector<HTMLInputElement>(name)
				if (here && there) here.value = there.value
			}
			// The tabs stand outside and carry the filters along.
			const tabs = page.querySelectorAll<HTMLAnchorElement>('.tabs a')
			document.querySelectorAll<HTMLAnchorElement>('.tabs a').forEach((tab, i) => {
				const href = tabs[i]?.getAttribute('href')
				if (href) tab.setAttribute('href', href)
			})
			const results = this.querySelector<HTMLElement>(focus ? `[data-focus="${CSS.escape(focus)}"]` : '#results')
			results?.focus({ preventScroll: true })
			if (top < 0) this.scrollIntoView()
		} catch (why) {
			if ((why as Error).name !== 'AbortError') location.assign(url)
			return
		} finally {
			if (this.#turn === turn) this.removeAttribute('aria-busy')
		}
	}
}
customElements.define('stoa-live', StoaLive)
