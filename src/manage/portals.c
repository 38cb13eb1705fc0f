/* The portals that are run from this one, by programs: made, named, bounded, closed and opened, taken away and brought back, as on the pages of
 * back/portals.c. Those of others are not there. */
#include "mail/mail.h"
#include "manage/inside.h"
#include "transfer/transfer.h"

static const struct { const char *word, *setting; } limits[] = {
	{ "calls_per_day", "ceiling.calls" }, { "datasets", "ceiling.datasets" }, { "records_per_dataset", "ceiling.records" } };

static bool is_mine(const struct manage_call *c, const struct tenant *t) { return t && t->parent.v == c->t.v; }

/* Held; NULL with the refusal. */
static const struct tenant *find(struct manage_call *c, struct err *e)
{
	int64_t id = 0;
	const struct tenant *t = str_to_int(c->r->holes[0], &id) && id > 0 ? tenants_hold_or_null(c->s->tenants, (struct tenant_id){ id }) : NULL;
	if (is_mine(c, t)) return t;
	tenant_release(c->s->tenants, t);
	err_set(e, ERR_NOT_FOUND, "This portal runs no such portal.");
	return NULL;
}

static void put_limits(struct json_out *j, const struct tenant *t)
{
	json_key(j, STR("limits"));
	json_open(j, '{');
	for (size_t i = 0; i < COUNT_OF(limits); i++) {
		int64_t n = tenant_number(t, limits[i].setting);
		json_key(j, str_of(limits[i].word));
		if (n > 0) json_put_int(j, n);
		else json_put_null(j);
	}
	json_close(j, '}');
}

static bool put_used(struct manage_call *c, const struct tenant *t, struct err *e)
{
	const struct catalog_view *v;
	int64_t records = 0, bytes = 0;
	if (!catalog_hold(c->s->catalog, t->id, &v, e)) return false;
	for (size_t i = 0; i < v->n; i++) {
		records += v->datasets[i].rows;
		bytes += v->datasets[i].bytes;
	}
	json_key(&c->j, STR("used"));
	json_open(&c->j, '{');
	json_member_int(&c->j, "datasets", (int64_t)v->n);
	json_member_int(&c->j, "records", records);
	json_member_int(&c->j, "bytes", bytes);
	json_close(&c->j, '}');
	catalog_release(c->s->catalog, v);
	return true;
}

static const char *state_of(const struct tenant *t) { return t->removed.us ? "removed" : t->restoring.us ? "restoring" : t->suspended ? "suspended" : "open"; }

static bool put(struct manage_call *c, const struct tenant *t, struct err *e)
{
	struct json_out *j = &c->j;
	json_open(j, '{');
	json_member(j, "uid", arena_printf(c->a, "%lld", (long long)t->id.v));
	json_member(j, "host", t->host);
	json_key(j, STR("aliases"));
	json_open(j, '[');
	for (size_t i = 0; i < t->naliases; i++) json_put(j, t->aliases[i]);
	json_close(j, ']');
	json_member(j, "title", tenant_setting(t, "title"));
	json_key(j, STR("languages"));
	json_open(j, '[');
	for (size_t i = 0; i < t->nlanguages; i++) json_put(j, t->languages[i]);
	json_close(j, ']');
	json_member(j, "parent", c->tenant->host);
	json_member(j, "state", str_of(state_of(t)));
	json_key(j, STR("is_suspended"));
	json_put_bool(j, t->suspended);
	manage_member_time(j, "created_at", t->created);
	manage_member_time(j, "removed_at", t->removed);
	put_limits(j, t);
	bool ok = put_used(c, t, e);
	json_close(j, '}');
	return ok;
}

/* As it is now. */
static bool put_now(struct manage_call *c, struct tenant_id id, struct err *e)
{
	const struct tenant *t = tenants_hold_or_null(c->s->tenants, id);
	if (!t) return err_set(e, ERR_NOT_FOUND, "This portal runs no such portal.");
	bool ok = put(c, t, e);
	tenant_release(c->s->tenants, t);
	return ok;
}

