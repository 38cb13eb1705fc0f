/* Datasets of other portals: any server that speaks the Explore API, by its export of records and what it says of the dataset; portals of
 * this same server without leaving it, as far as everybody may read them there. What comes from another server is copied, however live it is
 * to be: what readers ask is answered here, and goes on being answered when the origin is gone. */
#include "fetch/inside.h"
#include "crypt/crypt.h"
#include "query/query.h"
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DATASET_BYTES = 8 << 20, CALL_MS = 30000, REFINES = 20 };

struct origin {
	struct fetching *f;
	struct str base, host, slug;   /* https://data.example.org; data.example.org; the dataset there */
	struct str where;
	struct str refines[REFINES];   /* name:value */
	size_t nrefines;
};

/* --- which one ---------------------------------------------------------------------------------------------------- */

static void add_refine(struct origin *o, struct str name, const struct json_node *v)
{
	if (json_kind(v) == JSON_TEXT && o->nrefines < REFINES)
		o->refines[o->nrefines++] = arena_printf(o->f->a, "%.*s:%.*s", STR_ARG(name), STR_ARG(json_text(v)));
	for (size_t i = 0; json_kind(v) == JSON_ARRAY && i < json_count(v); i++)
		if (json_kind(json_at(v, i)) == JSON_TEXT) add_refine(o, name, json_at(v, i));
}

static bool is_parameter(struct str name, const struct json_node *v)
{
	enum json_kind kind = json_kind(v);
	bool good = kind == JSON_TEXT || kind == JSON_NULL;
	if (str_eq(name, STR("where"))) return good;
	for (size_t i = 0; kind == JSON_ARRAY && i < json_count(v); i++) good = (i == 0 || good) && json_kind(json_at(v, i)) == JSON_TEXT;
	return good && name.n > 7 && str_starts(name, STR("refine."));
}

void fetch_portal_parameters(const struct json_node *parameters, struct str path, struct process_faults *f)
{
	enum json_kind kind = json_kind(parameters);
	struct str key, wrong = STR("");
	const struct json_node *v;
	if (kind == JSON_ABSENT || kind == JSON_NULL) return;
	for (size_t at = 0; kind == JSON_OBJECT && json_each(parameters, &at, &key, &v);)
		if (!wrong.n && !is_parameter(key, v)) wrong = arena_printf(f->arena, "%.*s/%.*s", STR_ARG(path), STR_ARG(str_sub(key, 0, 60)));
	if (kind == JSON_OBJECT && !wrong.n) return;
	process_fault(f, wrong.n ? wrong : path, "The records of another portal's dataset are narrowed by refine.FIELD (a text, or a list of texts) and where (a condition) only; write a search as where.");
}

/* What is not understood is not passed over: more would be taken than was asked for. */
static bool read_filters(struct origin *o, struct err *e)
{
	const struct json_node *d = o->f->r->datasource, *v, *parameters = json_get(d, "parameters");
	struct str key;
	size_t at = 0;
	o->where = fetch_text(d, "where");
	while (json_each(json_get(d, "refine"), &at, &key, &v)) add_refine(o, key, v);
	struct process_faults faults = { .arena = o->f->a };
	fetch_portal_parameters(parameters, STR("parameters"), &faults);
	if (faults.list.n) return err_set(e, ERR_PARAMETER, "%.*s: %.*s", STR_ARG(faults.list.p[0].path), STR_ARG(faults.list.p[0].message));
	at = 0;
	while (json_each(parameters, &at, &key, &v)) {
		if (str_starts(key, STR("refine."))) add_refine(o, str_from(key, 7), v);
		else o->where = json_text(v);
	}
	return true;
}

static struct str host_of(struct str url)
{
	ptrdiff_t at = str_find(url, STR("://"));
	struct str rest = at < 0 ? url : str_from(url, (size_t)at + 3);
	at = str_find_char(rest, '/');
	if (at >= 0) rest = str_sub(rest, 0, (size_t)at);
	return rest;
}

