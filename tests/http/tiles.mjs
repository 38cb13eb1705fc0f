// Reads a vector tile with Mapbox's own decoder: node tiles.mjs < tile > json. Layers by name: features with type, members and geometry.
import { readFileSync } from 'node:fs'
import { VectorTile } from '@mapbox/vector-tile'
import Pbf from 'pbf'

const bytes = readFileSync(0)
const out = {}
const tile = new VectorTile(new (Pbf.default ?? Pbf)(bytes))
for (const [name, layer] of Object.entries(tile.layers)) {
	out[name] = { version: layer.version, extent: layer.extent, features: [] }
	for (let i = 0; i < layer.length; i++) {
		const f = layer.feature(i)
		out[name].features.push({ type: f.type, properties: f.properties, geometry: f.loadGeometry() })
	}
}
process.stdout.write(JSON.stringify(out))
