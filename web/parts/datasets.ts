// Helps of the pages about datasets: files that are sent in pieces, what is going on, lists put in order by dragging, previews that follow
// what is typed. Every page does the same without.

const wait = (ms: number) => new Promise(done => setTimeout(done, ms))
const PIECE = 4 << 20

// <stoa-upload data-url data-waiting data-done data-refused>: files are sent as soon as they are chosen or dropped; a connection that breaks costs a
// piece. Then the form goes on with what was sent.
class Upload extends HTMLElement {
	#form!: HTMLFormElement
	#list!: HTMLElement
	#busy = false

	connectedCallback() {
		const form = this.querySelector('form')
		const input = this.querySelector<HTMLInputElement>('input[type=file]')
		const zone = this.querySelector('.drop-zone')
		const list = this.querySelector<HTMLElement>('.sending')
		if (!form || !input || !zone || !list) return
		this.#form = form
		this.#list = list
		this.classList.add('scripted')
		input.addEventListener('change', () => this.#send([...(input.files ?? [])]))
		zone.addEventListener('dragover', event => {
			event.preventDefault()
			zone.classList.add('over')
		})
		zone.addEventListener('dragleave', () => zone.classList.remove('over'))
		zone.addEventListener('drop', event => {
			event.preventDefault()
			zone.classList.remove('over')
			this.#send([...((event as DragEvent).dataTransfer?.files ?? [])])
		})
		// Chosen before the script was there; not what a browser fills in again for somebody who comes back.
		const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]
		if (navigation?.type === 'navigate') this.#send([...(input.files ?? [])])
	}

	async #send(files: File[]) {
		if (this.#busy || !files.length) return
		this.#busy = true
		this.#list.replaceChildren()
		const lines = files.map(file => {
			const line = document.createElement('li')
			const name = document.createElement('bdi')
			const bar = document.createElement('progress')
			const note = document.createElement('span')
			name.textContent = file.name
			bar.max = Math.max(1, file.size)
			bar.value = 0
			bar.setAttribute('aria-label', file.name)
			line.append(name, bar, note)
			this.#list.append(line)
			return { file, bar, note }
		})
		const sent: string[] = []
		for (const { file, bar, note } of lines) {
			const uid = await this.#whole(file, bar, note)
			if (uid) sent.push(uid)
			else {
				this.#busy = false
				return
			}
		}
		for (const uid of sent) {
			const field = document.createElement('input')
			field.type = 'hidden'
			field.name = 'sent'
			field.value = uid
			this.#form.append(field)
		}
		for (const input of this.#form.querySelectorAll<HTMLInputElement>('input[type=file]')) input.disabled = true
		this.#form.requestSubmit()
	}

	// The file's uid, or nothing when it was refused.
	async #whole(file: File, bar: HTMLProgressElement, note: HTMLElement): Promise<string | undefined> {
		const token = this.#form.querySelector<HTMLInputElement>('[name=csrfmiddlewaretoken]')?.value ?? ''
		let uid = ''
		let at = 0
		for (let tries = 0; at < file.size || !uid; ) {
			try {
				const where = new URLSearchParams({ uid, name: file.name, offset: String(at), total: String(file.size) })
				const answer = await fetch(`${this.dataset.url}?${where}`, {
					method: 'POST',
					body: file.slice(at, at + PIECE),
					headers: { 'X-CSRFToken': token, 'Content-Type': 'application/octet-stream', Accept: 'application/json' },
				})
				if (answer.status >= 500 || answer.status === 409) throw new Error('again')
				if (!answer.ok) {
					note.className = 'bad'
					note.textContent = `${this.dataset.refused ?? ''} ${await this.#why(answer)}`
					return undefined
				}
				const { uid: mine, bytes } = (await answer.json()) as { uid: string; bytes: number }
				uid = mine
				at = bytes
				bar.value = at
				tries = 0
				note.textContent = at < file.size ? '' : (this.dataset.done ?? '')
			} catch {
				if (++tries > 30) return undefined
				note.textContent = this.dataset.waiting ?? ''
				await wait(Math.min(15000, 500 * 2 ** tries))
				if (uid) at = (await this.#where(uid)) ?? at
			}
		}
		return uid
	}

	async #where(uid: string): Promise<number | undefined> {
		try {
			const answer = await fetch(`${this.dataset.url}?${new URLSearchParams({ uid })}`, { headers: { Accept: 'application/json' } })
			return answer.ok ? ((await answer.json()) as { bytes: number }).bytes : undefined
		} catch {
			return undefined
		}
	}

