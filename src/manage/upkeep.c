/* Schedules, versions and feedback of one dataset. */
#include "engage/engage.h"
#include "job/job.h"
#include "manage/inside.h"

enum { MOST_NOTES = 1000 };

/* --- schedules --------------------------------------------------------------------------------------------------------- */

static void put_schedule(struct manage_call *c, const struct job_schedule *s)
{
	json_open(&c->j, '{');
	json_member(&c->j, "uid", s->uid);
	json_member(&c->j, "cron_schedule", s->cron);
	json_member(&c->j, "timezone", s->timezone.n ? s->timezone : tenant_setting(c->tenant, "timezone"));
	manage_member_time(&c->j, "next_run_at", s->next);
	json_close(&c->j, '}');
}

static bool find_schedule(struct manage_call *c, struct job_schedule *out, struct err *e)
{
	struct job_schedule *list;
	size_t n;
	if (!job_schedules(c->s, c->t, c->config.dataset, c->a, &list, &n, e)) return false;
	for (size_t i = 0; i < n; i++) {
		if (!str_eq(list[i].uid, c->r->holes[1])) continue;
		*out = list[i];
		return true;
	}
	return manage_none("schedule", c->r->holes[1], e);
}

bool manage_list_schedules(struct manage_call *c, struct err *e)
{
	struct manage_page page;
	struct job_schedule *list;
	size_t n;
	if (!manage_page(c, &page, e) || !job_schedules(c->s, c->t, c->config.dataset, c->a, &list, &n, e)) return false;
	manage_page_begin(c, &page, (int64_t)n);
	for (size_t i = (size_t)page.offset; i < n && i < (size_t)(page.offset + page.limit); i++) put_schedule(c, &list[i]);
	manage_page_end(c);
	return true;
}

static bool write_schedule(struct manage_call *c, struct str uid, struct str zone, struct err *e)
{
	struct job_schedule out;
	struct str cron = json_text(json_get(c->body, "cron_schedule")), named = json_text(json_get(c->body, "timezone"));
	if (!cron.n) return manage_invalid_field(c, "cron_schedule", "Expected five parts, as in \"0 4 * * *\": minute, hour, day of the month, month, day of the week.");
	if (!job_schedule_write(c->s, c->t, c->config.dataset, uid, cron, named.n ? named : zone, c->who->account, c->a, &out, e)) {
		if (e->code != ERR_PARAMETER) return false;
		struct str said = arena_str(c->a, str_of(e->pub));
		*e = (struct err){ 0 };
		return manage_invalid_field(c, "cron_schedule", "%.*s", STR_ARG(said));
	}
	put_schedule(c, &out);
	return true;
}

bool manage_add_schedule(struct manage_call *c, struct err *e) { return write_schedule(c, STR(""), STR(""), e); }

bool manage_read_schedule(struct manage_call *c, struct err *e)
{
	struct job_schedule s;
	if (!find_schedule(c, &s, e)) return false;
	put_schedule(c, &s);
	return true;
}

bool manage_replace_schedule(struct manage_call *c, struct err *e)
{
	struct job_schedule s;
	return find_schedule(c, &s, e) && write_schedule(c, s.uid, s.timezone, e);
}

bool manage_remove_schedule(struct manage_call *c, struct err *e)
{
	struct job_schedule s;
	return find_schedule(c, &s, e) && job_schedule_remove(c->s, c->t, c->config.dataset, s.uid, e);
}

/* --- versions ------------------------------------------------------------------------------------------------------------ */

/* Sections in the words of the API: all but metadata is data. */
static void put_version(struct manage_call *c, const struct config_version *v)
{
	bool metadata = str_find(v->sections, STR("metadata")) >= 0, data = !str_eq(v->sections, STR("metadata")) && v->sections.n;
	json_open(&c->j, '{');
	json_member(&c->j, "uid", v->uid);
	json_key(&c->j, STR("sections"));
	json_open(&c->j, '[');
	if (data) json_put(&c->j, STR("data"));
	if (metadata) json_put(&c->j, STR("metadata"));
	json_close(&c->j, ']');
	json_member(&c->j, "action", v->action);
	json_key(&c->j, STR("created_by"));
	struct str name = manage_username(c, v->who);
	if (name.n) {
		json_open(&c->j, '{');
		json_member(&c->j, "username", name);
		json_close(&c->j, '}');
	} else {
		json_put_null(&c->j);
	}
	json_member_bool(&c->j, "can_restore", v->can_restore);
	manage_member_time(&c->j, "created_at", v->at);
	json_key(&c->j, STR("diff"));
	json_value(&c->j);
	buf_put(&c->out, v->diff.n ? v->diff : STR("{}"));
	json_close(&c->j, '}');
}

