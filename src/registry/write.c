/* The registry as JSON. Members are written in the order of their names and numbers are whole, so the text is in the
 * canonical form of RFC 8785 as it stands; its SHA-256 is the registry hash. */
#include "crypt/crypt.h"
#include "registry/inside.h"

bool registry_text_given(const struct registry_texts *t, size_t lang)
{
	/* A missing text is the very same bytes as that of the default language. */
	return t->of && t->of[lang].n && (lang == 0 || t->of[lang].p != t->of[0].p);
}

/* Languages in the order of their codes; -1 after the last. */
static ptrdiff_t next_language(const struct registry *g, struct str last)
{
	ptrdiff_t next = -1;
	for (size_t i = 0; i < g->nlanguages; i++)
		if (str_cmp(g->languages[i], last) > 0 && (next < 0 || str_cmp(g->languages[i], g->languages[next]) < 0))
			next = (ptrdiff_t)i;
	return next;
}

static void put_texts(struct json_out *j, const struct registry *g, struct str only, const struct registry_texts *t)
{
	json_open(j, '{');
	struct str last = STR("");
	for (ptrdiff_t i = next_language(g, last); i >= 0; i = next_language(g, last)) {
		last = g->languages[i];
		bool wanted = only.n ? str_eq(only, last) : registry_text_given(t, (size_t)i);
		if (!wanted || !t->of || !t->of[i].n)
			continue;
		json_key(j, last);
		json_put(j, t->of[i]);
	}
	json_close(j, '}');
}

static void put_list(struct json_out *j, const struct str *of, size_t n)
{
	json_open(j, '[');
	for (size_t i = 0; i < n; i++)
		json_put(j, of[i]);
	json_close(j, ']');
}

/* A value made of two parts, without a copy. */
static void put_joined(struct json_out *j, struct str head, struct str tail)
{
	auto_buf b = BUF_INIT(4096);
	buf_put(&b, head);
	buf_put(&b, tail);
	json_put(j, buf_str(&b));
}

static void put_provider(struct json_out *j, const struct registry_provider *p)
{
	json_open(j, '{');
	if (p->country.n)
		json_member(j, "country", p->country);
	json_member(j, "name", p->name);
	if (p->url.n)
		json_member(j, "url", p->url);
	json_close(j, '}');
}

static void put_attributes(struct json_out *j, const struct registry_item *item)
{
	json_open(j, '{');
	json_key(j, STR("domain"));
	if (item->domain.n)
		json_put(j, item->domain);
	else
		json_put_null(j);
	json_member_bool(j, "http_only", item->http_only);
	json_member_bool(j, "partitioned", item->partitioned);
	json_member(j, "path", item->path);
	json_member(j, "same_site", item->same_site);
	json_member_bool(j, "secure", item->secure);
	json_close(j, '}');
}

static void put_lifetime(struct json_out *j, const struct registry_item *item)
{
	json_open(j, '{');
	if (item->life_s) {
		json_member(j, "refreshed", item->refreshed_daily ? STR("daily_while_used") : STR("never"));
		json_member_int(j, "seconds", item->life_s);
		json_member(j, "type", STR("persistent"));
	} else {
		json_member(j, "type", STR("session"));
	}
	json_close(j, '}');
}

