/* POST with an Idempotency-Key: the same key with the same request has the same answer, for a day. What failed on our side may be
 * tried again with the same key. */
#include "crypt/crypt.h"
#include "manage/inside.h"
#include <stdlib.h>
#include <unistd.h>

enum { PIECE = 1 << 16, MOST_KEY = 200, MOST_BODY = 1 << 20, BAD = 400, CONFLICT = 409, OTHER_BODY = 422 };
#define SECOND INT64_C(1000000)
#define DAY (86400 * SECOND)
#define WAIT (120 * SECOND) /* after that, one that never came to an end is as good as none */

enum query {
#define Q(name, text) ANSWER_Q_##name,
#include "manage/queries.def"
#undef Q
};
static const struct store_query queries[] = {
#define Q(name, text) [ANSWER_Q_##name] = { #name, text },
#include "manage/queries.def"
#undef Q
};

static void free_piece(char **p) { free(*p); }

/* An answer that holds a secret which is told once is kept nowhere. */
static bool is_secret(const struct manage_operation *op)
{
	return op->run == manage_add_key || op->run == manage_enable_push || op->run == manage_renew_push_key || op->run == manage_add_program || op->run == manage_renew_program;
}

static struct str key_of(const struct manage_call *c)
{
	if (is_secret(c->op)) return STR("");
	return c->r->method == HTTPD_POST && c->who->account ? str_trim(httpd_header(c->r, STR("Idempotency-Key"))) : STR("");
}

/* The parts of a form, wherever they lie: its boundary is made anew each time it is sent. */
static bool add_form(struct manage_call *c, struct crypt_sha256_state *state, struct err *e)
{
	const struct httpd_part *parts;
	size_t n;
	auto_with(free_piece) char *piece = malloc(PIECE);
	ensure(piece);
	if (!httpd_parts(c->r, c->a, &parts, &n, e)) return false;
	for (size_t i = 0; i < n; i++) {
		const struct httpd_part *p = &parts[i];
		ssize_t got = 0;
		crypt_sha256_add(state, arena_printf(c->a, "%zu %.*s\n%zu %.*s\n%.*s\n%lld\n", p->name.n, STR_ARG(p->name), p->filename.n, STR_ARG(p->filename), STR_ARG(p->type), (long long)p->size));
		if (p->fd_or_minus < 0) crypt_sha256_add(state, p->bytes);
		else
			for (off_t at = 0; (got = pread(p->fd_or_minus, piece, PIECE, at)) > 0; at += got) crypt_sha256_add(state, str_make(piece, (size_t)got));
		if (got < 0) return err_os(e, "a file of a form");
	}
	return true;
}

/* Bound to method, address and body; an address is the same with a slash at its end. */
static bool request_of(struct manage_call *c, struct str *out, struct err *e)
{
	struct str path = c->r->path;
	while (str_ends(path, STR("/"))) path.n--;
	struct crypt_sha256_state state;
	unsigned char digest[CRYPT_SHA256];
	char hex[2 * CRYPT_SHA256 + 1];
	crypt_sha256_start(&state);
	crypt_sha256_add(&state, path);
	for (size_t i = 0; i < c->r->nquery; i++) {
		const struct httpd_pair *q = &c->r->query[i];
		if (str_eq(q->name, STR("apikey")) || str_eq(q->name, STR("access_token"))) continue; /* who calls, and not what for */
		crypt_sha256_add(&state, arena_printf(c->a, "%c%.*s=%.*s", i ? '&' : '?', STR_ARG(q->name), STR_ARG(q->value)));
	}
	crypt_sha256_add(&state, STR("\n"));
	if (!str_starts(httpd_header(c->r, STR("Content-Type")), STR("multipart/form-data"))) crypt_sha256_add(&state, c->r->body);
	else if (!add_form(c, &state, e)) return false;
	crypt_sha256_end(&state, digest);
	crypt_hex(digest, sizeof digest, hex);
	*out = arena_str(c->a, str_of(hex));
	return true;
}

static bool known(struct manage_call *c, struct store_tx *tx, struct str key, struct str request, enum manage_replay *out, struct err *e)
{
	struct store_rows *r;
	if (!store_ask(tx, &queries[ANSWER_Q_answer_of], c->t, STORE_PARAMS(VALUE_OF_INT(c->who->account), VALUE_OF_TEXT(key), VALUE_OF_INT(clock_now().us - DAY)), &r, e)) return false;
	enum store_step step = store_step(r, e);
	if (step == STORE_ROW) {
		*out = MANAGE_REPLAYED;
		int status = (int)store_int(r, 1);
		if (!str_eq(store_text(r, 0), request)) manage_refused(c, OTHER_BODY, "idempotency_key_reused", STR("This Idempotency-Key came with another request before. Use a key of its own for each change."));
		else if (!status) manage_refused(c, CONFLICT, "idempotency_key_in_use", STR("The first request with this Idempotency-Key is still under way."));
		else {
			c->status = status;
			buf_put(&c->out, store_text(r, 2));
		}
	}
	store_stop(r);
	return step != STORE_FAILED;
}

static bool begin(struct manage_call *c, struct store_tx *tx, struct str key, struct str request, enum manage_replay *out, struct err *e)
{
	struct value account = VALUE_OF_INT(c->who->account), text = VALUE_OF_TEXT(key);
	int64_t now = clock_now().us;
	return store_run(tx, &queries[ANSWER_Q_answer_clear], c->t, STORE_PARAMS(account, text, VALUE_OF_INT(now - DAY), VALUE_OF_INT(now - WAIT)), e) &&
	       known(c, tx, key, request, out, e) &&
	       (*out == MANAGE_REPLAYED || store_run(tx, &queries[ANSWER_Q_answer_begin], c->t, STORE_PARAMS(account, text, VALUE_OF_TEXT(request), VALUE_OF_INT(now)), e));
}

bool manage_replay(struct manage_call *c, enum manage_replay *out, struct err *e)
{
	struct store_tx *tx;
	struct str key = key_of(c), request;
	*out = MANAGE_FRESH;
	if (!key.n) return true;
	if (key.n > MOST_KEY) return err_set(e, ERR_PARAMETER, "An Idempotency-Key has %d bytes at most.", MOST_KEY);
	if (!request_of(c, &request, e) || !store_begin(c->s->store, STORE_WRITE, &tx, e)) return false;
	bool ok = begin(c, tx, key, request, out, e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

bool manage_remember(struct manage_call *c, bool failed, struct err *e)
{
	struct store_tx *tx;
	struct str key = key_of(c);
	if (!key.n) return true;
	/* What was refused did nothing: it may be mended and sent again. */
	bool keep = !failed && c->status < BAD && !c->raw && !c->out.over && c->out.n <= MOST_BODY;
	struct value account = VALUE_OF_INT(c->who->account), text = VALUE_OF_TEXT(key);
	if (!store_begin(c->s->store, STORE_WRITE, &tx, e)) return false;
	bool ok = keep ? store_run(tx, &queries[ANSWER_Q_answer_done], c->t, STORE_PARAMS(account, text, VALUE_OF_INT(c->status), VALUE_OF_TEXT(buf_str(&c->out))), e)
	               : store_run(tx, &queries[ANSWER_Q_answer_drop], c->t, STORE_PARAMS(account, text), e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}
