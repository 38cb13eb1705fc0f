// The drawing library, with no more of it than is drawn here, and its SVG renderer as a strict Content-Security-Policy needs it:
// fonts become attributes of SVG and the place of the picture is set through the CSSOM, so that no style attribute is written.
import { BarChart, BoxplotChart, FunnelChart, HeatmapChart, LineChart, PieChart, RadarChart, ScatterChart, TreemapChart } from 'echarts/charts'
import { AriaComponent, CalendarComponent, GridComponent, MarkLineComponent, PolarComponent, RadarComponent, TooltipComponent } from 'echarts/components'
import { init, use, type EChartsType } from 'echarts/core'
import Painter from 'zrender/lib/svg/Painter.js'
import patch from 'zrender/lib/svg/patch.js'

type Node = { tag?: string; attrs?: Record<string, unknown>; children?: (Node | null)[]; elm?: SVGElement }

const rule = /(?:^|;)\s*(font-style|font-weight|font-size|font-family)\s*:\s*([^;]+)/g
const short = /^font:\s*(?:(italic|oblique|normal)\s+)?(?:(bold|bolder|lighter|normal|\d{3})\s+)?([\d.]+px)(?:\/[\d.a-z%]+)?\s+([^;]+);?$/
function unstyle(node: Node) {
	const style = node.attrs?.style
	if (node.attrs && typeof style === 'string') {
		delete node.attrs.style
		const m = short.exec(style)
		if (m) {
			if (m[1] && m[1] !== 'normal') node.attrs['font-style'] = m[1]
			if (m[2] && m[2] !== 'normal') node.attrs['font-weight'] = m[2]
			node.attrs['font-size'] = m[3]
			node.attrs['font-family'] = m[4]
		}
		for (const [, name, value] of style.matchAll(rule)) node.attrs[name] = value
	}
	for (const child of node.children ?? []) if (child) unstyle(child)
}

// What of the library's renderer is used below; it says that these parts are private.
type Inside = { root: unknown; _oldVNode: Node; _svgDom: SVGElement; renderToVNode(o: Record<string, unknown>): Node; renderOneToVNode(el: unknown): Node | undefined }
const Renderer = Painter as unknown as new (...args: unknown[]) => Inside
const replace = patch as unknown as (before: Node, now: Node) => void

class PlainPainter extends Renderer {
	renderToVNode(o: Record<string, unknown> = {}) {
		const node = super.renderToVNode({ ...o, animation: false, emphasis: false })
		unstyle(node)
		return node
	}
	renderOneToVNode(el: unknown) {
		const node = super.renderOneToVNode(el)
		if (node) unstyle(node)
		return node
	}
	refresh() {
		if (!this.root) return
		const node = this.renderToVNode({ willUpdate: true })
		replace(this._oldVNode, node)
		this._oldVNode = node
		const svg = this._svgDom
		svg.style.position = 'absolute'
		svg.style.left = svg.style.top = '0'
		svg.style.userSelect = 'none'
	}
}

use([BarChart, BoxplotChart, FunnelChart, HeatmapChart, LineChart, PieChart, RadarChart, ScatterChart, TreemapChart, AriaComponent,
	CalendarComponent, GridComponent, MarkLineComponent, PolarComponent, RadarComponent, TooltipComponent,
	(registers: { registerPainter(name: string, painter: unknown): void }) => registers.registerPainter('svg', PlainPainter)] as never)

export type Drawing = EChartsType
export const open = (place: HTMLElement): Drawing => init(place, null, { renderer: 'svg' })
