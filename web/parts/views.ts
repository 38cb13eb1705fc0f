// <stoa-view-preview data-form="id">: the frame beside a form follows the form, by pressing its button for the preview a moment after the last change.
// Without it that button is there to be pressed.
const PREVIEW_PAUSE_MS = 700

class ViewPreview extends HTMLElement {
	#timer = 0
	connectedCallback() {
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
