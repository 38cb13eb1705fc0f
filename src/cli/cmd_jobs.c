/* stoa jobs, stoa jobs log, stoa run: work on datasets from the command line. */
#include "cli/inside.h"
#include "config/config.h"
#include "job/job.h"
#include "json/json.h"
#include <time.h>

enum { MOST = 200, LOOK_NS = 100000000 };

static const char *const kinds[] = { [JOB_PUBLISH] = "publish", [JOB_PUBLISH_METADATA] = "metadata", [JOB_UNPUBLISH] = "unpublish", [JOB_DELETE] = "delete", [JOB_RECOVER] = "recover" };

static struct str when(struct cli *c, struct instant at)
{
	auto_buf b = BUF_INIT(64);
	if (!at.us) return STR("");
	clock_put_instant(&b, at.us - at.us % 1000000, clock_utc());
	return arena_str(&c->arena, buf_str(&b));
}

static bool portal_id(struct cli *c, struct tenant_id *out, struct err *e)
{
	const struct tenant *t;
	if (!cli_portal(c, &t, e)) return false;
	*out = t->id;
	tenant_release(c->site->tenants, t);
	return true;
}

static bool dataset_id(struct cli *c, struct tenant_id t, struct str which, int64_t *out, struct err *e)
{
	struct config found;
	if (!config_read(c->site, t, which, &c->arena, &found, e)) return false;
	*out = found.dataset;
	return true;
}

/* --- the list -------------------------------------------------------------------------------------------- */

static struct str state_of(const struct job_item *i) { return i->ended.us ? i->outcome : str_of(job_state_word(i->now.state)); }

