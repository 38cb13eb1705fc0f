/* GET /catalog/exports/{format} : the catalogue as a file (§13). Tables are exports of the catalogue's own
 * rows. Everything else is made of datasets: the question tells which, in which order; they are looked up as
 * the caller's copies before the first byte, and written one at a time. */
#include "explore/inside.h"
#include "dcat/dcat.h"
#include "download/download.h"
#include "export/export.h"
#include "visitor/visitor.h"

/* --- tables --------------------------------------------------------------------------------------- */

static bool is_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!((c >= 'a' && c <= 'z') || c == '_' || (c >= '0' && c <= '9' && i > 0))) return false;
	}
	return s.n > 0;
}

static void put_name(struct buf *b, struct str name)
{
	struct str part;
	for (bool first = true; str_cut(&name, '.', &part); first = false) {
		if (!first) buf_put_char(b, '.');
		if (is_plain(part)) buf_put(b, part);
		else buf_printf(b, "`%.*s`", STR_ARG(part));
	}
}

/* Every meta of every template, then the id. */
static struct str all_metas(struct call *c)
{
	auto_buf b = BUF_INIT(LIMIT_CLAUSE_BYTES);
	const struct schema *s = c->target.schema;
	for (size_t i = 0; i < s->n; i++) {
		const struct field *f = &s->fields[i];
		ptrdiff_t dot = str_find_char(f->name, '.');
		/* Variants in one language have a second dot. */
		if (dot < 0 || dot != str_rfind_char(f->name, '.') || (f->flags & FIELD_HIDDEN)) continue;
		put_name(&b, f->name);
		buf_lit(&b, ", ");
	}
	buf_lit(&b, "datasetid");
	return b.over ? STR("*") : arena_str(c->arena, buf_str(&b));
}

static bool put_table(struct call *c, const struct export_format *f, struct err *e)
{
	struct export_options o;
	struct query_request q = call_question(c, QUERY_EXPORT);
	auto_download *d = NULL;
	if (!download_options(c, &o, e) || (q.group_by.n == 0 && !selection_is_table(c, q.select, e))) return false;
	o.compressed = false;
	if (q.select.n == 0 && q.group_by.n == 0) q.select = all_metas(c);
	if (!download_plan(&q, &d, e)) return false;
	if (call_is_fresh(c, download_canonical(d))) return true;
	rest_download(c->p, str_of(f->mime), arena_printf(c->arena, "datasets.%s", f->suffix));
	if (c->r->method == HTTPD_HEAD) return true;
	const struct download_writer w = { .format = f, .options = o };
	return download_start(&d, c->r, c->p, &c->at, &w, e);
}

static void plan_done(struct query_plan *p) { query_plan_done(p); }

/* Chosen members of DatasetObjects, or groups, as lists of datasets have them. */
static bool put_selected(struct call *c, struct err *e)
{
	enum { MOST_BYTES = 1 << 30 };
	auto_buf b = BUF_INIT(MOST_BYTES);
	auto_with(plan_done) struct query_plan plan = { 0 };
	struct selection s = { 0 };
	int64_t n;
	struct query_request q = call_question(c, QUERY_EXPORT);
	if (q.group_by.n == 0 && !selection_read(c, q.select, &s, e)) return false;
	if (s.with_id) q.select = s.select;
	if (!query_plan_rows(c->arena, &q, &plan, e)) return false;
	if (call_is_fresh(c, plan.canonical)) return true;
	buf_put_char(&b, '[');
	if (!selection_put(&b, c, &plan, &s, false, &n, e)) return false;
	buf_put_char(&b, ']');
	if (b.over) return err_set(e, ERR_TOO_LARGE, "The catalogue is too large for this export; select less.");
	rest_download(c->p, STR("application/json"), STR("datasets.json"));
	httpd_reply_take(c->p, &b);
	return true;
}

/* --- datasets ------------------------------------------------------------------------------------- */

/* What is written after the call is over; in the download's arena. */
struct job {
	struct arena *arena;
	const struct dcat_document *document_or_null; /* NULL: an array of DatasetObjects */
	struct dcat_options options;
	VEC(const struct dataset *) datasets;         /* the caller's copies */
};

static bool gather(struct call *c, struct download *d, struct job *job, struct err *e)
{
	const struct query_plan *p = download_question(d);
	struct query_cursor *k;
	struct batch rows;
	bool ok = true;
	if (p->empty || !call_has_rows(c)) return true;
	if (!query_open(c->at.site->engine, p, c->r->cancel, &k, e)) return false;
	do {
		ok = query_next(k, &rows, e);
		for (size_t i = 0; ok && i < rows.nrows; i++) {
			const struct dataset *one = rights_dataset_or_null(&c->at, &c->who, job->arena, rows.columns[0].texts[i]);
			if (!one) continue;
			vec_push(job->arena, &job->datasets, one);
			if (one->modified.us > job->options.updated.us) job->options.updated = one->modified;
		}
	} while (ok && rows.nrows > 0);
	query_close(k);
	return ok;
}

/* The formats a caller can have a dataset in. */
static size_t formats_of(const struct dataset *d, struct dcat_format *out, size_t most)
{
	size_t n = 0;
	const struct query_target target = { .at = d->version, .schema = &d->schema };
	for (const struct export_format *const *f = export_formats(); *f && n < most; f++) {
		if (!d->data_visible || !export_offered(&target, *f)) continue;
		out[n++] = (struct dcat_format){ str_of((*f)->name), str_of((*f)->mime), str_of((*f)->suffix) };
	}
	return n;
}

