/* The ledger as a file for others, and the check of such a file. A file is one JSON line that says what to expect, signed, then
 * a line an entry. The verifier makes each line again from what it understood and compares bytes, so nothing in a file is
 * without meaning. */
#include "consent/inside.h"

#include "json/json.h"

void consent_put_file_head(struct buf *b, const struct consent_file_head *h, bool with_signature)
{
	struct json_out j = JSON_OUT(b);
	json_open(&j, '{');
	json_member(&j, "domain", h->domain);
	json_member_int(&j, "entries", h->entries);
	json_member(&j, "format", STR("stoa-consent-ledger/1"));
	json_member(&j, "head", h->head);
	json_key(&j, STR("heads"));
	json_open(&j, '[');
	for (size_t i = 0; i < h->nheads; i++) {
		json_open(&j, '{');
		json_member(&j, "date", h->heads[i].date);
		json_member(&j, "head", h->heads[i].head);
		json_member(&j, "signature", h->heads[i].signature);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	if (h->nnames) {
		json_key(&j, STR("names"));
		json_open(&j, '[');
		for (size_t i = 0; i < h->nnames; i++) json_put(&j, h->names[i]);
		json_close(&j, ']');
	}
	json_member(&j, "public_key", h->public_key);
	if (with_signature) json_member(&j, "signature", h->signature);
	json_close(&j, '}');
}

void consent_put_file_entry(struct buf *b, const struct consent_entry *x)
{
	struct json_out j = JSON_OUT(b);
	json_open(&j, '{');
	json_member_int(&j, "seq", x->seq);
	json_key(&j, STR("json"));
	if (x->json.n) json_put(&j, x->json);
	else json_put_null(&j);
	json_key(&j, STR("salt"));
	if (x->json.n) json_put(&j, x->salt);
	else json_put_null(&j);
	json_member(&j, "commit", x->commit);
	json_member(&j, "hash", x->hash);
	json_close(&j, '}');
}

static bool is_named(const struct consent_file_head *h, struct str domain)
{
	for (size_t i = 0; i < h->nnames; i++)
		if (str_eq(h->names[i], domain)) return true;
	return str_eq(domain, h->domain);
}

/* --- writing -------------------------------------------------------------------------------------------- */

enum { PAGE = 500 };

static bool all_heads(struct consent *c, struct tenant_id t, struct arena *a, struct consent_file_head *h, struct err *e)
{
	struct consent_signed_head *newest;
	if (!consent_heads(c, t, INT32_MAX, a, &newest, &h->nheads, e)) return false;
	struct consent_signed_head *oldest = arena_array(a, struct consent_signed_head, h->nheads + 1);
	for (size_t i = 0; i < h->nheads; i++) oldest[i] = newest[h->nheads - 1 - i];
	h->heads = oldest;
	return true;
}

/* A name that the portal had when this was recorded, and not when the ledger began. */
static void learn_name(struct arena *a, struct consent_file_head *h, const struct consent_entry *x)
{
	auto_json *doc = NULL;
	struct err ignored = { 0 };
	if (!x->json.n || !json_read(x->json, &doc, &ignored)) return;
	struct str domain = json_text(json_get(json_root(doc), "domain"));
	if (is_named(h, domain)) return;
	struct str *more = arena_array(a, struct str, h->nnames + 1);
	for (size_t i = 0; i < h->nnames; i++) more[i] = h->names[i];
	more[h->nnames++] = arena_str(a, domain);
	h->names = more;
}

bool consent_export(struct consent *c, const struct tenant *t, struct buf *out, struct err *e)
{
	auto_arena a = ARENA_INIT;
	auto_buf body = BUF_INIT(CONSENT_EXPORT_BYTES), head = BUF_INIT(CONSENT_EXPORT_BYTES), key64 = BUF_INIT(128);
	unsigned char key[VAULT_PUBLIC];
	char first[CONSENT_HEX + 1];
	consent_first(consent_ledger_name(t), first);
	struct consent_file_head h = { .domain = consent_ledger_name(t), .head = str_of(first) };
	/* Heads before entries: one that is signed in between is of an entry that follows. */
	if (!all_heads(c, t->id, &a, &h, e)) return false;
	for (int64_t next = 1;;) {
		struct consent_entry *page;
		size_t n;
		if (!consent_ledger(c, t->id, next, PAGE, &a, &page, &n, e)) return false;
		for (size_t i = 0; i < n; i++) {
			consent_put_file_entry(&body, &page[i]);
			buf_put_char(&body, '\n');
			learn_name(&a, &h, &page[i]);
			h.head = page[i].hash;
			h.entries++;
			next = page[i].seq + 1;
		}
		if (n < PAGE) break;
	}
	vault_public(c->vault, consent_ledger_name(t), key);
	crypt_put_base64url(&key64, str_make((const char *)key, sizeof key));
	h.public_key = buf_str(&key64);
	consent_put_file_head(&head, &h, false);
	h.signature = consent_signature(c, &a, consent_ledger_name(t), buf_str(&head));
	consent_put_file_head(out, &h, true);
	buf_put_char(out, '\n');
	buf_put(out, buf_str(&body));
	struct str whole;
	return buf_end(out, &whole, e);
}

/* --- verifying ------------------------------------------------------------------------------------------ */

static bool is_hex(struct str s, size_t n)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f'))) return false;
	return s.n == n;
}

