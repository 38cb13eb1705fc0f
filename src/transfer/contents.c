/* What is in a backup, and what of now is not: noted when the backup is made, as keys and times of everything that people would miss, and compared
 * with what there is when somebody asks. Keys are such as stay the same when the portal comes back under new numbers, and name nobody. */
#include "transfer/inside.h"
#include "json/json.h"

enum { NOTE_BYTES = 16 << 20 };
static const char *const words[TRANSFER_KINDS] = { "datasets", "pages", "people", "groups", "keys", "reuses", "saved" };

struct thing { struct str key, name; int64_t changed; };
struct things { VEC(struct thing) of[TRANSFER_KINDS]; };

static bool read_now(struct site *s, struct tenant_id t, struct arena *a, struct things *out, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	struct err ignored = { 0 };
	enum store_step step = STORE_FAILED;
	*out = (struct things){ 0 };
	if (!store_begin(s->store, STORE_READ, &tx, e)) return false;
	if (store_ask(tx, &transfer_queries[TRANSFER_Q_contents], t, STORE_NONE, &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW)
			for (size_t i = 0; i < TRANSFER_KINDS; i++)
				if (str_eq(store_text(r, 0), str_of(words[i])))
					vec_push(a, &out->of[i], (struct thing){ arena_str(a, store_text(r, 1)), arena_str(a, store_text(r, 3)), store_int(r, 2) });
		store_stop(r);
	}
	return store_end(tx, STORE_ROLLBACK, &ignored) && step == STORE_DONE;
}

bool transfer_contents_note(struct site *s, struct tenant_id t, struct arena *a, struct str *out, struct err *e)
{
	auto_buf b = BUF_INIT(NOTE_BYTES);
	struct json_out j = JSON_OUT(&b);
	struct things all;
	if (!read_now(s, t, a, &all, e)) return false;
	json_open(&j, '{');
	for (size_t i = 0; i < TRANSFER_KINDS; i++) {
		json_key(&j, str_of(words[i]));
		json_open(&j, '{');
		for (size_t k = 0; k < all.of[i].n; k++) {
			json_key(&j, all.of[i].p[k].key);
			json_put_int(&j, all.of[i].p[k].changed);
		}
		json_close(&j, '}');
	}
	json_close(&j, '}');
	*out = b.over ? STR("") : arena_str(a, buf_str(&b));
	return true;
}

static void name(struct arena *a, struct str **names, size_t n, struct str one)
{
	if (n >= TRANSFER_NAMES) return;
	if (n == 0) *names = arena_array(a, struct str, TRANSFER_NAMES);
	(*names)[n] = one;
}

static void compare(struct transfer_kind *k, const struct json_node *then, const struct thing *now, size_t n, struct arena *a)
{
	struct map known = { 0 };
	size_t at = 0, same = 0;
	struct str key;
	const struct json_node *v;
	while (json_each(then, &at, &key, &v)) {
		map_put(a, &known, key, (void *)(uintptr_t)v);
		k->then++;
	}
	k->now = n;
	for (size_t i = 0; i < n; i++) {
		const struct json_node *was = map_get_or_null(&known, now[i].key);
		if (!was) {
			name(a, &k->made_names, k->made++, now[i].name);
			continue;
		}
		same++;
		if (json_int(was, 0) != now[i].changed) name(a, &k->changed_names, k->changed++, now[i].name);
	}
	k->removed = k->then > same ? k->then - same : 0;
}

static bool key_of(struct site *s, struct tenant_id t, int64_t account, struct arena *a, struct str *out, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	struct err ignored = { 0 };
	enum store_step step = STORE_FAILED;
	*out = STR("");
	if (!store_begin(s->store, STORE_READ, &tx, e)) return false;
	if (store_ask(tx, &transfer_queries[TRANSFER_Q_account_key], t, STORE_PARAMS(VALUE_OF_INT(account)), &r, e)) {
		step = store_step(r, e);
		if (step == STORE_ROW) *out = arena_str(a, store_text(r, 0));
		store_stop(r);
	}
	return store_end(tx, STORE_ROLLBACK, &ignored) && step != STORE_FAILED;
}

bool transfer_contents_read(struct site *s, const struct transfer_backup *b, int64_t who, struct arena *a, struct transfer_contents *out, struct err *e)
{
	const struct json_node *root = NULL;
	struct things all;
	struct str own;
	*out = (struct transfer_contents){ .known = b->contents.n > 0 };
	if (!read_now(s, b->tenant, a, &all, e) || !key_of(s, b->tenant, who, a, &own, e) || (out->known && !json_read_in(a, b->contents, &root, e))) return false;
	for (size_t i = 0; i < TRANSFER_KINDS; i++) {
		out->kinds[i].word = words[i];
		if (out->known) compare(&out->kinds[i], json_get(root, words[i]), all.of[i].p, all.of[i].n, a);
		else out->kinds[i].now = all.of[i].n;
	}
	out->lacks_account = out->known && own.n && !json_get(json_get(root, "people"), arena_cstr(a, own));
	return true;
}
