/* JSON documents that hold an array of records, however deep. The array is found by brackets and keys
 * alone in one quick pass; then each of its elements is cut out whole and read by the JSON library, so
 * a file of any size takes the memory of its largest record. */
#include "ingest/json_rows.h"
#include "geo/geo.h"
#include "text/text.h"
#include <stdlib.h>

enum { CANDIDATES = 64, PATH_BYTES = 512 };

struct candidate {
	struct str path;      /* keys joined by points; empty: the root */
	int64_t at;           /* of the byte behind its bracket, from the start of the text */
	int64_t items, objects;
};

struct json_source {
	struct window w;
	struct json_rows rows;
	struct arena arena;
	struct candidate chosen;
	bool single;          /* the whole document is one record */
	struct str object;    /* path inside each record; empty: the whole of it */
	struct geo_transform *transform; /* of GeoJSON in another system than WGS 84 */
	struct geo *geo;
	int epsg;
	struct arena shapes;
	bool done;
	int64_t number, line;
};

static struct json_source *state_of(struct source *s) { return s->state; }

/* --- a walk by brackets ---------------------------------------------------------------------------- */

struct level {
	bool array;
	bool plain;           /* every level above is an object */
	size_t path_n;        /* length of the path before this level's key was added */
	int candidate;        /* of a plain array, or -1 */
	bool filled;          /* an array that has an item */
};

struct walk {
	struct window *w;
	struct arena *a;
	struct level levels[LIMIT_JSON_DEPTH + 1];
	int depth;
	char path[PATH_BYTES];
	size_t path_n;
	char key[128];        /* the last string, cut: a key if a colon follows */
	size_t key_n;
	bool has_key;
	struct candidate found[CANDIDATES];
	int nfound;
	int64_t line;
	int64_t sample;       /* only so far: a look, not a proof; 0: all */
};

/* The next byte, or -1 at the end, -2 on failure. */
static int next_byte(struct window *w, struct err *e)
{
	if (w->at == w->to) {
		bool more;
		if (!window_more(w, &more, e)) return -2;
		if (!more) return -1;
	}
	return (unsigned char)w->p[w->at++];
}

static bool cut_short(struct err *e, int64_t line)
{
	return err_set(e, ERR_BAD_SOURCE, "the JSON ends too soon (line %lld): the file was cut short", (long long)line);
}

