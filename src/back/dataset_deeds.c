/* What is done to datasets by one button, to one or to many at once: publish, stop, take back, undo, copy, delete, bring back. Each is a post
 * that leads back to where the button stood; nothing here cannot be undone, but for older data that are forgotten: that is what it is for. What readers see is deleted after a question (dataset_delete.c). */
#include "back/dataset_inside.h"

enum { MANY = 200 };

struct deed {
	const char *word;
	enum config_deed may;
	enum job_kind kind;       /* of deeds for the queue */
	bool queued;
	const char *said;
};
static const struct deed deeds[] = {
	{ "publish", CONFIG_PUBLISH, JOB_PUBLISH, true, "publishing-now" },
	{ "metadata", CONFIG_PUBLISH, JOB_PUBLISH_METADATA, true, "publishing-now" },
	{ "unpublish", CONFIG_PUBLISH, JOB_UNPUBLISH, true, "dataset-hidden" },
	{ "abort", CONFIG_PUBLISH, JOB_PUBLISH, false, "stopped" },
	{ "forget", CONFIG_PUBLISH, JOB_PUBLISH, false, "forgotten" },
	{ "undo", CONFIG_EDIT, JOB_PUBLISH, false, "undone" },
	{ "redo", CONFIG_EDIT, JOB_PUBLISH, false, "redone" },
	{ "copy", CONFIG_EDIT, JOB_PUBLISH, false, "copied" },
	{ "delete", CONFIG_DELETE, JOB_PUBLISH, false, "deleted-dataset" },
	{ "undelete", CONFIG_DELETE, JOB_PUBLISH, false, "undeleted" },
};

static const struct deed *deed_or_null(struct str word)
{
	for (size_t i = 0; i < COUNT_OF(deeds); i++)
		if (str_eq(word, str_of(deeds[i].word)))
			return &deeds[i];
	return NULL;
}

/* Does it; *copy is the configuration of a copy. */
static bool act(struct visit *v, const struct deed *d, const struct config *c, struct config *copy, struct err *e)
{
	struct site *s = v->at.site;
	struct tenant_id t = v->at.tenant->id;
	int64_t who = v->who.account, job;
	if (!back_dataset_may(v, c, d->may))
		return err_set(e, ERR_FORBIDDEN, "This account may not do this to the dataset.");
	if (d->queued)
		return job_put(s, &(struct job_order){ .tenant = t, .dataset = c->dataset, .who = who, .kind = d->kind }, &job, e);
	if (str_eq(str_of(d->word), STR("abort")))
		return job_abort(s, t, c->dataset, e);
	if (str_eq(str_of(d->word), STR("forget"))) {
		struct publish_forgotten gone;
		return publish_forget(s, t, c->slug, who, &gone, e);
	}
	if (str_eq(str_of(d->word), STR("undo")) || str_eq(str_of(d->word), STR("redo")))
		return config_undo(s, t, c->dataset, who, str_eq(str_of(d->word), STR("redo")), v->arena, copy, e);
	if (str_eq(str_of(d->word), STR("copy")))
		return config_copy(s, t, c->dataset, who, v->arena, copy, e);
	if (str_eq(str_of(d->word), STR("undelete")))
		return config_undelete(s, t, c->dataset, who, e);
	return config_delete(s, t, c->dataset, who, e);
}

/* What is said when it is done; what came back may be called otherwise than before. */
static const char *said_of(struct visit *v, const struct deed *d, const struct config *c)
{
	struct config now;
	struct err ignored = { 0 };
	bool renamed = str_eq(str_of(d->word), STR("undelete")) && config_read(v->at.site, v->at.tenant->id, c->uid, v->arena, &now, &ignored) && !str_eq(now.slug, c->slug);
	return renamed ? "undeleted-renamed" : d->said;
}

/* Refusals that a page can say in a word: the word, or NULL for what is to be handed on. */
static const char *refusal_or_null(struct err *e)
{
	const char *word = e->code == ERR_CONFLICT ? "busy" : e->code == ERR_TOO_LARGE ? "full" : e->code == ERR_NOT_FOUND ? "nothing-undone" : NULL;
	if (word)
		*e = (struct err){ 0 };
	return word;
}

/* What readers see is not deleted before somebody was asked. */
static bool asks(const struct deed *d, const struct config *c, const struct visitor_form *f)
{
	return str_eq(str_of(d->word), STR("delete")) && c->published && !visitor_field(f, STR("sure")).n;
}

