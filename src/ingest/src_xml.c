/* XML as records: elements of one depth, those of RDF, and the items of feeds. A document of any size takes the memory of its
 * largest record. Document types and entities are refused (xml/). */
#include "ingest/tree.h"
#include "text/text.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { LOOK_EVENTS = 20000, LOOK_NAMES = 64, MOST_PARENTS = 8 };

struct xml_source {
	struct xml *xml;
	int64_t at;              /* bytes handed to the parser */
	struct tree_rows rows;
	struct arena arena;
	int depth;               /* of the records */
	struct str only;         /* their name; empty: any */
	int parents;
	VEC(struct tree) above;  /* attributes of the elements that are open */
	struct arena above_arena;
	VEC(struct arena_mark) above_marks; /* where each level begins in it */
	int64_t number;
	bool extra;
};

static struct xml_source *of(struct source *s) { return s->state; }

static bool pull(void *arg, char *to, size_t n, size_t *got, struct err *e)
{
	struct source *s = arg;
	for (;;) {
		ssize_t r = pread(s->fd, to, n, (off_t)of(s)->at);
		if (r < 0 && errno == EINTR) continue;
		if (r < 0) return err_os(e, "read of a source");
		*got = (size_t)r;
		of(s)->at += r;
		return true;
	}
}

static bool xml_rewind(struct source *s, struct err *e)
{
	struct xml_source *x = of(s);
	xml_close(x->xml);
	x->xml = NULL;
	x->at = 0;
	x->number = 0;
	x->above.n = 0;
	return xml_open(pull, s, STR("the file"), &x->xml, e);
}

/* --- which elements are records ------------------------------------------------------------------------ */

struct seen { struct str name; int depth; int64_t count; };

static void count(struct xml_source *x, struct seen *seen, size_t *n, struct str name, int depth)
{
	for (size_t i = 0; i < *n; i++) {
		if (seen[i].depth != depth || !str_eq(seen[i].name, name)) continue;
		seen[i].count++;
		return;
	}
	if (*n < LOOK_NAMES) seen[(*n)++] = (struct seen){ arena_str(&x->arena, name), depth, 1 };
}

/* The least depth at which a name repeats; there the most frequent name, if others stand beside it. */
static bool look(struct source *s, struct err *e)
{
	struct xml_source *x = of(s);
	struct seen seen[LOOK_NAMES];
	size_t n = 0;
	for (int i = 0; i < LOOK_EVENTS; i++) {
		enum xml_event event;
		/* What is wrong further on is told by the pass that reads it. */
		struct err late = { 0 };
		if (!xml_next(x->xml, &event, i < 50 ? e : &late)) {
			if (i < 50) return false;
			break;
		}
		if (event == XML_END_OF_DOCUMENT) break;
		if (event == XML_OPEN && xml_depth(x->xml) <= 8) count(x, seen, &n, xml_name(x->xml), xml_depth(x->xml));
	}
	const struct seen *best = NULL;
	for (size_t i = 0; i < n; i++) {
		const struct seen *k = &seen[i];
		if (k->depth == 0 || (x->depth > 0 && k->depth != x->depth) || (k->count < 2 && x->depth == 0)) continue;
		if (!best || k->depth < best->depth || (k->depth == best->depth && k->count > best->count)) best = k;
	}
	bool given = param_given(s, "tag_name");
	if (given) x->only = param_text(s, "tag_name");
	if (x->depth == 0 && given)
		for (size_t i = 0; i < n && x->depth == 0; i++)
			if (str_eq(seen[i].name, x->only)) x->depth = seen[i].depth;
	if (x->depth == 0) x->depth = best ? best->depth : 1;
	size_t names = 0;
	for (size_t i = 0; i < n; i++) names += seen[i].depth == x->depth;
	if (!given && best && names > 1 && best->count > 1) x->only = best->name;
	return true;
}

static bool xml_begin(struct source *s, struct err *e)
{
	struct xml_source *x = calloc(1, sizeof *x);
	ensure(x);
	s->state = x;
	tree_rows_init(&x->rows, s);
	x->extra = param_bool(s, "extra_fields", false);
	return xml_rewind(s, e);
}

static bool elements_open(struct source *s, struct err *e)
{
	if (!xml_begin(s, e)) return false;
	struct xml_source *x = of(s);
	x->depth = (int)num_min(num_max(param_int(s, "tag_depth", 0), (int64_t)0), (int64_t)200);
	x->parents = (int)num_min(num_max(param_int(s, "parent_levels", 0), (int64_t)0), (int64_t)MOST_PARENTS);
	return look(s, e) && xml_rewind(s, e);
}

