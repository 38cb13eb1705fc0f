// The builders in a real browser: a map of two datasets and a chart are built, saved, found again after loading the page anew, and shown in a frame of
// another site, which leaves no cookie there. Every page without a finding of axe, wide and narrow, light and dark, and from right to left; and
// layers are put in order by the keyboard alone. SHOTS=FOLDER keeps pictures.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { whole } from './browser.mjs'
import { signIn, world } from './world.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const shots = process.env.SHOTS
const host = 'isoc.example', who = 'ada@isoc.example', origin = `https://${host}`
let w, context, page

before(async () => {
	// Storage in frames is a whole browser's matter: its shell permits it to all.
	w = await world({ browser: whole })
	await w.ask('/fixture', { domains: [{ host, settings: { title: 'Internet Society', languages: 'en,fr,ar' } }] })
	const trees = ['id,kind,height,latitude,longitude']
	for (let i = 0; i < 60; i++) trees.push(`${i},${['Oak', 'Lime', 'Plane'][i % 3]},${4 + i % 9},${48 + i / 50},${2 + i / 40}`)
	writeFileSync(join(w.folder, 'trees.csv'), trees.join('\n') + '\n')
	writeFileSync(join(w.folder, 'wells.csv'), 'id,depth,latitude,longitude\n' + Array.from({ length: 20 }, (_, i) => `${i},${i * 3},${47 + i / 10},${1 + i / 10}`).join('\n') + '\n')
	for (const [id, title] of [['trees', 'Trees of the town'], ['wells', 'Wells']])
		w.run('publish', join(w.folder, `${id}.csv`), '--portal', host, '--id', id, '--title', title)
	if (shots) mkdirSync(shots, { recursive: true })
	context = await w.fresh({ viewport: { width: 1440, height: 1000 }, bypassCSP: true, permissions: [] })
	page = await context.newPage()
	await signIn(page, host, who)
})
after(async () => {
	const { code, said } = await w.stop()
	assert.equal(code, 0, said)
})

async function look(on, name, kind) {
	const violations = await on.evaluate(async source => {
		if (!window.axe) (0, eval)(source)
		return (await window.axe.run(document, { resultTypes: ['violations'] })).violations
	}, axe)
	if (shots) await on.screenshot({ path: join(shots, `${name}.${kind}.png`), fullPage: true })
	assert.deepEqual(violations.map(v => `${name} ${kind}: ${v.id}: ${v.nodes[0].html}`), [])
	const wide = await on.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
	assert.ok(wide <= 1, `${name} ${kind}: ${wide} px stick out`)
}

async function add_layer(words) {
	await page.fill('.builder input[type=search]', words)
	await page.click(`.builder .found button:has-text("${words}")`)
	await page.waitForSelector(`.builder .layers .name:has-text("${words}")`)
}
const layers = () => page.$$eval('.builder .layers .name', all => all.map(e => e.textContent.trim()))
const status = text => page.waitForFunction(t => document.querySelector('.builder .status')?.textContent === t, text)

test('a map of two datasets is built, undone and done again, and keeps itself as a draft', async () => {
	await page.goto(`${origin}/map/`)
	await add_layer('Trees of the town')
	assert.equal(await page.inputValue('#builder-title'), 'Trees of the town')
	await page.click('.add-layer')
	await add_layer('Wells')
	assert.deepEqual(await layers(), ['Trees of the town', 'Wells'])
	await page.click('button:has-text("Undo")')
	assert.deepEqual(await layers(), ['Trees of the town'])
	await page.click('button:has-text("Redo")')
	assert.deepEqual(await layers(), ['Trees of the town', 'Wells'])
	await status('Draft kept')
	assert.match(page.url(), /\/map\/\+[a-z0-9]{16}\/edit\/$/)
	await page.reload()
	await page.waitForSelector('.builder .layers .name')
	assert.deepEqual(await layers(), ['Trees of the town', 'Wells'])
	assert.ok(await page.isVisible('text=You go on with a draft'))
})

test('layers are put in order by the keyboard, and by dragging', async () => {
	await page.focus('[data-layer="1"] .up')
	await page.keyboard.press('Enter')
	await page.waitForFunction(() => document.querySelector('[data-layer="0"] .name')?.textContent.includes('Wells'))
	// The focus went along; the button for going up is of no use at the top.
	assert.equal(await page.evaluate(() => document.activeElement?.closest('[data-layer]')?.getAttribute('data-layer')), '0')
	await page.dragAndDrop('[data-layer="0"] .grip', '[data-layer="1"] .name')
	assert.deepEqual(await layers(), ['Trees of the town', 'Wells'])
})

