// Everything that is not first of all a place: transport, nature, economy, society, culture.
import { f, isoDate, number, vegaCsv, vegaJson, vegaTsv } from './lib.mjs'
import { stateNames } from './recipes-places.mjs'

const pick = (map, rows) => rows.map(r => Object.fromEntries(Object.entries(map).map(([to, from]) => [to, r[from] ?? ''])))
const title = s => s[0].toUpperCase() + s.slice(1)
const stateOfCounty = id => stateNames[Math.floor(Number(id) / 1000)] ?? ''

const transport = {
	flights: {
		as: 'parquet', source: 'flights-3m.parquet',
		fields: [f('date', 'datetime', 'Scheduled departure', 'facet sortable timeserie_precision:day'), f('delay', 'int', 'Arrival delay', 'unit:min sortable', 'Negative when the flight came in early.'),
			f('distance', 'int', 'Distance', 'unit:mi sortable'), f('origin', 'text', 'From', 'facet disjunctive', 'Code of the airport.'), f('destination', 'text', 'To', 'facet disjunctive', 'Code of the airport.')]
	},
	'flight-routes': {
		as: 'csv', fields: [f('origin', 'text', 'From', 'facet disjunctive id'), f('destination', 'text', 'To', 'facet disjunctive id'), f('flights', 'int', 'Flights', 'sortable')],
		rows: () => pick({ origin: 'origin', destination: 'destination', flights: 'count' }, vegaCsv('flights-airport.csv'))
	},
	birdstrikes: {
		as: 'csv',
		fields: [f('date', 'date', 'Date', 'facet sortable timeserie_precision:month'), f('airport', 'text', 'Airport', 'facet disjunctive'), f('state', 'text', 'State', 'facet disjunctive'), f('aircraft', 'text', 'Aircraft', 'facet disjunctive'),
			f('operator', 'text', 'Operator', 'facet disjunctive'), f('damage', 'text', 'Damage', 'facet', 'A, B and C are the grades that the register uses.'), f('phase', 'text', 'Phase of flight', 'facet disjunctive'), f('species', 'text', 'Species', 'facet disjunctive'),
			f('size', 'text', 'Size of the animal', 'facet'), f('time_of_day', 'text', 'Time of day', 'facet'), f('cost_repair', 'int', 'Cost of repair', 'unit:$ sortable'), f('cost_other', 'int', 'Other cost', 'unit:$'), f('cost_total', 'int', 'Total cost', 'unit:$ sortable'), f('speed', 'int', 'Air speed', 'unit:kn')],
		rows: () => pick({
			date: 'Flight Date', airport: 'Airport Name', state: 'Origin State', aircraft: 'Aircraft Make Model', operator: 'Aircraft Airline Operator', damage: 'Effect Amount of damage', phase: 'Phase of flight',
			species: 'Wildlife Species', size: 'Wildlife Size', time_of_day: 'Time of day', cost_repair: 'Cost Repair', cost_other: 'Cost Other', cost_total: 'Cost Total $', speed: 'Speed IAS in knots'
		}, vegaCsv('birdstrikes.csv'))
	},
	cars: {
		as: 'json',
		fields: [f('name', 'text', 'Modèle', 'sortable'), f('year', 'date', 'Année', 'facet timeserie_precision:year'), f('origin', 'text', 'Origine', 'facet disjunctive'), f('cylinders', 'int', 'Cylindres', 'facet'), f('miles_per_gallon', 'double', 'Miles par gallon', 'sortable'),
			f('displacement', 'double', 'Cylindrée', 'unit:cu_in'), f('horsepower', 'int', 'Puissance', 'unit:hp sortable'), f('weight', 'int', 'Poids', 'unit:lb sortable'), f('acceleration', 'double', 'Accélération', 'unit:s', 'Secondes jusqu’à 60 miles par heure.')],
		rows: () => vegaJson('cars.json').map(r => ({
			name: r.Name, year: r.Year, origin: r.Origin, cylinders: r.Cylinders, miles_per_gallon: r.Miles_per_Gallon, displacement: r.Displacement, horsepower: r.Horsepower, weight: r.Weight_in_lbs, acceleration: r.Acceleration
		}))
	},
	driving: {
		as: 'csv', fields: [f('year', 'date', 'Año', 'id sortable timeserie_precision:year'), f('miles', 'int', 'Millas por persona', 'unit:mi'), f('gasoline', 'double', 'Precio de la gasolina', 'unit:$ decimals:2', 'Por galón, corregido por la inflación.')],
		rows: () => vegaJson('driving.json').map(r => ({ year: `${r.year}-01-01`, miles: r.miles, gasoline: r.gas }))
	}
}

