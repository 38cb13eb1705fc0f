/* Versions in the store: rows that are put and never changed, but for the mark of one that was replaced while it waited; and
 * the signed results of crawls. */
#include "crypt/crypt.h"
#include "registry/inside.h"

static void read_head(struct store_rows *r, struct arena *a, struct registry_row *row)
{
	row->version = store_int(r, 0);
	row->epoch = store_int(r, 1);
	row->made.us = store_int(r, 2);
	row->effective.us = store_int(r, 3);
	row->role = arena_str(a, store_text(r, 4));
	row->note = arena_str(a, store_text(r, 5));
	row->hash = arena_str(a, store_text(r, 6));
	row->material = store_int(r, 7) != 0;
	row->replaced = store_int(r, 8);
}

static bool read_one(struct store_tx *x, const struct store_query *q, struct tenant_id t, int64_t hole, struct arena *a, struct registry_row *row,
                     bool *found, struct err *e)
{
	struct store_rows *r;
	*found = false;
	if (!store_ask(x, q, t, STORE_PARAMS(VALUE_OF_INT(hole)), &r, e))
		return false;
	enum store_step step = store_step(r, e);
	if (step == STORE_ROW) {
		*found = true;
		read_head(r, a, row);
		row->source = arena_str(a, store_text(r, 9));
		row->doc = arena_str(a, store_text(r, 10));
	}
	store_stop(r);
	return step != STORE_FAILED;
}

bool registry_row_in_force(struct store_tx *x, struct tenant_id t, struct instant now, struct arena *a, struct registry_row *out, bool *found,
                           int64_t *until, struct err *e)
{
	struct store_rows *r;
	if (!read_one(x, &registry_queries[REGISTRY_Q_version_in_force], t, now.us, a, out, found, e) ||
	    !store_ask(x, &registry_queries[REGISTRY_Q_version_next], t, STORE_PARAMS(VALUE_OF_INT(now.us)), &r, e))
		return false;
	enum store_step step = store_step(r, e);
	*until = step == STORE_ROW && !store_is_null(r, 0) ? store_int(r, 0) : INT64_MAX;
	store_stop(r);
	return step != STORE_FAILED;
}

bool registry_row_get(struct store_tx *x, struct tenant_id t, int64_t version, struct arena *a, struct registry_row *out, struct err *e)
{
	bool found;
	if (!read_one(x, &registry_queries[REGISTRY_Q_version_get], t, version, a, out, &found, e))
		return false;
	return found || err_set(e, ERR_NOT_FOUND, "There is no version %lld of the cookie policy.", (long long)version);
}

bool registry_row_put(struct store_tx *x, struct tenant_id t, const struct registry_row *row, struct err *e)
{
	return store_run(x, &registry_queries[REGISTRY_Q_version_put], t,
	                 STORE_PARAMS(VALUE_OF_INT(row->version), VALUE_OF_INT(row->epoch), VALUE_OF_INT(row->made.us), VALUE_OF_INT(row->effective.us),
	                              VALUE_OF_TEXT(row->role), VALUE_OF_TEXT(row->note), VALUE_OF_TEXT(row->hash), VALUE_OF_INT(row->material),
	                              VALUE_OF_TEXT(row->source), VALUE_OF_TEXT(row->doc)),
	                 e);
}

bool registry_numbers(struct store_tx *x, struct tenant_id t, int64_t *version, int64_t *epoch, struct err *e)
{
	struct store_rows *r;
	if (!store_ask(x, &registry_queries[REGISTRY_Q_version_numbers], t, STORE_NONE, &r, e))
		return false;
	enum store_step step = store_step(r, e);
	*version = step == STORE_ROW ? store_int(r, 0) : 0;
	*epoch = step == STORE_ROW ? store_int(r, 1) : 0;
	store_stop(r);
	return step != STORE_FAILED;
}

bool registry_versions(struct registries *rs, struct tenant_id t, struct arena *a, struct registry_version **out, size_t *n, struct err *e)
{
	VEC(struct registry_version) list = { 0 };
	struct registry_row force = { 0 };
	bool found;
	int64_t until;
	struct store_tx *x;
	struct store_rows *r = NULL;
	struct err ignored = { 0 };
	if (!store_begin(rs->store, STORE_READ, &x, e))
		return false;
	bool ok = registry_row_in_force(x, t, clock_now(), a, &force, &found, &until, e) &&
	          store_ask(x, &registry_queries[REGISTRY_Q_versions], t, STORE_NONE, &r, e);
	enum store_step step = STORE_DONE;
	while (ok && (step = store_step(r, e)) == STORE_ROW) {
		struct registry_row row = { 0 };
		read_head(r, a, &row);
		vec_push(a, &list, (struct registry_version){ .version = row.version, .epoch = row.epoch, .made = row.made, .effective = row.effective,
		         .note = row.note, .role = row.role, .hash = row.hash, .material = row.material,
		         .in_force = found && row.version == force.version, .replaced = row.replaced != 0 });
	}
	store_stop(r);
	ok = ok && step == STORE_DONE;
	if (!store_end(x, STORE_ROLLBACK, ok ? e : &ignored) || !ok)
		return false;
	*out = list.p;
	*n = list.n;
	return true;
}

/* --- crawls ---------------------------------------------------------------------------------------------------------- */

