/* Saved ways to other servers: addresses and secrets that several sources use. A secret is written once and never shown again; an empty box leaves it as
 * it is. Who may use one is its maker, administrators, and those it is shared with. */
#include "back/security.h"
#include "fetch/fetch.h"

static const struct kind { const char *type, *label, *boxes; } kinds[] = {
	{ "http", N_("Web (HTTP)"), "url auth username password headers" },
	{ "ftp", N_("FTP, FTPS or SFTP"), "url username password" },
	{ "amazon_s3", N_("Bucket (S3)"), "url access_key_id secret_access_key region" },
	{ "postgresql", N_("PostgreSQL"), "host port database username password" } };

static const struct box { const char *name, *label, *hint; bool secret, auth; enum html_kind kind; } boxes[] = {
	{ "url", N_("Address"), N_("The beginning that all sources share, such as https://files.example.org/open/"), false, false, HTML_FIELD_TEXT },
	{ "username", N_("User name"), NULL, false, true, HTML_FIELD_TEXT },
	{ "password", N_("Password"), NULL, true, true, HTML_FIELD_PASSWORD },
	{ "access_key_id", N_("Access key"), NULL, false, true, HTML_FIELD_TEXT },
	{ "secret_access_key", N_("Secret key"), NULL, true, true, HTML_FIELD_PASSWORD },
	{ "region", N_("Region"), NULL, false, true, HTML_FIELD_TEXT },
	{ "host", N_("Host"), NULL, false, false, HTML_FIELD_TEXT },
	{ "port", N_("Port"), N_("Empty: 5432."), false, false, HTML_FIELD_TEXT },
	{ "database", N_("Database"), NULL, false, false, HTML_FIELD_TEXT },
	{ "headers", N_("Headers"), N_("One a line: Name: value. They count as secrets."), true, false, HTML_FIELD_AREA } };

static const struct kind *kind_of(struct str type)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (str_eq(type, str_of(kinds[i].type)))
			return &kinds[i];
	return NULL;
}

static bool uses(const struct kind *k, const char *box)
{
	struct str rest = str_of(k->boxes), word;
	while (str_cut(&rest, ' ', &word))
		if (str_eq(word, str_of(box)))
			return true;
	return false;
}

/* --- who may --------------------------------------------------------------------------------------------------------- */

