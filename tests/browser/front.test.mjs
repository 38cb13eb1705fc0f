// The front pages in a real browser: nothing is stored, nothing foreign is asked for, nothing is hard to reach.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { after, before, describe, test } from 'node:test'
import { launch } from './browser.mjs'
import { serve } from './server.mjs'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const paths = ['/', '/explore/', '/explore/?q=tree&refine.theme=Environment&sort=title', '/explore/?q=zzzz', '/explore/?refine.nothing=1',
	'/explore/dataset/trees/information/', '/explore/dataset/trees/table/', '/explore/dataset/trees/table/?sort=height&start=50',
	'/explore/dataset/trees/table/?q=street&exclude.species=Oak', '/explore/dataset/trees/export/?refine.species=Oak',
	'/explore/dataset/trees/api/?refine.species=Oak', '/api-console/explore/v2.1/', '/explore/dataset/quarters/table/', '/terms/cookies-policy/', '/terms/cookies-policy/history/', '/terms/cookies-policy/diff/1..1/', '/no/such/page']

let server
let browser
before(async () => {
	server = await serve()
	browser = await launch()
})
after(async () => {
	await browser?.close()
	const end = await server?.stop()
	assert.equal(end?.code, 0, `the server did not end well:\n${end?.said}`)
})

// What a page must never do, noted while it lives.
async function watched(options = {}) {
	const context = await browser.newContext(options)
	const page = await context.newPage()
	const faults = []
	page.on('request', r => {
		const url = new URL(r.url())
		if (url.protocol !== 'data:' && !url.host.endsWith(`localhost:${server.port}`)) faults.push(`asked ${url.host}`)
	})
	page.on('pageerror', e => faults.push(`script error: ${e.message}`))
	page.on('console', m => {
		if (m.type() === 'error' && !/status of 40[04]/.test(m.text())) faults.push(`console: ${m.text()}`)
	})
	return { context, page, faults }
}

const stored = page => page.evaluate(async () => ({
	local: localStorage.length,
	session: sessionStorage.length,
	databases: (await indexedDB.databases()).length,
	caches: (await caches.keys()).length,
	workers: (await navigator.serviceWorker.getRegistrations()).length,
}))
const nothing = { local: 0, session: 0, databases: 0, caches: 0, workers: 0 }

describe('a reader without an account', () => {
	for (const host of ['city.localhost', 'quiet.localhost', 'copy.localhost'])
		test(`leaves ${host} with an empty jar`, async () => {
			const { context, page, faults } = await watched()
			for (const path of paths) {
				await page.goto(server.url(path, host), { waitUntil: 'networkidle' })
				assert.deepEqual(await stored(page), nothing, path)
				assert.deepEqual(await context.cookies(), [], path)
			}
			assert.deepEqual(faults, [])
			await context.close()
		})

	test('is not harmed by what a publisher wrote', async () => {
		const { context, page, faults } = await watched()
		await page.goto(server.url('/explore/dataset/trees/information/'))
		assert.equal(await page.evaluate(() => window.broken), undefined)
		assert.equal(await page.locator('.prose strong').textContent(), 'streets')
		assert.equal(await page.locator('.prose img, .prose script').count(), 0)
		assert.deepEqual(faults, [])
		await context.close()
	})
})

