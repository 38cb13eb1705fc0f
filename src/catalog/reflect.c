/* The catalogue written out as a dataset: one row a published dataset, one column a metadata value, so
 * that ODSQL, facets and exports work on it unchanged. The file's number is made of what it says, so
 * an unchanged catalogue is never written twice, and a crash leaves nothing to repair. It is written by
 * a loader of its own in this process: the content is ours, not a stranger's. */
#include "catalog/inside.h"
#include "json/json.h"
#include "record/record.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

uint64_t catalog_mix(uint64_t h, const void *p, size_t n)
{
	for (size_t i = 0; i < n; i++) h = (h ^ ((const uint8_t *)p)[i]) * 0x100000001b3u;
	return h;
}
static uint64_t mix_int(uint64_t h, int64_t v) { return catalog_mix(h, &v, sizeof v); }

/* The time of the last change is in it, so that a catalogue that becomes again what it was has a file of its
 * own: that of the former one may be about to go with its last reader. */
static int64_t number_of(const struct view_box *b)
{
	enum { LAYOUT = 5 }; /* another layout of the reflection is another file */
	const struct catalog_view *v = &b->view;
	uint64_t h = mix_int(CATALOG_MIX, LAYOUT);
	h = mix_int(mix_int(mix_int(h, (int64_t)catalog_meta_row_count()), b->changed), (int64_t)b->own_mark);
	for (size_t i = 0; i < v->n; i++) {
		const struct dataset *d = &v->datasets[i];
		h = mix_int(mix_int(mix_int(h, d->id), d->version.number), d->modified.us);
		h = mix_int(mix_int(mix_int(h, d->metadata_processed.us), d->rows), d->version.live);
	}
	return (int64_t)(h >> 2) + 1;
}

/* --- fields ------------------------------------------------------------------------------------- */

struct source {
	const struct meta_row *row;   /* of the platform's table … */
	const struct own_field *own;  /* … or of a template of the portal's; neither: one of the technical fields */
	struct str lang;              /* a variant in one language */
};

static enum value_type type_of(enum meta_kind k)
{
	return k == META_DATETIME ? VALUE_DATETIME : k == META_BOOL ? VALUE_BOOL : k == META_INT ? VALUE_INT
	     : k == META_JSON ? VALUE_JSON : VALUE_TEXT;
}
static bool is_list(enum meta_kind k) { return k == META_LIST || k == META_LANG_LIST; }

static void add_field(struct arena *a, struct field *f, struct str name, const char *label, enum value_type t, unsigned flags)
{
	*f = (struct field){ .name = name, .label = str_of(label), .type = t, .flags = flags, .decimals = -1 };
	if (flags & FIELD_FACET && t == VALUE_TEXT) f->facetsort = STR("alphanum");
	if (f->label.n == 0) f->label = name;
	(void)a;
}

/* Languages that some value of a row is given in. */
static size_t languages_of(const struct catalog_view *v, const struct meta_row *r, struct str *out, size_t most)
{
	size_t n = 0;
	for (size_t i = 0; i < v->n; i++) {
		for (size_t k = 0; k < v->datasets[i].nmetas; k++) {
			const struct meta *m = &v->datasets[i].metas[k];
			if (!m->lang.n || !str_eq(m->name, str_of(r->name)) || !str_eq(m->template_, str_of(r->template_))) continue;
			bool known = false;
			for (size_t j = 0; j < n; j++) known |= str_eq(out[j], m->lang);
			if (!known && n < most) out[n++] = m->lang;
		}
	}
	return n;
}

/* A field of the portal's own; where it is told by language, another for each language of the portal. Gives the next free place. */
static size_t add_own(struct view_box *b, const struct own_field *o, struct field *f, struct source *s, size_t n)
{
	unsigned flags = o->list ? FIELD_MULTIVALUED : 0;
	for (size_t k = 0; k < 1 + (o->i18n ? b->nlanguages : 0); k++) {
		bool facet = o->facet && !k;
		s[n] = (struct source){ .own = o, .lang = k ? b->languages[k - 1] : STR("") };
		add_field(&b->arena, &f[n], arena_printf(&b->arena, "%s.%s%s%.*s", o->template_, o->name, k ? "." : "", STR_ARG(s[n].lang)), "", o->type,
		          flags | (facet ? FIELD_FACET : 0) | (facet && o->list ? FIELD_DISJUNCTIVE : 0));
		if (o->label.n) f[n].label = o->label;
		f[n].labels = o->labels;
		n++;
	}
	return n;
}