void registry_put_item_json(struct json_out *j, const struct registry *g, struct str only, const struct registry_item *item)
{
	json_open(j, '{');
	json_key(j, STR("attributes"));
	put_attributes(j, item);
	json_member(j, "category", str_of(registry_category_words[item->category]));
	json_key(j, STR("function"));
	put_texts(j, g, only, &item->function);
	json_member(j, "id", item->id);
	json_member(j, "kind", str_of(registry_kind_words[item->kind]));
	json_member(j, "legal_basis", str_of(registry_basis_words[item->basis]));
	json_key(j, STR("lifetime"));
	put_lifetime(j, item);
	json_key(j, STR("location"));
	json_open(j, '[');
	if (item->location & REGISTRY_FRONT)
		json_put(j, STR("front"));
	if (item->location & REGISTRY_BACK)
		json_put(j, STR("back"));
	json_close(j, ']');
	json_member(j, "match", item->prefix_match ? STR("prefix") : STR("exact"));
	json_member(j, "name", item->name);
	json_member(j, "party", item->first_party ? STR("first") : STR("third"));
	json_member_bool(j, "personal_data", item->personal);
	json_key(j, STR("provider"));
	put_provider(j, &item->provider);
	json_key(j, STR("purpose"));
	put_texts(j, g, only, &item->purpose);
	json_key(j, STR("recipients"));
	put_list(j, item->recipients, item->nrecipients);
	json_member(j, "service", item->service);
	json_key(j, STR("set_when"));
	if (item->trigger.n)
		json_put(j, item->trigger);
	else
		put_texts(j, g, only, &item->set_when);
	json_member_int(j, "since", item->since);
	if (item->transfer.n)
		json_member(j, "transfer", item->transfer);
	json_close(j, '}');
}

static void put_attested(struct json_out *j, const struct registry_attested *t)
{
	json_open(j, '{');
	json_member(j, "at", t->at);
	json_member(j, "by", t->by);
	json_key(j, STR("criteria"));
	put_list(j, t->criteria, t->ncriteria);
	json_member(j, "evidence", t->evidence);
	json_close(j, '}');
}

static void put_origins(struct json_out *j, const struct registry_service *s)
{
	/* In the order of the words: connect font frame img media script style worker. */
	static const enum registry_directive sorted[] = { REGISTRY_CONNECT, REGISTRY_FONT, REGISTRY_FRAME, REGISTRY_IMG,
		REGISTRY_MEDIA, REGISTRY_SCRIPT, REGISTRY_STYLE, REGISTRY_WORKER };
	json_open(j, '{');
	for (size_t i = 0; i < COUNT_OF(sorted); i++) {
		if (!s->norigins[sorted[i]])
			continue;
		json_key(j, str_of(registry_directive_words[sorted[i]]));
		put_list(j, s->origins[sorted[i]], s->norigins[sorted[i]]);
	}
	json_close(j, '}');
}

void registry_put_sandbox(struct json_out *j, unsigned sandbox)
{
	json_open(j, '[');
	for (size_t k = 0; registry_sandbox_words[k]; k++)
		if (sandbox >> k & 1)
			json_put(j, str_of(registry_sandbox_words[k]));
	json_close(j, ']');
}

static void put_service(struct json_out *j, const struct registry *g, struct str only, const struct registry_service *s, bool numbers)
{
	json_open(j, '{');
	if (numbers)
		json_member_int(j, "asked_epoch", s->asked_epoch);
	if (s->attested) {
		json_key(j, STR("attestation"));
		put_attested(j, s->attested);
	}
	json_member(j, "category", str_of(registry_category_words[s->category]));
	json_key(j, STR("data_sent"));
	put_texts(j, g, only, &s->data_sent);
	json_member(j, "id", s->id);
	json_key(j, STR("items"));
	json_open(j, '[');
	for (size_t i = 0; i < s->nitems; i++)
		json_put(j, g->items[s->first_item + i].id);
	json_close(j, ']');
	json_member(j, "legal_basis", str_of(registry_basis_words[s->basis]));
	json_member(j, "loads", s->loads == REGISTRY_LOADS_TAG ? STR("tag") : STR("embed"));
	json_member(j, "name", s->name);
	json_key(j, STR("origins"));
	put_origins(j, s);
	json_member(j, "policy_url", s->policy_url);
	json_key(j, STR("provider"));
	put_provider(j, &s->provider);
	json_key(j, STR("purpose"));
	put_texts(j, g, only, &s->purpose);
	json_key(j, STR("recipients"));
	put_list(j, s->recipients, s->nrecipients);
	json_member(j, "retention", s->retention);
	if (s->sandbox != REGISTRY_SANDBOX_USUAL) {
		json_key(j, STR("sandbox"));
		registry_put_sandbox(j, s->sandbox);
	}
	if (s->tag_url.n) {
		json_key(j, STR("tag"));
		json_open(j, '{');
		json_member(j, "site", s->tag_site);
		json_member(j, "url", s->tag_url);
		json_close(j, '}');
	}
	if (s->transfer.n)
		json_member(j, "transfer", s->transfer);
	json_close(j, '}');
}

