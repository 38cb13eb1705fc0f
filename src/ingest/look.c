/* A preview: the first rows of a source through the same line of processors and the same casts as a publication, with a
 * profile of every step; and the questions that a processor would ask of another server. */
#include "gdal/gdal.h"
#include "ingest/layer.h"
#include "ingest/look.h"
#include "ingest/fields.h"
#include "ingest/line.h"
#include "ingest/spell.h"
#include "text/text.h"
#include <sys/stat.h>

enum { MEMORY_MB = 2048, CPU_S = 30, FILE_MB = 4096, PATIENCE_MS = 20000, SAMPLES = 5 };

struct look {
	struct arena *a;
	struct ingest_job job;
	size_t shown;
	struct line line;
	struct part part;
	const struct json_node *processors; /* all of them */
	size_t works;                /* of them, that can be run */
	struct process_faults faults; /* of the first that cannot */
	struct look_step **steps;
	VEC(struct process_row) rows; /* behind the processors */
	int64_t seen;
	bool whole;
	struct load load;            /* of the fields */
};

/* --- which processors can be run ----------------------------------------------------------------------------------- */

static size_t step_of_path(struct str path)
{
	struct str word;
	int64_t n = 0;
	if (!str_starts(path, STR("processors/"))) return 0;
	struct str rest = str_from(path, 11);
	if (!str_cut(&rest, '/', &word) || !str_to_int(word, &n) || n < 0) return 0;
	return (size_t)n;
}

static struct str first_processors(struct look *k)
{
	auto_buf b = BUF_INIT(16 << 20);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '[');
	for (size_t i = 0; i < k->works; i++) {
		json_value(&j);
		json_put_node(&b, json_at(k->processors, i));
	}
	json_close(&j, ']');
	return arena_str(k->a, buf_str(&b));
}

/* Faults of later steps are told when those before them are mended. */
static void keep_first_faults(struct look *k, const struct process_faults *all)
{
	size_t first = json_count(k->processors);
	for (size_t i = 0; i < all->list.n; i++) first = num_min(first, step_of_path(all->list.p[i].path));
	for (size_t i = 0; i < all->list.n; i++)
		if (step_of_path(all->list.p[i].path) == first) vec_push(k->a, &k->faults.list, all->list.p[i]);
	k->works = first;
}

static bool try_processors(struct look *k, struct str lack, struct err *e)
{
	struct process_faults faults = { .arena = k->a };
	struct process_scene scene = { .seed = k->job.seed, .now = k->job.now, .language = k->job.language };
	struct process_line *line = NULL;
	const struct process_need *needs;
	k->faults.arena = k->a;
	if (k->job.processors.n && !json_read_in(k->a, k->job.processors, &k->processors, e)) return false;
	k->works = json_count(k->processors);
	if (k->works == 0) return true;
	if (!process_line_new(k->processors, &scene, &faults, &line, e)) {
		if (faults.list.n == 0) return false;
		*e = (struct err){ 0 };
		keep_first_faults(k, &faults);
		k->job.processors = first_processors(k);
		if (k->works == 0) return true;
		if (!json_read_in(k->a, k->job.processors, &k->line.processors, e) ||
		    !process_line_new(k->line.processors, &scene, &faults, &line, e)) return false;
	}
	size_t n = process_needs(line, &needs);
	if (n > k->job.nsupplies) {
		k->works = needs[k->job.nsupplies].step;
		k->faults.list.n = 0;
		process_fault(&k->faults, arena_printf(k->a, "processors/%zu", k->works), "%.*s", STR_ARG(lack.n ? lack : STR("what it needs is not at hand")));
	}
	process_line_free(line);
	k->job.processors = first_processors(k);
	return true;
}

/* --- rows -------------------------------------------------------------------------------------------------------------- */

static bool keep_row(void *arg, const struct process_row *row, bool *enough, struct err *e)
{
	struct look *k = arg;
	(void)e;
	struct process_row kept = { arena_array(k->a, struct cell, row->n + 1), row->n, row->number };
	for (size_t i = 0; i < row->n; i++) kept.cells[i] = (struct cell){ arena_str(k->a, row->cells[i].text), row->cells[i].kind };
	vec_push(k->a, &k->rows, kept);
	*enough = k->rows.n == LOOK_ROWS;
	return true;
}

static bool keep_error(void *arg, struct str processor, int64_t row, struct str field, struct str value, const char *message, struct err *e)
{
	struct look *k = arg;
	(void)e;
	look_step_error(k->steps[processor.n ? k->line.telling + 1 : 0], row, field, value, message);
	return true;
}

