/* Who may push: a resource and a key a dataset. Of the key only its HMAC under a salt is kept. */
#include "crypt/crypt.h"
#include "live/inside.h"

enum {
#define Q(name, text) Q_##name,
#define HOUSE(name, text)
#include "live/queries.def"
#undef Q
#undef HOUSE
};
static const struct store_query queries[] = {
#define Q(name, text) [Q_##name] = { #name, text },
#define HOUSE(name, text)
#include "live/queries.def"
#undef Q
#undef HOUSE
};
static const struct store_house_query push_all = {
#define Q(name, text)
#define HOUSE(name, text) #name, text
#include "live/queries.def"
#undef Q
#undef HOUSE
};

enum { SALT_BYTES = 16, HEX_BYTES = 2 * CRYPT_MAC };

static bool find(struct store_tx *tx, struct tenant_id t, int64_t dataset, struct arena *a, struct access *out, struct err *e)
{
	struct store_rows *r;
	*out = (struct access){ 0 };
	if (!store_ask(tx, &queries[Q_push_find], t, STORE_PARAMS(VALUE_OF_INT(dataset)), &r, e)) return false;
	enum store_step step = store_step(r, e);
	if (step == STORE_ROW)
		*out = (struct access){ .found = true, .resource = arena_str(a, store_text(r, 0)), .enabled = store_int(r, 1) != 0,
			.salt = arena_str(a, store_text(r, 2)), .key = arena_str(a, store_text(r, 3)), .created = store_int(r, 4) };
	store_stop(r);
	return step != STORE_FAILED;
}

bool access_read(struct site *s, struct tenant_id t, int64_t dataset, struct arena *a, struct access *out, struct err *e)
{
	struct store_tx *tx;
	struct err ignored = { 0 };
	if (!store_begin(s->store, STORE_READ, &tx, e)) return false;
	bool ok = find(tx, t, dataset, a, out, e);
	return store_end(tx, STORE_ROLLBACK, &ignored) && ok;
}

bool access_all(struct site *s, struct arena *a, int64_t (**pairs)[2], size_t *n, struct err *e)
{
	struct pair { int64_t v[2]; };
	VEC(struct pair) list = { 0 };
	struct store_tx *tx;
	struct store_rows *r;
	struct err ignored = { 0 };
	enum store_step step = STORE_FAILED;
	if (!store_begin(s->store, STORE_READ, &tx, e)) return false;
	if (store_ask_house(tx, &push_all, STORE_NONE, &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW) vec_push(a, &list, (struct pair){ { store_int(r, 0), store_int(r, 1) } });
		store_stop(r);
	}
	*n = list.n;
	*pairs = arena_many(a, sizeof **pairs, list.n + 1);
	for (size_t i = 0; i < list.n; i++) memcpy((*pairs)[i], list.p[i].v, sizeof **pairs);
	return store_end(tx, STORE_ROLLBACK, &ignored) && step == STORE_DONE;
}

static void hash(struct str salt, struct str key, char out[HEX_BYTES + 1])
{
	unsigned char mac[CRYPT_MAC];
	crypt_hmac(salt, key, mac);
	crypt_hex(mac, sizeof mac, out);
}

/* The same for a dataset that is hidden, or never was: who has no key learns nothing. */
bool nothing_here(struct err *e) { return err_set(e, ERR_NOT_FOUND, "There is no such dataset with such a resource to push to."); }

bool access_check(const struct access *x, struct str resource, struct str key, struct err *e)
{
	char given[HEX_BYTES + 1];
	if (!x->found || !str_eq(x->resource, resource))
		return nothing_here(e);
	if (!key.n) return err_set(e, ERR_UNAUTHENTICATED, "The parameter pushkey is missing.");
	hash(x->salt, key, given);
	if (!crypt_equal(str_of(given), x->key)) return err_set(e, ERR_FORBIDDEN, "The pushkey is not the one of this resource.");
	return x->enabled || err_set(e, ERR_CONFLICT, "Pushing to this resource is disabled; nothing was stored.");
}

/* --- changes ------------------------------------------------------------------------------------------- */

static bool dataset_id(struct site *s, struct tenant_id t, struct str slug, int64_t *out, struct err *e)
{
	const struct catalog_view *v;
	if (!catalog_hold(s->catalog, t, &v, e)) return false;
	const struct dataset *d = catalog_find_or_null(v, slug);
	if (d) *out = d->id;
	catalog_release(s->catalog, v);
	return d || err_set(e, ERR_NOT_FOUND, "there is no dataset %.*s on this portal; publish a file with its headings first, "
	                                      "`stoa datasets` lists what there is", STR_ARG(slug));
}

static bool resource_ok(struct str s)
{
	bool ok = s.n > 0 && s.n <= 60;
	for (size_t i = 0; ok && i < s.n; i++) {
		char c = s.p[i];
		ok = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
	}
	return ok;
}