static bool read_origin(struct fetching *f, struct origin *o, struct err *e)
{
	const struct json_node *d = f->r->datasource;
	struct str url = fetch_text(d, "url"), domain = fetch_text(json_get(d, "domain"), "domain_id");
	*o = (struct origin){ .f = f, .slug = fetch_text(d, "dataset_id") };
	if (!o->slug.n) o->slug = fetch_text(json_get(d, "dataset"), "dataset_id");
	if (!url.n) url = fetch_text(f->connection, "url");
	if (!url.n && str_find(domain, STR("://")) > 0) url = domain;
	if (!url.n && str_find_char(domain, '.') >= 0) url = arena_join(f->a, STR("https://"), domain);
	if (!url.n && domain.n) url = arena_printf(f->a, "https://%.*s.opendatasoft.com", STR_ARG(domain));
	if (!url.n || !o->slug.n) return err_set(e, ERR_PARAMETER, "The source needs the address of a portal and the identifier of a dataset.");
	for (size_t i = 0; i < o->slug.n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-@.", o->slug.p[i]))
			return err_set(e, ERR_PARAMETER, "The identifier of a dataset has letters, digits, _ and - only.");
	while (str_ends(url, STR("/"))) url.n--;
	o->base = arena_str(f->a, url);
	o->host = host_of(o->base);
	return read_filters(o, e);
}

/* --- what it says of the dataset -------------------------------------------------------------------------------------- */

/* One text that changes whenever the dataset does; empty when the other side does not say. */
static struct str stamp_of(struct arena *a, const struct json_node *dataset)
{
	const struct json_node *basic = json_get(json_get(dataset, "metas"), "default");
	struct str data = json_text(json_get(basic, "data_processed")), metas = json_text(json_get(basic, "metadata_processed"));
	unsigned char hash[CRYPT_SHA256];
	char hex[2 * CRYPT_SHA256 + 1];
	if (!data.n) return STR("");
	crypt_sha256(arena_printf(a, "%.*s\n%.*s\n%lld", STR_ARG(data), STR_ARG(metas), (long long)json_int(json_get(basic, "records_count"), 0)), hash);
	crypt_hex(hash, sizeof hash, hex);
	return arena_str(a, str_of(hex));
}

/* *done: nothing else is to be brought. */
static void judge(struct fetching *f, struct str stamp, struct str name, bool *done)
{
	*done = stamp.n && f->r->known.n && str_eq(fetch_known_read(f->a, f->r->known).sha256, stamp);
	if (*done) vec_push(f->a, &f->out, (struct fetch_result){ .unchanged = true, .fd = -1, .name = name, .known = f->r->known });
}

static void mark_results(struct fetching *f, struct str stamp, struct str metadata)
{
	for (size_t i = 0; i < f->out.n; i++) {
		f->out.p[i].metadata = metadata;
		if (stamp.n) f->out.p[i].known = fetch_known_text(f->a, &(struct fetch_known){ .sha256 = stamp, .bytes = f->out.p[i].bytes });
	}
}

/* --- elsewhere ---------------------------------------------------------------------------------------------------------- */

static void put_encoded(struct buf *b, struct str s)
{
	static const char hex[] = "0123456789ABCDEF";
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c && strchr("-._~", c));
		if (plain) {
			buf_put_char(b, (char)c);
			continue;
		}
		buf_put_char(b, '%');
		buf_put_char(b, hex[c >> 4]);
		buf_put_char(b, hex[c & 15]);
	}
}

static bool call_of(struct origin *o, struct str url, struct fetch_call *c, struct err *e)
{
	struct fetching *f = o->f;
	if (!fetch_call_of(f, f->connection, STR(""), c, e) || (f->uid.n && !fetch_stays(f->a, f->r->datasource, f->connection, url, e))) return false;
	c->url = url;
	for (size_t i = 0; i < c->nheaders; i++)
		if (str_eq_nocase(c->headers[i].name, STR("Authorization")) && str_find_char(c->headers[i].value, ' ') < 0)
			c->headers[i].value = arena_join(f->a, STR("Apikey "), c->headers[i].value);
	return true;
}

