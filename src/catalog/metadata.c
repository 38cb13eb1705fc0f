/* Metadata: the rows a dataset can have, how texts given on a command line or a form become values,
 * and how values are read in a language with fallback. */
#include "catalog/inside.h"
#include "json/json.h"
#include "text/text.h"

const struct meta_row catalog_meta_rows[] = {
#define META(t, name, kind, facet, label) { t, name, META_##kind, facet, false, label },
#define AUTO(t, name, kind, facet, label) { t, name, META_##kind, facet, true, label },
#include "catalog/metadata.def"
#undef META
#undef AUTO
};
size_t catalog_meta_row_count(void) { return COUNT_OF(catalog_meta_rows); }

static bool in_languages(enum meta_kind k)
{
	return k == META_LANG_TEXT || k == META_LANG_HTML || k == META_LANG_LIST;
}
static bool is_list(enum meta_kind k) { return k == META_LIST || k == META_LANG_LIST; }

/* --- setting ------------------------------------------------------------------------------------ */

static bool is_word(struct str s)
{
	bool fine = s.n > 0 && s.n <= 100;
	for (size_t i = 0; fine && i < s.n; i++)
		fine = s.p[i] == '-' || s.p[i] == '_' || (s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z');
	return fine;
}

bool meta_is_of_table(struct str t)
{
	for (size_t i = 0; i < COUNT_OF(catalog_meta_rows); i++)
		if (str_eq(t, str_of(catalog_meta_rows[i].template_))) return true;
	return false;
}

/* "city.district", "city.district.fr": of a template that is none of the platform's. Whether the portal has it is the caller's to know. */
static bool own_place_of(struct str name, struct meta_place *out)
{
	struct str rest = name, parts[3] = { { 0 } };
	size_t n = 0;
	while (n < 3 && str_cut(&rest, '.', &parts[n])) n++;
	if (n < 2 || rest.p || !is_word(parts[0]) || !is_word(parts[1]) || (n == 3 && (!is_word(parts[2]) || parts[2].n > 8)) || meta_is_of_table(parts[0]))
		return false;
	*out = (struct meta_place){ .template_ = parts[0], .name = parts[1], .lang = n == 3 ? parts[2] : STR("") };
	return true;
}

/* "title", "default.title", "title.fr", "dcat.creator": the row, and the language after it. */
bool meta_place_of(struct str name, struct meta_place *out, struct err *e)
{
	for (size_t i = 0; i < COUNT_OF(catalog_meta_rows); i++) {
		const struct meta_row *r = &catalog_meta_rows[i];
		struct str rest = name, t = str_of(r->template_), n = str_of(r->name);
		bool prefixed = str_starts(rest, t) && rest.n > t.n && rest.p[t.n] == '.';
		if (prefixed) rest = str_from(rest, t.n + 1);
		else if (!str_eq(t, STR("default"))) continue;
		if (!str_starts(rest, n)) continue;
		struct str lang = str_from(rest, n.n);
		if (lang.n && (lang.p[0] != '.' || !in_languages(r->kind))) continue;
		if (lang.n) lang = str_from(lang, 1);
		if (lang.n > 8 || (rest.n > n.n && lang.n < 2)) continue;
		/* The date of change may be set by hand: then it stays until it is taken away. */
		if (r->automatic && strcmp(r->name, "modified") != 0)
			return err_set(e, ERR_PARAMETER, "the portal fills the metadata \"%s\" itself", r->name);
		*out = (struct meta_place){ r, t, n, lang };
		return true;
	}
	if (own_place_of(name, out)) return true;
	return err_set(e, ERR_PARAMETER,
	               "there is no metadata named \"%.*s\"; known are title, description, theme, keyword, "
	               "license, license_url, language, publisher, references, attributions, and those of dcat, inspire "
	               "and dublin-core, as dcat.creator. "
	               "(\"title.fr\" gives a value in one language)", STR_ARG(name));
}

static void put_list(struct json_out *j, struct str value)
{
	struct str part;
	json_open(j, '[');
	while (str_cut(&value, ',', &part))
		if (str_trim(part).n) json_put(j, str_trim(part));
	json_close(j, ']');
}

static bool own_to_json(struct arena *a, struct str value, struct str *out, struct err *e)
{
	auto_buf b = BUF_INIT(1 << 20);
	auto_json *doc = NULL;
	struct err bad = { 0 };
	struct str text;
	if (!text_is_utf8(value)) return err_set(e, ERR_PARAMETER, "metadata: the text is not UTF-8");
	if (json_read(value, &doc, &bad)) json_put_node(&b, json_root(doc));
	else text_put_json(&b, value);
	if (!buf_end(&b, &text, e)) return false;
	*out = arena_str(a, text);
	return true;
}

bool meta_to_json(struct arena *a, const struct meta_place *at, struct str value, struct str *out, struct err *e)
{
	if (!at->row) return own_to_json(a, value, out, e);
	enum { META_BYTES = 1 << 20 };
	auto_buf b = BUF_INIT(META_BYTES);
	struct json_out j = JSON_OUT(&b);
	struct clock_text when;
	enum meta_kind kind = at->row->kind;
	if (!text_is_utf8(value)) return err_set(e, ERR_PARAMETER, "metadata \"%s\": the text is not UTF-8", at->row->name);
	if (is_list(kind) && str_starts(value, STR("["))) {
		struct err bad = { 0 };
		auto_json *doc = NULL;
		if (!json_read(value, &doc, &bad))
			return err_set(e, ERR_PARAMETER, "metadata \"%s\": expected a JSON list of texts", at->row->name);
		json_put_node(&b, json_root(doc));
	} else if (is_list(kind)) {
		put_list(&j, value);
	} else if (kind == META_DATETIME) {
		if (!clock_parse(value, &when))
			return err_set(e, ERR_PARAMETER, "metadata \"%s\": expected a date as 2026-11-22, found \"%.*s\"",
			               at->row->name, STR_ARG(value));
		struct buf *to = &b;
		buf_put_char(to, '"');
		int64_t us = clock_us_of_civil(&when.civil) - (int64_t)when.offset_s * 1000000;
		clock_put_instant(to, us, clock_utc());
		buf_put_char(to, '"');
	} else {
		json_put(&j, value);
	}
	struct str text;
	if (!buf_end(&b, &text, e)) return false;
	*out = arena_str(a, text);
	return true;
}

/* --- reading ------------------------------------------------------------------------------------ */

/* Where a dataset comes from: null for the portal's own, and for what clients know of other platforms and nothing here has. */
static struct str origin_json(const struct dataset *d, struct arena *a, struct str name)
{
	const struct dataset_link *link = d->link_or_null;
	bool portal = str_eq(name, STR("parent_domain")) || str_eq(name, STR("source_domain")) || str_eq(name, STR("source_domain_address"));
	auto_buf b = BUF_INIT(4096);
	struct json_out j = JSON_OUT(&b);
	if (str_eq(name, STR("federated"))) return link || d->far.live ? STR("true") : STR("false");
	if (!link || !(portal || str_eq(name, STR("source_dataset")))) return STR("null");
	json_put(&j, portal ? link->host : link->slug);
	return arena_str(a, buf_str(&b));
}

struct str meta_automatic(const struct dataset *d, struct arena *a, const struct meta_row *row)
{
	if (!row->automatic) return STR("");
	if (row->kind == META_TEXT || row->kind == META_BOOL) return origin_json(d, a, str_of(row->name));
	if (strcmp(row->name, "records_count") == 0 && d->rows < 0) return STR("null");
	if (strcmp(row->name, "records_count") == 0) return arena_printf(a, "%lld", (long long)d->rows);
	struct instant at = strcmp(row->name, "data_processed") == 0 ? d->data_processed
	                  : strcmp(row->name, "metadata_processed") == 0 ? d->metadata_processed
	                                                                 : d->modified;
	char room[80];
	struct buf b = { .p = room, .cap = sizeof room, .max = sizeof room };
	buf_put_char(&b, '"');
	clock_put_instant(&b, at.us, clock_utc());
	buf_put_char(&b, '"');
	return arena_str(a, buf_str(&b));
}

struct str dataset_meta_json(const struct dataset *d, const char *template_, const char *name, struct str lang)
{
	const struct meta *plain = NULL, *any = NULL;
	struct str t = str_of(template_), n = str_of(name);
	for (size_t i = 0; i < d->nmetas; i++) {
		const struct meta *m = &d->metas[i];
		if (!str_eq(m->name, n) || !str_eq(m->template_, t)) continue;
		if (lang.n && str_eq(m->lang, lang)) return m->json;
		if (m->lang.n == 0) plain = m;
		if (!any) any = m;
	}
	const struct meta *found = plain ? plain : any;
	return found ? found->json : STR("");
}

size_t dataset_meta_list(const struct dataset *d, struct arena *a, const char *name, struct str lang, struct str **out)
{
	VEC(struct str) list = { 0 };
	auto_json *doc = NULL;
	struct err e = { 0 };
	struct str json = dataset_meta_json(d, "default", name, lang);
	if (json.n && json_read(json, &doc, &e)) {
		const struct json_node *root = json_root(doc);
		if (json_kind(root) == JSON_TEXT) vec_push(a, &list, arena_str(a, json_text(root)));
		for (size_t i = 0; json_kind(root) == JSON_ARRAY && i < json_count(root); i++)
			vec_push(a, &list, arena_str(a, json_text(json_at(root, i))));
	}
	*out = list.p;
	return list.n;
}

struct str dataset_meta_text(const struct dataset *d, struct arena *a, const char *name, struct str lang)
{
	struct str *items;
	size_t n = dataset_meta_list(d, a, name, lang, &items);
	if (n == 1) return items[0];
	auto_buf b = BUF_INIT(1 << 20);
	for (size_t i = 0; i < n; i++) {
		if (i) buf_lit(&b, ", ");
		buf_put(&b, items[i]);
	}
	return arena_str(a, buf_str(&b));
}

/* --- the DatasetObject -------------------------------------------------------------------------- */

static void put_raw(struct json_out *j, struct str json)
{
	if (json.n == 0) {
		json_put_null(j);
		return;
	}
	json_value(j);
	buf_put(j->b, json);
}

/* Instants are kept in UTC; "2021-06-23T14:59:57+00:00" goes out as it is read in the zone. */
static struct str in_zone(struct arena *a, struct str json, const struct clock_zone *zone)
{
	struct clock_text when;
	if (json.n < 3 || json.p[0] != '"' || zone == clock_utc() || !clock_parse(str_sub(json, 1, json.n - 2), &when)) return json;
	char room[80];
	struct buf b = { .p = room, .cap = sizeof room, .max = sizeof room };
	buf_put_char(&b, '"');
	clock_put_instant(&b, clock_us_of_civil(&when.civil) - (int64_t)when.offset_s * 1000000, zone);
	buf_put_char(&b, '"');
	return arena_str(a, buf_str(&b));
}

/* The first two templates every dataset has; others are shown where they say something. */
static bool has_template(const struct dataset *d, const char *template_)
{
	bool has = strcmp(template_, "default") == 0 || strcmp(template_, "dcat") == 0;
	for (size_t i = 0; i < d->nmetas && !has; i++) has = str_eq(d->metas[i].template_, str_of(template_));
	return has;
}

bool catalog_template_of_apps(struct str template_)
{
	return str_eq(template_, STR("visualization")) || str_eq(template_, STR("explore")) || str_eq(template_, STR("asset_content_configuration"));
}

/* Templates that the portal made; those that nobody may see never come into the catalogue (config/). */
static void put_own_metas(struct json_out *j, const struct dataset *d, struct str lang, bool apps)
{
	struct str open = STR("");
	for (size_t i = 0; i < d->nmetas; i++) {
		const struct meta *m = &d->metas[i];
		bool again = i > 0 && str_eq(m->template_, m[-1].template_) && str_eq(m->name, m[-1].name);
		if (again || meta_is_of_table(m->template_) || (!apps && catalog_template_of_apps(m->template_))) continue;
		auto_arena a = ARENA_INIT;
		if (!str_eq(open, m->template_)) {
			if (open.n) json_close(j, '}');
			open = m->template_;
			json_key(j, open);
			json_open(j, '{');
		}
		json_key(j, m->name);
		put_raw(j, dataset_meta_json(d, arena_cstr(&a, m->template_), arena_cstr(&a, m->name), lang));
	}
	if (open.n) json_close(j, '}');
}

static void put_metas(struct json_out *j, const struct dataset *d, struct str lang, const struct clock_zone *zone, bool apps)
{
	auto_arena a = ARENA_INIT;
	const char *open = NULL;
	json_open(j, '{');
	for (size_t i = 0; i < COUNT_OF(catalog_meta_rows); i++) {
		const struct meta_row *r = &catalog_meta_rows[i];
		if (!has_template(d, r->template_) || (!apps && catalog_template_of_apps(str_of(r->template_)))) continue;
		if (!open || strcmp(open, r->template_) != 0) {
			if (open) json_close(j, '}');
			open = r->template_;
			json_key(j, str_of(open));
			json_open(j, '{');
		}
		json_key(j, str_of(r->name));
		struct str json = meta_automatic(d, &a, r);
		if (!json.n) json = dataset_meta_json(d, r->template_, r->name, lang);
		put_raw(j, r->kind == META_DATETIME ? in_zone(&a, json, zone) : json);
	}
	if (open) json_close(j, '}');
	put_own_metas(j, d, lang, apps);
	json_close(j, '}');
}

/* The address is the platform's own form, relative to the dataset. */
void dataset_put_files(struct json_out *j, const struct dataset *d, enum catalog_file_kind kind)
{
	auto_arena a = ARENA_INIT;
	json_open(j, '[');
	for (size_t i = 0; i < d->nfiles; i++) {
		const struct dataset_file *f = &d->files[i];
		if (f->kind != kind) continue;
		json_open(j, '{');
		json_member(j, "id", f->id);
		json_member(j, "title", f->title);
		json_member(j, "mimetype", f->mime);
		json_member(j, "url", arena_join(&a, STR("odsfile://"), f->name));
		if (kind == CATALOG_ALTERNATIVE) json_member(j, "description", f->description);
		json_close(j, '}');
	}
	json_close(j, ']');
}

void dataset_put_json(struct buf *b, const struct dataset *d, struct str lang, const struct clock_zone *zone, bool apps)
{
	auto_arena a = ARENA_INIT;
	struct json_out j = JSON_OUT(b);
	json_open(&j, '{');
	json_member(&j, "visibility", d->restricted ? STR("restricted") : STR("domain"));
	json_key(&j, STR("fields"));
	put_raw(&j, dataset_told(d, &a, lang)->schema_json);
	json_member(&j, "dataset_id", d->slug);
	json_member(&j, "dataset_uid", d->uid);
	json_member_bool(&j, "has_records", d->version.number != 0);
	json_key(&j, STR("features"));
	json_open(&j, '[');
	for (size_t i = 0; i < d->nfeatures; i++) json_put(&j, d->features[i]);
	json_close(&j, ']');
	json_key(&j, STR("attachments"));
	dataset_put_files(&j, d, CATALOG_ATTACHMENT);
	json_key(&j, STR("alternative_exports"));
	dataset_put_files(&j, d, CATALOG_ALTERNATIVE);
	json_member_bool(&j, "data_visible", d->data_visible);
	const struct dataset_file *picture = dataset_picture_or_null(d);
	if (picture) {
		json_key(&j, STR("thumbnail"));
		json_open(&j, '{');
		json_member(&j, "url", arena_printf(&a, "/explore/dataset/%.*s/picture?v=%.*s", STR_ARG(d->slug), STR_ARG(str_sub(picture->hash, 0, 12))));
		json_member(&j, "description", picture->description);
		json_member_int(&j, "width", picture->width);
		json_member_int(&j, "height", picture->height);
		json_close(&j, '}');
	}
	json_key(&j, STR("metas"));
	put_metas(&j, d, lang, zone, apps);
	json_close(&j, '}');
}
