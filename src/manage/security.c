/* Who may see and do what with one dataset: a ruleset for each user and group that is listed. */
#include "manage/inside.h"

/* Rules of accounts and of groups differ in whom they name, and in nothing else. */
struct side {
	const char *member, *key;   /* "user" {"username"}; "group" {"uid"} */
	bool groups;
};
static const struct side users = { "user", "username", false };
static const struct side groups = { "group", "uid", true };

static struct str name_of(struct manage_call *c, const struct side *s, const struct dataset_rule *r)
{
	return s->groups ? manage_group_uid(c, r->group) : manage_username(c, r->account);
}

static bool is_of(const struct side *s, const struct dataset_rule *r) { return s->groups ? r->group != 0 : r->account != 0; }

static void put_rule(struct manage_call *c, const struct side *s, const struct dataset_rule *r)
{
	struct str words = rule_may_text(c->a, r->permissions), word;
	json_open(&c->j, '{');
	json_key(&c->j, str_of(s->member));
	json_open(&c->j, '{');
	json_key(&c->j, str_of(s->key));
	json_put(&c->j, name_of(c, s, r));
	json_close(&c->j, '}');
	json_key(&c->j, STR("security"));
	manage_put_core(&c->j, r);
	json_key(&c->j, STR("permissions"));
	json_open(&c->j, '[');
	while (words.n && str_cut(&words, ',', &word)) json_put(&c->j, word);
	json_close(&c->j, ']');
	json_close(&c->j, '}');
}

static bool find_who(struct manage_call *c, const struct side *s, struct str name, int64_t *id, struct err *e)
{
	return s->groups ? manage_group(c, name, id, e) : manage_account(c, name, id, e);
}

static bool find_rule(struct manage_call *c, const struct side *s, int64_t id, struct dataset_rule *out, bool *found, struct err *e)
{
	struct catalog_rules rules;
	*found = false;
	if (!catalog_rules(c->s->catalog, c->t, c->config.dataset, c->a, &rules, e)) return false;
	for (size_t i = 0; i < rules.n; i++) {
		if (!is_of(s, &rules.list[i]) || (s->groups ? rules.list[i].group : rules.list[i].account) != id) continue;
		*out = rules.list[i];
		*found = true;
	}
	return true;
}

/* The rule of the user or group of the address. */
static bool named_rule(struct manage_call *c, const struct side *s, int64_t *id, struct dataset_rule *out, struct err *e)
{
	bool found = false;
	return find_who(c, s, c->r->holes[1], id, e) && (!*id || find_rule(c, s, *id, out, &found, e)) && (found || manage_none("ruleset for", c->r->holes[1], e));
}

static bool list_rules(struct manage_call *c, const struct side *s, struct err *e)
{
	struct manage_page page;
	struct catalog_rules rules;
	int64_t total = 0, at = 0;
	if (!manage_page(c, &page, e) || !catalog_rules(c->s->catalog, c->t, c->config.dataset, c->a, &rules, e)) return false;
	for (size_t i = 0; i < rules.n; i++) total += is_of(s, &rules.list[i]);
	manage_page_begin(c, &page, total);
	for (size_t i = 0; i < rules.n; i++) {
		if (!is_of(s, &rules.list[i])) continue;
		if (at >= page.offset && at < page.offset + page.limit) put_rule(c, s, &rules.list[i]);
		at++;
	}
	manage_page_end(c);
	return true;
}

static bool read_permissions(struct manage_call *c, struct rule_change *out)
{
	const struct json_node *list = json_get(c->body, "permissions");
	if (json_kind(list) == JSON_ABSENT || json_kind(list) == JSON_NULL) return true;
	if (json_kind(list) != JSON_ARRAY) {
		process_fault(&c->faults, STR("permissions"), "Expected a list of permissions.");
		return false;
	}
	out->parts |= RULE_PERMISSIONS;
	for (size_t i = 0; i < json_count(list); i++) {
		unsigned one = rule_may_read(json_text(json_at(list, i)));
		if (!one) {
			process_fault(&c->faults, arena_printf(c->a, "permissions/%zu", i), "Expected explore_restricted_dataset, edit_dataset, publish_dataset or manage_dataset.");
			return false;
		}
		out->permissions |= one;
	}
	return true;
}

