/* What somebody may name in a configuration: files that were sent, connections, other datasets of the portal. Names can be guessed, and stand in
 * every source that others see; what is read by them at publishing would be read for anybody. So whatever is new or changed must be the
 * writer's to use, and what is not is told in the words of what is not there. What stood there before stays with who put it there. */
#include "config/inside.h"
#include "fetch/fetch.h"

struct lent {
	struct site *site;
	struct tenant_id tenant;
	int64_t dataset;
	const struct rights_caller *who;
	const struct json_node *was;
	struct process_faults *faults;
	struct arena *a;
	struct site_visit at;
};

/* --- connections ------------------------------------------------------------------------------------------------ */

static bool is_shared(struct lent *l, struct str uid, bool *out, struct err *e)
{
	struct fetch_share *list;
	size_t n;
	if (!fetch_shares(l->site, l->tenant, uid, l->a, &list, &n, e)) return false;
	*out = false;
	for (size_t i = 0; i < n; i++) {
		*out |= list[i].account && list[i].account == l->who->account;
		for (size_t k = 0; list[i].group && k < l->who->who.ngroups; k++) *out |= l->who->who.groups[k] == list[i].group;
	}
	return true;
}

/* Whose key it is: what they may as a person, the key's list of datasets left out. */
static bool edits_all(const struct rights_caller *w)
{
	return rights_may(w, ACCOUNT_MAY_EDIT_DATASET) || (rights_is_narrow(w) && w->who.ndatasets && rights_may_on(w, ACCOUNT_MAY_EDIT_DATASET, w->who.datasets[0]));
}

static struct str uid_of(const struct json_node *c) { return json_kind(c) == JSON_TEXT ? json_text(c) : json_text(json_get(c, "uid")); }

static bool names_connection(const struct json_node *doc, struct str uid)
{
	const struct json_node *list = json_get(doc, "resources");
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json_node *d = json_get(json_at(list, i), "datasource");
		if (str_eq(uid_of(json_get(d, "connection")), uid) || str_eq(uid_of(json_get(d, "apikey_connection")), uid)) return true;
	}
	return false;
}

static bool used_by_listed(struct lent *l, struct str uid, bool *out, struct err *e)
{
	struct config c;
	*out = false;
	for (size_t i = 0; !*out && i < l->who->who.ndatasets; i++) {
		struct err gone = { 0 };
		if (config_of_dataset(l->site, l->tenant, l->who->who.datasets[i], l->a, &c, &gone)) *out = names_connection(c.doc, uid);
		else if (gone.code != ERR_NOT_FOUND) {
			*e = gone;
			return false;
		}
	}
	return true;
}

static bool may_connect(struct lent *l, struct str uid, bool *may, struct err *e)
{
	struct fetch_connection x;
	bool listed = true;
	*may = false;
	if (!l->who->account) return true;
	if (!fetch_connection_read(l->site, l->tenant, uid, l->a, &x, e)) return false;
	*may = x.reusable || x.created_by == l->who->account || edits_all(l->who);
	if (!*may && !is_shared(l, uid, may, e)) return false;
	if (*may && rights_is_narrow(l->who) && !used_by_listed(l, uid, &listed, e)) return false;
	*may = *may && listed;
	return true;
}

bool config_may_connect(struct site *s, struct tenant_id t, const struct rights_caller *who, struct str uid, bool *may, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct lent l = { .site = s, .tenant = t, .who = who, .a = &a };
	return may_connect(&l, uid, may, e);
}

/* --- sources ---------------------------------------------------------------------------------------------------- */

static struct str place(const struct lent *l, const char *part, size_t i, const char *member) { return arena_printf(l->a, "%s/%zu/%s", part, i, member); }

static bool ask_connection(struct lent *l, const struct json_node *source, const char *member, size_t i, struct err *e)
{
	struct str uid = uid_of(json_get(source, member));
	struct err why = { 0 };
	bool may;
	if (!uid.n) return true;
	if (!may_connect(l, uid, &may, &why)) {
		if (why.code != ERR_NOT_FOUND) *e = why;
		return why.code == ERR_NOT_FOUND; /* fetch_check says so */
	}
	if (!may) process_fault(l->faults, arena_printf(l->a, "resources/%zu/datasource/%s", i, member), "There is no connection \"%.*s\".", STR_ARG(str_sub(uid, 0, 40)));
	return true;
}

static bool ask_file(struct lent *l, const struct json_node *source, size_t i, struct err *e)
{
	struct config_file f;
	struct str path, uid = uid_of(json_get(source, "file"));
	struct err why = { 0 };
	if (!uid.n || config_names_file(l->was, uid)) return true;
	if (!config_file_read(l->site, l->tenant, uid, l->a, &f, &path, &why)) {
		if (why.code != ERR_NOT_FOUND) *e = why;
		return why.code == ERR_NOT_FOUND;
	}
	bool own = f.dataset ? f.dataset == l->dataset : f.who == l->who->account;
	if (!own) process_fault(l->faults, place(l, "resources", i, "datasource"), "The file \"%.*s\" was uploaded for another dataset; upload it for this one.", STR_ARG(str_sub(uid, 0, 120)));
	return true;
}

