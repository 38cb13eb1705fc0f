// The pages of readers, found by asking: the server lists its addresses, holes are filled with what the portals of this world have, and what
// answers as HTML is a page. With the hard cases of tests/http/states.py, each with the tabs that its own page links to.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { request } from 'node:http'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeFileSync } from 'node:fs'
import { binary, password, world } from './world.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
export const hosts = { plain: 'tags.example', hard: 'hard.example', empty: 'bare.example' }
const who = 'reader@tags.example'
// Programs, people's own rooms and the office have tests of their own.
const elsewhere = /^\/(api|backoffice|account|oauth2|oidc|saml2|audience|-)\//
const trees = ['id,species,height,planted,latitude,longitude', ...Array.from({ length: 120 }, (_, i) =>
	`${i},${['Oak', 'Lime', 'Plane'][i % 3]},${4 + (i % 23)},${1990 + (i % 30)}-0${1 + (i % 9)}-1${i % 9},${48.85 + i / 9000},${2.35 - i / 7000}`)].join('\n')
const grid = { kind: 'grid', title: { en: 'Trees at a glance', ar: 'الأشجار' }, sections: [{ title: { en: 'Figures' }, ground: 'plain', blocks: [
	{ type: 'text', text: { en: '## Trees\n\nOf the **city**.\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |' } },
	{ type: 'kpi', title: { en: 'Tallest' }, dataset: 'trees', function: 'max', field: 'height' }] },
	{ ground: 'plain', blocks: [{ type: 'filters', dataset: 'trees', fields: 'species' }] }] }

// Without `hard` the odd states are left out: the portal of hard cases takes half the time.
export async function reader({ hard = true } = {}) {
	const w = await world()
	try {
		return await furnished(w, hard)
	} catch (e) {
		await w.stop()
		throw e
	}
}

