// How consent is asked for, measured in pixels and keys (§8.8 CON-T03 … T10, T13, T23), and two layers against what was not
// allowed (§8.9 EMB-T07, T08).
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { services } from './services.mjs'
import { password, world } from './world.mjs'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const home = 'https://tags.example/'
const video = home + 'explore/dataset/films/information/'
const accents = ['#8a3ffc', '#ffd54a', '#111111']
const themes = accents.map((accent, i) => ({ host: `theme${i}.portal.example`, settings: { languages: 'en,fr,ar', 'theme.accent': accent } }))

let w
before(async () => {
	w = await world()
	await w.ask('/fixture', { domains: themes, registries: ['tags.example', ...themes.map(t => t.host)].map(services) })
	const file = join(w.folder, 'films.csv')
	writeFileSync(file, 'id,title\n1,River\n')
	w.run('publish', file, '--portal', 'tags.example', '--id', 'films', '--title', 'Films', '--meta',
		'description=<p>Before</p><iframe src="https://www.youtube.com/embed/abc" title="A walk" width="640" height="360"></iframe><p>After</p>')
})
after(async () => {
	const { code, said } = await w.stop()
	assert.equal(code, 0, said)
})

// Every page of a context, and every host that was asked.
async function visit(options = {}) {
	const context = await w.fresh(options)
	const hosts = new Set()
	context.on('request', r => { const u = new URL(r.url()); if (u.protocol !== 'data:') hosts.add(u.host) })
	const page = await context.newPage()
	await page.addInitScript(() => {
		// The total, and what of it the banner or the status after a choice had a part in.
		window.shift = window.ours = 0
		new PerformanceObserver(list => list.getEntries().forEach(e => {
			window.shift += e.value
			if (e.sources.some(s => s.node?.parentElement?.closest('.consent, .consent-said') ?? s.node?.matches?.('.consent, .consent-said'))) window.ours += e.value
		})).observe({ type: 'layout-shift', buffered: true })
	})
	return { context, page, hosts }
}
const refuse = 'body > .consent [value=refuse_all]', accept = 'body > .consent [value=accept_all]'
const style = (page, selector) => page.$eval(selector, e => {
	const s = getComputedStyle(e), box = e.getBoundingClientRect()
	const names = ['fontSize', 'fontWeight', 'fontFamily', 'color', 'backgroundColor', 'borderTopColor', 'borderTopWidth', 'borderTopStyle', 'borderRadius', 'paddingTop', 'paddingLeft',
		'textDecorationLine', 'opacity', 'boxShadow', 'textTransform', 'visibility']
	return { tag: e.tagName, classes: e.className, width: Math.round(box.width), height: Math.round(box.height), top: Math.round(box.top), ...Object.fromEntries(names.map(n => [n, s[n]])) }
})
const channel = v => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
const light = text => { const [r, g, b] = text.match(/[\d.]+/g).map(Number).map(v => channel(v / 255)); return 0.2126 * r + 0.7152 * g + 0.0722 * b }
const contrast = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05) }

for (const [name, options] of [['light', { colorScheme: 'light' }], ['dark', { colorScheme: 'dark' }], ['forced colours', { forcedColors: 'active' }]])
	test(`CON-T06 refusing and accepting look the same: ${name}`, async () => {
		const { context, page } = await visit(options)
		for (const host of ['tags.example', ...themes.map(t => t.host)])
			for (const lang of ['en', 'fr', 'ar']) {
				await page.goto(`https://${host}/?flg=${lang}`)
				const no = await style(page, refuse), yes = await style(page, accept)
				assert.deepEqual(no, yes, `${host} ${lang}`)
				assert.ok(no.height >= 44 && no.width >= 44)
				if (name !== 'forced colours') assert.ok(contrast(no.color, no.backgroundColor) >= 4.5, `${host}: ${no.color} on ${no.backgroundColor}`)
			}
		await context.close()
	})

test('CON-T06 a theme cannot undo it', async () => {
	const { context, page } = await visit()
	await page.goto(home)
	const before = await style(page, refuse)
	await page.addStyleTag({ url: '/assets/nothing.css' }).catch(() => undefined)
	await page.evaluate(() => {
		const sheet = new CSSStyleSheet()
		sheet.replaceSync('[value=refuse_all]{font-size:9px!important;background:none!important;color:#999!important;border:0!important;padding:0!important;width:10px!important;min-height:0!important;order:9!important}' +
			'.consent{position:fixed!important;inset:0!important;max-height:none!important;display:none!important}')
		document.adoptedStyleSheets = [sheet]
	})
	assert.deepEqual(await style(page, refuse), before)
	assert.equal(await page.$eval('body > .consent', e => getComputedStyle(e).position), 'sticky')
	await context.close()
})

