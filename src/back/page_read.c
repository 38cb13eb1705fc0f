/* The editor's form as a document. Fields are named by their place, "s2.b1.dataset"; buttons that add, move or remove write the
 * same fields in another order, so that nothing that was typed is lost and no script is needed. */
#include "back/page.h"

enum { NEW = -1, MOST = PAGE_SECTIONS + 1, CONDITIONS = 20 };

/* Which section and block of the form comes where. */
struct place { int section, block; const char *type; }; /* of the form; NEW with a type */
struct row { int from; int n; struct place blocks[PAGE_BLOCKS + 1]; };
struct plan { struct row rows[MOST + 1]; int n; };

struct reading { const struct visit *v; const struct visitor_form *f; struct json_out *out; };

static struct str get(const struct reading *r, struct str name) { return visitor_field(r->f, name); }
static struct str named(const struct reading *r, const char *fmt, ...) printf_like(2, 3);
static struct str named(const struct reading *r, const char *fmt, ...)
{
	auto_buf b = BUF_INIT(400);
	va_list ap;
	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	return get(r, buf_str(&b));
}

/* Texts come with the line ends of forms. */
static void put_text(struct reading *r, struct str s)
{
	auto_buf b = BUF_INIT(2 * PAGE_DOC_BYTES);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '\r')
			buf_put_char(&b, s.p[i]);
	json_put(r->out, buf_str(&b));
}

static bool has_texts(struct reading *r, struct str lead)
{
	const struct tenant *t = r->v->at.tenant;
	for (size_t i = 0; i < t->nlanguages; i++)
		if (str_trim(named(r, "%.*s.%.*s", STR_ARG(lead), STR_ARG(t->languages[i]))).n)
			return true;
	return false;
}

static void put_texts(struct reading *r, struct str key, struct str lead)
{
	const struct tenant *t = r->v->at.tenant;
	json_key(r->out, key);
	json_open(r->out, '{');
	for (size_t i = 0; i < t->nlanguages; i++) {
		struct str s = named(r, "%.*s.%.*s", STR_ARG(lead), STR_ARG(t->languages[i]));
		if (!str_trim(s).n)
			continue;
		json_key(r->out, t->languages[i]);
		put_text(r, s);
	}
	json_close(r->out, '}');
}

static int number(struct str s, int most)
{
	int64_t n;
	return str_to_int(s, &n) && n >= 0 && n <= most ? (int)n : 0;
}

/* --- blocks ------------------------------------------------------------------------------------------------------- */

static void put_values(struct reading *r, struct str s)
{
	struct str part;
	json_key(r->out, STR("value"));
	json_open(r->out, '[');
	while (s.n && str_cut(&s, '|', &part))
		if (str_trim(part).n)
			json_put(r->out, str_trim(part));
	json_close(r->out, ']');
}

static void put_conditions(struct reading *r, const char *name, struct str lead)
{
	json_key(r->out, str_of(name));
	json_open(r->out, '[');
	for (int i = 0; i < CONDITIONS; i++) {
		struct str field = named(r, "%.*s.%d.field", STR_ARG(lead), i), is = named(r, "%.*s.%d.is", STR_ARG(lead), i);
		if (!str_trim(field).n)
			continue;
		json_open(r->out, '{');
		json_member(r->out, "field", str_trim(field));
		json_member(r->out, "is", is.n ? is : STR("eq"));
		put_values(r, named(r, "%.*s.%d.value", STR_ARG(lead), i));
		if (str_eq(named(r, "%.*s.%d.join", STR_ARG(lead), i), STR("or")))
			json_member_bool(r->out, "or", true);
		json_close(r->out, '}');
	}
	json_close(r->out, ']');
}

