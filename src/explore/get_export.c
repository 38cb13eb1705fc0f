/* GET …/exports/{format} : all records of a question as a file. Everything that can be wrong with the
 * question is told before the first byte; then the writing goes on in the lane for long work, into a
 * spool, at the engine's pace, while the reader takes it at theirs. */
#include "explore/inside.h"
#include "export/export.h"
#include "io/io.h"
#include <stdlib.h>

enum { EXPORT_S = 600 };
#define EXPORT_BYTES ((int64_t)64 << 30)

/* Outlives the request: nothing here points into its arena. */
struct job {
	struct arena arena;
	struct site_visit at;
	struct query_target target;
	struct query_request question;
	struct query_plan plan;
	const struct export_format *format;
	struct export_options options;
	struct cancel cancel;
	struct io_spool *spool;
	struct bell_alarm alarm; /* fires the token when the export takes too long */
};

static void job_free(struct job *j)
{
	query_plan_done(&j->plan);
	if (j->at.site) site_leave(&j->at);
	cancel_done(&j->cancel);
	arena_done(&j->arena);
	free(j);
}

static void fire(void *arg) { cancel_fire(arg); }

static bool write_spool(void *to, struct str bytes, struct err *e)
{
	struct job *j = to;
	return io_spool_write(j->spool, bytes, e);
}

/* In the lane for long work. A failure is told to the reader by cutting the connection. */
static void job_run(void *arg)
{
	struct job *j = arg;
	struct err e = { 0 };
	struct export_job x = { j->at.site->engine, &j->plan, j->options, &j->cancel };
	struct export_sink to = { write_spool, j };
	struct site *s = j->at.site;
	if (s->bell) bell_set(s->bell, &j->alarm, clock_monotonic_ns() + INT64_C(1000000000) * EXPORT_S);
	bool good = export_run(&x, j->format, &to, &e);
	if (s->bell) bell_unset(s->bell, &j->alarm);
	good = io_spool_end(j->spool, good, &e) && good;
	/* The reader only sees the connection cut, so the reason is told here. A reader who left is no news. */
	if (!good && s->log && e.code != ERR_NONE) log_failure(s->log, e.code == ERR_CANCELLED ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR, "export.failed", &e);
	job_free(j);
}

/* --- before the first byte ------------------------------------------------------------------------ */

static const struct str *keep_texts(struct arena *a, const struct str *from, size_t n)
{
	struct str *to = arena_array(a, struct str, n);
	for (size_t i = 0; i < n; i++) to[i] = arena_str(a, from[i]);
	return to;
}

static void keep_question(struct job *j, const struct query_request *q)
{
	struct arena *a = &j->arena;
	struct query_request *k = &j->question;
	*k = *q;
	k->target = &j->target;
	k->select = arena_str(a, q->select);
	k->group_by = arena_str(a, q->group_by);
	k->order_by = arena_str(a, q->order_by);
	k->limit = arena_str(a, q->limit);
	k->offset = STR(""); /* exports have none */
	k->lang = arena_str(a, q->lang);
	k->where = keep_texts(a, q->where, q->nwhere);
	k->refine = keep_texts(a, q->refine, q->nrefine);
	k->exclude = keep_texts(a, q->exclude, q->nexclude);
	k->facet = keep_texts(a, q->facet, q->nfacet);
}

/* Gives a job with its plan; what it needs of the call is copied or taken over. */
static struct job *job_new(struct call *c, const struct export_format *f, const struct export_options *o)
{
	struct job *j = calloc(1, sizeof *j);
	ensure(j != NULL);
	j->format = f;
	j->options = *o;
	j->options.list_separator = arena_str(&j->arena, o->list_separator);
	cancel_init(&j->cancel);
	j->alarm = (struct bell_alarm){ .ring = fire, .arg = &j->cancel };
	struct query_request q = call_question(c, QUERY_EXPORT);
	j->target = c->target;
	keep_question(j, &q);
	return j;
}

static bool open_spool(struct job *j, const struct call *c, struct err *e)
{
	const char *folder = arena_printf(&j->arena, "%.*s/tmp", STR_ARG(c->at.site->folder)).p;
	if (!io_make_folders(folder, e)) return false;
	if (!io_spool_open(folder, EXPORT_BYTES, &j->spool, e)) return false;
	io_spool_on_abandon(j->spool, fire, &j->cancel);
	return true;
}

/* Hands the job over, and the reader to the reply. Takes the job. */
static bool start(struct job *j, struct call *c, struct err *e)
{
	struct lane *haul = c->at.site->haul;
	struct io_reader *reader = io_spool_reader(j->spool);
	int64_t tenant = c->at.tenant->id.v;
	j->at = c->at; /* the job leaves the portal when it is done */
	c->at = (struct site_visit){ 0 };
	if (!haul) {
		job_run(j);
	} else if (!lane_put(haul, tenant, job_run, j)) {
		struct err ignored = { 0 };
		io_reader_close(reader);
		(void)io_spool_end(j->spool, false, &ignored);
		job_free(j);
		return err_set(e, ERR_BUSY, "Too many exports are being written. Please try again in a moment.");
	}
	httpd_reply_spool(c->p, reader);
	return true;
}

static const struct export_format *format_of(const struct call *c, struct err *e)
{
	const struct export_format *f = export_format_or_null(c->r->holes[1]);
	if (f && download_offered(c->dataset, f)) return f;
	err_set(e, ERR_NO_ROUTE, "The dataset %.*s is not offered in the format %.*s.", STR_ARG(c->dataset->slug),
	        STR_ARG(str_sub(c->r->holes[1], 0, 60)));
	return NULL;
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_call c;
	struct export_options o;
	if (!call_enter(&c, r, p, app, e) || !call_records(&c, e)) return false;
	const struct export_format *f = format_of(&c, e);
	if (!f || !download_options(&c, &o, e)) return false;
	struct job *j = job_new(&c, f, &o);
	bool ok = query_plan_rows(&j->arena, &j->question, &j->plan, e);
	if (ok && call_is_fresh(&c, j->plan.canonical)) {
		job_free(j);
		return true;
	}
	if (ok) {
		struct str suffix = export_suffix(c.arena, f, &o);
		rest_download(p, export_mime(f, &o), arena_printf(c.arena, "%.*s.%.*s", STR_ARG(c.dataset->slug), STR_ARG(suffix)));
	}
	if (ok && r->method != HTTPD_HEAD) ok = open_spool(j, &c, e);
	if (ok && r->method != HTTPD_HEAD) return start(j, &c, e);
	job_free(j);
	return ok;
}

const struct httpd_route explore_get_export = {
	.method = HTTPD_GET, .pattern = EXPLORE_PREFIX "/catalog/datasets/{dataset}/exports/{format}", .run = run,
};
