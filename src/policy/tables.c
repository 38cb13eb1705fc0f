/* What is stored, kind by kind: a table of the items of a category, and what is known of the services behind them. */
#include "policy/inside.h"

enum { DAY = 86400, MONTHS_FROM = 365, COLUMNS = 5 };

static const char *const names[REGISTRY_CATEGORIES] = {
	[REGISTRY_NECESSARY] = N_("Necessary cookies"),
	[REGISTRY_STATISTICAL] = N_("Statistical cookies"),
	[REGISTRY_INTERNAL] = N_("Internal cookies (first-party)"),
	[REGISTRY_THIRD_PARTY] = N_("Third-party cookies"),
};
static const char *const anchors[REGISTRY_CATEGORIES] = {
	[REGISTRY_NECESSARY] = "necessary", [REGISTRY_STATISTICAL] = "statistical",
	[REGISTRY_INTERNAL] = "internal", [REGISTRY_THIRD_PARTY] = "third-party",
};

static void blank(struct policy_work *w, struct doc_block *to)
{
	doc_put(w->doc, to, STR(" "), 0);
}

static void put_duration(struct policy_work *w, struct doc_block *cell, int64_t seconds)
{
	struct str value = arena_printf(w->arena, "%lld", (long long)seconds);
	int64_t days = seconds / DAY;
	if (seconds == 0)
		policy_say(&w->voice, cell, N_("Until you close the browser"));
	else if (days >= MONTHS_FROM)
		policy_say_plural(&w->voice, cell, N2_("{0} month", "{0} months"), days * 12 / 365, value);
	else if (days > 0)
		policy_say_plural(&w->voice, cell, N2_("{0} day", "{0} days"), days, value);
	else
		policy_say_plural(&w->voice, cell, N2_("{0} minute", "{0} minutes"), num_max(seconds / 60, 1), value);
}

static const char *location_of(unsigned location)
{
	if (location == (REGISTRY_FRONT | REGISTRY_BACK))
		return N_("(front and back office)");
	return location == REGISTRY_FRONT ? N_("(front office)") : N_("(back office)");
}

static void put_provider(struct policy_work *w, struct doc_block *cell, const struct registry_provider *p)
{
	if (p->url.n)
		doc_put_link(w->doc, cell, p->name, p->url, p->name)->look = DOC_APART;
	else
		doc_put(w->doc, cell, p->name, DOC_APART);
	if (p->country.n) {
		blank(w, cell);
		doc_put(w->doc, cell, arena_printf(w->arena, "(%.*s)", STR_ARG(p->country)), DOC_SOFT | DOC_APART);
	}
}

static struct str attributes_of(struct policy_work *w, const struct registry_item *i)
{
	static const char *const kinds[] = { "", "localStorage", "sessionStorage", "IndexedDB", "Cache Storage" };
	if (i->kind != REGISTRY_COOKIE)
		return str_of(kinds[i->kind]);
	bool secure = i->secure && !(i->first_party && w->g->development);
	return arena_printf(w->arena, "Path=%.*s%s%.*s; SameSite=%.*s%s%s%s", STR_ARG(i->path.n ? i->path : STR("/")),
	                    i->domain.n ? "; Domain=" : "", STR_ARG(i->domain), STR_ARG(i->same_site), secure ? "; Secure" : "",
	                    i->http_only ? "; HttpOnly" : "", i->partitioned ? "; Partitioned" : "");
}

static struct str joined(struct policy_work *w, const struct str *names_, size_t n)
{
	struct str out = STR("");
	for (size_t i = 0; i < n; i++)
		out = i ? arena_printf(w->arena, "%.*s, %.*s", STR_ARG(out), STR_ARG(names_[i])) : names_[i];
	return out;
}

static void put_detail(struct policy_work *w, struct doc_block *table, const struct registry_item *i)
{
	struct doc_block *row = doc_add(w->doc, table, DOC_ROW);
	row->detail = true;
	struct doc_block *cell = doc_cell(w->doc, row, false, COLUMNS);
	struct str when = policy_words(w, i->set_when);
	if (when.n) {
		policy_say(&w->voice, cell, N_("Set:"));
		blank(w, cell);
		doc_put(w->doc, cell, when, i->first_party ? 0 : DOC_APART);
		blank(w, cell);
	}
	if (i->refreshed_daily) {
		policy_say(&w->voice, cell, N_("Renewed daily while you use it."));
		blank(w, cell);
	}
	/* Those of a service are told with the service. */
	if (i->first_party && !i->nrecipients && !i->transfer.n) {
		policy_say(&w->voice, cell, N_("No other recipients, no transfer."));
		blank(w, cell);
	}
	if (i->nrecipients) {
		policy_say_with(&w->voice, cell, N_("Recipients: {0}."), POLICY_ARG_APART(joined(w, i->recipients, i->nrecipients)));
		blank(w, cell);
	}
	if (i->transfer.n) {
		policy_say_with(&w->voice, cell, N_("Transfer: {0}."), POLICY_ARG_APART(i->transfer));
		blank(w, cell);
	}
	doc_put(w->doc, cell, attributes_of(w, i), DOC_CODE);
}

