// The form of one layer of a map: which records, how they are drawn, what is said of them. Members are those of the atlas (layer.def); what is as by
// default is left out, so that the JSON stays small.
import { html, nothing, type TemplateResult } from 'lit'
import { about_dataset, check_field, choice_field, color_field, Finder, number_field, RecordFilter, text_field, values_of, type Parameters, type Say } from './builder_parts'
import { icons } from './map_icons'
import { gradient, heat, palette, undefined_color } from './map_config'
import type { Dataset } from './query'

export type Category = { value: string; color: string; icon?: string }
export type Layer = {
	dataset: string; source?: string; parameters?: Parameters; title?: string; description?: string; icon?: string; group?: number; visible?: boolean
	display?: string; field?: string; value?: string; function?: string; by?: string; join?: string; joinField?: string; colorField?: string; marker?: string; size?: number; color?: string
	borderColor?: string; opacity?: number; fillOpacity?: number; borderOpacity?: number; line?: number; border?: number; borderStyle?: string
	sizeMin?: number; sizeMax?: number; scale?: string; classes?: number; bounds?: number[]; range?: number[]; colors?: string[]; space?: string
	undefinedColor?: string; outColor?: string; otherColor?: string; categories?: Category[]; radius?: number; zoomMin?: number; zoomMax?: number
	tooltip?: boolean; tooltipTitle?: string; tooltipSort?: string; tooltipFields?: string[]; caption?: boolean; captionTitle?: string
}
type Member = keyof Layer
type Set = (how: (l: Layer) => void, key?: string) => void


export class LayerForm {
	readonly filter: RecordFilter
	#finder: Finder | null = null
	#others = new Map<string, Dataset | null>() // datasets whose records colour the areas of this one
	constructor(readonly host: { requestUpdate(): void }, readonly say: Say, readonly key: string, readonly lang: string) {
		this.filter = new RecordFilter(host, say, key)
	}

