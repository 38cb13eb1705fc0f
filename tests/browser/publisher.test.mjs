// A publisher without an IT department, in a real browser: six ugly files become six published datasets, each of them with a map and a chart, with every click
// and every page counted; a misspelt field is told; a step is added and moved by keyboard alone; axe has nothing to say.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { signIn, world } from './world.mjs'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const ugly = fileURLToPath(new URL('../data/ugly', import.meta.url))
const host = 'isoc.example', who = 'ada@isoc.example'
const at = path => `https://${host}${path}`
const HOME = '/backoffice/datasets/'

let w, page, context, signedIn
const faults = []
// What a person does: clicks (a choice of a file is one, a box that is filled in is one) and pages that open.
const count = { clicks: 0, pages: 0 }
const press = async target => {
	count.clicks++
	await target.click()
}
const fill = async (target, text) => {
	count.clicks++
	await target.fill(text)
}
const button = name => page.getByRole('button', { name, exact: true })

before(async () => {
	w = await world()
	context = await w.fresh({ viewport: { width: 1440, height: 1000 }, bypassCSP: true })
	page = await context.newPage()
	page.on('pageerror', e => faults.push(`script error: ${e.message}`))
	page.on('console', m => m.type() === 'error' && !/status of 4\d\d/.test(m.text()) && faults.push(`console: ${m.text()}`))
	await signIn(page, host, who)
	signedIn = await context.storageState()
	page.on('framenavigated', frame => frame === page.mainFrame() && count.pages++)
})
after(async () => {
	await context?.close()
	const { code, said } = await w.stop()
	assert.equal(code, 0, said)
})

// From the list to the page that shows what was found: one click, one choice of a file.
async function begin(file, ...more) {
	await page.goto(at(HOME))
	await press(page.getByRole('link', { name: 'New dataset' }).first())
	count.clicks++
	await page.setInputFiles('#drop-files', [file, ...more].map(name => join(ugly, name)))
	await page.waitForURL(/\/check\/$/)
	await page.waitForSelector('.sheet-of')
}

const columns = () => page.locator('.sheet-of').first().locator('thead small:first-of-type').allInnerTexts()
const column = async name => (await columns()).find(text => text.split(/\s/)[0] === name)

async function published() {
	await page.waitForSelector('.ways-on, .notice.danger', { timeout: 40000 })
	assert.equal(await page.locator('.notice.danger').count(), 0, await page.locator('main').innerText())
	return /\/datasets\/(da_[a-z0-9]+)\//.exec(page.url())[1]
}

async function records(slug) {
	const { status, body } = await page.evaluate(async path => {
		const answer = await fetch(path)
		return { status: answer.status, body: await answer.json() }
	}, `/api/explore/v2.1/catalog/datasets/${slug}/records?limit=100`)
	assert.equal(status, 200, slug)
	return body
}

async function clean(name) {
	await page.addScriptTag({ path: axe })
	const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }))
	assert.deepEqual(violations.map(v => `${name}: ${v.id}: ${v.nodes.map(n => n.target.join(' ')).slice(0, 3).join(', ')}`), [])
	assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0, `${name} is wider than the screen`)
}

// What the last page of the road offers by itself: a map where there are places, a chart wherever something can be counted; from one to the other by the tabs that readers have.
async function seen() {
	await press(page.getByRole('link', { name: 'See it on the map' }))
	await page.waitForSelector('stoa-map')
	await press(page.getByRole('link', { name: 'Analyze', exact: true }).first())
	await page.waitForSelector('stoa-chart')
}

test('a file with another encoding, decimal commas and blanks for thousands', async () => {
	await begin('budget-windows-1252.csv')
	assert.match(await column('montant_vote'), /Decimal number/)
	assert.match(await column('paye_le'), /Date/)
	await press(button('Publish'))
	await published()
	const { total_count, results } = await records('budget-windows-1252')
	assert.equal(total_count, 40)
	assert.ok(results.some(r => r.libelle_de_l_operation.includes('école')))
	await seen()
})

test('two rows of headings, merged cells, a title above and a total below', async () => {
	await begin('population-two-headings.xlsx')
	await press(button('Publish'))
	await published()
	const { total_count, results } = await records('population-two-headings')
	assert.equal(total_count, 20)
	assert.ok(results.every(r => Object.values(r).some(v => v && typeof v === 'object' && 'lat' in v)), JSON.stringify(results[0]))
	await seen()
})

test('dates with the day first, an old encoding, a total at the end', async () => {
	await begin('events-day-month.csv')
	assert.match(await column('date'), /Date/)
	await press(button('Publish'))
	await published()
	const { total_count, results } = await records('events-day-month')
	assert.equal(total_count, 36)
	assert.ok(results.some(r => r.date?.startsWith('2023-01-04')), JSON.stringify(results[0]))
	await seen()
})