/* Back to a page of datasets, nowhere else. */
static struct str way_back(struct visit *v, const struct visitor_form *f, const struct config *c)
{
	struct str back = visitor_field(f, STR("back"));
	return str_starts(back, STR("/backoffice/")) && str_find(back, STR("..")) < 0 ? back : back_dataset_path(v, c, DATASET_TABS);
}

static bool run_one(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form;
	struct config c, copy;
	if (!back_enter(app, r, p, VIEW_OFFICE_DATASETS, 0, &v, e))
		return back_answered(p, e);
	if (!back_form(&v, &form, e))
		return false;
	const struct deed *d = deed_or_null(visitor_field(&form, STR("do")));
	if (!d)
		return err_set(e, ERR_BAD_REQUEST, "There is no such button.");
	bool deleted = str_eq(str_of(d->word), STR("undelete"));
	if (!(deleted ? config_read_deleted : config_read)(v.at.site, v.at.tenant->id, r->holes[0], v.arena, &c, e))
		return false;
	if (!back_dataset_may(&v, &c, CONFIG_READ))
		return err_set(e, ERR_NOT_FOUND, "There is no such dataset.");
	if (asks(d, &c, &form))
		return dataset_ask_delete(&v, &c.uid, 1, e);
	if (!act(&v, d, &c, &copy, e)) {
		const char *word = refusal_or_null(e);
		return word ? back_done(&v, way_back(&v, &form, &c), word, e) : false;
	}
	if (str_eq(str_of(d->word), STR("copy")))
		return back_done(&v, back_dataset_path(&v, &copy, DATASET_TAB_SOURCES), d->said, e);
	if (str_eq(str_of(d->word), STR("delete")))
		return back_done(&v, arena_printf(v.arena, "/backoffice/datasets/?deleted=%.*s", STR_ARG(c.uid)), d->said, e);
	return back_done(&v, deleted ? back_dataset_path(&v, &c, DATASET_TAB_SOURCES) : way_back(&v, &form, &c), said_of(&v, d, &c), e);
}

const struct httpd_route back_dataset_do = { .method = HTTPD_POST, .pattern = "/backoffice/datasets/{uid}/do/", .body_max = 64 * 1024, .run = run_one };

/* --- many at once ------------------------------------------------------------------------------------------------- */

/* Asks about all of them together, before anything is done to one. */
static bool ask_first(struct visit *v, const struct deed *d, const struct str *uids, size_t n, const struct visitor_form *f, bool *asked, struct err *e)
{
	*asked = false;
	for (size_t i = 0; i < n && !*asked && str_eq(str_of(d->word), STR("delete")); i++) {
		struct config c;
		if (!config_read(v->at.site, v->at.tenant->id, uids[i], v->arena, &c, e))
			return false;
		*asked = asks(d, &c, f);
	}
	return !*asked || dataset_ask_delete(v, uids, n, e);
}

static bool run_many(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form;
	struct str uids[MANY], word;
	struct str back, deleted = STR("");
	if (!back_enter(app, r, p, VIEW_OFFICE_DATASETS, 0, &v, e))
		return back_answered(p, e);
	if (!back_form(&v, &form, e))
		return false;
	size_t n = back_chosen(&form, &word, uids, COUNT_OF(uids));
	const struct deed *d = deed_or_null(word);
	if (!d)
		return err_set(e, ERR_BAD_REQUEST, "There is no such button.");
	back = visitor_field(&form, STR("back"));
	if (!str_starts(back, STR("/backoffice/datasets/")))
		back = STR("/backoffice/datasets/");
	if (!n)
		return back_done(&v, back, "none-chosen", e);
	bool asked;
	if (!ask_first(&v, d, uids, n, &form, &asked, e))
		return false;
	if (asked)
		return true;
	const char *said = d->said;
	for (size_t i = 0; i < n; i++) {
		struct config c, copy;
		bool undelete = str_eq(word, STR("undelete"));
		if (!(undelete ? config_read_deleted : config_read)(v.at.site, v.at.tenant->id, uids[i], v.arena, &c, e))
			return false;
		if (!act(&v, d, &c, &copy, e)) {
			const char *why = refusal_or_null(e);
			if (!why)
				return false;
			said = why;
		} else if (str_eq(word, STR("delete"))) {
			deleted = arena_printf(v.arena, "%.*s%s%.*s", STR_ARG(deleted), deleted.n ? "," : "", STR_ARG(c.uid));
		} else if (str_eq(word, STR("copy"))) {
			return back_done(&v, back_dataset_path(&v, &copy, DATASET_TAB_SOURCES), said, e);
		} else if (undelete && said == d->said) {
			said = said_of(&v, d, &c);
		}
	}
	if (deleted.n)
		back = arena_printf(v.arena, "%.*s%cdeleted=%.*s", STR_ARG(back), str_find_char(back, '?') < 0 ? '?' : '&', STR_ARG(deleted));
	return back_done(&v, back, said, e);
}

