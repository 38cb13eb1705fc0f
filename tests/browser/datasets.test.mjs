// The tabs of a dataset after its data, and the lists of a portal, in a real browser: axe wide and narrow, light and dark; the preview that follows its form;
// by keyboard and without script.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { secret, signInTwice } from './factor.mjs'
import { password, world } from './world.mjs'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const host = 'isoc.example', who = 'keeper@isoc.example'
const tabs = ['information/', 'information/?part=dcat', 'information/files/', 'visualizations/', 'visualizations/?view=map', 'visualizations/?view=custom', 'export/', 'security/', 'security/as/',
	'scheduling/', 'translations/', 'translations/?lang=fr&part=schema', 'history/', 'feedback/', 'monitoring/']
const lists = ['/backoffice/queue/', '/backoffice/connections/', '/backoffice/connections/new/?type=http', '/backoffice/templates/', '/backoffice/templates/new/', '/backoffice/licences/', '/backoffice/themes/']
const pages = [...tabs.map(t => `/backoffice/datasets/trees/${t}`), ...lists]

// Those with the widest contents are looked at on a phone as well.
const narrow = pages.filter(p => /information\/$|view=map|security\/$|translations\/$|scheduling|queue|licences/.test(p))

let w, signedIn
const at = path => `https://${host}${path}`

before(async () => {
	w = await world()
	await w.ask('/fixture', { users: [{ host, email: who, name: 'Keeper of the House', password, role: 'admin', totp: secret }] })
	const file = join(tmpdir(), `stoa-trees-${process.pid}.csv`)
	writeFileSync(file, 'name,district,year,loc\nOak,north,2020,"48.85, 2.35"\nElm,south,2021,"48.86, 2.36"\n')
	w.run('publish', file, '--portal', host, '--id', 'trees', '--title', 'Trees of a town with a title that is rather long for a narrow screen')
	const context = await w.fresh()
	const page = await context.newPage()
	await signInTwice(w, page, host, who)
	signedIn = await context.storageState()
	await context.close()
})
after(async () => {
	const { code: end, said } = await w.stop()
	assert.equal(end, 0, said)
})

const opened = async options => {
	const context = await w.fresh({ storageState: signedIn, ...options })
	return { context, page: await context.newPage() }
}

