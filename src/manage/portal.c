/* The portal itself by programs: settings, limits, and the lists that publishers and readers choose from. What its pages ask of a value is asked
 * here, too. */
#include "atlas/atlas.h"
#include "mail/mail.h"
#include "manage/inside.h"
#include "page/page.h"
#include "template/template.h"
#include "text/text.h"
#include "view/view.h"

enum { SETTINGS = 64, LIST_BYTES = 200 << 10 };

/* --- settings ----------------------------------------------------------------------------------------------------- */

struct row { const char *name, *ceiling; bool mail, page; };
static const struct row rows[] = {
#define OPEN(word) { .name = word },
#define MAIL(word) { .name = word, .mail = true },
#define PAGE(word) { .name = word, .page = true },
#define BOUND(word, above) { .name = word, .ceiling = above },
#include "manage/settings.def"
#undef OPEN
#undef MAIL
#undef PAGE
#undef BOUND
};

/* "title", and "title.fr" where the portal speaks French. */
static const struct row *row_or_null(const struct tenant *t, struct str name)
{
	ptrdiff_t dot = str_rfind_char(name, '.');
	struct str lang = dot < 0 ? STR("") : str_from(name, (size_t)dot + 1);
	struct str base = lang.n && tenant_has_language(t, lang) ? str_sub(name, 0, (size_t)dot) : name;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (str_eq(base, str_of(rows[i].name))) return &rows[i];
	return NULL;
}

static void put_setting(struct manage_call *c, const struct tenant *t, const char *name)
{
	json_key(&c->j, str_of(name));
	json_put(&c->j, tenant_setting(t, name));
	for (size_t k = 0; k < t->nlanguages; k++) {
		struct str said = arena_printf(c->a, "%s.%.*s", name, STR_ARG(t->languages[k]));
		const struct str *value = map_get_or_null(&t->settings, said);
		if (!value) continue;
		json_key(&c->j, said);
		json_put(&c->j, *value);
	}
}

/* As the portal is now: the request's own picture of it is from before a change. */
static bool put_settings(struct manage_call *c, struct err *e)
{
	const struct tenant *t = tenants_hold_or_null(c->s->tenants, c->t);
	if (!t) return err_set(e, ERR_NO_PORTAL, "no portal answers at this address");
	json_open(&c->j, '{');
	for (size_t i = 0; i < COUNT_OF(rows); i++) put_setting(c, t, rows[i].name);
	json_close(&c->j, '}');
	tenant_release(c->s->tenants, t);
	return true;
}

bool manage_read_settings(struct manage_call *c, struct err *e) { return put_settings(c, e); }

static bool are_addresses(struct manage_call *c, struct str list)
{
	struct str one, address;
	struct err ignored = { 0 };
	while (list.n && str_cut(&list, ',', &one))
		if (str_trim(one).n && !mail_address(c->a, str_trim(one), &address, &ignored)) return false;
	return true;
}

/* What everybody may open first: a page of the portal that is for everybody, or one of the house's. */
static bool is_first_page(struct manage_call *c, struct str slug, struct err *e)
{
	const struct page_view *view;
	bool found = !slug.n || str_eq(slug, STR("catalogue"));
	if (found) return true;
	if (!pages_hold(c->s->pages, c->t, &view, e)) return false;
	for (size_t i = 0; i < view->n; i++) found |= str_eq(view->pages[i].slug, slug) && view->pages[i].open && !view->pages[i].archived;
	pages_release(c->s->pages, view);
	return found;
}

static void check_value(struct manage_call *c, const struct row *row, struct str name, struct str value)
{
	int64_t n, most = row->ceiling ? tenant_number(c->tenant, row->ceiling) : 0;
	struct err why = { 0 };
	if (row->mail && !are_addresses(c, value)) process_fault(&c->faults, name, "Expected e-mail addresses with commas between them.");
	if (most > 0 && value.n && (!str_to_int(value, &n) || n < 0 || n > most))
		process_fault(&c->faults, name, "Expected a whole number of at most %lld, which was set for this portal from above.", (long long)most);
	if (row->page && !is_first_page(c, value, &why)) process_fault(&c->faults, name, "Expected the slug of a page that is for everybody, catalogue, or an empty text for the house's first page.");
	why = (struct err){ 0 };
	/* No text of a setting may make browsers fetch from a site that is not declared (REG-8). */
	if (c->visit.registry && str_find_char(value, '<') >= 0 && !registry_check_markup(c->visit.registry, value, &why)) process_fault(&c->faults, name, "%s", why.pub);
}

static struct str text_of(struct manage_call *c, const struct json_node *v, bool *good)
{
	switch (json_kind(v)) {
	case JSON_TEXT: return str_trim(json_text(v));
	case JSON_INT: return arena_printf(c->a, "%lld", (long long)json_int(v, 0));
	case JSON_BOOL: return json_bool(v, false) ? STR("on") : STR("off");
	case JSON_NULL: return STR("");
	case JSON_ABSENT:
	case JSON_REAL:
	case JSON_ARRAY:
	case JSON_OBJECT: break;
	}
	*good = false;
	return STR("");
}

