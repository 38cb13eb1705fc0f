declare module '*?file' {
	const address: string
	export default address
}
declare module 'maplibre-gl/dist/maplibre-gl-csp.js' {
	const gl: unknown
	export default gl
}
