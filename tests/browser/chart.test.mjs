// Charts in a real browser: built by the editor, shared by their address, equal to the API, read by keyboard, taken away as a picture; under
// the portal's own Content-Security-Policy, without one violation.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { after, before, describe, test } from 'node:test'
import { launch } from './browser.mjs'
import { serve } from './server.mjs'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const analyze = '/explore/dataset/trees/analyze/'
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
	const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce', acceptDownloads: true, ...options })
	const page = await context.newPage()
	const faults = []
	await page.exposeFunction('fault', text => faults.push(text))
	await page.addInitScript(() => document.addEventListener('securitypolicyviolation', e => window.fault(`policy: ${e.violatedDirective} ${e.sourceFile}:${e.lineNumber}`)))
	page.on('pageerror', e => faults.push(`script error: ${e.message}`))
	page.on('console', m => m.type() === 'error' && faults.push(`console: ${m.text()}`))
	await page.goto(server.url(path), { waitUntil: 'load' })
	return { context, page, faults }
}
const drawn = page => page.waitForFunction(() => document.querySelector('stoa-chart')?.shadowRoot?.querySelector('.plot svg path'))
const rows = page => page.evaluate(() => [...document.querySelector('stoa-chart').shadowRoot.querySelectorAll('tbody tr')].map(tr => [...tr.cells].map(c => c.textContent.trim())))
const chart_of = page => page.evaluate(() => document.querySelector('stoa-chart').config)
const url_of = config => `${analyze}?dataChart=${Buffer.from(JSON.stringify(config)).toString('base64url')}`
const by_species = { queries: [{ xAxis: 'species', sort: '-y', charts: [{ type: 'column', func: 'SUM', yAxis: 'height' }] }] }

