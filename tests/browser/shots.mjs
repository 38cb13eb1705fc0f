#!/usr/bin/env node
// Pictures of pages, to be looked at: shots.mjs FOLDER ORIGIN PATH…
// Each path comes out wide and narrow, light and dark; "ar:/path" asks for it in Arabic (any language code).
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { launch } from './browser.mjs'

const [folder, origin, ...paths] = process.argv.slice(2)
const only = process.env.ONLY?.split(',')
mkdirSync(folder, { recursive: true })
const browser = await launch()
for (const width of [1440, 390])
	for (const colorScheme of ['light', 'dark']) {
		const kind = `${width}-${colorScheme}`
		if (only && !only.includes(kind)) continue
		const context = await browser.newContext({ viewport: { width, height: width > 500 ? 1000 : 844 }, colorScheme })
		const page = await context.newPage()
		page.on('console', m => m.type() === 'error' && console.log(`${kind}: ${m.text()}`))
		for (const path of paths) {
			const [, lang, rest] = /^(?:([a-z]{2}):)?(.*)$/.exec(path)
			const url = new URL(rest, origin)
			if (lang) url.searchParams.set('flg', lang)
			await page.goto(url.href, { waitUntil: 'networkidle' })
			const name = (lang ? lang + '-' : '') + (rest.replace(/[^a-z0-9]+/gi, '-').replace(/^-|-$/g, '') || 'home')
			await page.screenshot({ path: join(folder, `${name}.${kind}.png`), fullPage: process.env.WHOLE !== 'no' })
		}
		await context.close()
	}
await browser.close()