test('how a layer is drawn is chosen, and the map beside it follows', async () => {
	await page.click('[data-layer="0"] .name')
	await page.selectOption('.layer-body select >> nth=0', 'category')
	await page.selectOption('.layer-body label:has-text("Colour by") + select', 'kind')
	await page.waitForFunction(() => document.querySelectorAll('.builder .category').length === 3)
	const config = await page.evaluate(() => document.querySelector('stoa-map').config)
	assert.equal(config.layers[0].display, 'category')
	assert.deepEqual(config.layers[0].categories.map(c => c.value).sort(), ['Lime', 'Oak', 'Plane'])
	await page.selectOption('.layer-body label:has-text("Only where") + select', 'kind')
	await page.fill('.layer-body label:text-is("is") + input', 'Oak')
	await page.click('text=Add the condition')
	assert.deepEqual(await page.evaluate(() => document.querySelector('stoa-map').config.layers[0].parameters), { 'refine.kind': 'Oak' })
	await look(page, 'map-builder', '1440-light')
})

let map_url
test('a map is saved, and is there when the page is loaded anew', async () => {
	await page.fill('#builder-title', 'Trees and wells')
	await page.check('input[name=builder-visibility][value=unlisted]')
	await page.click('button.save')
	await status('Saved')
	assert.equal(new URL(page.url()).pathname, '/map/trees-and-wells/edit/')
	await page.reload()
	await page.waitForSelector('.builder .layers .name')
	assert.deepEqual(await layers(), ['Trees of the town', 'Wells'])
	map_url = `${origin}/map/trees-and-wells/`
	await page.goto(map_url)
	assert.equal(await page.textContent('h1'), 'Trees and wells')
	assert.equal(await page.evaluate(() => JSON.parse(document.querySelector('stoa-map').getAttribute('config')).layers.length), 2)
})

