// The elements on a page of somebody else: one script, no cookie, nothing kept, nobody asked but the portal; and what one element
// of a context changes, the others follow.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { after, before, describe, test } from 'node:test'
import { launch } from './browser.mjs'
import { serve } from './server.mjs'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
let server, browser, other, site
let markup = ''
before(async () => {
	server = await serve()
	browser = await launch()
	// A strict site: only the portal's scripts and answers are allowed, and no style in markup.
	other = createServer((_, answer) => {
		const portal = server.url('')
		answer.writeHead(200, {
			'Content-Type': 'text/html; charset=utf-8',
			'Content-Security-Policy': `default-src 'none'; script-src ${portal}; connect-src ${portal}; img-src ${portal} data:; style-src 'self'`,
		})
		answer.end(`<!DOCTYPE html><html lang="en"><title>Elsewhere</title><main><h1>Elsewhere</h1>${markup}</main><script type="module" src="${portal}/elements/stoa.js"></script>`)
	})
	await new Promise(done => other.listen(0, '127.0.0.1', done))
	site = `http://elsewhere.localhost:${other.address().port}/`
})
after(async () => {
	await browser?.close()
	other?.close()
	const end = await server?.stop()
	assert.equal(end?.code, 0, end?.said)
})

async function visit(text, options = {}) {
	markup = text
	const context = await browser.newContext(options)
	const page = await context.newPage()
	const faults = []
	page.on('request', r => {
		const url = new URL(r.url())
		if (url.protocol !== 'data:' && url.host !== new URL(site).host && url.host !== new URL(server.url('/')).host) faults.push(`asked ${url.host}`)
	})
	page.on('pageerror', e => faults.push(`script error: ${e.message}`))
	page.on('console', m => m.type() === 'error' && faults.push(`console: ${m.text()}`))
	await page.goto(site, { waitUntil: 'networkidle' })
	return { context, page, faults }
}

const in_context = `<stoa-context id="c" dataset="trees" parameters="sort=height">
	<stoa-search></stoa-search><stoa-filters></stoa-filters><stoa-facets fields="species"></stoa-facets>
	<stoa-kpi label="Trees"></stoa-kpi><stoa-table page-size="5" fields="id, species, height"></stoa-table>
	<stoa-export formats="csv json"></stoa-export></stoa-context><stoa-select context="c" field="species"></stoa-select>`

describe('elements on a page of somebody else', () => {
	test('a table keeps its words whole where it is narrow, and scrolls', async () => {
		const { context, page } = await visit('<stoa-table dataset="trees" page-size="5"></stoa-table>', { viewport: { width: 320, height: 700 } })
		const [narrowest, over] = await page.locator('stoa-table').evaluate(t => {
			const box = t.shadowRoot.querySelector('.scroll')
			return [Math.min(...[...box.querySelectorAll('td:not(.number)')].map(c => c.clientWidth)), box.scrollWidth - box.clientWidth]
		})
		assert.ok(narrowest >= 80 && over > 0, `${narrowest} px wide, ${over} px to scroll`)
		assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth))
		await context.close()
	})

	test('show the same records, and follow each other', async () => {
		const { context, page, faults } = await visit(in_context)
		assert.equal((await page.locator('stoa-kpi .value').innerText()).trim(), '180')
		assert.equal(await page.locator('stoa-table tbody tr').count(), 5)
		assert.equal(await page.locator('stoa-table th[aria-sort=descending]').innerText().then(t => t.replace(/\s+/g, ' ').trim()), 'height ↓')
		await page.locator('stoa-facets button', { hasText: 'Oak' }).click()
		await page.waitForFunction(() => document.querySelector('stoa-kpi').shadowRoot.querySelector('.value').textContent.trim() === '36')
		assert.match(await page.locator('stoa-filters li').first().innerText(), /species: Oak/)
		assert.match(await page.locator('stoa-export a').first().getAttribute('href'), /refine=%60species%60%3A%22Oak%22/)
		await page.waitForFunction(() => document.querySelector('stoa-select').shadowRoot.querySelector('select').value === 'Oak')
		await page.locator('stoa-filters button').first().click()
		await page.waitForFunction(() => document.querySelector('stoa-kpi').shadowRoot.querySelector('.value').textContent.trim() === '180')
		assert.deepEqual(await context.cookies(), [])
		assert.deepEqual(faults, [])
		await context.close()
	})

	test('turn pages and sort by keyboard', async () => {
		const { context, page, faults } = await visit('<stoa-table dataset="trees" page-size="50" fields="id, species"></stoa-table>')
		await page.locator('stoa-table nav button').last().focus()
		await page.keyboard.press('Enter')
		await page.waitForFunction(() => /51/.test(document.querySelector('stoa-table').shadowRoot.querySelector('nav span').textContent))
		await page.locator('stoa-table th button').nth(1).press('Enter')
		await page.waitForSelector('stoa-table th[aria-sort=ascending]')
		assert.match(await page.locator('stoa-table tbody td').nth(1).innerText(), /Cherry/)
		assert.deepEqual(faults, [])
		await context.close()
	})

	test('keep their state in the address when asked to', async () => {
		const { context, page } = await visit('<stoa-context dataset="trees" urlsync><stoa-select field="species"></stoa-select><stoa-kpi></stoa-kpi></stoa-context>')
		await page.locator('stoa-select select').selectOption('Lime')
		await page.waitForURL(/refine\.species=Lime/)
		await page.reload({ waitUntil: 'networkidle' })
		assert.equal((await page.locator('stoa-kpi .value').innerText()).trim(), '36')
		await context.close()
	})

	test('say what is wrong, and that nothing was found', async () => {
		const { context, page } = await visit('<stoa-table dataset="nowhere"></stoa-table><stoa-list dataset="trees" parameters="q=zzzz"></stoa-list><stoa-kpi></stoa-kpi>')
		assert.match(await page.locator('stoa-table [role=alert]').innerText(), /nowhere/)
		assert.match(await page.locator('stoa-list [role=status]').innerText(), /No record matches/)
		assert.match(await page.locator('stoa-kpi [role=alert]').innerText(), /dataset/)
		await context.close()
	})

	test('a list is written in markup of one\'s own, which cannot run what data says', async () => {
		const { context, page, faults } = await visit('<stoa-list dataset="trees" page-size="2"><template><a href="{{site}}" onclick="{{species}}">{{species}} in {{street}}</a></template></stoa-list>')
		const link = page.locator('stoa-list li a').first()
		assert.match(await link.innerText(), /^\w+ in Street \d+$/)
		assert.match(await link.getAttribute('href'), /^https:\/\/trees\.example\//)
		assert.equal(await link.getAttribute('onclick'), null)
		// The strict site itself refuses the handler that its own template has.
		assert.deepEqual(faults.filter(f => !/inline event handler/.test(f)), [])
		await context.close()
	})

	for (const [colorScheme, width] of [['light', 1440], ['dark', 390]])
		test(`have nothing for axe to say: ${colorScheme}, ${width} px`, async () => {
			const { context, page } = await visit(in_context + '<stoa-range dataset="trees" field="height"></stoa-range><stoa-datasets limit="2"></stoa-datasets><stoa-list dataset="trees"></stoa-list>',
				{ colorScheme, viewport: { width, height: 900 }, bypassCSP: true })
			await page.addScriptTag({ path: axe })
			const found = await page.evaluate(() => window.axe.run(document, { rules: { 'landmark-one-main': { enabled: false }, region: { enabled: false } } }))
			assert.deepEqual(found.violations.map(v => `${v.id}: ${v.nodes.map(n => n.html).join(' ')}`), [])
			await context.close()
		})
})
