// The map beside the four numbers of a place is fetched when somebody unfolds it, and not before: it weighs more than the page.
function show(place: EventTarget | null) {
	if (!(place instanceof HTMLDetailsElement) || !place.matches('.place') || !place.open || place.querySelector('stoa-map-filter')) return
	const map = document.createElement('stoa-map-filter')
	map.setAttribute('label', place.dataset.label ?? '')
	if (place.dataset.value) map.setAttribute('value', place.dataset.value)
	place.querySelector('form')?.before(map)
}

document.addEventListener('toggle', e => show(e.target), true)
for (const place of document.querySelectorAll('.place[open]')) show(place)