for (const lang of ['en', 'fr', 'ar'])
	test(`CON-T07 at 320×568 in ${lang} both buttons are in view, half the page at most`, async () => {
		const { context, page } = await visit({ viewport: { width: 320, height: 568 } })
		await page.goto(`${home}?flg=${lang}`)
		const box = await page.$eval('body > .consent', e => e.getBoundingClientRect().toJSON())
		assert.ok(box.height <= 284, `height ${box.height}`)
		assert.ok(Math.abs(box.bottom - 568) < 1 && box.left >= 0 && box.right <= 320)
		for (const selector of [refuse, accept]) {
			const b = await page.$eval(selector, e => e.getBoundingClientRect().toJSON())
			assert.ok(b.top >= box.top && b.bottom <= 568 && b.left >= 0 && b.right <= 320, JSON.stringify(b))
		}
		assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320)
		await context.close()
	})

test('CON-T08 by keyboard: skip link, banner, page; nothing with the focus is covered', async () => {
	const { context, page } = await visit({ viewport: { width: 900, height: 600 } })
	await page.goto(home)
	const seen = []
	for (let i = 0; i < 40; i++) {
		await page.keyboard.press('Tab')
		const at = await page.evaluate(() => {
			const e = document.activeElement, b = e.getBoundingClientRect(), c = document.querySelector('body > .consent').getBoundingClientRect()
			return { what: e.getAttribute('value') ?? e.getAttribute('href') ?? e.tagName, inside: !!e.closest('.consent'), body: e === document.body,
				hidden: !e.closest('.consent') && b.height > 0 && b.top >= c.top && b.bottom <= c.bottom }
		})
		if (at.body) break
		assert.equal(at.hidden, false, `${at.what} is behind the banner`)
		seen.push(at)
	}
	assert.equal(seen[0].what, '#main')
	const inside = seen.filter(s => s.inside).map(s => s.what)
	assert.deepEqual(inside.slice(-3), ['refuse_all', 'accept_all', '/cookies/preferences/?return=%2F'])
	assert.ok(seen.findIndex(s => s.inside) === 1 && seen.findLastIndex(s => s.inside) < seen.length - 1, 'the banner is left')
	await context.close()
})

test('CON-T09 the tree of a screen reader', async () => {
	const { context, page } = await visit()
	await page.goto(home)
	const tree = await page.locator('body').ariaSnapshot()
	assert.match(tree, /region "Your choice about cookies"/)
	assert.ok(!/dialog/.test(tree))
	await page.goto(home + 'cookies/preferences/')
	const form = await page.locator('main').ariaSnapshot()
	assert.match(form, /switch "Matomo"(?! \[checked\])/)
	assert.match(form, /switch "Count my visits anonymously" \[checked\]/)
	await context.close()
})

test('CON-T10 after a choice: focus on the heading, a status, no shift', async () => {
	const { context, page } = await visit()
	await page.goto(home)
	await page.click(refuse)
	await page.waitForFunction(() => document.activeElement?.tagName === 'H1')
	// The status is emptied for a moment so that it is announced.
	await page.waitForFunction(text => document.querySelector('[role=status]').textContent === text, 'Your choice is saved: nothing that needs consent is used.', { timeout: 5000 })
	assert.equal(new URL(page.url()).search, '')
	await page.waitForTimeout(600)
	assert.equal(await page.evaluate(() => window.ours), 0)
	assert.ok(await page.evaluate(() => window.shift) < 0.005)
	assert.match(await page.locator('[data-consent-said] [role=status]').textContent(), /saved/)
	await page.goto(home)
	await page.waitForTimeout(300)
	assert.equal(await page.evaluate(() => window.ours), 0)
	assert.ok(await page.evaluate(() => window.shift) < 0.005)
	await context.close()
})