static void watch_step(void *arg, size_t step, const struct process_row *row)
{
	struct look *k = arg;
	if (step <= k->works) look_step_row(k->steps[step], row);
}

static void name_steps(struct look *k)
{
	look_step_names(k->steps[0], k->part.columns.p, k->part.columns.n);
	for (size_t i = 1; i <= k->works; i++) {
		const struct str *names;
		size_t n = process_names(k->line.process, i, &names);
		struct heading *h = arena_array(k->a, struct heading, n + 1);
		for (size_t c = 0; c < n; c++) {
			struct str name = arena_str(k->a, names[c]);
			h[c] = (struct heading){ .label = c < k->part.columns.n ? k->part.columns.p[c].label : name, .name = name };
		}
		look_step_names(k->steps[i], h, n);
	}
}

static bool run(struct look *k, struct err *e)
{
	bool enough = false;
	struct row r = { 0 };
	if (!line_part(&k->line, &k->part, 0, e)) return false;
	while (!enough && k->seen < LOOK_ROWS) {
		if (!part_next(&k->part, &r, e)) return false;
		if (!r.more) break;
		k->seen++;
		if (!line_row(&k->line, &k->part, 0, &r, &enough, e)) return false;
	}
	k->whole = !r.more;
	name_steps(k);
	return true;
}

/* --- fields ---------------------------------------------------------------------------------------------------------------- */

static bool memory_rewind(struct source *s, struct err *e)
{
	(void)e;
	s->start = 0;
	return true;
}

static bool memory_next(struct source *s, struct row *out, struct err *e)
{
	struct look *k = s->state;
	(void)e;
	*out = (struct row){ .more = (size_t)s->start < k->rows.n };
	if (!out->more) return true;
	const struct process_row *row = &k->rows.p[s->start++];
	out->cells = row->cells;
	out->n = row->n;
	out->number = row->number;
	return true;
}

static int64_t memory_place(struct source *s) { return s->start; }

/* What is left open is decided by the source that the rows are of. */
static void memory_describe(struct source *s, struct json_out *j)
{
	struct source *of = &((struct look *)s->state)->part.load.source;
	if (of->format->describe) of->format->describe(of, j);
}

static const struct source_format source_memory = { .name = "rows", .suffixes = "", .rewind = memory_rewind, .next = memory_next, .place = memory_place,
	.describe = memory_describe };

struct casting { struct look *look; struct look_step *step; int64_t row; };

static void tell_cast(void *arg, struct str field, struct str value, const char *reason)
{
	struct casting *c = arg;
	look_step_error(c->step, c->row, field, value, reason);
}

static bool begin_fields(struct look *k, struct err *e)
{
	struct load *l = &k->load;
	const struct heading *h;
	size_t n = line_columns(&k->line, &h);
	*l = (struct load){ .a = k->a, .job = k->job };
	rejects_init(&l->rejects, k->a, STR(""));
	if (k->job.fields.n && !json_read_in(k->a, k->job.fields, &l->fields, e)) return false;
	if (json_count(l->fields) == 0) l->fields = NULL;
	if (k->job.types.n && !json_read_in(k->a, k->job.types, &l->types, e)) return false;
	l->source = (struct source){ .format = &source_memory, .load = l, .fd = -1, .state = k };
	l->source.dialect.decimal = k->part.load.source.dialect.decimal;
	for (size_t i = 0; i < n; i++) {
		vec_push(k->a, &l->source.names, h[i].name);
		vec_push(k->a, &l->source.labels, h[i].label);
	}
	return true;
}

/* A typed cell as people read it. */
static struct cell shown_cell(struct look *k, const struct column *c, size_t row, struct geo *geo)
{
	struct cell out = { .kind = CELL_NONE };
	if (!column_has(c, row)) return out;
	struct batch one = { .columns = (struct column *)(uintptr_t)c, .ncolumns = 1, .nrows = row + 1 };
	parquet_row(&one, row, &out, geo, k->a);
	if (c->type.type == VALUE_BOOL) out.kind = CELL_TRUTH;
	return out;
}

