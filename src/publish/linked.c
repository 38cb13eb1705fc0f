/* A dataset of another portal of this server that is shown live: what is published is where it stands and what is said of it here; the data are
 * read there (catalog/link.c). And what is told of datasets of other servers that are live. */
#include "odsql/odsql.h"
#include "publish/inside.h"

bool publish_live_source(const struct publish_road *r, const struct json_node **out, struct err *e)
{
	const struct json_node *list = json_get(r->config.doc, "resources");
	*out = NULL;
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json_node *source = json_get(json_at(list, i), "datasource"); /* what is pushed has none */
		if (source && fetch_is_live(source)) *out = source;
	}
	return !*out || json_count(list) == 1 || err_set(e, ERR_PARAMETER, "a source that is shown live is the only one of its dataset: remove the others, or copy it");
}

/* --- what it may be made of ---------------------------------------------------------------------------------------- */

static bool check_shape(struct publish_road *r, const struct fetch_there *there, struct err *e)
{
	const struct json_node *fields = json_get(r->config.doc, "fields");
	struct odsql_node *node = NULL;
	struct err why = { 0 };
	const struct odsql_scope scope = { .schema = &there->schema, .zone = clock_utc(), .lang = STR("en"), .now_us = clock_now().us };
	if (json_count(json_get(r->config.doc, "processors")))
		return err_set(e, ERR_PARAMETER, "a dataset that is shown live from a portal of this server has no processing: remove the steps, or copy it");
	for (size_t i = 0; i < json_count(fields); i++)
		if (!ingest_fields_looks(json_at(fields, i)))
			return err_set(e, ERR_PARAMETER, "a dataset that is shown live from a portal of this server has the fields it has there; what changes one (number %zu of the schema's operations) has to go, or copy it", i + 1);
	if (there->refines) return err_set(e, ERR_PARAMETER, "what is shown live from a portal of this server is chosen by a condition (where), not by refine.*");
	if (!str_trim(there->where).n) return true;
	if (odsql_parse_where(r->a, there->where, &node, &why) && (!node || odsql_check_where(r->a, &scope, node, &why))) return true;
	return err_set(e, ERR_PARAMETER, "the condition of the source: %s", why.pub);
}

static struct str one_field(struct arena *a, struct field *f)
{
	auto_buf b = BUF_INIT(1 << 20);
	const struct schema one = { .fields = f, .n = 1 };
	schema_put_json(&b, &one);
	return arena_str(a, buf_str(&b));
}

/* Names of the fields of which something is said here. */
static bool tell_fields(struct publish_road *r, const struct schema *there, struct schema *told, struct str *names, struct err *e)
{
	struct schema plain;
	auto_buf b = BUF_INIT(4 << 20);
	struct json_out j = JSON_OUT(&b);
	if (!ingest_fields_describe(r->a, there, STR("[]"), STR("[]"), &plain, e) || !ingest_fields_describe(r->a, there, STR("[]"), r->fields, told, e)) return false;
	json_open(&j, '[');
	for (size_t i = 0; i < told->n; i++)
		if (!str_eq(one_field(r->a, &plain.fields[i]), one_field(r->a, &told->fields[i]))) json_put(&j, told->fields[i].name);
	json_close(&j, ']');
	*names = arena_str(r->a, buf_str(&b));
	return true;
}

/* --- publishing -------------------------------------------------------------------------------------------------------- */

static struct str summary_of(struct publish_road *r, const struct fetch_there *there)
{
	auto_buf b = BUF_INIT(16 << 20);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_member_int(&j, "revision", r->config.revision);
	json_member(&j, "shape", r->shape);
	json_member(&j, "look", r->look);
	json_key(&j, STR("metadata"));
	json_value(&j);
	buf_put(&b, there->metadata);
	json_close(&j, '}');
	return b.over ? STR("{}") : arena_str(r->a, buf_str(&b));
}

