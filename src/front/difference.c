/* Which rows differ between two versions. Rows are matched by the fields that make a record's identity, where the dataset
 * names some and the reader sees them; else a row is its values, and a changed one is one gone and one come. Only fields
 * that both versions have and the reader sees are looked at, so nothing hidden can show as a change. */
#include "front/history.h"

#include "text/text.h"
#include <stdlib.h>

struct row { uint64_t key, values; uint32_t old, new_; };
struct cells { uint64_t key; struct str *texts; };   /* one a field */

struct pass {
	struct front_dataset *d;
	const struct history_version *old, *new_;
	struct str select;
	const struct field **fields;   /* of the newer version */
	bool *identifies;
	size_t n;
	bool by_key;                   /* some fields identify */
	struct row *rows;
	size_t nrows, most;
	int64_t added, removed, changed;
	struct cells come[HISTORY_SAMPLE], gone[HISTORY_SAMPLE], now[HISTORY_SAMPLE], before[HISTORY_SAMPLE];
	size_t ncome, ngone, nnow, nbefore;
};
typedef void take_row(struct pass *p, uint64_t key, uint64_t values, struct str *texts);

/* --- reading a version ------------------------------------------------------------------------------------- */

static void put_field_name(struct buf *b, struct str name)
{
	buf_put_char(b, '`');
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == '`' || name.p[i] == '\\')
			buf_put_char(b, '\\');
		buf_put_char(b, name.p[i]);
	}
	buf_put_char(b, '`');
}

static bool choose_fields(struct pass *p)
{
	struct arena *a = p->d->visit.arena;
	const struct schema *now = p->new_->target.schema, *then = p->old->target.schema;
	auto_buf b = BUF_INIT(LIMIT_URL_BYTES * 8);
	p->fields = arena_array(a, const struct field *, now->n + 1);
	p->identifies = arena_array(a, bool, now->n + 1);
	bool whole_key = true;
	for (size_t i = 0; i < now->n; i++) {
		const struct field *f = &now->fields[i];
		int at = schema_find(then, f->name);
		bool seen = at >= 0 && history_sees(p->new_, i) && history_sees(p->old, (size_t)at);
		if ((f->flags & FIELD_ID) && !seen)
			whole_key = false;
		if (!seen)
			continue;
		if (p->n)
			buf_lit(&b, ", ");
		put_field_name(&b, f->name);
		p->identifies[p->n] = f->flags & FIELD_ID;
		p->by_key |= p->identifies[p->n];
		p->fields[p->n++] = f;
	}
	p->by_key &= whole_key;
	p->select = arena_str(a, buf_str(&b));
	return p->n > 0 && !b.over;
}

static uint64_t mixed(uint64_t h, struct str s)
{
	return (h ^ map_hash(s)) * UINT64_C(0x9e3779b97f4a7c15) + (h >> 29);
}

static bool read_version(struct pass *p, const struct history_version *v, take_row *take, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct query_plan plan;
	struct query_cursor *k;
	struct batch rows;
	struct query_request r = { .target = &v->target, .mode = QUERY_EXPORT, .select = p->select, .now_us = clock_now().us };
	struct record_style style = { .zone = clock_utc() };
	struct record_csv csv = { .delimiter = ',', .list_separator = STR(", ") };
	if (!query_plan_rows(&a, &r, &plan, e))
		return false;
	bool ok = query_open(p->d->site->engine, &plan, p->d->visit.request->cancel, &k, e);
	if (ok) {
		auto_buf b = BUF_INIT(LIMIT_CELL_BYTES * 4);
		struct str *texts = arena_array(&a, struct str, plan.ncolumns + 1);
		while ((ok = query_next(k, &rows, e)) && rows.nrows)
			for (size_t i = 0; i < rows.nrows; i++) {
				struct arena_mark mark = arena_mark(&a);
				uint64_t key = 1, values = 2;
				for (size_t c = 0; c < plan.ncolumns && c < p->n; c++) {
					buf_clear(&b);
					if (column_has(&rows.columns[c], i))
						record_put_csv(&b, &plan.columns[c], &rows.columns[c], i, &style, &csv);
					texts[c] = arena_str(&a, buf_str(&b));
					values = mixed(values, texts[c]);
					if (p->identifies[c])
						key = mixed(key, texts[c]);
				}
				take(p, p->by_key ? key : values, values, texts);
				arena_rewind(&a, mark);
			}
		query_close(k);
	}
	query_plan_done(&plan);
	return ok;
}

