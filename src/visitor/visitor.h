/* Who is at the door, and what is stored on their device: the visit of one request (portal, language,
 * zone, origin), the registry of cookies that policy page, JSON and cookie writer all read, and the
 * rule that tells our own forms from those of other sites. Refuses to store anything for a reader who
 * did not ask for it. A visit belongs to the thread of its request. */
#ifndef VISITOR_VISITOR_H
#define VISITOR_VISITOR_H

#include "base/base.h"
#include "clock/clock.h"
#include "httpd/httpd.h"
#include "consent/consent.h"
#include "i18n/i18n.h"
#include "registry/registry.h"
#include "rights/rights.h"
#include "session/session.h"
#include "site/site.h"

/* --- visit.c ------------------------------------------------------------------------------------- */

struct visit {
	const struct httpd_request *request;
	struct httpd_reply *reply;
	struct arena *arena;            /* the request's */
	struct site_visit at;           /* the portal and its catalogue */
	struct rights_caller who;       /* what they may see is rights/'s to say */
	const struct i18n_lang *lang;   /* of interface words */
	struct str lang_code;           /* as the portal lists it */
	struct str lang_wanted;         /* asked for by flg and not offered; else empty */
	const struct clock_zone *zone;  /* the portal's */
	const struct look *look;        /* what surrounds pages */
	bool staged;                    /* it is one that others do not see: "stage_theme" of the address, for who may edit it */
	struct str stage_key;           /* … or for who has the key of the portal's stylesheet: the key; else empty */
	struct str origin;              /* "https://data.example", from configuration, without final slash */
	bool has_cookies;               /* at least one cookie of ours came along */
	bool has_session;               /* sessionid came along, whatever it is worth */
	const struct session *session;  /* who signed in; NULL: nobody. who.account is then theirs */
	const struct registry *registry; /* what is declared; NULL when it could not be had */
	struct consent_state consent;   /* what may be emitted for this request */
	bool account_choices;           /* choices about cookies are kept with the account of who is signed in (CON-32) */
	bool navigation;                /* an HTML navigation (0.3): the only occasion to renew or remove by itself */
	bool foreign_frame;             /* rendered for an embed: no cookie is read or set */
	char csrf[CSRF_TOKEN + 1];      /* the value of csrftoken that this answer's forms go with; "" until asked for */
	struct view_stood *stood;       /* how the forms of this page stand (view.h); NULL outside of the back office */
	uint64_t turn;                  /* 0: none; given back by visitor_leave */
	struct visitor_after *after;    /* what the end of the answer may do about cookies */
};

/* Fills a visit from a request: finds the portal, holds its catalogue and chooses the language. Fails
 * with ERR_NO_PORTAL, and as rights_caller does. Ended by visitor_leave. */
bool visitor_enter(struct site *s, struct httpd_request *r, struct httpd_reply *p, struct visit *out,
                   struct err *e) must_use nonnull_all;
/* The same for what everyone may read on a private portal too: the policy of cookies, what robots are told,
 * the choice of a language. The visit is that of whoever is signed in, else nobody's. */
bool visitor_enter_anyone(struct site *s, struct httpd_request *r, struct httpd_reply *p, struct visit *out,
                          struct err *e) must_use nonnull_all;
/* True when the answer is everybody's. */
bool visitor_is_nobody(const struct visit *v) nonnull_all;
void visitor_leave(struct visit *v) nonnull_all;
#define auto_visit auto_with(visitor_leave) struct visit

/* The language a request would be answered in by a portal that cannot be entered; never fails. `prefixed`: what the portal says
 * of the names of its cookies. */
const struct i18n_lang *visitor_language(const struct httpd_request *r, bool prefixed, const struct tenant *t_or_null)
	__attribute__((returns_nonnull, nonnull(1)));
/* The origin of a portal: https, except on loopback names, where it is http with the server's port. */
struct str visitor_origin(struct arena *a, struct str host, int port) nonnull_all;
/* Cache-Control and Vary of a page whose bytes depend on language alone; keeps it in the server's own
 * store of finished answers for readers without cookies. */
void visitor_cache_page(const struct visit *v, int seconds) nonnull_all;

/* --- turn.c: requests that change the same address go one after the other -------------------------- */

/* Waits for those who were here before; ERR_BUSY after some seconds. To be put into visit.turn. */
bool visitor_turn_take(const struct httpd_request *r, uint64_t *turn, struct err *e) must_use nonnull_all;
void visitor_turn_give(uint64_t turn); /* 0: nothing */

/* --- origin.c ------------------------------------------------------------------------------------ */

/* True when an unsafe request comes from a page of this origin, or of one the portal trusts (Sec-Fetch-Site, then Origin, then
 * Referer); otherwise *reason is the word for the log and the API. */
bool visitor_same_origin(const struct httpd_request *r, const struct tenant *t, struct str origin, const char **reason) must_use nonnull_all;
/* The local path to go on to: `next` when it is a path of this origin, else the Referer's when it is,
 * else "/". */
struct str visitor_next(const struct httpd_request *r, struct arena *a, struct str origin, struct str next) nonnull_all;

/* A path with the word of what was done about choices, which its page then says (view_put_said). */
struct str visitor_with_said(struct arena *a, struct str back, const char *what) nonnull_all;

/* --- guard.c: unsafe requests (CSR-7 … CSR-16) ----------------------------------------------------------- */

