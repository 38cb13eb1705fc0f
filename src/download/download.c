/* The job behind a download, and what its bytes go through: gzip, then digest, then spool. */
#include "download/download.h"
#include "clock/clock.h"
#include "crypt/crypt.h"
#include "io/io.h"
#include "pack/pack.h"
#include "rights/rights.h"
#include <stdlib.h>

enum { WIRE_LEVEL = 1, WRITING_S = 600 };
#define MOST_BYTES ((int64_t)64 << 30)

/* Outlives the request: nothing here points into its arena. */
struct download {
	struct arena arena;
	struct query_target target;
	struct query_request question;
	struct query_plan plan;
	/* From download_start on. */
	struct site_visit at;
	struct download_writer writer;
	struct cancel cancel;
	struct io_spool *spool;
	struct pack_gzipper *gzip; /* NULL: sent as it is */
	struct crypt_sha256_state digest;
	struct bell_alarm alarm;   /* fires the token when the writing takes too long */
	struct quota_purse purse;  /* who pays for the writing */
};

static void fire(void *arg) { cancel_fire(arg); }

void download_drop(struct download *d)
{
	if (!d) return;
	pack_gzipper_drop(d->gzip);
	query_plan_done(&d->plan);
	if (d->at.site) site_leave(&d->at);
	cancel_done(&d->cancel);
	arena_done(&d->arena);
	free(d);
}

void download_drop_at(struct download **d) { download_drop(*d); }

/* --- the question ---------------------------------------------------------------------------------- */

static const struct str *keep_texts(struct arena *a, const struct str *from, size_t n)
{
	struct str *to = arena_array(a, struct str, n);
	for (size_t i = 0; i < n; i++) to[i] = arena_str(a, from[i]);
	return to;
}

static const bool *keep_flags(struct arena *a, const bool *from, size_t n)
{
	if (!from) return NULL;
	bool *to = arena_array(a, bool, n);
	memcpy(to, from, n * sizeof *to);
	return to;
}

/* An older version's fields are read for one request only. */
static const struct schema *keep_schema(struct arena *a, const struct schema *from)
{
	struct schema *to = arena_new(a, struct schema);
	to->n = from->n;
	if (from->bound_or_null) {
		const struct schema_bound *bound = from->bound_or_null;
		struct schema_bound *kept = arena_new(a, struct schema_bound);
		*kept = (struct schema_bound){ .schema = keep_schema(a, bound->schema), .dataset_id = arena_str(a, bound->dataset_id),
			.filter = arena_str(a, bound->filter), .own = arena_str(a, bound->own), .mark = arena_str(a, bound->mark) };
		to->bound_or_null = kept;
	}
	to->fields = arena_array(a, struct field, from->n + 1);
	for (size_t i = 0; i < from->n; i++) {
		const struct field *f = &from->fields[i];
		struct field *k = &to->fields[i];
		*k = *f;
		k->name = arena_str(a, f->name);
		k->label = arena_str(a, f->label);
		k->description = arena_str(a, f->description);
		k->separator = arena_str(a, f->separator);
		k->hierarchy = arena_str(a, f->hierarchy);
		k->facetsort = arena_str(a, f->facetsort);
		k->unit = arena_str(a, f->unit);
		k->timezone = arena_str(a, f->timezone);
		k->precision = arena_str(a, f->precision);
	}
	return to;
}

static void keep(struct download *d, const struct query_request *q)
{
	struct arena *a = &d->arena;
	struct query_request *k = &d->question;
	d->target = *q->target;
	d->target.schema = keep_schema(a, q->target->schema);
	d->target.dataset_id = arena_str(a, q->target->dataset_id);
	d->target.row_filter = arena_str(a, q->target->row_filter);
	d->target.files_base = arena_str(a, q->target->files_base);
	d->target.visible_or_null = keep_flags(a, q->target->visible_or_null, q->target->schema->n);
	*k = *q;
	k->target = &d->target;
	k->select = arena_str(a, q->select);
	k->group_by = arena_str(a, q->group_by);
	k->order_by = arena_str(a, q->order_by);
	k->limit = arena_str(a, q->limit);
	k->offset = arena_str(a, q->offset);
	k->record_id = arena_str(a, q->record_id);
	k->lang = arena_str(a, q->lang);
	k->default_order = arena_str(a, q->default_order);
	k->where = keep_texts(a, q->where, q->nwhere);
	k->qv1 = keep_texts(a, q->qv1, q->nqv1);
	k->refine = keep_texts(a, q->refine, q->nrefine);
	k->exclude = keep_texts(a, q->exclude, q->nexclude);
	k->facet = keep_texts(a, q->facet, q->nfacet);
}

bool download_plan(const struct query_request *q, struct download **out, struct err *e)
{
	struct download *d = calloc(1, sizeof *d);
	ensure(d != NULL);
	cancel_init(&d->cancel);
	d->alarm = (struct bell_alarm){ .ring = fire, .arg = &d->cancel };
	keep(d, q);
	if (!query_plan_rows(&d->arena, &d->question, &d->plan, e)) {
		download_drop(d);
		return false;
	}
	*out = d;
	return true;
}

