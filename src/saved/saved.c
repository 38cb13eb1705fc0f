/* Things that were saved: found, made, changed, listed. A change names the revision it was made of, so that of two tabs the second is told
 * instead of overwriting the first. */
#include "saved/inside.h"

#include "i18n/i18n.h"
#include "json/json.h"
#include "text/text.h"

const struct store_query saved_queries[] = {
#define Q(name, text) [SAVED_Q_##name] = { #name, text },
#define HOUSE(name, text)
#include "saved/queries.def"
#undef Q
#undef HOUSE
};
const struct store_house_query saved_house[] = {
#define Q(name, text)
#define HOUSE(name, text) [SAVED_H_##name] = { #name, text },
#include "saved/queries.def"
#undef Q
#undef HOUSE
};

/* --- what is good ------------------------------------------------------------------------------------------------ */

static bool is_line(struct str s, size_t most)
{
	if (s.n > most || !text_is_utf8(s))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return false;
	return true;
}

bool saved_check(struct str title, struct str json, bool draft, struct err *e)
{
	if (!draft && !str_trim(title).n)
		return err_set(e, ERR_INVALID, N_("Please give it a title."));
	if (!is_line(title, SAVED_TITLE))
		return err_set(e, ERR_INVALID, N_("The title is too long, or has more than one line."));
	if (json.n > SAVED_JSON)
		return err_set(e, ERR_INVALID, N_("It is too large to be saved. Fewer layers, series or colours help."));
	auto_json *doc = NULL;
	struct err why = { 0 };
	if (!text_is_utf8(json) || !json_read(json, &doc, &why) || json_kind(json_root(doc)) != JSON_OBJECT)
		return err_set(e, ERR_INVALID, "What is to be saved must be a JSON object.");
	return true;
}

/* Words that addresses of the builders use themselves. */
static bool is_reserved(struct str slug)
{
	static const char *const words[] = { "embed", "edit", "new", "drafts" };
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (str_eq(slug, str_of(words[i])))
			return true;
	return false;
}

static bool check_slug(struct str slug, struct err *e)
{
	bool good = slug.n > 0 && slug.n <= SAVED_SLUG && slug.p[0] != '-' && slug.p[slug.n - 1] != '-';
	for (size_t i = 0; good && i < slug.n; i++)
		good = (slug.p[i] >= 'a' && slug.p[i] <= 'z') || (slug.p[i] >= '0' && slug.p[i] <= '9') || slug.p[i] == '-' || slug.p[i] == '_';
	if (!good)
		return err_set(e, ERR_INVALID, N_("The address may hold small letters a–z, digits, - and _, and may not be long."));
	return !is_reserved(slug) || err_set(e, ERR_INVALID, N_("This address is used by the portal itself. Please choose another."));
}

static bool check(const struct saved *x, struct err *e)
{
	if (x->description.n > SAVED_DESCRIPTION || !text_is_utf8(x->description))
		return err_set(e, ERR_INVALID, N_("The description is too long."));
	return saved_check(x->title, x->json, false, e);
}

/* --- rows ------------------------------------------------------------------------------------------------------- */

static void read_row(struct store_rows *r, struct arena *a, struct saved *out)
{
	*out = (struct saved){
		.id = store_int(r, 0),
		.kind = store_int(r, 1) ? SAVED_CHART : SAVED_MAP,
		.slug = arena_str(a, store_text(r, 2)),
		.title = arena_str(a, store_text(r, 3)),
		.description = arena_str(a, store_text(r, 4)),
		.json = arena_str(a, store_text(r, 5)),
		.owner = store_int(r, 6),
		.visibility = (enum saved_visibility)store_int(r, 7),
		.revision = store_int(r, 8),
		.created = { store_int(r, 9) },
		.changed = { store_int(r, 10) },
	};
}

