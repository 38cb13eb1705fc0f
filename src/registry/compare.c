/* What differs between two registries, field by field, and which of it asks people again (CON-20). What is computed errs
 * towards asking: a provider's new name, or a retention whose length cannot be read, counts. Whether a new wording of
 * a purpose is a correction or another purpose cannot be computed: the author says so, by naming the service. */
#include "registry/inside.h"
#include "text/text.h"

struct comparing {
	const struct registry *before, *after;
	struct arena *a;
	VEC(struct registry_difference) list;
	struct str of, id;
	bool consent;             /* what is compared needs consent now */
};

static void put(struct comparing *c, enum registry_change what, struct str field, struct str before, struct str after, bool material)
{
	vec_push(c->a, &c->list, (struct registry_difference){ .what = what, .of = c->of, .id = c->id, .field = field, .before = before, .after = after,
	         .material = material });
}

static void text(struct comparing *c, const char *field, struct str before, struct str after, bool material)
{
	if (!str_eq(before, after))
		put(c, REGISTRY_CHANGED, str_of(field), before, after, material);
}

static void word(struct comparing *c, const char *field, const char *before, const char *after, bool material)
{
	text(c, field, str_of(before), str_of(after), material);
}

static void flag(struct comparing *c, const char *field, bool before, bool after, bool material)
{
	word(c, field, before ? "true" : "false", after ? "true" : "false", material);
}

/* Texts are compared language by language; a language that only one side has is the portal's affair, not the text's. */
static void texts(struct comparing *c, const char *field, const struct registry_texts *before, const struct registry_texts *after)
{
	for (size_t i = 0; i < c->after->nlanguages; i++) {
		struct str lang = c->after->languages[i];
		ptrdiff_t k = i18n_find(c->before->languages, c->before->nlanguages, lang);
		if (k < 0)
			continue;
		struct str x = before->of && registry_text_given(before, (size_t)k) ? before->of[k] : STR("");
		struct str y = after->of && registry_text_given(after, i) ? after->of[i] : STR("");
		if (!str_eq(x, y))
			put(c, REGISTRY_CHANGED, arena_printf(c->a, "%s.%.*s", field, STR_ARG(lang)), x, y, false);
	}
}

static struct str joined(struct arena *a, const struct str *of, size_t n)
{
	struct str s = STR("");
	for (size_t i = 0; i < n; i++)
		s = arena_printf(a, "%.*s%s%.*s", STR_ARG(s), i ? ", " : "", STR_ARG(of[i]));
	return s;
}

static bool among(struct str s, const struct str *of, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq_nocase(of[i], s))
			return true;
	return false;
}

static void list(struct comparing *c, const char *field, const struct str *x, size_t nx, const struct str *y, size_t ny, bool additions_matter)
{
	bool added = false;
	for (size_t i = 0; i < ny; i++)
		added |= !among(y[i], x, nx);
	text(c, field, joined(c->a, x, nx), joined(c->a, y, ny), additions_matter && added && c->consent);
}

/* Countries and safeguards are parted by commas or semicolons; a new one is an addition. */
static void transfer(struct comparing *c, struct str before, struct str after)
{
	bool added = false;
	struct str rest = after;
	while (rest.n) {
		size_t n = 0;
		while (n < rest.n && rest.p[n] != ',' && rest.p[n] != ';')
			n++;
		struct str part = str_trim(str_sub(rest, 0, n));
		added |= part.n && str_find(before, part) < 0;
		rest = str_from(rest, num_min(n + 1, rest.n));
	}
	text(c, "transfer", before, after, added && c->consent);
}

