// The worker of maps: MapLibre's, which cuts up tiles beside the page.
import 'maplibre:source/worker'
