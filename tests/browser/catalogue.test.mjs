// The catalogue and a dataset's own pages in a real browser: results follow what is typed, states are addresses, nothing is hard to reach.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { launch } from './browser.mjs'
import { serve } from './server.mjs'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const states = ['/explore/?layout=list&sort=-title', '/explore/?sort=explore.popularity_score', '/explore/?q=tres', '/explore/?geofilter.bbox=0,0,60,60',
	'/explore/?refine.publisher=Parks%20department&refine.publisher=Planning%20office', '/explore/dataset/trees/information/', '/explore/dataset/trees/history/',
	'/explore/dataset/trees/history/?old=1&new=1', '/explore/dataset/quarters/export/']

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
	const context = await browser.newContext(options)
	const page = await context.newPage()
	const faults = []
	page.on('pageerror', e => faults.push(`script error: ${e.message}`))
	await page.goto(server.url(path), { waitUntil: 'networkidle' })
	return { context, page, faults }
}

describe('the catalogue', () => {
	test('goes on as one scrolls, and by pages without script', async () => {
		const small = { viewport: { width: 390, height: 500 } }
		const { context, page, faults } = await open('/explore/?rows=1', small)
		assert.equal(await page.locator('.card').count(), 1, 'nothing more is asked for before somebody scrolls')
		await page.mouse.move(200, 300)
		await page.mouse.wheel(0, 4000)
		await page.waitForFunction(() => document.querySelectorAll('.card').length === 2)
		assert.equal(await page.locator('.pager a[rel=next]').count(), 0)
		assert.equal(new Set(await page.locator('.card h2 a').evaluateAll(links => links.map(a => a.href))).size, 2)
		assert.deepEqual(faults, [])
		await context.close()
		const plain = await open('/explore/?rows=1', { ...small, javaScriptEnabled: false })
		await plain.page.click('.pager a[rel=next]')
		assert.match(plain.page.url(), /start=1/)
		assert.equal(await plain.page.locator('.card').count(), 1)
		await plain.context.close()
	})
	test('finds while one types, and the address says what is shown', async () => {
		const { context, page, faults } = await open('/explore/')
		await page.locator('#q').pressSequentially('quart', { delay: 30 })
		await page.waitForFunction(() => document.querySelectorAll('.card').length === 1)
		assert.match(page.url(), /[?&]q=quart/)
		assert.equal(await page.evaluate(() => document.activeElement.id), 'q', 'the cursor stays where one types')
		assert.equal(await page.inputValue('#q'), 'quart')
		await page.reload()
		assert.equal(await page.locator('.card').count(), 1)
		assert.deepEqual(faults, [])
		await context.close()
	})

	test('leaves one step in the history however much is typed', async () => {
		const { context, page } = await open('/explore/?sort=title')
		await page.locator('#q').pressSequentially('trees', { delay: 450 })
		await page.waitForURL(/q=trees/)
		await page.goBack()
		assert.ok(!page.url().includes('q=t'), page.url())
		await context.close()
	})

	test('suggests datasets beside', async () => {
		const { context, page } = await open('/explore/')
		await page.locator('#q').pressSequentially('tree', { delay: 20 })
		await page.locator('.suggestions [role=option]').first().waitFor()
		await page.keyboard.press('Escape')
		assert.equal(await page.locator('.suggestions [role=option]:visible').count(), 0)
		await context.close()
	})

	test('works without script: words, order, shape, place', async () => {
		const { context, page } = await open('/explore/', { javaScriptEnabled: false })
		await page.fill('#q', 'quarters')
		await page.click('.hero button')
		assert.equal(await page.locator('.card').count(), 1)
		await page.goto(server.url('/explore/'))
		await page.click('.shapes a:not([aria-current])')
		assert.equal(await page.locator('.cards.lines').count(), 1)
		await page.click('.facet.place > summary')
		for (const [name, value] of [['north', '3'], ['south', '0'], ['west', '0'], ['east', '5']]) await page.fill(`.box-of input[name=${name}]`, value)
		await page.click('.box-of button')
		assert.deepEqual(await page.locator('.card h2').allTextContents(), ['Quarters'])
		assert.equal(await page.locator('.cards.lines').count(), 1, 'the shape of the list goes along')
		await context.close()
	})
})

