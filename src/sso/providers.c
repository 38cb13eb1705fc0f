/* What administrators set of providers: rows of fields.def, kept as JSON; the secret sealed beside. */
#include "i18n/i18n.h"
#include "mail/mail.h"
#include "net/net.h"
#include "sso/inside.h"

enum { ID_BYTES = 32, TEXT_BYTES = 2000, DOCUMENT_BYTES = 256 * 1024, SECRET_BYTES = 1000, SETTINGS_BYTES = 1 << 20 };

const struct store_query sso_q[] = {
#define Q(name, text) [SSO_Q_##name] = { #name, text },
#define HOUSE(name, text)
#include "sso/queries.def"
#undef Q
#undef HOUSE
};
const struct store_house_query sso_h[] = {
#define Q(name, text)
#define HOUSE(name, text) [SSO_H_##name] = { #name, text },
#include "sso/queries.def"
#undef Q
#undef HOUSE
};

#define OIDC 1u
#define SAML 2u
#define BOTH 3u
static const struct row { const char *name, *otherwise, *sentence; unsigned kinds; bool is_switch; size_t at; } rows[] = {
#define TEXT(symbol, name, kinds, otherwise, sentence) { name, otherwise, sentence, kinds, false, offsetof(struct sso_provider, symbol) },
#define SWITCH(symbol, name, kinds, otherwise, sentence) { name, (otherwise) ? "true" : "false", sentence, kinds, true, offsetof(struct sso_provider, symbol) },
#include "sso/fields.def"
#undef TEXT
#undef SWITCH
};

static struct str *text_of(struct sso_provider *p, const struct row *r) { return (struct str *)(void *)((char *)p + r->at); }
static bool *switch_of(struct sso_provider *p, const struct row *r) { return (bool *)((char *)p + r->at); }

/* --- fields ------------------------------------------------------------------------------------------- */

void sso_provider_new(struct sso_provider *p, struct str id, enum sso_kind kind)
{
	*p = (struct sso_provider){ .id = id, .kind = kind };
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (rows[i].is_switch) *switch_of(p, &rows[i]) = strcmp(rows[i].otherwise, "true") == 0;
		else *text_of(p, &rows[i]) = str_of(rows[i].otherwise);
	}
}

bool sso_field(size_t i, const struct sso_provider *p_or_null, struct sso_field *out)
{
	struct sso_provider copy;
	if (i >= COUNT_OF(rows)) return false;
	const struct row *r = &rows[i];
	if (p_or_null) copy = *p_or_null;
	else sso_provider_new(&copy, STR(""), SSO_OIDC);
	*out = (struct sso_field){ .name = r->name, .sentence = r->sentence, .is_switch = r->is_switch, .oidc = (r->kinds & OIDC) != 0, .saml = (r->kinds & SAML) != 0 };
	out->value = !r->is_switch ? *text_of(&copy, r) : *switch_of(&copy, r) ? STR("true") : STR("false");
	return true;
}

/* --- what cannot be ------------------------------------------------------------------------------------ */

static bool fault(struct sso_fault *out, const char *field, const char *sentence)
{
	*out = (struct sso_fault){ .field = field, .sentence = sentence };
	return false;
}

/* The same for whoever speaks to programs: the field's name, then the sentence in English. */
static bool told(const struct sso_fault *f, struct err *e)
{
	auto_buf b = BUF_INIT(TEXT_BYTES);
	i18n_put_filled(&b, str_of(f->sentence), &f->arg, 1);
	return err_set(e, ERR_PARAMETER, "%s %.*s", f->field, STR_ARG(buf_str(&b)));
}

static bool set_switch(bool *out, const char *name, struct str value, struct sso_fault *f)
{
	bool yes = str_eq(value, STR("true")) || str_eq(value, STR("on")) || str_eq(value, STR("yes")) || str_eq(value, STR("1"));
	bool no = !value.n || str_eq(value, STR("false")) || str_eq(value, STR("off")) || str_eq(value, STR("no")) || str_eq(value, STR("0"));
	if (!yes && !no) return fault(f, name, N_("must be true or false"));
	*out = yes;
	return true;
}

static bool set_row(struct arena *a, struct sso_provider *p, const struct row *r, struct str value, struct sso_fault *f)
{
	struct str name = str_of(r->name);
	if (r->is_switch) return set_switch(switch_of(p, r), r->name, value, f);
	bool document = str_eq(name, STR("metadata")) || str_eq(name, STR("discovery"));
	if (value.n > (size_t)(document ? DOCUMENT_BYTES : TEXT_BYTES)) return fault(f, r->name, N_("is too long"));
	if (!document && !sso_is_word(value)) return fault(f, r->name, N_("must be one line of text"));
	*text_of(p, r) = arena_str(a, str_trim(value));
	return true;
}