describe('the Analyze tab', () => {
	test('shows a first chart, whose table the server asked for', async () => {
		const asked = []
		const context = await browser.newContext()
		const page = await context.newPage()
		page.on('request', r => asked.push(new URL(r.url()).pathname))
		await page.goto(server.url(analyze))
		await drawn(page)
		assert.deepEqual(asked.filter(path => path.startsWith('/api/charts')), [], 'the numbers are in the page')
		assert.ok((await rows(page)).length > 10)
		await context.close()
	})

	test('is built in the editor, and the link shows the same to others', async () => {
		const { context, page, faults } = await open(analyze)
		await drawn(page)
		await page.locator('.chart-edit summary').first().click()
		const editor = page.locator('stoa-chart-editor')
		const field = label => editor.locator('label', { has: page.getByText(label, { exact: true }) }).locator('select')
		await page.waitForFunction(() => document.querySelector('stoa-chart-editor').shadowRoot?.querySelector('select'))
		await field('Horizontal axis').selectOption('species')
		await field('Type').selectOption('bar')
		await field('Calculation').selectOption('AVG')
		await field('Field').selectOption('height')
		await field('Order').selectOption('-y')
		// In order: the tallest kind first.
		await page.waitForFunction(() => /Oak/.test(document.querySelector('stoa-chart').shadowRoot.querySelector('tbody tr')?.textContent ?? ''))
		await drawn(page)
		const mine = await rows(page)
		const link = page.url()
		assert.match(link, /dataChart=ey/)
		assert.match(await page.locator('stoa-live form.search input[name=dataChart]').inputValue(), /^ey/, 'the search of the page carries the chart')
		const other = await open(link.replace(server.url(''), ''))
		await drawn(other.page)
		assert.deepEqual(await rows(other.page), mine)
		assert.deepEqual((await chart_of(other.page)).queries[0].charts, [{ type: 'bar', func: 'AVG', yAxis: 'height' }])
		assert.deepEqual([...faults, ...other.faults], [])
		await other.context.close()
		await context.close()
	})

	test('says the numbers of the Explore API', async () => {
		const { context, page, faults } = await open(url_of(by_species) + '&q=Street')
		await drawn(page)
		const answer = await page.evaluate(() => fetch('/api/explore/v2.1/catalog/datasets/trees/records?select=species,sum(height) as s&group_by=species&order_by=s desc&where=search("Street")').then(r => r.json()))
		const table = await page.evaluate(() => document.querySelector('stoa-chart').table)
		assert.deepEqual(table.keys, answer.results.map(r => r.species))
		assert.deepEqual(table.series[0].values, answer.results.map(r => r.s))
		assert.deepEqual(faults, [])
		await context.close()
	})

	test('is read by keyboard, point by point', async () => {
		const { context, page, faults } = await open(url_of(by_species))
		await drawn(page)
		await page.locator('stoa-chart .plot').focus()
		await page.keyboard.press('ArrowRight')
		const [first, , last] = [(await rows(page))[0], null, (await rows(page)).at(-1)]
		const said = page.locator('stoa-chart .said')
		assert.ok((await said.textContent()).startsWith(first[0]) && (await said.textContent()).includes(first[1]))
		await page.keyboard.press('End')
		assert.ok((await said.textContent()).startsWith(last[0]))
		await page.locator('stoa-chart .data summary').press('Enter')
		assert.ok(await page.locator('stoa-chart table').isVisible())
		assert.deepEqual(faults, [])
		await context.close()
	})

	test('is taken away as SVG, PNG and CSV', async () => {
		const { context, page, faults } = await open(url_of({ ...by_species, title: 'Heights <of> trees' }))
		await drawn(page)
		await page.locator('stoa-chart .files summary').click()
		const [svg] = await Promise.all([page.waitForEvent('download'), page.locator('stoa-chart .files button').first().click()])
		const text = await (await svg.createReadStream()).toArray().then(parts => Buffer.concat(parts).toString())
		assert.match(text, /^<svg xmlns/)
		assert.match(text, /Heights &lt;of&gt; trees/)
		assert.ok(!/ style=/.test(text))
		assert.equal(await page.evaluate(t => new DOMParser().parseFromString(t, 'image/svg+xml').querySelector('parsererror'), text), null)
		const [png] = await Promise.all([page.waitForEvent('download'), page.locator('stoa-chart .files button').nth(1).click()])
		const bytes = await (await png.createReadStream()).toArray().then(parts => Buffer.concat(parts))
		assert.equal(bytes.subarray(1, 4).toString(), 'PNG')
		assert.match(await page.locator('stoa-chart .files a').getAttribute('href'), /format=csv/)
		assert.deepEqual(faults, [])
		await context.close()
	})

	test('draws every type without a word of the policy, in light and dark, left and right', async () => {
		const time = { xAxis: 'planted', timescale: 'year', maxpoints: 0 }
		const kinds = { line: time, spline: time, column: {}, bar: {}, area: time, areaspline: time, scatter: time, pie: {}, donut: {}, treemap: {}, funnel: {}, polar: {}, spiderweb: {},
			histogram: { xAxis: 'height' }, boxplot: {}, arearange: time, areasplinerange: time, columnrange: {}, calendar: { xAxis: 'planted', maxpoints: 0 } }
		for (const options of [{}, { colorScheme: 'dark', viewport: { width: 390, height: 844 } }]) {
			const { context, page, faults } = await open(url_of(by_species) + (options.colorScheme ? '&flg=ar' : ''), options)
			await drawn(page)
			for (const [type, more] of Object.entries(kinds)) {
				await page.evaluate(([t, m]) => {
					const chart = document.querySelector('stoa-chart')
					const done = new Promise(yes => chart.addEventListener('stoa-ready', yes, { once: true }))
					chart.config = { queries: [{ xAxis: 'species', ...m, charts: [{ type: t, func: 'COUNT', yAxis: 'height' }] }] }
					return done
				}, [type, more])
				assert.ok(await page.evaluate(() => document.querySelector('stoa-chart').shadowRoot.querySelectorAll('.plot svg path').length > 0), `${type} draws nothing`)
				assert.equal(await page.evaluate(() => document.querySelector('stoa-chart').table.series[0].type), type)
			}
			assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'wider than the page')
			assert.deepEqual(faults, [])
			await context.close()
		}
	})

	test('takes the colours of a palette that a series names', async () => {
		const chart = { queries: [{ config: { dataset: 'trees' }, xAxis: 'species', sort: '-y', charts: [{ type: 'pie', func: 'COUNT', yAxis: '', color: 'range-Set2' }] }] }
		const { context, page } = await open(`${analyze}?dataChart=${Buffer.from(JSON.stringify(chart)).toString('base64url')}`)
		await drawn(page)
		const fills = await page.evaluate(() => [...document.querySelector('stoa-chart').shadowRoot.querySelectorAll('svg path')].map(p => p.getAttribute('fill')))
		for (const colour of ['#66c2a5', '#fc8d62', '#8da0cb']) assert.ok(fills.includes(colour), `${colour} is not among ${fills}`)
		await context.close()
	})

	test('hides and shows series in its legend', async () => {
		const { context, page, faults } = await open(url_of({ queries: [{ xAxis: 'planted', timescale: 'year', maxpoints: 0, seriesBreakdown: 'species', stacked: 'normal', charts: [{ type: 'column', func: 'COUNT' }] }] }))
		await drawn(page)
		const buttons = page.locator('stoa-chart .legend button')
		assert.equal(await buttons.count(), 5)
		const before = await page.locator('stoa-chart .plot svg path').count()
		await buttons.first().click()
		assert.equal(await buttons.first().getAttribute('aria-pressed'), 'false')
		await page.waitForFunction(n => document.querySelector('stoa-chart').shadowRoot.querySelectorAll('.plot svg path').length < n, before)
		assert.deepEqual(faults, [])
		await context.close()
	})

	test('has no complaint of axe, with the editor open', async () => {
		for (const [path, options] of [[url_of(by_species), {}], [url_of(by_species) + '&flg=ar', { colorScheme: 'dark', viewport: { width: 390, height: 844 } }]]) {
			const { context, page } = await open(path, { bypassCSP: true, ...options })
			await drawn(page)
			await page.locator('.chart-edit summary').first().click()
			await page.waitForFunction(() => document.querySelector('stoa-chart-editor').shadowRoot?.querySelector('select'))
			await page.locator('stoa-chart .data summary').click()
			await page.addScriptTag({ path: axe })
			const found = await page.evaluate(() => axe.run('.chart-tab', { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] }))
			assert.deepEqual(found.violations.map(v => `${v.id}: ${v.nodes.map(n => n.target.join(' ')).slice(0, 3)}`), [])
			await context.close()
		}
	})

	test('without script is a table with bars and a form that works', async () => {
		const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 1280, height: 900 } })
		const page = await context.newPage()
		await page.goto(server.url(analyze))
		assert.ok(await page.locator('.chart-table tbody tr').count() > 10)
		await page.locator('.chart-edit summary').click()
		await page.locator('select[name="c.0.xAxis"]').selectOption('species')
		await page.locator('select[name="c.0.0.func"]').selectOption('MAX')
		await page.locator('select[name="c.0.0.yAxis"]').selectOption('height')
		await page.locator('.chart-form button').click()
		assert.match(page.url(), /dataChart=ey/)
		assert.equal(await page.locator('.chart-table tbody tr').count(), 5)
		assert.ok(await page.locator('.chart-bar').first().isVisible())
		await context.close()
	})

	test('weighs what a page of charts may', async () => {
		const context = await browser.newContext()
		const page = await context.newPage()
		const client = await context.newCDPSession(page)
		let bytes = 0
		await client.send('Network.enable')
		client.on('Network.loadingFinished', e => (bytes += e.encodedDataLength))
		await page.goto(server.url(analyze), { waitUntil: 'networkidle' })
		await drawn(page)
		assert.ok(bytes < 350 * 1000, `${bytes} bytes`)
		await context.close()
	})
})
