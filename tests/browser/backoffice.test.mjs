// Every page of the back office in a real browser, by the list that the program itself keeps of them: whoever adds a page is asked
// here. By keyboard alone; axe; wide and narrow, light and dark, at twice the size; in every language, with no word left in English. A
// twelfth of the pages a day, in languages that change by the day; with STOA_WHOLE set all pages in all languages.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { after, before, test } from 'node:test'
import { asker, english, gather, unfold, walk } from './rooms.mjs'
import { servicesIn } from './services.mjs'
import { binary, password, world } from './world.mjs'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const ugly = fileURLToPath(new URL('../data/ugly', import.meta.url))
const host = 'isoc.example', who = 'keeper@isoc.example', secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
const home = '/backoffice/'
// What answers scripts and other frames, not people.
const machines = new Set(['datasets/status/', 'datasets/new/piece/', 'datasets/{uid}/status/', 'privacy/ledger/shown/{hash}', 'privacy/ledger/shown/{hash}/picture'].map(p => home + p))
const PARTS = 12
const names = ['Keeper of the House', 'Trees of the city', 'About the trees', 'Town', 'Counting of visits', 'Google Ireland', 'Azure Blob', 'SoundCloud Global', 'Plausible Insights']
const LANGUAGES = ['en', 'fr', 'de', 'es', 'it', 'nl', 'pt', 'ca', 'eu', 'sv', 'ar']

let w, pages, lost
const day = Math.floor(Date.now() / 864e5), today = day % PARTS
const turn = n => LANGUAGES[(day + n) % LANGUAGES.length]

// One of each thing there is a page for.
async function furnish(ask) {
	const file = join(w.folder, 'trees.csv')
	writeFileSync(file, 'species,height,planted,lat,lon\nOak,3,2020-01-02,48.1,2.2\nLime,five,2021-03-04,48.2,2.3\n')
	w.run('publish', file, '--portal', host, '--id', 'trees', '--title', 'Trees of the city')
	writeFileSync(join(w.folder, 'look.json'), JSON.stringify({ theme: { colours: { text: '#222222', 'page-background': '#ffffff' } } }))
	w.run('look', 'set', join(w.folder, 'look.json'), '--portal', host)
	w.run('group', 'add', 'Editors', '--portal', host)
	w.run('group', 'join', 'Editors', 'ada@isoc.example', '--portal', host)
	w.run('key', 'add', 'Nightly', '--user', 'ada@isoc.example', '--portal', host)
	w.run('portal', 'parent', 'solo.portal.example', host)
	w.run('portal', 'set', host, 'feedback=on')
	w.run('portal', 'set', host, 'map.basemaps=[{"id":"plan","label":"Plan","wms":"https://maps.example/wms","layers":"roads","direct":true}]')
	const dataset = '/explore/dataset/trees/'
	await ask.form(`${home}programs/new/`, { do: 'save', name: 'Town app', about: '', site: '', kind: 'server', redirects: 'https://town.example/back' })
	await ask.form(`${home}access/providers/new/oidc/`, { id: 'town', label: 'Town hall', issuer: 'https://id.example', client_id: 'stoa', scopes: 'openid', claims: 'sub', role: 'member', do: 'save' })
	await ask.form(`${home}connections/new/?type=http`, { name: 'Town', url: 'https://files.example.org/open/', do: 'save' })
	await ask.form(`${home}pages/new/`, { title: 'About the trees', template: 'dashboard' })
	await ask.form(`${home}backups/`, { do: 'new' })
	await ask.form(`${dataset}reuse/`, { title: 'A walk', url: 'https://maker.example/walk', kind: 'application', description: 'Walks under trees.', first_name: 'Mo', last_name: 'Maker' })
	await ask.form(`${dataset}feedback/`, { category: 'error', text: 'This oak is a lime.' })
	await ask.form(`${dataset}follow/`, { do: 'follow' })
}

before(async () => {
	w = await world()
	await w.ask('/fixture', { domains: [{ host, settings: { languages: LANGUAGES.join() } }], registries: [servicesIn(LANGUAGES, host)], users: [{ host, email: who, name: 'Keeper of the House', password, role: 'admin', totp: secret }] })
	const session = await enter()
	const ask = asker(w.port, host, session)
	await furnish(ask)
	// A dataset that came by the browser's road, whose pages of the way are reached while it is published only.
	const context = await come({})
	const page = await context.newPage()
	await page.goto(`https://${host}${home}datasets/new/`)
	await page.setInputFiles('#drop-files', join(ugly, 'stations-api.json'))
	await page.waitForURL(/\/check\/$/)
	const own = new URL(page.url()).pathname.replace(/check\/$/, '')
	await page.getByRole('button', { name: 'Publish', exact: true }).click()
	await page.waitForSelector('.ways-on')
	await context.close();
	({ pages, lost } = await gather(binary, ask, [home, `${own}check/`, `${own}done/`, `${own}errors/`]))
	// What leads on for good is an address of former days, and no page.
	const answers = await Promise.all(lost.map(p => (p.includes('{') ? {} : ask(p))))
	lost = lost.filter((_, i) => answers[i].status !== 301)
	pages.sort((a, b) => (a.key < b.key ? -1 : 1))
})
after(async () => {
	const { code, said } = await w.stop()
	assert.equal(code, 0, said)
})

