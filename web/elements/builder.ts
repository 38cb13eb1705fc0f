// What the builders of maps and charts have in common: one JSON in hand, steps that can be undone, drafts that keep themselves, saving that never
// overwrites what somebody else (or another tab) saved in between. Drawn into the page itself, in its own style; a builder is for our pages only.
// The page gives: path, gallery, state, slug and revision (of something saved), draft, from-draft, token (signed in) or login, may-publish.
import { LitElement, css, html, nothing, type TemplateResult } from 'lit'
import { Speaker, lang_of, words_for } from './say'

export type Visibility = 'private' | 'unlisted' | 'public'
export type State<C> = { title: string; description: string; slug: string; visibility: Visibility; config: C }
type Answer = { slug?: string; revision?: number; url?: string; edit?: string; draft?: string; reason?: string; message?: string; error_code?: string }

const KEEP_MS = 1500
const TOGETHER_MS = 1200
const STEPS = 100
const ADDRESS_MOST = 6000

const style = css`
	.builder { display: grid; gap: 1rem; margin-block: 1rem 3rem; }
	.builder .tools { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; justify-content: flex-start; position: sticky; inset-block-start: 0; z-index: 10;
		padding-block: .6rem; background: var(--paper); border-block-end: 1px solid var(--line); }
	.builder .tools .status { margin-inline-start: auto; color: var(--ink-soft); font-size: .92rem; }
	.builder .modes { display: flex; }
	.builder .modes button { border-radius: 0; margin-inline-end: -1px; }
	.builder [aria-pressed='true'].button { background: var(--accent-fill); color: #fff; border-color: var(--accent-fill); }
	.builder .parts { display: grid; gap: 1.5rem; align-items: start; }
	.builder .side { display: grid; gap: 1rem; min-inline-size: 0; }
	.builder h2 { margin-block-end: .6rem; font-size: 1.4rem; }
	.builder ol.layers + button { margin-block-start: .8rem; }
	.builder .sight { min-inline-size: 0; }
	.builder .sight > :is(stoa-map, stoa-chart) { display: block; block-size: min(36rem, 75vh); }
	.builder .sight > stoa-chart { block-size: auto; }
	@media (min-width: 62rem) {
		.builder .parts.two { grid-template-columns: minmax(20rem, 26rem) minmax(0, 1fr); }
		.builder .parts.two .sight { position: sticky; inset-block-start: 4.5rem; }
	}
	.builder fieldset, .builder details.part { border: 1px solid var(--line); border-radius: var(--round); padding: .8rem 1rem 1rem; margin: 0; min-inline-size: 0;
		background: var(--raised); }
	.builder details.part > summary { cursor: pointer; font-family: var(--display); font-size: 1.2rem; min-block-size: 2.2rem; align-content: center; }
	.builder details.part[open] > summary { margin-block-end: .8rem; }
	.builder .rows { display: grid; gap: .9rem; }
	.builder .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .9rem; }
	.builder .field { display: grid; gap: .3rem; min-inline-size: 0; align-content: start; }
	.builder .field > .box { inline-size: 100%; }
	.builder .box { min-block-size: 2.75rem; }
	.builder input[type='range'] { inline-size: 100%; accent-color: var(--accent-fill); min-block-size: 2rem; }
	.builder label.check { display: flex; gap: .6rem; align-items: center; min-block-size: 2.4rem; }
	.builder label.check input { inline-size: 1.2rem; block-size: 1.2rem; flex: none; accent-color: var(--accent-fill); }
	.builder ol.layers { list-style: none; display: grid; gap: .6rem; padding: 0; }
	.builder ol.layers > li { border: 1px solid var(--line); border-radius: var(--round); background: var(--raised); }
	.builder ol.layers > li.over { border-block-start: 3px solid var(--accent-text); }
	.builder .layer-head { display: flex; align-items: center; gap: .3rem; padding: .3rem .4rem; }
	.builder .layer-head .name { flex: 1; min-inline-size: 0; text-align: start; background: none; border: 0; font: inherit; color: inherit; padding: .5rem .3rem;
		overflow: hidden; text-overflow: ellipsis; cursor: pointer; }
	.builder .layer-head .name[aria-expanded='true'] { font-weight: 600; }
	.builder .grip { cursor: grab; padding: .5rem .35rem; color: var(--ink-soft); user-select: none; touch-action: none; }
	.builder .square { display: inline-grid; place-content: center; inline-size: 2.4rem; block-size: 2.4rem; border: 1px solid transparent; border-radius: var(--round);
		background: none; color: inherit; font: inherit; cursor: pointer; flex: none; }
	.builder .square:hover:not(:disabled) { background: var(--accent-soft); }
	.builder .square:disabled { opacity: .35; cursor: default; }
	.builder .layer-body { display: grid; gap: .9rem; padding: .4rem 1rem 1rem; border-block-start: 1px solid var(--line); }
	.builder .found { list-style: none; display: grid; gap: .3rem; padding: 0; max-block-size: 19rem; overflow: auto; }
	.builder .found button { inline-size: 100%; text-align: start; padding: .6rem .8rem; background: var(--raised); border: 1px solid var(--line); border-radius: var(--round);
		font: inherit; color: inherit; cursor: pointer; }
	.builder .found button:hover { border-color: var(--accent-text); }
	.builder .found small { color: var(--ink-soft); display: block; }
	.builder .conditions { list-style: none; display: flex; flex-wrap: wrap; gap: .4rem; padding: 0; }
	.builder .notice > div { grid-column: 1 / -1; }
	.builder .layer-body summary { cursor: pointer; padding-block: .4rem; color: var(--accent-text); min-block-size: 2.4rem; align-content: center; }
	.builder .layer-body details[open] > summary { margin-block-end: .5rem; }
	.builder .small-heading { font-size: 1.05rem; }
	.builder .colours { display: flex; flex-wrap: wrap; gap: .4rem; align-items: center; }
	.builder input[type='color'] { inline-size: 3rem; block-size: 2.4rem; padding: .15rem; }
	.builder .category { display: grid; grid-auto-flow: column; grid-template-columns: minmax(0, 1fr); grid-auto-columns: auto; gap: .4rem; align-items: center; }
	.builder .hint, .builder .field > small { color: var(--ink-soft); font-size: .9rem; }
	.builder section > .hint { margin-block-end: .9rem; }
	@media (max-width: 48rem) {
		.builder .square { inline-size: 2.75rem; block-size: 2.75rem; }
		.builder label.check { min-block-size: 2.75rem; }
		.builder .tools { position: static; }
		.builder .tools .status { margin-inline-start: 0; flex: 1 0 100%; }
	}
	@media (forced-colors: active) { .builder [aria-pressed='true'].button { outline: 2px solid Highlight; } }
`
let styled = false

