// Deletes what services that are not allowed any more may have left where a script of ours can reach it (CON-24). It reads the
// list that the registry made and keeps nothing itself.
interface Left { kind: string; name: string; path: string; prefix: boolean }

const matches = (left: Left, name: string) => (left.prefix ? name.startsWith(left.name) : name === left.name)

function parents(host: string): string[] {
	const labels = host.split('.')
	return labels.slice(0, -1).map((_, i) => labels.slice(i).join('.'))
}

function dropCookies(left: Left): void {
	for (const name of document.cookie.split('; ').map(pair => pair.split('=', 1)[0]!).filter(name => matches(left, name)))
		for (const domain of ['', ...parents(location.hostname).map(d => `; Domain=${d}`)])
			document.cookie = `${name}=; Max-Age=0; Path=${left.path}${domain}; Secure; SameSite=Lax`
}

function dropKeys(store: Storage, left: Left): void {
	for (const name of Object.keys(store)) if (matches(left, name)) store.removeItem(name)
}

async function drop(left: Left): Promise<void> {
	if (left.kind === 'cookie') dropCookies(left)
	else if (left.kind === 'local') dropKeys(localStorage, left)
	else if (left.kind === 'session') dropKeys(sessionStorage, left)
	else if (left.kind === 'cache') for (const name of await caches.keys()) matches(left, name) && (await caches.delete(name))
	else if (left.kind === 'database')
		for (const { name } of (await indexedDB.databases?.()) ?? [{ name: left.name }]) if (name && matches(left, name)) indexedDB.deleteDatabase(name)
}

const said = document.querySelector<HTMLElement>('[data-forget]')
for (const left of JSON.parse(said?.dataset.forget ?? '[]') as Left[]) drop(left).catch(() => undefined)

export {}