/* Days of a length such as "13 months"; -1 when it cannot be read. */
static int64_t days_of(struct str s)
{
	static const struct { const char *word; int64_t days; } units[] = {
		{ "day", 1 }, { "week", 7 }, { "month", 31 }, { "year", 366 }, { "jour", 1 }, { "semaine", 7 }, { "mois", 31 }, { "an", 366 },
	};
	int64_t n = 0;
	size_t i = 0;
	while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9' && i < 6)
		n = 10 * n + (s.p[i++] - '0');
	struct str rest = str_trim(str_from(s, i));
	for (size_t k = 0; i && k < COUNT_OF(units); k++) {
		struct str unit = str_of(units[k].word);
		if (str_starts(rest, unit) && rest.n <= unit.n + 1)
			return n * units[k].days;
	}
	return -1;
}

static void retention(struct comparing *c, struct str before, struct str after)
{
	int64_t x = days_of(before);
	int64_t y = days_of(after);
	text(c, "retention", before, after, c->consent && (x < 0 || y < 0 || y > x));
}

static void provider(struct comparing *c, const struct registry_provider *x, const struct registry_provider *y)
{
	text(c, "provider.name", x->name, y->name, c->consent);
	text(c, "provider.country", x->country, y->country, c->consent && y->country.n);
	text(c, "provider.url", x->url, y->url, false);
}

static struct str life(struct arena *a, const struct registry_item *i)
{
	if (!i->life_s)
		return STR("session");
	return arena_printf(a, "%lld s%s", (long long)i->life_s, i->refreshed_daily ? ", refreshed daily" : "");
}

static struct str location(unsigned l) { return l == REGISTRY_FRONT ? STR("front") : l == REGISTRY_BACK ? STR("back") : STR("front, back"); }

static void item(struct comparing *c, const struct registry_item *x, const struct registry_item *y)
{
	bool longer = y->life_s > x->life_s || (y->refreshed_daily && !x->refreshed_daily);
	text(c, "name", x->name, y->name, false);
	word(c, "kind", registry_kind_words[x->kind], registry_kind_words[y->kind], c->consent);
	word(c, "match", x->prefix_match ? "prefix" : "exact", y->prefix_match ? "prefix" : "exact", false);
	text(c, "service", x->service, y->service, false);
	word(c, "category", registry_category_words[x->category], registry_category_words[y->category], c->consent);
	word(c, "legal_basis", registry_basis_words[x->basis], registry_basis_words[y->basis], y->basis == REGISTRY_BASIS_CONSENT);
	word(c, "party", x->first_party ? "first" : "third", y->first_party ? "first" : "third", c->consent && !y->first_party);
	provider(c, &x->provider, &y->provider);
	texts(c, "function", &x->function, &y->function);
	texts(c, "purpose", &x->purpose, &y->purpose);
	if (!x->trigger.n && !y->trigger.n)
		texts(c, "set_when", &x->set_when, &y->set_when);
	text(c, "location", location(x->location), location(y->location), false);
	text(c, "lifetime", life(c->a, x), life(c->a, y), c->consent && longer);
	text(c, "attributes.path", x->path, y->path, false);
	text(c, "attributes.domain", x->domain, y->domain, false);
	text(c, "attributes.same_site", x->same_site, y->same_site, false);
	flag(c, "attributes.secure", x->secure, y->secure, false);
	flag(c, "attributes.http_only", x->http_only, y->http_only, false);
	flag(c, "attributes.partitioned", x->partitioned, y->partitioned, false);
	flag(c, "personal_data", x->personal, y->personal, c->consent && y->personal);
	list(c, "recipients", x->recipients, x->nrecipients, y->recipients, y->nrecipients, true);
	transfer(c, x->transfer, y->transfer);
}

static struct str sandbox_words(struct arena *a, unsigned bits)
{
	struct str all = STR("");
	for (size_t k = 0; registry_sandbox_words[k]; k++)
		if (bits >> k & 1)
			all = arena_printf(a, "%.*s%s%s", STR_ARG(all), all.n ? " " : "", registry_sandbox_words[k]);
	return all;
}

static void sandbox(struct comparing *c, unsigned x, unsigned y) { text(c, "sandbox", sandbox_words(c->a, x), sandbox_words(c->a, y), false); }

