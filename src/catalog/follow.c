/* Rules name fields, and mean columns: when a publication calls a column otherwise, what was said of it goes on being said of it, and a column
 * that takes the name over is not let in by it. A filter is somebody's text and is not rewritten: a name that it uses cannot become another
 * column's. */
#include "catalog/inside.h"

struct follow { const struct schema *was, *now; };

static int own_name(const struct schema *s, struct str name)
{
	for (size_t i = 0; i < s->n; i++)
		if (str_eq(s->fields[i].name, name)) return (int)i;
	return -1;
}

static bool has_alias(const struct field *f, struct str name)
{
	for (size_t i = 0; i < f->naliases; i++)
		if (str_eq(f->aliases[i], name)) return true;
	return false;
}

/* Whether a field was called otherwise before this publication, by a name that some field then had. */
static bool came_from(const struct follow *x, const struct field *f)
{
	for (size_t i = 0; i < f->naliases; i++)
		if (own_name(x->was, f->aliases[i]) >= 0) return true;
	return false;
}

/* Where the column of a former field is now; -1: nowhere that is known. */
static int now_of(const struct follow *x, const struct field *f)
{
	for (size_t i = 0; i < x->now->n; i++)
		if (has_alias(&x->now->fields[i], f->name)) return (int)i;
	int same = own_name(x->now, f->name);
	if (same >= 0 && !came_from(x, &x->now->fields[same])) return same;
	for (size_t i = 0; i < x->now->n; i++)
		if (has_alias(f, x->now->fields[i].name) && own_name(x->was, x->now->fields[i].name) < 0) return (int)i;
	return -1;
}

/* What a name of a rule is from now on; empty: what it named is not there, and the name is another column's. */
static struct str followed(const struct follow *x, struct str name)
{
	int was = schema_find(x->was, name);
	if (was < 0) return name;
	int now = now_of(x, &x->was->fields[was]);
	if (now >= 0) return x->now->fields[now].name;
	return schema_find(x->now, name) < 0 ? name : STR("");
}

static bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

/* Names in the text of a filter; what stands in quotes is a value. */
static bool filter_ok(const struct follow *x, struct str filter, struct err *e)
{
	for (size_t i = 0; i < filter.n;) {
		char c = filter.p[i];
		size_t from = i++;
		if (c == '"' || c == '\'') {
			while (i < filter.n && filter.p[i] != c) i += filter.p[i] == '\\' ? 2 : 1;
			i++;
			continue;
		}
		if (!is_word(c)) continue;
		while (i < filter.n && is_word(filter.p[i])) i++;
		struct str name = str_sub(filter, from, i - from);
		int was = schema_find(x->was, name), now = schema_find(x->now, name);
		if (was >= 0 && now >= 0 && now != now_of(x, &x->was->fields[was]))
			return err_set(e, ERR_PARAMETER, "the name “%.*s” stands in a filter of the security rules and would be another column's now: change the filter first, or choose another name",
			               STR_ARG(name));
	}
	return true;
}

static bool follow_one(struct store_tx *tx, struct arena *a, struct tenant_id t, int64_t dataset, const struct follow *x, const struct dataset_rule *r, struct err *e)
{
	struct str *names = arena_array(a, struct str, r->nfields + 1);
	size_t n = 0;
	bool changed = false;
	if (!filter_ok(x, r->row_filter, e)) return false;
	for (size_t i = 0; i < r->nfields; i++) {
		struct str to = followed(x, r->fields[i]);
		changed |= !str_eq(to, r->fields[i]);
		if (to.n) names[n++] = to;
	}
	const struct rule_change c = { .parts = RULE_FIELDS, .account = r->account, .group = r->group, .fields = names, .nfields = n };
	return !changed || rule_put(tx, a, t, dataset, &c, e);
}

static bool former(struct store_tx *tx, struct arena *a, struct tenant_id t, int64_t dataset, struct schema *out, bool *found, struct err *e)
{
	struct store_rows *r;
	struct str fields = STR("");
	if (!store_ask(tx, CATALOG_Q(shown_fields), t, STORE_PARAMS(VALUE_OF_INT(dataset)), &r, e)) return false;
	enum store_step step = store_step(r, e);
	*found = step == STORE_ROW;
	if (*found) fields = arena_str(a, store_text(r, 0));
	store_stop(r);
	return step != STORE_FAILED && (!*found || schema_from_json(a, fields, out, e));
}

bool rules_follow(struct store_tx *tx, struct arena *a, struct tenant_id t, int64_t dataset, const struct schema *now, struct err *e)
{
	struct schema was;
	struct catalog_rules rules;
	bool found;
	if (!former(tx, a, t, dataset, &was, &found, e) || (found && !rules_read(tx, t, dataset, a, &rules, e))) return false;
	if (!found) return true;
	const struct follow x = { &was, now };
	bool ok = follow_one(tx, a, t, dataset, &x, &rules.everybody, e);
	for (size_t i = 0; ok && i < rules.n; i++) ok = follow_one(tx, a, t, dataset, &x, &rules.list[i], e);
	return ok;
}
