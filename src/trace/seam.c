/* From a request or a command to the act it was: the one place that knows. What an address is about is told by acts.def; what was done, by
 * the last word of the address, the button that was pressed, or the method. */
#include "trace/inside.h"
#include "config/config.h"
#include "page/page.h"
#include "visitor/visitor.h"

enum { OBJECT_BYTES = 200, CHOSEN = 200, COMMAND_US = 60000000 }; /* a command looks that far back for what it did */

const struct trace_kind trace_kinds[] = {
#define KIND(word, title) { word, title },
#define PASS(pattern)
#define BELOW(pattern, kind)
#define COMMAND(words, action, kind, portal)
#include "trace/acts.def"
#undef KIND
#undef PASS
#undef BELOW
	{ NULL, NULL }
};
static const char *const passed[] = {
#define KIND(word, title)
#define PASS(pattern) pattern,
#define BELOW(pattern, kind)
#include "trace/acts.def"
#undef PASS
#undef BELOW
};
static const struct { const char *start, *kind; } below[] = {
#define PASS(pattern)
#define BELOW(pattern, kind) { pattern, kind },
#include "trace/acts.def"
#undef BELOW
#undef COMMAND
};
enum where { OPERAND, OTHERS, OPTION };
static const struct command { const char *words, *action, *kind; enum where portal; } commands[] = {
#define BELOW(pattern, kind)
#define COMMAND(words, action, kind, portal) { words, action, kind, portal },
#include "trace/acts.def"
#undef KIND
#undef PASS
#undef BELOW
#undef COMMAND
};

/* --- requests --------------------------------------------------------------------------------------------------------- */

static const char *const bases[] = { "/api/automation/v1.0", "/api/management/v2", "/api/portal/v1.0" };

/* The part of a pattern that acts.def names: pages as they are, the management API without its base. Empty: neither. */
static struct str part_of(const char *pattern)
{
	struct str s = str_of(pattern);
	for (size_t i = 0; i < COUNT_OF(bases); i++)
		if (str_starts(s, str_of(bases[i]))) return str_from(s, strlen(bases[i]));
	return str_starts(s, STR("/backoffice/")) ? s : STR("");
}

/* What a page says when there was nothing to do (back/said.def). */
static const char *const nothing[] = { "done=none-chosen", "done=busy", "done=nothing-undone", "done=over", "done=published-already", "done=backup-already" };

/* A page that was posted leads on when it was obeyed: to a page of the back office, and not to where a secret is asked for. */
static bool was_done(const struct httpd_reply *p, bool page)
{
	int status = httpd_reply_get_status(p);
	if (!page) return status >= 200 && status < 300;
	struct str to = httpd_reply_get_location(p);
	for (size_t i = 0; i < COUNT_OF(nothing); i++)
		if (str_find(to, str_of(nothing[i])) >= 0) return false;
	/* To the question whether it is meant. */
	if (str_find(to, STR("/do/?")) >= 0 && str_find(to, STR("done=")) < 0) return false;
	return status == 204 || status == 201 || (status >= 300 && status < 400 && str_starts(to, STR("/backoffice/")));
}

static const char *kind_of(struct str part)
{
	for (size_t i = 0; i < COUNT_OF(passed); i++)
		if (str_eq(part, str_of(passed[i]))) return NULL;
	for (size_t i = 0; i < COUNT_OF(below); i++)
		if (str_starts(part, str_of(below[i].start))) return below[i].kind;
	return NULL;
}

/* Words of addresses and buttons, and what they are called in the log. */
static const struct { const char *said, *verb; } verbs[] = {
	{ "new", "add" }, { "invite", "invite" }, { "provision", "add" }, { "publish", "publish" }, { "publish_metadata", "publish" }, { "republish", "publish" },
	{ "unpublish", "unpublish" }, { "delete", "delete" }, { "remove", "delete" }, { "undelete", "restore" }, { "restore", "restore" }, { "copy", "copy" },
	{ "abort", "abort" }, { "archive", "archive" }, { "unarchive", "restore" }, { "revoke", "revoke" }, { "live", "publish" }, { "erase", "erase" },
	{ "approve", "approve" }, { "decline", "decline" }, { "undo", "undo" }, { "redo", "redo" }, { "suspend", "disable" }, { "resume", "enable" }, { "forget", "erase" }, { "forget_versions", "erase" } };

static const char *verb_or_null(struct str word)
{
	for (size_t i = 0; i < COUNT_OF(verbs); i++)
		if (str_eq(word, str_of(verbs[i].said))) return verbs[i].verb;
	return NULL;
}

static struct str last_word(struct str part)
{
	while (str_ends(part, STR("/"))) part.n--;
	ptrdiff_t slash = str_rfind_char(part, '/');
	return slash < 0 ? part : str_from(part, (size_t)slash + 1);
}

