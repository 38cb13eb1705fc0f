/* The policy from top to bottom, in the order of POL-2: each sentence a message of its own, each fact from the registry. */
#include "policy/inside.h"

struct doc_block *policy_paragraph(struct policy_work *w, const char *message)
{
	struct doc_block *p = doc_add(w->doc, NULL, DOC_PARAGRAPH);
	policy_say(&w->voice, p, message);
	return p;
}

struct str policy_language_name(const struct i18n_lang *reader, struct str code)
{
	static const struct { const char *code, *name; } names[] = {
		{ "en", N_("English") }, { "fr", N_("French") }, { "de", N_("German") }, { "es", N_("Spanish") },
		{ "it", N_("Italian") }, { "nl", N_("Dutch") }, { "pt", N_("Portuguese") }, { "ca", N_("Catalan") },
		{ "eu", N_("Basque") }, { "sv", N_("Swedish") }, { "ar", N_("Arabic") },
	};
	const struct i18n_lang *l = i18n_lang_or_null(code);
	for (size_t i = 0; l && i < COUNT_OF(names); i++)
		if (str_eq(l->code, str_of(names[i].code)))
			return i18n_text(reader, names[i].name);
	return code;
}

static struct doc_block *notice(struct policy_work *w, enum doc_medium medium)
{
	struct doc_block *b = doc_add(w->doc, NULL, DOC_NOTICE);
	b->medium = medium;
	return b;
}

static bool is_listed(struct str list, struct str code)
{
	struct str part;
	while (list.p && str_cut(&list, ',', &part))
		if (str_eq_nocase(str_trim(part), code))
			return true;
	return false;
}

static void put_translation(struct policy_work *w)
{
	const struct policy_ask *ask = w->ask;
	struct str authority = ask->authoritative;
	if (!authority.n || str_eq(authority, ask->lang_code))
		return;
	struct doc_block *b = notice(w, DOC_EVERYWHERE);
	policy_say_with(&w->voice, b, N_("Translated to {0}."), POLICY_ARG_TEXT(policy_language_name(ask->lang, ask->lang_code)));
	/* English is what the sentences were written in: nothing about it was translated by a machine. */
	if (ask->lang != i18n_english()) {
		doc_put(w->doc, b, STR(" "), 0);
		policy_say(&w->voice, b, is_listed(ask->reviewed, ask->lang_code) ? N_("A person has reviewed the translation.")
		                                                                    : N_("Machine translation, not yet reviewed by a person."));
	}
	doc_put(w->doc, b, STR(" "), 0);
	struct str url = arena_printf(w->arena, "/terms/cookies-policy/?flg=%.*s", STR_ARG(authority));
	policy_say_with(&w->voice, b, N_("The authoritative text is the one in {0}."),
	                POLICY_ARG_LINK(policy_language_name(ask->lang, authority), url));
}

static void put_notices(struct policy_work *w)
{
	const struct policy_ask *ask = w->ask;
	if (ask->wanted.n)
		policy_say_with(&w->voice, notice(w, DOC_SCREEN),
		                N_("This page is not available in the language asked for. You are reading it in {0}."),
		                POLICY_ARG_TEXT(policy_language_name(ask->lang, ask->lang_code)));
	put_translation(w);
	if (ask->elsewhere.n)
		policy_say_with(&w->voice, notice(w, DOC_SCREEN), N_("This portal also keeps a policy of its own: {0}"),
		                POLICY_ARG_ADDRESS(ask->elsewhere));
	if (ask->superseded.us)
		policy_say_with(&w->voice, notice(w, DOC_SCREEN), N_("This is an earlier version, superseded on {0}. Read {1}."),
		                POLICY_ARG_DATE(ask->superseded),
		                POLICY_ARG_LINK(i18n_text(w->voice.lang, N_("the policy in force")), STR("/terms/cookies-policy/")));
	if (ask->pending)
		policy_say_with(&w->voice, notice(w, DOC_SCREEN), N_("A new version comes into force on {0}. Read {1}."),
		                POLICY_ARG_DATE(ask->pending_effective),
		                POLICY_ARG_LINK(i18n_text(w->voice.lang, N_("the version to come")),
		                                arena_printf(w->arena, "/terms/cookies-policy/v/%lld/", (long long)ask->pending)));
}

