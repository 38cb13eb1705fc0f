/* Who follows a dataset: addresses that were confirmed by their owner, and accounts. */
#include "engage/inside.h"

enum { CONFIRM_HOURS = 24 };
#define CONFIRM_US (CONFIRM_HOURS * 3600 * ENGAGE_SECOND_US)

static bool letter_confirm(struct store_tx *tx, const struct engage_scene *s, const struct dataset *d, struct str to, const char *token, struct err *e)
{
	struct mail_draft m = engage_draft(s, s->lang->code);
	struct str title = engage_title(s, d, s->lang->code);
	mail_subject_with(&m, N_("Confirm that you follow “{0}”"), title);
	mail_say_with(&m, N_("Somebody asked {0} to write to this address when “{1}” changes. If it was you, confirm it on this page:"), m.portal, title);
	mail_link(&m, arena_printf(s->arena, "%.*s/follow/confirm/%s", STR_ARG(s->origin), token));
	mail_say(&m, N_("The link is good for one day and works once. If it was not you, nothing needs doing: no more letters come."));
	m.good_until = (struct instant){ clock_now().us + CONFIRM_US };
	return mail_post(tx, s->tenant->id, &m, MAIL_FOLLOW, to, e);
}

static bool letter_known(struct store_tx *tx, const struct engage_scene *s, const struct dataset *d, struct str to, int64_t id, int64_t asked, struct err *e)
{
	struct mail_draft m = engage_draft(s, s->lang->code);
	struct str title = engage_title(s, d, s->lang->code);
	mail_subject_with(&m, N_("You follow “{0}” already"), title);
	mail_say_with(&m, N_("Somebody asked {0} to write to this address when “{1}” changes. You follow it already, so nothing needs doing."), m.portal, title);
	mail_off(&m, engage_off_url(s, id, asked, false));
	return mail_post(tx, s->tenant->id, &m, MAIL_FOLLOW, to, e);
}

/* The row of an address that follows, or 0. */
static bool known(struct store_tx *tx, const struct engage_scene *s, const struct dataset *d, struct str mark, int64_t *id, int64_t *asked, struct err *e)
{
	struct store_rows *r;
	*id = *asked = 0;
	if (!store_ask(tx, ENGAGE_Q(follow_known), s->tenant->id, STORE_PARAMS(VALUE_OF_INT(d->id), VALUE_OF_TEXT(mark)), &r, e)) return false;
	enum store_step step = store_step(r, e);
	if (step == STORE_ROW) {
		*id = store_int(r, 0);
		*asked = store_int(r, 1);
	}
	store_stop(r);
	return step != STORE_FAILED;
}

static bool ask(struct store_tx *tx, const struct engage_scene *s, const struct dataset *d, struct str address, struct err *e)
{
	struct account_scene as = engage_account_scene(s);
	struct str sealed, mark = engage_mark(s, address);
	char token[ENGAGE_TOKEN + 1], hash[ENGAGE_HASH + 1];
	int64_t wait_s, id, asked;
	if (!account_throttle(tx, &as, ACCOUNT_COUNT_FOLLOW, address, &wait_s, e)) return false;
	if (wait_s) return true; /* three letters an hour are enough for whoever did not ask for them */
	if (!known(tx, s, d, mark, &id, &asked, e)) return false;
	if (id) return letter_known(tx, s, d, address, id, asked, e);
	engage_secret(token, hash);
	bool ok = engage_seal(s, address, &sealed, e) &&
	          store_run(tx, ENGAGE_Q(follow_ask), s->tenant->id,
	                    STORE_PARAMS(VALUE_OF_INT(d->id), VALUE_OF_TEXT(mark), VALUE_OF_TEXT(sealed), VALUE_OF_TEXT(s->lang->code),
	                                 VALUE_OF_TEXT(str_of(hash)), VALUE_OF_INT(clock_now().us)),
	                    e) &&
	          letter_confirm(tx, s, d, address, token, e);
	crypt_wipe(token, sizeof token);
	return ok;
}

bool engage_follow_ask(const struct engage_scene *s, const struct dataset *d, struct str email, struct err *e)
{
	struct store_tx *tx;
	struct str address;
	if (!tenant_setting_on(s->tenant, "follow")) return err_set(e, ERR_FORBIDDEN, "datasets of this portal cannot be followed");
	if (!mail_address(s->arena, email, &address, e) || !engage_begin(s, STORE_WRITE, &tx, e)) return false;
	return engage_done(s, tx, ask(tx, s, d, address, e), e);
}

