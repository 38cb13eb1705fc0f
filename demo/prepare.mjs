// Turns what the npm packages ship into the files that the demo publishes, each with its field list, in .cache/demo. The
// same packages and recipes give the same bytes. Done work is kept: a stamp remembers what it was made from.
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { here, root, vegaPath, writers } from './lib.mjs'
import { places } from './recipes-places.mjs'
import { records } from './recipes-records.mjs'

const recipes = { ...places, ...records }
export const out = join(root, '.cache/demo')

// What the prepared files depend on: the recipes and the exact packages.
export function stamp() {
	const sum = createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).update(process.versions.icu ?? '')
	for (const name of readdirSync(here).filter(n => /^(lib|prepare|recipes-.*)\.mjs$|\.csv$/.test(n)).sort()) sum.update(readFileSync(join(here, name)))
	return sum.digest('hex')
}

export const fileOf = id => join(out, `${id}.${recipes[id].as}${recipes[id].gzip ? '.gz' : ''}`)
export const schemaOf = id => join(out, `${id}.schema.json`)
export const known = id => id in recipes

function write(path, bytes) {
	writeFileSync(path + '.new', bytes)
	renameSync(path + '.new', path)
}

function prepareOne(id) {
	const recipe = recipes[id]
	if (recipe.rows) {
		const text = writers[recipe.as](recipe.rows())
		write(fileOf(id), recipe.gzip ? gzipSync(text) : text)
	} else {
		copyFileSync(vegaPath(recipe.source), fileOf(id) + '.new')
		renameSync(fileOf(id) + '.new', fileOf(id))
	}
	write(schemaOf(id), JSON.stringify({ fields: recipe.fields }, null, '\t') + '\n')
}

// Prepares the named datasets; tells `say` about each that takes work.
export function prepare(ids, say) {
	const mark = join(out, '.stamp')
	const want = stamp()
	if (!existsSync(mark) || readFileSync(mark, 'utf8') !== want) rmSync(out, { recursive: true, force: true })
	mkdirSync(out, { recursive: true })
	write(mark, want)
	for (const [i, id] of ids.entries()) {
		if (existsSync(fileOf(id)) && existsSync(schemaOf(id))) continue
		say(`preparing ${i + 1} of ${ids.length}: ${id}`)
		prepareOne(id)
	}
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const ids = process.argv.slice(2)
	const wrong = ids.filter(id => !known(id))
	if (wrong.length) {
		console.error(`prepare: no recipe is called ${wrong.join(', ')}`)
		process.exit(2)
	}
	prepare(ids.length ? ids : Object.keys(recipes), console.log)
}
