// What may come next in an ODSQL clause: fields, functions and words of the language, and inside a text the values of
// the field it is compared with. Knows the language by what the API tells of it (x-odsql of its description).
export type Offer = { show: string; put: string; about: string; from: number; back?: number }
type Field = [name: string, type: string, label: string]
type Fun = { name: string; clauses: string; spelling: string; description: string }
type Question = { clause: string; text: string; at: number; fields: Field[]; path: string; signal: AbortSignal }

const MOST = 8
const BARE = /^[\p{L}_][\p{L}\p{N}_]*$/u
const WORDS: Record<string, string[]> = {
	w: ['and', 'or', 'not', 'in', 'like', 'is null', 'is not null', "date'", "geom'"],
	s: ['as', '*'],
	g: ['as'],
	o: ['asc', 'desc'],
	r: [],
}
// Bare names that the language keeps for itself (odsql §2.3).
const RESERVED = new Set(
	('and as asc avg by count date_format day dayofweek desc distinct equi false group hour ifnull limit lower max millisecond min minute month ' +
		'not null or quarter range search second select sum top true upper where year').split(' '),
)
let functions: Promise<Fun[]> | null = null

function known() {
	return (functions ??= fetch('/api/explore/v2.1/swagger.json', { credentials: 'same-origin' })
		.then(answer => answer.json())
		.then(told => told['x-odsql'].functions as Fun[])
		.catch(() => {
			functions = null
			return []
		}))
}

export const written = (name: string) =>
	name.split('.').every(part => BARE.test(part) && !RESERVED.has(part.toLowerCase())) ? name : '`' + name.replace(/[\\`]/g, '\\$&') + '`'

// Where the text before the caret stands: in a string (and after which field), or at a word.
export function place(before: string) {
	let quote = ''
	let start = 0
	for (let i = 0; i < before.length; i++) {
		const c = before[i]
		if (quote && c === '\\') i++
		else if (quote && c === quote) quote = ''
		else if (!quote && (c === '"' || c === "'" || c === '`')) {
			quote = c
			start = i
		}
	}
	if (quote === '"' || quote === "'") {
		const field = /(?:`((?:[^`\\]|\\.)+)`|([\p{L}_][\p{L}\p{N}_.]*))\s*(?:!=|<=|>=|[=:<>]|in\s*\([^()]*|like|,)\s*$/iu.exec(before.slice(0, start))
		return { string: before.slice(start + 1), from: start, quote, field: field ? (field[1]?.replace(/\\(.)/g, '$1') ?? field[2]) : '' }
	}
	const word = quote === '`' ? before.slice(start) : (/[\p{L}\p{N}_.]*$/u.exec(before)?.[0] ?? '')
	return { word: word.replace(/^`/, ''), from: before.length - word.length }
}

async function values(q: Question, field: string, typed: string): Promise<string[]> {
	const name = written(field)
	const query = new URLSearchParams({ select: 'count(*) as n', group_by: `${name} as value`, order_by: 'n desc', limit: String(MOST) })
	if (typed) query.set('where', `startswith(${name}, ${JSON.stringify(typed)})`)
	const answer = await fetch(`${q.path}?${query}`, { signal: q.signal, credentials: 'same-origin' })
	if (!answer.ok) return []
	const told = await answer.json()
	return told.results.map((x: { value: unknown }) => x.value).filter((v: unknown): v is string => typeof v === 'string' && v.startsWith(typed))
}

export async function complete(q: Question): Promise<Offer[]> {
	const before = q.text.slice(0, q.at)
	if (q.clause === 'r') return refine(q, before)
	const here = place(before)
	if (here.string !== undefined) {
		const field = q.fields.find(f => f[0] === here.field)
		if (!field || field[1] !== 'text') return []
		const found = await values(q, field[0], here.string)
		return found.map(v => ({ show: v, put: JSON.stringify(v), about: '', from: here.from }))
	}
	const word = here.word.toLowerCase()
	if (!word && before.trim() && !/[(,\s]$/.test(before)) return []
	const starts = (text: string) => text.toLowerCase().startsWith(word)
	const fields = q.fields
		.filter(f => starts(f[0]) || (word.length > 1 && f[2].toLowerCase().includes(word)))
		.map(f => ({ show: f[0], put: written(f[0]), about: [f[1], f[2]].filter(Boolean).join(' · '), from: here.from }))
	const calls = (await known())
		.filter(f => f.clauses.includes(q.clause) && word && starts(f.name))
		.map(f => ({ show: f.spelling, put: f.spelling === 'count(*)' ? 'count(*)' : `${f.name}()`, about: f.description, from: here.from, back: f.spelling === 'count(*)' ? 0 : 1 }))
	const language = WORDS[q.clause].filter(w => word && w.startsWith(word) && w !== word).map(w => ({ show: w, put: w, about: '', from: here.from }))
	const all = [...fields, ...calls, ...language]
	return all.length === 1 && all[0].put === here.word ? [] : all.slice(0, MOST + 4)
}

async function refine(q: Question, before: string): Promise<Offer[]> {
	const colon = before.indexOf(':')
	if (colon < 0)
		return q.fields
			.filter(f => f[0].toLowerCase().startsWith(before.toLowerCase()))
			.slice(0, MOST)
			.map(f => ({ show: f[0], put: `${f[0]}:`, about: [f[1], f[2]].filter(Boolean).join(' · '), from: 0 }))
	const name = before.slice(0, colon)
	if (q.fields.find(f => f[0] === name)?.[1] !== 'text') return []
	const found = await values(q, name, before.slice(colon + 1).replace(/^"/, ''))
	return found.map(v => ({ show: v, put: /^["']/.test(v) ? JSON.stringify(v) : v, about: '', from: colon + 1 }))
}
