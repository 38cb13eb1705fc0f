/* What identity providers are told about a portal: /oidc/client_info and /saml2/metadata.xml. */
#include "gate/sso_common.h"

static bool client_info(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	auto_buf b = BUF_INIT(16384);
	if (!visitor_enter_anyone(app, r, p, &v, e)) return false;
	struct sso_scene s = gate_sso_scene(&v);
	sso_put_client_info(&s, &b);
	httpd_reply_type(p, STR("application/json"));
	httpd_reply_take(p, &b);
	return true;
}

static bool metadata(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	auto_buf b = BUF_INIT(16384);
	struct sso_provider *all;
	struct str entity = STR("");
	size_t n;
	if (!visitor_enter_anyone(app, r, p, &v, e)) return false;
	struct sso_scene s = gate_sso_scene(&v);
	if (!sso_provider_list(&s, &all, &n, e)) return false;
	/* The entity id is set with a provider; a portal with several different ones names the one asked for. */
	const struct str *of = httpd_query_or_null(r, STR("provider"));
	for (size_t i = 0; i < n; i++)
		if (all[i].kind == SSO_SAML && (of ? str_eq(*of, all[i].id) : !entity.n)) entity = all[i].entity_id;
	sso_put_metadata(&s, entity, &b);
	httpd_reply_type(p, STR("application/samlmetadata+xml"));
	httpd_reply_take(p, &b);
	return true;
}

const struct httpd_route gate_sso_client_info = { .method = HTTPD_GET, .pattern = "/oidc/client_info", .run = client_info };
const struct httpd_route gate_sso_metadata = { .method = HTTPD_GET, .pattern = "/saml2/metadata.xml", .run = metadata };
