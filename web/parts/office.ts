// Small helps of the gate and the back office: passwords that can be shown, folds that close, the focus on what is wrong,
// lists whose boxes are ticked at once, and pages from the browser's history that are hidden once nobody is signed in.

// <stoa-reveal data-show data-hide data-about><input type=password></stoa-reveal>
class Reveal extends HTMLElement {
	connectedCallback() {
		const box = this.querySelector('input')
		if (!box || this.querySelector('button')) return
		const button = document.createElement('button')
		button.type = 'button'
		button.className = 'reveal'
		const say = () => {
			const hidden = box.type === 'password'
			button.textContent = (hidden ? this.dataset.show : this.dataset.hide) ?? ''
			button.setAttribute('aria-label', `${button.textContent}: ${this.dataset.about ?? ''}`)
			button.setAttribute('aria-pressed', String(!hidden))
		}
		button.addEventListener('click', () => {
			box.type = box.type === 'password' ? 'text' : 'password'
			say()
		})
		// What is sent is always a password, so that the browser does not remember it as a text.
		box.form?.addEventListener('submit', () => {
			box.type = 'password'
			say()
		})
		say()
		this.append(button)
	}
}
customElements.define('stoa-reveal', Reveal)

// Sheets that hang from the bar close on Escape and when something else is chosen.
const folds = () => document.querySelectorAll<HTMLDetailsElement>('details.fold[open], details.languages[open]')
document.addEventListener('keydown', event => {
	if (event.key !== 'Escape') return
	for (const fold of folds()) {
		fold.open = false
		if (fold.contains(document.activeElement)) fold.querySelector('summary')?.focus()
	}
})
document.addEventListener('click', event => {
	for (const fold of folds()) if (!fold.contains(event.target as Node)) fold.open = false
})

// A refused form is read from its list of errors on.
document.querySelector<HTMLElement>('.summary[role=alert]')?.focus()

// On a narrow page the tabs stand in a row that is moved sideways: the one that is open is in view.
for (const tab of document.querySelectorAll('.tabs-of [aria-current]')) tab.scrollIntoView({ block: 'nearest', inline: 'center' })

// The column of rooms scrolls by itself when it is longer than the screen: the room one is in is in view.
const column = document.querySelector<HTMLElement>('.side .rooms')
const here = column?.querySelector<HTMLElement>('[aria-current]')
if (column && here) column.scrollTop = here.offsetTop - column.offsetTop - column.clientHeight / 2

// A form is sent once.
document.addEventListener('submit', event => {
	const form = event.target as HTMLFormElement
	// What opens elsewhere, such as a preview, may be asked for again.
	if (form.method !== 'post' || event.submitter?.getAttribute('formtarget')) return
	if (form.dataset.sent) return event.preventDefault()
	form.dataset.sent = 'yes'
})

// A page that comes back from the history: a form may be sent again, and what was one person's is not shown to the next.
window.addEventListener('pageshow', async event => {
	if (!event.persisted) return
	for (const form of document.querySelectorAll('form')) delete form.dataset.sent
	if (!document.body.matches('.office, .own')) return
	document.body.hidden = true
	try {
		const answer = await fetch('/api/auth/session', { cache: 'no-store' })
		if (answer.ok && (await answer.json()).authenticated) document.body.hidden = false
		else location.reload()
	} catch {
		location.reload()
	}
})
