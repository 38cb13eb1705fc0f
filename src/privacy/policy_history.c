/* The history of the policy: every version there was, as a page and as a feed (RFC 4287). */
#include "privacy/policy_pages.h"

#include "text/text.h"

enum { FEED_BYTES = 4 << 20, COLUMNS = 5 };

static bool is_to_come(const struct policy_visit *v, const struct registry_version *x)
{
	return x->version > v->now->version && !x->replaced;
}

/* A note that a person wrote; what the server notes of itself is said in the reader's language instead. */
static bool is_own_word(const struct registry_version *x)
{
	return x->note.n && !str_eq(x->role, STR("system"));
}

static const char *state_of(const struct policy_visit *v, const struct registry_version *x)
{
	if (x->version == v->now->version)
		return N_("In force");
	if (is_to_come(v, x))
		return N_("To come");
	return x->replaced ? N_("Never in force") : N_("Superseded");
}

static void put_row(struct policy_visit *v, const struct policy_voice *voice, struct doc_block *table, size_t i)
{
	struct doc *d = voice->doc;
	const struct registry_version *x = &v->versions[i];
	struct doc_block *row = doc_add(d, table, DOC_ROW);
	struct str url = arena_printf(d->arena, "/terms/cookies-policy/v/%lld/", (long long)x->version);
	struct policy_arg number = { .kind = POLICY_COUNT, .n = x->version };
	struct policy_arg date = { .kind = POLICY_DATE, .n = x->effective.us };
	struct doc_block *cell = doc_cell(d, row, true, 1);
	policy_say_args(voice, cell, N_("Version {0}"), &number, 1);
	/* The row's words are the link to the version. */
	struct doc_link *link = arena_new(d->arena, struct doc_link);
	*link = (struct doc_link){ url, STR("") };
	for (struct doc_span *s = cell->spans; s; s = s->next)
		s->link = link;
	policy_say_args(voice, doc_cell(d, row, false, 1), "{0}", &date, 1);
	policy_say(voice, doc_cell(d, row, false, 1), state_of(v, x));
	cell = doc_cell(d, row, false, 1);
	if (is_own_word(x))
		doc_put(d, cell, x->note, DOC_APART);
	else
		policy_say(voice, cell, i ? N_("Settings of the portal changed.") : N_("First version."));
	if (i) {
		doc_put(d, cell, STR(" "), 0);
		doc_put(d, cell, i18n_text(voice->lang, x->material ? N_("Material change: consent is asked for again.") : N_("Not a material change.")), DOC_SOFT);
	}
	cell = doc_cell(d, row, false, 1);
	if (i) {
		struct str diff = arena_printf(d->arena, "/terms/cookies-policy/diff/%lld..%lld/", (long long)v->versions[i - 1].version,
		                               (long long)x->version);
		doc_put_link(d, cell, i18n_text(voice->lang, N_("Compare with the one before")), diff, STR(""));
	}
}

static bool run(struct httpd_request *r, struct httpd_reply *reply, void *app, struct err *e)
{
	static const char *const heads[COLUMNS] = { N_("Version"), N_("Effective"), N_("State"), N_("What changed"), N_("Difference") };
	auto_policy v = { 0 };
	if (!policy_enter(app, r, reply, 0, &v, e))
		return false;
	const struct i18n_lang *l = v.visit.lang;
	struct doc *d = doc_new(r->arena, i18n_text(l, N_("History of the cookies policy")), l->code, l->rtl);
	struct policy_voice voice = { d, l, v.visit.zone };
	struct doc_block *p = doc_add(d, NULL, DOC_PARAGRAPH);
	doc_put_link(d, p, i18n_text(l, N_("Cookies policy")), STR("/terms/cookies-policy/"), STR(""));
	doc_put(d, doc_heading(d, NULL, 1, STR("history")), d->title, 0);
	policy_say(&voice, doc_add(d, NULL, DOC_LEAD), N_("Every version of the policy is kept as it was. None is ever edited or deleted."));
	struct doc_block *table = doc_add(d, NULL, DOC_TABLE);
	table->columns = COLUMNS;
	policy_say(&voice, table, N_("Versions, newest first"));
	struct doc_block *head = doc_add(d, table, DOC_ROW);
	head->head = true;
	for (size_t i = 0; i < COLUMNS; i++)
		policy_say(&voice, doc_cell(d, head, true, 1), heads[i]);
	for (size_t i = v.nversions; i-- > 0;)
		put_row(&v, &voice, table, i);
	p = doc_add(d, NULL, DOC_PARAGRAPH);
	struct str feed = arena_printf(r->arena, "/terms/cookies-policy/history.atom?flg=%.*s", STR_ARG(v.visit.lang_code));
	doc_put_link(d, p, i18n_text(l, N_("Follow changes with a feed reader")), feed, STR(""));
	struct policy_page page = { .title = d->title, .path = STR("/terms/cookies-policy/history/") };
	visitor_cache_page(&v.visit, POLICY_CACHE_S);
	return policy_put_page(&v, d, &page, e);
}

