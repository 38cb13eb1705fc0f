/* Who may do what with a dataset: permissions of an account, and those that rules of the dataset give it and its groups. */
#include "config/inside.h"

static bool in_groups(const struct rights_caller *w, int64_t group)
{
	for (size_t i = 0; i < w->who.ngroups; i++)
		if (w->who.groups[i] == group) return true;
	return false;
}

/* What a rule says as far as a key lists it. */
static unsigned bounded(const struct rights_caller *w, unsigned may)
{
	static const enum account_permission names[] = { ACCOUNT_MAY_EXPLORE_RESTRICTED, ACCOUNT_MAY_EDIT_DATASET, ACCOUNT_MAY_PUBLISH_DATASET, ACCOUNT_MAY_MANAGE_DATASET };
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (!(w->who.ceiling >> names[i] & 1)) may &= ~(1u << i);
	return may;
}

static bool listed(const struct rights_caller *w, int64_t dataset)
{
	if (!rights_is_narrow(w)) return true;
	for (size_t i = 0; i < w->who.ndatasets; i++)
		if (w->who.datasets[i] == dataset) return true;
	return false;
}

/* All that rules give a caller, of one dataset or (0) of any. */
static unsigned given(struct site *s, struct tenant_id t, const struct rights_caller *w, int64_t dataset)
{
	struct store_tx *tx;
	struct store_rows *r;
	struct err ignored = { 0 };
	unsigned may = 0;
	if (!w->account || (w->key && !(w->who.scope & ACCOUNT_WRITE))) return 0;
	if (!store_begin(s->store, STORE_READ, &tx, &ignored)) return 0;
	bool ok = dataset ? store_ask(tx, CONFIG_Q(rule_mays), t, STORE_PARAMS(VALUE_OF_INT(dataset)), &r, &ignored)
	                  : store_ask(tx, CONFIG_Q(rule_mays_any), t, STORE_NONE, &r, &ignored);
	while (ok && store_step(r, &ignored) == STORE_ROW) {
		bool own = store_is_null(r, 0) ? in_groups(w, store_int(r, 1)) : store_int(r, 0) == w->account;
		if (own && (dataset || listed(w, store_int(r, 3)))) may |= rule_may_read(store_text(r, 2));
	}
	if (ok) store_stop(r);
	if (!store_end(tx, STORE_ROLLBACK, &ignored)) return 0;
	return bounded(w, may);
}

bool config_may(struct site *s, struct tenant_id t, const struct rights_caller *w, int64_t dataset, enum config_deed deed)
{
	bool edits = rights_may_on(w, ACCOUNT_MAY_EDIT_DATASET, dataset), publishes = rights_may_on(w, ACCOUNT_MAY_PUBLISH_DATASET, dataset);
	bool manages = rights_may_on(w, ACCOUNT_MAY_MANAGE_DATASET, dataset);
	if (!w->account || !listed(w, dataset)) return false;
	unsigned may = given(s, t, w, dataset);
	bool edits_it = edits || (may & RULE_MAY_EDIT);
	switch (deed) {
	case CONFIG_READ: return edits_it || (may & RULE_MAY_PUBLISH);
	case CONFIG_EDIT:
	case CONFIG_DELETE: return edits_it;
	case CONFIG_PUBLISH: return (may & RULE_MAY_PUBLISH) || (edits_it && publishes);
	case CONFIG_SECURE: return edits_it && (manages || ((may & RULE_MAY_EDIT) && (may & RULE_MAY_MANAGE)));
	}
	return false;
}

bool config_may_any(struct site *s, struct tenant_id t, const struct rights_caller *w)
{
	bool some = false;
	for (size_t i = 0; rights_is_narrow(w) && i < w->who.ndatasets; i++) some |= rights_may_on(w, ACCOUNT_MAY_EDIT_DATASET, w->who.datasets[i]);
	return some || rights_may(w, ACCOUNT_MAY_CREATE_DATASET) || rights_may(w, ACCOUNT_MAY_EDIT_DATASET) ||
	       (given(s, t, w, 0) & (RULE_MAY_EDIT | RULE_MAY_PUBLISH));
}
