// The tab that is open is in view, however many there are and however narrow the page.
for (const tabs of document.querySelectorAll<HTMLElement>('.tabs')) {
	const open = tabs.querySelector<HTMLElement>('[aria-current]')
	if (!open || tabs.scrollWidth <= tabs.clientWidth) continue
	const box = tabs.getBoundingClientRect()
	const at = open.getBoundingClientRect()
	tabs.scrollBy({ left: at.left + at.width / 2 - box.left - box.width / 2, behavior: 'instant' })
}
