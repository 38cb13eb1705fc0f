// Loads an element's own file when a page holds one, now or later. An element is a row here; the file defines it.
const loads: Record<string, () => Promise<unknown>> = {
	'stoa-chart': () => import('./chart'),
	'stoa-chart-editor': () => import('./chart_editor'),
	'stoa-context': () => import('./context_element'),
	'stoa-datasets': () => import('./datasets'),
	'stoa-export': () => import('./export'),
	'stoa-facets': () => import('./facets'),
	'stoa-filters': () => import('./filters'),
	'stoa-kpi': () => import('./kpi'),
	'stoa-list': () => import('./list'),
	'stoa-chart-builder': () => import('./builder_chart'),
	'stoa-map-builder': () => import('./builder_map'),
	'stoa-map': () => import('./map'),
	'stoa-map-filter': () => import('./map_filter'),
	'stoa-range': () => import('./filters'),
	'stoa-search': () => import('./filters'),
	'stoa-select': () => import('./facets'),
	'stoa-table': () => import('./table'),
}

// These bring a lot along: they are loaded when one of them comes into view, which within something folded is when it is opened.
const late = new Set(['stoa-map', 'stoa-map-filter'])
const seen = new IntersectionObserver(entries => {
	for (const { isIntersecting, target } of entries) {
		if (!isIntersecting) continue
		seen.unobserve(target)
		void load(target.localName)
	}
}, { rootMargin: '300px' })

const asked = new Set<string>()
async function load(name: string) {
	if (asked.has(name)) return
	asked.add(name)
	await loads[name]().catch(() => asked.delete(name))
}

function look(root: Element | Document) {
	for (const name in loads) {
		if (asked.has(name) || customElements.get(name)) continue
		const found = [...(root instanceof Element && root.localName === name ? [root] : []), ...root.querySelectorAll(name)]
		if (!found.length) continue
		if (late.has(name)) found.forEach(e => seen.observe(e))
		else void load(name)
	}
}

look(document)
new MutationObserver(changes => {
	for (const change of changes) for (const node of change.addedNodes) if (node instanceof Element) look(node)
}).observe(document.documentElement, { childList: true, subtree: true })
