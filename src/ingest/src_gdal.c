/* Formats that the geographic library reads (gdal/): one table of how each is recognised and opened. Shapes come in
 * WGS 84, texts in UTF-8; where a file does not say how its letters are stored, its bytes do. */
#include "ingest/encoding.h"
#include "ingest/unpack.h"
#include "gdal/gdal.h"
#include "text/text.h"
#include <stdlib.h>
#include <unistd.h>

struct way {
	const char *format, *driver;
	const char *first;        /* endings of the file that is opened, best first */
	bool all_layers, raw;
	bool late;                /* a column is one when a value comes: most are always empty */
	const char *layer_name;   /* column of the layer's name, where there are several; NULL: none */
};

static const struct way ways[] = {
	{ "shapefile", "ESRI Shapefile", "shp", false, true, false, NULL },
	{ "geopackage", "GPKG", "gpkg", false, false, false, NULL },
	{ "flatgeobuf", "FlatGeobuf", "fgb", false, false, false, NULL },
	{ "kml", "KML", "kml", true, false, true, "folder" },
	{ "gpx", "GPX", "gpx", true, false, true, "kind" },
	{ "gml", "GML", "gml", false, false, false, NULL },
	{ "mapinfo", "MapInfo File", "tab mif", false, true, false, NULL },
	{ "topojson", "TopoJSON", "topojson", false, false, false, NULL },
	{ "osm", "OSM", "osm", true, false, true, "kind" },
};

struct geo_source {
	const struct way *way;
	struct gdal_reader *reader;
	struct arena arena, row;
	struct map columns;
	const struct gdal_layer *layers;
	size_t nlayers;
	int **at;                 /* of each layer, of each field: column + 1; 0: not yet; -1: never */
	size_t shape_at, layer_at;    /* + 1 */
	struct cell *cells;
	size_t ncells;
	const char *encoding;     /* of texts that are not UTF-8 */
	int64_t number, features;
	int made;                 /* a descriptor of settings for the library, or -1 */
	bool amenities;
};

static struct geo_source *of(struct source *s) { return s->state; }

/* --- columns ----------------------------------------------------------------------------------------- */

static struct str decoded(struct source *s, struct arena *a, struct str text)
{
	if (text_is_utf8(text)) return text;
	auto_buf b = BUF_INIT(64 << 20);
	struct err ignored = { 0 };
	if (!text_from_encoding(&b, text, of(s)->encoding, &ignored)) return STR("");
	return arena_str(a, buf_str(&b));
}

static size_t column(struct source *s, struct str name)
{
	struct geo_source *g = of(s);
	uintptr_t at = (uintptr_t)map_get_or_null(&g->columns, name);
	if (at) return (size_t)at;
	struct str kept = arena_str(&g->arena, name);
	vec_push(&g->arena, &s->names, kept);
	map_put(&g->arena, &g->columns, kept, (void *)(uintptr_t)s->names.n);
	return s->names.n;
}

/* Fields of the library's own that say how to draw, or that it makes of what is in other columns. */
static bool is_junk(const struct way *w, struct str name)
{
	return strcmp(w->format, "kml") == 0 && has_word("altitudemode tessellate extrude visibility draworder icon snippet", name);
}

static struct str label_of(struct source *s, const struct gdal_layer *l, size_t i)
{
	struct geo_source *g = of(s);
	struct str name = decoded(s, &g->arena, l->fields[i]);
	if (g->way->late && strcmp(g->way->format, "kml") == 0) {
		if (str_eq(name, STR("Name"))) return STR("name");
	}
	return name.n ? name : arena_printf(&g->arena, "field_%zu", i + 1);
}

static void plan_columns(struct source *s)
{
	struct geo_source *g = of(s);
	g->at = arena_array(&g->arena, int *, g->nlayers + 1);
	bool shapes = false;
	for (size_t k = 0; k < g->nlayers; k++) {
		const struct gdal_layer *l = &g->layers[k];
		shapes = shapes || l->shapes;
		g->at[k] = arena_array(&g->arena, int, l->nfields + 1);
		g->features += l->features > 0 ? l->features : 0;
		for (size_t i = 0; i < l->nfields; i++) {
			if (is_junk(g->way, l->fields[i])) g->at[k][i] = -1;
			else if (!g->way->late && i < 2 * (size_t)LIMIT_COLUMNS) g->at[k][i] = (int)column(s, label_of(s, l, i));
		}
	}
	if (shapes && !g->way->late) g->shape_at = column(s, STR("geo_shape"));
}

