/* What a preview proposes so that a dataset gets its map: two columns of metres in a national grid become points, a column that names countries,
 * regions or towns becomes boundaries that the portal holds; latitude and longitude that are exchanged (swapped.c). Proposals come with how sure they are and with the processor that does it; nothing is
 * done until the publisher says so. */
#include "publish/advice.h"
#include "geo/geo.h"
#include "publish/need.h"
#include <math.h>
#include <unistd.h>

enum { MOST_CHOICES = 5, MOST_WIDE = 60, DEGREES = 360, MOST_VALUES = 60, LEAST_NAMED = 2 };

/* --- national grids ------------------------------------------------------------------------------------------ */

/* Where the ordinates of a system lie on its own land, metres; `rare`: how little else lies there, 0 … 25; `languages`: of portals that would
 * use it; `word`: what names of columns call it. */
struct grid { int epsg; const char *name; double x0, x1, y0, y1; int rare; const char *languages, *words; };
#define CC(zone) { 3900 + zone, "RGF93 / CC" #zone, 1200000, 2250000, (zone - 41) * 1e6 + 80000, (zone - 41) * 1e6 + 320000, 25, "fr", "cc" #zone }
#define UTM(zone, languages) { 25800 + zone, "ETRS89 / UTM " #zone "N", 166000, 834000, 3900000, 7900000, 2, languages, "utm utm" #zone }
static const struct grid grids[] = {
	{ 2154, "RGF93 / Lambert-93", 80000, 1300000, 6000000, 7200000, 20, "fr", "l93 lambert lambert93 lamb93 rgf93" },
	CC(42), CC(43), CC(44), CC(45), CC(46), CC(47), CC(48), CC(49), CC(50),
	{ 27572, "NTF / Lambert zone II étendu", 0, 1250000, 1600000, 2720000, 20, "fr", "l2e lambert2 lambert2e ntf" },
	{ 2056, "CH1903+ / LV95", 2480000, 2850000, 1070000, 1310000, 25, "de fr it", "lv95 ch" },
	{ 21781, "CH1903 / LV03", 480000, 850000, 70000, 310000, 12, "de fr it", "lv03 ch" },
	{ 28992, "Amersfoort / RD New", 0, 285000, 300000, 630000, 12, "nl", "rd rdx rdy" },
	{ 31370, "BD72 / Lambert 72", 14000, 300000, 20000, 250000, 12, "nl fr", "lambert72 lb72 l72" },
	{ 3812, "ETRS89 / Lambert 2008", 510000, 800000, 520000, 750000, 12, "nl fr", "lambert2008 lb08" },
	{ 27700, "OSGB36 / British National Grid", 0, 660000, 0, 1220000, 6, "en", "osgb bng easting northing" },
	{ 2157, "IRENET95 / Irish Transverse Mercator", 400000, 780000, 500000, 970000, 8, "en", "itm" },
	{ 3006, "SWEREF99 TM", 260000, 930000, 6120000, 7680000, 10, "sv", "sweref sweref99" },
	{ 3067, "ETRS89 / TM35FIN", 50000, 760000, 6600000, 7800000, 8, "fi sv", "tm35fin etrs" },
	{ 3763, "ETRS89 / PT-TM06", -130000, 170000, -305000, 285000, 4, "pt", "tm06" },
	UTM(29, "pt es gl"), UTM(30, "es eu fr en"), UTM(31, "ca es fr"), UTM(32, "de it"), UTM(33, "de it sv"),
	{ 3035, "ETRS89 / LAEA Europe", 2400000, 7400000, 1300000, 5500000, 5, "", "laea" },
	{ 3857, "WGS 84 / Web Mercator", -20040000, 20040000, -20050000, 20050000, 0, "", "mercator 3857" },
};
struct choice { const struct grid *grid; int sure; bool placed; double lat, lon; };
struct ordinate { struct str name; double least, most; bool east, north, id; };
struct pair { const struct ordinate *x, *y; struct choice list[MOST_CHOICES]; size_t n; bool named; };

/* Bounds come as text, as the source spells them: a comma may be the mark of decimals. */
double publish_number_of(const struct json_node *n)
{
	char room[64];
	double d = 0;
	struct str t = str_trim(json_text(n));
	if (json_kind(n) != JSON_TEXT) return json_real(n, 0);
	if (!t.n || t.n >= sizeof room) return 0;
	for (size_t i = 0; i < t.n; i++) room[i] = t.p[i] == ',' ? '.' : t.p[i];
	return text_to_double(str_make(room, t.n), &d) ? d : 0;
}

/* Is one of the words of a name ("coord_x", "X_L93") one of these? */
bool publish_name_has(struct str name, const char *words)
{
	struct str rest = name, word, list, one;
	while (rest.n && str_cut(&rest, '_', &word)) {
		list = str_of(words);
		while (str_cut(&list, ' ', &one))
			if (one.n && str_eq_nocase(word, one)) return true;
	}
	return false;
}

static bool wide_column(const struct json_node *f, struct ordinate *out)
{
	struct str type = json_text(json_get(f, "type"));
	*out = (struct ordinate){ .name = json_text(json_get(f, "name")), .least = publish_number_of(json_get(f, "least")), .most = publish_number_of(json_get(f, "most")) };
	out->east = publish_name_has(out->name, "x xl93 easting est oost xcoord coordx lambx xlambert xlamb");
	out->north = publish_name_has(out->name, "y yl93 northing nord noord ycoord coordy lamby ylambert ylamb");
	out->id = publish_name_has(out->name, "id code no num numero number nr insee siret siren annee year jahr year population montant prix total");
	bool numeric = str_eq(type, STR("int")) || str_eq(type, STR("double"));
	/* Degrees, and numbers of rows, are no metres. */
	return numeric && (out->most > DEGREES * 10 || out->least < -DEGREES * 10);
}

static int sure_of(const struct grid *g, const struct pair *p, struct str language)
{
	int sure = (p->named ? 55 : 30) + g->rare;
	if (publish_name_has(p->x->name, g->words) || publish_name_has(p->y->name, g->words)) sure += 20;
	if (language.n && str_find(str_of(g->languages), str_sub(language, 0, 2)) >= 0) sure += 10;
	return num_min(sure, p->named ? 95 : 70);
}

static bool lies_in(const struct grid *g, const struct pair *p)
{
	return p->x->least >= g->x0 && p->x->most <= g->x1 && p->y->least >= g->y0 && p->y->most <= g->y1;
}

static void add_choice(struct pair *p, const struct grid *g, int sure)
{
	size_t at = p->n < MOST_CHOICES ? p->n++ : MOST_CHOICES;
	for (; at > 0 && p->list[at - 1].sure < sure; at--)
		if (at < MOST_CHOICES) p->list[at] = p->list[at - 1];
	if (at < MOST_CHOICES) p->list[at] = (struct choice){ .grid = g, .sure = sure };
}

static bool try_pair(struct pair *p, struct str language)
{
	if (p->x->least == p->x->most && p->y->least == p->y->most) return false;
	for (size_t i = 0; i < COUNT_OF(grids); i++)
		if (lies_in(&grids[i], p)) add_choice(p, &grids[i], sure_of(&grids[i], p, language));
	/* Two that are as likely are each half as sure. */
	if (p->n > 1 && p->list[1].sure >= p->list[0].sure - 5)
		for (size_t i = 0; i < p->n; i++) p->list[i].sure = p->list[i].sure * 2 / 3;
	return p->named || (p->n > 0 && p->list[0].sure >= 50);
}

