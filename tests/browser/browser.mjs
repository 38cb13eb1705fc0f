// One way to start the browser for all tests: Debian's Chromium, headless, deaf to everything but this machine. Its shell is the same engine,
// network and jar without a window around them, and takes less than half of the time; the whole browser is the crawl's (`make nightly`, the demo).
import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'

export const whole = process.env.CHROMIUM ?? '/usr/bin/chromium'
export const program = process.env.CHROMIUM ?? ['/usr/bin/chromium-headless-shell', whole].find(existsSync)

export const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
	'--disable-component-update', '--disable-sync']

export const launch = () => chromium.launch({ executablePath: program, args: flags })
