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