static struct str attested(struct arena *a, const struct registry_service *s)
{
	return s->attested ? arena_printf(a, "%.*s, %.*s", STR_ARG(s->attested->by), STR_ARG(s->attested->at)) : STR("");
}

static void service(struct comparing *c, const struct registry_service *x, const struct registry_service *y)
{
	text(c, "name", x->name, y->name, false);
	provider(c, &x->provider, &y->provider);
	word(c, "category", registry_category_words[x->category], registry_category_words[y->category], c->consent);
	word(c, "legal_basis", registry_basis_words[x->basis], registry_basis_words[y->basis], c->consent);
	word(c, "loads", x->loads == REGISTRY_LOADS_TAG ? "tag" : "embed", y->loads == REGISTRY_LOADS_TAG ? "tag" : "embed", false);
	texts(c, "purpose", &x->purpose, &y->purpose);
	texts(c, "data_sent", &x->data_sent, &y->data_sent);
	sandbox(c, x->sandbox, y->sandbox);
	text(c, "policy_url", x->policy_url, y->policy_url, false);
	retention(c, x->retention, y->retention);
	transfer(c, x->transfer, y->transfer);
	list(c, "recipients", x->recipients, x->nrecipients, y->recipients, y->nrecipients, true);
	for (size_t d = 0; d < REGISTRY_DIRECTIVES; d++)
		list(c, arena_cstr(c->a, arena_printf(c->a, "origins.%s", registry_directive_words[d])), x->origins[d], x->norigins[d], y->origins[d],
		     y->norigins[d], false);
	text(c, "tag.url", x->tag_url, y->tag_url, false);
	text(c, "tag.site", x->tag_site, y->tag_site, false);
	text(c, "attestation", attested(c->a, x), attested(c->a, y), false);
}

static const struct registry_item *item_or_null(const struct registry *g, struct str id)
{
	for (size_t i = 0; i < g->nitems; i++)
		if (str_eq(g->items[i].id, id))
			return &g->items[i];
	return NULL;
}

static bool needs_consent(const struct registry *g, struct str id)
{
	const struct registry_service *s = registry_service_or_null(g, id);
	return s && s->basis == REGISTRY_BASIS_CONSENT;
}

static void whole(struct comparing *c)
{
	const struct registry *x = c->before;
	const struct registry *y = c->after;
	c->of = STR("registry");
	c->id = STR("");
	text(c, "controller", x->controller, y->controller, true);
	text(c, "contact", x->contact, y->contact, false);
	text(c, "data_protection", x->protection_contact, y->protection_contact, false);
	text(c, "domain", x->host, y->host, false);
	text(c, "languages", joined(c->a, x->languages, x->nlanguages), joined(c->a, y->languages, y->nlanguages), false);
	flag(c, "audience_measurement", x->audience, y->audience, false);
	if (x->audience && y->audience && x->audience_days != y->audience_days)
		put(c, REGISTRY_CHANGED, STR("audience_measurement.retention_days"), arena_printf(c->a, "%lld", (long long)x->audience_days),
		    arena_printf(c->a, "%lld", (long long)y->audience_days), false);
	flag(c, "signals.dnt", x->honours_dnt, y->honours_dnt, false);
	texts(c, "additions.before", &x->additions_before, &y->additions_before);
	texts(c, "additions.after", &x->additions_after, &y->additions_after);
	texts(c, "banner.title", &x->banner_title, &y->banner_title);
	texts(c, "banner.first", &x->banner_first, &y->banner_first);
}

