/* Templates of metadata: those of the platform, which can be switched on and off, and those that the portal made. */
#include "manage/inside.h"
#include "rest/rest.h"
#include "template/template.h"

struct sets { const struct tenant *tenant; const struct template_set *list; size_t n; };

/* As they are now: after a change, the portal of the call is that of before. Ended by tenant_release. */
static bool hold(struct manage_call *c, struct sets *out, struct err *e)
{
	out->tenant = tenants_hold_or_null(c->s->tenants, c->t);
	if (!out->tenant) return err_set(e, ERR_NO_PORTAL, "%s", err_kind(ERR_NO_PORTAL)->sentence);
	out->n = template_list(out->tenant, c->visit.lang, c->visit.lang_code, c->a, &out->list);
	return true;
}

/* --- answers ------------------------------------------------------------------------------------------------------ */

static void put_text(struct manage_call *c, const char *member, struct str text)
{
	json_key(&c->j, str_of(member));
	if (text.n) json_put(&c->j, text);
	else json_put_null(&c->j);
}

static void put_choices(struct manage_call *c, const struct template_field *f)
{
	const struct json_node *own = NULL, *labels;
	struct err ignored = { 0 };
	if (f->json.n && !json_read_in(c->a, f->json, &own, &ignored)) own = NULL;
	json_key(&c->j, STR("choices"));
	if (!f->nchoices) {
		json_put_null(&c->j);
		manage_member_null(&c->j, "labels");
		return;
	}
	json_open(&c->j, '[');
	for (size_t i = 0; i < f->nchoices; i++) json_put(&c->j, f->choices[i].value);
	json_close(&c->j, ']');
	labels = json_get(own, "labels");
	if (json_kind(labels) == JSON_OBJECT) {
		manage_member_node(&c->j, "labels", labels);
		return;
	}
	json_key(&c->j, STR("labels"));
	json_open(&c->j, '{');
	for (size_t i = 0; i < f->nchoices; i++) {
		json_key(&c->j, f->choices[i].value);
		json_open(&c->j, '{');
		json_key(&c->j, c->visit.lang_code);
		json_put(&c->j, f->choices[i].label);
		json_close(&c->j, '}');
	}
	json_close(&c->j, '}');
}

static void put_field(struct manage_call *c, const struct template_set *s, const struct template_field *f)
{
	json_open(&c->j, '{');
	json_member(&c->j, "name", f->name);
	json_member(&c->j, "type", str_of(template_kind_word(f->kind)));
	json_member(&c->j, "label", f->label);
	put_text(c, "help_text", f->help);
	json_member_bool(&c->j, "is_hidden", f->hidden);
	json_member_bool(&c->j, "self_suggest", f->suggests);
	json_member_bool(&c->j, "is_filter", f->filter);
	json_member_bool(&c->j, "i18n", f->i18n);
	put_text(c, "suggest_url", !f->suggests ? STR("") : rest_base(c->r, arena_printf(c->a, MANAGE_BASE "/metadata/templates/%.*s/fields/%.*s/suggest/", STR_ARG(s->name), STR_ARG(f->name))));
	put_choices(c, f);
	json_member(&c->j, "requirement_level", str_of(template_level_word(f->level)));
	json_close(&c->j, '}');
}

static void put_set(struct manage_call *c, const struct template_set *s)
{
	static const char *const unknown[] = { "created_at", "created_by", "updated_at", "updated_by" };
	json_open(&c->j, '{');
	json_member(&c->j, "name", s->name);
	json_member(&c->j, "title", s->title);
	json_member(&c->j, "type", str_of(template_type_word(s->type)));
	json_member_bool(&c->j, "is_active", s->active);
	json_member_bool(&c->j, "is_always_active", s->always);
	json_member_bool(&c->j, "is_system", s->system);
	json_key(&c->j, STR("schema"));
	json_open(&c->j, '[');
	for (size_t i = 0; i < s->n; i++) put_field(c, s, &s->fields[i]);
	json_close(&c->j, ']');
	for (size_t i = 0; i < COUNT_OF(unknown); i++) {
		json_key(&c->j, str_of(unknown[i]));
		json_put_null(&c->j);
	}
	json_close(&c->j, '}');
}

static bool is_wanted(struct manage_call *c, const struct template_set *s)
{
	struct str type = manage_query(c, "type"), active = manage_query(c, "is_active");
	if (type.n && !str_eq(type, str_of(template_type_word(s->type)))) return false;
	return !active.n || str_eq_nocase(active, s->active ? STR("true") : STR("false"));
}