bool manage_fault_of(struct manage_call *c, const char *place, struct err *e)
{
	if (e->code != ERR_PARAMETER && e->code != ERR_INVALID && e->code != ERR_USAGE && e->code != ERR_CONFLICT && e->code != ERR_TOO_LARGE) return false;
	process_fault(&c->faults, str_of(place), "%s", e->pub);
	*e = (struct err){ 0 };
	return false;
}

/* The setting that a refusal is about: the only one, or the one that it names. */
static const char *refused_setting(struct manage_call *c, const struct tenant_setting_value *values, size_t n, const struct err *why)
{
	for (size_t i = 0; i < n; i++)
		if (n == 1 || str_find(str_of(why->pub), values[i].name) >= 0) return arena_cstr(c->a, values[i].name);
	return "non_field_errors";
}

static bool write_settings(struct manage_call *c, const struct tenant_setting_value *values, size_t n, struct err *e)
{
	if (n && !tenant_set(c->s->tenants, c->t, values, n, e)) return manage_fault_of(c, refused_setting(c, values, n, e), e);
	for (size_t i = 0; i < n; i++) visitor_note(&c->visit, EVENT_SETTINGS_CHANGED, STR(""), values[i].name);
	return true;
}

bool manage_change_settings(struct manage_call *c, struct err *e)
{
	struct tenant_setting_value values[SETTINGS];
	size_t n = 0;
	struct str name;
	const struct json_node *v;
	if (json_kind(c->body) != JSON_OBJECT) return manage_invalid_field(c, "non_field_errors", "Expected an object of settings by name.");
	if (!manage_fresh(c, e)) return false;
	for (size_t at = 0; json_each(c->body, &at, &name, &v);) {
		const struct row *row = row_or_null(c->tenant, name);
		bool good = true;
		struct str value = text_of(c, v, &good);
		if (!row) process_fault(&c->faults, name, "This is no setting of the portal that programs may change.");
		else if (!good) process_fault(&c->faults, name, "Expected a text, a whole number, true, false or null.");
		else check_value(c, row, name, value);
		const struct str *given = map_get_or_null(&c->tenant->settings, name);
		struct str now = given ? *given : tenant_setting(c->tenant, arena_cstr(c->a, name));
		if (str_eq(now, value)) continue;
		if (n == SETTINGS) return manage_invalid_field(c, "non_field_errors", "At most %d settings are changed at once.", SETTINGS);
		values[n++] = (struct tenant_setting_value){ name, value };
	}
	if (c->faults.list.n) return manage_invalid(c, STR(""));
	if (!write_settings(c, values, n, e)) return c->faults.list.n && manage_invalid(c, STR(""));
	return put_settings(c, e);
}

/* --- limits ------------------------------------------------------------------------------------------------------- */

static void put_quota(struct manage_call *c, const char *name, int64_t used, int64_t limit)
{
	json_key(&c->j, str_of(name));
	json_open(&c->j, '{');
	json_key(&c->j, STR("used"));
	if (used < 0) json_put_null(&c->j);
	else json_put_int(&c->j, used);
	json_key(&c->j, STR("limit"));
	if (limit > 0) json_put_int(&c->j, limit);
	else json_put_null(&c->j);
	json_close(&c->j, '}');
}

bool manage_read_quotas(struct manage_call *c, struct err *e)
{
	(void)e;
	const struct catalog_view *view = c->visit.at.view;
	int64_t largest = 0, records = 0, calls = tenant_limit(c->tenant, "quota.portal", "ceiling.calls");
	for (size_t i = 0; i < view->n; i++) {
		largest = num_max(largest, view->datasets[i].rows);
		records += view->datasets[i].rows;
	}
	json_open(&c->j, '{');
	/* Counted only where there is a limit. */
	put_quota(c, "api_calls_today", calls > 0 ? quota_used(c->s->quota, c->t, 0, clock_now()) : -1, calls);
	put_quota(c, "published_datasets", (int64_t)view->n, tenant_limit(c->tenant, "limits.datasets", "ceiling.datasets"));
	put_quota(c, "records_of_the_largest_dataset", largest, tenant_limit(c->tenant, "limits.records", "ceiling.records"));
	put_quota(c, "records", records, 0);
	json_close(&c->j, '}');
	return true;
}

/* --- lists -------------------------------------------------------------------------------------------------------- */

static void put_labels(struct manage_call *c, const struct tenant *t, enum template_which w, const struct template_item *one)
{
	json_key(&c->j, STR("labels"));
	json_open(&c->j, '{');
	for (size_t k = 0; k < t->nlanguages; k++) {
		const struct i18n_lang *l = i18n_lang_or_null(t->languages[k]);
		const struct template_item *list;
		size_t n = template_items(t, w, l ? l : i18n_english(), t->languages[k], c->a, &list);
		const struct template_item *same = template_item_or_null(list, n, one->name);
		json_key(&c->j, t->languages[k]);
		json_put(&c->j, same ? same->label : one->label);
	}
	json_close(&c->j, '}');
}

