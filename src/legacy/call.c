/* One call: the portal, who asks, the parameters of address and form, and the dataset they name. */
#include "legacy/inside.h"
#include "text/text.h"
#include "trace/trace.h"

static struct str choose_language(const struct tenant *t, struct str wanted)
{
	static const char known[][4] = { "en", "fr", "nl", "pt", "it", "ar", "de", "es", "ca", "eu", "sv" };
	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (str_eq(wanted, str_of(known[i]))) return str_of(known[i]);
	return t->nlanguages ? t->languages[0] : STR("fr");
}

/* A form adds its pairs to those of the address; from here on there is one list. */
static bool read_pairs(struct v1_call *c, struct err *e)
{
	const struct httpd_pair *form = NULL;
	size_t n = 0;
	if (c->r->method == HTTPD_POST && !httpd_form(c->arena, c->r->body, &form, &n, e)) return false;
	struct httpd_pair *all = arena_array(c->arena, struct httpd_pair, c->r->nquery + n);
	for (size_t i = 0; i < c->r->nquery; i++) all[i] = c->r->query[i];
	for (size_t i = 0; i < n; i++) all[c->r->nquery + i] = form[i];
	c->pairs = all;
	c->npairs = c->r->nquery + n;
	c->r->query = all; /* the key of a caller may stand in the form */
	c->r->nquery = c->npairs;
	return true;
}

bool v1_enter(struct v1_call *c, struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	*c = (struct v1_call){ .r = r, .p = p, .arena = r->arena, .format = STR("json") };
	if (!read_pairs(c, e)) return false;
	struct str zone = v1_text(c, "timezone");
	if (!query_zone(zone.n ? zone : v1_text(c, "output_timezone"), &c->zone, e)) return false;
	if (!v1_bool(c, "pretty_print", &c->pretty, e)) return false;
	if (!site_enter(app, r->host, &c->at, e)) return false;
	c->lang = choose_language(c->at.tenant, v1_text(c, "lang"));
	return rights_caller(&c->at, r, &c->who, e) && trace_source(&c->at, &c->who, v1_text(c, "source"), e);
}

void v1_leave(struct v1_call *c)
{
	if (c->at.site) site_leave(&c->at);
}

bool v1_missing(struct err *e, const char *name)
{
	return err_set(e, ERR_PARAMETER, "The parameter %s is missing.", name);
}

bool v1_dataset(struct v1_call *c, struct err *e)
{
	struct str slug = c->r->holes[0].n ? c->r->holes[0] : v1_text(c, "dataset");
	if (!slug.n) return v1_missing(e, "dataset");
	/* ID@domain names a dataset of the portal of that domain, which may be this one. */
	ptrdiff_t at = str_find_char(slug, '@');
	if (at > 0 && str_eq(str_from(slug, (size_t)at + 1), c->r->host)) slug = str_sub(slug, 0, (size_t)at);
	if (!rights_find(&c->at, &c->who, c->arena, slug, &c->own, e) || !rights_meter(&c->at, c->r, &c->who, &c->own, e)) return false;
	c->target = c->own.target;
	return true;
}

bool v1_records(struct v1_call *c, struct err *e) { return v1_dataset(c, e) && rights_read(&c->own, e); }

void v1_catalogue(struct v1_call *c) { rights_catalogue(&c->at, &c->who, c->arena, &c->target); }

bool v1_has_rows(const struct v1_call *c) { return c->target.at.number != 0; }

/* --- parameters --------------------------------------------------------------------------------- */

struct str v1_text(const struct v1_call *c, const char *name)
{
	for (size_t i = c->npairs; i-- > 0;)
		if (str_eq(c->pairs[i].name, str_of(name)) && c->pairs[i].value.n) return c->pairs[i].value;
	return STR("");
}

static struct str shown(struct str s) { return text_cut(s, 60); }

bool v1_bool(const struct v1_call *c, const char *name, bool *out, struct err *e)
{
	struct str s = v1_text(c, name);
	bool yes = str_eq_nocase(s, STR("true")) || str_eq(s, STR("1")) || str_eq_nocase(s, STR("on"));
	bool no = !s.n || str_eq_nocase(s, STR("false")) || str_eq(s, STR("0")) || str_eq_nocase(s, STR("off"));
	*out = yes;
	if (yes || no) return true;
	return err_set(e, ERR_PARAMETER, "Invalid value for %s parameter: %.*s was found but true or false is expected.", name,
	               STR_ARG(shown(s)));
}

