/* Where one is signed in, and ending it there (SES-12). The list is everybody's own; ending takes a fresh proof (SES-10). */
#include "gate/inside.h"

enum { HOUR_S = 3600 };

static void put_factors(struct html *h, unsigned factors)
{
	static const struct { unsigned bit; const char *name; } names[] = {
		{ SESSION_PASSWORD, N_("password") }, { SESSION_TOTP, N_("authenticator") },
		{ SESSION_RECOVERY, N_("recovery code") }, { SESSION_PROVIDER, N_("other sign-in") },
	};
	bool more = false;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (!(factors & names[i].bit)) continue;
		if (more) html_lit(h, " + ");
		html_say(h, names[i].name);
		more = true;
	}
}

static void put_end(struct gate *g, const char *name, struct str value, const char *label, struct str about, enum html_weight weight)
{
	struct html *h = &g->page.h;
	html_form_open(h, &(struct html_form){ .visit = &g->v, .action = STR("/account/sessions/revoke/"), .plain = true });
	html_hidden(h, name, value);
	html_button(h, &(struct html_button){ .label = label, .about = about, .weight = weight, .small = true });
	html_form_close(h);
}

static void put_line(struct gate *g, struct html_table *t, const struct session_line *l, bool fresh, bool countries)
{
	struct html *h = &g->page.h;
	int64_t hour = num_max(l->created.us, l->seen.us - l->seen.us % (HOUR_S * INT64_C(1000000))); /* last seen is told to the hour */
	html_row_open(h, t);
	html_cell_open(h, t);
	html_text(h, l->label);
	if (l->id == g->v.session->id) {
		html_lit(h, " ");
		html_badge(h, HTML_SUCCESS, N_("This device"));
	}
	html_cell_close(h, t);
	if (countries) html_cell_text(h, t, l->country);
	html_cell_open(h, t);
	html_date(h, l->created.us, g->v.zone, true);
	html_cell_close(h, t);
	html_cell_open(h, t);
	html_date(h, hour, g->v.zone, true);
	html_cell_close(h, t);
	html_cell_open(h, t);
	put_factors(h, l->factors);
	html_cell_close(h, t);
	html_cell_open(h, t);
	if (fresh) put_end(g, "session", arena_printf(g->v.arena, "%lld", (long long)l->id), N_("End"), l->label, HTML_SECONDARY);
	html_cell_close(h, t);
	html_row_close(h, t);
}

static bool show(struct gate *g, struct err *e)
{
	struct html_column columns[6] = { { .title = N_("Browser"), .main = true } };
	struct html *h = &g->page.h;
	struct session_line *lines;
	size_t n;
	static const struct html_column country = { .title = N_("Country") };
	static const struct html_column others[] = { { .title = N_("Since") }, { .title = N_("Last used") }, { .title = N_("Proved by") },
	                                             { .title = N_("Actions"), .hide_title = true } };
	bool countries = false;
	bool fresh = session_is_fresh(g->v.at.tenant, g->v.session, clock_now());
	if (!session_list(g->v.at.site->sessions, g->v.at.tenant, g->v.session->account, g->v.arena, &lines, &n, e)) return false;
	for (size_t i = 0; i < n; i++) countries |= lines[i].country.n > 0;
	size_t ncolumns = 1;
	if (countries) columns[ncolumns++] = country;
	for (size_t i = 0; i < COUNT_OF(others); i++) columns[ncolumns++] = others[i];
	struct html_table t = { .caption = N_("Where you are signed in"), .columns = columns, .ncolumns = ncolumns };
	gate_open_own(g, N_("Sessions"), GATE_SESSIONS);
	gate_paragraph(g, N_("Where you are signed in. If you do not know one of these, end it and change your password."));
	html_table_open(h, &t);
	for (size_t i = 0; i < n; i++) put_line(g, &t, &lines[i], fresh, countries);
	html_table_close(h, &t);
	html_lit(h, "<div class=\"buttons\">");
	if (fresh) {
		if (n > 1) put_end(g, "others", STR("1"), N_("End all others"), STR(""), HTML_SECONDARY);
		put_end(g, "all", STR("1"), N_("Sign out everywhere"), STR(""), HTML_DANGER);
	} else {
		html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("End sessions"), .href = STR("/account/confirm/?next=/account/sessions/") });
	}
	html_lit(h, "</div>");
	return gate_close(g, e);
}

static bool run_list(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_gate struct gate g = { 0 };
	return gate_enter_own(&g, r, p, app, e) && show(&g, e);
}

const struct httpd_route gate_sessions = { .method = HTTPD_GET, .pattern = "/account/sessions/", .run = run_list };

static bool run_revoke(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_gate struct gate g = { 0 };
	int64_t id = 0, n = 1;
	if (!gate_enter_own(&g, r, p, app, e)) return false;
	if (r->method != HTTPD_POST) return gate_go(&g, STR("/account/sessions/"), NULL, e);
	enum gate_posted how = gate_posted(&g, e);
	if (how == GATE_FAILED) return false;
	if (how == GATE_AGAIN) return show(&g, e);
	if (!visitor_fresh(&g.v, e)) return false;
	struct sessions *ss = g.v.at.site->sessions;
	const struct tenant *t = g.v.at.tenant;
	int64_t account = g.v.session->account, current = g.v.session->id;
	bool all = visitor_field_on(&g.form, STR("all")), others = visitor_field_on(&g.form, STR("others"));
	if (!all && !others && !str_to_int(gate_field(&g, "session"), &id)) return err_set(e, ERR_BAD_REQUEST, "Which session is to end?");
	if (all || others) {
		if (!session_revoke_all(ss, t, account, current, &n, e)) return false;
	} else if (id != current && !session_revoke(ss, t, account, id, e)) {
		return false;
	}
	if (!account_tell_sessions(&g.scene, account, n, e)) return false;
	if (all || id == current) return visitor_sign_out(&g.v, e) && gate_go(&g, STR("/login/"), "out", e);
	return gate_go(&g, STR("/account/sessions/"), others ? "ended-others" : "ended", e);
}

const struct httpd_route gate_revoke = { .method = HTTPD_GET, .pattern = "/account/sessions/revoke/", .run = run_revoke };
const struct httpd_route gate_revoke_post = { .method = HTTPD_POST, .pattern = "/account/sessions/revoke/", .run = run_revoke };
