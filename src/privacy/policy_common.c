/* Entering the policy: which version, in which language, for whom. */
#include "privacy/policy_pages.h"

int64_t policy_version_of(struct str text)
{
	int64_t n = 0;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9' || n > POLICY_VERSION_MOST)
			return 0;
		n = n * 10 + (text.p[i] - '0');
	}
	return n > POLICY_VERSION_MOST ? 0 : n;
}

/* When a later version replaced this one; a version that never came into force replaced nothing. */
static struct instant superseded(const struct policy_visit *v, int64_t version)
{
	for (size_t i = 0; i < v->nversions; i++) {
		const struct registry_version *x = &v->versions[i];
		if (x->version > version && !x->replaced && x->version <= v->now->version)
			return x->effective;
	}
	return (struct instant){ 0 };
}

void policy_ask_of(const struct policy_visit *v, const struct registry *g, struct policy_ask *out)
{
	const struct tenant *t = v->visit.at.tenant;
	*out = (struct policy_ask){
		.registry = g,
		.lang = v->visit.lang,
		.lang_code = v->visit.lang_code,
		.wanted = v->visit.lang_wanted,
		.zone = v->visit.zone,
		.heading_address = tenant_setting_on(t, "policy.heading_address"),
		.authoritative = tenant_setting(t, "policy.authoritative"),
		.reviewed = tenant_setting(t, "policy.reviewed"),
		.superseded = superseded(v, g->version),
	};
	if (str_starts(tenant_setting(t, "policy.elsewhere"), STR("https://")))
		out->elsewhere = tenant_setting(t, "policy.elsewhere");
	for (size_t i = 0; g == v->now && i < v->nversions; i++) {
		if (v->versions[i].version <= v->now->version || v->versions[i].replaced)
			continue;
		out->pending = v->versions[i].version;
		out->pending_effective = v->versions[i].effective;
		break;
	}
}

bool policy_enter(struct site *s, struct httpd_request *r, struct httpd_reply *p, int64_t version, struct policy_visit *out, struct err *e)
{
	*out = (struct policy_visit){ .site = s };
	if (!visitor_enter_anyone(s, r, p, &out->visit, e))
		return false;
	const struct tenant *t = out->visit.at.tenant;
	if (!registry_hold(s->registries, t, &out->now, e) ||
	    !registry_versions(s->registries, t->id, r->arena, &out->versions, &out->nversions, e))
		return false;
	if (version && version != out->now->version && !registry_hold_version(s->registries, t, version, &out->shown, e))
		return false;
	policy_ask_of(out, out->shown ? out->shown : out->now, &out->ask);
	return true;
}

void policy_leave(struct policy_visit *v)
{
	if (v->shown)
		registry_release(v->site->registries, v->shown);
	if (v->now)
		registry_release(v->site->registries, v->now);
	visitor_leave(&v->visit);
}

bool policy_put_page(struct policy_visit *v, const struct doc *d, const struct policy_page *about, struct err *e)
{
	auto_page page = { .visit = &v->visit, .title = about->title, .path = about->path, .place = VIEW_POLICY, .noindex = about->noindex };
	if (about->with_json)
		page.json_alternate = STR("/.well-known/cookies.json");
	view_open(&page);
	html_lit(&page.h, "<article class=\"wide legal\">");
	buf_put(&page.h.out, about->beside);
	html_document(&page.h, d);
	html_lit(&page.h, "</article>");
	return view_close(&page, e);
}