test('coordinates in Lambert 93 are points at once', async () => {
	await begin('bins-lambert93.csv')
	// The grid is told by where its numbers lie, and offered.
	assert.equal(await page.locator('[name=grid]').inputValue(), '2154')
	await press(button('Publish'))
	await published()
	const { total_count, results } = await records('bins-lambert93')
	assert.equal(total_count, 60)
	const place = Object.values(results[0]).find(v => v && typeof v === 'object' && 'lat' in v)
	assert.ok(Math.abs(place.lat - 48) < 1 && Math.abs(place.lon + 0.6) < 1, JSON.stringify(results[0]))
	await seen()
})

test('a zipped shapefile in Lambert 93 with a table in another encoding', async () => {
	await begin('zones-lambert93.zip')
	await press(button('Publish'))
	await published()
	const { total_count, results } = await records('zones-lambert93')
	assert.equal(total_count, 12)
	assert.ok(JSON.stringify(results).includes('Périmètre éloigné'))
	await seen()
})

test('the answer of an API, objects inside objects', async () => {
	await begin('stations-api.json')
	await press(button('Publish'))
	await published()
	assert.equal((await records('stations-api')).total_count, 20)
	await seen()
})

test('few clicks and few pages', () => {
	console.log(`six datasets: ${count.clicks} clicks, ${count.pages} pages`)
	assert.ok(count.clicks <= 30, `${count.clicks} clicks`)
	assert.ok(count.pages <= 42, `${count.pages} pages`)
})

test('a misspelt field is told where it is, with the one that is meant', async () => {
	await page.goto(at(HOME))
	await page.getByRole('link', { name: 'Events day month' }).click()
	await page.getByRole('link', { name: 'Processing', exact: true }).click()
	await page.getByRole('link', { name: /^Replace text/ }).click()
	await page.fill('[name="a.field"]', 'evenemant')
	await page.fill('[name="a.old"]', 'Marché')
	await page.fill('[name="a.new"]', 'Foire')
	await button('Save and publish').click()
	await page.waitForSelector('.notice.danger, .notice.warning, .dataset-status:not([data-busy])', { timeout: 40000 })
	await page.waitForFunction(() => /evenemant/.test(document.querySelector('main').innerText) && /evenement\b/.test(document.querySelector('main').innerText), null, { timeout: 40000 })
	await page.goto(page.url().replace(/\?.*/, ''))
	await button('Undo').click()
	await page.waitForSelector('.notice.success')
})

test('a processor is found by everyday words', async () => {
	await page.goto(at(HOME))
	await page.getByRole('link', { name: 'Events day month' }).click()
	await page.getByRole('link', { name: 'Processing', exact: true }).click()
	const search = page.locator('#find-processor'), left = () => page.locator('#add li:visible strong').allInnerTexts()
	if (!(await search.isVisible())) await page.locator('#add > summary').click()
	const wanted = { euro: 'Replace text', price: 'Expression', percent: 'Replace text', currency: 'Expression', postcode: 'Extract text', phone: 'Replace via regexp', email: 'Extract text',
		accent: 'Normalize Unicode', address: 'Geocode with BAN', 'first name': 'Concatenate text', duplicates: 'Deduplicate multivalued', 'empty rows': 'Skip records' }
	for (const [words, processor] of Object.entries(wanted)) {
		await search.fill(words)
		assert.ok((await left()).includes(processor), `${words}: ${await left()}`)
	}
	await search.fill('zzz')
	assert.deepEqual(await left(), [])
	assert.match(await page.locator('#add [role=status]').innerText(), /No processor is known by these words/)
	await search.fill('')
	assert.equal(await page.locator('#add [role=status]').innerText(), '')
})