static bool number(struct store_tx *tx, const struct store_query *q, struct tenant_id t, const struct value *params, size_t n, int64_t *out, struct err *e)
{
	struct store_rows *r;
	if (!store_ask(tx, q, t, params, n, &r, e))
		return false;
	enum store_step step = store_step(r, e);
	*out = step == STORE_ROW ? store_int(r, 0) : 0;
	store_stop(r);
	return step != STORE_FAILED;
}

static struct str folded(struct arena *a, struct str s)
{
	auto_buf b = BUF_INIT(SAVED_TITLE + SAVED_DESCRIPTION * 4);
	text_fold(&b, s);
	return arena_str(a, buf_str(&b));
}

static struct str searched(struct arena *a, const struct saved *x)
{
	return folded(a, arena_printf(a, "%.*s %.*s", STR_ARG(x->title), STR_ARG(x->description)));
}

bool saved_find(struct store *s, struct tenant_id t, enum saved_kind kind, struct str slug, struct arena *a, struct saved *out, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r = NULL;
	struct err ignored = { 0 };
	if (!store_begin(s, STORE_READ, &tx, e))
		return false;
	bool ok = store_ask(tx, SAVED_Q(find), t, STORE_PARAMS(VALUE_OF_INT(kind), VALUE_OF_TEXT(slug)), &r, e);
	enum store_step step = ok ? store_step(r, e) : STORE_FAILED;
	if (step == STORE_ROW)
		read_row(r, a, out);
	else if (step == STORE_DONE)
		ok = err_set(e, ERR_NOT_FOUND, "There is nothing saved under this name.");
	if (ok || step != STORE_FAILED)
		store_stop(r);
	ok = ok && step == STORE_ROW;
	return store_end(tx, STORE_ROLLBACK, ok ? e : &ignored) && ok;
}

bool saved_may_change(const struct saved *x, int64_t account)
{
	return account != 0 && x->owner == account;
}

bool saved_may_see(const struct saved *x, int64_t account)
{
	return x->visibility != SAVED_PRIVATE || saved_may_change(x, account);
}

/* --- making and changing ----------------------------------------------------------------------------------------- */

static bool taken(struct store_tx *tx, struct tenant_id t, const struct saved *x, struct str slug, bool *out, struct err *e)
{
	int64_t n;
	if (!number(tx, SAVED_Q(taken), t, STORE_PARAMS(VALUE_OF_INT(x->kind), VALUE_OF_TEXT(slug), VALUE_OF_INT(x->id)), &n, e))
		return false;
	*out = n > 0;
	return true;
}

static bool check_free(struct store_tx *tx, struct tenant_id t, const struct saved *x, struct err *e)
{
	bool is_taken;
	if (!check_slug(x->slug, e) || !taken(tx, t, x, x->slug, &is_taken, e))
		return false;
	return !is_taken || err_set(e, ERR_CONFLICT, N_("This address is taken. Please choose another."));
}

/* Letters and digits of the title; others' scripts leave nothing, and get a plain word. */
static struct str slug_of(struct arena *a, struct str title, enum saved_kind kind)
{
	struct str plain = folded(a, title);
	char *out = arena_bytes(a, plain.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < plain.n && n < SAVED_SLUG - 12; i++) {
		char c = plain.p[i];
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			out[n++] = c;
		else if (n && out[n - 1] != '-')
			out[n++] = '-';
	}
	while (n && out[n - 1] == '-')
		n--;
	struct str slug = str_make(out, n);
	if (n < 2 || is_reserved(slug))
		return kind == SAVED_MAP ? STR("map") : STR("chart");
	return slug;
}

static bool choose_slug(struct store_tx *tx, struct tenant_id t, struct arena *a, struct saved *x, struct err *e)
{
	struct str stem = slug_of(a, x->title, x->kind), slug = stem;
	bool is_taken = true;
	for (int i = 2; is_taken && i < SAVED_MOST * 2; i++) {
		if (!taken(tx, t, x, slug, &is_taken, e))
			return false;
		if (is_taken)
			slug = arena_printf(a, "%.*s-%d", STR_ARG(stem), i);
		else
			x->slug = slug;
	}
	return !is_taken || err_set(e, ERR_CONFLICT, N_("Too many things have this title. Please choose another."));
}