const weatherFields = (...more) => [...more, f('date', 'date', 'Date', 'facet sortable timeserie_precision:month'), f('weather', 'text', 'Weather', 'facet disjunctive'), f('precipitation', 'double', 'Precipitation', 'unit:mm decimals:1 sortable'),
	f('temp_max', 'double', 'Highest temperature', 'unit:°C decimals:1 sortable'), f('temp_min', 'double', 'Lowest temperature', 'unit:°C decimals:1'), f('wind', 'double', 'Wind', 'unit:m/s decimals:1')]
const nature = {
	species: {
		as: 'csv', fields: [f('common_name', 'text', 'Species', 'facet disjunctive'), f('scientific_name', 'text', 'Scientific name', 'facet'), f('county_fips', 'text', 'County (FIPS)'), f('state', 'text', 'State', 'facet disjunctive'), f('habitat', 'double', 'Year-round habitat', 'sortable decimals:4', 'Share of the county, from 0 to 1.')],
		rows: () => vegaCsv('species.csv').map(r => ({ common_name: r.common_name, scientific_name: r.scientific_name, county_fips: r.county_id.padStart(5, '0'), state: stateOfCounty(r.county_id), habitat: r.habitat_yearround_pct }))
	},
	'seattle-weather': { as: 'csv', source: 'seattle-weather.csv', fields: weatherFields() },
	'two-city-weather': { as: 'csv', source: 'weather.csv', fields: weatherFields(f('location', 'text', 'City', 'facet')) },
	'seattle-hourly-normals': {
		as: 'csv', source: 'seattle-weather-hourly-normals.csv',
		fields: [f('date', 'datetime', 'Hour', 'facet sortable timezone:America/Los__Angeles timeserie_precision:month', 'The year stands for any year: these are averages of 1981 to 2010.'), f('pressure', 'double', 'Pressure', 'unit:hPa'), f('temperature', 'double', 'Temperature', 'unit:°C'), f('wind', 'double', 'Wind', 'unit:m/s')]
	},
	'co2-mauna-loa': {
		as: 'csv', fields: [f('date', 'date', 'Month', 'id facet sortable timeserie_precision:year'), f('co2', 'double', 'CO₂', 'unit:ppm decimals:2 sortable'), f('co2_adjusted', 'double', 'CO₂ without the seasons', 'unit:ppm decimals:2')],
		rows: () => pick({ date: 'Date', co2: 'CO2', co2_adjusted: 'adjusted CO2' }, vegaCsv('co2-concentration.csv'))
	},
	'global-temperature': {
		as: 'csv', fields: [f('year', 'date', 'Year', 'id sortable timeserie_precision:year'), f('anomaly', 'double', 'Deviation from the average', 'unit:°C decimals:2 sortable')],
		rows: () => vegaCsv('global-temp.csv').map(r => ({ year: `${r.year}-01-01`, anomaly: r.temp }))
	},
	'natural-disasters': {
		as: 'csv', fields: [f('disaster', 'text', 'Disaster', 'facet disjunctive'), f('year', 'date', 'Year', 'facet sortable timeserie_precision:year'), f('deaths', 'int', 'Deaths', 'sortable')],
		rows: () => vegaCsv('disasters.csv').map(r => ({ disaster: r.Entity, year: `${r.Year}-01-01`, deaths: r.Deaths }))
	},
	penguins: {
		as: 'json',
		fields: [f('species', 'text', 'Espèce', 'facet disjunctive'), f('island', 'text', 'Île', 'facet disjunctive'), f('sex', 'text', 'Sexe', 'facet'), f('beak_length', 'double', 'Longueur du bec', 'unit:mm decimals:1 sortable'), f('beak_depth', 'double', 'Épaisseur du bec', 'unit:mm decimals:1'), f('flipper_length', 'int', 'Longueur de la nageoire', 'unit:mm sortable'), f('body_mass', 'int', 'Masse', 'unit:g sortable')],
		rows: () => vegaJson('penguins.json').map(r => ({
			species: r.Species, island: r.Island, sex: { MALE: 'mâle', FEMALE: 'femelle' }[r.Sex] ?? null, beak_length: r['Beak Length (mm)'], beak_depth: r['Beak Depth (mm)'], flipper_length: r['Flipper Length (mm)'], body_mass: r['Body Mass (g)']
		}))
	},
	'iowa-electricity': {
		as: 'csv', fields: [f('year', 'date', 'Year', 'facet sortable timeserie_precision:year'), f('source', 'text', 'Source', 'facet'), f('net_generation', 'int', 'Net generation', 'unit:GWh sortable')], source: 'iowa-electricity.csv'
	},
	barley: {
		as: 'json', source: 'barley.json', fields: [f('variety', 'text', 'Variété', 'facet disjunctive'), f('site', 'text', 'Station', 'facet disjunctive'), f('year', 'int', 'Année', 'facet'), f('yield', 'double', 'Rendement', 'sortable decimals:1', 'Boisseaux par acre.')]
	}
}

