// The elements of Stoa for any web site: <script type="module" src="https://HOST/elements/stoa.js">. Each is loaded when the page
// holds one; nothing is kept on the reader's device, and nothing is asked of anyone but the portals that the page names.
import './elements/loader'