// A proof is good for some minutes only, and all pages take longer.
const enter = async () => (await w.ask('/fixture', { sessions: [{ host, email: who, factors: ['password', 'totp'] }] })).sessions[0]

async function come(options) {
	const context = await w.fresh({ bypassCSP: true, reducedMotion: 'reduce', viewport: { width: 1440, height: 900 }, ...options })
	await context.addCookies([{ name: 'sessionid', value: await enter(), domain: host, path: '/', secure: true, httpOnly: true, sameSite: 'Lax' }])
	return context
}

test('every page of the back office is one that links lead to', () => {
	assert.deepEqual(lost.filter(p => p.endsWith('/') && !machines.has(p)), [])
	assert.ok(pages.length > 100, `${pages.length} pages`)
})

// German has the long words, Arabic goes the other way: both are walked whole by keyboard, as English is.
const everywhere = LANGUAGES.filter(lang => !['en', 'de', 'ar'].includes(lang)).map((lang, i) => ({ width: i % 2 ? 1440 : 390, light: i % 2 ? 'dark' : 'light', lang }))
const looks = process.env.STOA_WHOLE
	? [{ width: 1440, light: 'light', lang: 'en', keyboard: true }, { width: 390, light: 'dark', lang: 'en', keyboard: true }, { width: 390, light: 'light', lang: 'ar', keyboard: true },
		{ width: 1440, light: 'dark', lang: 'de', keyboard: true }, { width: 720, light: 'light', lang: 'de', height: 500 }, ...everywhere]
	: [{ width: 1440, light: 'light', lang: turn(0), keyboard: true }, { width: 390, light: 'dark', lang: turn(4), keyboard: true },
		{ width: 390, light: 'light', lang: 'ar', quick: true }, { width: 720, light: 'light', lang: turn(8), height: 500, quick: true }]
for (const [n, { width, light, lang, keyboard, quick, height = 900 }] of looks.entries())
	test(`${keyboard ? 'by keyboard alone, ' : ''}${quick ? '' : 'for axe, '}within the screen, in its words: ${width} px, ${light}, ${lang}`, async () => {
		const context = await come({ viewport: { width, height }, colorScheme: light })
		const page = await context.newPage()
		const faults = []
		let path
		page.on('pageerror', e => faults.push(`${path}: script error: ${e.message}`))
		page.on('console', m => m.type() === 'error' && faults.push(`${path}: console: ${m.text()}`))
		for (const [i, { path: own }] of pages.entries()) {
			if (!process.env.STOA_WHOLE && (i + n) % PARTS !== today) continue
			path = own
			const say = (...words) => faults.push(...words.map(word => `${path}: ${word}`))
			const answer = await page.goto(`https://${host}${path}${path.includes('?') ? '&' : '?'}flg=${lang}`)
			if (answer.status() !== 200) say(`answers ${answer.status()}`)
			const seen = await page.evaluate(() => ({ wide: document.documentElement.scrollWidth - document.documentElement.clientWidth, heads: document.querySelectorAll('h1').length,
				lang: document.documentElement.lang, dir: document.documentElement.dir, styled: document.querySelectorAll('[style]').length }))
			for (const [name, wanted] of Object.entries({ wide: 0, heads: 1, lang, dir: lang === 'ar' ? 'rtl' : 'ltr', styled: 0 }))
				if (seen[name] !== wanted) say(`${name}: ${seen[name]}, not ${wanted}`)
			if (lang !== 'en') say(...await english(page, lang, names))
			// Names and addresses in Latin letters do not fall apart in an Arabic line, and stand on the side of what they belong to.
			if (lang === 'ar') say(...await page.evaluate(() => [...document.querySelectorAll('main code, main :is(.list, .line-of) small[dir]')].filter(e => e.checkVisibility() &&
				(e.matches('code') ? getComputedStyle(e).direction !== 'ltr' : getComputedStyle(e).textAlign !== 'right')).map(e => `out of place: ${e.outerHTML.slice(0, 80)}`)))
			// What is pressed is large enough, links inside sentences and rows aside.
			if (width === 390) say(...await page.evaluate(() => [...document.querySelectorAll('button, .button, summary, select, input:not([type=hidden], [type=checkbox], [type=radio]), .rooms a, .option label')]
				.filter(e => e.offsetParent && e.ariaHidden !== 'true' && e.getBoundingClientRect().height < 42).map(e => `small: ${e.tagName} ${e.className} ${e.getBoundingClientRect().height}`)))
			if (!quick) {
				await page.addScriptTag({ path: axe })
				say(...await page.evaluate(async () => (await window.axe.run(document, { resultTypes: ['violations'], iframes: false })).violations
					.map(v => `axe: ${v.id}: ${v.nodes.map(x => x.target.join(' ')).slice(0, 3).join(', ')}`)))
			}
			if (keyboard) say(...await walk(page), ...(width === 390 ? await unfold(page) : []))
		}
		assert.deepEqual(faults, [])
		await context.close()
	})