/* Whether they may read records of a dataset of the portal. */
static bool may_read(const struct lent *l, struct str slug)
{
	struct rights_dataset d;
	struct err hidden = { 0 };
	return rights_find(&l->at, l->who, l->a, slug, &d, &hidden) && d.may_read;
}

static const struct json_node *former_of(const struct lent *l, const char *part, const struct json_node *item)
{
	const struct json_node *list = json_get(l->was, part);
	struct str uid = json_text(json_get(item, "uid"));
	for (size_t i = 0; uid.n && i < json_count(list); i++)
		if (str_eq(json_text(json_get(json_at(list, i), "uid")), uid)) return json_at(list, i);
	return NULL;
}

static bool ask_source(struct lent *l, const struct json_node *r, size_t i, struct err *e)
{
	const struct json_node *source = json_get(r, "datasource");
	if (json_kind(source) != JSON_OBJECT || config_same(json_get(former_of(l, "resources", r), "datasource"), source)) return true;
	if (!ask_connection(l, source, "connection", i, e) || !ask_connection(l, source, "apikey_connection", i, e)) return false;
	if (str_eq(json_text(json_get(source, "type")), STR("uploaded_file"))) return ask_file(l, source, i, e);
	/* What is shown live is what everybody sees; a key that is for some datasets brings no other in that way either. */
	struct str slug = fetch_own_dataset(l->site, l->tenant, source, l->a);
	if (slug.n && (rights_is_narrow(l->who) || !fetch_is_live(source)) && !may_read(l, slug))
		process_fault(l->faults, place(l, "resources", i, "datasource"), "The other portal has no dataset \"%.*s\".", STR_ARG(slug));
	return true;
}

/* --- processors --------------------------------------------------------------------------------------------------- */

/* A person's rights are asked at every publication (publish/rows.c). A key or token may have fewer than its owner: those are known now only. */
static bool ask_processors(struct lent *l, const struct json_node *list, struct err *e)
{
	struct process_line *line = NULL;
	struct process_faults told = { .arena = l->a };
	struct process_scene scene = { .now = clock_now() };
	const struct process_need *needs;
	struct err ignored = { 0 };
	(void)e;
	if (!l->who->key) return true;
	/* What cannot be compiled reads nothing. */
	if (!process_line_new(list, &scene, &told, &line, &ignored)) {
		process_line_free(line);
		return true;
	}
	size_t n = process_needs(line, &needs);
	for (size_t i = 0; i < n; i++) {
		const struct json_node *item = json_at(list, needs[i].step);
		if (needs[i].kind != PROCESS_NEEDS_DATASET || config_same(former_of(l, "processors", item), item) || may_read(l, needs[i].dataset)) continue;
		process_fault(l->faults, place(l, "processors", needs[i].step, ""), "This key may not read the records of \"%.*s\".", STR_ARG(str_sub(needs[i].dataset, 0, 200)));
	}
	process_line_free(line);
	return true;
}

static bool ask(struct lent *l, const struct json_node *doc, struct err *e)
{
	const struct json_node *list = json_get(doc, "resources");
	for (size_t i = 0; i < json_count(list); i++)
		if (!ask_source(l, json_at(list, i), i, e)) return false;
	return ask_processors(l, json_get(doc, "processors"), e);
}

bool config_check_lent(struct site *s, struct tenant_id t, int64_t dataset, const struct rights_caller *who, const struct json_node *was, const struct json_node *doc,
                       struct process_faults *faults, struct err *e)
{
	struct lent l = { .site = s, .tenant = t, .dataset = dataset, .who = who, .was = was, .faults = faults, .a = faults->arena };
	size_t before = faults->list.n;
	const struct tenant *portal = tenants_hold_or_null(s->tenants, t);
	const struct catalog_view *view;
	if (!portal) return err_set(e, ERR_NOT_FOUND, "This portal is not there any more.");
	bool ok = catalog_hold(s->catalog, t, &view, e);
	if (ok) {
		l.at = (struct site_visit){ .site = s, .tenant = portal, .view = view };
		ok = ask(&l, doc, e);
		catalog_release(s->catalog, view);
	}
	tenant_release(s->tenants, portal);
	if (!ok || faults->list.n == before) return ok;
	return err_set(e, ERR_PARAMETER, "%.*s: %.*s", STR_ARG(faults->list.p[before].path), STR_ARG(faults->list.p[before].message));
}
