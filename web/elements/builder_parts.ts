// Fields that builders are made of, the search for a dataset, and the filter of its records; drawn into the page, in its own style.
import { html, nothing, type TemplateResult } from 'lit'
import { type Dataset, type Field, ask } from './query'

export type Say = (message: string, ...args: (string | number)[]) => string
let ids = 0
const names = new Map<string, string>()
// An id that stays the same for what is drawn again.
export function id_of(key: string): string {
	let id = names.get(key)
	if (!id) names.set(key, (id = `builder-${++ids}`))
	return id
}

const wrap = (key: string, label: string, control: TemplateResult, hint = '') => html`<div class="field"><label for=${id_of(key)}>${label}</label>${control}
	${hint ? html`<small>${hint}</small>` : nothing}</div>`

export function text_field(key: string, label: string, value: string, set: (v: string) => void, o: { hint?: string; rows?: number; max?: number; list?: string } = {}) {
	const input = (e: Event) => set((e.target as HTMLInputElement).value)
	return wrap(key, label, o.rows ? html`<textarea class="box" id=${id_of(key)} rows=${o.rows} maxlength=${o.max ?? 2000} .value=${value} @input=${input}></textarea>`
		: html`<input class="box" id=${id_of(key)} maxlength=${o.max ?? 500} autocomplete="off" list=${o.list ?? nothing} .value=${value} @input=${input}>`, o.hint)
}

export function number_field(key: string, label: string, value: number | undefined, otherwise: number, set: (v: number | undefined) => void, o: { min: number; max: number; step?: number }) {
	return wrap(key, label, html`<input class="box" type="number" inputmode="decimal" id=${id_of(key)} min=${o.min} max=${o.max} step=${o.step ?? 1}
		.value=${String(value ?? otherwise)} @change=${(e: Event) => {
			const box = e.target as HTMLInputElement
			const v = Number(box.value)
			if (box.value === '' || !Number.isFinite(v)) return set(undefined)
			set(Math.min(o.max, Math.max(o.min, v)))
		}}>`)
}

export function choice_field(key: string, label: string, value: string, options: [string, string][], set: (v: string) => void, hint = '') {
	return wrap(key, label, html`<select class="box" id=${id_of(key)} @change=${(e: Event) => set((e.target as HTMLSelectElement).value)}>
		${options.map(([v, text]) => html`<option value=${v} ?selected=${v === value} .selected=${v === value}>${text}</option>`)}</select>`, hint)
}

export function check_field(label: string, value: boolean, set: (v: boolean) => void) {
	return html`<label class="check"><input type="checkbox" .checked=${value} @change=${(e: Event) => set((e.target as HTMLInputElement).checked)}><span>${label}</span></label>`
}

export function color_field(say: Say, key: string, label: string, value: string, otherwise: string, set: (v: string) => void) {
	return wrap(key, label, html`<span class="colours"><input type="color" id=${id_of(key)} .value=${value || otherwise}
		@input=${(e: Event) => set((e.target as HTMLInputElement).value)}>
		${value ? html`<button type="button" class="button quiet small" @click=${() => set('')}>${say('As by default')}<span class="visually-hidden"> ${label}</span></button>` : nothing}</span>`)
}

// --- datasets ---------------------------------------------------------------------------------------------------------

export type Found = { id: string; title: string; about: string }
type Listed = { total_count: number; results: { dataset_id: string; features: string[]; metas: { default?: { title?: string; publisher?: string; records_count?: number } } }[] }

export async function find_datasets(words: string, geo: boolean, lang: string, signal: AbortSignal): Promise<Found[]> {
	const query = new URLSearchParams({ limit: '20', lang })
	if (words.trim()) query.append('where', `search("${words.trim().replace(/["\\]/g, '\\$&')}")`)
	if (geo) query.append('refine', 'features:geo')
	const answer = await ask<Listed>(location.origin, '/api/explore/v2.1/catalog/datasets', query, { signal })
	return answer.results.map(d => ({
		id: d.dataset_id, title: d.metas.default?.title ?? d.dataset_id,
		about: [d.metas.default?.publisher, d.metas.default?.records_count?.toLocaleString(lang)].filter(Boolean).join(' · '),
	}))
}

// What a dataset is, asked for once; null when it is not there for this reader.
const abouts = new Map<string, Promise<Dataset | null>>()
export function about_dataset(id: string, lang: string): Promise<Dataset | null> {
	let about = abouts.get(id)
	if (!about) {
		about = ask<Dataset>(location.origin, `/api/explore/v2.1/catalog/datasets/${encodeURIComponent(id)}`, new URLSearchParams({ lang })).catch(() => null)
		abouts.set(id, about)
	}
	return about
}

type Facets = { facets: { name: string; facets: { value: string; count: number }[] }[] }
const values = new Map<string, Promise<string[]>>()
// The most frequent values of a field, for suggestions and categories.
export function values_of(dataset: string, field: string): Promise<string[]> {
	const key = `${dataset} ${field}`
	let found = values.get(key)
	if (!found) {
		found = ask<Facets>(location.origin, `/api/explore/v2.1/catalog/datasets/${encodeURIComponent(dataset)}/facets`, new URLSearchParams({ facet: field }))
			.then(a => a.facets[0]?.facets.map(v => v.value) ?? []).catch(() => [])
		values.set(key, found)
	}
	return found
}

