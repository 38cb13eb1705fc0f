// The search box of a map: places of the world by name, asked of the portal itself, and records of the layers by their words.
import { country_name } from './map_names'
import { ask } from './query'

type Answer = { places: { name: string; code: string; kind: 'country' | 'town'; people?: number; bounds: [number, number, number, number] }[] }
export type Place = { title: string; about: string; bounds: [number, number, number, number] }

export async function find_places(source: string, text: string, lang: string, signal: AbortSignal): Promise<Place[]> {
	if (!text.trim()) return []
	const { places } = await ask<Answer>(source, '/tiles/-/places', new URLSearchParams({ q: text.trim() }), { signal })
	return places.map(p => {
		const country = country_name(p.code, lang)
		return p.kind === 'country' ? { title: country || p.name, about: '', bounds: p.bounds } : { title: p.name, about: country, bounds: around(p.bounds, p.people ?? 0) }
	})
}

// A town and what lies about it: the wider the more people live there.
function around([lon, lat]: number[], people: number): [number, number, number, number] {
	const reach = Math.min(0.25, Math.max(0.02, Math.sqrt(people) / 8000))
	return [lon - reach * 1.5, lat - reach, lon + reach * 1.5, lat + reach]
}
