/* The draft of a registry: JSON as registry_dry_run reads it, kept for the account that writes it until it is published or
 * thrown away. Nothing a visitor meets depends on it. */
#include "back/privacy.h"

enum { DRAFT_BYTES = 4 << 20 };

static bool read(struct privacy_draft *d, struct err *e)
{
	json_free(d->doc);
	d->doc = NULL;
	if (!json_read(d->json, &d->doc, e))
		return false;
	d->root = json_root(d->doc);
	return true;
}

bool privacy_draft_open(struct visit *v, struct privacy_draft *out, struct err *e)
{
	struct registries *rs = v->at.site->registries;
	struct privacy_draft d = { .visit = v };
	struct registry_working kept;
	if (!registry_hold(rs, v->at.tenant, &d.now, e))
		return false;
	if (!registry_working_get(rs, v->at.tenant->id, v->who.account, v->arena, &kept, &d.changed, e)) {
		privacy_draft_close(&d);
		return false;
	}
	if (d.changed) {
		d.base = kept.base;
		d.json = kept.json;
	} else {
		auto_buf b = BUF_INIT(DRAFT_BYTES);
		registry_put_editable(&b, d.now);
		d.json = arena_str(v->arena, buf_str(&b));
		d.base = arena_str(v->arena, d.now->hash);
	}
	if (!read(&d, e)) {
		privacy_draft_close(&d);
		return false;
	}
	*out = d;
	return true;
}

void privacy_draft_close(struct privacy_draft *d)
{
	if (d->now)
		registry_release(d->visit->at.site->registries, d->now);
	json_free(d->doc);
	d->now = NULL;
	d->doc = NULL;
}

bool privacy_draft_save(struct privacy_draft *d, struct str json, struct err *e)
{
	struct visit *v = d->visit;
	if (!registry_working_put(v->at.site->registries, v->at.tenant->id, v->who.account, d->base, json, e))
		return false;
	d->json = json;
	d->changed = true;
	return read(d, e);
}

void privacy_draft_notice(struct html *h, const struct privacy_draft *d)
{
	if (!d->changed)
		return;
	html_notice_open(h, HTML_INFO);
	html_lit(h, "<p>");
	html_say(h, N_("You have changes that are not published yet."));
	html_lit(h, " <a href=\"/backoffice/privacy/registry/publish/\">");
	html_say(h, N_("Check and publish"));
	html_lit(h, "</a></p>");
	html_notice_close(h);
}

/* --- editing ------------------------------------------------------------------------------------------------------ */

static void put_raw(struct json_out *j, struct str json)
{
	json_value(j);
	buf_put(j->b, json);
}

static void put_node(struct json_out *j, const struct json_node *n)
{
	json_value(j);
	json_put_node(j->b, n);
}

static struct str id_of(const struct json_node *n) { return json_text(json_get(n, "id")); }

static void put_services(struct json_out *j, const struct json_node *list, const struct privacy_edit *x)
{
	bool done = !x->service.n || !x->service_json.n;
	json_open(j, '[');
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json_node *one = json_at(list, i);
		bool this_one = x->service.n && str_eq(id_of(one), x->service);
		if (this_one && x->service_json.n)
			put_raw(j, x->service_json);
		if (!this_one)
			put_node(j, one);
		done |= this_one;
	}
	if (!done)
		put_raw(j, x->service_json);
	json_close(j, ']');
}

static void put_items(struct json_out *j, const struct json_node *list, const struct privacy_edit *x)
{
	bool done = !x->item.n || !x->item_json.n;
	json_open(j, '[');
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json_node *one = json_at(list, i);
		bool this_one = x->item.n && str_eq(id_of(one), x->item);
		bool orphan = x->service.n && !x->service_json.n && str_eq(json_text(json_get(one, "service")), x->service);
		if (this_one && x->item_json.n)
			put_raw(j, x->item_json);
		if (!this_one && !orphan)
			put_node(j, one);
		done |= this_one;
	}
	if (!done)
		put_raw(j, x->item_json);
	for (size_t i = 0; i < json_count(x->more_items); i++)
		put_node(j, json_at(x->more_items, i));
	json_close(j, ']');
}

