/* Metadata of drafts: read from a configuration, changed one value at a time, written back. */
#include "back/meta.h"
#include <stdlib.h>

enum { META_BYTES = 1 << 20 };

static struct str text_of(struct arena *a, const struct json_node *n)
{
	auto_buf b = BUF_INIT(META_BYTES);
	json_put_node(&b, n);
	return arena_str(a, buf_str(&b));
}

void back_metas_read(struct back_metas *m, struct arena *a, const struct json_node *metadata)
{
	struct str t, name, lang;
	const struct json_node *set, *values, *v;
	*m = (struct back_metas){ .arena = a };
	for (size_t i = 0; json_each(metadata, &i, &t, &set);)
		for (size_t k = 0; json_each(set, &k, &name, &values);)
			for (size_t l = 0; json_each(values, &l, &lang, &v);)
				if (json_kind(v) != JSON_NULL)
					vec_push(a, &m->list, (struct back_meta){ arena_str(a, t), arena_str(a, name), arena_str(a, lang), text_of(a, v) });
}

static ptrdiff_t find(const struct back_metas *m, struct str t, struct str name, struct str lang)
{
	for (size_t i = 0; i < m->list.n; i++)
		if (str_eq(m->list.p[i].name, name) && str_eq(m->list.p[i].template_, t) && str_eq(m->list.p[i].lang, lang))
			return (ptrdiff_t)i;
	return -1;
}

struct str back_metas_json(const struct back_metas *m, struct str t, struct str name, struct str lang)
{
	ptrdiff_t at = find(m, t, name, lang);
	return at < 0 ? STR("") : m->list.p[at].json;
}

struct str back_json_shown(struct arena *a, struct str json)
{
	auto_json *doc = NULL;
	struct err ignored = { 0 };
	if (!json.n || !json_read(json, &doc, &ignored))
		return json;
	return arena_str(a, config_text_shown(a, json_root(doc)));
}

struct str back_metas_text(const struct back_metas *m, struct str t, struct str name, struct str lang)
{
	return back_json_shown(m->arena, back_metas_json(m, t, name, lang));
}

bool back_metas_on(const struct back_metas *m, const char *name)
{
	return str_eq(back_metas_text(m, STR("visualization"), str_of(name), STR("")), STR("true"));
}

void back_metas_set(struct back_metas *m, struct str t, struct str name, struct str lang, struct str json)
{
	ptrdiff_t at = find(m, t, name, lang);
	if (at >= 0 && json.n)
		m->list.p[at].json = json;
	else if (at >= 0) {
		memmove(&m->list.p[at], &m->list.p[at + 1], (m->list.n - (size_t)at - 1) * sizeof *m->list.p);
		m->list.n--;
	} else if (json.n)
		vec_push(m->arena, &m->list, (struct back_meta){ t, name, lang, json });
}

/* Values of one name stand together whatever order they came in. */
static bool first_of_name(const struct back_metas *m, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (str_eq(m->list.p[i].name, m->list.p[at].name) && str_eq(m->list.p[i].template_, m->list.p[at].template_))
			return false;
	return true;
}

static void put_template(struct json_out *j, const struct back_metas *m, struct str t)
{
	json_open(j, '{');
	for (size_t i = 0; i < m->list.n; i++) {
		const struct back_meta *one = &m->list.p[i];
		if (!str_eq(one->template_, t) || !first_of_name(m, i))
			continue;
		json_key(j, one->name);
		json_open(j, '{');
		for (size_t k = i; k < m->list.n; k++) {
			if (!str_eq(m->list.p[k].template_, t) || !str_eq(m->list.p[k].name, one->name))
				continue;
			json_key(j, m->list.p[k].lang);
			json_value(j);
			buf_put(j->b, m->list.p[k].json);
		}
		json_close(j, '}');
	}
	json_close(j, '}');
}

struct str back_metas_template(const struct back_metas *m, struct str t)
{
	auto_buf b = BUF_INIT(4 * META_BYTES);
	struct json_out j = JSON_OUT(&b);
	put_template(&j, m, t);
	return arena_str(m->arena, buf_str(&b));
}

