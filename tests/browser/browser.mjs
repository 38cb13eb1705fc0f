// One way to start the browser for all tests: Debian's Chromium, headless, deaf to everything but this machine.
import { chromium } from 'playwright-core'

export const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
	'--disable-component-update', '--disable-sync']

export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags })
