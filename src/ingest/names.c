/* Headings: field names that are unique, labels that are kept, and the words by which a schema's field
 * or a place finds its column. */
#include "ingest/survey.h"
#include "text/text.h"

/* --- names ---------------------------------------------------------------------------------------- */

static struct str unique(struct arena *a, const struct map *taken, struct str name)
{
	struct str made = name;
	for (int i = 2; map_get_or_null(taken, made); i++)
		made = arena_printf(a, "%.*s_%d", STR_ARG(str_sub(name, 0, 56)), i);
	return made;
}

/* Readers choose columns by their labels: two that differ by letters' case alone are one to them. */
static struct str folded(struct arena *a, struct str label)
{
	auto_buf b = BUF_INIT(4096);
	text_put_lower(&b, label);
	return arena_str(a, buf_str(&b));
}

static struct str unlike(struct arena *a, const struct map *seen, struct str label)
{
	struct str made = label;
	for (int i = 2; map_get_or_null(seen, folded(a, made)); i++) made = arena_printf(a, "%.*s (%d)", STR_ARG(label), i);
	return made;
}

void headings_make(struct load *l, struct survey *v, const struct str *labels, size_t n)
{
	struct map names = { 0 };
	struct map seen = { 0 };
	size_t empty = 0;
	size_t doubled = 0;
	struct str first_doubled = { 0 };
	bool named = v->headed || !(l->source.format->flags & SOURCE_HEADED);
	for (size_t i = 0; i < n; i++) {
		struct heading *h = vec_add(l->a, &v->headings);
		h->label = arena_str(l->a, text_cut(str_trim(labels[i]), 250));
		if (h->label.n == 0) {
			empty++;
			h->label = arena_printf(l->a, "Column %zu", i + 1);
		}
		if (map_get_or_null(&seen, folded(l->a, h->label))) {
			if (doubled++ == 0) first_doubled = h->label;
			h->label = unlike(l->a, &seen, h->label);
		}
		map_put(l->a, &seen, folded(l->a, h->label), h);
		h->name = unique(l->a, &names, text_field_name(l->a, h->label));
		map_put(l->a, &names, h->name, h);
	}
	if (!named || v->proofs.n == 0) return; /* a trial, or no headings to speak of */
	if (empty) load_note(l, "Columns without a heading were named by number (%zu).", empty);
	if (doubled)
		load_note(l, "Headings that stand more than once had a number added (%zu, “%.*s” first).", doubled,
		          STR_ARG(first_doubled));
}

/* --- a schema's fields ----------------------------------------------------------------------------- */

static bool same_folded(struct str x, struct str y)
{
	auto_buf a = BUF_INIT(4096);
	auto_buf b = BUF_INIT(4096);
	text_fold(&a, x);
	text_fold(&b, y);
	return a.n > 0 && str_eq(buf_str(&a), buf_str(&b));
}

int heading_for(const struct survey *v, const struct field *f)
{
	for (size_t i = 0; i < v->headings.n; i++)
		if (str_eq(v->headings.p[i].label, f->name)) return (int)i;
	for (size_t i = 0; i < v->headings.n; i++)
		if (str_eq(v->headings.p[i].name, f->name)) return (int)i;
	for (size_t i = 0; i < v->headings.n; i++)
		if (same_folded(v->headings.p[i].label, f->label) || same_folded(v->headings.p[i].label, f->name)) return (int)i;
	return -1;
}

/* Steps of one letter between two short words; more than 3 counts as 4. */
static int distance(struct str x, struct str y)
{
	enum { MOST = 64 };
	int line[MOST + 1];
	if (x.n > MOST || y.n > MOST) return 4;
	for (size_t k = 0; k <= y.n; k++) line[k] = (int)k;
	for (size_t i = 1; i <= x.n; i++) {
		int before = line[0];
		line[0] = (int)i;
		for (size_t k = 1; k <= y.n; k++) {
			int keep = line[k];
			int change = before + (x.p[i - 1] != y.p[k - 1]);
			line[k] = num_min(change, num_min(line[k], line[k - 1]) + 1);
			before = keep;
		}
	}
	return num_min(line[y.n], 4);
}

static bool is_near(struct str x, struct str y)
{
	return distance(x, y) <= (x.n > 5 ? 3 : 1) || (x.n > 3 && (str_find(y, x) >= 0 || (y.n > 3 && str_find(x, y) >= 0)));
}

bool missing_field(const struct survey *v, const struct field *f, struct err *e)
{
	auto_buf near = BUF_INIT(200);
	auto_buf all = BUF_INIT(240);
	for (size_t i = 0; i < v->headings.n; i++) {
		const struct heading *h = &v->headings.p[i];
		struct str label = text_cut(h->label, 60);
		if (is_near(h->name, f->name)) buf_printf(&near, "%s“%.*s”", near.n ? ", " : "", STR_ARG(label));
		buf_printf(&all, "%s“%.*s”", all.n ? ", " : "", STR_ARG(label));
	}
	if (near.n)
		return err_set(e, ERR_BAD_SOURCE, "the field “%.*s” of the schema has no column in the file; did you mean %.*s?",
		               STR_ARG(f->name), STR_ARG(text_cut(buf_str(&near), 180)));
	return err_set(e, ERR_BAD_SOURCE, "the field “%.*s” of the schema has no column in the file; its columns are %.*s%s",
	               STR_ARG(f->name), STR_ARG(text_cut(buf_str(&all), 200)), all.over || all.n > 200 ? " …" : "");
}

/* --- places ----------------------------------------------------------------------------------------- */

/* Best first: a file may hold several. x and y mean degrees only if the numbers allow it. */
static const struct { const char *latitude, *longitude; } places[] = {
	{ "latitude", "longitude" }, { "lat", "lon" }, { "lat", "lng" }, { "lat", "long" }, { "latitud", "longitud" },
	{ "latitudine", "longitudine" }, { "breitengrad", "laengengrad" }, { "breitengrad", "langengrad" }, { "breite", "laenge" },
	{ "breedtegraad", "lengtegraad" }, { "y_wgs84", "x_wgs84" }, { "coord_y", "coord_x" },
	{ "lat_wgs84", "lon_wgs84" }, { "geo_lat", "geo_lon" }, { "geo_latitude", "geo_longitude" },
	{ "latitude_wgs84", "longitude_wgs84" }, { "decimallatitude", "decimallongitude" }, { "stop_lat", "stop_lon" },
	{ "y", "x" }, { "cy", "cx" },
};

enum place_word place_word_of(struct str name, int *rank)
{
	for (size_t i = 0; i < COUNT_OF(places); i++) {
		*rank = (int)i;
		if (str_eq(name, str_of(places[i].latitude))) return PLACE_LATITUDE;
		if (str_eq(name, str_of(places[i].longitude))) return PLACE_LONGITUDE;
	}
	/* Under a heading of two rows: "Position – Latitude". */
	*rank = (int)COUNT_OF(places);
	if (str_ends(name, STR("_latitude"))) return PLACE_LATITUDE;
	return str_ends(name, STR("_longitude")) ? PLACE_LONGITUDE : PLACE_NONE;
}
