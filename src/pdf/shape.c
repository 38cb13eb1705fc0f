/* Text becomes glyphs. A paragraph's spans are joined into one text, whose levels and line starts Unicode decides; pieces
 * of one face, style and direction are shaped with the whole text as their context, so that letters join across spans. */
#include "pdf/inside.h"

#include "text/text.h"

enum { ISOLATE_LTR = 0x2066, ISOLATE_FIRST = 0x2068, ISOLATE_END = 0x2069, REPLACEMENT = 0xfffd };

struct run { size_t from, to; const struct doc_span *span; struct pdf_style style; };
struct draft {
	struct pdf_job *job;
	struct buf text;
	VEC(struct run) runs;
	struct str lang;
	bool rtl;
};

static bool is_ignorable(uint32_t c)
{
	return c == 0xad || c == 0x61c || (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x206f) || c == 0xfeff;
}

static void count_missing(struct pdf_job *j, uint32_t c)
{
	struct pdf_report *r = j->report;
	r->missing++;
	for (size_t i = 0; i < r->nexamples; i++)
		if (r->examples[i] == c)
			return;
	if (r->nexamples < PDF_MISSING_MOST)
		r->examples[r->nexamples++] = c;
}

/* Controls become blanks, what no font has becomes U+FFFD, and marks of direction that would outlive their span go. */
static void add_span(struct draft *d, const struct doc_span *span, struct str text, const struct pdf_style *style)
{
	unsigned look = span ? span->look : 0;
	if (look & (DOC_CODE | DOC_LTR))
		text_put_codepoint(&d->text, ISOLATE_LTR);
	else if (look & DOC_APART)
		text_put_codepoint(&d->text, ISOLATE_FIRST);
	size_t from = d->text.n;
	struct pdf_face *before = NULL;
	for (size_t at = 0; at < text.n;) {
		uint32_t c = text_next(text, &at);
		if (c < ' ' || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029)
			c = ' ';
		if (is_ignorable(c)) {
			if (c >= 0x200b && c <= 0x200d)
				text_put_codepoint(&d->text, c);
			continue;
		}
		struct pdf_face *face = pdf_face_or_null(d->job, style, c, before);
		if (!face) {
			count_missing(d->job, c);
			c = REPLACEMENT;
		}
		before = face;
		text_put_codepoint(&d->text, c);
	}
	vec_push(d->job->arena, &d->runs, (struct run){ from, d->text.n, span, *style });
	if (look & (DOC_CODE | DOC_LTR | DOC_APART))
		text_put_codepoint(&d->text, ISOLATE_END);
}

static struct pdf_style style_of(const struct pdf_job *j, const struct doc_span *s, const struct pdf_style *base)
{
	struct pdf_style out = *base;
	if (s->look & DOC_STRONG)
		out.bold = true;
	if (s->look & DOC_EMPHASIS)
		out.italic = true;
	if (s->look & DOC_SOFT)
		out.colour = PDF_SOFT;
	if (s->look & DOC_CODE) {
		out.family = PDF_MONO;
		out.size = base->size * 0.94;
	}
	if (s->link)
		out.colour = j->facts->accent;
	return out;
}

/* What the glyphs say: shaped in context; advances in points. */
static void shape_piece(struct draft *d, struct str text, struct pdf_piece *p, hb_script_t script)
{
	struct arena *a = d->job->arena;
	hb_buffer_t *b = hb_buffer_create();
	hb_buffer_set_cluster_level(b, HB_BUFFER_CLUSTER_LEVEL_MONOTONE_CHARACTERS);
	hb_buffer_add_utf8(b, text.p, (int)text.n, (unsigned)p->from, (int)(p->to - p->from));
	hb_buffer_set_direction(b, p->level & 1 ? HB_DIRECTION_RTL : HB_DIRECTION_LTR);
	hb_buffer_set_script(b, script);
	hb_buffer_set_language(b, hb_language_from_string(d->lang.p, (int)d->lang.n));
	hb_shape(p->face->font, b, NULL, 0);
	unsigned n;
	const hb_glyph_info_t *infos = hb_buffer_get_glyph_infos(b, &n);
	const hb_glyph_position_t *places = hb_buffer_get_glyph_positions(b, &n);
	double scale = p->style.size / p->face->upem;
	p->glyphs = arena_array(a, struct pdf_glyph, (size_t)n + 1);
	p->nglyphs = n;
	size_t end = p->to;
	while (end > p->from && text.p[end - 1] == ' ')
		end--;
	for (unsigned i = 0; i < n; i++) {
		p->glyphs[i] = (struct pdf_glyph){ infos[i].codepoint, infos[i].cluster, places[i].x_advance * scale,
			                           places[i].x_offset * scale, places[i].y_offset * scale };
		p->width += p->glyphs[i].advance;
		if (infos[i].cluster >= end)
			p->blank += p->glyphs[i].advance;
	}
	hb_buffer_destroy(b);
}

