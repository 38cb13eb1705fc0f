/* What is wrong with a datasource or a connection, by place, before anything is asked of another server. The parameters are those
 * that the forms show (kinds.c). */
#include "fetch/inside.h"
#include "fetch/secret.h"

bool fetch_keeps_secret(const struct json_node *whole, const struct json_node *given)
{
	size_t at = 0;
	struct str key;
	const struct json_node *v;
	char name[64];
	for (size_t i = 0; json_kind(whole) == JSON_ARRAY && i < json_count(whole); i++)
		if (fetch_keeps_secret(json_at(whole, i), json_at(given, i))) return true;
	while (json_kind(whole) == JSON_OBJECT && json_each(whole, &at, &key, &v)) {
		if (key.n >= sizeof name) continue;
		memcpy(name, key.p, key.n);
		name[key.n] = '\0';
		const struct json_node *g = json_kind(given) == JSON_OBJECT ? json_get(given, name) : NULL;
		if (fetch_is_secret(key) ? json_text(v).n && !json_text(g).n : fetch_keeps_secret(v, g)) return true;
	}
	return false;
}

struct str fetch_origin(struct arena *a, struct str url)
{
	ptrdiff_t at = str_find(url, STR("://"));
	if (at < 0) return url;
	struct str rest = str_from(url, (size_t)at + 3);
	ptrdiff_t slash = str_find_char(rest, '/');
	return arena_str(a, str_sub(url, 0, (size_t)at + 3 + (slash < 0 ? rest.n : (size_t)slash)));
}

static struct str below(struct process_faults *f, struct str path, const char *name)
{
	return path.n ? arena_printf(f->arena, "%.*s/%s", STR_ARG(path), name) : str_of(name);
}

static const struct fetch_kind *kind_or_null(struct str type)
{
	for (const struct fetch_kind *k = fetch_kinds; k->type; k++)
		if (str_eq(type, str_of(k->type))) return k;
	return NULL;
}

static bool has_user(struct str url)
{
	ptrdiff_t at = str_find(url, STR("://"));
	if (at < 0) return false;
	struct str rest = str_from(url, (size_t)at + 3);
	ptrdiff_t slash = str_find_char(rest, '/');
	return str_find_char(slash < 0 ? rest : str_sub(rest, 0, (size_t)slash), '@') >= 0;
}

/* An address of one of the protocols that a kind speaks. */
static void check_url(struct str url, const char *protocols, struct str path, struct process_faults *f)
{
	struct str rest = str_of(protocols), one;
	bool good = false;
	while (str_cut(&rest, ' ', &one))
		if (url.n > one.n && str_eq_nocase(str_sub(url, 0, one.n), one)) good = true;
	if (!good) process_fault(f, path, "The address must begin with %s.", protocols);
	else if (has_user(url)) process_fault(f, path, "User and password do not belong into the address: give them as a way of signing in.");
	else if (str_find_char(url, ' ') >= 0) process_fault(f, path, "An address has no blanks: write %%20 for one.");
}

static void check_headers(const struct json_node *list, struct str path, struct process_faults *f)
{
	if (!list || json_kind(list) == JSON_NULL) return;
	if (json_kind(list) != JSON_ARRAY) process_fault(f, path, "Headers are a list of {name, value}.");
	for (size_t i = 0; i < json_count(list); i++) {
		struct str name = fetch_text(json_at(list, i), "name");
		bool good = name.n && name.n < 100;
		for (size_t k = 0; k < name.n; k++) good = good && (name.p[k] > ' ' && name.p[k] < 127 && name.p[k] != ':');
		if (!good) process_fault(f, arena_printf(f->arena, "%.*s/%zu/name", STR_ARG(path), i), "The name of a header is one word without a colon.");
	}
}

/* --- connections ----------------------------------------------------------------------------------------------------- */

struct auth_row { const char *type, *needs, *secrets; };
static const struct auth_row auths[] = {
	{ "basic_auth", "username", "password" },
	{ "bearer", "", "token" },
	{ "api_key", "name", "value" },
	{ "oauth2", "client_id grant_type token_endpoint", "client_secret" },
	{ "oidc", "client_id grant_type token_endpoint", "client_secret" },
	{ "aws_signature_v4", "access_key_id", "secret_access_key" },
	{ "shared_key", "account_name", "shared_key" },
};