/* --- records -------------------------------------------------------------------------------------------- */

/* Attributes of what is open, so that records can have them. */
static void keep_above(struct xml_source *x, int depth)
{
	x->above.n = num_min(x->above.n, (size_t)depth);
	if (x->parents == 0 || x->above.n != (size_t)depth) return;
	/* What stood at this level before gives its place up. */
	if (x->above_marks.n > (size_t)depth) {
		arena_rewind(&x->above_arena, x->above_marks.p[depth]);
		x->above_marks.n = (size_t)depth;
	}
	vec_push(&x->arena, &x->above_marks, arena_mark(&x->above_arena));
	struct tree *t = vec_add(&x->arena, &x->above);
	struct tree_attribute one;
	*t = (struct tree){ 0 };
	t->name = arena_str(&x->above_arena, xml_name(x->xml));
	for (size_t i = 0; i < 100 && xml_attribute_at(x->xml, &x->above_arena, i, &one.name, &one.value); i++)
		vec_push(&x->above_arena, &t->attributes, one);
}

static void put_above(struct xml_source *x)
{
	for (int level = 1; level <= x->parents && (size_t)level <= x->above.n; level++) {
		const struct tree *t = &x->above.p[x->above.n - (size_t)level];
		for (size_t i = 0; i < t->attributes.n; i++) {
			struct str value = str_trim(t->attributes.p[i].value);
			struct str name = arena_printf(&x->rows.row, "%.*s_%.*s", STR_ARG(t->name), STR_ARG(t->attributes.p[i].name));
			tree_rows_put(&x->rows, name, (struct cell){ value, value.n ? CELL_FREE : CELL_NONE });
		}
	}
}

typedef bool is_record(const struct xml_source *x, struct str name, int depth);

/* The next record as a tree; *t NULL at the end. */
static bool next_tree(struct source *s, is_record *wanted, struct tree **t, struct err *e)
{
	struct xml_source *x = of(s);
	*t = NULL;
	tree_rows_begin(&x->rows);
	for (;;) {
		enum xml_event event;
		if (!xml_next(x->xml, &event, e)) return false;
		if (event == XML_END_OF_DOCUMENT) return true;
		if (event != XML_OPEN) continue;
		int depth = xml_depth(x->xml);
		if (wanted(x, xml_name(x->xml), depth)) {
			x->above.n = num_min(x->above.n, (size_t)depth);
			x->number++;
			return tree_read(x->xml, &x->rows.row, t, e);
		}
		keep_above(x, depth);
	}
}

static bool of_depth(const struct xml_source *x, struct str name, int depth)
{
	return depth == x->depth && (x->only.n == 0 || str_eq(name, x->only));
}

static bool elements_next(struct source *s, struct row *out, struct err *e)
{
	struct xml_source *x = of(s);
	struct tree *t;
	*out = (struct row){ .more = false };
	if (!next_tree(s, of_depth, &t, e)) return false;
	if (!t) return true;
	*out = (struct row){ .number = x->number, .more = true };
	tree_rows_put_all(&x->rows, t);
	put_above(x);
	tree_rows_end(&x->rows, out);
	return true;
}

/* --- RDF/XML ---------------------------------------------------------------------------------------------- */

/* A property that only points elsewhere has that address for its value. */
static void point_to_text(struct arena *a, struct tree *t)
{
	for (struct tree *c = t->first; c; c = c->next) {
		struct str to = tree_attribute_of(c, "resource");
		if (to.n && !c->first && c->text.n == 0) c->text = to;
		struct tree *inside = c->first && !c->first->next ? c->first : NULL;
		struct str about = inside ? tree_attribute_of(inside, "about") : (struct str){ 0 };
		if (about.n && !inside->first) {
			c->text = about;
			c->first = c->last = NULL;
		}
		/* Language and datatype are not part of a value. */
		c->attributes.n = 0;
		point_to_text(a, c);
	}
}

static bool of_rdf(const struct xml_source *x, struct str name, int depth)
{
	(void)x;
	(void)name;
	return depth == 1;
}

static struct str last_part(struct str iri)
{
	for (size_t i = iri.n; i > 0; i--)
		if (iri.p[i - 1] == '/' || iri.p[i - 1] == '#') return str_from(iri, i);
	return iri;
}