struct str download_order(struct arena *a, const struct dataset *d, const struct query_target *t)
{
	struct str name = STR(""), direction = STR("");
	for (size_t i = 0; i < d->nmetas; i++) {
		struct str json = d->metas[i].json;
		if (!str_eq(d->metas[i].template_, STR("visualization")) || json.n < 2 || json.p[0] != '"')
			continue;
		if (str_eq(d->metas[i].name, STR("export_default_sort_field"))) name = str_sub(json, 1, json.n - 2);
		if (str_eq(d->metas[i].name, STR("export_default_sort_direction"))) direction = str_sub(json, 1, json.n - 2);
	}
	/* Names have nothing that JSON would escape, and no backquote. */
	int at = name.n ? schema_find(t->schema, name) : -1;
	if (at < 0 || (t->schema->fields[at].flags & (FIELD_HIDDEN | FIELD_MULTIVALUED)) || (t->visible_or_null && !t->visible_or_null[at])) return STR("");
	enum value_type type = t->schema->fields[at].type;
	if (type == VALUE_POINT || type == VALUE_SHAPE || type == VALUE_FILE || type == VALUE_JSON) return STR("");
	return arena_printf(a, "`%.*s`%s", STR_ARG(t->schema->fields[at].name), str_eq(direction, STR("desc")) ? " desc" : "");
}

struct str download_canonical(const struct download *d) { return d->plan.canonical; }
const struct query_plan *download_question(const struct download *d) { return &d->plan; }
struct arena *download_arena(struct download *d) { return &d->arena; }

/* --- writing --------------------------------------------------------------------------------------- */

/* The last thing before the wire. */
static bool write_spool(void *to, struct str bytes, struct err *e)
{
	struct download *d = to;
	crypt_sha256_add(&d->digest, bytes);
	return io_spool_write(d->spool, bytes, e);
}

static bool write_gzip(void *to, struct str bytes, struct err *e)
{
	struct download *d = to;
	return pack_gzipper_put(d->gzip, bytes, e);
}

static bool end_gzip(struct download *d, struct err *e)
{
	struct pack_gzipper *g = d->gzip;
	d->gzip = NULL;
	return !g || pack_gzipper_end(g, e);
}

static void note_end(struct download *d, int64_t rows)
{
	unsigned char hash[CRYPT_SHA256];
	auto_buf text = BUF_INIT(128);
	crypt_sha256_end(&d->digest, hash);
	buf_lit(&text, "sha-256=:");
	crypt_put_base64(&text, str_make((const char *)hash, sizeof hash));
	buf_put_char(&text, ':');
	io_spool_note(d->spool, "Content-Digest", buf_str(&text));
	buf_clear(&text);
	buf_put_int(&text, rows);
	if (rows >= 0) io_spool_note(d->spool, "Stoa-Rows", buf_str(&text));
}

static bool write_all(struct download *d, int64_t *rows, struct err *e)
{
	const struct export_job x = { .engine = d->at.site->engine, .plan = &d->plan, .options = d->writer.options,
		.cancel_or_null = &d->cancel, .rows_or_null = rows };
	const struct export_sink to = { d->gzip ? write_gzip : write_spool, d };
	if (d->writer.format) return export_run(&x, d->writer.format, &to, e);
	return d->writer.write(&x, d->writer.arg, &to, rows, e);
}

/* In the lane for long work. A failure is told to the reader by cutting the connection. */
static void run(void *arg)
{
	struct download *d = arg;
	struct site *s = d->at.site;
	struct err e = { 0 };
	int64_t rows = 0, begun = clock_monotonic_ns();
	if (s->bell) bell_set(s->bell, &d->alarm, clock_monotonic_ns() + INT64_C(1000000000) * WRITING_S);
	crypt_sha256_start(&d->digest);
	bool good = write_all(d, &rows, &e) && end_gzip(d, &e);
	if (s->bell) bell_unset(s->bell, &d->alarm);
	quota_charge(s->quota, &d->purse, (clock_monotonic_ns() - begun) / 1000);
	if (good) note_end(d, rows);
	good = io_spool_end(d->spool, good, &e) && good;
	/* The reader only sees the connection cut, so the reason is told here. A reader who left is no news. */
	if (!good && s->log && e.code != ERR_NONE)
		log_failure(s->log, e.code == ERR_CANCELLED ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR, "export.failed", &e);
	download_drop(d);
}

/* --- beginning ------------------------------------------------------------------------------------- */

static bool open_spool(struct download *d, const struct site *s, struct err *e)
{
	const char *folder = arena_printf(&d->arena, "%.*s/tmp", STR_ARG(s->folder)).p;
	if (!io_make_folders(folder, e) || !io_spool_open(folder, MOST_BYTES, &d->spool, e)) return false;
	io_spool_on_abandon(d->spool, fire, &d->cancel);
	return true;
}

static bool is_packed(const struct download_writer *w)
{
	if (!w->format) return w->packed;
	return w->options.compressed || (w->format->flags & EXPORT_PACKED);
}

bool download_start(struct download **given, struct httpd_request *r, struct httpd_reply *p, struct site_visit *at,
                    const struct download_writer *w, struct err *e)
{
	struct download *d = *given;
	struct lane *haul = at->site->haul;
	int64_t tenant = at->tenant->id.v;
	if (!open_spool(d, at->site, e)) return false;
	*given = NULL;
	d->writer = *w;
	d->purse = rights_purse(r);
	export_options_keep(&d->arena, &d->writer.options);
	if (!is_packed(w) && httpd_accepts(r, "gzip")) {
		pack_gzipper_open(WIRE_LEVEL, write_spool, d, &d->gzip);
		httpd_reply_encoded(p, "gzip");
	}
	httpd_reply_lit(p, "Trailer", "Content-Digest, Stoa-Rows");
	struct io_reader *reader = io_spool_reader(d->spool);
	d->at = *at; /* the job leaves the portal when it is done */
	*at = (struct site_visit){ 0 };
	if (!haul) {
		run(d);
	} else if (!lane_put(haul, tenant, run, d)) {
		struct err ignored = { 0 };
		io_reader_close(reader);
		(void)io_spool_end(d->spool, false, &ignored);
		download_drop(d);
		return err_set(e, ERR_BUSY, "Too many exports are being written. Please try again in a moment.");
	}
	httpd_reply_spool(p, reader);
	return true;
}
