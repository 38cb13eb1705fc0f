/* Programs that may ask people to be let in (OAuth 2.0): registered with the exact addresses that answers go to, and with what they may
 * ask for at most. A secret is shown once. A program may work by itself only in the name of whoever says so here: nobody's name is lent
 * by somebody else. */
#include "back/people.h"

#define HOME "/backoffice/programs/"

struct scene {
	struct visit *visit;
	struct oauth_scene o;
	struct oauth_program program; /* id 0: a new one */
};

static struct oauth_scene scene_of(struct visit *v)
{
	return (struct oauth_scene){ .o = v->at.site->oauth, .t = v->at.tenant->id, .client = v->request->client, .by = v->who.account, .arena = v->arena };
}

/* --- the list ------------------------------------------------------------------------------------------------- */

static void put_row(struct html *h, struct html_table *t, const struct scene *s, const struct oauth_program *p)
{
	html_row_open(h, t);
	html_cell_open(h, t);
	html_lit(h, "<a href=\"" HOME);
	html_int(h, p->id);
	html_lit(h, "/\"><bdi>");
	html_text(h, p->name);
	html_lit(h, "</bdi></a><small><code dir=\"ltr\">");
	html_text(h, p->client);
	html_lit(h, "</code></small>");
	html_cell_close(h, t);
	html_cell_open(h, t);
	html_say(h, p->secret ? N_("On a server, with a secret") : N_("On people's devices, without a secret"));
	html_cell_close(h, t);
	html_cell_count(h, t, p->people);
	html_cell_open(h, t);
	back_put_day(h, p->last_day);
	html_cell_close(h, t);
	html_row_close(h, t);
	(void)s;
}