bool manage_list_templates(struct manage_call *c, struct err *e)
{
	struct manage_page page;
	struct sets all;
	size_t total = 0, at = 0;
	if (!manage_page(c, &page, e) || !hold(c, &all, e)) return false;
	for (size_t i = 0; i < all.n; i++) total += is_wanted(c, &all.list[i]);
	manage_page_begin(c, &page, (int64_t)total);
	for (size_t i = 0; i < all.n; i++) {
		if (!is_wanted(c, &all.list[i])) continue;
		if (at >= (size_t)page.offset && at < (size_t)(page.offset + page.limit)) put_set(c, &all.list[i]);
		at++;
	}
	manage_page_end(c);
	tenant_release(c->s->tenants, all.tenant);
	return true;
}

/* --- one ---------------------------------------------------------------------------------------------------------- */

static bool answer(struct manage_call *c, struct str name, struct err *e)
{
	struct sets all;
	if (!hold(c, &all, e)) return false;
	const struct template_set *s = template_find_or_null(all.list, all.n, name);
	if (s) put_set(c, s);
	tenant_release(c->s->tenants, all.tenant);
	return s || manage_none("template", name, e);
}

bool manage_read_template(struct manage_call *c, struct err *e) { return answer(c, c->r->holes[0], e); }

/* "schema/0/name: expected …" stands at its place. */
static bool told(struct manage_call *c, struct err *e)
{
	if (e->code != ERR_PARAMETER && e->code != ERR_CONFLICT) return false;
	struct str said = arena_str(c->a, str_of(e->pub)), place = STR("non_field_errors");
	ptrdiff_t colon = str_find(said, STR(": "));
	if (colon > 0 && str_find_char(str_sub(said, 0, (size_t)colon), ' ') < 0) {
		place = str_sub(said, 0, (size_t)colon);
		said = str_from(said, (size_t)colon + 2);
	}
	*e = (struct err){ 0 };
	process_fault(&c->faults, place, "%.*s", STR_ARG(said));
	return manage_invalid(c, STR(""));
}

bool manage_add_template(struct manage_call *c, struct err *e)
{
	if (json_kind(c->body) != JSON_OBJECT) return manage_invalid_field(c, "non_field_errors", "Expected a JSON object.");
	if (!json_text(json_get(c->body, "type")).n) return manage_invalid_field(c, "type", "Expected basic or admin.");
	return template_write(c->s->tenants, c->tenant, c->body, true, e) ? answer(c, json_text(json_get(c->body, "name")), e) : told(c, e);
}

/* What is stored, with the members of the body that may change over it. */
static bool merged(struct manage_call *c, const struct template_set *s, const struct json_node **out, struct err *e)
{
	static const char *const members[] = { "title", "type", "is_active", "schema" };
	const struct json_node *former;
	auto_buf b = BUF_INIT(1 << 20);
	struct json_out j = JSON_OUT(&b);
	if (!json_read_in(c->a, s->json, &former, e)) return false;
	json_open(&j, '{');
	json_member(&j, "name", s->name);
	for (size_t i = 0; i < COUNT_OF(members); i++) {
		const struct json_node *v = json_get(c->body, members[i]);
		if (json_kind(v) == JSON_ABSENT || json_kind(v) == JSON_NULL) v = json_get(former, members[i]);
		/* A title that comes back as it was told is the texts in all languages still. */
		if (i == 0 && json_kind(v) == JSON_TEXT && str_eq(json_text(v), s->title)) v = json_get(former, members[i]);
		if (v) manage_member_node(&j, members[i], v);
	}
	json_close(&j, '}');
	return json_read_in(c->a, arena_str(c->a, buf_str(&b)), out, e);
}

bool manage_update_template(struct manage_call *c, struct err *e)
{
	struct str name = c->r->holes[0], given = json_text(json_get(c->body, "name"));
	const struct template_set *list, *s;
	const struct json_node *object, *active = json_get(c->body, "is_active");
	size_t n = template_list(c->tenant, c->visit.lang, c->visit.lang_code, c->a, &list);
	s = template_find_or_null(list, n, name);
	if (!s) return manage_none("template", name, e);
	if (json_kind(c->body) != JSON_OBJECT) return manage_invalid_field(c, "non_field_errors", "Expected a JSON object.");
	if (given.n && !str_eq(given, name)) return manage_invalid_field(c, "name", "The name of a template stays.");
	if (s->system) {
		if (json_kind(active) == JSON_BOOL && json_bool(active, s->active) != s->active && !template_activate(c->s->tenants, c->tenant, name, json_bool(active, true), e)) return told(c, e);
		return answer(c, name, e);
	}
	if (!merged(c, s, &object, e)) return false;
	return template_write(c->s->tenants, c->tenant, object, false, e) ? answer(c, name, e) : told(c, e);
}