static bool rdf_next(struct source *s, struct row *out, struct err *e)
{
	struct xml_source *x = of(s);
	struct str wanted = param_text(s, "rdf_type");
	for (;;) {
		struct tree *t;
		*out = (struct row){ .more = false };
		if (!next_tree(s, of_rdf, &t, e)) return false;
		if (!t) return true;
		const struct tree *said = tree_child_or_null(t, "type");
		struct str type = str_eq(t->name, STR("Description")) ? (struct str){ 0 } : t->name;
		if (type.n == 0 && said) type = last_part(tree_attribute_of(said, "resource"));
		if (wanted.n && !str_eq_nocase(wanted, type)) continue;
		*out = (struct row){ .number = x->number, .more = true };
		struct str id = tree_attribute_of(t, "about");
		if (id.n == 0) id = tree_attribute_of(t, "ID");
		point_to_text(&x->rows.row, t);
		t->attributes.n = 0;
		tree_rows_put_subject(&x->rows, (struct cell){ id, id.n ? CELL_STRING : CELL_NONE });
		if (!said) tree_rows_put(&x->rows, STR("type"), (struct cell){ type, type.n ? CELL_STRING : CELL_NONE });
		tree_rows_put_all(&x->rows, t);
		tree_rows_end(&x->rows, out);
		return true;
	}
}

/* --- feeds ------------------------------------------------------------------------------------------------ */

static bool of_feed(const struct xml_source *x, struct str name, int depth)
{
	(void)x;
	return depth <= 2 && (str_eq(name, STR("item")) || str_eq(name, STR("entry")));
}

/* "Tue, 05 Sep 2023 08:00:00 +0200" as ISO; anything else as it is. */
static struct str feed_date(struct arena *a, struct str s)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	static const struct { const char *word; const char *offset; } zones[] = { { "GMT", "Z" }, { "UT", "Z" }, { "UTC", "Z" }, { "Z", "Z" },
		{ "EST", "-05:00" }, { "EDT", "-04:00" }, { "CST", "-06:00" }, { "CDT", "-05:00" }, { "MST", "-07:00" }, { "MDT", "-06:00" },
		{ "PST", "-08:00" }, { "PDT", "-07:00" } };
	struct str rest = s;
	struct str words[6];
	size_t n = 0;
	ptrdiff_t comma = str_find_char(rest, ',');
	if (comma >= 0) rest = str_trim(str_from(rest, (size_t)comma + 1));
	while (n < COUNT_OF(words) && str_cut(&rest, ' ', &words[n]))
		if (words[n].n) n++;
	int64_t day;
	int64_t year;
	if (n < 4 || words[1].n < 3 || !text_to_int(words[0], &day) || !text_to_int(words[2], &year)) return s;
	size_t month = 0;
	while (month < 12 && !str_eq_nocase(str_sub(words[1], 0, 3), str_make(months + 3 * month, 3))) month++;
	if (month == 12 || day < 1 || day > 31 || year < 0 || year > 9999) return s;
	if (year < 100) year += year < 50 ? 2000 : 1900;
	struct str zone = n > 4 ? words[4] : STR("Z");
	auto_buf b = BUF_INIT(64);
	if (zone.n == 5) buf_printf(&b, "%.*s:%.*s", STR_ARG(str_sub(zone, 0, 3)), STR_ARG(str_from(zone, 3)));
	for (size_t i = 0; i < COUNT_OF(zones); i++)
		if (str_eq_nocase(zone, str_of(zones[i].word))) buf_put(&b, str_of(zones[i].offset));
	struct str time = words[3].n == 5 ? arena_printf(a, "%.*s:00", STR_ARG(words[3])) : words[3];
	return arena_printf(a, "%04lld-%02zu-%02lldT%.*s%.*s", (long long)year, month + 1, (long long)day, STR_ARG(time), STR_ARG(buf_str(&b)));
}

static struct str link_of(const struct tree *t)
{
	struct str found = { 0 };
	for (const struct tree *c = t->first; c; c = c->next) {
		if (!str_eq(c->name, STR("link"))) continue;
		struct str rel = tree_attribute_of(c, "rel");
		struct str href = c->text.n ? c->text : tree_attribute_of(c, "href");
		if (href.n && (found.n == 0 || str_eq(rel, STR("alternate")))) found = href;
	}
	return found;
}

static struct str first_of(const struct tree *t, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct tree *c = tree_child_or_null(t, names[i]);
		if (c && c->text.n) return c->text;
	}
	return STR("");
}