/* --- three passes: the older, the newer, and the older again for what is gone -------------------------------- */

static void take_old(struct pass *p, uint64_t key, uint64_t values, struct str *texts)
{
	(void)texts;
	if (p->nrows < p->most)
		p->rows[p->nrows++] = (struct row){ .key = key, .values = values, .old = 1 };
}

static int by_key(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	return x->key < y->key ? -1 : x->key > y->key;
}

/* Equal rows become one that counts. */
static void sort_old(struct pass *p)
{
	size_t n = 0;
	qsort(p->rows, p->nrows, sizeof *p->rows, by_key);
	for (size_t i = 0; i < p->nrows; i++) {
		if (n && p->rows[n - 1].key == p->rows[i].key)
			p->rows[n - 1].old++;
		else
			p->rows[n++] = p->rows[i];
	}
	p->nrows = n;
}

static void keep(struct pass *p, struct cells *list, size_t *n, uint64_t key, const struct str *texts)
{
	enum { CELL = 160 };
	struct arena *a = p->d->visit.arena;
	if (*n >= HISTORY_SAMPLE)
		return;
	struct cells *c = &list[(*n)++];
	c->key = key;
	c->texts = arena_array(a, struct str, p->n);
	for (size_t i = 0; i < p->n; i++)
		c->texts[i] = texts[i].n > CELL ? arena_join(a, text_cut(texts[i], CELL), STR("…")) : arena_str(a, texts[i]);
}

static void take_new(struct pass *p, uint64_t key, uint64_t values, struct str *texts)
{
	struct row wanted = { .key = key };
	struct row *found = p->nrows ? bsearch(&wanted, p->rows, p->nrows, sizeof *p->rows, by_key) : NULL;
	if (!found || found->new_ >= found->old) {
		p->added++;
		keep(p, p->come, &p->ncome, key, texts);
		return;
	}
	found->new_++;
	if (found->values == values)
		return;
	p->changed++;
	keep(p, p->now, &p->nnow, key, texts);
}

static void take_gone(struct pass *p, uint64_t key, uint64_t values, struct str *texts)
{
	struct row wanted = { .key = key };
	struct row *found = bsearch(&wanted, p->rows, p->nrows, sizeof *p->rows, by_key);
	(void)values;
	if (found && found->new_ < found->old) {
		found->old--;
		keep(p, p->gone, &p->ngone, key, texts);
	}
	for (size_t i = 0; i < p->nnow; i++)
		if (p->now[i].key == key)
			keep(p, p->before, &p->nbefore, key, texts);
}

static bool read_both(struct pass *p, struct err *e)
{
	p->most = (size_t)num_min(num_max(p->old->rows, INT64_C(0)) + 1000, (int64_t)HISTORY_ROWS + 1);
	p->rows = arena_array(p->d->visit.arena, struct row, p->most);
	if (!read_version(p, p->old, take_old, e))
		return false;
	sort_old(p);
	if (!read_version(p, p->new_, take_new, e))
		return false;
	for (size_t i = 0; i < p->nrows; i++)
		p->removed += p->rows[i].old - p->rows[i].new_;
	return (!p->removed && !p->changed) || read_version(p, p->old, take_gone, e);
}

/* --- telling ----------------------------------------------------------------------------------------------- */

