/* What a whole registry must obey beyond the shape of its parts: categories and bases that go together, names that can be
 * cookies, lifetimes, doubles (REG-3, REG-6, REG-7), and who may do without consent (EMB-9). Every fault is noted. */
#include "registry/inside.h"
#include "text/text.h"

/* What an attestation must tick, word by word (the criteria of the exemption for audience measurement). */
const char *const registry_criteria[] = { "purpose_limited", "anonymous_statistics", "no_combination", "no_transfer", "no_cross_site",
	"coarse_location", "people_informed", "objection", "tracker_13_months", "data_25_months", "periods_reviewed", "independent_per_publisher", NULL };

static struct str of_service(struct registry_notes *n, const struct registry_service *s, const char *field)
{
	return arena_printf(n->a, "services.%.*s.%s", STR_ARG(s->id), field);
}

static struct str of_item(struct registry_notes *n, const struct registry_item *i, const char *field)
{
	return arena_printf(n->a, "items.%.*s.%s", STR_ARG(i->id), field);
}

static bool is_id(struct str s)
{
	bool ok = s.n >= 1 && s.n <= 32 && s.p[0] >= 'a' && s.p[0] <= 'z';
	for (size_t i = 0; ok && i < s.n; i++)
		ok = (s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '_';
	return ok;
}

static bool is_token(struct str s)
{
	static const char marks[] = "!#$%&'*+-.^_`|~";
	bool ok = s.n > 0 && s.n <= 200;
	for (size_t i = 0; ok && i < s.n; i++) {
		char c = s.p[i];
		ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr(marks, c));
	}
	return ok;
}

static bool is_item_id(struct str id, struct str service)
{
	bool ok = id.n > service.n + 1 && id.n <= 100 && str_starts(id, service) && id.p[service.n] == '.';
	for (size_t i = 0; ok && i < id.n; i++) {
		char c = id.p[i];
		ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
	}
	return ok;
}

static void check_attested(const struct registry_service *s, struct registry_notes *n)
{
	struct clock_text at;
	if (!s->attested) {
		registry_note(n, of_service(n, s, "attestation"), N_("is missing: doing without consent needs who attests, when, every criterion and the address of the evidence"));
		return;
	}
	if (s->attested->at.n && !clock_parse(s->attested->at, &at))
		registry_note(n, of_service(n, s, "attestation.at"), N_("must be a date as 2026-11-02"));
	if (s->attested->evidence.n && !str_starts(s->attested->evidence, STR("https://")))
		registry_note(n, of_service(n, s, "attestation.evidence"), N_("must be an address that begins with https://"));
	for (size_t i = 0; registry_criteria[i]; i++) {
		bool ticked = false;
		for (size_t k = 0; k < s->attested->ncriteria; k++)
			ticked |= str_eq(s->attested->criteria[k], str_of(registry_criteria[i]));
		if (!ticked)
			registry_note_with(n, of_service(n, s, "attestation.criteria"), N_("\"{0}\" is not ticked"), str_of(registry_criteria[i]));
	}
}

static void check_basis(const struct registry_service *s, struct registry_notes *n)
{
	if (s->category == REGISTRY_NECESSARY && s->basis != REGISTRY_BASIS_NECESSARY)
		registry_note(n, of_service(n, s, "legal_basis"), N_("must be necessary for the category necessary"));
	if (s->category != REGISTRY_NECESSARY && s->basis == REGISTRY_BASIS_NECESSARY)
		registry_note_with(n, of_service(n, s, "legal_basis"), N_("must be consent for the category {0}"), str_of(registry_category_words[s->category]));
	if (s->basis != REGISTRY_BASIS_EXEMPTION)
		return;
	if (!registry_known_exempt(s->id))
		registry_note(n, of_service(n, s, "legal_basis"), N_("must be consent: only a Matomo of one's own (service \"matomo\") can do without"));
	else if (s->category != REGISTRY_STATISTICAL)
		registry_note(n, of_service(n, s, "category"), N_("must be statistical with the basis audience_exemption"));
	else
		check_attested(s, n);
}

/* Where a tag is fetched from must be declared, or the page's policy blocks it. */
static void check_tag(const struct registry_service *s, struct registry_notes *n)
{
	struct registry_url u;
	if (!s->tag_url.n)
		return;
	bool good = registry_url_read(s->tag_url, &u) && str_eq(u.scheme, STR("https"));
	bool declared = false;
	for (size_t i = 0; good && i < s->norigins[REGISTRY_SCRIPT]; i++)
		declared |= registry_origin_holds(s->origins[REGISTRY_SCRIPT][i], u.scheme, u.host, u.port);
	if (!good)
		registry_note(n, of_service(n, s, "tag.url"), N_("must be an address that begins with https://"));
	else if (!declared)
		registry_note(n, of_service(n, s, "tag.url"), N_("is of an origin that origins.script does not list"));
	if (s->tag_site.n == 0 || s->tag_site.n > 100)
		registry_note(n, of_service(n, s, "tag.site"), N_("is missing: the number or code of the site at the service"));
}

