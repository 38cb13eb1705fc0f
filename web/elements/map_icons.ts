// Markers of a map: a pin, with a drawing in it when one is chosen, or the drawing on a disc. Drawings are 24 units wide, one stroke; their
// words stand in configurations of maps ("icon"). A marker is painted when a map first asks for it, by its name "kind:icon:colour".
import type { Map as GlMap } from 'maplibre-gl'
import { ink_on } from './map_config'

export const icons: Record<string, string> = {
	health: 'M12 5v14M5 12h14', culture: 'M4 5h10v6c0 3-2 5.5-5 5.5S4 14 4 11V5ZM16.5 8H20v6c0 3-2 5.5-5 5.5-1 0-2-.3-2.8-.8',
	education: 'm2.5 9.5 9.5-4.5 9.5 4.5-9.5 4.5-9.5-4.5ZM6.5 11.5v5c3 2.5 8 2.5 11 0v-5', environment: 'M5 19C4 10 9 5 20 4.5 20.5 14 16 19.5 8 18M4 21c2-5 5-8.5 10-11',
	tree: 'M12 21v-7M12 14c-4 0-6-2-6-4.5 0-2 1-3 2.5-3.5C9 4 10.5 3 12 3s3 1 3.5 3C17 6.5 18 7.5 18 9.5c0 2.5-2 4.5-6 4.5', water: 'M12 3c4 5 6 8 6 11a6 6 0 0 1-12 0c0-3 2-6 6-11Z',
	transport: 'M6 4h12v13H6ZM6 11h12M9 17l-2 3.5M15 17l2 3.5', bicycle: 'M6 13.5a3.5 3.5 0 1 0 .1 0M18 13.5a3.5 3.5 0 1 0 .1 0M6 17l4-8h5l3 8M10 9l4 8M13.5 6h2',
	parking: 'M9 20V4h4.5a4.5 4.5 0 0 1 0 9H9', energy: 'M13 3 6 13.5h5L10 21l8-11h-5.5Z', housing: 'm4 11 8-7 8 7M6 9.5V20h12V9.5M10 20v-5.5h4V20',
	economy: 'M4 20h16M5 15.5l4.5-5 3.5 3 6-7.5M15 6h4v4', administration: 'm3 9.5 9-5 9 5H3ZM5.5 10v8M10 10v8M14 10v8M18.5 10v8M3 20.5h18',
	justice: 'M12 4v16M7 20h10M5 7h14M5 7l-2.5 7h5L5 7ZM19 7l-2.5 7h5L19 7Z', sports: 'M12 4a8 8 0 1 0 .1 0M4.5 9.5c5 2 10 2 15 0M12 4c-3 5-3 11 0 16',
	hotel: 'M3 19V6M3 15.5h18V19M21 15.5v-2a3 3 0 0 0-3-3h-7v5', food: 'M7 3v7M4.5 3v5a2.5 2.5 0 0 0 5 0V3M7 10v11M17 21V3c-3 1-4 4-4 9h4', shopping: 'M5 8h14l-1 12.5H6ZM9 8V6.5a3 3 0 0 1 6 0V8',
	people: 'M9 5a3.5 3.5 0 1 0 .1 0M3 20c0-4 2.5-6 6-6s6 2 6 6M16 6a3 3 0 1 1 0 6M17 14.3c2.6.5 4 2.5 4 5.7', camera: 'M3.5 8h4L9 5.5h6L16.5 8h4v11h-17ZM12 10a3.3 3.3 0 1 0 .1 0',
	star: 'm12 3.5 2.6 5.6 6 .7-4.5 4.1 1.2 6-5.3-3-5.3 3 1.2-6L3.4 9.8l6-.7Z', flag: 'M6 21V4M6 4.5c4-2 8 2 12 0v9c-4 2-8-2-12 0', info: 'M12 10.5V18M12 6v.5', warning: 'M12 5v9M12 18v.5',
}

const SIZE = 32 // in points of the page
const RATIO = 2

function stroke(c: CanvasRenderingContext2D, icon: string, x: number, y: number, size: number, color: string) {
	c.save()
	c.translate(x - size / 2, y - size / 2)
	c.scale(size / 24, size / 24)
	c.strokeStyle = color
	c.lineWidth = 2.400
	c.lineCap = c.lineJoin = 'round'
	c.stroke(new Path2D(icons[icon]))
	c.restore()
}

const is_color = /^#[0-9a-f]{3}([0-9a-f]{3})?$/i
// Paints what a map asks for; what it does not know it leaves.
export function add_marker(map: GlMap, name: string): void {
	const [kind, icon, said] = name.split(':')
	if ((kind !== 'pin' && kind !== 'icon') || map.hasImage(name)) return
	const color = is_color.test(said) ? said : '#5f5f5f'
	const side = SIZE * RATIO
	const canvas = document.createElement('canvas')
	canvas.width = canvas.height = side
	const c = canvas.getContext('2d')
	if (!c) return
	const pin = kind === 'pin'
	const [x, y, r] = pin ? [side / 2, side * .4, side * .36] : [side / 2, side / 2, side * .44]
	c.fillStyle = color
	c.strokeStyle = '#ffffff'
	c.lineWidth = RATIO * 1.5
	c.beginPath()
	c.arc(x, y, r, ...(pin ? [Math.PI * .86, Math.PI * .14] as const : [0, 2 * Math.PI] as const))
	if (pin) c.lineTo(x, side - RATIO)
	c.closePath()
	c.fill()
	c.stroke()
	if (icons[icon]) stroke(c, icon, x, y, r * 1.45, ink_on(color) === '#000000' ? '#000000' : '#ffffff')
	else {
		c.beginPath()
		c.arc(x, y, r * .38, 0, 2 * Math.PI)
		c.fillStyle = '#ffffff'
		c.fill()
	}
	map.addImage(name, c.getImageData(0, 0, side, side), { pixelRatio: RATIO })
}
