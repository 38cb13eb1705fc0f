// Names of countries in a reader's language, as the browser knows them (Unicode's CLDR), for the labels of the ground and the search for places.

const speakers = new Map<string, Intl.DisplayNames>()
// The name of a country by its code of two letters; empty when the browser has none.
export function country_name(code: string, lang: string): string {
	try {
		if (!speakers.has(lang)) speakers.set(lang, new Intl.DisplayNames([lang, 'en'], { type: 'region', fallback: 'none', style: 'short' }))
		return speakers.get(lang)?.of(code) ?? ''
	} catch {
		return ''
	}
}

// --- Arabic ----------------------------------------------------------------------------------------------------------
// MapLibre sets letter after letter from left to right. A text of Arabic letters comes joined and turned round already: its letters as the
// forms they have beside their neighbours (Unicode, Arabic Presentation Forms-B), line by line from the last to the first.

const forms = new Map<number, [first: number, many: number]>()
let next_form = 0xfe80
for (const [from, counts] of [[0x621, '12222424244444222244444444'], [0x641, '4444444224']] as const)
	[...counts].forEach((n, i) => {
		forms.set(from + i, [next_form, Number(n)])
		next_form += Number(n)
	})
const alefs = [0x622, 0x623, 0x625, 0x627]
const LAM = 0x644

function joined(word: string): string {
	const letters = [...word.replace(/[\u064b-\u0652\u0640]/g, '')].map(c => c.codePointAt(0) ?? 32)
	const out: number[] = []
	let before = false // whether the letter before reaches over to this one
	for (let i = 0; i < letters.length; i++) {
		const form = forms.get(letters[i])
		if (!form) {
			out.push(letters[i])
			before = false
			continue
		}
		const alef = letters[i] === LAM ? alefs.indexOf(letters[i + 1]) : -1
		if (alef >= 0) {
			out.push(0xfef5 + 2 * alef + Number(before))
			before = false
			i++
			continue
		}
		const after = form[1] === 4 && (forms.get(letters[i + 1])?.[1] ?? 0) > 1
		out.push(form[0] + (after ? (before ? 3 : 2) : before && form[1] > 1 ? 1 : 0))
		before = form[1] === 4 && after
	}
	return String.fromCodePoint(...out)
}

const mirrored: Record<string, string> = { '(': ')', ')': '(', '[': ']', ']': '[' }
const LINE = 12
export function arabic_label(text: string): string {
	const lines: string[] = []
	for (const word of text.split(/\s+/)) {
		const last = lines.at(-1)
		if (last !== undefined && last.length + word.length < LINE) lines[lines.length - 1] = `${last} ${word}`
		else lines.push(word)
	}
	return lines.map(line => [...line.split(' ').map(joined).join(' ')].reverse().map(c => mirrored[c] ?? c).join('')).join('\n')
}

// --- labels ----------------------------------------------------------------------------------------------------------

const labels = new Map<string, Record<string, string>>()
// Code → what stands on the map.
export function country_labels(lang: string): Record<string, string> {
	const code = lang.slice(0, 2)
	const known = labels.get(code)
	if (known) return known
	const out: Record<string, string> = {}
	for (let a = 65; a < 91; a++) for (let b = 65; b < 91; b++) {
		const two = String.fromCharCode(a, b)
		const name = country_name(two, code)
		if (name) out[two] = code === 'ar' ? arabic_label(name) : name.toLocaleUpperCase(code)
	}
	labels.set(code, out)
	return out
}
