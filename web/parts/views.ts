// <stoa-view-preview data-form="id">: the frame beside a form follows the form, by pressing its button for the preview a moment after the last change,
// and begins where the view does, below the head of the page. Without it that button is there to be pressed.
const PREVIEW_PAUSE_MS = 700

class ViewPreview extends HTMLElement {
	#timer = 0
	connectedCallback() {
		const frame = this.querySelector('iframe')
		const begin = () => {
			const view = frame?.contentDocument?.getElementById('results')
			if (view) frame?.contentWindow?.scrollTo({ top: view.getBoundingClientRect().top + (frame.contentWindow.scrollY - 12), behavior: 'instant' })
		}
		frame?.addEventListener('load', begin)
		begin()
		const form = document.getElementById(this.dataset.form ?? '') as HTMLFormElement | null
		const show = form?.querySelector<HTMLButtonElement>('button[formtarget=view-preview]')
		if (!form || !show) return
		form.addEventListener('input', () => {
			clearTimeout(this.#timer)
			this.#timer = window.setTimeout(() => form.reportValidity() && form.requestSubmit(show), PREVIEW_PAUSE_MS)
		})
	}
}
customElements.define('stoa-view-preview', ViewPreview)

// <stoa-ordered data-grip data-all><ol>: fields with a box and a number each. One that is dragged by its grip is ticked and gets the number of its place, and
// the others follow; ticking gives the next number. Keys do the same by the numbers themselves.
class Ordered extends HTMLElement {
	connectedCallback() {
		const list = this.querySelector('ol')
		if (!list || this.querySelector('.grip')) return
		let moved: HTMLElement | null = null
		let before: Element[] = []
		for (const item of list.children) {
			const grip = document.createElement('span')
			grip.className = 'grip'
			grip.title = this.dataset.grip ?? ''
			grip.setAttribute('aria-hidden', 'true')
			grip.addEventListener('pointerdown', () => ((item as HTMLElement).draggable = true))
			grip.addEventListener('pointerup', () => ((item as HTMLElement).draggable = false))
			item.prepend(grip)
		}
		list.addEventListener('change', event => {
			const box = event.target as HTMLInputElement
			if (box.type !== 'checkbox') return
			const number = this.#number(box)
			if (number) number.value = box.checked ? String(this.#shown(list).length) : ''
			this.#count(list)
		})
		list.addEventListener('dragstart', event => {
			moved = (event.target as Element).closest('li')
			moved?.classList.add('dragged')
			before = [...list.children]
		})
		list.addEventListener('dragover', event => {
			const over = (event.target as Element).closest('li')
			if (!moved) return
			event.preventDefault()
			if (!over || over === moved) return
			const at = over.getBoundingClientRect()
			over[event.clientY < at.top + at.height / 2 ? 'before' : 'after'](moved)
		})
		list.addEventListener('dragend', () => {
			const box = moved?.querySelector<HTMLInputElement>('input[type=checkbox]')
			moved?.classList.remove('dragged')
			if (moved) moved.draggable = false
			moved = null
			if (!box || [...list.children].every((item, i) => item === before[i])) return
			// Where none ticked means all of them, they were all there, and stay.
			if (this.dataset.all !== undefined && !this.#shown(list).length) for (const one of list.querySelectorAll<HTMLInputElement>('input[type=checkbox]')) one.checked = true
			box.checked = true
			this.#count(list, true)
			box.dispatchEvent(new Event('input', { bubbles: true }))
		})
	}

	#number(box: HTMLInputElement) {
		return box.closest('li')?.querySelector<HTMLInputElement>('input[type=number]')
	}

	#shown(list: Element) {
		return [...list.querySelectorAll<HTMLInputElement>('input[type=checkbox]:checked')]
	}

	// Numbers from 1 without gaps: in the order of the list, or in the order that the numbers say.
	#count(list: Element, as_listed = false) {
		const boxes = this.#shown(list)
		const at = (box: HTMLInputElement) => Number(this.#number(box)?.value) || boxes.length + 1
		if (!as_listed) boxes.sort((a, b) => at(a) - at(b))
		boxes.forEach((box, i) => {
			const number = this.#number(box)
			if (number) number.value = String(i + 1)
		})
	}
}
customElements.define('stoa-ordered', Ordered)
