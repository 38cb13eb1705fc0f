/* The whole file: laid out, written object by object, and closed by the table that says where each stands. */
#include "pdf/inside.h"

#include "crypt/crypt.h"

static void put_catalog(struct pdf_job *j, int object, int pages, int tags, int marks, const struct pdf_meta *m)
{
	struct buf *b = j->objects.out;
	pdf_begin(j, object);
	buf_printf(b, "<</Type/Catalog/Pages %d 0 R/StructTreeRoot %d 0 R/MarkInfo<</Marked true>>/Metadata %d 0 R"
	              "/OutputIntents[%d 0 R]/ViewerPreferences<</DisplayDocTitle true%s>>/Lang",
	           pages, tags, m->metadata, m->intent, j->doc->rtl ? "/Direction/R2L" : "");
	pdf_put_text(b, j->doc->lang);
	if (marks)
		buf_printf(b, "/Outlines %d 0 R", marks);
	buf_lit(b, ">>");
	pdf_end(j);
}

static void put_end(struct pdf_job *j, int catalog, int info)
{
	struct buf *b = j->objects.out;
	size_t place = b->n - j->objects.base;
	size_t n = j->objects.places.n;
	unsigned char digest[CRYPT_SHA256];
	char id[33];
	buf_printf(b, "xref\n0 %zu\n0000000000 65535 f \n", n + 1);
	for (size_t i = 0; i < n; i++)
		buf_printf(b, "%010zu 00000 n \n", j->objects.places.p[i]);
	crypt_sha256(j->facts->identity, digest);
	crypt_hex(digest, 16, id);
	buf_printf(b, "trailer\n<</Size %zu/Root %d 0 R/Info %d 0 R/ID[<%s><%s>]>>\nstartxref\n%zu\n%%%%EOF\n", n + 1, catalog, info, id,
	           id, place);
}

static bool write_all(struct pdf_job *j, struct err *e)
{
	struct pdf_meta meta;
	int pages;
	int catalog = pdf_object(j);
	static const struct pdf_style plain = { PDF_SANS, false, false, 10, 0 };
	if (!pdf_face_or_null(j, &plain, ' ', NULL)) {
		err_set(e, ERR_SYSTEM, "This server lacks the fonts that its documents are made with.");
		return err_cause(e, "install the package fonts-noto-core");
	}
	if (!pdf_flow(j, e) || !pdf_feet(j, e))
		return false;
	buf_lit(j->objects.out, "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n");
	if (!pdf_put_pages(j, &pages, e))
		return false;
	int tags = pdf_put_tags(j);
	int marks = pdf_put_marks(j);
	if (!pdf_put_meta(j, &meta, e))
		return false;
	put_catalog(j, catalog, pages, tags, marks, &meta);
	put_end(j, catalog, meta.info);
	j->report->pages = (int)j->pages.n;
	struct str whole;
	return buf_end(j->objects.out, &whole, e);
}

bool pdf_write(const struct doc *d, const struct pdf_facts *f, struct buf *out, struct pdf_report *report, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct pdf_job j = { .arena = &a, .doc = d, .facts = f, .report = report, .objects = { .out = out, .base = out->n } };
	*report = (struct pdf_report){ 0 };
	bool done = write_all(&j, e);
	pdf_faces_done(&j);
	return done;
}