describe('every page', () => {
	// All of them once wide and once narrow from right to left; what colours alone decide, on every third.
	const some = paths.filter((_, i) => i % 3 === 0)
	for (const [lang, colorScheme, width, asked] of [['en', 'light', 1280, paths], ['en', 'dark', 390, some], ['ar', 'light', 390, paths], ['ar', 'dark', 1280, some]])
		test(`has nothing for axe to say: ${lang}, ${colorScheme}, ${width} px`, async () => {
			const { context, page } = await watched({ colorScheme, viewport: { width, height: 900 }, bypassCSP: true })
			for (const host of asked === some ? ['city.localhost', 'quiet.localhost'] : ['city.localhost'])
				for (const path of asked) {
					const url = new URL(server.url(path, host))
					url.searchParams.set('flg', lang)
					await page.goto(url.href, { waitUntil: 'networkidle' })
					await page.addScriptTag({ path: axe })
					const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }))
					const said = violations.map(v => `${v.id}: ${v.nodes.map(n => n.html.slice(0, 160) + ' ' + (n.any[0]?.message ?? '')).join('\n    ')}`)
					assert.deepEqual(said, [], `${host}${path}`)
				}
			await context.close()
		})

	test('fits a phone without scrolling sideways', async () => {
		const { context, page } = await watched({ viewport: { width: 360, height: 740 } })
		for (const path of paths)
			for (const lang of ['en', 'de', 'ar']) {
				const url = new URL(server.url(path))
				url.searchParams.set('flg', lang)
				await page.goto(url.href)
				const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
				assert.ok(over <= 0, `${path} in ${lang} is ${over} px too wide`)
				// The others are a swipe away.
				const beyond = await page.$$eval('.tabs a[aria-current]', links => links.filter(a => { const r = a.getBoundingClientRect(); return r.left < 0 || r.right > innerWidth }).map(a => a.textContent))
				assert.deepEqual(beyond, [], `tabs past the edge of ${path} in ${lang}`)
			}
		await context.close()
	})

	test('is turned round for Arabic', async () => {
		const { context, page } = await watched({ viewport: { width: 1280, height: 900 } })
		await page.goto(server.url('/explore/?flg=ar'))
		assert.equal(await page.getAttribute('html', 'dir'), 'rtl')
		assert.equal(await page.getAttribute('html', 'lang'), 'ar')
		const filters = await page.locator('.filters').boundingBox()
		const results = await page.locator('.results').boundingBox()
		assert.ok(filters.x > results.x, 'the filters stand on the right')
		await context.close()
	})

	test('weighs little', async () => {
		const { context, page } = await watched()
		const session = await context.newCDPSession(page)
		await session.send('Network.enable')
		let bytes = 0
		session.on('Network.loadingFinished', e => (bytes += e.encodedDataLength))
		await page.goto(server.url('/explore/dataset/trees/table/'), { waitUntil: 'networkidle' })
		assert.ok(bytes > 1000 && bytes < 80_000, `${bytes} bytes`)
		await context.close()
	})
})

describe('the keyboard', () => {
	test('reaches the content first, and shows where it is', async () => {
		const { context, page } = await watched({ viewport: { width: 1280, height: 900 } })
		await page.goto(server.url('/explore/'))
		await page.keyboard.press('Tab')
		assert.equal(await page.evaluate(() => document.activeElement.className), 'skip')
		await page.keyboard.press('Enter')
		assert.equal(await page.evaluate(() => document.activeElement.id), 'main')
		const hidden = []
		for (let i = 0; i < 40; i++) {
			await page.keyboard.press('Tab')
			const seen = await page.evaluate(() => {
				const at = document.activeElement
				if (!at || at === document.body) return null
				const marks = [at, at.closest('.card')].filter(Boolean).map(x => getComputedStyle(x))
				return { what: at.outerHTML.slice(0, 100), shown: marks.some(s => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2) }
			})
			if (seen && !seen.shown) hidden.push(seen.what)
		}
		assert.deepEqual(hidden, [])
		await context.close()
	})

	test('chooses a suggestion', async () => {
		const { context, page, faults } = await watched()
		await page.goto(server.url('/'))
		await page.locator('#q').pressSequentially('tre', { delay: 20 })
		await page.locator('#suggestions li').first().waitFor()
		await page.keyboard.press('ArrowDown')
		assert.equal(await page.getAttribute('#q', 'aria-activedescendant'), 'suggestion-0')
		await page.keyboard.press('Enter')
		await page.waitForURL('**/explore/dataset/trees/table/')
		assert.deepEqual(faults, [])
		await context.close()
	})
})

