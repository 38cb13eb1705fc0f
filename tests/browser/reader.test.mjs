// Every page of readers in every state and in both directions of writing: axe, a walk by the keyboard, two hundred per cent, no motion for who
// wants none, forced colours. The pages are those that the server's own list of addresses leads to (reader.mjs), so a new one is tried here
// without being named. On ordinary days a part that the date chooses; all with STOA_WHOLE=1. ONLY=words of an address asks for some.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { after, before, describe, test } from 'node:test'
import { hosts, reader } from './reader.mjs'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const DAYS = 20 // until all have had their turn
const ODD = 4 // days from one look at the odd states to the next
const today = Math.floor(Date.now() / 86400000)
const hard = Boolean(process.env.STOA_WHOLE || process.env.ONLY || today % ODD === 0)
let w

before(async () => {
	w = await reader({ hard })
})
after(async () => {
	const { code, said } = await w.stop()
	assert.equal(code, 0, said)
})

// The pages of today, others for each purpose.
function todays(purpose) {
	const all = [...w.plain, ...w.odd]
	if (process.env.ONLY) return all.filter(p => (p.host + p.path).includes(process.env.ONLY))
	if (process.env.STOA_WHOLE) return all
	return [...w.plain.filter((_, i) => (i + purpose + today) % DAYS === 0), ...w.odd.filter((_, i) => (i + purpose + today / ODD) % DAYS === 0)]
}
const name_of = ({ host, path }) => `${host}${path}`