static bool read_file_head(struct str line, struct arena *a, struct consent_file_head *h, struct err *e)
{
	auto_json *doc = NULL;
	struct err why = { 0 };
	auto_buf again = BUF_INIT(CONSENT_EXPORT_BYTES);
	if (!json_read(line, &doc, &why)) return err_set(e, ERR_BAD_SOURCE, "the first line is not the head of a consent ledger: %s", why.pub);
	const struct json_node *root = json_root(doc), *heads = json_get(root, "heads");
	*h = (struct consent_file_head){ .domain = arena_str(a, json_text(json_get(root, "domain"))), .entries = json_int(json_get(root, "entries"), -1),
		                         .head = arena_str(a, json_text(json_get(root, "head"))),
		                         .public_key = arena_str(a, json_text(json_get(root, "public_key"))),
		                         .signature = arena_str(a, json_text(json_get(root, "signature"))), .nheads = json_count(heads) };
	struct consent_signed_head *list = arena_array(a, struct consent_signed_head, h->nheads + 1);
	for (size_t i = 0; i < h->nheads; i++) {
		const struct json_node *x = json_at(heads, i);
		list[i] = (struct consent_signed_head){ arena_str(a, json_text(json_get(x, "date"))), arena_str(a, json_text(json_get(x, "head"))),
			                                arena_str(a, json_text(json_get(x, "signature"))) };
	}
	h->heads = list;
	const struct json_node *names = json_get(root, "names");
	struct str *own = arena_array(a, struct str, json_count(names) + 1);
	for (size_t i = 0; i < json_count(names); i++) own[i] = arena_str(a, json_text(json_at(names, i)));
	h->names = own;
	h->nnames = json_count(names);
	consent_put_file_head(&again, h, true);
	if (!str_eq(buf_str(&again), line)) return err_set(e, ERR_BAD_SOURCE, "the first line is not the head of a consent ledger as Stoa writes it");
	return true;
}

static bool read_entry(struct str line, struct arena *a, struct consent_entry *x)
{
	auto_json *doc = NULL;
	struct err ignored = { 0 };
	auto_buf again = BUF_INIT(CONSENT_EXPORT_BYTES);
	if (!json_read(line, &doc, &ignored)) return false;
	const struct json_node *root = json_root(doc);
	*x = (struct consent_entry){ .seq = json_int(json_get(root, "seq"), -1), .json = arena_str(a, json_text(json_get(root, "json"))),
		                     .salt = arena_str(a, json_text(json_get(root, "salt"))), .commit = arena_str(a, json_text(json_get(root, "commit"))),
		                     .hash = arena_str(a, json_text(json_get(root, "hash"))) };
	consent_put_file_entry(&again, x);
	return str_eq(buf_str(&again), line);
}

/* The text of an entry speaks of this entry: its number and portal are those of its place. */
static bool speaks_of(const struct consent_entry *x, const struct consent_file_head *h)
{
	auto_json *doc = NULL;
	struct err ignored = { 0 };
	if (!json_read(x->json, &doc, &ignored)) return false;
	const struct json_node *root = json_root(doc);
	return json_int(json_get(root, "seq"), -1) == x->seq && is_named(h, json_text(json_get(root, "domain")));
}

struct check {
	const struct consent_file_head *h;
	char hash[CONSENT_HEX + 1];
	size_t met;      /* daily heads that were found in the chain */
	int64_t met_at;  /* the entry the last of them is of */
};

static void meet(struct check *k, int64_t seq)
{
	while (k->met < k->h->nheads && str_eq(k->h->heads[k->met].head, str_of(k->hash))) {
		k->met++;
		k->met_at = seq;
	}
}

