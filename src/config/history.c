/* Versions of a configuration, and going back: undo follows the parents of what the draft stands for, redo comes from where one
 * began to undo, restoring is a change like any other. None of them erases anything. */
#include "config/inside.h"

bool config_versions(struct site *s, struct tenant_id t, int64_t dataset, struct arena *a, struct config_version **out, size_t *n, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	struct err ignored = { 0 };
	enum store_step step = STORE_FAILED;
	VEC(struct config_version) list = { 0 };
	if (!store_begin(s->store, STORE_READ, &tx, e)) return false;
	if (store_ask(tx, CONFIG_Q(version_list), t, STORE_PARAMS(VALUE_OF_INT(dataset), VALUE_OF_INT(CONFIG_VERSIONS)), &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW) {
			bool can = list.n > 0 && !store_int(r, 7);
			vec_push(a, &list, (struct config_version){ .revision = store_int(r, 0), .uid = arena_str(a, store_text(r, 1)), .sections = arena_str(a, store_text(r, 2)),
				.action = arena_str(a, store_text(r, 3)), .who = store_int(r, 4), .at = { store_int(r, 5) }, .diff = arena_str(a, store_text(r, 6)),
				.can_restore = can });
		}
		store_stop(r);
	}
	*out = list.p;
	*n = list.n;
	return store_end(tx, STORE_ROLLBACK, &ignored) && step == STORE_DONE;
}

struct kept { int64_t revision, parent; struct str json; bool files_gone; };

static bool without_files(struct err *e)
{
	return err_set(e, ERR_CONFLICT, "A file of this version was removed for good when older versions were forgotten, so the version cannot be brought back.");
}

static bool version_at(struct store_tx *tx, struct tenant_id t, int64_t dataset, int64_t revision, struct arena *a, struct kept *out, bool *found, struct err *e)
{
	struct store_rows *r;
	if (!store_ask(tx, CONFIG_Q(version_of), t, STORE_PARAMS(VALUE_OF_INT(dataset), VALUE_OF_INT(revision)), &r, e)) return false;
	enum store_step step = store_step(r, e);
	*found = step == STORE_ROW;
	if (*found) *out = (struct kept){ revision, store_int(r, 0), arena_str(a, store_text(r, 2)), store_int(r, 3) != 0 };
	store_stop(r);
	return step != STORE_FAILED;
}

static bool read_row(struct store_tx *tx, struct tenant_id t, int64_t dataset, struct arena *a, struct config_row *row, struct err *e)
{
	bool found = false;
	if (!config_row(tx, t, STR(""), dataset, a, row, &found, e)) return false;
	return (found && row->head.revision && !row->head.deleted.us) || config_unknown(STR(""), e);
}

static bool go_to(struct site *s, struct store_tx *tx, struct tenant_id t, const struct config_row *row, struct config_step *step, struct arena *a, struct config *out, struct err *e)
{
	struct config_row now;
	int64_t revision;
	bool found;
	return json_read_in(a, step->json, &step->doc, e) && json_read_in(a, row->head.json, &step->was, e) &&
	       config_store(s, tx, t, row, step, a, &revision, e) && config_row(tx, t, STR(""), row->head.dataset, a, &now, &found, e) &&
	       config_finish(a, &now, out, e);
}

/* --- one step back or forth -------------------------------------------------------------------------------------- */

static bool step_back(struct store_tx *tx, struct tenant_id t, const struct config_row *row, struct arena *a, struct kept *to, struct err *e)
{
	struct kept here;
	bool found = false;
	if (!version_at(tx, t, row->head.dataset, row->stand, a, &here, &found, e)) return false;
	if (found && here.parent && !version_at(tx, t, row->head.dataset, here.parent, a, to, &found, e)) return false;
	if (found && to->files_gone) return without_files(e);
	return (found && here.parent) || err_set(e, ERR_NOT_FOUND, "There is nothing to undo.");
}

/* The one on the way from where undoing began whose parent is what the draft stands for. */
static bool step_forth(struct store_tx *tx, struct tenant_id t, const struct config_row *row, struct arena *a, struct kept *to, struct err *e)
{
	bool found = row->top != row->stand;
	for (int64_t at = row->top; found && at;) {
		if (!version_at(tx, t, row->head.dataset, at, a, to, &found, e)) return false;
		if (found && to->parent == row->stand) return !to->files_gone || without_files(e);
		at = to->parent;
		found = found && at != 0;
	}
	return err_set(e, ERR_NOT_FOUND, "There is nothing to redo.");
}

bool config_undo(struct site *s, struct tenant_id t, int64_t dataset, int64_t who, bool redo, struct arena *a, struct config *out, struct err *e)
{
	struct store_tx *tx;
	struct config_row row;
	struct kept to = { 0 };
	if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
	bool ok = read_row(tx, t, dataset, a, &row, e) && (redo ? step_forth(tx, t, &row, a, &to, e) : step_back(tx, t, &row, a, &to, e));
	if (ok) {
		struct config_step step = { .action = redo ? "redo" : "undo", .who = who, .stand = to.revision, .top = row.top, .json = to.json };
		ok = go_to(s, tx, t, &row, &step, a, out, e);
	}
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

/* --- restoring ------------------------------------------------------------------------------------------------------ */

static bool version_named(struct store_tx *tx, struct tenant_id t, int64_t dataset, struct str uid, struct arena *a, struct str *json, struct err *e)
{
	struct store_rows *r;
	if (!store_ask(tx, CONFIG_Q(version_by_uid), t, STORE_PARAMS(VALUE_OF_INT(dataset), VALUE_OF_TEXT(uid)), &r, e)) return false;
	enum store_step step = store_step(r, e);
	bool gone = step == STORE_ROW && store_int(r, 2) != 0;
	if (step == STORE_ROW) *json = arena_str(a, store_text(r, 1));
	store_stop(r);
	if (step == STORE_FAILED) return false;
	if (gone) return without_files(e);
	return step == STORE_ROW || err_set(e, ERR_NOT_FOUND, "There is no version %.*s of this dataset; %d are kept.", STR_ARG(str_sub(uid, 0, 60)), CONFIG_VERSIONS);
}

bool config_restore(struct site *s, struct tenant_id t, int64_t dataset, struct str version, int64_t who, struct arena *a, struct config *out, struct err *e)
{
	struct store_tx *tx;
	struct config_row row;
	struct config_step step = { .action = "restore", .who = who };
	if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
	bool ok = read_row(tx, t, dataset, a, &row, e) && version_named(tx, t, dataset, version, a, &step.json, e);
	if (ok && str_eq(step.json, row.head.json)) ok = config_finish(a, &row, out, e);
	else ok = ok && go_to(s, tx, t, &row, &step, a, out, e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}
