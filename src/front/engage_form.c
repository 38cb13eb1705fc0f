/* The parts of forms that anybody may send: the token, the judge of engage/, and what is around the fields. */
#include "front/engage.h"

struct engage_scene front_engage(const struct visit *v)
{
	return (struct engage_scene){ .site = v->at.site, .tenant = v->at.tenant, .origin = v->origin, .lang = v->lang, .client = v->request->client,
		.by = v->session ? v->session->account : 0, .arena = v->arena };
}

struct str front_form_field(const struct front_form *f, const char *name)
{
	return str_trim(visitor_field(&f->posted, str_of(name)));
}

void front_form_complain(struct front_form *f, struct visit *v, const char *field, const char *message)
{
	html_complain(&f->errors, v->lang, field, message);
	if (httpd_reply_get_status(v->reply) == 200)
		httpd_reply_status(v->reply, 422);
}

bool front_form_refused(struct front_form *f, struct visit *v, const char *field, struct err *e)
{
	if (e->code != ERR_PARAMETER && e->code != ERR_FORBIDDEN && e->code != ERR_CONFLICT)
		return false;
	front_form_complain(f, v, field, e->code == ERR_PARAMETER ? N_("Please look at this once more: it is empty, too long or not of the right form.") : N_("This is not possible here at the moment."));
	*e = (struct err){ 0 };
	return true;
}

static bool judge(struct front_form *f, struct visit *v, bool *good, struct err *e)
{
	struct engage_scene s = front_engage(v);
	enum engage_verdict verdict;
	int64_t wait_s;
	if (!engage_guard(&s, f->name, visitor_field(&f->posted, STR("stamp")), visitor_field(&f->posted, STR("website")), &verdict, &wait_s, e))
		return false;
	*good = verdict == ENGAGE_FINE;
	if (*good)
		return true;
	if (verdict == ENGAGE_OFTEN) {
		httpd_reply_status(v->reply, 429);
		if (!httpd_reply_header(v->reply, STR("Retry-After"), arena_printf(v->arena, "%lld", (long long)wait_s), e))
			return false;
	}
	front_form_complain(f, v, "", engage_verdict_sentence(verdict));
	return true;
}

bool front_form_take(struct front_form *f, struct visit *v, bool *good, struct err *e)
{
	*good = false;
	if (v->request->method != HTTPD_POST)
		return true;
	f->was_posted = true;
	if (visitor_form(v, VISITOR_TOKEN, &f->posted, e))
		return judge(f, v, good, e);
	if (!f->posted.n || !visitor_may_retry(v, e))
		return false;
	*e = (struct err){ 0 };
	httpd_reply_status(v->reply, 403);
	front_form_complain(f, v, "", N_("This page was open for too long, or you signed in or out in between, so nothing was sent. What you filled in is still here: please send it again."));
	return true;
}

bool front_form_done(struct visit *v, struct str path, struct err *e)
{
	visitor_private(v);
	return httpd_reply_redirect(v->reply, 303, arena_join(v->arena, path, STR("?done=1")), e);
}

bool front_form_is_done(const struct visit *v)
{
	return v->request->method != HTTPD_POST && httpd_query_or_null(v->request, STR("done")) != NULL;
}

size_t front_engage_datasets(const struct visit *v, struct str only, const int64_t **out)
{
	const struct dataset **seen;
	size_t n = rights_datasets(&v->at, &v->who, v->arena, &seen), found = 0;
	int64_t *ids = arena_array(v->arena, int64_t, n + 1);
	for (size_t i = 0; i < n; i++)
		if (!only.n || str_eq(seen[i]->slug, only))
			ids[found++] = seen[i]->id;
	*out = ids;
	return found;
}

/* --- around the fields -------------------------------------------------------------------------------------- */

void front_engage_open(struct view_page *p, const struct view_crumb *crumbs, size_t n, const char *sentence_or_null)
{
	struct html *h = &p->h;
	view_open(p);
	html_lit(h, "<div class=\"hero small\"><div class=\"wide\">");
	if (n)
		view_crumbs(h, crumbs, n);
	html_lit(h, "<h1><bdi>");
	html_text(h, p->title);
	html_lit(h, "</bdi></h1>");
	if (sentence_or_null) {
		html_lit(h, "<p class=\"lead\">");
		html_say(h, sentence_or_null);
		html_lit(h, "</p>");
	}
	html_lit(h, "</div></div><div class=\"wide engage\">");
}

bool front_engage_close(struct view_page *p, struct err *e)
{
	html_lit(&p->h, "</div>");
	return view_close(p, e);
}

void front_form_open(struct view_page *p, const struct front_form *f, struct str action)
{
	struct html *h = &p->h;
	struct visit *v = p->visit;
	struct engage_scene s = front_engage(v);
	html_form_open(h, &(struct html_form){ .visit = v, .action = action, .posted = f->was_posted ? &f->posted : NULL, .errors = &f->errors, .files = f->files });
	if (s.by)
		return;
	html_hidden(h, "stamp", engage_stamp(&s, f->name));
	/* Not shown, not reached by keys, not read aloud; who sees it all the same is told to leave it. */
	html_lit(h, "<div class=\"trap\" aria-hidden=\"true\"><label>");
	html_say(h, N_("Please leave this empty"));
	html_lit(h, " <input name=\"website\" tabindex=\"-1\" autocomplete=\"off\"></label></div>");
}

void front_form_person(struct view_page *p, bool address_required)
{
	struct html *h = &p->h;
	struct visit *v = p->visit;
	if (v->session) {
		html_lit(h, "<p class=\"hint\">");
		html_say_with(h, N_("You are signed in as {0}: your name and address go with it."),
		              HTML_ARG_STRONG(accounts_name(v->at.site->accounts, v->at.tenant->id, v->session->account, v->arena)));
		html_lit(h, "</p>");
		return;
	}
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_TEXT, .name = "name", .label = N_("Your name"), .autocomplete = "name", .most = ENGAGE_NAME });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_EMAIL, .name = "email", .label = N_("Your e-mail address"), .autocomplete = "email",
		.hint = address_required ? N_("Used for the answer and nothing else.") : N_("Used for the answer and nothing else. Without one nobody can answer you."),
		.most = 254, .required = address_required });
}

void front_form_close(struct view_page *p, const char *button)
{
	struct html *h = &p->h;
	html_lit(h, "<p class=\"hint\">");
	html_say_with(h, N_("What you send is read by the people who run this portal or publish the data. It is erased {0} months after the matter is closed."),
	              HTML_ARG_COUNT(tenant_number(p->visit->at.tenant, "engage.months")));
	html_lit(h, "</p>");
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .label = button });
	html_buttons_close(h);
	html_form_close(h);
}