struct str privacy_edited(struct privacy_draft *d, const struct privacy_edit *x)
{
	auto_buf b = BUF_INIT(DRAFT_BYTES);
	struct json_out j = JSON_OUT(&b);
	size_t at = 0;
	struct str key;
	const struct json_node *value;
	json_open(&j, '{');
	while (json_each(d->root, &at, &key, &value)) {
		bool replaced = str_eq(key, STR("services")) || str_eq(key, STR("items"));
		for (size_t i = 0; i < COUNT_OF(x->member); i++)
			replaced |= x->member[i] && str_eq(key, str_of(x->member[i]));
		if (replaced)
			continue;
		json_key(&j, key);
		put_node(&j, value);
	}
	json_key(&j, STR("services"));
	put_services(&j, json_get(d->root, "services"), x);
	json_key(&j, STR("items"));
	put_items(&j, json_get(d->root, "items"), x);
	for (size_t i = 0; i < COUNT_OF(x->member); i++)
		if (x->member[i]) {
			json_key(&j, str_of(x->member[i]));
			put_raw(&j, x->member_json[i]);
		}
	json_close(&j, '}');
	return arena_str(d->visit->arena, buf_str(&b));
}

const struct json_node *privacy_find(const struct privacy_draft *d, const char *list, struct str id)
{
	const struct json_node *all = json_get(d->root, list);
	for (size_t i = 0; i < json_count(all); i++)
		if (str_eq(id_of(json_at(all, i)), id))
			return json_at(all, i);
	return NULL;
}

/* --- from and to forms ---------------------------------------------------------------------------------------------- */

const struct str *privacy_texts(const struct visit *v, const struct json_node *node, const char *member)
{
	const struct tenant *t = v->at.tenant;
	struct str *of = arena_array(v->arena, struct str, t->nlanguages);
	for (size_t i = 0; i < t->nlanguages; i++)
		of[i] = json_text(json_get(json_get(node, member), arena_cstr(v->arena, t->languages[i])));
	return of;
}

struct str privacy_lines(struct arena *a, const struct json_node *list)
{
	struct str s = STR("");
	for (size_t i = 0; i < json_count(list); i++)
		s = arena_printf(a, "%.*s%s%.*s", STR_ARG(s), i ? "\n" : "", STR_ARG(json_text(json_at(list, i))));
	return s;
}

void privacy_put_lines(struct json_out *j, struct str text)
{
	struct str line;
	json_open(j, '[');
	while (text.n && str_cut(&text, '\n', &line))
		if (str_trim(line).n)
			json_put(j, str_trim(line));
	json_close(j, ']');
}

void privacy_put_texts(struct json_out *j, const struct visit *v, const struct visitor_form *f, const char *name)
{
	const struct tenant *t = v->at.tenant;
	json_open(j, '{');
	for (size_t i = 0; i < t->nlanguages; i++) {
		struct str s = str_trim(visitor_field(f, arena_printf(v->arena, "%s.%.*s", name, STR_ARG(t->languages[i]))));
		if (!s.n)
			continue;
		/* Forms send line ends as CR LF. */
		auto_buf b = BUF_INIT(1 << 20);
		for (size_t k = 0; k < s.n; k++)
			if (s.p[k] != '\r')
				buf_put_char(&b, s.p[k]);
		json_key(j, t->languages[i]);
		json_put(j, buf_str(&b));
	}
	json_close(j, '}');
}

void privacy_put_member(struct json_out *j, const struct visitor_form *f, const char *key, const char *name)
{
	json_key(j, str_of(key));
	json_put(j, str_trim(visitor_field(f, str_of(name))));
}

