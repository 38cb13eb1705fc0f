// Places: cities of GeoNames, shapes of countries, states and boroughs, stations and airports.
import {
	atlasShapes, cities, countries, countryByNumber, countryName, countryOf, f, pair, shapes, vegaCsv, vegaJson
} from './lib.mjs'

const kinds = {
	PPL: 'Town or village', PPLA: 'Seat of a region', PPLA2: 'Seat of a district', PPLA3: 'Seat of a municipality',
	PPLA4: 'Seat of a local division', PPLA5: 'Seat of a small division', PPLC: 'Capital', PPLCH: 'Former capital',
	PPLF: 'Farm village', PPLG: 'Seat of government', PPLH: 'Former settlement', PPLL: 'Hamlet', PPLQ: 'Abandoned place',
	PPLR: 'Religious place', PPLS: 'Group of places', PPLW: 'Destroyed place', PPLX: 'Part of a town', STLMT: 'Settlement'
}
// A population of 0 stands for one that nobody has counted.
const sizes = [[1e6, 'Over 1,000,000'], [1e5, '100,000 – 1,000,000'], [1e4, '10,000 – 100,000'], [1e3, '1,000 – 10,000'], [1, 'Under 1,000'], [0, 'Not known']]
const sizeOf = n => sizes.find(([least]) => n >= least)[1]

const cityFields = [
	f('geoname_id', 'text', 'GeoNames number', 'id', 'Number of the place at GeoNames.'),
	f('name', 'text', 'Name', 'sortable'),
	f('place', 'text', 'Continent, region and country', 'facet hierarchical:/', 'From continent down to country, after the regions of the United Nations.'),
	f('country_code', 'text', 'Country code', 'facet disjunctive', 'Two letters, ISO 3166-1.'),
	f('kind', 'text', 'Kind of place', 'facet disjunctive'),
	f('size', 'text', 'Size', 'facet disjunctive', 'Class of population.'),
	f('population', 'int', 'Population', 'sortable unit:inhabitants'),
	f('coordinates', 'geo_point_2d', 'Coordinates')
]
function cityRow(c) {
	const country = countryOf[c.country]
	return {
		geoname_id: c.cityId, name: c.name, place: `${country.continent}/${country.subregion}/${countryName(c.country)}`,
		country_code: c.country, kind: kinds[c.featureCode], size: sizeOf(c.population), population: c.population || '',
		coordinates: pair(c.loc.coordinates[1], c.loc.coordinates[0])
	}
}
const byPopulation = (a, b) => b.population - a.population || a.cityId - b.cityId
const cityRows = keep => cities().filter(keep).sort(byPopulation).map(cityRow)

// Places of one country with the names of its regions.
const regionNames = {
	NL: { '01': 'Drenthe', '02': 'Friesland', '03': 'Gelderland', '04': 'Groningen', '05': 'Limburg', '06': 'Noord-Brabant', '07': 'Noord-Holland', '09': 'Utrecht', 10: 'Zeeland', 11: 'Zuid-Holland', 15: 'Overijssel', 16: 'Flevoland' },
	DE: { '01': 'Baden-Württemberg', '02': 'Bayern', '03': 'Bremen', '04': 'Hamburg', '05': 'Hessen', '06': 'Niedersachsen', '07': 'Nordrhein-Westfalen', '08': 'Rheinland-Pfalz', '09': 'Saarland', 10: 'Schleswig-Holstein', 11: 'Brandenburg', 12: 'Mecklenburg-Vorpommern', 13: 'Sachsen', 14: 'Sachsen-Anhalt', 15: 'Thüringen', 16: 'Berlin' },
	FR: { 11: 'Île-de-France', 24: 'Centre-Val de Loire', 27: 'Bourgogne-Franche-Comté', 28: 'Normandie', 32: 'Hauts-de-France', 44: 'Grand Est', 52: 'Pays de la Loire', 53: 'Bretagne', 75: 'Nouvelle-Aquitaine', 76: 'Occitanie', 84: 'Auvergne-Rhône-Alpes', 93: 'Provence-Alpes-Côte d’Azur', 94: 'Corse' },
	ES: { '07': 'Illes Balears', 27: 'La Rioja', 29: 'Comunidad de Madrid', 31: 'Región de Murcia', 32: 'Navarra', 34: 'Asturias', 39: 'Cantabria', 51: 'Andalucía', 52: 'Aragón', 53: 'Canarias', 54: 'Castilla-La Mancha', 55: 'Castilla y León', 56: 'Catalunya', 57: 'Extremadura', 58: 'Galicia', 59: 'País Vasco', 60: 'Comunitat Valenciana', CE: 'Ceuta', ML: 'Melilla' },
	AU: { '01': 'Australian Capital Territory', '02': 'New South Wales', '03': 'Northern Territory', '04': 'Queensland', '05': 'South Australia', '06': 'Tasmania', '07': 'Victoria', '08': 'Western Australia' },
	BE: { BRU: 'Brussels', VLG: 'Vlaanderen', WAL: 'Wallonie' }
}
const regionRow = c => ({
	geoname_id: c.cityId, name: c.name, region: regionNames[c.country][c.adminCode] ?? '', population: c.population || '',
	coordinates: pair(c.loc.coordinates[1], c.loc.coordinates[0])
})
const regionRows = country => cities().filter(c => c.country === country).sort(byPopulation).map(regionRow)
const regionFields = (name, region, population, coordinates) => [
	f('geoname_id', 'text', 'GeoNames', 'id'), f('name', 'text', name, 'sortable'),
	f('region', 'text', region, 'facet disjunctive'), f('population', 'int', population, 'sortable'),
	f('coordinates', 'geo_point_2d', coordinates)
]