test('CON-5 the banner shifts nothing and takes its own room', async () => {
	const { context, page } = await visit({ viewport: { width: 390, height: 844 } })
	await page.goto(home)
	await page.waitForTimeout(500)
	assert.equal(await page.evaluate(() => window.ours), 0)
	assert.ok(await page.evaluate(() => window.shift) < 0.005)
	await page.evaluate(() => scrollTo(0, document.body.scrollHeight))
	const footer = await page.$eval('footer.site', e => e.getBoundingClientRect().bottom), banner = await page.$eval('body > .consent', e => e.getBoundingClientRect().top)
	assert.ok(footer <= banner + 1, 'the end of the page can be read')
	await context.close()
})

test('CON-T03 CON-T23 without script: refuse; allow; withdraw with one press', async () => {
	const { context, page } = await visit({ javaScriptEnabled: false })
	await page.goto(home + 'explore/')
	await page.click(refuse)
	assert.equal(await page.locator('body > .consent').count(), 0)
	let [cookie, ...others] = await context.cookies()
	assert.ok(cookie.name === 'cookies_preferences' && cookie.httpOnly && cookie.secure && cookie.sameSite === 'Lax' && others.length === 0)
	assert.match(cookie.value, /\.-\.[^.]+$/)
	await page.click('footer >> text=Manage cookies')
	await page.check('[name="svc.youtube"]')
	await page.click('[value=save]')
	await page.goto(home)
	await page.click('text=Withdraw all consent')
	assert.match(await page.textContent('[role=status]'), /withdrawn/)
	assert.equal(await page.locator('text=Withdraw all consent').count(), 0)
	;[cookie] = await context.cookies()
	assert.match(cookie.value, /matomo:0-youtube:0\.-\./)
	await context.close()
})

test('CON-24 what a service left is taken away', async () => {
	const { context, page } = await visit()
	await context.route('https://stats.count.example/**', r => r.fulfill({ contentType: 'text/javascript', body: 'localStorage.matomo_seen = 1; document.cookie = "_pk_id.7.1a=x; Secure"' }))
	await page.goto(home)
	await page.click(accept)
	await page.waitForFunction(() => localStorage.matomo_seen === '1')
	assert.ok((await context.cookies()).some(c => c.name === '_pk_id.7.1a'))
	await page.click('text=Withdraw all consent')
	await page.waitForFunction(() => localStorage.matomo_seen === undefined)
	assert.deepEqual((await context.cookies()).map(c => c.name), ['cookies_preferences'])
	await context.close()
})

test('CON-T13 reading on is not agreeing', async () => {
	const { context, page, hosts } = await visit()
	await page.goto(home)
	await page.mouse.wheel(0, 900)
	for (const path of ['explore/', 'explore/dataset/films/information/', 'terms/cookies-policy/']) await page.goto(home + path)
	await w.ask('/clock/advance', { seconds: 600 })
	await page.reload()
	assert.deepEqual(await context.cookies(), [])
	assert.deepEqual([...hosts], ['tags.example'])
	await context.close()
})

test('GPC-T01 a signal of the browser is honoured', async () => {
	const { context, page, hosts } = await visit({ extraHTTPHeaders: { 'Sec-GPC': '1' } })
	await page.goto(home)
	assert.equal(await page.locator('body > .consent').count(), 0)
	assert.match(await page.textContent('footer'), /Privacy signal honoured/)
	assert.deepEqual([...hosts], ['tags.example'])
	await context.close()
})

// What an author, a bug or an attacker might get into a page.
const smuggled = '<iframe src="https://www.youtube.com/embed/abc"></iframe><script src="https://stats.count.example/matomo.js"></script>' +
	'<img src="https://stats.count.example/x.gif"><link rel="stylesheet" href="https://stats.count.example/x.css"></main>'

// Changes documents on their way to the browser.
async function changed(page, change) {
	const cdp = await page.context().newCDPSession(page)
	await cdp.send('Fetch.enable', { patterns: [{ resourceType: 'Document', requestStage: 'Response' }] })
	cdp.on('Fetch.requestPaused', async e => {
		const { body, base64Encoded } = await cdp.send('Fetch.getResponseBody', { requestId: e.requestId })
		const text = base64Encoded ? Buffer.from(body, 'base64').toString() : body
		const next = change({ headers: e.responseHeaders.filter(h => !/^content-(encoding|length)$/i.test(h.name)), body: text })
		await cdp.send('Fetch.fulfillRequest', { requestId: e.requestId, responseCode: e.responseStatusCode, responseHeaders: next.headers, body: Buffer.from(next.body).toString('base64') })
	})
}