static bool make(struct store_tx *tx, struct tenant_id t, struct arena *a, struct saved *x, struct err *e)
{
	int64_t has;
	if (!number(tx, SAVED_Q(count_of), t, STORE_PARAMS(VALUE_OF_INT(x->owner)), &has, e))
		return false;
	if (has >= SAVED_MOST)
		return err_set(e, ERR_TOO_MANY, N_("You have as many saved maps and charts as can be kept. Please delete some first."));
	if (x->slug.n ? !check_free(tx, t, x, e) : !choose_slug(tx, t, a, x, e))
		return false;
	x->created = x->changed = clock_now();
	if (!store_run(tx, SAVED_Q(insert), t,
	               STORE_PARAMS(VALUE_OF_INT(x->kind), VALUE_OF_TEXT(x->slug), VALUE_OF_TEXT(x->title), VALUE_OF_TEXT(x->description),
	                            VALUE_OF_TEXT(searched(a, x)), VALUE_OF_TEXT(x->json), VALUE_OF_INT(x->owner), VALUE_OF_INT(x->visibility),
	                            VALUE_OF_INT(x->changed.us)), e))
		return false;
	x->id = store_last_id(tx);
	x->revision = 1;
	return true;
}

bool saved_make(struct store *s, struct tenant_id t, struct arena *a, struct saved *x, struct err *e)
{
	struct store_tx *tx;
	x->id = 0;
	x->title = str_trim(x->title);
	if (!check(x, e) || !store_begin(s, STORE_WRITE, &tx, e))
		return false;
	bool ok = make(tx, t, a, x, e);
	struct err ignored = { 0 };
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, ok ? e : &ignored) && ok;
}

static bool change(struct store_tx *tx, struct tenant_id t, struct arena *a, struct saved *x, struct err *e)
{
	struct store_rows *r;
	struct instant now = clock_now();
	if (!store_ask(tx, SAVED_Q(get), t, STORE_PARAMS(VALUE_OF_INT(x->id)), &r, e))
		return false;
	enum store_step step = store_step(r, e);
	int64_t revision = step == STORE_ROW ? store_int(r, 8) : 0;
	store_stop(r);
	if (step == STORE_FAILED)
		return false;
	if (step == STORE_DONE)
		return err_set(e, ERR_NOT_FOUND, N_("It is not there any more."));
	if (revision != x->revision)
		return err_set(e, ERR_CONFLICT, N_("It was changed elsewhere since you opened it. Save a copy, or load it anew."));
	if (!check_free(tx, t, x, e) ||
	    !store_run(tx, SAVED_Q(update), t,
	               STORE_PARAMS(VALUE_OF_INT(x->id), VALUE_OF_INT(x->revision), VALUE_OF_TEXT(x->slug), VALUE_OF_TEXT(x->title), VALUE_OF_TEXT(x->description),
	                            VALUE_OF_TEXT(searched(a, x)), VALUE_OF_TEXT(x->json), VALUE_OF_INT(x->visibility), VALUE_OF_INT(now.us)), e))
		return false;
	x->changed = now;
	x->revision++;
	return true;
}

bool saved_change(struct store *s, struct tenant_id t, struct arena *a, struct saved *x, struct err *e)
{
	struct store_tx *tx;
	x->title = str_trim(x->title);
	if (!check(x, e) || !store_begin(s, STORE_WRITE, &tx, e))
		return false;
	bool ok = change(tx, t, a, x, e);
	struct err ignored = { 0 };
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, ok ? e : &ignored) && ok;
}

