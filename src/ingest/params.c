/* What was asked of a source: the parameters of its extractor, and what the older settings of a job say. */
#include "ingest/load.h"
#include "ingest/params.h"
#include "text/text.h"

static const struct json_node *node(const struct source *s, const char *name)
{
	const struct json_node *v = s->params ? json_get(json_root(s->params), name) : NULL;
	return json_kind(v) == JSON_TEXT && json_text(v).n == 0 ? NULL : v;
}

bool param_given(const struct source *s, const char *name) { return json_kind(node(s, name)) > JSON_NULL; }

struct str param_text(const struct source *s, const char *name)
{
	const struct json_node *v = node(s, name);
	if (json_kind(v) == JSON_TEXT) return json_text(v);
	if (!v || json_kind(v) == JSON_NULL || !s->load) return STR("");
	auto_buf b = BUF_INIT(64 * 1024);
	json_put_node(&b, v);
	return arena_str(s->load->a, buf_str(&b));
}

int64_t param_int(const struct source *s, const char *name, int64_t otherwise)
{
	const struct json_node *v = node(s, name);
	int64_t n;
	if (json_kind(v) == JSON_TEXT) return text_to_int(str_trim(json_text(v)), &n) ? n : otherwise;
	return json_int(v, otherwise);
}

bool param_bool(const struct source *s, const char *name, bool otherwise)
{
	const struct json_node *v = node(s, name);
	if (json_kind(v) == JSON_INT) return json_int(v, 0) != 0;
	if (json_kind(v) != JSON_TEXT) return json_bool(v, otherwise);
	struct str t = json_text(v);
	if (str_eq_nocase(t, STR("true")) || str_eq(t, STR("1")) || str_eq_nocase(t, STR("yes"))) return true;
	if (str_eq_nocase(t, STR("false")) || str_eq(t, STR("0")) || str_eq_nocase(t, STR("no"))) return false;
	return otherwise;
}

static char separator_of(struct str s)
{
	if (str_eq(s, STR("\\t")) || str_eq_nocase(s, STR("tab"))) return '\t';
	if (str_eq_nocase(s, STR("space"))) return ' ';
	return s.n == 1 ? s.p[0] : 0;
}

static void take_dialect(struct source *s)
{
	struct ingest_dialect *d = &s->dialect;
	struct str t;
	if ((t = param_text(s, "separator")).n) d->delimiter = separator_of(t);
	if ((t = param_text(s, "quote")).n == 1) d->quote = t.p[0];
	if ((t = param_text(s, "escapechar")).n == 1) d->escape = t.p[0];
	if ((t = param_text(s, "decimal")).n == 1) d->decimal = t.p[0];
	if ((t = param_text(s, "encoding")).n) d->encoding = t;
	if (param_given(s, "headers_first_row"))
		d->header = param_bool(s, "headers_first_row", true) ? INGEST_HEADER_YES : INGEST_HEADER_NO;
	if ((t = param_text(s, "sheet")).n || (t = param_text(s, "json_root")).n || (t = param_text(s, "layer")).n) s->part = t;
	if ((t = param_text(s, "file")).n) s->wanted = t;
}

bool source_ask(struct load *l, struct source *s, const struct ingest_part *part, struct err *e)
{
	const struct ingest_job *j = &l->job;
	*s = (struct source){ .load = l, .fd = part ? part->source : j->source, .given = part ? part->source : j->source, .archive = -1,
		.name = part ? part->name : j->name };
	/* What a job says besides is about its only part. */
	if (j->nparts < 2) {
		s->dialect = j->dialect;
		s->part = j->part;
		s->wanted = j->inside;
	}
	if (!part) return true;
	if (part->extractor.n) {
		s->extractor = ingest_extractor_or_null(part->extractor);
		if (!s->extractor)
			return err_set(e, ERR_PARAMETER, "the extractor “%.*s” is not known", STR_ARG(text_cut(part->extractor, 60)));
	}
	if (str_trim(part->params).n && !json_read(part->params, &s->params, e)) return false;
	take_dialect(s);
	return true;
}