static void make_schema(struct view_box *b, struct source **sources)
{
	enum { TECHNICAL = 11, LANGUAGES = 16 };
	struct arena *a = &b->arena;
	size_t most = TECHNICAL + catalog_meta_row_count() * (LANGUAGES + 1) + b->nown * (b->nlanguages + 1), n = 0;
	struct field *f = arena_array(a, struct field, most);
	struct source *s = arena_array(a, struct source, most);
	add_field(a, &f[n++], STR("datasetid"), "Identifier", VALUE_TEXT, FIELD_ID);
	add_field(a, &f[n++], STR("dataset_uid"), "Permanent identifier", VALUE_TEXT, FIELD_UNREAD);
	add_field(a, &f[n++], STR("has_records"), "Has records", VALUE_BOOL, 0);
	add_field(a, &f[n++], STR("features"), "Features", VALUE_TEXT, FIELD_FACET | FIELD_MULTIVALUED);
	add_field(a, &f[n++], STR(CATALOG_READERS), "Readers", VALUE_TEXT, FIELD_HIDDEN | FIELD_MULTIVALUED);
	add_field(a, &f[n++], STR(CATALOG_WEST), "West", VALUE_DOUBLE, FIELD_HIDDEN);
	add_field(a, &f[n++], STR(CATALOG_SOUTH), "South", VALUE_DOUBLE, FIELD_HIDDEN);
	add_field(a, &f[n++], STR(CATALOG_EAST), "East", VALUE_DOUBLE, FIELD_HIDDEN);
	add_field(a, &f[n++], STR(CATALOG_NORTH), "North", VALUE_DOUBLE, FIELD_HIDDEN);
	for (size_t i = 0; i < catalog_meta_row_count(); i++) {
		const struct meta_row *r = &catalog_meta_rows[i];
		unsigned flags = (r->facet ? FIELD_FACET : 0) | (is_list(r->kind) ? FIELD_MULTIVALUED : 0);
		if (r->facet && is_list(r->kind)) flags |= FIELD_DISJUNCTIVE;
		s[n].row = r;
		add_field(a, &f[n++], arena_printf(a, "%s.%s", r->template_, r->name), r->label, type_of(r->kind), flags);
	}
	/* Clients sort by these; nothing is counted by datasets, so they are null and the order is the usual one. */
	add_field(a, &f[n++], STR("explore.download_count"), "Downloads", VALUE_INT, 0);
	add_field(a, &f[n++], STR("explore.popularity_score"), "Popularity", VALUE_DOUBLE, 0);
	for (size_t i = 0; i < catalog_meta_row_count(); i++) {
		const struct meta_row *r = &catalog_meta_rows[i];
		struct str langs[LANGUAGES];
		size_t count = languages_of(&b->view, r, langs, LANGUAGES);
		for (size_t k = 0; k < count; k++) {
			s[n] = (struct source){ .row = r, .lang = langs[k] };
			add_field(a, &f[n++], arena_printf(a, "%s.%s.%.*s", r->template_, r->name, STR_ARG(langs[k])), r->label,
			          type_of(r->kind), is_list(r->kind) ? FIELD_MULTIVALUED : 0);
		}
	}
	for (size_t i = 0; i < b->nown; i++) n = add_own(b, &b->own[i], f, s, n);
	b->reflected_schema = (struct schema){ .fields = f, .n = n };
	*sources = s;
}

/* --- rows --------------------------------------------------------------------------------------- */

struct filling {
	struct arena arena;       /* of one batch */
	struct column *columns;
	uint64_t *valid;          /* of the column being filled */
	VEC(struct str) items;    /* of the list column being filled */
};

static void mark(struct filling *f, size_t row) { f->valid[row / 64] |= 1ull << (row % 64); }

/* The value of a source for a dataset as JSON; a variant in a language has no fallback. */
static struct str json_of(struct filling *f, const struct view_box *b, const struct dataset *d, const struct source *s)
{
	if (s->own) return own_json(b, d, s->own, s->lang);
	struct str json = meta_automatic(d, &f->arena, s->row);
	if (json.n || !s->lang.n) return json.n ? json : dataset_meta_json(d, s->row->template_, s->row->name, STR(""));
	for (size_t i = 0; i < d->nmetas; i++) {
		const struct meta *m = &d->metas[i];
		if (str_eq(m->lang, s->lang) && str_eq(m->name, str_of(s->row->name)) && str_eq(m->template_, str_of(s->row->template_)))
			return m->json;
	}
	return STR("");
}

