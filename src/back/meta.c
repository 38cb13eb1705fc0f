/* Metadata of drafts: read from a configuration, changed one value at a time, written back; completeness. */
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

/* --- completeness ------------------------------------------------------------------------------------------------ */

struct count { struct visit *visit; const struct back_metas *metas; struct back_score *out; int64_t got, all; };

static void advise(struct count *k, const char *sentence, const char *place, int64_t n)
{
	if (k->out->n < BACK_ADVICE)
		k->out->advice[k->out->n++] = (struct back_advice){ .sentence = sentence, .place = str_of(place), .n = n };
}

static struct str any_language(const struct count *k, const char *t, const char *name)
{
	const struct tenant *tenant = k->visit->at.tenant;
	struct str text = back_metas_text(k->metas, str_of(t), str_of(name), STR(""));
	for (size_t i = 0; !text.n && i < tenant->nlanguages; i++)
		text = back_metas_text(k->metas, str_of(t), str_of(name), tenant->languages[i]);
	return text;
}

static size_t words_in(struct str list)
{
	struct str part;
	size_t n = 0;
	while (list.n && str_cut(&list, ',', &part))
		n += str_trim(part).n > 0;
	return n;
}

static const struct rule {
	const char *template_, *name;
	int points;
	size_t characters, words;     /* as much is wanted */
	const char *missing, *little; /* {0}: how much */
} rules[] = {
	{ "default", "title", 5, 10, 0, N_("Give it a title."), N_("Make the title say what, where and when: at least {0} characters.") },
	{ "default", "description", 5, 200, 0, N_("Add a description of at least {0} characters: who collected the data, how, and what one row stands for."),
	  N_("Make the description longer: at least {0} characters.") },
	{ "default", "license", 5, 0, 0, N_("Choose a licence: without one nobody may reuse the data."), NULL },
	{ "default", "theme", 3, 0, 0, N_("Choose a theme: readers look for data by theme."), NULL },
	{ "default", "keyword", 3, 0, 3, N_("Add at least {0} keywords that readers would search for."), N_("Add keywords: at least {0}.") },
	{ "default", "publisher", 3, 0, 0, N_("Say who publishes the data."), NULL },
	{ "default", "language", 3, 0, 0, N_("Say in which language the data are."), NULL },
	{ "default", "update_frequency", 3, 0, 0, N_("Say how often the data are updated."), NULL },
	{ "dcat", "contact_email", 3, 0, 0, N_("Give an address for questions (DCAT: contact e-mail)."), NULL },
	{ "default", "territory", 1, 0, 0, N_("Name the places the data are about."), NULL },
	{ "default", "references", 1, 0, 0, N_("Add the address of a page about the data."), NULL },
	{ "dcat", "temporal_coverage_start", 1, 0, 0, N_("Say which time the data cover (DCAT)."), NULL },
};

static void count_rule(struct count *k, const struct rule *r)
{
	struct str text = any_language(k, r->template_, r->name);
	const char *place = strcmp(r->template_, "dcat") == 0 ? "information/?part=dcat" : "information/";
	k->all += 2 * r->points;
	if (!str_trim(text).n) {
		advise(k, r->missing, place, (int64_t)num_max(r->characters, r->words));
		return;
	}
	struct str plain = r->characters ? view_plain(k->visit->arena, text, META_BYTES) : text;
	bool little = (r->characters && text_length(plain) < r->characters) || (r->words && words_in(text) < r->words);
	k->got += little ? r->points : 2 * r->points;
	if (little)
		advise(k, r->little, place, (int64_t)num_max(r->characters, r->words));
}

/* Of the portal's own templates, what it wants to be told. */
static void count_own(struct count *k)
{
	struct visit *v = k->visit;
	const struct template_set *sets;
	size_t n = template_list(v->at.tenant, v->lang, v->lang_code, v->arena, &sets);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; !sets[i].system && sets[i].active && j < sets[i].n; j++) {
			const struct template_field *f = &sets[i].fields[j];
			int points = f->level == TEMPLATE_MANDATORY ? 5 : f->level == TEMPLATE_RECOMMENDED ? 3 : 0;
			bool told = points && str_trim(any_language(k, arena_cstr(v->arena, sets[i].name), arena_cstr(v->arena, f->name))).n;
			k->all += 2 * points;
			k->got += told ? 2 * points : 0;
			if (points && !told && k->out->n < BACK_ADVICE)
				k->out->advice[k->out->n++] = (struct back_advice){ .sentence = N_("Fill in “{0}”."), .text = f->label,
					.place = arena_printf(v->arena, "information/?part=%.*s", STR_ARG(sets[i].name)) };
		}
}

void back_score(struct visit *v, const struct config *c, const struct back_metas *m, struct back_score *out)
{
	struct count k = { .visit = v, .metas = m, .out = out };
	struct back_field *fields;
	*out = (struct back_score){ 0 };
	for (size_t i = 0; i < COUNT_OF(rules); i++)
		count_rule(&k, &rules[i]);
	count_own(&k);
	const struct dataset *d = catalog_find_or_null(v->at.view, c->slug);
	size_t n = back_dataset_fields(v, c, &fields), told = 0;
	for (size_t i = 0; d && i < d->schema.n; i++)
		told += d->schema.fields[i].description.n > 0;
	if (d && n) {
		k.all += 20;
		k.got += (int64_t)(20 * num_min(told, n) / n);
		if (told < n)
			advise(&k, N_("Describe the fields: {0} have no description."), "schema/", (int64_t)(n - told));
	}
	out->percent = k.all ? (int)(k.got * 100 / k.all) : 0;
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
