// The pages of the back office, as the program itself tells them: every route below /backoffice/ that answers with a page, and for
// each an address that a person comes to by links from the first page on. What nobody can come to is not a page for people.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import http from 'node:http'

const FIRST = '/backoffice/'

export function routes(binary) {
	const { stdout } = spawnSync(binary, ['serve', '--routes'], { encoding: 'utf8' })
	return stdout.split('\n').filter(line => line.startsWith(`GET ${FIRST}`)).map(line => line.slice(4).trim())
}

// The parts of a path that are words before those that are holes: /users/new/ is not /users/{id}/.
function pattern(patterns, path) {
	const parts = path.split('/')
	const fits = p => {
		const own = p.split('/')
		return own.length === parts.length && own.every((word, i) => word === parts[i] || (word.startsWith('{') && parts[i]))
	}
	return patterns.filter(fits).sort((a, b) => a.split('{').length - b.split('{').length)[0]
}

// Asks a portal as somebody who is signed in, without a browser; with fields it sends the form of a page.
export const asker = (port, host, session) => {
	let jar = `sessionid=${session}`
	const ask = (path, body) => new Promise((yes, no) => {
		const headers = { Host: host, Accept: 'text/html', 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '198.51.100.9', Cookie: jar,
			...(body && { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': Buffer.byteLength(body), Origin: `https://${host}` }) }
		http.request({ host: '127.0.0.1', port, path, headers, method: body ? 'POST' : 'GET' }, answer => {
			let text = ''
			for (const line of answer.headers['set-cookie'] ?? []) if (line.startsWith('csrftoken=')) jar = `sessionid=${session}; ${line.split(';')[0]}`
			answer.setEncoding('utf8')
			answer.on('data', more => (text += more))
			answer.on('end', () => yes({ status: answer.statusCode, type: answer.headers['content-type'] ?? '', where: answer.headers.location, text }))
		}).on('error', no).end(body)
	})
	ask.form = async (path, fields) => {
		const page = await ask(path)
		const token = /name="csrfmiddlewaretoken" value="(\w+)"/.exec(page.text)
		if (!token) throw new Error(`${path} has no form: ${page.status}`)
		const sent = await ask(path, String(new URLSearchParams({ csrfmiddlewaretoken: token[1], ...fields })))
		if (sent.status !== 303 && sent.status !== 200) throw new Error(`${path}: ${sent.status} ${sent.text.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').slice(0, 1500)}`)
		return sent
	}
	return ask
}

// The addresses found, {pattern, path, state}: one for each route and each set of names in the query; and the routes without any.
export async function gather(binary, ask, first = [FIRST]) {
	const patterns = routes(binary)
	const found = new Map(), seen = new Set()
	let next = first
	while (next.length) {
		const answers = await Promise.all(next.map(path => ask(path)))
		const links = []
		for (const [i, { status, type, text, where }] of answers.entries()) {
			const address = new URL(next[i], 'https://x'), own = pattern(patterns, address.pathname)
			const key = `${own} ${[...new Set(address.searchParams.keys())].sort().join()}`
			if (where) links.push(new URL(where, address))
			const kind = status === 200 && type.startsWith('text/html') && /<main\b/.test(text) ? 'page' : 'other'
			if (status < 400 && own) found.set(key, { key, pattern: own, path: next[i], kind })
			if (kind !== 'page') continue
			const [main] = /<main[\s\S]*<\/main>/.exec(text)
			for (const [, href] of text.matchAll(/\b(?:href|src)="([^"]*)"/g)) links.push(new URL(href.replaceAll('&amp;', '&').replaceAll('&#38;', '&'), address))
			for (const [form] of main.matchAll(/<form\b(?![^>]*method="post")[^>]*>/g)) links.push(new URL(/action="([^"]*)"/.exec(form)?.[1] ?? '', address))
		}
		next = []
		for (const link of links) {
			const own = link.origin === 'https://x' && link.pathname.startsWith(FIRST) && pattern(patterns, link.pathname)
			if (!own || link.searchParams.has('flg')) continue
			const key = `${own} ${[...new Set(link.searchParams.keys())].sort().join()}`
			if (seen.has(key)) continue
			seen.add(key)
			next.push(link.pathname + link.search)
		}
	}
	const met = new Set([...found.values()].map(f => f.pattern))
	return { pages: [...found.values()].filter(f => f.kind === 'page'), lost: patterns.filter(p => !met.has(p)) }
}

// What the page itself says of whom the keyboard must reach: everything that can be focused and is seen, one of each group of radio
// buttons. (The focus goes into a frame, not onto it.) Kept in the page as window.reach, with what focus does to each, as it comes.
const watch = () => {
	const wanted = 'a[href], area[href], button, input, select, textarea, summary, [tabindex], [contenteditable=""], [contenteditable=true], audio[controls], video[controls]'
	const every = (root, found = []) => {
		for (const e of root.querySelectorAll('*')) {
			if (e.matches(wanted)) found.push(e)
			if (e.shadowRoot) every(e.shadowRoot, found)
		}
		return found
	}
	const groups = new Map()
	const open = e => {
		if (e.disabled || e.closest('fieldset:disabled') && !e.closest('legend') || e.tabIndex < 0 || e.type === 'hidden' || e.closest('[inert]')) return false
		if (!e.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true })) return false
		if (e.matches('summary') && e.parentElement.querySelector('summary') !== e) return false
		if (e.type === 'radio' && e.name) {
			const key = `${e.form?.id || ''} ${e.form ? [...document.forms].indexOf(e.form) : ''} ${e.name}`, now = groups.get(key)
			if (!now) groups.set(key, e)
			else if (e.checked && !now.checked) groups.set(key, e)
			return false
		}
		return true
	}
	const name = e => `${e.tagName.toLowerCase()}${e.id ? '#' + e.id : ''}${e.name ? `[name="${e.name}"]` : ''} «${(e.getAttribute?.('aria-label') || e.innerText || e.value || '').trim().replace(/\s+/g, ' ').slice(0, 40)}»`
	const seen = every(document).filter(open)
	const radios = new Set(groups.values())
	const properties = ['outlineStyle', 'outlineWidth', 'outlineColor', 'boxShadow', 'backgroundColor', 'borderTopColor', 'borderBottomColor', 'textDecorationLine', 'opacity', 'transform']
	const around = e => {
		const all = [e, e.parentElement, e.parentElement?.parentElement, ...(e.labels ?? []), e.nextElementSibling].filter(Boolean)
		return all.map(x => {
			const s = getComputedStyle(x)
			return properties.map(p => s[p]).join()
		}).join(';')
	}
	const all = every(document).filter(e => seen.includes(e) || radios.has(e))
	const before = new Map(all.map(e => [e, around(e)]))
	const reach = { order: [], hidden: new Set(), dim: new Set(), first: 0 }
	document.addEventListener('focusin', event => {
		const e = event.composedPath()[0]
		reach.order.push(e)
		if (reach.order.filter(x => x === e).length > 1) return
		const own = getComputedStyle(e)
		const ring = own.outlineStyle !== 'none' && parseFloat(own.outlineWidth) >= 1
		if (!ring && before.has(e) && before.get(e) === around(e)) reach.dim.add(e)
		if (covered(e)) reach.hidden.add(e)
	})
	// Nothing lies over what has the focus: no bar that stays, no sheet that stayed open. Asked once more when the focus leaves: by
	// then the page has scrolled to it.
	const covered = e => {
		const box = [e, ...(e.labels ?? [])].map(x => x.getBoundingClientRect()).find(b => b.width > 1 && b.height > 1)
		if (!box) return true
		const points = [[0.5, 0.5], [0.1, 0.5], [0.9, 0.5], [0.5, 0.1], [0.5, 0.9]].map(([x, y]) => [box.left + box.width * x, box.top + box.height * y])
		const mine = at => at && (e.contains(at) || at.contains(e) || at.shadowRoot || [...(e.labels ?? [])].some(l => l.contains(at)))
		return !points.some(([x, y]) => mine(document.elementFromPoint(x, y)))
	}
	document.addEventListener('focusout', event => {
		const e = event.composedPath()[0]
		if (reach.hidden.has(e) && !covered(e)) reach.hidden.delete(e)
	})
	reach.report = () => {
		const met = new Set(reach.order)
		const once = []
		for (const e of reach.order) if (!once.includes(e)) once.push(e)
		const faults = []
		for (const e of all) if (!met.has(e)) faults.push(`not reached: ${name(e)}`)
		for (const e of reach.dim) faults.push(`focus is not seen: ${name(e)}`)
		for (const e of reach.hidden) faults.push(`focus is covered: ${name(e)}`)
		for (const e of all) if (e.tabIndex > 0) faults.push(`has a place of its own in the order: ${name(e)}`)
		for (let i = 1; i < once.length; i++)
			if (once[i].getRootNode() === document && once[i - 1].getRootNode() === document && !(once[i - 1].compareDocumentPosition(once[i]) & Node.DOCUMENT_POSITION_FOLLOWING))
				faults.push(`out of order: ${name(once[i])} after ${name(once[i - 1])}`)
		// A container that shows its children in another order than they are written.
		for (const e of document.querySelectorAll('main *')) {
			const s = getComputedStyle(e)
			if (s.order !== '0' && e.checkVisibility() && (e.matches(wanted) || e.querySelector(wanted))) faults.push(`shown elsewhere than written: ${name(e)}`)
			if (/reverse/.test(s.flexDirection) && e.querySelectorAll(wanted).length > 1) faults.push(`shown backwards: ${e.className}`)
		}
		if (all.length && !reach.order.slice(1).includes(reach.order[0])) faults.push(`the keyboard does not come round: it ends at ${name(reach.order.at(-1) ?? document.body)}`)
		return { faults, many: all.length, skip: once.length && once[0].matches('.skip') }
	}
	window.reach = reach
	return all.length
}

// Presses Tab through the whole page and once round; what is wrong is said in words.
export async function walk(page) {
	const many = await page.evaluate(watch)
	const cdp = await page.context().newCDPSession(page)
	const tab = { key: 'Tab', code: 'Tab', windowsVirtualKeyCode: 9, nativeVirtualKeyCode: 9 }
	const press = n => Promise.all(Array.from({ length: n }, () => [cdp.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...tab }), cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', ...tab })]).flat())
	await press(many + 3)
	// Dates are of several parts, and what opens on focus makes the round longer.
	for (let more = 0; more < 6 && !(await page.evaluate(() => window.reach.order.length && window.reach.order.slice(1).includes(window.reach.order[0]))); more++) await press(Math.ceil(many / 2) + 10)
	await cdp.detach()
	const { faults, skip } = await page.evaluate(() => window.reach.report())
	if (!skip) faults.push('the first step is not the one over the navigation')
	return faults
}

// Everything that opens: by Enter, and closed again, by Escape where it lies over the page; the focus stays with what opened it.
export async function unfold(page) {
	const faults = []
	const n = await page.locator('summary:visible').count()
	for (let i = 0; i < n; i++) {
		const one = page.locator('summary:visible').nth(i)
		const say = await one.innerText().then(t => t.trim().slice(0, 40))
		await one.focus()
		const was = await one.evaluate(e => e.parentElement.open)
		await page.keyboard.press('Enter')
		if (await one.evaluate(e => e.parentElement.open) === was) faults.push(`does not open by Enter: ${say}`)
		const over = await one.evaluate(e => [...e.parentElement.children].some(x => x !== e && getComputedStyle(x).position === 'absolute'))
		if (over && !was) {
			if (await one.evaluate(e => e.parentElement.getBoundingClientRect() && [...e.parentElement.children].some(x => x !== e && (x.getBoundingClientRect().right > innerWidth + 1 || x.getBoundingClientRect().left < -1)))) faults.push(`opens beyond the screen: ${say}`)
			await page.keyboard.press('Tab')
			await page.keyboard.press('Escape')
			if (await one.evaluate(e => e.parentElement.open)) faults.push(`does not close by Escape: ${say}`)
			else if (!(await one.evaluate(e => e === document.activeElement))) faults.push(`Escape loses the focus: ${say}`)
		} else await page.keyboard.press('Enter')
	}
	return faults
}

// The messages of a language that differ from the English ones, {English: own}, as its catalogue has them; what it lacks is there too.
const catalogues = new Map()
function catalogue(lang) {
	if (catalogues.has(lang)) return catalogues.get(lang)
	const own = new Map()
	for (const block of readFileSync(new URL(`../../po/${lang}.po`, import.meta.url), 'utf8').split(/\n\n+/)) {
		const said = {}
		let key
		for (const line of block.split('\n')) {
			const [, name, text] = /^(?:(msg\w+(?:\[\d\])?) )?"(.*)"$/.exec(line) ?? []
			if (text === undefined) continue
			if (name) key = name
			said[key] = (said[key] ?? '') + JSON.parse(`"${text}"`)
		}
		if (said.msgid && said.msgid !== (said.msgstr ?? said['msgstr[0]'])) own.set(said.msgid, said.msgstr ?? '')
	}
	catalogues.set(lang, own)
	return own
}

// Words of a page in another language that are English still: a message of the catalogue that stands there untranslated, and a sentence
// that is the same in both. What people wrote, and what machines read, is marked as such and left aside, and so are names: those given, and
// those that are the same everywhere.
export async function english(page, lang, names) {
	const own = catalogue(lang), words = new Set(own.values())
	const messages = [...own.keys()].filter(m => !words.has(m) && !['English', 'None'].includes(m))
	return page.evaluate(async ({ messages, names }) => {
		const words = root => {
			const found = new Map()
			const add = (text, e) => {
				text = text.trim().replace(/\s+/g, ' ')
				if (/\p{L}{3}/u.test(text) && !names.some(name => text.includes(name)) && !e.closest('bdi, code, pre, textarea, script, style, template, noscript, datalist, [translate=no], [dir=auto], main [lang]')) found.set(text, e)
			}
			for (const e of root.querySelectorAll('body *')) {
				for (const node of e.childNodes) if (node.nodeType === Node.TEXT_NODE) add(node.data, e)
				for (const name of ['aria-label', 'title', 'placeholder', 'alt']) if (e.hasAttribute(name)) add(e.getAttribute(name), e)
			}
			return found
		}
		const here = new URL(location.href)
		here.searchParams.set('flg', 'en')
		const there = words(new DOMParser().parseFromString(await (await fetch(here)).text(), 'text/html'))
		const known = new Set(messages), faults = []
		for (const [text, e] of words(document))
			if (known.has(text) || (there.has(text) && !e.matches('option') && /\p{L}\p{L}+[ ’]\p{L}+ \p{L}/u.test(text))) faults.push(`in English: ${e.tagName.toLowerCase()} «${text.slice(0, 60)}»`)
		return faults
	}, { messages, names })
}
