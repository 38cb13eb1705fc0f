// <stoa-rows>: a table, or a gallery, whose records open over it, and which goes on as one scrolls. The links inside lead to the same
// records and pages without it. A record that is open has its own address; Back closes it.
const MOST_ROWS = 2000

class StoaRows extends HTMLElement {
	#dialog: HTMLDialogElement | null = null
	#turn: AbortController | null = null
	#watch: IntersectionObserver | null = null
	#pushed = false
	#loading = false
	#starts: { row: HTMLElement; start: string }[] = []

	connectedCallback() {
		this.addEventListener('click', this.#click)
		window.addEventListener('popstate', this.#back)
		this.#go_on()
	}

	disconnectedCallback() {
		window.removeEventListener('popstate', this.#back)
		this.#watch?.disconnect()
		this.#turn?.abort()
		this.#dialog?.remove()
	}

	// --- records

	#click = (e: MouseEvent) => {
		if (e.defaultPrevented || e.button || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return
		const target = e.target as Element
		const link = target.closest<HTMLAnchorElement>('a')
		if (link && !link.classList.contains('record')) return
		if (!link && (target.closest('button, input, summary, details') || getSelection()?.toString())) return
		const opener = link ?? target.closest('tbody tr')?.querySelector<HTMLAnchorElement>('a.record')
		if (!opener) return
		e.preventDefault()
		opener.focus({ preventScroll: true })
		void this.#open(opener.href)
	}

	async #open(url: string) {
		this.#turn?.abort()
		const turn = (this.#turn = new AbortController())
		this.#dialog?.setAttribute('aria-busy', 'true')
		try {
			const answer = await fetch(url, { signal: turn.signal, headers: { Accept: 'text/html' } })
			const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
			const card = page.querySelector('article.record')
			if (!answer.ok || !card) throw new Error('another page')
			this.#show(card, url)
		} catch (why) {
			if ((why as Error).name !== 'AbortError') location.assign(url)
		} finally {
			this.#dialog?.removeAttribute('aria-busy')
		}
	}

	#show(card: Element, url: string) {
		const dialog = (this.#dialog ??= this.#make())
		dialog.querySelector('article')?.remove()
		card.classList.remove('wide')
		dialog.append(card)
		if (!dialog.open) {
			dialog.showModal()
			history.pushState({ stoa_record: true }, '', url)
			this.#pushed = true
		} else {
			history.replaceState({ stoa_record: true }, '', url)
		}
		dialog.scrollTop = 0
		dialog.querySelector<HTMLElement>('h1')?.focus()
	}

	#make() {
		const dialog = document.createElement('dialog')
		dialog.className = 'record'
		dialog.setAttribute('aria-labelledby', 'record-title')
		const close = document.createElement('button')
		close.type = 'button'
		close.className = 'close button quiet'
		close.textContent = '✕'
		close.setAttribute('aria-label', this.dataset.close ?? '')
		close.addEventListener('click', () => dialog.close())
		dialog.append(close)
		dialog.addEventListener('click', e => {
			const step = (e.target as Element).closest<HTMLAnchorElement>('a[data-record]')
			if (step && !e.metaKey && !e.ctrlKey && !e.shiftKey) {
				e.preventDefault()
				void this.#open(step.href)
			} else if (e.target === dialog) {
				dialog.close()
			}
		})
		dialog.addEventListener('keydown', e => {
			if ((e.target as Element).closest('input, select, textarea, stoa-map')) return
			const rtl = getComputedStyle(dialog).direction === 'rtl'
			const rel = e.key === (rtl ? 'ArrowRight' : 'ArrowLeft') ? 'prev' : e.key === (rtl ? 'ArrowLeft' : 'ArrowRight') ? 'next' : ''
			if (rel) dialog.querySelector<HTMLElement>(`a[data-record][rel~="${rel}"]`)?.click()
		})
		dialog.addEventListener('close', () => {
			if (this.#pushed) history.back()
			this.#pushed = false
		})
		document.body.append(dialog)
		return dialog
	}

	#back = () => {
		if (!this.#dialog?.open || history.state?.stoa_record) return
		this.#pushed = false
		this.#dialog.close()
	}

	// --- more rows

	get #next() {
		return this.parentElement?.querySelector<HTMLAnchorElement>('.pager a[rel=next]') ?? null
	}

	#go_on() {
		const scroll = this.querySelector('.scroll')
		const last = this.querySelector('tbody tr:last-child')
		if (!scroll || !last || !this.#next) return
		this.#watch = new IntersectionObserver(seen => {
			if (seen.some(s => s.isIntersecting)) void this.#more()
		}, { root: scroll, rootMargin: '600px' })
		this.#watch.observe(last)
		this.#mark(this.querySelector<HTMLElement>('tbody tr'), location.href)
		scroll.addEventListener('scroll', this.#follow, { passive: true })
	}

	#mark(row: HTMLElement | null, url: string) {
		if (row) this.#starts.push({ row, start: new URL(url, location.href).searchParams.get('start') ?? '' })
	}

	// Whoever walks from row to row by keyboard comes to the last, and to what stands behind the table; the pager brings more.
	get #is_walked() {
		return this.querySelector('tbody')?.contains(document.activeElement) && document.activeElement?.matches(':focus-visible')
	}

	async #more() {
		const next = this.#next
		const body = this.querySelector('tbody')
		if (!next || !body || this.#is_walked || this.#loading || body.rows.length >= MOST_ROWS) return
		this.#loading = true
		body.setAttribute('aria-busy', 'true')
		try {
			const answer = await fetch(next.href, { headers: { Accept: 'text/html' } })
			const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
			const rows = [...page.querySelectorAll<HTMLTableRowElement>('stoa-rows tbody tr')]
			if (!answer.ok || !rows.length || !this.isConnected) return
			body.append(...rows)
			this.#mark(rows[0], next.href)
			const pager = page.querySelector('.pager')
			if (pager) next.closest('.pager')?.replaceWith(pager)
			this.#watch?.disconnect()
			this.#watch?.observe(rows[rows.length - 1])
		} catch {
			// The link to the next page stays where it was.
			this.#watch?.disconnect()
		} finally {
			this.#loading = false
			body.removeAttribute('aria-busy')
		}
	}

	// The address names the page whose rows are looked at.
	#follow = () => {
		if (this.#dialog?.open) return
		const top = (this.querySelector('.scroll')?.getBoundingClientRect().top ?? 0) + 80
		const seen = this.#starts.filter(s => s.row.getBoundingClientRect().top <= top).at(-1) ?? this.#starts[0]
		const url = new URL(location.href)
		if (!seen || (url.searchParams.get('start') ?? '') === seen.start) return
		if (seen.start) url.searchParams.set('start', seen.start)
		else url.searchParams.delete('start')
		this.dispatchEvent(new CustomEvent('stoa-here', { detail: url.href, bubbles: true }))
		history.replaceState(history.state, '', url)
	}
}
customElements.define('stoa-rows', StoaRows)
export {}