static bool cast_rows(struct look *k, struct plan *p, struct look_step *step, struct err *e)
{
	struct load *l = &k->load;
	struct casting casting = { k, step, 0 };
	struct caster caster = { .load = l, .plan = p, .geo = geo_new(), .dates = arena_array(k->a, struct ingest_dates, p->total + 1),
		.has_dates = arena_array(k->a, bool, p->total + 1) };
	struct fill *f = fill_new(p);
	struct cell *cells = arena_array(k->a, struct cell, p->schema.n + 1);
	bool ok = true;
	l->rejects.tell = tell_cast;
	l->rejects.arg = &casting;
	for (size_t i = 0; ok && i < k->rows.n; i++) {
		bool kept;
		struct row r = { .cells = k->rows.p[i].cells, .n = k->rows.p[i].n, .number = k->rows.p[i].number, .more = true };
		casting.row = r.number;
		ok = fill_row(f, &caster, &r, &kept, e);
		if (!ok || !kept) continue;
		for (size_t c = 0; c < p->schema.n; c++) cells[c] = shown_cell(k, &f->columns[c].column, f->nrows - 1, caster.geo);
		look_step_row(step, &(struct process_row){ cells, p->schema.n, r.number });
	}
	fill_free(f);
	geo_free(caster.geo);
	arena_done(&caster.scratch);
	return ok;
}

/* --- dates with two readings ---------------------------------------------------------------------------------------------------- */

static void put_reading(struct json_out *j, const char *key, const struct str *texts, size_t n, bool month)
{
	json_key(j, str_of(key));
	json_open(j, '[');
	for (size_t i = 0; i < n; i++) {
		auto_buf b = BUF_INIT(100);
		int32_t days;
		int64_t us;
		bool local;
		if (spell_date(texts[i], month ? SPELL_DATE_MDY : SPELL_DATE_DMY, &days)) clock_put_date(&b, days);
		else if (spell_time(texts[i], month ? SPELL_TIME_MDY : SPELL_TIME_DMY, &us, &local)) clock_put_instant(&b, us, clock_utc());
		json_put(j, buf_str(&b));
	}
	json_close(j, ']');
}

static void put_dates_of(struct look *k, struct json_out *j, const struct survey *v, const struct plan *p, size_t i)
{
	static const uint32_t dmy = SPELL(DATE_DMY) | SPELL(TIME_DMY);
	static const uint32_t mdy = SPELL(DATE_MDY) | SPELL(TIME_MDY);
	const struct plan_column *c = &p->columns[i];
	struct str texts[SAMPLES];
	size_t n = 0;
	for (size_t r = 0; c->from >= 0 && r < k->rows.n && n < SAMPLES; r++) {
		const struct process_row *row = &k->rows.p[r];
		struct str t = (size_t)c->from < row->n && row->cells[c->from].kind != CELL_NONE ? str_trim(row->cells[c->from].text) : STR("");
		uint32_t found = t.n ? spell_readings(t, SPELL_DATES | SPELL_TIMES) : 0;
		if (found & dmy && found & mdy) texts[n++] = t;
	}
	if (n == 0) return;
	const struct proof *proof = &v->proofs.p[c->from];
	bool open = proof->fits ? proof->fits[SPELL_DATE_DMY] + proof->fits[SPELL_TIME_DMY] == proof->fits[SPELL_DATE_MDY] + proof->fits[SPELL_TIME_MDY]
	                        : proof->mask & dmy && proof->mask & mdy;
	if (!open) return;
	bool typed = c->as.type == VALUE_DATE || c->as.type == VALUE_DATETIME;
	json_open(j, '{');
	json_member(j, "field", c->field->name);
	json_key(j, STR("sample"));
	json_open(j, '[');
	for (size_t t = 0; t < n; t++) json_put(j, texts[t]);
	json_close(j, ']');
	put_reading(j, "day_first", texts, n, false);
	put_reading(j, "month_first", texts, n, true);
	json_member(j, "chosen", typed ? (1u << c->as.reading & mdy ? STR("month") : STR("day")) : STR(""));
	json_close(j, '}');
}

/* --- numbers with two readings --------------------------------------------------------------------------------------------------- */

/* What was chosen to be text is looked at as though it had not been. */
static const struct proof *proof_of(struct look *k, const struct survey *v, const struct plan_column *c)
{
	const struct proof *given = &v->proofs.p[c->from];
	if (!given->fits || c->as.type != VALUE_TEXT) return given;
	struct proof *p = arena_new(k->a, struct proof);
	proof_init(p, k->a, NULL, false);
	for (size_t r = 0; r < k->rows.n; r++)
		if ((size_t)c->from < k->rows.p[r].n) proof_cell(p, k->a, &k->rows.p[r].cells[c->from], k->rows.p[r].number);
	return p;
}

/* Not asked where the rest of the file settles it, or the version published last, unless somebody chose. */
static bool asks_mark(struct look *k, const struct survey *v, const struct plan_column *c, const struct proof *proof, int *mark)
{
	bool number = c->as.type == VALUE_INT || c->as.type == VALUE_DOUBLE;
	struct evidence ev = plan_evidence(&k->load, v);
	if (c->as.list || !(number || c->as.type == VALUE_TEXT) || !proof_marks_open(proof, mark)) return false;
	if (v->proofs.p[c->from].fits) return true;
	return ev.point == ev.comma && !(proof->ranged && number) && !(proof->pledge && proof->pledge->decimal);
}