/* "ed25519:" and base64url of 64 bytes. */
static bool verifies(struct vault *v, struct str host, struct str json, struct str signature)
{
	auto_arena a = ARENA_INIT;
	struct str bytes;
	if (!str_starts(signature, STR("ed25519:")) || !crypt_base64url_decode(&a, str_from(signature, 8), &bytes) || bytes.n != VAULT_SIGNATURE)
		return false;
	unsigned char key[VAULT_PUBLIC];
	unsigned char raw[VAULT_SIGNATURE];
	vault_public(v, host, key);
	memcpy(raw, bytes.p, sizeof raw);
	return vault_verify(key, json, raw);
}

/* What the signature is of; columns beside it are for sorting only. */
struct signed_result { struct instant at; bool passed; int64_t pages; };

static bool read_signed(struct str json, struct signed_result *out)
{
	auto_json *doc = NULL;
	struct err ignored = { 0 };
	struct clock_text at;
	if (!json_read(json, &doc, &ignored))
		return false;
	const struct json_node *root = json_root(doc);
	struct str result = json_text(json_get(root, "result"));
	bool passed = str_eq(result, STR("pass"));
	if ((!passed && !str_eq(result, STR("fail"))) || json_kind(json_get(root, "pages")) != JSON_INT || !clock_parse(json_text(json_get(root, "at")), &at))
		return false;
	*out = (struct signed_result){ .at = { clock_us_of_civil(&at.civil) - INT64_C(1000000) * at.offset_s }, .passed = passed,
		.pages = json_int(json_get(root, "pages"), 0) };
	return true;
}

bool registry_read_verification(struct store_tx *x, struct vault *v, struct registry_box *b, struct err *e)
{
	enum { LOOKED_AT = 200 };
	struct registry *g = &b->g;
	struct store_rows *r;
	if (!store_ask(x, &registry_queries[REGISTRY_Q_attestations], g->tenant, STORE_PARAMS(VALUE_OF_INT(LOOKED_AT)), &r, e))
		return false;
	enum store_step step;
	while ((step = store_step(r, e)) == STORE_ROW) {
		struct signed_result said;
		if (!verifies(v, g->host, store_text(r, 4), store_text(r, 5)) || !read_signed(store_text(r, 4), &said))
			continue;
		if (!g->verification.last.us) {
			g->verification.last = said.at;
			g->verification.last_passed = said.passed;
		}
		if (said.passed) {
			g->verification.passed = said.at;
			g->verification.pages = said.pages;
			g->verification.signature = arena_str(&b->arena, store_text(r, 5));
			step = STORE_DONE;
			break;
		}
	}
	store_stop(r);
	return step != STORE_FAILED;
}

bool registry_attest(struct registries *rs, const struct tenant *t, struct str json, struct str signature, bool passed, int64_t pages,
                     struct instant at, struct err *e)
{
	auto_json *doc = NULL;
	struct signed_result said;
	if (!json_read(json, &doc, e))
		return false;
	if (!read_signed(json, &said) || said.passed != passed || said.pages != pages)
		return err_set(e, ERR_PARAMETER, "the result of the crawl must have at (ISO 8601), result (pass or fail) and pages, and they must be those told");
	if (!verifies(rs->vault, t->host, json, signature))
		return err_set(e, ERR_PARAMETER, "the result of the crawl is not signed by the key of this portal");
	struct str hash = json_text(json_get(json_root(doc), "registry_hash"));
	struct store_tx *x;
	registry_alone(rs);
	bool ok = store_begin(rs->store, STORE_WRITE, &x, e);
	if (ok) {
		ok = store_run(x, &registry_queries[REGISTRY_Q_attest_put], t->id,
		               STORE_PARAMS(VALUE_OF_INT(at.us), VALUE_OF_INT(passed), VALUE_OF_INT(pages), VALUE_OF_TEXT(hash), VALUE_OF_TEXT(json),
		                            VALUE_OF_TEXT(signature)),
		               e);
		ok = store_end(x, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
	}
	registry_alone_done(rs, t->id);
	if (ok)
		registry_tell(rs, t->id);
	return ok;
}

bool registry_attestations(struct registries *rs, const struct tenant *t, size_t most, struct arena *a, struct registry_attestation **out, size_t *n,
                           struct err *e)
{
	VEC(struct registry_attestation) list = { 0 };
	struct store_tx *x;
	struct store_rows *r = NULL;
	struct err ignored = { 0 };
	if (!store_begin(rs->store, STORE_READ, &x, e))
		return false;
	bool ok = store_ask(x, &registry_queries[REGISTRY_Q_attestations], t->id, STORE_PARAMS(VALUE_OF_INT((int64_t)most)), &r, e);
	enum store_step step = STORE_DONE;
	while (ok && (step = store_step(r, e)) == STORE_ROW) {
		struct registry_attestation *one = vec_add(a, &list);
		*one = (struct registry_attestation){ .at = { store_int(r, 0) }, .passed = store_int(r, 1) != 0, .pages = store_int(r, 2),
			.hash = arena_str(a, store_text(r, 3)), .json = arena_str(a, store_text(r, 4)), .signature = arena_str(a, store_text(r, 5)) };
		one->genuine = verifies(rs->vault, t->host, one->json, one->signature);
	}
	store_stop(r);
	ok = ok && step == STORE_DONE;
	if (!store_end(x, STORE_ROLLBACK, ok ? e : &ignored) || !ok)
		return false;
	*out = list.p;
	*n = list.n;
	return true;
}