static bool check_entry(struct check *k, const struct consent_entry *x, int64_t seq, struct err *e)
{
	char commit[CONSENT_HEX + 1];
	if (x->seq != seq) return err_set(e, ERR_BAD_SOURCE, "entry %lld is missing: entry %lld stands in its place", (long long)seq, (long long)x->seq);
	if (!is_hex(x->commit, CONSENT_HEX) || !is_hex(x->hash, CONSENT_HEX)) return err_set(e, ERR_BAD_SOURCE, "entry %lld: a hash is not one", (long long)seq);
	if (x->json.n) {
		consent_commit(x->salt, x->json, commit);
		if (!is_hex(x->salt, 2 * CONSENT_SALT) || !str_eq(x->commit, str_of(commit)))
			return err_set(e, ERR_BAD_SOURCE, "entry %lld does not have the text it was recorded with", (long long)seq);
		if (!speaks_of(x, k->h)) return err_set(e, ERR_BAD_SOURCE, "entry %lld speaks of another place", (long long)seq);
	}
	consent_link(str_of(k->hash), x->commit, k->hash);
	if (!str_eq(x->hash, str_of(k->hash))) return err_set(e, ERR_BAD_SOURCE, "entry %lld does not follow the one before it", (long long)seq);
	return true;
}

static bool key_of(struct arena *a, const struct consent_file_head *h, const unsigned char *key_or_null, unsigned char key[VAULT_PUBLIC])
{
	struct str bytes;
	if (key_or_null) memcpy(key, key_or_null, VAULT_PUBLIC);
	else if (!crypt_base64url_decode(a, h->public_key, &bytes) || bytes.n != VAULT_PUBLIC) return false;
	else memcpy(key, bytes.p, VAULT_PUBLIC);
	return true;
}

static bool check_signatures(const struct consent_file_head *h, const unsigned char *key_or_null, struct err *e)
{
	auto_arena a = ARENA_INIT;
	unsigned char key[VAULT_PUBLIC];
	auto_buf message = BUF_INIT(CONSENT_EXPORT_BYTES);
	if (!key_of(&a, h, key_or_null, key)) return err_set(e, ERR_BAD_SOURCE, "the head line names no public key");
	for (size_t i = 0; i < h->nheads; i++) {
		struct str m = consent_head_text(&a, h->domain, h->heads[i].date, h->heads[i].head);
		if (!consent_signed(key, m, h->heads[i].signature))
			return err_set(e, ERR_BAD_SOURCE, "the head of %.*s is not signed by this portal's key", STR_ARG(h->heads[i].date));
	}
	consent_put_file_head(&message, h, false);
	return consent_signed(key, buf_str(&message), h->signature) ||
	       err_set(e, ERR_BAD_SOURCE, "the head line is not signed by %s: it was edited, or belongs to another portal", key_or_null ? "that key" : "the key it names");
}

static bool check_chain(struct check *k, struct str rest, int64_t *bad, struct err *e)
{
	struct str line;
	int64_t seq = 0;
	meet(k, 0);
	while (rest.n && str_cut(&rest, '\n', &line)) {
		auto_arena a = ARENA_INIT;
		struct consent_entry x;
		*bad = ++seq;
		if (seq > k->h->entries)
			return err_set(e, ERR_BAD_SOURCE, "there are more lines than the %lld entries announced", (long long)k->h->entries);
		if (!read_entry(line, &a, &x)) return err_set(e, ERR_BAD_SOURCE, "entry %lld cannot be read as Stoa writes it", (long long)seq);
		if (!check_entry(k, &x, seq, e)) return false;
		meet(k, seq);
	}
	*bad = seq + 1;
	if (seq < k->h->entries)
		return err_set(e, ERR_BAD_SOURCE, "the file ends after entry %lld of %lld", (long long)seq, (long long)k->h->entries);
	if (!str_eq(k->h->head, str_of(k->hash))) return err_set(e, ERR_BAD_SOURCE, "the chain does not end in the head announced");
	*bad = k->met_at + 1;
	if (k->met < k->h->nheads)
		return err_set(e, ERR_BAD_SOURCE, "the head signed on %.*s is not in this chain: it was written anew after entry %lld",
		               STR_ARG(k->h->heads[k->met].date), (long long)k->met_at);
	return true;
}

bool consent_verify(struct str text, const unsigned char *key_or_null, int64_t *bad, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct consent_file_head h;
	struct err unsigned_ = { 0 };
	*bad = 0;
	ptrdiff_t end = str_find_char(text, '\n');
	if (end < 0) return err_set(e, ERR_BAD_SOURCE, "this is not a consent ledger: there is no line");
	if (!read_file_head(str_sub(text, 0, (size_t)end), &a, &h, e)) return false;
	struct check k = { .h = &h };
	consent_first(h.domain, k.hash);
	/* The chain first: it can say where; a signature only that. */
	if (!check_chain(&k, str_from(text, (size_t)end + 1), bad, e)) return false;
	if (!check_signatures(&h, key_or_null, &unsigned_)) {
		*bad = 0;
		*e = unsigned_;
		return false;
	}
	*bad = 0;
	return true;
}