static bool may_use(struct visit *v, const struct fetch_connection *c, bool *out, struct err *e)
{
	struct fetch_share *shares;
	size_t n;
	*out = v->who.who.admin || c->created_by == v->who.account;
	if (*out)
		return true;
	if (!fetch_shares(v->at.site, v->at.tenant->id, c->uid, v->arena, &shares, &n, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		*out |= shares[i].account && shares[i].account == v->who.account;
		for (size_t k = 0; shares[i].group && k < v->who.who.ngroups; k++)
			*out |= v->who.who.groups[k] == shares[i].group;
	}
	return true;
}

/* One tab a kind, where there are connections of several. */
static void put_kinds(struct html *h, struct visit *v, struct str type, const struct fetch_connection *list, size_t n)
{
	struct html_tab tabs[COUNT_OF(kinds) + 1] = { { .url = STR("/backoffice/connections/"), .label = N_("All"), .current = !type.n } };
	size_t found = 1;
	for (size_t k = 0; k < COUNT_OF(kinds); k++) {
		bool there = str_eq(type, str_of(kinds[k].type));
		for (size_t i = 0; i < n && !there; i++)
			there = str_eq(list[i].type, str_of(kinds[k].type));
		if (there)
			tabs[found++] = (struct html_tab){ .url = arena_printf(v->arena, "/backoffice/connections/?type=%s", kinds[k].type), .label = kinds[k].label,
				.current = str_eq(type, str_of(kinds[k].type)) };
	}
	if (found > 2 || type.n)
		html_tabs(h, N_("Kind"), tabs, found);
}

/* --- the list -------------------------------------------------------------------------------------------------------- */

static bool run_list(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	static const struct html_column columns[] = { { .title = N_("Name"), .main = true }, { .title = N_("Kind") }, { .title = N_("Datasets"), .number = true }, { .title = N_("Changed") } };
	struct html_table t = { .caption = N_("Connections"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	auto_visit v = { 0 };
	struct fetch_connection *list;
	size_t n, shown = 0;
	if (!back_enter(app, r, p, VIEW_OFFICE_CONNECTIONS, 0, &v, e))
		return back_answered(p, e);
	if (!fetch_connections(v.at.site, v.at.tenant->id, v.arena, &list, &n, e))
		return false;
	auto_page page = back_page(&v, N_("Connections"), "/backoffice/connections/");
	view_office_open(&page, VIEW_OFFICE_CONNECTIONS);
	struct html *h = &page.h;
	html_heading_open(h, page.title, N_("Addresses and passwords of other servers, kept sealed and shared by several sources."));
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = kinds[i].label, .icon = ICON_PLUS, .with_icon = true, .href = arena_printf(v.arena, "/backoffice/connections/new/?type=%s", kinds[i].type) });
	html_heading_close(h);
	back_said(&page, r);
	const struct str *asked = httpd_query_or_null(r, STR("type"));
	struct str type = asked && kind_of(*asked) ? *asked : STR("");
	put_kinds(h, &v, type, list, n);
	for (size_t i = 0; i < n; i++) {
		bool may;
		if (type.n && !str_eq(list[i].type, type))
			continue;
		if (!may_use(&v, &list[i], &may, e))
			return false;
		if (!may)
			continue;
		if (!shown++)
			html_table_open(h, &t);
		const struct kind *k = kind_of(list[i].type);
		html_row_open(h, &t);
		html_cell_open(h, &t);
		html_lit(h, "<a href=\"");
		html_url(h, arena_printf(v.arena, "/backoffice/connections/%.*s/", STR_ARG(list[i].uid)));
		html_lit(h, "\"><bdi>");
		html_text(h, list[i].name.n ? list[i].name : list[i].uid);
		html_lit(h, "</bdi></a><small dir=\"ltr\">");
		html_text(h, list[i].url);
		html_lit(h, "</small>");
		html_cell_close(h, &t);
		html_cell_text(h, &t, k ? i18n_text(v.lang, k->label) : list[i].type);
		html_cell_count(h, &t, list[i].datasets);
		html_cell_open(h, &t);
		html_date(h, list[i].changed.us, v.zone, false);
		html_cell_close(h, &t);
		html_row_close(h, &t);
	}
	if (shown)
		html_table_close(h, &t);
	else
		html_empty(h, N_("No connections yet"), N_("A source can hold its own address. A connection is for those that several sources share, or that need a password."), NULL);
	return view_close(&page, e);
}

const struct httpd_route back_connections = { .method = HTTPD_GET, .pattern = "/backoffice/connections/", .run = run_list };

/* --- one ---------------------------------------------------------------------------------------------------------------- */

struct scene {
	struct visit *visit;
	struct fetch_connection now;   /* uid empty: a new one */
	const struct kind *kind;
	struct str path;
};

static struct str stored(const struct scene *s, const char *box, bool auth)
{
	auto_json *doc = NULL;
	struct err ignored = { 0 };
	if (!s->now.json.n || !json_read(s->now.json, &doc, &ignored))
		return STR("");
	const struct json_node *o = auth ? json_get(json_root(doc), "auth") : json_root(doc);
	return arena_str(s->visit->arena, json_text(json_get(o, box)));
}

static void put_headers(struct json_out *j, struct str text)
{
	struct str line;
	json_key(j, STR("headers"));
	json_open(j, '[');
	while (text.n && str_cut(&text, '\n', &line)) {
		ptrdiff_t colon = str_find_char(line, ':');
		if (colon <= 0)
			continue;
		json_open(j, '{');
		json_member(j, "name", str_trim(str_sub(line, 0, (size_t)colon)));
		json_member(j, "value", str_trim(str_from(line, (size_t)colon + 1)));
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_auth(struct json_out *j, const struct scene *s, const struct visitor_form *f)
{
	bool basic = uses(s->kind, "username"), s3 = uses(s->kind, "access_key_id");
	struct str user = visitor_field(f, STR("username"));
	if (!basic && !s3)
		return;
	json_key(j, STR("auth"));
	if (basic && !str_trim(user).n && !visitor_field(f, STR("password")).n) {
		json_put_null(j);
		return;
	}
	json_open(j, '{');
	json_member(j, "type", basic ? STR("basic_auth") : STR("aws_signature_v4"));
	for (size_t i = 0; i < COUNT_OF(boxes); i++) {
		struct str value = visitor_field(f, str_of(boxes[i].name));
		if (!boxes[i].auth || !uses(s->kind, boxes[i].name))
			continue;
		json_key(j, str_of(boxes[i].name));
		if (boxes[i].secret && !value.n)
			json_put_null(j);
		else
			json_put(j, boxes[i].secret ? value : str_trim(value));
	}
	json_close(j, '}');
}

static struct str form_json(const struct scene *s, const struct visitor_form *f)
{
	auto_buf b = BUF_INIT(64 << 10);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_member(&j, "type", str_of(s->kind->type));
	json_member(&j, "name", str_trim(visitor_field(f, STR("name"))));
	json_member_bool(&j, "is_reusable", true);
	if (uses(s->kind, "url"))
		json_member(&j, "url", str_trim(visitor_field(f, STR("url"))));
	static const char *const plain[] = { "host", "port", "database" };
	for (size_t i = 0; i < COUNT_OF(plain); i++) {
		struct str text = str_trim(visitor_field(f, str_of(plain[i])));
		if (!uses(s->kind, plain[i]) || !text.n)
			continue;
		json_key(&j, str_of(plain[i]));
		json_put(&j, text);
	}
	if (uses(s->kind, "headers") && str_trim(visitor_field(f, STR("headers"))).n)
		put_headers(&j, visitor_field(f, STR("headers")));
	put_auth(&j, s, f);
	json_close(&j, '}');
	return arena_str(s->visit->arena, buf_str(&b));
}

static void note_faults(struct scene *s, const struct process_faults *faults, struct html_errors *errors)
{
	(void)s;
	for (size_t i = 0; i < faults->list.n; i++) {
		struct str path = faults->list.p[i].path;
		ptrdiff_t slash = str_rfind_char(path, '/');
		html_complain_text(errors, slash < 0 ? path : str_from(path, (size_t)slash + 1), faults->list.p[i].message);
	}
}

static bool complain(struct scene *s, struct html_errors *errors, struct err *e)
{
	if (e->code == ERR_DISK_FULL || e->code == ERR_SYSTEM)
		return false;
	if (!errors->n)
		html_complain_text(errors, STR(""), arena_str(s->visit->arena, str_of(e->pub)));
	*e = (struct err){ 0 };
	back_refused(s->visit);
	return false;
}

static bool try_out(struct scene *s, const struct json_node *json, struct html_errors *errors, bool *tried, struct err *e)
{
	*tried = fetch_connection_try(s->visit->at.site, s->visit->at.tenant->id, json, s->now.uid, e);
	return *tried ? false : complain(s, errors, e);
}

static bool share(struct scene *s, const struct visitor_form *f, struct html_errors *errors, struct err *e)
{
	struct fetch_share who = { 0 };
	struct str word = visitor_field(f, STR("who"));
	bool off = str_starts(word, STR("-"));
	if (!back_who_read(off ? str_from(word, 1) : word, &who.account, &who.group) || (!who.account && !who.group))
		return html_complain(errors, s->visit->lang, "who", N_("Please choose somebody."));
	return fetch_share_set(s->visit->at.site, s->visit->at.tenant->id, s->now.uid, who, !off, e) && back_done(s->visit, s->path, "saved-now", e);
}

static bool obey(struct scene *s, const struct visitor_form *f, struct html_errors *errors, bool *tried, struct err *e)
{
	struct visit *v = s->visit;
	struct str what = visitor_field(f, STR("do"));
	struct process_faults faults = { .arena = v->arena };
	struct fetch_connection made;
	auto_json *doc = NULL;
	if (str_eq(what, STR("share")))
		return share(s, f, errors, e);
	if (str_eq(what, STR("remove")))
		return fetch_connection_remove(v->at.site, v->at.tenant->id, s->now.uid, e) ? back_done(v, STR("/backoffice/connections/"), "removed", e) : complain(s, errors, e);
	if (!str_trim(visitor_field(f, STR("name"))).n)
		html_complain(errors, v->lang, "name", N_("The connection needs a name."));
	if (errors->n || !json_read(form_json(s, f), &doc, e)) {
		back_refused(v);
		return false;
	}
	if (str_eq(what, STR("try")))
		return try_out(s, json_root(doc), errors, tried, e);
	if (fetch_connection_write(v->at.site, v->at.tenant->id, s->now.uid, json_root(doc), v->who.account, v->arena, &made, &faults, e)) {
		visitor_note(v, EVENT_SETTINGS_CHANGED, STR("connection"), made.uid);
		return back_done(v, arena_printf(v->arena, "/backoffice/connections/%.*s/", STR_ARG(made.uid)), "saved-now", e);
	}
	note_faults(s, &faults, errors);
	return complain(s, errors, e);
}

static void put_form(struct html *h, const struct scene *s, const struct visitor_form *posted, const struct html_errors *errors)
{
	html_panel_open(h, "connection", N_("The connection"), NULL);
	html_form_open(h, &(struct html_form){ .visit = s->visit, .action = s->path, .posted = posted, .errors = errors });
	html_field(h, &(struct html_field){ .name = "name", .label = N_("Name"), .value = s->now.name, .required = true, .most = 200 });
	for (size_t i = 0; i < COUNT_OF(boxes); i++) {
		const struct box *b = &boxes[i];
		if (!uses(s->kind, b->name))
			continue;
		bool kept = b->secret && s->now.uid.n;
		html_field(h, &(struct html_field){ .kind = b->kind, .name = b->name, .label = b->label, .hint = kept ? N_("It is kept sealed. Leave this empty to keep it; what you write replaces it.") : b->hint,
			.value = b->secret ? STR("") : stored(s, b->name, b->auth), .autocomplete = b->kind == HTML_FIELD_PASSWORD ? "new-password" : NULL, .code = !b->auth });
	}
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .label = N_("Save"), .name = "do", .value = STR("save") });
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Try it out"), .name = "do", .value = STR("try") });
	html_buttons_close(h);
	html_form_close(h);
	html_panel_close(h);
}

static bool put_shares(struct html *h, const struct scene *s, struct err *e)
{
	struct visit *v = s->visit;
	struct fetch_share *shares;
	struct back_people people;
	size_t n;
	if (!fetch_shares(v->at.site, v->at.tenant->id, s->now.uid, v->arena, &shares, &n, e) || !back_people(v, v->arena, &people, e))
		return false;
	html_panel_open(h, "shares", N_("Shared with"), N_("They can use it in their datasets; they see its address, never its secrets."));
	html_put_literal(h, n ? STR("<ul>") : STR(""));
	for (size_t i = 0; i < n; i++) {
		struct str name = back_person(&people, v->arena, shares[i].account, shares[i].group);
		html_lit(h, "<li><bdi>");
		html_text(h, name);
		html_lit(h, "</bdi> ");
		html_form_open(h, &(struct html_form){ .visit = v, .plain = true, .action = s->path });
		html_hidden(h, "do", STR("share"));
		html_hidden(h, "who", shares[i].account ? arena_printf(v->arena, "-a%lld", (long long)shares[i].account) : arena_printf(v->arena, "-g%lld", (long long)shares[i].group));
		html_button(h, &(struct html_button){ .weight = HTML_PLAIN, .small = true, .label = N_("Remove"), .about = name });
		html_form_close(h);
		html_lit(h, "</li>");
	}
	html_put_literal(h, n ? STR("</ul>") : STR(""));
	html_form_open(h, &(struct html_form){ .visit = v, .action = s->path, .inline_ = true });
	html_hidden(h, "do", STR("share"));
	back_put_who(h, v, &people, STR(""), false);
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Share") });
	html_form_close(h);
	html_panel_close(h);
	html_panel_open(h, "remove", N_("Remove"), NULL);
	if (s->now.datasets > 0) {
		html_lit(h, "<p>");
		html_say_plural(h, N2_("{0} dataset uses it: choose another source there first.", "{0} datasets use it: choose another source there first."), s->now.datasets);
		html_lit(h, "</p>");
	} else {
		html_form_open(h, &(struct html_form){ .visit = v, .action = s->path });
		html_hidden(h, "do", STR("remove"));
		html_buttons_open(h);
		html_button(h, &(struct html_button){ .weight = HTML_DANGER, .label = N_("Remove the connection") });
		html_buttons_close(h);
		html_form_close(h);
	}
	html_panel_close(h);
	return true;
}

static bool find(struct scene *s, struct httpd_request *r, struct err *e)
{
	struct visit *v = s->visit;
	const struct str *type = httpd_query_or_null(r, STR("type"));
	bool may;
	if (str_eq(r->holes[0], STR("new"))) {
		s->kind = type ? kind_of(*type) : NULL;
		if (!s->kind)
			s->kind = &kinds[0];
		s->path = arena_printf(v->arena, "/backoffice/connections/new/?type=%s", s->kind->type);
		return true;
	}
	if (!fetch_connection_read(v->at.site, v->at.tenant->id, r->holes[0], v->arena, &s->now, e) || !may_use(v, &s->now, &may, e))
		return false;
	s->kind = kind_of(s->now.type);
	s->path = arena_printf(v->arena, "/backoffice/connections/%.*s/", STR_ARG(s->now.uid));
	return (may && s->kind) || err_set(e, ERR_NOT_FOUND, "There is no such connection.");
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form = { 0 };
	struct html_errors errors = { 0 };
	struct scene s = { .visit = &v };
	bool taken, tried = false;
	if (!back_enter(app, r, p, VIEW_OFFICE_CONNECTIONS, 0, &v, e))
		return back_answered(p, e);
	if (!find(&s, r, e) || !back_form_taken(&v, &form, &errors, &taken, e))
		return false;
	if (taken && obey(&s, &form, &errors, &tried, e))
		return true;
	if (taken && !errors.n && !tried)
		return false;
	auto_page page = { .visit = &v, .title = s.now.name.n ? s.now.name : i18n_text(v.lang, N_("A new connection")), .path = s.path };
	view_office_open(&page, VIEW_OFFICE_CONNECTIONS);
	struct html *h = &page.h;
	html_heading_open(h, page.title, s.kind->label);
	html_heading_close(h);
	back_said(&page, r);
	if (tried)
		html_notice(h, HTML_SUCCESS, N_("The server answers. Nothing is saved yet."));
	put_form(h, &s, form.n ? &form : NULL, &errors);
	return (!s.now.uid.n || put_shares(h, &s, e)) && view_close(&page, e);
}

const struct httpd_route back_connection = { .method = HTTPD_GET, .pattern = "/backoffice/connections/{connection}/", .run = run };
const struct httpd_route back_connection_post = { .method = HTTPD_POST, .pattern = "/backoffice/connections/{connection}/", .body_max = 64 * 1024, .run = run };