/* A text may look like a number or a word of JSON, and is kept as one then. */
static struct str text_of(struct filling *f, const struct json_node *n)
{
	auto_buf b = BUF_INIT(1 << 20);
	enum json_kind k = json_kind(n);
	if (k == JSON_TEXT) return arena_str(&f->arena, json_text(n));
	if (k == JSON_BOOL || k == JSON_INT || k == JSON_REAL) json_put_node(&b, n);
	return arena_str(&f->arena, buf_str(&b));
}

static void put_list(struct filling *f, struct list_span *span, const struct json_node *n)
{
	span->from = (uint32_t)f->items.n;
	size_t count = json_kind(n) == JSON_ARRAY ? json_count(n) : json_kind(n) > JSON_NULL ? 1 : 0;
	for (size_t i = 0; i < count; i++) {
		struct str s = text_of(f, json_kind(n) == JSON_ARRAY ? json_at(n, i) : n);
		if (s.n) vec_push(&f->arena, &f->items, s);
	}
	span->n = (uint32_t)f->items.n - span->from;
}

static bool put_scalar(struct filling *f, enum value_type t, void *room, size_t row, const struct json_node *n)
{
	struct clock_text when;
	switch (t) {
	case VALUE_INT: ((int64_t *)room)[row] = json_int(n, 0); return json_kind(n) == JSON_INT;
	case VALUE_BOOL: ((bool *)room)[row] = json_bool(n, false); return json_kind(n) == JSON_BOOL;
	case VALUE_DATETIME:
		if (!clock_parse(json_text(n), &when)) return false;
		((int64_t *)room)[row] = clock_us_of_civil(&when.civil) - (int64_t)when.offset_s * 1000000;
		return true;
	case VALUE_DATE:
		if (!clock_parse(json_text(n), &when)) return false;
		((int32_t *)room)[row] = clock_days(when.civil.year, when.civil.month, when.civil.day);
		return true;
	case VALUE_DOUBLE: ((double *)room)[row] = json_real(n, 0); return json_kind(n) == JSON_INT || json_kind(n) == JSON_REAL;
	case VALUE_TEXT:
		((struct str *)room)[row] = text_of(f, n);
		return ((struct str *)room)[row].n > 0;
	case VALUE_JSON:
		((struct str *)room)[row] = arena_str(&f->arena, json_text(n));
		return json_text(n).n > 0;
	case VALUE_POINT: case VALUE_SHAPE: case VALUE_FILE: case VALUE_TYPES: break;
	}
	return false;
}

enum { READERS = 4, EXTENT = 5 }; /* places of technical fields */

static void put_readers(struct filling *f, const struct dataset *d)
{
	if (!d->restricted) vec_push(&f->arena, &f->items, STR("all"));
	for (size_t k = 0; d->restricted && k < d->nrules; k++) {
		const struct dataset_rule *r = &d->rules[k];
		vec_push(&f->arena, &f->items, arena_printf(&f->arena, "%c%lld", r->account ? 'a' : 'g', (long long)(r->account ? r->account : r->group)));
	}
}

static void fill_technical(struct filling *f, size_t i, const struct dataset *d, size_t row, void *room)
{
	double extent[4];
	if (i >= EXTENT && i < EXTENT + 4) {
		if (!dataset_extent(d, extent)) return;
		((double *)room)[row] = extent[i - EXTENT];
		mark(f, row);
		return;
	}
	if (i > READERS) return; /* what is not counted */
	mark(f, row);
	if (i == 0) ((struct str *)room)[row] = d->slug;
	if (i == 1) ((struct str *)room)[row] = d->uid;
	if (i == 2) ((bool *)room)[row] = d->version.number != 0;
	if (i < 3) return;
	struct list_span *span = (struct list_span *)room + row;
	span->from = (uint32_t)f->items.n;
	if (i == 3)
		for (size_t k = 0; k < d->nfeatures; k++) vec_push(&f->arena, &f->items, d->features[k]);
	else
		put_readers(f, d);
	span->n = (uint32_t)f->items.n - span->from;
}

