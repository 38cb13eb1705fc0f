// Maps in a real browser: what is drawn, what a click, a key and a drawn area do, and what is asked of whom.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { after, before, describe, test } from 'node:test'
import { launch } from './browser.mjs'
import { serve } from './server.mjs'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const POINTS = '/explore/dataset/trees/map/'
const SHAPES = '/explore/dataset/quarters/map/'
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

async function watched(options = {}) {
	const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce', ...options })
	const page = await context.newPage()
	const faults = []
	page.on('request', r => {
		const url = new URL(r.url())
		if (url.protocol !== 'data:' && !url.host.endsWith(`localhost:${server.port}`)) faults.push(`asked ${url.href}`)
	})
	page.on('pageerror', e => faults.push(`script error: ${e.message}`))
	page.on('console', m => m.type() === 'error' && faults.push(`console: ${m.text()}`))
	return { context, page, faults }
}
const drawn = async page => {
	await page.waitForSelector('stoa-map[data-drawn]', { timeout: 20000, state: 'attached' })
	await page.$eval('stoa-map', e => e.scrollIntoView({ block: 'center' }))
}
const zoom = page => page.$eval('stoa-map', e => e.map.getZoom())
// The place of a feature of the map on the page.
const place_of = (page, layer) => page.$eval('stoa-map', (e, layer) => {
	const f = e.map.queryRenderedFeatures({ layers: [layer] })[0]
	const flat = f.geometry.type === 'Point' ? [f.geometry.coordinates] : f.geometry.coordinates[0]
	const n = flat.length - (f.geometry.type === 'Point' ? 0 : 1)
	const p = e.map.project([flat.slice(0, n).reduce((s, c) => s + c[0], 0) / n, flat.slice(0, n).reduce((s, c) => s + c[1], 0) / n])
	const box = e.map.getCanvas().getBoundingClientRect()
	return { x: box.x + p.x, y: box.y + p.y, n: f.properties.n ?? 1 }
}, layer)