/* Nobody gives what they do not have themselves. */
static bool bounded(struct manage_call *c, const struct rule_change *rule, struct err *e)
{
	static const struct { unsigned may; enum account_permission own; enum config_deed deed; } rows[] = {
		{ RULE_MAY_EDIT, ACCOUNT_MAY_EDIT_DATASET, CONFIG_EDIT }, { RULE_MAY_PUBLISH, ACCOUNT_MAY_PUBLISH_DATASET, CONFIG_PUBLISH },
		{ RULE_MAY_MANAGE, ACCOUNT_MAY_MANAGE_DATASET, CONFIG_SECURE } };
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if ((rule->permissions & rows[i].may) && !rights_may(c->who, rows[i].own) && !config_may(c->s, c->t, c->who, c->config.dataset, rows[i].deed))
			return err_set(e, ERR_FORBIDDEN, "You cannot give a permission on this dataset that you do not have yourself.");
	return true;
}

static bool store_rule(struct manage_call *c, const struct side *s, int64_t id, struct err *e)
{
	struct rule_change rule = { .account = s->groups ? 0 : id, .group = s->groups ? id : 0, .by = c->who->account, .row_filter = STR(""), .quota = STR("") };
	struct dataset_rule now;
	bool found;
	if (!read_permissions(c, &rule) || !manage_read_core(c, json_get(c->body, "security"), "security", &rule)) return manage_invalid(c, STR(""));
	if (!bounded(c, &rule, e) || !catalog_rule_set(c->s->catalog, c->t, c->config.slug, &rule, e) || !find_rule(c, s, id, &now, &found, e)) return false;
	if (found) put_rule(c, s, &now);
	return true;
}

static bool add_rule(struct manage_call *c, const struct side *s, struct err *e)
{
	int64_t id;
	bool found;
	struct dataset_rule now;
	struct str name = json_text(json_get(json_get(c->body, s->member), s->key));
	if (!find_who(c, s, name, &id, e)) return false;
	if (!id) return manage_invalid_field(c, s->member, "There is no %s \"%.*s\" on this portal.", s->member, STR_ARG(str_sub(name, 0, 120)));
	if (!find_rule(c, s, id, &now, &found, e)) return false;
	if (found) return manage_invalid_field(c, s->member, "There is a ruleset for this %s already; change it with PUT.", s->member);
	return store_rule(c, s, id, e);
}

static bool read_rule(struct manage_call *c, const struct side *s, struct err *e)
{
	int64_t id;
	struct dataset_rule r;
	if (!named_rule(c, s, &id, &r, e)) return false;
	put_rule(c, s, &r);
	return true;
}

static bool replace_rule(struct manage_call *c, const struct side *s, struct err *e)
{
	int64_t id;
	struct dataset_rule r;
	return named_rule(c, s, &id, &r, e) && store_rule(c, s, id, e);
}

static bool remove_rule(struct manage_call *c, const struct side *s, struct err *e)
{
	int64_t id;
	struct dataset_rule r;
	if (!named_rule(c, s, &id, &r, e)) return false;
	struct rule_change rule = { .account = s->groups ? 0 : id, .group = s->groups ? id : 0, .parts = RULE_REMOVE, .by = c->who->account };
	return catalog_rule_set(c->s->catalog, c->t, c->config.slug, &rule, e);
}

bool manage_list_security_users(struct manage_call *c, struct err *e) { return list_rules(c, &users, e); }
bool manage_add_security_user(struct manage_call *c, struct err *e) { return add_rule(c, &users, e); }
bool manage_read_security_user(struct manage_call *c, struct err *e) { return read_rule(c, &users, e); }
bool manage_replace_security_user(struct manage_call *c, struct err *e) { return replace_rule(c, &users, e); }
bool manage_remove_security_user(struct manage_call *c, struct err *e) { return remove_rule(c, &users, e); }
bool manage_list_security_groups(struct manage_call *c, struct err *e) { return list_rules(c, &groups, e); }
bool manage_add_security_group(struct manage_call *c, struct err *e) { return add_rule(c, &groups, e); }
bool manage_read_security_group(struct manage_call *c, struct err *e) { return read_rule(c, &groups, e); }
bool manage_replace_security_group(struct manage_call *c, struct err *e) { return replace_rule(c, &groups, e); }
bool manage_remove_security_group(struct manage_call *c, struct err *e) { return remove_rule(c, &groups, e); }