static void put_numbers(struct json_out *j, const char *key, const struct str *texts, size_t n, enum spell_bit reading)
{
	json_key(j, str_of(key));
	json_open(j, '[');
	for (size_t i = 0; i < n; i++) {
		int64_t whole;
		double real;
		if (!(SPELL_INTS & 1u << reading) && spell_real(texts[i], reading, &real)) json_put_real(j, real);
		else if (spell_int(texts[i], reading, &whole)) json_put_int(j, whole);
	}
	json_close(j, ']');
}

static void put_marks_of(struct look *k, struct json_out *j, const struct survey *v, const struct plan *p, size_t i)
{
	const struct plan_column *c = &p->columns[i];
	struct str texts[SAMPLES];
	size_t n = 0;
	int mark;
	if (c->from < 0) return;
	const struct proof *proof = proof_of(k, v, c);
	if (!asks_mark(k, v, c, proof, &mark)) return;
	enum spell_bit whole = mark == MARK_POINT ? SPELL_INT_POINT : SPELL_INT_COMMA;
	enum spell_bit real = mark == MARK_POINT ? SPELL_REAL : SPELL_REAL_COMMA;
	for (size_t r = 0; r < k->rows.n && n < SAMPLES; r++) {
		const struct process_row *row = &k->rows.p[r];
		struct str t = (size_t)c->from < row->n && row->cells[c->from].kind != CELL_NONE ? str_trim(row->cells[c->from].text) : STR("");
		uint32_t found = t.n ? spell_readings(t, SPELL_NUMBERS) : 0;
		if (found & 1u << whole && found & 1u << real && !(found & SPELL(INT))) texts[n++] = t;
	}
	if (n == 0) return;
	static const uint32_t thousands = SPELL(INT_POINT) | SPELL(INT_COMMA) | SPELL(REAL_TH_POINT) | SPELL(REAL_TH_COMMA);
	json_open(j, '{');
	json_member(j, "field", c->field->name);
	json_member(j, "label", c->field->label);
	json_member(j, "mark", mark == MARK_POINT ? STR(".") : STR(","));
	json_member(j, "type", str_of(value_kind(proof->marks.decimal[!mark] ? VALUE_DOUBLE : VALUE_INT)->word));
	json_key(j, STR("sample"));
	json_open(j, '[');
	for (size_t t = 0; t < n; t++) json_put(j, texts[t]);
	json_close(j, ']');
	put_numbers(j, "thousands", texts, n, whole);
	put_numbers(j, "decimals", texts, n, real);
	json_member(j, "chosen", c->as.type == VALUE_TEXT ? STR("") : 1u << c->as.reading & thousands ? STR("thousands") : STR("decimals"));
	json_close(j, '}');
}

/* Times that do not say in which zone they are: the first of them, and what it is in UTC. Those of Parquet have been turned. */
static void put_zone_of(struct look *k, struct json_out *j, const struct plan *p, size_t i)
{
	const struct plan_column *c = &p->columns[i];
	if (c->from < 0 || c->as.type != VALUE_DATETIME || c->as.list || k->part.load.source.format->flags & SOURCE_WHOLE) return;
	for (size_t r = 0; r < k->rows.n; r++) {
		const struct process_row *row = &k->rows.p[r];
		struct str t = (size_t)c->from < row->n && row->cells[c->from].kind != CELL_NONE ? str_trim(row->cells[c->from].text) : STR("");
		int64_t us;
		bool local;
		if (str_find_char(t, ':') < 0 || !spell_time(t, c->as.reading, &us, &local) || !local) continue;
		json_open(j, '{');
		json_member(j, "field", c->field->name);
		json_member(j, "label", c->field->label);
		json_member(j, "sample", t);
		json_member_int(j, "us", us);
		json_member(j, "chosen", c->field->timezone);
		json_close(j, '}');
		return;
	}
}

/* --- numbers and dates but for some cells ----------------------------------------------------------------------------------------- */

static struct cell cell_in(const struct process_row *row, int column)
{
	if ((size_t)column >= row->n || row->cells[column].kind == CELL_NONE) return (struct cell){ .kind = CELL_NONE };
	struct cell c = { str_trim(row->cells[column].text), row->cells[column].kind };
	if (c.text.n == 0 || spell_is_null_word(c.text) || (c.kind != CELL_FREE && c.kind != CELL_STRING && c.kind != CELL_NUMBER)) c.kind = CELL_NONE;
	return c;
}

