// Scripts that are files of their own, such as the worker of maps: what an import of their address is.
declare module '*?file' {
	const address: string
	export default address
}
declare module 'maplibre-gl/dist/maplibre-gl-csp.js' {
	const gl: unknown
	export default gl
}
