/* One call: the portal, the parameters, the dataset, and what every answer carries. */
#include "explore/inside.h"
#include "crypt/crypt.h"
#include "trace/trace.h"

const char *const explore_delimiters[] = { ";", ",", "\t", "|", NULL };
const char *const explore_compressions[] = { "snappy", "zstd", NULL };
const char *const explore_languages[] = { "en", "fr", "nl", "pt", "it", "ar", "de", "es", "ca", "eu", "sv", NULL };

/* Bounds of whole numbers in texts are not lengths: query/ knows them, since they depend on the question. */
const struct explore_param explore_params[CALL_PARAMS] = {
#define PARAM(symbol, name, kind, least, most, number, words, shape, initial, sentence) \
	[CALL_##symbol] = { { name, REST_##kind, least, EXPLORE_##shape == EXPLORE_WHOLE ? 0 : (most), number, words }, \
		least, most, EXPLORE_##shape, initial, sentence },
#include "explore/params.def"
#undef PARAM
};

/* An unknown language is not an error: the portal's own answers (§19 Q14). */
static struct str choose_language(const struct tenant *t, struct str wanted)
{
	for (size_t i = 0; explore_languages[i]; i++)
		if (str_eq(wanted, str_of(explore_languages[i]))) return str_of(explore_languages[i]);
	return t->nlanguages ? t->languages[0] : STR("fr");
}

uint64_t explore_takes(const struct explore_endpoint *x, int version)
{
	if (version >= 21) return x->params & ~TAKES(SEARCH);
	/* Where v2.0 has an endpoint of its own for groups, lists and files take none. */
	return x->in == EXPLORE_IN_BOTH ? x->params & ~TAKES(GROUP_BY) : x->params;
}

/* The words of v2.0's search are a quoted text among the conditions. */
static void search_as_where(struct call *c)
{
	struct str words = c->v[CALL_SEARCH].text;
	struct rest_value *where = &c->v[CALL_WHERE];
	auto_buf b = BUF_INIT(2 * LIMIT_URL_BYTES);
	if (!str_trim(words).n) return;
	buf_put_char(&b, '"');
	for (size_t i = 0; i < words.n; i++) {
		if (words.p[i] == '"' || words.p[i] == '\\') buf_put_char(&b, '\\');
		buf_put_char(&b, words.p[i]);
	}
	buf_put_char(&b, '"');
	struct str *texts = arena_array(c->arena, struct str, where->ntexts + 1);
	if (where->ntexts) memcpy(texts, where->texts, where->ntexts * sizeof *texts);
	texts[where->ntexts++] = arena_str(c->arena, buf_str(&b));
	where->texts = texts;
}

/* Values of what the endpoint takes; the rest of the request is ignored. */
static bool read_params(struct call *c, struct err *e)
{
	uint64_t takes = explore_takes(c->endpoint, c->version);
	for (size_t i = 0; i < CALL_PARAMS; i++) {
		const struct rest_param one[] = { explore_params[i].is, { 0 } };
		c->v[i].number = one->number;
		if ((takes >> i & 1) && !rest_params(c->r, one, &c->v[i], e)) return false;
	}
	search_as_where(c);
	return true;
}

bool call_enter(struct call *c, const struct explore_endpoint *x, const struct explore_base *base, struct httpd_request *r,
                struct httpd_reply *p, void *app, struct err *e)
{
	*c = (struct call){ .r = r, .p = p, .arena = r->arena, .endpoint = x, .version = base->version };
	if (!read_params(c, e) || !query_zone(c->v[CALL_TIMEZONE].text, &c->zone, e)) return false;
	if (!site_enter(app, r->host, &c->at, e) || !rights_caller(&c->at, r, &c->who, e)) return false;
	if (!trace_source(&c->at, &c->who, c->v[CALL_SOURCE].text, e)) return false;
	c->lang = choose_language(c->at.tenant, c->v[CALL_LANG].text);
	c->prefix = str_of(base->prefix);
	c->base = rest_base(r, c->prefix);
	c->links = c->version < 21 || c->v[CALL_LINKS].number != 0;
	dialect_warn(c);
	return true;
}

void call_leave(struct call *c)
{
	if (c->at.site) site_leave(&c->at);
}

bool call_dataset(struct call *c, struct err *e)
{
	if (!rights_find(&c->at, &c->who, c->arena, c->r->holes[0], &c->own, e) || !rights_meter(&c->at, c->r, &c->who, &c->own, e)) return false;
	c->dataset = c->own.dataset;
	c->target = c->own.target;
	c->target.files_base = link_dataset(c, c->dataset->slug, "/files/");
	return version_choose(c, e);
}

const struct dataset *call_find_or_null(const struct call *c, struct str slug)
{
	return rights_dataset_or_null(&c->at, &c->who, c->arena, slug);
}

struct record_style call_style(const struct call *c)
{
	return (struct record_style){ .zone = c->zone };
}

void call_planned(struct call *c) { c->planned_ns = clock_monotonic_ns(); }

bool call_records(struct call *c, struct err *e)
{
	return call_dataset(c, e) && rights_read(&c->own, e);
}

void call_catalogue(struct call *c)
{
	rights_catalogue(&c->at, &c->who, c->arena, &c->target);
}

bool call_has_rows(const struct call *c) { return c->target.at.number != 0; }

bool call_total(const struct call *c, const struct query_request *q, const struct query_plan *p, int64_t shown,
                int64_t found, int64_t *total, struct err *e)
{
	*total = found >= 0 ? found : p->offset + shown;
	if (!call_has_rows(c) || p->grouped || found >= 0) return true;
	if (!p->aggregated && !p->empty && !q->cursor.n && shown < p->limit && (shown > 0 || p->offset == 0)) return true;
	return query_count(c->at.site->engine, c->arena, q, c->r->cancel, total, e);
}

/* The first of a name and its older alias that is given. */
static struct str either(const struct call *c, enum call_param name, enum call_param alias)
{
	return c->v[name].given ? c->v[name].text : c->v[alias].text;
}

static struct str limit_of(const struct call *c)
{
	struct str page = either(c, CALL_LIMIT, CALL_ROWS);
	return page.n ? page : either(c, CALL_LIMIT_ALL, CALL_ROWS_ALL);
}

static struct str joined(const struct call *c, enum call_param which)
{
	const struct rest_value *v = &c->v[which];
	struct str all = v->ntexts ? v->texts[0] : STR("");
	for (size_t i = 1; i < v->ntexts; i++) all = arena_join(c->arena, arena_join(c->arena, all, STR(",")), v->texts[i]);
	return all;
}

struct query_request call_question(const struct call *c, enum query_mode mode)
{
	struct str cursor = str_trim(c->v[CALL_CURSOR].text);
	return (struct query_request){
		.target = &c->target,
		.mode = mode,
		.with_cursor = cursor.n > 0,
		.cursor = str_eq(cursor, STR("*")) ? STR("") : cursor,
		.select = c->v[CALL_SELECT].text,
		.where = c->v[CALL_WHERE].texts,
		.nwhere = c->v[CALL_WHERE].ntexts,
		.qv1 = c->v[CALL_QV1].texts,
		.nqv1 = c->v[CALL_QV1].ntexts,
		.group_by = joined(c, CALL_GROUP_BY),
		.order_by = either(c, CALL_ORDER_BY, CALL_SORT),
		.limit = limit_of(c),
		.offset = either(c, CALL_OFFSET, CALL_START),
		.refine = c->v[CALL_REFINE].texts,
		.nrefine = c->v[CALL_REFINE].ntexts,
		.exclude = c->v[CALL_EXCLUDE].texts,
		.nexclude = c->v[CALL_EXCLUDE].ntexts,
		.facet = c->v[CALL_FACET].texts,
		.nfacet = c->v[CALL_FACET].ntexts,
		.zone_or_null = c->zone,
		.lang = c->lang,
		.now_us = clock_now().us,
		.legacy = c->version < 21,
		.default_order = c->target.catalogue ? STR("modified desc, datasetid") : STR(""),
	};
}

/* --- answers ------------------------------------------------------------------------------------ */

/* now() makes an answer of this moment only. Text that merely mentions it costs nothing but a cache. */
static bool mentions_now(struct str s)
{
	for (size_t at = 0; at + 3 <= s.n; at++)
		if (str_eq_nocase(str_sub(s, at, 3), STR("now"))) return true;
	return false;
}

static bool names_the_time(const struct call *c)
{
	for (size_t i = 0; i < c->r->nquery; i++)
		if (mentions_now(c->r->query[i].value)) return true;
	return mentions_now(c->target.row_filter);
}

bool call_is_fresh(struct call *c, struct str of)
{
	auto_buf b = BUF_INIT(SIZE_MAX);
	unsigned char hash[16];
	char tag[2 * sizeof hash + 1];
	if (names_the_time(c)) return false;
	buf_printf(&b, "%lld %llu %lld %lld.%lld ", (long long)c->at.tenant->id.v,
	           (unsigned long long)c->at.tenant->generation, (long long)c->at.view->reflected.number,
	           (long long)c->target.at.number, (long long)c->target.at.live);
	buf_put(&b, rights_fingerprint(&c->who, c->arena));
	buf_put_char(&b, '\n');
	buf_put(&b, c->base);
	buf_put_char(&b, '\n');
	buf_put(&b, c->r->target);
	buf_put_char(&b, '\n');
	buf_put(&b, of);
	crypt_blake2b(buf_str(&b), hash, sizeof hash);
	crypt_hex(hash, sizeof hash, tag);
	httpd_reply_etag(c->p, str_of(tag));
	return httpd_reply_is_fresh(c->r, str_of(tag));
}

/* Where the time went. A kept answer is given again without this field. */
static bool tell_time(struct call *c, struct err *e)
{
	int64_t now = clock_monotonic_ns(), begun = c->r->started_ns;
	int64_t planned = c->planned_ns ? c->planned_ns : now;
	return httpd_reply_header(c->p, STR("Server-Timing"),
	                          arena_printf(c->arena, "plan;dur=%.2f, query;dur=%.2f, total;dur=%.2f", (double)(planned - begun) / 1e6,
	                                       (double)(now - planned) / 1e6, (double)(now - begun) / 1e6), e);
}

bool call_reply(struct call *c, struct buf *body, struct err *e)
{
	enum { KEPT_S = 600 };
	if (!tell_time(c, e)) return false;
	if (!rest_json(c->p, body, c->lang, e)) return false;
	if (!names_the_time(c) && rights_is_public(&c->at, &c->who)) httpd_reply_cacheable(c->p, KEPT_S);
	return true;
}