static bool commit(struct publish_road *r, const struct fetch_there *there, const struct schema *told, struct str names, int64_t *number, struct err *e)
{
	struct catalog_draft d;
	struct meta_change *metas;
	struct config own = r->config;
	size_t n;
	if (r->told) own.doc = r->told;
	const struct catalog_link_new link = { .host = there->host, .slug = there->slug, .filter = str_trim(there->where), .told = names };
	const struct catalog_loaded loaded = { .schema = *told, .rows = num_max(there->rows, (int64_t)0), .summary = summary_of(r, there), .source_name = there->slug,
		.keep = publish_setting(r, "versions.kept"), .link_or_null = &link };
	if (!publish_metas(r, &own, &metas, &n, e) || publish_stopped(r, e)) return false;
	if (!catalog_draft_begin(r->site->catalog, r->tenant, r->config.slug, true, r->a, &d, e)) return false;
	*number = d.number;
	return catalog_draft_commit(r->site->catalog, &d, &loaded, metas, n, e);
}

bool publish_linked(struct publish_road *r, const struct fetch_there *there, struct publish_outcome *out, struct err *e)
{
	struct schema told;
	struct str names;
	struct publish_former *f = &r->former;
	bool same = f->linked && str_eq(r->shape, f->shape) && str_eq(r->look, f->look) && f->revision == r->config.revision;
	*out = (struct publish_outcome){ .how = PUBLISH_UNCHANGED, .version = f->number, .revision = r->config.revision, .rows = num_max(there->rows, (int64_t)0), .summary = f->summary };
	if (same && (r->flags & PUBLISH_IF_CHANGED)) return true;
	publish_tell(r, "finishing", 0, 0, 0, 0, 900, 1000);
	if (!check_shape(r, there, e) || !publish_room_for_dataset(r, out, e) || !tell_fields(r, &there->schema, &told, &names, e)) return false;
	if (f->far && !catalog_far_set(r->site->catalog, r->tenant, r->config.dataset, false, e)) return false;
	if (!commit(r, there, &told, names, &out->version, e)) return false;
	publish_say(r, 0, "Shown live: the data of %.*s on %.*s, as everybody may see them there. Nothing was copied.", STR_ARG(there->slug), STR_ARG(there->host));
	out->how = PUBLISH_DONE;
	return config_published(r->site, r->tenant, r->config.dataset, r->config.revision, e);
}

/* --- other servers --------------------------------------------------------------------------------------------------------- */

static bool is_silent(struct site *s, struct tenant_id t, int64_t dataset)
{
	const struct catalog_view *v;
	struct err ignored = { 0 };
	bool silent = false;
	if (!catalog_hold(s->catalog, t, &v, &ignored)) return false;
	for (size_t i = 0; i < v->n; i++) silent |= v->datasets[i].id == dataset && v->datasets[i].far.failing.us != 0;
	catalog_release(s->catalog, v);
	return silent;
}

bool publish_far_note(struct site *s, struct tenant_id t, int64_t dataset, struct str fault, struct err *e)
{
	if (!catalog_far_note(s->catalog, t, dataset, fault, e)) return false;
	/* Only the turn from one to the other is news. */
	return is_silent(s, t, dataset) == (fault.n != 0) || catalog_renew(s->catalog, t, e);
}

void publish_far_told(struct publish_road *r, bool ok, const struct err *why)
{
	struct err own = { 0 };
	if (!ok && (why->code == ERR_CANCELLED || why->code == ERR_CONFLICT || why->code == ERR_BUSY || why->code == ERR_TOO_HEAVY)) return;
	struct str fault = ok ? STR("") : str_of(why->pub[0] ? why->pub : err_kind(why->code)->sentence);
	if (!publish_far_note(r->site, r->tenant, r->config.dataset, fault, &own)) publish_say(r, 1, "What readers are told of the source could not be changed: %s", own.pub);
}
