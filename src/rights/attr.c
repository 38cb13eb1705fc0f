/* #attr(field, attribute) in the filter of a rule: rows whose field equals what the caller's identity provider says of them. It is
 * written out as a condition over values before anything reads the filter, so the engine, the counts and the tags of answers
 * know only plain conditions. Whoever has no such attribute meets a condition that no row satisfies. */
#include "rights/inside.h"
#include "sso/sso.h"

static const struct str word = { "#attr", 5 };

/* The end of a quoted text or name that begins at i. */
static size_t past_quoted(struct str s, size_t i)
{
	char quote = s.p[i++];
	for (; i < s.n && s.p[i] != quote; i++)
		if (s.p[i] == '\\' && quote != '`') i++;
	return num_min(i + 1, s.n);
}

/* The next place of the word outside of quotes; the end: none. */
static size_t next_word(struct str s, size_t i)
{
	while (i < s.n) {
		if (s.p[i] == '"' || s.p[i] == '\'' || s.p[i] == '`') i = past_quoted(s, i);
		else if (s.p[i] == '#' && str_eq_nocase(str_sub(s, i, word.n), word)) return i;
		else i++;
	}
	return s.n;
}

bool rights_filter_asks_caller(struct str filter) { return next_word(filter, 0) < filter.n; }

static struct str bare(struct str s)
{
	s = str_trim(s);
	bool quoted = s.n > 1 && (s.p[0] == '"' || s.p[0] == '\'' || s.p[0] == '`') && s.p[s.n - 1] == s.p[0];
	return quoted ? str_sub(s, 1, s.n - 2) : s;
}

/* The two names between the brackets that follow; *i goes behind them. */
static bool read_names(struct str s, size_t *i, struct str *field, struct str *attribute, struct err *e)
{
	size_t at = *i + word.n;
	while (at < s.n && s.p[at] == ' ') at++;
	ptrdiff_t end = at < s.n && s.p[at] == '(' ? str_find_char(str_from(s, at), ')') : -1;
	struct str inside = end > 0 ? str_sub(s, at + 1, (size_t)end - 1) : STR("");
	if (!str_cut(&inside, ',', field) || !(*field = str_trim(*field)).n || !(*attribute = bare(inside)).n || str_find_char(*attribute, ',') >= 0)
		return err_set(e, ERR_ODSQL, "#attr at position %zu is not complete. Expected #attr(field, attribute).", *i);
	*i = at + (size_t)end + 1;
	return true;
}

static bool is_number(struct str s)
{
	bool dot = false, digits = false;
	for (size_t i = s.n && s.p[0] == '-'; i < s.n; i++) {
		if (s.p[i] == '.' && !dot) dot = true;
		else if (s.p[i] >= '0' && s.p[i] <= '9') digits = true;
		else return false;
	}
	return digits && s.p[s.n - 1] != '.' && s.n < 18;
}

/* What is no value of the field's type equals none; the condition as a whole is checked after this. */
static bool fits(enum value_type type, struct str v)
{
	struct clock_text t;
	if (type == VALUE_INT || type == VALUE_DOUBLE) return is_number(v);
	if (type == VALUE_BOOL) return str_eq_nocase(v, STR("true")) || str_eq_nocase(v, STR("false"));
	return (type != VALUE_DATE && type != VALUE_DATETIME) || clock_parse(v, &t);
}

static void put_value(struct buf *b, enum value_type type, struct str v)
{
	if (type == VALUE_INT || type == VALUE_DOUBLE) {
		buf_put(b, v);
		return;
	}
	if (type == VALUE_BOOL) {
		buf_put(b, str_eq_nocase(v, STR("true")) ? STR("true") : STR("false"));
		return;
	}
	if (type == VALUE_DATE || type == VALUE_DATETIME) buf_lit(b, "date");
	buf_put_char(b, '"');
	for (size_t i = 0; i < v.n; i++) {
		if (v.p[i] == '"' || v.p[i] == '\\') buf_put_char(b, '\\');
		buf_put_char(b, v.p[i]);
	}
	buf_put_char(b, '"');
}

static void put_condition(struct buf *b, const struct schema *schema, struct str field, struct str attribute, const struct sso_claim *claims, size_t n)
{
	ptrdiff_t known = schema_find(schema, bare(field));
	enum value_type type = known >= 0 ? schema->fields[known].type : VALUE_TEXT;
	bool any = false;
	buf_put_char(b, '(');
	for (size_t i = 0; i < n; i++) {
		struct str v = str_trim(claims[i].value);
		if (!str_eq(claims[i].name, attribute) || !fits(type, v)) continue;
		buf_printf(b, "%s%.*s = ", any ? " or " : "", STR_ARG(field));
		put_value(b, type, v);
		any = true;
	}
	if (!any) buf_printf(b, "%.*s is null and %.*s is not null", STR_ARG(field), STR_ARG(field));
	buf_put_char(b, ')');
}

bool rights_filter_fill(struct arena *a, const struct schema *schema, struct str filter, const struct sso_claim *claims, size_t n, struct str *out,
                        struct err *e)
{
	auto_buf b = BUF_INIT(1 << 20);
	for (size_t i = 0, from = 0;;) {
		i = next_word(filter, i);
		buf_put(&b, str_sub(filter, from, i - from));
		if (i == filter.n) break;
		struct str field, attribute;
		if (!read_names(filter, &i, &field, &attribute, e)) return false;
		put_condition(&b, schema, field, attribute, claims, n);
		from = i;
	}
	if (b.over) return err_set(e, ERR_TOO_LARGE, "The attributes that a rule asks for are too many.");
	*out = arena_str(a, buf_str(&b));
	return true;
}

bool rights_filter_of(const struct site_visit *at, const struct rights_caller *w, struct arena *a, const struct dataset *d, struct str filter,
                      struct str *out, struct err *e)
{
	struct sso_claim *claims = NULL;
	size_t n = 0;
	const struct sso_scene s = { .store = at->site->store, .tenant = at->tenant, .arena = a };
	*out = filter;
	if (!rights_filter_asks_caller(filter)) return true;
	if (w->account && !sso_claims(&s, w->account, &claims, &n, e)) return false;
	return rights_filter_fill(a, &d->schema, filter, claims, n, out, e);
}