test('a step is added, moved and taken away by keyboard alone', async () => {
	await page.goto(at(HOME))
	await page.getByRole('link', { name: 'Budget windows 1252' }).click()
	await page.getByRole('link', { name: 'Processing', exact: true }).click()
	const tab = async (locator, key = 'Enter') => {
		for (let i = 0; i < 200; i++) {
			if (await locator.evaluate(e => e === document.activeElement)) return page.keyboard.press(key)
			await page.keyboard.press('Tab')
		}
		assert.fail('not reached by keyboard')
	}
	const skip = () => tab(page.locator('.skip'))
	const add = async (type, fields) => {
		await skip()
		const search = page.locator('#find-processor')
		if (!(await search.isVisible())) await tab(page.locator('#add > summary'))
		await tab(search, 'End')
		await page.keyboard.type(type)
		await Promise.all([page.waitForURL(/new=/), tab(page.locator('#add a:visible').first())])
		await skip()
		for (const [name, text] of fields) {
			await tab(page.locator(`[name="a.${name}"]`), 'End')
			await page.keyboard.type(text)
		}
		await Promise.all([page.waitForURL(/done=/), tab(page.locator('form#step').getByRole('button', { name: 'Save', exact: true }))])
		await page.goto(page.url().replace(/\?.*/, ''))
	}
	await add('Replace text', [['field', 'beneficiaire'], ['old', 'œuvre'], ['new', 'opération']])
	await add('HTML entities', [['field', 'beneficiaire']])
	const titles = () => page.locator('.line-of .step bdi').allInnerTexts()
	const before = await titles()
	assert.equal(before.length, 2)
	// Switched off, a step lets the rows by.
	for (const [name, seen] of [['Switch off', true], ['Switch on', false]]) {
		await page.getByRole('button', { name }).first().click()
		await page.waitForFunction(was => /œuvre/.test(document.querySelector('.sheet-of')?.innerText ?? '') === was, seen)
	}
	await page.goto(page.url().replace(/\?.*/, ''))
	await skip()
	await Promise.all([page.waitForURL(/moved=/), tab(page.locator('.step').nth(1).getByRole('button', { name: /Move up/ }))])
	assert.deepEqual(await titles(), before.toReversed())
	for (let left = 1; left >= 0; left--) {
		await skip()
		await tab(page.locator('.step').first().getByRole('button', { name: /Remove/ }))
		await page.waitForFunction(n => document.querySelectorAll('.line-of .step').length === n, left)
	}
})

// Every page once wide, those that differ most once narrow and dark.
// One of the two a day; with STOA_WHOLE set (`make nightly`) both.
const looks = [[1440, 'light'], [390, 'dark']]
for (const [width, colorScheme] of process.env.STOA_WHOLE ? looks : [looks[Math.floor(Date.now() / 864e5) % 2]])
	test(`axe has nothing to say: ${width} px, ${colorScheme}`, async () => {
		const uid = await page.goto(at(HOME)).then(() => page.locator('.row-state').first().getAttribute('data-uid'))
		const other = await w.fresh({ viewport: { width, height: 900 }, colorScheme, bypassCSP: true, storageState: signedIn })
		const kept = page
		page = await other.newPage()
		for (const path of ['', 'new/', '?which=deleted', `${uid}/sources/`, `${uid}/processing/`, `${uid}/processing/?new=expression`, `${uid}/schema/`, `${uid}/errors/`,
			`${uid}/identifier/`, `${uid}/done/`, `${uid}/check/`].filter((_, i) => width > 400 || i % 2 === 0 || i === 1)) {
			const answer = await page.goto(at(HOME + path))
			assert.equal(answer.status(), 200, path)
			await clean(path)
			assert.equal(await page.locator('h1').count(), 1, path)
		}
		await other.close()
		page = kept
	})

test('without script the whole road is there', async () => {
	const plain = await w.fresh({ javaScriptEnabled: false, storageState: signedIn })
	const one = await plain.newPage()
	await one.goto(at(`${HOME}new/`))
	await one.setInputFiles('#drop-files', join(ugly, 'stations-api.json'))
	await one.getByRole('button', { name: 'Go on with these files' }).click()
	await one.waitForURL(/\/check\/$/)
	await one.fill('[name=title]', 'Stations once more')
	await one.getByRole('button', { name: 'Publish', exact: true }).click()
	await one.waitForURL(/\/done\//)
	for (let i = 0; i < 40 && !(await one.locator('.ways-on').count()); i++) {
		await new Promise(done => setTimeout(done, 500))
		await one.reload()
	}
	assert.equal(await one.locator('.ways-on').count(), 1)
	// Deleted, and brought back.
	await one.goto(at(HOME))
	const row = one.locator('tr', { hasText: 'Stations once more' })
	await row.locator('summary').click()
	await row.getByRole('link', { name: /^Delete/ }).click()
	await one.getByRole('button', { name: 'Delete', exact: true }).click()
	await one.waitForURL(/deleted=/)
	assert.equal(await one.locator('tr', { hasText: 'Stations once more' }).count(), 0)
	await one.getByRole('button', { name: 'Undo the deletion' }).click()
	await one.waitForURL(/done=undeleted/)
	assert.equal(await one.locator('tr', { hasText: 'Stations once more' }).count(), 1)
	await plain.close()
})

test('no script failed on the way', () => assert.deepEqual(faults, []))
