// The views of records in a real browser: filters by pointer and keyboard, columns, records over the table, rows that go on,
// answers that fail, and all of it without script.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { launch } from './browser.mjs'
import { serve } from './server.mjs'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const table = '/explore/dataset/trees/table/'
let server
let browser
before(async () => {
	server = await serve()
	browser = await launch()
})
after(async () => {
	await browser?.close()
	const end = await server?.stop()
	assert.equal(end?.code, 0, `the server did not end well:\n${end?.said}`)
})

async function open(path, options = {}) {
	const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
	const page = await context.newPage()
	const faults = []
	page.on('pageerror', e => faults.push(`script error: ${e.message}`))
	page.on('console', m => m.type() === 'error' && !/status of [45]\d\d|ERR_FAILED/.test(m.text()) && faults.push(`console: ${m.text()}`))
	await page.goto(path.startsWith('http') ? path : server.url(path))
	return { context, page, faults }
}
const total = page => page.locator('.total').textContent()
const idle = page => page.waitForSelector('stoa-live:not([aria-busy])')

describe('filters', () => {
	test('a histogram has handles for the keyboard', async () => {
		const { context, page, faults } = await open(table)
		const low = page.locator('stoa-brush[data-about=height] input[type=range]').first()
		await low.focus()
		assert.match(await low.getAttribute('aria-valuetext'), /^4/)
		for (let i = 0; i < 10; i++) await page.keyboard.press('ArrowRight')
		await page.waitForURL(/q\.range\.height=height%3A%5B\d/)
		await idle(page)
		assert.notEqual(await total(page), '180 records')
		assert.match(await page.locator('.chip').textContent(), /height: ≥/)
		assert.equal(await page.evaluate(() => document.activeElement.dataset.focus), 'min.height-handle')
		assert.ok(await page.locator('stoa-brush[data-about=height] rect:not(.in)').count() > 0)
		await page.goBack()
		await page.waitForURL(/\/table\/$/)
		await page.waitForFunction(() => document.querySelector('.total').textContent === '180 records')
		assert.deepEqual(faults, [])
		await context.close()
	})

	test('typed ends and dates are ranges too', async () => {
		const { context, page } = await open(table)
		await page.fill('input[name="max.height"]', '8')
		await page.keyboard.press('Enter')
		await page.waitForURL(/%5B%2A%20TO%208%5D/)
		await idle(page)
		await page.fill('input[name="from.planted"]', '2010-01-01')
		await page.locator('input[name="from.planted"]').press('Enter')
		await page.waitForURL(/q\.timerange\.planted/)
		await idle(page)
		assert.equal(await page.locator('.chip').count(), 2)
		await page.click('.chips .clear')
		await page.waitForFunction(() => document.querySelector('.total').textContent === '180 records')
		await context.close()
	})

	test('what was unfolded stays unfolded, and tabs carry the filters', async () => {
		const { context, page } = await open(table)
		await page.click('details[data-key="refine.street"] > summary')
		const before = await page.getAttribute('details[data-key="refine.street"]', 'open')
		await page.click('.facet a:has-text("Oak")')
		await page.waitForURL(/refine\.species=Oak/)
		await idle(page)
		assert.equal(await page.getAttribute('details[data-key="refine.street"]', 'open'), before)
		assert.match(await page.getAttribute('.tabs a:has-text("Export")', 'href'), /refine\.species=Oak/)
		assert.match(await page.locator('[role=status].visually-hidden').last().textContent(), /36 records/)
		await context.close()
	})

	test('an answer that fails leaves what was there, and can be asked for again', async () => {
		const { context, page, faults } = await open(table)
		let broken = true
		await page.route(/refine\.species/, route => (broken ? route.fulfill({ status: 503, body: 'no' }) : route.continue()))
		await page.click('.facet a:has-text("Oak")')
		await page.locator('.notice.live').waitFor()
		assert.equal(await page.locator('.notice.live').getAttribute('role'), 'alert')
		assert.ok(await page.locator('tbody tr').count() >= 50)
		assert.match(page.url(), /\/table\/$/)
		broken = false
		await page.click('.notice.live button')
		await page.waitForURL(/refine\.species=Oak/)
		await page.waitForFunction(() => document.querySelector('.total').textContent === '36 records')
		assert.equal(await page.locator('.notice.live').count(), 0)
		assert.deepEqual(faults, [])
		await context.close()
	})
})

