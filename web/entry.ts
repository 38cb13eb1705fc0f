// Registers the elements that pages ask for. Every page is whole without them.
import './parts/consent'
import './parts/console'
import './parts/copy'
import './parts/facet'
import './parts/live'
import './parts/share'
import './parts/suggest'
import './elements/loader'
