/* Fonts as the file has them: the glyphs that are used and nothing else, their widths, and what each code stands for. */
#include "pdf/inside.h"

#include <hb-ot.h>
#include <hb-subset.h>

#include "text/text.h"

enum { MAP_BYTES = 4 << 20, BLOCK = 100 };

double pdf_glyph_width(const struct pdf_face *f, uint32_t gid)
{
	return hb_font_get_glyph_h_advance(f->font, gid) * 1000.0 / f->upem;
}

/* Glyph numbers of the subset; what serves shaping only is left out, for the glyphs are chosen already. */
static bool subset(const struct pdf_face *f, hb_blob_t **file, uint16_t *gids, struct err *e)
{
	static const char *const dropped[] = { "GSUB", "GPOS", "GDEF", "kern", "cmap", "name", "post", "OS/2", "DSIG", "MATH", "STAT",
		                               "gasp", "meta", "vhea", "vmtx", "BASE", "JSTF", "hdmx", "VDMX", "LTSH", "PCLT" };
	hb_subset_input_t *in = hb_subset_input_create_or_fail();
	if (!in)
		return err_set(e, ERR_SYSTEM, "This document could not be made.");
	hb_set_t *wanted = hb_subset_input_glyph_set(in);
	hb_set_add(wanted, 0);
	for (size_t i = 0; i < f->cids.n; i++)
		hb_set_add(wanted, f->cids.p[i].gid);
	for (size_t i = 0; i < COUNT_OF(dropped); i++)
		hb_set_add(hb_subset_input_set(in, HB_SUBSET_SETS_DROP_TABLE_TAG), hb_tag_from_string(dropped[i], -1));
	hb_subset_input_set_flags(in, HB_SUBSET_FLAGS_NO_HINTING);
	hb_subset_plan_t *plan = hb_subset_plan_create_or_fail(f->face, in);
	hb_face_t *small = plan ? hb_subset_plan_execute_or_fail(plan) : NULL;
	if (small) {
		const hb_map_t *places = hb_subset_plan_old_to_new_glyph_mapping(plan);
		for (size_t i = 0; i < f->cids.n; i++)
			gids[i] = (uint16_t)hb_map_get(places, f->cids.p[i].gid);
		*file = hb_face_reference_blob(small);
	}
	hb_face_destroy(small);
	hb_subset_plan_destroy(plan);
	hb_subset_input_destroy(in);
	if (!small) {
		err_set(e, ERR_SYSTEM, "This document could not be made.");
		return err_cause(e, "subsetting %s", f->file);
	}
	return true;
}

static void put_unicode(struct buf *b, const struct pdf_face *f)
{
	buf_lit(b, "/CIDInit/ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)"
	           "/Supplement 0>>def\n/CMapName/Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000><FFFF>\n"
	           "endcodespacerange\n");
	for (size_t from = 1; from < f->cids.n; from += BLOCK) {
		size_t to = num_min(from + BLOCK, f->cids.n);
		buf_printf(b, "%zu beginbfchar\n", to - from);
		for (size_t i = from; i < to; i++) {
			auto_buf text = BUF_INIT(1024);
			pdf_put_text(&text, f->cids.p[i].text);
			/* The mark of a text string does not belong into a map. */
			buf_printf(b, "<%04zX><", i);
			buf_put(b, str_from(buf_str(&text), 5));
			buf_put_char(b, '\n');
		}
		buf_lit(b, "endbfchar\n");
	}
	buf_lit(b, "endcmap\nCMapName currentdict/CMap defineresource pop\nend\nend\n");
}

static int be16(const unsigned char *p)
{
	return (int16_t)((p[0] << 8) | p[1]);
}

/* The box of all glyphs and the heights of a line, in thousandths. */
static void put_measures(struct buf *b, const struct pdf_face *f)
{
	unsigned n;
	hb_blob_t *head = hb_face_reference_table(f->face, HB_TAG('h', 'e', 'a', 'd'));
	const unsigned char *p = (const unsigned char *)hb_blob_get_data(head, &n);
	buf_lit(b, "/FontBBox[");
	for (size_t i = 36; i < 44; i += 2) {
		pdf_put_number(b, n >= 44 ? be16(p + i) * 1000.0 / f->upem : 0);
		buf_put_char(b, ' ');
	}
	buf_put_char(b, ']');
	hb_blob_destroy(head);
	hb_font_extents_t lines;
	hb_font_get_h_extents(f->font, &lines);
	buf_lit(b, "/Ascent ");
	pdf_put_number(b, lines.ascender * 1000.0 / f->upem);
	buf_lit(b, "/Descent ");
	pdf_put_number(b, lines.descender * 1000.0 / f->upem);
	buf_lit(b, "/CapHeight ");
	pdf_put_number(b, lines.ascender * 1000.0 / f->upem * 0.7);
}

