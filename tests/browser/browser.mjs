// One way to start the browser for all tests: Debian's Chromium, headless, deaf to everything but this machine. Its shell is the same engine,
// network and jar without a window around them, and takes half of the time. With STOA_WHOLE set (`make nightly`) it is the whole browser everywhere.
import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'

export const whole = process.env.CHROMIUM ?? '/usr/bin/chromium'
const shell = '/usr/bin/chromium-headless-shell'
export const program = process.env.STOA_WHOLE || process.env.CHROMIUM || !existsSync(shell) ? whole : shell

export const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
	'--disable-component-update', '--disable-sync']

export const launch = () => chromium.launch({ executablePath: program, args: flags })