export abstract class Builder<C extends object> extends LitElement {
	static properties = { mode: { state: true }, status: { state: true }, trouble: { state: true } }
	declare mode: 'edit' | 'preview'
	declare status: string
	declare trouble: 'none' | 'changed' | 'taken' | 'other'
	protected state: State<C> = { title: '', description: '', slug: '', visibility: 'private', config: {} as C }
	protected speaker = new Speaker('en')
	#past: string[] = []
	#future: string[] = []
	#last = { key: '', at: 0 }
	#timer = 0
	#kept = ''
	#saved = ''
	#why = ''
	#busy = false
	#slug = ''
	#revision = 0
	#draft = ''
	#from_draft = false

	constructor() {
		super()
		this.mode = 'edit'
		this.status = ''
		this.trouble = 'none'
	}

	protected abstract editor(): TemplateResult
	protected abstract sight(): TemplateResult
	// What stands in the address for who is not signed in, or null when it does not fit.
	protected abstract address(): string | null

	createRenderRoot() {
		if (!styled && style.styleSheet) document.adoptedStyleSheets = [...document.adoptedStyleSheets, style.styleSheet]
		styled = true
		const root = document.createElement('div')
		root.className = 'builder'
		return root
	}

	connectedCallback() {
		void this.#begin()
		window.addEventListener('beforeunload', this.#leave)
		document.addEventListener('keydown', this.#key)
	}

	disconnectedCallback() {
		super.disconnectedCallback()
		clearTimeout(this.#timer)
		window.removeEventListener('beforeunload', this.#leave)
		document.removeEventListener('keydown', this.#key)
	}

	async #begin() {
		const lang = lang_of(this)
		await words_for(lang)
		this.speaker = new Speaker(lang)
		const given = this.getAttribute('state')
		if (given) Object.assign(this.state, JSON.parse(given) as State<C>)
		this.#slug = this.getAttribute('slug') ?? ''
		this.#revision = Number(this.getAttribute('revision') ?? 0)
		this.#draft = this.getAttribute('draft') ?? ''
		this.#from_draft = this.hasAttribute('from-draft')
		this.begun()
		this.#kept = this.#saved = JSON.stringify(this.state)
		super.connectedCallback()
		await this.updateComplete
		this.replaceChildren(this.renderRoot as HTMLElement)
	}

	// To bring what the page gave into the form that the builder works on.
	protected begun() {}

	protected say(message: string, ...args: (string | number)[]) {
		return this.speaker.say(message, ...args)
	}

	get path() {
		return this.getAttribute('path') ?? '/'
	}
	get token() {
		return this.getAttribute('token')
	}

	// --- steps ------------------------------------------------------------------------------------------------------

	// Every change goes through here. Changes with one key that follow each other quickly, such as letters of a title, are one step.
	change(how: (state: State<C>) => void, key = '') {
		const before = JSON.stringify(this.state)
		const next = JSON.parse(before) as State<C>
		how(next)
		if (JSON.stringify(next) === before) return
		const now = Date.now()
		if (!key || key !== this.#last.key || now - this.#last.at > TOGETHER_MS) this.#past = [...this.#past, before].slice(-STEPS)
		this.#last = { key, at: now }
		this.#future = []
		this.state = next
		this.#changed()
	}

	#turn(from: string[], to: string[]) {
		const step = from.pop()
		if (step === undefined) return
		to.push(JSON.stringify(this.state))
		this.state = JSON.parse(step) as State<C>
		this.#last.key = ''
		this.#changed()
	}
	#undo = () => this.#turn(this.#past, this.#future)
	#redo = () => this.#turn(this.#future, this.#past)

	#changed() {
		clearTimeout(this.#timer)
		this.#timer = window.setTimeout(() => void this.#keep(), KEEP_MS)
		if (this.trouble !== 'changed') this.trouble = 'none'
		this.status = this.say('Not saved yet')
		this.requestUpdate()
	}

	#key = (e: KeyboardEvent) => {
		if (!(e.ctrlKey || e.metaKey) || e.altKey || !this.contains(document.activeElement)) return
		const typing = document.activeElement?.matches('input:not([type=checkbox], [type=radio], [type=range], [type=color]), textarea')
		const key = e.key.toLowerCase()
		if (key === 's') void this.#save(false)
		else if (key === 'z' && !typing) (e.shiftKey ? this.#redo : this.#undo)()
		else if (key === 'y' && !typing) this.#redo()
		else return
		e.preventDefault()
	}

	#leave = (e: BeforeUnloadEvent) => {
		const now = JSON.stringify(this.state)
		if (now !== this.#saved && now !== this.#kept) e.preventDefault()
	}

	// --- keeping and saving -----------------------------------------------------------------------------------------

	async #send(path: string, more: object): Promise<{ status: number; body: Answer }> {
		const answer = await fetch(path, {
			method: 'POST',
			headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRFToken': this.token ?? '' },
			body: JSON.stringify({ ...this.state, ...more }),
		})
		return { status: answer.status, body: ((await answer.json().catch(() => null)) ?? {}) as Answer }
	}

	async #keep() {
		const now = JSON.stringify(this.state)
		if (this.#busy || now === this.#kept) return
		if (!this.token) {
			const url = this.address()
			if (!url || url.length > ADDRESS_MOST) return
			history.replaceState(history.state, '', url)
			this.#kept = now
			this.status = this.say('Kept in the address of this page')
			return
		}
		try {
			const { status, body } = await this.#send(`${this.path}drafts/`, { draft: this.#draft, of: this.#slug, revision: this.#revision })
			if (status !== 200 || !body.draft) throw new Error(body.message ?? String(status))
			this.#draft = body.draft
			this.#kept = now
			if (body.edit && !this.#slug) history.replaceState(history.state, '', body.edit)
			if (JSON.stringify(this.state) === now) this.status = this.say('Draft kept')
		} catch {
			this.status = this.say('The draft could not be kept')
		}
	}

	async #save(copy: boolean) {
		if (!this.token || this.#busy) return
		if (!this.state.title.trim()) {
			this.trouble = 'other'
			this.#why = this.say('Please give it a title.')
			this.mode = 'edit'
			await this.updateComplete
			this.querySelector<HTMLElement>('#builder-title')?.focus()
			return
		}
		clearTimeout(this.#timer)
		this.#busy = true
		this.status = this.say('Saving…')
		const now = JSON.stringify(this.state)
		const anew = copy || !this.#slug
		try {
			const path = anew ? this.path : `${this.path}${this.#slug}/`
			const { status, body } = await this.#send(path, {
				draft: this.#draft, revision: this.#revision, ...(copy ? { slug: '', visibility: this.state.visibility === 'public' ? 'unlisted' : this.state.visibility } : {}),
			})
			if (body.slug && status < 300) this.#done(body, now)
			else this.#refused(status, body)
		} catch {
			this.#refused(0, {})
		} finally {
			this.#busy = false
		}
	}

	#done(body: Answer, now: string) {
		this.#slug = body.slug ?? ''
		this.#revision = body.revision ?? 1
		this.#draft = ''
		this.#from_draft = false
		const same = JSON.stringify(this.state) === now
		this.state.slug = this.#slug
		if (same) this.#saved = this.#kept = JSON.stringify(this.state)
		this.trouble = 'none'
		this.status = this.say('Saved')
		if (body.edit) history.replaceState(history.state, '', body.edit)
		this.requestUpdate()
	}

	#refused(status: number, body: Answer) {
		this.trouble = body.reason === 'changed' ? 'changed' : body.reason === 'taken' ? 'taken' : 'other'
		this.#why = status === 0 ? this.say('The portal could not be reached. What you built is still here.')
			: status === 401 || body.error_code === 'CSRFVerificationFailed' ? this.say('You are not signed in any more. Sign in in another tab, then save again.')
			: body.message ?? this.say('It could not be saved.')
		this.status = this.say('Not saved yet')
		this.requestUpdate()
	}

	#discard = async () => {
		if (this.#draft)
			await fetch(`${this.path}+${this.#draft}/delete/`, {
				method: 'POST', redirect: 'manual', headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'X-CSRFToken': this.token ?? '' }, body: '',
			})
		this.#kept = this.#saved = JSON.stringify(this.state)
		location.assign(this.#slug ? `${this.path}${this.#slug}/edit/` : this.path)
	}

	// --- what is drawn ----------------------------------------------------------------------------------------------

	#notice(tone: 'danger' | 'info', role: 'alert' | 'status', content: TemplateResult) {
		return html`<div class="notice ${tone}" role=${role}><div>${content}</div></div>`
	}