describe('a filter of the portal’s own', () => {
	test('is chosen among in the reader’s words, with and without script', async () => {
		const field = { name: 'ward', type: 'enum', label: { en: 'Ward', fr: 'Quartier de la ville' }, choices: ['n', 's'], is_filter: true,
			labels: { n: { en: 'North', fr: 'Nord' }, s: { en: 'South', fr: 'Sud' } } }
		server.run('portal', 'set', 'city.localhost', 'metadata.templates=' + JSON.stringify({ own: [{ name: 'town', title: 'Town', type: 'basic', is_active: true, schema: [field] }] }))
		const folder = mkdtempSync(join(tmpdir(), 'stoa-wards-'))
		writeFileSync(join(folder, 'beds.csv'), 'n\n1\n')
		for (const [id, ward] of [['roses', 'n'], ['lilies', 's']])
			server.run('publish', join(folder, 'beds.csv'), '--portal', 'city.localhost', '--id', id, '--title', id, '--meta', `town.ward=${ward}`)
		rmSync(folder, { recursive: true })
		for (const javaScriptEnabled of [true, false]) {
			const { context, page, faults } = await open('/explore/?flg=fr', { javaScriptEnabled })
			const facet = page.locator('details.facet[data-key="refine.town.ward"]')
			assert.equal((await facet.locator('h2').textContent()).trim(), 'Quartier de la ville')
			if (!(await facet.evaluate(d => d.open))) await facet.locator('summary').click()
			await facet.getByText('Nord').click()
			await page.waitForURL(/refine\.town\.ward=n/)
			await page.locator('.chip', { hasText: 'Quartier de la ville: Nord' }).waitFor()
			assert.deepEqual(await page.locator('.card h2').allTextContents(), ['roses'])
			await facet.getByText('Sud').click()
			await page.waitForURL(/refine\.town\.ward=s/)
			await page.locator('.card').nth(1).waitFor()
			assert.equal(await page.locator('.chips .chip').count(), 2)
			assert.deepEqual(faults, [])
			await context.close()
		}
	})
})

describe('every state', () => {
	for (const [lang, colorScheme, width] of [['en', 'light', 1280], ['ar', 'dark', 390]])
		test(`has nothing for axe to say and fits: ${lang}, ${colorScheme}, ${width} px`, async () => {
			const { context, page } = await open('/explore/', { colorScheme, viewport: { width, height: 900 }, bypassCSP: true })
			for (const path of states) {
				const url = new URL(server.url(path))
				url.searchParams.set('flg', lang)
				await page.goto(url.href, { waitUntil: 'networkidle' })
				const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
				assert.ok(over <= 0, `${path} is ${over} px too wide`)
				await page.addScriptTag({ path: axe })
				const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }))
				const said = violations.map(v => `${v.id}: ${v.nodes.map(n => n.html.slice(0, 160) + ' ' + (n.any[0]?.message ?? '')).join('\n    ')}`)
				assert.deepEqual(said, [], path)
			}
			await context.close()
		})

	test('what a finger touches is large enough', async () => {
		const { context, page } = await open('/explore/', { viewport: { width: 390, height: 844 } })
		for (const path of ['/explore/', '/explore/dataset/trees/information/']) {
			await page.goto(server.url(path))
			const small = await page.$$eval('.sorts a, .shapes a, .card .views a, .tabs a', all => all.filter(a => a.getBoundingClientRect().height < 43.5).map(a => a.textContent))
			assert.deepEqual(small, [], path)
		}
		await context.close()
	})
})
