// Modules that scripts/assets.mjs makes: the words of one language.
declare module 'words:*' {
	export const plural: (n: number) => number
	export const words: Record<string, string | string[]>
}
declare module '*.css' {}
declare module '*.png' {
	const url: string
	export default url
}
declare module '*.geojson' {
	const url: string
	export default url
}
