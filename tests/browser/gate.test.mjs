// The gate in a real browser: every page without a finding of axe, wide and narrow, light and dark, and once from right to left; signing
// in with the keyboard alone, with and without script. SHOTS=FOLDER keeps a picture of each page.
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { code, secret } from './factor.mjs'
import { password, signIn, world } from './world.mjs'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const shots = process.env.SHOTS
const host = 'tags.example', who = 'lina@tags.example', strong = 'grace@tags.example'

let w
before(async () => {
	w = await world()
	await w.ask('/fixture', {
		domains: [{ host, settings: { title: 'Tags', languages: 'en,fr,ar', 'access.signup': 'approval', 'access.terms': '/terms/', 'access.disclaimer': 'For people of the town.' } }],
		users: [{ host, email: who, name: 'Lina', password, role: 'publisher' }, { host, email: strong, name: 'Grace', password, role: 'member', totp: secret }],
	})
	if (shots) mkdirSync(shots, { recursive: true })
})
after(async () => {
	const { code, said } = await w.stop()
	assert.equal(code, 0, said)
})

const open = ['/login/', '/signup/', '/password/reset/', '/password/reset/nothing/']
const own = ['/account/', '/account/profile/', '/account/security/', '/account/sessions/', '/account/password/', '/account/email/', '/account/2fa/',
	'/account/keys/', '/account/data/', '/account/confirm/', '/login/enrol/', '/logout/']

const now = async () => (await w.ask('/clock/advance', { seconds: 0 })).unix

async function look(page, name, kind) {
	await page.addScriptTag({ path: axe }).catch(() => {})
	// The policy of the pages lets no foreign script in, so axe is put in by the debugger.
	const violations = await page.evaluate(async source => {
		if (!window.axe) (0, eval)(source)
		return (await window.axe.run(document, { resultTypes: ['violations'] })).violations
	}, readFileSync(axe, 'utf8')).catch(e => [{ id: String(e), nodes: [{ html: '' }] }])
	if (shots) await page.screenshot({ path: join(shots, `${name.replace(/[^a-z0-9]+/gi, '-').replace(/^-|-$/g, '') || 'home'}.${kind}.png`), fullPage: true })
	assert.deepEqual(violations.map(v => `${name} ${kind}: ${v.id}: ${v.nodes[0].html}`), [])
	const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
	assert.ok(wide <= 1, `${name} ${kind}: ${wide} px stick out`)
}

for (const [width, colorScheme, lang] of [[1440, 'light', ''], [390, 'light', ''], [1440, 'dark', ''], [390, 'dark', ''], [1440, 'light', 'ar'], [390, 'light', 'ar']])
	test(`every page of the gate has nothing for axe to say: ${width} px, ${colorScheme} ${lang}`, async () => {
		const kind = `${lang}${width}-${colorScheme}`
		const context = await w.fresh({ viewport: { width, height: 900 }, colorScheme, bypassCSP: true })
		const page = await context.newPage()
		page.setDefaultTimeout(10000)
		const errors = []
		page.on('pageerror', e => errors.push(String(e)))
		const at = path => `https://${host}${path}${lang ? '?flg=' + lang : ''}`
		for (const path of open) {
			await page.goto(at(path))
			await look(page, path, kind)
		}
		await page.goto(at('/login/'))
		await page.fill('[name=username]', who)
		await page.fill('[name=password]', 'wrong')
		await page.click('form:has([name=password]) button:not([type=button])')
		await page.waitForLoadState()
		await look(page, 'login refused', kind)
		await signIn(page, host, who)
		for (const path of own) {
			await page.goto(at(path))
			await look(page, path, kind)
		}
		await page.goto(at('/account/2fa/'))
		await page.click('form:has([value=begin]) button:not([type=button])')
		await page.waitForSelector('svg.qr')
		await look(page, 'enrolment', kind)
		await page.goto(at('/account/keys/'))
		await page.fill('[name=label]', 'The mill')
		await page.click('form:has([name=label]) button:not([type=button])')
		await page.waitForLoadState()
		await look(page, 'new key', kind)
		await page.goto(at('/account/keys/'))
		await look(page, 'keys', kind)
		assert.deepEqual(errors, [])
		await context.close()
		await w.ask('/clock/advance', { seconds: 1000 })
	})