/* The columns that are called as ordinates are; else neighbours whose values lie as those of one system do. */
static bool find_pair(const struct json_node *fields, struct str language, struct ordinate *columns, struct pair *out)
{
	size_t n = 0;
	ptrdiff_t x = -1, y = -1;
	size_t places[MOST_WIDE];
	for (size_t i = 0; i < json_count(fields) && n < MOST_WIDE; i++) {
		if (!wide_column(json_at(fields, i), &columns[n])) continue;
		places[n] = i;
		if (x < 0 && columns[n].east) x = (ptrdiff_t)n;
		else if (y < 0 && columns[n].north) y = (ptrdiff_t)n;
		n++;
	}
	if (x >= 0 && y >= 0) {
		*out = (struct pair){ .x = &columns[x], .y = &columns[y], .named = true };
		return try_pair(out, language);
	}
	for (size_t i = 0; i + 1 < n; i++) {
		if (places[i] + 1 != places[i + 1] || columns[i].id || columns[i + 1].id) continue;
		for (size_t turn = 0; turn < 2; turn++) {
			*out = (struct pair){ .x = &columns[i + turn], .y = &columns[i + 1 - turn] };
			if (try_pair(out, language)) return true;
		}
	}
	return false;
}

/* The middle of what was seen, in degrees: whoever knows the town sees at once which system is right. */
static void place_choices(struct pair *p)
{
	for (size_t i = 0; i < p->n; i++) {
		struct choice *c = &p->list[i];
		struct geo_transform *t;
		struct err ignored = { 0 };
		if (!geo_transform_open(c->grid->epsg, &t, &ignored)) continue;
		c->placed = geo_transform_back(t, (p->x->least + p->x->most) / 2, (p->y->least + p->y->most) / 2, &c->lon, &c->lat) && isfinite(c->lat) && isfinite(c->lon);
		geo_transform_close(t);
	}
}

static void put_choice(struct json_out *j, const struct choice *c)
{
	json_open(j, '{');
	json_member_int(j, "epsg", c->grid->epsg);
	json_member(j, "name", str_of(c->grid->name));
	json_member_int(j, "confidence", c->sure);
	if (c->placed) {
		json_key(j, STR("place"));
		json_open(j, '[');
		json_put_real(j, round(c->lat * 1000) / 1000);
		json_put_real(j, round(c->lon * 1000) / 1000);
		json_close(j, ']');
	}
	json_close(j, '}');
}

static void put_grid(struct json_out *j, const struct pair *p)
{
	json_open(j, '{');
	json_member(j, "kind", STR("grid"));
	json_member_int(j, "confidence", p->n ? p->list[0].sure : 0);
	json_member(j, "x", p->x->name);
	json_member(j, "y", p->y->name);
	json_member_bool(j, "named", p->named);
	json_key(j, STR("choices"));
	json_open(j, '[');
	for (size_t i = 0; i < p->n; i++) put_choice(j, &p->list[i]);
	json_close(j, ']');
	json_key(j, STR("processor"));
	json_open(j, '{');
	json_member(j, "type", STR("create_geopoint"));
	json_member(j, "latitude", p->y->name);
	json_member(j, "longitude", p->x->name);
	if (p->n) json_member_int(j, "epsg", p->list[0].grid->epsg);
	json_member(j, "output_field", STR("place"));
	json_close(j, '}');
	json_close(j, '}');
}

/* --- names of places ----------------------------------------------------------------------------------------- */

struct values { struct str name; struct str list[MOST_VALUES]; size_t n; };
struct match { struct publish_places of; size_t matched, values; struct str field; };

static bool is_place_name(struct str name)
{
	return publish_name_has(name, "commune communes ville villes town city municipality municipio municipi concelho gemeente gemeinde kommun comune insee cog "
	                     "departement departements dep dpt department region regions county counties district kreis bundesland canton kanton provincia "
	                     "province provincie provincia comarca lan country countries pays pais paese land iso iso2 iso3 nuts arrondissement epci quartier");
}

