// The gate, a person's own pages and the ways of the back office in a real browser: axe, wide and narrow, light and dark, from right to
// left; sheets and refused forms by keyboard alone; without script; at twice the size.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { after, before, describe, test } from 'node:test'
import { secret, signInTwice } from './factor.mjs'
import { password, world } from './world.mjs'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const host = 'isoc.example', who = 'keeper@isoc.example'
// The pages of the back office are all in backoffice.test.mjs.
const pages = ['/account/notifications/', '/account/']
const outside = ['/login/', '/signup/', '/password/reset/']

let w, signedIn
const at = path => `https://${host}${path}`

before(async () => {
	w = await world()
	await w.ask('/fixture', { domains: [{ host, settings: { 'access.signup': 'approval' } }],
		users: [{ host, email: who, name: 'Keeper of the House', password, role: 'admin', totp: secret }] })
	w.run('group', 'add', 'Editors', '--portal', host)
	w.run('group', 'join', 'Editors', 'ada@isoc.example', '--portal', host)
	w.run('portal', 'parent', 'solo.portal.example', host)
	w.run('portal', 'set', host, 'map.basemaps=[{"id":"plan","label":"Plan","wms":"https://maps.example/wms","layers":"roads","direct":true}]')
	w.run('key', 'add', 'Nightly', '--user', 'ada@isoc.example', '--portal', host)
	const context = await w.fresh()
	await signInTwice(w, await context.newPage(), host, who)
	signedIn = await context.storageState()
	await context.close()
})
after(async () => {
	const { code: end, said } = await w.stop()
	assert.equal(end, 0, said)
})

const watched = async options => {
	const context = await w.fresh({ storageState: signedIn, ...options })
	const page = await context.newPage()
	const faults = []
	page.on('pageerror', e => faults.push(`script error: ${e.message}`))
	page.on('console', m => m.type() === 'error' && !/status of 4\d\d/.test(m.text()) && faults.push(`console: ${m.text()}`))
	page.on('request', r => { if (!r.url().startsWith('data:') && new URL(r.url()).origin !== `https://${host}`) faults.push(`asked ${r.url()}`) })
	return { context, page, faults }
}

async function clean(page, name) {
	await page.addScriptTag({ path: axe })
	const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }))
	assert.deepEqual(violations.map(v => `${name}: ${v.id}: ${v.nodes.map(n => n.target.join(' ')).slice(0, 3).join(', ')}`), [])
}

async function fits(page, name, height = 42) {
	assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0, `${name} is wider than the screen`)
	// What is pressed is large enough, links inside sentences and rows aside.
	const small = await page.evaluate(least => [...document.querySelectorAll('button, .button, summary, select, input:not([type=hidden], [type=checkbox], [type=radio]), .rooms a, .option label')]
		.filter(e => e.offsetParent && e.getBoundingClientRect().height < least).map(e => `${e.tagName} ${e.className} ${e.getBoundingClientRect().height}`), height)
	assert.deepEqual(small, [], name)
}

// Every page is looked at once in each light, once wide and once narrow; the direction of writing is a matter of room alone.
for (const [width, colorScheme, dir] of [[1440, 'light', 'ltr'], [390, 'dark', 'ltr'], [390, 'light', 'rtl']])
	test(`${dir === 'rtl' ? 'keeps within the screen' : 'has nothing for axe to say'}: ${width} px, ${colorScheme}, ${dir}`, async () => {
		const { context, page, faults } = await watched({ viewport: { width, height: 900 }, colorScheme, bypassCSP: true })
		for (const path of pages) {
			const answer = await page.goto(at(path))
			assert.equal(answer.status(), 200, path)
			if (dir === 'rtl') await page.evaluate(() => (document.documentElement.dir = 'rtl'))
			else await clean(page, path)
			await fits(page, path)
			assert.equal(await page.locator('h1').count(), 1, path)
			assert.equal(await page.locator('[style]').count(), 0, path)
		}
		assert.deepEqual(faults, [])
		await context.close()
	})

for (const lang of ['en', 'ar'])
	test(`the gate has nothing for axe to say, in ${lang}`, async () => {
		const host_ = lang === 'ar' ? 'tags.example' : host
		const context = await w.fresh({ viewport: { width: 390, height: 844 }, bypassCSP: true })
		const page = await context.newPage()
		for (const path of outside) {
			const answer = await page.goto(`https://${host_}${path}?flg=${lang}`)
			if (answer.status() !== 200) continue // sign-up is closed at one of them
			await clean(page, path)
			await fits(page, path)
			assert.equal(await page.evaluate(() => document.documentElement.dir), lang === 'ar' ? 'rtl' : 'ltr')
		}
		await context.close()
	})