/* Paths of fields, without the id of what they are of, as the forms call them. */
static const struct { const char *path, *label; } labels[] = {
	{ "additions.after", N_("After") },
	{ "additions.before", N_("Before") },
	{ "attestation", N_("Attestation") },
	{ "attestation.at", N_("Date") },
	{ "attestation.by", N_("Who attests") },
	{ "attestation.criteria", N_("Criteria") },
	{ "attestation.evidence", N_("Address of the evidence") },
	{ "attributes.domain", N_("Domain") },
	{ "attributes.path", N_("Path") },
	{ "attributes.same_site", N_("SameSite") },
	{ "attributes.secure", N_("Secure") },
	{ "banner.first", N_("First sentence") },
	{ "banner.title", N_("Title") },
	{ "category", N_("Kind") },
	{ "controller.contact", N_("Contact") },
	{ "controller.data_protection", N_("Data protection contact") },
	{ "controller.name", N_("Controller") },
	{ "data_sent", N_("Data that are sent") },
	{ "function", N_("Function") },
	{ "id", N_("Short name") },
	{ "items", N_("Cookies and the like") },
	{ "kind", N_("What it is") },
	{ "legal_basis", N_("Legal basis") },
	{ "lifetime", N_("How long") },
	{ "lifetime.seconds", N_("How long") },
	{ "loads", N_("Where it is loaded") },
	{ "location", N_("Where") },
	{ "material", N_("Does a new wording mean something else?") },
	{ "name", N_("Name") },
	{ "origins", N_("Origins") },
	{ "party", N_("Stored") },
	{ "policy_url", N_("Address of its privacy policy") },
	{ "provider", N_("Provider") },
	{ "provider.country", N_("Country") },
	{ "provider.name", N_("Provider") },
	{ "provider.url", N_("Address of its site") },
	{ "purpose", N_("Purpose") },
	{ "recipients", N_("Other recipients") },
	{ "retention", N_("Kept for") },
	{ "sandbox", N_("What its frames may do") },
	{ "services", N_("Services of others") },
	{ "set_when", N_("When it is set") },
	{ "tag.site", N_("Number of the site there") },
	{ "tag.url", N_("Address of the measuring program") },
	{ "transfer", N_("Countries outside the area, and the safeguard") },
};

/* Of "services.matomo.purpose.fr" what follows the id; the id of an item has a point. */
static struct str below_id(struct str field)
{
	size_t points = str_starts(field, STR("services.")) ? 2 : str_starts(field, STR("items.")) ? 3 : 0;
	struct str rest = field;
	for (; points; points--) {
		ptrdiff_t dot = str_find_char(rest, '.');
		if (dot < 0)
			return field;
		rest = str_from(rest, (size_t)dot + 1);
	}
	return rest;
}

static const char *label_of(struct str path)
{
	for (size_t i = 0; i < COUNT_OF(labels); i++)
		if (str_eq(path, str_of(labels[i].path)))
			return labels[i].label;
	return NULL;
}

struct str privacy_fault_text(const struct visit *v, const struct registry_fault *f)
{
	struct str path = below_id(f->field);
	struct str sentence = registry_fault_text(f, v->lang, v->arena);
	const char *label = label_of(path);
	ptrdiff_t dot = str_rfind_char(path, '.');
	struct str language = STR("");
	if (!label && dot > 0) {
		struct str last = str_from(path, (size_t)dot + 1);
		label = label_of(str_sub(path, 0, (size_t)dot));
		if (label && i18n_find(v->at.tenant->languages, v->at.tenant->nlanguages, last) >= 0)
			language = arena_printf(v->arena, " (%.*s)", STR_ARG(last));
	}
	if (!label)
		return arena_printf(v->arena, "%.*s: %.*s", STR_ARG(path), STR_ARG(sentence));
	return arena_printf(v->arena, "%.*s%.*s: %.*s", STR_ARG(i18n_text(v->lang, label)), STR_ARG(language), STR_ARG(sentence));
}

bool privacy_faults(struct privacy_draft *d, struct str lead, struct html_errors *errors, struct err *e)
{
	struct visit *v = d->visit;
	struct registry_draft checked;
	if (!registry_dry_run(v->at.site->registries, v->at.tenant, d->json, v->arena, &checked, e))
		return false;
	for (size_t i = 0; i < checked.nfaults; i++) {
		struct str field = checked.faults[i].field;
		if (!str_starts(field, lead))
			continue;
		field = str_from(field, lead.n);
		/* "provider.name" is the field provider_name, "origins.frame" is a line of origins, "purpose.fr" is purpose.fr. */
		char *name = arena_bytes(v->arena, field.n + 1);
		memcpy(name, field.p, field.n);
		struct str shown = str_make(name, field.n);
		if (str_starts(shown, STR("origins.")))
			shown = STR("origins");
		else if (str_starts(shown, STR("provider.")) || str_starts(shown, STR("tag.")) || str_starts(shown, STR("attestation.")) ||
		         str_starts(shown, STR("attributes.")) || str_starts(shown, STR("lifetime.")))
			*strchr(name, '.') = '_';
		html_complain_text(errors, shown, privacy_fault_text(v, &checked.faults[i]));
	}
	registry_draft_done(v->at.site->registries, &checked);
	return true;
}