static bool is_withheld(const struct process_row *row, int column)
{
	return (size_t)column < row->n && row->cells[column].kind != CELL_NONE && spell_is_withheld_word(str_trim(row->cells[column].text));
}

static void put_misfits(struct look *k, struct json_out *j, const struct mix *m, const struct mix_verdict *as, int column)
{
	struct str told[SAMPLES];
	size_t n = 0;
	json_key(j, STR("sample"));
	json_open(j, '[');
	for (size_t r = 0; r < k->rows.n && n < SAMPLES; r++) {
		struct cell c = cell_in(&k->rows.p[r], column);
		bool withheld = is_withheld(&k->rows.p[r], column);
		bool known = !withheld && (c.kind == CELL_NONE || mix_fits(m, as, &c));
		for (size_t i = 0; i < n; i++) known = known || str_eq(told[i], c.text);
		if (known) continue;
		told[n++] = c.text;
		json_put(j, text_cut(c.text, 60));
	}
	json_close(j, ']');
}

/* A column whose type is a question: most of its cells are numbers or dates, some are not. */
static void put_mixed_of(struct look *k, struct json_out *j, const struct plan *p, size_t i)
{
	const struct plan_column *c = &p->columns[i];
	struct mix m;
	enum value_type now = c->as.type;
	bool number = now == VALUE_INT || now == VALUE_DOUBLE;
	if (c->from < 0 || c->as.list || !(number || now == VALUE_TEXT || now == VALUE_DATE || now == VALUE_DATETIME)) return;
	int64_t withheld = 0;
	mix_begin(&m, 0, 0, SPELL_SIGN_NONE, 0);
	for (size_t r = 0; r < k->rows.n; r++) {
		withheld += is_withheld(&k->rows.p[r], c->from);
		struct cell one = cell_in(&k->rows.p[r], c->from);
		if (one.kind != CELL_NONE) mix_cell(&m, &one);
	}
	struct mix_verdict as = mix_verdict(&m);
	if (as.type == VALUE_TEXT || (as.fits == as.seen && !withheld) || as.fits * 2 < as.seen || as.seen + withheld < 3) return;
	json_open(j, '{');
	json_member(j, "field", c->field->name);
	json_member(j, "label", c->field->label);
	json_member(j, "type", str_of(value_kind(as.type)->word));
	json_member(j, "unit", spell_sign_unit(m.sign));
	json_member_int(j, "fit", as.fits);
	json_member_int(j, "misfit", as.seen - as.fits + withheld);
	put_misfits(k, j, &m, &as, c->from);
	json_member(j, "chosen", str_of(value_kind(now)->word));
	json_close(j, '}');
}

/* --- what was published as another type ------------------------------------------------------------------------------------------ */

static void put_drift_of(struct json_out *j, const struct survey *v, const struct plan *p, size_t i)
{
	const struct plan_column *c = &p->columns[i];
	const struct pledge *g = c->from >= 0 ? v->proofs.p[c->from].pledge : NULL;
	if (!g || (g->way != PLEDGE_MISFITS && g->way != PLEDGE_BROKEN)) return;
	json_open(j, '{');
	json_member(j, "field", c->field->name);
	json_member(j, "label", c->field->label);
	json_member(j, "published", str_of(value_kind(g->type)->word));
	json_member(j, "found", str_of(value_kind(g->now)->word));
	json_member_int(j, "values", g->seen);
	json_member_int(j, "misfit", g->misfits);
	json_member(j, "value", g->value);
	json_member_int(j, "row", row_number(g->row));
	json_member_bool(j, "refused", g->way == PLEDGE_BROKEN);
	json_close(j, '}');
}

/* --- the answer --------------------------------------------------------------------------------------------------------------------- */

/* What was found out, where nobody has said it. */
static void put_found(struct look *k, const struct ingest_extractor *x, const struct json_node *given, struct json_out *j)
{
	auto_buf found = BUF_INIT(64 * 1024);
	struct json_out f = JSON_OUT(&found);
	const struct json_node *doc, *value;
	struct err ignored = { 0 };
	struct str name;
	json_open(&f, '{');
	layer_used(&k->part.load.source, &f, k->part.headed);
	json_close(&f, '}');
	if (!json_read_in(k->a, buf_str(&found), &doc, &ignored)) return;
	for (size_t at = 0; json_each(doc, &at, &name, &value);) {
		const struct ingest_parameter *p = x ? x->parameters : NULL;
		while (p && p->name && !str_eq(name, str_of(p->name))) p++;
		if (json_get(given, arena_cstr(k->a, name)) || (p && !p->name)) continue;
		json_key(j, name);
		json_value(j);
		json_put_node(j->b, value);
	}
}

