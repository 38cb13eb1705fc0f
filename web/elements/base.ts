// What every element is: a Lit element that finds its context, loads the words of its language, asks again when the context
// changes, and says when it is loading, when nothing was found and when something went wrong. A subclass gives load() and
// show(); what it sets in load() is drawn in show(). Styles are constructed sheets: nothing inline, so that a strict
// Content-Security-Policy allows them. Colours come from custom properties of the page with quiet values of their own.
import { LitElement, css, html, nothing, type CSSResultGroup, type TemplateResult } from 'lit'
import { type Context, find_context } from './context'
import { ApiError } from './query'
import { lang_of, Speaker, words_for } from './say'

export const base_style = css`
	:host { display: block; color: var(--ink, inherit); font: inherit; }
	:host([hidden]) { display: none; }
	.state { padding: 1.5rem; text-align: center; color: var(--ink-soft, inherit); }
	.state.bad { border: 1px solid currentColor; border-radius: var(--round, 6px); }
	button { font: inherit; color: inherit; cursor: pointer; }
	:focus-visible { outline: 2px solid var(--accent-text, currentColor); outline-offset: 2px; }
	.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
	@media (prefers-reduced-motion: reduce) { * { transition: none !important; animation: none !important; } }
`

export abstract class StoaElement extends LitElement {
	static styles: CSSResultGroup = base_style
	protected context: Context | null = null
	protected speaker = new Speaker('en')
	#turn: AbortController | null = null
	#state: 'loading' | 'ready' | 'empty' | 'failed' = 'loading'
	#why = ''

	// Asks for what is shown. Gives false when there is nothing to show.
	protected abstract load(context: Context, signal: AbortSignal): Promise<boolean>
	protected abstract show(): TemplateResult

	// What an element that can do without a dataset goes by.
	protected without_context(): Context | null {
		return null
	}

	connectedCallback() {
		super.connectedCallback()
		void this.#begin()
	}

	disconnectedCallback() {
		super.disconnectedCallback()
		this.#turn?.abort()
		this.context?.removeEventListener('change', this.#changed)
	}

	async #begin() {
		const lang = lang_of(this)
		await words_for(lang)
		this.speaker = new Speaker(lang)
		const context = (await find_context(this)) ?? this.without_context()
		if (!this.isConnected) return
		if (!context) return this.#fail('dataset: no dataset is named here or in a stoa-context')
		if (!context.lang || context.lang === 'en') context.lang = lang
		this.context = context
		context.addEventListener('change', this.#changed)
		await this.reload()
	}

	#changed = () => void this.reload()

	// Asks again; of several under way only the last counts.
	protected async reload() {
		if (!this.context) return
		this.#turn?.abort()
		const turn = (this.#turn = new AbortController())
		this.setAttribute('aria-busy', 'true')
		try {
			const some = await this.load(this.context, turn.signal)
			if (this.#turn === turn) this.#state = some ? 'ready' : 'empty'
		} catch (why) {
			if ((why as Error).name === 'AbortError' || this.#turn !== turn) return
			this.#fail(why instanceof ApiError ? why.message : this.say('The data could not be loaded.'))
		}
		if (this.#turn !== turn) return
		this.removeAttribute('aria-busy')
		this.requestUpdate()
		await this.updateComplete
		this.dispatchEvent(new CustomEvent('stoa-ready', { bubbles: true, composed: true, detail: { state: this.#state } }))
	}

	#fail(why: string) {
		this.#state = 'failed'
		this.#why = why
		this.removeAttribute('aria-busy')
		this.requestUpdate()
	}

	protected say(message: string, ...args: (string | number)[]) {
		return this.speaker.say(message, ...args)
	}
	protected say_n(one: string, many: string, n: number, ...args: (string | number)[]) {
		return this.speaker.say_n(one, many, n, ...args)
	}

	// What stands there when nothing was found; a subclass may say it better.
	protected nothing_found(): TemplateResult {
		return html`<p class="state" role="status">${this.say('No record matches your filters.')}</p>`
	}

	render() {
		if (this.#state === 'loading') return html`<p class="state" role="status">${this.say('Loading…')}</p>`
		if (this.#state === 'failed')
			return html`<div class="state bad" role="alert"><p>${this.#why}</p>
				${this.context ? html`<button @click=${() => void this.reload()}>${this.say('Try again')}</button>` : nothing}</div>`
		return this.#state === 'empty' ? this.nothing_found() : this.show()
	}
}
