/* What users and the members of groups are allowed: calls of the API in a period, datasets, and records of each. */
#include "manage/inside.h"

static const char *const calls_members[] = { "limit", "unit" };
static const char *const data_members[] = { "max_datasets", "max_records_by_dataset" };

/* An object with no other members than these two, whose place in the body is `place`; *given false: absent or null. */
static bool read_object(struct manage_call *c, const struct json_node *v, const char *place, const char *const members[2], bool *given)
{
	struct str key;
	const struct json_node *one;
	*given = json_kind(v) == JSON_OBJECT;
	if (json_kind(v) > JSON_NULL && !*given) {
		process_fault(&c->faults, str_of(place), "Expected an object with %s and %s.", members[0], members[1]);
		return false;
	}
	for (size_t at = 0; json_each(v, &at, &key, &one);) {
		if (str_eq(key, str_of(members[0])) || str_eq(key, str_of(members[1]))) continue;
		process_fault(&c->faults, arena_printf(c->a, "%s/%.*s", place, STR_ARG(str_sub(key, 0, 60))), "There is no such limit; expected %s and %s.", members[0], members[1]);
		return false;
	}
	return true;
}

/* -1 where nothing is said. */
static bool read_number(struct manage_call *c, const struct json_node *of, const char *place, const char *name, bool needed, int64_t *out)
{
	const struct json_node *v = json_get(of, name);
	*out = -1;
	if (json_kind(v) <= JSON_NULL && !needed) return true;
	*out = json_int(v, -1);
	if (*out < 0) process_fault(&c->faults, arena_printf(c->a, "%s/%s", place, name), "Expected a whole number, 0 or more; 0 is no limit.");
	return *out >= 0;
}

static bool read_calls(struct manage_call *c, const struct json_node *limits, struct manage_limits *out)
{
	static const char place[] = "explore_limits/api_calls";
	const struct json_node *of = json_get(limits, "api_calls");
	bool given;
	struct str key;
	const struct json_node *one;
	out->calls = json_kind(limits) == JSON_OBJECT;
	if (json_kind(limits) > JSON_NULL && !out->calls) {
		process_fault(&c->faults, STR("explore_limits"), "Expected an object with api_calls.");
		return false;
	}
	for (size_t at = 0; json_each(limits, &at, &key, &one);) {
		if (str_eq(key, STR("api_calls"))) continue;
		process_fault(&c->faults, arena_printf(c->a, "explore_limits/%.*s", STR_ARG(str_sub(key, 0, 60))), "There is no such limit; expected api_calls.");
		return false;
	}
	if (!read_object(c, of, place, calls_members, &given)) return false;
	if (!given) return true;
	if (!quota_unit_read(json_text(json_get(of, "unit")), &out->to.unit)) {
		process_fault(&c->faults, arena_printf(c->a, "%s/unit", place), "Expected year, month, day, hour, minute or second.");
		return false;
	}
	return read_number(c, of, place, "limit", true, &out->to.calls);
}

bool manage_read_limits(struct manage_call *c, const struct json_node *body, struct manage_limits *out)
{
	const struct json_node *data = json_get(body, "management_limits");
	*out = (struct manage_limits){ .to = ACCOUNT_LIMITS_UNSAID };
	return read_calls(c, json_get(body, "explore_limits"), out) && read_object(c, data, "management_limits", data_members, &out->datasets) &&
	       read_number(c, data, "management_limits", data_members[0], false, &out->to.datasets) &&
	       read_number(c, data, "management_limits", data_members[1], false, &out->to.records);
}

bool manage_write_limits(struct manage_call *c, int64_t account, int64_t group, const struct manage_limits *l, struct err *e)
{
	struct account_bounds b;
	if (!l->calls && !l->datasets) return true;
	if (!account_bounds(c->s->accounts, c->t, account, group, &b, e)) return false;
	struct account_limits now = b.own;
	if (l->calls) now.calls = l->to.calls, now.unit = l->to.unit;
	if (l->datasets) now.datasets = l->to.datasets, now.records = l->to.records;
	bool calls = now.calls != b.own.calls || now.unit != b.own.unit;
	if (!calls && now.datasets == b.own.datasets && now.records == b.own.records) return true;
	if (!account_limits_set(c->s->accounts, c->t, account, group, &now, e)) return false;
	if (account && calls) quota_begin_anew(c->s->quota, c->t, account);
	visitor_note(&c->visit, EVENT_SETTINGS_CHANGED, STR(""), STR("quota"));
	return true;
}

/* --- answers ------------------------------------------------------------------------------------------------------ */

static void put_limits(struct json_out *j, const struct account_limits *l)
{
	json_key(j, STR("explore_limits"));
	json_open(j, '{');
	if (l->calls >= 0) {
		json_key(j, STR("api_calls"));
		json_open(j, '{');
		json_member_int(j, "limit", l->calls);
		json_member(j, "unit", str_of(quota_unit_words[l->unit]));
		json_close(j, '}');
	}
	json_close(j, '}');
	json_key(j, STR("management_limits"));
	json_open(j, '{');
	if (l->datasets >= 0) json_member_int(j, "max_datasets", l->datasets);
	if (l->records >= 0) json_member_int(j, "max_records_by_dataset", l->records);
	json_close(j, '}');
}

static void put_kept(struct manage_call *c, int64_t account, int64_t group)
{
	static const struct account_limits none = ACCOUNT_LIMITS_UNSAID;
	struct account_bounds b;
	struct err ignored = { 0 };
	put_limits(&c->j, account_bounds(c->s->accounts, c->t, account, group, &b, &ignored) ? &b.own : &none);
}

/* Those who are active are in memory, for lists of a thousand. */
void manage_put_user_limits(struct manage_call *c, int64_t account)
{
	struct account_who who;
	if (accounts_who(c->s->accounts, c->t, account, c->a, &who)) put_limits(&c->j, &who.bounds.own);
	else put_kept(c, account, 0);
}

void manage_put_group_limits(struct manage_call *c, int64_t group) { put_kept(c, 0, group); }
