/* The #functions: each a row that tells how many arguments it takes and how it becomes a condition. */
#include "qv1/places.h"
#include "text/text.h"

/* --- arguments ---------------------------------------------------------------------------------- */

static struct odsql_node *field_of(struct reader *r, const struct piece *p) { return field_named(r, p->text); }

static struct odsql_node *text_of(struct reader *r, const struct piece *p)
{
	return odsql_leaf(r->arena, ODSQL_TEXT, p->text);
}

/* The field of a place: the one named, or the first that has places. NULL with a complaint. */
static struct odsql_node *place_field(struct reader *r, const struct pieces *args, size_t without)
{
	const struct schema *s = r->scope->schema;
	if (args->v.n > without) return field_of(r, &args->v.p[0]);
	for (size_t i = 0; i < s->n; i++) {
		const struct field *f = &s->fields[i];
		if (f->type != VALUE_POINT && f->type != VALUE_SHAPE) continue;
		if (odsql_field(r->scope, f->name) == (int)i) return field_named(r, f->name);
	}
	(void)odsql_complain(r->e, ODSQL_QV1, "There is no geographic field to look for places in.");
	return NULL;
}

/* --- conditions --------------------------------------------------------------------------------- */

static struct odsql_node *make_null(struct reader *r, const struct pieces *args)
{
	struct odsql_node *const both[] = { field_of(r, &args->v.p[0]), odsql_leaf(r->arena, ODSQL_NULL, STR("")) };
	return odsql_test(r->arena, ODSQL_IS, both, 2);
}

static struct odsql_node *make_exact(struct reader *r, const struct pieces *args)
{
	struct odsql_node *const both[] = { field_of(r, &args->v.p[0]), text_of(r, &args->v.p[1]) };
	return odsql_test(r->arena, ODSQL_EQ, both, 2);
}

static struct odsql_node *make_words(struct reader *r, const struct pieces *args, const char *word)
{
	size_t n = args->v.n;
	struct odsql_node **nodes = arena_array(r->arena, struct odsql_node *, n);
	for (size_t i = 0; i < n; i++) {
		const struct piece *p = &args->v.p[i];
		bool star = !p->quoted && str_eq(p->text, STR("*")) && i + 1 < n;
		if (star && n > 2) return unexpected_piece(r, p);
		nodes[i] = i + 1 == n ? text_of(r, p) : star ? odsql_leaf(r->arena, ODSQL_STAR, STR("")) : field_of(r, p);
	}
	return odsql_call(r->arena, ODSQL_WHERE, word, nodes, n);
}

static struct odsql_node *make_search(struct reader *r, const struct pieces *args) { return make_words(r, args, "search"); }

static struct odsql_node *make_startswith(struct reader *r, const struct pieces *args)
{
	return make_words(r, args, "startswith");
}

static struct odsql_node *make_distance(struct reader *r, const struct pieces *args)
{
	struct odsql_node *field = place_field(r, args, 2);
	const struct piece *p = args->v.p + args->v.n - 2;
	return field ? place_circle(r, field, p[0].text, p[1].text) : NULL;
}

static struct odsql_node *make_polygon(struct reader *r, const struct pieces *args)
{
	struct odsql_node *field = place_field(r, args, 1);
	return field ? place_polygon(r, field, args->v.p[args->v.n - 1].text) : NULL;
}

static struct odsql_node *make_bbox(struct reader *r, const struct pieces *args)
{
	struct odsql_node *field = place_field(r, args, 1);
	return field ? place_box(r, field, args->v.p[args->v.n - 1].text) : NULL;
}

static struct odsql_node *make_digest(struct reader *r, const struct pieces *args)
{
	struct odsql_node *field = place_field(r, args, 1);
	if (!field) return NULL;
	struct odsql_node *digest = odsql_call(r->arena, ODSQL_WHERE, "#digest", &field, 1);
	struct odsql_node *const both[] = { digest, text_of(r, &args->v.p[args->v.n - 1]) };
	return odsql_test(r->arena, ODSQL_EQ, both, 2);
}

static struct odsql_node *make_geometry(struct reader *r, const struct pieces *args)
{
	static const char *const kinds[] = { "point", "linestring", "polygon", "multipoint", "multilinestring",
		"multipolygon", "geometrycollection" };
	struct str kind = args->v.p[1].text;
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		if (!str_eq_nocase(kind, str_of(kinds[i]))) continue;
		struct odsql_node *const both[] = { field_of(r, &args->v.p[0]), odsql_leaf(r->arena, ODSQL_TEXT, str_of(kinds[i])) };
		return odsql_call(r->arena, ODSQL_WHERE, "#geometry", both, 2);
	}
	(void)odsql_complain(r->e, ODSQL_QV1, "'%.*s' is no kind of geometry; use point, linestring, polygon, multipoint, "
	                     "multilinestring, multipolygon or geometrycollection.", STR_ARG(text_cut(kind, 60)));
	return NULL;
}

static struct odsql_node *refuse_attr(struct reader *r, const struct pieces *args)
{
	(void)args;
	(void)odsql_complain(r->e, ODSQL_QV1, "#attr() speaks of who asks; it stands in the access rules of a dataset, not in a query.");
	return NULL;
}