bool sso_field_put(struct arena *a, struct sso_provider *p, struct str name, struct str value, struct sso_fault *f)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (str_eq(name, str_of(rows[i].name))) return set_row(a, p, &rows[i], value, f);
	return true;
}

bool sso_field_set(struct arena *a, struct sso_provider *p, struct str name, struct str value, struct err *e)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct row *r = &rows[i];
		struct sso_fault f;
		if (!str_eq(name, str_of(r->name))) continue;
		if (!(r->kinds & (p->kind == SSO_OIDC ? OIDC : SAML)))
			return err_set(e, ERR_PARAMETER, "%s is not a setting of %s", r->name, p->kind == SSO_OIDC ? "OpenID Connect" : "SAML");
		return set_row(a, p, r, value, &f) || told(&f, e);
	}
	return err_set(e, ERR_PARAMETER, "there is no setting %.*s; `stoa help sso set` lists them", STR_ARG(str_sub(name, 0, 60)));
}

/* --- the store ------------------------------------------------------------------------------------------ */

bool sso_write(const struct sso_scene *s, enum sso_query q, const struct value *params, size_t n, int64_t *changed, struct err *e)
{
	struct store_tx *t;
	if (!store_begin(s->store, STORE_WRITE, &t, e)) return false;
	bool ok = store_run(t, &sso_q[q], s->tenant->id, params, n, e);
	if (ok && changed) *changed = store_changes(t);
	return store_end(t, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

static bool read_row(const struct sso_scene *s, struct store_rows *r, struct sso_provider *out, struct err *e)
{
	auto_json *doc = NULL;
	struct arena *a = s->arena;
	sso_provider_new(out, arena_str(a, store_text(r, 0)), str_eq(store_text(r, 1), STR("saml")) ? SSO_SAML : SSO_OIDC);
	if (!json_read(store_text(r, 2), &doc, e)) return false;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct json_node *n = json_get(json_root(doc), rows[i].name);
		if (!n) continue;
		if (rows[i].is_switch) *switch_of(out, &rows[i]) = json_bool(n, false);
		else *text_of(out, &rows[i]) = arena_str(a, json_text(n));
	}
	out->sealed = arena_str(a, store_text(r, 3));
	out->has_secret = out->sealed.n > 0;
	out->created.us = store_int(r, 4);
	return true;
}

static bool read_all(const struct sso_scene *s, enum sso_query q, const struct value *params, size_t nparams, struct sso_provider **out, size_t *n, struct err *e)
{
	struct store_tx *t;
	struct store_rows *r;
	VEC(struct sso_provider) all = { 0 };
	enum store_step step = STORE_FAILED;
	if (!store_begin(s->store, STORE_READ, &t, e)) return false;
	bool ok = store_ask(t, &sso_q[q], s->tenant->id, params, nparams, &r, e);
	if (ok) {
		while (ok && (step = store_step(r, e)) == STORE_ROW) ok = read_row(s, r, vec_add(s->arena, &all), e);
		store_stop(r);
	}
	if (!store_end(t, STORE_ROLLBACK, e) || !ok || step == STORE_FAILED) return false;
	*out = all.p;
	*n = all.n;
	return true;
}

bool sso_provider_list(const struct sso_scene *s, struct sso_provider **out, size_t *n, struct err *e)
{
	return read_all(s, SSO_Q_providers, NULL, 0, out, n, e);
}

bool sso_provider_get(const struct sso_scene *s, struct str id, struct sso_provider *out, struct err *e)
{
	struct sso_provider *all;
	size_t n;
	if (!read_all(s, SSO_Q_provider, STORE_PARAMS(VALUE_OF_TEXT(id)), &all, &n, e)) return false;
	if (!n) return err_set(e, ERR_NOT_FOUND, "there is no identity provider of that name");
	*out = all[0];
	return true;
}

bool sso_secret(const struct sso_scene *s, const struct sso_provider *p, struct str *out, struct err *e)
{
	*out = STR("");
	return !p->sealed.n || vault_unseal(s->vault, s->tenant->host, SSO_SEAL_SECRET, p->sealed, s->arena, out, e);
}

/* --- changing ---------------------------------------------------------------------------------------------- */

static bool id_ok(struct str id)
{
	if (!id.n || id.n > ID_BYTES) return false;
	for (size_t i = 0; i < id.n; i++)
		if (!(id.p[i] >= 'a' && id.p[i] <= 'z') && !(id.p[i] >= '0' && id.p[i] <= '9') && id.p[i] != '-') return false;
	return true;
}

static bool is_web(struct arena *a, struct str url)
{
	struct net_url u;
	return net_url(a, url, &u);
}

static bool check_oidc(const struct sso_scene *s, const struct sso_provider *p, struct sso_fault *f)
{
	auto_json *doc = NULL;
	struct net_url u;
	struct err ignored = { 0 };
	if (!net_url(s->arena, p->issuer, &u) || str_find_char(p->issuer, '?') >= 0 || str_find_char(p->issuer, '#') >= 0)
		return fault(f, "issuer", N_("must be an address, as https://login.example.org/realm"));
	if (str_eq(u.scheme, STR("http")) && !s->conf->call_private) return fault(f, "issuer", N_("must begin with https://"));
	if (!p->client_id.n) return fault(f, "client_id", N_("is missing; the provider gives one when the portal is registered there"));
	if (!str_starts(p->scopes, STR("openid")) && str_find(p->scopes, STR(" openid")) < 0) return fault(f, "scopes", N_("must hold openid"));
	if (p->discovery.n && (!json_read(p->discovery, &doc, &ignored) || !str_eq(json_text(json_get(json_root(doc), "issuer")), p->issuer)))
		return fault(f, "discovery", N_("must be the provider's JSON document, with the same issuer"));
	return true;
}

bool sso_provider_check(const struct sso_scene *s, const struct sso_provider *p, struct str secret, struct sso_fault *f)
{
	if (!id_ok(p->id)) {
		fault(f, "id", N_("must be 1 to {0} small letters, digits and hyphens"));
		f->arg = arena_printf(s->arena, "%d", ID_BYTES);
		return false;
	}
	if (!p->label.n) return fault(f, "label", N_("is missing: the words on the button"));
	if (!account_role_ok(p->role)) return fault(f, "role", N_("is not one that an account can have"));
	if (p->profile_url.n && !is_web(s->arena, p->profile_url)) return fault(f, "profile_url", N_("must be an https address"));
	if (p->condition_value.n && !p->condition_claim.n) return fault(f, "condition_claim", N_("is missing: there is a value for it"));
	if (secret.n > SECRET_BYTES || !sso_is_word(secret)) return fault(f, "secret", N_("must be one line of text"));
	if (p->kind == SSO_OIDC) return check_oidc(s, p, f);
	if (!p->metadata.n) return fault(f, "metadata", N_("is missing: the XML document of the identity provider"));
	return str_find(p->metadata, STR("<!DOCTYPE")) < 0 || fault(f, "metadata", N_("must not hold a DOCTYPE"));
}

static void put_settings(struct buf *b, const struct sso_provider *p)
{
	struct sso_provider copy = *p;
	struct json_out j = JSON_OUT(b);
	json_open(&j, '{');
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (!(rows[i].kinds & (p->kind == SSO_OIDC ? OIDC : SAML))) continue;
		json_key(&j, str_of(rows[i].name));
		if (rows[i].is_switch) json_put_bool(&j, *switch_of(&copy, &rows[i]));
		else json_put(&j, *text_of(&copy, &rows[i]));
	}
	json_close(&j, '}');
}

