// Palettes that a series may name, as "range-Set2" or "range-Blues": those of ColorBrewer (Cynthia Brewer, Mark Harrower and The
// Pennsylvania State University, Apache licence 2.0). Each is its colours in hexadecimal, one after the other.
const palettes: Record<string, string> = {
	accent: '7fc97fbeaed4fdc086ffff99386cb0f0027fbf5b17666666', dark2: '1b9e77d95f027570b3e7298a66a61ee6ab02a6761d666666',
	paired: 'a6cee31f78b4b2df8a33a02cfb9a99e31a1cfdbf6fff7f00cab2d66a3d9affff99b15928', pastel1: 'fbb4aeb3cde3ccebc5decbe4fed9a6ffffcce5d8bdfddaec',
	pastel2: 'b3e2cdfdcdaccbd5e8f4cae4e6f5c9fff2aef1e2cccccccc', set1: 'e41a1c377eb84daf4a984ea3ff7f00ffff33a65628f781bf',
	set2: '66c2a5fc8d628da0cbe78ac3a6d854ffd92fe5c494b3b3b3', set3: '8dd3c7ffffb3bebadafb807280b1d3fdb462b3de69fccde5',
	blues: '08519c3182bd6baed6bdd7e7', greens: '006d2c31a35474c476bae4b3', oranges: 'a63603e6550dfd8d3cfdbe85', reds: 'a50f15de2d26fb6a4afcae91',
	purples: '54278f756bb19e9ac8cbc9e2', greys: '252525636363969696cccccc', ylorrd: 'bd0026f03b20fd8d3cfecc5cffffb2', ylgnbu: '2534942c7fb841b6c4a1dab4ffffcc',
	spectral: 'd7191cfdae61ffffbfabdda42b83ba', rdylgn: 'd7191cfdae61ffffbfa6d96a1a9641', rdylbu: 'd7191cfdae61ffffbfabd9e92c7bb6',
	rdbu: 'ca0020f4a582f7f7f792c5de0571b0', puor: 'e66101fdb863f7f7f7b2abd25e3c99', brbg: 'a6611adfc27df5f5f580cdc1018571',
	piyg: 'd01c8bf1b6daf7f7f7b8e1864dac26', prgn: '7b3294c2a5cff7f7f7a6dba0008837',
}

// Names as they are written: of distinct colours first, then from dark to pale, then between two ends.
export const palette_names = ['Accent', 'Dark2', 'Paired', 'Pastel1', 'Pastel2', 'Set1', 'Set2', 'Set3', 'Blues', 'Greens', 'Oranges', 'Reds', 'Purples', 'Greys',
	'YlOrRd', 'YlGnBu', 'Spectral', 'RdYlGn', 'RdYlBu', 'RdBu', 'PuOr', 'BrBG', 'PiYG', 'PRGn']

// The colours a series names; null where it names none that is known, which leaves it the portal's.
export function palette_of(color: string | undefined): string[] | null {
	const name = /^range-([a-z0-9]+)$/i.exec(color ?? '')?.[1].toLowerCase()
	return name && Object.hasOwn(palettes, name) ? (palettes[name].match(/.{6}/g) ?? []).map(hex => '#' + hex) : null
}
