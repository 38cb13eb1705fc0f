/* Inviting people: a list of addresses as it was pasted, and what they may do. Each address stands for itself: those that cannot
 * be invited stay in the box with the reason, the others get their letter. */
#include "back/people.h"
#include "mail/mail.h"

enum { INVITE_MOST = 200 };

struct outcome {
	struct str left;      /* addresses that stay in the box, a line each */
	size_t sent, refused;
};

/* What could not be invited stays in the box. One error for it: the first few with their reasons. */
static void refuse(struct visit *v, struct str what, const char *reason, struct outcome *out, struct html_errors *errors)
{
	out->refused++;
	out->left = arena_printf(v->arena, "%.*s%.*s\n", STR_ARG(out->left), STR_ARG(what));
	if (out->refused > 5)
		return;
	struct str said = errors->n ? errors->items[0].text : STR("");
	struct str line = arena_printf(v->arena, "%.*s%s%.*s %.*s.", STR_ARG(said), said.n ? " " : "", STR_ARG(what), STR_ARG(i18n_text(v->lang, reason)));
	errors->n = 0;
	html_complain_text(errors, STR("addresses"), line);
}

static bool invite_one(struct visit *v, const struct back_profile *p, struct str address, struct outcome *out, struct html_errors *errors, struct err *e)
{
	struct account_scene scene = back_scene(v);
	struct account_invitation i = { .email = address, .role = p->role, .own = p->own, .expires = p->expires, .groups = p->groups, .ngroups = p->ngroups,
		.language = v->lang_code };
	int64_t account;
	struct err why = { 0 };
	if (account_invite(&scene, &i, &account, &why)) {
		out->sent++;
		return true;
	}
	if (why.code != ERR_CONFLICT && why.code != ERR_PARAMETER) {
		*e = why;
		return false;
	}
	refuse(v, address, why.code == ERR_CONFLICT ? N_("has an account here already") : N_("is not an e-mail address"), out, errors);
	return true;
}

/* Whether a list that was pasted has the address already: people are invited once, however often they stand there. */
static bool stands_before(struct str list, struct str address)
{
	struct str rest = list, word;
	while (back_next_word(&rest, &word) && word.p < address.p)
		if (str_eq_nocase(word, address))
			return true;
	return false;
}

/* Whether a word is an address, or was meant as one. Other words are the names that some programs put beside addresses. */
static bool is_meant(struct str word)
{
	ptrdiff_t dot = str_find_char(word, '.');
	return str_find_char(word, '@') >= 0 || (dot > 1 && (size_t)dot + 2 < word.n);
}

/* The next entry: up to the end of a line, a comma or a semicolon. A comma may stand in a name: "Doe, Jane <jane@example.org>". */
static bool next_entry(struct str *rest, struct str *entry)
{
	if (!rest->n)
		return false;
	size_t end = 0, comma = SIZE_MAX;
	while (end < rest->n && rest->p[end] != '\n' && rest->p[end] != ';' && !(rest->p[end] == ',' && comma != SIZE_MAX)) {
		if (rest->p[end] == ',') {
			struct str after = str_from(*rest, end);
			ptrdiff_t open = str_find_char(after, '<'), stop = str_find_char(after, '\n'), at = str_find_char(str_sub(*rest, 0, end), '@');
			if (at >= 0 || open < 0 || (stop >= 0 && stop < open))
				break;
			comma = end;
		}
		end++;
	}
	*entry = str_trim(str_sub(*rest, 0, end));
	*rest = str_from(*rest, num_min(end + 1, rest->n));
	return true;
}

static bool invite_all(struct visit *v, const struct visitor_form *f, const struct back_profile *p, struct outcome *out, struct html_errors *errors,
                       struct err *e)
{
	const struct str list = visitor_field(f, STR("addresses"));
	struct str rest = list, address;
	size_t n = 0;
	for (struct str count = rest; back_next_word(&count, &address);)
		n += is_meant(address);
	if (!n || n > INVITE_MOST) {
		html_complain(errors, v->lang, "addresses", n ? N_("At most 200 addresses at once.") : N_("Give at least one e-mail address."));
		return true;
	}
	for (struct str left = list, entry; next_entry(&left, &entry);) {
		bool meant = false;
		for (struct str words = entry; !meant && back_next_word(&words, &address);)
			meant = is_meant(address);
		if (entry.n && !meant)
			refuse(v, str_sub(entry, 0, 200), N_("is not an e-mail address"), out, errors);
	}
	while (back_next_word(&rest, &address)) {
		if (is_meant(address) && !stands_before(list, address) && !invite_one(v, p, address, out, errors, e))
			return false;
	}
	return true;
}