void registry_compare(const struct registry *before, const struct registry *after, struct arena *a, struct registry_difference **out, size_t *n)
{
	struct comparing c = { .before = before, .after = after, .a = a };
	whole(&c);
	c.of = STR("service");
	for (size_t i = 0; i < after->nservices; i++) {
		const struct registry_service *y = &after->services[i];
		const struct registry_service *x = registry_service_or_null(before, y->id);
		c.id = y->id;
		c.consent = y->basis == REGISTRY_BASIS_CONSENT;
		if (x)
			service(&c, x, y);
		else
			put(&c, REGISTRY_ADDED, STR(""), STR(""), y->name, c.consent);
	}
	for (size_t i = 0; i < before->nservices; i++) {
		c.id = before->services[i].id;
		if (!registry_service_or_null(after, c.id))
			put(&c, REGISTRY_REMOVED, STR(""), before->services[i].name, STR(""), false);
	}
	c.of = STR("item");
	for (size_t i = 0; i < after->nitems; i++) {
		const struct registry_item *y = &after->items[i];
		const struct registry_item *x = item_or_null(before, y->id);
		c.id = y->id;
		c.consent = needs_consent(after, y->service);
		if (x)
			item(&c, x, y);
		else
			put(&c, REGISTRY_ADDED, STR(""), STR(""), y->name, c.consent);
	}
	for (size_t i = 0; i < before->nitems; i++) {
		c.id = before->items[i].id;
		if (!item_or_null(after, c.id))
			put(&c, REGISTRY_REMOVED, STR(""), before->items[i].name, STR(""), false);
	}
	*out = c.list.p;
	*n = c.list.n;
}

/* --- who is asked again -------------------------------------------------------------------------------------------- */

static bool is_declared(const struct json_node *declared, struct str id)
{
	for (size_t i = 0; i < json_count(declared); i++)
		if (str_eq(json_text(json_at(declared, i)), id))
			return true;
	return false;
}

void registry_compare_declared(const struct registry *before, const struct registry *after, const struct json_node *declared, struct arena *a,
                               struct registry_difference **out, size_t *n)
{
	struct registry_difference *found;
	size_t count;
	registry_compare(before, after, a, &found, &count);
	VEC(struct registry_difference) all = { 0 };
	for (size_t i = 0; i < count; i++)
		vec_push(a, &all, found[i]);
	for (size_t i = 0; i < after->nservices; i++) {
		const struct registry_service *s = &after->services[i];
		if (s->basis != REGISTRY_BASIS_CONSENT || !is_declared(declared, s->id))
			continue;
		bool marked = false;
		for (size_t k = 0; k < count; k++) {
			bool words = str_starts(all.p[k].field, STR("purpose.")) || str_starts(all.p[k].field, STR("data_sent."));
			if (str_eq(all.p[k].of, STR("service")) && str_eq(all.p[k].id, s->id) && words)
				marked = all.p[k].material = true;
		}
		if (!marked)
			vec_push(a, &all, (struct registry_difference){ .what = REGISTRY_CHANGED, .of = STR("service"), .id = s->id, .field = STR("material"),
			         .before = STR(""), .after = STR("declared by the author"), .material = true });
	}
	*out = all.p;
	*n = all.n;
}

bool registry_settle_epochs(const struct registry *before, struct registry_box *after, int64_t epochs_so_far, const struct json_node *declared)
{
	auto_arena a = ARENA_INIT;
	struct registry_difference *d;
	size_t n;
	bool any = false;
	struct registry_service *services = (struct registry_service *)(uintptr_t)after->g.services; /* made by this room */
	registry_compare_declared(before, &after->g, declared, &a, &d, &n);
	for (size_t i = 0; i < n; i++) {
		if (!d[i].material)
			continue;
		any = true;
		const struct registry_item *of = str_eq(d[i].of, STR("item")) ? item_or_null(&after->g, d[i].id) : NULL;
		for (size_t k = 0; k < after->g.nservices; k++) {
			bool everyone = str_eq(d[i].of, STR("registry"));
			bool this_one = str_eq(services[k].id, of ? of->service : d[i].id);
			if (services[k].basis == REGISTRY_BASIS_CONSENT && (everyone || this_one))
				services[k].asked_epoch = epochs_so_far + 1;
		}
	}
	return any;
}
