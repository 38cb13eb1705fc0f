/* Statements, and reading configurations. */
#include "config/inside.h"

const struct store_query config_queries[] = {
#define Q(name, text) [CONFIG_Q_##name] = { #name, text },
#include "config/queries.def"
#undef Q
};
bool config_unknown(struct str which, struct err *e)
{
	if (!which.n) return err_set(e, ERR_NOT_FOUND, "There is no such dataset on this portal.");
	return err_set(e, ERR_NOT_FOUND, "There is no dataset %.*s on this portal.", STR_ARG(str_sub(which, 0, 120)));
}

static void fill(struct store_rows *r, struct arena *a, struct config_row *out)
{
	*out = (struct config_row){ .version = store_int(r, 3), .former = store_int(r, 4), .modified = { store_int(r, 6) },
		.stand = store_int(r, 8), .top = store_int(r, 9), .was_published = store_int(r, 16) != 0 };
	struct config *h = &out->head;
	*h = (struct config){ .dataset = store_int(r, 0), .slug = arena_str(a, store_text(r, 1)), .uid = arena_str(a, store_text(r, 2)),
		.revision = store_int(r, 7), .published_revision = store_int(r, 10), .published = out->version != 0, .draft = store_int(r, 11) != 0,
		.changed = { store_int(r, 13) }, .deleted = { store_int(r, 15) },
		.changed_by = store_int(r, 14), .title = arena_str(a, store_text(r, 17)), .json = arena_str(a, store_text(r, 18)) };
	h->created.us = h->revision ? store_int(r, 12) : store_int(r, 5);
	/* The name of a deleted dataset is free again: what stands after the point is what keeps it apart. */
	ptrdiff_t point = str_find_char(h->slug, '.');
	if (h->deleted.us && point > 0) h->slug = arena_str(a, str_sub(h->slug, 0, (size_t)point));
}

bool config_row(struct store_tx *tx, struct tenant_id t, struct str which, int64_t id, struct arena *a, struct config_row *out, bool *found, struct err *e)
{
	struct store_rows *r;
	bool ok = id ? store_ask(tx, CONFIG_Q(config_by_id), t, STORE_PARAMS(VALUE_OF_INT(id)), &r, e)
	             : store_ask(tx, CONFIG_Q(config_of), t, STORE_PARAMS(VALUE_OF_TEXT(which)), &r, e);
	if (!ok) return false;
	enum store_step step = store_step(r, e);
	*found = step == STORE_ROW;
	if (*found) fill(r, a, out);
	store_stop(r);
	return step != STORE_FAILED;
}

bool config_finish(struct arena *a, const struct config_row *row, struct config *out, struct err *e)
{
	struct config c = row->head;
	if (!json_read_in(a, c.json, &c.doc, e)) return err_cause(e, "configuration of dataset %lld", (long long)c.dataset);
	if (!c.title.n) c.title = c.slug;
	*out = c;
	return true;
}

static bool look(struct site *s, struct tenant_id t, struct str which, struct arena *a, struct config_row *row, bool *found, struct err *e)
{
	struct store_tx *tx;
	struct err ignored = { 0 };
	if (!store_begin(s->store, STORE_READ, &tx, e)) return false;
	bool ok = config_row(tx, t, which, 0, a, row, found, e);
	return store_end(tx, STORE_ROLLBACK, &ignored) && ok;
}