static bool run_list(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	static const struct html_column columns[] = { { .title = N_("Program"), .main = true }, { .title = N_("Where it runs") }, { .title = N_("People"), .number = true },
		{ .title = N_("Last used") } };
	struct html_table t = { .caption = N_("Programs"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	auto_visit v = { 0 };
	struct oauth_program *list;
	size_t n;
	if (!back_enter(app, r, p, VIEW_OFFICE_PROGRAMS, 0, &v, e))
		return back_answered(p, e);
	struct scene s = { .visit = &v, .o = scene_of(&v) };
	if (!oauth_program_list(&s.o, &list, &n, e))
		return false;
	auto_page page = back_page(&v, N_("Programs"), HOME);
	view_office_open(&page, VIEW_OFFICE_PROGRAMS);
	struct html *h = &page.h;
	const struct html_button add = { .label = N_("Register a program"), .icon = ICON_PLUS, .with_icon = true, .href = STR(HOME "new/") };
	html_heading_open(h, page.title, N_("Programs that people can let in to work in their name, within what you allow here."));
	if (n)
		html_button(h, &add);
	html_heading_close(h);
	back_said(&page, r);
	if (n)
		html_table_open(h, &t);
	for (size_t i = 0; i < n; i++)
		put_row(h, &t, &s, &list[i]);
	if (n)
		html_table_close(h, &t);
	else
		html_empty(h, N_("No program yet"), N_("A program that only reads open data needs none of this. One that works in people's names is registered here first."), &add);
	return view_close(&page, e);
}

BACK_PAGE(programs, HOME, run_list);

/* --- the form ------------------------------------------------------------------------------------------------- */

static struct str lines_of(const struct scene *s)
{
	struct str all = STR("");
	for (size_t i = 0; i < s->program.nredirects; i++)
		all = arena_printf(s->visit->arena, "%.*s%.*s\n", STR_ARG(all), STR_ARG(s->program.redirects[i]));
	return all;
}

static void put_kind(struct html *h, const struct scene *s)
{
	static const struct html_option kinds[] = {
		{ .value = { "server", 6 }, .message = N_("On a server, with a secret"), .hint = N_("The secret stays on the server.") },
		{ .value = { "device", 6 }, .message = N_("On people's devices, without a secret"), .hint = N_("An app, a script of a page, a program on a desk: whatever it holds, others can read.") } };
	if (!s->program.id)
		html_choice(h, &(struct html_choice){ .kind = HTML_RADIOS, .name = "kind", .label = N_("Where it runs"), .options = kinds, .noptions = 2,
			.value = s->program.secret ? STR("server") : STR("device"), .required = true });
}

static void put_scopes(struct html *h, const struct scene *s)
{
	struct html_option options[ACCOUNT_PERMISSIONS + 1];
	size_t n = 0;
	options[n++] = (struct html_option){ .value = STR("all"), .message = N_("Everything that the person may do, now and later"), .on = s->program.scopes == UINT64_MAX };
	for (unsigned i = 0; i < ACCOUNT_PERMISSIONS; i++) {
		const struct account_permission_row *row = account_permission_row((enum account_permission)i);
		options[n++] = (struct html_option){ .value = str_of(row->name), .message = row->sentence, .on = s->program.scopes != UINT64_MAX && (s->program.scopes & ACCOUNT_BIT(i)) };
	}
	html_choice(h, &(struct html_choice){ .kind = HTML_CHECKS, .name = "scope", .label = N_("Besides reading it may ask for"),
		.hint = N_("It can never do more than the person who lets it in may."), .options = options, .noptions = n, .columns = true });
}

static bool put_alone(struct html *h, const struct scene *s, struct err *e)
{
	const struct visit *v = s->visit;
	struct account a;
	struct str hint = STR("");
	if (s->program.id && !s->program.secret)
		return true;
	if (s->program.alone && s->program.alone != v->who.account) {
		if (!account_get(v->at.site->accounts, v->at.tenant->id, s->program.alone, v->arena, &a, e))
			return false;
		hint = arena_printf(v->arena, "%.*s %.*s", STR_ARG(i18n_text(v->lang, N_("Now in the name of:"))), STR_ARG(a.email));
	}
	html_check(h, &(struct html_check){ .name = "alone", .label = N_("It may also work by itself, in my name"),
		.hint = hint.n ? NULL : N_("Only a program with a secret (client credentials). What it does then counts as done by you."), .hint_text = hint, .on = s->program.alone != 0 });
	return true;
}

static bool put_form(struct html *h, const struct scene *s, const struct visitor_form *posted, const struct html_errors *errors, struct err *e)
{
	html_form_open(h, &(struct html_form){ .visit = s->visit, .posted = posted, .errors = errors });
	html_hidden(h, "do", STR("save"));
	html_field(h, &(struct html_field){ .name = "name", .label = N_("Name"), .hint = N_("People read it when they are asked."), .value = s->program.name, .required = true, .most = OAUTH_NAME });
	html_field(h, &(struct html_field){ .name = "about", .label = N_("What it is for"), .hint = N_("One sentence; people read it, too."), .value = s->program.about, .most = OAUTH_ABOUT });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_URL, .name = "site", .label = N_("Page about it"), .value = s->program.site, .most = OAUTH_URL });
	put_kind(h, s);
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "redirects", .label = N_("Addresses to answer to"), .code = true, .value = lines_of(s), .rows = 3,
		.hint = N_("One a line, exactly as the program sends it: https://app.example.org/done. On one's own machine http://127.0.0.1/done, whatever the port.") });
	put_scopes(h, s);
	if (!put_alone(h, s, e))
		return false;
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .label = s->program.id ? N_("Save") : N_("Register the program") });
	html_buttons_close(h);
	html_form_close(h);
	return true;
}

static void read_form(struct scene *s, const struct visitor_form *f)
{
	struct visit *v = s->visit;
	struct oauth_program *p = &s->program;
	struct str rest = visitor_field(f, STR("redirects")), line;
	VEC(struct str) list = { 0 };
	uint64_t scopes = 0, former = p->scopes;
	while (rest.n && str_cut(&rest, '\n', &line))
		if (str_trim(line).n)
			vec_push(v->arena, &list, str_trim(line));
	for (size_t i = 0; i < f->n; i++) {
		uint64_t bits = 0;
		struct str bad;
		if (str_eq(f->pairs[i].name, STR("scope")) && oauth_scopes_read(f->pairs[i].value, &bits, &bad))
			scopes |= bits;
	}
	p->name = str_trim(visitor_field(f, STR("name")));
	p->about = str_trim(visitor_field(f, STR("about")));
	p->site = str_trim(visitor_field(f, STR("site")));
	if (!p->id)
		p->secret = !str_eq(visitor_field(f, STR("kind")), STR("device"));
	p->redirects = list.p;
	p->nredirects = list.n;
	p->scopes = scopes;
	/* What is widened is no longer what another person lent their name to. */
	bool kept = p->alone && p->alone != v->who.account && !(scopes & ~former);
	p->alone = !visitor_field_on(f, STR("alone")) ? 0 : kept ? p->alone : v->who.account;
}

