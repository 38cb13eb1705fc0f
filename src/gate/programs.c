/* The programs that one let in, and the button that takes it back. */
#include "gate/inside.h"

static void put_one(struct gate *g, struct html_table *t, const struct oauth_let *l)
{
	struct html *h = &g->page.h;
	html_row_open(h, t);
	html_cell_open(h, t);
	html_lit(h, "<bdi>");
	html_text(h, l->program.name);
	html_lit(h, "</bdi>");
	html_cell_close(h, t);
	html_cell_open(h, t);
	gate_put_scopes(h, l->scopes, g->v.who.who.permissions);
	html_cell_close(h, t);
	html_cell_open(h, t);
	html_date(h, l->since.us, g->v.zone, false);
	html_cell_close(h, t);
	html_cell_open(h, t);
	html_date(h, l->last_day * INT64_C(86400000000), clock_utc(), false);
	html_cell_close(h, t);
	html_cell_open(h, t);
	html_form_open(h, &(struct html_form){ .visit = &g->v, .plain = true });
	html_hidden(h, "program", arena_printf(g->v.arena, "%lld", (long long)l->program.id));
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Take back"), .about = l->program.name, .small = true });
	html_form_close(h);
	html_cell_close(h, t);
	html_row_close(h, t);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	static const struct html_column columns[] = { { .title = N_("Program"), .main = true }, { .title = N_("What it may do") }, { .title = N_("Since") }, { .title = N_("Last used") },
		{ .title = N_("Actions"), .hide_title = true } };
	auto_gate struct gate g = { 0 };
	struct html_table t = { .caption = N_("Programs that you let in"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	struct oauth_let *list;
	size_t n;
	int64_t program;
	if (!gate_enter_own(&g, r, p, app, e)) return false;
	struct oauth_scene s = gate_oauth_scene(&g);
	if (r->method == HTTPD_POST) {
		enum gate_posted how = gate_posted(&g, e);
		if (how == GATE_FAILED) return false;
		if (how == GATE_GOOD && str_to_int(gate_field(&g, "program"), &program) && program > 0)
			return oauth_take_back(&s, g.v.session->account, program, "taken_back", e) && gate_go(&g, STR("/account/programs/"), "taken-back", e);
	}
	if (!oauth_let_list(&s, g.v.session->account, &list, &n, e)) return false;
	gate_open_own(&g, N_("Programs"), GATE_PROGRAMS);
	gate_paragraph(&g, N_("Programs that you let in work in your name. What you take back ends at once."));
	if (n) html_table_open(&g.page.h, &t);
	for (size_t i = 0; i < n; i++) put_one(&g, &t, &list[i]);
	if (n) html_table_close(&g.page.h, &t);
	else html_empty(&g.page.h, N_("No program is let in"), N_("A program that wants to work in your name sends you here, and you are asked."), NULL);
	return gate_close(&g, e);
}

const struct httpd_route gate_programs = { .method = HTTPD_GET, .pattern = "/account/programs/", .run = run };
const struct httpd_route gate_programs_post = { .method = HTTPD_POST, .pattern = "/account/programs/", .run = run };

bool gate_put_programs(struct gate *g, struct json_out *j, struct err *e)
{
	struct oauth_scene s = gate_oauth_scene(g);
	struct oauth_let *list;
	size_t n;
	if (!oauth_let_list(&s, g->v.session->account, &list, &n, e)) return false;
	json_key(j, STR("programs"));
	json_open(j, '[');
	for (size_t i = 0; i < n; i++) {
		json_open(j, '{');
		json_member(j, "name", list[i].program.name);
		json_member(j, "scope", oauth_scopes_text(g->v.arena, list[i].scopes));
		json_key(j, STR("since"));
		json_value(j);
		buf_put_char(j->b, '"');
		clock_put_instant(j->b, list[i].since.us, clock_utc());
		buf_put_char(j->b, '"');
		json_close(j, '}');
	}
	json_close(j, ']');
	return true;
}