static void check_members(const struct json_node *o, const char *names, struct str path, bool may_lack, struct process_faults *f)
{
	struct str rest = str_of(names), one;
	while (rest.n && str_cut(&rest, ' ', &one)) {
		const char *name = arena_cstr(f->arena, one);
		const struct json_node *v = json_get(o, name);
		if (may_lack && (!v || json_kind(v) == JSON_NULL)) continue;
		if (!json_text(v).n) process_fault(f, below(f, path, name), "This is missing.");
	}
}

static void check_auth(const struct json_node *auth, struct str path, bool changes, struct process_faults *f)
{
	struct str type = fetch_text(auth, "type"), grant = fetch_text(auth, "grant_type");
	if (!auth || json_kind(auth) == JSON_NULL || (json_kind(auth) == JSON_OBJECT && !json_count(auth))) return;
	for (size_t i = 0; i < COUNT_OF(auths); i++) {
		if (!str_eq(type, str_of(auths[i].type))) continue;
		check_members(auth, auths[i].needs, path, false, f);
		check_members(auth, auths[i].secrets, path, changes, f);
		if (grant.n && !str_eq(grant, STR("client_credentials")) && !str_eq(grant, STR("password")))
			process_fault(f, below(f, path, "grant_type"), "The grant type is client_credentials or password.");
		if (json_get(auth, "token_endpoint")) check_url(fetch_text(auth, "token_endpoint"), "https:// http://", below(f, path, "token_endpoint"), f);
		return;
	}
	process_fault(f, below(f, path, "type"), "The way of signing in is one of basic_auth, bearer, api_key, oauth2, aws_signature_v4, shared_key.");
}

void fetch_check_connection(const struct json_node *c, struct str path, bool changes, struct process_faults *f)
{
	struct str type = fetch_text(c, "type"), url = fetch_text(c, "url");
	const struct fetch_kind *k = kind_or_null(type);
	if (!k || !k->connects) {
		process_fault(f, below(f, path, "type"), "A connection is of type http, ftp, amazon_s3, azure_blob_storage, postgresql or portal.");
		return;
	}
	if (str_eq(type, STR("ftp"))) check_url(url, "ftp:// ftps:// sftp://", below(f, path, "url"), f);
	else if (str_eq(type, STR("http")) || str_eq(type, STR("portal"))) check_url(url, "https:// http://", below(f, path, "url"), f);
	else if (str_eq(type, STR("postgresql"))) check_members(c, "host database", path, false, f);
	else if (url.n) check_url(url, "https:// http://", below(f, path, "url"), f);
	check_headers(json_get(c, "headers"), below(f, path, "headers"), f);
	check_auth(json_get(c, "auth"), below(f, path, "auth"), changes, f);
}

/* --- datasources -------------------------------------------------------------------------------------------------------- */

static bool is_saved(const struct json_node *c) { return json_kind(c) == JSON_TEXT ? json_text(c).n != 0 : fetch_text(c, "uid").n != 0; }

static void check_saved(struct site *s, struct tenant_id t, const struct json_node *c, struct str type, struct str path, struct process_faults *f)
{
	struct fetch_connection found;
	struct err own = { 0 };
	struct str uid = json_kind(c) == JSON_TEXT ? json_text(c) : fetch_text(c, "uid");
	if (!fetch_connection_read(s, t, uid, f->arena, &found, &own)) process_fault(f, path, "%s", own.pub);
	else if (!str_eq(found.type, type)) process_fault(f, path, "The connection is of type %.*s, the source of type %.*s.", STR_ARG(found.type), STR_ARG(type));
}

/* Whatever names a saved connection, its address is asked as well: the kind that comes with a whole address, too. */
static void check_stays(struct site *s, struct tenant_id t, const struct json_node *d, struct str path, struct process_faults *f)
{
	struct fetch_connection found;
	struct err why = { 0 };
	const struct json_node *c = json_get(d, "connection"), *shown;
	if (!c) c = json_get(d, "apikey_connection");
	struct str uid = json_kind(c) == JSON_TEXT ? json_text(c) : fetch_text(c, "uid");
	if (!uid.n || !fetch_connection_read(s, t, uid, f->arena, &found, &why) || !json_read_in(f->arena, found.json, &shown, &why)) return;
	if (!fetch_stays_written(f->arena, d, shown, &why)) process_fault(f, below(f, path, fetch_text(d, "relative_url").n ? "relative_url" : "url"), "%s", why.pub);
}

