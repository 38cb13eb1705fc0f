// The fixture portals of the cookie rules for browsers: a test build's server behind a proxy of our own that speaks HTTPS, so that
// https://isoc.example and its siblings are real origins. The proxy's certificate is made here and nobody else's business.
import { execFile, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { flags, program } from './browser.mjs'
import { cheap } from './server.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
export const binary = process.env.STOA_BIN ?? join(root, 'build/debug/stoa')
export const password = 'a calm river under nine bridges'

const domains = [
	{ host: 'isoc.example', settings: { title: 'Internet Society', languages: 'en,fr', contact: 'data@isoc.example' } },
	{ host: 'delwp.example', settings: { title: 'Environment', languages: 'en', 'audience.enabled': 'off' } },
	{ host: 'tags.example', settings: { title: 'Tags', languages: 'en,fr,ar' } },
	{ host: 'solo.portal.example', settings: { title: 'Solo', languages: 'en' } },
	{ host: 'other.portal.example', settings: { title: 'Other', languages: 'en' } },
]
const users = [
	['isoc.example', 'ada@isoc.example', 'publisher'],
	['isoc.example', 'root@isoc.example', 'admin'],
	['tags.example', 'root@tags.example', 'admin'],
	['solo.portal.example', 'ada@solo.example', 'member'],
].map(([host, email, role]) => ({ host, email, name: email.split('@')[0], password, role }))

function front(folder, port) {
	const key = join(folder, 'key.pem'), cert = join(folder, 'cert.pem')
	const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=test',
		'-addext', 'subjectAltName=DNS:*.example,DNS:*.portal.example,DNS:foreign.test'])
	if (made.status !== 0) throw new Error(String(made.stderr))
	const server = https.createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, answer) => {
		if (request.headers.host === 'foreign.test') return answer.end(foreign.page)
		// Names and values in pairs, so that what came twice goes on twice.
		const headers = [...request.rawHeaders, 'X-Forwarded-Proto', 'https', 'X-Forwarded-For', '198.51.100.9']
		const on = http.request({ host: '127.0.0.1', port, method: request.method, path: request.url, headers }, back => {
			answer.writeHead(back.statusCode, back.rawHeaders)
			back.pipe(answer)
		})
		on.on('error', () => answer.destroy())
		request.pipe(on)
	})
	const foreign = { page: '<!DOCTYPE html><title>foreign</title>' }
	return new Promise(yes => server.listen(0, '127.0.0.1', () => yes({ server, port: server.address().port, foreign })))
}

// A server that a failed beginning leaves behind would keep the tests from ending.
export async function world(wishes = {}) {
	const begun = []
	try {
		return await begin(wishes, begun)
	} catch (e) {
		begun.forEach(child => child.kill('SIGKILL'))
		throw e
	}
}

async function begin({ registries = [], options = [], browser: executablePath = program }, begun) {
	const folder = mkdtempSync(join(tmpdir(), 'stoa-world-'))
	const data = join(folder, 'data')
	const run = (...words) => {
		const done = spawnSync(binary, ['--data', data, ...words], { encoding: 'utf8' })
		if (done.status !== 0) throw done.error ?? new Error(`stoa ${words.join(' ')}:\n${done.stdout}\n${done.stderr}`)
		return done.stdout
	}
	run('portal', 'add', 'isoc.example')
	const child = spawn(binary, ['--data', data, 'serve', '--port', '0', '--announce', '--trusted_proxies=127.0.0.1/32',
		`--mail_folder=${join(folder, 'letters')}`, ...options], { env: cheap, stdio: ['ignore', 'pipe', 'pipe'] })
	begun.push(child)
	let said = ''
	child.stderr.on('data', text => (said += text))
	const port = await new Promise((yes, no) => {
		let out = ''
		child.stdout.on('data', text => {
			out += text
			const ready = /^READY http:\/\/[^:]+:(\d+)/m.exec(out)
			if (ready) yes(Number(ready[1]))
		})
		child.on('exit', code => no(new Error(`the server ended with ${code}:\n${out}\n${said}`)))
	})
	const control = 'http://127.0.0.1:' + readFileSync(join(data, 'probe.port'), 'utf8').trim()
	const ask = async (path, body) => {
		const answer = await fetch(control + path, body === undefined ? {} : { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } })
		const text = await answer.text()
		if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`)
		return text ? JSON.parse(text) : null
	}
	await ask('/fixture', { domains, users, registries })
	const tls = await front(folder, port)
	const args = [...flags, `--host-resolver-rules=MAP * 127.0.0.1:${tls.port}`, '--ignore-certificate-errors']
	const browser = await chromium.launch({ executablePath, args })
	return {
		folder, data, run, ask, browser, args, port, tls,
		events: host => ask('/events?host=' + host),
		fresh: more => browser.newContext({ ignoreHTTPSErrors: true, ...more }),
		// Not in one blocking call: the proxy that the browser asks lives in this process.
		crawl: (host, ...more) => new Promise(done => execFile(binary, ['--data', data, 'crawl', '--portal', host, '--resolve', `127.0.0.1:${tls.port}`,
			'--chromium', program, '--firefox', 'none', '--quiet', '--json', ...more], { encoding: 'utf8', timeout: 300000, maxBuffer: 1 << 26 },
		(error, stdout, stderr) => done({ status: error ? error.code ?? 99 : 0, stdout, stderr }))),
		stop: async () => {
			await browser.close()
			tls.server.closeAllConnections()
			tls.server.close()
			const code = await new Promise(done => {
				child.on('exit', done)
				child.kill('SIGTERM')
			})
			rmSync(folder, { recursive: true })
			return { code, said }
		},
	}
}

export async function signIn(page, host, email) {
	await page.goto(`https://${host}/login/`)
	await page.fill('[name=username]', email)
	await page.fill('[name=password]', password)
	await page.click('form:has([name=password]) button:not([type=button])')
	await page.waitForLoadState()
}