	async #why(answer: Response): Promise<string> {
		try {
			const { message } = (await answer.json()) as { message?: string }
			return message ?? String(answer.status)
		} catch {
			return String(answer.status)
		}
	}
}
customElements.define('stoa-upload', Upload)

interface State {
	uid: string
	busy: boolean
	title: string
	tone: string
	text: string
	permille: number
}

const changed = new Set<HTMLFormElement>()
document.addEventListener('input', event => {
	const form = (event.target as Element).closest('form')
	if (form?.method === 'post') changed.add(form)
})

function show(place: Element, state: State) {
	const badge = place.querySelector('.badge')
	const line = place.querySelector('.line')
	if (badge) {
		badge.textContent = state.title
		badge.className = `badge ${state.tone}`
	}
	if (line) line.textContent = state.text
}

// <stoa-dataset-status data-url data-busy>: asks once a second; when it is over the page is opened anew, unless something is being typed.
class Status extends HTMLElement {
	async connectedCallback() {
		while (this.isConnected && this.dataset.busy) {
			await wait(800)
			if (document.hidden) continue
			try {
				const answer = await fetch(this.dataset.url ?? '', { headers: { Accept: 'application/json' } })
				if (!answer.ok) return
				const state = (await answer.json()) as State
				show(this, state)
				const bar = this.querySelector('progress')
				if (bar && state.permille >= 0) bar.value = state.permille
				if (state.busy) continue
				delete this.dataset.busy
				bar?.remove()
				if (!changed.size) location.replace(location.pathname)
			} catch {
				await wait(4000)
			}
		}
	}
}
customElements.define('stoa-dataset-status', Status)

// <stoa-datasets data-url>: the list; rows that are being worked on say how it goes, and all can be ticked at once.
class Datasets extends HTMLElement {
	async connectedCallback() {
		this.#all()
		for (;;) {
			const busy = [...this.querySelectorAll<HTMLElement>('.row-state[data-busy]')]
			if (!busy.length || !this.isConnected) return
			await wait(1500)
			try {
				const which = new URLSearchParams(busy.map(row => ['uid', row.dataset.uid ?? '']))
				const answer = await fetch(`${this.dataset.url}?${which}`, { headers: { Accept: 'application/json' } })
				if (!answer.ok) return
				for (const state of (await answer.json()) as State[]) {
					const row = busy.find(one => one.dataset.uid === state.uid)
					if (!row) continue
					show(row, state)
					if (!state.busy) delete row.dataset.busy
				}
			} catch {
				await wait(5000)
			}
		}
	}

	#all() {
		const bulk = this.querySelector('.bulk')
		const boxes = [...this.querySelectorAll<HTMLInputElement>('input[name=uid][type=checkbox]')]
		const hint = bulk?.querySelector('.hint')
		if (!bulk || !hint || boxes.length < 2) return
		const label = document.createElement('label')
		const box = document.createElement('input')
		label.className = 'all'
		box.type = 'checkbox'
		box.setAttribute('aria-label', hint.textContent ?? '')
		box.addEventListener('change', () => boxes.forEach(one => (one.checked = box.checked)))
		label.append(box)
		bulk.prepend(label)
	}
}
customElements.define('stoa-datasets', Datasets)

