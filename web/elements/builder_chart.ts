// <stoa-chart-builder>: a chart of one or more queries, each of a dataset and of some of its records; its fields are <stoa-chart-editor>, the chart beside
// them is <stoa-chart> itself.
import { html, nothing } from 'lit'
import { Builder } from './builder'
import { about_dataset, Finder, RecordFilter, type Found } from './builder_parts'
import './chart'
import './chart_editor'
import { address_of, type Config } from './chart/model'
import { lang_of } from './say'
import type { Dataset } from './query'

class ChartBuilder extends Builder<Config> {
	#finder: Finder | null = null
	#filters: RecordFilter[] = []
	#abouts = new Map<string, Dataset | null>()
	#edited = ''
	#given: Config = { queries: [] }
	#shown = ''
	#shown_config: Config = { queries: [] }

	protected begun() {
		this.state.config.queries ??= []
		this.#meet()
	}

	#meet() {
		for (const q of this.state.config.queries) {
			const id = q.config?.dataset
			if (!id || this.#abouts.has(id)) continue
			this.#abouts.set(id, null)
			void about_dataset(id, lang_of(this)).then(about => {
				this.#abouts.set(id, about)
				this.requestUpdate()
			})
		}
	}

	protected address() {
		const query = new URLSearchParams({ dataChart: address_of(this.state.config) })
		if (this.state.title) query.set('title', this.state.title)
		return `${this.path}?${query}`
	}

	// The portal knows a first chart of every dataset.
	#begin_with = (found: Found) => {
		location.assign(`${this.path}?dataset=${encodeURIComponent(found.id)}`)
	}

	#apply = (e: Event) => {
		const config = (e as CustomEvent<Config>).detail
		if (!config?.queries) return
		e.stopPropagation()
		// A query that names no dataset means the first one that is named.
		const first = this.state.config.queries.find(q => q.config?.dataset)?.config?.dataset
		for (const q of config.queries) if (!q.config?.dataset && first) q.config = { ...q.config, dataset: first }
		this.#edited = JSON.stringify(config)
		this.change(s => { s.config = config }, 'chart')
		this.#meet()
	}

	#put_filters() {
		return html`<details class="part"><summary>${this.say('Which records')}</summary><div class="rows">
			${this.state.config.queries.map((q, i) => {
				const id = q.config?.dataset ?? ''
				const about = this.#abouts.get(id)
				const filter = (this.#filters[i] ??= new RecordFilter(this, (m, ...a) => this.speaker.say(m, ...a), `q${i}`))
				return html`<fieldset><legend><bdi>${(about?.metas.default?.title as string) ?? id}</bdi></legend><div class="rows">
					${about === null ? html`<p class="hint">${this.say('This dataset is not there any more, or is not for you. Its part stays empty.')}</p>` : nothing}
					${filter.show(id, about?.fields ?? [], q.config?.options ?? {}, p => this.change(s => {
						const one = s.config.queries[i]
						if (!one?.config) return
						if (Object.keys(p).length) one.config.options = p
						else delete one.config.options
					}, `q${i}-options`))}</div></fieldset>`
			})}</div></details>`
	}

	protected editor() {
		if (!this.state.config.queries.length) {
			this.#finder ??= new Finder(this, (m, ...a) => this.speaker.say(m, ...a), lang_of(this), false, this.#begin_with)
			return html`<section aria-labelledby="builder-data"><h2 id="builder-data">${this.say('Data')}</h2>${this.#finder.show(this.say('Which dataset?'))}</section>`
		}
		// What the editor said itself is not told to it again.
		const now = JSON.stringify(this.state.config)
		if (now !== this.#edited) {
			this.#edited = now
			this.#given = JSON.parse(now) as Config
		}
		return html`<section aria-labelledby="builder-data"><h2 id="builder-data">${this.say('Data')}</h2>
			<stoa-chart-editor datasets @change=${this.#apply} .config=${this.#given}></stoa-chart-editor></section>${this.#put_filters()}`
	}

	protected sight() {
		if (!this.state.config.queries.length) return html`<p class="hint">${this.say('The chart appears here.')}</p>`
		const now = JSON.stringify(this.state.config)
		if (now !== this.#shown) {
			this.#shown = now
			this.#shown_config = JSON.parse(now) as Config
		}
		return html`<stoa-chart .config=${this.#shown_config}></stoa-chart>`
	}
}
customElements.define('stoa-chart-builder', ChartBuilder)