	#text(l: Layer, m: Member, label: string, set: Set, o: { hint?: string; rows?: number; max?: number } = {}) {
		return text_field(`${this.key}-${m}`, label, String(l[m] ?? ''), v => set(x => put(x, m, v || undefined), `${this.key}-${m}`), o)
	}
	#number(l: Layer, m: Member, label: string, otherwise: number, set: Set, o: { min: number; max: number; step?: number }) {
		return number_field(`${this.key}-${m}`, label, l[m] as number | undefined, otherwise, v => set(x => put(x, m, v === otherwise ? undefined : v), `${this.key}-${m}`), o)
	}
	#choice(l: Layer, m: Member, label: string, options: [string, string][], set: Set, hint = '') {
		return choice_field(`${this.key}-${m}`, label, String(l[m] ?? options[0]?.[0] ?? ''), options, v => set(x => put(x, m, v === options[0]?.[0] ? undefined : v)), hint)
	}
	#color(l: Layer, m: Member, label: string, otherwise: string, set: Set) {
		return color_field(this.say, `${this.key}-${m}`, label, String(l[m] ?? ''), otherwise, v => set(x => put(x, m, v || undefined), `${this.key}-${m}`))
	}
	#check(l: Layer, m: Member, label: string, otherwise: boolean, set: Set) {
		return check_field(label, (l[m] as boolean | undefined) ?? otherwise, v => set(x => put(x, m, v === otherwise ? undefined : v)))
	}

	// --- fields of the dataset ---------------------------------------------------------------------------------------------

	#fields(d: Dataset | null, fits: (type: string) => boolean): [string, string][] {
		return d?.fields.filter(f => fits(f.type)).map(f => [f.name, f.label] as [string, string]) ?? []
	}
	#numbers(d: Dataset | null): [string, string][] {
		return [['', this.say('Number of records')], ...this.#fields(d, t => t === 'int' || t === 'double')]
	}
	#functions(l: Layer, set: Set) {
		if (!l.value) return nothing
		const s = this.say
		return this.#choice(l, 'function', s('Function'), [['count', s('Number of records')], ['avg', s('Average')], ['sum', s('Sum')], ['min', s('Minimum')],
			['max', s('Maximum')], ['stddev', s('Standard deviation')]], set)
	}

	// --- markers -------------------------------------------------------------------------------------------------------------

	get #icons(): [string, string][] {
		const s = this.say
		const words: Record<string, string> = {
			health: s('Health'), culture: s('Culture'), education: s('Education'), environment: s('Nature'), tree: s('Tree'), water: s('Water'), transport: s('Transport'),
			bicycle: s('Bicycle'), parking: s('Parking'), energy: s('Energy'), housing: s('House'), economy: s('Economy'), administration: s('Administration'), justice: s('Justice'),
			sports: s('Sport'), hotel: s('Bed'), food: s('Meal'), shopping: s('Shop'), people: s('People'), camera: s('Camera'), star: s('Star'), flag: s('Flag'), info: s('Information'),
			warning: s('Warning'),
		}
		return [['', s('None')], ...Object.keys(icons).map(name => [name, words[name] ?? name] as [string, string]).sort((a, b) => a[1].localeCompare(b[1], this.lang))]
	}
	#marker(l: Layer, set: Set) {
		const s = this.say
		const drawn = l.marker === 'pin' || l.marker === 'icon'
		return html`<div class="pair">${this.#choice(l, 'marker', s('Points as'), [['dot', s('Dots')], ['pin', s('Pins')], ['icon', s('Drawings')]], set)}
			${drawn ? this.#choice(l, 'icon', s('Drawing'), this.#icons, set) : nothing}</div>`
	}

	// --- how it is drawn -----------------------------------------------------------------------------------------------------

	#dots(l: Layer, set: Set) {
		const s = this.say
		return html`${this.#marker(l, set)}
			<div class="pair">${this.#color(l, 'color', s('Colour'), palette[0], set)}${this.#number(l, 'size', s('Size'), 5, set, { min: 1, max: 60 })}</div>
			${this.#border(l, set)}`
	}
	#border(l: Layer, set: Set) {
		const s = this.say
		return html`<details><summary>${s('Lines, borders and opacity')}</summary><div class="rows"><div class="pair">${this.#number(l, 'opacity', s('Opacity'), .85, set, { min: 0, max: 1, step: .05 })}
				${this.#number(l, 'fillOpacity', s('Opacity of areas'), .35, set, { min: 0, max: 1, step: .05 })}${this.#number(l, 'line', s('Thickness of lines'), 2, set, { min: 0, max: 20, step: .5 })}</div>
			<div class="pair">${this.#color(l, 'borderColor', s('Border'), '#ffffff', set)}${this.#number(l, 'border', s('Thickness of the border'), 1, set, { min: 0, max: 20, step: .5 })}
				${this.#choice(l, 'borderStyle', s('Pattern'), [['solid', s('Solid')], ['dashed', s('Dashed')], ['dotted', s('Dotted')]], set)}
				${this.#number(l, 'borderOpacity', s('Opacity of the border'), 1, set, { min: 0, max: 1, step: .05 })}</div></div></details>`
	}
	#cluster(l: Layer, d: Dataset | null, set: Set) {
		const s = this.say
		return html`<div class="pair">${this.#choice(l, 'value', s('Value'), this.#numbers(d), set)}${this.#functions(l, set)}</div>
			<div class="pair">${this.#color(l, 'color', s('Colour'), palette[0], set)}${this.#number(l, 'sizeMin', s('Smallest size'), 12, set, { min: 1, max: 100 })}
				${this.#number(l, 'sizeMax', s('Largest size'), 36, set, { min: 1, max: 100 })}
				${this.#choice(l, 'scale', s('Scale'), [['linear', s('Linear')], ['log', s('Logarithmic')]], set)}</div>
			${this.#border(l, set)}`
	}
	#gradient(l: Layer, count: number, labels: string[], otherwise: string[], set: Set) {
		return html`<div class="pair">${labels.map((label, i) => color_field(this.say, `${this.key}-colors-${i}`, label, l.colors?.[i] ?? '', otherwise[i], v => set(x => {
			if (!v) {
				delete x.colors
				return
			}
			const all = x.colors?.length === count ? [...x.colors] : [...otherwise]
			all[i] = v
			x.colors = all
		}, `${this.key}-colors-${i}`)))}</div>`
	}
	#choropleth(l: Layer, d: Dataset | null, set: Set) {
		const s = this.say
		const numbers = (text: string) => text.split(/[\s,;]+/).filter(Boolean).map(Number).filter(Number.isFinite)
		return html`${choice_field(`${this.key}-of`, s('The number is'), l.by === undefined ? 'own' : 'records', [['own', s('a value of each area')], ['records', s('what records come to that belong to the area')]], v => set(x => {
				for (const m of ['by', 'join', 'joinField', 'value', 'function'] as const) delete x[m]
				if (v === 'records') x.by = this.#fields(d, t => t === 'text' || t === 'int')[0]?.[0] ?? ''
			}))}
			${l.by === undefined ? this.#choice(l, 'value', s('Value'), [['', '–'], ...this.#numbers(d).slice(1)], set) : this.#belonging(l, d, set)}
			<div class="pair">${this.#choice(l, 'scale', s('Classes by'), [['linear', s('Linear')], ['log', s('Logarithmic')], ['custom', s('Bounds of my own')]], set)}
				${l.scale === 'custom' ? text_field(`${this.key}-bounds`, s('Bounds'), l.bounds?.join(', ') ?? '', v => set(x => put(x, 'bounds', numbers(v).length ? numbers(v).sort((a, b) => a - b) : undefined),
					`${this.key}-bounds`), { hint: s('Numbers between the classes, upwards: 10, 100, 1000') }) : this.#number(l, 'classes', s('Number of classes'), 5, set, { min: 2, max: 12 })}</div>
			${text_field(`${this.key}-range`, s('Range'), l.range?.join(' – ') ?? '', v => set(x => {
				const n = v.split(/\s*–\s*|\s+to\s+|[,;]/).map(Number)
				put(x, 'range', v && n.length === 2 && n.every(Number.isFinite) ? n : undefined)
			}, `${this.key}-range`), { hint: s('From – to. Empty: what the data has.') })}
			${this.#gradient(l, 2, [s('Lowest'), s('Highest')], [...gradient], set)}
			<div class="pair">${this.#choice(l, 'space', s('Colours between'), [['lab', 'Lab'], ['rgb', 'RGB'], ['hsl', 'HSL'], ['lch', 'LCH']], set)}
				${this.#color(l, 'undefinedColor', s('Without a value'), undefined_color, set)}${this.#color(l, 'outColor', s('Out of range'), '#777777', set)}</div>
			${this.#border(l, set)}`
	}
	// Records that share a value with an area: of this dataset or of another one.
	#belonging(l: Layer, d: Dataset | null, set: Set) {
		const s = this.say
		const keys = (of: Dataset | null) => this.#fields(of, t => t === 'text' || t === 'int')
		if (l.join && !this.#others.has(l.join)) {
			const join = l.join
			this.#others.set(join, null)
			void about_dataset(join, this.lang).then(about => {
				this.#others.set(join, about)
				this.host.requestUpdate()
			})
		}
		const other = l.join ? this.#others.get(l.join) ?? null : d
		this.#finder ??= new Finder(this.host, this.say, this.lang, false, found => set(x => {
			x.join = found.id
			delete x.joinField
			delete x.value
			delete x.function
		}))
		return html`<p class="hint">${l.join ? html`<bdi>${String(other?.metas.default?.title ?? l.join)}</bdi>` : s('Records of this dataset')}
				${l.join ? html`<button type="button" class="button quiet small" @click=${() => set(x => { for (const m of ['join', 'joinField', 'value', 'function'] as const) delete x[m] })}>${s('Records of this dataset')}</button>` : nothing}</p>
			${this.#finder.show(s('Records of another dataset'))}
			<div class="pair">${this.#choice(l, 'by', s('Field of the areas'), [['', '–'], ...keys(d)], set)}
				${l.join ? this.#choice(l, 'joinField', s('Field of the records'), [['', s('Of the same name')], ...keys(other)], set) : nothing}</div>
			<div class="pair">${choice_field(`${this.key}-value`, s('Value'), l.value ?? '', this.#numbers(other), v => set(x => { put(x, 'value', v || undefined); put(x, 'function', v ? 'sum' : undefined) }))}
				${l.value ? choice_field(`${this.key}-function`, s('Function'), l.function ?? 'sum', [['sum', s('Sum')], ['avg', s('Average')], ['min', s('Minimum')], ['max', s('Maximum')], ['stddev', s('Standard deviation')]],
					v => set(x => put(x, 'function', v))) : nothing}</div>`
	}
	async #fill(l: Layer, field: string, set: Set) {
		const found = (await values_of(l.dataset, field)).slice(0, palette.length)
		set(x => put(x, 'categories', found.map((value, i) => ({ value, color: palette[i] }))))
	}
	#category(l: Layer, d: Dataset | null, set: Set) {
		const s = this.say
		const fields: [string, string][] = [['', '–'], ...this.#fields(d, t => t === 'text' || t === 'int' || t === 'boolean' || t === 'date')]
		const colors: [string, string][] = [['', s('Chosen here')], ...this.#fields(d, t => t === 'text').map(([n, t]) => [n, t] as [string, string])]
		return html`<div class="pair">${choice_field(`${this.key}-by`, s('Colour by'), l.by ?? '', fields, v => {
				set(x => { put(x, 'by', v || undefined); delete x.categories })
				if (v) void this.#fill(l, v, set)
			})}${this.#choice(l, 'colorField', s('Colours'), colors, set)}</div>
			${l.colorField ? nothing : html`${(l.categories ?? []).map((c, i) => html`<div class="category">
				<label class="visually-hidden" for="${this.key}-cat-${i}">${s('Value')}</label>
				<input class="box" id="${this.key}-cat-${i}" .value=${c.value} @input=${(e: Event) => set(x => { if (x.categories) x.categories[i].value = (e.target as HTMLInputElement).value }, `${this.key}-cat-${i}`)}>
				<label><span class="visually-hidden">${s('Colour')} ${c.value}</span><input type="color" .value=${c.color} @input=${(e: Event) => set(x => { if (x.categories) x.categories[i].color = (e.target as HTMLInputElement).value }, `${this.key}-catc-${i}`)}></label>
				${l.marker === 'pin' || l.marker === 'icon' ? html`<label><span class="visually-hidden">${s('Drawing')} ${c.value}</span><select class="box" @change=${(e: Event) => set(x => {
					const one = x.categories?.[i], icon = (e.target as HTMLSelectElement).value
					if (one && icon) one.icon = icon
					else delete one?.icon
				})}>${this.#icons.map(([v, text]) => html`<option value=${v} .selected=${v === (c.icon ?? '')}>${text}</option>`)}</select></label>` : nothing}
				<button type="button" class="square" @click=${() => set(x => { x.categories?.splice(i, 1) })}><span aria-hidden="true">×</span><span class="visually-hidden">${s('Remove')} ${c.value}</span></button></div>`)}
			<div class="pair"><button type="button" class="button quiet small" ?disabled=${!l.by} @click=${() => set(x => { x.categories = [...(x.categories ?? []), { value: s('Value'), color: palette[(x.categories?.length ?? 0) % palette.length] }] })}>${s('Add a value')}</button>
				<button type="button" class="button quiet small" ?disabled=${!l.by} @click=${() => void this.#fill(l, l.by ?? '', set)}>${s('Take those of the data')}</button></div>
			${this.#color(l, 'otherColor', s('All other values'), '#999999', set)}`}
			${this.#marker(l, set)}${this.#number(l, 'size', s('Size'), 5, set, { min: 1, max: 60 })}
			${this.#border(l, set)}`
	}
	#heat(l: Layer, d: Dataset | null, set: Set) {
		const s = this.say
		return html`<div class="pair">${this.#choice(l, 'value', s('Value'), this.#numbers(d), set)}${this.#functions(l, set)}
				${this.#choice(l, 'scale', s('Scale'), [['linear', s('Linear')], ['log', s('Logarithmic')]], set)}${this.#number(l, 'radius', s('Radius'), 24, set, { min: 1, max: 200 })}</div>
			${this.#gradient(l, 5, ['1', '2', '3', '4', '5'].map(n => s('Colour {0}', n)), heat, set)}${this.#number(l, 'opacity', s('Opacity'), .85, set, { min: 0, max: 1, step: .05 })}`
	}

	#drawing(l: Layer, d: Dataset | null, set: Set): TemplateResult {
		if (l.display === 'cluster') return this.#cluster(l, d, set)
		if (l.display === 'choropleth') return this.#choropleth(l, d, set)
		if (l.display === 'category') return this.#category(l, d, set)
		return l.display === 'heatmap' ? this.#heat(l, d, set) : this.#dots(l, set)
	}

	// --- what is said of it -----------------------------------------------------------------------------------------------------

	#saying(l: Layer, d: Dataset | null, set: Set) {
		const s = this.say
		const all: [string, string][] = d?.fields.map(f => [f.name, f.label] as [string, string]) ?? []
		return html`${this.#check(l, 'tooltip', s('A click shows the record'), true, set)}
			${l.tooltip === false ? nothing : html`<div class="pair">${this.#choice(l, 'tooltipTitle', s('Its title'), [['', s('By default')], ...all], set)}
				${this.#choice(l, 'tooltipSort', s('Several in order of'), [['', s('By default')], ...all], set)}</div>`}
			${this.#check(l, 'caption', s('In the legend'), true, set)}
			${l.caption === false ? nothing : this.#text(l, 'captionTitle', s('Title of the legend'), set)}`
	}

	// Groups by their titles; the last entry makes a new one.
	show(l: Layer, d: Dataset | null, groups: string[], set: Set, new_group: () => void) {
		const s = this.say
		const places = this.#fields(d, t => t === 'geo_point_2d' || t === 'geo_shape')
		const group_options: [string, string][] = [['', s('None')], ...groups.map((g, i) => [String(i), g || s('Group {0}', i + 1)] as [string, string]), ['+', s('A new group')]]
		return html`<div class="layer-body">
			${d ? nothing : html`<p class="notice warning" role="status"><span>${s('This dataset is not there any more, or is not for you. The layer stays empty.')}</span></p>`}
			${choice_field(`${this.key}-display`, s('Drawn as'), l.display ?? 'auto', [['auto', s('Dots, gathered where they are many')], ['dots', s('Dots and shapes')], ['cluster', s('Clusters')],
				['choropleth', s('Areas coloured by a number')], ['category', s('Colours by value')], ['heatmap', s('Heat map')]], v => set(x => put(x, 'display', v === 'auto' ? undefined : v)))}
			${places.length > 1 ? this.#choice(l, 'field', s('Places of'), [['', s('By default')], ...places], set) : nothing}
			${this.#drawing(l, d, set)}
			<h3 class="small-heading">${s('Which records')}</h3>
			${this.filter.show(l.dataset, d?.fields ?? [], l.parameters ?? {}, p => set(x => put(x, 'parameters', Object.keys(p).length ? p : undefined), `${this.key}-parameters`))}
			<details><summary>${s('Name, group and zoom')}</summary><div class="rows">
			${this.#text(l, 'title', s('Title of the layer'), set)}${this.#text(l, 'description', s('Description'), set, { rows: 2 })}
			<div class="pair">${choice_field(`${this.key}-group`, s('Group'), l.group === undefined ? '' : String(l.group), group_options, v => {
				if (v === '+') return new_group()
				set(x => put(x, 'group', v === '' ? undefined : Number(v)))
			})}${this.#number(l, 'zoomMin', s('From zoom'), 0, set, { min: 0, max: 22 })}${this.#number(l, 'zoomMax', s('To zoom'), 22, set, { min: 0, max: 22 })}</div>
			${this.#check(l, 'visible', s('Shown when the map opens'), true, set)}</div></details>
			<details><summary>${s('What a click shows, and the legend')}</summary><div class="rows">${this.#saying(l, d, set)}</div></details></div>`
	}
}

function put(l: Layer, m: Member, v: unknown) {
	const bag = l as Record<string, unknown>
	if (v === undefined) delete bag[m]
	else bag[m] = v
}