async function furnished(w, hard) {
	await w.ask('/fixture', { domains: [], users: [{ host: hosts.plain, email: who, name: 'Reader', password, role: 'member' }] })
	const file = (name, text) => (writeFileSync(join(w.folder, name), text), join(w.folder, name))
	w.run('publish', file('trees.csv', trees), '--portal', hosts.plain, '--id', 'trees', '--title', 'Trees of the city', '--meta', 'theme=Environment',
		'--meta', 'publisher=Parks department', '--meta', 'keyword=trees,green', '--meta', 'license=CC BY 4.0', '--meta', 'description=<p>Every tree.</p>')
	w.run('page', 'put', file('dash.json', JSON.stringify(grid)), '--portal', hosts.plain, '--public', '--publish')
	if (hard) execFileSync('/usr/bin/python3', ['-c', `import subprocess, sys, states
states.HOST, states.EMPTY = sys.argv[3:5]
states.make(lambda data, *words: subprocess.run([sys.argv[1], "--data", data, *words], check=True, stdout=subprocess.DEVNULL), sys.argv[2], sys.argv[5])`,
	resolve(binary), w.data, hosts.hard, hosts.empty, w.folder], { cwd: join(here, '../http'), env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' } })
	const saved = await save(w)
	return { ...w, saved, plain: await pages_of_routes(w, saved), odd: hard ? await odd_states(w) : [] }
}

// A map and a chart, kept by somebody who is signed in.
async function save(w) {
	const context = await w.fresh()
	const page = await context.newPage()
	await page.goto(`https://${hosts.plain}/login/`)
	await page.fill('[name=username]', who)
	await page.fill('[name=password]', password)
	await page.click('form:has([name=password]) button:not([type=button])')
	await page.waitForURL(url => !url.pathname.startsWith('/login/'))
	const made = await page.evaluate(async () => {
		const slugs = {}
		for (const [kind, config] of [['map', { layers: [{ dataset: 'trees', title: 'Trees', display: 'dots' }] }],
			['chart', { queries: [{ config: { dataset: 'trees' }, xAxis: 'species', charts: [{ type: 'column', func: 'AVG', yAxis: 'height' }] }] }]]) {
			const token = new DOMParser().parseFromString(await (await fetch(`/${kind}/`)).text(), 'text/html').querySelector('[token]')
			const answer = await fetch(`/${kind}/`, { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-CSRFToken': token?.getAttribute('token') ?? '' },
				body: JSON.stringify({ title: `Trees as a ${kind}`, visibility: 'unlisted', config }) })
			const text = await answer.text()
			if (!answer.ok) throw new Error(`${kind}: ${answer.status} ${text}`)
			slugs[kind] = JSON.parse(text).slug
		}
		return slugs
	})
	const state = await context.storageState()
	await context.close()
	return { ...made, state }
}

function get(w, host, path) {
	return new Promise((yes, no) => {
		request({ host: '127.0.0.1', port: w.port, path, headers: { Host: host, Accept: 'text/html', 'X-Forwarded-Proto': 'https' } }, answer => {
			let text = ''
			answer.setEncoding('utf8').on('data', part => (text += part)).on('end', () => yes({ status: answer.statusCode, type: answer.headers['content-type'] ?? '', text }))
		}).on('error', no).end()
	})
}

async function pages_of_routes(w, saved) {
	const records = JSON.parse((await get(w, hosts.plain, '/api/explore/v2.0/catalog/datasets/trees/records?limit=1')).text)
	const holes = { dataset: ['trees'], tab: ['information', 'table', 'map', 'analyze', 'export', 'api', 'history'], record: [records.records[0].record.id], token: ['x'.repeat(43)],
		receipt: ['x'.repeat(22)], version: ['1'], range: ['1..1'], id: ['x'], size: ['100'], style: ['bibtex'], tag: ['x'], z: ['0'], x: ['0'], y: ['0'], ground: ['x'],
		part: ['1.xml'], name: ['x'], file: ['x'], feed: ['trees.atom'], picture: ['trees.png'], reuse: ['1'] }
	const found = []
	const refused = new Set() // one page of each refusal
	for (const line of w.run('serve', '--routes').split('\n')) {
		const [method, pattern] = line.split(' ')
		if (method !== 'GET' || elsewhere.test(pattern)) continue
		let paths = [pattern]
		for (const [, hole] of pattern.matchAll(/\{([^}.]+)\.*\}/g)) {
			const values = hole === 'slug' ? [/^\/(map|chart)\//.test(pattern) ? saved[pattern.split('/')[1]] : 'dash'] : holes[hole]
			assert.ok(values, `${pattern}: nobody said what {${hole}} may be: see pages_of_routes`)
			paths = paths.flatMap(p => values.map(v => p.replace(/\{[^}]+\}/, v)))
		}
		for (const path of paths) {
			const { status, type, text } = await get(w, hosts.plain, path)
			assert.ok(status < 500, `${path}: ${status}`)
			if (!/^text\/html/.test(type) || (status >= 300 && status < 400)) continue
			const refusal = status >= 400 && `${status} ${/<title>.*?<h1[^>]*>.*?<\/h1>/s.exec(text)?.[0].replace(/[^]*<h1/, '')}`
			if (!refusal || !refused.has(refusal)) found.push({ host: hosts.plain, path })
			refused.add(refusal)
		}
	}
	// States that only a question brings about.
	for (const path of ['/explore/?q=zzzz', '/explore/?refine.nothing=1', '/explore/?q=%22', '/explore/?layout=list&refine.theme=Environment', '/explore/dataset/trees/table/?refine.species=Oak&sort=height&start=20',
		'/explore/dataset/trees/table/?where=%28%28', '/explore/dataset/trees/table/?as_of=1', '/explore/dataset/trees/analyze/?dataChart=%7B', '/pages/dash/?refine.species=Oak', '/no/such/page'])
		found.push({ host: hosts.plain, path })
	return found
}

async function odd_states(w) {
	const found = [{ host: hosts.empty, path: '/' }, { host: hosts.empty, path: '/explore/' }, { host: hosts.empty, path: '/map/' }, { host: hosts.empty, path: '/reuses/' },
		{ host: hosts.hard, path: '/' }, { host: hosts.hard, path: '/explore/' }, { host: hosts.hard, path: '/explore/dataset/shutout/table/' }]
	for (const dataset of ['none', 'one', 'wide', 'long', 'arabic', 'untold', 'broken', 'withheld']) {
		const { status, text } = await get(w, hosts.hard, `/explore/dataset/${dataset}/information/`)
		assert.equal(status, 200, dataset)
		const tabs = new Set([...text.matchAll(new RegExp(`/explore/dataset/${dataset}/(?!citation|follow|feedback|reuse|record)[a-z]+/`, 'g'))].map(m => m[0]))
		assert.ok(tabs.size > 0)
		for (const path of tabs) found.push({ host: hosts.hard, path })
	}
	return found
}