static bool read_form(const struct httpd_request *r, const struct httpd_pair **pairs, size_t *n)
{
	struct err ignored = { 0 };
	bool form = r->body.n && r->body.n < 1 << 20 && str_starts(httpd_header(r, STR("Content-Type")), STR("application/x-www-form-urlencoded"));
	return form && httpd_form(r->arena, r->body, pairs, n, &ignored);
}

/* The button of a form, and the datasets or pages that were ticked: "do=delete" with uids, or "do=delete da_x". Empty: there is none. */
static struct str button(const struct httpd_request *r, struct str *uids, size_t *nuids)
{
	const struct httpd_pair *pairs;
	struct str word = STR("");
	size_t n;
	*nuids = 0;
	if (!read_form(r, &pairs, &n)) return word;
	for (size_t i = 0; i < n; i++) {
		if (str_eq(pairs[i].name, STR("do"))) word = pairs[i].value;
		if (str_eq(pairs[i].name, STR("uid")) && *nuids < CHOSEN) uids[(*nuids)++] = pairs[i].value;
	}
	ptrdiff_t blank = str_find_char(word, ' ');
	if (blank < 0) return word;
	uids[0] = str_from(word, (size_t)blank + 1);
	*nuids = 1;
	return str_sub(word, 0, (size_t)blank);
}

/* "/backoffice/datasets/{uid}/processing/": below an object, and not the address of deeds on it ("…/do/", "…/remove/"). */
static bool is_part(struct str part)
{
	ptrdiff_t hole = str_find(part, STR("}/"));
	struct str rest = hole < 0 ? STR("") : str_from(part, (size_t)hole + 2);
	return rest.n && !str_eq(rest, STR("do/")) && !verb_or_null(last_word(rest));
}

static const char *verb_of(const struct httpd_request *r, struct str part, bool page, struct str pressed)
{
	const char *verb = verb_or_null(last_word(part));
	if (!verb && page) verb = verb_or_null(pressed);
	/* A button of a page below an object takes away a part of it. */
	if (verb && page && strcmp(verb, "delete") == 0 && is_part(part)) return "edit";
	if (verb) return verb;
	/* What stands below an object is a part of it. */
	bool whole = str_find_char(str_from(part, 1), '/') < 0 || str_eq(last_word(part), STR("{uid}")) || !r->holes[0].n || !r->holes[1].n;
	if (r->method == HTTPD_DELETE) return whole && !str_starts(part, STR("/datasets/{uid}/")) ? "delete" : "edit";
	return r->method == HTTPD_POST && !page && !r->holes[0].n ? "add" : "edit";
}

/* What was just made: the address of the answer is below that which was asked. "/backoffice/datasets/da_x/?done=new" of "/backoffice/datasets/new/"
 * is da_x. Empty: it leads nowhere of the kind. */
static struct str led_to(const struct httpd_reply *p, const char *kind)
{
	struct str to = httpd_reply_get_location(p), word;
	for (size_t i = 0; i < COUNT_OF(bases); i++)
		if (str_starts(to, str_of(bases[i]))) to = str_from(to, strlen(bases[i]));
	for (size_t i = 0; i < COUNT_OF(below); i++) {
		struct str start = str_of(below[i].start);
		if (strcmp(below[i].kind, kind) != 0 || start.n < 2 || !str_starts(to, start)) continue;
		to = str_from(to, start.n);
		while (str_starts(to, STR("/"))) to = str_from(to, 1);
		ptrdiff_t end = str_find_char(to, '?');
		if (end >= 0) to = str_sub(to, 0, (size_t)end);
		return to.n && str_cut(&to, '/', &word) ? word : STR("");
	}
	/* Files of the portal are served elsewhere. */
	return strcmp(kind, "asset") == 0 ? last_word(to) : STR("");
}

/* What it is called in the form that made it. Never of persons: a name is theirs. */
static struct str called(const struct httpd_request *r)
{
	static const char *const names[] = { "name", "slug", "title", "label", "file" };
	const struct httpd_pair *pairs = r->query;
	size_t n = r->nquery;
	if (r->method != HTTPD_DELETE && !read_form(r, &pairs, &n)) return STR("");
	for (size_t k = 0; k < COUNT_OF(names); k++)
		for (size_t i = 0; i < n; i++)
			if (str_eq(pairs[i].name, str_of(names[k])) && str_trim(pairs[i].value).n) return str_trim(pairs[i].value);
	return STR("");
}