test('EMB-T07 without the rewriting the policy alone holds everything back', async () => {
	const { context, page } = await visit()
	// What goes out arrives at our proxy, whatever its name; the browser also tells of requests that it then blocks.
	const hosts = new Set()
	w.tls.server.on('request', r => hosts.add(r.headers.host))
	await changed(page, ({ headers, body }) => ({ headers, body: body.replace('</main>', smuggled) }))
	await page.goto(video, { waitUntil: 'load' })
	await page.waitForTimeout(300)
	assert.equal(await page.locator('iframe').count(), 1, 'the page was changed for the trial')
	assert.deepEqual([...hosts].filter(h => /count\.example|youtube/.test(h)), [])
	assert.ok(hosts.has('tags.example'))
	await context.close()
})

test('EMB-T08 without the policy the rewriting alone holds everything back', async () => {
	const { context, page, hosts } = await visit()
	await changed(page, ({ headers, body }) => ({ headers: headers.filter(h => h.name.toLowerCase() !== 'content-security-policy'), body }))
	for (const url of [home, video, home + 'cookies/preferences/']) await page.goto(url, { waitUntil: 'networkidle' })
	assert.deepEqual([...hosts], ['tags.example'])
	await context.close()
})

test('EMB-T02 one showing loads the frame, the next page does not', async () => {
	const { context, page, hosts } = await visit()
	await context.route('https://www.youtube-nocookie.com/**', r => r.fulfill({ contentType: 'text/html', body: '<title>video</title>' }))
	await page.goto(video)
	const size = () => page.$eval('.embed', e => { const b = e.getBoundingClientRect(); return [Math.round(b.width), Math.round(b.height)] })
	const before = await size()
	await page.click('text=Load once')
	await page.waitForSelector('.embed iframe')
	assert.deepEqual(await size(), before)
	await page.waitForTimeout(300)
	assert.ok(hosts.has('www.youtube-nocookie.com'))
	assert.deepEqual(await context.cookies(), [])
	await page.reload()
	assert.equal(await page.locator('.embed iframe').count(), 0)
	await context.close()
})

test('SES-11 a page of somebody who has signed out meanwhile is not shown again from memory', async () => {
	const { context, page } = await visit()
	const who = { host: 'tags.example', email: 'back@tags.example' }
	const { sessions } = await w.ask('/fixture', { users: [{ ...who, name: 'Back', password, role: 'member' }], sessions: [{ ...who, factors: ['password'] }] })
	await context.addCookies([{ name: 'sessionid', value: typeof sessions[0] === 'string' ? sessions[0] : sessions[0].id, url: home, secure: true }])
	await page.goto(home)
	assert.equal(await page.locator('header form[action="/logout/"]').count(), 1)
	const restored = () => page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })))
	await restored()
	await page.waitForTimeout(400)
	assert.equal(await page.locator('header form[action="/logout/"]').count(), 1, 'still signed in: nothing happens')
	await context.clearCookies()
	await restored()
	await page.waitForSelector('header a[href="/login/"]')
	assert.equal(await page.locator('header form[action="/logout/"]').count(), 0)
	await context.close()
})

for (const colorScheme of ['light', 'dark'])
	test(`axe finds nothing, ${colorScheme}`, async () => {
		const { context, page } = await visit({ colorScheme, bypassCSP: true })
		const who = { host: 'tags.example', email: `${colorScheme}@tags.example` }
		const { sessions } = await w.ask('/fixture', { users: [{ ...who, name: 'Root', password, role: 'admin', totp: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' }],
			sessions: [{ ...who, factors: ['password', 'totp'] }] })
		const look = async url => {
			await page.goto(url)
			await page.addScriptTag({ path: axe })
			const found = await page.evaluate(() => window.axe.run(document, { iframes: false }))
			assert.deepEqual(found.violations.map(v => `${v.id}: ${v.nodes.map(n => n.html).join(' ')}`), [], url)
		}
		for (const url of [home, home + '?flg=ar', home + 'cookies/preferences/', home + 'cookies/preferences/?flg=ar', video]) await look(url)
		const id = typeof sessions[0] === 'string' ? sessions[0] : sessions[0].id
		await context.addCookies([{ name: 'sessionid', value: id, url: home, secure: true }])
		for (const path of ['backoffice/privacy/ledger/', 'backoffice/privacy/banner/', '']) await look(home + path)
		await page.goto(home + 'backoffice/privacy/banner/')
		assert.equal(await page.locator('.consent-preview iframe').count(), 6)
		await context.close()
	})