	#put_trouble() {
		if (this.trouble === 'changed')
			return this.#notice('danger', 'alert', html`<p>${this.say('This was changed elsewhere since you opened it, so it was not saved.')}</p>
				<div class="buttons"><button class="button" type="button" @click=${() => void this.#save(true)}>${this.say('Save as a copy')}</button>
				<button class="button quiet" type="button" @click=${this.#discard}>${this.say('Give up my changes and open it anew')}</button></div>`)
		if (this.trouble === 'taken')
			return this.#notice('danger', 'alert', html`<p>${this.say('This address is taken. Please choose another.')}</p>`)
		return this.trouble === 'other' ? this.#notice('danger', 'alert', html`<p>${this.#why}</p>`) : nothing
	}

	#put_draft_notice() {
		if (!this.#from_draft) return nothing
		return this.#notice('info', 'status', html`<p>${this.say('You go on with a draft that was kept for you.')}</p>
			<div class="buttons"><button class="button quiet small" type="button" @click=${this.#discard}>${this.say('Discard the draft')}</button></div>`)
	}

	#put_tools() {
		const mode = (value: 'edit' | 'preview', label: string) => html`<button type="button" class="button quiet" aria-pressed=${this.mode === value}
			@click=${() => (this.mode = value)}>${label}</button>`
		return html`<div class="tools">
			<div class="modes" role="group" aria-label=${this.say('Mode')}>${mode('edit', this.say('Edit'))}${mode('preview', this.say('Preview'))}</div>
			<button type="button" class="button quiet" ?disabled=${!this.#past.length} @click=${this.#undo}>${this.say('Undo')}</button>
			<button type="button" class="button quiet" ?disabled=${!this.#future.length} @click=${this.#redo}>${this.say('Redo')}</button>
			<span class="status" role="status">${this.status}</span>
			${this.token ? html`<button type="button" class="button save" @click=${() => void this.#save(false)}>${this.say('Save')}</button>
				${this.#slug ? html`<button type="button" class="button quiet" @click=${() => void this.#save(true)}>${this.say('Save a copy')}</button>
					<a class="button quiet" href="${this.path}${this.#slug}/">${this.say('Open and share')}</a>
					<a class="button quiet" href="${this.path}${this.#slug}/delete/">${this.say('Delete')}</a>` : nothing}`
			: html`<a class="button save" href=${this.#login()}>${this.say('Sign in to save')}</a>`}
		</div>`
	}

	// What was built comes along through the sign-in, in the address to return to.
	#login() {
		const to = this.address()
		return `/login/?next=${encodeURIComponent(to && to.length < ADDRESS_MOST ? to : this.path)}`
	}

	#put_about() {
		const set = (key: 'title' | 'description' | 'slug') => (e: Event) =>
			this.change(s => { s[key] = (e.target as HTMLInputElement).value }, key)
		const show = (value: Visibility, label: string, disabled = false) => html`<label class="check"><input type="radio" name="builder-visibility" value=${value}
			.checked=${this.state.visibility === value} ?disabled=${disabled} @change=${() => this.change(s => { s.visibility = value })}><span>${label}</span></label>`
		return html`<details class="part" open><summary>${this.say('Title and readers')}</summary><div class="rows">
			<div class="field"><label for="builder-title">${this.say('Title')}</label>
				<input class="box" id="builder-title" maxlength="300" autocomplete="off" .value=${this.state.title} @input=${set('title')}></div>
			<div class="field"><label for="builder-description">${this.say('Description')}</label>
				<textarea class="box" id="builder-description" rows="3" maxlength="4000" .value=${this.state.description} @input=${set('description')}></textarea></div>
			${this.token ? html`<div class="field"><label for="builder-slug">${this.say('Address')}</label>
				<input class="box" id="builder-slug" dir="ltr" maxlength="100" pattern="[a-z0-9_][a-z0-9_\\-]*" autocomplete="off" .value=${this.state.slug} @input=${set('slug')}>
				<small>${this.say('Small letters, digits and hyphens. Empty: made of the title.')}</small></div>
			<fieldset><legend>${this.say('Who can see it')}</legend>${show('private', this.say('Only I'))}${show('unlisted', this.say('Who has the address'))}
				${show('public', this.say('Everyone, in the list'), !this.hasAttribute('may-publish') && this.state.visibility !== 'public')}</fieldset>` : nothing}
		</div></details>`
	}

	render() {
		return html`${this.#put_tools()}${this.#put_trouble()}${this.#put_draft_notice()}
			<div class="parts ${this.mode === 'edit' ? 'two' : ''}">
				${this.mode === 'edit' ? html`<div class="side">${this.editor()}${this.#put_about()}</div>`
				: html`<div>${this.state.title ? html`<h2><bdi>${this.state.title}</bdi></h2>` : nothing}
					${this.state.description ? html`<p><bdi>${this.state.description}</bdi></p>` : nothing}</div>`}
				<div class="sight"><h2 class="visually-hidden">${this.say('Preview')}</h2>${this.sight()}</div>
			</div>`
	}
}

export function base64url(text: string): string {
	const bytes = new TextEncoder().encode(text)
	return btoa(Array.from(bytes, b => String.fromCharCode(b)).join('')).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
}