const society = {
	gapminder: {
		as: 'json', fields: [f('country', 'text', 'Country', 'facet disjunctive sortable'), f('region', 'text', 'Region', 'facet'), f('year', 'date', 'Year', 'facet sortable timeserie_precision:year'), f('population', 'int', 'Population', 'sortable unit:inhabitants'), f('life_expectancy', 'double', 'Life expectancy', 'unit:years decimals:1 sortable'), f('fertility', 'double', 'Children per woman', 'decimals:2 sortable')],
		rows: () => vegaJson('gapminder.json').map(r => ({
			country: r.country, region: ['South Asia', 'Europe and Central Asia', 'Sub-Saharan Africa', 'America', 'East Asia and Pacific', 'Middle East and North Africa'][r.cluster],
			year: `${r.year}-01-01`, population: r.pop, life_expectancy: r.life_expect, fertility: r.fertility
		}))
	},
	'health-income': {
		as: 'csv', fields: [f('country', 'text', 'Country', 'id sortable'), f('region', 'text', 'Region', 'facet disjunctive'), f('income', 'int', 'Income per person', 'sortable', 'International dollars, adjusted for prices.'), f('health', 'double', 'Life expectancy', 'unit:years sortable decimals:1'), f('population', 'int', 'Population', 'sortable')],
		rows: () => vegaCsv('gapminder-health-income.csv').map(r => ({ ...r, region: title(r.region.replaceAll('_', ' ')) }))
	},
	'fertility-life': {
		as: 'csv', fields: [f('country', 'text', 'País', 'facet disjunctive sortable'), f('year', 'date', 'Año', 'facet sortable timeserie_precision:year'), f('fertility', 'double', 'Hijos por mujer', 'decimals:2 sortable'), f('life_expectancy', 'double', 'Esperanza de vida', 'unit:years decimals:1 sortable')],
		rows: () => vegaJson('countries.json').map(r => ({ country: r.country, year: `${r.year}-01-01`, fertility: r.fertility, life_expectancy: r.life_expect }))
	},
	'us-population': {
		as: 'jsonl', fields: [f('year', 'date', 'Census year', 'facet sortable timeserie_precision:year'), f('age', 'int', 'Age group, from', 'facet sortable unit:years', 'Groups of five years; 90 is 90 and over.'), f('sex', 'text', 'Sex', 'facet'), f('people', 'int', 'People', 'sortable')],
		rows: () => vegaJson('population.json').map(r => ({ year: `${r.year}-01-01`, age: r.age, sex: r.sex === 1 ? 'men' : 'women', people: r.people }))
	},
	occupations: {
		as: 'csv', fields: [f('job', 'text', 'Métier', 'facet disjunctive'), f('sex', 'text', 'Sexe', 'facet'), f('year', 'date', 'Année du recensement', 'facet sortable timeserie_precision:year'), f('people', 'int', 'Personnes', 'sortable'), f('share', 'double', 'Part des personnes actives', 'sortable decimals:5')],
		rows: () => vegaJson('jobs.json').map(r => ({ job: r.job, sex: r.sex === 'men' ? 'hommes' : 'femmes', year: `${r.year}-01-01`, people: r.count, share: r.perc }))
	},
	'household-income': {
		as: 'csv', fields: [f('state', 'text', 'State', 'facet disjunctive sortable'), f('region', 'text', 'Region', 'facet'), f('bracket', 'text', 'Income', 'facet disjunctive', 'Dollars a year.'), f('share', 'double', 'Share of households', 'sortable decimals:3'), f('households', 'int', 'Households of the state', 'sortable')],
		rows: () => vegaJson('income.json').map(r => ({ state: r.name, region: title(r.region), bracket: r.group, share: r.pct, households: r.total }))
	},
	'county-unemployment': {
		as: 'csv', fields: [f('county_fips', 'text', 'County (FIPS)', 'id sortable'), f('state', 'text', 'State', 'facet disjunctive'), f('rate', 'double', 'Unemployment', 'sortable decimals:3', 'Share of the labour force, from 0 to 1.')],
		rows: () => vegaTsv('unemployment.tsv').map(r => ({ county_fips: r.id.padStart(5, '0'), state: stateOfCounty(r.id), rate: Number(r.rate) }))
	},
	obesity: {
		as: 'json', fields: [f('state', 'text', 'State', 'id sortable'), f('rate', 'double', 'Adults with obesity', 'sortable decimals:3', 'Share of adults, from 0 to 1.')],
		rows: () => pick({ state: 'state', rate: 'rate' }, vegaJson('obesity.json'))
	},
	crimea: {
		as: 'json', fields: [f('date', 'date', 'Mois', 'id sortable timeserie_precision:month'), f('army_size', 'int', 'Effectif', 'sortable'), f('disease', 'int', 'Morts de maladie', 'sortable'), f('wounds', 'int', 'Morts de blessures', 'sortable'), f('other', 'int', 'Autres causes', 'sortable')],
		source: 'crimea.json'
	},
	antibiotics: {
		as: 'json', fields: [f('bacteria', 'text', 'Bactérie', 'id sortable'), f('genus', 'text', 'Genre', 'facet'), f('gram', 'text', 'Coloration de Gram', 'facet'), f('penicillin', 'double', 'Pénicilline', 'sortable'), f('streptomycin', 'double', 'Streptomycine', 'sortable'), f('neomycin', 'double', 'Néomycine', 'sortable')],
		rows: () => vegaJson('burtin.json').map(r => ({ bacteria: r.Bacteria, genus: r.Genus, gram: r.Gram_Staining === 'positive' ? 'positive' : 'négative', penicillin: r.Penicillin, streptomycin: r.Streptomycin, neomycin: r.Neomycin }))
	}
}