static bool send(struct buf *b, const struct export_sink *to, bool all, struct err *e)
{
	enum { CHUNK = 128 * 1024 };
	if (b->over) return err_set(e, ERR_TOO_LARGE, "one dataset of the export is too large");
	if (b->n == 0 || (!all && b->n < CHUNK)) return true;
	bool ok = to->write(to->to, buf_str(b), e);
	buf_clear(b);
	return ok;
}

static bool stopped(const struct export_job *j, struct err *e)
{
	return j->cancel_or_null && cancel_fired(j->cancel_or_null) && !err_set(e, ERR_CANCELLED, "the export was stopped");
}

static bool write_document(const struct export_job *j, void *arg, const struct export_sink *to, int64_t *rows, struct err *e)
{
	enum { FORMATS = 32, ONE_BYTES = 256 << 20 };
	struct job *job = arg;
	auto_buf b = BUF_INIT(ONE_BYTES);
	bool ok = true;
	struct dcat *k = dcat_begin(&b, job->document_or_null, &job->options);
	for (size_t i = 0; ok && i < job->datasets.n; i++) {
		struct dcat_format formats[FORMATS];
		dcat_put(k, job->datasets.p[i], formats, formats_of(job->datasets.p[i], formats, FORMATS));
		++*rows;
		ok = !stopped(j, e) && send(&b, to, false, e);
	}
	dcat_end(k);
	return ok && send(&b, to, true, e);
}

static bool write_objects(const struct export_job *j, void *arg, const struct export_sink *to, int64_t *rows, struct err *e)
{
	enum { ONE_BYTES = 256 << 20 };
	struct job *job = arg;
	auto_buf b = BUF_INIT(ONE_BYTES);
	bool ok = true;
	buf_put_char(&b, '[');
	for (size_t i = 0; ok && i < job->datasets.n; i++) {
		if (i) buf_put_char(&b, ',');
		dataset_put_json(&b, job->datasets.p[i], job->options.lang, job->options.zone, false);
		++*rows;
		ok = !stopped(j, e) && send(&b, to, false, e);
	}
	buf_put_char(&b, ']');
	return ok && send(&b, to, true, e);
}

static void keep_options(struct call *c, struct job *job, const char *name)
{
	struct arena *a = job->arena;
	struct str origin = visitor_origin(a, c->at.tenant->host, c->at.site->listen_port);
	struct str api = arena_printf(a, "%.*s" EXPLORE_PREFIX, STR_ARG(origin));
	job->options = (struct dcat_options){
		.tenant = c->at.tenant,
		.origin = origin,
		.api = api,
		.self = arena_printf(a, "%.*s/catalog/exports/%s", STR_ARG(api), name),
		.lang = arena_str(a, c->lang),
		.every_language = !c->v[CALL_LANG].given,
		.zone = c->zone,
		.only = arena_str(a, c->v[CALL_INCLUDE_EXPORTS].text),
		.labels = c->v[CALL_LABELS_IN_EXPORTS].number != 0,
	};
}

static bool put_datasets(struct call *c, const struct dcat_document *document_or_null, struct err *e)
{
	struct query_request q = call_question(c, QUERY_EXPORT);
	auto_download *d = NULL;
	q.select = STR("datasetid");
	q.group_by = STR("");
	if (!download_plan(&q, &d, e)) return false;
	if (call_is_fresh(c, download_canonical(d))) return true;
	struct str type = document_or_null ? str_of(dcat_mime(document_or_null)) : STR("application/json");
	rest_download(c->p, type, arena_printf(c->arena, "datasets.%s", document_or_null ? dcat_suffix(document_or_null) : "json"));
	if (c->r->method == HTTPD_HEAD) return true;
	struct job *job = arena_new(download_arena(d), struct job);
	job->arena = download_arena(d);
	job->document_or_null = document_or_null;
	keep_options(c, job, document_or_null ? dcat_name(document_or_null) : "json");
	if (!gather(c, d, job, e)) return false;
	const struct download_writer w = { .write = document_or_null ? write_document : write_objects, .arg = job };
	return download_start(&d, c->r, c->p, &c->at, &w, e);
}

static bool run(struct call *c, struct err *e)
{
	struct str name = c->r->holes[0];
	const struct export_format *f = export_format_or_null(name);
	const struct dcat_document *document = dcat_document_or_null(name);
	bool json = str_eq(name, STR("json")), whole = !c->v[CALL_SELECT].given && !c->v[CALL_GROUP_BY].given;
	call_catalogue(c);
	if (document && dcat_offered(document, c->at.tenant)) return put_datasets(c, document, e);
	if (json) return whole ? put_datasets(c, NULL, e) : put_selected(c, e);
	if (f && (f->flags & EXPORT_CATALOGUE)) return put_table(c, f, e);
	return err_set(e, ERR_NO_ROUTE, "The catalogue is not offered in the format %.*s.", STR_ARG(str_sub(name, 0, 60)));
}

EXPLORE_ENDPOINT(get_catalog_export, "/catalog/exports/{format}", .name = "exportDatasets",
                 .summary = "Gives the datasets of a question as a file.", .in = EXPLORE_IN_BOTH,
                 .params = TAKES_EXPORT | TAKES(OFFSET) | TAKES(START) | TAKES(INCLUDE_EXPORTS) | TAKES(LABELS_IN_EXPORTS),
                 .answer = EXPLORE_CATALOGUE_FILE, .run = run);
