// How a portal looks, in a real browser: colours are chosen and previewed, nobody else sees a draft, what cannot be read does not go live, menus work
// by keyboard and on a phone without script. SHOTS=folder keeps pictures of the pages.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { secret, signInTwice } from './factor.mjs'
import { password, world } from './world.mjs'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const host = 'isoc.example', who = 'keeper@isoc.example'
const pages = ['/backoffice/look/', '/backoffice/look/code/', '/backoffice/look/versions/', '/backoffice/look/live/', '/backoffice/look/branding/', '/backoffice/look/files/',
	'/backoffice/navigation/', '/backoffice/navigation/legal/']
const shots = process.env.SHOTS
const at = path => `https://${host}${path}`
let w, signedIn

const watched = async (options, strangers = false) => {
	const context = await w.fresh({ ...(strangers ? {} : { storageState: signedIn }), ...options })
	const page = await context.newPage()
	const faults = []
	page.on('pageerror', e => faults.push(`script error: ${e.message}`))
	page.on('console', m => m.type() === 'error' && !/status of 4\d\d/.test(m.text()) && faults.push(`console: ${m.text()}`))
	return { context, page, faults }
}
const clean = async (page, name) => {
	await page.addScriptTag({ path: axe })
	const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'], iframes: false }))
	assert.deepEqual(violations.map(v => `${name}: ${v.id}: ${v.nodes.map(n => n.target.join(' ')).slice(0, 3).join(', ')}`), [])
}
const fits = async (page, name) => assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0, `${name} is wider than the screen`)
const colour = (page, name) => page.evaluate(n => getComputedStyle(document.documentElement).getPropertyValue(n).trim(), name)
const look = value => {
	const file = join(w.folder, 'look.json')
	writeFileSync(file, JSON.stringify(value))
	w.run('look', 'set', file, '--portal', host)
}

before(async () => {
	w = await world()
	await w.ask('/fixture', { users: [{ host, email: who, name: 'Keeper of the House', password, role: 'admin', totp: secret }] })
	const context = await w.fresh()
	const page = await context.newPage()
	await signInTwice(w, page, host, who)
	signedIn = await context.storageState()
	await context.close()
	if (shots) mkdirSync(shots, { recursive: true })
})
after(async () => {
	const { code: end, said } = await w.stop()
	assert.equal(end, 0, said)
})

test('a colour is shown at once in the preview, saved in a draft that nobody else sees, and goes live', async () => {
	const { context, page, faults } = await watched({ viewport: { width: 1440, height: 1000 } })
	const stranger = await watched({}, true)
	await page.goto(at('/backoffice/look/'))
	const frame = page.frameLocator('iframe')
	await frame.locator('header.site').waitFor()
	await page.fill('[name="light.header-background"]', '#123456')
	await page.waitForFunction(() => getComputedStyle(document.querySelector('iframe').contentDocument.querySelector('header.site')).backgroundColor === 'rgb(18, 52, 86)')
	await page.click('#look button[type=submit]')
	await page.waitForSelector('.draft-bar')
	assert.match(await page.textContent('.draft-bar'), /Colours/)
	if (shots) await page.screenshot({ path: join(shots, 'editor.png'), fullPage: true })
	await stranger.page.goto(at('/explore/?stage_theme=true'))
	assert.notEqual(await colour(stranger.page, '--header-background'), '#123456')
	await page.goto(at('/explore/?stage_theme=true'))
	assert.equal(await colour(page, '--header-background'), '#123456')
	assert.equal(await page.getAttribute('meta[name=robots]', 'content'), 'noindex')
	if (shots) await page.screenshot({ path: join(shots, 'staged.png') })
	await page.goto(at('/backoffice/look/live/'))
	await page.fill('[name=note]', 'Blue above')
	await page.click('.confirm button')
	await page.waitForURL('**/versions/**')
	assert.match(await page.textContent('main'), /Blue above/)
	await stranger.page.goto(at('/explore/'))
	assert.equal(await colour(stranger.page, '--header-background'), '#123456')
	assert.deepEqual([...faults, ...stranger.faults], [])
	await context.close()
	await stranger.context.close()
})

test('what cannot be read is listed with its numbers and does not go live', async () => {
	const { context, page } = await watched({ viewport: { width: 1440, height: 1000 } })
	look({ theme: { colours: { text: '#999999', 'page-background': '#ffffff' } } })
	await page.goto(at('/backoffice/look/'))
	assert.equal(await page.getAttribute('[data-pair="light.0"]', 'data-ok'), 'no')
	assert.match(await page.textContent('[data-pair="light.0"]'), /2\.85/)
	await page.goto(at('/backoffice/look/live/'))
	assert.match(await page.textContent('[role=alert]'), /2\.85:1/)
	assert.equal(await page.locator('.confirm').count(), 0)
	if (shots) await page.screenshot({ path: join(shots, 'refused.png'), fullPage: true })
	assert.throws(() => w.run('look', 'live', '--portal', host), /contrast of 2\.85:1/)
	w.run('look', 'set', (writeFileSync(join(w.folder, 'x.json'), '{"theme":{"colours":{}}}'), join(w.folder, 'x.json')), '--portal', host)
	await context.close()
})

