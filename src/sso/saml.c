/* SAML 2.0, the side of the server: our metadata, a request by redirect, an answer by post. Documents of providers go to the caged
 * child unread; what comes back from it is a few words. */
#include "sso/saml.h"
#include "child/child.h"
#include "sso/inside.h"
#include "text/text.h"

enum { WAIT_MS = 15000, JOB_BYTES = 2 << 20, METADATA_BYTES = 16384 };

static struct str acs_of(const struct sso_scene *s) { return arena_join(s->arena, s->origin, STR("/saml2/acs")); }
static struct str entity_of(const struct sso_scene *s, struct str set) { return set.n ? set : arena_join(s->arena, s->origin, STR("/saml2/metadata.xml")); }

void sso_put_metadata(const struct sso_scene *s, struct str entity, struct buf *b)
{
	buf_lit(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"");
	text_put_xml(b, entity_of(s, entity));
	buf_lit(b, "\">\n  <md:SPSSODescriptor AuthnRequestsSigned=\"false\" WantAssertionsSigned=\"true\" "
	           "protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">\n"
	           "    <md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</md:NameIDFormat>\n"
	           "    <md:AssertionConsumerService index=\"0\" isDefault=\"true\" Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" Location=\"");
	text_put_xml(b, acs_of(s));
	buf_lit(b, "\"/>\n  </md:SPSSODescriptor>\n</md:EntityDescriptor>\n");
}

/* --- the child -------------------------------------------------------------------------------------------- */

static bool hear_error(struct str payload, struct err *e)
{
	struct err said;
	if (payload.n != sizeof said) return err_set(e, ERR_SYSTEM, "the reader of SAML made no sense");
	memcpy(&said, payload.p, sizeof said);
	/* Codes and ends of text of another process are not to be trusted. */
	said.pub[sizeof said.pub - 1] = said.priv[sizeof said.priv - 1] = 0;
	err_set(e, ERR_SYSTEM, "%s", said.pub);
	return err_cause(e, "%s", said.priv);
}

static bool hear(struct child *c, struct json_doc **out, struct err *e)
{
	int64_t until = clock_monotonic_ns() + (int64_t)WAIT_MS * 1000000;
	for (;;) {
		uint8_t kind;
		struct str payload;
		int64_t left = (until - clock_monotonic_ns()) / 1000000;
		enum child_event what = left > 0 ? child_next(c, (int)left, &kind, &payload) : CHILD_NOTHING;
		if (what == CHILD_FRAME && kind == SSO_FRAME_ERROR) return hear_error(payload, e);
		if (what == CHILD_FRAME && kind == SSO_FRAME_DONE) return json_read(payload, out, e);
		if (what == CHILD_FRAME) continue;
		return err_set(e, ERR_UPSTREAM, "The answer of the identity provider made its reader stop.");
	}
}

static bool ask_child(const struct sso_scene *s, const struct sso_provider *p, const char *op, struct str request, struct str response, struct json_doc **out,
                      struct err *e)
{
	auto_buf b = BUF_INIT(JOB_BYTES), own = BUF_INIT(METADATA_BYTES);
	struct json_out j = JSON_OUT(&b);
	struct child *c;
	int code;
	sso_put_metadata(s, p->entity_id, &own);
	json_open(&j, '{');
	json_member(&j, "op", str_of(op));
	json_member(&j, "own", buf_str(&own));
	json_member(&j, "metadata", p->metadata);
	json_member(&j, "entity", entity_of(s, p->entity_id));
	json_member(&j, "acs", acs_of(s));
	json_member(&j, "request", request);
	json_member(&j, "response", response);
	json_member_int(&j, "now", clock_now().us);
	json_member_bool(&j, "any_name_id", p->id_attribute.n > 0);
	json_close(&j, '}');
	if (b.over) return err_set(e, ERR_TOO_LARGE, "The metadata of the identity provider is too large.");
	struct child_start how = { .role = SSO_ROLE, .settings = buf_str(&b) };
	if (!child_start(&how, &c, e)) return false;
	bool ok = hear(c, out, e);
	if (!ok) child_kill(c);
	(void)child_end(c, &code);
	return ok;
}

/* --- there -------------------------------------------------------------------------------------------------- */

bool sso_saml_begin(const struct sso_scene *s, const struct sso_provider *p, const struct sso_start *b, struct str *url, struct err *e)
{
	char state[SSO_STATE_TEXT];
	auto_json *doc = NULL;
	if (!ask_child(s, p, "request", STR(""), STR(""), &doc, e)) return false;
	struct str to = json_text(json_get(json_root(doc), "url")), id = json_text(json_get(json_root(doc), "id"));
	if (!to.n || !id.n) return err_set(e, ERR_UPSTREAM, "The metadata of the identity provider cannot be used (%.*s).", STR_ARG(json_text(json_get(json_root(doc), "refused"))));
	if (!str_starts(to, STR("https://")) && !s->conf->call_private) return err_set(e, ERR_UPSTREAM, "The sign-in address of the identity provider is not an https address.");
	if (!sso_transaction_begin(s, b, STR(""), id, state, e)) return false;
	*url = arena_printf(s->arena, "%.*s%sRelayState=%s", STR_ARG(to), str_find_char(to, '?') >= 0 ? "&" : "?", state);
	return true;
}

/* --- and back ------------------------------------------------------------------------------------------------- */

