/* A portal made from the back office of another one: its name, its first settings, and the letter that lets its administrator in. */
#include "transfer/inside.h"
#include "visitor/visitor.h"

enum { MORE = 2 };

/* The letter goes out in the name of the new portal: its links lead there. */
static bool invite(struct site *s, const struct account_scene *asks, const struct transfer_new *n, struct tenant_id id, struct err *e)
{
	const struct tenant *t = tenants_hold_or_null(s->tenants, id);
	struct account_scene scene = *asks;
	int64_t account;
	if (!t) return err_set(e, ERR_NOT_FOUND, "The portal is gone.");
	scene.tenant = t;
	scene.origin = visitor_origin(scene.arena, t->host, s->listen_port);
	scene.by = 0;
	const struct account_invitation i = { .email = n->email, .role = STR("admin"), .language = n->language };
	bool ok = account_invite(&scene, &i, &account, e);
	tenant_release(s->tenants, t);
	return ok;
}

bool transfer_found(struct site *s, const struct account_scene *asks, const struct transfer_new *n, struct tenant_id *out, bool *stranded, struct err *e)
{
	struct tenant_setting_value *values = arena_array(asks->arena, struct tenant_setting_value, n->nlimits + MORE);
	const struct tenant *parent = tenants_hold_or_null(s->tenants, n->parent);
	struct err ignored = { 0 };
	size_t k = 0;
	*stranded = false;
	if (!parent) return err_set(e, ERR_NO_PORTAL, "there is no such portal any more");
	int64_t most = tenant_number(parent, "ceiling.portals");
	tenant_release(s->tenants, parent);
	for (size_t i = 0; i < n->nlimits; i++) values[k++] = n->limits[i];
	values[k++] = (struct tenant_setting_value){ STR("title"), n->title };
	values[k++] = (struct tenant_setting_value){ STR("languages"), n->language };
	if (!tenant_add_child(s->tenants, n->host, values, k, n->parent, most, out, e)) return false;
	if (invite(s, asks, n, *out, e)) return true;
	/* Nobody could get into it: it is as if it had not been made. */
	*stranded = true;
	if (!tenant_remove(s->tenants, *out, &ignored)) log_failure(s->log, LOG_LEVEL_ERROR, "portal.stranded", &ignored);
	return false;
}