describe('without script', () => {
	test('one searches, filters, sorts and turns pages', async () => {
		const { context, page } = await watched({ javaScriptEnabled: false, viewport: { width: 1280, height: 900 } })
		await page.goto(server.url('/'))
		await page.fill('#q', 'trees')
		await page.click('.search button')
		assert.match(page.url(), /\/explore\/\?q=trees$/)
		assert.equal(await page.locator('.card').count(), 1)
		await page.click('.card a')
		await page.click('.tabs a:has-text("Table")')
		assert.equal(await page.locator('tbody tr').count(), 50)
		await page.click('thead a:has-text("height")')
		assert.match(page.url(), /sort=height/)
		assert.equal(await page.locator('th[aria-sort=descending]').textContent(), 'height')
		await page.click('.pager a[rel=next]')
		assert.match(page.url(), /start=50/)
		await page.click('.facet a:has-text("Oak")')
		assert.doesNotMatch(page.url(), /start=/)
		assert.match(await page.locator('.total').textContent(), /^36 records$/)
		await page.click('.tabs a:has-text("Export")')
		assert.match(await page.getAttribute('.format a >> nth=0', 'href'), /exports\/csv\?refine=species%3AOak/)
		await page.click('.chips a')
		assert.equal(await page.locator('.chips').count(), 0)
		await context.close()
	})

	test('the language picker sets one cookie, and takes it back', async () => {
		const { context, page } = await watched({ javaScriptEnabled: false })
		await page.goto(server.url('/explore/?q=trees'))
		await page.click('.languages summary')
		await page.click('.languages button[value=fr]')
		assert.equal(page.url(), server.url('/explore/?q=trees'))
		assert.equal(await page.getAttribute('html', 'lang'), 'fr')
		const jar = await context.cookies()
		assert.deepEqual(jar.map(c => [c.name, c.value, c.httpOnly, c.sameSite, c.path]), [['django_language', 'fr', true, 'Lax', '/']])
		await page.goto(server.url('/?flg=de'))
		assert.equal(await page.getAttribute('html', 'lang'), 'de')
		await page.goto(server.url('/'))
		assert.equal(await page.getAttribute('html', 'lang'), 'fr')
		await page.click('.languages summary')
		await page.click('.languages button[value=auto]')
		assert.deepEqual(await context.cookies(), [])
		await context.close()
	})

	test('the filters open and close on a phone', async () => {
		const { context, page } = await watched({ javaScriptEnabled: false, viewport: { width: 390, height: 800 } })
		await page.goto(server.url('/explore/'))
		assert.equal(await page.locator('.filters').isVisible(), false)
		await page.click('.to-filters')
		assert.equal(await page.locator('.filters').isVisible(), true)
		await page.click('.filters .close a')
		assert.equal(await page.locator('.filters').isVisible(), false)
		await context.close()
	})
})

