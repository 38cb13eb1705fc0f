/* Geocode with a dataset of the portal: a file of addresses (number, street, postcode, town, point), such as France's BAN publishes for every department.
 * Words are compared without case, accents and marks, usual abbreviations are one word with what they stand for, and small slips of the pen are forgiven.
 * A street is found by its rarest word first; towns and postcodes decide between streets of one name; the number, or the nearest there is, gives the place. The
 * score says how much of the question was met: 1 is all of it. */
#include <math.h>
#include "process/place.h"
#include "text/text.h"

enum { DATASET, R_NUMBER, R_STREET, R_POSTCODE, R_CITY, R_POINT, FIELDS, POSTCODE, CITY, OUTPUT, SCORE, LABEL, LEAST };
static const struct process_parameter parameters[] = {
	{ "dataset", PROCESS_DATASET, true, NULL, NULL, N_("Dataset of addresses"), N_("Identifier of a dataset of this portal.") },
	{ "remote_number", PROCESS_TEXT, false, "numero", NULL, N_("Its field for the number"), N_("Empty when the street holds it.") },
	{ "remote_street", PROCESS_TEXT, false, "nom_voie", NULL, N_("Its field for the street"), NULL },
	{ "remote_postcode", PROCESS_TEXT, false, "code_postal", NULL, N_("Its field for the postcode"), N_("Empty when there is none.") },
	{ "remote_city", PROCESS_TEXT, false, "nom_commune", NULL, N_("Its field for the town"), N_("Empty when there is none.") },
	{ "remote_point", PROCESS_TEXT, false, "geo_point_2d", NULL, N_("Its field for the place"), NULL },
	{ "fields", PROCESS_FIELDS, true, NULL, NULL, N_("Fields of the address"), N_("In the order in which an address is written.") },
	{ "postcode", PROCESS_FIELD, false, NULL, NULL, N_("Postcode"), NULL },
	{ "city", PROCESS_FIELD, false, NULL, NULL, N_("Town"), NULL },
	{ "output_field", PROCESS_OUTPUT, true, NULL, NULL, N_("Output field"), NULL },
	{ "score_field", PROCESS_OUTPUT, false, NULL, NULL, N_("Field for the score"), N_("How much of the address was found: 1 is all of it.") },
	{ "label_field", PROCESS_OUTPUT, false, NULL, NULL, N_("Field for the address found"), NULL },
	{ "min_score", PROCESS_DOUBLE, false, "0.6", NULL, N_("Least score"), N_("What is less sure is left empty.") },
	{ 0 }
};
#define SUPPLY                                                                                                                                     \
	"[{\"numero\":\"8\",\"nom_voie\":\"Boulevard du Port\",\"code_postal\":\"80000\",\"nom_commune\":\"Amiens\",\"geo_point_2d\":\"49.9,2.29\"},"      \
	"{\"numero\":\"12 bis\",\"nom_voie\":\"Boulevard du Port\",\"code_postal\":\"80000\",\"nom_commune\":\"Amiens\",\"geo_point_2d\":\"49.91,2.3\"},"  \
	"{\"numero\":\"8\",\"nom_voie\":\"Boulevard du Port\",\"code_postal\":\"95000\",\"nom_commune\":\"Cergy\",\"geo_point_2d\":\"49.03,2.07\"},"       \
	"{\"numero\":\"1\",\"nom_voie\":\"Rue de l'Église Saint-Étienne\",\"code_postal\":\"57000\",\"nom_commune\":\"Metz\",\"geo_point_2d\":\"49.11,6.17\"}]"
