// Signing in with a second factor, as a person does: through the forms, with a code of an authenticator app (RFC 6238: SHA-1, 30 seconds,
// six figures).
import { createHmac } from 'node:crypto'
import { signIn } from './world.mjs'

export const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'

// What the app shows for that secret, at a time in seconds since 1970.
export function code(unix) {
	const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
	const bits = [...secret].map(c => letters.indexOf(c).toString(2).padStart(5, '0')).join('')
	const step = Buffer.alloc(8)
	step.writeBigUInt64BE(BigInt(Math.floor(unix / 30)))
	const digest = createHmac('sha1', Buffer.from(bits.match(/.{8}/g).map(b => parseInt(b, 2)))).update(step).digest()
	return String((digest.readUInt32BE(digest[19] & 15) & 0x7fffffff) % 1000000).padStart(6, '0')
}

// Whoever has the secret above, in the portals of world(); its clock goes on, so that each sign-in has a code of its own.
export async function signInTwice(w, page, host, email) {
	await signIn(page, host, email)
	await page.waitForSelector('[name=code]')
	const { unix } = await w.ask('/clock/advance', { seconds: 60 })
	await page.fill('[name=code]', code(unix))
	await page.click('form:has([name=code]) button[type=submit]')
	await page.waitForURL(url => !url.pathname.startsWith('/login/'))
}