bool manage_list_portals(struct manage_call *c, struct err *e)
{
	struct manage_page page;
	struct tenant_id *ids;
	int64_t total = 0, at = 0;
	size_t n = tenants_list(c->s->tenants, c->a, &ids), k = 0;
	bool ok = true;
	if (!manage_page(c, &page, e)) return false;
	for (size_t i = 0; i < n; i++) {
		const struct tenant *t = tenants_hold_or_null(c->s->tenants, ids[i]);
		if (is_mine(c, t)) ids[k++] = ids[i];
		tenant_release(c->s->tenants, t);
	}
	total = (int64_t)k;
	manage_page_begin(c, &page, total);
	for (at = page.offset; ok && at < total && at < page.offset + page.limit; at++) ok = put_now(c, ids[at], e);
	manage_page_end(c);
	return ok;
}

bool manage_read_portal(struct manage_call *c, struct err *e)
{
	const struct tenant *t = find(c, e);
	bool ok = t && put(c, t, e);
	tenant_release(c->s->tenants, t);
	return ok;
}

/* --- what a body says ---------------------------------------------------------------------------------------------- */

struct asked { struct str hosts[TENANT_HOSTS]; size_t nhosts; struct tenant_setting_value limits[COUNT_OF(limits)]; size_t nlimits; };

static void read_host(struct manage_call *c, const struct json_node *v, const char *place, struct str *out)
{
	struct err why = { 0 };
	*out = str_trim(json_text(v));
	if (!tenant_host_ok(*out, &why)) process_fault(&c->faults, str_of(place), "Expected a host name: small letters, digits, points and hyphens, such as data.example.org.");
}

/* All names, those that are not named staying as they are; none when neither is. */
static void read_hosts(struct manage_call *c, const struct tenant *now, struct asked *out)
{
	const struct json_node *host = json_get(c->body, "host"), *aliases = json_get(c->body, "aliases");
	if (!host && !aliases) return;
	out->hosts[out->nhosts++] = now->host;
	if (host) read_host(c, host, "host", &out->hosts[0]);
	if (aliases && json_kind(aliases) != JSON_ARRAY) {
		process_fault(&c->faults, STR("aliases"), "Expected a list of host names.");
		return;
	}
	size_t n = aliases ? json_count(aliases) : now->naliases;
	if (n >= TENANT_HOSTS) {
		process_fault(&c->faults, STR("aliases"), "A portal has at most %d host names.", TENANT_HOSTS);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		struct str *to = &out->hosts[out->nhosts++];
		if (aliases) read_host(c, json_at(aliases, i), "aliases", to);
		else *to = now->aliases[i];
	}
}

static void read_limits(struct manage_call *c, struct asked *out)
{
	const struct json_node *given = json_get(c->body, "limits"), *v;
	struct str word;
	if (given && json_kind(given) != JSON_OBJECT) process_fault(&c->faults, STR("limits"), "Expected an object of limits.");
	for (size_t at = 0; json_each(given, &at, &word, &v);) {
		size_t i = 0;
		while (i < COUNT_OF(limits) && !str_eq(word, str_of(limits[i].word))) i++;
		struct str place = arena_printf(c->a, "limits/%.*s", STR_ARG(word));
		bool none = json_kind(v) == JSON_NULL;
		if (i == COUNT_OF(limits)) process_fault(&c->faults, place, "Expected calls_per_day, datasets or records_per_dataset.");
		else if (!none && (json_kind(v) != JSON_INT || json_int(v, -1) < 0)) process_fault(&c->faults, place, "Expected a whole number, 0 or more, or null for no limit.");
		else out->limits[out->nlimits++] = (struct tenant_setting_value){ str_of(limits[i].setting), none ? STR("") : arena_printf(c->a, "%lld", (long long)json_int(v, 0)) };
	}
}

static struct str read_text(struct manage_call *c, const char *name, const char *expected)
{
	struct str text = str_trim(json_text(json_get(c->body, name)));
	if (!text.n) process_fault(&c->faults, str_of(name), "%s", expected);
	return text;
}

/* --- changes ------------------------------------------------------------------------------------------------------- */