static const struct process_example examples[] = {
	{ "{\"type\":\"geocode_portal\",\"dataset\":\"ban\",\"fields\":[\"a\"],\"output_field\":\"p\",\"score_field\":\"s\",\"!supplies\":[" SUPPLY "]}",
	  "[{\"a\":\"8 bd du port 80000 AMIENS\"},{\"a\":\"8, Bld. du Port, Cergy\"},{\"a\":\"12bis boulevard du prot amiens\"},{\"a\":\"1 r. de l'eglise st etienne 57000 Metz\"},{\"a\":\"3 avenue du Nord Lille\"},{\"a\":null}]",
	  "[{\"a\":\"8 bd du port 80000 AMIENS\",\"p\":\"49.9,2.29\",\"s\":1},{\"a\":\"8, Bld. du Port, Cergy\",\"p\":\"49.03,2.07\",\"s\":1},"
	  "{\"a\":\"12bis boulevard du prot amiens\",\"p\":\"49.91,2.3\",\"s\":0.77},{\"a\":\"1 r. de l'eglise st etienne 57000 Metz\",\"p\":\"49.11,6.17\",\"s\":1},"
	  "{\"a\":\"3 avenue du Nord Lille\",\"p\":null,\"s\":null,\"!\":\"This address is not in the dataset ban.\"},{\"a\":null,\"p\":null,\"s\":null}]" },
	{ 0 }
};

/* --- words ---------------------------------------------------------------------------------------------- */

/* Several spellings of one word; what one of them may stand for in another language does no harm: the others decide. */
static const struct { const char *said, *meant; } abbreviations[] = {
	{ "av", "avenue" }, { "ave", "avenue" }, { "bd", "boulevard" }, { "bld", "boulevard" }, { "blvd", "boulevard" }, { "boul", "boulevard" }, { "r", "rue" },
	{ "pl", "place" }, { "rte", "route" }, { "imp", "impasse" }, { "ch", "chemin" }, { "che", "chemin" }, { "chem", "chemin" }, { "all", "allee" }, { "sq", "square" },
	{ "fbg", "faubourg" }, { "fg", "faubourg" }, { "qu", "quai" }, { "q", "quai" }, { "crs", "cours" }, { "res", "residence" }, { "lot", "lotissement" },
	{ "st", "saint" }, { "ste", "sainte" }, { "sts", "saints" }, { "gal", "general" }, { "mal", "marechal" }, { "dr", "docteur" }, { "pdt", "president" },
	{ "str", "strasse" }, { "rd", "road" }, { "street", "saint" }, { "ln", "lane" }, { "cl", "calle" }, { "c", "calle" }, { "avda", "avenida" },
};
/* Words that say nothing alone. */
static const char *const idle[] = { "de", "du", "des", "d", "la", "le", "les", "l", "der", "die", "das", "van", "del", "the", "of", "et", "and", "cedex", "a", "au", "aux" };

struct words { struct str list[24]; size_t n; };

static struct str whole_word(struct str w)
{
	for (size_t i = 0; i < COUNT_OF(abbreviations); i++)
		if (str_eq(w, str_of(abbreviations[i].said))) return str_of(abbreviations[i].meant);
	return w;
}

static bool is_idle(struct str w)
{
	for (size_t i = 0; i < COUNT_OF(idle); i++)
		if (str_eq(w, str_of(idle[i]))) return true;
	return false;
}

/* Words of a text that has been folded. */
static void put_words(struct words *to, struct str folded)
{
	struct str w;
	for (size_t at = 0; to->n < COUNT_OF(to->list) && text_next_token(folded, &at, &w);)
		if (!is_idle(w)) to->list[to->n++] = whole_word(w);
}

static struct str fold(struct arena *a, struct str text)
{
	auto_buf b = BUF_INIT(1 << 16);
	text_fold(&b, text_cut(text, 2000));
	return arena_str(a, buf_str(&b));
}