/* --- what belongs to a format ------------------------------------------------------------------------- */

static const struct source_file *file_ending(const struct source *s, const char *words, struct str layer)
{
	struct str rest = str_of(words);
	struct str word;
	while (str_cut(&rest, ' ', &word))
		for (size_t i = 0; i < s->files.n; i++) {
			const struct source_file *f = &s->files.p[i];
			struct str suffix = suffix_of(f->name);
			if (!str_eq_nocase(suffix, word)) continue;
			if (layer.n && !str_eq_nocase(str_sub(f->name, 0, f->name.n - suffix.n - 1), layer)) continue;
			return f;
		}
	return NULL;
}

static bool no_such_layer(const struct source *s, const struct way *w, struct err *e)
{
	auto_buf list = BUF_INIT(400);
	for (size_t i = 0; i < s->files.n && list.n < 240; i++)
		if (has_word(w->first, suffix_of(s->files.p[i].name)))
			buf_printf(&list, "%s“%.*s”", list.n ? ", " : "", STR_ARG(s->files.p[i].name));
	return err_set(e, ERR_BAD_SOURCE, "the archive has no layer “%.*s”; it has %.*s", STR_ARG(text_cut(s->part, 60)), STR_ARG(buf_str(&list)));
}

/* The table of a set says how its letters are stored, in a file of its own or by its bytes. */
static bool find_encoding(struct source *s, struct str stem, struct err *e)
{
	struct geo_source *g = of(s);
	g->encoding = "windows-1252";
	if (s->dialect.encoding.n) {
		g->encoding = arena_cstr(&g->arena, encoding_name(&g->arena, s->dialect.encoding));
		return true;
	}
	const struct source_file *said = file_ending(s, "cpg cst", stem);
	const struct source_file *table = file_ending(s, "dbf dat mid", stem);
	char text[64];
	ssize_t n = said ? pread(said->fd, text, sizeof text, 0) : 0;
	struct str name = n > 0 ? encoding_name(&g->arena, str_trim(str_make(text, (size_t)n))) : (struct str){ 0 };
	bool utf8 = str_eq_nocase(name, STR("utf-8"));
	if (name.n && !utf8) {
		auto_buf b = BUF_INIT(16);
		struct err ignored = { 0 };
		g->encoding = arena_cstr(&g->arena, name);
		if (text_from_encoding(&b, STR("a"), g->encoding, &ignored)) return true;
		g->encoding = "windows-1252";
	}
	if (!table) return true;
	enum { MOST = 1 << 20 };
	char *bytes = arena_bytes(&g->arena, MOST);
	n = pread(table->fd, bytes, MOST, 0);
	if (n < 0) return err_os(e, "read of a table");
	g->encoding = encoding_guess(str_make(bytes, (size_t)n));
	return true;
}

static struct str stem_of(const struct source_file *f) { return str_sub(f->name, 0, f->name.n - suffix_of(f->name).n - 1); }

/* The largest layer of a set of files, or the one asked for. */
static const struct source_file *first_file(const struct source *s, const struct way *w)
{
	if (s->part.n) return file_ending(s, w->first, s->part);
	const struct source_file *best = NULL;
	for (size_t i = 0; i < s->files.n; i++) {
		const struct source_file *f = &s->files.p[i];
		if (has_word(w->first, suffix_of(f->name)) && (!best || f->bytes > best->bytes)) best = f;
	}
	return best;
}

static size_t count_layers(const struct source *s, const struct way *w)
{
	size_t n = 0;
	for (size_t i = 0; i < s->files.n; i++) n += has_word(w->first, suffix_of(s->files.p[i].name));
	return n;
}

static void add_tags(struct buf *b, struct str words)
{
	struct str word;
	while (str_cut(&words, ',', &word)) {
		word = str_trim(word);
		for (size_t i = 0; i < word.n; i++)
			if (!((word.p[i] | 0x20) >= 'a' && (word.p[i] | 0x20) <= 'z') && !strchr("0123456789:_-.", word.p[i])) word.n = i;
		if (word.n) buf_printf(b, ",%.*s", STR_ARG(word));
	}
}

