/* Bounds of limit and offset, with the sentences that clients know. */
#include "query/inside.h"

bool query_zone(struct str text, const struct clock_zone **out, struct err *e)
{
	struct str name = str_trim(text);
	const struct clock_zone *z = name.n ? clock_zone_or_null(name) : clock_utc();
	if (!z)
		return err_set(e, ERR_PARAMETER, "Invalid value for timezone API parameter: %.*s was found but the name of a time zone such as Europe/Paris is expected.",
		               STR_ARG(str_sub(name, 0, 60)));
	*out = z;
	return true;
}

static bool whole(struct str text, const char *name, int64_t absent, int64_t *out, struct err *e)
{
	struct str s = str_trim(text);
	*out = absent;
	if (!s.n || str_to_int(s, out)) return true;
	return err_set(e, ERR_PARAMETER, "Invalid value for %s API parameter: %.*s was found but an integer is expected.", name,
	               STR_ARG(str_sub(s, 0, 60)));
}

static bool export_window(bool ordered_by_aggregate, struct window *w, struct err *e)
{
	if (w->limit < -1)
		return err_set(e, ERR_PARAMETER, "Invalid value for limit API parameter: %lld was found but -1 <= limit is expected.",
		               (long long)w->limit);
	if (ordered_by_aggregate && (w->limit < 0 || w->limit > LIMIT_GROUP_ROWS))
		return odsql_complain(e, ODSQL_ORDER_BY, "aggregation function in order by is not supported with a limit > %d. "
		                      "Please remove the order by or set a limit parameter lower than %d.",
		                      LIMIT_GROUP_ROWS, LIMIT_GROUP_ROWS + 1);
	return true;
}

static bool page_window(const struct query_request *r, bool grouped, struct window *w, struct err *e)
{
	int64_t most = grouped ? LIMIT_GROUP_ROWS : r->most_rows ? r->most_rows : LIMIT_PAGE_ROWS;
	int64_t far = grouped ? LIMIT_GROUP_ROWS : LIMIT_WINDOW_ROWS;
	if (w->limit < -1 || w->limit > most)
		return err_set(e, ERR_PARAMETER, "Invalid value for limit API parameter: %lld was found but -1 <= limit <= %lld is expected.",
		               (long long)w->limit, (long long)most);
	/* -1 is the largest page; of groups it is all there are. */
	if (w->limit < 0) w->limit = grouped ? num_max(far - w->offset, 0) : most;
	int64_t sum;
	if (num_add(&sum, w->offset, w->limit) || sum > far)
		return err_set(e, ERR_PARAMETER, "Invalid value for sum of offset + limit API parameter: %lld was found but <= %lld is expected.",
		               (long long)(w->offset > INT64_MAX - w->limit ? INT64_MAX : w->offset + w->limit), (long long)far);
	return true;
}

bool window_of(const struct query_request *r, bool grouped, bool ordered_by_aggregate, struct window *out, struct err *e)
{
	bool export = r->mode == QUERY_EXPORT;
	int64_t absent = export || grouped ? -1 : 10;
	*out = (struct window){ .limit = 1 };
	if (r->mode == QUERY_RECORD) return true;
	if (!whole(r->limit, "limit", absent, &out->limit, e) || !whole(r->offset, "offset", 0, &out->offset, e)) return false;
	if (out->offset < 0)
		return err_set(e, ERR_PARAMETER, "Invalid value for offset API parameter: %lld was found but >= 0 is expected.",
		               (long long)out->offset);
	return export ? export_window(ordered_by_aggregate, out, e) : page_window(r, grouped, out, e);
}
