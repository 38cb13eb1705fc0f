/* Two versions of the policy side by side in one: what was declared and is no more, and the text word by word. The same
 * for machines, when they ask for JSON. */
#include "privacy/policy_pages.h"

#include "json/json.h"

enum { JSON_BYTES = 4 << 20 };

struct comparison {
	struct policy_visit v;
	const struct registry *before, *after; /* held */
	struct registry_difference *differences;
	size_t n;
};

static void leave(struct comparison *c)
{
	if (c->before)
		registry_release(c->v.site->registries, c->before);
	if (c->after)
		registry_release(c->v.site->registries, c->after);
	policy_leave(&c->v);
}

static const char *const words_of_change[] = {
	[REGISTRY_ADDED] = "added", [REGISTRY_REMOVED] = "removed", [REGISTRY_CHANGED] = "changed",
};

static bool wants_json(const struct httpd_request *r)
{
	struct str accept = httpd_header(r, STR("Accept"));
	ptrdiff_t json = str_find(accept, STR("application/json"));
	ptrdiff_t html = str_find(accept, STR("text/html"));
	return json >= 0 && (html < 0 || json < html);
}

static bool put_json(struct comparison *c, struct httpd_reply *reply, struct err *e)
{
	auto_buf b = BUF_INIT(JSON_BYTES);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_member_int(&j, "after", c->after->version);
	json_member_int(&j, "before", c->before->version);
	json_key(&j, STR("differences"));
	json_open(&j, '[');
	for (size_t i = 0; i < c->n; i++) {
		const struct registry_difference *d = &c->differences[i];
		json_open(&j, '{');
		json_member(&j, "after", d->after);
		json_member(&j, "before", d->before);
		json_member(&j, "change", str_of(words_of_change[d->what]));
		json_member(&j, "field", d->field);
		json_member(&j, "id", d->id);
		json_member_bool(&j, "material", d->material);
		json_member(&j, "of", d->of);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	json_member(&j, "schema", STR("cookie-policy-difference/1"));
	json_close(&j, '}');
	struct str whole;
	if (!buf_end(&b, &whole, e))
		return false;
	httpd_reply_type(reply, STR("application/json"));
	httpd_reply_lit(reply, "Access-Control-Allow-Origin", "*");
	httpd_reply_lit(reply, "Vary", "Accept");
	httpd_reply_cache_control(reply, STR("public, max-age=3600"));
	httpd_reply_take(reply, &b);
	return true;
}

static void put_change(struct doc *d, const struct policy_voice *voice, struct doc_block *list, const struct registry_difference *x)
{
	static const struct { const char *message; unsigned look; } labels[] = {
		[REGISTRY_ADDED] = { N_("Added:"), DOC_INSERTED },
		[REGISTRY_REMOVED] = { N_("Removed:"), DOC_DELETED },
		[REGISTRY_CHANGED] = { N_("Changed:"), 0 },
	};
	struct doc_block *item = doc_add(d, list, DOC_ITEM);
	doc_put(d, item, i18n_text(voice->lang, labels[x->what].message), DOC_STRONG);
	doc_put(d, item, STR(" "), 0);
	doc_put(d, item, x->id.n ? x->id : x->of, DOC_CODE);
	if (x->field.n) {
		doc_put(d, item, STR(" "), 0);
		doc_put(d, item, x->field, DOC_CODE);
	}
	if (x->what != REGISTRY_CHANGED)
		return;
	doc_put(d, item, STR(" \u2013 "), 0);
	if (x->before.n)
		doc_put(d, item, x->before, DOC_DELETED | DOC_APART);
	doc_put(d, item, STR(" "), 0);
	if (x->after.n)
		doc_put(d, item, x->after, DOC_INSERTED | DOC_APART);
}

static bool put_page(struct comparison *c, struct err *e)
{
	struct policy_visit *v = &c->v;
	struct arena *a = v->visit.arena;
	const struct i18n_lang *l = v->visit.lang;
	struct doc *d = doc_new(a, i18n_text(l, N_("Difference between two versions of the cookies policy")), l->code, l->rtl);
	struct policy_voice voice = { d, l, v->visit.zone };
	struct doc_block *p = doc_add(d, NULL, DOC_PARAGRAPH);
	doc_put_link(d, p, i18n_text(l, N_("History of the cookies policy")), STR("/terms/cookies-policy/history/"), STR(""));
	doc_put(d, doc_heading(d, NULL, 1, STR("difference")), d->title, 0);
	struct policy_arg numbers[] = { { .kind = POLICY_COUNT, .n = c->before->version }, { .kind = POLICY_COUNT, .n = c->after->version } };
	policy_say_args(&voice, doc_add(d, NULL, DOC_LEAD), N_("From version {0} to version {1}."), numbers, 2);
	policy_say(&voice, doc_heading(d, NULL, 2, STR("declared")), N_("What is declared"));
	if (c->n) {
		struct doc_block *list = doc_add(d, NULL, DOC_LIST);
		for (size_t i = 0; i < c->n; i++)
			put_change(d, &voice, list, &c->differences[i]);
	} else {
		policy_say(&voice, doc_add(d, NULL, DOC_PARAGRAPH), N_("Nothing that is declared has changed."));
	}
	policy_say(&voice, doc_heading(d, NULL, 2, STR("text")), N_("The text, word by word"));
	struct policy_ask before;
	struct policy_ask after;
	policy_ask_of(v, c->before, &before);
	policy_ask_of(v, c->after, &after);
	struct doc_block *text = doc_add(d, NULL, DOC_SECTION);
	if (!doc_compare(d, text, policy_doc(a, &before), policy_doc(a, &after)))
		policy_say(&voice, doc_add(d, text, DOC_PARAGRAPH), N_("The text is the same."));
	struct policy_page page = {
		.title = d->title,
		.path = arena_printf(a, "/terms/cookies-policy/diff/%lld..%lld/", (long long)c->before->version, (long long)c->after->version),
		.noindex = true,
	};
	/* Not for the server's own store of finished answers, which does not look at Accept. */
	httpd_reply_lit(v->visit.reply, "Vary", "Accept, Accept-Language, Cookie");
	httpd_reply_cache_control(v->visit.reply, v->visit.has_cookies ? STR("private, no-cache") : STR("public, max-age=300"));
	return policy_put_page(v, d, &page, e);
}

static bool run(struct httpd_request *r, struct httpd_reply *reply, void *app, struct err *e)
{
	struct site *s = app;
	auto_with(leave) struct comparison c = { 0 };
	ptrdiff_t dots = str_find(r->holes[0], STR(".."));
	int64_t from = dots > 0 ? policy_version_of(str_sub(r->holes[0], 0, (size_t)dots)) : 0;
	int64_t to = dots > 0 ? policy_version_of(str_from(r->holes[0], (size_t)dots + 2)) : 0;
	if (!from || !to)
		return err_set(e, ERR_NOT_FOUND, "There are no such versions of the policy.");
	if (!policy_enter(s, r, reply, 0, &c.v, e))
		return false;
	const struct tenant *t = c.v.visit.at.tenant;
	if (!registry_hold_version(s->registries, t, from, &c.before, e) || !registry_hold_version(s->registries, t, to, &c.after, e))
		return false;
	registry_compare(c.before, c.after, r->arena, &c.differences, &c.n);
	return wants_json(r) ? put_json(&c, reply, e) : put_page(&c, e);
}

const struct httpd_route privacy_policy_diff = { .method = HTTPD_GET, .pattern = "/terms/cookies-policy/diff/{range}/", .run = run };