static void put(struct tree_rows *r, const char *name, struct str text)
{
	text = str_trim(text);
	tree_rows_put(r, str_of(name), (struct cell){ text, text.n ? CELL_STRING : CELL_NONE });
}

#define FIRST_OF(t, ...) first_of(t, (const char *const[]){ __VA_ARGS__ }, COUNT_OF(((const char *const[]){ __VA_ARGS__ })))

static void put_point(struct tree_rows *r, const struct tree *t)
{
	struct str at = FIRST_OF(t, "point");
	struct str lat = FIRST_OF(t, "lat");
	struct str lon = FIRST_OF(t, "long");
	ptrdiff_t blank = str_find_char(at, ' ');
	if (blank > 0) put(r, "geo_point", arena_printf(&r->row, "%.*s,%.*s", STR_ARG(str_sub(at, 0, (size_t)blank)), STR_ARG(str_trim(str_from(at, (size_t)blank)))));
	else if (lat.n && lon.n) put(r, "geo_point", arena_printf(&r->row, "%.*s,%.*s", STR_ARG(lat), STR_ARG(lon)));
}

static bool feed_next(struct source *s, struct row *out, struct err *e)
{
	struct xml_source *x = of(s);
	struct tree *t;
	*out = (struct row){ .more = false };
	if (!next_tree(s, of_feed, &t, e)) return false;
	if (!t) return true;
	*out = (struct row){ .number = x->number, .more = true };
	struct tree_rows *r = &x->rows;
	struct str id = FIRST_OF(t, "guid", "id");
	put(r, "id", id.n ? id : tree_attribute_of(t, "about"));
	put(r, "title", FIRST_OF(t, "title"));
	put(r, "link", link_of(t));
	put(r, "description", FIRST_OF(t, "description", "summary", "content", "encoded"));
	put(r, "published", feed_date(&r->row, FIRST_OF(t, "pubDate", "published", "updated", "date")));
	put_point(r, t);
	if (x->extra) tree_rows_put_all(r, t);
	tree_rows_end(r, out);
	return true;
}

/* --- the formats ------------------------------------------------------------------------------------------ */

static void xml_end(struct source *s)
{
	struct xml_source *x = of(s);
	xml_close(x->xml);
	tree_rows_done(&x->rows);
	arena_done(&x->above_arena);
	arena_done(&x->arena);
	s->names.n = s->names.cap = 0;
	free(x);
	s->state = NULL;
}

static void elements_used(struct source *s, struct json_out *j)
{
	json_member_int(j, "tag_depth", of(s)->depth);
	json_member(j, "tag_name", of(s)->only);
}

static int64_t xml_place(struct source *s) { return of(s)->at; }

static bool holds(struct str head, const char *what) { return str_find(str_sub(head, 0, 4096), str_of(what)) >= 0; }

static bool is_page(struct str s) { return str_eq_nocase(str_sub(s, 0, 14), STR("<!doctype html")) || str_eq_nocase(str_sub(s, 0, 5), STR("<html")); }

static unsigned xml_sniff(struct str head)
{
	struct str s = str_trim(head);
	if (s.n < 4 || s.p[0] != '<' || is_page(s)) return 0;
	return str_starts(s, STR("<?xml")) ? 110 : s.p[1] == '!' || ((s.p[1] | 0x20) >= 'a' && (s.p[1] | 0x20) <= 'z') ? 70 : 0;
}

static unsigned rdf_sniff(struct str head)
{
	return xml_sniff(head) && holds(head, "<rdf:RDF") && !holds(head, "purl.org/rss/1.0/") ? 140 : 0;
}

static unsigned feed_sniff(struct str head)
{
	if (!xml_sniff(head)) return 0;
	return holds(head, "<rss") || (holds(head, "<feed") && holds(head, "w3.org/2005/Atom")) || holds(head, "purl.org/rss/1.0/") ? 150 : 0;
}

const struct source_format source_xml = { "xml", "xml", 0, xml_sniff, elements_open, xml_rewind, elements_next, NULL, xml_end, NULL, xml_place,
	elements_used };
const struct source_format source_rdf = { "rdf", "rdf owl", 0, rdf_sniff, xml_begin, xml_rewind, rdf_next, NULL, xml_end, NULL, xml_place, NULL };
const struct source_format source_feed = { "feed", "rss atom", 0, feed_sniff, xml_begin, xml_rewind, feed_next, NULL, xml_end, NULL, xml_place,
	NULL };