describe('the table', () => {
	test('columns are chosen', async () => {
		const { context, page } = await open(table)
		await page.click('.chooser > summary')
		for (const name of ['id', 'street', 'site']) await page.uncheck(`input[name=column][value=${name}]`)
		await page.check('input[name=view][value=compact]')
		await page.click('.chooser button')
		await page.waitForURL(/columns=/)
		await idle(page)
		const heads = await page.locator('thead th bdi').allTextContents()
		assert.deepEqual(heads.slice(0, 3), ['species', 'height', 'planted'])
		assert.ok(!heads.includes('street') && !heads.includes('site'))
		assert.equal(await page.locator('.scroll.compact').count(), 1)
		await page.click('thead a:has-text("height")')
		await page.waitForURL(/sort=height/)
		assert.match(page.url(), /columns=/)
		await context.close()
	})

	test('rows go on as one scrolls, and the address follows', async () => {
		const { context, page, faults } = await open(table)
		const scroll = page.locator('.scroll')
		await scroll.evaluate(s => s.scrollTo(0, s.scrollHeight))
		await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 100)
		await scroll.evaluate(s => s.scrollTo(0, s.scrollHeight))
		await page.waitForURL(/start=50/)
		await page.waitForFunction(() => document.querySelectorAll('tbody tr').length >= 150)
		await scroll.evaluate(s => s.scrollTo(0, s.scrollHeight))
		await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 180)
		assert.equal(await page.locator('.pager a[rel=next]').count(), 0)
		assert.deepEqual(await page.locator('tbody tr td:nth-child(2)').evaluateAll(cells => new Set(cells.map(c => c.textContent)).size), 180)
		assert.deepEqual(faults, [])
		await context.close()
	})

	test('a record opens over it, with an address and a way back', async () => {
		const { context, page, faults } = await open(`${table}?sort=id`)
		await page.locator('tbody tr').nth(1).locator('td').nth(2).click()
		const dialog = page.locator('dialog.record')
		await dialog.waitFor()
		assert.match(page.url(), /\/record\/[0-9a-f]{40}\/\?sort=id&at=1$/)
		assert.equal(await page.evaluate(() => document.activeElement.id), 'record-title')
		for (let i = 0; i < 12; i++) {
			await page.keyboard.press('Tab')
			assert.ok(await page.evaluate(() => document.activeElement === document.body || !!document.activeElement.closest('dialog')))
		}
		await dialog.locator('a[rel~=next]').click()
		await page.waitForURL(/at=2$/)
		await dialog.locator('text=Record 3').waitFor()
		await page.keyboard.press('Escape')
		await page.waitForURL(/\/table\/\?sort=id$/)
		assert.equal(await dialog.isVisible(), false)
		assert.ok(await page.evaluate(() => document.activeElement.classList.contains('record')))
		// The keyboard opens it from the link of the row; Back closes it.
		await page.keyboard.press('Enter')
		await page.waitForURL(/at=1$/)
		await page.goBack()
		await page.waitForURL(/\/table\/\?sort=id$/)
		await dialog.waitFor({ state: 'hidden' })
		assert.equal(await page.locator('tbody tr').count(), 50)
		// The address alone is a page.
		await page.goForward()
		await page.reload()
		assert.equal(await page.locator('article.record h1').count(), 1)
		assert.deepEqual(faults, [])
		await context.close()
	})
})

