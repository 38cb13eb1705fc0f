// What a script adds to the forms about cookies, which work without it: the banner's height for scrolling, the focus and the
// announcement after a choice, a receipt that copies itself.

function measure(banner: HTMLElement): void {
	const root = document.documentElement
	new ResizeObserver(() => root.style.setProperty('--consent-height', `${banner.offsetHeight + 8}px`)).observe(banner)
}

// The answer to a choice is a page like any other: the reader is put at its heading and told what was done. The word in the
// address has done its work and goes, so that the page is not announced again.
function announce(said: HTMLElement): void {
	const address = new URL(location.href)
	address.searchParams.delete('cookies')
	history.replaceState(history.state, '', address)
	const heading = document.querySelector<HTMLElement>('main h1')
	if (heading && !address.hash.startsWith('#embed-')) {
		heading.tabIndex = -1
		heading.focus({ preventScroll: true })
	}
	const status = said.querySelector('[role=status]')
	const text = status?.textContent ?? ''
	// A status that was there from the start is read by nobody: it must change.
	setTimeout(() => {
		if (!(status instanceof HTMLElement)) return
		status.style.minBlockSize = `${status.offsetHeight}px`
		status.textContent = ''
		setTimeout(() => (status.textContent = text), 60)
	}, 120)
}

function copying(button: HTMLButtonElement): void {
	button.hidden = !navigator.clipboard
	button.addEventListener('click', async () => {
		await navigator.clipboard.writeText(button.dataset.copyReceipt ?? '')
		const done = button.dataset.done
		if (done) button.textContent = done
	})
}

// A signed-in page that the browser kept in memory is shown again without asking the server: it may be somebody else's by now.
function watch(): void {
	addEventListener('pageshow', async e => {
		if (!e.persisted || !document.querySelector('form[action="/logout/"]')) return
		const answer = await fetch('/api/auth/session', { headers: { Accept: 'application/json' }, cache: 'no-store' }).then(r => r.json(), () => null)
		if (answer?.authenticated) return
		document.documentElement.classList.add('gone-out')
		location.reload()
	})
}

const banner = document.querySelector<HTMLElement>('body > .consent')
if (banner) measure(banner)
const said = document.querySelector<HTMLElement>('[data-consent-said]')
if (said) announce(said)
for (const button of document.querySelectorAll<HTMLButtonElement>('[data-copy-receipt]')) copying(button)
watch()

export {}