static void fill_column(struct filling *f, const struct view_box *b, const struct source *s, size_t i,
                        const struct dataset *first, size_t n)
{
	const struct field *field = &b->reflected_schema.fields[i];
	struct column *c = &f->columns[i];
	void *room = arena_many(&f->arena, sizeof(struct str), n);
	bool list = field->flags & FIELD_MULTIVALUED;
	f->valid = arena_array(&f->arena, uint64_t, (n + 63) / 64);
	f->items.p = NULL;
	f->items.n = f->items.cap = 0;
	for (size_t row = 0; row < n; row++) {
		if (!s->row && !s->own) {
			fill_technical(f, i, &first[row], row, room);
			continue;
		}
		auto_json *doc = NULL;
		struct err e = { 0 };
		struct str json = json_of(f, b, &first[row], s);
		if (json.n == 0 || !json_read(json, &doc, &e)) continue;
		if (list) put_list(f, (struct list_span *)room + row, json_root(doc));
		if (list ? ((struct list_span *)room)[row].n > 0 : put_scalar(f, field->type, room, row, json_root(doc))) mark(f, row);
	}
	*c = (struct column){ .type = { field->type, list }, .valid = f->valid, .texts = room };
	if (list) c->items = f->items.p;
}

static bool write_rows(struct view_box *b, const struct source *sources, struct engine_load *l, struct err *e)
{
	const struct schema *s = &b->reflected_schema;
	for (size_t from = 0; from < b->view.n; from += LIMIT_BATCH_ROWS) {
		struct filling f = { .arena = ARENA_INIT };
		size_t n = num_min(b->view.n - from, (size_t)LIMIT_BATCH_ROWS);
		f.columns = arena_array(&f.arena, struct column, s->n);
		struct dataset *told = arena_array(&f.arena, struct dataset, n);
		for (size_t i = 0; i < n; i++) told[i] = dataset_common(&f.arena, &b->view.datasets[from + i]);
		for (size_t i = 0; i < s->n; i++) fill_column(&f, b, &sources[i], i, told, n);
		struct batch batch = { f.columns, s->n, n };
		uint8_t (*ids)[RECORD_ID_BYTES] = arena_many(&f.arena, RECORD_ID_BYTES, n);
		record_ids(s, STR(""), &batch, ids);
		bool ok = engine_load_rows(l, &batch, (const uint8_t (*)[RECORD_ID_BYTES])ids, e);
		arena_done(&f.arena);
		if (!ok) return false;
	}
	return true;
}

/* Removes reflections of former catalogues, while nobody can be reading one. */
static void tidy(struct str keep)
{
	auto_arena a = ARENA_INIT;
	struct str folder = arena_str(&a, str_sub(keep, 0, (size_t)str_rfind_char(keep, '/')));
	DIR *d = opendir(folder.p);
	if (!d) return;
	for (struct dirent *f; (f = readdir(d));) {
		struct str path = arena_printf(&a, "%.*s/%s", STR_ARG(folder), f->d_name);
		if (f->d_name[0] == 'v' && !str_eq(path, keep)) unlink(path.p);
	}
	closedir(d);
}

bool catalog_reflect(struct catalog *c, struct view_box *b, bool alone, struct err *e)
{
	struct source *sources;
	make_schema(b, &sources);
	b->view.reflected = (struct version_ref){ .tenant = b->view.tenant, .dataset = b->made, .number = number_of(b) };
	struct str path = engine_path(c->engine, &b->arena, b->view.reflected);
	if (alone) tidy(path);
	if (access(path.p, R_OK) == 0) return true;
	struct str tmp = arena_printf(&b->arena, "%.*s.tmp", STR_ARG(path));
	ptrdiff_t slash = str_rfind_char(path, '/');
	struct str folder = arena_str(&b->arena, str_sub(path, 0, (size_t)slash));
	struct str above = arena_str(&b->arena, str_sub(folder, 0, (size_t)str_rfind_char(folder, '/')));
	if ((mkdir(above.p, 0700) && errno != EEXIST) || (mkdir(folder.p, 0700) && errno != EEXIST))
		return err_os(e, "mkdir for the catalogue");
	unlink(tmp.p);
	struct engine_load *l;
	if (!engine_load_begin(tmp, &b->reflected_schema, &l, e)) return false;
	bool ok = write_rows(b, sources, l, e);
	ok = engine_load_end(l, ok ? LOAD_COMMIT : LOAD_ABANDON, e) && ok;
	if (ok && rename(tmp.p, path.p)) ok = err_os(e, "rename the catalogue");
	return ok;
}