const marketFields = [f('date', 'date', 'Fecha', 'id facet sortable timeserie_precision:month'), f('open', 'double', 'Apertura', 'decimals:2'), f('high', 'double', 'Máximo', 'decimals:2 sortable'), f('low', 'double', 'Mínimo', 'decimals:2'), f('close', 'double', 'Cierre', 'decimals:2 sortable')]
const industries = [['mining_and_logging', 'Mining and logging'], ['construction', 'Construction'], ['manufacturing', 'Manufacturing'], ['wholesale_trade', 'Wholesale trade'], ['retail_trade', 'Retail trade'], ['transportation_and_warehousing', 'Transportation and warehousing'], ['utilities', 'Utilities'], ['information', 'Information'], ['financial_activities', 'Financial activities'],
	['professional_and_business_services', 'Professional and business services'], ['education_and_health_services', 'Education and health'], ['leisure_and_hospitality', 'Leisure and hospitality'], ['other_services', 'Other services'], ['government', 'Government']]
const economy = {
	'us-employment': {
		as: 'csv',
		fields: [f('month', 'date', 'Month', 'id facet sortable timeserie_precision:year'), f('nonfarm', 'int', 'All but farming', 'sortable', 'Thousands of people, as all columns.'), f('nonfarm_change', 'int', 'Change on the month before', 'sortable'), f('private', 'int', 'Private'), ...industries.map(([n, l]) => f(n, 'double', l))],
		rows: () => pick(Object.fromEntries(['month', 'nonfarm', 'nonfarm_change', 'private', ...industries.map(([n]) => n)].map(n => [n, n])), vegaCsv('us-employment.csv'))
	},
	'industry-unemployment': {
		as: 'csv', fields: [f('industry', 'text', 'Industry', 'facet disjunctive'), f('month', 'date', 'Month', 'facet sortable timeserie_precision:year'), f('unemployed', 'int', 'Unemployed', 'sortable', 'Thousands of people.'), f('rate', 'double', 'Rate', 'unit:% decimals:1 sortable')],
		rows: () => vegaJson('unemployment-across-industries.json').map(r => ({ industry: r.series, month: `${r.year}-${String(r.month).padStart(2, '0')}-01`, unemployed: r.count, rate: r.rate }))
	},
	'federal-receipts': {
		as: 'csv',
		fields: [f('year', 'date', 'Fiscal year', 'facet sortable timeserie_precision:year'), f('source', 'text', 'Source', 'facet hierarchical:>'), f('agency', 'text', 'Agency and bureau', 'facet hierarchical:>'), f('account', 'text', 'Account'), f('budget', 'text', 'On or off budget', 'facet'), f('amount', 'int', 'Receipts', 'sortable', 'Thousands of dollars; from 2016 on, estimates.')],
		rows: () => vegaJson('budget.json').flatMap(r => Object.keys(r).filter(k => /^\d{4}$/.test(k) && number(r[k]) !== 0).map(year => ({
			year: `${year}-01-01`, source: `${r['Source category name']}>${r['Source subcategory name']}`, agency: [...new Set([r['Agency name'], r['Bureau name']])].join('>'), account: r['Account name'], budget: r['On- or off-budget'], amount: number(r[year])
		})))
	},
	'budget-forecasts': {
		as: 'csv', fields: [f('budget_year', 'date', 'Budget of', 'facet timeserie_precision:year sortable'), f('forecast_year', 'date', 'Year forecast', 'facet timeserie_precision:year sortable'), f('balance', 'double', 'Surplus or deficit', 'sortable decimals:3', 'Trillions of dollars.')],
		rows: () => vegaJson('budgets.json').map(r => ({ budget_year: `${r.budgetYear}-01-01`, forecast_year: `${r.forecastYear}-01-01`, balance: r.value }))
	},
	'campaign-money': {
		as: 'csv',
		fields: [f('candidate_id', 'text', 'Number of the candidate', 'id'), f('name', 'text', 'Candidate', 'sortable'), f('party', 'text', 'Party', 'facet disjunctive'), f('state', 'text', 'State', 'facet disjunctive'), f('status', 'text', 'Status', 'facet'), f('receipts', 'double', 'Receipts', 'unit:$ sortable'), f('spent', 'double', 'Spent', 'unit:$ sortable'), f('individuals', 'double', 'From individuals', 'unit:$ sortable'), f('until', 'date', 'Covers until', 'sortable')],
		rows: () => vegaJson('political-contributions.json').map(r => ({
			candidate_id: r.Candidate_Identification, name: r.Candidate_Name, party: r.Party_Affiliation, state: r.Candidate_State, status: { C: 'Challenger', I: 'Incumbent', O: 'Open seat' }[r.Incumbent_Challenger_Status] ?? '',
			receipts: r.Total_Receipts, spent: r.Total_Disbursements, individuals: r.Total_Individual_Contributions, until: (r.Coverage_End_Date || '').replace(/(\d+)\/(\d+)\/(\d+)/, '$3-$1-$2')
		}))
	},
	sp500: { as: 'csv', source: 'sp500-2000.csv', fields: [...marketFields, f('adjclose', 'double', 'Cierre ajustado', 'decimals:2'), f('volume', 'int', 'Volumen', 'sortable')] },
	vix: { as: 'csv', fields: marketFields, rows: () => pick({ date: 'date', open: 'open', high: 'high', low: 'low', close: 'close' }, vegaJson('ohlc.json')) },
	stocks: {
		as: 'csv', fields: [f('symbol', 'text', 'Valor', 'facet disjunctive'), f('date', 'date', 'Mes', 'facet sortable timeserie_precision:year'), f('price', 'double', 'Precio', 'unit:$ decimals:2 sortable')],
		rows: () => vegaCsv('stocks.csv').map(r => ({ symbol: r.symbol, date: isoDate(r.date), price: r.price }))
	},
	wheat: {
		as: 'csv', fields: [f('year', 'date', 'Année', 'id sortable timeserie_precision:year'), f('wheat', 'double', 'Prix du blé', 'sortable', 'Shillings par quarter.'), f('wages', 'double', 'Salaire hebdomadaire', 'sortable', 'Shillings ; ouvrier qualifié.')],
		rows: () => vegaJson('wheat.json').map(r => ({ year: `${r.year}-01-01`, wheat: r.wheat, wages: r.wages ?? '' }))
	}
}

