/* The looks in force: counted snapshots, made when a portal is first asked for and after each change. */
#include "clock/clock.h"
#include "look/inside.h"
#include "store/store.h"
#include <stdlib.h>

enum { HOUSE_ACCENT = 0x1f5a7a };

const struct store_query look_queries[] = {
#define Q(name, text) [LOOK_Q_##name] = { #name, text },
#define HOUSE(name, text)
#include "look/queries.def"
#undef Q
#undef HOUSE
};

/* --- making ------------------------------------------------------------------------------------------------- */

static struct look_box *box_new(void)
{
	struct look_box *b = calloc(1, sizeof *b);
	ensure(b != NULL);
	b->held = 1;
	b->look.theme = look_theme_plain();
	return b;
}

static void box_free(struct look_box *b)
{
	if (!b)
		return;
	arena_done(&b->arena);
	free(b);
}

static void let_go(struct look_box *b)
{
	ensure(b->held > 0);
	if (--b->held == 0)
		box_free(b);
}

static uint32_t accent_of(const struct tenant *t)
{
	uint32_t accent = HOUSE_ACCENT;
	return look_colour_parse(tenant_setting(t, "theme.accent"), &accent) ? accent : HOUSE_ACCENT;
}

static const struct look_file *find_file(const struct look_file *files, size_t n, struct str name)
{
	for (size_t i = 0; i < n && name.n; i++)
		if (str_eq(files[i].name, name))
			return &files[i];
	return NULL;
}

static struct str file_url(struct look_box *b, const struct look_file *f)
{
	return f ? arena_printf(&b->arena, LOOK_FILES_PATH "%.*s?v=%.*s", STR_ARG(f->name), STR_ARG(str_sub(f->hash, 0, 12))) : STR("");
}

static struct str cleaned(struct look_box *b, struct str html)
{
	if (!str_trim(html).n)
		return STR("");
	auto_buf out = BUF_INIT(8 * LOOK_HTML_BYTES);
	look_clean_html(&out, html, NULL);
	return arena_str(&b->arena, out.over ? STR("") : buf_str(&out));
}

/* Everything that follows from theme and site. */
static void finish(struct look_box *b, uint32_t accent, const struct look_file *files, size_t n)
{
	struct look *l = &b->look;
	b->accent = accent;
	for (int s = 0; s < LOOK_SCHEMES; s++)
		look_colours(&l->theme, (enum look_scheme)s, accent, &l->palette[s]);
	l->header = cleaned(b, l->theme.header);
	l->footer = cleaned(b, l->theme.footer);
	l->card = cleaned(b, l->theme.card);
	const struct look_file *logo = find_file(files, n, l->site.logo);
	l->logo_url = file_url(b, logo);
	l->logo_width = logo ? logo->width : 0;
	l->logo_height = logo ? logo->height : 0;
	l->login_logo_url = file_url(b, find_file(files, n, l->site.login_logo));
	l->favicon_url = file_url(b, find_file(files, n, l->site.favicon));
	look_make_sheet(b, files, n);
}

/* A theme of the store; found stays false when there is none. */
static bool read_theme(struct store_tx *x, struct tenant_id t, int64_t version, struct look_box *b, bool *found, struct err *e)
{
	struct store_rows *r;
	if (!store_ask(x, &look_queries[LOOK_Q_theme_get], t, STORE_PARAMS(VALUE_OF_INT(version)), &r, e))
		return false;
	enum store_step step = store_step(r, e);
	bool ok = step != STORE_FAILED;
	if (step == STORE_ROW) {
		auto_json *doc = NULL;
		*found = true;
		ok = json_read(store_text(r, 3), &doc, e) && look_read_theme(json_root(doc), true, &b->arena, &b->look.theme, e);
	}
	store_stop(r);
	return ok;
}