/* What keys are compared by: letters without case and accents, numbers without zeros in front. */
static struct str key_of(struct arena *a, struct str text)
{
	auto_buf b = BUF_INIT(4096);
	size_t zeros = 0;
	text_fold(&b, text_cut(str_trim(text), 300));
	struct str k = buf_str(&b);
	while (zeros + 1 < k.n && k.p[zeros] == '0') zeros++;
	return arena_str(a, str_from(k, zeros));
}

static void add_value(struct arena *a, struct values *v, const struct json_node *n)
{
	auto_buf b = BUF_INIT(400);
	if (json_kind(n) == JSON_INT) buf_put_int(&b, json_int(n, 0));
	else buf_put(&b, text_cut(json_text(n), 300));
	struct str key = key_of(a, buf_str(&b));
	for (size_t i = 0; i < v->n; i++)
		if (str_eq(v->list[i], key)) return;
	if (key.n && v->n < MOST_VALUES) v->list[v->n++] = key;
}

static void read_values(struct arena *a, const struct json_node *step, const struct json_node *field, struct values *v)
{
	const struct json_node *top = json_get(field, "top"), *records = json_get(step, "records");
	*v = (struct values){ .name = json_text(json_get(field, "name")) };
	for (size_t i = 0; i < json_count(top); i++) add_value(a, v, json_at(json_at(top, i), 0));
	for (size_t i = 0; i < json_count(records); i++) add_value(a, v, json_get(json_at(records, i), arena_cstr(a, v->name)));
}

struct keys { struct arena *a; struct map known; };

static void add_key(struct keys *k, struct str text)
{
	struct str key = key_of(k->a, text);
	if (key.n) map_put(k->a, &k->known, key, k);
}

static bool add_country(void *arg, const struct json_node *country, int64_t row, struct err *e)
{
	struct str rest = json_text(json_get(country, "aliases")), one;
	(void)row, (void)e;
	add_key(arg, json_text(json_get(country, "code")));
	add_key(arg, json_text(json_get(country, "name")));
	while (rest.n && str_cut(&rest, '|', &one)) add_key(arg, one);
	return true;
}

/* Codes and names of a dataset that an administrator registered for everybody's use. */
static bool add_registered(struct publish_road *r, const struct publish_places *p, struct keys *k, struct err *e)
{
	const struct publish_needs all = { .tenant = r->tenant, .preview = true };
	const struct process_need what = { .dataset = p->dataset };
	const struct str columns[] = { p->code, p->name };
	const struct need_rows rows = { .dataset = p->dataset, .columns = columns, .ncolumns = p->name.n && !str_eq(p->name, p->code) ? 2 : 1, .most = 100000, .house = true };
	struct need n = { .site = r->site, .all = &all, .need = &what, .tenant = tenants_hold_or_null(r->site->tenants, r->tenant), .a = r->a };
	struct supply_in *in = NULL;
	struct process_row row;
	int fd = -1;
	bool more = true;
	if (!n.tenant) return err_set(e, ERR_NOT_FOUND, "the portal is no more");
	bool ok = catalog_hold(r->site->catalog, r->tenant, &n.view, e);
	if (ok && (ok = need_file(r->site, &fd, e))) {
		supply_begin(&n.out, fd);
		ok = need_put_dataset(&n, &rows, e) && supply_end(&n.out, e) && supply_open(fd, &in, e);
		supply_done(&n.out);
	}
	while (ok && (ok = supply_next(in, &row, &more, e)) && more)
		for (size_t i = 0; i < row.n; i++) add_key(k, row.cells[i].text);
	supply_close(in);
	if (fd >= 0) close(fd);
	if (n.view) catalog_release(r->site->catalog, n.view);
	tenant_release(r->site->tenants, n.tenant);
	return ok;
}