/* The number at the beginning of a folded text, with its letter (12bis is 12b), and what follows. 0: none. */
static uint32_t take_number(struct str *folded)
{
	size_t n = 0;
	uint32_t v = 0;
	while (n < folded->n && n < 6 && folded->p[n] >= '0' && folded->p[n] <= '9') v = v * 10 + (uint32_t)(folded->p[n++] - '0');
	if (!n || n == 5) return 0; /* five digits are a postcode */
	struct str rest = str_from(*folded, n);
	struct str after = str_trim(rest);
	size_t w = 0;
	while (w < after.n && after.p[w] != ' ') w++;
	struct str word = str_sub(after, 0, w);
	uint32_t letter = 0;
	bool joined = rest.n && rest.p[0] != ' ';
	if (str_eq(word, STR("bis")) || str_eq(word, STR("ter")) || str_eq(word, STR("quater")) || (word.n == 1 && word.p[0] >= 'a' && word.p[0] <= 'f')) letter = (uint32_t)(unsigned char)word.p[0];
	else if (joined) return 0;
	*folded = letter ? str_trim(str_from(after, w)) : after;
	return v * 256 + letter;
}

/* --- the file of addresses -------------------------------------------------------------------------------- */

struct house { uint32_t number; int32_t lat, lon; }; /* millionths of a degree */
struct street {
	struct str name, postcode, city; /* as written */
	struct words words, town;
	VEC(struct house) houses;
};
struct posting { VEC(uint32_t) streets; };
struct book {
	struct place place;
	VEC(struct street) streets;
	struct map by_key;               /* of street, postcode and town: its number and one */
	struct map by_word;
};

static void index_words(struct process_step *s, struct book *b, const struct words *w, uint32_t street)
{
	for (size_t i = 0; i < w->n; i++) {
		struct posting *p = map_get_or_null(&b->by_word, w->list[i]);
		if (!p) {
			p = arena_new(s->keep, struct posting);
			map_put(s->keep, &b->by_word, arena_str(s->keep, w->list[i]), p);
		}
		if (!p->streets.n || p->streets.p[p->streets.n - 1] != street) vec_push(s->keep, &p->streets, street);
	}
}

static struct street *street_of(struct process_step *s, struct book *b, struct str name, struct str postcode, struct str city)
{
	auto_arena a = ARENA_INIT;
	struct str key = arena_printf(&a, "%.*s\x1f%.*s\x1f%.*s", STR_ARG(fold(&a, name)), STR_ARG(postcode), STR_ARG(fold(&a, city)));
	uintptr_t at = (uintptr_t)map_get_or_null(&b->by_key, key);
	if (at) return &b->streets.p[at - 1];
	struct street *x = vec_add(s->keep, &b->streets);
	x->name = arena_str(s->keep, name);
	x->postcode = arena_str(s->keep, postcode);
	x->city = arena_str(s->keep, city);
	put_words(&x->words, fold(s->keep, name));
	put_words(&x->town, fold(s->keep, city));
	map_put(s->keep, &b->by_key, arena_str(s->keep, key), (void *)(uintptr_t)b->streets.n);
	index_words(s, b, &x->words, (uint32_t)(b->streets.n - 1));
	return x;
}

static struct str there(const struct process_step *s, const struct process_supply *rows, const struct process_row *r, size_t parameter)
{
	for (size_t i = 0; s->values[parameter].text.n && i < rows->ncolumns; i++)
		if (str_eq(rows->columns[i], str_trim(s->values[parameter].text))) return str_trim(process_get(r, i).text);
	return STR("");
}

static void take_address(struct process_step *s, const struct process_supply *rows, const struct process_row *r)
{
	auto_arena a = ARENA_INIT;
	struct book *b = s->own;
	struct str number = fold(&a, there(s, rows, r, R_NUMBER));
	struct str name = there(s, rows, r, R_STREET);
	double lat;
	double lon;
	if (!name.n || !geo_spelled_point(b->place.geo, there(s, rows, r, R_POINT), &lat, &lon)) return;
	struct house h = { .number = take_number(&number), .lat = (int32_t)lround(lat * 1e6), .lon = (int32_t)lround(lon * 1e6) };
	struct str folded = fold(&a, name);
	if (!h.number && (h.number = take_number(&folded))) name = folded;
	struct street *x = street_of(s, b, name, there(s, rows, r, R_POSTCODE), there(s, rows, r, R_CITY));
	vec_push(s->keep, &x->houses, h);
}

