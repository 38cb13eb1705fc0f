/* Which font has a letter. Every family has a face of its own and falls back through the scripts; a file is opened when
 * the first letter asks for it. */
#include "pdf/inside.h"

#include <stdlib.h>

#define NOTO "/usr/share/fonts/truetype/noto/"

struct font {
	const char *regular, *bold, *italic; /* bold or italic NULL: the regular one serves */
};
static const struct font sans = { NOTO "NotoSans-Regular.ttf", NOTO "NotoSans-Bold.ttf", NOTO "NotoSans-Italic.ttf" };
static const struct font serif = { NOTO "NotoSerif-Regular.ttf", NOTO "NotoSerif-Bold.ttf", NOTO "NotoSerif-Italic.ttf" };
static const struct font mono = { NOTO "NotoSansMono-Regular.ttf", NOTO "NotoSansMono-Bold.ttf", NULL };
static const struct font arabic = { NOTO "NotoSansArabic-Regular.ttf", NOTO "NotoSansArabic-Bold.ttf", NULL };
static const struct font naskh = { NOTO "NotoNaskhArabic-Regular.ttf", NOTO "NotoNaskhArabic-Bold.ttf", NULL };

/* Tried in this order when the family's own face lacks a letter. */
static const struct font others[] = {
	{ NOTO "NotoSansHebrew-Regular.ttf", NOTO "NotoSansHebrew-Bold.ttf", NULL },
	{ NOTO "NotoSansDevanagari-Regular.ttf", NOTO "NotoSansDevanagari-Bold.ttf", NULL },
	{ NOTO "NotoSansThai-Regular.ttf", NOTO "NotoSansThai-Bold.ttf", NULL },
	{ "/usr/share/fonts-droid-fallback/truetype/DroidSansFallback.ttf", NULL, NULL },
	{ "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf", NULL, NULL },
	{ NOTO "NotoSansArmenian-Regular.ttf", NOTO "NotoSansArmenian-Bold.ttf", NULL },
	{ NOTO "NotoSansGeorgian-Regular.ttf", NOTO "NotoSansGeorgian-Bold.ttf", NULL },
	{ NOTO "NotoSansBengali-Regular.ttf", NOTO "NotoSansBengali-Bold.ttf", NULL },
	{ NOTO "NotoSansTamil-Regular.ttf", NOTO "NotoSansTamil-Bold.ttf", NULL },
	{ NOTO "NotoSansEthiopic-Regular.ttf", NOTO "NotoSansEthiopic-Bold.ttf", NULL },
	{ NOTO "NotoSansSymbols-Regular.ttf", NULL, NULL },
	{ NOTO "NotoSansSymbols2-Regular.ttf", NULL, NULL },
	{ NOTO "NotoSansMath-Regular.ttf", NULL, NULL },
};
static const struct font *const families[PDF_FAMILIES][4] = {
	[PDF_SANS] = { &sans, &arabic, NULL },
	[PDF_SERIF] = { &serif, &naskh, &sans, NULL },
	[PDF_MONO] = { &mono, &sans, &arabic, NULL },
};

static const char *file_of(const struct font *f, const struct pdf_style *s)
{
	if (s->bold && f->bold)
		return f->bold;
	return s->italic && f->italic ? f->italic : f->regular;
}

/* NULL: the file is not installed. Remembered either way. */
static struct pdf_face *open_or_null(struct pdf_job *j, const char *file)
{
	struct pdf_face *f = map_get_or_null(&j->faces_by_file, str_of(file));
	if (!f) {
		f = arena_new(j->arena, struct pdf_face);
		f->file = file;
		f->blob = hb_blob_create_from_file_or_fail(file);
		if (f->blob) {
			f->face = hb_face_create(f->blob, 0);
			f->font = hb_font_create(f->face);
			f->upem = hb_face_get_upem(f->face);
		}
		map_put(j->arena, &j->faces_by_file, str_of(file), f);
		vec_push(j->arena, &j->faces, f);
		f->number = (int)j->faces.n;
	}
	return f->blob ? f : NULL;
}

static bool has(const struct pdf_face *f_or_null, uint32_t c)
{
	hb_codepoint_t gid;
	return f_or_null && hb_font_get_nominal_glyph(f_or_null->font, c, &gid);
}

/* What belongs to its neighbour whatever it is: marks, joiners, blanks and marks of punctuation stay in the face before. */
static bool follows(uint32_t c)
{
	if (c == ' ' || c == 0xa0)
		return true;
	hb_unicode_general_category_t k = hb_unicode_general_category(hb_unicode_funcs_get_default(), c);
	return k == HB_UNICODE_GENERAL_CATEGORY_NON_SPACING_MARK || k == HB_UNICODE_GENERAL_CATEGORY_ENCLOSING_MARK ||
	       k == HB_UNICODE_GENERAL_CATEGORY_SPACING_MARK || k == HB_UNICODE_GENERAL_CATEGORY_FORMAT;
}

struct pdf_face *pdf_face_or_null(struct pdf_job *j, const struct pdf_style *s, uint32_t c, struct pdf_face *before_or_null)
{
	if (before_or_null && follows(c) && has(before_or_null, c))
		return before_or_null;
	for (const struct font *const *f = families[s->family]; *f; f++) {
		struct pdf_face *face = open_or_null(j, file_of(*f, s));
		if (has(face, c))
			return face;
	}
	for (size_t i = 0; i < COUNT_OF(others); i++) {
		struct pdf_face *face = open_or_null(j, file_of(&others[i], s));
		if (has(face, c))
			return face;
	}
	return NULL;
}

uint32_t pdf_cid(struct pdf_job *j, struct pdf_face *f, uint32_t gid, struct str text)
{
	if (f->cids.n == 0)
		vec_push(j->arena, &f->cids, (struct pdf_cid){ 0, STR("") }); /* code 0 is the glyph of nothing */
	struct str key = arena_printf(j->arena, "%u:%.*s", gid, STR_ARG(text));
	uintptr_t known = (uintptr_t)map_get_or_null(&f->by_key, key);
	if (known)
		return (uint32_t)known;
	uint32_t cid = (uint32_t)f->cids.n;
	vec_push(j->arena, &f->cids, (struct pdf_cid){ gid, text });
	uintptr_t value = cid;
	map_put(j->arena, &f->by_key, key, (void *)value);
	return cid;
}

void pdf_faces_done(struct pdf_job *j)
{
	for (size_t i = 0; i < j->faces.n; i++) {
		struct pdf_face *f = j->faces.p[i];
		hb_font_destroy(f->font);
		hb_face_destroy(f->face);
		hb_blob_destroy(f->blob);
	}
}
