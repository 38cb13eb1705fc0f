// Clients that others wrote for the original platform work by changing the host name: the published client of the
// Explore API builds each question and asks it in a browser, from a page of another site, so that the rules for
// calls across origins are proved with it.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import { launch } from './browser.mjs'
import { serve } from './server.mjs'

const bundle = createRequire(import.meta.url).resolve('@opendatasoft/api-client')
let server
let browser
let page
let site
before(async () => {
	server = await serve()
	site = createServer((_, answer) => answer.setHeader('Content-Type', 'text/html').end('<!DOCTYPE html><title>A page</title>'))
	await new Promise(listening => site.listen(0, '127.0.0.1', listening))
	browser = await launch()
	page = await browser.newPage()
	await page.goto(`http://elsewhere.localhost:${site.address().port}/`)
	await page.addScriptTag({ path: bundle })
})
after(async () => {
	await browser?.close()
	site?.close()
	await server?.stop()
})

// Runs one question in the page; `make` sees the whole library as `ods`. A refusal comes back as its class and body.
const ask = (make, options = {}) => page.evaluate(async ({ source, domain, options }) => {
	const ods = globalThis.opendatasoft.apiclient
	const query = new Function('ods', `return (${source})(ods)`)(ods)
	try {
		return await new ods.ApiClient({ domain, ...options }).get(query)
	} catch (e) {
		if (!e.response) throw e
		const kind = ['AuthenticationError', 'NotFoundError', 'UserError', 'ServerError'].find(k => e instanceof ods[k])
		return { kind, status: e.response.status, ...e.details }
	}
}, { source: make.toString(), domain: server.url('').replace(/\/$/, ''), options })
const count = async make => (await ask(make)).total_count

test('the catalogue, its facets and a dataset', async () => {
	const found = await ask(ods => ods.fromCatalog().datasets().where(ods.exactMatch('dataset_id', 'trees')))
	assert.equal(found.total_count, 1)
	assert.equal(found.results[0].metas.default.title, 'Trees of the city')
	assert.deepEqual(await ask(ods => ods.fromCatalog().dataset('trees').itself()), found.results[0])
	const facets = await ask(ods => ods.fromCatalog().facets().facet('publisher').refine('publisher:Parks department'))
	assert.deepEqual(facets.facets[0].facets, [{ name: 'Parks department', count: 1, state: 'refined', value: 'Parks department' }])
	assert.equal((await ask(ods => ods.fromCatalog().assets().limit(1))).results.length, 1)
	assert.ok((await ask(ods => ods.fromCatalog().itself())).links.some(l => l.rel === 'datasets'))
})

test('every word of the query builder', async () => {
	const page = await ask(ods => ods.fromCatalog().dataset('trees').records()
		.select(ods.list(ods.field('species'), 'height', 'planted'))
		.where(ods.all('height > 10', ods.one(ods.exactMatch('species', 'Oak'), ods.exactMatch('species', 'Lime')), ods.not('height > 25'), null))
		.where(w => `${w} and planted is not null`).orderBy('-height').limit(5).limit(n => n + 1).offset(1).timezone('Europe/Paris').lang('fr'))
	assert.ok(page.total_count > 6)
	assert.deepEqual(Object.keys(page.results[0]), ['species', 'height', 'planted'])
	assert.equal(page.results.length, 6)
	assert.ok(page.results.every((r, i, all) => /^(Oak|Lime)$/.test(r.species) && r.height > 10 && r.height <= 25 && (!i || all[i - 1].height >= r.height)))
	const groups = await ask(ods => ods.fromCatalog().dataset('trees').records().select('count(*) as n').groupBy(ods.lower('species') + ' as kind').orderBy('n DESC'))
	assert.deepEqual(groups, { results: ['cherry', 'lime', 'maple', 'oak', 'plane'].map(kind => ({ kind, n: 36 })) })
})

