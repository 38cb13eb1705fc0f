/* The services this product knows by name, as rows of services.def, and the declaration of one as an editor starts from it. */
#include "registry/inside.h"

const struct registry_known registry_known_services[] = {
#define SERVICE(id_, name_, provider_, country_, url_, category_, loads_, policy_, retention_, transfer_, origins_, embeds_, sandbox_, exempt_, purpose_, data_) \
	{ .id = id_, .name = name_, .provider = provider_, .country = country_, .url = url_, .category = REGISTRY_##category_,                          \
	  .loads = REGISTRY_LOADS_##loads_, .policy_url = policy_, .retention = retention_, .transfer = transfer_, .origins = origins_,                  \
	  .embeds = embeds_, .sandbox = sandbox_, .exempt = exempt_, .purpose = purpose_, .data_sent = data_ },
#include "registry/services.def"
	{ .id = NULL },
};

static const struct known_item {
	const char *service, *id;
	enum registry_kind kind;
	const char *name;
	bool prefix, first;
	int64_t life_s;
	const char *function, *purpose;
} items[] = {
#define ITEM(service_, id_, kind_, name_, prefix_, first_, life_, function_, purpose_) \
	{ service_, id_, REGISTRY_##kind_, name_, prefix_, first_, life_, function_, purpose_ },
#include "registry/services.def"
};

const struct registry_known *registry_known_or_null(struct str id)
{
	for (const struct registry_known *k = registry_known_services; k->id; k++)
		if (str_eq(id, str_of(k->id)))
			return k;
	return NULL;
}

bool registry_known_exempt(struct str id)
{
	const struct registry_known *k = registry_known_or_null(id);
	return k && k->exempt;
}

/* The known service that an origin is of; NULL. */
const struct registry_known *registry_known_of_host(struct str host)
{
	for (const struct registry_known *k = registry_known_services; k->id; k++) {
		struct str rest = str_of(k->origins);
		struct str part;
		while (str_cut(&rest, ',', &part)) {
			ptrdiff_t blank = str_find_char(part, ' ');
			if (blank > 0 && registry_origin_holds(str_from(part, (size_t)blank + 1), STR("https"), host, 443))
				return k;
		}
	}
	return NULL;
}

struct str registry_said_in(const struct i18n_lang *l, struct arena *a, struct str text)
{
	static const struct { const char *unit, *one, *many; } units[] = { { " hour", N2_("{0} hour", "{0} hours") }, { " day", N2_("{0} day", "{0} days") },
		{ " month", N2_("{0} month", "{0} months") } };
	size_t digits = 0;
	int64_t n;
	for (const struct registry_known *k = registry_known_services; k->id; k++)
		if (*k->transfer && str_eq(text, str_of(k->transfer)))
			return i18n_text(l, k->transfer);
	while (digits < text.n && text.p[digits] >= '0' && text.p[digits] <= '9')
		digits++;
	struct str unit = str_from(text, digits);
	for (size_t i = 0; str_to_int(str_sub(text, 0, digits), &n) && i < COUNT_OF(units); i++) {
		if (!str_eq(unit, str_of(units[i].unit)) && !str_eq(unit, arena_printf(a, "%ss", units[i].unit)))
			continue;
		struct str form = i18n_plural(l, units[i].one, units[i].many, n);
		ptrdiff_t at = str_find(form, STR("{0}"));
		return at < 0 ? form : arena_printf(a, "%.*s%lld%.*s", (int)at, form.p, (long long)n, STR_ARG(str_from(form, (size_t)at + 3)));
	}
	return text;
}

/* Only what is translated: an editor shall see what is still to be written. */
static void put_message(struct json_out *j, const struct registry *g, const char *message)
{
	json_open(j, '{');
	for (size_t i = 0; i < g->nlanguages; i++) {
		const struct i18n_lang *l = i18n_lang_or_null(g->languages[i]);
		bool english = l && str_eq(l->code, STR("en"));
		if (!l || (!english && !i18n_has(l, message)))
			continue;
		json_key(j, g->languages[i]);
		json_put(j, i18n_text(l, message));
	}
	json_close(j, '}');
}

static void put_origins(struct json_out *j, const struct registry_known *k, struct str host)
{
	json_open(j, '{');
	for (size_t d = 0; d < REGISTRY_DIRECTIVES; d++) {
		struct str word = str_of(registry_directive_words[d]);
		struct str rest = str_of(k->origins);
		struct str part;
		bool any = false;
		while (str_cut(&rest, ',', &part)) {
			if (!str_starts(part, word) || part.n <= word.n || part.p[word.n] != ' ')
				continue;
			if (!any) {
				json_key(j, word);
				json_open(j, '[');
			}
			any = true;
			struct str origin = str_from(part, word.n + 1);
			auto_buf b = BUF_INIT(1000);
			if (str_ends(origin, STR("$")))
				buf_printf(&b, "https://%.*s", STR_ARG(host));
			else
				buf_put(&b, origin);
			json_put(j, buf_str(&b));
		}
		if (any)
			json_close(j, ']');
	}
	json_close(j, '}');
}

static void put_item(struct json_out *j, const struct registry *g, const struct registry_known *k, const struct known_item *i)
{
	auto_buf id = BUF_INIT(200);
	buf_printf(&id, "%s.%s", i->service, i->id);
	json_open(j, '{');
	json_member(j, "id", buf_str(&id));
	json_member(j, "service", str_of(i->service));
	json_member(j, "kind", str_of(registry_kind_words[i->kind]));
	json_member(j, "name", str_of(i->name));
	json_member(j, "match", i->prefix ? STR("prefix") : STR("exact"));
	json_member(j, "party", i->first ? STR("first") : STR("third"));
	json_member(j, "category", str_of(registry_category_words[k->category]));
	json_member(j, "legal_basis", STR("consent"));
	json_key(j, STR("function"));
	put_message(j, g, i->function);
	json_key(j, STR("purpose"));
	put_message(j, g, i->purpose);
	json_key(j, STR("set_when"));
	put_message(j, g, k->loads == REGISTRY_LOADS_TAG ? N_("When a page is opened after you agreed to the service.") : N_("When what is embedded is shown after you agreed to it."));
	json_key(j, STR("location"));
	json_open(j, '[');
	json_put(j, STR("front"));
	json_close(j, ']');
	json_key(j, STR("lifetime"));
	json_open(j, '{');
	json_member(j, "type", i->life_s ? STR("persistent") : STR("session"));
	if (i->life_s)
		json_member_int(j, "seconds", i->life_s);
	json_close(j, '}');
	json_close(j, '}');
}

void registry_put_known(struct buf *b, const struct registry *g, const struct registry_known *k, struct str host)
{
	struct json_out out = JSON_OUT(b);
	struct json_out *j = &out;
	json_open(j, '{');
	json_key(j, STR("service"));
	json_open(j, '{');
	json_member(j, "id", str_of(k->id));
	json_member(j, "name", str_of(k->name));
	json_key(j, STR("provider"));
	json_open(j, '{');
	json_member(j, "name", k->provider[0] ? str_of(k->provider) : g->controller);
	json_member(j, "country", str_of(k->country));
	json_member(j, "url", k->provider[0] ? str_of(k->url) : STR(""));
	json_close(j, '}');
	json_member(j, "category", str_of(registry_category_words[k->category]));
	json_member(j, "legal_basis", STR("consent"));
	json_member(j, "loads", k->loads == REGISTRY_LOADS_TAG ? STR("tag") : STR("embed"));
	json_member(j, "policy_url", str_of(k->policy_url));
	json_member(j, "retention", str_of(k->retention));
	json_member(j, "transfer", str_of(k->transfer));
	if (k->loads == REGISTRY_LOADS_EMBED) {
		json_key(j, STR("sandbox"));
		registry_put_sandbox(j, k->sandbox);
	}
	json_key(j, STR("purpose"));
	put_message(j, g, k->purpose);
	json_key(j, STR("data_sent"));
	put_message(j, g, k->data_sent);
	json_key(j, STR("origins"));
	put_origins(j, k, host);
	json_close(j, '}');
	json_key(j, STR("items"));
	json_open(j, '[');
	for (size_t i = 0; i < COUNT_OF(items); i++)
		if (strcmp(items[i].service, k->id) == 0)
			put_item(j, g, k, &items[i]);
	json_close(j, ']');
	json_close(j, '}');
}
