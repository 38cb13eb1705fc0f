/* DatasetObjects (Explore API §10) as they stand in lists and alone. */
#include "explore/inside.h"

static void put_links(struct buf *b, const struct call *c, const struct dataset *d)
{
	static const struct { const char *rel, *below; } below[] = {
		{ "self", "" }, { "attachments", "/attachments" }, { "files", "/files" },
		{ "records", "/records" }, { "exports", "/exports" }, { "facets", "/facets" },
	};
	struct json_out j = JSON_OUT(b);
	json_open(&j, '[');
	for (size_t i = 0; i < COUNT_OF(below); i++)
		rest_link(&j, str_of(below[i].rel), link_dataset(c, d->slug, below[i].below));
	rest_link(&j, STR("catalog"), link_to(c, "/catalog"));
	json_close(&j, ']');
}

void dataset_put(struct buf *b, const struct call *c, const struct dataset *d)
{
	dataset_put_json(b, d, c->lang);
	if (!c->links || b->over) return;
	b->n--; /* the closing brace moves behind one more member */
	buf_lit(b, ",\"_links\":");
	put_links(b, c, d);
	buf_put_char(b, '}');
}

bool dataset_put_list(struct buf *b, const struct call *c, const struct query_plan *p, int64_t *n, struct err *e)
{
	struct query_cursor *k;
	struct batch rows;
	bool ok = true;
	*n = 0;
	if (p->empty || !call_has_rows(c)) return true;
	if (!query_open(c->at.site->engine, p, c->r->cancel, &k, e)) return false;
	do {
		ok = query_next(k, &rows, e);
		for (size_t i = 0; ok && i < rows.nrows; i++) {
			const struct dataset *d = catalog_find_or_null(c->at.view, rows.columns[0].texts[i]);
			if (!d || !rights_sees(&c->at, &c->who, d)) continue;
			if ((*n)++ > 0) buf_put_char(b, ',');
			dataset_put(b, c, d);
		}
	} while (ok && rows.nrows > 0);
	query_close(k);
	return ok;
}