static void check_service(const struct registry *g, const struct registry_service *s, struct registry_notes *n)
{
	static const char *const reserved[] = { "audience", "gpc", "platform" };
	if (s->id.n && !is_id(s->id))
		registry_note(n, of_service(n, s, "id"), N_("must be a small letter followed by at most 31 small letters, digits and _"));
	for (size_t i = 0; i < COUNT_OF(reserved); i++)
		if (str_eq(s->id, str_of(reserved[i])))
			registry_note(n, of_service(n, s, "id"), N_("is a word the platform keeps for itself"));
	for (const struct registry_service *other = g->services; other < s; other++)
		if (s->id.n && str_eq(other->id, s->id))
			registry_note(n, of_service(n, s, "id"), N_("is used by two services"));
	check_basis(s, n);
	check_tag(s, n);
}

static void check_first_party(const struct registry *g, const struct registry_item *i, struct registry_notes *n)
{
	if (i->domain.n)
		registry_note(n, of_item(n, i, "attributes.domain"), N_("must be null for a first-party item"));
	if (i->kind != REGISTRY_COOKIE)
		return;
	if (!i->secure && !g->development)
		registry_note(n, of_item(n, i, "attributes.secure"), N_("must be true for a first-party cookie"));
	if (str_eq(i->same_site, STR("None")) && !i->partitioned)
		registry_note(n, of_item(n, i, "attributes.same_site"), N_("cannot be None for a first-party cookie that is not partitioned"));
}

static void check_item(const struct registry *g, const struct registry_service *s, const struct registry_item *i, struct registry_notes *n)
{
	if (i->id.n && !is_item_id(i->id, s->id))
		registry_note_with(n, of_item(n, i, "id"), N_("must be \"{0}.\", then letters, digits, _, - and points"), s->id);
	if (i->name.n && i->kind == REGISTRY_COOKIE && !is_token(i->name))
		registry_note_with(n, of_item(n, i, "name"), N_("\"{0}\" cannot be the name of a cookie: letters, digits and !#$%&'*+-.^_`|~ only"), text_cut(i->name, 60));
	if (i->name.n > 200)
		registry_note(n, of_item(n, i, "name"), N_("is longer than 200 bytes"));
	if (i->category == REGISTRY_NECESSARY && !i->first_party)
		registry_note(n, of_item(n, i, "category"), N_("cannot be necessary for an item of a third party"));
	if (i->basis != s->basis)
		registry_note_with(n, of_item(n, i, "legal_basis"), N_("must be that of its service, {0}"), str_of(registry_basis_words[s->basis]));
	else if ((i->category == REGISTRY_NECESSARY) != (i->basis == REGISTRY_BASIS_NECESSARY))
		registry_note(n, of_item(n, i, "category"), N_("necessary goes with the basis necessary, and with no other"));
	if (i->category == REGISTRY_STATISTICAL && i->life_s > REGISTRY_LIFE_STATISTICAL)
		registry_note_with(n, of_item(n, i, "lifetime.seconds"), N_("must be at most {0} (395 days) for the category statistical"), registry_count(n, REGISTRY_LIFE_STATISTICAL));
	if (i->first_party)
		check_first_party(g, i, n);
	else if (str_eq(i->same_site, STR("None")) && !i->secure && i->kind == REGISTRY_COOKIE)
		registry_note(n, of_item(n, i, "attributes.secure"), N_("must be true with same_site None: browsers refuse it otherwise"));
	for (const struct registry_item *other = g->items; other < i; other++) {
		if (i->name.n && other->kind == i->kind && other->first_party == i->first_party && str_eq(other->name, i->name))
			registry_note_with(n, of_item(n, i, "name"), N_("is declared twice: {0} has it, too"), other->id);
		if (i->id.n && str_eq(other->id, i->id))
			registry_note(n, of_item(n, i, "id"), N_("is used by two items"));
	}
}

/* A choice names every service that is asked about, in a cookie of 1,100 bytes (CKE-4). */
static void check_choice_fits(const struct registry *g, struct registry_notes *n)
{
	enum { CHOICES_MOST = 950 };
	size_t bytes = 0;
	for (size_t k = 0; k < g->nservices; k++)
		bytes += g->services[k].basis == REGISTRY_BASIS_CONSENT ? g->services[k].id.n + 3 : 0;
	if (bytes > CHOICES_MOST)
		registry_note_with(n, STR("services"), N_("the ids of those that need consent are too long together: a visitor's choice would take {0} bytes of a cookie, {1} are left"),
		                   registry_count(n, bytes), registry_count(n, CHOICES_MOST));
}

void registry_check(const struct registry *g, struct registry_notes *n)
{
	check_choice_fits(g, n);
	for (size_t k = 0; k < g->nservices; k++) {
		const struct registry_service *s = &g->services[k];
		check_service(g, s, n);
		for (size_t i = 0; i < s->nitems; i++)
			check_item(g, s, &g->items[s->first_item + i], n);
	}
}
