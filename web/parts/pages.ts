// The editor of content pages, beyond what its form does by itself: a preview that follows the typing, at the width of a desk or
// a phone, and blocks that can be dragged. Dragging sends the form, as the buttons do that move a block.
type Texts = Record<string, string>
type Json = Record<string, unknown>

const PAUSE_MS = 700
const form = document.querySelector<HTMLFormElement>('#page-form')

// Puts a field of the form where it stands in the document: "s0.b1.title.en", "s0.b1.conditions.0.value", "content.fr".
function put(into: Json, path: string[], value: string, languages: Set<string>) {
	const [name, ...rest] = path
	if (!rest.length) into[name] = /^\d+$/.test(value) && ['limit', 'decimals', 'height'].includes(name) ? Number(value) : value
	else if (rest.length === 1 && languages.has(rest[0])) {
		if (value.trim()) ((into[name] ??= {}) as Texts)[rest[0]] = value
	} else if (name.endsWith('conditions')) {
		const list = (into[name] ??= []) as Json[]
		const one = (list[Number(rest[0])] ??= {})
		if (rest[1] === 'value') one.value = value.split('|').map(s => s.trim()).filter(Boolean)
		else if (rest[1] === 'join') one.or = value === 'or'
		else one[rest[1]] = value
	}
}

function read(before: Json): Json {
	const languages = new Set(Array.from(form!.elements, e => /^title\.(.+)$/.exec((e as HTMLInputElement).name)?.[1] ?? '').filter(Boolean))
	const doc: Json = { kind: before.kind, title: {}, description: {}, content: {}, sections: [] }
	const sections = doc.sections as { title: Texts; ground?: string; blocks: Json[] }[]
	for (const e of Array.from(form!.elements) as HTMLInputElement[]) {
		const place = /^s(\d+)\.(?:b(\d+)\.)?(.+)$/.exec(e.name)
		if (!e.name || e.name === 'do' || (e.type === 'checkbox' && !place)) continue
		if (!place) {
			if (/^(title|description|content)\.|^(format|image)$/.test(e.name)) put(doc, e.name.split('.'), e.value, languages)
			continue
		}
		const section = (sections[Number(place[1])] ??= { title: {}, blocks: [] })
		if (place[2] === undefined) {
			if (place[3] === 'ground') section.ground = e.value
			else if (place[3].startsWith('title.')) put(section, place[3].split('.'), e.value, languages)
			continue
		}
		const block = (section.blocks[Number(place[2])] ??= {})
		if (e.type === 'checkbox') block[place[3]] = e.checked
		else if (e.value) put(block, place[3].split('.'), e.value, languages)
	}
	for (const section of sections) for (const block of section.blocks) for (const name of ['conditions', 'compare_conditions'])
		if (Array.isArray(block[name])) block[name] = (block[name] as Json[]).filter(c => c?.field)
	return doc
}

// <stoa-page-preview>: a form that shows a document in the frame beside it.
class PagePreview extends HTMLElement {
	#timer = 0
	connectedCallback() {
		const own = this.querySelector('form')
		const doc = own?.querySelector<HTMLInputElement>('[name=doc]')
		const show = own?.querySelector<HTMLButtonElement>('[formtarget=page-preview]')
		const widths = this.querySelector<HTMLFieldSetElement>('fieldset')
		if (!own || !doc || !show || !form || !widths) return
		widths.hidden = false
		widths.addEventListener('change', () => this.classList.toggle('phone', widths.querySelector<HTMLInputElement>(':checked')?.value === 'phone'))
		own.addEventListener('submit', () => { doc.value = JSON.stringify(read(JSON.parse(doc.value) as Json)) }, true)
		form.addEventListener('input', () => {
			clearTimeout(this.#timer)
			this.#timer = window.setTimeout(() => own.requestSubmit(show), PAUSE_MS)
		})
		own.requestSubmit(show)
	}
}
customElements.define('stoa-page-preview', PagePreview)

// What is dragged says "section:block".
function send(what: string) {
	const button = document.createElement('button')
	button.name = 'do'
	button.value = what
	button.hidden = true
	form?.append(button)
	form?.requestSubmit(button)
}
let dragged: string | null = null
for (const block of document.querySelectorAll<HTMLElement>('.edit-block')) {
	const grip = block.querySelector('summary')
	if (!grip) continue
	grip.draggable = true
	grip.addEventListener('dragstart', event => {
		dragged = block.dataset.place ?? null
		event.dataTransfer?.setData('text/plain', dragged ?? '')
		block.classList.add('dragged')
	})
	grip.addEventListener('dragend', () => {
		dragged = null
		block.classList.remove('dragged')
	})
	block.addEventListener('dragover', event => {
		if (dragged && dragged !== block.dataset.place) event.preventDefault()
	})
	block.addEventListener('drop', event => {
		if (!dragged || !block.dataset.place) return
		event.preventDefault()
		send(`move:${dragged}:${block.dataset.place}`)
	})
}