static void put_json(struct cli *c, const struct job_item *list, size_t n)
{
	struct json_out j = JSON_OUT(&c->text);
	json_open(&j, '[');
	for (size_t i = 0; i < n; i++) {
		json_open(&j, '{');
		json_member_int(&j, "id", list[i].id);
		json_member(&j, "dataset", list[i].slug);
		json_member(&j, "work", str_of(kinds[list[i].kind]));
		json_member(&j, "state", state_of(&list[i]));
		json_member(&j, "queued", when(c, list[i].queued));
		json_member(&j, "started", when(c, list[i].started));
		json_member(&j, "ended", when(c, list[i].ended));
		json_member_int(&j, "rows", list[i].rows);
		json_member_int(&j, "errors", list[i].errors);
		json_member(&j, "message", list[i].message);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	cli_say(c, "%s", "");
}

static bool jobs(struct cli *c, struct err *e)
{
	static const char *const headings[] = { "ID", "DATASET", "WORK", "STATE", "QUEUED", "RECORDS", "ERRORS", "MESSAGE" };
	struct tenant_id t;
	struct job_item *list;
	size_t n;
	int64_t total, dataset = 0;
	if (!portal_id(c, &t, e) || (c->noperands && !dataset_id(c, t, c->operands[0], &dataset, e)) || !job_list(c->site, t, dataset, MOST, 0, &c->arena, &list, &n, &total, e)) return false;
	if (cli_has(c, "json")) {
		put_json(c, list, n);
		return true;
	}
	struct cli_table *table = cli_table_new(c, COUNT_OF(headings), headings, 0x61);
	for (size_t i = 0; i < n; i++) {
		cli_table_cell(table, arena_printf(&c->arena, "%lld", (long long)list[i].id));
		cli_table_cell(table, list[i].slug);
		cli_table_cell(table, str_of(kinds[list[i].kind]));
		cli_table_cell(table, state_of(&list[i]));
		cli_table_cell(table, when(c, list[i].queued));
		cli_table_cell(table, arena_printf(&c->arena, "%lld", (long long)list[i].rows));
		cli_table_cell(table, arena_printf(&c->arena, "%lld", (long long)list[i].errors));
		cli_table_cell(table, str_sub(list[i].message, 0, 80));
	}
	cli_table_print(table);
	if (total > (int64_t)n) cli_say(c, "%lld more", (long long)total - (long long)n);
	return true;
}

static bool jobs_log(struct cli *c, struct err *e)
{
	static const char *const levels[] = { "", "warning: ", "error: " };
	struct tenant_id t;
	struct job_line *list;
	size_t n;
	int64_t id;
	bool known;
	if (!str_to_int(c->operands[0], &id)) return err_set(e, ERR_USAGE, "`stoa jobs log` needs the number of a job, as `stoa jobs` lists them");
	if (!portal_id(c, &t, e) || !job_known(c->site, t, id, &known, e)) return false;
	if (!known) return err_set(e, ERR_NOT_FOUND, "there is no job %lld on this portal, or it is too old to be kept; `stoa jobs` lists them", (long long)id);
	if (!job_log(c->site, t, id, &c->arena, &list, &n, e)) return false;
	for (size_t i = 0; i < n; i++) cli_say(c, "%.*s %s%.*s", STR_ARG(when(c, list[i].at)), levels[list[i].level], STR_ARG(list[i].text));
	return true;
}

/* --- run --------------------------------------------------------------------------------------------------- */

struct run { struct cli *cli; struct tenant_id tenant; int64_t dataset, job; size_t said; };

static bool say_lines(struct run *r, struct err *e)
{
	struct job_line *list;
	size_t n;
	auto_arena a = ARENA_INIT;
	if (!job_log(r->cli->site, r->tenant, r->job, &a, &list, &n, e)) return false;
	for (; r->said < n; r->said++) cli_note(r->cli, "%.*s", STR_ARG(list[r->said].text));
	return true;
}

static bool find(struct run *r, struct arena *a, struct job_item *out, struct err *e)
{
	struct job_item *list;
	size_t n;
	int64_t total;
	if (!job_list(r->cli->site, r->tenant, r->dataset, MOST, 0, a, &list, &n, &total, e)) return false;
	for (size_t i = 0; i < n; i++)
		if (list[i].id == r->job) {
			*out = list[i];
			return true;
		}
	return err_set(e, ERR_NOT_FOUND, "the job is gone");
}

/* Follows a job to its end; leaving takes it back. */
static bool follow(struct run *r, struct job_item *out, struct err *e)
{
	struct cli *c = r->cli;
	bool told = false;
	for (;;) {
		auto_arena a = ARENA_INIT;
		struct job_item now;
		if (!say_lines(r, e) || !find(r, &a, &now, e)) return false;
		if (now.ended.us) break;
		if (c->cancel && cancel_fired(c->cancel) && !told) {
			struct err ignored = { 0 };
			told = true;
			if (!job_abort(c->site, r->tenant, r->dataset, &ignored)) return err_set(e, ERR_CANCELLED, "stopped");
		}
		nanosleep(&(struct timespec){ .tv_nsec = LOOK_NS }, NULL);
	}
	return say_lines(r, e) && find(r, &c->arena, out, e);
}

static bool run(struct cli *c, struct err *e)
{
	struct run r = { .cli = c };
	struct job_item end;
	if (!portal_id(c, &r.tenant, e) || !dataset_id(c, r.tenant, c->operands[0], &r.dataset, e)) return false;
	const struct job_order o = { .tenant = r.tenant, .dataset = r.dataset, .kind = cli_has(c, "metadata") ? JOB_PUBLISH_METADATA : JOB_PUBLISH, .if_changed = cli_has(c, "if-changed") };
	if (!job_put(c->site, &o, &r.job, e)) return false;
	/* Without a server there are no workers: the work is done here. */
	bool here = c->site->jobs == NULL;
	if (here && !c->site->conf) c->site->conf = c->conf;
	if ((here && !job_run(c->site, r.tenant, r.job, c->cancel, e)) || !follow(&r, &end, e)) return false;
	if (str_eq(end.outcome, STR("error"))) return err_set(e, ERR_BAD_SOURCE, "%.*s", STR_ARG(end.message));
	if (str_eq(end.outcome, STR("aborted"))) return err_set(e, ERR_CANCELLED, "stopped; what was published before stays as it was");
	cli_say(c, "%.*s: %.*s, %lld records, %lld errors", STR_ARG(end.slug), STR_ARG(end.outcome), (long long)end.rows, (long long)end.errors);
	return true;
}

static const struct cli_option list_options[] = {
	{ "portal", "HOST", CLI_REQUIRED, "The portal." },
	{ "json", NULL, 0, "Prints JSON." },
	{ 0 },
};
const struct cli_command cli_cmd_jobs = {
	.words = "jobs", .operands = "[DATASET]", .least = 0, .most = 1,
	.summary = "Lists what was published, unpublished and deleted, what is under way and what waits, newest first.",
	.detail = "", .options = list_options, .run = jobs,
};
const struct cli_command cli_cmd_jobs_log = {
	.words = "jobs log", .operands = "ID", .least = 1, .most = 1,
	.summary = "Prints what one of them did, line by line.",
	.detail = "", .options = list_options, .run = jobs_log,
};
static const struct cli_option run_options[] = {
	{ "portal", "HOST", CLI_REQUIRED, "The portal." },
	{ "if-changed", NULL, 0, "Does nothing when neither sources nor configuration have changed." },
	{ "metadata", NULL, 0, "Publishes metadata, labels and views alone; the data stay." },
	{ 0 },
};
const struct cli_command cli_cmd_run = {
	.words = "run", .operands = "DATASET", .least = 1, .most = 1,
	.summary = "Publishes a dataset by its configuration, and waits for the end.",
	.detail = "The sources are fetched, the processors run and the result takes the place of what is published, as the button Publish and\n"
	          "schedules do. While a server runs, its workers do the work. Interrupting stops it; what was published before stays.",
	.options = run_options, .run = run,
};
