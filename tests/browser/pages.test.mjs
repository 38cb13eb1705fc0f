// Content pages in a real browser: a dashboard made with the editor from nothing, with script and without; published, and read on a
// phone; axe on all of it, from right to left as well.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { password, world } from './world.mjs'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const host = 'tags.example', who = 'editor@tags.example'
const at = path => `https://${host}${path}`
let w, signedIn

before(async () => {
	w = await world()
	await w.ask('/fixture', { domains: [], users: [{ host, email: who, name: 'Editor', password, role: 'member' }] })
	w.run('user', 'change', who, '--portal', host, '--permissions', 'create_page,publish_page,manage_page')
	const file = join(tmpdir(), `rivers-${process.pid}.csv`)
	writeFileSync(file, 'river,land,length\nRhine,DE,1233\nSeine,FR,777\nLoire,FR,1006\nElbe,DE,1094\n')
	w.run('publish', file, '--portal', host, '--id', 'rivers', '--title', 'Rivers', '--meta', 'theme=Environment', '--meta', 'publisher=Water office')
	const context = await w.fresh()
	const page = await context.newPage()
	await page.goto(at('/login/'))
	await page.fill('[name=username]', who)
	await page.fill('[name=password]', password)
	await page.click('form:has([name=password]) button[type=submit]')
	await page.waitForURL(url => !url.pathname.startsWith('/login/'))
	signedIn = await context.storageState()
	await context.close()
})
after(async () => {
	const { code, said } = await w.stop()
	assert.equal(code, 0, said)
})

async function opened(options = {}) {
	const context = await w.fresh({ storageState: signedIn, bypassCSP: options.javaScriptEnabled !== false, ...options })
	const page = await context.newPage()
	page.setDefaultTimeout(8000)
	const faults = []
	page.on('pageerror', e => faults.push(`script error: ${e.message}`))
	page.on('console', m => m.type() === 'error' && !/status of 4\d\d/.test(m.text()) && faults.push(`console: ${m.text()}`))
	page.on('request', r => { if (!r.url().startsWith('data:') && new URL(r.url()).origin !== `https://${host}`) faults.push(`asked ${r.url()}`) })
	return { context, page, faults }
}

async function clean(page, name) {
	await page.addScriptTag({ path: axe })
	const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'], iframes: false }))
	assert.deepEqual(violations.map(v => `${name}: ${v.id}: ${v.nodes.map(n => n.target.join(' ')).slice(0, 3).join(', ')}`), [])
	assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0, `${name} is wider than the screen`)
}

// From the list to a published page, by what people see.
async function make(page, title) {
	await page.goto(at('/backoffice/pages/'))
	await page.getByRole('link', { name: 'New page' }).click()
	await page.getByLabel('Title').fill(title)
	await page.getByLabel('Empty grid').check()
	await page.getByRole('button', { name: 'Make the page' }).click()
	await page.locator('[name="s0.b0.text.en"]').fill('## Rivers\n\nOf **Europe**.')
	await page.locator('[name="s0.add"]').selectOption('kpi')
	await page.getByRole('button', { name: 'Add a block' }).click()
	await page.locator('[name="s0.b1.title.en"]').fill('Total length')
	await page.locator('[name="s0.b1.dataset"]').selectOption('rivers')
	await page.locator('[name="s0.b1.function"]').selectOption('sum')
	await page.getByRole('button', { name: 'Check', exact: true }).last().click()
	await page.locator('[name="s0.b1.field"]').selectOption('length')
	await page.locator('[name=add]').selectOption('filters')
	await page.getByRole('button', { name: 'Add a section' }).click()
	await page.locator('[name="s1.b0.dataset"]').selectOption('rivers')
	await page.locator('[name="s1.b0.fields"]').fill('land')
	await page.getByRole('button', { name: /^Move up/ }).click()
	assert.equal(await page.locator('[name="s0.b0.type"]').inputValue(), 'filters')
	await page.getByRole('button', { name: 'Save and publish' }).click()
	await page.getByText('Saved and published').waitFor()
	await page.getByRole('link', { name: 'Access' }).click()
	await page.getByLabel('Everybody').check()
	await page.getByRole('button', { name: 'Save' }).click()
	await page.getByText('Your changes are saved.').waitFor()
}