static bool is_blank(int c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

static bool more_behind(struct err *e, int64_t line)
{
	return err_set(e, ERR_BAD_SOURCE, "there is more behind the end of the JSON, at line %lld; one document is read, or JSON Lines with one record a line", (long long)line);
}

static bool too_deep(struct err *e, int64_t line)
{
	return err_set(e, ERR_BAD_SOURCE, "the JSON is nested deeper than %d levels at line %lld", LIMIT_JSON_DEPTH, (long long)line);
}

/* Behind an opening quote: to behind the closing one, keeping what may be a key. */
static bool walk_string(struct walk *k, struct err *e)
{
	k->key_n = 0;
	for (;;) {
		int c = next_byte(k->w, e);
		if (c == -2) return false;
		if (c == -1) return cut_short(e, k->line);
		if (c == '"') return true;
		if (c == '\\') {
			c = next_byte(k->w, e);
			if (c == -2) return false;
			if (c == -1) return cut_short(e, k->line);
		}
		if (c == '\n') k->line++;
		if (k->key_n < sizeof k->key) k->key[k->key_n++] = (char)c;
	}
}

static void count_item(struct walk *k, bool object)
{
	struct level *top = k->depth ? &k->levels[k->depth - 1] : NULL;
	if (!top || !top->array) return;
	if (!top->filled && top->candidate >= 0) k->found[top->candidate].items++;
	top->filled = true;
	if (object && top->candidate >= 0) k->found[top->candidate].objects++;
}

static bool open_level(struct walk *k, bool array, struct err *e)
{
	if (k->depth > LIMIT_JSON_DEPTH - 1) return too_deep(e, k->line);
	count_item(k, !array);
	struct level *above = k->depth ? &k->levels[k->depth - 1] : NULL;
	struct level *l = &k->levels[k->depth++];
	*l = (struct level){ .array = array, .plain = !above || (above->plain && !above->array), .path_n = k->path_n, .candidate = -1 };
	if (l->plain && above && k->has_key && k->path_n + k->key_n + 2 < PATH_BYTES) {
		if (k->path_n) k->path[k->path_n++] = '.';
		memcpy(k->path + k->path_n, k->key, k->key_n);
		k->path_n += k->key_n;
	}
	if (array && l->plain && k->nfound < CANDIDATES) {
		l->candidate = k->nfound++;
		k->found[l->candidate] = (struct candidate){ arena_str(k->a, str_make(k->path, k->path_n)), window_place(k->w), 0, 0 };
	}
	k->has_key = false;
	return true;
}

static bool close_level(struct walk *k, bool array, struct err *e)
{
	if (k->depth == 0 || k->levels[k->depth - 1].array != array)
		return err_set(e, ERR_BAD_SOURCE, "the JSON is not well-formed: a bracket is closed that was not opened (line %lld)",
		               (long long)k->line);
	k->path_n = k->levels[--k->depth].path_n;
	return true;
}

static bool walk_byte(struct walk *k, int c, struct err *e)
{
	struct level *top = k->depth ? &k->levels[k->depth - 1] : NULL;
	switch (c) {
	case '\n': k->line++; return true;
	case ' ':
	case '\t':
	case '\r': return true;
	case '{': return open_level(k, false, e);
	case '[': return open_level(k, true, e);
	case '}': return close_level(k, false, e);
	case ']': return close_level(k, true, e);
	case '"':
		count_item(k, false);
		return walk_string(k, e);
	case ':': k->has_key = true; return true;
	case ',':
		k->has_key = false;
		if (top && top->array && top->candidate >= 0) k->found[top->candidate].items++;
		return true;
	default: count_item(k, false); return true;
	}
}

/* The file ended before anything was opened. */
static bool no_record(struct walk *k, int first, struct err *e)
{
	if (first == -1) return cut_short(e, k->line);
	if (first == '"' || first == '-' || first == 't' || first == 'f' || first == 'n' || (first >= '0' && first <= '9'))
		return err_set(e, ERR_BAD_SOURCE, "the JSON is a single value and holds no record: a list of objects is read, or one object");
	return err_set(e, ERR_BAD_SOURCE, "this is not JSON: it begins with “%c”, where a list of objects or one object is expected", first >= ' ' && first < 127 ? first : '?');
}

static bool walk_all(struct walk *k, struct err *e)
{
	bool begun = false;
	int first = -1;
	for (;;) {
		int c = next_byte(k->w, e);
		if (c == -2) return false;
		if (begun && k->depth == 0 && c != -1 && !is_blank(c)) return more_behind(e, k->line);
		if (c == -1 && !begun && !k->sample) return no_record(k, first, e);
		if (c == -1) return (begun && k->depth == 0) || k->sample || cut_short(e, k->line);
		if (first == -1 && !is_blank(c)) first = c;
		if (k->sample && window_place(k->w) > k->sample) return true;
		if (!walk_byte(k, c, e)) return false;
		if (k->depth > 0) begun = true;
	}
}

/* --- which array ------------------------------------------------------------------------------------ */

static bool no_such_part(const struct walk *k, struct str part, struct err *e)
{
	auto_buf list = BUF_INIT(240);
	for (int i = 0; i < k->nfound; i++)
		buf_printf(&list, "%s“%.*s”", i ? ", " : "", STR_ARG(text_cut(k->found[i].path, 60)));
	if (!k->nfound) return err_set(e, ERR_BAD_SOURCE, "the JSON has no array at “%.*s”; it has none", STR_ARG(part));
	return err_set(e, ERR_BAD_SOURCE, "the JSON has no array at “%.*s”; it has %.*s", STR_ARG(part), STR_ARG(text_cut(buf_str(&list), 200)));
}

/* A single feature or shape is a record, whatever arrays it is made of. */
static bool is_lone_shape(const struct walk *k)
{
	bool found = false;
	for (int i = 0; i < k->nfound; i++) {
		struct str path = k->found[i].path;
		if (str_eq(path, STR("features"))) return false;
		found |= str_eq(path, STR("geometry.coordinates")) || str_eq(path, STR("geometry.geometries")) || str_eq(path, STR("coordinates"));
	}
	return found;
}

static bool choose(const struct walk *k, struct str part, struct json_source *j, struct err *e)
{
	int best = -1;
	j->single = !part.n && is_lone_shape(k);
	if (j->single) return true;
	for (int i = 0; i < k->nfound; i++) {
		const struct candidate *c = &k->found[i];
		if (part.n) {
			if (str_eq(c->path, part)) best = i;
			continue;
		}
		if (best < 0 || c->objects > k->found[best].objects ||
		    (c->objects == k->found[best].objects && c->items > k->found[best].items)) best = i;
	}
	if (part.n && best < 0) return no_such_part(k, part, e);
	/* Without an array of records the document itself is the record, unless an array is all it has. */
	j->single = best < 0 || (!part.n && k->found[best].objects == 0 && k->found[best].path.n > 0 && k->nfound > 1);
	if (best >= 0 && !j->single) j->chosen = k->found[best];
	return true;
}

static bool locate(struct source *s, struct err *e)
{
	struct json_source *j = state_of(s);
	struct walk *k = calloc(1, sizeof *k);
	ensure(k);
	k->w = &j->w;
	k->a = &j->arena;
	k->line = 1;
	k->sample = s->load->sample_bytes;
	bool ok = window_rewind(&j->w, e) && walk_all(k, e) && choose(k, s->part, j, e);
	free(k);
	return ok;
}

/* --- elements --------------------------------------------------------------------------------------- */

static bool json_rewind(struct source *s, struct err *e)
{
	struct json_source *j = state_of(s);
	if (!window_rewind(&j->w, e)) return false;
	j->number = 0;
	j->line = 1;
	j->done = false;
	if (j->single) return true;
	/* Through what stands before the array, so that lines are counted. */
	while (window_place(&j->w) < j->chosen.at) {
		int c = next_byte(&j->w, e);
		if (c == -2) return false;
		if (c == -1) return cut_short(e, j->line);
		j->line += c == '\n';
	}
	return true;
}

struct extent {
	size_t i;       /* bytes looked at behind w->at */
	int depth;
	bool quoted, escaped;
};

/* Goes on until the element's end within what the window holds; true when it was found. */
static bool find_end(const struct json_source *j, struct extent *x, bool *deep)
{
	const char *p = j->w.p + j->w.at;
	size_t n = j->w.to - j->w.at;
	for (; x->i < n; x->i++) {
		char c = p[x->i];
		if (x->quoted) {
			if (x->escaped) x->escaped = false;
			else if (c == '\\') x->escaped = true;
			else if (c == '"') x->quoted = false;
			continue;
		}
		if (c == '"') x->quoted = true;
		else if (c == '{' || c == '[') {
			if (++x->depth > LIMIT_JSON_DEPTH) {
				*deep = true;
				return true;
			}
		} else if (c == '}' || c == ']') {
			if (x->depth == 0) return true;
			x->depth--;
		} else if (c == ',' && x->depth == 0) {
			return true;
		}
	}
	return false;
}

static bool whole_document(struct json_source *j, struct str *out, struct err *e)
{
	bool more = true;
	while (more)
		if (!window_more(&j->w, &more, e)) return false;
	*out = str_trim(str_make(j->w.p + j->w.at, j->w.to - j->w.at));
	j->w.at = j->w.to;
	j->done = true;
	return true;
}

/* Blanks and commas before an element; the byte that follows is left. -1: the array is over. */
static int to_element(struct json_source *j, struct err *e)
{
	bool comma = false;
	for (;;) {
		int c = next_byte(&j->w, e);
		if (c == -2) return -2;
		if (c == -1) {
			cut_short(e, j->line);
			return -2;
		}
		j->line += c == '\n';
		if (c == ']') {
			j->done = true;
			return -1;
		}
		bool wrong = c == ',' ? comma || j->number == 0 : c == '}' || c == ':';
		if (wrong) {
			err_set(e, ERR_BAD_SOURCE, "the JSON is not well-formed: “%c” is out of place at line %lld", c, (long long)j->line);
			return -2;
		}
		if (c == ',') comma = true;
		else if (c != ' ' && c != '\t' && c != '\r' && c != '\n') {
			j->w.at--;
			return c;
		}
	}
}

static bool element(struct json_source *j, struct str *out, struct err *e)
{
	struct extent x = { 0 };
	bool deep = false;
	while (!find_end(j, &x, &deep)) {
		bool more;
		if (!window_more(&j->w, &more, e)) return false;
		if (!more) return cut_short(e, j->line);
	}
	if (deep) return too_deep(e, j->line);
	*out = str_make(j->w.p + j->w.at, x.i);
	j->w.at += x.i;
	return true;
}

static int64_t lines_in(struct str s)
{
	int64_t n = 0;
	ptrdiff_t at;
	for (; (at = str_find_char(s, '\n')) >= 0; n++) s = str_from(s, (size_t)at + 1);
	return n;
}

/* Shapes of another system, in place; one that has no place on earth is left out. */
static void transform_shapes(struct json_source *j, struct row *r)
{
	arena_done(&j->shapes);
	for (size_t i = 0; i < r->n; i++) {
		struct cell *c = &r->cells[i];
		if (c->kind != CELL_SHAPE) continue;
		struct str wkb;
		struct err ignored = { 0 };
		auto_buf moved = BUF_INIT(LIMIT_CELL_BYTES);
		auto_buf text = BUF_INIT(4 * (size_t)LIMIT_CELL_BYTES);
		bool ok = geo_from_geojson(j->geo, &j->shapes, c->text, &wkb, &ignored) && geo_transform_shape_back(j->transform, wkb, &moved) &&
		          geo_put_geojson(j->geo, &text, buf_str(&moved));
		*c = ok ? (struct cell){ arena_str(&j->shapes, buf_str(&text)), CELL_SHAPE } : (struct cell){ .kind = CELL_NONE };
	}
}

static bool json_next(struct source *s, struct row *out, struct err *e)
{
	struct json_source *j = state_of(s);
	struct str text;
	*out = (struct row){ .more = false };
	if (j->done) return true;
	if (j->single) {
		if (!whole_document(j, &text, e)) return false;
	} else {
		int c = to_element(j, e);
		if (c == -1) return true;
		if (c == -2 || !element(j, &text, e)) return false;
	}
	*out = (struct row){ .number = ++j->number, .more = true };
	struct err inner = { 0 };
	j->rows.object = j->object;
	if (!json_rows_read(&j->rows, text, out, &inner)) {
		err_set(e, ERR_BAD_SOURCE, "record %lld, which begins at line %lld, cannot be read: %.300s", (long long)j->number,
		        (long long)j->line, inner.pub);
		return err_cause(e, "%.300s", inner.priv);
	}
	j->line += lines_in(text);
	if (j->transform) transform_shapes(j, out);
	return true;
}

/* --- the format ------------------------------------------------------------------------------------- */

static bool document_open(struct source *s, struct err *e)
{
	struct json_source *j = calloc(1, sizeof *j);
	ensure(j);
	s->state = j;
	window_init(&j->w, s->fd, s->start);
	json_rows_init(&j->rows, s);
	j->object = param_text(s, "json_object");
	if (!locate(s, e)) return false;
	return json_rewind(s, e);
}

/* The number of the system that a "crs" member names: "urn:ogc:def:crs:EPSG::2154"; 0: none, or degrees. */
static int crs_of(struct str head)
{
	ptrdiff_t at = str_find(head, STR("\"crs\""));
	if (at < 0) return 0;
	struct str crs = str_sub(head, (size_t)at, 200);
	at = str_find(crs, STR("EPSG"));
	if (at < 0) return 0;
	size_t i = (size_t)at + 4;
	while (i < crs.n && crs.p[i] == ':') i++;
	int code = 0;
	for (; i < crs.n && crs.p[i] >= '0' && crs.p[i] <= '9' && code < 10000000; i++) code = code * 10 + (crs.p[i] - '0');
	return code;
}

static bool geojson_open(struct source *s, struct err *e)
{
	if (!document_open(s, e)) return false;
	struct json_source *j = state_of(s);
	if (!window_rewind(&j->w, e)) return false;
	bool more;
	if (!window_more(&j->w, &more, e)) return false;
	j->epsg = (int)num_min(param_int(s, "epsg", 0), (int64_t)INT32_MAX);
	int said = crs_of(str_make(j->w.p, num_min(j->w.to, (size_t)65536)));
	if (said && (j->epsg == 0 || j->epsg == GEO_WGS84)) j->epsg = said;
	/* Systems of degrees that differ by centimetres. */
	if (j->epsg == 0 || j->epsg == 4258 || j->epsg == 4979) j->epsg = GEO_WGS84;
	if (j->epsg == GEO_WGS84) return json_rewind(s, e);
	struct err inner = { 0 };
	j->geo = geo_new();
	if (!geo_transform_open(j->epsg, &j->transform, &inner))
		return err_set(e, ERR_BAD_SOURCE, "the coordinate system EPSG:%d of the GeoJSON is not known", j->epsg);
	load_note(s->load, "Shapes were turned from EPSG:%d into WGS 84.", j->epsg);
	return json_rewind(s, e);
}

static void geojson_used(struct source *s, struct json_out *o) { json_member_int(o, "epsg", state_of(s)->epsg); }

static void json_close_source(struct source *s)
{
	struct json_source *j = state_of(s);
	window_done(&j->w);
	json_rows_done(&j->rows);
	geo_transform_close(j->transform);
	geo_free(j->geo);
	arena_done(&j->shapes);
	arena_done(&j->arena);
	s->names.n = s->names.cap = 0;
	free(j);
	s->state = NULL;
}

static void json_describe(struct source *s, struct json_out *o)
{
	if (state_of(s)->chosen.path.n) json_member(o, "part", state_of(s)->chosen.path);
}

static void json_used(struct source *s, struct json_out *o) { json_member(o, "json_root", state_of(s)->chosen.path); }

static int64_t json_place(struct source *s) { return window_place(&state_of(s)->w); }

static unsigned json_sniff(struct str head)
{
	struct str s = str_trim(head);
	if (s.n < 2) return 0;
	struct str rest = str_trim(str_from(s, 1));
	char c = rest.n ? rest.p[0] : 0;
	if (s.p[0] == '{') return c == '"' || c == '}' ? 70 : 0;
	if (s.p[0] != '[') return 0;
	return c && strchr("{[\"]-0123456789tfn", c) ? 70 : 0;
}

/* A word of the document itself, not of what it holds; lines of documents have none. */
static bool has_own_word(struct str head, struct str word)
{
	ptrdiff_t at = str_find(head, word);
	int depth = 0;
	for (ptrdiff_t i = 0; i < at; i++) depth += (head.p[i] == '{' || head.p[i] == '[') - (head.p[i] == '}' || head.p[i] == ']');
	return depth == 1 && str_find(head, STR("}\n{")) < 0 && str_find(head, STR("}\r\n{")) < 0;
}

static unsigned geojson_sniff(struct str head)
{
	if (json_sniff(head) == 0 || str_trim(head).p[0] != '{') return 0;
	head = str_sub(head, 0, 8192);
	bool one = str_find(head, STR("\"geometry\"")) >= 0 && has_own_word(head, STR("\"Feature\""));
	return one || str_find(head, STR("\"FeatureCollection\"")) >= 0 ? 130 : 0;
}

const struct source_format source_json = { "json", "json", SOURCE_TEXT, json_sniff, document_open, json_rewind, json_next,
	NULL, json_close_source, json_describe, json_place, json_used };
const struct source_format source_geojson = { "geojson", "geojson", SOURCE_TEXT, geojson_sniff, geojson_open, json_rewind,
	json_next, NULL, json_close_source, json_describe, json_place, geojson_used };