/* "AAAAAB+NotoSans-Regular": the letters tell subsets of one font apart. */
static struct str name_of(struct pdf_job *j, const struct pdf_face *f)
{
	char tag[7] = "AAAAAA";
	for (int i = 5, n = f->number; i >= 0 && n > 0; i--, n /= 26)
		tag[i] = (char)('A' + n % 26);
	struct str file = str_of(f->file);
	file = str_from(file, (size_t)(str_rfind_char(file, '/') + 1));
	file = str_sub(file, 0, file.n - 4);
	return arena_printf(j->arena, "%s+%.*s", tag, STR_ARG(file));
}

static bool put_streams(struct pdf_job *j, const struct pdf_face *f, int file, int unicode, int places, struct err *e)
{
	hb_blob_t *blob = NULL;
	uint16_t *gids = arena_array(j->arena, uint16_t, f->cids.n);
	if (!subset(f, &blob, gids, e))
		return false;
	unsigned n;
	const char *bytes = hb_blob_get_data(blob, &n);
	struct str length = arena_printf(j->arena, "/Length1 %u", n);
	bool done = pdf_stream(j, file, length, str_make(bytes, n), true, e);
	hb_blob_destroy(blob);
	auto_buf map = BUF_INIT(MAP_BYTES);
	put_unicode(&map, f);
	auto_buf numbers = BUF_INIT(MAP_BYTES);
	for (size_t i = 0; i < f->cids.n; i++) {
		buf_put_char(&numbers, (char)(gids[i] >> 8));
		buf_put_char(&numbers, (char)(gids[i] & 0xff));
	}
	struct str text;
	struct str table;
	return done && buf_end(&map, &text, e) && buf_end(&numbers, &table, e) && pdf_stream(j, unicode, STR(""), text, true, e) &&
	       pdf_stream(j, places, STR(""), table, true, e);
}

static bool put_font(struct pdf_job *j, const struct pdf_face *f, struct err *e)
{
	struct buf *b = j->objects.out;
	struct str name = name_of(j, f);
	int descendant = pdf_object(j);
	int descriptor = pdf_object(j);
	int file = pdf_object(j);
	int unicode = pdf_object(j);
	int places = pdf_object(j);
	pdf_begin(j, f->object);
	buf_printf(b, "<</Type/Font/Subtype/Type0/BaseFont/%.*s/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>",
	           STR_ARG(name), descendant, unicode);
	pdf_end(j);
	pdf_begin(j, descendant);
	buf_printf(b, "<</Type/Font/Subtype/CIDFontType2/BaseFont/%.*s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"
	              "/Supplement 0>>/FontDescriptor %d 0 R/CIDToGIDMap %d 0 R/DW 1000/W[0[", STR_ARG(name), descriptor, places);
	for (size_t i = 0; i < f->cids.n; i++) {
		pdf_put_number(b, pdf_glyph_width(f, f->cids.p[i].gid));
		buf_put_char(b, ' ');
	}
	buf_lit(b, "]]>>");
	pdf_end(j);
	pdf_begin(j, descriptor);
	buf_printf(b, "<</Type/FontDescriptor/FontName/%.*s/Flags 4/ItalicAngle %d/StemV 80", STR_ARG(name),
	           str_find(name, STR("Italic")) < 0 ? 0 : -12);
	put_measures(b, f);
	buf_printf(b, "/FontFile2 %d 0 R>>", file);
	pdf_end(j);
	return put_streams(j, f, file, unicode, places, e);
}

bool pdf_put_fonts(struct pdf_job *j, int object, struct err *e)
{
	struct buf *b = j->objects.out;
	for (size_t i = 0; i < j->faces.n; i++)
		if (j->faces.p[i]->object && !put_font(j, j->faces.p[i], e))
			return false;
	pdf_begin(j, object);
	buf_lit(b, "<</Font<<");
	for (size_t i = 0; i < j->faces.n; i++)
		if (j->faces.p[i]->object)
			buf_printf(b, "/F%d %d 0 R", j->faces.p[i]->number, j->faces.p[i]->object);
	buf_lit(b, ">>>>");
	pdf_end(j);
	return true;
}