/* The rooms below say what is wrong in English, field by field; here it is said beside the field in the person's language. */
static bool check(struct scene *s, struct html_errors *errors)
{
	const struct oauth_program *p = &s->program;
	const struct i18n_lang *l = s->visit->lang;
	if (!p->name.n)
		html_complain(errors, l, "name", N_("Give it a name."));
	if (p->site.n && !str_starts(p->site, STR("https://")))
		html_complain(errors, l, "site", N_("The address begins with https://."));
	if (p->alone && !p->secret)
		html_complain(errors, l, "alone", N_("Only a program that keeps a secret can work by itself."));
	if (!p->nredirects && !p->alone)
		html_complain(errors, l, "redirects", N_("Without an address to answer to, nobody can let the program in."));
	for (size_t i = 0; i < p->nredirects; i++) {
		const char *why = oauth_redirect_fault(p->redirects[i], p->secret);
		if (why)
			html_complain_text(errors, STR("redirects"), arena_printf(s->visit->arena, "%.*s: %.*s", STR_ARG(p->redirects[i]), STR_ARG(i18n_text(l, why))));
	}
	return !errors->n;
}

static bool put_secret(struct scene *s, const char *secret, struct err *e)
{
	struct visit *v = s->visit;
	auto_page page = back_page(v, N_("The program is registered"), HOME);
	view_office_open(&page, VIEW_OFFICE_PROGRAMS);
	struct html *h = &page.h;
	html_heading_open(h, s->program.name, NULL);
	html_heading_close(h);
	html_facts_open(h);
	html_fact_open(h, N_("Number of the program (client_id)"));
	view_code(h, "text", s->program.client);
	html_fact_close(h);
	if (secret[0]) {
		html_fact_open(h, N_("Secret (client_secret)"));
		view_code(h, "text", str_of(secret));
		html_fact_close(h);
	}
	html_fact_open(h, N_("Where it finds the rest"));
	view_code(h, "text", arena_join(v->arena, v->origin, STR("/.well-known/oauth-authorization-server")));
	html_fact_close(h);
	html_facts_close(h);
	if (secret[0])
		html_notice(h, HTML_WARNING, N_("Copy the secret now: it is shown only this once."));
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .label = N_("Go on"), .href = STR(HOME) });
	html_buttons_close(h);
	return view_close(&page, e);
}

static bool run_new(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form = { 0 };
	struct html_errors errors = { 0 };
	char secret[OAUTH_SECRET_TEXT];
	bool taken;
	if (!back_enter(app, r, p, VIEW_OFFICE_PROGRAMS, BACK_FRESH, &v, e))
		return back_answered(p, e);
	struct scene s = { .visit = &v, .o = scene_of(&v), .program.secret = true };
	if (!back_form_taken(&v, &form, &errors, &taken, e))
		return false;
	if (taken) {
		read_form(&s, &form);
		if (check(&s, &errors)) {
			if (oauth_program_add(&s.o, &s.program, secret, e))
				return put_secret(&s, secret, e);
			if (back_complain(&v, &errors, "", e))
				return false;
			*e = (struct err){ 0 };
		}
		back_refused(&v);
	}
	auto_page page = back_page(&v, N_("Register a program"), HOME "new/");
	view_office_open(&page, VIEW_OFFICE_PROGRAMS);
	html_heading_open(&page.h, page.title, N_("You are told its number and, once, its secret afterwards."));
	html_heading_close(&page.h);
	return put_form(&page.h, &s, form.n ? &form : NULL, &errors, e) && view_close(&page, e);
}

BACK_PAGE(program_new, HOME "new/", run_new);

/* --- one program ------------------------------------------------------------------------------------------------ */

static bool obey(struct scene *s, const struct visitor_form *f, struct html_errors *errors, bool *done, struct err *e)
{
	struct visit *v = s->visit;
	char secret[OAUTH_SECRET_TEXT];
	struct str what = visitor_field(f, STR("do"));
	*done = true;
	if (str_eq(what, STR("renew")))
		return oauth_program_renew(&s->o, s->program.id, secret, e) && put_secret(s, secret, e);
	read_form(s, f);
	if (check(s, errors)) {
		if (oauth_program_change(&s->o, &s->program, e))
			return back_done(v, STR(HOME), "saved", e);
		if (back_complain(v, errors, "", e))
			return false;
		*e = (struct err){ 0 };
	}
	*done = false;
	back_refused(v);
	return true;
}