describe('the map of a dataset', () => {
	test('is drawn from here alone, tells what a record says, and leaves nothing behind', async () => {
		const { context, page, faults } = await watched()
		await page.goto(server.url(`${SHAPES}?location=7,0.6,2.6`))
		await drawn(page)
		const at = await place_of(page, 'l0-fill')
		await page.mouse.click(at.x, at.y)
		await page.waitForSelector('stoa-map .card h2')
		assert.match(await page.textContent('stoa-map .card'), /Quarter \d/)
		assert.match(await page.textContent('stoa-map .card'), /residents/)
		await page.click('stoa-map .card .close')
		assert.equal(await page.locator('stoa-map .card').count(), 0)
		assert.deepEqual(await context.cookies(), [])
		assert.equal(await page.evaluate(() => localStorage.length + sessionStorage.length), 0)
		assert.deepEqual(faults, [])
		await context.close()
	})

	test('keeps its place in the address, and opens there', async () => {
		const { context, page } = await watched()
		await page.goto(server.url(`${SHAPES}?location=5,1.5,2.5`))
		await drawn(page)
		assert.equal(await zoom(page), 5)
		await page.click('button[aria-label="Zoom in"]')
		await page.waitForFunction(() => new URLSearchParams(location.search).get('location')?.startsWith('6,'))
		await page.reload()
		await drawn(page)
		assert.equal(await zoom(page), 6)
		await context.close()
	})

	test('filters by what is drawn, and stays the same map', async () => {
		const { context, page, faults } = await watched()
		await page.goto(server.url(`${SHAPES}?location=6,0.6,2.5`))
		await drawn(page)
		assert.match(await page.textContent('.total'), /3/)
		await page.$eval('stoa-map', e => (e.marked = true))
		await page.click('button[aria-label="Filter by area"]')
		await page.click('text=Draw a rectangle')
		const spot = (lon, lat) => page.$eval('stoa-map', (e, [lon, lat]) => {
			const p = e.map.project([lon, lat]), box = e.map.getCanvas().getBoundingClientRect()
			return [box.x + p.x, box.y + p.y]
		}, [lon, lat])
		await page.mouse.click(...await spot(0.9, -0.2))
		await page.mouse.move(...await spot(1.5, 0.5))
		await page.mouse.click(...await spot(1.95, 0.9))
		await page.waitForFunction(() => new URLSearchParams(location.search).has('geofilter.bbox'))
		await page.waitForFunction(() => /^\s*1\b/.test(document.querySelector('.total')?.textContent ?? ''))
		assert.equal(await page.$eval('stoa-map', e => e.marked), true)
		assert.equal(await page.$eval('stoa-map', e => getComputedStyle(e.shadowRoot.querySelector('.side')).position), 'absolute')
		await drawn(page)
		await page.locator('.handle').nth(1).waitFor()
		assert.equal(await page.locator('.handle').count(), 2)
		await page.click('button[aria-label="Filter by area"]')
		await page.click('text=Remove the area')
		await page.waitForFunction(() => !location.search.includes('geofilter'))
		assert.deepEqual(faults, [])
		await context.close()
	})

	test('is whole by the keyboard: a list of what is in view leads to each record', async () => {
		const { context, page } = await watched()
		await page.goto(server.url(SHAPES))
		await drawn(page)
		await page.focus('button[aria-label="List of places in view"]')
		await page.keyboard.press('Enter')
		await page.waitForSelector('.places button')
		assert.equal(await page.locator('.places button').count(), 3)
		await page.focus('.places button')
		await page.keyboard.press('Enter')
		await page.waitForSelector('stoa-map .card h2:focus')
		const before = await page.$eval('stoa-map', e => e.map.getCenter().lng)
		await page.focus('.maplibregl-canvas')
		await page.keyboard.press('ArrowRight')
		await page.waitForFunction(b => document.querySelector('stoa-map').map.getCenter().lng > b, before)
		await context.close()
	})

	test('finds places of the world and records, and names countries as its reader does', async () => {
		const { context, page, faults } = await watched()
		await page.goto(server.url(`${SHAPES}?location=4,48,8&flg=fr`))
		await drawn(page)
		const names = await page.$eval('stoa-map', e => ({
			codes: e.map.querySourceFeatures('world', { sourceLayer: 'country' }).map(f => f.properties.code), label: JSON.stringify(e.map.getLayoutProperty('country', 'text-field')) }))
		assert.ok(names.codes.includes('FR') && names.codes.includes('CH'), String(names.codes))
		assert.match(names.label, /ALLEMAGNE/)
		await page.locator('.side button').nth(-2).click()
		await page.waitForSelector('.panel input[type=search]:focus')
		await page.keyboard.type('allemagne')
		await page.click('.places button:has-text("Allemagne")')
		await page.waitForFunction(() => { const c = document.querySelector('stoa-map').map.getCenter(); return c.lng > 8 && c.lng < 13 && c.lat > 49 && c.lat < 53 })
		await page.fill('.panel input[type=search]', 'Quarter 2')
		await page.click('.places button:has-text("Quarter 2")')
		await page.waitForSelector('stoa-map .card:has-text("Quarter 2")')
		assert.deepEqual(faults, [])
		await context.close()
	})

	test('gathers points, and a click on many goes nearer', async () => {
		const { context, page, faults } = await watched()
		await page.goto(server.url(`${POINTS}`))
		await drawn(page)
		await page.$eval('stoa-map', e => { e.removeAttribute('data-drawn'); e.config = { layers: [{ dataset: 'trees', display: 'cluster' }] } })
		await drawn(page)
		const at = await place_of(page, 'l0-cluster')
		assert.ok(at.n > 1)
		const before = await zoom(page)
		await page.mouse.click(at.x, at.y)
		await page.waitForFunction(b => document.querySelector('stoa-map').map.getZoom() > b, before)
		assert.deepEqual(faults, [])
		await context.close()
	})

	for (const [lang, colorScheme, width] of [['en', 'light', 1280], ['ar', 'dark', 390]])
		test(`has nothing for axe to say: ${lang}, ${colorScheme}, ${width}`, async () => {
			const { context, page } = await watched({ colorScheme, viewport: { width, height: 844 }, bypassCSP: true })
			await page.goto(server.url(`${SHAPES}?flg=${lang}`))
			await drawn(page)
			await page.locator('.side button').last().click()
			await page.waitForSelector('.places button')
			await page.locator('.places button').first().click()
			await page.addScriptTag({ path: axe })
			const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }))
			assert.deepEqual(violations.map(v => `${v.id}: ${v.nodes.map(n => n.html.slice(0, 200)).join('\n')}`), [])
			const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
			assert.ok(over <= 0, `${over} px too wide`)
			await context.close()
		})
})

