/* stoa page list, show, put, publish, remove: content pages as files. */
#include "cli/inside.h"
#include "io/io.h"
#include "page/page.h"

static bool hold(struct cli *c, const struct tenant **t, const struct page_view **view, struct err *e)
{
	if (!cli_portal(c, t, e)) return false;
	if (pages_read(c->site->pages, (*t)->id, view, e)) return true;
	tenant_release(c->site->tenants, *t);
	return false;
}

static void let_go(struct cli *c, const struct tenant *t, const struct page_view *view)
{
	pages_release(c->site->pages, view);
	tenant_release(c->site->tenants, t);
}

static bool find(struct cli *c, const struct page_view *view, const struct page **out, struct err *e)
{
	*out = page_find_or_null(view, c->operands[0]);
	return *out || err_set(e, ERR_NOT_FOUND, "there is no page \"%.*s\"; stoa page list names all", STR_ARG(c->operands[0]));
}

static bool list(struct cli *c, struct err *e)
{
	const struct tenant *t;
	const struct page_view *view;
	if (!hold(c, &t, &view, e)) return false;
	for (size_t i = 0; i < view->n; i++) {
		const struct page *p = &view->pages[i];
		struct str title = page_heading(p, t->languages[0], t->languages[0]);
		cli_say(c, "%.*s\t%s\t%s\t%s\t%.*s", STR_ARG(p->slug), p->kind == PAGE_GRID ? "grid" : "text",
		        p->archived ? "archived" : !p->published ? "unpublished" : p->published == p->revision ? "published" : "draft",
		        p->open ? "public" : "private", STR_ARG(title));
	}
	let_go(c, t, view);
	return true;
}

static bool show(struct cli *c, struct err *e)
{
	const struct tenant *t;
	const struct page_view *view;
	const struct page *p;
	if (!hold(c, &t, &view, e)) return false;
	bool ok = find(c, view, &p, e);
	if (ok) {
		buf_put(&c->text, p->doc);
		cli_say(c, "%s", "");
	}
	let_go(c, t, view);
	return ok;
}

/* False with how many faults there are; all of them are written. */
static bool check(struct cli *c, struct str doc, bool finished, struct err *e)
{
	struct page_faults faults = { .n = 0 };
	if (!page_check(doc, finished, &faults, &c->arena, e)) return false;
	for (size_t i = 0; i < faults.n; i++) cli_note(c, "%.*s", STR_ARG(page_fault_text(&faults.items[i], &c->arena)));
	return !faults.n || err_set(e, ERR_INVALID, "the page cannot be kept: %zu %s to correct, listed above", faults.n, faults.n == 1 ? "thing" : "things");
}

/* The file's name without its folders and ending. */
static struct str slug_of(struct str path)
{
	ptrdiff_t slash = str_rfind_char(path, '/');
	struct str name = slash < 0 ? path : str_from(path, (size_t)slash + 1);
	ptrdiff_t dot = str_find_char(name, '.');
	return dot < 0 ? name : str_sub(name, 0, (size_t)dot);
}

static bool put(struct cli *c, struct err *e)
{
	const struct tenant *t;
	const struct page_view *view;
	struct str slug = cli_value(c, "slug");
	struct page_put p = { .slug = slug.n ? slug : slug_of(c->operands[0]), .open = cli_has(c, "public") };
	bool publish = cli_has(c, "publish");
	int64_t id, revision;
	if (!io_read(&c->arena, cli_path(c, c->operands[0]).p, PAGE_DOC_BYTES, &p.doc, e) || !check(c, p.doc, publish, e) || !hold(c, &t, &view, e)) return false;
	const struct page *there = page_find_or_null(view, p.slug);
	if (there) {
		p.id = there->id;
		p.base = there->revision;
	}
	bool ok = page_put(c->site->pages, t->id, &p, &id, &revision, e) &&
	          (!there || !p.open || there->open || page_access(c->site->pages, t->id, id, true, there->rights, there->nrights, e)) &&
	          (!publish || page_publish(c->site->pages, t->id, id, true, e));
	if (ok) cli_say(c, "%.*s: revision %lld%s", STR_ARG(p.slug), (long long)revision, publish ? ", published" : "");
	let_go(c, t, view);
	return ok;
}

static bool publish(struct cli *c, struct err *e)
{
	const struct tenant *t;
	const struct page_view *view;
	const struct page *p;
	bool off = cli_has(c, "off");
	if (!hold(c, &t, &view, e)) return false;
	bool ok = find(c, view, &p, e) && (off || check(c, p->doc, true, e)) && page_publish(c->site->pages, t->id, p->id, !off, e) &&
	          (!cli_has(c, "public") || page_access(c->site->pages, t->id, p->id, true, p->rights, p->nrights, e));
	if (ok) cli_say(c, off ? "%.*s is taken back." : "%.*s is published.", STR_ARG(c->operands[0]));
	let_go(c, t, view);
	return ok;
}

static bool drop(struct cli *c, struct err *e)
{
	const struct tenant *t;
	const struct page_view *view;
	const struct page *p;
	if (!hold(c, &t, &view, e)) return false;
	bool ok = find(c, view, &p, e) && page_remove(c->site->pages, t->id, p->id, e);
	if (ok) cli_say(c, "%.*s is removed.", STR_ARG(c->operands[0]));
	let_go(c, t, view);
	return ok;
}

#define PORTAL_OPTION { "portal", "HOST", CLI_REQUIRED, "The portal." }
static const struct cli_option portal_options[] = { PORTAL_OPTION, { 0 } };
static const struct cli_option put_options[] = { PORTAL_OPTION, { "slug", "SLUG", 0, "What stands after /pages/; the file's name when it is not given." },
	{ "public", NULL, 0, "Everybody may read it." }, { "publish", NULL, 0, "Makes it what readers see." }, { 0 } };
static const struct cli_option publish_options[] = { PORTAL_OPTION, { "public", NULL, 0, "Everybody may read it from now on." }, { "off", NULL, 0, "Takes the page back." }, { 0 } };

const struct cli_command cli_cmd_page_list = {
	.words = "page list", .operands = "", .summary = "Lists content pages: slug, kind, state, who may read, title.", .detail = "", .options = portal_options, .run = list,
};
const struct cli_command cli_cmd_page_show = {
	.words = "page show", .operands = "SLUG", .least = 1, .most = 1, .summary = "Prints the newest revision of a page as JSON.", .detail = "",
	.options = portal_options, .run = show,
};
const struct cli_command cli_cmd_page_put = {
	.words = "page put", .operands = "FILE", .least = 1, .most = 1, .summary = "Makes a page, or a revision of one, from a file as `page show` prints it.",
	.detail = "What is wrong with it is said by section, block and field.", .options = put_options, .run = put,
};
const struct cli_command cli_cmd_page_publish = {
	.words = "page publish", .operands = "SLUG", .least = 1, .most = 1, .summary = "Makes the newest revision of a page what readers see.", .detail = "",
	.options = publish_options, .run = publish,
};
const struct cli_command cli_cmd_page_remove = {
	.words = "page remove", .operands = "SLUG", .least = 1, .most = 1, .summary = "Removes a page.", .detail = "For 30 days it can be brought back in the back office.",
	.options = portal_options, .run = drop,
};