// The same three levels, spoken in another language.
const localPlace = (c, lang, levels) => ({
	geoname_id: c.cityId, name: c.name, country: countryName(c.country, lang), capital: c.featureCode === 'PPLC' ? levels[0] : levels[1],
	population: c.population || null, coordinates: pair(c.loc.coordinates[1], c.loc.coordinates[0])
})
const arabic = new Set('DZ BH KM DJ EG IQ JO KW LB LY MR MA OM PS QA SA SO SD SY TN AE YE'.split(' '))
const spanish = new Set('AR BO CL CO CR CU DO EC SV GT HN MX NI PA PY PE PR UY VE'.split(' '))
const spanishSpeaking = new Set([...spanish, 'ES', 'GQ'])

const countryFields = [
	f('iso3', 'text', 'Country code', 'id', 'Three letters, ISO 3166-1; empty where a territory has none.'),
	f('name', 'text', 'Country', 'sortable'),
	f('name_fr', 'text', 'Country, in French'),
	f('place', 'text', 'Continent and region', 'facet hierarchical:/'),
	f('geo_shape', 'geo_shape', 'Shape'), f('geo_point_2d', 'geo_point_2d', 'Centre')
]
function countryShape(x) {
	const c = countryByNumber[x.id]
	return {
		geometry: x.geometry,
		properties: {
			iso3: c?.iso3 ?? x.properties.name, name: c ? countryName(c.iso2) : x.properties.name,
			name_fr: c ? countryName(c.iso2, 'fr') : '', place: c ? `${c.continent}/${c.subregion}` : ''
		}
	}
}

const stateNames = Object.fromEntries(vegaCsv('population_engineers_hurricanes.csv').map(r => [Number(r.id), r.state]))
Object.assign(stateNames, { 11: 'District of Columbia', 72: 'Puerto Rico', 78: 'U.S. Virgin Islands' })
export { stateNames }
const states = () => shapes(vegaJson('us-10m.json'), 'states')

