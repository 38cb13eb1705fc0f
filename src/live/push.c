/* One push: who may, which records can be taken, then the journal. */
#include "json/json.h"
#include "live/inside.h"
#include "record/record.h"
#include "text/text.h"

enum { TOLD = 5, LOAD_WAIT_MS = 500, LOAD_TRIES = 10 };

/* A dataset ready to be pushed to. */
struct target { struct stream *stream; struct shape *shape; };

/* The dataset as it is published now, and whether the caller may. */
static bool admit(struct live *l, const struct live_call *c, struct arena *a, int64_t *dataset, int64_t *number, struct err *e)
{
	const struct catalog_view *v;
	struct access access;
	if (!catalog_hold(l->site->catalog, c->tenant, &v, e)) return false;
	const struct dataset *d = catalog_find_or_null(v, c->slug);
	if (d) {
		*dataset = d->id;
		*number = d->version.number;
	}
	catalog_release(l->site->catalog, v);
	if (!d) return nothing_here(e);
	return access_read(l->site, c->tenant, *dataset, a, &access, e) && access_check(&access, c->resource, c->key, e);
}

/* Waits a moment for the dataset's version to be loaded. */
bool stream_is_ready(struct stream *s, int64_t number, struct shape **out)
{
	lock_take(&s->lock);
	bool ready = s->base == number && s->shape;
	if (ready) {
		*out = shape_hold(s);
		lock_give(&s->lock);
		return true;
	}
	uint64_t loads = s->loads;
	s->reload = true;
	lock_give(&s->lock);
	live_wake(s->live);
	int64_t until = clock_monotonic_ns() + LOAD_WAIT_MS * MS;
	lock_take(&s->lock);
	while (s->loads == loads && lock_bell_wait_until(&s->bell, &s->lock, until)) continue;
	lock_give(&s->lock);
	return false;
}

static bool find(struct live *l, const struct live_call *c, struct arena *a, struct target *out, struct err *e)
{
	int64_t dataset = 0;
	int64_t number = 0;
	if (!l->serves) return err_set(e, ERR_BUSY, "records are pushed to a running server");
	for (int i = 0; i < LOAD_TRIES; i++) {
		if (!admit(l, c, a, &dataset, &number, e) || !stream_of(l, c->tenant, dataset, &out->stream, e)) return false;
		if (stream_is_ready(out->stream, number, &out->shape)) return true;
	}
	return err_set(e, ERR_BUSY, "the dataset is being published; please push again in a moment");
}

static void leave(const struct target *t)
{
	lock_take(&t->stream->lock);
	shape_release(t->stream, t->shape);
	lock_give(&t->stream->lock);
}

/* With the lock: memory has an end, and what cannot be compacted stays in it. */
static bool has_room(const struct stream *s, struct err *e)
{
	if (s->pending_bytes > PENDING_BYTES) return err_set(e, ERR_BUSY, "records come faster than they can be let in; please push again in a moment");
	if (s->waiting <= 2 * stream_most_waiting(s) || !s->trouble.code) return true;
	enum err_code code = s->trouble.code == ERR_DISK_FULL ? ERR_DISK_FULL : ERR_BUSY;
	err_set(e, code, "what was pushed before cannot be made part of the dataset");
	return err_cause(e, "%s; %s", s->trouble.pub, s->trouble.priv);
}

/* *again: the dataset has another version than the records were taken against. */
bool stream_write_down(struct stream *s, const struct shape *shape, enum journal_op op, struct str payload, const struct bound *bound, bool *again, struct err *e)
{
	int64_t seq;
	int64_t news = bound ? bound->news : 0;
	lock_take(&s->lock);
	*again = s->shape != shape || s->base == 0;
	bool ok = !*again && has_room(s, e) && (!bound || bound_holds(s, bound, e));
	/* The journal gives the lock up while it writes: what others push meanwhile counts these, too. */
	if (ok) {
		s->coming += news;
		ok = journal_add(s->journal, s->base, op, payload, &seq, e);
		s->coming -= news;
	}
	lock_give(&s->lock);
	if (ok) live_wake(s->live);
	return ok;
}

/* --- records ------------------------------------------------------------------------------------------- */

/* What becomes of the records of one call. */
struct taking {
	enum journal_op op;
	const struct schema *schema;
	struct ingest_taker *taker;
	struct buf payload, ids;  /* ids: of records that are put, where they may replace others */
	bool keyed;
	size_t taken, refused, waiting;
	struct buf message;
};

static void refuse(struct taking *k, size_t i, const struct err *why)
{
	if (k->refused++ < TOLD) buf_printf(&k->message, "%srecord %zu: %s", k->refused > 1 ? "; " : "", i + 1, why->pub);
}

static void put_ids(struct taking *k)
{
	const uint8_t (*ids)[16];
	if ((k->op == JOURNAL_DELETE || k->keyed) && k->waiting) {
		const struct batch *b = ingest_taken(k->taker, &ids);
		buf_put(k->op == JOURNAL_DELETE ? &k->payload : &k->ids, str_make((const char *)ids, b->nrows * sizeof *ids));
	}
	ingest_taker_clear(k->taker);
	k->waiting = 0;
}

static void take(struct taking *k, size_t i, const struct json_node *record)
{
	struct err why = { 0 };
	bool good = k->op != JOURNAL_PUT || pushed_links_ok(k->schema, record, &why);
	if (!good || !ingest_take(k->taker, record, &why)) {
		refuse(k, i, &why);
		return;
	}
	k->taken++;
	if (k->op == JOURNAL_PUT) {
		json_put_node(&k->payload, record);
		buf_put_char(&k->payload, '\n');
	}
	if (++k->waiting == LIMIT_BATCH_ROWS) put_ids(k);
}