static void compare(struct publish_road *r, const struct publish_places *p, const struct values *v, size_t n, struct match *best)
{
	auto_arena a = ARENA_INIT;
	struct keys k = { .a = &a };
	struct err ignored = { 0 };
	if (!(p->dataset.n ? add_registered(r, p, &k, &ignored) : need_world(r->site, add_country, &k, &ignored))) return;
	for (size_t i = 0; i < n; i++) {
		size_t matched = 0;
		for (size_t t = 0; t < v[i].n; t++) matched += map_get_or_null(&k.known, v[i].list[t]) != NULL;
		bool enough = matched >= LEAST_NAMED && matched * 10 >= v[i].n * 7;
		if (enough && (!best->values || matched * best->values > best->matched * v[i].n)) *best = (struct match){ *p, matched, v[i].n, v[i].name };
	}
}

static bool find_places(struct publish_road *r, const struct json_node *step, struct match *best)
{
	enum { MOST = 4 };
	const struct json_node *fields = json_get(step, "fields");
	struct values *v = arena_array(r->a, struct values, MOST);
	struct publish_places *all;
	size_t nall, n = 0;
	struct err ignored = { 0 };
	for (size_t i = 0; i < json_count(fields) && n < MOST; i++) {
		struct str type = json_text(json_get(json_at(fields, i), "type"));
		if ((!str_eq(type, STR("text")) && !str_eq(type, STR("int"))) || !is_place_name(json_text(json_get(json_at(fields, i), "name")))) continue;
		read_values(r->a, step, json_at(fields, i), &v[n]);
		n += v[n].n >= LEAST_NAMED;
	}
	*best = (struct match){ .values = 0 };
	if (!n || !publish_places(r->site, r->tenant, r->a, &all, &nall, &ignored)) return false;
	for (size_t i = 0; i < nall; i++) compare(r, &all[i], v, n, best);
	return best->values > 0;
}

static void put_places(struct arena *a, struct json_out *j, const struct match *m)
{
	struct str repository = m->of.repository.n ? m->of.repository : arena_printf(a, "%d", m->of.level);
	json_open(j, '{');
	json_member(j, "kind", STR("boundaries"));
	json_member_int(j, "confidence", (int64_t)num_min(m->matched * 100 / m->values, (size_t)95));
	json_member(j, "field", m->field);
	json_member(j, "label", m->of.label.n ? m->of.label : repository);
	json_member_int(j, "matched", (int64_t)m->matched);
	json_member_int(j, "values", (int64_t)m->values);
	json_key(j, STR("processor"));
	json_open(j, '{');
	json_member(j, "type", STR("geojoin"));
	json_member(j, "country", m->of.country);
	json_member(j, "repository", repository);
	json_member(j, "local_key", m->field);
	json_member(j, "output_field", STR("boundary"));
	json_close(j, '}');
	json_close(j, '}');
}

/* --- the whole --------------------------------------------------------------------------------------------------- */

static struct str language_of(struct publish_road *r)
{
	const struct tenant *t = tenants_hold_or_null(r->site->tenants, r->tenant);
	struct str language = t && t->nlanguages ? arena_str(r->a, t->languages[0]) : STR("");
	if (t) tenant_release(r->site->tenants, t);
	return language;
}

void publish_advise(struct publish_road *r, const struct json_node *answer, struct json_out *j)
{
	const struct json_node *steps = json_get(answer, "steps");
	const struct json_node *last = json_at(steps, json_count(steps) ? json_count(steps) - 1 : 0);
	const struct json_node *fields = json_get(last, "fields");
	struct ordinate *columns = arena_array(r->a, struct ordinate, MOST_WIDE);
	struct pair pair;
	struct match match;
	json_key(j, STR("proposals"));
	json_open(j, '[');
	bool placed = false;
	publish_advise_swapped(r, fields, j);
	/* One that has its places needs no others. */
	for (size_t i = 0; i < json_count(fields); i++) placed |= str_starts(json_text(json_get(json_at(fields, i), "type")), STR("geo_"));
	if (!placed && find_pair(fields, language_of(r), columns, &pair)) {
		place_choices(&pair);
		put_grid(j, &pair);
	} else if (!placed && find_places(r, last, &match)) {
		put_places(r->a, j, &match);
	}
	json_close(j, ']');
}
