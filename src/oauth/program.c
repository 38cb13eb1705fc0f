/* Programs: registered, changed, found; and which addresses they may have answers sent to. */
#include "oauth/inside.h"
#include "text/text.h"

/* --- addresses ------------------------------------------------------------------------------------------- */

/* "http://127.0.0.1:8080/cb" without its port: what is left and right of it. False: it is not of this machine. */
static bool loopback(struct str url, struct str *left, struct str *right)
{
	static const char *const hosts[] = { "http://127.0.0.1", "http://[::1]", "http://localhost" };
	for (size_t i = 0; i < COUNT_OF(hosts); i++) {
		struct str host = str_of(hosts[i]);
		if (!str_starts(url, host)) continue;
		struct str rest = str_from(url, host.n);
		size_t n = 0;
		if (rest.n && rest.p[0] == ':')
			for (n = 1; n < rest.n && rest.p[n] >= '0' && rest.p[n] <= '9'; n++) continue;
		*left = host;
		*right = str_from(rest, n);
		return n != 1 && (!right->n || right->p[0] == '/' || right->p[0] == '?');
	}
	return false;
}

/* RFC 8252 §7.3: a program on somebody's machine takes the port that is free. All else is exact (RFC 9700 §2.1). */
bool oauth_redirect_same(struct str known, struct str given)
{
	struct str a, b, c, d;
	if (str_eq(known, given)) return true;
	return loopback(known, &a, &b) && loopback(given, &c, &d) && str_eq(a, c) && str_eq(b, d);
}

static bool plain_letters(struct str url)
{
	for (size_t i = 0; i < url.n; i++)
		if (url.p[i] <= ' ' || url.p[i] >= 0x7f || strchr("\"<>\\^`{|}*", url.p[i])) return false;
	return true;
}