static void put_field(struct reading *r, const struct page_field *f, int s, int b)
{
	struct str lead = arena_printf(r->v->arena, "s%d.b%d.%s", s, b, f->name), value = str_trim(get(r, lead));
	int64_t n;
	if (f->kind == PAGE_F_TEXTS || f->kind == PAGE_F_MARKDOWN) {
		put_texts(r, str_of(f->name), lead);
	} else if (f->kind == PAGE_F_CONDITIONS) {
		put_conditions(r, f->name, lead);
	} else if (f->kind == PAGE_F_SWITCH) {
		json_key(r->out, str_of(f->name));
		json_put_bool(r->out, visitor_field_on(r->f, lead));
	} else if (value.n) {
		json_key(r->out, str_of(f->name));
		/* What is no number is kept as it was typed, for the message beside it. */
		if (f->kind == PAGE_F_NUMBER && str_to_int(value, &n))
			json_put_int(r->out, n);
		else
			json_put(r->out, value);
	}
}

static void put_block(struct reading *r, const struct place *p)
{
	struct str word = p->type ? str_of(p->type) : named(r, "s%d.b%d.type", p->section, p->block);
	const struct page_block *block = page_block_or_null(word);
	json_open(r->out, '{');
	json_member(r->out, "type", block ? str_of(block->word) : STR("text"));
	for (const struct page_field *f = block ? block->fields : NULL; f && f->name && p->section != NEW; f++)
		put_field(r, f, p->section, p->block);
	json_close(r->out, '}');
}

static void put_row(struct reading *r, const struct row *row)
{
	json_open(r->out, '{');
	if (row->from != NEW) {
		struct str ground = named(r, "s%d.ground", row->from);
		put_texts(r, STR("title"), arena_printf(r->v->arena, "s%d.title", row->from));
		if (ground.n)
			json_member(r->out, "ground", ground);
	}
	json_key(r->out, STR("blocks"));
	json_open(r->out, '[');
	for (int i = 0; i < row->n; i++)
		put_block(r, &row->blocks[i]);
	json_close(r->out, ']');
	json_close(r->out, '}');
}

/* --- what the button asks for ------------------------------------------------------------------------------------------ */

static void read_plan(struct reading *r, struct plan *p)
{
	p->n = number(get(r, STR("sections")), PAGE_SECTIONS);
	for (int s = 0; s < p->n; s++) {
		p->rows[s].from = s;
		p->rows[s].n = number(named(r, "s%d.blocks", s), PAGE_BLOCKS);
		for (int b = 0; b < p->rows[s].n; b++)
			p->rows[s].blocks[b] = (struct place){ s, b, NULL };
	}
}

static void drop_row(struct plan *p, int s)
{
	memmove(&p->rows[s], &p->rows[s + 1], (size_t)(p->n - s - 1) * sizeof p->rows[0]);
	p->n--;
}

static struct place take_block(struct plan *p, int s, int b)
{
	struct row *row = &p->rows[s];
	struct place taken = row->blocks[b];
	memmove(&row->blocks[b], &row->blocks[b + 1], (size_t)(row->n - b - 1) * sizeof row->blocks[0]);
	row->n--;
	return taken;
}

static void put_in(struct row *row, int at, struct place block)
{
	memmove(&row->blocks[at + 1], &row->blocks[at], (size_t)(row->n - at) * sizeof row->blocks[0]);
	row->blocks[at] = block;
	row->n++;
}

/* A block to a place, which counts as the form showed it; a section that lost its last block goes. */
static void move_block(struct plan *p, int s, int b, int to_s, int to_b)
{
	if (s < 0 || s >= p->n || b < 0 || b >= p->rows[s].n || to_s < 0 || to_s >= p->n || (to_s != s && p->rows[to_s].n >= PAGE_BLOCKS))
		return;
	struct place block = take_block(p, s, b);
	put_in(&p->rows[to_s], num_min(num_max(to_b, 0), p->rows[to_s].n), block);
	if (!p->rows[s].n)
		drop_row(p, s);
}

static void swap_rows(struct plan *p, int a, int b)
{
	if (a < 0 || b < 0 || a >= p->n || b >= p->n)
		return;
	struct row kept = p->rows[a];
	p->rows[a] = p->rows[b];
	p->rows[b] = kept;
}