bool v1_int(const struct v1_call *c, const char *name, int64_t least, int64_t most, int64_t absent, int64_t *out, struct err *e)
{
	struct str s = str_trim(v1_text(c, name));
	*out = absent;
	if (!s.n) return true;
	if (!str_to_int(s, out))
		return err_set(e, ERR_PARAMETER, "Invalid value for %s parameter: %.*s was found but a whole number is expected.", name,
		               STR_ARG(shown(s)));
	if (*out >= least && *out <= most) return true;
	return err_set(e, ERR_PARAMETER, "Invalid value for %s parameter: %lld was found but %lld <= %s <= %lld is expected.", name,
	               (long long)*out, (long long)least, name, (long long)most);
}

bool v1_each(const struct v1_call *c, const char *prefix, size_t *at, struct str *name, struct str *value)
{
	struct str p = str_of(prefix);
	for (; *at < c->npairs; (*at)++) {
		const struct httpd_pair *pair = &c->pairs[*at];
		bool bare = str_eq(pair->name, p);
		bool dotted = str_starts(pair->name, p) && pair->name.n > p.n + 1 && pair->name.p[p.n] == '.';
		if ((!bare && !dotted) || !pair->value.n) continue;
		*name = bare ? STR("") : str_from(pair->name, p.n + 1);
		*value = pair->value;
		(*at)++;
		return true;
	}
	return false;
}

/* A path of names that a script may call: letters, digits, _ and $, apart by points. */
static bool is_callback(struct str s)
{
	bool start = true;
	if (!s.n || s.n > 100) return false;
	for (size_t i = 0; i < s.n; i++) {
		char k = s.p[i];
		bool letter = (k >= 'a' && k <= 'z') || (k >= 'A' && k <= 'Z') || k == '_' || k == '$';
		bool digit = k >= '0' && k <= '9';
		if (!letter && (start || (!digit && k != '.'))) return false;
		start = k == '.';
	}
	return !start;
}

bool v1_format(struct v1_call *c, const char *const *words, struct err *e)
{
	struct str wanted = v1_text(c, "format");
	c->format = str_of(words[0]);
	for (size_t i = 0; wanted.n && words[i]; i++)
		if (str_eq_nocase(wanted, str_of(words[i]))) c->format = str_of(words[i]), wanted.n = 0;
	if (wanted.n) {
		auto_buf all = BUF_INIT(1000);
		for (size_t i = 0; words[i]; i++) buf_printf(&all, "%s%s", i ? ", " : "", words[i]);
		return err_set(e, ERR_PARAMETER, "Invalid value for format parameter: %.*s was found but one of %.*s is expected.",
		               STR_ARG(shown(wanted)), STR_ARG(buf_str(&all)));
	}
	if (!str_ends(c->format, STR("jsonp"))) return true;
	c->callback = v1_text(c, "callback");
	if (!c->callback.n) return v1_missing(e, "callback");
	if (is_callback(c->callback)) return true;
	c->callback = STR("");
	return err_set(e, ERR_PARAMETER, "The parameter callback takes the name of a function: letters, digits, _, $ and points.");
}

/* --- names -------------------------------------------------------------------------------------- */

const struct field *v1_field_or_null(const struct v1_call *c, struct str name)
{
	const struct odsql_scope s = { .schema = c->target.schema, .visible_or_null = c->target.visible_or_null,
		.catalogue = c->target.catalogue };
	int i = odsql_field(&s, name);
	return i < 0 ? NULL : &c->target.schema->fields[i];
}

const struct field *v1_places_or_null(const struct v1_call *c, bool shapes_first)
{
	struct str wanted = v1_text(c, "geo_field");
	const struct field *named = wanted.n ? v1_field_or_null(c, wanted) : NULL;
	const enum value_type kinds[] = { shapes_first ? VALUE_SHAPE : VALUE_POINT, shapes_first ? VALUE_POINT : VALUE_SHAPE };
	if (named && (named->type == VALUE_POINT || named->type == VALUE_SHAPE)) return named;
	for (size_t k = 0; k < COUNT_OF(kinds) && !wanted.n; k++)
		for (size_t i = 0; i < c->target.schema->n; i++) {
			const struct field *f = &c->target.schema->fields[i];
			if (f->type == kinds[k] && v1_field_or_null(c, f->name) == f) return f;
		}
	return NULL;
}

static void put_between(struct buf *b, struct str s, char quote)
{
	buf_put_char(b, quote);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == quote || s.p[i] == '\\') buf_put_char(b, '\\');
		buf_put_char(b, s.p[i]);
	}
	buf_put_char(b, quote);
}

void v1_put_name(struct buf *b, struct str name) { put_between(b, name, '`'); }
void v1_put_quoted(struct buf *b, struct str text) { put_between(b, text, '"'); }

struct str v1_named(const struct v1_call *c, struct str name)
{
	auto_buf b = BUF_INIT(2 * LIMIT_URL_BYTES + 100);
	v1_put_name(&b, name);
	return arena_str(c->arena, buf_str(&b));
}

void v1_plan_done(struct query_plan *p) { query_plan_done(p); }