static const struct cells *before_of(const struct pass *p, uint64_t key)
{
	for (size_t i = 0; i < p->nbefore; i++)
		if (p->before[i].key == key)
			return &p->before[i];
	return NULL;
}

static void put_cell(struct html *h, struct str now, const struct str *before_or_null)
{
	html_lit(h, "<td><bdi>");
	if (before_or_null && !str_eq(*before_or_null, now)) {
		html_lit(h, "<del>");
		html_text(h, *before_or_null);
		html_lit(h, "</del><ins>");
		html_text(h, now);
		html_lit(h, "</ins>");
	} else {
		html_text(h, now);
	}
	html_lit(h, "</bdi></td>");
}

static void put_sample(struct pass *p, const char *id, const char *one, const char *many, int64_t count, const struct cells *list, size_t n, bool changes)
{
	enum { COLUMNS = 40 };
	struct html *h = &p->d->page.h;
	size_t columns = num_min(p->n, (size_t)COLUMNS);
	if (!count)
		return;
	html_lit(h, "<section><h3 id=\"");
	html_text(h, str_of(id));
	html_lit(h, "\">");
	html_say_plural(h, one, many, count);
	html_lit(h, "</h3>");
	if (count > (int64_t)n) {
		html_lit(h, "<p class=\"about\">");
		html_say_plural(h, N2_("The first {0}:", "The first {0}:"), (int64_t)n);
		html_lit(h, "</p>");
	}
	html_lit(h, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"");
	html_text(h, str_of(id));
	html_lit(h, "\"><table><thead><tr>");
	for (size_t c = 0; c < columns; c++) {
		html_lit(h, "<th scope=\"col\"><bdi>");
		html_text(h, p->fields[c]->label);
		html_lit(h, "</bdi></th>");
	}
	html_lit(h, "</tr></thead><tbody>");
	for (size_t i = 0; i < n; i++) {
		const struct cells *before = changes ? before_of(p, list[i].key) : NULL;
		html_lit(h, "<tr>");
		for (size_t c = 0; c < columns; c++)
			put_cell(h, list[i].texts[c], before ? &before->texts[c] : NULL);
		html_lit(h, "</tr>");
	}
	html_lit(h, "</tbody></table></div></section>");
}

static void say(struct html *h, const char *message)
{
	html_lit(h, "<section><h3>");
	html_say(h, N_("Records"));
	html_lit(h, "</h3><p>");
	html_say(h, message);
	html_lit(h, "</p></section>");
}

bool history_put_rows(struct front_dataset *d, const struct history_version *old, const struct history_version *new_, struct err *e)
{
	struct html *h = &d->page.h;
	struct pass *p = arena_new(d->visit.arena, struct pass);
	*p = (struct pass){ .d = d, .old = old, .new_ = new_ };
	int64_t most = num_max(old->rows, new_->rows);
	if (!choose_fields(p)) {
		say(h, N_("The two versions have no field in common, so their records cannot be compared."));
		return true;
	}
	if (old->rows < 0 || new_->rows < 0 || most > HISTORY_ROWS || most * (int64_t)p->n > HISTORY_CELLS) {
		say(h, N_("These versions are too large to be compared record by record on a page."));
		return true;
	}
	if (!read_both(p, e))
		return false;
	if (!p->by_key) {
		html_lit(h, "<p class=\"about\">");
		html_say(h, N_("No field says which record is which, so a record that changed counts as one taken out and one added."));
		html_lit(h, "</p>");
	}
	if (!p->added && !p->removed && !p->changed)
		say(h, N_("The records are the same."));
	put_sample(p, "added", N2_("{0} record added", "{0} records added"), p->added, p->come, p->ncome, false);
	put_sample(p, "changed", N2_("{0} record changed", "{0} records changed"), p->changed, p->now, p->nnow, true);
	put_sample(p, "removed", N2_("{0} record taken out", "{0} records taken out"), p->removed, p->gone, p->ngone, false);
	return true;
}
