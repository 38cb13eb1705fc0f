/* The first page of the back office: what needs somebody's attention, each with a way to it, and how much there is of
 * everything. Every number is counted when the page is asked for. */
#include "back/engage.h"
#include "back/people.h"

#include "mail/mail.h"

enum { DAYS_AHEAD = 30, LETTERS_LOOKED_AT = 1000, EVENTS_LOOKED_AT = 5000 };
#define DAY_US INT64_C(86400000000)

struct home {
	struct visit *visit;
	bool people;                   /* the reader may see people and settings */
	int64_t active, invited, waiting, expiring, groups, without_factor;
	int64_t keys, keys_expiring, keys_unused;
	int64_t letters_waiting, letters_failed;
	int64_t refused, suspended;    /* sign-ins of the last day */
	struct engage_waiting told;    /* by readers */
	int64_t things;                /* that need attention, as they are written */
};

static void count_people(struct home *o, const struct account *all, size_t n, struct instant now)
{
	for (size_t i = 0; i < n; i++) {
		const struct account *a = &all[i];
		bool live = a->state == ACCOUNT_ACTIVE && !a->expired;
		o->active += live;
		o->invited += a->state == ACCOUNT_INVITED;
		o->waiting += a->state == ACCOUNT_WAITING;
		o->expiring += live && a->expires.us && a->expires.us - now.us < DAYS_AHEAD * DAY_US;
		o->without_factor += live && str_eq(a->role, STR("admin")) && !a->second_factor;
		o->suspended += a->suspended;
	}
}

static void count_keys(struct home *o, const struct account_key *all, size_t n, struct instant now)
{
	int64_t today = now.us / DAY_US;
	for (size_t i = 0; i < n; i++) {
		const struct account_key *k = &all[i];
		if (k->revoked.us || (k->expires.us && k->expires.us <= now.us))
			continue;
		o->keys++;
		o->keys_expiring += k->expires.us && k->expires.us - now.us < DAYS_AHEAD * DAY_US;
		int64_t last = k->last_day >= 0 ? k->last_day : k->created.us / DAY_US;
		o->keys_unused += today - last > 365;
	}
}

static bool count(struct home *o, struct err *e)
{
	struct visit *v = o->visit;
	struct site *s = v->at.site;
	struct instant now = clock_now();
	struct account *people;
	struct account_key *keys;
	struct account_group *groups;
	struct mail_line *letters;
	struct event_line *events;
	size_t npeople, nkeys, ngroups, nletters, nevents;
	if (!account_list(s->store, v->at.tenant->id, v->arena, &people, &npeople, e) ||
	    !account_key_list(s->accounts, v->at.tenant->id, v->arena, &keys, &nkeys, e) ||
	    !account_group_list(s->accounts, v->at.tenant->id, v->arena, &groups, &ngroups, e) ||
	    !mail_list(s->store, v->at.tenant->id, LETTERS_LOOKED_AT, v->arena, &letters, &nletters, e) ||
	    !event_list(s->events, v->at.tenant->id, 0, EVENTS_LOOKED_AT, v->arena, &events, &nevents, e))
		return false;
	struct engage_scene scene = back_engage(v);
	if (!engage_waiting(&scene, &o->told, e))
		return false;
	count_people(o, people, npeople, now);
	count_keys(o, keys, nkeys, now);
	o->groups = (int64_t)ngroups;
	for (size_t i = 0; i < nletters; i++) {
		o->letters_waiting += letters[i].state == MAIL_IS_WAITING && letters[i].tries > 0;
		o->letters_failed += letters[i].state == MAIL_HAS_FAILED;
	}
	for (size_t i = 0; i < nevents && now.us - events[i].at.us < DAY_US; i++)
		o->refused += events[i].kind == EVENT_AUTH_FAILURE || events[i].kind == EVENT_AUTH_THROTTLED;
	return true;
}

