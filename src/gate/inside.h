/* What the pages of this room share. A page is a file with its routes:
 *
 *	static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
 *	{
 *		auto_gate struct gate g = { 0 };
 *		if (!gate_enter(&g, r, p, app, e)) return false;
 *		if (r->method == HTTPD_POST) {
 *			enum gate_posted how = gate_posted(&g, e);
 *			if (how == GATE_FAILED) return false;
 *			if (how == GATE_GOOD) …                     // true with a redirect, or go on to show the form again
 *		}
 *		gate_open(&g, N_("Sign in"));
 *		…
 *		return gate_close(&g, e);
 *	} */
#ifndef GATE_INSIDE_H
#define GATE_INSIDE_H

#include "gate/gate.h"
#include "engage/engage.h"
#include "gate/sso_common.h"
#include "json/json.h"
#include "view/view.h"

struct gate {
	struct visit v;
	struct account_scene scene;
	struct visitor_form form;       /* what was posted */
	struct html_errors errors;
	struct view_page page;
	bool json;                      /* the client wants JSON */
	struct str secret;              /* a one-time secret stands in the address: no referrer */
};
void gate_done(struct gate *g);
#define auto_gate auto_with(gate_done)

/* For everyone, on private portals too. */
bool gate_enter(struct gate *g, struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e) must_use nonnull_all;
/* For whoever is signed in; others are led to sign in, and who lacks a factor that everyone must have, to its set-up (AUT-5). */
bool gate_enter_own(struct gate *g, struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e) must_use nonnull_all;

enum gate_posted { GATE_FAILED, GATE_GOOD, GATE_AGAIN }; /* again: only the token was too old; status and message are set */
enum gate_posted gate_posted(struct gate *g, struct err *e) must_use nonnull_all;
struct str gate_field(const struct gate *g, const char *name);

/* What is wrong, beside a field ("": the form as a whole); the answer becomes a 422 unless it has another status already. */
void gate_complain(struct gate *g, const char *field, const char *message) nonnull_all;
/* The words of a refusal that are for the person who typed: ERR_PARAMETER, ERR_CONFLICT, ERR_FORBIDDEN, ERR_INVALID. True: noted and
 * *e is clear again; false: another failure, to be handed on. */
bool gate_refused(struct gate *g, const char *field, struct err *e) must_use nonnull_all;
/* Why a password cannot be, beside its field. */
void gate_complain_password(struct gate *g, enum account_fault fault, bool second_factor) nonnull_all;
/* 429 with Retry-After. */
void gate_wait(struct gate *g, int64_t seconds) nonnull_all;

/* A card in the middle; or a page of one's own account with its tabs. */
enum gate_tab { GATE_OVERVIEW, GATE_PROFILE, GATE_SECURITY, GATE_SESSIONS, GATE_KEYS, GATE_PROGRAMS, GATE_NOTIFICATIONS, GATE_FOLLOWS, GATE_VISUALIZATIONS, GATE_DATA, GATE_NO_TAB };
void gate_open(struct gate *g, const char *title) nonnull_all;
void gate_open_own(struct gate *g, const char *title, enum gate_tab tab) nonnull_all;
bool gate_close(struct gate *g, struct err *e) must_use nonnull_all;
void gate_form_open(struct gate *g, const char *label_or_null);           /* posts to the page itself, keeps what was typed */
void gate_paragraph(struct gate *g, const char *message) nonnull_all;
void gate_submit(struct gate *g, const char *label) nonnull_all;
void gate_password(struct gate *g, const char *name, const char *label, bool fresh, bool second_factor, bool focus) nonnull_all;
void gate_code(struct gate *g, bool focus) nonnull_all;                   /* digits or a recovery code */
void gate_link(struct gate *g, const char *href, const char *label) nonnull_all; /* a paragraph that is a link */

/* 303. `said` is a word that gate_said knows, or NULL. */
bool gate_go(struct gate *g, struct str path, const char *said, struct err *e) must_use;
/* The notice for ?done= of the address. */
void gate_said(struct gate *g) nonnull_all;
/* Where to go on to after signing in: checked, never back to the gate. */
struct str gate_next(struct gate *g) nonnull_all;
/* A link that is over (RST-3): 410 with a page that says how to get another. */
bool gate_gone(struct gate *g, struct str again, struct err *e) must_use nonnull_all;
/* {"error_code":…,"message":…} */
bool gate_json_error(struct gate *g, int status, const char *code, const char *message, struct err *e) must_use nonnull_all;
/* What ties a half-done sign-in to a browser: the nonce of its csrftoken (AUT-6). After gate_posted. */
struct str gate_binding(struct gate *g) nonnull_all;
/* What a proof of a secret leads to: a session, the second step, a new password, or the page again. */
bool gate_follow(struct gate *g, const struct account_outcome *o, struct str next, struct err *e) must_use nonnull_all;
/* Factors are proved: makes the session, tells the owner of a new kind of browser, and goes on. */
bool gate_arrive(struct gate *g, int64_t account, unsigned factors, bool remember, struct str next, struct err *e) must_use nonnull_all;

/* follows.c: who asks, for engage/. */
struct engage_scene gate_engage(struct gate *g) nonnull_all;

/* oauth_consent.c: who asks, for oauth/; and what scopes mean for somebody with these permissions, a list. */
struct oauth_scene gate_oauth_scene(struct gate *g) nonnull_all;
void gate_put_scopes(struct html *h, uint64_t scopes, uint64_t mine);
/* programs.c: what somebody let in, as a member of the file of their data. */
bool gate_put_programs(struct gate *g, struct json_out *j, struct err *e) must_use nonnull_all;

/* visualizations.c: what somebody saved, as a member of the file of their data. */
bool gate_put_saved(struct gate *g, struct json_out *j, struct err *e) must_use nonnull_all;

/* enrol.c: the picture, the secret and the field for a code; and the codes that are shown once. */
void gate_put_enrolment(struct gate *g, const struct account_enrolment *n) nonnull_all;
void gate_put_recovery(struct gate *g, char codes[ACCOUNT_RECOVERY_CODES][ACCOUNT_RECOVERY_TEXT]) nonnull_all;

#endif