/* Who may see it is no part of a configuration; its changes stand in the books, by whom they were made. */
static void add_rules(struct site *s, struct tenant_id t, struct arena *a, struct instant since, struct trace_act *x)
{
	struct store_tx *tx;
	struct store_rows *r;
	struct err e = { 0 };
	struct str told = STR("");
	struct str who = x->who ? arena_printf(a, "account %lld", (long long)x->who) : STR("command line");
	if (!store_begin(s->store, STORE_READ, &tx, &e)) return;
	if (store_ask(tx, TRACE_ASK(act_rules), t, STORE_PARAMS(VALUE_OF_TEXT(x->object), VALUE_OF_INT(since.us), VALUE_OF_TEXT(who)), &r, &e)) {
		if (store_step(r, &e) == STORE_ROW) told = arena_str(a, store_text(r, 0));
		store_stop(r);
	}
	if (!store_end(tx, STORE_ROLLBACK, &e) || !str_starts(told, STR("{\"security\""))) return;
	/* Two objects become one. */
	x->diff = x->diff.n > 2 ? arena_printf(a, "%.*s,%.*s", STR_ARG(str_sub(x->diff, 0, x->diff.n - 1)), STR_ARG(str_from(told, 1))) : told;
}

static void find_dataset(struct site *s, struct tenant_id t, struct str which, struct arena *a, struct instant since, struct trace_act *x)
{
	struct config c;
	struct config_version *v;
	struct err ignored = { 0 };
	size_t n;
	if (!config_read(s, t, which, a, &c, &ignored) && !config_read_deleted(s, t, which, a, &c, &ignored)) {
		x->object = str_sub(which, 0, num_min(which.n, (size_t)OBJECT_BYTES));
		return;
	}
	x->object = c.slug;
	if (config_versions(s, t, c.dataset, a, &v, &n, &ignored) && n && v[0].at.us >= since.us && v[0].who == x->who) x->diff = v[0].diff;
	add_rules(s, t, a, since, x);
}

/* Pages are numbers in addresses; in the log they have the name that everybody knows. One that is gone keeps its number. */
static struct str page_called(struct site *s, struct tenant_id t, struct arena *a, struct str name)
{
	const struct page_view *view;
	struct err ignored = { 0 };
	int64_t id;
	if (!str_to_int(name, &id) || !pages_read(s->pages, t, &view, &ignored)) return name;
	for (size_t i = 0; i < view->n; i++)
		if (view->pages[i].id == id) name = arena_str(a, view->pages[i].slug);
	pages_release(s->pages, view);
	return name;
}

/* A portal that is run from this one: its host name. */
static struct str portal_called(struct site *s, struct arena *a, struct str name, struct tenant_id *id)
{
	int64_t number;
	if (!str_to_int(name, &number)) return name;
	const struct tenant *t = tenants_hold_or_null(s->tenants, (struct tenant_id){ number });
	if (!t) return name;
	*id = t->id;
	name = arena_str(a, t->host);
	tenant_release(s->tenants, t);
	return name;
}

static void find_object(struct site *s, const struct httpd_request *r, const struct httpd_reply *p, struct tenant_id t, struct instant since, struct trace_act *x,
                        struct tenant_id *other)
{
	struct str name = r->holes[0];
	struct err ignored = { 0 };
	int64_t id = 0;
	if (str_eq(x->kind, STR("dataset"))) {
		if (!name.n) name = led_to(p, "dataset");
		if (name.n) find_dataset(s, t, name, r->arena, since, x);
	} else if (str_eq(x->kind, STR("user"))) {
		bool number = str_to_int(name, &id);
		if (name.n && (number || account_id(s->accounts, t, name, &id, &ignored))) x->account = id;
	} else {
		if (!name.n) name = led_to(p, arena_cstr(r->arena, x->kind));
		if (!name.n) name = called(r);
		if (str_eq(x->kind, STR("page"))) name = page_called(s, t, r->arena, name);
		if (str_starts(x->place, STR("/backoffice/portals/"))) name = portal_called(s, r->arena, name, other);
		x->object = arena_str(r->arena, str_sub(name, 0, num_min(name.n, (size_t)OBJECT_BYTES)));
	}
}

