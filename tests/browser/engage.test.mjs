// What readers tell the portal, in a real browser: forms without script, errors that keep what was typed, nothing but one cookie, and axe on
// every page of it, wide and narrow. With SHOTS=folder, pictures of the pages stay there.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { secret, signInTwice } from './factor.mjs'
import { password, world } from './world.mjs'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const host = 'isoc.example', who = 'keeper@isoc.example'
const at = path => `https://${host}${path}`
const dataset = '/explore/dataset/trees/'
let w

before(async () => {
	w = await world()
	await w.ask('/fixture', { users: [{ host, email: who, name: 'Keeper', password, role: 'admin', totp: secret }] })
	const file = join(tmpdir(), `stoa-engage-${process.pid}.csv`)
	writeFileSync(file, 'id,species\n1,Oak\n2,Lime\n')
	w.run('publish', file, '--portal', host, '--id', 'trees', '--title', 'Trees of the city', '--meta', 'publisher=Parks')
})
after(async () => {
	const end = await w.stop()
	assert.equal(end.code, 0, end.said)
})

async function silent(page, name) {
	if (process.env.SHOTS) await page.screenshot({ path: join(process.env.SHOTS, `${name}.png`), fullPage: true })
	await page.evaluate(readFileSync(axe, 'utf8'))
	const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }))
	assert.deepEqual(violations.map(v => `${v.id}: ${v.nodes.map(n => n.target).join(' ')}`), [], name)
	assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} is not wider than its window`)
}

async function send(page, path, fields) {
	await page.goto(at(path))
	for (const [name, value] of Object.entries(fields)) {
		const box = page.locator(`main [name="${name}"]`)
		if (await box.first().getAttribute('type') === 'radio') await page.check(`main [name="${name}"][value="${value}"]`)
		else if (await box.evaluate(x => x.tagName) === 'SELECT') await box.selectOption(value)
		else await box.fill(value)
	}
	await w.ask('/clock/advance', { seconds: 5 })
	await page.click('main form button:not([name=language])')
}

test('a form works without script, keeps what was typed, and leaves one cookie that ends with the browser', async () => {
	const context = await w.fresh({ javaScriptEnabled: false })
	const page = await context.newPage()
	await send(page, dataset + 'reuse/', { title: 'A walk', url: 'nowhere', kind: 'study', description: 'Walks under trees.', email: 'mo@maker.example' })
	assert.equal(await page.inputValue('[name=title]'), 'A walk')
	assert.equal(await page.getAttribute('[name=url]', 'aria-invalid'), 'true')
	await w.ask('/clock/advance', { seconds: 5 })
	await page.fill('[name=url]', 'https://maker.example/walk')
	await page.click('main form button')
	await page.waitForURL(/done=1/)
	await send(page, dataset + 'feedback/?record=17', { category: 'error', text: 'This oak is a lime.', email: 'jo@reader.example' })
	assert.match(page.url(), /done=1/)
	await send(page, dataset + 'follow/', { email: 'jo@reader.example' })
	assert.match(page.url(), /done=1/)
	assert.ok((await context.cookies()).every(c => c.name === 'csrftoken' && c.expires === -1))
	await page.goto(at('/contact/'))
	const trap = await page.locator('.trap').boundingBox()
	assert.ok(trap.x + trap.width < 0, 'the trap is out of sight')
	await context.close()
})

test('pages of readers and of the office are for everybody', async () => {
	const context = await w.fresh({ viewport: { width: 1440, height: 900 } })
	const page = await context.newPage()
	await signInTwice(w, page, host, who)
	await page.goto(at('/backoffice/reuses/1/'))
	await page.click('button[value=approve]')
	await page.waitForURL(/done=/)
	await page.goto(at(dataset + 'follow/'))
	await page.click('main form button')
	await page.waitForURL(/information/)
	const office = ['/backoffice/', '/backoffice/reuses/?state=approved', '/backoffice/reuses/1/', '/backoffice/messages/', '/backoffice/messages/1/', '/backoffice/followers/',
		'/backoffice/followers/trees/', '/backoffice/engagement/', '/account/follows/']
	const front = ['/reuses/', '/contact/', '/request-access/', dataset + 'reuse/', dataset + 'feedback/', dataset + 'follow/']
	for (const [width, colorScheme, paths] of [[1440, 'light', [...office, ...front]], [390, 'dark', [...office, ...front]]]) {
		await page.setViewportSize({ width, height: 844 })
		await page.emulateMedia({ colorScheme })
		for (const path of paths) {
			const answer = await page.goto(at(path))
			assert.equal(answer.status(), 200, path)
			await silent(page, `${path.replace(/[^a-z0-9]+/gi, '-').replace(/^-|-$/g, '')}.${width}-${colorScheme}`)
		}
	}
	await context.close()
})
