/* Letters about accounts. Each is in its reader's language, says which portal writes and why, and holds at most one link. */
#include "account/inside.h"

const struct i18n_lang *account_letter_lang(const struct account_scene *s, struct str language)
{
	const struct i18n_lang *l = language.n ? i18n_lang_or_null(language) : NULL;
	if (!l) l = s->tenant->nlanguages ? i18n_lang_or_null(s->tenant->languages[0]) : NULL;
	return l ? l : i18n_english();
}

static struct mail_draft draft(const struct account_scene *s, struct str language, struct str *portal)
{
	const struct i18n_lang *l = account_letter_lang(s, language);
	*portal = tenant_text(s->tenant, "title", l->code);
	if (!portal->n) *portal = s->tenant->host;
	return mail_draft(s->arena, s->vault, l, *portal, s->origin);
}

static const struct pass_letter {
	enum mail_kind kind;
	const char *path, *subject, *text, *after;
} pass_letters[ACCOUNT_PASSES] = {
	[ACCOUNT_PASS_RESET] = { MAIL_RESET, "/password/reset/", N_("Your password at {0}"),
		N_("Somebody asked for a new password for your account at {0}. Choose one on this page:"),
		N_("The link is good for one hour and works once. If it was not you, nothing needs doing: your password stays as it is.") },
	[ACCOUNT_PASS_CONFIRM] = { MAIL_CONFIRM, "/signup/confirm/", N_("Confirm your address for {0}"),
		N_("Somebody asked for an account at {0} with this address. To confirm it and choose a password, open this page:"),
		N_("The link is good for one day. If it was not you, nothing needs doing: no account comes of it.") },
	[ACCOUNT_PASS_INVITATION] = { MAIL_INVITATION, "/invitation/", N_("You are invited to {0}"),
		N_("You are invited to have an account at {0}. To accept and choose a password, open this page:"),
		N_("The link is good for seven days. If you do not want an account, nothing needs doing.") },
	[ACCOUNT_PASS_EMAIL] = { MAIL_CONFIRM, "/account/email/confirm/", N_("Confirm your new address for {0}"),
		N_("This address is to become the one of an account at {0}. To confirm it, open this page:"),
		N_("The link is good for one day. If it was not you, nothing needs doing.") },
	[ACCOUNT_PASS_EMAIL_UNDO] = { MAIL_UNDO, "/account/email/undo/", N_("The address of your account at {0} was changed"),
		N_("Your account at {0} has another address from now on. If you did not want that, undo it on this page and then choose a new password:"),
		N_("The link is good for three days.") },
	[ACCOUNT_PASS_DELETE_UNDO] = { MAIL_UNDO, "/account/data/undo/", N_("Your account at {0} was deleted"),
		N_("Your account at {0} was deleted, and everything kept about it will be erased in seven days. If you did not want that, undo it on this page:"),
		N_("API keys, links to other sign-ins and memberships of groups have ended for good.") },
	[ACCOUNT_PASS_UNLOCK] = { MAIL_NOTICE, "/login/unlock/", N_("Signing in to your account at {0} was stopped"),
		N_("Somebody tried a hundred wrong passwords for your account at {0}, so that passwords are not accepted for it any more. To allow them again, open this page:"),
		N_("You can also choose a new password on the sign-in page. Where you are signed in already, you stay signed in.") },
};

bool account_letter_link(struct store_tx *tx, const struct account_scene *s, enum account_pass kind, struct str to, struct str language,
                         const char *token, struct err *e)
{
	const struct pass_letter *l = &pass_letters[kind];
	struct str portal;
	struct mail_draft d = draft(s, language, &portal);
	mail_subject_with(&d, l->subject, portal);
	mail_say_with(&d, l->text, portal);
	mail_link(&d, arena_printf(s->arena, "%.*s%s%s/", STR_ARG(s->origin), l->path, token));
	if (kind == ACCOUNT_PASS_RESET) d.good_until = (struct instant){ clock_now().us + 3600 * ACCOUNT_SECOND_US };
	mail_say_with(&d, l->after, portal);
	return mail_post(tx, s->tenant->id, &d, l->kind, to, e);
}

bool account_letter_leave(struct store_tx *tx, const struct account_scene *s, const struct account *who, const char *token, struct err *e)
{
	return account_letter_link(tx, s, ACCOUNT_PASS_DELETE_UNDO, who->email, who->language, token, e);
}

bool account_letter_plain(struct store_tx *tx, const struct account_scene *s, enum mail_kind kind, struct str to, struct str language,
                          const char *subject, const char *text, const char *path_or_null, struct err *e)
{
	struct str portal;
	struct mail_draft d = draft(s, language, &portal);
	mail_subject_with(&d, subject, portal);
	mail_say_with(&d, text, portal);
	if (path_or_null) mail_link(&d, arena_printf(s->arena, "%.*s%s", STR_ARG(s->origin), path_or_null));
	return mail_post(tx, s->tenant->id, &d, kind, to, e);
}

bool account_letter_notice(struct store_tx *tx, const struct account_scene *s, const struct account *who, const char *subject,
                           const char *text, struct err *e)
{
	return account_letter_plain(tx, s, MAIL_NOTICE, who->email, who->language, subject, text, "/account/security/", e);
}

bool account_letter_client(struct store_tx *tx, const struct account_scene *s, struct str to, struct str language, struct str label, struct err *e)
{
	struct str portal;
	struct mail_draft d = draft(s, language, &portal);
	mail_subject_with(&d, N_("A new sign-in to your account at {0}"), portal);
	mail_say_with(&d, N_("Your account was used from a browser or a country not seen before: {0}."), label);
	mail_say(&d, N_("If it was you, nothing needs doing. If not, end that session and change your password here:"));
	mail_link(&d, arena_printf(s->arena, "%.*s/account/sessions/", STR_ARG(s->origin)));
	return mail_post(tx, s->tenant->id, &d, MAIL_NOTICE, to, e);
}

bool account_letter_request(struct store_tx *tx, const struct account_scene *s, struct str to, struct str language, struct str who, struct str message, struct err *e)
{
	struct str portal;
	struct mail_draft d = draft(s, language, &portal);
	mail_subject_with(&d, N_("Somebody asks for an account at {0}"), portal);
	mail_say_with(&d, N_("{0} asks for an account and waits for an answer:"), who);
	if (message.n) mail_quote(&d, message);
	mail_link(&d, arena_printf(s->arena, "%.*s/backoffice/requests/", STR_ARG(s->origin)));
	return mail_post(tx, s->tenant->id, &d, MAIL_REQUEST, to, e);
}
