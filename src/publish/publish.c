/* The road of one publication: name, draft, reading, commit. */
#include "publish/inside.h"
#include "text/text.h"

/* "Trees of the town.csv.gz" without folders and suffixes: a title, and the root of an identifier. */
static struct str stem_of(struct str name)
{
	static const char *const packed[] = { ".gz", ".zip" };
	struct str s = str_from(name, (size_t)(str_rfind_char(name, '/') + 1));
	for (size_t i = 0; i < COUNT_OF(packed); i++)
		if (str_ends(s, str_of(packed[i])) && s.n > strlen(packed[i])) s.n -= strlen(packed[i]);
	ptrdiff_t dot = str_rfind_char(s, '.');
	if (dot > 0) s.n = (size_t)dot;
	return s;
}

/* Words for people out of a file's name: "flights-3m" becomes "Flights 3m". */
static struct str title_of(struct arena *a, struct str stem)
{
	struct str t = arena_str(a, stem);
	char *p = (char *)(uintptr_t)t.p; /* just copied, ours to change */
	for (size_t i = 0; i < t.n; i++)
		if (p[i] == '_' || p[i] == '-') p[i] = ' ';
	if (t.n && p[0] >= 'a' && p[0] <= 'z') p[0] = (char)(p[0] - 32);
	return t;
}

void publish_put_notes(struct json_out *j, const struct ingest_result *r)
{
	json_member(j, "format", r->format);
	json_key(j, STR("dialect"));
	json_value(j);
	buf_put(j->b, r->dialect.n ? r->dialect : STR("{}"));
	json_key(j, STR("notes"));
	json_open(j, '[');
	for (size_t i = 0; i < r->nnotes; i++) json_put(j, r->notes[i]);
	json_close(j, ']');
	json_key(j, STR("rejects"));
	json_open(j, '[');
	for (size_t i = 0; i < r->nreasons; i++) {
		json_open(j, '{');
		json_member(j, "field", r->reasons[i].field);
		json_member(j, "reason", r->reasons[i].reason);
		json_member_int(j, "count", r->reasons[i].count);
		json_member_int(j, "first_row", r->reasons[i].first_row);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_key(j, STR("types"));
	json_value(j);
	buf_put(j->b, r->types.n ? r->types : STR("[]"));
	if (!r->has_box) return;
	json_key(j, STR("bbox"));
	json_open(j, '[');
	json_put_real(j, r->west);
	json_put_real(j, r->south);
	json_put_real(j, r->east);
	json_put_real(j, r->north);
	json_close(j, ']');
}

/* What the publisher should know about this publication, kept with the version. */
static struct str summary_of(struct arena *a, const struct ingest_result *r)
{
	auto_buf b = BUF_INIT(16 << 20);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	publish_put_notes(&j, r);
	json_close(&j, '}');
	return b.over ? STR("{}") : arena_str(a, buf_str(&b));
}

/* How many versions stay readable, by the portal's setting. */
static int64_t versions_kept(struct site *s, struct tenant_id id)
{
	int64_t n = 0;
	const struct tenant *t = tenants_hold_or_null(s->tenants, id);
	if (!t) return n;
	if (!str_to_int(tenant_setting(t, "versions.kept"), &n)) n = 0;
	tenant_release(s->tenants, t);
	return n;
}

static bool commit(struct site *s, const struct publish_request *r, struct catalog_draft *d, const struct ingest_result *l,
                   struct arena *a, struct err *e)
{
	struct catalog_loaded loaded = { .schema = l->schema, .rows = l->rows, .rejects = l->rejects,
		                         .source_name = str_from(r->name, (size_t)(str_rfind_char(r->name, '/') + 1)),
		                         .summary = summary_of(a, l), .keep = versions_kept(s, r->tenant) };
	struct meta_change *metas = arena_array(a, struct meta_change, r->nmetas + 1);
	size_t n = 0;
	bool titled = false;
	for (size_t i = 0; i < r->nmetas; i++) {
		titled |= str_eq(r->metas[i].name, STR("title"));
		metas[n++] = r->metas[i];
	}
	if (r->title.n || (!titled && d->fresh))
		metas[n++] = (struct meta_change){ STR("title"), r->title.n ? r->title : title_of(a, stem_of(r->name)) };
	return catalog_draft_commit(s->catalog, d, &loaded, metas, n, e);
}

/* What would make readers' browsers fetch from a site that no service declares is not published (REG-8). */
static bool check_metas(struct site *s, const struct publish_request *r, struct err *e)
{
	const struct tenant *t = tenants_hold_or_null(s->tenants, r->tenant);
	const struct registry *g;
	if (!t) return true;
	bool ok = registry_hold(s->registries, t, &g, e);
	if (ok) {
		for (size_t i = 0; ok && i < r->nmetas; i++) ok = str_find_char(r->metas[i].value, '<') < 0 || registry_check_markup(g, r->metas[i].value, e);
		registry_release(s->registries, g);
	}
	tenant_release(s->tenants, t);
	return ok;
}

bool publish_source(struct site *s, const struct publish_request *r, struct arena *a, struct publish_result *out, struct err *e)
{
	struct catalog_draft d;
	struct str id = r->id.n ? r->id : text_slug(a, r->title.n ? r->title : stem_of(r->name));
	if (!check_metas(s, r, e) || !catalog_draft_begin(s->catalog, r->tenant, id, r->replace, a, &d, e)) return false;
	struct ingest_job job = {
		.source = r->source, .name = r->name, .format = r->format, .inside = r->inside, .part = r->part,
		.schema = r->schema_or_null, .types = publish_promised_by(s, r->tenant, d.slug, a), .strict = r->strict,
		.version_path = arena_printf(a, "%.*s.tmp", STR_ARG(d.file)),
		.rejects_path = arena_printf(a, "%.*s.tmp", STR_ARG(d.rejects)), .salt = d.salt,
		.spare_mb = s->conf ? s->conf->disk_free_mb : -1,
		.progress = r->progress, .arg = r->arg, .cancel = r->cancel,
	};
	if (r->dialect_or_null) job.dialect = *r->dialect_or_null;
	const struct ingest_part part = { .source = r->source, .name = r->name, .extractor = r->extractor, .params = r->params };
	if (r->extractor.n || r->params.n || r->processors.n || r->fields.n) {
		job.processors = r->processors;
		job.fields = r->fields;
		job.parts = &part;
		job.nparts = 1;
	}
	struct ingest_result loaded;
	if (!ingest_run(&job, a, &loaded, e)) {
		catalog_draft_abandon(s->catalog, &d);
		return false;
	}
	int64_t number = d.number;
	if (!commit(s, r, &d, &loaded, a, e) || !config_follow(s, r->tenant, d.slug, true, e)) return false;
	*out = (struct publish_result){ .id = d.slug, .version = number, .loaded = loaded };
	return true;
}