bool sso_provider_put(const struct sso_scene *s, const struct sso_provider *p, struct str secret, struct err *e)
{
	struct sso_provider former;
	struct err none = { 0 };
	auto_buf settings = BUF_INIT(SETTINGS_BYTES), sealed = BUF_INIT(8 * SECRET_BYTES);
	struct sso_fault f;
	if (!sso_provider_check(s, p, secret, &f)) return told(&f, e);
	bool had = sso_provider_get(s, p->id, &former, &none);
	if (!had && none.code != ERR_NOT_FOUND) {
		*e = none;
		return false;
	}
	if (had && former.kind != p->kind) return err_set(e, ERR_PARAMETER, "there is a provider of that name and of another kind; remove it first");
	put_settings(&settings, p);
	if (secret.n) {
		if (!vault_seal(s->vault, s->tenant->host, SSO_SEAL_SECRET, secret, &sealed, e)) return false;
	} else if (had) {
		buf_put(&sealed, former.sealed);
	}
	return sso_write(s, SSO_Q_provider_put,
	                 STORE_PARAMS(VALUE_OF_TEXT(p->id), VALUE_OF_TEXT(p->kind == SSO_SAML ? STR("saml") : STR("oidc")), VALUE_OF_TEXT(buf_str(&settings)),
	                              VALUE_OF_TEXT(buf_str(&sealed)), VALUE_OF_INT(clock_now().us)),
	                 NULL, e);
}

bool sso_provider_remove(const struct sso_scene *s, struct str id, struct err *e)
{
	int64_t n;
	if (!sso_write(s, SSO_Q_provider_drop, STORE_PARAMS(VALUE_OF_TEXT(id)), &n, e)) return false;
	return n == 1 || err_set(e, ERR_NOT_FOUND, "there is no identity provider of that name");
}

bool sso_provider_test(const struct sso_scene *s, const struct sso_provider *p, struct sso_finding **out, size_t *n, struct err *e)
{
	return p->kind == SSO_OIDC ? sso_oidc_test(s, p, out, n, e) : sso_saml_test(s, p, out, n, e);
}