static void put_source(struct look *k, struct json_out *j)
{
	struct source *s = &k->part.load.source;
	const struct ingest_extractor *x = s->extractor ? s->extractor : extractor_of_format(s->format->name);
	json_key(j, STR("source"));
	json_open(j, '{');
	json_member(j, "name", k->job.parts[0].name);
	struct stat st;
	json_member_int(j, "bytes", fstat(k->job.parts[0].source, &st) == 0 ? st.st_size : 0);
	json_member(j, "type", str_of(x ? x->type : s->format->name));
	json_key(j, STR("params"));
	json_open(j, '{');
	const struct json_node *given = s->params ? json_root(s->params) : NULL;
	struct str name;
	const struct json_node *value;
	for (size_t at = 0; json_each(given, &at, &name, &value);) {
		json_key(j, name);
		json_value(j);
		json_put_node(j->b, value);
	}
	put_found(k, x, given, j);
	json_close(j, '}');
	json_close(j, '}');
}

static void begin_step(struct json_out *j, struct str uid, struct str label)
{
	json_open(j, '{');
	json_member(j, "uid", uid);
	json_member(j, "label", label);
}

static void put_faults(struct json_out *j, const struct process_faults *f)
{
	json_key(j, STR("faults"));
	json_open(j, '[');
	for (size_t i = 0; f && i < f->list.n; i++) {
		json_open(j, '{');
		json_member(j, "path", f->list.p[i].path);
		json_member(j, "message", f->list.p[i].message);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_nothing(struct json_out *j)
{
	static const char *const members[] = { "fields", "records", "errors" };
	for (size_t i = 0; i < COUNT_OF(members); i++) {
		json_key(j, str_of(members[i]));
		json_open(j, '[');
		json_close(j, ']');
	}
}

static void put_steps(struct look *k, struct json_out *j)
{
	struct load quiet = { .a = k->a };
	begin_step(j, STR(""), STR(""));
	look_step_put(k->steps[0], &quiet, j, NULL);
	put_faults(j, NULL);
	json_close(j, '}');
	for (size_t i = 0; i < json_count(k->processors); i++) {
		const struct json_node *one = json_at(k->processors, i);
		struct str label = json_text(json_get(one, "label"));
		begin_step(j, json_text(json_get(one, "uid")), label.n ? label : json_text(json_get(one, "type")));
		if (i < k->works) look_step_put(k->steps[i + 1], &quiet, j, NULL);
		else put_nothing(j);
		put_faults(j, i == k->works ? &k->faults : NULL);
		json_close(j, '}');
	}
}

struct outcome { struct survey survey; struct plan plan; struct look_step *step; bool made; struct process_faults faults; };

/* What is wrong with the fields as a whole is a fault of their step: the steps before are shown. */
static bool make_fields(struct look *k, struct outcome *o, struct err *e)
{
	struct ingest_result ignored = { 0 };
	struct err why = { 0 };
	o->step = look_step_new(k->a, k->shown);
	o->faults.arena = k->a;
	if (k->works < json_count(k->processors)) return true;
	o->made = begin_fields(k, &why) && survey_run(&k->load, &o->survey, &why) && plan_make(&k->load, &o->survey, &o->plan, &why);
	if (!o->made) {
		process_fault(&o->faults, STR("fields"), "%s", why.pub);
		return true;
	}
	/* A field that vanished, or whose values are of another type now, is shown as a fault beside the rows that there are. */
	if (!drift_check(&k->load, &o->survey, &o->plan, &ignored, &why)) process_fault(&o->faults, STR("resources"), "%s", why.pub);
	struct heading *h = arena_array(k->a, struct heading, o->plan.schema.n + 1);
	for (size_t i = 0; i < o->plan.schema.n; i++) h[i] = (struct heading){ .label = o->plan.schema.fields[i].label, .name = o->plan.schema.fields[i].name };
	look_step_names(o->step, h, o->plan.schema.n);
	return cast_rows(k, &o->plan, o->step, e);
}

static void put_fields(struct look *k, struct outcome *o, struct json_out *j)
{
	begin_step(j, STR("fields"), STR("fields"));
	if (o->made) {
		const char **types = arena_array(k->a, const char *, o->plan.schema.n + 1);
		for (size_t i = 0; i < o->plan.schema.n; i++) types[i] = value_kind(o->plan.schema.fields[i].type)->word;
		look_step_put(o->step, &k->load, j, types);
	} else {
		put_nothing(j);
	}
	put_faults(j, &o->faults);
	json_close(j, '}');
}

static void put_notes(struct look *k, struct json_out *j)
{
	struct load *l = &k->load;
	l->a = k->a;
	for (size_t i = 0; i < k->part.load.notes.n; i++) load_note(l, "%.*s", STR_ARG(k->part.load.notes.p[i]));
	line_notes(&k->line, l);
	json_key(j, STR("notes"));
	json_open(j, '[');
	for (size_t i = 0; i < l->notes.n; i++) json_put(j, l->notes.p[i]);
	json_close(j, ']');
}

static bool answer_preview(struct look *k, struct buf *answer, struct err *e)
{
	struct outcome o = { 0 };
	struct json_out j = JSON_OUT(answer);
	if (!make_fields(k, &o, e)) return false;
	json_open(&j, '{');
	put_source(k, &j);
	json_key(&j, STR("steps"));
	json_open(&j, '[');
	put_steps(k, &j);
	put_fields(k, &o, &j);
	json_close(&j, ']');
	json_key(&j, STR("dates"));
	json_open(&j, '[');
	for (size_t i = 0; o.made && i < o.plan.schema.n; i++) put_dates_of(k, &j, &o.survey, &o.plan, i);
	json_close(&j, ']');
	json_key(&j, STR("marks"));
	json_open(&j, '[');
	for (size_t i = 0; o.made && i < o.plan.schema.n; i++) put_marks_of(k, &j, &o.survey, &o.plan, i);
	json_close(&j, ']');
	json_key(&j, STR("mixed"));
	json_open(&j, '[');
	for (size_t i = 0; o.made && i < o.plan.schema.n; i++) put_mixed_of(k, &j, &o.plan, i);
	json_close(&j, ']');
	json_key(&j, STR("drift"));
	json_open(&j, '[');
	for (size_t i = 0; o.made && i < o.plan.schema.n; i++) put_drift_of(&j, &o.survey, &o.plan, i);
	json_close(&j, ']');
	json_key(&j, STR("zones"));
	json_open(&j, '[');
	for (size_t i = 0; o.made && i < o.plan.schema.n; i++) put_zone_of(k, &j, &o.plan, i);
	json_close(&j, ']');
	put_notes(k, &j);
	json_member_int(&j, "rows", k->seen);
	json_member_bool(&j, "whole", k->whole);
	json_close(&j, '}');
	return !answer->over || err_set(e, ERR_TOO_LARGE, "the preview is too large");
}

static bool preview(struct look *k, struct str lack, struct buf *answer, struct err *e)
{
	if (!try_processors(k, lack, e)) return false;
	k->steps = arena_array(k->a, struct look_step *, k->works + 2);
	for (size_t i = 0; i <= k->works; i++) k->steps[i] = look_step_new(k->a, k->shown);
	struct line_sink sink = { .arg = k, .row = keep_row, .fault = keep_error, .watch = watch_step };
	bool ok = line_open(&k->line, k->a, &k->job, &sink, e) && part_begin(&k->part, k->a, &k->job, 0, LOOK_ROWS, e) && run(k, e) &&
	          answer_preview(k, answer, e);
	line_close(&k->line);
	part_end(&k->part);
	return ok;
}

/* --- questions -------------------------------------------------------------------------------------------------------------------------- */

struct collecting { struct arena *a; struct supply_out out; struct map seen; };

static bool no_row(void *arg, const struct process_row *row, bool *enough, struct err *e)
{
	(void)arg, (void)row, (void)enough, (void)e;
	return true;
}

static bool no_fault(void *arg, struct str processor, int64_t row, struct str field, struct str value, const char *message, struct err *e)
{
	(void)arg, (void)processor, (void)row, (void)field, (void)value, (void)message, (void)e;
	return true;
}

static bool put_question(void *arg, size_t need, struct str question, struct err *e)
{
	struct collecting *c = arg;
	(void)need;
	if (map_get_or_null(&c->seen, question)) return true;
	struct str kept = arena_str(c->a, question);
	struct cell cell = { kept, CELL_STRING };
	map_put(c->a, &c->seen, kept, c);
	return supply_row(&c->out, &(struct process_row){ &cell, 1, (int64_t)c->seen.n }, e);
}

static bool collect_part(struct look *k, size_t i, struct err *e)
{
	bool enough = false;
	struct row r = { .more = true };
	bool ok = part_begin(&k->part, k->a, &k->job, i, 0, e) && line_part(&k->line, &k->part, i, e);
	while (ok) {
		ok = part_next(&k->part, &r, e);
		if (!ok || !r.more) break;
		ok = line_row(&k->line, &k->part, i, &r, &enough, e);
	}
	part_end(&k->part);
	return ok;
}

static bool collect(struct look *k, int fd, struct err *e)
{
	struct collecting c = { .a = k->a };
	struct line_sink sink = { .arg = &c, .row = no_row, .fault = no_fault, .ask = put_question };
	supply_begin(&c.out, fd);
	bool ok = line_open(&k->line, k->a, &k->job, &sink, e) && supply_name(&c.out, STR("question"), STR(""), e);
	for (size_t i = 0; ok && i < k->job.nparts; i++) ok = collect_part(k, i, e);
	ok = ok && supply_end(&c.out, e);
	supply_done(&c.out);
	line_close(&k->line);
	return ok;
}

/* --- the child --------------------------------------------------------------------------------------------------------------------------- */

static bool shut(struct arena *a, const struct ingest_job *job, size_t more, struct str folder, struct err *e)
{
	size_t n = job->nparts + job->nsupplies + more;
	int *fds = arena_array(a, int, n + 1);
	for (size_t i = 0; i < n; i++) fds[i] = CHILD_FD + (int)i;
	const char *folders[] = { arena_cstr(a, folder) };
	struct child_cage cage = { .memory_mb = MEMORY_MB, .cpu_s = more ? 3600 : CPU_S, .file_mb = FILE_MB, .read_fds = fds, .nread_fds = n,
		.folders = folders, .nfolders = 1, .readable = gdal_read_folders, .nreadable = GDAL_READ_FOLDERS };
	unsigned parts;
	return child_cage(&cage, &parts, e);
}

bool look_work(struct arena *a, const struct json_node *settings, struct buf *answer, struct err *e)
{
	struct look k = { .a = a, .shown = (size_t)json_int(json_get(settings, "rows"), 20) };
	struct str folder = arena_str(a, json_text(json_get(settings, "folder")));
	struct str lack = arena_str(a, json_text(json_get(settings, "lack")));
	bool collecting = str_eq(json_text(json_get(settings, "look")), STR("collect"));
	auto_buf job = BUF_INIT(32 << 20);
	json_put_node(&job, json_get(settings, "job"));
	if (!settings_read(a, buf_str(&job), &k.job, e)) return false;
	k.job.version_path = arena_printf(a, "%.*s/look", STR_ARG(folder));
	k.job.rejects_path = STR("");
	if (!shut(a, &k.job, collecting, folder, e)) return false;
	if (!collecting) return preview(&k, lack, answer, e);
	buf_lit(answer, "{}");
	return collect(&k, CHILD_FD + (int)(k.job.nparts + k.job.nsupplies), e);
}

/* --- the parent ------------------------------------------------------------------------------------------------------------------------------ */

struct looking { const char *what; int rows; struct str lack; int more; };

static bool ask(const struct ingest_job *job, const struct looking *w, struct arena *a, struct str *answer, struct err *e)
{
	auto_buf settings = BUF_INIT(16 << 20);
	struct json_out j = JSON_OUT(&settings);
	struct str folder;
	if (!ask_folder(a, &folder, e)) return false;
	json_open(&j, '{');
	json_member(&j, "look", str_of(w->what));
	json_member_int(&j, "rows", w->rows);
	json_member(&j, "lack", w->lack);
	json_member(&j, "folder", folder);
	json_key(&j, STR("job"));
	json_value(&j);
	settings_put(&settings, job);
	json_close(&j, '}');
	int *fds = arena_array(a, int, job->nparts + job->nsupplies + 1);
	size_t n = 0;
	for (size_t i = 0; i < job->nparts; i++) fds[n++] = job->parts[i].source;
	for (size_t i = 0; i < job->nsupplies; i++) fds[n++] = job->supplies[i];
	if (w->more >= 0) fds[n++] = w->more;
	struct ask k = { .program = job->program, .fds = fds, .nfds = n, .settings = buf_str(&settings), .timeout_ms = w->more >= 0 ? 0 : PATIENCE_MS,
		.cancel = job->cancel };
	bool ok = settings.over ? err_set(e, ERR_TOO_LARGE, "the configuration is too large") : ask_child(&k, a, answer, e);
	ask_folder_done(a, folder);
	return ok;
}

bool ingest_preview(const struct ingest_job *job, int rows, struct arena *a, struct str *json, struct err *e)
{
	return ask(job, &(struct looking){ "preview", rows, job->lack, -1 }, a, json, e);
}

bool ingest_collect(const struct ingest_job *job, size_t need, int *questions, struct arena *a, struct err *e)
{
	struct ingest_job asking = *job;
	struct str ignored;
	asking.collect = (int)need + 1;
	return ask(&asking, &(struct looking){ "collect", 0, STR(""), *questions }, a, &ignored, e);
}