test('at twice the size nothing is lost', async () => {
	const { context, page } = await watched({ viewport: { width: 720, height: 500 }, deviceScaleFactor: 2, bypassCSP: true })
	for (const path of pages) {
		await page.goto(at(path))
		assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0, path)
	}
	await context.close()
})

describe('by keyboard', () => {
	const focused = page => page.evaluate(() => {
		const e = document.activeElement
		return (e.getAttribute('aria-label') ?? e.textContent ?? '').trim().replace(/\s+/g, ' ')
	})

	test('the way to the content is one step, every room is reached, and the focus is seen', async () => {
		const { context, page } = await watched({ viewport: { width: 1440, height: 900 } })
		await page.goto(at('/backoffice/users/'))
		await page.keyboard.press('Tab')
		assert.equal(await focused(page), 'Skip to the content')
		await page.keyboard.press('Enter')
		assert.equal(await page.evaluate(() => document.activeElement.id), 'main')
		await page.goto(at('/backoffice/users/'))
		const met = []
		for (let i = 0; i < 60; i++) {
			await page.keyboard.press('Tab')
			const { text, outline } = await page.evaluate(() => ({ text: document.activeElement.textContent.trim(), outline: getComputedStyle(document.activeElement).outlineStyle }))
			if (!text) continue
			met.push(text)
			assert.notEqual(outline, 'none', text)
			if (/Security log/.test(text)) break
		}
		for (const name of ['To the portal', 'Home', 'Users', 'Groups', 'API keys', 'Mail', 'Security log'])
			assert.ok(met.some(m => m.includes(name)), `${name} is not reached: ${met.join(' | ')}`)
		await context.close()
	})

	test('sheets close on Escape and give the focus back', async () => {
		const { context, page } = await watched({ viewport: { width: 1440, height: 900 } })
		await page.goto(at('/backoffice/'))
		await page.focus('.account summary')
		await page.keyboard.press('Enter')
		assert.ok(await page.isVisible('.account .sheet'))
		await page.keyboard.press('Tab')
		await page.keyboard.press('Escape')
		assert.ok(!(await page.isVisible('.account .sheet')))
		assert.match(await focused(page), /Keeper of the House/)
		await context.close()
	})

	test('a refused form begins at its list of errors, whose links lead to the fields', async () => {
		const { context, page } = await watched()
		await page.goto(at('/backoffice/invite/'))
		await page.click('main form button[type=submit]')
		await page.waitForSelector('.summary')
		assert.match(await focused(page), /Please check one thing/)
		await page.click('.summary a')
		assert.equal(await page.evaluate(() => document.activeElement.name), 'addresses')
		assert.equal(await page.getAttribute('[name=addresses]', 'aria-invalid'), 'true')
		const tied = await page.evaluate(() => document.querySelector('[name=addresses]').getAttribute('aria-describedby').split(' ').map(id => document.getElementById(id)?.textContent.trim()))
		assert.ok(tied.length === 2 && tied.every(Boolean), String(tied))
		await context.close()
	})
})

describe('without script', () => {
	test('the navigation of a phone opens, and a group is made and removed', async () => {
		const { context, page } = await watched({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } })
		await page.goto(at('/backoffice/'))
		assert.equal(await page.locator('.side').isVisible(), false)
		assert.equal(await page.locator('.menu nav').isVisible(), false)
		await page.click('.menu > summary')
		await page.click('.menu nav a[href="/backoffice/groups/"]')
		await page.fill('[name=name]', 'Without script')
		await page.click('#new button')
		assert.match(await page.textContent('h1'), /Without script/)
		assert.match(await page.textContent('[role=status]'), /added/)
		await page.click('.heading a.button.danger')
		await page.click('.confirm button')
		assert.equal(new URL(page.url()).pathname, '/backoffice/groups/')
		assert.doesNotMatch(await page.textContent('main'), /Without script/)
		await context.close()
	})
})

test('a password can be seen while it is written, and is sent as one', async () => {
	const context = await w.fresh()
	const page = await context.newPage()
	await page.goto(at('/login/'))
	await page.fill('[name=password]', 'seen')
	await page.click('.reveal')
	assert.equal(await page.getAttribute('[name=password]', 'type'), 'text')
	assert.equal(await page.getAttribute('.reveal', 'aria-pressed'), 'true')
	await page.click('.reveal')
	assert.equal(await page.getAttribute('[name=password]', 'type'), 'password')
	await context.close()
})

test('PWD-1 password managers are told what a field is for', async () => {
	const context = await w.fresh()
	const page = await context.newPage()
	await page.goto(at('/login/'))
	assert.equal(await page.getAttribute('[name=password]', 'autocomplete'), 'current-password')
	assert.equal(await page.getAttribute('[name=username]', 'autocomplete'), 'username')
	await context.close()
})
