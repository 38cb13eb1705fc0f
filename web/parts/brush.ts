// <stoa-brush>: two handles on a histogram, for the two ends of the range in the form below it. They are range inputs, so
// that fingers, pointers, arrow keys and screen readers know them. data-low and data-high tell the first and the last value
// of each bin; the form is sent a moment after the last move.
const PAUSE_MS = 450

class StoaBrush extends HTMLElement {
	#low: string[] = []
	#high: string[] = []
	#handles: HTMLInputElement[] = []
	#timer = 0

	connectedCallback() {
		this.#low = (this.dataset.low ?? '').split(',')
		this.#high = (this.dataset.high ?? '').split(',')
		const bars = this.querySelector('svg')
		if (!bars || this.#handles.length || this.#low.length < 2) return
		const lane = document.createElement('div')
		lane.className = 'lane'
		bars.before(lane)
		lane.append(bars)
		const inputs = this.#inputs()
		this.#handles = [0, 1].map(end => {
			const handle = document.createElement('input')
			handle.type = 'range'
			handle.min = '0'
			handle.max = String(this.#low.length - 1)
			handle.value = String(this.#bin(inputs[end]?.value ?? '', end))
			handle.dataset.focus = `${inputs[end]?.name}-handle`
			handle.setAttribute('aria-label', `${this.dataset.about}: ${end ? this.dataset.to : this.dataset.from}`)
			handle.addEventListener('input', () => this.#move(end))
			lane.append(handle)
			return handle
		})
		// Typed ends count as soon as they are left, and with the enter key.
		for (const input of inputs) input.addEventListener('change', () => input.form?.requestSubmit())
		this.classList.add('live')
		this.#tell()
	}

	disconnectedCallback() {
		clearTimeout(this.#timer)
	}

	#inputs() {
		return [...this.querySelectorAll<HTMLInputElement>('.ends label input')]
	}

	#place(text: string) {
		return this.dataset.kind === 'date' ? Date.parse(text) : Number(text)
	}

	// The bin of a value; without one the first or the last.
	#bin(text: string, end: number) {
		const last = this.#low.length - 1
		if (!text) return end ? last : 0
		const wanted = this.#place(text)
		for (let i = last; i > 0; i--) if (this.#place(this.#low[i]) <= wanted) return i
		return 0
	}

	#words(text: string) {
		const lang = document.documentElement.lang || undefined
		if (this.dataset.kind === 'date') return new Intl.DateTimeFormat(lang, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(text))
		return new Intl.NumberFormat(lang, { maximumFractionDigits: 10 }).format(Number(text))
	}

	#move(end: number) {
		const [low, high] = this.#handles
		// A handle pushes no further than the other.
		if (end === 0 && Number(low.value) > Number(high.value)) low.value = high.value
		if (end === 1 && Number(high.value) < Number(low.value)) high.value = low.value
		const at = Number(this.#handles[end].value)
		const input = this.#inputs()[end]
		const open = end ? at === this.#low.length - 1 : at === 0
		if (input) input.value = open ? '' : end ? this.#high[at] : this.#low[at]
		this.#tell()
		clearTimeout(this.#timer)
		this.#timer = window.setTimeout(() => {
			this.#handles[end].focus()
			this.querySelector('form')?.requestSubmit()
		}, PAUSE_MS)
	}

	#tell() {
		const [low, high] = this.#handles.map(h => Number(h.value))
		this.#handles[0].setAttribute('aria-valuetext', this.#words(this.#low[low]))
		this.#handles[1].setAttribute('aria-valuetext', this.#words(this.#high[high]))
		this.querySelectorAll('rect').forEach((bar, i) => bar.classList.toggle('in', i >= low && i <= high))
	}
}
customElements.define('stoa-brush', StoaBrush)
export {}
