/* as_of: reading a dataset as it was published earlier. An older version is read with the rights of today:
 * what is hidden today stays hidden by its name, a field that was taken out since (perhaps because it should
 * never have been published) does not come back this way, and a row filter that means nothing to the version
 * shows nothing. */
#include "explore/inside.h"

static void put_known(struct buf *b, const struct dataset *d)
{
	enum { MOST = 12 };
	for (size_t i = 0; i < d->nversions && i < MOST; i++) {
		buf_printf(b, i ? ", %lld (" : "%lld (", (long long)d->versions[i].number);
		clock_put_instant(b, d->versions[i].published.us / 1000000 * 1000000, clock_utc());
		buf_put_char(b, ')');
	}
}

static bool no_such(const struct dataset *d, struct str text, struct err *e)
{
	auto_buf known = BUF_INIT(600);
	put_known(&known, d);
	return err_set(e, ERR_NOT_FOUND, "The dataset %.*s has no version as of %.*s that can be read. There are: %.*s.", STR_ARG(d->slug),
	               STR_ARG(str_sub(text, 0, 60)), STR_ARG(buf_str(&known)));
}

/* The version of a number, or the newest published by then. */
static const struct dataset_version *find(const struct dataset *d, bool by_number, int64_t wanted)
{
	for (size_t i = 0; i < d->nversions; i++) {
		const struct dataset_version *v = &d->versions[i];
		if (by_number ? v->number == wanted : v->published.us <= wanted) return v;
	}
	return NULL;
}

static bool read_as_of(const struct call *c, struct str text, const struct dataset_version **out, struct err *e)
{
	const struct dataset *d = c->dataset;
	int64_t number;
	struct clock_text when;
	if (str_to_int(text, &number) && number < 1000000) {
		/* Four digits may be a year; where there is no such version, they are. */
		*out = find(d, true, number);
		if (*out || text.n != 4) return *out || no_such(d, text, e);
	}
	/* A plus sign that was not encoded has arrived as a blank. */
	char *p = (char *)(uintptr_t)arena_str(c->arena, text).p; /* just copied, ours to change */
	if (text.n > 6 && p[text.n - 6] == ' ') p[text.n - 6] = '+';
	if (!clock_parse(str_make(p, text.n), &when))
		return err_set(e, ERR_PARAMETER, "Invalid value for as_of API parameter: %.*s was found but the number of a version, or a date and "
		               "time such as 2026-11-22T10:00:00Z, is expected.", STR_ARG(str_sub(text, 0, 60)));
	/* The end of the period that a shorter text stands for: as of 2026 is as of its last moment. */
	struct civil end = when.precision < CLOCK_SECOND ? clock_period_end(when.civil, when.precision) : when.civil;
	int64_t us = when.has_offset ? clock_us_of_civil(&end) - (int64_t)when.offset_s * 1000000 : clock_local_to_us(c->zone, &end);
	if (when.precision < CLOCK_SECOND) us--;
	else if (when.precision == CLOCK_SECOND) us += 999999;
	*out = find(d, false, us);
	return *out || no_such(d, text, e);
}

/* Today's fields and rights, by name. */
static const bool *visible_then(struct call *c, const struct schema *then)
{
	const struct query_target *today = &c->own.target;
	bool *visible = arena_array(c->arena, bool, then->n + 1);
	for (size_t i = 0; i < then->n; i++) {
		int at = schema_find(today->schema, then->fields[i].name);
		visible[i] = at >= 0 && (!today->visible_or_null || today->visible_or_null[at]);
	}
	return visible;
}

static bool check_filter(struct call *c, const struct dataset_version *v, struct err *e)
{
	struct odsql_node *n;
	struct err why = { 0 };
	struct odsql_scope house = { .schema = c->target.schema, .dataset_id = c->target.dataset_id, .zone = clock_utc(), .lang = STR("en"),
		.everything = true, .record_timestamp_us = c->target.record_timestamp_us };
	if (!str_trim(c->target.row_filter).n) return true;
	if (odsql_parse_where(c->arena, c->target.row_filter, &n, &why) && (!n || odsql_check_where(c->arena, &house, n, &why))) return true;
	err_set(e, ERR_FORBIDDEN, "The version %lld cannot be shown: today's rules on who sees which records name fields that it does not have.",
	        (long long)v->number);
	return err_cause(e, "%s", why.pub);
}

static bool turn_to(struct call *c, const struct dataset_version *v, struct err *e)
{
	struct schema *then = arena_new(c->arena, struct schema);
	if (!catalog_version_schema(c->at.site->catalog, c->dataset, v->number, c->arena, then, e)) return false;
	c->target.at = (struct version_ref){ .tenant = c->dataset->version.tenant, .dataset = c->dataset->id, .number = v->number };
	c->target.schema = then;
	c->target.record_timestamp_us = v->published.us;
	c->target.visible_or_null = visible_then(c, then);
	return check_filter(c, v, e);
}

static bool tell(struct call *c, int64_t number, int64_t published_us, struct err *e)
{
	auto_buf b = BUF_INIT(120);
	buf_printf(&b, "%lld; published=\"", (long long)number);
	clock_put_instant(&b, published_us / 1000000 * 1000000, clock_utc());
	buf_put_char(&b, '"');
	return httpd_reply_header(c->p, STR("Stoa-Version"), buf_str(&b), e);
}

bool version_choose(struct call *c, struct err *e)
{
	const struct dataset *d = c->dataset;
	struct str text = str_trim(c->v[CALL_AS_OF].text);
	const struct dataset_version *v = find(d, true, d->version.number);
	if (text.n && !read_as_of(c, text, &v, e)) return false;
	if (!v) return true; /* a dataset without records */
	if (v->number != d->version.number && (!rights_read(&c->own, e) || !turn_to(c, v, e))) return false;
	return tell(c, v->number, v->published.us, e);
}