static void put_pair(struct json_out *j, const struct registry *g, struct str only, struct str first, const struct registry_texts *x,
                     struct str second, const struct registry_texts *y)
{
	json_open(j, '{');
	if (x->of) {
		json_key(j, first);
		put_texts(j, g, only, x);
	}
	if (y->of) {
		json_key(j, second);
		put_texts(j, g, only, y);
	}
	json_close(j, '}');
}

static void put_policy(struct json_out *j, const struct registry *g, struct str only, bool numbers)
{
	json_open(j, '{');
	if (numbers) {
		char date[16];
		struct buf b = { .p = date, .cap = sizeof date, .max = sizeof date };
		int64_t days = g->effective.us / INT64_C(86400000000);
		clock_put_date(&b, (int32_t)days);
		json_member(j, "effective", buf_str(&b));
		json_member_int(j, "epoch", g->epoch);
	}
	json_key(j, STR("html"));
	put_joined(j, g->origin, STR("/terms/cookies-policy/"));
	json_key(j, STR("languages"));
	put_list(j, g->languages, g->nlanguages);
	json_key(j, STR("pdf"));
	json_open(j, '{');
	struct str last = STR("");
	for (ptrdiff_t i = next_language(g, last); i >= 0; i = next_language(g, last)) {
		last = g->languages[i];
		if (only.n && !str_eq(only, last))
			continue;
		auto_buf b = BUF_INIT(4096);
		buf_printf(&b, "/terms/cookies-policy.pdf?flg=%.*s", STR_ARG(last));
		json_key(j, last);
		put_joined(j, g->origin, buf_str(&b));
	}
	json_close(j, '}');
	if (numbers)
		json_member_int(j, "version", g->version);
	json_close(j, '}');
}

static void put_controller(struct json_out *j, const struct registry *g)
{
	json_open(j, '{');
	if (g->contact.n)
		json_member(j, "contact", g->contact);
	if (g->protection_contact.n)
		json_member(j, "data_protection", g->protection_contact);
	json_member(j, "name", g->controller);
	json_close(j, '}');
}

static void put_audience(struct json_out *j, const struct registry *g)
{
	json_open(j, '{');
	json_member_bool(j, "enabled", g->audience);
	if (g->audience) {
		json_key(j, STR("objection"));
		put_joined(j, g->origin, STR("/cookies/preferences/"));
		json_member_int(j, "retention_days", g->audience_days);
	}
	json_member_bool(j, "stores_on_device", false);
	json_close(j, '}');
}

static void put_verification(struct json_out *j, const struct registry *g)
{
	json_open(j, '{');
	json_key(j, STR("at"));
	json_value(j);
	buf_put_char(j->b, '"');
	struct civil c;
	clock_civil_of_us(g->verification.passed.us, &c);
	buf_printf(j->b, "%04d-%02d-%02dT%02d:%02d:%02dZ\"", (int)c.year, c.month, c.day, c.hour, c.minute, c.second);
	json_key(j, STR("key"));
	put_joined(j, g->origin, STR("/.well-known/cookies-key.json"));
	json_member_int(j, "pages", g->verification.pages);
	json_member(j, "result", STR("pass"));
	json_member(j, "signature", g->verification.signature);
	json_close(j, '}');
}