enum visitor_guard {
	VISITOR_TOKEN,      /* every step */
	VISITOR_TOKEN_FREE, /* origin rules only: language, preferences, load once (CSR-12) */
};
/* The decision procedure for an unsafe request, whose steps and reasons are those of chapter 3.2; safe methods pass. `token` is the form's csrfmiddlewaretoken or empty (the header wins). False: ERR_CSRF (the
 * reason is logged, and said to JSON clients), ERR_BAD_REQUEST with an ambiguous session. A handler that shows its form again
 * after ERR_CSRF asks visitor_may_retry, renders with visitor_token as ever, and answers 403. */
bool visitor_guard(struct visit *v, enum visitor_guard how, struct str token, struct err *e) must_use nonnull_all;
/* True when a fresh token would help: the cookie or the token was the trouble, not where the request came from. */
bool visitor_may_retry(const struct visit *v, const struct err *e) must_use nonnull_all;
/* The answer to ERR_CSRF and to an ambiguous session for JSON clients (CSR-16), for the error hook; false: the request wants
 * a page. */
bool visitor_guard_problem(const struct httpd_request *r, struct httpd_reply *p, struct site *s, const struct err *e) must_use nonnull_all;
/* True when the client is a program that speaks JSON: below /api/, or by what it sends or accepts. */
bool visitor_wants_json(const struct httpd_request *r) must_use nonnull_all;
/* A body of application/json, whole (ERR_MEDIA_TYPE for other types), then visitor_guard with the header's token. */
bool visitor_json(struct visit *v, enum visitor_guard how, struct str *body, struct err *e) must_use nonnull_all;
/* What is exempt from the guard, and why (CSR-13); ends with a row without pattern. */
struct visitor_exemption { const char *method, *pattern, *reason; bool wholly; /* not even the origin is looked at */ };
extern const struct visitor_exemption visitor_exemptions[];
/* A fresh masked token for a form of this answer; sets csrftoken when the client has no good one, and makes the answer private. */
struct str visitor_token(struct visit *v) nonnull_all;
/* Reads a posted form, with files or without (ERR_MEDIA_TYPE, ERR_BAD_REQUEST), then visitor_guard. The route's ceiling bounds it all. */
struct visitor_form {
	const struct httpd_pair *pairs;
	size_t n;
	const struct httpd_part *files; /* those that were chosen: with a name and bytes */
	size_t nfiles;
};
const struct httpd_part *visitor_file_or_null(const struct visitor_form *f, struct str name);
bool visitor_form(struct visit *v, enum visitor_guard how, struct visitor_form *out, struct err *e) must_use nonnull_all;
struct str visitor_field(const struct visitor_form *f, struct str name); /* first value, or empty */
bool visitor_field_on(const struct visitor_form *f, struct str name);    /* present and not "off" */

/* --- choices.c: choices about cookies (CON-32) --------------------------------------------------------------- */

/* Keeps a choice where it belongs: in the cookie, or with the account. */
bool visitor_keep_choice(struct visit *v, const struct consent_outcome *out, struct err *e) must_use nonnull_all;
/* Just after signing in: what the device had refused is refused with the account, too. `told`: the two differed, so the reader
 * is to hear that the account's choices apply now. */
bool visitor_join_choices(struct visit *v, bool *told, struct err *e) must_use nonnull_all;

/* --- door.c: who comes in ----------------------------------------------------------------------------------- */

/* A session for an account whose factors are all proved: sets sessionid and a new csrftoken, revokes what was presented. */
bool visitor_sign_in(struct visit *v, int64_t account, unsigned factors, bool remember, struct err *e) must_use nonnull_all;
/* The session is over; both cookies are taken back. */
bool visitor_sign_out(struct visit *v, struct err *e) must_use nonnull_all;
/* After a change in one's own account (SES-5): this session goes on with a new id, the account's others end by their epoch. */
bool visitor_survive(struct visit *v, struct err *e) must_use nonnull_all;
/* A secret was proved again (SES-10). */
bool visitor_freshen(struct visit *v, struct err *e) must_use nonnull_all;
/* False with ERR_UNAUTHENTICATED when nobody is signed in: the error hook leads pages to /login/ (303, next = this page). */
bool visitor_signed_in(struct visit *v, struct err *e) must_use nonnull_all;
/* False with ERR_NOT_FRESH unless a secret was proved of late: the error hook leads pages to /account/confirm/. */
bool visitor_fresh(struct visit *v, struct err *e) must_use nonnull_all;
/* Sets or takes back a cookie of the platform under the name this portal gives it. */
bool visitor_set_cookie(struct visit *v, enum registry_cookie c, struct str value, int64_t life_s, struct err *e) must_use nonnull_all;
bool visitor_remove_cookie(struct visit *v, enum registry_cookie c, struct err *e) must_use nonnull_all;
/* Cache-Control of what belongs to one person: private, no-store. */
void visitor_private(const struct visit *v) nonnull_all;
/* Where the error hook leads a page with ERR_UNAUTHENTICATED, ERR_NOT_FRESH or ERR_NO_FACTOR; empty: the error is to be shown. */
struct str visitor_lead(const struct httpd_request *r, const struct err *e) nonnull_all;
/* The very end of an answer, for the finish hook: on a page that was navigated to and is shown, renews the id of the session
 * that is due, gives the token that is missing, takes back what is worth nothing and what siblings tossed in (SID-3, SES-7,
 * CSR-4, PAR-9). May ask the store. */
void visitor_finish(struct site *s, const struct httpd_request *r, struct httpd_reply *p) nonnull_all;
/* Who asked, as it was found out when the visit was entered, for the finish hook; false: no visit was. 0: nobody known, no key. */
bool visitor_asked(const struct httpd_request *r, int64_t *account, int64_t *key) must_use nonnull_all;
void visitor_note(const struct visit *v, enum event_kind kind, struct str reason, struct str detail) nonnull_all;

#endif