/* Settings of the OSM reader: which tags become columns. */
static bool osm_settings(struct load *l, struct source *s, struct source_file *out, struct err *e)
{
	static const char *const layers[] = { "points", "lines", "multipolygons", "multilinestrings", "other_relations" };
	static const char usual[] = "amenity,shop,tourism,leisure,highway,building,landuse,natural,historic,man_made,office,operator,opening_hours,"
		"website,phone,addr:housenumber,addr:street,addr:postcode,addr:city,wheelchair";
	struct str tags = param_text(s, "tags");
	bool versions = param_bool(s, "metadata", false);
	auto_buf b = BUF_INIT(64 * 1024);
	buf_lit(&b, "closed_ways_are_polygons=aeroway,amenity,boundary,building,craft,geological,historic,landuse,leisure,military,natural,"
	            "office,place,shop,sport,tourism,highway=platform,public_transport=platform\nattribute_name_laundering=no\nreport_all_nodes=no\n");
	for (size_t i = 0; i < COUNT_OF(layers); i++) {
		buf_printf(&b, "[%s]\nosm_id=yes\nother_tags=yes\nattributes=name", layers[i]);
		add_tags(&b, tags.n ? arena_printf(l->a, "amenity,%.*s", STR_ARG(tags)) : str_of(usual));
		if (i >= 2) add_tags(&b, param_text(s, "relation_tags"));
		buf_lit(&b, "\n");
		if (versions) buf_lit(&b, "osm_version=yes\nosm_timestamp=yes\nosm_uid=yes\nosm_user=yes\nosm_changeset=yes\n");
	}
	int fd = spool_open(l, e);
	if (fd < 0 || b.over || !spool_put(fd, buf_str(&b), e)) return false;
	of(s)->made = fd;
	*out = (struct source_file){ STR("osmconf.ini"), fd, (int64_t)b.n };
	return true;
}

/* --- opening ----------------------------------------------------------------------------------------- */

static const struct way *way_of(const struct source *s)
{
	for (size_t i = 0; i < COUNT_OF(ways); i++)
		if (strcmp(ways[i].format, s->format->name) == 0) return &ways[i];
	return &ways[0];
}

static bool gather(struct source *s, struct gdal_source *how, struct gdal_file **files, struct err *e)
{
	struct geo_source *g = of(s);
	const struct way *w = g->way;
	*files = arena_array(&g->arena, struct gdal_file, s->files.n + 3);
	for (size_t i = 0; i < s->files.n; i++) (*files)[how->nfiles++] = (struct gdal_file){ s->files.p[i].name, s->files.p[i].fd, s->files.p[i].bytes };
	if (s->files.n == 0) {
		struct str suffix = suffix_of(s->name);
		struct str own = strcmp(w->format, "osm") == 0 && !str_eq_nocase(suffix, STR("pbf")) ? STR("osm") : suffix;
		if (!has_word("shp gpkg fgb kml gpx gml tab mif topojson json osm pbf xml", own)) own = str_of(w->first);
		if (str_eq_nocase(own, STR("xml")) || strcmp(w->format, "mapinfo") == 0) own = str_of(strcmp(w->format, "mapinfo") == 0 ? "mif" : w->first);
		struct str name = arena_printf(&g->arena, "data.%.*s", STR_ARG(own));
		(*files)[how->nfiles++] = (struct gdal_file){ name, s->fd, s->bytes };
		how->first = name;
		how->layer = s->part;
		return true;
	}
	const struct source_file *first = first_file(s, w);
	if (!first) return no_such_layer(s, w, e);
	how->first = first->name;
	size_t n = count_layers(s, w);
	if (n > 1 && !s->part.n)
		load_note(s->load, "The archive holds %zu layers; “%.*s” was read.", n, STR_ARG(decoded(s, s->load->a, first->name)));
	return find_encoding(s, stem_of(first), e);
}

static void note_layers(struct source *s)
{
	struct geo_source *g = of(s);
	const struct str *names;
	size_t n = gdal_reader_names(g->reader, &names);
	if (n < 2 || s->part.n || g->way->all_layers || g->nlayers == 0) return;
	load_note(s->load, "The file holds %zu layers; “%.*s” was read.", n, STR_ARG(decoded(s, s->load->a, g->layers[0].name)));
}

