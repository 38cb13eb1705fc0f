// Words of the elements, in the language of the element's place in the page (the nearest lang attribute). English is in the
// source; the others are modules that scripts/assets.mjs makes of po/. Every message is a row of words/*.def.
type Catalogue = { plural: (n: number) => number; words: Record<string, string | string[]> }
const loads: Record<string, () => Promise<Catalogue>> = {
	fr: () => import('words:fr'), de: () => import('words:de'), es: () => import('words:es'), it: () => import('words:it'),
	nl: () => import('words:nl'), pt: () => import('words:pt'), ca: () => import('words:ca'), eu: () => import('words:eu'),
	sv: () => import('words:sv'), ar: () => import('words:ar'),
}
const english: Catalogue = { plural: n => Number(n !== 1), words: {} }
const loaded = new Map<string, Catalogue>([['en', english]])

export function lang_of(element: Element): string {
	return element.closest('[lang]')?.getAttribute('lang') || 'en'
}

// To be awaited before the first render; never fails: without the file, words stay English.
export async function words_for(lang: string): Promise<void> {
	const code = lang.slice(0, 2).toLowerCase()
	if (loaded.has(code) || !loads[code]) return
	try {
		loaded.set(code, await loads[code]())
	} catch {
		loaded.set(code, english)
	}
}

export class Speaker {
	readonly #of: Catalogue
	readonly number: Intl.NumberFormat
	constructor(readonly lang: string) {
		this.#of = loaded.get(lang.slice(0, 2).toLowerCase()) ?? english
		this.number = new Intl.NumberFormat(lang, { maximumFractionDigits: 6 })
	}

	// {0}, {1} … stand for what follows; numbers are written by locale.
	say(message: string, ...args: (string | number)[]): string {
		const found = this.#of.words[message]
		return this.#fill(typeof found === 'string' ? found : message, args)
	}

	// A message that counts: {0} is n.
	say_n(one: string, many: string, n: number, ...args: (string | number)[]): string {
		const found = this.#of.words[one]
		return this.#fill(Array.isArray(found) ? found[this.#of.plural(n)] ?? found[0] : n === 1 ? one : many, [n, ...args])
	}

	#fill(text: string, args: (string | number)[]) {
		return text.replace(/\{(\d)\}/g, (whole, i) => {
			const arg = args[Number(i)]
			return arg === undefined ? whole : typeof arg === 'number' ? this.number.format(arg) : arg
		})
	}
}