static void put_renew(struct html *h, const struct scene *s)
{
	html_form_open(h, &(struct html_form){ .visit = s->visit });
	html_hidden(h, "do", STR("renew"));
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Make a new secret") });
	html_buttons_close(h);
	html_form_close(h);
}

static bool show(struct scene *s, const struct visitor_form *posted, const struct html_errors *errors, struct err *e)
{
	auto_page page = back_page(s->visit, N_("Program"), HOME);
	struct html *h = &page.h;
	view_office_open(&page, VIEW_OFFICE_PROGRAMS);
	html_heading_open(h, s->program.name, NULL);
	html_heading_close(h);
	html_facts_open(h);
	html_fact_open(h, N_("Number of the program (client_id)"));
	view_code(h, "text", s->program.client);
	html_fact_close(h);
	html_fact(h, N_("Where it runs"), i18n_text(h->lang, s->program.secret ? N_("On a server, with a secret") : N_("On people's devices, without a secret")));
	if (s->program.secret)
		html_fact(h, N_("Secret (client_secret)"), arena_join(s->visit->arena, s->program.hint, STR("…")));
	html_facts_close(h);
	if (!put_form(h, s, posted, errors, e))
		return false;
	if (s->program.secret) {
		html_panel_open(h, "renew", N_("A new secret"), N_("The former is good no longer from that moment. Whoever let the program in need not do it again."));
		put_renew(h, s);
		html_panel_close(h);
	}
	html_panel_open(h, "remove", N_("Remove the program"), N_("Everybody's yes to it ends, and it is answered no longer."));
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = HTML_DANGER, .label = N_("Remove the program"), .href = arena_printf(s->visit->arena, HOME "%lld/remove/", (long long)s->program.id) });
	html_buttons_close(h);
	html_panel_close(h);
	return view_close(&page, e);
}

static bool run_one(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form = { 0 };
	struct html_errors errors = { 0 };
	int64_t id;
	bool taken, done;
	if (!back_enter(app, r, p, VIEW_OFFICE_PROGRAMS, BACK_FRESH, &v, e))
		return back_answered(p, e);
	struct scene s = { .visit = &v, .o = scene_of(&v) };
	if (!back_number(r->holes[0], &id))
		return err_set(e, ERR_NOT_FOUND, "There is no such program.");
	if (!oauth_program_get(&s.o, id, &s.program, e) || !back_form_taken(&v, &form, &errors, &taken, e))
		return false;
	if (taken) {
		if (!obey(&s, &form, &errors, &done, e))
			return false;
		if (done)
			return true;
	}
	return show(&s, form.n ? &form : NULL, &errors, e);
}

BACK_PAGE(program, HOME "{id}/", run_one);

/* --- removing ----------------------------------------------------------------------------------------------------- */

static bool run_remove(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form = { 0 };
	int64_t id;
	if (!back_enter(app, r, p, VIEW_OFFICE_PROGRAMS, BACK_FRESH, &v, e))
		return back_answered(p, e);
	struct scene s = { .visit = &v, .o = scene_of(&v) };
	if (!back_number(r->holes[0], &id))
		return err_set(e, ERR_NOT_FOUND, "There is no such program.");
	if (!oauth_program_get(&s.o, id, &s.program, e))
		return false;
	if (r->method == HTTPD_POST)
		return back_form(&v, &form, e) && oauth_program_remove(&s.o, id, e) && back_done(&v, STR(HOME), "removed", e);
	auto_page page = back_page(&v, N_("Remove the program"), HOME);
	view_office_open(&page, VIEW_OFFICE_PROGRAMS);
	html_heading_open(&page.h, s.program.name, NULL);
	html_heading_close(&page.h);
	html_confirm(&page.h, &(struct html_confirm){ .visit = &v, .action = r->path, .back = arena_printf(v.arena, HOME "%lld/", (long long)id),
		.sentence = i18n_text(v.lang, N_("Everybody's yes to it ends, and it is answered no longer.")), .button = N_("Remove the program") });
	return view_close(&page, e);
}

BACK_PAGE(program_remove, HOME "{id}/remove/", run_remove);
