// Creates the demo portals and publishes their datasets through the command line of stoa, one line of progress each. What
// is already there is left alone, so that an interrupted run can simply be repeated.
//
//	node demo/publish.mjs --stoa BINARY --data FOLDER --port PORT [--list FILE]
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { here, vegaPackage } from './lib.mjs'
import { fileOf, known, prepare, schemaOf } from './prepare.mjs'

const { values: args } = parseArgs({ options: { stoa: { type: 'string' }, data: { type: 'string' }, port: { type: 'string' }, list: { type: 'string', default: join(here, 'portals.json') } } })
const text = readFileSync(args.list, 'utf8')
const { portals } = JSON.parse(text)

function fail(words) {
	console.error(`demo: ${words}`)
	process.exit(1)
}

// Runs stoa on the data folder; its messages go to the terminal, its answer comes back when it is asked for.
function stoa(words, { answer = false } = {}) {
	const done = spawnSync(args.stoa, ['--data', args.data, ...words], { encoding: 'utf8', stdio: ['ignore', answer ? 'pipe' : 'inherit', 'inherit'] })
	if (done.error) fail(`${args.stoa} does not start: ${done.error.message}`)
	if (done.signal) process.exit(done.signal === 'SIGINT' ? 130 : 1)
	if (done.status !== 0) fail(`this failed: stoa ${words.slice(0, 6).join(' ')}\ndemo: repeat \`make demo\` to go on from here`)
	return answer ? JSON.parse(done.stdout) : null
}

const variants = (name, texts, first) => Object.entries(texts).map(([lang, value]) => [lang === first ? name : `${name}.${lang}`, Array.isArray(value) ? value.join(',') : value])
const pairs = list => list.flatMap(([name, value]) => ['--meta', `${name}=${value}`])

function addPortal(p) {
	const first = p.languages[0]
	const settings = [['languages', p.languages.join(',')], ['timezone', p.timezone], ['theme.accent', p.accent], ['provider', p.title[first]], ['contact', `data@${p.host}`], ['policy.since', '2026-11-22'],
		...variants('title', p.title, first), ...variants('description', p.description, first), ...Object.entries(p.settings ?? {})]
	const made = stoa(['portal', 'add', p.host, ...(p.aliases ?? []).flatMap(a => ['--alias', a]), ...settings.flatMap(([n, v]) => ['--set', `${n}=${v}`]),
		'--admin', `admin@${p.host}`, '--json'], { answer: true })
	const look = join(here, 'looks', `${p.host}.json`)
	if (existsSync(look)) stoa(['look', 'set', look, '--portal', p.host, '--live'])
	return made.admin
}

const packaged = Object.fromEntries(vegaPackage().resources.map(r => [r.path, r]))
// Licence as the dataset says; publisher and reference too, else as the data package of its file says.
function origin(d) {
	const from = packaged[d.package] ?? {}
	const s = d.source ?? {}
	return Object.entries({
		publisher: d.publisher ?? s.publisher ?? from.sources?.[0]?.title ?? 'vega-datasets',
		license: s.license,
		license_url: s.license_url,
		references: s.references ?? from.sources?.[0]?.path ?? (d.package ? 'https://github.com/vega/vega-datasets' : undefined),
		attributions: s.publisher ?? from.sources?.[0]?.title
	}).filter(([, value]) => value && !/\n/.test(value.trim())).map(([name, value]) => [name, value.trim()])
}

function publish(p, d) {
	const first = p.languages[0]
	const own = d.title[first] ? first : Object.keys(d.title)[0]
	const metas = [...variants('title', d.title, first).filter(([name]) => name !== 'title'), ...variants('description', d.description, first),
		...variants('keyword', d.keywords, first), ['theme', d.theme], ['language', d.language], ...origin(d)]
	stoa(['publish', fileOf(d.recipe), '--portal', p.host, '--id', d.id, '--schema', schemaOf(d.recipe), '--title', d.title[own], ...pairs(metas)])
}

// Pages of a portal: files in demo/pages/HOST/, named by their slug. One that says what it said makes no revision.
function putPages(p) {
	const folder = join(here, 'pages', p.host)
	for (const name of existsSync(folder) ? readdirSync(folder).sort() : [])
		if (name.endsWith('.json')) stoa(['page', 'put', join(folder, name), '--portal', p.host, '--public', '--publish'])
}

// ---- the run

const ids = portals.flatMap(p => p.datasets.map(d => d.recipe))
const wrong = ids.filter(id => !known(id))
if (wrong.length) fail(`${args.list} names recipes that do not exist: ${wrong.join(', ')}`)
mkdirSync(args.data, { recursive: true })
prepare([...new Set(ids)], words => console.log(`demo: ${words}`))

// An empty folder has no portals to list yet.
const begun = existsSync(join(args.data, 'stoa.db'))
const hosts = new Set(begun ? stoa(['portal', 'list', '--json'], { answer: true }).map(x => x.portal) : [])
const admins = {}
for (const p of portals) {
	if (hosts.has(p.host)) continue
	admins[p.host] = addPortal(p)
	// Said at once and again at the end: whoever interrupts the run still has it.
	console.log(`demo: portal ${p.host}: administrator ${admins[p.host].email}, one-time password ${admins[p.host].password}`)
}

let at = 0
for (const p of portals) {
	const there = new Set(stoa(['datasets', '--portal', p.host, '--json'], { answer: true }).map(x => x.dataset))
	for (const d of p.datasets) {
		at++
		if (there.has(d.id)) continue
		console.log(`demo: [${at}/${ids.length}] ${p.host}: ${Object.values(d.title)[0]}`)
		publish(p, d)
	}
	putPages(p)
}
if (Object.keys(admins).length) {
	console.log('\nThe administrators, who choose their own password at the first sign-in:')
	for (const p of portals.filter(x => admins[x.host])) {
		const address = `http://${p.host}:${args.port}/`.padEnd(44)
		console.log(`${address} ${admins[p.host].email.padEnd(38)} one-time password ${admins[p.host].password}`)
	}
	console.log()
}
writeFileSync(join(args.data, '.demo'), createHash('sha256').update(text).digest('hex') + '\n')
