// A chart as one file: its title above, its legend below, on paper.
import type { Look } from './look'
import type { Entry } from './option'

const escaped = (text: string) => text.replace(/[&<>"]/g, c => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] as string)
const SIDE = 16
const LETTER = 7.2

export function picture(inner: string, width: number, height: number, title: string, legend: Entry[], look: Look): string {
	const head = title ? 44 : SIDE
	const parts: string[] = []
	let x = SIDE
	let y = head + height + 28
	for (const entry of legend) {
		const name = entry.name.length > 60 ? `${entry.name.slice(0, 59)}…` : entry.name
		const room = 18 + name.length * LETTER + 18
		if (x > SIDE && x + room > width + SIDE) {
			x = SIDE
			y += 22
		}
		parts.push(`<rect x="${x}" y="${y - 10}" width="12" height="12" rx="3" fill="${escaped(entry.colour)}"/><text x="${x + 18}" y="${y}" font-size="13" fill="${escaped(look.ink)}">${escaped(name)}</text>`)
		x += room
	}
	const whole = [width + 2 * SIDE, legend.length ? y + SIDE : head + height + SIDE]
	const body = inner.replace(/^<svg /, `<svg x="${SIDE}" y="${head}" `).replace(/^<\?xml[^>]*>\s*/, '')
	return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${whole[0]}" height="${whole[1]}" viewBox="0 0 ${whole[0]} ${whole[1]}" font-family="${escaped(look.font)}">`
		+ `<rect width="100%" height="100%" fill="${escaped(look.paper)}"/>`
		+ (title ? `<text x="${SIDE}" y="28" font-size="17" font-weight="600" fill="${escaped(look.ink)}">${escaped(title)}</text>` : '')
		+ `${body}${parts.join('')}</svg>`
}
