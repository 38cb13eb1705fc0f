/* What the portal keeps about oneself: had as JSON, and taken away (SES-15). */
#include "gate/inside.h"
#include "json/json.h"

enum { EXPORT_BYTES = 16 << 20 };

static void put_time(struct json_out *j, struct buf *b, struct str key, int64_t us)
{
	json_key(j, key);
	json_value(j);
	buf_put_char(b, '"');
	clock_put_instant(b, us, clock_utc());
	buf_put_char(b, '"');
}

static bool put_sessions(struct gate *g, struct json_out *out, struct err *e)
{
	struct session_line *lines;
	struct buf *b = out->b;
	size_t n;
	struct json_out j = *out;
	json_key(&j, STR("sessions"));
	if (!session_list(g->v.at.site->sessions, g->v.at.tenant, g->v.session->account, g->v.arena, &lines, &n, e)) return false;
	json_open(&j, '[');
	for (size_t i = 0; i < n; i++) {
		json_open(&j, '{');
		json_member(&j, "browser", lines[i].label);
		json_member(&j, "country", lines[i].country);
		put_time(&j, b, STR("created"), lines[i].created.us);
		put_time(&j, b, STR("last_used"), lines[i].seen.us);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	*out = j;
	return true;
}

/* Where the portal keeps it with the account (CON-32). */
static bool put_choice(struct gate *g, struct json_out *j, struct err *e)
{
	struct str value;
	if (!consent_account_get(g->v.at.site->consent, g->v.at.tenant->id, g->v.session->account, g->v.arena, &value, e)) return false;
	if (value.n) json_member(j, "cookies_preferences", value);
	return true;
}

/* What other rooms keep of the account: members of one object. */
static bool put_others(struct gate *g, struct buf *b, struct err *e)
{
	struct engage_scene s = gate_engage(g);
	struct json_out j = JSON_OUT(b);
	json_open(&j, '{');
	bool ok = put_sessions(g, &j, e) && put_choice(g, &j, e) && gate_put_saved(g, &j, e) && gate_put_programs(g, &j, e) && engage_export(&s, &j, e);
	json_close(&j, '}');
	return ok && (!b->over || err_set(e, ERR_TOO_LARGE, "the export is larger than can be sent at once"));
}

static bool export(struct gate *g, struct err *e)
{
	auto_buf others = BUF_INIT(EXPORT_BYTES), b = BUF_INIT(EXPORT_BYTES);
	if (!put_others(g, &others, e)) return false;
	struct str more = str_sub(buf_str(&others), 1, others.n - 2); /* without the braces */
	if (!account_export(&g->scene, g->v.session->account, &b, more, e)) return false;
	struct str name = arena_printf(g->v.arena, "attachment; filename=\"account-%.*s.json\"", STR_ARG(g->v.at.tenant->host));
	httpd_reply_type(g->v.reply, STR("application/json"));
	if (!httpd_reply_header(g->v.reply, STR("Content-Disposition"), name, e)) return false;
	httpd_reply_take(g->v.reply, &b);
	return true;
}

static bool leave(struct gate *g, bool *left, struct err *e)
{
	if (!visitor_field_on(&g->form, STR("sure"))) {
		gate_complain(g, "sure", N_("Please say that you are sure."));
		return true;
	}
	struct oauth_scene o = gate_oauth_scene(g);
	if (!account_leave(&g->scene, g->v.session->account, e)) return gate_refused(g, "", e);
	/* Undoing brings back the account, not what was let in. */
	if (!oauth_take_back(&o, g->v.session->account, 0, "account_deleted", e)) return false;
	*left = true;
	return true;
}

static bool show(struct gate *g, struct err *e)
{
	struct html *h = &g->page.h;
	gate_open_own(g, N_("My data"), GATE_DATA);
	html_panel_open(h, "export", N_("Have a copy"), N_("Everything this portal keeps about your account, as a file that programs can read (JSON)."));
	html_form_open(h, &(struct html_form){ .visit = &g->v, .plain = true });
	html_hidden(h, "do", STR("export"));
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Download my data") });
	html_buttons_close(h);
	html_form_close(h);
	html_panel_close(h);
	html_panel_open(h, "delete", N_("Delete the account"), N_("Sessions, API keys and memberships end at once; everything else is erased after seven days. Until then a link in the letter we send undoes it."));
	gate_form_open(g, NULL);
	html_hidden(h, "do", STR("delete"));
	html_check(h, &(struct html_check){ .name = "sure", .label = N_("Yes, delete my account at this portal"), .required = true });
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = HTML_DANGER, .label = N_("Delete the account") });
	html_buttons_close(h);
	html_form_close(h);
	html_panel_close(h);
	return gate_close(g, e);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_gate struct gate g = { 0 };
	bool left = false;
	if (!gate_enter_own(&g, r, p, app, e)) return false;
	if (r->method == HTTPD_POST) {
		enum gate_posted how = gate_posted(&g, e);
		if (how == GATE_FAILED || !visitor_fresh(&g.v, e)) return false;
		if (how == GATE_GOOD && str_eq(gate_field(&g, "do"), STR("export"))) return export(&g, e);
		if (how == GATE_GOOD && !leave(&g, &left, e)) return false;
		/* Its sessions are dead by its epoch; what is left is to take the cookies back. */
		if (left) return visitor_sign_out(&g.v, e) && gate_go(&g, STR("/login/"), "deleted", e);
	}
	return show(&g, e);
}

const struct httpd_route gate_data = { .method = HTTPD_GET, .pattern = "/account/data/", .run = run };
const struct httpd_route gate_data_post = { .method = HTTPD_POST, .pattern = "/account/data/", .run = run };

static bool run_undo(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_gate struct gate g = { 0 };
	struct account_bearer b;
	if (!gate_enter(&g, r, p, app, e)) return false;
	g.secret = r->holes[0];
	if (!account_pass_read(&g.scene, ACCOUNT_PASS_DELETE_UNDO, g.secret, &b, e)) return gate_gone(&g, STR("/login/"), e);
	if (r->method == HTTPD_POST) {
		enum gate_posted how = gate_posted(&g, e);
		if (how == GATE_FAILED) return false;
		if (how == GATE_GOOD)
			return account_pass_apply(&g.scene, ACCOUNT_PASS_DELETE_UNDO, g.secret, e) ? gate_go(&g, STR("/login/"), "undone", e) : gate_gone(&g, STR("/login/"), e);
	}
	gate_open(&g, N_("Keep my account"));
	gate_paragraph(&g, N_("Your account comes back with its address and password. API keys, links to other sign-ins and memberships of groups do not."));
	gate_form_open(&g, NULL);
	gate_submit(&g, N_("Keep my account"));
	return gate_close(&g, e);
}

const struct httpd_route gate_undo = { .method = HTTPD_GET, .pattern = "/account/data/undo/{token}", .run = run_undo };
const struct httpd_route gate_undo_post = { .method = HTTPD_POST, .pattern = "/account/data/undo/{token}", .run = run_undo };
