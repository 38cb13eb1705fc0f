// A context: which dataset of which portal, filtered how. Elements that share one show the same records; what one of them changes,
// the others show. An element finds its context by its attribute `context` (the id of a <stoa-context>), else the nearest
// <stoa-context> around it, else it makes one of its own attributes (source, dataset, parameters, sort, apikey).
// State is URLSearchParams with the names of query.ts; `change` is sent after each change.
import { api_query, ask, geo_field, type Dataset, type Field } from './query'

export class Context extends EventTarget {
	source: string
	dataset: string
	apikey?: string
	lang = 'en'
	#state = new URLSearchParams()
	#about: Promise<Dataset> | null = null
	#geo: string | null = null
	#fields: Field[] = []

	constructor(source: string, dataset: string, state: URLSearchParams) {
		super()
		this.source = source
		this.dataset = dataset
		this.#state = state
	}

	get state(): URLSearchParams {
		return new URLSearchParams(this.#state)
	}

	// Replaces the whole state; paging starts over unless `start` is in it.
	set(state: URLSearchParams) {
		if (state.toString() === this.#state.toString()) return
		this.#state = new URLSearchParams(state)
		this.dispatchEvent(new Event('change'))
	}

	// Sets one name to values (none: takes it away).
	put(name: string, ...values: string[]) {
		const next = this.state
		next.delete(name)
		for (const value of values) if (value) next.append(name, value)
		this.set(next)
	}

	toggle(name: string, value: string) {
		const values = this.#state.getAll(name)
		this.put(name, ...(values.includes(value) ? values.filter(v => v !== value) : [...values, value]))
	}

	// The dataset with its fields and metadata, asked for once.
	about(): Promise<Dataset> {
		return (this.#about ??= ask<Dataset>(this.source, `/api/explore/v2.1/catalog/datasets/${encodeURIComponent(this.dataset)}`,
			new URLSearchParams({ lang: this.lang }), { apikey: this.apikey }).then(about => {
			this.#geo = geo_field(about)
			this.#fields = about.fields
			return about
		}).catch(why => {
			this.#about = null
			throw why
		}))
	}

	// Parameters of the API for the present state, and those of `more`.
	query(more: Record<string, string | number | undefined> = {}): URLSearchParams {
		const out = api_query(this.#state, this.#geo, this.#fields)
		for (const [name, value] of Object.entries(more)) if (value !== undefined && value !== '') out.append(name, String(value))
		if (!out.has('lang')) out.set('lang', this.lang)
		return out
	}

	fetch<T>(url: URL, signal?: AbortSignal): Promise<T> {
		return ask<T>(url.origin, url.pathname, url.searchParams, { apikey: this.apikey, signal })
	}

	// path: 'records', 'facets', 'exports/csv' … of the dataset.
	ask<T>(path: string, more: Record<string, string | number | undefined> = {}, signal?: AbortSignal): Promise<T> {
		return ask<T>(this.source, `${this.path}/${path}`, this.query(more), { apikey: this.apikey, signal })
	}

	get path() {
		return `/api/explore/v2.1/catalog/datasets/${encodeURIComponent(this.dataset)}`
	}

	url(path: string, more: Record<string, string | number | undefined> = {}): string {
		const url = new URL(`${this.path}/${path}`, this.source)
		url.search = this.query(more).toString()
		if (this.apikey) url.searchParams.set('apikey', this.apikey)
		return url.href
	}
}

// Parameters as people write them in an attribute: a query string, or JSON {"refine.city": ["Paris"], "q": "…"}.
export function parse_parameters(text: string | null): URLSearchParams {
	const trimmed = text?.trim() ?? ''
	if (!trimmed.startsWith('{')) return new URLSearchParams(trimmed.replace(/^\?/, ''))
	const out = new URLSearchParams()
	try {
		for (const [name, value] of Object.entries(JSON.parse(trimmed) as Record<string, unknown>))
			for (const one of Array.isArray(value) ? value : [value]) out.append(name, String(one))
	} catch {
		console.warn('stoa: parameters is neither a query string nor JSON:', trimmed)
	}
	return out
}

// The origin that this script came from: the portal whose page, or whose script on another page, it is.
export const home = new URL(import.meta.url).origin

export function make_context(element: Element): Context | null {
	const dataset = element.getAttribute('dataset')
	if (!dataset) return null
	const state = parse_parameters(element.getAttribute('parameters'))
	const sort = element.getAttribute('sort')
	if (sort && !state.has('sort')) state.set('sort', sort)
	const where = element.getAttribute('where')
	if (where) state.append('where', where)
	const context = new Context(new URL(element.getAttribute('source') || home, home).origin, dataset, state)
	context.apikey = element.getAttribute('apikey') || undefined
	return context
}

type Holder = Element & { held: Context | null }
export async function find_context(element: Element): Promise<Context | null> {
	const id = element.getAttribute('context')
	const holder = id ? document.getElementById(id) : element.parentElement?.closest('stoa-context')
	if (!holder) return make_context(element)
	await customElements.whenDefined('stoa-context')
	return (holder as Holder).held
}