static bool meet(struct process_step *s, size_t i, const struct process_supply *rows, struct err *e)
{
	(void)i;
	for (struct process_row r;;) {
		bool more;
		if (!rows->next(rows->arg, &r, &more, e)) return false;
		if (!more) return true;
		take_address(s, rows, &r);
	}
}

/* --- a question ---------------------------------------------------------------------------------------------- */

struct question {
	uint32_t number;
	struct words words, town; /* town: of a field of its own */
	struct str postcode;
};

static bool is_postcode(struct str w)
{
	for (size_t i = 0; i < w.n; i++)
		if (w.p[i] < '0' || w.p[i] > '9') return false;
	return w.n == 5 || w.n == 4;
}

static void read_question(struct process_step *s, const struct process_row *r, struct question *q)
{
	struct arena *a = process_arena(s);
	auto_buf text = BUF_INIT(1 << 16);
	*q = (struct question){ 0 };
	for (size_t i = 0; i < s->values[FIELDS].n; i++) {
		buf_put(&text, process_get(r, s->values[FIELDS].columns[i]).text);
		buf_put_char(&text, ' ');
	}
	struct str folded = fold(a, buf_str(&text));
	q->number = take_number(&folded);
	struct words all = { 0 };
	put_words(&all, folded);
	q->postcode = str_trim(s->values[POSTCODE].text.n ? process_get(r, s->values[POSTCODE].column).text : STR(""));
	for (size_t i = 0; i < all.n; i++) {
		if (is_postcode(all.list[i]) && !q->postcode.n && i > 0) q->postcode = all.list[i];
		else q->words.list[q->words.n++] = all.list[i];
	}
	if (s->values[CITY].text.n) put_words(&q->town, fold(a, process_get(r, s->values[CITY].column).text));
}

/* 1 the same, 0.7 a slip of the pen apart, 0 another word. */
static double alike(struct str x, struct str y)
{
	if (str_eq(x, y)) return 1;
	return x.n >= 4 && y.n >= 4 && text_is_near(x, y, 1) ? 0.7 : 0;
}

static double best_of(struct str w, const struct words *in)
{
	double best = 0;
	for (size_t i = 0; i < in->n; i++) best = fmax(best, alike(w, in->list[i]));
	return best;
}

/* How much of what was asked for is this street, and of the street what was asked for. */
static double score_of(const struct question *q, const struct street *x)
{
	double street = 0;
	double asked = 0;
	double town = 0;
	for (size_t i = 0; i < x->words.n; i++) street += best_of(x->words.list[i], &q->words);
	for (size_t i = 0; i < x->town.n; i++) town += fmax(best_of(x->town.list[i], &q->words), best_of(x->town.list[i], &q->town));
	for (size_t i = 0; i < q->words.n; i++) asked += fmax(best_of(q->words.list[i], &x->words), best_of(q->words.list[i], &x->town));
	for (size_t i = 0; i < q->town.n; i++) asked += best_of(q->town.list[i], &x->town);
	double score = street / (double)num_max(x->words.n, (size_t)1) * asked / (double)num_max(q->words.n + q->town.n, (size_t)1);
	/* 01000 and 1000 are one postcode: tables lose zeros. */
	struct str have = x->postcode;
	struct str want = q->postcode;
	while (have.n > 1 && have.p[0] == '0') have = str_from(have, 1);
	while (want.n > 1 && want.p[0] == '0') want = str_from(want, 1);
	if (want.n && have.n && !str_eq(have, want)) score *= 0.6;
	else if (!want.n && x->town.n && !(town > 0)) score *= 0.7;
	return score;
}