static void take_all(struct taking *k, const struct json_node *root)
{
	bool many = json_kind(root) == JSON_ARRAY;
	size_t n = many ? json_count(root) : 1;
	for (size_t i = 0; i < n; i++) take(k, i, many ? json_at(root, i) : root);
	put_ids(k);
}

static bool sum_up(struct taking *k, bool many, struct arena *a, struct live_report *out, struct err *e)
{
	struct str said = buf_str(&k->message);
	if (k->refused > TOLD) buf_printf(&k->message, "; and %zu more", k->refused - TOLD), said = buf_str(&k->message);
	if (k->payload.over) return err_set(e, ERR_TOO_LARGE, "this is more than can be pushed at once");
	if (k->taken == 0 && k->refused > 0) {
		/* One record has no number, and needs none. */
		if (!many) said = str_from(said, sizeof "record 1: " - 1);
		return err_set(e, ERR_BAD_REQUEST, "%s%.*s", many ? "No record can be taken: " : "", STR_ARG(text_cut(said, 440)));
	}
	*out = (struct live_report){ .taken = k->taken, .refused = k->refused };
	if (k->refused)
		out->message = arena_printf(a, "%zu of %zu records were taken. Refused: %.*s.", k->taken, k->taken + k->refused, STR_ARG(said));
	return true;
}

static bool once(struct live *l, const struct live_call *c, enum journal_op op, const struct json_node *root, struct arena *a,
                 struct live_report *out, bool *again, struct err *e)
{
	struct target t;
	struct taking k = { .op = op, .payload = BUF_INIT(JOURNAL_PAYLOAD_BYTES), .ids = BUF_INIT(JOURNAL_PAYLOAD_BYTES), .message = BUF_INIT(8192) };
	struct bound bound = { 0 };
	struct pushed_files files = { 0 };
	*again = false;
	if (!find(l, c, a, &t, e)) return false;
	k.schema = &t.shape->schema;
	k.keyed = op == JOURNAL_PUT && t.shape->keyed && c->most > 0;
	bool ok = pushed_files_take(&files, &t.shape->schema, root, a, e) && shape_borrow(t.stream, t.shape, &k.taker, e);
	if (ok) {
		take_all(&k, files.doc ? json_root(files.doc) : root);
		shape_return(t.stream, t.shape, k.taker);
		ok = sum_up(&k, json_kind(root) == JSON_ARRAY, a, out, e);
	}
	if (ok && op == JOURNAL_PUT) ok = bound_of(t.stream, t.shape, c->most, k.taken, buf_str(&k.ids), &bound, e);
	/* The files first: a record that is seen never names one that is not there. */
	if (ok && k.taken && op == JOURNAL_PUT) ok = pushed_files_store(&files, l->site, c->tenant, c->slug, a, e);
	ok = ok && (k.taken == 0 || stream_write_down(t.stream, t.shape, op, buf_str(&k.payload), &bound, again, e));
	leave(&t);
	pushed_files_done(&files);
	buf_done(&k.payload);
	buf_done(&k.ids);
	buf_done(&k.message);
	return ok;
}

static bool call(struct live *l, const struct live_call *c, enum journal_op op, struct arena *a, struct live_report *out, struct err *e)
{
	auto_json *doc = NULL;
	struct err bad = { 0 };
	int64_t dataset;
	int64_t number;
	/* Who may not push learns nothing of what was sent. */
	if (!admit(l, c, a, &dataset, &number, e)) return false;
	if (!json_read_digits(c->body, &doc, &bad)) return err_set(e, ERR_BAD_REQUEST, "The body is not JSON that can be read: %s", bad.pub);
	enum json_kind kind = json_kind(json_root(doc));
	if (kind != JSON_OBJECT && kind != JSON_ARRAY)
		return err_set(e, ERR_BAD_REQUEST, "The body has to be one JSON object, or an array of objects.");
	for (int i = 0; i < LOAD_TRIES; i++) {
		bool again;
		if (once(l, c, op, json_root(doc), a, out, &again, e)) return true;
		if (!again) return false;
	}
	return err_set(e, ERR_BUSY, "the dataset is being published; please push again in a moment");
}

bool live_push(struct live *l, const struct live_call *c, struct arena *a, struct live_report *out, struct err *e)
{
	return call(l, c, JOURNAL_PUT, a, out, e);
}

bool live_delete(struct live *l, const struct live_call *c, struct arena *a, struct live_report *out, struct err *e)
{
	return call(l, c, JOURNAL_DELETE, a, out, e);
}

bool live_delete_id(struct live *l, const struct live_call *c, struct str id, struct err *e)
{
	auto_arena a = ARENA_INIT;
	uint8_t bytes[RECORD_ID_BYTES];
	bool again = true;
	for (int i = 0; i < LOAD_TRIES && again; i++) {
		struct target t;
		if (!find(l, c, &a, &t, e)) return false;
		bool ok = record_id_parse(id, bytes) ||
		          err_set(e, ERR_PARAMETER, "%.*s is not the id of a record: 40 hexadecimal digits, as recordid shows them.", STR_ARG(str_sub(id, 0, 80)));
		again = false;
		ok = ok && stream_write_down(t.stream, t.shape, JOURNAL_DELETE, str_make((const char *)bytes, sizeof bytes), NULL, &again, e);
		leave(&t);
		if (ok) return true;
	}
	return again ? err_set(e, ERR_BUSY, "the dataset is being published; please push again in a moment") : false;
}
