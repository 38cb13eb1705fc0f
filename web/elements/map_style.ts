// How a map and what stands around it look. The rules for MapLibre's own parts are the few that it needs without its controls.
import { css } from 'lit'

export const map_style = css`
	:host { block-size: var(--stoa-map-height, 28rem); min-block-size: 14rem; }
	:host(.tab) { block-size: clamp(24rem, 78vh, 56rem); }
	.frame { position: relative; block-size: 100%; overflow: hidden; border: 1px solid var(--line, #ccc); border-radius: var(--round, 6px); background: var(--map-water, var(--sunken, #e8eef1));
		isolation: isolate; }
	:host(:fullscreen) .frame { border-radius: 0; border: 0; }
	.map { position: absolute; inset: 0; }
	.maplibregl-map { overflow: hidden; -webkit-tap-highlight-color: transparent; }
	.maplibregl-canvas-container, .maplibregl-canvas { position: absolute; left: 0; top: 0; }
	.maplibregl-canvas-container { inline-size: 100%; block-size: 100%; touch-action: none; cursor: grab; }
	.maplibregl-canvas-container:active { cursor: grabbing; }
	.maplibregl-canvas:focus-visible { outline: 3px solid var(--accent-text, Highlight); outline-offset: -3px; }
	.maplibregl-control-container { display: none; }
	.maplibregl-marker { position: absolute; top: 0; left: 0; will-change: transform; }
	.handle { inline-size: 1rem; block-size: 1rem; border: 3px solid var(--accent-text, #1d5573); border-radius: 50%; background: var(--raised, #fff); cursor: move; }
	.you { inline-size: .9rem; block-size: .9rem; border: 3px solid #fff; border-radius: 50%; background: #1a73e8; box-shadow: 0 0 0 1px #0006; }

	.side, .panel, .card, .note, .credit, .hint { color: var(--ink, #1e1d1b); background: color-mix(in srgb, var(--raised, #fff) 94%, transparent); font-size: .875rem; }
	.side { position: absolute; inset-block-start: .6rem; inset-inline-start: .6rem; display: flex; flex-direction: column; border: 1px solid var(--line-strong, #8b867a);
		border-radius: var(--round, 6px); overflow: hidden; z-index: 2; }
	.side button { all: unset; box-sizing: border-box; display: grid; place-items: center; inline-size: 2.25rem; block-size: 2.25rem; cursor: pointer; border-block-end: 1px solid var(--line, #ddd); }
	@media (pointer: coarse) { .side button { inline-size: 2.75rem; block-size: 2.75rem; } }
	.side button:last-child { border-block-end: 0; }
	.side button:hover, .side button[aria-expanded=true], .side button[aria-pressed=true] { background: var(--accent-soft, #e7ecec); }
	.side button:focus-visible { outline: 2px solid var(--accent-text, currentColor); outline-offset: -3px; }
	.side button:disabled { opacity: .4; cursor: default; }
	svg { inline-size: 1.15rem; block-size: 1.15rem; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }

	.stack { position: absolute; inset-block: .6rem 2.2rem; inset-inline-end: .6rem; inline-size: min(19rem, calc(100% - 4.6rem)); display: flex; flex-direction: column; gap: .5rem;
		align-items: stretch; pointer-events: none; z-index: 2; }
	.stack > * { pointer-events: auto; }
	.panel, .card, .hint, .note { border: 1px solid var(--line, #ddd); border-radius: var(--round, 6px); box-shadow: var(--shadow, 0 2px 8px #0003); padding: .65rem .8rem; overflow: auto; }
	.panel { flex: 0 1 auto; min-block-size: 3rem; }
	.card { flex: 0 1 auto; min-block-size: 6rem; }
	.hint { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; }
	.note { inset: auto; }
	h2, h3 { margin: 0 0 .35rem; font: 600 .95rem/1.3 var(--sans, inherit); line-height: 1.3; overflow-wrap: anywhere; }
	h3 { font-size: .875rem; }
	.head { display: flex; gap: .5rem; align-items: start; justify-content: space-between; }
	.plain, .go { font: inherit; border: 1px solid var(--line-strong, #8b867a); background: none; border-radius: var(--round, 6px); padding: .25rem .6rem; min-block-size: 2rem; }
	.plain:hover, .go:hover { background: var(--accent-soft, #e7ecec); }
	.close { all: unset; cursor: pointer; inline-size: 1.75rem; block-size: 1.75rem; display: grid; place-items: center; flex: none; border-radius: var(--round, 6px); }
	.close:focus-visible { outline: 2px solid var(--accent-text, currentColor); }
	ul, ol { list-style: none; margin: 0; padding: 0; }
	.key { display: flex; gap: .5rem; align-items: center; padding-block: .1rem; }
	.key b { font-weight: 400; overflow-wrap: anywhere; min-inline-size: 0; }
	.key i { flex: none; inline-size: 1rem; block-size: 1rem; border-radius: 3px; border: 1px solid #0003; background: var(--c); }
	.key.dot i { border-radius: 50%; inline-size: .8rem; block-size: .8rem; }
	.smooth { display: flex; block-size: .9rem; border-radius: 3px; overflow: hidden; border: 1px solid #0003; }
	.smooth i { flex: 1; background: var(--c); }
	.ends { display: flex; justify-content: space-between; color: var(--ink-soft, #5b574f); }
	label { display: flex; gap: .45rem; align-items: start; cursor: pointer; }
	label input { margin-block-start: .2rem; accent-color: var(--accent-fill, auto); }
	.layer { padding-block: .2rem .5rem; }
	.layer > .keys { margin-inline-start: 1.4rem; }
	.soft { color: var(--ink-soft, #5b574f); margin: .25rem 0 0; }
	select, input[type=search] { font: inherit; inline-size: 100%; box-sizing: border-box; min-block-size: 2.25rem; border: 1px solid var(--line-strong, #8b867a); border-radius: var(--round, 6px); background: var(--raised, #fff); color: inherit; }
	input[type=search] { padding-inline: .5rem; margin-block-end: .6rem; }
	dl { margin: .3rem 0 0; display: grid; gap: .3rem; }
	dt { color: var(--ink-soft, #5b574f); font-size: .8rem; }
	dd { margin: 0; overflow-wrap: anywhere; }
	.turn { display: flex; gap: .5rem; align-items: center; justify-content: space-between; margin-block-start: .5rem; }
	.places button { all: unset; display: block; inline-size: 100%; box-sizing: border-box; padding: .4rem .3rem; cursor: pointer; border-block-end: 1px solid var(--line, #ddd); overflow-wrap: anywhere; }
	.places + h3, .soft + h3 { margin-block-start: .8rem; }
	.places small { color: var(--ink-soft, #5b574f); }
	.places button:hover { background: var(--accent-soft, #e7ecec); }
	.places button:focus-visible { outline: 2px solid var(--accent-text, currentColor); outline-offset: -2px; }
	.menu { display: grid; gap: .35rem; }
	.menu button { text-align: start; }
	.credit { position: absolute; inset-block-end: 0; inset-inline-end: 0; padding: .1rem .45rem; font-size: .7rem; color: var(--ink-soft, #5b574f); z-index: 1; border-start-start-radius: 4px; max-inline-size: 70%; }
	.scale { position: absolute; inset-block-end: .5rem; inset-inline-start: .6rem; border: 2px solid var(--ink, #333); border-block-start: 0; font-size: .7rem; text-align: center; line-height: 1.2;
		color: var(--ink, #333); text-shadow: 0 0 3px var(--map-land, var(--raised, #fff)), 0 0 3px var(--map-land, var(--raised, #fff)); pointer-events: none; z-index: 1; inline-size: var(--w, 5rem); }
	.over { position: absolute; inset: 0; display: grid; place-content: center; text-align: center; padding: 1.5rem; gap: .6rem; z-index: 1; }
	.over.veil { pointer-events: none; }
	.over p { margin: 0; background: var(--raised, #fff); padding: .5rem .9rem; border-radius: var(--round, 6px); color: var(--ink, #222); pointer-events: auto; }
	a { color: var(--accent-text, LinkText); }
	bdi { unicode-bidi: isolate; }
	@media print { .side, .close { display: none; } .frame { break-inside: avoid; } }
	/* Colours are what a map says: they stay; what is pressed shows it by a line. */
	@media (forced-colors: active) {
		.map, .key i, .smooth i, .handle, .you { forced-color-adjust: none; }
		.side button[aria-expanded=true], .side button[aria-pressed=true] { outline: 2px solid Highlight; outline-offset: -3px; }
	}
	@media (max-width: 40rem) {
		.stack { inline-size: auto; inset-inline: 3.6rem .4rem; justify-content: end; inset-block-end: 1.6rem; }
		.panel, .card { max-block-size: 45%; }
	}
`
