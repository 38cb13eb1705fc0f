// The axis of time: keys of the table ("2020", "2020-Q2", "2020-04", "2020-W15", "2020-04-01", "…T13", "…T13:45") with no period left
// out, so that distance is time; and which of them have a label.
type Scale = 'year' | 'quarter' | 'month' | 'week' | 'day' | 'hour' | 'minute'

const pad = (n: number) => String(n).padStart(2, '0')
const DAY = 86400000

// The start of a key's period as UTC milliseconds of its wall time.
export function start_of(key: string): number {
	const quarter = /^(\d{4})-Q(\d)$/.exec(key)
	if (quarter) return Date.UTC(Number(quarter[1]), 3 * Number(quarter[2]) - 3, 1)
	const week = /^(\d{4})-W(\d{2})$/.exec(key)
	if (week) {
		const fourth = Date.UTC(Number(week[1]), 0, 4)
		return fourth - ((new Date(fourth).getUTCDay() + 6) % 7) * DAY + (Number(week[2]) - 1) * 7 * DAY
	}
	const m = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?:T(\d\d))?(?::(\d\d))?$/.exec(key)
	return m ? Date.UTC(Number(m[1]), Number(m[2] ?? 1) - 1, Number(m[3] ?? 1), Number(m[4] ?? 0), Number(m[5] ?? 0)) : NaN
}

function key_at(ms: number, scale: Scale): string {
	const d = new Date(ms)
	const year = String(d.getUTCFullYear()).padStart(4, '0')
	const month = `${year}-${pad(d.getUTCMonth() + 1)}`
	const day = `${month}-${pad(d.getUTCDate())}`
	if (scale === 'year') return year
	if (scale === 'quarter') return `${year}-Q${Math.floor(d.getUTCMonth() / 3) + 1}`
	if (scale === 'month') return month
	if (scale === 'day') return day
	if (scale === 'hour') return `${day}T${pad(d.getUTCHours())}`
	if (scale === 'minute') return `${day}T${pad(d.getUTCHours())}:${pad(d.getUTCMinutes())}`
	const thursday = new Date(ms + (3 - ((d.getUTCDay() + 6) % 7)) * DAY)
	const week = 1 + Math.floor((thursday.getTime() - Date.UTC(thursday.getUTCFullYear(), 0, 1)) / (7 * DAY))
	return `${thursday.getUTCFullYear()}-W${pad(week)}`
}

function next(ms: number, scale: Scale): number {
	const d = new Date(ms)
	if (scale === 'year') return Date.UTC(d.getUTCFullYear() + 1, 0, 1)
	if (scale === 'quarter') return Date.UTC(d.getUTCFullYear(), d.getUTCMonth() + 3, 1)
	if (scale === 'month') return Date.UTC(d.getUTCFullYear(), d.getUTCMonth() + 1, 1)
	return ms + { week: 7 * DAY, day: DAY, hour: 3600000, minute: 60000 }[scale]
}

// Where in the table each period is (-1: it has no records). Null when keys are not in the order of time, or there would be too many.
const MOST = 4000
export function without_gaps(keys: string[], scale: string): { keys: string[]; at: number[] } | null {
	const starts = keys.map(start_of)
	if (keys.length < 2 || starts.some((s, i) => Number.isNaN(s) || (i > 0 && s <= starts[i - 1]))) return null
	const out: string[] = []
	const at: number[] = []
	const place = new Map(keys.map((key, i) => [key, i]))
	for (let ms = starts[0]; ms <= (starts.at(-1) as number); ms = next(ms, scale as Scale)) {
		const key = key_at(ms, scale as Scale)
		out.push(key)
		at.push(place.get(key) ?? -1)
		if (out.length > MOST) return null
	}
	if (at.filter(i => i >= 0).length !== keys.length) return null
	// What comes every five years has no gap of four.
	const places = at.flatMap((i, k) => (i < 0 ? [] : [k]))
	const step = places.slice(1).reduce((d, p, i) => common(d, p - places[i]), 0) || 1
	return { keys: out.filter((_, k) => k % step === 0), at: at.filter((_, k) => k % step === 0) }
}
const common = (a: number, b: number): number => (b ? common(b, a % b) : a)

// Labels of so many places at most: years where years are short enough, else months, days, hours.
export function time_labels(keys: string[], scale: string, most: number, lang: string): (string | null)[] {
	const format = (o: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(lang, { ...o, timeZone: 'UTC' })
	const starts = keys.map(start_of)
	const every = (is: (d: Date, i: number) => boolean, text: (d: Date) => string): (string | null)[] | null => {
		const out = starts.map((ms, i) => (is(new Date(ms), i) ? text(new Date(ms)) : null))
		const n = out.filter(Boolean).length
		return n > 0 && n <= most ? out : null
	}
	const year = format({ year: 'numeric' })
	const month = format({ month: 'short', year: 'numeric' })
	const day = format({ day: 'numeric', month: 'short' })
	const hour = format({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })
	const fine = scale === 'hour' || scale === 'minute'
	const first = (d: Date, i: number) => i === 0 || new Date(starts[i - 1]).getUTCFullYear() !== d.getUTCFullYear()
	const new_month = (d: Date, i: number) => i === 0 || new Date(starts[i - 1]).getUTCMonth() !== d.getUTCMonth()
	if (fine) {
		const plain = every(() => true, d => hour.format(d)) ?? every(d => d.getUTCHours() % 6 === 0 && d.getUTCMinutes() === 0, d => hour.format(d))
		if (plain) return plain
	}
	if (fine || scale === 'day' || scale === 'week')
		for (const step of [1, 2, 5, 10]) {
			const at_day = (d: Date) => !fine || (d.getUTCHours() === 0 && d.getUTCMinutes() === 0)
			const found = every((d, i) => (scale === 'week' ? i % step === 0 : at_day(d) && (d.getUTCDate() - 1) % step === 0 && (step === 1 || d.getUTCDate() < 30)),
				d => day.format(d))
			if (found && keys.length < 400) return found
		}
	if (scale === 'quarter' || scale === 'month' || scale === 'day' || scale === 'week' || fine)
		for (const step of [1, 3, 6]) {
			const found = every((d, i) => (scale === 'month' || new_month(d, i)) && d.getUTCMonth() % step === 0, d => month.format(d))
			if (found) return found
		}
	for (const step of [1, 2, 5, 10, 20, 25, 50, 100, 250, 500, 1000]) {
		const found = every((d, i) => first(d, i) && d.getUTCFullYear() % step === 0, d => year.format(d))
		if (found) return found
	}
	return keys.map((key, i) => (i % Math.ceil(keys.length / most) ? null : key))
}
