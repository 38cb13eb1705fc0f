// The audience's pages in a real browser, with a month of readers behind them: axe, wide and narrow, light and dark, from right to
// left; without script; every drawing has its table, and the table says what the drawing shows.
// SHOTS=folder writes pictures of all of them.
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { world } from './world.mjs'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const host = 'isoc.example', who = 'keeper@isoc.example', secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
const pages = ['/backoffice/audience/', '/backoffice/audience/?period=24h', '/backoffice/audience/?period=30d', '/backoffice/audience/?period=12m',
	'/backoffice/audience/self-assessment/', '/backoffice/audience/settings/', '/backoffice/audience/erase/', '/audience/?period=30d']
const shots = process.env.SHOTS
const agents = ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
	'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
	'Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1',
	'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)']
const sites = ['', '', 'https://www.google.com/', 'https://www.example.org/news/today', `https://${host}/`, 'https://duckduckgo.com/']
const paths = ['/', '/', '/explore/', '/explore/?q=trees', '/explore/dataset/trees/information/', '/explore/dataset/trees/table/', '/explore/dataset/parks/information/', '/lost/',
	'/api/explore/v2.1/catalog/datasets/trees/exports/csv', '/api/explore/v2.1/catalog/datasets/trees/records?limit=5']

let w, state
const at = path => `https://${host}${path}`

const read = (path, headers) => new Promise((yes, no) => http.get({ host: '127.0.0.1', port: w.port, path, agent: keep, headers: { Host: host, 'X-Forwarded-Proto': 'https',
	Accept: 'text/html', ...headers } }, answer => answer.resume().on('end', yes)).on('error', no))
const keep = new http.Agent({ keepAlive: true, maxSockets: 4 })

before(async () => {
	w = await world()
	await w.ask('/fixture', { domains: [{ host, settings: { 'audience.public_dashboard': 'on' } }], users: [{ host, email: who, name: 'Keeper', password: 'x', role: 'admin', totp: secret }] })
	for (const name of ['trees', 'parks']) {
		writeFileSync(join(w.folder, `${name}.csv`), 'name,height\noak,3\nelm,4\n')
		w.run('publish', join(w.folder, `${name}.csv`), '--portal', host, '--id', name)
	}
	const start = 1793613600
	let n = 0
	for (let day = 0; day < 26; day++) {
		await w.ask('/clock', { unix: start + day * 86400 })
		const many = 14 + Math.round(12 * Math.sin(day / 2.2) ** 2) + (day % 7 > 4 ? 0 : 10)
		for (let i = 0; i < many; i++, n++)
			await read(paths[(n * 7 + i) % paths.length], { 'User-Agent': agents[n % 11 ? n % 3 : 3], Referer: sites[n % sites.length], 'X-Forwarded-For': `198.51.100.${(n * 13) % 31}` })
		await w.ask('/audience/flush', {})
	}
	keep.destroy()
	const { sessions } = await w.ask('/fixture', { sessions: [{ host, email: who, factors: ['password', 'totp'] }] })
	state = { cookies: [{ name: 'sessionid', value: sessions[0], domain: host, path: '/', secure: true, httpOnly: true, sameSite: 'Lax', expires: -1 }], origins: [] }
})
after(async () => {
	const { code, said } = await w.stop()
	assert.equal(code, 0, said)
})

const come = async options => {
	const context = await w.fresh({ storageState: state, ...options })
	const page = await context.newPage()
	const faults = []
	page.on('pageerror', e => faults.push(`script error: ${e.message}`))
	page.on('console', m => m.type() === 'error' && faults.push(`console: ${m.text()}`))
	page.on('request', r => { if (!r.url().startsWith('data:') && new URL(r.url()).origin !== `https://${host}`) faults.push(`asked ${r.url()}`) })
	return { context, page, faults }
}

for (const [width, colorScheme, dir] of [[1440, 'light', 'ltr'], [1440, 'dark', 'ltr'], [390, 'light', 'ltr'], [390, 'dark', 'ltr'], [1440, 'light', 'rtl'], [390, 'dark', 'rtl']])
	test(`axe has nothing to say: ${width} px, ${colorScheme}, ${dir}`, async () => {
		const { context, page, faults } = await come({ viewport: { width, height: 900 }, colorScheme, bypassCSP: true })
		for (const path of pages) {
			const answer = await page.goto(at(path))
			assert.equal(answer.status(), 200, `${path} ${page.url()}`)
			assert.equal(new URL(page.url()).pathname, new URL(at(path)).pathname)
			if (dir === 'rtl') await page.evaluate(() => (document.documentElement.dir = 'rtl'))
			await page.addScriptTag({ path: axe })
			const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }))
			assert.deepEqual(violations.map(v => `${path}: ${v.id}: ${v.nodes.map(x => x.target.join(' ')).slice(0, 3).join(', ')}`), [])
			assert.deepEqual(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] : [...document.querySelectorAll('main *')]
				.filter(e => e.getBoundingClientRect().right > innerWidth + 1 || e.getBoundingClientRect().left < -1).map(e => `${e.tagName} ${e.getAttribute('class')}`).slice(-9)), [], `${path} is wider than the screen`)
			assert.equal(await page.locator('h1').count(), 1, path)
			assert.deepEqual(await page.locator('[style]').evaluateAll(all => all.map(e => e.outerHTML.slice(0, 120))), [], path)
			if (shots) {
				mkdirSync(shots, { recursive: true })
				await page.screenshot({ path: join(shots, `${path.replace(/[^a-z0-9]+/gi, '-')}.${width}-${colorScheme}-${dir}.png`), fullPage: true })
			}
		}
		assert.deepEqual(faults, [])
		await context.close()
	})

test('ANA-16: without script, the table behind the drawing says what the drawing shows', async () => {
	const { context, page } = await come({ javaScriptEnabled: false, viewport: { width: 1440, height: 900 } })
	await page.goto(at('/backoffice/audience/?period=30d'))
	await page.click('.as-table summary')
	const views = await page.locator('.as-table tbody tr td:nth-of-type(1)').allInnerTexts()
	assert.equal(views.length, 30)
	const sum = views.reduce((n, x) => n + Number(x.replace(/\D/g, '')), 0)
	assert.equal(Number((await page.locator('.tiles dd').first().innerText()).replace(/\D/g, '')), sum)
	assert.equal(await page.locator('.chart rect.views').count(), views.filter(x => x !== '0').length)
	assert.ok(await page.locator('#robots').innerText().then(x => x.includes('Googlebot')))
	assert.ok(await page.locator('#referrers').innerText().then(x => /Google[\s\S]*example\.org/.test(x) || /example\.org[\s\S]*Google/.test(x)))
	await context.close()
})

test('the period is chosen by links and by a form', async () => {
	const { context, page } = await come({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } })
	await page.goto(at('/backoffice/audience/'))
	await page.click('text=12 months')
	assert.equal(new URL(page.url()).search, '?period=12m')
	assert.equal(await page.locator('.tabs-of a[aria-current]').last().innerText(), '12 months')
	await page.fill('[name=from]', '2026-11-05')
	await page.fill('[name=to]', '2026-11-05')
	await page.click('.audience-period button')
	assert.match(await page.locator('.tiles').innerText(), /Unique visitors of the day/)
	await context.close()
})