static bool geo_open(struct source *s, struct err *e)
{
	struct geo_source *g = calloc(1, sizeof *g);
	ensure(g);
	s->state = g;
	g->way = way_of(s);
	g->encoding = "windows-1252";
	g->made = -1;
	bool osm = strcmp(g->way->format, "osm") == 0;
	bool shape = strcmp(g->way->format, "shapefile") == 0;
	struct load *l = s->load;
	struct gdal_source how = { .driver = g->way->driver, .all_layers = g->way->all_layers, .raw = g->way->raw,
		.epsg = (int)num_min(param_int(s, "epsg", 0), (int64_t)INT32_MAX) };
	ptrdiff_t slash = str_rfind_char(l->job.version_path, '/');
	how.folder = arena_cstr(&g->arena, slash > 0 ? str_sub(l->job.version_path, 0, (size_t)slash) : STR("/"));
	struct gdal_file *files;
	if (!gather(s, &how, &files, e)) return false;
	static const char *const shape_options[] = { "ENCODING=", NULL };
	static const char *const gml_options[] = { "DOWNLOAD_SCHEMA=NO", "WRITE_GFS=NO", NULL };
	if (shape) how.options = shape_options;
	if (strcmp(g->way->format, "gml") == 0) how.options = gml_options;
	if (osm) {
		struct source_file made;
		if (!osm_settings(l, s, &made, e)) return false;
		files[how.nfiles++] = (struct gdal_file){ made.name, made.fd, made.bytes };
		how.settings = made.name;
		how.centroids = param_bool(s, "centroids", false);
		g->amenities = param_bool(s, "only_amenities", true);
	}
	how.files = files;
	if (!gdal_reader_open(&how, &g->reader, e)) return false;
	g->nlayers = gdal_reader_layers(g->reader, &g->layers);
	plan_columns(s);
	note_layers(s);
	if (g->way->raw && s->files.n) s->encoding = arena_str(s->load->a, str_of(g->encoding));
	return true;
}

/* --- rows -------------------------------------------------------------------------------------------- */

static bool geo_rewind(struct source *s, struct err *e)
{
	of(s)->number = 0;
	return gdal_reader_rewind(of(s)->reader, e);
}

static void put(struct source *s, size_t at, struct cell c)
{
	struct geo_source *g = of(s);
	if (at == 0) return;
	if (at > g->ncells) {
		size_t n = num_max(g->ncells * 2, num_max(at, (size_t)32));
		g->cells = realloc(g->cells, n * sizeof *g->cells);
		ensure(g->cells);
		for (size_t i = g->ncells; i < n; i++) g->cells[i] = (struct cell){ .kind = CELL_NONE };
		g->ncells = n;
	}
	g->cells[at - 1] = c;
}

/* "k"=>"v","k2"=>"v2" as a JSON object. */
static struct str tags_as_json(struct geo_source *g, struct str s)
{
	auto_buf b = BUF_INIT(16 << 20);
	struct json_out j = JSON_OUT(&b);
	auto_buf word = BUF_INIT(1 << 20);
	bool key = true;
	json_open(&j, '{');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '"') continue;
		buf_clear(&word);
		for (i++; i < s.n && s.p[i] != '"'; i++) {
			if (s.p[i] == '\\' && i + 1 < s.n) i++;
			buf_put_char(&word, s.p[i]);
		}
		struct str text = text_is_utf8(buf_str(&word)) ? buf_str(&word) : STR("");
		if (key) json_key(&j, text);
		else json_put(&j, text);
		key = !key;
	}
	if (!key) json_put_null(&j);
	json_close(&j, '}');
	return arena_str(&g->row, buf_str(&b));
}

/* What a file of OpenStreetMap does not say of a place, the library makes up. */
static bool is_made_up(const struct geo_source *g, struct str name, struct str text)
{
	static const char *const names[] = { "osm_version", "osm_timestamp", "osm_uid", "osm_changeset" };
	if (strcmp(g->way->format, "osm") != 0 || !(str_eq(text, STR("0")) || str_starts(text, STR("1970")))) return false;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_eq(name, str_of(names[i]))) return str_eq(name, STR("osm_timestamp")) || text.n == 1;
	return false;
}

