// MapLibre, loaded when a map is about to be drawn. Its worker is a file of this portal; a page of another site may only start one of its
// own, which then loads ours.
import type * as maplibre from 'maplibre-gl'
import { Map } from 'maplibre:ui/map'
import { Marker } from 'maplibre:ui/marker'
import { config } from 'maplibre:util/config'
import { home } from './context'

const address = new URL(MAP_WORKER, home).href
config.WORKER_URL = home === location.origin ? address : URL.createObjectURL(new Blob([`import ${JSON.stringify(address)}`], { type: 'text/javascript' }))
export const maplibregl = { Map, Marker } as unknown as Pick<typeof maplibre, 'Map' | 'Marker'>