describe('tabs of a dataset', () => {
	// One of the two a day; with STOA_WHOLE set (`make nightly`) both.
	const looks = [['wide, light', { viewport: { width: 1440, height: 900 }, bypassCSP: true }], ['narrow, dark', { viewport: { width: 390, height: 844 }, colorScheme: 'dark', bypassCSP: true }]]
	for (const [name, options] of process.env.STOA_WHOLE ? looks : [looks[Math.floor(Date.now() / 864e5) % 2]])
		test(`axe finds nothing: ${name}`, async () => {
			const { context, page } = await opened(options)
			const found = []
			for (const path of options.colorScheme ? narrow : pages) {
				await page.goto(at(path), { waitUntil: 'domcontentloaded' })
				await page.addScriptTag({ path: axe })
				const { violations } = await page.evaluate(() => window.axe.run({ exclude: ['iframe'] }, { resultTypes: ['violations'] }))
				found.push(...violations.map(v => `${path}: ${v.id}: ${v.nodes.map(n => n.target.join(' ')).slice(0, 3).join(', ')}`))
				const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
				if (over > 0) found.push(`${path} is ${over} px wider than the screen`)
			}
			assert.deepEqual(found, [])
			await context.close()
		})

	test('the preview follows the form, and nothing of it is kept', async () => {
		const { context, page } = await opened({ viewport: { width: 1440, height: 900 } })
		await page.goto(at('/backoffice/datasets/trees/visualizations/?view=custom'))
		await page.check('[name="v.custom_view_enabled"]')
		await page.fill('[name="v.custom_view_html.en"]', '<p>A clearing in the wood</p>')
		const frame = page.frameLocator('iframe[name=view-preview]')
		await frame.getByText('A clearing in the wood').waitFor()
		assert.equal(new URL(page.url()).pathname, '/backoffice/datasets/trees/visualizations/')
		await page.reload()
		assert.equal(await page.inputValue('[name="v.custom_view_html.en"]'), '')
		await context.close()
	})

	test('columns are put in order by dragging, and the numbers follow', async () => {
		const { context, page } = await opened({ viewport: { width: 1440, height: 1200 } })
		await page.goto(at('/backoffice/datasets/trees/visualizations/'))
		const rows = page.locator('stoa-ordered li')
		const order = () => rows.evaluateAll(list => list.map(li => [li.querySelector('[type=checkbox]').value, li.querySelector('[type=checkbox]').checked, li.querySelector('[type=number]').value]))
		const before = (await order()).map(([name]) => name)
		await rows.nth(2).locator('.grip').dragTo(rows.nth(0), { targetPosition: { x: 20, y: 3 } })
		const now = [before[2], before[0], before[1], ...before.slice(3)]
		assert.deepEqual(await order(), now.map((name, i) => [name, true, String(i + 1)]), 'none was ticked, which means all: all stay')
		await page.locator(`stoa-ordered [value="${before[0]}"]`).uncheck()
		assert.deepEqual((await order()).map(([, , number]) => number), ['1', '', ...now.slice(2).map((_, i) => String(i + 2))])
		await page.getByRole('button', { name: 'Save', exact: true }).first().click()
		await page.waitForURL(/done=/)
		assert.deepEqual((await order()).filter(([, on]) => on).map(([name]) => name), now.filter(name => name !== before[0]))
		await context.close()
	})

	test('a schedule asks for what its kind needs, with script and without', async () => {
		for (const javaScriptEnabled of [true, false]) {
			const { context, page } = await opened({ javaScriptEnabled })
			await page.goto(at('/backoffice/datasets/trees/scheduling/'))
			const asked = async () => {
				const seen = []
				for (const name of ['time', 'day', 'date', 'minute', 'every', 'cron']) if (await page.locator(`[name=${name}]`).first().isVisible()) seen.push(name)
				return seen.join(' ')
			}
			for (const [kind, fields] of Object.entries({ daily: 'time', weekly: 'time day', monthly: 'time date', hourly: 'minute', minutes: 'every', cron: 'cron' })) {
				await page.check(`[name=kind][value=${kind}]`)
				assert.equal(await asked(), fields, kind)
			}
			await page.fill('[name=cron]', '61 * * * *')
			await page.getByRole('button', { name: 'Save', exact: true }).first().click()
			await page.locator('.summary').waitFor()
			assert.equal(await asked(), 'cron', 'what was refused stays in view')
			await context.close()
		}
	})

	test('by keyboard alone a publisher is named', async () => {
		const { context, page } = await opened({ viewport: { width: 1440, height: 900 } })
		await page.goto(at('/backoffice/datasets/trees/information/'))
		await page.focus('[name="m.publisher"]')
		await page.keyboard.type('Forest office')
		await page.keyboard.press('Enter')
		await page.waitForURL(/done=/)
		assert.equal(await page.inputValue('[name="m.publisher"]'), 'Forest office')
		await context.close()
	})

	test('two editors at once: the second is told, loses nothing and decides', async () => {
		const { context, page } = await opened({ viewport: { width: 1440, height: 900 }, bypassCSP: true })
		const other = await context.newPage(), path = at('/backoffice/datasets/trees/information/')
		const save = async p => {
			await p.getByRole('button', { name: 'Save', exact: true }).click()
			await p.waitForLoadState('domcontentloaded')
		}
		await page.goto(path)
		await other.goto(path)
		await page.fill('[name="m.publisher"]', 'Town hall')
		await page.fill('[name="m.attributions"]', 'Survey of 2024')
		await save(page)
		await page.waitForURL(/done=/)
		await other.fill('[name="m.publisher"]', 'Forest school')
		await save(other)
		await other.getByText('Somebody else has changed the same thing').waitFor()
		assert.equal(await other.inputValue('[name="m.publisher"]'), 'Forest school')
		await other.addScriptTag({ path: axe })
		const { violations } = await other.evaluate(() => window.axe.run({ exclude: ['iframe'] }, { resultTypes: ['violations'] }))
		assert.deepEqual(violations.map(v => v.id), [])
		// What the first saved stands, and can be looked at beside one's own.
		const [now] = await Promise.all([context.waitForEvent('page'), other.getByRole('link', { name: 'What is saved now' }).click()])
		await now.waitForLoadState('domcontentloaded')
		assert.equal(await now.inputValue('[name="m.publisher"]'), 'Town hall')
		await other.getByRole('button', { name: 'Save mine over it' }).click()
		await other.waitForURL(/done=/)
		await page.goto(path)
		assert.equal(await page.inputValue('[name="m.publisher"]'), 'Forest school')
		await page.goto(at('/backoffice/datasets/trees/history/'))
		assert.ok((await page.locator('main').innerText()).includes('Town hall'), 'the other version is in the history')
		await context.close()
	})

	test('without script a rule is made, looked at and taken away', async () => {
		const { context, page } = await opened({ javaScriptEnabled: false })
		await page.goto(at('/backoffice/datasets/trees/security/'))
		await page.fill('#everybody [name=filter]', 'district = "north"')
		await page.click('#everybody button[type=submit]')
		await page.getByText('leaves 1 record').waitFor()
		await page.goto(at('/backoffice/datasets/trees/security/as/?who=public'))
		assert.equal(await page.getByRole('cell', { name: 'Oak' }).count(), 1)
		assert.equal(await page.getByRole('cell', { name: 'Elm' }).count(), 0)
		await page.goto(at('/backoffice/datasets/trees/security/'))
		await page.fill('#everybody [name=filter]', '')
		await page.click('#everybody button[type=submit]')
		await context.close()
	})
})