static void put_standing(struct policy_work *w)
{
	const struct registry *g = w->g;
	struct doc_block *p = doc_add(w->doc, NULL, DOC_PARAGRAPH);
	policy_say_with(&w->voice, p, N_("Version {0}, in force since {1}."), POLICY_ARG_COUNT(g->version), POLICY_ARG_DATE(g->effective));
	if (!g->verification.passed.us)
		return;
	p = doc_add(w->doc, NULL, DOC_PARAGRAPH);
	p->medium = DOC_SCREEN;
	policy_say_with(&w->voice, p, N_("Last verified on {0}: automated browsers visited {1} pages and found nothing stored that is not declared here."),
	                POLICY_ARG_DATE(g->verification.passed), POLICY_ARG_COUNT(g->verification.pages));
}

static bool counts_visits(const struct registry *g)
{
	if (g->audience)
		return true;
	for (size_t i = 0; i < g->nservices; i++)
		if (g->services[i].category == REGISTRY_STATISTICAL)
			return true;
	return false;
}

static void put_kinds(struct policy_work *w)
{
	static const struct { const char *name, *about; } kinds[] = {
		{ N_("Necessary cookies"),
		  N_("They come from the site itself and are kept between visits, so that it can keep you signed in, hold a basket or respect your preferences. They need no consent, because the site could not do what you ask of it without them.") },
		{ N_("Statistical cookies"),
		  N_("They follow what is done on a site in order to count and improve it. They need no consent only as long as they are strictly limited to anonymous audience statistics.") },
		{ N_("Internal cookies (first-party)"),
		  N_("They are set by the site you are visiting and may serve more than what is necessary for it to work. They need your consent.") },
		{ N_("Third-party cookies"),
		  N_("They are set by, or for, another site than the one you are visiting, and let that other site learn about your visit. They need your consent.") },
	};
	policy_say(&w->voice, doc_heading(w->doc, NULL, 2, STR("cookie")), N_("What is a cookie?"));
	policy_paragraph(w, N_("A cookie is a small piece of data with a name, which a site may ask your browser to keep for some time and to send back on later visits. Sites use cookies to recognise people who sign in, to remember a basket or a preference, to make statistics, or to show advertisements."));
	policy_paragraph(w, N_("What this page says of cookies also holds for similar techniques that store or read something on your device."));
	policy_say(&w->voice, doc_heading(w->doc, NULL, 2, STR("kinds")), N_("Kinds of cookies"));
	struct doc_block *list = doc_add(w->doc, NULL, DOC_DEFINITIONS);
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		policy_say(&w->voice, doc_add(w->doc, list, DOC_TERM), kinds[i].name);
		policy_say(&w->voice, doc_add(w->doc, list, DOC_MEANING), kinds[i].about);
	}
	if (w->ask->heading_address) {
		struct doc_block *p = doc_add(w->doc, NULL, DOC_PARAGRAPH);
		policy_say_with(&w->voice, p, N_("The cookies that {0} uses are listed below, kind by kind."), POLICY_ARG_ADDRESS(w->g->origin));
	}
}

static void put_cookies(struct policy_work *w)
{
	struct doc_block *h = doc_heading(w->doc, NULL, 2, STR("cookies"));
	if (w->ask->heading_address) {
		/* The address is part of the heading, not a link in it. */
		struct policy_arg address = { .kind = POLICY_TEXT, .s = w->g->origin };
		policy_say_args(&w->voice, h, N_("Cookies used on {0}"), &address, 1);
		for (struct doc_span *s = h->spans; s; s = s->next)
			if (str_eq(s->text, w->g->origin))
				s->look = DOC_LTR;
	} else {
		policy_say(&w->voice, h, N_("Cookies used on this site"));
	}
	for (int c = 0; c < REGISTRY_CATEGORIES; c++)
		policy_put_category(w, (enum registry_category)c);
}

/* The portal's own words. What the parser refuses was refused when it was published, so a fault here (a rule that became
 * stricter since) costs the addition its markup, never its words. */
static void put_additions(struct policy_work *w, struct registry_texts texts, const char *id)
{
	struct str text = policy_words(w, texts);
	if (!str_trim(text).n)
		return;
	policy_say(&w->voice, doc_heading(w->doc, NULL, 2, str_of(id)), N_("Additional information from this portal"));
	struct doc_block *section = doc_add(w->doc, NULL, DOC_SECTION);
	struct err e = { 0 };
	if (!doc_markdown(w->doc, section, text, &e))
		doc_put(w->doc, doc_add(w->doc, section, DOC_PARAGRAPH), text, 0);
}

