// What a page weighs on the wire, as gzip has it: all of a front page before a map or a chart is opened, a page with a chart, and one
// with a map. The bars are those of the front office.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { launch } from './browser.mjs'
import { serve } from './server.mjs'

let server, browser
before(async () => {
	server = await serve()
	browser = await launch()
})
after(async () => {
	await browser?.close()
	const end = await server?.stop()
	assert.equal(end?.code, 0, end?.said)
})

// Pictures and data are the portal's own; the rest is ours to keep small. What is compressed already (fonts) counts as it is.
async function weigh(path, ready) {
	const context = await browser.newContext({ viewport: { width: 390, height: 844 } })
	const page = await context.newPage()
	const files = new Map()
	page.on('response', async answer => {
		const url = new URL(answer.url())
		if (url.protocol === 'data:' || answer.status() !== 200) return
		files.set(url.pathname, answer.body().catch(() => Buffer.alloc(0)))
	})
	await page.goto(server.url(path), { waitUntil: 'networkidle' })
	if (ready) await page.waitForFunction(ready, { timeout: 20000 })
	await page.waitForLoadState('networkidle')
	let sum = 0
	const list = []
	for (const [name, body] of files) {
		const bytes = await body
		const size = /\.(woff2|png|webp)$/.test(name) ? bytes.length : gzipSync(bytes, { level: 9 }).length
		sum += size
		list.push(`${name} ${size}`)
	}
	await context.close()
	return { sum, list }
}

const KB = 1000
const bars = [
	{ path: '/', bar: 80 }, { path: '/explore/', bar: 80 }, { path: '/explore/dataset/trees/information/', bar: 80 }, { path: '/explore/dataset/trees/table/', bar: 80 },
	{ path: '/explore/dataset/trees/analyze/', bar: 350, ready: () => document.querySelector('stoa-chart')?.shadowRoot?.querySelector('svg path') },
	{ path: '/explore/dataset/trees/map/', bar: 450, ready: () => document.querySelector('stoa-map[data-drawn]') },
]
for (const { path, bar, ready } of bars)
	test(`${path} weighs at most ${bar} kB`, async t => {
		const { sum, list } = await weigh(path, ready)
		t.diagnostic(`${Math.round(sum / KB)} kB`)
		assert.ok(sum <= bar * KB, `${sum} bytes:\n${list.sort().join('\n')}`)
	})