static void put_item(struct policy_work *w, struct doc_block *table, const struct registry_item *i)
{
	struct doc_block *row = doc_add(w->doc, table, DOC_ROW);
	put_provider(w, doc_cell(w->doc, row, false, 1), &i->provider);
	struct doc_block *cell = doc_cell(w->doc, row, false, 1);
	doc_put(w->doc, cell, policy_words(w, i->function), 0);
	if (i->location) {
		blank(w, cell);
		doc_put(w->doc, cell, i18n_text(w->voice.lang, location_of(i->location)), DOC_SOFT);
	}
	cell = doc_cell(w->doc, row, true, 1);
	doc_put(w->doc, cell, i->prefix_match ? arena_join(w->arena, i->name, STR("*")) : i->name, DOC_CODE);
	doc_put(w->doc, doc_cell(w->doc, row, false, 1), policy_words(w, i->purpose), 0);
	put_duration(w, doc_cell(w->doc, row, false, 1), i->life_s);
	put_detail(w, table, i);
}

static void put_heads(struct policy_work *w, struct doc_block *table)
{
	static const char *const headings[COLUMNS] = {
		N_("Service provider"), N_("Function and location"), N_("Cookie name(s)"), N_("Purposes"), N_("Duration"),
	};
	struct doc_block *row = doc_add(w->doc, table, DOC_ROW);
	row->head = true;
	for (size_t k = 0; k < COLUMNS; k++)
		policy_say(&w->voice, doc_cell(w->doc, row, true, 1), headings[k]);
}

static void put_caption(struct policy_work *w, struct doc_block *table, enum registry_category c, int64_t n)
{
	struct str name = i18n_text(w->voice.lang, names[c]);
	struct policy_arg args[] = { POLICY_ARG_COUNT(n), POLICY_ARG_TEXT(name) };
	struct str form = i18n_plural(w->voice.lang, N2_("{1}: {0} entry", "{1}: {0} entries"), n);
	policy_say_args(&w->voice, table, arena_cstr(w->arena, form), args, COUNT_OF(args));
}

/* One thing that is known of a service; nothing when it is not. */
static void put_fact(struct policy_work *w, struct doc_block *to, const char *message, struct str value)
{
	if (!value.n)
		return;
	blank(w, to);
	policy_say_with(&w->voice, to, message, POLICY_ARG_APART(value));
	struct str said = to->last_span->text;
	if (!str_ends(said, STR(".")) && !str_ends(said, STR("!")) && !str_ends(said, STR("?")) && !str_ends(said, STR("\u3002")))
		doc_put(w->doc, to, STR("."), 0);
}

static void put_services(struct policy_work *w, enum registry_category c)
{
	struct doc_block *list = NULL;
	for (size_t i = 0; i < w->g->nservices; i++) {
		const struct registry_service *s = &w->g->services[i];
		if (s->category != c)
			continue;
		if (!list) {
			policy_paragraph(w, N_("These services of others stand behind them:"));
			list = doc_add(w->doc, NULL, DOC_DEFINITIONS);
		}
		doc_put(w->doc, doc_add(w->doc, list, DOC_TERM), s->name, DOC_APART);
		struct doc_block *about = doc_add(w->doc, list, DOC_MEANING);
		doc_put(w->doc, about, policy_words(w, s->purpose), DOC_APART);
		put_fact(w, about, N_("Data sent: {0}"), policy_words(w, s->data_sent));
		put_fact(w, about, N_("Kept: {0}"), registry_said_in(w->voice.lang, w->arena, s->retention));
		put_fact(w, about, N_("Recipients: {0}."), joined(w, s->recipients, s->nrecipients));
		put_fact(w, about, N_("Transfer: {0}."), registry_said_in(w->voice.lang, w->arena, s->transfer));
		blank(w, about);
		policy_say(&w->voice, about, s->basis == REGISTRY_BASIS_CONSENT ? N_("Loaded only if you agree.")
		                                                                 : N_("Limited to anonymous audience statistics; no consent is needed."));
		if (s->policy_url.n) {
			blank(w, about);
			policy_say_with(&w->voice, about, N_("Its own policy: {0}"), POLICY_ARG_ADDRESS(s->policy_url));
		}
	}
}

void policy_put_category(struct policy_work *w, enum registry_category c)
{
	struct doc_block *table = NULL;
	int64_t n = 0;
	bool services = false;
	policy_say(&w->voice, doc_heading(w->doc, NULL, 3, str_of(anchors[c])), names[c]);
	for (size_t i = 0; i < w->g->nitems; i++)
		n += w->g->items[i].category == c;
	for (size_t i = 0; i < w->g->nservices; i++)
		services = services || w->g->services[i].category == c;
	for (size_t i = 0; i < w->g->nitems; i++) {
		if (w->g->items[i].category != c)
			continue;
		if (!table) {
			table = doc_add(w->doc, NULL, DOC_TABLE);
			table->columns = COLUMNS;
			put_caption(w, table, c, n);
			put_heads(w, table);
		}
		put_item(w, table, &w->g->items[i]);
	}
	if (!table)
		policy_paragraph(w, N_("None."));
	if (services)
		put_services(w, c);
}