/* "com.example.app:/done": a scheme that its maker owns the name of. */
static bool own_scheme(struct str url)
{
	ptrdiff_t colon = str_find_char(url, ':'), dot = str_find_char(url, '.');
	if (colon < 3 || dot < 1 || dot >= colon || url.n == (size_t)colon + 1) return false;
	for (ptrdiff_t i = 0; i < colon; i++) {
		char c = url.p[i];
		if (!((c >= 'a' && c <= 'z') || (i && ((c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+')))) return false;
	}
	return true;
}

const char *oauth_redirect_fault(struct str url, bool secret)
{
	struct str left, right;
	if (!url.n || url.n > OAUTH_URL) return N_("An address has 1 to 500 letters.");
	if (!plain_letters(url)) return N_("An address holds no blanks, no stars and no letters beyond those of English.");
	if (str_find_char(url, '#') >= 0) return N_("An address to answer to has no part after \"#\".");
	if (loopback(url, &left, &right)) return NULL;
	if (str_starts(url, STR("https://"))) {
		struct str rest = str_from(url, 8);
		size_t n = 0;
		while (n < rest.n && rest.p[n] != '/' && rest.p[n] != '?') n++;
		struct str host = str_sub(rest, 0, n);
		return host.n && str_find_char(host, '@') < 0 && host.p[0] != ':' && host.p[0] != '.' ? NULL : N_("This is no whole address: https://, a host name, and a path.");
	}
	if (str_starts(url, STR("http://"))) return N_("An address begins with https://. Only a program on somebody's own machine may use http://127.0.0.1.");
	if (secret || !own_scheme(url)) return N_("An address begins with https://. A program on people's devices may also have a scheme of its own, such as com.example.app:/done.");
	return NULL;
}

/* --- reading ----------------------------------------------------------------------------------------------- */

static void read_row(struct store_rows *r, struct arena *a, struct oauth_program *out, struct str *hash)
{
	struct str bad, line, lines = arena_str(a, store_text(r, 7));
	VEC(struct str) list = { 0 };
	while (str_cut(&lines, '\n', &line))
		if (line.n) vec_push(a, &list, line);
	*out = (struct oauth_program){ .id = store_int(r, 0), .client = arena_str(a, store_text(r, 1)), .name = arena_str(a, store_text(r, 2)),
		.about = arena_str(a, store_text(r, 3)), .site = arena_str(a, store_text(r, 4)), .secret = store_text(r, 5).n > 0, .hint = arena_str(a, store_text(r, 6)),
		.redirects = list.p, .nredirects = list.n, .alone = store_int(r, 9), .created = { store_int(r, 10) }, .people = store_int(r, 11),
		.last_day = store_is_null(r, 12) ? -1 : store_int(r, 12) };
	/* Words that are permissions no longer count for nothing. */
	if (!oauth_scopes_read(store_text(r, 8), &out->scopes, &bad)) out->scopes = 0;
	*hash = arena_str(a, store_text(r, 5));
}

static bool read_one(struct store_tx *tx, const struct oauth_scene *s, const struct store_query *q, struct value by, struct oauth_program *out, struct str *hash, struct err *e)
{
	struct store_rows *r;
	if (!store_ask(tx, q, s->t, STORE_PARAMS(by), &r, e)) return false;
	enum store_step step = store_step(r, e);
	if (step == STORE_ROW) read_row(r, s->arena, out, hash);
	store_stop(r);
	return step == STORE_ROW || (step == STORE_DONE && err_set(e, ERR_NOT_FOUND, "There is no such program."));
}

bool oauth_program_find(struct store_tx *tx, const struct oauth_scene *s, struct str client, struct oauth_program *out, struct str *hash, struct err *e)
{
	return read_one(tx, s, OAUTH_Q(program_find), VALUE_OF_TEXT(client), out, hash, e);
}

bool oauth_program_get(const struct oauth_scene *s, int64_t id, struct oauth_program *out, struct err *e)
{
	struct store_tx *tx;
	struct str hash;
	struct err ignored = { 0 };
	if (!store_begin(oauth_store(s->o), STORE_READ, &tx, e)) return false;
	bool ok = read_one(tx, s, OAUTH_Q(program_get), VALUE_OF_INT(id), out, &hash, e);
	return store_end(tx, STORE_ROLLBACK, &ignored) && ok;
}

bool oauth_program_list(const struct oauth_scene *s, struct oauth_program **out, size_t *n, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	VEC(struct oauth_program) list = { 0 };
	struct str hash;
	struct err ignored = { 0 };
	enum store_step step = STORE_FAILED;
	if (!store_begin(oauth_store(s->o), STORE_READ, &tx, e)) return false;
	if (store_ask(tx, OAUTH_Q(program_list), s->t, STORE_NONE, &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW) read_row(r, s->arena, vec_add(s->arena, &list), &hash);
		store_stop(r);
	}
	*out = list.p;
	*n = list.n;
	return store_end(tx, STORE_ROLLBACK, &ignored) && step == STORE_DONE;
}

/* --- changing ------------------------------------------------------------------------------------------------ */

static bool line_ok(struct str s, size_t least, size_t most)
{
	if (s.n < least || s.n > most || !text_is_utf8(s)) return false;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f) return false;
	return true;
}

static bool check(const struct oauth_program *p, struct err *e)
{
	if (!line_ok(p->name, 1, OAUTH_NAME)) return err_set(e, ERR_PARAMETER, "A program has a name of 1 to %d bytes, on one line.", OAUTH_NAME);
	if (!line_ok(p->about, 0, OAUTH_ABOUT)) return err_set(e, ERR_PARAMETER, "What a program is for is said on one line of at most %d bytes.", OAUTH_ABOUT);
	if (p->site.n && (!str_starts(p->site, STR("https://")) || p->site.n > OAUTH_URL || !plain_letters(p->site)))
		return err_set(e, ERR_PARAMETER, "The address of its page begins with https://.");
	if (p->nredirects > OAUTH_REDIRECTS) return err_set(e, ERR_PARAMETER, "A program has at most %d addresses.", OAUTH_REDIRECTS);
	if (!p->nredirects && !p->alone) return err_set(e, ERR_PARAMETER, "Without an address to answer to, nobody can let the program in.");
	for (size_t i = 0; i < p->nredirects; i++) {
		const char *why = oauth_redirect_fault(p->redirects[i], p->secret);
		if (why) return err_set(e, ERR_PARAMETER, "%.*s: %s", STR_ARG(p->redirects[i]), why);
	}
	return !p->alone || p->secret || err_set(e, ERR_PARAMETER, "Only a program that keeps a secret can work by itself.");
}

static struct str joined(struct arena *a, const struct oauth_program *p)
{
	struct str all = STR("");
	for (size_t i = 0; i < p->nredirects; i++) all = arena_printf(a, "%.*s%s%.*s", STR_ARG(all), all.n ? "\n" : "", STR_ARG(p->redirects[i]));
	return all;
}

static struct value number_or_null(int64_t n) { return n ? VALUE_OF_INT(n) : VALUE_NULL_OF(VALUE_INT); }

enum { HINT = 9 };

/* In the arena; nothing for a program without a secret. */
static void make_secret(struct arena *a, bool secret, char text[OAUTH_SECRET_TEXT], struct str *hash, struct str *hint)
{
	char digest[OAUTH_HASH_TEXT];
	text[0] = '\0';
	*hash = *hint = STR("");
	if (!secret) return;
	oauth_secret("stos_", text);
	oauth_hash(str_of(text), digest);
	*hash = arena_str(a, str_of(digest));
	*hint = arena_str(a, str_make(text, HINT));
}

static bool insert(struct store_tx *tx, const struct oauth_scene *s, struct oauth_program *p, struct str hash, struct err *e)
{
	struct store_rows *r;
	if (!store_ask(tx, OAUTH_Q(program_count), s->t, STORE_NONE, &r, e)) return false;
	enum store_step step = store_step(r, e);
	int64_t n = step == STORE_ROW ? store_int(r, 0) : 0;
	store_stop(r);
	if (step == STORE_FAILED) return false;
	if (n >= OAUTH_PROGRAMS) return err_set(e, ERR_CONFLICT, "A portal has at most %d programs.", OAUTH_PROGRAMS);
	if (!store_run(tx, OAUTH_Q(program_insert), s->t, STORE_PARAMS(VALUE_OF_TEXT(p->client), VALUE_OF_TEXT(p->name), VALUE_OF_TEXT(p->about), VALUE_OF_TEXT(p->site),
	               VALUE_OF_TEXT(hash), VALUE_OF_TEXT(p->hint), VALUE_OF_TEXT(joined(s->arena, p)), VALUE_OF_TEXT(oauth_scopes_text(s->arena, p->scopes)),
	               number_or_null(p->alone), number_or_null(s->by), VALUE_OF_INT(clock_now().us)), e))
		return false;
	p->id = store_last_id(tx);
	return true;
}

bool oauth_program_add(const struct oauth_scene *s, struct oauth_program *p, char secret[OAUTH_SECRET_TEXT], struct err *e)
{
	struct store_tx *tx;
	struct str hash;
	char client[OAUTH_CLIENT_TEXT];
	if (!check(p, e)) return false;
	crypt_random_base62(client, OAUTH_CLIENT);
	p->client = arena_str(s->arena, str_of(client));
	make_secret(s->arena, p->secret, secret, &hash, &p->hint);
	if (!store_begin(oauth_store(s->o), STORE_WRITE, &tx, e)) return false;
	bool ok = insert(tx, s, p, hash, e);
	ok = store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
	if (ok) oauth_note(s, EVENT_PROGRAM_CHANGED, s->by, "registered", p->client);
	return ok;
}

/* Grants that hold what the program may ask for no longer, and those in the name of somebody it works for no longer. */
static bool end_what_is_over(struct store_tx *tx, const struct oauth_scene *s, const struct oauth_program *p, struct oauth_ids *ended, struct err *e)
{
	struct store_rows *r;
	enum store_step step;
	if (!store_ask(tx, OAUTH_Q(grants_live), s->t, STORE_PARAMS(VALUE_OF_INT(p->id)), &r, e)) return false;
	while ((step = store_step(r, e)) == STORE_ROW) {
		uint64_t scopes = UINT64_MAX;
		struct str bad;
		bool known = oauth_scopes_read(store_text(r, 1), &scopes, &bad);
		bool alone = store_int(r, 2) != 0;
		if (!known || (scopes & ~p->scopes) || (alone && store_int(r, 3) != p->alone)) vec_push(s->arena, &ended->list, store_int(r, 0));
	}
	store_stop(r);
	bool ok = step == STORE_DONE;
	for (size_t i = 0; ok && i < ended->list.n; i++) ok = oauth_grant_end(tx, s, ended->list.p[i], "program_changed", e);
	return ok;
}

static bool changed(struct store_tx *tx, struct err *e) { return store_changes(tx) == 1 || err_set(e, ERR_NOT_FOUND, "There is no such program."); }

bool oauth_program_change(const struct oauth_scene *s, const struct oauth_program *p, struct err *e)
{
	struct store_tx *tx;
	struct oauth_ids ended = { 0 };
	if (!check(p, e) || !store_begin(oauth_store(s->o), STORE_WRITE, &tx, e)) return false;
	bool ok = store_run(tx, OAUTH_Q(program_change), s->t, STORE_PARAMS(VALUE_OF_INT(p->id), VALUE_OF_TEXT(p->name), VALUE_OF_TEXT(p->about), VALUE_OF_TEXT(p->site),
	                    VALUE_OF_TEXT(joined(s->arena, p)), VALUE_OF_TEXT(oauth_scopes_text(s->arena, p->scopes)), number_or_null(p->alone), VALUE_OF_INT(clock_now().us)), e) &&
	          changed(tx, e) && end_what_is_over(tx, s, p, &ended, e);
	ok = store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
	if (!ok) return false;
	oauth_grants_forget(s, &ended);
	oauth_note(s, EVENT_PROGRAM_CHANGED, s->by, "changed", p->client);
	return true;
}

bool oauth_program_renew(const struct oauth_scene *s, int64_t id, char secret[OAUTH_SECRET_TEXT], struct err *e)
{
	struct store_tx *tx;
	struct str hash, hint;
	struct oauth_program p;
	if (!oauth_program_get(s, id, &p, e)) return false;
	if (!p.secret) return err_set(e, ERR_CONFLICT, "This program keeps no secret.");
	make_secret(s->arena, true, secret, &hash, &hint);
	if (!store_begin(oauth_store(s->o), STORE_WRITE, &tx, e)) return false;
	/* Whoever has the secret works in somebody's name: nobody may take another's that way. */
	if (p.alone != s->by) p.alone = 0;
	struct oauth_ids ended = { 0 };
	bool ok = store_run(tx, OAUTH_Q(program_renew), s->t, STORE_PARAMS(VALUE_OF_INT(id), VALUE_OF_TEXT(hash), VALUE_OF_TEXT(hint), VALUE_OF_INT(clock_now().us), VALUE_OF_INT(s->by)), e) &&
	          changed(tx, e) && end_what_is_over(tx, s, &p, &ended, e);
	ok = store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
	oauth_grants_forget(s, &ended);
	if (ok) oauth_note(s, EVENT_PROGRAM_CHANGED, s->by, "secret_renewed", p.client);
	return ok;
}

bool oauth_program_remove(const struct oauth_scene *s, int64_t id, struct err *e)
{
	struct store_tx *tx;
	struct oauth_program p;
	struct oauth_ids all = { 0 };
	if (!oauth_program_get(s, id, &p, e) || !store_begin(oauth_store(s->o), STORE_WRITE, &tx, e)) return false;
	bool ok = oauth_grants(tx, s, OAUTH_Q(grants_of), STORE_PARAMS(VALUE_OF_INT(0), VALUE_OF_INT(id)), &all, e) &&
	          store_run(tx, OAUTH_Q(program_remove), s->t, STORE_PARAMS(VALUE_OF_INT(id)), e) && changed(tx, e);
	ok = store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
	if (!ok) return false;
	oauth_grants_forget(s, &all);
	oauth_note(s, EVENT_PROGRAM_CHANGED, s->by, "removed", p.client);
	return true;
}