describe('maps of several layers', () => {
	test('mark records with drawings by their value, and colour areas by what records come to', async () => {
		const { context, page, faults } = await watched()
		await page.goto(server.url(SHAPES))
		await drawn(page)
		await page.$eval('stoa-map', e => {
			e.removeAttribute('data-drawn')
			e.config = { layers: [{ dataset: 'quarters', display: 'choropleth', by: 'name', value: 'residents', function: 'sum', classes: 2, title: 'Sum' },
				{ dataset: 'trees', display: 'category', by: 'species', marker: 'icon', icon: 'star', categories: [{ value: 'Oak', color: '#8a3ffc', icon: 'tree' }], title: 'Species' }] }
		})
		await drawn(page)
		assert.match(await page.textContent('stoa-map .panel'), /1,234 to 2,468/)
		const colors = await page.$eval('stoa-map', e => [...new Set(e.map.queryRenderedFeatures({ layers: ['l0-fill'] }).map(f => `${f.properties.w} ${f.layer.paint['fill-color']}`))].sort())
		assert.equal(colors.length, 3)
		assert.equal(new Set(colors.map(c => c.slice(10))).size, 2, String(colors))
		await page.$eval('stoa-map', e => { e.removeAttribute('data-drawn'); e.map.jumpTo({ center: [2.33, 48.86], zoom: 12 }) })
		await drawn(page)
		assert.ok(await page.$eval('stoa-map', e => e.map.hasImage('icon:tree:#8a3ffc') && e.map.hasImage('icon:star:#9a9a9a')))
		assert.equal(await page.locator('.key.dot svg').count(), 2, 'of Oak, and of all others')
		assert.deepEqual(faults, [])
		await context.close()
	})

	test('show and hide them, colour by value and by class, and say so', async () => {
		const { context, page, faults } = await watched()
		await page.goto(server.url(SHAPES))
		await drawn(page)
		await page.$eval('stoa-map', e => {
			e.removeAttribute('data-drawn')
			e.config = { layers: [{ dataset: 'quarters', display: 'choropleth', value: 'residents', classes: 3, title: 'Residents' },
				{ dataset: 'trees', display: 'category', by: 'species', title: 'Species' }, { dataset: 'nosuch', title: 'Gone' }] }
		})
		await drawn(page)
		const legend = await page.textContent('stoa-map .panel')
		assert.match(legend, /1,234 to 2,057/)
		assert.match(legend, /Oak/)
		assert.match(legend, /does not exist/)
		await page.locator('.layer input').nth(1).uncheck()
		await page.waitForFunction(() => document.querySelector('stoa-map').map.getLayoutProperty('l1-dot', 'visibility') === 'none')
		// The dataset that is not there is answered by 404, which the console tells.
		assert.deepEqual(faults.filter(f => !/404/.test(f)), [])
		await context.close()
	})
})

describe('a browser that cannot draw', () => {
	test('is told so, and led to the table', async () => {
		const { context, page } = await watched()
		await page.addInitScript(() => { HTMLCanvasElement.prototype.getContext = () => null })
		await page.goto(server.url(`${SHAPES}?q=Quarter`))
		await page.waitForSelector('.over [role=alert]')
		assert.match(await page.getAttribute('.over a', 'href'), /\/explore\/dataset\/quarters\/table\/\?q=Quarter/)
		await context.close()
	})

	test('without script there is a link to the table', async () => {
		const { context, page } = await watched({ javaScriptEnabled: false })
		await page.goto(server.url(SHAPES))
		assert.match(await page.getAttribute('stoa-map a', 'href'), /\/table\//)
		await context.close()
	})
})

test('a page with a map stays within its weight', async () => {
	const { context, page } = await watched()
	const session = await context.newCDPSession(page)
	await session.send('Network.enable')
	let bytes = 0
	session.on('Network.loadingFinished', e => (bytes += e.encodedDataLength))
	await page.goto(server.url(SHAPES))
	await drawn(page)
	await page.waitForLoadState('networkidle')
	console.log(`map page: ${bytes} bytes`)
	assert.ok(bytes > 100_000 && bytes < 450_000, `${bytes} bytes`)
	await context.close()
})

describe('a record on a map of points', () => {
	test('is told by a click, and by the keyboard alone; Escape closes it, and the focus goes back', async () => {
		const { context, page, faults } = await watched()
		await page.goto(server.url(`${POINTS}?location=16,48.86,2.342`))
		await drawn(page)
		const at = await place_of(page, 'l0-dot')
		await page.mouse.click(at.x, at.y)
		await page.waitForSelector('stoa-map .card h2')
		assert.match(await page.textContent('stoa-map .card'), /species\s*(Oak|Lime|Plane|Maple|Cherry)/)
		await page.keyboard.press('Escape')
		await page.waitForFunction(() => !document.querySelector('stoa-map').shadowRoot.querySelector('.card'))
		await page.focus('button[aria-label="List of places in view"]')
		await page.keyboard.press('Enter')
		await page.waitForSelector('.places button')
		await page.focus('.places button')
		await page.keyboard.press('Enter')
		await page.waitForSelector('stoa-map .card h2:focus')
		await page.keyboard.press('Escape')
		await page.waitForFunction(() => !document.querySelector('stoa-map').shadowRoot.querySelector('.card'))
		assert.ok(await page.$eval('stoa-map', e => e.shadowRoot.activeElement?.localName === 'button' || e.shadowRoot.activeElement?.classList.contains('maplibregl-canvas')), 'the focus stays in the map')
		assert.deepEqual(faults, [])
		await context.close()
	})
})
