// MapLibre made of its source, without what maps of a portal never show: globes, terrain, skies, buildings in three dimensions, videos,
// the checking of styles (ours are made by program) and the docs inside its reference of styles. The page and its worker share what both
// need. A plugin of esbuild for scripts/assets.mjs; `import … from 'maplibre:map'` names a part of the library.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'

// Modules that are left out: functions of the same names that do nothing and give nothing.
const left_out = {
	'source/raster_dem_tile_source': 'RasterDEMTileSource',
	'source/raster_dem_tile_worker_source': 'RasterDEMTileWorkerSource',
	'source/video_source': 'VideoSource',
	'source/canvas_source': 'CanvasSource',
	'source/vector_tile_mlt': 'MLTVectorTile',
	'tile/tile_manager_raster_dem': 'backfillDEM',
	'data/dem_data': 'DEMData packDEMData',
	'data/bucket/fill_extrusion_bucket': 'FillExtrusionBucket',
	'render/terrain': 'Terrain',
	'webgl/render_to_texture': 'RenderToTexture',
	'webgl/draw/draw_debug': 'drawDebugPadding drawDebug selectDebugSource',
	'webgl/draw/draw_collision_debug': 'drawCollisionDebug',
	'webgl/draw/draw_terrain': 'drawDepth drawCoords drawTerrain',
	'webgl/draw/draw_sky': 'drawSky drawAtmosphere',
	'webgl/draw/draw_custom': 'drawCustom',
	'webgl/draw/draw_hillshade': 'drawHillshade',
	'webgl/draw/draw_fill_extrusion': 'drawFillExtrusion',
	'webgl/draw/draw_color_relief': 'drawColorRelief',
	'style/style_layer/fill_extrusion_style_layer': 'isFillExtrusionStyleLayer FillExtrusionStyleLayer',
	'style/style_layer/hillshade_style_layer': 'isHillshadeStyleLayer HillshadeStyleLayer',
	'style/style_layer/color_relief_style_layer': 'isColorReliefStyleLayer ColorReliefStyleLayer',
	'style/style_layer/custom_style_layer': 'isCustomStyleLayer CustomStyleLayer validateCustomStyleLayer',
	'style/load_sprite': 'loadSprite normalizeSpriteURL',
	'ui/hash': 'Hash',
	'ui/control/attribution_control': 'AttributionControl defaultAttributionControlOptions',
	'ui/control/logo_control': 'LogoControl',
	'webgl/program/fill_extrusion_program': 'fillExtrusionUniforms fillExtrusionPatternUniforms',
	'webgl/program/hillshade_program': 'hillshadeUniforms hillshadePrepareUniforms',
	'webgl/program/color_relief_program': 'colorReliefUniforms',
	'webgl/program/projection_error_measurement_program': 'projectionErrorMeasurementUniforms',
	'webgl/program/atmosphere_program': 'atmosphereUniforms',
	'webgl/program/sky_program': 'skyUniforms',
	'webgl/program/debug_program': 'debugUniforms',
	'webgl/program/collision_program': 'collisionUniforms collisionCircleUniforms',
}
const shaders_left_out = /\/(sky|atmosphere|terrain\w*|projection_error_measurement|_projection_globe|hillshade\w*|fill_extrusion\w*|color_relief|debug|collision_\w+)\.(vertex|fragment)\.glsl\.g$/

// Modules that are said shorter.
const said_anew = {
	'style/validate_style': `
		const none = () => []
		export const validateStyle = Object.assign(() => [], Object.fromEntries(
			['source', 'sprite', 'glyphs', 'layer', 'light', 'sky', 'terrain', 'filter', 'paintProperty', 'layoutProperty'].map(name => [name, none])))
		export const { source: validateSource, light: validateLight, sky: validateSky, terrain: validateTerrain, filter: validateFilter,
			paintProperty: validatePaintProperty, layoutProperty: validateLayoutProperty } = validateStyle
		export const emitValidationErrors = () => false`,
	'geo/projection/projection_factory': `
		import { MercatorProjection } from './mercator_projection'
		import { MercatorTransform } from './mercator_transform'
		import { MercatorCameraHelper } from './mercator_camera_helper'
		export const createProjectionFromName = (name, constrainOverride) =>
			({ projection: new MercatorProjection(), transform: new MercatorTransform({ constrainOverride }), cameraHelper: new MercatorCameraHelper() })`,
	'util/web_worker': `
		import { config } from './config'
		export const workerFactory = () => new Worker(config.WORKER_URL, { type: 'module' })`,
}

// Without what only people read of it.
function bare(node) {
	if (Array.isArray(node)) return node.map(bare)
	if (!node || typeof node !== 'object') return node
	return Object.fromEntries(Object.entries(node).filter(([name, value]) => !['sdk-support', 'example', 'units'].includes(name) && !(name === 'doc' && typeof value === 'string'))
		.map(([name, value]) => [name, bare(value)]))
}

export const maplibre = {
	name: 'maplibre',
	setup(build) {
		const require = createRequire(import.meta.url)
		const root = dirname(dirname(require.resolve('maplibre-gl')))
		const src = join(root, 'src')
		const spec = dirname(dirname(createRequire(join(src, 'index.ts')).resolve('@maplibre/maplibre-gl-style-spec')))
		build.onResolve({ filter: /^maplibre:/ }, a => ({ path: join(src, `${a.path.slice(9)}.ts`), sideEffects: a.path === 'maplibre:source/worker' }))
		build.onResolve({ filter: /^@maplibre\/maplibre-gl-style-spec$/ }, a => a.importer.startsWith(root) ? { path: join(spec, 'src/index.ts'), sideEffects: false } : null)
		build.onResolve({ filter: /^\.\.?\// }, a => {
			if (!a.importer.startsWith(src)) return null
			const whole = join(dirname(a.importer), a.path)
			const name = relative(src, whole)
			if (name in left_out || name in said_anew || shaders_left_out.test(whole)) return { path: whole, namespace: 'shorter' }
			return null
		})
		build.onLoad({ filter: /.*/, namespace: 'shorter' }, a => {
			const name = relative(src, a.path)
			const contents = said_anew[name] ?? left_out[name]?.split(' ').map(one => `export function ${one}() {}`).join('\n') ?? "export default ''"
			return { contents, loader: 'js', resolveDir: dirname(a.path) }
		})
		build.onLoad({ filter: /v8\.json$/ }, a => a.path.startsWith(spec) ? { contents: JSON.stringify(bare(JSON.parse(readFileSync(a.path, 'utf8')))), loader: 'json' } : null)
		build.onLoad({ filter: /maplibre-gl\/package\.json$/ }, a => ({ contents: JSON.stringify({ version: JSON.parse(readFileSync(a.path, 'utf8')).version }), loader: 'json' }))
	},
}