static bool read_secret(struct store_tx *tx, const struct engage_scene *s, struct str token, struct engage_follow *out, struct err *e)
{
	char hash[ENGAGE_HASH + 1];
	struct store_rows *r;
	engage_hash(token, hash);
	if (!store_ask(tx, ENGAGE_Q(follow_secret), s->tenant->id, STORE_PARAMS(VALUE_OF_TEXT(str_of(hash)), VALUE_OF_INT(clock_now().us - CONFIRM_US)), &r, e))
		return false;
	enum store_step step = store_step(r, e);
	if (step == STORE_ROW)
		*out = (struct engage_follow){ .id = store_int(r, 0), .dataset = store_int(r, 1), .slug = arena_str(s->arena, store_text(r, 2)),
			.address = mail_mask(s->arena, engage_open(s, s->arena, store_text(r, 3))), .lang = arena_str(s->arena, store_text(r, 4)) };
	store_stop(r);
	return step == STORE_ROW || (step == STORE_DONE && err_set(e, ERR_GONE, "this link is no longer good"));
}

bool engage_follow_read(const struct engage_scene *s, struct str token, struct engage_follow *out, struct err *e)
{
	struct store_tx *tx;
	if (!engage_begin(s, STORE_READ, &tx, e)) return false;
	bool ok = read_secret(tx, s, token, out, e);
	return store_end(tx, STORE_ROLLBACK, e) && ok;
}

bool engage_follow_confirm(const struct engage_scene *s, struct str token, struct engage_follow *out, struct err *e)
{
	char hash[ENGAGE_HASH + 1];
	struct store_tx *tx;
	int64_t now = clock_now().us;
	engage_hash(token, hash);
	if (!engage_begin(s, STORE_WRITE, &tx, e)) return false;
	bool ok = read_secret(tx, s, token, out, e) &&
	          store_run(tx, ENGAGE_Q(follow_confirm), s->tenant->id,
	                    STORE_PARAMS(VALUE_OF_TEXT(str_of(hash)), VALUE_OF_INT(now), VALUE_OF_INT(now - CONFIRM_US)), e) &&
	          (store_changes(tx) == 1 || err_set(e, ERR_GONE, "this link is no longer good"));
	return engage_done(s, tx, ok, e);
}

bool engage_follow_set(const struct engage_scene *s, int64_t dataset, bool on, struct err *e)
{
	int64_t n;
	ensure(s->by);
	if (!on) return engage_run(s, ENGAGE_Q(unfollow), STORE_PARAMS(VALUE_OF_INT(dataset), VALUE_OF_INT(s->by)), &n, e);
	if (!tenant_setting_on(s->tenant, "follow")) return err_set(e, ERR_FORBIDDEN, "datasets of this portal cannot be followed");
	return engage_run(s, ENGAGE_Q(follow_account),
	                  STORE_PARAMS(VALUE_OF_INT(dataset), VALUE_OF_INT(s->by), VALUE_OF_TEXT(s->lang->code), VALUE_OF_INT(clock_now().us)), &n, e);
}

bool engage_is_following(const struct engage_scene *s, int64_t dataset, bool *out, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	*out = false;
	if (!s->by) return true;
	if (!engage_begin(s, STORE_READ, &tx, e)) return false;
	bool ok = store_ask(tx, ENGAGE_Q(is_following), s->tenant->id, STORE_PARAMS(VALUE_OF_INT(dataset), VALUE_OF_INT(s->by)), &r, e);
	if (ok) {
		enum store_step step = store_step(r, e);
		*out = step == STORE_ROW;
		ok = step != STORE_FAILED;
		store_stop(r);
	}
	return store_end(tx, STORE_ROLLBACK, e) && ok;
}

bool engage_follows(const struct engage_scene *s, struct engage_follow **out, size_t *n, struct err *e)
{
	VEC(struct engage_follow) list = { 0 };
	struct store_tx *tx;
	struct store_rows *r;
	enum store_step step = STORE_FAILED;
	if (!engage_begin(s, STORE_READ, &tx, e)) return false;
	if (store_ask(tx, ENGAGE_Q(follows), s->tenant->id, STORE_PARAMS(VALUE_OF_INT(s->by)), &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW)
			vec_push(s->arena, &list,
			         (struct engage_follow){ .id = store_int(r, 0), .dataset = store_int(r, 1), .account = s->by, .confirmed = true,
				                         .slug = arena_str(s->arena, store_text(r, 2)), .since = { store_int(r, 3) } });
		store_stop(r);
	}
	*out = list.p;
	*n = list.n;
	return store_end(tx, STORE_ROLLBACK, e) && step != STORE_FAILED;
}