bool sso_saml_park(const struct sso_scene *s, struct str relay, struct str response, struct err *e)
{
	char hash[65];
	int64_t n;
	if (!response.n || response.n > SSO_RESPONSE_BYTES) return err_set(e, ERR_TOO_LARGE, "The answer of the identity provider is empty or too large.");
	sso_hash(relay, hash);
	if (!sso_write(s, SSO_Q_park, STORE_PARAMS(VALUE_OF_TEXT(str_of(hash)), VALUE_OF_TEXT(response), VALUE_OF_INT(clock_now().us - (int64_t)SSO_TRANSACTION_S * 1000000)), &n, e))
		return false;
	if (n == 1) return true;
	struct event ev = { .kind = EVENT_SSO_REFUSED, .reason = STR("state"), .client = s->client };
	if (s->events) event_note(s->events, s->tenant->id, &ev);
	return err_set(e, ERR_GONE, "This sign-in is over or was used already. Please begin again.");
}

struct reading {
	const struct sso_scene *scene;
	const struct sso_provider *provider;
	struct sso_claim *claims;
	size_t n;
};

static struct str first_of(const struct reading *r, struct str name)
{
	for (size_t i = 0; name.n && i < r->n; i++)
		if (str_eq(r->claims[i].name, name)) return r->claims[i].value;
	return STR("");
}

static void read_claims(struct reading *r, const struct json_node *list)
{
	for (size_t i = 0; i < json_count(list) && r->n < SSO_CLAIMS; i++) {
		struct str name = json_text(json_at(json_at(list, i), 0)), value = json_text(json_at(json_at(list, i), 1));
		if (!name.n || !sso_is_word(name) || !value.n || !sso_is_word(value)) continue;
		r->claims[r->n++] = (struct sso_claim){ arena_str(r->scene->arena, name), arena_str(r->scene->arena, value) };
	}
}

/* Names come as one attribute or two; a person without any has none yet. */
static struct str name_of(const struct reading *r)
{
	struct str whole = first_of(r, r->provider->name_attribute);
	if (whole.n) return text_cut(whole, 200);
	struct str first = first_of(r, r->provider->first_attribute), last = first_of(r, r->provider->last_attribute);
	return text_cut(str_trim(arena_printf(r->scene->arena, "%.*s %.*s", STR_ARG(first), STR_ARG(last))), 200);
}

static bool understand(const struct sso_scene *s, const struct sso_provider *p, const struct json_node *n, struct sso_identity *out, const char **reason, struct err *e)
{
	struct reading r = { s, p, arena_array(s->arena, struct sso_claim, SSO_CLAIMS), 0 };
	struct str refused = json_text(json_get(n, "refused")), format = json_text(json_get(n, "format"));
	bool fresh;
	if (refused.n) {
		sso_refuse(s, p->id, arena_cstr(s->arena, str_sub(refused, 0, 40)), reason, e);
		return err_cause(e, "lasso %lld", (long long)json_int(json_get(n, "code"), 0));
	}
	read_claims(&r, json_get(n, "claims"));
	struct str subject = p->id_attribute.n ? first_of(&r, p->id_attribute) : arena_str(s->arena, json_text(json_get(n, "name_id")));
	/* A transient name is another one every time: nobody to remember. */
	if (!p->id_attribute.n && str_ends(format, STR(":transient"))) return sso_refuse(s, p->id, "transient", reason, e);
	if (!subject.n || subject.n > 255 || !sso_is_word(subject)) return sso_refuse(s, p->id, "subject", reason, e);
	int64_t until = num_max(json_int(json_get(n, "until"), 0), clock_now().us) + (int64_t)SSO_TRANSACTION_S * 1000000;
	if (!sso_use_once(s, p->id, json_text(json_get(n, "assertion")), until, &fresh, e)) return false;
	if (!fresh) return sso_refuse(s, p->id, "replay", reason, e);
	out->provider = *p;
	out->who = (struct account_identity){ .provider = p->id, .subject = subject, .email = first_of(&r, p->email_attribute), .name = name_of(&r) };
	out->claims = r.claims;
	out->nclaims = r.n;
	return true;
}

bool sso_saml_finish(const struct sso_scene *s, struct str relay, struct str binding, struct sso_identity *out, const char **reason, struct err *e)
{
	struct sso_transaction tx;
	struct sso_provider p;
	auto_json *doc = NULL;
	*reason = "";
	if (!sso_transaction_end(s, relay, binding, &tx, reason, e) || !sso_provider_get(s, tx.provider, &p, e)) return false;
	if (p.kind != SSO_SAML || !p.enabled || !tx.response.n) return sso_refuse(s, tx.provider, "provider", reason, e);
	*out = (struct sso_identity){ .next = tx.next, .link = tx.link };
	return ask_child(s, &p, "response", tx.verifier, tx.response, &doc, e) && understand(s, &p, json_root(doc), out, reason, e);
}

bool sso_saml_test(const struct sso_scene *s, const struct sso_provider *p, struct sso_finding **out, size_t *n, struct err *e)
{
	struct sso_finding *list = arena_array(s->arena, struct sso_finding, 4);
	auto_json *doc = NULL;
	struct err own = { 0 };
	(void)e;
	*out = list;
	*n = 1;
	if (!ask_child(s, p, "request", STR(""), STR(""), &doc, &own)) {
		list[0] = (struct sso_finding){ false, N_("The metadata could not be read: {0}"), arena_str(s->arena, str_of(own.pub)) };
		return true;
	}
	struct str url = json_text(json_get(json_root(doc), "url"));
	ptrdiff_t q = str_find_char(url, '?');
	if (url.n) list[0] = (struct sso_finding){ true, N_("People sign in at {0}."), arena_str(s->arena, str_sub(url, 0, q >= 0 ? (size_t)q : url.n)) };
	else list[0] = (struct sso_finding){ false, N_("The metadata cannot be used: it must be one EntityDescriptor of an identity provider with a sign-in address by HTTP-Redirect."), STR("") };
	return true;
}