static void put_facts(struct policy_work *w)
{
	const struct registry *g = w->g;
	struct str online = arena_printf(w->arena, "%.*s/terms/cookies-policy/v/%lld/", STR_ARG(g->origin), (long long)g->version);
	struct doc_block *list = doc_add(w->doc, NULL, DOC_DEFINITIONS);
	policy_say(&w->voice, doc_add(w->doc, list, DOC_TERM), N_("Site"));
	doc_put(w->doc, doc_add(w->doc, list, DOC_MEANING), g->origin, DOC_LTR);
	policy_say(&w->voice, doc_add(w->doc, list, DOC_TERM), N_("Language"));
	doc_put(w->doc, doc_add(w->doc, list, DOC_MEANING), policy_language_name(w->ask->lang, w->ask->lang_code), 0);
	policy_say(&w->voice, doc_add(w->doc, list, DOC_TERM), N_("This version online"));
	struct doc_block *b = doc_add(w->doc, list, DOC_MEANING);
	doc_put_link(w->doc, b, online, online, online)->look = DOC_LTR;
	policy_say(&w->voice, doc_add(w->doc, list, DOC_TERM), N_("Fingerprint of the register"));
	doc_put(w->doc, doc_add(w->doc, list, DOC_MEANING), g->hash, DOC_CODE);
}

static void put_changes(struct policy_work *w)
{
	policy_say(&w->voice, doc_heading(w->doc, NULL, 2, STR("changes")), N_("Changes to this policy"));
	struct doc_block *p = doc_add(w->doc, NULL, DOC_PARAGRAPH);
	policy_say_with(&w->voice, p, N_("This page is generated from the register of cookies that the server obeys: a cookie that is not on it cannot be set. The same register can be read {0}."),
	                POLICY_ARG_LINK(i18n_text(w->voice.lang, N_("by machines")), STR("/.well-known/cookies.json")));
	p = doc_add(w->doc, NULL, DOC_PARAGRAPH);
	policy_say_with(&w->voice, p, N_("Every version is kept and can be compared with the others in {0}."),
	                POLICY_ARG_LINK(i18n_text(w->voice.lang, N_("the history of this policy")), STR("/terms/cookies-policy/history/")));
	put_facts(w);
}

static void put_contact(struct policy_work *w)
{
	const struct registry *g = w->g;
	policy_say(&w->voice, doc_heading(w->doc, NULL, 2, STR("contact")), N_("Contact"));
	struct doc_block *p = doc_add(w->doc, NULL, DOC_PARAGRAPH);
	policy_say_with(&w->voice, p, N_("This site is run by {0}."), POLICY_ARG_STRONG(g->controller));
	const struct { struct str address; const char *message; } ways[] = {
		{ g->contact, N_("Questions about this page: {0}") },
		{ g->protection_contact, N_("Questions about the protection of your data: {0}") },
	};
	for (size_t i = 0; i < COUNT_OF(ways); i++) {
		struct str a = ways[i].address;
		if (!a.n || (i && str_eq(a, g->contact)))
			continue;
		p = doc_add(w->doc, NULL, DOC_PARAGRAPH);
		bool mail = str_find_char(a, '@') > 0 && str_find_char(a, ' ') < 0;
		if (mail) {
			struct policy_arg link = { .kind = POLICY_ADDRESS, .s = a, .url = arena_join(w->arena, STR("mailto:"), a) };
			policy_say_args(&w->voice, p, ways[i].message, &link, 1);
		} else {
			policy_say_with(&w->voice, p, ways[i].message, POLICY_ARG_APART(a));
		}
	}
}

struct doc *policy_doc(struct arena *a, const struct policy_ask *ask)
{
	struct policy_work w = { .ask = ask, .g = ask->registry, .arena = a };
	w.doc = doc_new(a, i18n_text(ask->lang, N_("Cookies policy")), ask->lang->code, ask->lang->rtl);
	w.voice = (struct policy_voice){ w.doc, ask->lang, ask->zone };
	w.lang = registry_language(w.g, ask->lang_code);
	put_notices(&w);
	doc_put(w.doc, doc_heading(w.doc, NULL, 1, STR("policy")), w.doc->title, 0);
	put_standing(&w);
	policy_say(&w.voice, doc_add(w.doc, NULL, DOC_LEAD),
	           counts_visits(w.g) ? N_("This site uses cookies so that it works properly and for web analytics.")
	                              : N_("This site uses cookies so that it works properly."));
	put_additions(&w, w.g->additions_before, "portal");
	put_kinds(&w);
	put_cookies(&w);
	policy_put_measurement(&w);
	policy_put_choices(&w);
	policy_put_browsers(&w);
	put_additions(&w, w.g->additions_after, "portal-more");
	put_changes(&w);
	put_contact(&w);
	return w.doc;
}
