// A backup brought back in a real browser: made, compared, the name typed, the page that waits for the portal, and signing in anew.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { secret, signInTwice } from './factor.mjs'
import { password, world } from './world.mjs'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const host = 'isoc.example', who = 'keeper@isoc.example'
const at = path => `https://${host}${path}`

let w
before(async () => {
	w = await world()
	await w.ask('/fixture', { users: [{ host, email: who, name: 'Keeper of the House', password, role: 'admin', totp: secret }] })
	publish('Oak,3\n')
})
after(async () => {
	const { code, said } = await w.stop()
	assert.equal(code, 0, said)
})

function publish(rows) {
	const file = join(w.folder, 'trees.csv')
	writeFileSync(file, `species,height\n${rows}`)
	w.run('publish', file, '--portal', host, '--id', 'trees', '--title', 'Trees', '--replace')
}

async function clean(page) {
	await page.addScriptTag({ path: axe })
	const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }))
	assert.deepEqual(violations.map(v => `${v.id}: ${v.nodes.map(n => n.target.join(' ')).join(', ')}`), [])
}

test('a portal goes back to what it was, and says so', async () => {
	const context = await w.fresh({ bypassCSP: true })
	const page = await context.newPage()
	await signInTwice(w, page, host, who)
	await page.goto(at('/backoffice/backups/'))
	await page.getByRole('button', { name: 'Back up now' }).click()
	await page.getByRole('link', { name: /^Bring back/ }).waitFor()
	publish('Oak,3\nAsh,9\n')
	w.run('publish', join(w.folder, 'trees.csv'), '--portal', host, '--id', 'later', '--title', 'Later')
	await page.getByRole('link', { name: /^Bring back/ }).click()
	await page.getByRole('heading', { name: 'Bring a backup back' }).waitFor()
	const cells = page.getByRole('row', { name: /^Datasets/ }).getByRole('cell')
	assert.deepEqual((await cells.allInnerTexts()).map(t => t.trim().split('\n')[0]).slice(-5), ['1', '2', '1', '1', '0'])
	await clean(page)
	await page.getByLabel('Type its host name').fill('elsewhere.example')
	await page.getByRole('button', { name: 'Bring it back' }).click()
	await page.getByText('This is not its host name.').first().waitFor()
	await page.getByLabel('Type its host name').fill(host)
	await page.getByRole('button', { name: 'Bring it back' }).click()
	// The page looks again by itself: through the one that says that the portal is restored, to the sign-in.
	await page.waitForURL(/\/login\//, { timeout: 60_000 })
	await context.close()

	const again = await w.fresh()
	const anew = await again.newPage()
	await signInTwice(w, anew, host, who)
	await anew.goto(at('/backoffice/backups/'))
	await anew.getByText(/Brings back the backup of/).waitFor()
	assert.equal(await anew.getByRole('row').filter({ hasText: 'Brings back' }).getByText('Done', { exact: true }).count(), 1)
	await anew.goto(at('/explore/'))
	assert.equal(await anew.getByText('Later').count(), 0)
	await again.close()
})
