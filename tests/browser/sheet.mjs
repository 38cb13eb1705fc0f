#!/usr/bin/env node
// A contact sheet: every template of pages.mjs in small, wide and narrow, light and dark, and in Arabic, on one page to be looked at.
// sheet.mjs FOLDER [ORIGIN PATH…] writes the pictures, index.html, and one sheet-KIND.png for each kind. Without an origin it shows the
// portal of server.mjs (STOA_BIN says which program).
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { launch } from './browser.mjs'
import { templates } from './pages.mjs'
import { serve } from './server.mjs'

const [folder, given, ...wanted] = process.argv.slice(2)
if (!folder) {
	console.error('usage: sheet.mjs FOLDER [ORIGIN PATH…]')
	process.exit(2)
}
mkdirSync(folder, { recursive: true })
const server = given ? null : await serve()
const origin = given ?? server.url('')
const paths = wanted.length ? wanted : templates
const kinds = [
	{ name: '1440-light', width: 1440, height: 1000, colorScheme: 'light', lang: '' },
	{ name: '1440-dark', width: 1440, height: 1000, colorScheme: 'dark', lang: '' },
	{ name: '390-light', width: 390, height: 844, colorScheme: 'light', lang: '' },
	{ name: '390-dark', width: 390, height: 844, colorScheme: 'dark', lang: '' },
	{ name: '1440-ar', width: 1440, height: 1000, colorScheme: 'light', lang: 'ar' },
	{ name: '390-ar', width: 390, height: 844, colorScheme: 'light', lang: 'ar' },
]
const browser = await launch()
const escape = s => s.replace(/[&<>"]/g, c => `&#${c.charCodeAt(0)};`)
let index = '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Contact sheet</title>'
for (const kind of kinds) {
	const context = await browser.newContext({ viewport: { width: kind.width, height: kind.height }, colorScheme: kind.colorScheme, reducedMotion: 'reduce' })
	const page = await context.newPage()
	const figures = []
	for (const [i, path] of paths.entries()) {
		const url = new URL(path, origin)
		if (kind.lang) url.searchParams.set('flg', kind.lang)
		await page.goto(url.href, { waitUntil: 'networkidle' })
		const file = `${String(i).padStart(2, '0')}.${kind.name}.png`
		await page.screenshot({ path: join(folder, file) })
		figures.push({ file, path })
	}
	await context.close()
	const body = figures.map(f => `<figure><img src="${f.file}" alt=""><figcaption>${escape(f.path)}</figcaption></figure>`).join('')
	const style = `body{font:11px sans-serif;margin:8px;background:#888}section{display:grid;gap:8px;grid-template-columns:repeat(${kind.width > 500 ? 4 : 8},1fr)}` +
		'figure{margin:0;background:#fff}img{width:100%;display:block}figcaption{padding:4px;overflow-wrap:anywhere}'
	index += `<h2>${kind.name}</h2><section>${body}</section>`
	const sheet = join(folder, `sheet-${kind.name}.html`)
	writeFileSync(sheet, `<!DOCTYPE html><meta charset="utf-8"><style>${style}</style><section>${body}</section>`)
	const view = await browser.newPage({ viewport: { width: 1800, height: 1000 } })
	await view.goto(pathToFileURL(sheet).href, { waitUntil: 'load' })
	await view.screenshot({ path: join(folder, `sheet-${kind.name}.png`), fullPage: true })
	await view.close()
}
writeFileSync(join(folder, 'index.html'), index)
await browser.close()
await server?.stop()