/* The first reading of a dataset that came another way. */
static bool begin(struct site *s, struct tenant_id t, struct str which, struct arena *a, struct config_row *row, struct err *e)
{
	struct store_tx *tx;
	bool found = false;
	if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
	bool ok = config_row(tx, t, which, 0, a, row, &found, e) && (found || config_unknown(which, e)) &&
	          (row->head.revision || (config_add(s, tx, t, row, a, e) && config_row(tx, t, which, 0, a, row, &found, e)));
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

static bool read_any(struct site *s, struct tenant_id t, struct str which, bool deleted, struct arena *a, struct config *out, struct err *e)
{
	struct config_row row = { 0 };
	bool found = false;
	if (!which.n) return config_unknown(which, e);
	if (!look(s, t, which, a, &row, &found, e)) return false;
	/* A row that never had a version belongs to a publication that is under way. */
	if (!found || (!row.head.revision && !row.version && !row.former) || (row.head.deleted.us && !deleted)) return config_unknown(which, e);
	if (!row.head.revision && !begin(s, t, which, a, &row, e)) return false;
	return config_finish(a, &row, out, e);
}

bool config_read(struct site *s, struct tenant_id t, struct str which, struct arena *a, struct config *out, struct err *e)
{
	return read_any(s, t, which, false, a, out, e);
}

bool config_read_deleted(struct site *s, struct tenant_id t, struct str which, struct arena *a, struct config *out, struct err *e)
{
	return read_any(s, t, which, true, a, out, e);
}

bool config_of_dataset(struct site *s, struct tenant_id t, int64_t dataset, struct arena *a, struct config *out, struct err *e)
{
	struct store_tx *tx;
	struct err ignored = { 0 };
	struct config_row row = { 0 };
	bool found = false;
	if (!store_begin(s->store, STORE_READ, &tx, e)) return false;
	bool ok = config_row(tx, t, STR(""), dataset, a, &row, &found, e);
	ok = store_end(tx, STORE_ROLLBACK, &ignored) && ok;
	if (!ok) return false;
	return found ? read_any(s, t, row.head.uid, true, a, out, e) : config_unknown(STR(""), e);
}

bool config_at_revision(struct site *s, struct tenant_id t, int64_t dataset, int64_t revision, struct arena *a, struct str *json, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	struct err ignored = { 0 };
	bool ok = false;
	if (!store_begin(s->store, STORE_READ, &tx, e)) return false;
	if (store_ask(tx, CONFIG_Q(version_of), t, STORE_PARAMS(VALUE_OF_INT(dataset), VALUE_OF_INT(revision)), &r, e)) {
		enum store_step step = store_step(r, e);
		ok = step == STORE_ROW || (step == STORE_DONE && err_set(e, ERR_NOT_FOUND, "That version of the configuration is not kept any more."));
		if (ok) *json = arena_str(a, store_text(r, 2));
		store_stop(r);
	}
	return store_end(tx, STORE_ROLLBACK, &ignored) && ok;
}

bool config_published(struct site *s, struct tenant_id t, int64_t dataset, int64_t revision, struct err *e)
{
	struct store_tx *tx;
	if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
	bool ok = store_run(tx, CONFIG_Q(config_point), t, STORE_PARAMS(VALUE_OF_INT(dataset), VALUE_OF_INT(revision)), e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

bool config_told(struct site *s, struct tenant_id t, int64_t dataset, int64_t revision, struct err *e)
{
	struct store_tx *tx;
	if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
	bool ok = store_run(tx, CONFIG_Q(config_told), t, STORE_PARAMS(VALUE_OF_INT(dataset), VALUE_OF_INT(revision)), e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

static bool read_told(struct site *s, struct tenant_id t, int64_t dataset, int64_t *revision, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	enum store_step step = STORE_FAILED;
	*revision = 0;
	if (!store_begin(s->store, STORE_READ, &tx, e)) return false;
	if (store_ask(tx, CONFIG_Q(config_tells), t, STORE_PARAMS(VALUE_OF_INT(dataset)), &r, e)) {
		step = store_step(r, e);
		if (step == STORE_ROW) *revision = store_int(r, 0);
		store_stop(r);
	}
	return store_end(tx, STORE_ROLLBACK, e) && step != STORE_FAILED;
}

bool config_as_published(struct site *s, struct tenant_id t, struct arena *a, struct config *io, const struct json_node **told, struct err *e)
{
	int64_t revision;
	struct str json;
	*told = NULL;
	if (!io->published_revision || io->published_revision == io->revision) return true;
	if (!read_told(s, t, io->dataset, &revision, e) || !config_at_revision(s, t, io->dataset, io->published_revision, a, &io->json, e) ||
	    !json_read_in(a, io->json, &io->doc, e))
		return false;
	bool later = revision > io->published_revision;
	io->revision = io->published_revision;
	return !later || (config_at_revision(s, t, io->dataset, revision, a, &json, e) && json_read_in(a, json, told, e));
}
