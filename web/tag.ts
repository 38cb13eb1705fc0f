// Loads a measurement tag that the reader allowed; the page holds this script only then. It tells the provider the least: no
// user, no query of the address, no title.
const own = document.querySelector<HTMLScriptElement>('script[data-tag]')
const base = own?.dataset.url?.replace(/\/?$/, '/')
if (own && base?.startsWith('https://')) {
	const queue = ((window as unknown as { _paq?: unknown[][] })._paq ??= [])
	queue.push(['setTrackerUrl', `${base}matomo.php`], ['setSiteId', own.dataset.site ?? '1'], ['disableBrowserFeatureDetection'],
		['setCustomUrl', location.origin + location.pathname], ['setReferrerUrl', ''], ['setDocumentTitle', ''], ['trackPageView'])
	const script = document.createElement('script')
	script.async = true
	script.src = `${base}matomo.js`
	document.head.append(script)
}

export {}