/* In a language, or (empty) in the portal's own. */
static bool ask_dataset(struct origin *o, struct str lang, const struct json_node **out, struct err *e)
{
	struct fetching *f = o->f;
	struct fetch_call c;
	struct net_answer answer;
	struct err ignored = { 0 };
	struct str url = arena_printf(f->a, "%.*s/api/explore/v2.1/catalog/datasets/%.*s%s%.*s", STR_ARG(o->base), STR_ARG(o->slug), lang.n ? "?lang=" : "", STR_ARG(lang));
	if (!call_of(o, url, &c, e)) return false;
	const struct net_call call = { .url = c.url, .headers = c.headers, .nheaders = num_min(c.nheaders, 8), .most = DATASET_BYTES, .timeout_ms = CALL_MS,
		                       .flags = fetch_flags(f->site) | NET_NO_TLS, .ca_file_or_empty = fetch_ca(f->site), .cancel_or_null = f->r->cancel_or_null };
	if (!net_call(&call, f->a, &answer, e)) return false;
	if (answer.status == 401 || answer.status == 403) return err_set(e, ERR_UNAUTHENTICATED, "The other portal does not show this dataset to us: give a connection with a key.");
	if (answer.status == 404) return err_set(e, ERR_NOT_FOUND, "The other portal has no dataset \"%.*s\", or does not show it to everybody.", STR_ARG(o->slug));
	if (answer.status != 200) return err_set(e, ERR_UPSTREAM, "The other portal answered %d.", answer.status);
	if (json_read_in(f->a, answer.body, out, &ignored) && json_get(*out, "metas")) return true;
	return err_set(e, ERR_UPSTREAM, "What answers at this address is no portal: it does not speak the Explore API.");
}

/* What it says in the other languages that are spoken here; a language it does not answer in is no reason to bring nothing. */
static struct str told_by(struct origin *o, const struct json_node *dataset)
{
	struct fetching *f = o->f;
	struct fetch_told list[FETCH_LANGUAGES + 1] = { { f->a, fetch_told_language(dataset), dataset } };
	struct str theirs[FETCH_LANGUAGES], others[FETCH_LANGUAGES];
	const struct json_node *named = json_get(json_get(json_get(dataset, "metas"), "default"), "metadata_languages");
	size_t ntheirs = 0, n = 1;
	for (size_t i = 0; i < json_count(named) && ntheirs < FETCH_LANGUAGES; i++)
		if (json_text(json_at(named, i)).n) theirs[ntheirs++] = json_text(json_at(named, i));
	size_t count = fetch_told_others(f, theirs, ntheirs, list[0].lang, others);
	struct err ignored = { 0 };
	/* Without being asked it answers in the portal's language, which may be another than the metadata's first. */
	if (count && !ask_dataset(o, list[0].lang, &list[0].dataset, &ignored)) list[0].dataset = dataset;
	for (size_t i = 0; i < count; i++) {
		list[n] = (struct fetch_told){ f->a, others[i], NULL };
		if (ask_dataset(o, others[i], &list[n].dataset, &ignored)) n++;
	}
	return fetch_told_text(list, n, true);
}

static struct str export_url(const struct origin *o)
{
	auto_buf b = BUF_INIT(1 << 15);
	char before = '?';
	buf_printf(&b, "%.*s/api/explore/v2.1/catalog/datasets/%.*s/exports/jsonl", STR_ARG(o->base), STR_ARG(o->slug));
	if (o->where.n) {
		buf_lit(&b, "?where=");
		put_encoded(&b, o->where);
		before = '&';
	}
	for (size_t i = 0; i < o->nrefines; i++) {
		buf_printf(&b, "%crefine=", before);
		put_encoded(&b, o->refines[i]);
		before = '&';
	}
	return arena_str(o->f->a, buf_str(&b));
}

static bool far(struct origin *o, struct err *e)
{
	struct fetching *f = o->f;
	const struct json_node *dataset;
	struct fetch_call c;
	bool done;
	if (!ask_dataset(o, STR(""), &dataset, e)) return false;
	struct str stamp = stamp_of(f->a, dataset), name = arena_join(f->a, o->slug, STR(".jsonl"));
	judge(f, stamp, name, &done);
	if (done) return true;
	if (!call_of(o, export_url(o), &c, e)) return false;
	c.name = name;
	if (!fetch_by_http(f, &c, e)) return false;
	mark_results(f, stamp, told_by(o, dataset));
	return true;
}

/* --- on this server ---------------------------------------------------------------------------------------------------------- */

/* Everything of it is everybody's: what this portal shows of it opens nothing. */
static bool is_open(const struct tenant *t, const struct dataset *d)
{
	const struct dataset_rule *r = &d->everybody;
	return !str_eq(tenant_setting(t, "access"), STR("private")) && !d->restricted && d->data_visible && r->data_visible && !r->row_filter.n && !r->some_fields;
}

/* Something of it is everybody's: that much can be shown live. */
static bool is_there(const struct tenant *t, const struct dataset *d)
{
	return !str_eq(tenant_setting(t, "access"), STR("private")) && !d->restricted && d->data_visible && d->everybody.data_visible;
}

