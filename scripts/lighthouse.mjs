#!/usr/bin/env node
// Measures pages with Lighthouse's mobile profile against their bars: lighthouse STOA_BINARY DATA_FOLDER HOST DATASET
//
// DATA_FOLDER is one that `make demo` made; DATASET is a dataset of HOST with geometry. A server is started on a free port. Ends with 1 when a
// bar is not met. Performance depends on the machine: the best of three runs counts, and the figures are printed. ONLY=map,chart asks for
// some of the pages.
import { spawn } from 'node:child_process'
import lighthouse from 'lighthouse'
import puppeteer from 'puppeteer-core'

const [stoa, data, host, dataset] = process.argv.slice(2)
if (!dataset) {
	console.error('usage: lighthouse STOA_BINARY DATA_FOLDER HOST DATASET')
	process.exit(2)
}
const RUNS = 3
const bars = { performance: 95, accessibility: 100, 'best-practices': 95, seo: 100 }
const pages = [
	{ name: 'home', path: '/', bars },
	{ name: 'catalogue', path: '/explore/', bars },
	{ name: 'dataset', path: `/explore/dataset/${dataset}/information/`, bars },
	{ name: 'table', path: `/explore/dataset/${dataset}/table/`, bars },
	{ name: 'chart', path: `/explore/dataset/${dataset}/analyze/`, bars },
	{ name: 'map', path: `/explore/dataset/${dataset}/map/`, bars: { ...bars, performance: 80 } },
]

const server = spawn(stoa, ['--data', data, 'serve', '--port', '0', '--announce', '--mail_folder', 'mail'], { stdio: ['ignore', 'pipe', 'ignore'] })
const port = await new Promise((yes, no) => {
	let out = ''
	server.stdout.on('data', text => {
		out += text
		const ready = /^READY http:\/\/[^:]+:(\d+)/m.exec(out)
		if (ready) yes(Number(ready[1]))
	})
	server.on('exit', code => no(new Error(`the server ended with ${code}: ${out}`)))
})
const browser = await puppeteer.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--headless=new', '--disable-quic'] })
let missed = 0
const only = process.env.ONLY?.split(',')
for (const page of pages.filter(p => !only || only.includes(p.name))) {
	const best = {}
	const faults = new Set()
	let weight = 0
	let timing = ''
	for (let run = 0; run < RUNS; run++) {
		const tab = await browser.newPage()
		const { lhr } = await lighthouse(`http://${host}:${port}${page.path}`, { output: 'json', logLevel: 'error' }, undefined, tab)
		await tab.close()
		weight = lhr.audits['total-byte-weight']?.numericValue ?? 0
		if ((lhr.categories.performance.score ?? 0) * 100 > (best.performance ?? 0))
			timing = [['first-contentful-paint', 'first paint'], ['largest-contentful-paint', 'largest paint'], ['total-blocking-time', 'blocked'], ['speed-index', 'speed index'],
				['cumulative-layout-shift', 'shift']].map(([id, word]) => `${word} ${lhr.audits[id].displayValue}`).join(', ')
		for (const [name, category] of Object.entries(lhr.categories)) {
			best[name] = Math.max(best[name] ?? 0, Math.round((category.score ?? 0) * 100))
			if (name !== 'performance')
				for (const ref of category.auditRefs) {
					const audit = lhr.audits[ref.id]
					if (ref.weight > 0 && audit.score !== null && audit.score < 1) faults.add(`${name}: ${audit.title}`)
				}
		}
		if (Object.entries(page.bars).every(([name, bar]) => best[name] >= bar)) break
	}
	const words = Object.entries(page.bars).map(([name, bar]) => `${name} ${best[name]}${best[name] < bar ? ` (bar ${bar})` : ''}`)
	missed += Object.entries(page.bars).filter(([name, bar]) => best[name] < bar).length
	console.log(`${page.name.padEnd(10)} ${words.join(', ')}, ${Math.round(weight / 1000)} kB`)
	console.log(`           ${timing}`)
	for (const fault of faults) console.log(`           ${fault}`)
}
await browser.close()
server.kill('SIGTERM')
process.exitCode = missed ? 1 : 0