static struct cell cell_of(struct source *s, const struct gdal_layer *l, size_t i, const struct gdal_cell *c)
{
	static const enum cell_kind kinds[] = { [GDAL_NONE] = CELL_NONE, [GDAL_TEXT] = CELL_STRING, [GDAL_NUMBER] = CELL_NUMBER,
		[GDAL_TRUTH] = CELL_TRUTH, [GDAL_LIST] = CELL_LIST, [GDAL_NEST] = CELL_NEST };
	struct geo_source *g = of(s);
	if (c->kind == GDAL_NONE || is_made_up(g, l->fields[i], c->text)) return (struct cell){ .kind = CELL_NONE };
	if (c->kind == GDAL_TEXT && str_eq(l->fields[i], STR("other_tags"))) return (struct cell){ tags_as_json(g, c->text), CELL_NEST };
	struct str text = c->kind == GDAL_TEXT ? str_trim(decoded(s, &g->row, c->text)) : c->text;
	/* The writers of KML and GPX know no types. */
	enum cell_kind kind = c->kind == GDAL_TEXT && strcmp(g->way->format, "kml") == 0 ? CELL_FREE : kinds[c->kind];
	return (struct cell){ text, text.n ? kind : CELL_NONE };
}

static bool is_wanted(const struct geo_source *g, const struct gdal_feature *f)
{
	const struct gdal_layer *l = &g->layers[f->layer];
	/* The points of a track are its line. */
	if (g->nlayers > 1 && strcmp(g->way->format, "gpx") == 0 && str_ends(l->name, STR("_points"))) return false;
	if (!g->amenities) return true;
	for (size_t i = 0; i < l->nfields; i++)
		if (str_eq(l->fields[i], STR("amenity")) && f->cells[i].kind != GDAL_NONE) return true;
	return false;
}

/* The library numbers folders of one name: "Sector (#2)" beside "Sector" is called "Sector" in the file. */
static struct str own_name(const struct geo_source *g, const struct gdal_layer *l)
{
	ptrdiff_t mark = str_rfind_char(l->name, '#');
	int64_t number;
	if (mark < 3 || !str_ends(l->name, STR(")")) || !str_ends(str_sub(l->name, 0, (size_t)mark), STR(" (")) ||
	    !str_to_int(str_sub(l->name, (size_t)mark + 1, l->name.n - (size_t)mark - 2), &number)) return l->name;
	struct str base = str_sub(l->name, 0, (size_t)mark - 2);
	for (size_t i = 0; i < g->nlayers; i++)
		if (str_eq(g->layers[i].name, base)) return base;
	return l->name;
}

static void take(struct source *s, const struct gdal_feature *f)
{
	struct geo_source *g = of(s);
	const struct gdal_layer *l = &g->layers[f->layer];
	for (size_t i = 0; i < g->ncells; i++) g->cells[i] = (struct cell){ .kind = CELL_NONE };
	for (size_t i = 0; i < l->nfields; i++) {
		int *at = &g->at[f->layer][i];
		if (*at < 0 || f->cells[i].kind == GDAL_NONE) continue;
		if (*at == 0 && s->names.n <= 2 * (size_t)LIMIT_COLUMNS) *at = (int)column(s, label_of(s, l, i));
		struct cell c = cell_of(s, l, i, &f->cells[i]);
		/* One column that two fields share keeps the first value. */
		if (*at > 0 && c.kind != CELL_NONE && ((size_t)*at > g->ncells || g->cells[*at - 1].kind == CELL_NONE)) put(s, (size_t)*at, c);
	}
	if (g->way->layer_name && g->nlayers > 1) {
		if (!g->layer_at) g->layer_at = column(s, str_of(g->way->layer_name));
		put(s, g->layer_at, (struct cell){ decoded(s, &g->row, own_name(g, l)), CELL_STRING });
	}
	if (f->geometry.n) {
		if (!g->shape_at) g->shape_at = column(s, STR("geo_shape"));
		put(s, g->shape_at, (struct cell){ f->geometry, CELL_SHAPE });
	}
	if (f->misplaced) load_note(s->load, "Shapes that have no place on earth were left out; their records stay.");
}

static bool geo_next(struct source *s, struct row *out, struct err *e)
{
	struct geo_source *g = of(s);
	struct gdal_feature f;
	bool more;
	arena_done(&g->row);
	do {
		if (!gdal_reader_next(g->reader, &f, &more, e)) return false;
		g->number += more;
	} while (more && !is_wanted(g, &f));
	*out = (struct row){ .number = g->number, .more = more };
	if (!more) return true;
	take(s, &f);
	put(s, s->names.n, s->names.n && s->names.n <= g->ncells ? g->cells[s->names.n - 1] : (struct cell){ .kind = CELL_NONE });
	out->cells = g->cells;
	out->n = s->names.n;
	for (size_t i = 0; i < out->n; i++)
		if (g->cells[i].text.n > LIMIT_CELL_BYTES) out->fault = "a cell is larger than 16 MB";
	return true;
}

