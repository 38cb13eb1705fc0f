#!/usr/bin/env node
// Bundles web/ and writes it as C arrays: assets.mjs OUT.h WEB_FOLDER PO_FOLDER [DEPFILE]
//
// esbuild bundles, splits and hashes: what a page asks for by an element alone (maps, charts) is a file of its own, loaded by
// pages that show one. Every text is also stored compressed by gzip and brotli, so that the server never compresses an asset.
// Same input, same bytes. src/asset/find.c reads the header. Words that elements say are rows of web/elements/words/*.def,
// looked up in po/ while bundling: "words:fr" is a module with those of one language.
import { createHash } from 'node:crypto'
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { extname, join, relative } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { maplibre } from './maplibre.mjs'

const [out, web, po, depfile] = process.argv.slice(2)
const fail = text => {
	console.error(`assets: ${text}`)
	process.exit(1)
}
if (!out || !web || !po) fail('usage: assets.mjs OUT.h WEB_FOLDER PO_FOLDER [DEPFILE]')

let esbuild
try {
	esbuild = createRequire(import.meta.url)('esbuild')
} catch {
	fail('the npm package esbuild is missing. Run "scripts/setup" (or "npm ci") in the project folder, then build again.')
}

// What our scripts must not touch: nothing may be kept on a reader's device.
const forbidden = [
	/document\.cookie\s*=/, /\bcookieStore\b/, /\blocalStorage\b/, /\bsessionStorage\b/, /\bindexedDB\b/,
	/\bcaches\.open\b/, /serviceWorker\.register/, /\beval\s*\(/, /new Function\s*\(/, /\binnerHTML\b/,
]
// One script only takes away what others left (CON-24): it may touch those places, and write nothing to them.
const remover = 'forget.ts'
const writes = [/\bsetItem\b/, /\.put\(/, /\.open\(/, /\.add\(/, /document\.cookie\s*=(?!.*Max-Age=0)/, /\beval\s*\(/, /new Function\s*\(/, /\binnerHTML\b/]
function check(folder) {
	for (const name of readdirSync(folder).sort()) {
		const path = join(folder, name)
		if (statSync(path).isDirectory()) check(path)
		else if (/\.(ts|js)$/.test(name))
			readFileSync(path, 'utf8').split('\n').forEach((line, i) => {
				const bad = (name === remover ? writes : forbidden).find(word => word.test(line))
				if (bad) fail(`${relative(web, path)}:${i + 1} uses ${bad.source}: scripts keep nothing on the reader's device and run no text as code`)
			})
	}
}
check(web)

// --- words of the elements ------------------------------------------------------------------------------------

const unquote = lines => lines.map(l => JSON.parse(l.slice(l.indexOf('"')))).join('')
const spoken = new Map() // message → its plural, or null
for (const name of readdirSync(join(web, 'elements/words')).sort())
	for (const [, one, many] of readFileSync(join(web, 'elements/words', name), 'utf8')
		.matchAll(/\bN2?_\(("(?:[^"\\]|\\.)*")(?:,\s*("(?:[^"\\]|\\.)*"))?\)/g))
		spoken.set(JSON.parse(one), many ? JSON.parse(many) : null)

// A message that no table has would stay English for everyone.
function check_spoken(folder) {
	for (const entry of readdirSync(folder, { withFileTypes: true })) {
		const path = join(folder, entry.name)
		if (entry.isDirectory()) check_spoken(path)
		else if (entry.name.endsWith('.ts'))
			for (const [, quote, message] of readFileSync(path, 'utf8').matchAll(/\bsay(?:_n)?\(\s*(['"`])((?:(?!\1)[^\\]|\\.)*)\1/g)) {
				const text = message.replace(/\\(['"`\\])/g, '$1')
				if (quote === '`' || !spoken.has(text))
					fail(`${relative(web, path)}: say("${text}") has no row in web/elements/words/*.def: add N_("${text}") there`)
			}
	}
}
check_spoken(join(web, 'elements'))

// The messages of one language, as a module: { plural: n => form, words: { message: text or forms } }.
function words_of(code) {
	const text = readFileSync(join(po, `${code}.po`), 'utf8')
	const words = {}
	for (const block of text.split(/\n\n+/)) {
		if (/^#,.*fuzzy/m.test(block)) continue
		const parts = {}
		let at = null
		for (const line of block.split('\n')) {
			const key = /^(msgid|msgid_plural|msgstr(?:\[\d\])?) "/.exec(line)
			if (key) parts[(at = key[1])] = [line]
			else if (at && line.startsWith('"')) parts[at].push(line)
		}
		const id = parts.msgid && unquote(parts.msgid)
		if (!id || !spoken.has(id)) continue
		const forms = Object.keys(parts).filter(k => k.startsWith('msgstr[')).sort().map(k => unquote(parts[k]))
		const one = parts.msgstr && unquote(parts.msgstr)
		if (forms.length ? forms.every(Boolean) : one) words[id] = forms.length ? forms : one
	}
	const rule = /plural=([^;\n\\]+)/.exec(text)?.[1] ?? 'n != 1'
	if (!/^[n\d\s()<>=!&|?:%]+$/.test(rule)) fail(`${code}.po: the plural rule "${rule}" is not one`)
	return `export const plural = n => Number(${rule})\nexport const words = ${JSON.stringify(words)}\n`
}
const words_plugin = {
	name: 'words',
	setup(build) {
		build.onResolve({ filter: /^words:[a-z]{2}$/ }, a => ({ path: a.path.slice(6), namespace: 'words' }))
		build.onLoad({ filter: /.*/, namespace: 'words' }, a => ({ contents: words_of(a.path), loader: 'js' }))
	},
}

const types = {
	'.json': 'application/json',
	'.geojson': 'application/geo+json',
	'.png': 'image/png',
	'.css': 'text/css; charset=utf-8',
	'.js': 'text/javascript; charset=utf-8',
	'.svg': 'image/svg+xml',
	'.woff2': 'font/woff2',
}

const bundle = define => esbuild.build({
	entryPoints: ['entry.ts', 'forget.ts', 'office.ts', 'tag.ts', 'style.css', 'office.css', 'elements.ts', 'elements/map_worker.ts'].map(name => join(web, name)),
	bundle: true,
	splitting: true,
	metafile: true,
	plugins: [words_plugin, maplibre],
	define,
	minify: true,
	format: 'esm',
	target: ['es2021', 'safari15'],
	tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
	outdir: '/assets',
	publicPath: '/assets',
	entryNames: '[name].[hash]',
	assetNames: '[name].[hash]',
	chunkNames: '[name].[hash]',
	loader: { '.woff2': 'file', '.svg': 'file', '.png': 'file', '.geojson': 'file' },
	legalComments: 'none',
	charset: 'utf8',
	write: false,
	logLevel: 'warning',
	absWorkingDir: web,
}).catch(() => process.exit(1))
// A page starts the worker of maps by its address, which holds the hash of what is in it: a first round tells it.
const worker_of = made => made.outputFiles.map(f => f.path).find(path => /\/map_worker\.\w+\.js$/.test(path))
const address = worker_of(await bundle({ MAP_WORKER: '""' }))
const result = await bundle({ MAP_WORKER: JSON.stringify(address) })
if (worker_of(result) !== address) fail('the worker of maps depends on its own address: map_worker.ts must not import what names MAP_WORKER')

const files = result.outputFiles.map(f => {
	const name = f.path.slice('/assets/'.length)
	const type = types[extname(name)] ?? fail(`no media type is known for ${name}`)
	const bytes = Buffer.from(f.contents)
	const text = type.startsWith('text/') || type === 'image/svg+xml' || type.includes('json')
	return {
		name,
		logical: name.replace(/\.[A-Z0-9]{8}(?=\.)/, ''),
		type,
		tag: createHash('sha256').update(bytes).digest('hex').slice(0, 16),
		bytes,
		gzip: text ? gzipSync(bytes, { level: 9 }) : Buffer.alloc(0),
		br: text ? brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }) : Buffer.alloc(0),
	}
}).sort((a, b) => (a.name < b.name ? -1 : 1))

// A text is what compilers read fastest; octal escapes of three digits cannot run into what follows.
const escapes = Array.from({ length: 256 }, (_, b) => (b < 32 || b > 126 || b === 34 || b === 92 || b === 63 ? '\\' + b.toString(8).padStart(3, '0') : String.fromCharCode(b)))
const array = (name, bytes) => {
	const lines = []
	for (let at = 0; at < bytes.length; at += 2000) lines.push(`"${Array.from(bytes.subarray(at, at + 2000), b => escapes[b]).join('')}"`)
	return `static const char ${name}[] =\n${lines.join('\n')};\n`
}
let text = '/* Generated from web/ by scripts/assets.mjs: the front end as it lies in memory. */\n'
files.forEach((f, i) => {
	for (const kind of ['bytes', 'gzip', 'br']) if (f[kind].length) text += array(`asset_${i}_${kind}`, f[kind])
})
text += 'static const struct asset assets[] = {\n'
files.forEach((f, i) => {
	const view = kind => (f[kind].length ? `{ asset_${i}_${kind}, ${f[kind].length} }` : '{ 0, 0 }')
	const word = s => `{ ${JSON.stringify(s)}, ${Buffer.byteLength(s)} }`
	text += `\t{ ${word(f.name)}, ${word(f.logical)}, ${word('/assets/' + f.name)}, ${word(f.type)}, ${word(f.tag)},\n\t  ${view('bytes')}, ${view('gzip')}, ${view('br')} },\n`
})
text += '};\n'
writeFileSync(out, text)
// What the header was made of, for ninja.
if (depfile) {
	const inputs = Object.keys(result.metafile.inputs).filter(path => !/^(words|shorter):/.test(path)).map(path => join(web, path))
	const tables = readdirSync(join(web, 'elements/words')).map(name => join(web, 'elements/words', name))
	const catalogues = readdirSync(po).filter(name => name.endsWith('.po')).map(name => join(po, name))
	writeFileSync(depfile, `${out}: ${[...inputs, ...tables, ...catalogues].map(path => path.replaceAll(' ', '\\ ')).join(' ')}\n`)
}