/* Whole: what is read can be changed and given back. */
static bool put_items(struct manage_call *c, enum template_which w, struct err *e)
{
	const struct tenant *t = tenants_hold_or_null(c->s->tenants, c->t);
	const struct template_item *list;
	if (!t) return err_set(e, ERR_NO_PORTAL, "no portal answers at this address");
	size_t n = template_items(t, w, c->visit.lang, c->visit.lang_code, c->a, &list);
	bool ok = true;
	json_open(&c->j, '[');
	for (size_t i = 0; i < n && ok; i++) {
		auto_json *doc = NULL;
		ok = json_read(list[i].json, &doc, e);
		if (!ok) break;
		json_open(&c->j, '{');
		json_member(&c->j, "id", list[i].id);
		json_member(&c->j, "name", list[i].name);
		put_labels(c, t, w, &list[i]);
		if (w == TEMPLATE_LICENCES) {
			const struct json_node *urls = json_get(json_root(doc), "urls");
			json_key(&c->j, STR("urls"));
			json_value(&c->j);
			if (urls) json_put_node(c->j.b, urls);
			else buf_lit(c->j.b, "{}");
		} else {
			json_member(&c->j, "colour", list[i].colour);
			json_member(&c->j, "mark", list[i].mark);
		}
		json_close(&c->j, '}');
	}
	json_close(&c->j, ']');
	tenant_release(c->s->tenants, t);
	return ok;
}

/* In every language, or the list is not kept: readers of none shall meet a gap. */
static void check_labels(struct manage_call *c, const struct json_node *list, const char *member)
{
	for (size_t i = 0; i < json_count(list); i++)
		for (size_t k = 0; k < c->tenant->nlanguages; k++) {
			struct str lang = c->tenant->languages[k];
			if (!str_trim(json_text(json_get(json_get(json_at(list, i), member), arena_cstr(c->a, lang)))).n)
				process_fault(&c->faults, arena_printf(c->a, "%zu/%s/%.*s", i, member, STR_ARG(lang)), "Expected a label in every language of the portal.");
		}
}

static bool replace_items(struct manage_call *c, enum template_which w, const char *noun, struct err *e)
{
	if (json_kind(c->body) != JSON_ARRAY) return manage_invalid_field(c, "non_field_errors", "Expected a list of objects.");
	check_labels(c, c->body, "labels");
	if (!c->faults.list.n && !template_items_write(c->s->tenants, c->tenant, w, c->body, e)) (void)manage_fault_of(c, "non_field_errors", e);
	if (c->faults.list.n) return manage_invalid(c, STR(""));
	if (e->code) return false;
	visitor_note(&c->visit, EVENT_SETTINGS_CHANGED, str_of(noun), STR(""));
	return put_items(c, w, e);
}

bool manage_read_licences(struct manage_call *c, struct err *e) { return put_items(c, TEMPLATE_LICENCES, e); }
bool manage_read_themes(struct manage_call *c, struct err *e) { return put_items(c, TEMPLATE_THEMES, e); }
bool manage_replace_licences(struct manage_call *c, struct err *e) { return replace_items(c, TEMPLATE_LICENCES, "catalogue.licences", e); }
bool manage_replace_themes(struct manage_call *c, struct err *e) { return replace_items(c, TEMPLATE_THEMES, "catalogue.themes", e); }

/* --- basemaps ----------------------------------------------------------------------------------------------------- */

static void put_basemaps(struct manage_call *c, struct str list)
{
	json_value(&c->j);
	buf_put(c->j.b, str_trim(list).n ? list : STR("[]"));
}

bool manage_read_basemaps(struct manage_call *c, struct err *e)
{
	(void)e;
	put_basemaps(c, tenant_setting(c->tenant, "map.basemaps"));
	return true;
}

bool manage_replace_basemaps(struct manage_call *c, struct err *e)
{
	const struct atlas_ground *list;
	size_t n = 0;
	if (json_kind(c->body) != JSON_ARRAY) return manage_invalid_field(c, "non_field_errors", "Expected a list of objects.");
	if (!manage_fresh(c, e)) return false;
	struct str json = json_count(c->body) ? manage_node_text(c->a, c->body) : STR("");
	check_labels(c, c->body, "label");
	if (!c->faults.list.n && json.n && !atlas_grounds(c->a, json, c->visit.lang_code, &list, &n, e) && !manage_fault_of(c, "non_field_errors", e) && e->code) return false;
	/* Addresses that browsers ask themselves belong to services of the register, so that policy and headers follow (REG-8). */
	for (size_t i = 0; i < n; i++)
		if (list[i].direct && !view_basemap_declared(&c->visit, &list[i]))
			process_fault(&c->faults, arena_printf(c->a, "%zu/direct", i), "No service of the register covers this address: declare it first, or let the portal fetch it.");
	const struct tenant_setting_value value = { STR("map.basemaps"), json };
	if (!c->faults.list.n && !write_settings(c, &value, 1, e) && !c->faults.list.n) return false;
	if (c->faults.list.n) return manage_invalid(c, STR(""));
	put_basemaps(c, json);
	return true;
}