static bool say(struct store_tx *tx, struct tenant_id t, const char *what, struct str slug, struct str detail, struct err *e)
{
	return store_run(tx, &queries[Q_push_said], t,
	                 STORE_PARAMS(VALUE_OF_INT(clock_now().us), VALUE_OF_TEXT(str_of(what)), VALUE_OF_TEXT(slug), VALUE_OF_TEXT(detail)), e);
}

struct fresh { char salt[SALT_BYTES + 1], hash[HEX_BYTES + 1]; };
static void make_key(struct live_key *key, struct fresh *out)
{
	crypt_random_base62(key->text, LIVE_KEY_BYTES);
	crypt_random_base62(out->salt, SALT_BYTES);
	hash(str_of(out->salt), str_of(key->text), out->hash);
}

enum change { ENABLE, DISABLE, RENEW };

static bool write_change(struct store_tx *tx, struct tenant_id t, int64_t dataset, struct str slug, enum change how, struct str resource,
                         struct live_key *key, struct err *e)
{
	static const char *const words[] = { "push.enable", "push.disable", "push.key" };
	auto_arena a = ARENA_INIT;
	struct access now;
	struct fresh fresh;
	struct value id = VALUE_OF_INT(dataset), when = VALUE_OF_INT(clock_now().us);
	if (!find(tx, t, dataset, &a, &now, e)) return false;
	if (!now.found && how != ENABLE)
		return err_set(e, ERR_CONFLICT, "push was never enabled for %.*s; `stoa push enable` does so", STR_ARG(slug));
	if (!resource.n) resource = now.found ? now.resource : STR("realtime");
	bool ok = true;
	if (!now.found || how == RENEW) make_key(key, &fresh);
	if (!now.found)
		ok = store_run(tx, &queries[Q_push_put], t, STORE_PARAMS(id, VALUE_OF_TEXT(resource), VALUE_OF_TEXT(str_of(fresh.salt)),
		                                                        VALUE_OF_TEXT(str_of(fresh.hash)), when), e);
	else if (how == RENEW)
		ok = store_run(tx, &queries[Q_push_key], t, STORE_PARAMS(id, VALUE_OF_TEXT(str_of(fresh.salt)), VALUE_OF_TEXT(str_of(fresh.hash)), when), e);
	else
		ok = store_run(tx, &queries[Q_push_switch], t, STORE_PARAMS(id, VALUE_OF_INT(how == ENABLE), VALUE_OF_TEXT(resource)), e);
	return ok && say(tx, t, words[how], slug, resource, e);
}

static bool change(struct site *s, struct tenant_id t, struct str slug, enum change how, struct str resource, struct live_key *key, struct err *e)
{
	struct store_tx *tx;
	int64_t dataset;
	key->text[0] = 0;
	if (resource.n && !resource_ok(resource))
		return err_set(e, ERR_PARAMETER, "\"%.*s\" cannot name a resource; use 1 to 60 of a-z, 0-9, _ and -", STR_ARG(resource));
	if (!dataset_id(s, t, slug, &dataset, e) || !store_begin(s->store, STORE_WRITE, &tx, e)) return false;
	bool ok = write_change(tx, t, dataset, slug, how, resource, key, e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

bool live_enable(struct site *s, struct tenant_id t, struct str slug, struct str resource, struct live_key *out, struct err *e)
{
	return change(s, t, slug, ENABLE, resource, out, e);
}

bool live_disable(struct site *s, struct tenant_id t, struct str slug, struct err *e)
{
	struct live_key none;
	return change(s, t, slug, DISABLE, STR(""), &none, e);
}

bool live_new_key(struct site *s, struct tenant_id t, struct str slug, struct live_key *out, struct err *e)
{
	return change(s, t, slug, RENEW, STR(""), out, e);
}

bool live_status(struct site *s, struct tenant_id t, struct str slug, struct arena *a, struct live_status *out, struct err *e)
{
	const struct catalog_view *v;
	struct access now;
	if (!catalog_hold(s->catalog, t, &v, e)) return false;
	const struct dataset *d = catalog_find_or_null(v, slug);
	bool ok = d ? access_read(s, t, d->id, a, &now, e)
	            : err_set(e, ERR_NOT_FOUND, "there is no dataset %.*s on this portal; `stoa datasets` lists them", STR_ARG(slug));
	struct stream *stream = ok && s->live ? stream_find_or_null(s->live, t, d->id) : NULL;
	if (ok)
		*out = (struct live_status){ .resource = now.resource, .enabled = now.enabled, .key_made = { now.created },
			.version = d->version.number, .rows = d->rows };
	catalog_release(s->catalog, v);
	if (!ok || !stream) return ok;
	lock_take(&stream->lock);
	out->waiting = stream->waiting;
	out->last_push = journal_last(stream->journal, 0);
	out->trouble = arena_str(a, str_of(stream->trouble.pub));
	lock_give(&stream->lock);
	out->journal_bytes = journal_bytes(stream->journal);
	return true;
}