bool manage_list_versions(struct manage_call *c, struct err *e)
{
	struct manage_page page;
	struct config_version *list;
	size_t n;
	if (!manage_page(c, &page, e) || !config_versions(c->s, c->t, c->config.dataset, c->a, &list, &n, e)) return false;
	manage_page_begin(c, &page, (int64_t)n);
	for (size_t i = (size_t)page.offset; i < n && i < (size_t)(page.offset + page.limit); i++) put_version(c, &list[i]);
	manage_page_end(c);
	return true;
}

bool manage_read_version(struct manage_call *c, struct err *e)
{
	struct config_version *list;
	size_t n;
	if (!config_versions(c->s, c->t, c->config.dataset, c->a, &list, &n, e)) return false;
	for (size_t i = 0; i < n; i++) {
		if (!str_eq(list[i].uid, c->r->holes[1])) continue;
		put_version(c, &list[i]);
		return true;
	}
	return manage_none("version", c->r->holes[1], e);
}

bool manage_restore_version(struct manage_call *c, struct err *e)
{
	if (!config_restore(c->s, c->t, c->config.dataset, c->r->holes[1], c->who->account, c->a, &c->config, e)) return false;
	manage_put_dataset(c, &c->config);
	return true;
}

/* --- feedback ------------------------------------------------------------------------------------------------------------ */

static struct engage_scene scene(struct manage_call *c)
{
	return (struct engage_scene){ .site = c->s, .tenant = c->tenant, .origin = c->visit.origin, .lang = c->visit.lang, .client = c->r->client, .by = c->who->account, .arena = c->a };
}

static void put_note(struct manage_call *c, const struct engage_note *n)
{
	struct str name = manage_username(c, n->account);
	json_open(&c->j, '{');
	json_member(&c->j, "uid", arena_printf(c->a, "df_%lld", (long long)n->id));
	json_key(&c->j, STR("record_id"));
	if (n->about.n) json_put(&c->j, n->about);
	else json_put_null(&c->j);
	json_key(&c->j, STR("user"));
	if (name.n) {
		json_open(&c->j, '{');
		json_member(&c->j, "username", name);
		json_close(&c->j, '}');
	} else {
		json_put_null(&c->j);
	}
	json_member(&c->j, "comment", n->text);
	json_key(&c->j, STR("values"));
	json_open(&c->j, '{');
	json_close(&c->j, '}');
	json_member_bool(&c->j, "is_archived", n->state == ENGAGE_ARCHIVED);
	manage_member_time(&c->j, "created_at", n->created);
	json_close(&c->j, '}');
}

bool manage_list_feedbacks(struct manage_call *c, struct err *e)
{
	struct manage_page page;
	struct engage_note *list;
	struct engage_scene s = scene(c);
	size_t n;
	int64_t all, total = 0, at = 0;
	bool archived = str_eq(manage_query(c, "is_archived"), STR("true")), oldest = str_eq(manage_query(c, "sort"), STR("created_at"));
	struct str record = manage_query(c, "record_id"), sort = manage_query(c, "sort");
	if (sort.n && !oldest && !str_eq(sort, STR("-created_at"))) return manage_invalid_field(c, "sort", "Expected created_at or -created_at.");
	if (!manage_page(c, &page, e) || !engage_notes(&s, ENGAGE_FEEDBACK, -1, 0, MOST_NOTES, &list, &n, &all, e)) return false;
	const struct engage_note **fit = arena_array(c->a, const struct engage_note *, n + 1);
	for (size_t i = 0; i < n; i++) {
		const struct engage_note *x = &list[oldest ? n - 1 - i : i];
		if (x->dataset == c->config.dataset && (x->state == ENGAGE_ARCHIVED) == archived && (!record.n || str_eq(x->about, record))) fit[total++] = x;
	}
	manage_page_begin(c, &page, total);
	for (at = page.offset; at < total && at < page.offset + page.limit; at++) put_note(c, fit[at]);
	manage_page_end(c);
	return true;
}

static bool find_note(struct manage_call *c, struct engage_note *out, struct err *e)
{
	struct engage_scene s = scene(c);
	struct str uid = c->r->holes[1];
	int64_t id = 0;
	struct err why = { 0 };
	bool ok = str_starts(uid, STR("df_")) && str_to_int(str_from(uid, 3), &id) && engage_note_get(&s, id, out, &why);
	return (ok && out->dataset == c->config.dataset && out->kind == ENGAGE_FEEDBACK) || manage_none("feedback", uid, e);
}

bool manage_read_feedback(struct manage_call *c, struct err *e)
{
	struct engage_note n;
	if (!find_note(c, &n, e)) return false;
	put_note(c, &n);
	return true;
}

bool manage_archive_feedback(struct manage_call *c, struct err *e)
{
	struct engage_note n;
	struct engage_scene s = scene(c);
	if (!find_note(c, &n, e) || !engage_note_move(&s, n.id, ENGAGE_ARCHIVED, e)) return false;
	n.state = ENGAGE_ARCHIVED;
	put_note(c, &n);
	return true;
}
