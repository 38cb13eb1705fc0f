/* Which letters somebody wants: a box a kind, those only that their permissions let them get. */
#include "gate/inside.h"

static bool may_get(const struct gate *g, const struct account_wish_row *w)
{
	const struct account_who *who = &g->v.who.who;
	return !w->permissions || who->admin || (who->permissions & w->permissions) != 0;
}

static bool save(struct gate *g, uint64_t former, struct err *e)
{
	uint64_t wishes = former;
	for (unsigned i = 0; i < ACCOUNT_WISHES; i++) {
		const struct account_wish_row *w = account_wish_row((enum account_wish)i);
		if (!may_get(g, w)) continue;
		wishes &= ~(UINT64_C(1) << i);
		if (visitor_field_on(&g->form, str_of(w->word))) wishes |= UINT64_C(1) << i;
	}
	return account_wishes_set(g->scene.as, g->v.at.tenant->id, g->v.session->account, wishes, e) && gate_go(g, STR("/account/notifications/"), "saved", e);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_gate struct gate g = { 0 };
	uint64_t wishes = 0;
	if (!gate_enter_own(&g, r, p, app, e) || !account_wishes(g.scene.as, g.v.at.tenant->id, g.v.session->account, &wishes, e)) return false;
	if (r->method == HTTPD_POST) {
		enum gate_posted how = gate_posted(&g, e);
		if (how == GATE_FAILED) return false;
		if (how == GATE_GOOD) return save(&g, wishes, e);
	}
	struct html *h = &g.page.h;
	gate_open_own(&g, N_("Notifications"), GATE_NOTIFICATIONS);
	gate_paragraph(&g, N_("Letters that you may want or not. Those that keep your account safe, and answers to what you asked for, always come."));
	gate_form_open(&g, NULL);
	for (unsigned i = 0; i < ACCOUNT_WISHES; i++) {
		const struct account_wish_row *w = account_wish_row((enum account_wish)i);
		if (may_get(&g, w)) html_check(h, &(struct html_check){ .name = w->word, .label = w->label, .hint = w->hint, .on = (wishes >> i & 1) != 0 });
	}
	gate_submit(&g, N_("Save"));
	return gate_close(&g, e);
}

const struct httpd_route gate_notifications = { .method = HTTPD_GET, .pattern = "/account/notifications/", .run = run };
const struct httpd_route gate_notifications_post = { .method = HTTPD_POST, .pattern = "/account/notifications/", .run = run };