test('texts and dates as it spells them', async () => {
	assert.equal(await count(ods => ods.fromCatalog().dataset('trees').records().where(ods.textSearch('cher', ['species', 'street']))), 36)
	assert.equal(await count(ods => ods.fromCatalog().dataset('trees').records().where(ods.textSuggest('cher'))), 36)
	assert.equal(await count(ods => ods.fromCatalog().dataset('trees').records().where(ods.textStartWith('Cher', ['species']))), 36)
	assert.equal(await count(ods => ods.fromCatalog().dataset('trees').records().where(ods.textStartWith('cher', ['species']))), 0)
	assert.equal(await count(ods => ods.fromCatalog().dataset('trees').records().where(`species = ${ods.string('l\'é "q" \\ \n\u2028')}`)), 0)
	const year = await count(ods => ods.fromCatalog().dataset('trees').records().where(`planted = ${ods.date({ year: 1990 })}`))
	assert.equal(year, 6)
	assert.equal(await count(ods => ods.fromCatalog().dataset('trees').records().where(`planted >= ${ods.date({ year: 1990, month: 1 })} and planted < ${ods.dateFromIsoString('1991-01-01')}`)), year)
	assert.equal(await count(ods => ods.fromCatalog().dataset('trees').records().where(`planted < ${ods.dateTime(new Date(Date.UTC(1991, 0, 1)))}`)), year)
})

test('one record, by the address the list gives it', async () => {
	const list = await ask(ods => ods.fromCatalog().dataset('trees').records().select('*, recordid').where('id = 7'))
	const { recordid, ...fields } = list.results[0]
	assert.match(recordid, /^[0-9a-f]{40}$/)
	const one = await ask(new Function('ods', `return ods.fromCatalog().dataset('trees').record('${recordid}')`))
	assert.deepEqual(one, fields)
})

test('exports in every format it names', async () => {
	const said = await page.evaluate(async domain => {
		const ods = globalThis.opendatasoft.apiclient
		const client = new ods.ApiClient({ domain, interceptResponse: async r => [r.status, r.headers.get('content-disposition'), (await r.arrayBuffer()).byteLength] })
		const answers = {}
		for (const format of Object.values(ods.EXPORT_DATASET_FORMAT)) answers[format] = await client.get(ods.fromCatalog().dataset('trees').export(format).limit(3))
		for (const format of Object.values(ods.EXPORT_CATALOG_FORMAT)) answers['catalogue ' + format] = await client.get(ods.fromCatalog().export(format))
		return answers
	}, server.url('').replace(/\/$/, ''))
	// Vector tiles are no export here, and the first DCAT-AP profile is no national one.
	const refused = new Set(['mvt', 'catalogue dcat-ap-v1'])
	for (const [format, [status, name, bytes]] of Object.entries(said)) {
		assert.equal(status, refused.has(format) ? 404 : 200, format)
		assert.ok(bytes > 0 && (refused.has(format) || name.startsWith('attachment; filename="')), `${format}: ${name}, ${bytes} bytes`)
	}
	assert.equal(Object.keys(said).length, 31)
})

test('errors are of the class it expects, with the message it shows', async () => {
	const missing = await ask(ods => ods.fromCatalog().dataset('nothing').records())
	assert.deepEqual(missing, { kind: 'NotFoundError', status: 404, error_code: 'NotFoundResource', message: 'The requested dataset nothing does not exist.' })
	const wrong = await ask(ods => ods.fromCatalog().dataset('trees').records().where('height >'))
	assert.deepEqual([wrong.kind, wrong.status, wrong.error_code], ['UserError', 400, 'ODSQLSyntaxError'])
	const many = await ask(ods => ods.fromCatalog().dataset('trees').records().limit(101))
	assert.deepEqual([many.kind, many.error_code], ['UserError', 'InvalidRESTParameterError'])
	// The key goes in a header, so the browser asks first whether it may.
	const stranger = await ask(ods => ods.fromCatalog().datasets(), { apiKey: 'nobody' })
	assert.deepEqual([stranger.kind, stranger.status], ['AuthenticationError', 401])
})

// Widgets speak v1.0 and v2.0, with a header of their own that the browser asks leave for first.
const widget = (path, params) => page.evaluate(async ({ url, params }) => {
	const query = new URLSearchParams([...Object.entries(params).flatMap(([k, v]) => [v].flat().map(one => [k, one])), ['timezone', 'Europe/Paris'], ['lang', 'fr']])
	const answer = await fetch(`${url}?${query}`, { headers: { 'ODS-Widgets-Version': '1.6.9' } })
	return answer.ok ? answer.json() : Promise.reject(new Error(`${url}?${query}: ${answer.status} ${await answer.text()}`))
}, { url: server.url(path), params })