bool saved_show(struct store *s, struct tenant_id t, int64_t id, enum saved_visibility visibility, struct err *e)
{
	struct store_tx *tx;
	if (!store_begin(s, STORE_WRITE, &tx, e))
		return false;
	bool ok = store_run(tx, SAVED_Q(show), t, STORE_PARAMS(VALUE_OF_INT(id), VALUE_OF_INT(visibility)), e);
	if (ok && !store_changes(tx))
		ok = err_set(e, ERR_NOT_FOUND, N_("It is not there any more."));
	struct err ignored = { 0 };
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, ok ? e : &ignored) && ok;
}

bool saved_remove(struct store *s, struct tenant_id t, int64_t id, struct err *e)
{
	struct store_tx *tx;
	if (!store_begin(s, STORE_WRITE, &tx, e))
		return false;
	bool ok = store_run(tx, SAVED_Q(drop_drafts), t, STORE_PARAMS(VALUE_OF_INT(id)), e) && store_run(tx, SAVED_Q(remove), t, STORE_PARAMS(VALUE_OF_INT(id)), e);
	if (ok && !store_changes(tx))
		ok = err_set(e, ERR_NOT_FOUND, N_("It is not there any more."));
	struct err ignored = { 0 };
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, ok ? e : &ignored) && ok;
}

/* --- lists -------------------------------------------------------------------------------------------------------- */

enum { WORDS = 3 };

/* The first words of what is searched for; more would not narrow it for anyone. */
static void cut_words(struct arena *a, struct str text, struct str out[WORDS])
{
	struct str plain = folded(a, str_sub(text, 0, SAVED_TITLE));
	size_t at = 0, n = 0;
	for (size_t i = 0; i < WORDS; i++)
		out[i] = STR("");
	while (n < WORDS && text_next_token(plain, &at, &out[n]))
		n++;
	for (size_t i = n; i < WORDS; i++)
		out[i] = STR("");
}

bool saved_list(struct store *s, struct tenant_id t, const struct saved_question *q, struct arena *a, struct saved **out, size_t *n, int64_t *total, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r = NULL;
	struct str w[WORDS];
	struct err ignored = { 0 };
	VEC(struct saved) list = { 0 };
	cut_words(a, q->words, w);
	const struct value params[] = { VALUE_OF_INT(q->maps), VALUE_OF_INT(q->charts), VALUE_OF_INT(q->owner), VALUE_OF_INT(q->listed), VALUE_OF_TEXT(w[0]),
		                        VALUE_OF_TEXT(w[1]), VALUE_OF_TEXT(w[2]), VALUE_OF_INT(q->rows), VALUE_OF_INT(q->start) };
	if (!store_begin(s, STORE_READ, &tx, e))
		return false;
	bool ok = number(tx, SAVED_Q(count), t, params, COUNT_OF(params) - 2, total, e) && store_ask(tx, SAVED_Q(list), t, params, COUNT_OF(params), &r, e);
	enum store_step step = STORE_DONE;
	while (ok && (step = store_step(r, e)) == STORE_ROW)
		read_row(r, a, vec_add(a, &list));
	if (ok)
		store_stop(r);
	ok = ok && step != STORE_FAILED;
	*out = list.p;
	*n = list.n;
	return store_end(tx, STORE_ROLLBACK, ok ? e : &ignored) && ok;
}

bool saved_sweep(struct store *s, struct instant now, struct err *e)
{
	struct store_tx *tx;
	int64_t before = now.us - SAVED_DRAFT_DAYS * INT64_C(86400000000);
	if (!store_begin(s, STORE_WRITE, &tx, e))
		return false;
	bool ok = store_run_house(tx, &saved_house[SAVED_H_sweep_private], STORE_NONE, e) &&
	          store_run_house(tx, &saved_house[SAVED_H_sweep_drafts], STORE_PARAMS(VALUE_OF_INT(before)), e);
	struct err ignored = { 0 };
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, ok ? e : &ignored) && ok;
}