static bool read_site(struct store_tx *x, struct tenant_id t, struct look_box *b, int64_t *live, struct err *e)
{
	struct store_rows *r;
	if (!store_ask(x, &look_queries[LOOK_Q_site_get], t, STORE_NONE, &r, e))
		return false;
	enum store_step step = store_step(r, e);
	bool ok = step != STORE_FAILED;
	if (step == STORE_ROW) {
		auto_json *doc = NULL;
		*live = store_int(r, 0);
		ok = json_read(store_text(r, 1), &doc, e) && look_read_site(json_root(doc), true, &b->arena, &b->look.site, e);
	}
	store_stop(r);
	return ok;
}

/* What a version wants: LOOK_DRAFT, a number, or 0 for what is live. */
static bool read_in(struct store_tx *x, const struct tenant *t, int64_t version, struct look_box *b, struct err *e)
{
	int64_t live = 0;
	bool found = false;
	bool ok = read_site(x, t->id, b, &live, e);
	int64_t wanted = version ? version : live;
	b->look.draft = version == LOOK_DRAFT;
	b->look.version = wanted == LOOK_DRAFT ? live : wanted;
	if (ok && version == LOOK_DRAFT)
		ok = read_theme(x, t->id, 0, b, &found, e);
	/* A draft that was never begun is a copy of what is live. */
	if (ok && !found && b->look.version > 0)
		ok = read_theme(x, t->id, b->look.version, b, &found, e);
	if (ok && !found && version > 0)
		ok = err_set(e, ERR_NOT_FOUND, "the look has no version %lld", (long long)version);
	return ok;
}

static bool read_all(struct looks *ls, const struct tenant *t, int64_t version, struct look_box *b, struct err *e)
{
	struct store_tx *x;
	struct err ignored = { 0 };
	if (!store_begin(ls->store, STORE_READ, &x, e))
		return false;
	bool ok = read_in(x, t, version, b, e);
	return store_end(x, STORE_ROLLBACK, ok ? e : &ignored) && ok;
}

/* Read and written in one transaction: what somebody saves meanwhile on a page is not undone. */
bool look_push_css(struct looks *ls, const struct tenant *t, struct str css, struct err *e)
{
	struct store_tx *x;
	struct err ignored = { 0 };
	if (!look_check_css(css, e) || !store_begin(ls->store, STORE_WRITE, &x, e))
		return false;
	struct look_box *b = box_new();
	bool ok = read_in(x, t, LOOK_DRAFT, b, e);
	b->look.theme.css = css;
	ok = ok && look_put_draft(x, t->id, &b->look.theme, e) &&
	     store_run(x, &look_queries[LOOK_Q_key_pushed], t->id, STORE_PARAMS(VALUE_OF_INT(clock_now().us)), e);
	box_free(b);
	return store_end(x, ok ? STORE_COMMIT : STORE_ROLLBACK, ok ? e : &ignored) && ok;
}

static bool make(struct looks *ls, const struct tenant *t, int64_t version, const struct look_theme *instead_or_null, struct look_box **out, struct err *e)
{
	struct look_box *b = box_new();
	auto_arena scratch = ARENA_INIT;
	struct look_file *files;
	size_t n;
	b->look.tenant = t->id;
	if (!read_all(ls, t, version, b, e) || !look_files(ls, t->id, &scratch, &files, &n, e)) {
		box_free(b);
		return false;
	}
	if (instead_or_null)
		b->look.theme = *instead_or_null;
	finish(b, accent_of(t), files, n);
	*out = b;
	return true;
}

/* --- holding -------------------------------------------------------------------------------------------------- */

/* With the lock. */
static struct look_box **place_of(struct looks *ls, struct tenant_id t)
{
	struct look_box **empty = NULL;
	for (size_t i = 0; i < ls->nboxes; i++) {
		if (ls->boxes[i] && ls->boxes[i]->look.tenant.v == t.v)
			return &ls->boxes[i];
		if (!ls->boxes[i])
			empty = &ls->boxes[i];
	}
	if (empty)
		return empty;
	if (ls->nboxes == ls->room) {
		ls->room = ls->room ? 2 * ls->room : 16;
		struct look_box **more = realloc(ls->boxes, ls->room * sizeof(struct look_box *));
		ensure(more != NULL);
		ls->boxes = more;
	}
	ls->boxes[ls->nboxes] = NULL;
	return &ls->boxes[ls->nboxes++];
}