static bool write_parquet(struct origin *o, const struct dataset *d, const struct query_target *t, struct str path, struct err *e)
{
	struct fetching *f = o->f;
	struct query_plan plan;
	const struct query_request ask = { .target = t, .mode = QUERY_EXPORT, .now_us = clock_now().us, .where = &o->where, .nwhere = o->where.n != 0, .refine = o->refines,
		                           .nrefine = o->nrefines };
	struct str tmp = arena_printf(f->a, "%.*s.fetched.tmp", STR_ARG(engine_path(f->site->engine, f->a, d->version)));
	if (!query_plan_rows(f->a, &ask, &plan, e)) return false;
	struct str *names = arena_array(f->a, struct str, plan.ncolumns + 1);
	for (size_t i = 0; i < plan.ncolumns; i++) names[i] = plan.fields[i] ? plan.fields[i]->name : arena_printf(f->a, "column_%zu", i + 1);
	const struct engine_query q = { .at = d->version, .sql = &plan.sql, .columns = plan.types, .ncolumns = plan.ncolumns };
	const struct engine_parquet_how how = { .compression = STR("zstd"), .geo = fetch_geo_key(f->a, plan.types, names, plan.ncolumns) };
	unlink(tmp.p);
	bool ok = engine_write_parquet_file(f->site->engine, &q, names, tmp, &how, f->r->cancel_or_null, e);
	query_plan_done(&plan);
	if (ok && rename(tmp.p, path.p) != 0) ok = err_os(e, "rename of a source");
	if (!ok) unlink(tmp.p);
	return ok;
}

struct str fetch_geo_key(struct arena *a, const struct column_type *types, const struct str *names, size_t n)
{
	auto_buf b = BUF_INIT(1 << 20);
	struct json_out j = JSON_OUT(&b);
	bool any = false;
	for (size_t i = 0; i < n; i++) {
		if (types[i].type != VALUE_POINT && types[i].type != VALUE_SHAPE) continue;
		if (!any) {
			json_open(&j, '{');
			json_member(&j, "version", STR("1.1.0"));
			json_member(&j, "primary_column", names[i]);
			json_key(&j, STR("columns"));
			json_open(&j, '{');
		}
		any = true;
		json_key(&j, names[i]);
		json_value(&j);
		buf_lit(&b, "{\"encoding\":\"WKB\",\"geometry_types\":[]}");
	}
	if (!any) return STR("");
	json_close(&j, '}');
	json_close(&j, '}');
	return arena_str(a, buf_str(&b));
}

/* What of a dataset of this server may be brought: of another portal what everybody may see there, all of it or (live) that much; of this one
 * what whoever asks may see. */
static bool see(struct origin *o, const struct tenant *t, const struct catalog_view *v, const struct dataset **d, struct query_target *out, struct str *mark, struct err *e)
{
	struct fetching *f = o->f;
	bool live = fetch_is_live(f->r->datasource);
	*d = catalog_find_or_null(v, o->slug);
	if (*d && !live && t->id.v == f->r->tenant.v && f->r->eyes_or_null)
		return f->r->eyes_or_null->see(f->r->eyes_or_null->arg, t, v, o->slug, f->a, out, d, mark, e);
	if (!*d) return err_set(e, ERR_NOT_FOUND, "The other portal has no dataset \"%.*s\".", STR_ARG(o->slug));
	if (live ? !is_there(t, *d) : !is_open(t, *d))
		return err_set(e, ERR_FORBIDDEN, "The dataset \"%.*s\" is not open to everybody on its portal, so it cannot be shown here.", STR_ARG(o->slug));
	*out = (struct query_target){ .at = (*d)->version, .schema = &(*d)->schema, .dataset_id = (*d)->slug };
	/* What is shown live is looked at as its readers will see it. */
	if (live) {
		out->row_filter = (*d)->everybody.row_filter;
		out->visible_or_null = (*d)->everybody.visible_or_null;
	}
	return true;
}

/* What this server says of a dataset of its own in a language, as another would hear it. */
static bool say(struct arena *a, const struct dataset *d, struct str lang, const struct json_node **out, struct err *e)
{
	auto_buf text = BUF_INIT(DATASET_BYTES);
	dataset_put_json(&text, d, lang, clock_utc(), true);
	return json_read_in(a, arena_str(a, buf_str(&text)), out, e);
}