static void put_all(struct buf *b, const struct registry *g, struct str only, bool numbers, bool whole)
{
	struct json_out out = JSON_OUT(b);
	struct json_out *j = &out;
	json_open(j, '{');
	if (g->additions_before.of || g->additions_after.of) {
		json_key(j, STR("additions"));
		put_pair(j, g, only, STR("after"), &g->additions_after, STR("before"), &g->additions_before);
	}
	json_key(j, STR("audience_measurement"));
	put_audience(j, g);
	if (g->banner_title.of || g->banner_first.of) {
		json_key(j, STR("banner"));
		put_pair(j, g, only, STR("first"), &g->banner_first, STR("title"), &g->banner_title);
	}
	json_key(j, STR("controller"));
	put_controller(j, g);
	if (g->development)
		json_member_bool(j, "development", true);
	json_member(j, "domain", g->host);
	if (whole)
		json_member(j, "hash", g->hash);
	json_key(j, STR("items"));
	json_open(j, '[');
	for (size_t i = 0; i < g->nitems; i++)
		registry_put_item_json(j, g, only, &g->items[i]);
	json_close(j, ']');
	json_member(j, "origin", g->origin);
	json_key(j, STR("policy"));
	put_policy(j, g, only, numbers);
	json_member(j, "schema", STR("cookie-registry/1"));
	json_key(j, STR("services"));
	json_open(j, '[');
	for (size_t i = 0; i < g->nservices; i++)
		put_service(j, g, only, &g->services[i], numbers);
	json_close(j, ']');
	json_key(j, STR("signals"));
	json_open(j, '{');
	json_member(j, "dnt", g->honours_dnt ? STR("honoured") : STR("ignored"));
	json_member(j, "gpc", STR("honoured"));
	json_close(j, '}');
	if (whole && g->verification.passed.us) {
		json_key(j, STR("verification"));
		put_verification(j, g);
	}
	json_close(j, '}');
}

void registry_put_doc(struct buf *b, const struct registry *g, struct str only, bool whole) { put_all(b, g, only, true, whole); }

/* The port of a server on a loopback name is not the portal's doing. */
void registry_put_content(struct buf *b, const struct registry *g)
{
	struct registry same = *g;
	if (same.development)
		same.origin = STR("http://localhost");
	put_all(b, &same, STR(""), false, false);
}

void registry_put_json(struct buf *b, const struct registry *g, struct str only_language)
{
	if (only_language.n)
		put_all(b, g, only_language, true, true);
	else
		buf_put(b, g->json);
}

bool registry_seal(struct registry_box *box, struct err *e)
{
	struct registry *g = &box->g;
	auto_buf b = BUF_INIT(REGISTRY_JSON_BYTES);
	struct str doc;
	registry_put_doc(&b, g, STR(""), false);
	if (!buf_end(&b, &doc, e))
		return false;
	unsigned char digest[CRYPT_SHA256];
	char hex[2 * CRYPT_SHA256 + 1];
	crypt_sha256(doc, digest);
	crypt_hex(digest, CRYPT_SHA256, hex);
	g->hash = arena_printf(&box->arena, "sha256-%s", hex);
	buf_clear(&b);
	registry_put_doc(&b, g, STR(""), true);
	if (!buf_end(&b, &doc, e))
		return false;
	g->json = arena_str(&box->arena, doc);
	return true;
}

/* --- what an editor starts from ----------------------------------------------------------------------------- */

void registry_put_editable(struct buf *b, const struct registry *g)
{
	const struct registry_box *box = (const struct registry_box *)g; /* its first member */
	struct json_out out = JSON_OUT(b);
	struct json_out *j = &out;
	json_open(j, '{');
	json_key(j, STR("additions"));
	put_pair(j, g, STR(""), STR("after"), &g->additions_after, STR("before"), &g->additions_before);
	json_key(j, STR("banner"));
	put_pair(j, g, STR(""), STR("first"), &g->banner_first, STR("title"), &g->banner_title);
	json_key(j, STR("controller"));
	json_open(j, '{');
	json_member(j, "contact", box->own.contact);
	json_member(j, "data_protection", box->own.protection_contact);
	json_member(j, "name", box->own.controller);
	json_close(j, '}');
	json_key(j, STR("items"));
	json_open(j, '[');
	for (size_t i = 0; i < g->nitems; i++)
		registry_put_item_json(j, g, STR(""), &g->items[i]);
	json_close(j, ']');
	json_key(j, STR("services"));
	json_open(j, '[');
	for (size_t i = 0; i < g->nservices; i++)
		put_service(j, g, STR(""), &g->services[i], true);
	json_close(j, ']');
	json_close(j, '}');
}
