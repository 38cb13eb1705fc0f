// The reader's journey in Firefox: find, filter, look, take along; on a desk and on a phone, in English, French
// and Arabic. Chromium has the same journeys, and those without script, in the tests beside this one; here it matters that nothing depends on one engine.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import puppeteer from 'puppeteer-core'
import { serve } from './server.mjs'

const firefox = () => puppeteer.launch({ browser: 'firefox', executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr', headless: true })
let server, browser
before(async () => {
	server = await serve({ user: 'ada@city.example' })
	browser = await firefox()
})
after(async () => {
	await browser?.close()
	const end = await server?.stop()
	assert.equal(end?.code, 0, end?.said)
})

const text = (page, selector) => page.$eval(selector, e => e.textContent.replace(/\s+/g, ' ').trim())
const overflow = page => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

// Firefox says over WebDriver BiDi what a page's console says; errors of our scripts end up there.
async function open({ width, height }) {
	const context = await browser.createBrowserContext()
	const page = await context.newPage()
	await page.setViewport({ width, height })
	const faults = []
	page.on('pageerror', e => faults.push(e.message))
	return { context, page, faults }
}

const journeys = [
	{ name: 'on a desk, in English', width: 1440, height: 1000, lang: 'en', records: /36 records/ },
	{ name: 'on a phone, in French', width: 390, height: 844, lang: 'fr', records: /36 enregistrements/ },
	{ name: 'on a phone, in Arabic', width: 390, height: 844, lang: 'ar', records: /٣٦|36/ },
]

describe('a reader with Firefox', () => {
	for (const j of journeys)
		test(`finds, filters, takes along, charts and shares ${j.name}`, async () => {
			const { context, page, faults } = await open(j)
			await page.goto(server.url(`/explore/?flg=${j.lang}`), { waitUntil: 'load' })
			assert.equal(await page.$eval('html', e => e.dir), j.lang === 'ar' ? 'rtl' : 'ltr')
			await page.type('form[role=search] input[name=q]', 'tree')
			await Promise.all([page.waitForFunction(() => /q=tree/.test(location.search)), page.keyboard.press('Enter')])
			await page.waitForSelector('a[href^="/explore/dataset/trees/"]')
			await page.goto(server.url(`/explore/dataset/trees/table/?refine.species=Oak&flg=${j.lang}`), { waitUntil: 'load' })
			await page.waitForSelector('.results table tbody tr')
			assert.match(await text(page, '.results'), j.records)
			assert.ok((await overflow(page)) <= 0, 'the page does not scroll sideways')
			const csv = await page.evaluate(async () => {
				const link = [...document.querySelectorAll('.tabs a')].find(a => /\/export\//.test(a.href))
				const page = new DOMParser().parseFromString(await (await fetch(link.href)).text(), 'text/html')
				const form = [...page.querySelectorAll('a[href*="/exports/csv"], form[action*="/exports/csv"]')][0]
				const url = new URL(form.getAttribute('href') ?? form.getAttribute('action'), location.origin)
				if (form.localName === 'form') for (const [name, value] of new FormData(form)) url.searchParams.append(name, value)
				return (await (await fetch(url)).text()).trim().split('\n').length
			})
			assert.equal(csv, 37, 'a heading and 36 records')
			await page.goto(server.url(`/explore/dataset/trees/analyze/?refine.species=Oak&flg=${j.lang}`), { waitUntil: 'load' })
			await page.waitForFunction(() => document.querySelector('stoa-chart')?.shadowRoot?.querySelector('svg path'), { timeout: 20000 })
			await page.click('stoa-share summary')
			await page.waitForFunction(() => document.querySelector('stoa-share [data-code="link"] code')?.checkVisibility())
			assert.match(await text(page, 'stoa-share [data-code="link"] code'), /\/analyze\/\?.*refine\.species=Oak/)
			assert.ok((await overflow(page)) <= 0, 'nor does the chart with its share')
			assert.deepEqual(await page.cookies(), [])
			assert.deepEqual(faults, [])
			await context.close()
		})

	for (const [tab, element] of [['map', 'stoa-map'], ['analyze', 'stoa-chart']])
		test(`sees the ${tab} of a dataset, or is told why not`, async () => {
			const { context, page, faults } = await open({ width: 1440, height: 1000 })
			await page.goto(server.url(`/explore/dataset/trees/${tab}/`), { waitUntil: 'load' })
			await page.waitForSelector(element)
			await page.waitForFunction(name => {
				const root = document.querySelector(name)?.shadowRoot
				return root?.querySelector('svg path, canvas, [role=alert]')
			}, { timeout: 20000 }, element)
			assert.deepEqual(faults, [])
			await context.close()
		})
})

// Scripting is not switched off, which would leave nobody to ask the page: no script of ours is loaded.
test('a reader with Firefox whose scripts do not come finds, filters, takes along and reads in Arabic', async () => {
	const { context, page } = await open({ width: 390, height: 844 })
	await page.setRequestInterception(true)
	page.on('request', r => (r.url().endsWith('.js') ? r.abort() : r.continue()))
	await page.goto(server.url('/explore/'), { waitUntil: 'load' })
	await page.type('form[role=search] input[name=q]', 'tree')
	await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')])
	assert.match(page.url(), /q=tree/)
	assert.ok(await page.$('a[href^="/explore/dataset/trees/"]'))
	await page.goto(server.url('/explore/dataset/trees/table/?refine.species=Oak&sort=-height'), { waitUntil: 'load' })
	assert.match(await text(page, '.total'), /36 records/)
	assert.equal(await page.$$eval('.results tbody tr', rows => rows.length > 0), true)
	const download = await page.$eval('.tabs a[href*="/export/"]', a => a.getAttribute('href'))
	assert.match(download, /refine\.species=Oak/, 'the filter goes along')
	for (const tab of ['map', 'analyze']) {
		await page.goto(server.url(`/explore/dataset/trees/${tab}/?flg=ar`), { waitUntil: 'load' })
		assert.equal(await page.$eval('html', e => e.dir), 'rtl')
		assert.ok(await page.$('main a[href*="/table/"], main table'), `${tab}: the records are there all the same`)
	}
	await context.close()
})

test('a reader with Firefox signs in, saves a map, shares it and leaves', async () => {
	const { context, page, faults } = await open({ width: 1440, height: 1000 })
	const gone = how => Promise.all([page.waitForNavigation({ waitUntil: 'load' }), how()])
	const own = 'a calm river under nine bridges'
	const send = () => gone(() => page.click('form:has([name=password]) button:not([type=button])'))
	await page.goto(server.url('/login/'), { waitUntil: 'load' })
	await page.type('[name=username]', 'ada@city.example')
	await page.type('[name=password]', server.password)
	await send()
	// The password of an operator is good once; the new one signs in.
	await page.type('[name=password]', own)
	await send()
	await page.goto(server.url('/map/?dataset=quarters'), { waitUntil: 'load' })
	await page.waitForSelector('#builder-title')
	await page.$eval('#builder-title', e => { e.value = 'Quarters by fox'; e.dispatchEvent(new Event('input', { bubbles: true })) })
	await page.keyboard.down('Control')
	await page.focus('#builder-title')
	await page.keyboard.press('s')
	await page.keyboard.up('Control')
	await page.waitForFunction(() => /\/map\/quarters-by-fox\/edit\//.test(location.pathname), { timeout: 10000 })
	await page.goto(server.url('/map/quarters-by-fox/?flg=fr'), { waitUntil: 'load' })
	assert.match(await text(page, 'h1'), /Quarters by fox/)
	await page.waitForFunction(() => document.querySelector('stoa-map')?.shadowRoot?.querySelector('canvas, [role=alert]'), { timeout: 20000 })
	assert.deepEqual(faults, [])
	await context.close()
})
