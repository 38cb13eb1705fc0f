/* The address at the end of every letter of a subscription. It needs no row of its own and no session: an id and an HMAC of it under a key
 * that stays, so that a letter of last year still ends what it belongs to. "o" ends one subscription, "a" all of its reader. */
#include "engage/inside.h"

enum { MAC_SHOWN = 40 };

static void sign(const struct engage_scene *s, char kind, int64_t id, int64_t asked, char out[2 * CRYPT_MAC + 1])
{
	engage_mac(s, "off", arena_printf(s->arena, "%c%lld\x1f%lld", kind, (long long)id, (long long)asked), out);
	out[MAC_SHOWN] = '\0';
}

struct str engage_off_url(const struct engage_scene *s, int64_t id, int64_t asked, bool all)
{
	char mac[2 * CRYPT_MAC + 1], kind = all ? 'a' : 'o';
	sign(s, kind, id, asked, mac);
	return arena_printf(s->arena, "%.*s/follow/off/%c%lld-%lld-%s", STR_ARG(s->origin), kind, (long long)id, (long long)asked, mac);
}

struct token { char kind; int64_t id, asked; };

static bool read_token(const struct engage_scene *s, struct str text, struct token *t)
{
	struct str rest = text, id, asked;
	char mac[2 * CRYPT_MAC + 1];
	if (text.n < 2 || (text.p[0] != 'o' && text.p[0] != 'a')) return false;
	t->kind = text.p[0];
	rest = str_from(text, 1);
	if (!str_cut(&rest, '-', &id) || !str_cut(&rest, '-', &asked) || !str_to_int(id, &t->id) || !str_to_int(asked, &t->asked)) return false;
	sign(s, t->kind, t->id, t->asked, mac);
	return crypt_equal(rest, str_of(mac));
}

/* Whose row a token names; `there` false: it ended already. */
static bool read_reader(struct store_tx *tx, const struct engage_scene *s, const struct token *t, bool *there, int64_t *account, struct str *mark, struct err *e)
{
	struct store_rows *r;
	*there = false;
	*account = 0;
	*mark = STR("");
	if (!store_ask(tx, ENGAGE_Q(follow_one), s->tenant->id, STORE_PARAMS(VALUE_OF_INT(t->id)), &r, e)) return false;
	enum store_step step = store_step(r, e);
	if (step == STORE_ROW && store_int(r, 1) == t->asked) {
		*there = true;
		*account = store_int(r, 2);
		*mark = arena_str(s->arena, store_text(r, 3));
	}
	store_stop(r);
	return step != STORE_FAILED;
}

/* No account has the number 0, and no address an empty mark. */
static bool read_same(struct store_tx *tx, const struct engage_scene *s, struct str mark, int64_t account, struct engage_follow **out, size_t *n, struct err *e)
{
	VEC(struct engage_follow) list = { 0 };
	struct store_rows *r;
	enum store_step step;
	if (!store_ask(tx, ENGAGE_Q(follow_same), s->tenant->id, STORE_PARAMS(VALUE_OF_TEXT(mark), VALUE_OF_INT(account)), &r, e)) return false;
	while ((step = store_step(r, e)) == STORE_ROW)
		vec_push(s->arena, &list,
		         (struct engage_follow){ .id = store_int(r, 0), .dataset = store_int(r, 1), .account = account, .confirmed = true,
			                         .slug = arena_str(s->arena, store_text(r, 2)), .since = { store_int(r, 3) } });
	store_stop(r);
	*out = list.p;
	*n = list.n;
	return step != STORE_FAILED;
}

bool engage_off_read(const struct engage_scene *s, struct str token, struct engage_follow **out, size_t *n, struct err *e)
{
	struct token t;
	struct store_tx *tx;
	bool there;
	int64_t account;
	struct str mark;
	*n = 0;
	*out = NULL;
	if (!read_token(s, token, &t)) return err_set(e, ERR_GONE, "this link is no longer good");
	if (!engage_begin(s, STORE_READ, &tx, e)) return false;
	bool ok = read_reader(tx, s, &t, &there, &account, &mark, e) && (!there || read_same(tx, s, mark, account, out, n, e));
	/* The one that is meant first; of a link that ends one, the others are for the box below it. */
	for (size_t i = 1; ok && i < *n; i++)
		if ((*out)[i].id == t.id) {
			struct engage_follow first = (*out)[i];
			memmove(*out + 1, *out, i * sizeof **out);
			(*out)[0] = first;
		}
	return store_end(tx, STORE_ROLLBACK, e) && ok;
}

bool engage_off(const struct engage_scene *s, struct str token, bool all, struct err *e)
{
	struct token t;
	struct store_tx *tx;
	bool there;
	int64_t account;
	struct str mark;
	if (!read_token(s, token, &t)) return err_set(e, ERR_GONE, "this link is no longer good");
	if (!engage_begin(s, STORE_WRITE, &tx, e)) return false;
	bool ok = read_reader(tx, s, &t, &there, &account, &mark, e);
	if (ok && there && (all || t.kind == 'a'))
		ok = store_run(tx, ENGAGE_Q(follow_drop_all), s->tenant->id, STORE_PARAMS(VALUE_OF_TEXT(mark), VALUE_OF_INT(account)), e);
	else if (ok && there)
		ok = store_run(tx, ENGAGE_Q(follow_drop), s->tenant->id, STORE_PARAMS(VALUE_OF_INT(t.id)), e);
	return engage_done(s, tx, ok, e);
}