describe('the editor', () => {
	test('makes a dashboard without script', async () => {
		const { context, page, faults } = await opened({ javaScriptEnabled: false })
		await make(page, 'Plain rivers')
		await page.goto(at('/pages/plain-rivers/'))
		assert.equal(await page.locator('.kpi .value').innerText(), '4,110')
		await page.getByLabel('land').selectOption('FR')
		await page.getByRole('button', { name: 'Show' }).click()
		assert.equal(await page.locator('.kpi .value').innerText(), '1,783')
		assert.match(page.url(), /refine\.land=FR/)
		assert.deepEqual(faults, [])
		await context.close()
	})

	test('makes one with script, with a preview that follows and blocks that are dragged', async () => {
		const { context, page, faults } = await opened({ viewport: { width: 1440, height: 1000 } })
		await make(page, 'Lively rivers')
		await page.goto(at('/backoffice/pages/'))
		await page.getByRole('link', { name: 'Lively rivers' }).click()
		const frame = page.frameLocator('iframe[name=page-preview]')
		await frame.locator('.kpi .value').waitFor()
		await page.locator('[name="s1.b1.title.en"]').fill('How long in all')
		await frame.getByText('How long in all').waitFor()
		await page.getByLabel('Phone').check()
		assert.ok((await page.locator('iframe[name=page-preview]').boundingBox()).width <= 390)
		await page.locator('[data-place="1:1"] summary').first().dragTo(page.locator('[data-place="1:0"] > summary'))
		await page.getByText('This is not saved yet.').waitFor()
		assert.equal(await page.locator('[name="s1.b0.title.en"]').inputValue(), 'How long in all')
		await clean(page, 'editor')
		assert.deepEqual(faults, [])
		await context.close()
	})

	for (const [width, colorScheme] of [[390, 'dark'], [1440, 'light']])
		test(`has nothing for axe to say: ${width}, ${colorScheme}`, async () => {
			const { context, page, faults } = await opened({ viewport: { width, height: 900 }, colorScheme })
			for (const path of ['/backoffice/pages/', '/backoffice/pages/new/', '/backoffice/pages/1/', '/backoffice/pages/1/access/', '/backoffice/pages/1/share/', '/backoffice/pages/1/history/']) {
				await page.goto(at(path))
				await clean(page, path)
			}
			assert.deepEqual(faults, [])
			await context.close()
		})
})

describe('readers', () => {
	for (const [width, colorScheme, lang] of [[390, 'light', 'en'], [390, 'dark', 'ar'], [1440, 'light', 'fr']])
		test(`see it whole: ${width}, ${colorScheme}, ${lang}`, async () => {
			const { context, page, faults } = await opened({ storageState: undefined, viewport: { width, height: 844 }, colorScheme })
			for (const path of ['/pages/plain-rivers/', '/', '/pages/embed/plain-rivers/']) {
				await page.goto(at(`${path}?flg=${lang}`), { waitUntil: 'networkidle' })
				await clean(page, path)
			}
			assert.deepEqual(faults, [])
			await context.close()
		})

	test('filter it without leaving it', async () => {
		const { context, page, faults } = await opened({ storageState: undefined })
		await page.goto(at('/pages/plain-rivers/'))
		await page.evaluate(() => { window.stayed = true })
		await page.getByLabel('land').selectOption('DE')
		await page.getByRole('button', { name: 'Show' }).click()
		await page.locator('.kpi .value', { hasText: '2,327' }).waitFor()
		assert.ok(await page.evaluate(() => window.stayed))
		assert.deepEqual(faults, [])
		await context.close()
	})
})