static bool is_real(hb_script_t s)
{
	return s != HB_SCRIPT_COMMON && s != HB_SCRIPT_INHERITED && s != HB_SCRIPT_UNKNOWN;
}

/* Cuts the runs into pieces and shapes each. */
static void cut(struct draft *d, struct str text, const unsigned char *levels, const unsigned char *starts, struct pdf_para *out)
{
	struct arena *a = d->job->arena;
	hb_unicode_funcs_t *unicode = hb_unicode_funcs_get_default();
	size_t covered = 0; /* line starts up to here have been given to a piece */
	for (size_t r = 0; r < d->runs.n; r++) {
		const struct run *run = &d->runs.p[r];
		struct pdf_piece *piece = NULL;
		hb_script_t script = HB_SCRIPT_COMMON;
		for (size_t at = run->from; at < run->to;) {
			size_t from = at;
			uint32_t c = text_next(text, &at);
			hb_script_t s = hb_unicode_script(unicode, c);
			struct pdf_face *face = pdf_face_or_null(d->job, &run->style, c, piece ? piece->face : NULL);
			if (!face)
				face = piece ? piece->face : pdf_face_or_null(d->job, &run->style, ' ', NULL);
			bool start = false;
			for (; covered <= from; covered++)
				start = start || starts[covered];
			if (!piece || start || face != piece->face || levels[from] != piece->level ||
			    (is_real(s) && is_real(script) && s != script)) {
				if (piece)
					shape_piece(d, text, piece, script);
				piece = vec_add(a, &out->pieces);
				*piece = (struct pdf_piece){ .span = run->span, .style = run->style, .face = face, .from = from,
					                     .level = levels[from], .starts = start };
				script = HB_SCRIPT_COMMON;
			}
			if (is_real(s))
				script = s;
			piece->to = at;
		}
		if (piece)
			shape_piece(d, text, piece, script);
	}
}

static void measure(struct pdf_para *p)
{
	double word = 0;
	double whole = 0;
	for (size_t i = 0; i < p->pieces.n; i++) {
		const struct pdf_piece *x = &p->pieces.p[i];
		word = x->starts ? 0 : word;
		p->widest_word = num_max(p->widest_word, word + x->width - x->blank);
		p->natural = num_max(p->natural, whole + x->width - x->blank);
		word += x->width;
		whole += x->width;
	}
}

static bool finish(struct draft *d, const struct pdf_style *s, double leading, struct pdf_para *out, struct err *e)
{
	struct str text;
	if (!buf_end(&d->text, &text, e))
		return false;
	*out = (struct pdf_para){ .text = arena_str(d->job->arena, text), .rtl = d->rtl, .leading = leading,
		                  .ascent = leading / 2 + s->size * 0.36 };
	if (!out->text.n)
		return true;
	struct arena *a = d->job->arena;
	unsigned char *levels = arena_bytes(a, text.n);
	unsigned char *starts = arena_bytes(a, text.n);
	if (!text_bidi_levels(out->text, d->rtl, levels, e) || !text_line_starts(out->text, d->lang, starts, e))
		return false;
	cut(d, out->text, levels, starts, out);
	measure(out);
	return true;
}

enum { PARAGRAPH_BYTES = 4 << 20 };

bool pdf_shape(struct pdf_job *j, const struct doc_block *b, const struct pdf_style *s, double leading, struct pdf_para *out,
               struct err *e)
{
	struct draft d = { .job = j, .text = BUF_INIT(PARAGRAPH_BYTES), .lang = j->doc->lang, .rtl = j->doc->rtl };
	if (b->lang.n) {
		d.lang = b->lang;
		d.rtl = b->rtl;
	}
	for (const struct doc_span *x = b->spans; x; x = x->next) {
		struct pdf_style style = style_of(j, x, s);
		add_span(&d, x, x->text, &style);
	}
	bool done = finish(&d, s, leading, out, e);
	buf_done(&d.text);
	return done;
}

bool pdf_shape_text(struct pdf_job *j, struct str text, const struct pdf_style *s, double leading, struct pdf_para *out,
                    struct err *e)
{
	struct draft d = { .job = j, .text = BUF_INIT(PARAGRAPH_BYTES), .lang = j->doc->lang, .rtl = j->doc->rtl };
	add_span(&d, NULL, text, s);
	bool done = finish(&d, s, leading, out, e);
	buf_done(&d.text);
	return done;
}