static const char *block_word(struct str s)
{
	const struct page_block *b = page_block_or_null(s);
	return b ? b->word : "text";
}

static void obey(struct reading *r, struct plan *p)
{
	struct str rest = get(r, STR("do")), what, part;
	int at[4] = { 0 };
	if (!rest.n || !str_cut(&rest, ':', &what))
		return;
	for (size_t i = 0; i < COUNT_OF(at) && str_cut(&rest, ':', &part); i++)
		at[i] = number(part, PAGE_SECTIONS);
	int s = at[0], b = at[1];
	bool there = s < p->n;
	if (str_eq(what, STR("add-section")) && p->n < PAGE_SECTIONS)
		p->rows[p->n++] = (struct row){ NEW, 1, { { NEW, 0, block_word(get(r, STR("add"))) } } };
	else if (str_eq(what, STR("add-block")) && there && p->rows[s].n < PAGE_BLOCKS)
		put_in(&p->rows[s], p->rows[s].n, (struct place){ NEW, 0, block_word(named(r, "s%d.add", s)) });
	else if (str_eq(what, STR("up")))
		swap_rows(p, s - 1, s);
	else if (str_eq(what, STR("down")))
		swap_rows(p, s, s + 1);
	else if (str_eq(what, STR("remove")) && there)
		drop_row(p, s);
	else if (str_eq(what, STR("move")))
		move_block(p, s, b, at[2], at[3]);
	else if (str_eq(what, STR("before")))
		move_block(p, s, b, b ? s : s - 1, b ? b - 1 : PAGE_BLOCKS);
	else if (str_eq(what, STR("after")) && there)
		move_block(p, s, b, b + 1 < p->rows[s].n ? s : s + 1, b + 1 < p->rows[s].n ? b + 1 : 0);
	else if (str_eq(what, STR("remove-block")) && there && b < p->rows[s].n) {
		struct place gone = take_block(p, s, b);
		(void)gone;
		if (!p->rows[s].n)
			drop_row(p, s);
	}
}

/* --- the whole -------------------------------------------------------------------------------------------------------------- */

static void put_tags(struct reading *r)
{
	struct str rest = get(r, STR("tags")), part;
	json_key(r->out, STR("tags"));
	json_open(r->out, '[');
	while (rest.n && str_cut(&rest, ',', &part))
		if (str_trim(part).n)
			json_put(r->out, str_trim(part));
	json_close(r->out, ']');
}

struct str page_form_doc(const struct visit *v, const struct page *p, const struct visitor_form *f)
{
	auto_buf b = BUF_INIT(2 * PAGE_DOC_BYTES);
	struct json_out out = JSON_OUT(&b);
	struct reading r = { v, f, &out };
	struct str image = str_trim(get(&r, STR("image"))), template = json_text(json_get(p->root, "template"));
	json_open(&out, '{');
	json_member(&out, "kind", p->kind == PAGE_GRID ? STR("grid") : STR("text"));
	if (template.n)
		json_member(&out, "template", template);
	put_texts(&r, STR("title"), STR("title"));
	put_texts(&r, STR("description"), STR("description"));
	put_tags(&r);
	if (image.n)
		json_member(&out, "image", image);
	if (has_texts(&r, STR("css")))
		put_texts(&r, STR("css"), STR("css"));
	if (p->kind == PAGE_TEXT) {
		json_member(&out, "format", str_eq(get(&r, STR("format")), STR("html")) ? STR("html") : STR("markdown"));
		put_texts(&r, STR("content"), STR("content"));
	} else {
		struct plan *plan = arena_new(v->arena, struct plan);
		read_plan(&r, plan);
		obey(&r, plan);
		json_key(&out, STR("sections"));
		json_open(&out, '[');
		for (int i = 0; i < plan->n; i++)
			put_row(&r, &plan->rows[i]);
		json_close(&out, ']');
	}
	json_close(&out, '}');
	return arena_str(v->arena, buf_str(&b));
}
