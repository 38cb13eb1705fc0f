// What scripts/assets.mjs puts in while it bundles: parts of MapLibre's source (scripts/maplibre.mjs), and the address of its worker.
declare const MAP_WORKER: string
declare module 'maplibre:ui/map' {
	export const Map: unknown
}
declare module 'maplibre:ui/marker' {
	export const Marker: unknown
}
declare module 'maplibre:util/config' {
	export const config: { WORKER_URL: string }
}
declare module 'maplibre:source/worker'
