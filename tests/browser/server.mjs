// A server with a few portals, made with the command line in a folder of its own: what a browser test visits.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const binary = process.env.STOA_BIN ?? join(root, 'build/debug/stoa')

// Passwords cost the least that is permitted; the usual cost is a matter of tests/http/test_accounts.py.
export const cheap = { ...process.env, STOA_ARGON2_MEMORY_KB: '19456', STOA_ARGON2_PASSES: '2' }

const trees = ['id,species,height,planted,street,latitude,longitude,site']
const kinds = ['Oak', 'Lime', 'Plane', 'Maple', 'Cherry']
for (let i = 1; i <= 180; i++) {
	const height = i % 17 === 0 ? '' : (4 + (i % 23) * 1.25).toFixed(2)
	const day = `${1990 + (i % 30)}-0${1 + (i % 9)}-1${i % 9}`
	trees.push([i, kinds[i % 5], height, day, `Street ${i % 12}`, 48.85 + i / 9000, 2.35 - i / 7000, 'https://trees.example/' + i].join(','))
}
const shapes = JSON.stringify({
	type: 'FeatureCollection',
	features: [1, 2, 3].map(i => ({
		type: 'Feature',
		properties: { name: `Quarter ${i}`, residents: i * 1234 },
		geometry: { type: 'Polygon', coordinates: [[[i, 0], [i + 1, 0], [i + 1, 1], [i, 0]]] },
	})),
})

const description = '<p>Every tree along the <strong>streets</strong>, with <a href="https://trees.example/">its page</a>.</p>' +
	'<script>window.broken = true</script><img src="/x.png" onerror="window.broken = true">'

// With `user`, an e-mail address, there is an account too: what it signs in with is `password`.
export async function serve({ user } = {}) {
	const folder = mkdtempSync(join(tmpdir(), 'stoa-browser-'))
	const data = join(folder, 'data')
	const run = (...words) => {
		const done = spawnSync(binary, ['--data', data, ...words], { encoding: 'utf8' })
		if (done.status !== 0) throw new Error(`stoa ${words.join(' ')}:\n${done.stdout}\n${done.stderr}`)
		return done.stdout
	}
	const set = values => values.flatMap(v => ['--set', v])
	run('portal', 'add', 'city.localhost', ...set(['languages=en,fr,de,es,it,nl,pt,ca,eu,sv,ar', 'title=City data', 'title.ar=بيانات المدينة',
		'description=What the city knows about itself.', 'theme.accent=#8a3ffc', 'provider=City council', 'contact=data@city.example', 'policy.since=2026-01-15']))
	run('portal', 'add', 'quiet.localhost', ...set(['title=Quiet portal', 'theme.accent=#ffd54a', 'audience.enabled=off', 'policy.heading_address=off']))
	run('portal', 'add', 'copy.localhost', ...set(['languages=en,fr', 'title=Copy', 'policy.authoritative=fr']))
	writeFileSync(join(folder, 'trees.csv'), trees.join('\n') + '\n')
	writeFileSync(join(folder, 'quarters.geojson'), shapes)
	run('publish', join(folder, 'trees.csv'), '--portal', 'city.localhost', '--id', 'trees', '--title', 'Trees of the city', '--meta', `description=${description}`,
		'--meta', 'theme=Environment', '--meta', 'publisher=Parks department', '--meta', 'keyword=trees,green', '--meta', 'license=CC BY 4.0',
		'--meta', 'license_url=https://creativecommons.org/licenses/by/4.0/', '--meta', 'language=en', '--meta', 'title.fr=Arbres de la ville')
	run('publish', join(folder, 'quarters.geojson'), '--portal', 'city.localhost', '--id', 'quarters', '--title', 'Quarters',
		'--meta', 'theme=Planning', '--meta', 'publisher=Planning office')
	const password = user && JSON.parse(run('user', 'add', user, '--portal', 'city.localhost', '--json')).password
	const child = spawn(binary, ['--data', data, 'serve', '--port', '0', '--announce'], { env: cheap, stdio: ['ignore', 'pipe', 'pipe'] })
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
	return {
		port, password, run,
		url: (path, host = 'city.localhost') => `http://${host}:${port}${path}`,
		stop: () => new Promise(done => {
			child.on('exit', code => {
				rmSync(folder, { recursive: true })
				done({ code, said })
			})
			child.kill('SIGTERM')
		}),
	}
}