// "2046" in a column that ends in 2010 is 1946: the century of two-digit years was guessed at the source.
const released = text => (text ? isoDate(text).replace(/^20([2-9]\d)/, '19$1') : null)
const culture = {
	movies: {
		as: 'json',
		fields: [f('title', 'text', 'Titre', 'sortable'), f('released', 'date', 'Sortie', 'facet sortable timeserie_precision:year'), f('genres', 'text', 'Genres', 'facet disjunctive multivalued:/'), f('director', 'text', 'Réalisation', 'facet disjunctive'), f('distributor', 'text', 'Distribution', 'facet disjunctive'), f('rating', 'text', 'Classement', 'facet', 'Classement d’âge américain.'),
			f('source', 'text', 'D’après', 'facet disjunctive'), f('running_time', 'int', 'Durée', 'unit:min'), f('budget', 'int', 'Budget', 'unit:$ sortable'), f('us_gross', 'int', 'Recettes aux États-Unis', 'unit:$ sortable'), f('world_gross', 'int', 'Recettes mondiales', 'unit:$ sortable'), f('imdb', 'double', 'Note IMDB', 'sortable decimals:1'), f('rotten_tomatoes', 'int', 'Note Rotten Tomatoes', 'sortable unit:%')],
		rows: () => vegaJson('movies.json').map(r => ({
			title: r.Title == null ? null : String(r.Title), released: released(r['Release Date']), genres: r['Major Genre'], director: r.Director, distributor: r.Distributor, rating: r['MPAA Rating'], source: r.Source, running_time: r['Running Time min'],
			budget: r['Production Budget'], us_gross: r['US Gross'], world_gross: r['Worldwide Gross'], imdb: r['IMDB Rating'], rotten_tomatoes: r['Rotten Tomatoes Rating']
		}))
	},
	football: {
		as: 'jsonl',
		fields: [f('date', 'date', 'Date', 'facet sortable timeserie_precision:year'), f('division', 'text', 'Championnat', 'facet disjunctive'), f('home', 'text', 'À domicile', 'facet disjunctive'), f('away', 'text', 'À l’extérieur', 'facet disjunctive'), f('home_score', 'int', 'Buts à domicile', 'sortable'), f('away_score', 'int', 'Buts à l’extérieur', 'sortable'), f('outcome', 'text', 'Issue', 'facet')],
		rows: () => vegaJson('football.json').map(r => ({
			date: r.date, division: r.division, home: r.home_team, away: r.away_team, home_score: r.home_score, away_score: r.away_score,
			outcome: r.home_score > r.away_score ? 'victoire à domicile' : r.home_score < r.away_score ? 'victoire à l’extérieur' : 'match nul'
		}))
	}
}

export const records = { ...transport, ...nature, ...society, ...economy, ...culture }
