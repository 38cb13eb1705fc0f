// Helps of the pages about the look: colours are chosen by eye and shown at once in the preview, items of the menu are dragged. Every
// page does the same without.

// <stoa-colour data-made>: a text box for "#1f5a7a", empty for a colour that is made; with script, a field of the browser beside it.
class StoaColour extends HTMLElement {
	connectedCallback() {
		const box = this.querySelector<HTMLInputElement>('input')
		const swatch = this.querySelector('svg')
		if (!box || !swatch || this.querySelector('input[type=color]')) return
		const pick = document.createElement('input')
		pick.type = 'color'
		pick.tabIndex = -1
		pick.setAttribute('aria-hidden', 'true')
		const show = () => (pick.value = /^#[0-9a-f]{6}$/i.test(box.value.trim()) ? box.value.trim() : (this.dataset.made ?? '#000000'))
		pick.addEventListener('input', () => {
			box.value = pick.value
			box.dispatchEvent(new Event('input', { bubbles: true }))
		})
		box.addEventListener('input', show)
		this.addEventListener('made', show)
		show()
		swatch.replaceWith(pick)
	}
}
customElements.define('stoa-colour', StoaColour)

interface Sheet {
	css: string
	made: Record<string, string>
	pairs: { pair: string; ratio: string; ok: boolean; front: string; back: string }[]
}

// <stoa-look data-sheet>: asks the server what the portal would look like with what is in the form, and shows it in the frame.
class StoaLook extends HTMLElement {
	#wait = 0
	#asked = 0
	#sheet?: string

	connectedCallback() {
		const form = this.querySelector<HTMLFormElement>('form')
		const frame = this.querySelector('iframe')
		form?.addEventListener('input', () => {
			clearTimeout(this.#wait)
			this.#wait = window.setTimeout(() => this.#ask(form), 200)
		})
		// Another page in the frame is drawn likewise.
		frame?.addEventListener('load', () => this.#draw())
	}

	async #ask(form: HTMLFormElement) {
		const mine = ++this.#asked
		const fields = new URLSearchParams()
		for (const [name, value] of new FormData(form)) if (typeof value === 'string') fields.append(name, value)
		const answer = await fetch(this.dataset.sheet ?? '', { method: 'POST', body: fields, headers: { Accept: 'application/json' } })
		if (!answer.ok || mine !== this.#asked) return
		const sheet = (await answer.json()) as Sheet
		this.#sheet = sheet.css
		this.#draw()
		for (const [name, colour] of Object.entries(sheet.made)) {
			const box = form.querySelector<HTMLInputElement>(`input[name="${CSS.escape(name)}"]`)
			const place = box?.closest<HTMLElement>('stoa-colour')
			if (!box || !place) continue
			box.placeholder = place.dataset.made = colour
			place.dispatchEvent(new Event('made'))
		}
		for (const one of sheet.pairs) {
			const cell = this.querySelector<HTMLElement>(`[data-pair="${one.pair}"]`)
			if (!cell) continue
			cell.dataset.ok = one.ok ? 'yes' : 'no'
			cell.querySelector('rect')?.setAttribute('fill', one.back)
			cell.querySelector('text')?.setAttribute('fill', one.front)
			const ratio = cell.querySelector('.ratio')
			if (ratio) ratio.textContent = one.ratio
		}
	}

	#draw() {
		const page = this.querySelector('iframe')?.contentWindow as (Window & typeof globalThis) | null | undefined
		if (this.#sheet === undefined || !page?.document) return
		const sheet = new page.CSSStyleSheet()
		sheet.replaceSync(this.#sheet)
		page.document.adoptedStyleSheets = [sheet]
	}
}
customElements.define('stoa-look', StoaLook)

// <stoa-sort><ol>: items are dragged by their grip; the order of the fields is the order that is saved.
class StoaSort extends HTMLElement {
	connectedCallback() {
		const list = this.querySelector('ol')
		if (!list) return
		let moved: HTMLElement | null = null
		for (const item of list.children) {
			const grip = document.createElement('span')
			grip.className = 'grip'
			grip.setAttribute('aria-hidden', 'true')
			grip.addEventListener('pointerdown', () => ((item as HTMLElement).draggable = true))
			item.prepend(grip)
		}
		list.addEventListener('dragstart', event => (moved = (event.target as Element).closest('li')))
		list.addEventListener('dragover', event => {
			const over = (event.target as Element).closest('li')
			if (!moved || !over || over === moved) return
			event.preventDefault()
			const box = over.getBoundingClientRect()
			over[event.clientY < box.top + box.height / 2 ? 'before' : 'after'](moved)
		})
		list.addEventListener('dragend', () => {
			if (moved) moved.draggable = false
			moved = null
		})
	}
}
customElements.define('stoa-sort', StoaSort)