// --- the search for a dataset -------------------------------------------------------------------------------------------

export class Finder {
	words = ''
	found: Found[] | null = null
	failed = false
	#turn: AbortController | null = null
	#timer = 0
	constructor(readonly host: { requestUpdate(): void }, readonly say: Say, readonly lang: string, readonly geo: boolean, readonly chosen: (f: Found) => void) {}

	#look(wait: number) {
		clearTimeout(this.#timer)
		this.#timer = window.setTimeout(() => void this.#ask(), wait)
	}

	async #ask() {
		this.#turn?.abort()
		const turn = (this.#turn = new AbortController())
		try {
			this.found = await find_datasets(this.words, this.geo, this.lang, turn.signal)
			this.failed = false
		} catch (why) {
			if ((why as Error).name === 'AbortError') return
			this.failed = true
		}
		this.host.requestUpdate()
	}

	show(label: string) {
		return html`<div class="field"><label for=${id_of('finder')}>${label}</label>
			<input class="box" type="search" id=${id_of('finder')} autocomplete="off" .value=${this.words}
				@focus=${() => { if (!this.found) this.#look(0) }}
				@input=${(e: Event) => { this.words = (e.target as HTMLInputElement).value; this.#look(250) }}></div>
			<p class="visually-hidden" role="status">${this.found ? this.say('{0} datasets', this.found.length) : ''}</p>
			${this.failed ? html`<p role="alert">${this.say('The data could not be loaded.')}</p>` : nothing}
			${this.found && !this.found.length ? html`<p class="hint">${this.say('No dataset matches.')}</p>` : nothing}
			${this.found?.length ? html`<ul class="found">${this.found.map(f => html`<li><button type="button" @click=${() => {
				this.found = null
				this.words = ''
				this.chosen(f)
			}}><bdi>${f.title}</bdi><small><bdi>${f.about}</bdi></small></button></li>`)}</ul>` : nothing}`
	}
}

// --- which records --------------------------------------------------------------------------------------------------------

export type Parameters = Record<string, string | string[]>
const many = (v: string | string[] | undefined) => (v === undefined ? [] : Array.isArray(v) ? v : [v])

// Words, and fields that have one of some values; whatever else was there stays.
export class RecordFilter {
	#field = ''
	#value = ''
	#offered: string[] = []
	constructor(readonly host: { requestUpdate(): void }, readonly say: Say, readonly key: string) {}

	async #offer(dataset: string, field: string) {
		this.#field = field
		this.#offered = []
		this.host.requestUpdate()
		if (!field) return
		this.#offered = await values_of(dataset, field)
		this.host.requestUpdate()
	}

	show(dataset: string, fields: Field[], parameters: Parameters, set: (p: Parameters) => void) {
		const facets = fields.filter(f => f.annotations?.facet)
		const refined = Object.entries(parameters).filter(([name]) => name.startsWith('refine.')).flatMap(([name, v]) => many(v).map(one => ({ name, one })))
		const label = (name: string) => fields.find(f => f.name === name.slice(7))?.label ?? name.slice(7)
		const put = (name: string, list: string[]) => {
			const next = { ...parameters }
			if (list.length) next[name] = list.length === 1 ? list[0] : list
			else delete next[name]
			const flag = `disjunctive.${name.slice(7)}`
			if (list.length > 1) next[flag] = 'true'
			else delete next[flag]
			set(next)
		}
		const list = id_of(`${this.key}-values`)
		return html`${text_field(`${this.key}-q`, this.say('Words in the records'), many(parameters.q)[0] ?? '', v => {
			const next = { ...parameters }
			if (v) next.q = v
			else delete next.q
			set(next)
		}, { max: 500 })}
		${refined.length ? html`<ul class="conditions">${refined.map(({ name, one }) => html`<li><button type="button" class="chip" @click=${() =>
			put(name, many(parameters[name]).filter(v => v !== one))}><span class="of">${label(name)}:</span> <bdi>${one}</bdi> <span aria-hidden="true">×</span>
			<span class="visually-hidden">${this.say('Remove this condition')}</span></button></li>`)}</ul>` : nothing}
		${facets.length ? html`<div class="pair">
			${choice_field(`${this.key}-field`, this.say('Only where'), this.#field, [['', '–'], ...facets.map(f => [f.name, f.label] as [string, string])], v => void this.#offer(dataset, v))}
			${this.#field ? html`${text_field(`${this.key}-value`, this.say('is'), this.#value, v => { this.#value = v; this.host.requestUpdate() }, { list })}
				<datalist id=${list}>${this.#offered.map(v => html`<option value=${v}></option>`)}</datalist>` : nothing}</div>
			${this.#field ? html`<button type="button" class="button quiet small" ?disabled=${!this.#value} @click=${() => {
				const name = `refine.${this.#field}`
				put(name, [...new Set([...many(parameters[name]), this.#value])])
				this.#value = ''
			}}>${this.say('Add the condition')}</button>` : nothing}` : nothing}`
	}
}