struct str back_metas_whole(const struct back_metas *m)
{
	auto_buf b = BUF_INIT(4 * META_BYTES);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	for (size_t i = 0; i < m->list.n; i++) {
		bool seen = false;
		for (size_t k = 0; k < i && !seen; k++)
			seen = str_eq(m->list.p[k].template_, m->list.p[i].template_);
		if (seen)
			continue;
		json_key(&j, m->list.p[i].template_);
		put_template(&j, m, m->list.p[i].template_);
	}
	json_close(&j, '}');
	return arena_str(m->arena, buf_str(&b));
}

/* --- texts of forms as JSON ------------------------------------------------------------------------------------ */

struct str back_json_list(struct arena *a, struct str text, char between)
{
	auto_buf b = BUF_INIT(META_BYTES);
	struct json_out j = JSON_OUT(&b);
	struct str part;
	size_t n = 0;
	json_open(&j, '[');
	for (struct str rest = text.n ? text : STR(""); str_cut(&rest, between, &part);)
		if (str_trim(part).n) {
			json_put(&j, str_trim(part));
			n++;
		}
	json_close(&j, ']');
	return n ? arena_str(a, buf_str(&b)) : STR("");
}

struct str back_meta_json(struct arena *a, const struct template_field *f, struct str text)
{
	int64_t i;
	double d;
	text = f->kind == TEMPLATE_HTML || f->kind == TEMPLATE_LONGSTRING ? text : str_trim(text);
	if (!str_trim(text).n)
		return STR("");
	if (template_is_list(f->kind))
		return back_json_list(a, text, f->kind == TEMPLATE_MULTITEXT ? '\n' : ',');
	if (f->kind == TEMPLATE_BOOLEAN && (str_eq(text, STR("true")) || str_eq(text, STR("false"))))
		return text;
	if ((f->kind == TEMPLATE_INT && str_to_int(text, &i)) || (f->kind == TEMPLATE_DOUBLE && text_to_double(text, &d)))
		return text;
	return back_json_text(a, text);
}

/* --- what others say -------------------------------------------------------------------------------------------- */

struct said { struct str word; size_t n; };

static int by_use(const void *x, const void *y)
{
	const struct said *a = x, *b = y;
	return a->n != b->n ? (a->n < b->n ? 1 : -1) : str_cmp(a->word, b->word);
}

size_t back_meta_others(struct visit *v, const char *name, struct str lang, size_t most, struct str **out)
{
	const struct dataset **list;
	size_t n = rights_datasets(&v->at, &v->who, v->arena, &list);
	struct map seen = { 0 };
	VEC(struct said *) words = { 0 };
	for (size_t i = 0; i < n; i++) {
		struct str *values;
		size_t k = dataset_meta_list(list[i], v->arena, name, lang, &values);
		for (size_t j = 0; j < k; j++) {
			struct said *s = map_get_or_null(&seen, values[j]);
			if (!s) {
				s = arena_new(v->arena, struct said);
				s->word = values[j];
				map_put(v->arena, &seen, values[j], s);
				vec_push(v->arena, &words, s);
			}
			s->n++;
		}
	}
	struct said *flat = arena_array(v->arena, struct said, words.n + 1);
	for (size_t i = 0; i < words.n; i++)
		flat[i] = *words.p[i];
	qsort(flat, words.n, sizeof *flat, by_use);
	size_t shown = num_min(words.n, most);
	*out = arena_array(v->arena, struct str, shown + 1);
	for (size_t i = 0; i < shown; i++)
		(*out)[i] = flat[i].word;
	return shown;
}

/* --- fields ------------------------------------------------------------------------------------------------------ */

size_t back_dataset_fields(struct visit *v, const struct config *c, struct back_field **out)
{
	const struct dataset *d = catalog_find_or_null(v->at.view, c->slug);
	size_t n = 0;
	*out = arena_array(v->arena, struct back_field, (d ? d->schema.n : 0) + 1);
	for (size_t i = 0; d && i < d->schema.n; i++)
		if (!(d->schema.fields[i].flags & FIELD_HIDDEN))
			(*out)[n++] = (struct back_field){ d->schema.fields[i].name, d->schema.fields[i].label, d->schema.fields[i].type };
	return n;
}