static void element(struct buf *b, const char *name, struct str text)
{
	buf_printf(b, "<%s>", name);
	text_put_xml(b, text);
	buf_printf(b, "</%s>\n", name);
}

static void put_updated(struct buf *b, struct instant at)
{
	buf_lit(b, "<updated>");
	clock_put_instant_ms_z(b, at.us);
	buf_lit(b, "</updated>\n");
}

static void put_entry(struct buf *b, const struct policy_visit *v, size_t i)
{
	const struct registry_version *x = &v->versions[i];
	const struct i18n_lang *l = v->visit.lang;
	struct arena *a = v->visit.arena;
	struct str origin = v->now->origin;
	struct str url = arena_printf(a, "%.*s/terms/cookies-policy/v/%lld/", STR_ARG(origin), (long long)x->version);
	buf_lit(b, "<entry>\n");
	element(b, "id", url);
	buf_lit(b, "<title>");
	text_put_xml(b, i18n_text(l, N_("Cookies policy")));
	buf_printf(b, " \u2013 v%lld</title>\n", (long long)x->version);
	put_updated(b, x->made);
	buf_lit(b, "<link rel=\"alternate\" type=\"text/html\" href=\"");
	text_put_xml(b, url);
	buf_lit(b, "\"/>\n");
	if (i) {
		buf_lit(b, "<link rel=\"related\" type=\"text/html\" href=\"");
		text_put_xml(b, origin);
		buf_printf(b, "/terms/cookies-policy/diff/%lld..%lld/\"/>\n", (long long)v->versions[i - 1].version, (long long)x->version);
	}
	buf_printf(b, "<category term=\"%s\"/>\n", x->material ? "material" : "not-material");
	buf_lit(b, "<summary>");
	if (is_own_word(x))
		text_put_xml(b, x->note);
	else
		text_put_xml(b, i18n_text(l, i ? N_("Settings of the portal changed.") : N_("First version.")));
	buf_lit(b, "</summary>\n</entry>\n");
}

static bool run_atom(struct httpd_request *r, struct httpd_reply *reply, void *app, struct err *e)
{
	auto_policy v = { 0 };
	auto_buf b = BUF_INIT(FEED_BYTES);
	if (!policy_enter(app, r, reply, 0, &v, e))
		return false;
	struct str self = arena_printf(r->arena, "%.*s/terms/cookies-policy/history.atom", STR_ARG(v.now->origin));
	buf_lit(&b, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"");
	text_put_xml(&b, v.visit.lang->code);
	buf_lit(&b, "\">\n");
	element(&b, "id", self);
	buf_lit(&b, "<title>");
	text_put_xml(&b, i18n_text(v.visit.lang, N_("History of the cookies policy")));
	buf_lit(&b, " \u2013 ");
	text_put_xml(&b, view_portal_title(&v.visit));
	buf_lit(&b, "</title>\n");
	put_updated(&b, v.nversions ? v.versions[v.nversions - 1].made : v.now->effective);
	buf_lit(&b, "<author>");
	element(&b, "name", v.now->controller);
	buf_lit(&b, "</author>\n<link rel=\"self\" type=\"application/atom+xml\" href=\"");
	text_put_xml(&b, self);
	buf_lit(&b, "\"/>\n<link rel=\"alternate\" type=\"text/html\" href=\"");
	text_put_xml(&b, v.now->origin);
	buf_lit(&b, "/terms/cookies-policy/history/\"/>\n");
	for (size_t i = v.nversions; i-- > 0;)
		put_entry(&b, &v, i);
	buf_lit(&b, "</feed>\n");
	struct str whole;
	if (!buf_end(&b, &whole, e))
		return false;
	httpd_reply_type(reply, STR("application/atom+xml; charset=utf-8"));
	visitor_cache_page(&v.visit, POLICY_CACHE_S);
	httpd_reply_take(reply, &b);
	return true;
}

const struct httpd_route privacy_policy_history = { .method = HTTPD_GET, .pattern = "/terms/cookies-policy/history/", .run = run };
const struct httpd_route privacy_policy_atom = { .method = HTTPD_GET, .pattern = "/terms/cookies-policy/history.atom", .run = run_atom };