const struct httpd_route back_datasets_do = { .method = HTTPD_POST, .pattern = "/backoffice/datasets/do/", .body_max = 64 * 1024, .run = run_many };

/* --- how it goes: asked by the pages while something is under way --------------------------------------------------- */

static bool put_state(struct json_out *j, struct visit *v, struct str uid, struct err *e)
{
	struct config c;
	struct job_status s;
	enum html_tone tone;
	static const char *const tones[] = { [HTML_INFO] = "info", [HTML_SUCCESS] = "success", [HTML_WARNING] = "warning", [HTML_BAD] = "danger", [HTML_NEUTRAL] = "" };
	if (!config_read(v->at.site, v->at.tenant->id, uid, v->arena, &c, e))
		return false;
	if (!back_dataset_may(v, &c, CONFIG_READ))
		return err_set(e, ERR_NOT_FOUND, "There is no such dataset.");
	if (!job_status(v->at.site, v->at.tenant->id, c.dataset, v->arena, &s, e))
		return false;
	struct html words = { .out = BUF_INIT(64 << 10), .lang = v->lang };
	if (back_is_busy(s.state))
		back_put_progress(&words, &s);
	struct str title = i18n_text(v->lang, back_state_title(str_of(job_state_word(s.state)), c.published, &tone));
	json_open(j, '{');
	json_member(j, "uid", c.uid);
	json_member(j, "state", str_of(job_state_word(s.state)));
	json_member_bool(j, "busy", back_is_busy(s.state));
	json_member(j, "title", title);
	json_member(j, "tone", str_of(tones[tone]));
	json_member(j, "text", view_plain(v->arena, buf_str(&words.out), 400));
	json_member_int(j, "permille", s.permille);
	json_close(j, '}');
	buf_done(&words.out);
	return true;
}

static bool run_status(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	auto_buf b = BUF_INIT(1 << 20);
	struct json_out j = JSON_OUT(&b);
	if (!back_enter(app, r, p, VIEW_OFFICE_DATASETS, 0, &v, e))
		return back_answered(p, e);
	if (!put_state(&j, &v, r->holes[0], e))
		return false;
	httpd_reply_type(p, STR("application/json; charset=utf-8"));
	httpd_reply_take(p, &b);
	return true;
}

/* The same of several: ?uid=…&uid=…; those that are gone are left out. */
static bool run_states(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	auto_buf b = BUF_INIT(1 << 20);
	struct json_out j = JSON_OUT(&b);
	if (!back_enter(app, r, p, VIEW_OFFICE_DATASETS, 0, &v, e))
		return back_answered(p, e);
	json_open(&j, '[');
	for (size_t i = 0; i < r->nquery && i < MANY; i++) {
		if (!str_eq(r->query[i].name, STR("uid")) || put_state(&j, &v, r->query[i].value, e))
			continue;
		if (e->code != ERR_NOT_FOUND)
			return false;
		*e = (struct err){ 0 };
	}
	json_close(&j, ']');
	httpd_reply_type(p, STR("application/json; charset=utf-8"));
	httpd_reply_take(p, &b);
	return true;
}

const struct httpd_route back_dataset_status = { .method = HTTPD_GET, .pattern = "/backoffice/datasets/{uid}/status/", .run = run_status };
const struct httpd_route back_datasets_status = { .method = HTTPD_GET, .pattern = "/backoffice/datasets/status/", .run = run_states };

/* The dataset's address without a tab. */
static bool run_first(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct config c;
	if (!back_dataset_enter(app, r, p, CONFIG_READ, &v, &c, e))
		return back_answered(p, e);
	return httpd_reply_redirect(p, 303, c.draft ? arena_printf(v.arena, "/backoffice/datasets/%.*s/check/", STR_ARG(c.uid)) : back_dataset_path(&v, &c, DATASET_TAB_SOURCES), e);
}

const struct httpd_route back_dataset = { .method = HTTPD_GET, .pattern = "/backoffice/datasets/{uid}/", .run = run_first };