test('AUT-T10 AUT-T11 signing in with the keyboard alone, in two steps', async () => {
	const context = await w.fresh()
	const page = await context.newPage()
	page.setDefaultTimeout(10000)
	await page.goto(`https://${host}/login/`)
	assert.equal(await page.evaluate(() => document.activeElement.name), 'username')
	await page.keyboard.type(strong)
	await page.keyboard.press('Tab')
	assert.equal(await page.evaluate(() => document.activeElement.name), 'password')
	await page.keyboard.type(password)
	await page.keyboard.press('Enter')
	await page.waitForSelector('[name=txn]', { state: 'attached' })
	assert.equal(await page.evaluate(() => document.activeElement.name), 'code')
	assert.deepEqual((await context.cookies()).map(c => c.name), ['csrftoken'])
	await page.keyboard.type(code(await now()))
	await page.keyboard.press('Enter')
	await page.waitForURL(`https://${host}/`)
	assert.deepEqual((await context.cookies()).map(c => c.name).sort(), ['csrftoken', 'sessionid'])
	await context.close()
})

test('a refused form leads from its list of errors to the field', async () => {
	const context = await w.fresh()
	const page = await context.newPage()
	page.setDefaultTimeout(10000)
	await page.goto(`https://${host}/signup/`)
	await page.click('form:has([name=email]) button:not([type=button])')
	await page.waitForSelector('.summary')
	assert.ok(await page.evaluate(() => document.activeElement.classList.contains('summary')))
	await page.click('.summary a')
	assert.equal(await page.evaluate(() => document.activeElement.name), 'email')
	assert.equal(await page.getAttribute('[name=email]', 'aria-invalid'), 'true')
	await context.close()
})

test('a password can be shown, and is sent as one', async () => {
	const context = await w.fresh()
	const page = await context.newPage()
	page.setDefaultTimeout(10000)
	await page.goto(`https://${host}/login/`)
	await page.click('button.reveal')
	assert.equal(await page.getAttribute('[name=password]', 'type'), 'text')
	await page.click('button.reveal')
	assert.equal(await page.getAttribute('[name=password]', 'type'), 'password')
	assert.equal(await page.getAttribute('[name=password]', 'autocomplete'), 'current-password')
	await context.close()
})

test('without script people sign in, change their password and sign out', async () => {
	const context = await w.fresh({ javaScriptEnabled: false })
	const page = await context.newPage()
	page.setDefaultTimeout(10000)
	await signIn(page, host, who)
	assert.ok((await context.cookies()).some(c => c.name === 'sessionid'))
	await page.goto(`https://${host}/account/password/`)
	await page.fill('[name=password]', 'nine quiet herons over the mill')
	await page.click('form:has([name=password]) button:not([type=button])')
	await page.waitForURL(/account\/security/)
	assert.match(await page.textContent('main'), /password was changed/)
	await page.goto(`https://${host}/logout/`)
	await page.click('main form button:not([type=button])')
	await page.waitForURL(`https://${host}/`)
	assert.deepEqual((await context.cookies()).map(c => c.name), [])
	await context.close()
})

test('JAR-T14 with cookies disabled the form explains and does not loop', async () => {
	const context = await w.fresh()
	const page = await context.newPage()
	page.setDefaultTimeout(10000)
	await page.goto(`https://${host}/login/`)
	await context.clearCookies()
	await page.fill('[name=username]', who)
	await page.fill('[name=password]', password)
	await page.click('form:has([name=password]) button:not([type=button])')
	await page.waitForLoadState()
	assert.match(await page.textContent('main'), /needs cookies|cookie/)
	assert.deepEqual(await context.cookies(), [])
	await context.close()
})

test('letters lie in the folder and name no password', () => {
	const letters = readdirSync(join(w.folder, 'letters')).filter(n => n.endsWith('.eml'))
	assert.ok(letters.length > 0)
	for (const name of letters) assert.ok(!readFileSync(join(w.folder, 'letters', name), 'utf8').includes(password))
})