void looks_log(struct looks *ls, struct log *l_or_null)
{
	ls->log = l_or_null;
}

const struct look *look_hold(struct looks *ls, const struct tenant *t)
{
	uint32_t accent = accent_of(t);
	lock_take(&ls->lock);
	struct look_box *b = *place_of(ls, t->id);
	if (b && b->accent == accent) {
		b->held++;
		lock_give(&ls->lock);
		return &b->look;
	}
	uint64_t changes = ls->changes;
	lock_give(&ls->lock);
	struct err e = { 0 };
	struct look_box *made = NULL;
	bool ok = make(ls, t, 0, NULL, &made, &e);
	if (!ok && ls->log)
		log_failure(ls->log, LOG_LEVEL_ERROR, "look", &e);
	lock_take(&ls->lock);
	if (!ok) {
		made = ls->house;
		made->held++;
	} else if (changes == ls->changes) {
		struct look_box **p = place_of(ls, t->id);
		if (*p)
			let_go(*p);
		*p = made;
		made->held++;
	}
	lock_give(&ls->lock);
	return &made->look;
}

bool look_hold_version(struct looks *ls, const struct tenant *t, int64_t version, const struct look **out, struct err *e)
{
	struct look_box *b;
	if (!make(ls, t, version, NULL, &b, e))
		return false;
	*out = &b->look;
	return true;
}

bool look_hold_theme(struct looks *ls, const struct tenant *t, const struct look_theme *theme, const struct look **out, struct err *e)
{
	struct look_box *b;
	if (!make(ls, t, LOOK_DRAFT, theme, &b, e))
		return false;
	*out = &b->look;
	return true;
}

void look_release(struct looks *ls, const struct look *l)
{
	if (!l)
		return;
	/* The look is the first member of its box, and was made writable. */
	struct look_box *b = (struct look_box *)(uintptr_t)l;
	lock_take(&ls->lock);
	let_go(b);
	lock_give(&ls->lock);
}

const struct look *look_house(const struct looks *ls) { return &ls->house->look; }

void look_forget(struct looks *ls, struct tenant_id t)
{
	lock_take(&ls->lock);
	struct look_box **p = place_of(ls, t);
	if (*p) {
		let_go(*p);
		*p = NULL;
	}
	ls->changes++;
	lock_give(&ls->lock);
	tenants_bump(ls->tenants, t);
	if (ls->changed)
		ls->changed(ls->changed_arg, t);
}

void looks_on_change(struct looks *ls, void (*changed)(void *arg, struct tenant_id t), void *arg)
{
	ls->changed = changed;
	ls->changed_arg = arg;
}

/* --- opening ---------------------------------------------------------------------------------------------------- */

bool looks_open(struct store *s, struct tenants *ts, struct str folder, struct looks **out, struct err *e)
{
	(void)e;
	struct looks *ls = calloc(1, sizeof *ls);
	ensure(ls != NULL);
	lock_init(&ls->lock, LOCK_LOOK);
	ls->store = s;
	ls->tenants = ts;
	ls->folder = arena_str(&ls->arena, folder);
	ls->house = box_new();
	finish(ls->house, HOUSE_ACCENT, NULL, 0);
	*out = ls;
	return true;
}

void looks_close(struct looks *ls)
{
	if (!ls)
		return;
	for (size_t i = 0; i < ls->nboxes; i++)
		if (ls->boxes[i])
			let_go(ls->boxes[i]);
	free(ls->boxes);
	box_free(ls->house);
	lock_done(&ls->lock);
	arena_done(&ls->arena);
	free(ls);
}
