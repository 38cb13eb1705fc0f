/* Reuses that readers told of: looked at, shown or declined, corrected, taken away; what the pages of the review do. The names of who told
 * of one are theirs and never changed. */
#include "engage/engage.h"
#include "manage/inside.h"

static const char *const states[] = { [ENGAGE_PENDING] = "pending", [ENGAGE_APPROVED] = "approved", [ENGAGE_REJECTED] = "rejected" };

static struct engage_scene scene_of(struct manage_call *c)
{
	return (struct engage_scene){ .site = c->s, .tenant = c->tenant, .origin = c->visit.origin, .lang = c->visit.lang, .client = c->r->client, .by = c->who->account, .arena = c->a };
}

static void put(struct manage_call *c, const struct engage_reuse *r)
{
	struct json_out *j = &c->j;
	json_open(j, '{');
	json_member(j, "uid", arena_printf(c->a, "%lld", (long long)r->id));
	json_member(j, "status", str_of(states[r->state]));
	json_member(j, "kind", str_of(engage_reuse_kind_word(r->kind)));
	engage_put_reuse(j, c->a, r, catalog_find_or_null(c->visit.at.view, r->slug), c->visit.lang_code, STR(""));
	json_member(j, "email", r->email);
	json_member(j, "reason", r->reason);
	manage_member_time(j, "moderated_at", r->decided);
	json_close(j, '}');
}

static bool find(struct manage_call *c, struct engage_reuse *out, struct err *e)
{
	struct engage_scene s = scene_of(c);
	int64_t id;
	if (!str_to_int(c->r->holes[0], &id) || id <= 0) return manage_none("reuse", c->r->holes[0], e);
	return engage_reuse_get(&s, id, out, e);
}

/* As it is now. */
static bool answer(struct manage_call *c, const char *deed, struct err *e)
{
	struct engage_reuse r;
	if (!find(c, &r, e)) return false;
	if (deed) visitor_note(&c->visit, EVENT_REUSE_REVIEWED, str_of(deed), arena_printf(c->a, "%lld", (long long)r.id));
	put(c, &r);
	return true;
}

bool manage_list_reuses(struct manage_call *c, struct err *e)
{
	struct manage_page page;
	struct engage_scene s = scene_of(c);
	struct engage_reuse *list;
	size_t n = 0;
	int64_t all = 0;
	struct str status = manage_query(c, "status");
	struct engage_reuse_ask q = { .state = ENGAGE_PENDING, .private_ = true };
	if (!manage_page(c, &page, e)) return false;
	for (size_t i = 0; i < COUNT_OF(states); i++)
		if (str_eq(status, str_of(states[i]))) q.state = (enum engage_state)i;
	if (status.n && !str_eq(status, str_of(states[q.state]))) return manage_invalid_field(c, "status", "Expected pending, approved or rejected.");
	q.start = page.offset;
	q.rows = (size_t)page.limit;
	if (!engage_reuses(&s, &q, &list, &n, &all, e)) return false;
	manage_page_begin(c, &page, all);
	for (size_t i = 0; i < n && i < (size_t)page.limit; i++) put(c, &list[i]);
	manage_page_end(c);
	return true;
}

bool manage_read_reuse(struct manage_call *c, struct err *e) { return answer(c, NULL, e); }

static bool decide(struct manage_call *c, bool yes, struct str reason, struct err *e)
{
	struct engage_scene s = scene_of(c);
	struct engage_reuse r;
	if (!find(c, &r, e)) return false;
	if (engage_reuse_decide(&s, r.id, yes, reason, e)) return answer(c, yes ? "approved" : "rejected", e);
	return manage_conflict(c, "invalid_reuse_status", e);
}

bool manage_approve_reuse(struct manage_call *c, struct err *e) { return decide(c, true, STR(""), e); }

bool manage_reject_reuse(struct manage_call *c, struct err *e)
{
	enum { MOST = 2000 };
	const struct json_node *reason = json_get(c->body, "reason");
	if (json_kind(c->body) != JSON_OBJECT) return manage_invalid_field(c, "non_field_errors", "Expected a JSON object; \"reason\" is told to whoever sent the reuse.");
	if ((json_kind(reason) > JSON_NULL && json_kind(reason) != JSON_TEXT) || json_text(reason).n > MOST) return manage_invalid_field(c, "reason", "Expected a text of at most %d bytes.", MOST);
	return decide(c, false, str_trim(json_text(reason)), e);
}

/* A text of the body in the place of what is there. */
static void take(struct manage_call *c, const char *name, struct str *to)
{
	const struct json_node *v = json_get(c->body, name);
	if (json_kind(v) <= JSON_NULL) return;
	if (json_kind(v) != JSON_TEXT || !str_trim(json_text(v)).n) process_fault(&c->faults, str_of(name), "Expected a text.");
	else *to = str_trim(json_text(v));
}

bool manage_update_reuse(struct manage_call *c, struct err *e)
{
	struct engage_scene s = scene_of(c);
	struct engage_reuse r;
	struct str kind = STR("");
	if (!find(c, &r, e)) return false;
	if (json_kind(c->body) != JSON_OBJECT) return manage_invalid_field(c, "non_field_errors", "Expected a JSON object with title, description, url or kind.");
	take(c, "title", &r.title);
	take(c, "description", &r.description);
	take(c, "url", &r.url);
	take(c, "kind", &kind);
	if (kind.n && !engage_reuse_kind_of(kind, &r.kind)) {
		struct str words = STR("");
		for (unsigned i = 0; i < ENGAGE_REUSE_KINDS; i++)
			words = arena_printf(c->a, "%.*s%s%s", STR_ARG(words), i ? ", " : "", engage_reuse_kind_word((enum engage_reuse_kind)i));
		process_fault(&c->faults, STR("kind"), "Expected one of %.*s.", STR_ARG(words));
	}
	if (c->faults.list.n) return manage_invalid(c, STR(""));
	r.picture_or_null = NULL;
	if (engage_reuse_change(&s, &r, e)) return answer(c, "changed", e);
	(void)manage_fault_of(c, "non_field_errors", e);
	return c->faults.list.n && manage_invalid(c, STR(""));
}

bool manage_remove_reuse(struct manage_call *c, struct err *e)
{
	struct engage_scene s = scene_of(c);
	struct engage_reuse r;
	if (!find(c, &r, e) || !engage_reuse_drop(&s, r.id, e)) return false;
	visitor_note(&c->visit, EVENT_REUSE_REVIEWED, STR("deleted"), arena_printf(c->a, "%lld", (long long)r.id));
	return true;
}
