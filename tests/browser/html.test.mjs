// Every template is valid HTML, in the words of the checker of the WHATWG's standard (vnu).
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, before, test } from 'node:test'
import { templates } from './pages.mjs'
import { serve } from './server.mjs'

const vnu = createRequire(import.meta.url)('vnu-jar')
let server
before(async () => {
	server = await serve()
})
after(() => server?.stop())

const page = path => new Promise((yes, no) => {
	get({ host: '127.0.0.1', port: server.port, path, headers: { Host: `city.localhost:${server.port}`, Accept: 'text/html' } }, answer => {
		let text = ''
		answer.setEncoding('utf8').on('data', part => (text += part)).on('end', () => yes({ status: answer.statusCode, type: answer.headers['content-type'] ?? '', text }))
	}).on('error', no)
})

// Not spawnSync: the server's output is read in this process.
const check = files => new Promise((yes, no) => {
	const child = spawn('java', ['-Xss1m', '-jar', vnu, '--stdout', '--exit-zero-always', '--format', 'json', ...files], { stdio: ['ignore', 'pipe', 'inherit'] })
	let out = ''
	child.stdout.on('data', text => (out += text))
	child.on('error', no)
	child.on('exit', () => yes(JSON.parse(out).messages))
})

test('templates are valid HTML', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'stoa-html-'))
	const names = new Map()
	for (const [i, path] of templates.entries()) {
		const { status, type, text } = await page(path)
		assert.match(type, /^text\/html/, `${path} is ${status} ${type}`)
		writeFileSync(join(folder, `${i}.html`), text)
		names.set(`${i}.html`, path)
	}
	const said = await check([...names.keys()].map(name => join(folder, name)))
	rmSync(folder, { recursive: true })
	assert.deepEqual(said.filter(m => m.type === 'error').map(m => `${names.get(basename(m.url))}:${m.lastLine}: ${m.message} «${m.extract ?? ''}»`), [])
})

test('the checker complains of what is not valid', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'stoa-html-'))
	writeFileSync(join(folder, 'bad.html'), '<!DOCTYPE html><html lang="en"><title>x</title><p><div id="a" id="b"></p>')
	const said = await check([join(folder, 'bad.html')])
	rmSync(folder, { recursive: true })
	assert.ok(said.some(m => m.type === 'error'))
})
