/* What a publisher sees of who follows a dataset, and writes to them. */
#include "engage/inside.h"

enum { AT_ONCE = 200 };

struct follower { int64_t id, account, asked, since; struct str email, lang; };

static bool read_followers(struct store_tx *tx, const struct engage_scene *s, int64_t dataset, int64_t after, size_t most, struct arena *a,
                           struct follower **out, size_t *n, struct err *e)
{
	struct store_rows *r;
	enum store_step step;
	VEC(struct follower) list = { 0 };
	if (!store_ask(tx, ENGAGE_Q(followers), s->tenant->id, STORE_PARAMS(VALUE_OF_INT(dataset), VALUE_OF_INT(after), VALUE_OF_INT((int64_t)most)), &r, e))
		return false;
	while ((step = store_step(r, e)) == STORE_ROW) {
		int64_t account = store_int(r, 1);
		struct str email = account ? arena_str(a, store_text(r, 5)) : engage_open(s, a, store_text(r, 2));
		vec_push(a, &list, (struct follower){ .id = store_int(r, 0), .account = account, .email = email, .lang = arena_str(a, store_text(r, 3)),
			                              .since = store_int(r, 4), .asked = store_int(r, 6) });
	}
	store_stop(r);
	*out = list.p;
	*n = list.n;
	return step != STORE_FAILED;
}

static bool read_count(struct store_tx *tx, const struct engage_scene *s, int64_t dataset, int64_t *out, struct err *e)
{
	struct store_rows *r;
	*out = 0;
	if (!store_ask(tx, ENGAGE_Q(followers_count), s->tenant->id, STORE_PARAMS(VALUE_OF_INT(dataset)), &r, e)) return false;
	enum store_step step = store_step(r, e);
	if (step == STORE_ROW) *out = store_int(r, 0);
	store_stop(r);
	return step != STORE_FAILED;
}

bool engage_followers(const struct engage_scene *s, int64_t dataset, size_t most, struct engage_follow **out, size_t *n, int64_t *all, struct err *e)
{
	struct store_tx *tx;
	struct follower *list = NULL;
	size_t found = 0;
	if (!engage_begin(s, STORE_READ, &tx, e)) return false;
	bool ok = read_count(tx, s, dataset, all, e) && read_followers(tx, s, dataset, 0, most, s->arena, &list, &found, e);
	if (!store_end(tx, STORE_ROLLBACK, e) || !ok) return false;
	*out = arena_array(s->arena, struct engage_follow, found + 1);
	*n = found;
	for (size_t i = 0; i < found; i++) {
		const struct follower *f = &list[found - 1 - i];
		(*out)[i] = (struct engage_follow){ .id = f->id, .dataset = dataset, .account = f->account, .lang = f->lang, .confirmed = true,
			.address = f->account ? f->email : mail_mask(s->arena, f->email), .since = { f->since } };
	}
	return true;
}

bool engage_follower_drop(const struct engage_scene *s, int64_t dataset, int64_t id, struct err *e)
{
	int64_t n;
	return engage_run(s, ENGAGE_Q(follower_drop), STORE_PARAMS(VALUE_OF_INT(dataset), VALUE_OF_INT(id)), &n, e);
}

bool engage_follower_counts(const struct engage_scene *s, struct engage_count **out, size_t *n, struct err *e)
{
	VEC(struct engage_count) list = { 0 };
	struct store_tx *tx;
	struct store_rows *r;
	enum store_step step = STORE_FAILED;
	if (!engage_begin(s, STORE_READ, &tx, e)) return false;
	if (store_ask(tx, ENGAGE_Q(follower_counts), s->tenant->id, STORE_NONE, &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW)
			vec_push(s->arena, &list, (struct engage_count){ .dataset = store_int(r, 0), .slug = arena_str(s->arena, store_text(r, 1)), .n = store_int(r, 2) });
		store_stop(r);
	}
	*out = list.p;
	*n = list.n;
	return store_end(tx, STORE_ROLLBACK, e) && step != STORE_FAILED;
}

static bool letter(struct store_tx *tx, const struct engage_scene *s, const struct dataset *d, const struct follower *f, struct str subject, struct str text, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct engage_scene own = *s;
	own.arena = &a;
	struct mail_draft m = engage_draft(&own, f->lang);
	mail_subject_with(&m, "{0}", subject);
	mail_say_with(&m, N_("The publisher of “{0}”, which you follow at {1}, writes:"), engage_title(&own, d, m.lang->code), m.portal);
	mail_quote(&m, text);
	mail_link(&m, engage_dataset_url(&own, d->slug));
	mail_off(&m, engage_off_url(&own, f->id, f->asked, false));
	return mail_post(tx, s->tenant->id, &m, MAIL_NEWS, f->email, e);
}

/* Followers are written to some hundred at a time, so that the pen is never held for long. */
static bool letters(const struct engage_scene *s, const struct dataset *d, struct str subject, struct str text, int64_t *after, int64_t *sent, bool *more, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct store_tx *tx;
	struct follower *list = NULL;
	size_t n = 0;
	if (!engage_begin(s, STORE_WRITE, &tx, e)) return false;
	bool ok = read_followers(tx, s, d->id, *after, AT_ONCE, &a, &list, &n, e);
	for (size_t i = 0; ok && i < n; i++) {
		*after = list[i].id;
		if (!list[i].email.n) continue;
		ok = letter(tx, s, d, &list[i], subject, text, e);
		*sent += ok;
	}
	*more = n == AT_ONCE;
	return engage_done(s, tx, ok, e);
}

bool engage_write(const struct engage_scene *s, const struct dataset *d, struct str subject, struct str text, int64_t *n, struct err *e)
{
	int64_t after = 0, changes;
	bool more = true;
	*n = 0;
	if (!str_trim(subject).n || !engage_text_ok(subject, ENGAGE_SUBJECT, false)) return err_set(e, ERR_PARAMETER, "a subject is one line of at most %d bytes", ENGAGE_SUBJECT);
	if (!str_trim(text).n || !engage_text_ok(text, ENGAGE_TEXT / 2, true)) return err_set(e, ERR_PARAMETER, "a text has at most %d bytes", ENGAGE_TEXT / 2);
	while (more)
		if (!letters(s, d, subject, text, &after, n, &more, e)) return false;
	return engage_run(s, ENGAGE_Q(post_put), STORE_PARAMS(VALUE_OF_INT(d->id), VALUE_OF_INT(s->by), VALUE_OF_TEXT(subject), VALUE_OF_INT(*n), VALUE_OF_INT(clock_now().us)), &changes, e);
}

bool engage_posts(const struct engage_scene *s, int64_t dataset, struct engage_post **out, size_t *n, struct err *e)
{
	VEC(struct engage_post) list = { 0 };
	struct store_tx *tx;
	struct store_rows *r;
	enum store_step step = STORE_FAILED;
	if (!engage_begin(s, STORE_READ, &tx, e)) return false;
	if (store_ask(tx, ENGAGE_Q(posts), s->tenant->id, STORE_PARAMS(VALUE_OF_INT(dataset)), &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW)
			vec_push(s->arena, &list, (struct engage_post){ .subject = arena_str(s->arena, store_text(r, 0)), .account = store_int(r, 1),
				                                        .readers = store_int(r, 2), .created = { store_int(r, 3) } });
		store_stop(r);
	}
	*out = list.p;
	*n = list.n;
	return store_end(tx, STORE_ROLLBACK, e) && step != STORE_FAILED;
}