static const struct form {
	const char *word;
	size_t least, most;
	struct odsql_node *(*make)(struct reader *r, const struct pieces *args);
} forms[] = {
	{ "attr", 1, 2, refuse_attr },
	{ "bbox", 1, 2, make_bbox },
	{ "digest", 1, 2, make_digest },
	{ "distance", 2, 3, make_distance },
	{ "exact", 2, 2, make_exact },
	{ "geometry", 2, 2, make_geometry },
	{ "null", 1, 1, make_null },
	{ "polygon", 1, 2, make_polygon },
	{ "search", 1, LIMIT_ODSQL_IN_ITEMS, make_search },
	{ "startswith", 1, LIMIT_ODSQL_IN_ITEMS, make_startswith },
};

struct odsql_node *read_form(struct reader *r, const struct piece *word)
{
	struct pieces args = { 0 };
	size_t i = 0;
	while (i < COUNT_OF(forms) && !str_eq_nocase(word->text, str_of(forms[i].word))) i++;
	if (i == COUNT_OF(forms)) return unexpected_piece(r, &(struct piece){ .at = word->at - 1, .end = word->end });
	if (!read_arguments(r, &args)) return NULL;
	if (args.v.n >= forms[i].least && args.v.n <= forms[i].most) return forms[i].make(r, &args);
	(void)odsql_complain(r->e, ODSQL_QV1, "#%s() takes %zu%s argument%s; %zu were given.", forms[i].word, forms[i].least,
	                     forms[i].most > forms[i].least ? " or more" : "", forms[i].most == 1 ? "" : "s", args.v.n);
	return NULL;
}

/* --- now ---------------------------------------------------------------------------------------- */

struct moves {
	VEC(struct odsql_node *) v;
	int64_t days, weeks; /* besides what is written */
};

static struct odsql_node *named(struct reader *r, struct str name, int64_t v)
{
	struct odsql_node *n = odsql_leaf(r->arena, ODSQL_NAMED, name);
	n->i = v;
	return n;
}

/* MO, MO(2), MO(-1): the n-th such day from today on, or back from today. Adding weeks before the move to
 * the weekday adds them after it too; the last such day is the next one six days ago. */
static bool read_weekday(struct reader *r, struct str text, struct moves *m)
{
	static const char *const days[] = { "MO", "TU", "WE", "TH", "FR", "SA", "SU" };
	int64_t nth = 1;
	int64_t day = 0;
	while (day < 7 && !str_eq_nocase(str_sub(text, 0, 2), str_of(days[day]))) day++;
	struct str rest = str_trim(str_from(text, text.n < 2 ? text.n : 2));
	if (day == 7) return false;
	if (rest.n) {
		if (!str_starts(rest, STR("(")) || !str_ends(rest, STR(")"))) return false;
		if (!str_to_int(str_trim(str_sub(rest, 1, rest.n - 2)), &nth)) return false;
	}
	if (nth == 0 || nth > 500000 || nth < -500000) return false;
	vec_push(r->arena, &m->v, named(r, STR("weekday"), day));
	if (nth < 0) m->days -= 6;
	m->weeks += nth > 0 ? nth - 1 : nth + 1;
	return true;
}

/* name=number, or weekday=MO(2). */
static bool read_move(struct reader *r, const struct piece *p, struct moves *m)
{
	struct str value = p->text;
	struct str name;
	int64_t v;
	(void)str_cut(&value, '=', &name);
	name = str_trim(name);
	value = str_trim(value);
	if (str_starts(value, STR("+"))) value = str_from(value, 1);
	if (str_to_int(value, &v)) {
		vec_push(r->arena, &m->v, named(r, name, v));
		return true;
	}
	if (str_eq_nocase(name, STR("weekday")) && read_weekday(r, value, m)) return true;
	return odsql_complain(r->e, ODSQL_QV1, "'%.*s' is no argument of #now(); write days=-1, hour=0 or weekday=MO(2).",
	                      STR_ARG(text_cut(p->text, 60)));
}

/* Adds to the last argument of a name, or makes one. */
static void add_move(struct reader *r, struct moves *m, const char *name, int64_t v)
{
	if (!v) return;
	for (size_t i = m->v.n; i-- > 0;) {
		int64_t *i_of = &m->v.p[i]->i;
		if (!str_eq_nocase(m->v.p[i]->s, str_of(name))) continue;
		/* What does not fit is out of now()'s bounds anyway. */
		if (num_add(i_of, *i_of, v)) *i_of = INT64_MAX;
		return;
	}
	vec_push(r->arena, &m->v, named(r, str_of(name), v));
}

struct odsql_node *read_now(struct reader *r)
{
	struct pieces args = { 0 };
	struct moves m = { 0 };
	if (look(r) == '(' && !read_arguments(r, &args)) return NULL;
	for (size_t i = 0; i < args.v.n; i++)
		if (!read_move(r, &args.v.p[i], &m)) return NULL;
	add_move(r, &m, "days", m.days);
	add_move(r, &m, "weeks", m.weeks);
	return odsql_call(r->arena, ODSQL_WHERE, "now", m.v.p, m.v.n);
}
