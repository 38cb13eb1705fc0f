// The proof in a real browser: jar, storage and network of the fixture portals, by the ids of the cookie rules' catalogue (§8).
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { chromium } from 'playwright-core'
import { whole } from './browser.mjs'
import { services } from './services.mjs'
import { password, signIn, world } from './world.mjs'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
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
	assert.ok(shown().length > 0 && shown().every(r => r.picture))
})

test('JAR-T14 with cookies refused everything is read, and signing in explains itself', async () => {
	const profile = join(w.folder, 'refusing')
	mkdirSync(join(profile, 'Default'), { recursive: true })
	writeFileSync(join(profile, 'Default', 'Preferences'), JSON.stringify({ profile: { default_content_setting_values: { cookies: 2 } } }))
	const context = await chromium.launchPersistentContext(profile, { executablePath: whole, args: w.args, ignoreHTTPSErrors: true })
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

// What the portal answers to exactly these headers.
const asked = (path, headers) => new Promise((yes, no) => {
	http.get({ host: '127.0.0.1', port: w.port, path, headers: { ...headers, 'x-forwarded-proto': 'https', 'x-forwarded-for': '198.51.100.9' } }, answer => {
		const pieces = []
		answer.on('data', piece => pieces.push(piece))
		answer.on('end', () => yes({ status: answer.statusCode, headers: { ...answer.headers, date: '' }, body: Buffer.concat(pieces).toString('latin1') }))
	}).on('error', no)
})

test('JAR-T12 a page of others that frames the portal is answered like a stranger', async () => {
	const context = await w.fresh()
	const storageAccess = []
	await context.exposeFunction('notedStorageAccess', where => storageAccess.push(where))
	await context.addInitScript(() => {
		for (const name of ['requestStorageAccess', 'requestStorageAccessFor', 'hasStorageAccess']) Document.prototype[name] = () => window.notedStorageAccess(location.href)
	})
	const page = await context.newPage()
	await signIn(page, 'isoc.example', 'ada@isoc.example')
	await page.goto('https://isoc.example/')
	assert.equal(await page.evaluate(() => fetch('/api/auth/session').then(r => r.json()).then(s => s.authenticated)), true)
	const jar = await context.cookies()
	assert.ok(jar.some(c => c.name === 'sessionid'))
	const paths = ['/', '/account/', '/explore/embed/dataset/any/', '/api/auth/session']
	w.tls.foreign.page = '<!DOCTYPE html><title>foreign</title>' + paths.map(p => `<iframe src="https://isoc.example${p}"></iframe>`).join('')
	const answers = []
	page.on('response', r => new URL(r.url()).host === 'isoc.example' && answers.push(r))
	await page.goto('https://foreign.test/', { waitUntil: 'load' })
	for (let i = 0; i < 50 && new Set(answers.map(r => new URL(r.url()).pathname)).size < paths.length; i++) await page.waitForTimeout(100)
	for (const path of paths) {
		const answer = answers.find(r => new URL(r.url()).pathname === path)
		assert.ok(answer, `${path} was not asked for`)
		const { host, cookie, ...sent } = Object.fromEntries(Object.entries(await answer.request().allHeaders()).filter(([k]) => !k.startsWith(':')))
		assert.deepEqual([cookie, sent['sec-fetch-site'], sent['sec-fetch-dest']], [undefined, 'cross-site', 'iframe'], path)
		assert.ok(!(await answer.headersArray()).some(h => /^set-cookie$/i.test(h.name)), path)
		// A browser that did send the cookies would get the same: nothing of the account, byte for byte.
		const plain = { ...sent, host: 'isoc.example', 'accept-encoding': 'identity' }
		const [stranger, known] = [await asked(path, plain), await asked(path, { ...plain, cookie: jar.map(c => `${c.name}=${c.value}`).join('; ') })]
		assert.equal(stranger.status, answer.status())
		assert.deepEqual([known.status, known.body, known.headers['set-cookie']], [stranger.status, stranger.body, undefined], path)
		assert.doesNotMatch(known.body, /ada@isoc\.example|"authenticated":true/)
	}
	// The pages themselves are not shown in the frame at all.
	for (const frame of page.frames().slice(1)) assert.equal(await frame.locator('header').count(), 0)
	assert.deepEqual(await context.cookies(), jar)
	assert.deepEqual(storageAccess, [])
	await page.goto('https://isoc.example/account/')
	assert.match(await page.textContent('body'), /ada@isoc\.example/, 'still signed in')
	await context.close()
})

test('POL-T11 the printed policy has its details and the heads of its tables on every page, and nothing to click', async () => {
	const rows = Array.from({ length: 90 }, (_, i) => `| Row ${i + 1} | of a long table |`).join('\n')
	const long = `Before the table.\n\n| Columnhead | Remark |\n|---|---|\n${rows}\n`
	const french = long.replace('Before the table', 'Avant le tableau').replaceAll('of a long table', 'd’un long tableau').replaceAll('Row', 'Ligne').replace('Remark', 'Remarque')
	const one = services('tags.example')
	await w.ask('/fixture', { registries: [{ host: 'tags.example', registry: { ...one.registry, additions: { after: { en: long, fr: french, ar: 'قبل الجدول.' } } } }] })
	const context = await w.fresh()
	const page = await context.newPage()
	await page.goto('https://tags.example/terms/cookies-policy/')
	assert.ok(await page.isVisible('body > .consent') && await page.isVisible('header.site nav') && await page.isVisible('footer.site nav'))
	const details = await page.locator('.legal tr.detail').count()
	assert.ok(details >= 7)
	await page.emulateMedia({ media: 'print' })
	for (const gone of ['body > .consent', 'header.site nav', 'footer.site nav', '.skip', '.legal .tools'])
		for (const found of await page.locator(gone).all()) assert.equal(await found.isVisible(), false, gone)
	assert.equal(await page.locator('.legal tr.detail:visible').count(), details)
	const file = join(w.folder, 'policy.pdf')
	writeFileSync(file, await page.pdf({ format: 'A4', preferCSSPageSize: true }))
	const { stdout, status } = spawnSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' })
	assert.equal(status, 0)
	const sheets = stdout.split('\f').filter(t => t.trim())
	const tall = sheets.filter(t => /of a long table/.test(t))
	assert.ok(tall.length > 1, 'the table takes several pages')
	for (const sheet of tall) assert.match(sheet, /Columnhead/)
	assert.match(stdout, /HttpOnly/)
	assert.doesNotMatch(stdout, /Accept all|Sign in|Download as PDF|Manage cookies/)
	await context.close()
})

for (const [lang, width, colorScheme] of [['en', 1280, 'light'], ['ar', 390, 'dark']])
	test(`POL-T13 the policy is within reach of everyone: ${lang}, ${width} px, ${colorScheme}`, async () => {
		const context = await w.fresh({ colorScheme, viewport: { width, height: 900 }, bypassCSP: true })
		const page = await context.newPage()
		await page.goto(`https://tags.example/terms/cookies-policy/?flg=${lang}`)
		await page.addScriptTag({ path: axe })
		const found = await page.evaluate(() => window.axe.run(document, { rules: { 'target-size': { enabled: true } } }))
		assert.deepEqual(found.violations.map(v => `${v.id}: ${v.nodes.map(n => n.html.slice(0, 160)).join(' ')}`), [])
		assert.ok(found.passes.some(r => r.id === 'target-size') && found.passes.some(r => r.id === 'color-contrast'))
		const levels = await page.$$eval('h1, h2, h3, h4, h5, h6', all => all.filter(h => h.closest('main')).map(h => Number(h.tagName[1])))
		assert.deepEqual([levels[0], levels.filter(l => l === 1).length], [1, 1])
		levels.forEach((l, i) => assert.ok(!i || l <= levels[i - 1] + 1, `heading ${i} skips from ${levels[i - 1]} to ${l}`))
		const tables = await page.$$eval('.legal table:has(code)', all => all.map(t => ({
			caption: t.caption?.textContent.trim(), columns: [...t.querySelectorAll('thead th')].map(c => c.scope),
			rows: [...t.querySelectorAll('tbody tr:not(.detail)')].map(r => [...r.querySelectorAll('th')].map(c => c.scope).join()),
		})))
		assert.ok(tables.length >= 3)
		for (const t of tables) {
			assert.ok(t.caption)
			assert.deepEqual(t.columns, Array(5).fill('col'))
			assert.ok(t.rows.length && t.rows.every(r => r === 'row'), JSON.stringify(t.rows))
		}
		await context.close()
	})