bool manage_add_portal(struct manage_call *c, struct err *e)
{
	struct asked asked = { 0 };
	struct account_scene scene = manage_scene(c);
	struct tenant_id id;
	struct err why = { 0 };
	struct str address = { 0 };
	bool stranded;
	struct transfer_new n = { .parent = c->t, .language = c->visit.lang_code };
	read_host(c, json_get(c->body, "host"), "host", &n.host);
	read_limits(c, &asked);
	n.title = read_text(c, "title", "Expected the name of the portal.");
	if (json_get(c->body, "language")) n.language = read_text(c, "language", "Expected the code of a language, such as en.");
	if (!i18n_lang_or_null(n.language)) process_fault(&c->faults, STR("language"), "Expected the code of a language, such as en.");
	if (!mail_address(c->a, str_trim(json_text(json_get(c->body, "administrator"))), &address, &why)) process_fault(&c->faults, STR("administrator"), "Expected the e-mail address of its administrator.");
	if (c->faults.list.n) return manage_invalid(c, STR(""));
	if (!manage_fresh(c, e)) return false;
	n.email = address;
	n.limits = asked.limits;
	n.nlimits = asked.nlimits;
	if (!transfer_found(c->s, &scene, &n, &id, &stranded, e)) {
		if (e->code == ERR_CONFLICT || e->code == ERR_PARAMETER) (void)manage_fault_of(c, stranded ? "administrator" : "host", e);
		return c->faults.list.n && manage_invalid(c, STR(""));
	}
	visitor_note(&c->visit, EVENT_SETTINGS_CHANGED, STR("portal.created"), n.host);
	return put_now(c, id, e);
}

static bool suspends(struct manage_call *c, bool *given, bool *out)
{
	const struct json_node *v = json_get(c->body, "is_suspended");
	*given = v != NULL;
	*out = json_bool(v, false);
	if (v && json_kind(v) != JSON_BOOL) process_fault(&c->faults, STR("is_suspended"), "Expected true or false.");
	return !c->faults.list.n;
}

/* Names first: they are what another portal may have. */
static bool change(struct manage_call *c, const struct tenant *t, struct err *e)
{
	struct tenants *ts = c->s->tenants;
	struct asked asked = { 0 };
	bool given, closed;
	read_hosts(c, t, &asked);
	read_limits(c, &asked);
	if (!suspends(c, &given, &closed)) return manage_invalid(c, STR(""));
	if (given && t->removed.us) return manage_invalid_field(c, "is_suspended", "The portal is removed; bring it back first.");
	if (!manage_fresh(c, e)) return false;
	if (asked.nhosts && !transfer_rename(c->s, t->id, asked.hosts, asked.nhosts, e)) {
		(void)manage_fault_of(c, "host", e);
		return c->faults.list.n && manage_invalid(c, STR(""));
	}
	if (asked.nhosts) visitor_note(&c->visit, EVENT_SETTINGS_CHANGED, STR("portal.named"), asked.hosts[0]);
	if (asked.nlimits && !tenant_set(ts, t->id, asked.limits, asked.nlimits, e)) return false;
	if (asked.nlimits) visitor_note(&c->visit, EVENT_SETTINGS_CHANGED, STR("portal.limited"), t->host);
	if (given && closed != t->suspended) {
		if (!tenant_suspend(ts, t->id, closed, e)) return false;
		visitor_note(&c->visit, EVENT_SETTINGS_CHANGED, closed ? STR("portal.suspended") : STR("portal.resumed"), t->host);
	}
	return put_now(c, t->id, e);
}

bool manage_update_portal(struct manage_call *c, struct err *e)
{
	const struct tenant *t = find(c, e);
	bool ok = t && change(c, t, e);
	tenant_release(c->s->tenants, t);
	return ok;
}

static bool put_away(struct manage_call *c, bool away, struct err *e)
{
	const struct tenant *t = find(c, e);
	bool ok = t && manage_fresh(c, e) && tenant_put_away(c->s->tenants, t->id, away, e);
	if (ok) visitor_note(&c->visit, EVENT_SETTINGS_CHANGED, away ? STR("portal.removed") : STR("portal.restored"), t->host);
	ok = ok && (away || put_now(c, t->id, e));
	tenant_release(c->s->tenants, t);
	return ok;
}

bool manage_remove_portal(struct manage_call *c, struct err *e) { return put_away(c, true, e); }
bool manage_bring_portal_back(struct manage_call *c, struct err *e) { return put_away(c, false, e); }