test('of two tabs the second is told, and saves a copy', async () => {
	const other = await context.newPage()
	for (const tab of [page, other]) {
		await tab.goto(`${map_url}edit/`)
		await tab.waitForSelector('.builder .layers .name')
	}
	await page.fill('#builder-description', 'By the first')
	await page.click('button.save')
	await status('Saved')
	await other.fill('#builder-title', 'By the second')
	await other.click('button.save')
	await other.waitForSelector('[role=alert]:has-text("changed elsewhere")')
	await other.click('text=Save as a copy')
	await other.waitForURL(/\/map\/by-the-second\/edit\//)
	await other.close()
})

test('a share follows its options', async () => {
	await page.goto(map_url)
	await page.click('stoa-share summary')
	await page.check('stoa-share [data-option=static]')
	await page.selectOption('stoa-share [data-option=size]', '900x600')
	const code = await page.textContent('stoa-share [data-code=frame] code')
	assert.match(code, /src="https:\/\/isoc\.example\/map\/embed\/trees-and-wells\/\?static=true&amp;scrollWheelZoom=false"/)
	assert.match(code, /width="900" height="600"/)
	assert.match(await page.textContent('stoa-share [data-code=element] code'), /<stoa-map source="https:\/\/isoc\.example" config=/)
	await look(page, 'map-shared', '1440-light')
	await page.keyboard.press('Escape')
	assert.equal(await page.evaluate(() => document.activeElement?.localName), 'summary')
})

let chart_slug
test('a chart is built with the keyboard, saved, and is there again', async () => {
	await page.goto(`${origin}/chart/`)
	await page.focus('.builder input[type=search]')
	await page.keyboard.type('Trees')
	await page.waitForFunction(() => document.querySelectorAll('.builder .found button').length === 1)
	await page.keyboard.press('Tab')
	await page.keyboard.press('Enter')
	await page.waitForURL(/dataset=trees/)
	await page.waitForSelector('.builder stoa-chart')
	await page.fill('#builder-title', 'Trees by kind')
	await page.check('input[name=builder-visibility][value=unlisted]')
	await page.keyboard.press('Control+s')
	await status('Saved')
	chart_slug = /\/chart\/([^/]+)\/edit\//.exec(page.url())[1]
	await look(page, 'chart-builder', '1440-light')
	await page.goto(`${origin}/chart/${chart_slug}/`)
	await page.waitForFunction(() => document.querySelector('stoa-chart')?.shadowRoot?.querySelector('canvas, svg, table'))
	await look(page, 'chart', '1440-light')
})

test('JAR-T12: frames in a page of another site show it, and leave no cookie, while signed in at the portal', async () => {
	const jar = async () => JSON.stringify((await context.cookies()).filter(c => c.domain.includes('isoc')).map(c => [c.name, c.value]).sort())
	const before_jar = await jar()
	w.tls.foreign.page = `<!DOCTYPE html><html lang="en"><title>foreign</title><iframe width="600" height="450" title="map" src="${origin}/map/embed/trees-and-wells/?static=false"></iframe>
		<iframe width="600" height="450" title="chart" src="${origin}/chart/embed/${chart_slug}/"></iframe>
		<iframe width="600" height="450" title="table" src="${origin}/explore/embed/dataset/trees/table/"></iframe>
		<iframe width="600" height="450" title="nothing" src="${origin}/explore/embed/dataset/nothing/table/"></iframe></html>`
	const site = await context.newPage()
	const asked = []
	site.on('request', r => r.url().startsWith(origin) && asked.push(r))
	await site.goto('https://foreign.test/')
	await site.waitForLoadState('load')
	const frames = site.frames().slice(1)
	assert.equal(frames.length, 4)
	const text = await Promise.all(frames.map(f => f.evaluate(() => document.body.innerText)))
	assert.match(text[0], /Trees and wells/)
	await frames[1].waitForFunction(() => document.querySelector('stoa-chart')?.shadowRoot?.querySelector('canvas, svg, table'))
	assert.match(text[2], /60 records/)
	assert.match(text[3], /This cannot be shown/)
	assert.ok(!text.some(t => /Sign in|Ada/.test(t)))
	for (const r of asked) assert.equal((await r.allHeaders()).cookie, undefined, r.url())
	assert.equal(await frames[0].evaluate(() => document.hasStorageAccess?.() ?? false), false)
	assert.equal(await jar(), before_jar)
	if (shots) await site.screenshot({ path: join(shots, 'frames.1440-light.png'), fullPage: true })
	await site.close()
})

test('links of a frame open a page of their own', async () => {
	const site = await context.newPage()
	await site.goto('https://foreign.test/')
	const [opened] = await Promise.all([context.waitForEvent('page'), site.frameLocator('iframe[title=chart]').locator('footer a').first().click()])
	await opened.waitForLoadState()
	assert.equal(new URL(opened.url()).pathname, `/chart/${chart_slug}/`)
	await opened.close()
	await site.close()
})

test('one’s own list, copies and deleting', async () => {
	await page.goto(`${origin}/account/visualizations/`)
	assert.ok(await page.isVisible('a:has-text("Trees and wells")'))
	await look(page, 'visualizations', '1440-light')
	await page.click('tr:has-text("By the second") a:has-text("Delete")')
	await look(page, 'delete', '1440-light')
	await page.click('form button:has-text("Delete")')
	await page.waitForURL(/\/account\/visualizations\//)
	assert.ok(!(await page.isVisible('a:has-text("By the second")')))
})

test('who is not signed in keeps what they build in the address, and takes it along to sign in', async () => {
	const stranger = await w.fresh({ viewport: { width: 1440, height: 900 } })
	const tab = await stranger.newPage()
	await tab.goto(`${origin}/map/?dataset=wells`)
	await tab.waitForSelector('.builder .layers .name')
	await tab.fill('#builder-title', 'Mine')
	await tab.waitForURL(/config=/)
	const login = await tab.getAttribute('a.save', 'href')
	assert.match(login, /^\/login\/\?next=%2Fmap%2F%3Fconfig%3D/)
	await tab.reload()
	await tab.waitForSelector('.builder .layers .name')
	assert.equal(await tab.inputValue('#builder-title'), 'Mine')
	assert.deepEqual(await stranger.cookies(), [])
	await stranger.close()
})

test('without script what is saved is there as words', async () => {
	const plain = await w.fresh({ javaScriptEnabled: false })
	const tab = await plain.newPage()
	await tab.goto(map_url)
	assert.ok(await tab.isVisible('.layers >> text=Trees of the town'))
	await tab.goto(`${origin}/chart/${chart_slug}/`)
	assert.ok(await tab.isVisible('table.numbers >> text=Oak'))
	await tab.click('stoa-share summary')
	assert.ok(await tab.isVisible('stoa-share [data-code=frame] code'))
	await plain.close()
})

for (const [width, colorScheme, lang, of] of [[390, 'light', 'ar', 'gallery map-builder chart-builder visualizations embed'], [1440, 'dark', '', 'map embed-map']])
	test(`pages of maps and charts have nothing for axe to say: ${width} px, ${colorScheme} ${lang}`, async () => {
		const kind = `${lang}${width}-${colorScheme}`
		const other = await w.fresh({ viewport: { width, height: 900 }, colorScheme, bypassCSP: true, storageState: await context.storageState() })
		const tab = await other.newPage()
		const flg = lang ? `?flg=${lang}` : ''
		for (const [name, path] of [['gallery', '/maps/'], ['map', '/map/trees-and-wells/'], ['map-builder', '/map/trees-and-wells/edit/'], ['chart-builder', `/chart/${chart_slug}/edit/`],
			['visualizations', '/account/visualizations/'], ['embed', '/explore/embed/dataset/trees/table/'], ['embed-map', '/map/embed/trees-and-wells/']]) {
			if (!of.split(' ').includes(name)) continue
			await tab.goto(origin + path + flg)
			if (name.includes('builder')) await tab.waitForSelector('.builder .side')
			if (name === 'map-builder') await tab.click('[data-layer="0"] .name')
			await look(tab, name, kind)
		}
		await other.close()
	})
