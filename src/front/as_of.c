/* An older version of a dataset on its pages: the records as they were published then, under the rights of
 * today. What is hidden today stays hidden by its name, a field that was taken out since does not come back,
 * and rules that mean nothing to the version show nothing. */
#include "front/inside.h"

static const struct dataset_version *find(const struct dataset *d, int64_t number)
{
	for (size_t i = 0; i < d->nversions; i++)
		if (d->versions[i].number == number)
			return &d->versions[i];
	return NULL;
}

/* Today's fields and rights, by name. */
static const bool *visible_then(struct arena *a, const struct query_target *today, const struct schema *then)
{
	bool *visible = arena_array(a, bool, then->n + 1);
	for (size_t i = 0; i < then->n; i++) {
		int at = schema_find(today->schema, then->fields[i].name);
		visible[i] = at >= 0 && (!today->visible_or_null || today->visible_or_null[at]) && !(today->schema->fields[at].flags & FIELD_HIDDEN);
	}
	return visible;
}

bool front_as_of(struct front_dataset *d, struct query_target *t, int64_t *shown, struct err *e)
{
	struct arena *a = d->visit.arena;
	struct str text = str_trim(view_state_get(&d->state, STR("as_of")));
	int64_t number;
	*shown = 0;
	if (!text.n)
		return true;
	if (!str_to_int(text, &number))
		return err_set(e, ERR_PARAMETER, "Invalid value for as_of parameter: %.*s was found but the number of a version is expected.",
		               STR_ARG(str_sub(text, 0, 60)));
	const struct dataset_version *v = find(d->dataset, number);
	if (!v)
		return err_set(e, ERR_PARAMETER, "The dataset %.*s has no version %lld that can be read.", STR_ARG(d->dataset->slug), (long long)number);
	if (number == d->dataset->version.number)
		return true;
	struct schema *then = arena_new(a, struct schema);
	if (!rights_read(&d->own, e) || !catalog_version_schema(d->visit.at.site->catalog, d->dataset, number, a, then, e))
		return false;
	t->visible_or_null = visible_then(a, t, then);
	t->at = (struct version_ref){ .tenant = d->dataset->version.tenant, .dataset = d->dataset->id, .number = number };
	t->schema = then;
	t->record_timestamp_us = v->published.us;
	struct odsql_node *n;
	struct err why = { 0 };
	struct odsql_scope house = { .schema = then, .dataset_id = t->dataset_id, .zone = clock_utc(), .lang = STR("en"), .everything = true,
		.record_timestamp_us = t->record_timestamp_us };
	if (str_trim(t->row_filter).n &&
	    !(odsql_parse_where(a, t->row_filter, &n, &why) && (!n || odsql_check_where(a, &house, n, &why))))
		return err_set(e, ERR_PARAMETER, "The version %lld cannot be shown: today's rules on who sees which records name fields that it does not have.",
		               (long long)number);
	*shown = number;
	return true;
}