static void check_inline(const struct json_node *c, struct str type, struct str path, struct process_faults *f)
{
	if (json_kind(c) != JSON_OBJECT) {
		process_fault(f, path, "This is missing: a connection, or {\"uid\"} of a saved one.");
		return;
	}
	struct str own = fetch_text(c, "type"), url = fetch_text(c, "url");
	if (own.n && !str_eq(own, type)) process_fault(f, below(f, path, "type"), "The connection is of type %.*s, the source of type %.*s.", STR_ARG(own), STR_ARG(type));
	if (str_eq(type, STR("ftp"))) check_url(url, "ftp:// ftps:// sftp://", below(f, path, "url"), f);
	else if (str_eq(type, STR("http")) && url.n) check_url(url, "https:// http://", below(f, path, "url"), f);
	else if (str_eq(type, STR("postgresql"))) check_members(c, "host database", path, false, f);
	check_headers(json_get(c, "headers"), below(f, path, "headers"), f);
	check_auth(json_get(c, "auth"), below(f, path, "auth"), true, f);
}

static void check_connection_of(struct site *s, struct tenant_id t, const struct json_node *d, struct str type, struct str path, struct process_faults *f)
{
	const struct json_node *c = json_get(d, "connection");
	if (is_saved(c)) check_saved(s, t, c, type, below(f, path, "connection"), f);
	else check_inline(c, type, below(f, path, "connection"), f);
}

static void check_portal(const struct json_node *d, struct str path, struct process_faults *f)
{
	struct str domain = fetch_text(json_get(d, "domain"), "domain_id"), url = fetch_text(d, "url");
	if (!url.n && !domain.n) process_fault(f, below(f, path, "url"), "This is missing: the address of the portal, such as https://data.example.org.");
	if (url.n) check_url(url, "https:// http://", below(f, path, "url"), f);
	else if (str_find(domain, STR("://")) >= 0) check_url(domain, "https:// http://", below(f, path, "domain/domain_id"), f);
	fetch_portal_parameters(json_get(d, "parameters"), below(f, path, "parameters"), f);
	enum json_kind live = json_kind(json_get(d, "live"));
	if (live != JSON_ABSENT && live != JSON_NULL && live != JSON_BOOL) process_fault(f, below(f, path, "live"), "Expected true (shown as it stands there) or false (copied).");
	if (!fetch_text(d, "dataset_id").n && !fetch_text(json_get(d, "dataset"), "dataset_id").n)
		process_fault(f, below(f, path, "dataset_id"), "This is missing: the identifier of the dataset, as it stands in its address.");
}

bool fetch_check_kind(struct str type, struct str path, struct process_faults *f)
{
	if (kind_or_null(type)) return true;
	process_fault(f, below(f, path, "type"), "The type of a source is one of uploaded_file, http, ftp, amazon_s3, azure_blob_storage, postgresql, portal, federated, published.");
	return false;
}

void fetch_check(struct site *s, struct tenant_id t, const struct json_node *d, struct str path, struct process_faults *f)
{
	struct str type = fetch_text(d, "type"), url = fetch_text(d, "url");
	const struct fetch_kind *k = kind_or_null(type);
	if (!fetch_check_kind(type, path, f) || !k) return;
	if (str_eq(type, STR("uploaded_file")) && !fetch_text(json_get(d, "file"), "uid").n) process_fault(f, below(f, path, "file"), "This is missing: {\"uid\"} of a file that was sent.");
	if (str_eq(type, STR("portal")) || str_eq(type, STR("federated"))) check_portal(d, path, f);
	else if (k->connects && !(url.n && str_eq(type, STR("http")))) check_connection_of(s, t, d, type, path, f);
	check_stays(s, t, d, path, f);
	if (str_eq(type, STR("http"))) {
		check_headers(json_get(d, "headers"), below(f, path, "headers"), f);
		if (url.n) check_url(url, "https:// http://", below(f, path, "url"), f);
	}
	if (str_eq(type, STR("amazon_s3")) && !url.n) process_fault(f, below(f, path, "url"), "This is missing: s3://bucket/key, or a whole address.");
	if (str_eq(type, STR("postgresql")) && (fetch_text(d, "table").n != 0) == (fetch_text(d, "query").n != 0))
		process_fault(f, below(f, path, "table"), "Give either a table or a query.");
}
