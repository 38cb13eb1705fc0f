/* How the audience is counted, what a reader can choose and what they have chosen, and where their browser keeps the rest. */
#include "policy/inside.h"

void policy_put_measurement(struct policy_work *w)
{
	policy_say(&w->voice, doc_heading(w->doc, NULL, 2, STR("measurement")), N_("Audience measurement"));
	if (!w->g->audience) {
		policy_paragraph(w, N_("This site does not measure its audience."));
		return;
	}
	struct doc_block *p = policy_paragraph(w, N_("This site counts its audience on its own server while it answers: no cookie, nothing stored on or read from your device, no identifier, no other company involved. Only totals are kept, for example how often a page or a dataset was asked for."));
	doc_put(w->doc, p, STR(" "), 0);
	policy_say_plural(&w->voice, p, N2_("They are kept for {0} day.", "They are kept for {0} days."), w->g->audience_days, STR(""));
	p = doc_add(w->doc, NULL, DOC_PARAGRAPH);
	policy_say_with(&w->voice, p, N_("You can object at any time on the page {0}; your visits are then no longer counted."),
	                POLICY_ARG_LINK(i18n_text(w->voice.lang, N_("Cookie preferences")), STR("/cookies/preferences/")));
}

/* What this reader has chosen, in pages that are theirs alone. */
static void put_state(struct policy_work *w)
{
	const struct policy_reader *r = w->ask->reader_or_null;
	/* Where nothing needs consent there is nothing to have chosen but an objection. */
	bool chosen = w->g->needs_consent || (r && r->refused_by_signal);
	if (!r || (!chosen && !r->objects))
		return;
	struct doc_block *p = doc_add(w->doc, NULL, DOC_NOTICE);
	p->medium = DOC_SCREEN;
	if (r->refused_by_signal)
		policy_say_with(&w->voice, p, N_("Your browser sends a privacy signal ({0}). It counts as a refusal of everything that needs consent."),
		                POLICY_ARG_TEXT(r->gpc ? STR("Global Privacy Control") : STR("Do Not Track")));
	else if (!chosen)
		; /* the objection alone */
	else if (!r->stored)
		policy_say(&w->voice, p, N_("You have not chosen yet: nothing that needs consent is loaded."));
	else if (!r->ngranted)
		policy_say(&w->voice, p, N_("Your choice: you refused everything that needs consent."));
	else
		policy_say(&w->voice, p, N_("Your choice: you agreed to these services:"));
	for (size_t i = 0; i < r->ngranted; i++) {
		doc_put(w->doc, p, i ? STR(", ") : STR(" "), 0);
		doc_put(w->doc, p, r->granted[i], DOC_STRONG | DOC_APART);
	}
	if (r->objects) {
		if (chosen)
			doc_put(w->doc, p, STR(" "), 0);
		policy_say(&w->voice, p, N_("You are left out of the audience measurement."));
	}
}

void policy_put_choices(struct policy_work *w)
{
	policy_say(&w->voice, doc_heading(w->doc, NULL, 2, STR("choices")), N_("Your choices"));
	put_state(w);
	if (w->g->needs_consent) {
		policy_paragraph(w, N_("What needs consent is loaded only once you have agreed to it, service by service. Refusing has no consequence: reading, searching and downloading work just the same."));
		struct doc_block *p = policy_paragraph(w, N_("You can change your mind or withdraw your consent at any time, as easily as you gave it. What a service had stored is then removed as far as a site can do that."));
		doc_put(w->doc, p, STR(" "), 0);
		policy_say_plural(&w->voice, p, N2_("A choice, whatever it is, is remembered for {0} day.", "A choice, whatever it is, is remembered for {0} days."),
		                  registry_item(w->g, REGISTRY_PREFERENCES) ? registry_item(w->g, REGISTRY_PREFERENCES)->life_s / 86400 : 182, STR(""));
	} else {
		policy_paragraph(w, N_("Nothing on this site needs your consent, so you are not asked for it. Reading, searching and downloading work without a single cookie; each cookie above is set only on the occasion given in the table."));
	}
	struct doc_block *p = doc_add(w->doc, NULL, DOC_PARAGRAPH);
	p->has_button = true;
	struct str manage = i18n_text(w->voice.lang, N_("Manage cookies"));
	doc_put_link(w->doc, p, manage, STR("/cookies/preferences/"), manage);
	p = policy_paragraph(w, N_("This site honours the signal Global Privacy Control of your browser: it counts as a refusal."));
	if (w->g->honours_dnt) {
		doc_put(w->doc, p, STR(" "), 0);
		policy_say(&w->voice, p, N_("So does the older signal Do Not Track."));
	}
}

void policy_put_browsers(struct policy_work *w)
{
	static const struct { const char *name, *url; } browsers[] = {
		{ "Firefox", "https://support.mozilla.org/kb/cookies-information-websites-store-on-your-computer" },
		{ "Chrome", "https://support.google.com/chrome/answer/95647" },
		{ "Safari", "https://support.apple.com/guide/safari/manage-cookies-sfri11471/mac" },
		{ "Edge", "https://support.microsoft.com/microsoft-edge/delete-cookies-in-microsoft-edge-63947406-40ac-c3b8-57b9-2a946a29ae09" },
	};
	policy_say(&w->voice, doc_heading(w->doc, NULL, 2, STR("browser")), N_("Configuring your browser"));
	policy_paragraph(w, N_("You may refuse or delete these cookies in your browser at any time. What depends on them, such as staying signed in, then no longer works; everything else does."));
	policy_paragraph(w, N_("Every browser shows the cookies it keeps and lets you delete or refuse them, usually in its settings under privacy or security. These pages of their makers explain how:"));
	struct doc_block *list = doc_add(w->doc, NULL, DOC_LIST);
	for (size_t i = 0; i < COUNT_OF(browsers); i++) {
		struct doc_span *s = doc_put_link(w->doc, doc_add(w->doc, list, DOC_ITEM), str_of(browsers[i].name),
		                                  str_of(browsers[i].url), str_of(browsers[i].url));
		s->look = DOC_LTR;
	}
}
