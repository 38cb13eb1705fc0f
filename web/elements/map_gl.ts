// MapLibre, loaded when a map is about to be drawn. Its worker is a file of this portal; a page of another site may only start one of its
// own, which then loads ours.
import type * as maplibre from 'maplibre-gl'
import gl from 'maplibre-gl/dist/maplibre-gl-csp.js'
import worker from 'maplibre-gl/dist/maplibre-gl-csp-worker.js?file'
import { home } from './context'

const address = new URL(worker, home).href
if (home === location.origin) (gl as unknown as typeof maplibre).setWorkerUrl(address)
else (gl as unknown as typeof maplibre).setWorkerUrl(URL.createObjectURL(new Blob([`importScripts(${JSON.stringify(address)})`], { type: 'text/javascript' })))
export const maplibregl = gl as unknown as typeof maplibre
