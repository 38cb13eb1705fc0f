// <stoa-live data-path="/…/">: follows links and forms that only change the state of this page (filters, sort, paging)
// without loading the page anew. The answer is the same page; the part inside is taken from it. Address bar, back
// button and shared links stay what they are without script. When no answer comes, what was there stays and says so.
// Elements inside may send `stoa-go` ({detail: url}) to have the page go on to another state of itself, and `stoa-here`
// ({detail: url}) when they changed the address themselves.
type How = { remember?: 'push' | 'replace'; focus?: string }

// What was unfolded stays so, and the place where somebody types keeps what is typed.
function carry_over(from: Element, to: Element) {
	for (const old of from.querySelectorAll<HTMLDetailsElement>('details[data-key]')) {
		const now = to.querySelector<HTMLDetailsElement>(`details[data-key="${CSS.escape(old.dataset.key ?? '')}"]`)
		if (now && !now.querySelector('.on')) now.open = old.open
	}
}

// What is costly to make anew, such as a map, moves over as it is, with what is said of it now. A mark holds its place meanwhile: in the
// other document it would lose its style.
function keep(from: Element, to: Element): () => void {
	const kept: [Element, Element][] = []
	for (const now of to.querySelectorAll<HTMLElement>('[data-keep]')) {
		const old = from.querySelector<HTMLElement>(`[data-keep="${CSS.escape(now.dataset.keep ?? '')}"]`)
		if (!old || old.localName !== now.localName) continue
		for (const { name, value } of [...now.attributes]) if (old.getAttribute(name) !== value) old.setAttribute(name, value)
		const mark = now.ownerDocument.createElement('span')
		now.replaceWith(mark)
		kept.push([mark, old])
	}
	return () => kept.forEach(([mark, old]) => mark.replaceWith(old))
}

class StoaLive extends HTMLElement {
	#turn: AbortController | null = null
	// What is shown; a jump within the page changes only what stands after '#'.
	#shown = location.pathname + location.search
	#said = document.createElement('div')
	#trouble: HTMLElement | null = null

	connectedCallback() {
		this.#said.className = 'visually-hidden'
		this.#said.setAttribute('role', 'status')
		this.after(this.#said)
		this.addEventListener('click', this.#click)
		this.addEventListener('stoa-go', this.#asked)
		this.addEventListener('stoa-here', this.#moved)
		document.addEventListener('submit', this.#submit)
		window.addEventListener('popstate', this.#back)
	}

	disconnectedCallback() {
		this.#said.remove()
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
		void this.#go(url, { remember: 'push', focus: link.dataset.focus })
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
		const active = document.activeElement as HTMLElement | null
		const near = form.contains(active) || (form.parentElement?.localName === 'stoa-brush' && form.parentElement.contains(active))
		const focus = (near && active?.dataset.focus) || e.submitter?.dataset.focus || undefined
		void this.#go(url, { remember: 'quiet' in form.dataset ? 'replace' : 'push', focus })
	}

	#asked = (e: Event) => {
		const url = new URL((e as CustomEvent<string>).detail, location.href)
		if (this.#is_here(url)) void this.#go(url, { remember: 'push' })
	}

	#moved = (e: Event) => {
		const url = new URL((e as CustomEvent<string>).detail, location.href)
		this.#shown = url.pathname + url.search
	}

	#back = () => {
		const url = new URL(location.href)
		if (this.#is_here(url) && url.pathname + url.search !== this.#shown) void this.#go(url, {})
	}

	async #go(url: URL, how: How) {
		this.#turn?.abort()
		const turn = (this.#turn = new AbortController())
		this.setAttribute('aria-busy', 'true')
		try {
			const answer = await fetch(url, { signal: turn.signal, headers: { Accept: 'text/html' } })
			if (answer.status >= 500 || answer.status === 429) throw new Error(`status ${answer.status}`)
			const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
			const fresh = page.querySelector<HTMLElement>('stoa-live')
			// Something else altogether, such as a page to sign in.
			if (!fresh) return location.assign(url)
			this.#show(page, fresh, url, how)
		} catch (why) {
			if ((why as Error).name !== 'AbortError' && this.#turn === turn) this.#fail(url, how)
		} finally {
			if (this.#turn === turn) this.removeAttribute('aria-busy')
		}
	}

	#show(page: Document, fresh: HTMLElement, url: URL, how: How) {
		const here = new URL(fresh.dataset.here ?? url, location.href)
		// The sheet of filters on a phone stays open.
		if (location.hash === '#filters') here.hash = location.hash
		if (how.remember === 'push') history.pushState(null, '', here)
		else if (how.remember === 'replace') history.replaceState(history.state, '', here)
		this.#shown = how.remember ? here.pathname + here.search : location.pathname + location.search
		document.title = page.title
		const typed = document.activeElement instanceof HTMLInputElement && this.contains(document.activeElement) ? document.activeElement : null
		const top = this.getBoundingClientRect().top
		const sheet = this.querySelector('.filters')?.scrollTop ?? 0
		carry_over(this, fresh)
		const put_back = keep(this, fresh)
		this.replaceChildren(...fresh.childNodes)
		put_back()
		this.#trouble = null
		this.#follow(page)
		const goal = this.querySelector<HTMLElement>(how.focus ? `[data-focus="${CSS.escape(how.focus)}"]` : '#results')
		goal?.focus({ preventScroll: true })
		this.#keep_typed(typed, goal)
		const column = this.querySelector('.filters')
		if (column) column.scrollTop = sheet
		if (top < 0 && !how.focus) this.scrollIntoView()
		this.#said.textContent = this.querySelector('.total')?.textContent ?? ''
		// Contexts that follow the address read it anew.
		if (how.remember) window.dispatchEvent(new PopStateEvent('popstate', { state: history.state }))
	}

	#keep_typed(typed: HTMLInputElement | null, goal: HTMLElement | null) {
		if (!typed || !(goal instanceof HTMLInputElement) || typed.type !== 'search') return
		const late = goal.value !== typed.value
		goal.value = typed.value
		goal.setSelectionRange(goal.value.length, goal.value.length)
		if (late) goal.dispatchEvent(new Event('input', { bubbles: true }))
	}

	// What stands outside and carries the state along.
	#follow(page: Document) {
		for (const name of ['.languages input[name=next]', 'form[role=search] input[name=q]']) {
			const here = document.querySelector<HTMLInputElement>(name)
			const there = page.querySelector<HTMLInputElement>(name)
			if (here && there && here !== document.activeElement) here.value = there.value
		}
		const tabs = page.querySelectorAll<HTMLAnchorElement>('.tabs a')
		document.querySelectorAll<HTMLAnchorElement>('.tabs a').forEach((tab, i) => {
			const href = tabs[i]?.getAttribute('href')
			if (href) tab.setAttribute('href', href)
		})
	}

	#fail(url: URL, how: How) {
		this.#trouble?.remove()
		const notice = document.createElement('div')
		notice.className = 'notice bad live'
		notice.setAttribute('role', 'alert')
		const words = document.createElement('p')
		words.textContent = this.dataset.failed ?? ''
		const again = document.createElement('button')
		again.className = 'button'
		again.type = 'button'
		again.textContent = this.dataset.again ?? '↻'
		again.addEventListener('click', () => void this.#go(url, how))
		notice.append(words, again)
		const place = this.querySelector('.results') ?? this
		place.prepend(notice)
		this.#trouble = notice
	}
}
customElements.define('stoa-live', StoaLive)
export {}
