/* Lists of datasets for those who may edit them. */
#include "config/inside.h"
#include "text/text.h"

static struct str groups_json(struct arena *a, const struct rights_caller *w)
{
	auto_buf b = BUF_INIT(1 << 16);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '[');
	for (size_t i = 0; i < w->who.ngroups; i++) json_put_int(&j, w->who.groups[i]);
	json_close(&j, ']');
	return arena_str(a, b.over ? STR("[]") : buf_str(&b));
}

static struct str folded(struct arena *a, struct str search)
{
	auto_buf b = BUF_INIT(4096);
	text_fold(&b, str_trim(search));
	return arena_str(a, buf_str(&b));
}

static void read_item(struct store_rows *r, struct arena *a, struct config_item *out)
{
	bool published = !store_is_null(r, 3);
	*out = (struct config_item){ .restricted = store_int(r, 11) != 0, .rows = published && !store_is_null(r, 12) ? store_int(r, 12) : -1,
		.status = arena_str(a, store_text(r, 13)), .message = arena_str(a, store_text(r, 14)), .source = arena_str(a, store_text(r, 15)) };
	struct str slug = store_text(r, 1);
	ptrdiff_t point = str_find_char(slug, '.');
	if (point > 0) slug = str_sub(slug, 0, (size_t)point);
	out->head = (struct config){ .dataset = store_int(r, 0), .slug = arena_str(a, slug), .uid = arena_str(a, store_text(r, 2)), .published = published,
		.revision = store_int(r, 4), .published_revision = store_int(r, 5), .created = { store_int(r, 6) }, .changed = { store_int(r, 7) },
		.changed_by = store_int(r, 8), .deleted = { store_int(r, 9) }, .title = arena_str(a, store_text(r, 10)) };
}

/* Keys of a list see those it names; every caller without the right to edit all sees those with a rule for them. */
bool config_list(struct site *s, struct tenant_id t, const struct rights_caller *who, const struct config_query *q, struct arena *a,
                 struct config_item **out, size_t *n, int64_t *total, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	struct err ignored = { 0 };
	enum store_step step = STORE_FAILED;
	VEC(struct config_item) list = { 0 };
	*out = NULL;
	*n = 0;
	*total = 0;
	if (!who->account || (who->key && !(who->who.scope & ACCOUNT_WRITE))) return true;
	if (!config_add_missing(s, t, e) || !store_begin(s->store, STORE_READ, &tx, e)) return false;
	bool rules = (who->who.ceiling & (ACCOUNT_BIT(ACCOUNT_MAY_EDIT_DATASET) | ACCOUNT_BIT(ACCOUNT_MAY_PUBLISH_DATASET))) != 0;
	/* The list of a narrow key is what it names, whatever is asked. */
	bool edits = rights_is_narrow(who) && who->who.ndatasets ? rights_may_on(who, ACCOUNT_MAY_EDIT_DATASET, who->who.datasets[0]) : rights_may(who, ACCOUNT_MAY_EDIT_DATASET);
	const struct value params[] = {
		VALUE_OF_TEXT(folded(a, q->search)), VALUE_OF_INT(q->which), VALUE_OF_INT(q->restricted < 0 ? -1 : q->restricted != 0),
		VALUE_OF_TEXT(q->status.n ? q->status : STR("")), VALUE_OF_TEXT(q->source.n ? q->source : STR("")), VALUE_OF_TEXT(q->slug.n ? q->slug : STR("")),
		VALUE_OF_INT(edits), VALUE_OF_INT(rules ? who->account : -1), VALUE_OF_TEXT(rules ? groups_json(a, who) : STR("[]")),
		VALUE_OF_INT(rights_is_narrow(who) ? who->key : 0), VALUE_OF_TEXT(q->sort.n ? q->sort : STR("-modified")),
		VALUE_OF_INT(q->limit), VALUE_OF_INT(q->offset) };
	if (store_ask(tx, CONFIG_Q(list_count), t, params, 10, &r, e)) {
		step = store_step(r, e);
		if (step == STORE_ROW) *total = store_int(r, 0);
		store_stop(r);
	}
	if (step == STORE_ROW && store_ask(tx, CONFIG_Q(list), t, params, COUNT_OF(params), &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW) read_item(r, a, vec_add(a, &list));
		store_stop(r);
	}
	*out = list.p;
	*n = list.n;
	return store_end(tx, STORE_ROLLBACK, &ignored) && step == STORE_DONE;
}
