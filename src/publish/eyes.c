/* With whose rights a source is read: a dataset of the same portal as whoever wrote the source may see it, and a connection only where that
 * person may use it. Publishing goes on by the clock when they are long gone from the page; what they may not read any more is not read. */
#include "publish/inside.h"
#include "publish/supply.h"
#include "crypt/crypt.h"

bool publish_caller(struct site *s, struct tenant_id t, int64_t who, struct arena *a, struct rights_caller *out)
{
	*out = (struct rights_caller){ .account = who, .generation = tenants_generation(s->tenants, t) };
	return accounts_who(s->accounts, t, who, a, &out->who);
}

/* Whether a version put an item there or changed where it reads from: a title lends nobody's rights. A change that was too long to keep says
 * nothing, and may have. */
static bool changed(struct arena *a, const struct config_version *v, const char *section, struct str uid)
{
	const struct json_node *diff;
	struct err ignored = { 0 };
	if (str_find(v->sections, str_of(section)) < 0) return false;
	if (!uid.n || !json_read_in(a, v->diff, &diff, &ignored) || !json_get(diff, section)) return true;
	const struct json_node *list = json_get(diff, section);
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json_node *path = json_get(json_at(list, i), "path");
		if (!str_eq(json_text(json_at(path, 0)), uid)) continue;
		if (json_count(path) < 2 || str_eq(json_text(json_at(path, 1)), STR("datasource"))) return true;
	}
	return false;
}

bool publish_answers(struct site *s, struct tenant_id t, const struct config *c, const char *section, struct str uid, int64_t *who, bool *known, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct config_version *list;
	size_t n;
	*who = c->changed_by;
	*known = false;
	if (!config_versions(s, t, c->dataset, &a, &list, &n, e)) return false;
	for (size_t i = 0; i < n && !*known; i++)
		if (list[i].revision <= c->revision && changed(&a, &list[i], section, uid)) {
			*who = list[i].who;
			*known = true;
		}
	if (*who <= 0) *who = PUBLISH_AS_HOUSE;
	return true;
}

/* --- connections ------------------------------------------------------------------------------------------------ */

static struct str connection_of(const struct json_node *source)
{
	const struct json_node *c = json_get(source, "connection");
	if (!c) c = json_get(source, "apikey_connection");
	return json_kind(c) == JSON_TEXT ? json_text(c) : json_text(json_get(c, "uid"));
}

/* Somebody who is gone may still have made the connection. */
static bool may_connect(const struct publish_road *r, const struct json_node *source, int64_t who, struct err *e)
{
	struct rights_caller caller;
	bool may;
	struct str uid = connection_of(source);
	if (!uid.n) return true;
	if (!publish_caller(r->site, r->tenant, who, r->a, &caller)) caller.who = (struct account_who){ 0 };
	if (!config_may_connect(r->site, r->tenant, &caller, uid, &may, e)) return false;
	return may || err_set(e, ERR_FORBIDDEN, "whoever last changed this source may not use its connection any more: somebody who may has to save the source again");
}

/* --- datasets of the portal ---------------------------------------------------------------------------------------- */

static struct str mark_of(struct arena *a, const struct query_target *t)
{
	auto_buf b = BUF_INIT(1 << 20);
	unsigned char hash[CRYPT_SHA256];
	char hex[2 * CRYPT_SHA256 + 1];
	if (!t->row_filter.n && !t->visible_or_null) return STR("");
	buf_put(&b, t->row_filter);
	for (size_t i = 0; t->visible_or_null && i < t->schema->n; i++) buf_put_char(&b, t->visible_or_null[i] ? '1' : '0');
	crypt_sha256(buf_str(&b), hash);
	crypt_hex(hash, sizeof hash, hex);
	return arena_str(a, str_of(hex));
}

static bool see(void *arg, const struct tenant *portal, const struct catalog_view *v, struct str slug, struct arena *a, struct query_target *out,
                const struct dataset **d, struct str *mark, struct err *e)
{
	const struct publish_eyes *x = arg;
	struct rights_caller caller = { 0 };
	struct rights_dataset found;
	struct err hidden = { 0 };
	const struct site_visit at = { .site = x->site, .tenant = portal, .view = v };
	*mark = STR("");
	*d = catalog_find_or_null(v, slug);
	if (x->who == PUBLISH_AS_HOUSE && *d) {
		*out = (struct query_target){ .at = (*d)->version, .schema = &(*d)->schema, .dataset_id = (*d)->slug };
		return true;
	}
	if (x->who > 0 && !publish_caller(x->site, portal->id, x->who, a, &caller))
		return err_set(e, ERR_FORBIDDEN, "the account that last changed this source is not active any more: somebody who may read the dataset has to save the source again");
	if (!caller.account) caller.stranger = str_eq(tenant_setting(portal, "access"), STR("private"));
	if (!rights_find(&at, &caller, a, slug, &found, &hidden)) return err_set(e, ERR_NOT_FOUND, "The other portal has no dataset \"%.*s\".", STR_ARG(slug));
	if (!found.may_read) return err_set(e, ERR_FORBIDDEN, "whoever last changed this source may not read the records of %.*s", STR_ARG(slug));
	*d = found.dataset;
	*out = found.target;
	out->files_of_or_null = NULL; /* files as they are called */
	*mark = mark_of(a, out);
	return true;
}

bool publish_eyes(const struct publish_road *r, const struct json_node *resource, struct publish_eyes *x, struct fetch_eyes *out, struct err *e)
{
	bool known = false;
	const struct json_node *source = json_get(resource, "datasource");
	*x = (struct publish_eyes){ .site = r->site, .who = r->who };
	*out = (struct fetch_eyes){ see, x };
	struct err ignored = { 0 };
	int64_t wrote = 0;
	/* What is not saved has been asked about (config_check_lent). */
	if (r->preview && (!r->config.dataset || (r->who > 0 && may_connect(r, source, r->who, &ignored)))) return true;
	if (!publish_answers(r->site, r->tenant, &r->config, "resources", json_text(json_get(resource, "uid")), &wrote, &known, e)) return false;
	if (!r->preview) x->who = wrote;
	return !known || wrote <= 0 || may_connect(r, source, wrote, e);
}