void trace_request(struct site *s, const struct httpd_request *r, const struct httpd_reply *p)
{
	bool safe = r->method == HTTPD_GET || r->method == HTTPD_HEAD || r->method == HTTPD_OPTIONS;
	if (safe || !s->trace || !r->route_or_null || !r->tenant) return;
	struct str part = part_of(r->route_or_null->pattern);
	bool page = str_starts(part, STR("/backoffice/"));
	const char *kind = part.n ? kind_of(part) : NULL;
	struct tenant_id t = { r->tenant };
	struct trace_act x = { .at = clock_now(), .place = str_of(r->route_or_null->pattern) };
	struct err e = { 0 };
	if (!kind || !was_done(p, page) || !visitor_asked(r, &x.who, &x.key)) return;
	struct instant since = { x.at.us - (clock_monotonic_ns() - r->started_ns) / 1000 - 1000000 };
	x.kind = str_of(kind);
	x.origin = page ? STR("page") : STR("api");
	struct str uids[CHOSEN], pressed = STR("");
	size_t nuids = 0;
	if (page) pressed = button(r, uids, &nuids);
	x.action = arena_printf(r->arena, "%s_%s", verb_of(r, part, page, pressed), kind);
	/* Several at once are an act each. */
	bool page_kind = str_eq(x.kind, STR("page")), many = nuids > 0 && !r->holes[0].n && (page_kind || str_eq(x.kind, STR("dataset")));
	for (size_t i = 0; i < (many ? nuids : 1); i++) {
		struct trace_act one = x;
		struct tenant_id other = { 0 };
		if (many && page_kind) one.object = arena_str(r->arena, str_sub(uids[i], 0, num_min(uids[i].n, (size_t)OBJECT_BYTES)));
		else if (many) find_dataset(s, t, uids[i], r->arena, since, &one);
		else find_object(s, r, p, t, since, &one, &other);
		struct str settings = settings_changed(s->trace, t, r->arena);
		if (settings.n) one.diff = settings;
		if (!act_write(s, t, &one, &e)) log_failure(s->log, LOG_LEVEL_ERROR, "act", &e);
		/* The portal that it was done to has it in its own log, without the name of whoever did it: they have no account there. */
		one.who = one.key = 0;
		if (other.v && other.v != t.v && !act_write(s, other, &one, &e)) log_failure(s->log, LOG_LEVEL_ERROR, "act", &e);
	}
}

/* --- commands ---------------------------------------------------------------------------------------------------------------- */

static void find_operand(struct site *s, struct tenant_id t, const struct command *k, const struct str *operands, size_t n, struct arena *a, struct trace_act *x)
{
	struct err ignored = { 0 };
	size_t from = k->portal == OPTION ? 0 : 1;
	if (strcmp(k->kind, "user") == 0) {
		if (n > from && !account_id(s->accounts, t, operands[from], &x->account, &ignored)) x->account = 0;
		return;
	}
	/* Values of settings stand in the diff, a key is a secret, files have names of their own. */
	if (n <= from || k->portal != OPTION || strcmp(k->words, "key revoke") == 0 || strcmp(k->words, "publish") == 0) return;
	x->object = arena_str(a, str_sub(operands[from], 0, num_min(operands[from].n, (size_t)OBJECT_BYTES)));
}

void trace_command(struct site *s, struct str words, const struct str *operands, size_t n, struct str portal, struct str object)
{
	auto_arena a = ARENA_INIT;
	const struct command *k = NULL;
	struct err e = { 0 };
	for (size_t i = 0; !k && i < COUNT_OF(commands); i++)
		if (str_eq(words, str_of(commands[i].words))) k = &commands[i];
	if (!k || !s->trace) return;
	size_t named = k->portal == OTHERS ? 1 : 0;
	if (k->portal == OTHERS && n < 2) return;
	const struct tenant *t = tenants_find_or_null(s->tenants, k->portal != OPTION && n ? operands[named] : portal);
	if (!t) return;
	struct tenant_id id = t->id;
	tenant_release(s->tenants, t);
	struct trace_act x = { .at = clock_now(), .origin = STR("command"), .action = str_of(k->action), .kind = str_of(k->kind),
		.place = arena_printf(&a, "stoa %.*s", STR_ARG(words)) };
	if (object.n) x.object = str_sub(object, 0, num_min(object.n, (size_t)OBJECT_BYTES));
	else find_operand(s, id, k, operands, n, &a, &x);
	x.diff = settings_changed(s->trace, id, &a);
	if (str_eq(words, STR("secure")) && x.object.n) add_rules(s, id, &a, (struct instant){ x.at.us - COMMAND_US }, &x);
	/* Without options it lists the rules. */
	if (str_eq(words, STR("secure")) && !x.diff.n) return;
	if (!act_write(s, id, &x, &e)) log_failure(s->log, LOG_LEVEL_ERROR, "act", &e);
}

void trace_restored(struct site *s, struct tenant_id t, int64_t who, struct str backup)
{
	const struct trace_act x = { .at = clock_now(), .who = who, .origin = STR("page"), .action = STR("restore_portal"), .kind = STR("portal"), .object = backup,
		.place = STR("/backoffice/backups/{backup}/restore/") };
	struct err e = { 0 };
	if (s->trace && !act_write(s, t, &x, &e)) log_failure(s->log, LOG_LEVEL_ERROR, "act", &e);
}