/* Streets that share a word, or nearly, with the question; those of the rarest words when there are very many. */
static void candidates(struct process_step *s, const struct question *q, const struct street **best, double *score)
{
	enum { MOST = 3000 };
	const struct book *b = s->own;
	const struct posting *lists[24];
	size_t n = 0;
	for (size_t i = 0; i < q->words.n; i++) {
		const struct posting *p = map_get_or_null(&b->by_word, q->words.list[i]);
		if (!p) continue;
		size_t at = n++;
		for (; at > 0 && lists[at - 1]->streets.n > p->streets.n; at--) lists[at] = lists[at - 1];
		lists[at] = p;
	}
	size_t looked = 0;
	for (size_t i = 0; i < n && (i == 0 || looked + lists[i]->streets.n <= MOST); i++)
		for (size_t k = 0; k < lists[i]->streets.n; k++, looked++) {
			const struct street *x = &b->streets.p[lists[i]->streets.p[k]];
			double v = score_of(q, x);
			if (v <= *score) continue;
			*score = v;
			*best = x;
		}
}

static uint32_t apart(uint32_t x, uint32_t y) { return x > y ? x - y : y - x; }

/* The house, or the nearest number of the street; without a number any of its middle. */
static const struct house *house_of(const struct question *q, const struct street *x, double *score)
{
	const struct house *best = &x->houses.p[x->houses.n / 2];
	if (!q->number) return best;
	for (size_t i = 0; i < x->houses.n; i++)
		if (x->houses.p[i].number && (!best->number || apart(x->houses.p[i].number, q->number) < apart(best->number, q->number))) best = &x->houses.p[i];
	if (best->number != q->number) *score *= best->number / 256 == q->number / 256 ? 0.95 : 0.8;
	return best;
}

static bool open(struct process_step *s, struct process_faults *f, struct err *e)
{
	static const size_t wanted[] = { R_NUMBER, R_STREET, R_POSTCODE, R_CITY, R_POINT };
	struct str columns[COUNT_OF(wanted)];
	size_t n = 0;
	(void)e;
	place_open(s, sizeof(struct book));
	for (size_t i = 0; i < COUNT_OF(wanted); i++)
		if (str_trim(s->values[wanted[i]].text).n) columns[n++] = str_trim(s->values[wanted[i]].text);
	if (!str_trim(s->values[R_STREET].text).n) process_step_fault(s, f, "remote_street", "expected the field of the dataset that holds the street.");
	if (!str_trim(s->values[R_POINT].text).n) process_step_fault(s, f, "remote_point", "expected the field of the dataset that holds the place.");
	process_declare(s, PROCESS_NEEDS_DATASET, s->values[DATASET].text, columns, n, 2000000);
	return true;
}

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	(void)e;
	struct question q;
	const struct street *x = NULL;
	double score = 0;
	size_t output = s->values[OUTPUT].column;
	read_question(s, r, &q);
	process_put_null(r, output);
	process_put_null(r, s->values[SCORE].column);
	process_put_null(r, s->values[LABEL].column);
	if (!q.words.n) return true;
	candidates(s, &q, &x, &score);
	const struct house *h = x ? house_of(&q, x, &score) : NULL;
	if (!h || score < s->values[LEAST].real) {
		process_tell(s, r, output, process_get(r, s->values[FIELDS].columns[0]).text, "This address is not in the dataset %.*s.", STR_ARG(s->values[DATASET].text));
		return true;
	}
	place_put_point(s, r, output, h->lat / 1e6, h->lon / 1e6);
	process_put_number(s, r, s->values[SCORE].column, round(score * 100) / 100);
	if (s->values[LABEL].text.n) {
		struct str label = arena_printf(process_arena(s), "%.*s%s%.*s %.*s", STR_ARG(x->name), x->postcode.n || x->city.n ? ", " : "", STR_ARG(x->postcode), STR_ARG(x->city));
		process_put(r, s->values[LABEL].column, str_trim(label), CELL_STRING);
	}
	return true;
}

static const struct process_works works = { .open = open, .row = row, .close = place_close, .meet = meet };
const struct processor process_geocode_portal = {
	"geocode_portal", "geo", N_("Geocode with a dataset of addresses"), N_("Finds addresses in a dataset of this portal; nothing is sent elsewhere."), 0, parameters, examples, &works };