test('what widgets ask: a context, a catalogue, tables, filters', async () => {
	const context = await widget('/api/datasets/1.0/trees/', { extrametas: 'true', interopmetas: 'true' })
	assert.deepEqual([context.datasetid, context.metas.title, context.fields.map(f => f.name).includes('species')], ['trees', 'Arbres de la ville', true])
	for (const sort of ['modified', 'title', 'explore.popularity_score', 'explore.download_count'])
		assert.equal((await widget('/api/datasets/1.0/search/', { rows: 5, sort, extrametas: 'true' })).datasets.length, 2, sort)
	const catalogue = await widget('/api/datasets/1.0/search/', { rows: 0, facet: ['publisher', 'features'], 'refine.publisher': 'Planning office' })
	assert.deepEqual([catalogue.nhits, catalogue.facet_groups.map(g => g.name)], [1, ['publisher', 'features']])
	const table = await widget('/api/records/1.0/search/', { dataset: 'trees', rows: 3, sort: '-height', facet: 'species', 'refine.species': ['Oak', 'Lime'], 'disjunctive.species': 'true', q: 'height>5 AND NOT #null(planted)' })
	assert.ok(table.nhits > 3 && table.records.every(r => /^(Oak|Lime)$/.test(r.fields.species)))
	assert.deepEqual(table.facet_groups[0].facets.filter(f => f.state === 'refined').map(f => f.name).sort(), ['Lime', 'Oak'])
})

test('what widgets ask: numbers, charts and maps', async () => {
	assert.deepEqual(await widget('/api/records/1.0/analyze/', { dataset: 'trees', 'y.serie1.func': 'COUNT' }), [{ serie1: 180 }])
	const chart = await widget('/api/records/1.0/analyze/', { dataset: 'trees', x: ['planted.year', 'planted.month'], sort: 'x.planted.year,x.planted.month', maxpoints: '', 'y.serie1-1.func': 'AVG', 'y.serie1-1.expr': 'height', 'y.serie1-1.cumulative': 'false' })
	assert.deepEqual(Object.keys(chart[0].x), ['year', 'month'])
	assert.ok(chart.every((row, i) => !i || chart[i - 1].x.year <= row.x.year))
	const box = await widget('/api/records/1.0/boundingbox/', { dataset: 'quarters' })
	assert.deepEqual([box.bbox, box.count, box.geometries], [[1, 0, 4, 1], 3, { Polygon: 3 }])
	const seen = { dataset: 'quarters', 'geofilter.bbox': '-1,-1,2,5', clusterprecision: 5 }
	assert.equal((await widget('/api/records/1.0/geopreview/', { ...seen, rows: 1000 })).length, 3)
	assert.ok((await widget('/api/records/1.0/geocluster/', { ...seen, clusterdistance: 50, return_polygons: 'true' })).clusters.length > 0)
	assert.equal((await widget('/api/records/1.0/download/', { dataset: 'quarters', rows: 1000, format: 'geojson' })).features.length, 3)
	const groups = await widget('/api/v2/catalog/datasets/trees/aggregates', { select: 'count(*) as n', group_by: 'species', qv1: '(Oak)' })
	assert.deepEqual(groups.aggregations, [{ species: 'Oak', n: 36 }])
})

// The plugin of a desktop map program pages through v2.0's flat rows and reads geometries out of them.
test('what a desktop map program asks', async () => {
	const about = await widget('/api/v2/catalog/query', { where: "datasetid:'quarters'" })
	assert.deepEqual([about.total_count, about.results[0].dataset_id], [1, 'quarters'])
	const types = Object.fromEntries(about.results[0].fields.map(f => [f.name, f.type]))
	const [shape] = Object.keys(types).filter(name => types[name] === 'geo_shape')
	const rows = []
	for (let offset = 0, total = 1; offset < total; offset += 2) {
		const part = await widget('/api/v2/catalog/datasets/quarters/query', { limit: 2, offset })
		total = part.total_count
		rows.push(...part.results)
	}
	assert.equal(rows.length, 3)
	assert.ok(rows.every(row => row[shape].geometry.type === 'Polygon' && Object.keys(row).every(name => types[name])))
	assert.equal((await widget('/api/v2/catalog/datasets/quarters/exports/geojson', { limit: 1, where: 'residents > 0' })).features.length, 1)
})
