// What hangs from the header closes on Escape, when another is opened, and when something else is chosen. Menus open and close without this.
const opened = () => document.querySelectorAll<HTMLDetailsElement>('header.site details[open]')

document.addEventListener('keydown', event => {
	if (event.key !== 'Escape') return
	// The innermost first: a sub-menu closes before the menu it stands in.
	const focused = (document.activeElement as Element | null)?.closest<HTMLDetailsElement>('header.site details[open]')
	for (const one of focused ? [focused] : opened()) one.open = false
	focused?.querySelector('summary')?.focus()
})
// The card of an event in a calendar is put away by Escape until one comes to the event anew.
document.addEventListener('keydown', event => {
	if (event.key !== 'Escape') return
	for (const one of document.querySelectorAll<HTMLElement>('.month .events li:is(:hover, :focus-within)')) {
		one.dataset.quiet = ''
		for (const leaves of ['pointerleave', 'focusout']) one.addEventListener(leaves, () => delete one.dataset.quiet, { once: true })
	}
})
document.addEventListener('click', event => {
	const target = event.target as Element
	for (const one of opened()) if (!one.contains(target)) one.open = false
})
document.addEventListener(
	'toggle',
	event => {
		const one = event.target as HTMLDetailsElement
		if (!one.open || !one.matches('header.site .sub')) return
		for (const other of opened()) if (other !== one && !other.contains(one) && other.matches('.sub')) other.open = false
	},
	true,
)
export {}