bool manage_delete_template(struct manage_call *c, struct err *e)
{
	return template_remove(c->s->tenants, c->tenant, c->r->holes[0], e) || told(c, e);
}

/* --- fields ------------------------------------------------------------------------------------------------------- */

static bool find_set(struct manage_call *c, const struct template_set **out, struct err *e)
{
	const struct template_set *list;
	size_t n = template_list(c->tenant, c->visit.lang, c->visit.lang_code, c->a, &list);
	*out = template_find_or_null(list, n, c->r->holes[0]);
	return *out || manage_none("template", c->r->holes[0], e);
}

static bool find_field(struct manage_call *c, const struct template_set **s, const struct template_field **out, struct err *e)
{
	if (!find_set(c, s, e)) return false;
	*out = template_field_or_null(*s, c->r->holes[1]);
	return *out || manage_none("field", c->r->holes[1], e);
}

bool manage_list_template_fields(struct manage_call *c, struct err *e)
{
	struct manage_page page;
	const struct template_set *s;
	if (!manage_page(c, &page, e) || !find_set(c, &s, e)) return false;
	manage_page_begin(c, &page, (int64_t)s->n);
	for (size_t i = (size_t)page.offset; i < s->n && i < (size_t)(page.offset + page.limit); i++) put_field(c, s, &s->fields[i]);
	manage_page_end(c);
	return true;
}

bool manage_read_template_field(struct manage_call *c, struct err *e)
{
	const struct template_set *s;
	const struct template_field *f;
	if (!find_field(c, &s, &f, e)) return false;
	put_field(c, s, f);
	return true;
}

struct hits { VEC(struct str) v; };

static void add_hit(struct manage_call *c, struct hits *h, struct map *seen, struct str text)
{
	if (!text.n || map_get_or_null(seen, text)) return;
	map_put(c->a, seen, text, h);
	vec_push(c->a, &h->v, text);
}

/* What other datasets say there: those that the caller sees. */
static void collect(struct manage_call *c, const struct template_set *s, const struct template_field *f, struct str words, struct hits *out)
{
	const struct dataset **list;
	struct map seen = { 0 };
	size_t n = rights_datasets(&c->visit.at, c->who, c->a, &list);
	const char *set = arena_cstr(c->a, s->name), *name = arena_cstr(c->a, f->name);
	for (size_t i = 0; i < n; i++) {
		const struct json_node *v;
		struct err ignored = { 0 };
		struct str json = dataset_meta_json(list[i], set, name, c->visit.lang_code);
		if (!json.n || !json_read_in(c->a, json, &v, &ignored)) continue;
		for (size_t k = 0; k < json_count(v); k++)
			if (manage_holds(c, json_text(json_at(v, k)), words)) add_hit(c, out, &seen, json_text(json_at(v, k)));
		if (manage_holds(c, json_text(v), words)) add_hit(c, out, &seen, json_text(v));
	}
}

bool manage_suggest(struct manage_call *c, struct err *e)
{
	enum { USUAL = 20, MOST = 100 };
	const struct template_set *s;
	const struct template_field *f;
	struct hits hits = { 0 };
	int64_t count = USUAL;
	struct str words = manage_query(c, "query"), given = manage_query(c, "count");
	if (!words.n) words = manage_query(c, "q");
	if (!find_field(c, &s, &f, e)) return false;
	if (given.n && (!str_to_int(given, &count) || count < 0 || count > MOST)) return manage_invalid_field(c, "count", "Expected a whole number from 0 to %d.", MOST);
	int64_t begun = clock_now().us;
	if (f->suggests) collect(c, s, f, words, &hits);
	json_open(&c->j, '{');
	json_key(&c->j, STR("hits"));
	json_open(&c->j, '[');
	for (size_t i = 0; i < hits.v.n && (int64_t)i < count; i++) json_put(&c->j, hits.v.p[i]);
	json_close(&c->j, ']');
	json_member_int(&c->j, "nb_hits", (int64_t)hits.v.n);
	json_member_int(&c->j, "page", 0);
	json_member_int(&c->j, "hits_per_page", count);
	json_member(&c->j, "query", words);
	json_member_int(&c->j, "processing_time_ms", (clock_now().us - begun) / 1000);
	json_close(&c->j, '}');
	return true;
}
