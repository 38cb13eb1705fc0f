// Areas that records are to lie in, and how addresses say them.
export type Area = { kind: 'bbox' | 'distance' | 'polygon'; points: [number, number][] } // [lon, lat]: two corners; centre and edge; a ring
const EARTH_M = 6371008.7714
const rad = Math.PI / 180

export function metres([lon1, lat1]: number[], [lon2, lat2]: number[]): number {
	const a = Math.sin((lat2 - lat1) * rad / 2) ** 2 + Math.cos(lat1 * rad) * Math.cos(lat2 * rad) * Math.sin((lon2 - lon1) * rad / 2) ** 2
	return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(a)))
}
// The place so far from another, in a direction (radians from the north).
function away([lon, lat]: number[], m: number, angle: number): [number, number] {
	const d = m / EARTH_M, a = lat * rad
	const b = Math.asin(Math.sin(a) * Math.cos(d) + Math.cos(a) * Math.sin(d) * Math.cos(angle))
	return [lon + Math.atan2(Math.sin(angle) * Math.sin(d) * Math.cos(a), Math.cos(d) - Math.sin(a) * Math.sin(b)) / rad, b / rad]
}

export function ring_of({ kind, points }: Area): number[][] {
	const [a, b] = points
	if (kind === 'bbox') return [a, [b[0], a[1]], b, [a[0], b[1]], a]
	if (kind === 'distance') return Array.from({ length: 65 }, (_, i) => away(a, metres(a, b), i / 64 * 2 * Math.PI))
	return [...points, points[0]]
}

const short = (v: number) => String(Number(v.toFixed(5)))
// As the addresses of the front office say it: latitude first.
export function filter_of({ kind, points }: Area): string {
	const [a, b] = points
	if (kind === 'bbox') return [Math.min(a[1], b[1]), Math.min(a[0], b[0]), Math.max(a[1], b[1]), Math.max(a[0], b[0])].map(short).join(',')
	if (kind === 'distance') return [short(a[1]), short(a[0]), String(Math.round(metres(a, b)))].join(',')
	return points.map(p => `(${short(p[1])},${short(p[0])})`).join(',')
}
export function area_of(state: URLSearchParams): Area | null {
	for (const kind of ['bbox', 'distance', 'polygon'] as const) {
		const n = (state.get(`geofilter.${kind}`) ?? '').split(/[(),\s]+/).filter(Boolean).map(Number)
		if (!n.length || n.some(v => !Number.isFinite(v))) continue
		if (kind === 'bbox' && n.length === 4) return { kind, points: [[n[1], n[0]], [n[3], n[2]]] }
		if (kind === 'distance' && n.length >= 2) return { kind, points: [[n[1], n[0]], away([n[1], n[0]], n[2] || 1, Math.PI / 2)] }
		if (kind === 'polygon' && n.length >= 6 && n.length % 2 === 0)
			return { kind, points: Array.from({ length: n.length / 2 }, (_, i) => [n[2 * i + 1], n[2 * i]] as [number, number]) }
	}
	return null
}