/* In all the languages that are spoken there and here. */
static bool told_near(struct fetching *f, const struct tenant *t, const struct dataset *d, const struct json_node *dataset, bool fields, struct str *out, struct err *e)
{
	struct fetch_told list[FETCH_LANGUAGES + 1] = { { f->a, t->languages[0], dataset } };
	struct str others[FETCH_LANGUAGES];
	size_t n = fetch_told_others(f, t->languages, t->nlanguages, list[0].lang, others);
	for (size_t i = 0; i < n; i++) {
		list[i + 1] = (struct fetch_told){ f->a, others[i], NULL };
		if (!say(f->a, d, others[i], &list[i + 1].dataset, e)) return false;
	}
	*out = fetch_told_text(list, n + 1, fields);
	return true;
}

static bool bring_near(struct origin *o, const struct tenant *t, const struct dataset *d, const struct query_target *target, struct str mark, struct err *e)
{
	struct fetching *f = o->f;
	const struct json_node *node;
	struct str told;
	struct fetch_copy copy;
	struct fetch_file file;
	bool done, found;
	if (!d->version.number) return err_set(e, ERR_NOT_FOUND, "The dataset \"%.*s\" has no data on its portal.", STR_ARG(o->slug));
	if (!say(f->a, d, t->languages[0], &node, e) || !told_near(f, t, d, node, true, &told, e)) return false;
	struct str stamp = stamp_of(f->a, node), name = arena_join(f->a, o->slug, STR(".parquet"));
	if (mark.n) {
		/* Other rights are another source. */
		stamp = arena_printf(f->a, "%.*s %.*s", STR_ARG(stamp), STR_ARG(mark));
		f->mark = arena_printf(f->a, "%.*s %.*s", STR_ARG(f->mark), STR_ARG(mark));
	}
	judge(f, stamp, name, &done);
	if (done) return true;
	if (!fetch_copy_read(f, STR(""), &copy, &found, e)) return false;
	if (found && !f->r->fresh && fetch_copy_recent(&copy) && fetch_copy_give(f, &copy)) {
		mark_results(f, stamp, told);
		return true;
	}
	if (!fetch_file_open(f, STR(""), &file, e)) return false;
	struct str path = arena_printf(f->a, "%.*s/%.*s", STR_ARG(f->folder), STR_ARG(file.name));
	struct str made = file.name;
	close(file.fd);
	file.fd = -1;
	/* Opened again at its end, so that it is hashed like everything that came from elsewhere. */
	if (!write_parquet(o, d, target, path, e) || !fetch_file_open(f, made, &file, e)) {
		unlink(path.p);
		return false;
	}
	copy = (struct fetch_copy){ .name = name, .mime = STR("application/vnd.apache.parquet") };
	if (!fetch_settle(f, &file, &copy, STR(""), STR(""), e)) return false;
	mark_results(f, stamp, told);
	return true;
}

static bool near_one(struct origin *o, const struct tenant *t, struct err *e)
{
	const struct catalog_view *v;
	if (!catalog_hold(o->f->site->catalog, t->id, &v, e)) return false;
	const struct dataset *d;
	struct query_target target = { 0 };
	struct str mark = STR("");
	bool ok = see(o, t, v, &d, &target, &mark, e) && bring_near(o, t, d, &target, mark, e);
	catalog_release(o->f->site->catalog, v);
	return ok;
}

bool fetch_portal(struct fetching *f, struct err *e)
{
	struct origin o;
	if (!read_origin(f, &o, e)) return false;
	const struct tenant *t = tenants_find_or_null(f->site->tenants, o.host);
	if (!t) return far(&o, e);
	bool ok = !t->suspended ? near_one(&o, t, e) : err_set(e, ERR_NOT_FOUND, "The other portal is closed.");
	tenant_release(f->site->tenants, t);
	return ok;
}

/* --- live ------------------------------------------------------------------------------------------------------------ */

bool fetch_is_live(const struct json_node *d)
{
	struct str type = fetch_text(d, "type");
	return (str_eq(type, STR("portal")) || str_eq(type, STR("federated"))) && json_bool(json_get(d, "live"), false);
}