describe('without script', () => {
	test('ranges, columns, records and their neighbours are forms and links', async () => {
		const { context, page } = await open(table, { javaScriptEnabled: false })
		await page.fill('input[name="min.height"]', '10')
		await page.click('.spread:has(input[name="min.height"]) button')
		assert.match(await page.locator('.chip').textContent(), /height: ≥ 10/)
		const left = await total(page)
		await page.click('.chooser > summary')
		await page.uncheck('input[name=column][value=species]')
		await page.click('.chooser button')
		assert.equal(await total(page), left)
		assert.equal(await page.locator('thead th bdi:text-is("species")').count(), 0)
		await page.locator('tbody a.record').first().click()
		assert.match(page.url(), /\/record\//)
		await page.click('.steps a[rel~=next]')
		await page.click('.steps a[rel~=prev]')
		await page.click('.crumbs li:nth-child(2) a')
		assert.equal(await total(page), left)
		await page.click('.chip')
		assert.equal(await total(page), '180 records')
		await context.close()
	})
})

describe('a calendar', () => {
	before(() => {
		const file = join(mkdtempSync(join(tmpdir(), 'stoa-fairs-')), 'fairs.csv')
		writeFileSync(file, 'day,what,street\n' + [1, 3, 4, 9, 10, 17, 24, 31].map(d => `2001-03-${String(d).padStart(2, '0')},Fair ${d},Street ${d}`).join('\n') + '\n')
		server.run('publish', file, '--portal', 'quiet.localhost', '--id', 'fairs', '--title', 'Fairs', '--meta', 'visualization.calendar_enabled=true', '--meta', 'visualization.calendar_event_start=day',
			'--meta', 'visualization.calendar_event_title=what', '--meta', 'visualization.calendar_tooltip_fields=["day","what","street"]')
	})

	for (const width of [1280, 390])
		test(`the card of an event comes by pointer and by keyboard, and goes: ${width} px`, async () => {
			const { context, page, faults } = await open(server.url(`/explore/dataset/fairs/calendar/?calendar=month:2001-03`, 'quiet.localhost'), { viewport: { width, height: 900 }, bypassCSP: true })
			const cards = page.locator('.month .tip')
			assert.ok(await cards.count() > 1)
			const shown = () => cards.evaluateAll(all => all.filter(e => e.getBoundingClientRect().width > 20).map(e => e.innerText))
			assert.deepEqual(await shown(), [])
			for (const event of [page.locator('.month .events li').first(), page.locator('.month .events li').last()]) {
				await event.hover()
				assert.match(String(await shown()), /Street \d+/)
				assert.doesNotMatch(String(await shown()), /[0-9a-f]{20}/, 'what the event shows already comes again in the card, and is no id')
				assert.equal((await shown()).length, 1)
				assert.ok(await page.evaluate(() => [...document.querySelectorAll('.month .tip')].every(e => e.getBoundingClientRect().left >= 0 && e.getBoundingClientRect().right <= innerWidth)))
				await page.keyboard.press('Escape')
				assert.deepEqual(await shown(), [])
				await page.mouse.move(1, 1)
				await event.locator('a.record').focus()
				assert.equal((await shown()).length, 1)
				await page.addScriptTag({ path: axe })
				assert.deepEqual((await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }))).violations.map(v => v.id), [])
				await page.evaluate(() => document.activeElement.blur())
			}
			assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth))
			assert.deepEqual(faults, [])
			await context.close()
		})
})

describe('every reader', () => {
	for (const [lang, colorScheme, width] of [['en', 'light', 1280], ['ar', 'dark', 390]])
		test(`axe has nothing to say: ${lang}, ${colorScheme}, ${width} px`, async () => {
			const { context, page } = await open(`${table}?flg=${lang}&q.range.height=height:[5 TO 12]`, { colorScheme, viewport: { width, height: 850 }, bypassCSP: true })
			const check = async what => {
				await page.addScriptTag({ path: axe })
				const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }))
				assert.deepEqual(violations.map(v => `${v.id}: ${v.nodes.map(n => n.html.slice(0, 160) + ' ' + (n.any[0]?.message ?? '')).join('\n    ')}`), [], what)
			}
			await page.click('.chooser > summary')
			await check('the table')
			if (width < 500) {
				await page.click('.to-filters')
				await check('the sheet of filters')
				const small = await page.$$eval('.filters a, .filters button, .filters summary, .filters input:not([type=range]):not([type=hidden])',
					all => all.filter(e => e.getClientRects().length && e.getBoundingClientRect().height < 40).map(e => e.outerHTML.slice(0, 80)))
				assert.deepEqual(small, [], 'too small for a finger')
				await page.click('.filters .close a')
			}
			await page.locator('tbody tr').first().locator('a.record').click()
			await page.locator('dialog.record').waitFor()
			await check('a record over the table')
			await page.reload()
			await check('the page of a record')
			const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
			assert.ok(over <= 0, `${over} px too wide`)
			await context.close()
		})
})
