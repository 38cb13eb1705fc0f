/* How complete the information about a dataset is: points for what is told, advice for what is not. What counts how much is said in meta.h. */
#include "back/meta.h"
#include "text/text.h"

enum { META_BYTES = 1 << 20 };

struct count { const struct back_scorer *by; struct visit *visit; const struct back_metas *metas; struct back_score *out; int64_t got, all; };

static void advise(struct count *k, struct back_advice a)
{
	if (k->out->n < BACK_ADVICE)
		k->out->advice[k->out->n++] = a;
}

/* What the forms call it. */
static struct str label_of(const struct count *k, const char *t, const char *name)
{
	const struct template_field *f = template_field_or_null(template_find_or_null(k->by->sets, k->by->nsets, str_of(t)), str_of(name));
	return f && f->label.n ? f->label : str_of(name);
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
	struct back_advice advice = { .sentence = r->missing, .place = str_of(place), .n = (int64_t)num_max(r->characters, r->words), .missing = true,
		.key = arena_printf(k->visit->arena, "%s.%s", r->template_, r->name), .label = label_of(k, r->template_, r->name) };
	k->all += 2 * r->points;
	if (!str_trim(text).n) {
		advise(k, advice);
		return;
	}
	advice.sentence = r->little;
	advice.missing = false;
	struct str plain = r->characters ? view_plain(k->visit->arena, text, META_BYTES) : text;
	bool little = (r->characters && text_length(plain) < r->characters) || (r->words && words_in(text) < r->words);
	k->got += little ? r->points : 2 * r->points;
	if (little)
		advise(k, advice);
}

/* Of the portal's own templates, what it wants to be told. */
static void count_own(struct count *k)
{
	struct visit *v = k->visit;
	const struct template_set *sets = k->by->sets;
	for (size_t i = 0; i < k->by->nsets; i++)
		for (size_t j = 0; !sets[i].system && sets[i].active && j < sets[i].n; j++) {
			const struct template_field *f = &sets[i].fields[j];
			int points = f->level == TEMPLATE_MANDATORY ? 5 : f->level == TEMPLATE_RECOMMENDED ? 3 : 0;
			bool told = points && str_trim(any_language(k, arena_cstr(v->arena, sets[i].name), arena_cstr(v->arena, f->name))).n;
			k->all += 2 * points;
			k->got += told ? 2 * points : 0;
			if (points && !told)
				advise(k, (struct back_advice){ .sentence = N_("Fill in “{0}”."), .text = f->label, .missing = true, .label = f->label,
					.key = arena_printf(v->arena, "%.*s.%.*s", STR_ARG(sets[i].name), STR_ARG(f->name)),
					.place = arena_printf(v->arena, "information/?part=%.*s", STR_ARG(sets[i].name)) });
		}
}

static void score(struct count *k, const struct dataset *d, size_t nfields)
{
	size_t told = 0;
	*k->out = (struct back_score){ 0 };
	for (size_t i = 0; i < COUNT_OF(rules); i++)
		count_rule(k, &rules[i]);
	count_own(k);
	for (size_t i = 0; d && i < d->schema.n; i++)
		told += d->schema.fields[i].description.n > 0;
	if (d && nfields) {
		k->all += 20;
		k->got += (int64_t)(20 * num_min(told, nfields) / nfields);
		if (told < nfields)
			advise(k, (struct back_advice){ .sentence = N_("Describe the fields: {0} have no description."), .place = STR("schema/"), .n = (int64_t)(nfields - told),
				.missing = !told, .key = STR("fields.description"), .label = i18n_text(k->visit->lang, N_("Descriptions of the fields")) });
	}
	k->out->percent = k->all ? (int)(k->got * 100 / k->all) : 0;
}

struct back_scorer back_scorer(struct visit *v)
{
	struct back_scorer s = { .visit = v };
	s.nsets = template_list(v->at.tenant, v->lang, v->lang_code, v->arena, &s.sets);
	return s;
}

void back_score(struct visit *v, const struct config *c, const struct back_metas *m, struct back_score *out)
{
	struct back_scorer by = back_scorer(v);
	struct back_field *fields;
	struct count k = { .by = &by, .visit = v, .metas = m, .out = out };
	score(&k, catalog_find_or_null(v->at.view, c->slug), back_dataset_fields(v, c, &fields));
}

void back_score_published(const struct back_scorer *by, const struct dataset *d, struct back_score *out)
{
	struct back_metas metas = { .arena = by->visit->arena };
	struct count k = { .by = by, .visit = by->visit, .metas = &metas, .out = out };
	size_t nfields = 0;
	for (size_t i = 0; i < d->nmetas; i++)
		vec_push(metas.arena, &metas.list, (struct back_meta){ d->metas[i].template_, d->metas[i].name, d->metas[i].lang, d->metas[i].json });
	for (size_t i = 0; i < d->schema.n; i++)
		nfields += !(d->schema.fields[i].flags & FIELD_HIDDEN);
	score(&k, d, nfields);
}
