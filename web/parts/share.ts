// <stoa-share>: keeps the codes of a share in step with its options and with the address of the page, which filters, maps and charts
// change while it is open. Without this the codes say what the page showed when it was made.
const FILTER = /^(q|as_of|timezone|(q|refine|exclude|disjunctive|geofilter)\..+)$/
const LOOK_MS = 400

class StoaShare extends HTMLElement {
	#timer = 0
	#seen = ''

	connectedCallback() {
		this.addEventListener('change', this.#write)
		this.addEventListener('toggle', this.#toggle, true)
		this.addEventListener('keydown', this.#key)
		document.addEventListener('click', this.#outside)
	}

	disconnectedCallback() {
		clearInterval(this.#timer)
		document.removeEventListener('click', this.#outside)
	}

	get #details() {
		return this.querySelector('details')
	}

	#toggle = () => {
		clearInterval(this.#timer)
		if (!this.#details?.open) return
		this.#write()
		this.#timer = window.setInterval(() => {
			if (location.href !== this.#seen) this.#write()
		}, LOOK_MS)
	}

	#key = (e: KeyboardEvent) => {
		if (e.key !== 'Escape' || !this.#details?.open) return
		this.#details.open = false
		this.querySelector('summary')?.focus()
	}

	#outside = (e: MouseEvent) => {
		if (this.#details?.open && e.isTrusted && !e.composedPath().includes(this)) this.#details.open = false
	}

	// What the address says now, where this page is the one that is shared.
	#state(): URLSearchParams | null {
		const path = new URL(this.dataset.path ?? '', location.origin).pathname
		if (path !== location.pathname) return null
		const state = new URLSearchParams(location.search)
		for (const name of ['flg', 'cookies', 'start', 'done']) state.delete(name)
		return state
	}

	#code(which: string) {
		return this.querySelector<HTMLElement>(`[data-code="${which}"] code`)
	}

	#option(name: string) {
		return this.querySelector<HTMLInputElement | HTMLSelectElement>(`[data-option="${name}"]`)
	}

	#write = () => {
		this.#seen = location.href
		const state = this.#state()
		const link = this.#code('link')
		if (state && link) {
			const url = new URL(location.pathname, location.origin)
			url.search = state.toString()
			for (const way of this.querySelectorAll<HTMLAnchorElement>('.ways a'))
				way.href = way.href.replace(encodeURIComponent(link.textContent ?? ''), encodeURIComponent(url.href))
			link.textContent = url.href
		}
		this.#write_frame(state)
		if (state) this.#write_element(state)
	}

	#write_frame(state: URLSearchParams | null) {
		const code = this.#code('frame')
		const old = code && new DOMParser().parseFromString(code.textContent ?? '', 'text/html').querySelector('iframe')
		if (!code || !old) return
		const url = new URL(this.dataset.frame ?? '', location.origin)
		if (state) url.search = state.toString()
		for (const name of ['static', 'datasetcard', 'scrollWheelZoom']) {
			const box = this.#option(name)
			if (box instanceof HTMLInputElement) url.searchParams.set(name, String(box.checked))
		}
		old.setAttribute('src', url.href)
		const [width, height] = (this.#option('size')?.value ?? '').split('x')
		if (width) old.setAttribute('width', width)
		if (height) old.setAttribute('height', height)
		code.textContent = markup(old)
	}

	#write_element(state: URLSearchParams) {
		const code = this.#code('element')
		const page = code && new DOMParser().parseFromString(code.textContent ?? '', 'text/html')
		const script = page?.querySelector('script')
		const element = [...(page?.querySelectorAll('*') ?? [])].find(e => e.localName.startsWith('stoa-'))
		if (!code || !script || !element) return
		const filters = new URLSearchParams([...state].filter(([name]) => FILTER.test(name)))
		const values: Record<string, string> = { parameters: filters.toString() }
		if (element.localName === 'stoa-map') for (const name of ['location', 'basemap']) values[name] = state.get(name) ?? element.getAttribute(name) ?? ''
		if (state.get('sort')) values.sort = state.get('sort') ?? ''
		const chart = state.get('dataChart')
		if (chart && element.localName === 'stoa-chart') values.config = decoded(chart) ?? element.getAttribute('config') ?? ''
		for (const [name, value] of Object.entries(values)) {
			if (value) element.setAttribute(name, value)
			else element.removeAttribute(name)
		}
		code.textContent = `${markup(script)}\n${markup(element)}`
	}
}

// The JSON that the address holds in base64; null when it holds something else.
function decoded(text: string): string | null {
	try {
		return new TextDecoder().decode(Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), c => c.charCodeAt(0)))
	} catch {
		return null
	}
}

function markup(element: Element): string {
	const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;')
	const attributes = [...element.attributes].map(a => ` ${a.name}="${escaped(a.value)}"`).join('')
	return `<${element.localName}${attributes}></${element.localName}>`
}
customElements.define('stoa-share', StoaShare)