/* The fields that everybody sees, in texts of the arena. */
static bool open_fields(struct arena *a, const struct dataset *d, struct schema *out, struct err *e)
{
	auto_buf b = BUF_INIT(16 << 20);
	struct field *fields = arena_array(a, struct field, d->schema.n + 1);
	for (size_t i = 0; i < d->schema.n; i++) {
		fields[i] = d->schema.fields[i];
		if (d->everybody.visible_or_null && !d->everybody.visible_or_null[i]) fields[i].flags |= FIELD_HIDDEN;
	}
	const struct schema seen = { .fields = fields, .n = d->schema.n };
	schema_put_json(&b, &seen);
	if (b.over) return err_set(e, ERR_TOO_LARGE, "The dataset has too many fields.");
	return schema_from_json(a, arena_str(a, buf_str(&b)), out, e);
}

static bool look_near(const struct origin *o, const struct tenant *t, const struct dataset *d, struct fetch_there *out, struct err *e)
{
	struct arena *a = o->f->a;
	const struct json_node *node;
	if (str_eq(tenant_setting(t, "access"), STR("private")) || d->restricted)
		return err_set(e, ERR_FORBIDDEN, "The dataset \"%.*s\" is not open to everybody on its portal, so it cannot be shown here.", STR_ARG(o->slug));
	if (d->link_or_null)
		return err_set(e, ERR_PARAMETER, "The dataset \"%.*s\" is itself shown live from %.*s: take it from there.", STR_ARG(o->slug), STR_ARG(d->link_or_null->host));
	if (!say(a, d, t->languages[0], &node, e) || !open_fields(a, d, &out->schema, e) || !told_near(o->f, t, d, node, false, &out->metadata, e)) return false;
	out->rows = d->everybody.row_filter.n || o->where.n ? -1 : d->rows;
	return true;
}

bool fetch_there(struct site *s, struct tenant_id t, const struct json_node *datasource, struct arena *a, struct fetch_there *out, struct err *e)
{
	const struct fetch_request r = { .tenant = t, .datasource = datasource };
	struct fetching f = { .site = s, .r = &r, .a = a };
	struct origin o;
	const struct catalog_view *v;
	if (!fetch_open_connection(&f, e) || !read_origin(&f, &o, e)) return false;
	*out = (struct fetch_there){ .live = fetch_is_live(datasource), .host = o.host, .slug = o.slug, .where = o.where, .refines = o.nrefines > 0, .rows = -1 };
	const struct tenant *there = tenants_find_or_null(s->tenants, o.host);
	if (!there) return true;
	out->near = true;
	out->host = arena_str(a, there->host);
	bool ok = !there->suspended ? catalog_hold(s->catalog, there->id, &v, e) : err_set(e, ERR_NOT_FOUND, "The other portal is closed.");
	if (ok) {
		const struct dataset *d = catalog_find_or_null(v, o.slug);
		ok = d ? look_near(&o, there, d, out, e) : err_set(e, ERR_NOT_FOUND, "The other portal has no dataset \"%.*s\".", STR_ARG(o.slug));
		catalog_release(s->catalog, v);
	}
	tenant_release(s->tenants, there);
	return ok;
}

struct str fetch_own_dataset(struct site *s, struct tenant_id t, const struct json_node *datasource, struct arena *a)
{
	const struct fetch_request r = { .tenant = t, .datasource = datasource };
	struct fetching f = { .site = s, .r = &r, .a = a };
	struct origin o;
	struct err none = { 0 };
	struct str type = fetch_text(datasource, "type");
	if (!str_eq(type, STR("portal")) && !str_eq(type, STR("federated"))) return STR("");
	if (!fetch_open_connection(&f, &none) || !read_origin(&f, &o, &none)) return STR("");
	const struct tenant *there = tenants_find_or_null(s->tenants, o.host);
	bool own = there && there->id.v == t.v;
	if (there) tenant_release(s->tenants, there);
	return own ? o.slug : STR("");
}

bool fetch_there_changed(struct site *s, const struct fetch_request *r, bool *changed, bool *sure, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct fetching f = { .site = s, .r = r, .a = &a };
	struct origin o;
	const struct json_node *dataset;
	if (!fetch_open_connection(&f, e) || !read_origin(&f, &o, e) || !ask_dataset(&o, STR(""), &dataset, e)) return false;
	struct str stamp = stamp_of(&a, dataset);
	*sure = stamp.n != 0;
	*changed = !stamp.n || !r->known.n || !str_eq(fetch_known_read(&a, r->known).sha256, stamp);
	return true;
}

/* The data as they stand are kept by publish/, which knows the versions. */
bool fetch_published(struct fetching *f, struct err *e)
{
	(void)f;
	return err_set(e, ERR_PARAMETER, "The data as they are now are read by publishing, not fetched.");
}