static void put_form(struct html *h, struct visit *v, const struct account_group *groups, size_t ngroups, const struct visitor_form *posted,
                     const struct html_errors *errors)
{
	struct back_profile fresh = { .role = STR("member") };
	html_panel_open(h, NULL, NULL, NULL);
	html_form_open(h, &(struct html_form){ .visit = v, .action = STR("/backoffice/invite/"), .posted = posted, .errors = errors });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "addresses", .label = N_("E-mail addresses"), .rows = 5, .required = true,
		.hint = N_("One on each line, or with commas between them. Each gets a letter of its own with a link that is good for 7 days.") });
	back_put_profile(h, v, &fresh, groups, ngroups);
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .label = N_("Send the invitations"), .icon = ICON_MAIL, .with_icon = true });
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Cancel"), .href = STR("/backoffice/users/") });
	html_buttons_close(h);
	html_form_close(h);
	html_panel_close(h);
}

/* What was posted, with only those addresses left that could not be invited. */
static struct visitor_form without_sent(struct arena *a, const struct visitor_form *f, struct str left)
{
	struct httpd_pair *pairs = arena_array(a, struct httpd_pair, f->n + 1);
	for (size_t i = 0; i < f->n; i++) {
		pairs[i] = f->pairs[i];
		if (str_eq(pairs[i].name, STR("addresses")))
			pairs[i].value = left;
	}
	return (struct visitor_form){ .pairs = pairs, .n = f->n };
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form;
	struct html_errors errors = { 0 };
	struct outcome done = { 0 };
	struct account_group *groups;
	size_t ngroups;
	bool posted = r->method == HTTPD_POST;
	if (!back_enter(app, r, p, VIEW_OFFICE_USERS, 0, &v, e))
		return back_answered(p, e);
	if (!account_group_list(v.at.site->accounts, v.at.tenant->id, v.arena, &groups, &ngroups, e))
		return false;
	if (posted) {
		struct back_profile former = { .role = STR("member") }, asked;
		bool taken = back_form_kept(&v, &form, &errors, e);
		if (!taken && !errors.n)
			return false;
		if (taken)
			back_read_profile(&v, &form, &former, groups, ngroups, &asked, &errors);
		if (!errors.n && back_fresh_form(&v, &errors) && !invite_all(&v, &form, &asked, &done, &errors, e))
			return false;
		if (!errors.n)
			return back_done(&v, STR("/backoffice/users/?state=invited"), "invited", e);
		*e = (struct err){ 0 };
		if (done.sent)
			form = without_sent(v.arena, &form, done.left);
		back_refused(&v);
	}
	auto_page page = back_page(&v, N_("Invite people"), "/backoffice/invite/");
	view_office_open(&page, VIEW_OFFICE_USERS);
	struct html *h = &page.h;
	const struct view_crumb crumbs[] = { { i18n_text(v.lang, N_("Users")), STR("/backoffice/users/") }, { page.title, STR("") } };
	view_crumbs(h, crumbs, COUNT_OF(crumbs));
	html_heading_open(h, page.title, N_("They choose a name and a password themselves; nobody else ever sees it."));
	html_heading_close(h);
	back_put_stale(&page, &errors);
	if (done.sent) {
		html_notice_open(h, HTML_SUCCESS);
		html_lit(h, "<p>");
		html_say_plural(h, N2_("{0} invitation is on its way.", "{0} invitations are on their way."), (int64_t)done.sent);
		html_lit(h, "</p>");
		html_notice_close(h);
	}
	if (!mail_where(v.arena, v.at.site->conf).n)
		html_notice(h, HTML_WARNING, N_("This server has no mail server: letters wait in the queue and nobody gets them. Whoever runs the server names one in its settings (smtp_host, mail_from)."));
	put_form(h, &v, groups, ngroups, posted ? &form : NULL, &errors);
	return view_close(&page, e);
}

BACK_PAGE(invite, "/backoffice/invite/", run);