describe('with script', () => {
	test('the tabs follow the filters', async () => {
		const { context, page } = await watched({ viewport: { width: 1280, height: 900 } })
		await page.goto(server.url('/explore/dataset/trees/table/'))
		await page.click('.facet a:has-text("Oak")')
		await page.waitForURL(/refine\.species=Oak/)
		await page.waitForSelector('stoa-live:not([aria-busy])')
		await page.click('.tabs a:has-text("Export")')
		await page.waitForURL(/export\/\?refine\.species=Oak/)
		assert.match(await page.getAttribute('.format a >> nth=0', 'href'), /exports\/csv\?refine=species%3AOak/)
		await context.close()
	})

	test('filters and sorting change the page in place, and back goes back', async () => {
		const { context, page, faults } = await watched({ viewport: { width: 1280, height: 900 } })
		await page.goto(server.url('/explore/dataset/trees/table/'))
		await page.evaluate(() => (window.same = true))
		await page.click('.facet a:has-text("Oak")')
		await page.waitForURL('**refine.species=Oak')
		assert.equal(await page.locator('.total').textContent(), '36 records')
		await page.click('thead a:has-text("height")')
		await page.waitForURL('**sort=height')
		await page.locator('th[aria-sort=descending]').waitFor()
		await page.goBack()
		await page.goBack()
		await page.waitForFunction(() => document.querySelector('.total').textContent === '180 records')
		assert.equal(await page.evaluate(() => window.same), true, 'the page was never loaded anew')
		assert.deepEqual(faults, [])
		await context.close()
	})

	test('code is copied with a button', async () => {
		const { context, page, faults } = await watched({ permissions: ['clipboard-read', 'clipboard-write'] })
		await page.goto(server.url('/explore/dataset/trees/api/'))
		await page.locator('stoa-copy button:visible').first().click()
		await page.locator('stoa-copy button:has-text("Copied")').waitFor()
		assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^curl 'http:\/\/city\.localhost:\d+\/api\/explore\/v2\.1\/catalog\/datasets\/trees\/records\?limit=20'/)
		assert.deepEqual(faults, [])
		await context.close()
	})

	test('the button that copies never covers what it copies', async () => {
		for (const width of [1440, 390])
			for (const path of ['/explore/dataset/trees/api/', '/explore/dataset/trees/export/', 'ar:/explore/dataset/trees/api/']) {
				const { context, page } = await watched({ viewport: { width, height: 900 } })
				await page.goto(server.url(path.replace(/^ar:/, '') + (path.startsWith('ar:') ? '?flg=ar' : '')))
				await page.locator('stoa-copy button').first().waitFor({ state: 'attached' })
				for (const fold of await page.locator('main details:not([open]) > summary').all()) if (await fold.isVisible()) await fold.click()
				const over = await page.evaluate(() => [...document.querySelectorAll('stoa-copy')].filter(c => c.querySelector('button')?.offsetParent).map(c => {
					const code = c.querySelector('pre, code').getBoundingClientRect(), button = c.querySelector('button').getBoundingClientRect()
					return button.left < code.right - 1 && code.left < button.right - 1 && button.top < code.bottom - 1 && code.top < button.bottom - 1
				}))
				assert.ok(over.length && !over.includes(true), `${width} ${path}: ${over}`)
				await context.close()
			}
	})

	test('a long facet is narrowed by typing', async () => {
		const { context, page } = await watched({ viewport: { width: 1280, height: 900 } })
		await page.goto(server.url('/explore/dataset/trees/table/'))
		const facet = page.locator('.facet', { hasText: 'street' }).first()
		await facet.locator('.narrow').fill('street 11')
		assert.deepEqual(await facet.locator('li:visible .value').allTextContents(), ['Street 11'])
		await context.close()
	})
})

describe('the cookie policy', () => {
	test('is generated in full in every language', async () => {
		const { context, page } = await watched()
		for (const lang of ['en', 'fr', 'de', 'es', 'it', 'nl', 'pt', 'ca', 'eu', 'sv', 'ar']) {
			await page.goto(server.url(`/terms/cookies-policy/?flg=${lang}-xx`))
			assert.equal(await page.getAttribute('html', 'lang'), lang)
			assert.deepEqual(await page.locator('.legal table th[scope=row] code').allTextContents(),
				['sessionid', 'django_language', 'csrftoken', 'cookies_preferences'])
			assert.equal(await page.locator('h1').count(), 1)
			assert.equal(await page.locator('.legal h2').count(), 8)
			const words = await page.locator('.legal').innerText()
			assert.ok(words.includes(server.url('').replace(/\/$/, '')), 'its own address')
			if (lang !== 'en') assert.doesNotMatch(words, /\b(This|which|your|the cookies|site uses)\b/, lang)
		}
		await context.close()
	})

	test('follows the settings of the portal', async () => {
		const { context, page } = await watched()
		await page.goto(server.url('/terms/cookies-policy/', 'quiet.localhost'))
		assert.doesNotMatch(await page.locator('.legal').innerText(), /analytics|django_language/)
		assert.doesNotMatch((await page.locator('.legal h2').allInnerTexts()).join(), /quiet\.localhost/)
		await page.goto(server.url('/terms/cookies-policy/', 'copy.localhost'))
		assert.match(await page.locator('.notice').innerText(), /Translated to English\. The authoritative text is the one in French\./)
		await page.click('.notice a')
		assert.equal(await page.getAttribute('html', 'lang'), 'fr')
		assert.equal(await page.locator('.notice').count(), 0)
		await context.close()
	})
})