// <stoa-steps data-grip><ol>: things in order, dragged by their grip; where one is let go, the order is saved. Keys do the same by the buttons.
class Steps extends HTMLElement {
	connectedCallback() {
		const list = this.querySelector('ol')
		const form = this.closest('form')
		if (!list || !form || !this.querySelector('.move')) return
		let moved: HTMLElement | null = null
		for (const item of list.children) {
			const grip = document.createElement('span')
			grip.className = 'grip'
			grip.title = this.dataset.grip ?? ''
			grip.setAttribute('aria-hidden', 'true')
			grip.addEventListener('pointerdown', () => ((item as HTMLElement).draggable = true))
			item.prepend(grip)
		}
		const order = () => [...list.querySelectorAll<HTMLInputElement>('input[name=order]')].map(one => one.value).join(' ')
		let before = order()
		list.addEventListener('dragstart', event => {
			moved = (event.target as Element).closest('li')
			moved?.classList.add('dragged')
			before = order()
		})
		list.addEventListener('dragover', event => {
			const over = (event.target as Element).closest('li')
			if (!moved) return
			event.preventDefault()
			if (!over || over === moved) return
			const box = over.getBoundingClientRect()
			over[event.clientY < box.top + box.height / 2 ? 'before' : 'after'](moved)
		})
		list.addEventListener('dragend', () => {
			moved?.classList.remove('dragged')
			if (moved) moved.draggable = false
			moved = null
			if (order() === before) return
			const field = document.createElement('input')
			field.type = 'hidden'
			field.name = 'do'
			field.value = 'order'
			form.append(field)
			form.requestSubmit()
		})
	}
}
customElements.define('stoa-steps', Steps)

// <stoa-narrow>: what is listed narrows to what is typed; an item may have data-words to be found by besides. Where nothing is left, the element with
// data-none says so.
class Narrow extends HTMLElement {
	connectedCallback() {
		const box = this.querySelector<HTMLInputElement>('input[type=search]')
		const plain = (text: string | null) => (text ?? '').normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
		box?.addEventListener('input', () => {
			const words = plain(box.value).split(/\s+/).filter(Boolean)
			for (const item of this.querySelectorAll<HTMLElement>('li')) item.hidden = !words.every(word => plain(`${item.textContent} ${item.dataset.words ?? ''}`).includes(word))
			for (const group of this.querySelectorAll('section')) group.hidden = !group.querySelector('li:not([hidden])')
			const none = this.querySelector<HTMLElement>('[data-none]')
			if (none) none.textContent = this.querySelector('li:not([hidden])') ? '' : (none.dataset.none ?? '')
		})
	}
}
customElements.define('stoa-narrow', Narrow)

// <stoa-rehearse data-into>: what is in the form is asked of the server a moment after typing stops, and the rows follow.
class Live extends HTMLElement {
	#wait = 0
	#asking?: AbortController

	connectedCallback() {
		const form = this.querySelector('form')
		form?.addEventListener('input', () => {
			clearTimeout(this.#wait)
			this.#wait = window.setTimeout(() => this.#ask(form), 600)
		})
	}

	async #ask(form: HTMLFormElement) {
		const place = document.getElementById(this.dataset.into ?? '')
		if (!place || form.dataset.sent) return
		this.#asking?.abort()
		const mine = (this.#asking = new AbortController())
		const fields = new URLSearchParams()
		for (const [name, value] of new FormData(form)) if (typeof value === 'string') fields.append(name, value)
		fields.append('do', 'look')
		place.setAttribute('aria-busy', 'true')
		try {
			const answer = await fetch(form.action, { method: 'POST', body: fields, signal: mine.signal, headers: { Accept: 'text/html' } })
			const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
			const fresh = page.getElementById(this.dataset.into ?? '')
			if (fresh && !mine.signal.aborted) place.replaceChildren(...fresh.childNodes)
		} catch {
			// another one is on its way, or the page says so when it is saved
		}
		if (this.#asking === mine) place.removeAttribute('aria-busy')
	}
}
customElements.define('stoa-rehearse', Live)
export {}
