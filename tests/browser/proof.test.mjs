// The proof in a real browser: jar, storage and network of the fixture portals, by the ids of the cookie rules' catalogue (§8).
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { chromium } from 'playwright-core'
import { services } from './services.mjs'
import { password, signIn, world } from './world.mjs'

let w
before(async () => { w = await world({ registries: [services('tags.example')] }) })
after(async () => {
	const { code, said } = await w.stop()
	assert.equal(code, 0, said)
})

const storage = () => (async () => [...Object.keys(localStorage), ...Object.keys(sessionStorage), ...(await indexedDB.databases()).map(d => d.name),
	...(await caches.keys()), ...(await navigator.serviceWorker.getRegistrations()).map(r => r.scope)])()

test('JAR-T01 an anonymous reader stores nothing and asks nobody else', async () => {
	const context = await w.fresh()
	const page = await context.newPage()
	const asked = []
	context.on('request', r => asked.push(new URL(r.url())))
	for (const path of ['/', '/explore/', '/explore/?q=x', '/api-console/explore/v2.1/', '/terms/cookies-policy/', '/cookies/preferences/', '/nothing-here/']) {
		await page.goto('https://isoc.example' + path)
		assert.deepEqual(await context.cookies(), [], path)
		assert.deepEqual(await page.evaluate(storage), [], path)
	}
	assert.deepEqual(asked.filter(u => u.protocol !== 'data:' && u.origin !== 'https://isoc.example').map(String), [])
	assert.ok(asked.length > 10)
	await context.close()
})

for (const [host, names] of [['isoc.example', ['cookies_preferences', 'csrftoken', 'django_language', 'sessionid']], ['delwp.example', ['csrftoken', 'sessionid']]])
	test(`JAR-T15 JAR-T16 REG-19 over all states the jar of ${host} is its register`, async () => {
		const done = await w.crawl(host, '--quick')
		assert.ok(done.status === 0 || done.status === 1, done.stderr)
		const result = JSON.parse(done.stdout)
		assert.deepEqual(result.differences, [])
		assert.equal(result.result, 'pass')
		// On delwp.example nothing is measured and no service is declared: no choice differs from the defaults (PRF-4).
		assert.deepEqual(result.seen.toSorted(), names)
	})

test('REG-19 CON-33 with services to consent to, every state keeps to the register, and what was shown has its picture', async () => {
	const done = await w.crawl('tags.example', '--quick')
	const result = JSON.parse(done.stdout || '{}')
	assert.deepEqual([done.status, result.differences], [0, []], done.stderr)
	assert.deepEqual(result.seen.toSorted(), ['cookies_preferences', 'csrftoken', 'django_language', 'sessionid'])
	const shown = () => w.run('ledger', 'renderings', '--portal', 'tags.example').trim().split('\n').map(JSON.parse)
	// The first crawl makes entries; the pictures of what they refer to are the next one's.
	assert.ok(shown().length > 0 && (await w.crawl('tags.example', '--quick')).status === 0)
	assert.ok(shown().some(r => r.picture))
})

test('JAR-T14 with cookies refused everything is read, and signing in explains itself', async () => {
	const profile = join(w.folder, 'refusing')
	mkdirSync(join(profile, 'Default'), { recursive: true })
	writeFileSync(join(profile, 'Default', 'Preferences'), JSON.stringify({ profile: { default_content_setting_values: { cookies: 2 } } }))
	const context = await chromium.launchPersistentContext(profile, { executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: w.args, ignoreHTTPSErrors: true })
	const page = await context.newPage()
	for (const path of ['/', '/explore/', '/explore/?q=x']) assert.equal((await page.goto('https://isoc.example' + path)).status(), 200)
	await signIn(page, 'isoc.example', 'ada@isoc.example')
	assert.match(await page.textContent('main'), /cookie/i)
	assert.deepEqual(await context.cookies(), [])
	await context.close()
})

test('LNG-T14 the language picker works without script and keeps one cookie', async () => {
	const context = await w.fresh({ javaScriptEnabled: false })
	const page = await context.newPage()
	await page.goto('https://isoc.example/')
	await page.click('details.languages summary')
	await page.click('button[name=language][value=fr]')
	assert.equal(await page.getAttribute('html', 'lang'), 'fr')
	assert.deepEqual((await context.cookies()).map(c => c.name), ['django_language'])
	await context.close()
})

test('SID-T15 after signing out, going back shows nothing of the account', async () => {
	const context = await w.fresh()
	const page = await context.newPage()
	await signIn(page, 'isoc.example', 'ada@isoc.example')
	await page.goto('https://isoc.example/account/')
	assert.match(await page.textContent('body'), /ada@isoc\.example/)
	await page.goto('https://isoc.example/logout/')
	await page.click('main form button[type=submit]')
	await page.waitForURL('https://isoc.example/')
	await page.goBack()
	await page.goBack()
	await page.waitForTimeout(300)
	assert.doesNotMatch(await page.evaluate(() => document.body.innerText), /ada@isoc\.example/)
	await context.close()
})

test('PAR-T20 a sibling that tosses a session does not keep anyone out', async () => {
	const context = await w.fresh()
	await context.addCookies([{ name: 'sessionid', value: 'evil', domain: '.portal.example', path: '/login' }])
	const page = await context.newPage()
	await signIn(page, 'solo.portal.example', 'ada@solo.example')
	for (const path of ['/account/', '/login/', '/']) {
		await page.goto('https://solo.portal.example' + path)
		assert.equal(await page.evaluate(() => fetch('/api/auth/session').then(r => r.json()).then(s => s.authenticated)), true, path)
	}
	assert.ok((await w.events('solo.portal.example')).some(e => e.kind === 'cookie.tossed'))
	await context.close()
})

test('a password never leaves the page it was typed on', async () => {
	const context = await w.fresh()
	const page = await context.newPage()
	const seen = []
	context.on('request', r => seen.push(r.url()))
	await signIn(page, 'isoc.example', 'ada@isoc.example')
	assert.ok(!seen.some(u => u.includes(encodeURIComponent(password)) || u.includes('username=')))
	await context.close()
})