async function opened(options = {}) {
	const context = await w.fresh({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce', bypassCSP: true, ...options })
	await context.addInitScript({ path: axe })
	const page = await context.newPage()
	page.setDefaultTimeout(15000)
	return { context, page }
}

async function go(page, { host, path }, lang) {
	const url = new URL(path, `https://${host}`)
	if (lang) url.searchParams.set('flg', lang)
	await page.goto(url.href)
	await settled(page)
}

// Maps and charts come after the page, when they are in view.
async function settled(page) {
	await page.waitForFunction(() => [...document.querySelectorAll('stoa-map, stoa-chart')].every(e => e.getBoundingClientRect().top > innerHeight - 40 || e.matches('[data-drawn]') || e.shadowRoot?.querySelector('svg, [role=alert], table')))
	await page.waitForLoadState('networkidle')
}

// One fault does not hide the others: they are told together at the end.
async function each(purpose, options, look) {
	const { context, page } = await opened(options)
	const faults = []
	for (const one of todays(purpose))
		try {
			for (const fault of await look(page, one)) faults.push(`${name_of(one)}: ${fault}`)
		} catch (e) {
			faults.push(`${name_of(one)}: ${e.message}`)
		}
	await context.close()
	assert.deepEqual(faults, [])
}

const complaints = (page, rules) => page.evaluate(async rules => {
	const { violations } = await window.axe.run(document, { resultTypes: ['violations'], iframes: false, ...(rules ? { runOnly: rules } : {}) })
	return violations.map(v => `${v.id}: ${v.nodes.slice(0, 4).map(n => `${n.html.slice(0, 120)} ${n.any[0]?.message ?? ''}`).join(' | ')}`)
}, rules)

describe('every page of readers', () => {
	test('is found by the list of addresses', () => {
		const paths = w.plain.map(p => p.path)
		for (const path of ['/', '/explore/', '/explore/dataset/trees/table/', '/pages/dash/', '/contact/', `/map/${w.saved.map}/`, `/chart/embed/${w.saved.chart}/`, '/cookies/preferences/'])
			assert.ok(paths.includes(path), `${path} among ${paths}`)
		assert.ok(w.plain.length > 55 && (!hard || w.odd.length > 35), `${w.plain.length} and ${w.odd.length}`)
	})

	for (const [i, [lang, colorScheme, width]] of [['en', 'light', 1440], ['en', 'dark', 390], ['ar', 'light', 1440], ['ar', 'dark', 390]].entries())
		test(`has nothing for axe to say: ${lang}, ${colorScheme}, ${width} px`, () =>
			each(i * 3, { colorScheme, viewport: { width, height: 900 } }, async (page, one) => {
				await go(page, one, lang)
				const said = await complaints(page)
				const dir = await page.evaluate(() => document.documentElement.dir)
				return dir === (lang === 'ar' ? 'rtl' : 'ltr') ? said : [...said, `is written ${dir}`]
			}))

	test('fits 390 px, and a screen of 1,280 px at two and at four hundred per cent', () =>
		each(1, { viewport: { width: 640, height: 450 } }, async (page, one) => {
			await go(page, one)
			const faults = []
			for (const width of [640, 390, 320]) {
				await page.setViewportSize({ width, height: 640 })
				const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
				if (over > 0) faults.push(`${over} px too wide at ${width} px: ${await page.evaluate(widest)}`)
			}
			return faults
		}))

	test('stands still for whom motion troubles', () =>
		each(4, {}, async (page, one) => {
			await go(page, one)
			return page.evaluate(moving)
		}))

	test('loses nothing to forced colours', () =>
		each(7, { forcedColors: 'active' }, async (page, one) => {
			await go(page, one)
			return page.evaluate(vanished)
		}))

	test('is walked through by the keyboard, in order, seeing where one is', () =>
		each(10, {}, async (page, one) => {
			await go(page, one)
			return walked(page)
		}))
})

/* eslint-disable no-undef -- what follows runs in the page */
function widest() {
	return [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1 || e.getBoundingClientRect().left < -1).slice(-3).map(e => `${e.localName}.${e.className}`).join(', ')
}

function moving() {
	const faults = document.getAnimations().filter(a => a.playState === 'running').map(a => `runs: ${a.animationName ?? a.transitionProperty} of ${a.effect.target?.localName}`)
	const seconds = list => Math.max(...list.split(',').map(parseFloat))
	const look = root => {
		for (const e of root.querySelectorAll('*')) {
			const s = getComputedStyle(e)
			if (seconds(s.transitionDuration) > 0.01 || (s.animationName !== 'none' && seconds(s.animationDuration) > 0.01)) faults.push(`may move: ${e.localName}.${e.className?.baseVal ?? e.className}`)
			if (s.scrollBehavior === 'smooth') faults.push(`scrolls by itself: ${e.localName}`)
			if (e.shadowRoot) look(e.shadowRoot)
		}
	}
	look(document)
	return [...new Set(faults)].slice(0, 5)
}

// What is told by colour alone must be told by the reader's colours too: bars and swatches need an edge or a colour of their own, drawings a
// colour other than what they lie on.
function vanished() {
	const faults = []
	const behind = e => {
		for (let at = e; at; at = at.parentElement ?? at.getRootNode().host) {
			const c = getComputedStyle(at).backgroundColor
			if (!/, 0\)$|^transparent$/.test(c)) return c
		}
		return getComputedStyle(document.documentElement).backgroundColor
	}
	const above = e => e.parentElement ?? e.getRootNode().host
	const look = root => {
		for (const e of root.querySelectorAll('*')) {
			if (e.shadowRoot) look(e.shadowRoot)
			if (!e.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue
			const box = e.getBoundingClientRect()
			if (box.width < 2 || box.height < 2) continue
			const s = getComputedStyle(e)
			const name = `${e.localName}.${e.className?.baseVal ?? e.className} of ${above(e)?.localName}.${above(e)?.className}`
			const edged = ['Top', 'Right', 'Bottom', 'Left'].some(side => s[`border${side}Style`] !== 'none' && parseFloat(s[`border${side}Width`]) > 0) || s.outlineStyle !== 'none'
			if (e.matches('button, .button, select, textarea, input:not([type=range], [type=checkbox], [type=radio], [type=file], [type=hidden])') && !edged && !e.textContent.trim() && !e.querySelector('svg'))
				faults.push(`a control without edge: ${name}`)
			if (e.matches('i, .bar, .swatch, .share > *, [class*=meter], [class*=spark] *') && !e.textContent.trim() && !(e instanceof SVGElement) && !e.firstElementChild && !edged && behind(e) === behind(above(e)) && s.backgroundImage === 'none' && s.forcedColorAdjust !== 'none')
				faults.push(`a figure without edge or colour: ${name}`)
			if (e.matches('svg path, svg rect, svg circle, svg line, svg polyline, svg polygon') && !e.closest('defs, clipPath, mask, symbol, [aria-hidden=true] .ground')) {
				const under = behind(e.ownerSVGElement)
				const drawn = c => c !== 'none' && !/, 0\)$/.test(c) && c !== under
				if (!drawn(s.fill) && !(drawn(s.stroke) && parseFloat(s.strokeWidth) > 0) && (s.fill === under || s.stroke === under) && !e.closest('svg').matches(':has(.l0)')) faults.push(`drawn in the colour it lies on: ${name}`)
			}
		}
	}
	look(document)
	return [...new Set(faults)].slice(0, 6)
}

// What Tab should reach, in order, with open parts' insides; noted on each what is seen when it is reached.
function prepare() {
	window.reached = []
	const can = e => e.checkVisibility({ visibilityProperty: true }) && !e.closest('[inert]') && !e.disabled && e.tabIndex >= 0 && !e.matches('fieldset:disabled *') &&
		e.matches('a[href], area[href], button, input:not([type=hidden]), select, textarea, summary:first-of-type, iframe, [tabindex], [contenteditable=true]') && e.getBoundingClientRect().width > 0
	const list = [], roots = []
	const collect = root => {
		for (const e of root.querySelectorAll('*')) {
			if (can(e) && !(e.shadowRoot && e.shadowRoot.delegatesFocus)) {
				if (e.type === 'radio' && e.name) {
					const group = [...(e.form ?? e.getRootNode()).querySelectorAll(`input[type=radio][name="${CSS.escape(e.name)}"]`)].filter(o => o.form === e.form && can(o))
					const stop = group.find(o => o.checked) ?? group[0]
					if (stop !== e) continue
				}
				list.push(e)
			}
			if (e.shadowRoot) {
				roots.push(e.shadowRoot)
				collect(e.shadowRoot)
			}
		}
	}
	collect(document)
	window.expected = list
	document.activeElement?.blur()
	const marked = e => {
		const s = getComputedStyle(e)
		return (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2) || (s.boxShadow !== 'none' && /0px 0px 0px [2-9]px/.test(s.boxShadow))
	}
	// From one place to another of a shadow no event comes out of it.
	const note = event => {
		const e = event.composedPath()[0]
		if (window.reached.at(-1)?.e === e) return
		const around = [e, e.parentElement, e.closest('.card, label, tr, .field'), e.getRootNode().host, e.nextElementSibling].filter(x => x instanceof Element)
		window.reached.push({ e, seen: around.some(marked) })
	}
	addEventListener('focusin', note, true)
	for (const root of roots) root.addEventListener('focusin', note, true)
	return list.length
}

// Whether it lies in view under nothing else is asked once all is over: at the time, the page still scrolls.
function verdict() {
	const name = e => `${e.localName}${e.id ? '#' + e.id : ''}.${String(e.className).replace(/ /g, '.')} «${(e.getAttribute('aria-label') ?? e.textContent ?? '').trim().slice(0, 40)}»`
	const got = window.reached.map(r => r.e)
	const faults = []
	const missed = window.expected.filter(e => e.isConnected && !got.includes(e))
	if (missed.length) faults.push(`${missed.length} of ${window.expected.length} not reached: ${missed.slice(0, 4).map(name).join(', ')}`)
	const unseen = window.reached.filter(r => !r.seen && r.e.localName !== 'iframe')
	if (unseen.length) faults.push(`no mark of focus on ${[...new Set(unseen.map(r => name(r.e)))].slice(0, 4).join(', ')}`)
	const places = got.map(e => window.expected.indexOf(e)).filter(i => i >= 0)
	const back = places.findIndex((p, i) => i && p < places[i - 1] && p > 0)
	if (back > 0 && places.length <= window.expected.length + 1) faults.push(`out of order: ${name(window.expected[places[back]])} after ${name(window.expected[places[back - 1]])}`)
	if (window.expected.some(e => e.tabIndex > 0)) faults.push('a tabindex above 0')
	return faults
}
/* eslint-enable no-undef */

const MOST = 260 // beyond it a page is only asked whether one gets on

async function walked(page) {
	const n = await page.evaluate(prepare)
	await page.evaluate(() => scrollTo(0, 0))
	const steps = Math.min(n + 6, MOST)
	for (let i = 0; i < steps; i++) await page.keyboard.press('Tab')
	if (n + 6 > MOST) {
		const stuck = await page.evaluate(() => new Set(window.reached.map(r => r.e)).size)
		return stuck > MOST * 0.9 ? [] : [`${stuck} places reached with ${MOST} steps`]
	}
	return page.evaluate(verdict)
}