/* --- what needs attention ------------------------------------------------------------------------------------ */

static void put_thing(struct html *h, struct home *o, bool due, const char *url, enum view_icon icon, const char *one, const char *many, int64_t n)
{
	if (!due)
		return;
	html_lit(h, "<li><a href=\"");
	html_url(h, str_of(url));
	html_lit(h, "\">");
	html_icon(h, icon);
	html_lit(h, "<span>");
	html_say_plural(h, one, many, n);
	html_lit(h, "</span>");
	html_icon(h, ICON_NEXT);
	html_lit(h, "</a></li>");
	o->things++;
}

static void put_told(struct html *h, struct home *o, const char *url, enum view_icon icon, const char *message)
{
	html_lit(h, "<li><a href=\"");
	html_url(h, str_of(url));
	html_lit(h, "\">");
	html_icon(h, icon);
	html_lit(h, "<span>");
	html_say(h, message);
	html_lit(h, "</span>");
	html_icon(h, ICON_NEXT);
	html_lit(h, "</a></li>");
	o->things++;
}

/* What is wrong with the server, or with what it declares, rather than with so many things. */
static void put_faults(struct html *h, struct home *o)
{
	const struct visit *v = o->visit;
	const struct registry *g = v->registry;
	if (g && g->verification.last.us && !g->verification.last_passed)
		put_told(h, o, "/backoffice/privacy/", ICON_SHIELD, N_("The last verification by browsers found something that is not declared"));
	if (!mail_where(v->arena, v->at.site->conf).n)
		put_told(h, o, "/backoffice/mail/", ICON_MAIL, N_("This server has no mail server: letters wait in the queue and nobody gets them. Whoever runs the server names one in its settings (smtp_host, mail_from)."));
}

static void put_things(struct html *h, struct home *o)
{
	html_lit(h, "<section aria-labelledby=\"todo\" class=\"part\"><h2 id=\"todo\">");
	html_say(h, N_("What needs attention"));
	html_lit(h, "</h2><ul class=\"todo\">");
	put_thing(h, o, o->waiting > 0, "/backoffice/requests/", ICON_INBOX, N2_("{0} person asks for access", "{0} people ask for access"), o->waiting);
	put_thing(h, o, o->told.notes > 0, "/backoffice/messages/", ICON_INBOX, N2_("{0} message of a reader is open", "{0} messages of readers are open"), o->told.notes);
	put_thing(h, o, o->told.reuses > 0 && rights_may(&o->visit->who, ACCOUNT_MAY_EDIT_REUSE), "/backoffice/reuses/", ICON_LINK,
	          N2_("{0} reuse waits for review", "{0} reuses wait for review"), o->told.reuses);
	put_faults(h, o);
	put_thing(h, o, o->suspended > 0, "/backoffice/users/", ICON_LOCK,
	          N2_("{0} account is suspended after too many wrong passwords", "{0} accounts are suspended after too many wrong passwords"), o->suspended);
	put_thing(h, o, o->refused >= 20, "/backoffice/events/?kind=auth", ICON_WARNING,
	          N2_("{0} sign-in was refused in the last 24 hours", "{0} sign-ins were refused in the last 24 hours"), o->refused);
	put_thing(h, o, o->letters_failed > 0, "/backoffice/mail/", ICON_MAIL, N2_("{0} letter could not be sent", "{0} letters could not be sent"), o->letters_failed);
	put_thing(h, o, o->letters_waiting > 0, "/backoffice/mail/", ICON_MAIL,
	          N2_("{0} letter was not taken yet and is tried again", "{0} letters were not taken yet and are tried again"), o->letters_waiting);
	put_thing(h, o, o->without_factor > 0, "/backoffice/users/?sort=role", ICON_SHIELD,
	          N2_("{0} administrator has no second factor yet", "{0} administrators have no second factor yet"), o->without_factor);
	put_thing(h, o, o->expiring > 0, "/backoffice/users/", ICON_CALENDAR,
	          N2_("{0} account ends within 30 days", "{0} accounts end within 30 days"), o->expiring);
	put_thing(h, o, o->keys_expiring > 0, "/backoffice/keys/", ICON_KEY, N2_("{0} API key ends within 30 days", "{0} API keys end within 30 days"), o->keys_expiring);
	put_thing(h, o, o->keys_unused > 0, "/backoffice/keys/", ICON_KEY,
	          N2_("{0} API key was not used for a year", "{0} API keys were not used for a year"), o->keys_unused);
	if (!o->things) {
		html_lit(h, "<li><p class=\"done\">");
		html_icon(h, ICON_CHECK);
		html_lit(h, "<span>");
		html_say(h, N_("Nothing needs your attention."));
		html_lit(h, "</span></p></li>");
	}
	html_lit(h, "</ul></section>");
}

