/* Lines: as many pieces as fit, broken where Unicode allows, or between clusters when a word is wider than the line. */
#include "pdf/inside.h"

/* Cuts piece i so that its first part is at most `room` wide, but at least one cluster; false when it is one cluster. */
static bool split(struct pdf_job *j, struct pdf_para *p, size_t i, double room)
{
	struct pdf_piece first = p->pieces.p[i];
	bool rtl = first.level & 1;
	double width = 0;
	size_t keep = 0; /* glyphs, counted in logical order */
	size_t at = first.to;
	for (size_t k = 0; k < first.nglyphs; k++) {
		const struct pdf_glyph *g = &first.glyphs[rtl ? first.nglyphs - 1 - k : k];
		bool fresh = k > 0 && g->cluster > first.glyphs[rtl ? first.nglyphs - k : k - 1].cluster;
		if (fresh && (keep == 0 || width <= room)) {
			keep = k;
			at = g->cluster;
		}
		width += g->advance;
		if (keep && width > room)
			break;
	}
	if (!keep)
		return false;
	struct pdf_piece second = first;
	first.to = second.from = at;
	first.nglyphs = keep;
	second.nglyphs -= keep;
	if (rtl)
		first.glyphs += second.nglyphs;
	else
		second.glyphs += keep;
	second.starts = true;
	first.width = first.blank = 0;
	for (size_t k = 0; k < first.nglyphs; k++)
		first.width += first.glyphs[k].advance;
	second.width -= first.width;
	(void)vec_add(j->arena, &p->pieces);
	memmove(&p->pieces.p[i + 2], &p->pieces.p[i + 1], (p->pieces.n - i - 2) * sizeof *p->pieces.p);
	p->pieces.p[i] = first;
	p->pieces.p[i + 1] = second;
	return true;
}

void pdf_break(struct pdf_job *j, struct pdf_para *p, double width)
{
	/* A hair of tolerance: widths were summed in another order when columns were measured. */
	width += 0.01;
	p->lines.n = 0;
	for (size_t from = 0; from < p->pieces.n;) {
		double used = 0;
		double ink = 0;
		size_t good = from; /* the line may end before this piece */
		size_t i = from;
		for (; i < p->pieces.n; i++) {
			const struct pdf_piece *x = &p->pieces.p[i];
			if (i > from && x->starts)
				good = i;
			if (used + x->width - x->blank > width) {
				if (good > from)
					break;
				bool fits = split(j, p, i, width - used);
				good = fits ? i + 1 : i > from ? i : i + 1;
				break;
			}
			used += x->width;
		}
		if (i == p->pieces.n)
			good = i;
		used = 0;
		for (size_t k = from; k < good; k++) {
			ink = used + p->pieces.p[k].width - p->pieces.p[k].blank;
			used += p->pieces.p[k].width;
		}
		vec_push(j->arena, &p->lines, (struct pdf_line){ from, good - from, ink });
		from = good;
	}
}
