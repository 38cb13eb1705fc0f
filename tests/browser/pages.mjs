// The pages of the front office on the portal of server.mjs: one address for each template and each state it has. Whoever makes a page
// names it here; the checks of HTML, of accessibility and of weight, and the contact sheet, go through this list.
export const templates = [
	'/', '/explore/', '/explore/?q=tree&refine.theme=Environment&sort=title', '/explore/?q=zzzz', '/explore/?refine.nothing=1',
	'/explore/dataset/trees/information/', '/explore/dataset/trees/table/', '/explore/dataset/trees/table/?sort=height&start=50',
	'/explore/dataset/trees/table/?q=street&exclude.species=Oak', '/explore/dataset/trees/export/?refine.species=Oak',
	'/explore/dataset/trees/api/?refine.species=Oak', '/explore/dataset/quarters/table/', '/api-console/explore/v2.1/',
	'/explore/dataset/trees/map/', '/explore/dataset/trees/analyze/', '/explore/dataset/trees/history/', '/explore/dataset/quarters/map/',
	'/explore/?layout=list', '/explore/dataset/trees/table/?q.range.height=height:%5B5+TO+10%5D&columns=species,height', '/explore/dataset/trees/table/?as_of=1',
	'/explore/dataset/trees/follow/', '/explore/dataset/trees/reuse/', '/explore/dataset/trees/feedback/', '/reuses/', '/contact/', '/request-access/',
	'/map/', '/chart/', '/maps/', '/charts/', '/explore/embed/dataset/trees/table/', '/explore/embed/dataset/trees/map/', '/explore/embed/dataset/trees/analyze/',
	'/elements/', '/terms/cookies-policy/', '/terms/cookies-policy/history/', '/terms/cookies-policy/diff/1..1/', '/cookies/preferences/', '/login/', '/no/such/page',
]
