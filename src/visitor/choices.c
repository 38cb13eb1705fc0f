/* Whose choice about cookies counts for a request: that of the device, or, where the portal offers it and somebody is signed in, that of
 * their account (CON-32). The device's own is never altered meanwhile, so it is what it was once they sign out. */
#include "visitor/inside.h"

static size_t fields(const struct httpd_request *r, struct str name, struct str *out)
{
	size_t n = 0;
	for (size_t i = 0; i < r->nheaders && n < VALUES; i++)
		if (str_eq_nocase(r->headers[i].name, name)) out[n++] = r->headers[i].value;
	return n;
}

/* What may be emitted by a stored value, and by the signals the browser sends (CON-14). */
static void judge(struct visit *v, const struct str *values, size_t n, struct consent_state *out)
{
	struct str gpc[VALUES], dnt[VALUES];
	size_t ngpc = fields(v->request, STR("Sec-GPC"), gpc), ndnt = fields(v->request, STR("DNT"), dnt);
	consent_read(v->at.site->consent, v->registry, values, n, gpc, ngpc, dnt, ndnt, clock_now(), out);
}

static bool is_offered(const struct visit *v)
{
	return v->session && v->at.site->consent && !v->foreign_frame && tenant_setting_on(v->at.tenant, "consent.cross_device");
}

void choices_read(struct visit *v)
{
	struct cookie_seen seen = { 0 };
	struct str kept;
	struct err ignored = { 0 };
	if (!v->at.site->consent) return;
	if (!v->foreign_frame) seen_cookie(v->request, v->reply, REGISTRY_PREFERENCES, false, &seen);
	judge(v, seen.values, num_min(seen.n, (size_t)VALUES), &v->consent);
	v->account_choices = is_offered(v);
	if (!v->account_choices) return;
	if (!consent_account_get(v->at.site->consent, v->at.tenant->id, v->session->account, v->arena, &kept, &ignored)) judge(v, NULL, 0, &v->consent);
	else if (kept.n) judge(v, &kept, 1, &v->consent);
}

bool visitor_keep_choice(struct visit *v, const struct consent_outcome *out, struct err *e)
{
	int64_t life = registry_item(v->registry, REGISTRY_PREFERENCES)->life_s;
	struct str value = out->store ? str_of(out->value) : STR("");
	if (v->account_choices) return consent_account_put(v->at.site->consent, v->at.tenant->id, v->session->account, value, clock_now(), e);
	return value.n ? visitor_set_cookie(v, REGISTRY_PREFERENCES, value, life, e) : visitor_remove_cookie(v, REGISTRY_PREFERENCES, e);
}

/* The refusal of each service wins; *narrower: the account allows something that the device refuses. */
static void merge(const struct consent_state *device, const struct consent_state *account, struct consent_wish *w, bool *narrower, bool *differs)
{
	const struct registry *g = account->registry;
	*narrower = device->objected && !account->objected;
	*differs = device->objected != account->objected;
	w->objects = device->objected || account->objected;
	for (size_t i = 0; i < g->nservices && i < CONSENT_SERVICES; i++) {
		bool allowed = account->answers[i] == CONSENT_GRANTED, refused = device->answers[i] == CONSENT_REFUSED;
		w->granted[i] = allowed && !refused;
		*narrower |= allowed && refused;
		*differs |= device->answers[i] != account->answers[i];
	}
}

bool visitor_join_choices(struct visit *v, bool *told, struct err *e)
{
	struct consent_state device = v->consent, account;
	struct consent_wish w = { .mechanism = CONSENT_API, .lang = v->lang_code };
	struct consent_outcome out;
	struct str kept;
	bool narrower, differs;
	*told = false;
	v->account_choices = is_offered(v);
	if (!v->account_choices || !v->registry) return true;
	if (!consent_account_get(v->at.site->consent, v->at.tenant->id, v->session->account, v->arena, &kept, e)) return false;
	if (!kept.n) return true;
	judge(v, &kept, 1, &account);
	if (!account.stored || !device.stored) return true;
	merge(&device, &account, &w, &narrower, &differs);
	*told = differs;
	if (!narrower) return true;
	w.epoch = v->registry->epoch;
	return consent_choose(v->at.site->consent, &account, &w, clock_now(), &out, e) && visitor_keep_choice(v, &out, e);
}