static void geo_close(struct source *s)
{
	struct geo_source *g = of(s);
	gdal_reader_close(g->reader);
	if (g->made >= 0) close(g->made);
	arena_done(&g->row);
	arena_done(&g->arena);
	free(g->cells);
	free(g);
	s->names.n = s->names.cap = 0;
	s->state = NULL;
}

static void geo_describe(struct source *s, struct json_out *j)
{
	struct geo_source *g = of(s);
	if (!g->way->all_layers && g->nlayers) json_member(j, "part", decoded(s, s->load->a, g->layers[0].name));
}

static void geo_used(struct source *s, struct json_out *j)
{
	struct geo_source *g = of(s);
	if (g->way->raw && s->files.n) json_member(j, "encoding", str_of(g->encoding));
	if (!g->way->all_layers && g->nlayers) json_member(j, "layer", decoded(s, s->load->a, g->layers[0].name));
}

static int64_t geo_place(struct source *s)
{
	const struct geo_source *g = of(s);
	return g->features > 0 ? (int64_t)((double)s->bytes * (double)num_min(g->number, g->features) / (double)g->features) : g->number;
}

/* --- how they begin ---------------------------------------------------------------------------------- */

static bool holds(struct str head, const char *what, size_t within)
{
	return str_find(str_sub(head, 0, num_min(within, head.n)), str_of(what)) >= 0;
}

static bool is_xml(struct str head) { return str_starts(str_trim(head), STR("<")); }

static unsigned shape_sniff(struct str head) { return head.n > 100 && memcmp(head.p, "\0\0\x27\x0a", 4) == 0 ? 100 : 0; }

static unsigned package_sniff(struct str head)
{
	if (!str_starts(head, STR("SQLite format 3")) || head.n < 100) return 0;
	return memcmp(head.p + 68, "GPKG", 4) == 0 || memcmp(head.p + 68, "GP1", 3) == 0 ? 150 : 0;
}

static unsigned flat_sniff(struct str head) { return str_starts(head, STR("fgb")) && head.n > 8 && head.p[4] == 'f' ? 150 : 0; }
static unsigned kml_sniff(struct str head) { return is_xml(head) && (holds(head, "<kml", 4096) || holds(head, "/kml/2", 4096)) ? 150 : 0; }
static unsigned gpx_sniff(struct str head) { return is_xml(head) && holds(head, "<gpx", 4096) ? 150 : 0; }

static unsigned gml_sniff(struct str head)
{
	if (!is_xml(head) || holds(head, "<kml", 4096) || holds(head, "<rdf:RDF", 4096)) return 0;
	return holds(head, "opengis.net/gml", 16384) && !holds(head, "<rss", 4096) && !holds(head, "<feed", 4096) ? 140 : 0;
}

static unsigned mapinfo_sniff(struct str head)
{
	struct str s = str_trim(head);
	return str_eq_nocase(str_sub(s, 0, 7), STR("version")) && (holds(s, "COLUMNS", 4096) || holds(s, "Columns", 4096)) &&
	       (holds(s, "DELIMITER", 4096) || holds(s, "Delimiter", 4096) || holds(s, "CHARSET", 4096) || holds(s, "Charset", 4096)) ? 140 : 0;
}

static unsigned topo_sniff(struct str head)
{
	return str_starts(str_trim(head), STR("{")) && holds(head, "\"Topology\"", 4096) ? 150 : 0;
}

static unsigned osm_sniff(struct str head)
{
	if (is_xml(head)) return holds(head, "<osm", 4096) ? 150 : 0;
	return holds(head, "OSMHeader", 64) ? 150 : 0;
}

#define GEO(word, suffixes, sniff) const struct source_format source_##word = { #word, suffixes, SOURCE_SET, sniff, geo_open, geo_rewind, \
	geo_next, NULL, geo_close, geo_describe, geo_place, geo_used };
GEO(shapefile, "shp", shape_sniff)
GEO(geopackage, "gpkg", package_sniff)
GEO(flatgeobuf, "fgb", flat_sniff)
GEO(kml, "kml", kml_sniff)
GEO(gpx, "gpx", gpx_sniff)
GEO(gml, "gml", gml_sniff)
GEO(mapinfo, "mif", mapinfo_sniff)
GEO(topojson, "topojson", topo_sniff)
GEO(osm, "osm pbf", osm_sniff)