/* --- how much there is --------------------------------------------------------------------------------------- */

static void put_tile(struct html *h, const char *url, int64_t n, const char *one, const char *many)
{
	html_lit(h, "<li><a href=\"");
	html_url(h, str_of(url));
	html_lit(h, "\"><strong>");
	html_count(h, n);
	html_lit(h, "</strong><span>");
	/* The number stands above; the word below agrees with it. */
	html_text(h, i18n_plural(h->lang, one, many, n));
	html_lit(h, "</span></a></li>");
}

static void put_tiles(struct html *h, const struct home *o)
{
	const struct dataset **seen;
	html_lit(h, "<section aria-labelledby=\"have\" class=\"part\"><h2 id=\"have\">");
	html_say(h, N_("The portal in numbers"));
	html_lit(h, "</h2><ul class=\"numbers\">");
	put_tile(h, "/explore/", (int64_t)rights_datasets(&o->visit->at, &o->visit->who, o->visit->arena, &seen), N2_("dataset", "datasets"));
	if (o->people) {
		put_tile(h, "/backoffice/users/?state=active", o->active, N2_("active account", "active accounts"));
		put_tile(h, "/backoffice/users/?state=invited", o->invited, N2_("open invitation", "open invitations"));
		put_tile(h, "/backoffice/groups/", o->groups, N2_("group", "groups"));
		put_tile(h, "/backoffice/keys/", o->keys, N2_("good API key", "good API keys"));
	}
	html_lit(h, "</ul></section>");
}

static void put_rooms(struct html *h, const struct visit *v)
{
	html_lit(h, "<ul class=\"numbers\">");
	for (size_t i = 1; i < VIEW_OFFICE_SECTIONS; i++) {
		const struct view_section_row *row = view_section_row((enum view_section)i);
		if (!view_section_open(v, (enum view_section)i))
			continue;
		html_lit(h, "<li><a href=\"");
		html_url(h, str_of(row->path));
		html_lit(h, "\">");
		html_icon(h, row->icon);
		html_lit(h, "<span>");
		html_say(h, row->title);
		html_lit(h, "</span></a></li>");
	}
	html_lit(h, "</ul>");
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct home o = { .visit = &v };
	if (!back_enter(app, r, p, VIEW_OFFICE_HOME, 0, &v, e))
		return back_answered(p, e);
	o.people = rights_may(&v.who, ACCOUNT_MAY_EDIT_DOMAIN);
	if (o.people && !count(&o, e))
		return false;
	auto_page page = back_page(&v, N_("Home"), "/backoffice/");
	view_office_open(&page, VIEW_OFFICE_HOME);
	struct html *h = &page.h;
	html_heading_open(h, view_portal_title(&v), NULL);
	html_heading_close(h);
	if (o.people)
		put_things(h, &o);
	put_tiles(h, &o);
	if (!o.people)
		put_rooms(h, &v);
	return view_close(&page, e);
}

const struct httpd_route back_home = { .method = HTTPD_GET, .pattern = "/backoffice/", .run = run };