const menu = [
	{ label: { en: 'Data', fr: 'Données' }, url: '/explore/' },
	{ label: { en: 'Themes', fr: 'Thèmes' }, url: '', items: [{ label: { en: 'Health', fr: 'Santé' }, url: '/explore/?refine.theme=Health' }, { label: { en: 'Elsewhere', fr: 'Ailleurs' }, url: 'https://elsewhere.example/', new_tab: true }] },
]

test('a menu with a sub-menu is used by keyboard', async () => {
	look({ site: { menu } })
	const { context, page, faults } = await watched({ viewport: { width: 1440, height: 900 }, bypassCSP: true }, true)
	await page.goto(at('/explore/'))
	assert.equal(await page.getAttribute('.menu-row a[href="/explore/"]', 'aria-current'), 'page')
	await page.focus('.menu-row .sub > summary')
	await page.keyboard.press('Enter')
	assert.ok(await page.isVisible('.menu-row .sub a'))
	await clean(page, 'menu')
	if (shots) await page.screenshot({ path: join(shots, 'menu.png') })
	await page.keyboard.press('Tab')
	assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Health')
	await page.keyboard.press('Escape')
	assert.ok(!(await page.isVisible('.menu-row .sub a')))
	assert.equal(await page.evaluate(() => document.activeElement.tagName), 'SUMMARY')
	assert.deepEqual(faults, [])
	await context.close()
})

test('on a phone the menu opens without script, in Arabic too', async () => {
	look({ site: { menu } })
	const { context, page } = await watched({ viewport: { width: 320, height: 700 }, javaScriptEnabled: false }, true)
	await page.goto(at('/explore/'))
	assert.ok(!(await page.isVisible('.menu-row')))
	assert.ok(!(await page.isVisible('.menu-fold nav')))
	await page.click('.menu-fold > summary')
	await page.click('.menu-fold .sub > summary')
	await page.click('.menu-fold a:has-text("Health")')
	assert.match(page.url(), /refine\.theme=Health/)
	await page.goto('https://tags.example/explore/?flg=ar')
	await page.click('.menu-fold > summary')
	if (shots) await page.screenshot({ path: join(shots, 'phone-ar.png') })
	await page.click('.menu-fold a[href="/explore/"]')
	await context.close()
})

test('the menu is edited without script, and not saved while a label is missing', async () => {
	const { context, page } = await watched({ javaScriptEnabled: false, viewport: { width: 1200, height: 900 } })
	look({ site: { menu: null } })
	await page.goto(at('/backoffice/navigation/'))
	const n = await page.locator('.menu-item').count()
	await page.click('button[value=add]')
	assert.equal(await page.locator('.menu-item').count(), n + 1)
	await page.fill(`[name="label.${n}.en"]`, 'Help')
	await page.fill(`[name="url.${n}"]`, '/pages/help/')
	await page.click('.buttons button[value=save]')
	assert.match(await page.textContent('[role=alert]'), /label in every language/)
	await page.fill(`[name="label.${n}.fr"]`, 'Aide')
	await page.click(`button[value="up.${n}"]`)
	await page.click('.buttons button[value=save]')
	assert.match(await page.textContent('[role=status]'), /saved/)
	assert.match(await page.textContent(`.menu-item:nth-child(${n}) legend`), /Label/)
	assert.equal(await page.inputValue(`[name="label.${n - 1}.fr"]`), 'Aide')
	if (shots) await page.screenshot({ path: join(shots, 'navigation.png'), fullPage: true })
	await context.close()
	look({ site: { menu: null } })
})

test('CON-T28: a footer without the placeholder gets the way to the choices about cookies', async () => {
	look({ theme: { footer: '<div class="wide"><p>Own footer</p></div>' } })
	w.run('look', 'live', '--portal', host)
	const { context, page } = await watched({}, true)
	await page.goto(at('/explore/'))
	assert.equal(await page.locator('footer.site .manage-cookies a[href="/cookies/preferences/"]').count(), 1)
	look({ theme: { footer: '<div class="wide">##manage-cookies## ##manage-cookies##</div>' } })
	w.run('look', 'live', '--portal', host)
	await page.goto(at('/explore/'))
	assert.equal(await page.locator('footer.site .manage-cookies').count(), 1)
	look({ theme: { footer: '' } })
	w.run('look', 'live', '--portal', host)
	await context.close()
})

for (const [width, colorScheme] of [[1440, 'light'], [390, 'dark']])
	test(`pages of the editor have nothing for axe to say: ${width} px, ${colorScheme}`, async () => {
		const { context, page, faults } = await watched({ viewport: { width, height: 900 }, colorScheme, bypassCSP: true })
		for (const path of width > 500 ? pages : pages.filter(p => /look\/$|files|navigation\/$/.test(p))) {
			const answer = await page.goto(at(path))
			assert.equal(answer.status(), 200, path)
			await clean(page, path)
			await fits(page, path)
			assert.equal(await page.locator('[style]').count(), 0, path)
			if (shots) await page.screenshot({ path: join(shots, path.replaceAll('/', '_') + width + '.png'), fullPage: true })
		}
		assert.deepEqual(faults, [])
		await context.close()
	})