export const places = {
	'world-cities': { as: 'csv', gzip: true, fields: cityFields, rows: () => cityRows(() => true) },
	'large-cities': { as: 'csv', fields: cityFields, rows: () => cityRows(c => c.population >= 100000) },
	'world-capitals': { as: 'json', fields: cityFields, rows: () => cityRows(c => c.featureCode === 'PPLC') },
	'countries-shapes': { as: 'geojson', fields: countryFields, rows: () => atlasShapes('countries-110m.json', 'countries').map(countryShape) },
	'countries-detailed': { as: 'geojson', fields: countryFields, rows: () => atlasShapes('countries-50m.json', 'countries').map(countryShape) },
	'country-codes': {
		as: 'csv',
		fields: [f('iso2', 'text', 'Two letters', 'id sortable'), f('iso3', 'text', 'Three letters'), f('numeric', 'text', 'Number'),
			f('name', 'text', 'Country', 'sortable'), f('name_fr', 'text', 'Country, in French'), f('place', 'text', 'Continent and region', 'facet hierarchical:/')],
		rows: () => countries.filter(c => c.numeric).map(c => ({
			iso2: c.iso2, iso3: c.iso3, numeric: c.numeric, name: countryName(c.iso2), name_fr: countryName(c.iso2, 'fr'), place: `${c.continent}/${c.subregion}`
		}))
	},
	'land-outline': {
		as: 'geojson', fields: [f('part', 'int', 'Part', 'id'), f('geo_shape', 'geo_shape', 'Shape'), f('geo_point_2d', 'geo_point_2d', 'Centre')],
		rows: () => atlasShapes('land-110m.json', 'land').flatMap(x => x.geometry.coordinates).map((c, i) => ({
			properties: { part: i + 1 }, geometry: { type: 'Polygon', coordinates: c }
		}))
	},
	'communes-france': { as: 'csv', fields: regionFields('Commune', 'Région', 'Population', 'Coordonnées'), rows: () => regionRows('FR') },
	'municipios-espana': { as: 'csv', fields: regionFields('Municipio', 'Comunidad autónoma', 'Población', 'Coordenadas'), rows: () => regionRows('ES') },
	'dutch-places': { as: 'csv', fields: regionFields('Plaats', 'Provincie', 'Inwoners', 'Coördinaten'), rows: () => regionRows('NL') },
	'german-places': { as: 'csv', fields: regionFields('Ort', 'Bundesland', 'Einwohner', 'Koordinaten'), rows: () => regionRows('DE') },
	'belgian-places': { as: 'csv', fields: regionFields('Plaats', 'Gewest', 'Inwoners', 'Coördinaten'), rows: () => regionRows('BE') },
	'australian-places': { as: 'csv', fields: regionFields('Place', 'State or territory', 'Population', 'Coordinates'), rows: () => regionRows('AU') },
	'ciudades-latinoamerica': {
		as: 'csv',
		fields: [f('geoname_id', 'text', 'GeoNames', 'id'), f('name', 'text', 'Ciudad', 'sortable'), f('country', 'text', 'País', 'facet disjunctive'),
			f('capital', 'text', 'Función', 'facet'), f('population', 'int', 'Población', 'sortable'), f('coordinates', 'geo_point_2d', 'Coordenadas')],
		rows: () => cities().filter(c => spanish.has(c.country) && c.population >= 5000).sort(byPopulation).map(c => localPlace(c, 'es', ['Capital del país', 'Otra ciudad']))
	},
	'arab-cities': {
		as: 'json',
		fields: [f('geoname_id', 'text', 'GeoNames', 'id'), f('name', 'text', 'المدينة', 'sortable'), f('country', 'text', 'البلد', 'facet disjunctive'),
			f('capital', 'text', 'الوظيفة', 'facet'), f('population', 'int', 'عدد السكان', 'sortable'), f('coordinates', 'geo_point_2d', 'الإحداثيات')],
		rows: () => cities().filter(c => arabic.has(c.country) && c.population >= 5000).sort(byPopulation).map(c => localPlace(c, 'ar', ['عاصمة', 'مدينة أخرى']))
	},
	'paises-hispanohablantes': {
		as: 'geojson',
		fields: [f('iso3', 'text', 'Código', 'id'), f('name', 'text', 'País', 'sortable'), f('place', 'text', 'Continente y región', 'facet hierarchical:/'),
			f('geo_shape', 'geo_shape', 'Contorno'), f('geo_point_2d', 'geo_point_2d', 'Centro')],
		rows: () => atlasShapes('countries-50m.json', 'countries').filter(x => spanishSpeaking.has(countryByNumber[x.id]?.iso2)).map(x => {
			const c = countryByNumber[x.id]
			return { geometry: x.geometry, properties: { iso3: c.iso3, name: countryName(c.iso2, 'es'), place: `${c.continent}/${c.subregion}` } }
		})
	},
	'us-states': {
		as: 'geojson',
		fields: [f('fips', 'text', 'FIPS code', 'id'), f('name', 'text', 'State', 'sortable'), f('geo_shape', 'geo_shape', 'Shape'), f('geo_point_2d', 'geo_point_2d', 'Centre')],
		rows: () => states().map(x => ({ geometry: x.geometry, properties: { fips: String(x.id).padStart(2, '0'), name: stateNames[x.id] } }))
	},
	'us-counties': {
		as: 'geojson',
		fields: [f('fips', 'text', 'FIPS code', 'id', 'Two digits of the state, three of the county.'), f('state', 'text', 'State', 'facet disjunctive sortable'),
			f('geo_shape', 'geo_shape', 'Shape'), f('geo_point_2d', 'geo_point_2d', 'Centre')],
		rows: () => shapes(vegaJson('us-10m.json'), 'counties').map(x => ({
			geometry: x.geometry, properties: { fips: String(x.id).padStart(5, '0'), state: stateNames[Math.floor(x.id / 1000)] ?? '' }
		}))
	},
	'us-state-capitals': {
		as: 'json', fields: [f('city', 'text', 'Capital', 'id sortable'), f('state', 'text', 'State', 'sortable'), f('coordinates', 'geo_point_2d', 'Coordinates')],
		rows: () => vegaJson('us-state-capitals.json').map(r => ({ city: r.city, state: r.state, coordinates: pair(r.lat, r.lon) }))
	},
	'london-boroughs': {
		as: 'geojson', fields: [f('name', 'text', 'Borough', 'id sortable'), f('geo_shape', 'geo_shape', 'Shape'), f('geo_point_2d', 'geo_point_2d', 'Centre')],
		rows: () => shapes(vegaJson('londonBoroughs.json'), 'boroughs', 5).map(x => ({ geometry: x.geometry, properties: { name: x.id } }))
	},
	'london-tube': {
		as: 'geojson', fields: [f('section', 'int', 'Section', 'id'), f('line', 'text', 'Line', 'facet disjunctive sortable'), f('geo_shape', 'geo_shape', 'Track'), f('geo_point_2d', 'geo_point_2d', 'Middle')],
		rows: () => shapes(vegaJson('londonTubeLines.json'), 'line', 5).map((x, i) => ({ geometry: x.geometry, properties: { section: i + 1, line: x.id } }))
	},
	airports: {
		as: 'csv', source: 'airports.csv',
		fields: [f('iata', 'text', 'Code', 'id sortable'), f('name', 'text', 'Airport', 'sortable'), f('city', 'text', 'City', 'sortable'), f('state', 'text', 'State', 'facet disjunctive'), f('coordinates', 'geo_point_2d', 'Coordinates')],
		rows: () => vegaCsv('airports.csv').map(r => ({ iata: r.iata, name: r.name, city: r.city, state: r.state.length === 2 ? r.state : '', coordinates: pair(r.latitude, r.longitude) }))
	},
	zipcodes: {
		as: 'csv',
		fields: [f('zip_code', 'text', 'ZIP code', 'sortable'), f('city', 'text', 'City', 'sortable'), f('place', 'text', 'State and county', 'facet hierarchical:/'), f('coordinates', 'geo_point_2d', 'Coordinates')],
		rows: () => vegaCsv('zipcodes.csv').map(r => ({ zip_code: r.zip_code, city: r.city, place: [r.state, r.county].filter(Boolean).join('/'), coordinates: r.latitude && r.longitude ? pair(r.latitude, r.longitude) : '' }))
	},
	'earthquakes-week': {
		as: 'geojson', fields: [f('code', 'text', 'Event', 'id'), f('time', 'datetime', 'Time', 'sortable facet timeserie_precision:day'), f('magnitude', 'double', 'Magnitude', 'sortable decimals:1'),
			f('depth', 'double', 'Depth', 'unit:km decimals:1 sortable'), f('kind', 'text', 'Kind', 'facet'), f('network', 'text', 'Reporting network', 'facet disjunctive'),
			f('products', 'text', 'Products', 'facet multivalued:, disjunctive', 'What the observatory derived from the event.'), f('tsunami', 'boolean', 'Tsunami notice', 'facet'), f('felt', 'int', 'Reports from people', 'sortable'),
			f('place', 'text', 'Place'), f('url', 'text', 'Page of the event'), f('geo_point_2d', 'geo_point_2d', 'Epicentre')],
		rows: () => vegaJson('earthquakes.json').features.map(x => {
			const p = x.properties
			return {
				geometry: { type: 'Point', coordinates: x.geometry.coordinates.slice(0, 2) },
				properties: {
					code: x.id, time: new Date(p.time).toISOString(), magnitude: p.mag, depth: x.geometry.coordinates[2], kind: p.type, network: p.net,
					products: p.types.split(',').filter(Boolean).join(','), tsunami: p.tsunami === 1, felt: p.felt, place: p.place, url: p.url,
					geo_point_2d: pair(x.geometry.coordinates[1], x.geometry.coordinates[0])
				}
			}
		})
	},
	'wind-northwest-europe': {
		as: 'csv', fields: [f('speed', 'double', 'Velocidad', 'sortable decimals:2 unit:m/s'), f('direction', 'int', 'Dirección', 'unit:°'), f('sector', 'text', 'Sector', 'facet'), f('coordinates', 'geo_point_2d', 'Coordenadas')],
		rows: () => vegaCsv('windvectors.csv').map(r => ({ speed: r.speed, direction: r.dir, sector: r.dirCat, coordinates: pair(r.latitude, r.longitude) }))
	}
}
