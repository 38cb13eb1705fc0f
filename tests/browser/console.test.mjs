// The API console: asks, shows, completes, and works without script and by keyboard alone.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import { launch } from './browser.mjs'
import { serve } from './server.mjs'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
let server
let browser
before(async () => {
	server = await serve()
	browser = await launch()
})
after(async () => {
	await browser?.close()
	await server?.stop()
})

async function open(path, options = {}) {
	const context = await browser.newContext(options)
	const page = await context.newPage()
	await page.goto(server.url(path))
	return { context, page }
}
const offers = page => page.locator('#odsql-offers [role=option] code')

test('runs a question in the page and tells how to ask it elsewhere', async () => {
	const { context, page } = await open('/explore/dataset/trees/api/?refine.species=Oak')
	await page.fill('#ask-where', 'height > 20')
	await page.click('button[data-shown]')
	await page.waitForSelector('.answer pre')
	const answer = JSON.parse(await page.textContent('.answer pre'))
	assert.ok(answer.total_count > 0)
	assert.ok(answer.results.every(r => r.species === 'Oak' && r.height > 20))
	for (const kind of ["curl '", 'fetch(', 'requests.get(', 'fromJSON('])
		assert.ok((await page.locator('.snippet code').allTextContents()).some(t => t.includes(kind) && t.includes('height+%3E+20')), kind)
	await page.fill('#ask-where', 'nonsense =')
	await page.keyboard.press('Control+Enter')
	await page.waitForFunction(() => document.querySelector('.answer pre')?.textContent.includes('ODSQLSyntaxError'))
	assert.match(await page.textContent('.answer .status'), /400/)
	await context.close()
})

test('completes fields, functions and values by keyboard', async () => {
	const { context, page } = await open('/api-console/explore/v2.1/?dataset=trees')
	await page.focus('#ask-where')
	await page.keyboard.type('spec')
	await offers(page).first().waitFor()
	assert.deepEqual(await offers(page).allTextContents(), ['species'])
	await page.keyboard.press('ArrowDown')
	assert.equal(await page.getAttribute('#ask-where', 'aria-activedescendant'), 'odsql-offer-0')
	await page.keyboard.press('Enter')
	await page.keyboard.type(' = "')
	await page.waitForFunction(() => document.querySelectorAll('#odsql-offers li').length >= 5)
	await page.keyboard.type('Ma')
	await page.waitForFunction(() => document.querySelectorAll('#odsql-offers li').length === 1)
	await page.keyboard.press('ArrowDown')
	await page.keyboard.press('Enter')
	assert.equal(await page.inputValue('#ask-where'), 'species = "Maple"')
	await page.focus('#ask-select')
	await page.keyboard.type('perc')
	await offers(page).first().waitFor()
	await page.keyboard.press('ArrowDown')
	await page.keyboard.press('Enter')
	await page.keyboard.type('height, 90')
	assert.equal(await page.inputValue('#ask-select'), 'percentile(height, 90)')
	await page.keyboard.press('Control+Enter')
	await page.waitForSelector('.answer pre')
	assert.match(await page.textContent('.answer .status'), /200/)
	await context.close()
})

test('offers only what may stand in a clause, and closes with Escape', async () => {
	const { context, page } = await open('/api-console/explore/v2.1/?dataset=trees')
	await page.focus('#ask-group_by')
	await page.keyboard.type('s')
	await offers(page).first().waitFor()
	const words = await offers(page).allTextContents()
	assert.ok(words.includes('species') && words.includes('second(date)'))
	assert.ok(!words.some(w => w.startsWith('search') || w.startsWith('sum')))
	await page.keyboard.press('Escape')
	assert.ok(await page.locator('#odsql-offers').isHidden())
	await context.close()
})

test('works without script', async () => {
	const { context, page } = await open('/api-console/explore/v2.1/', { javaScriptEnabled: false })
	await page.selectOption('#dataset', 'trees')
	await page.click('.choose button')
	await page.fill('#ask-where', 'species = "Oak"')
	await page.fill('#ask-limit', '3')
	await page.click('.console button >> nth=0')
	const answer = JSON.parse(await page.textContent('body'))
	assert.equal(answer.results.length, 3)
	assert.equal(answer.results[0].species, 'Oak')
	await context.close()
})

test('asks the catalogue when no dataset is chosen', async () => {
	const { context, page } = await open('/api-console/explore/v2.1/')
	await page.fill('#ask-where', 'title like "trees"')
	await page.click('button[data-shown]')
	await page.waitForSelector('.answer pre')
	assert.equal(JSON.parse(await page.textContent('.answer pre')).results[0].dataset_id, 'trees')
	await context.close()
})

test('has nothing for axe to say with offers and an answer open', async () => {
	for (const lang of ['en', 'ar']) {
		const { context, page } = await open(`/api-console/explore/v2.1/?dataset=trees&flg=${lang}`, { bypassCSP: true })
		await page.click('button[data-shown]')
		await page.waitForSelector('.answer pre')
		await page.focus('#ask-where')
		await page.keyboard.type('s')
		await offers(page).first().waitFor()
		await page.keyboard.press('ArrowDown')
		await page.addScriptTag({ path: axe })
		const said = await page.evaluate(async () => (await window.axe.run()).violations.map(v => `${v.id}: ${v.nodes[0].html}`))
		assert.deepEqual(said, [], lang)
		await context.close()
	}
})
