/* The one handler behind all routes: who calls, may they, of which dataset, with what body; then the operation. */
#include "manage/inside.h"
#include "crypt/crypt.h"
#include "rest/rest.h"
#include <stdarg.h>
#include <stdio.h>

enum { OUT_BYTES = 64 << 20, JSON_BODY = 16 << 20, FILE_BODY = 256 << 20, PIECE_BODY = 80 << 20, TRIES = 40, CREATED = 201, NO_CONTENT = 204, BAD = 400, TAG = 16 };

static bool manage_run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e);

#define BODY_NONE 0
#define BODY_JSON JSON_BODY
#define BODY_FILE FILE_BODY
#define BODY_BYTES PIECE_BODY
enum {
#define OP(symbol, ...) AT_##symbol,
#define OLD(symbol, like, ...) AT_##symbol,
#include "manage/operations.def"
#undef OP
#define OP(symbol, ...) AT_##symbol,
#include "manage/portal.def"
#undef OP
#undef OLD
	OPERATIONS
};
#define ROUTE(symbol, verb, at, body, on) { .method = HTTPD_##verb, .pattern = at, .lane = HTTPD_LANE_##on, .body_max = BODY_##body, \
		.flags = BODY_##body == FILE_BODY ? HTTPD_SPILLS : 0, .run = manage_run, \
		.extra = &manage_operations[AT_##symbol] }
const struct manage_operation manage_operations[] = {
#define OP(name, verb, at, on, who, body_, good, in, out, page, words) \
	[AT_##name] = { #name, MANAGE_BASE, at, words, MANAGE_##who, MANAGE_##body_, good, in, out, page, manage_##name, ROUTE(name, verb, MANAGE_BASE at, body_, on) },
#define OLD(name, like, verb, at, on, who, body_, good) \
	[AT_##name] = { #name, MANAGE_V2, NULL, NULL, MANAGE_##who, MANAGE_##body_, good, NULL, NULL, false, manage_##like, ROUTE(name, verb, MANAGE_V2 at, body_, on) },
#include "manage/operations.def"
#undef OP
#undef OLD
#define OP(name, verb, at, on, who, body_, good, in, out, page, words) \
	[AT_##name] = { #name, MANAGE_PORTAL, at, words, MANAGE_##who, MANAGE_##body_, good, in, out, page, manage_##name, ROUTE(name, verb, MANAGE_PORTAL at, body_, on) },
#include "manage/portal.def"
#undef OP
};
const size_t manage_operation_count = OPERATIONS;
const struct httpd_route *const manage_routes[] = {
#define OP(symbol, ...) &manage_operations[AT_##symbol].route,
#define OLD(symbol, ...) &manage_operations[AT_##symbol].route,
#include "manage/operations.def"
#include "manage/portal.def"
#undef OP
#undef OLD
	NULL
};

bool manage_is(struct str path) { return str_starts(path, STR("/api/automation/")) || str_starts(path, STR(MANAGE_PORTAL "/")) || str_starts(path, STR("/api/management/v2/")); }

/* --- who may ------------------------------------------------------------------------------------------------- */

static bool is_safe(enum httpd_method m) { return m == HTTPD_GET || m == HTTPD_HEAD; }

static bool denied(struct err *e) { return err_set(e, ERR_FORBIDDEN, "You do not have the permission to do this."); }

static bool check_dataset(struct manage_call *c, struct err *e)
{
	static const enum config_deed deeds[MANAGE_RULES] = { [MANAGE_READS] = CONFIG_READ, [MANAGE_EDITS] = CONFIG_EDIT, [MANAGE_PUBLISHES] = CONFIG_PUBLISH, [MANAGE_SECURES] = CONFIG_SECURE };
	struct str uid = c->r->holes[0];
	struct err why = { 0 };
	bool there = config_read(c->s, c->t, uid, c->a, &c->config, &why);
	if (!there && why.code != ERR_NOT_FOUND) {
		*e = why;
		return false;
	}
	bool publishes = there && c->op->rule == MANAGE_PUBLISHES && config_may(c->s, c->t, c->who, c->config.dataset, CONFIG_PUBLISH);
	if (!there || (!publishes && !config_may(c->s, c->t, c->who, c->config.dataset, CONFIG_READ))) return manage_none("dataset", uid, e);
	return config_may(c->s, c->t, c->who, c->config.dataset, deeds[c->op->rule]) || denied(e);
}

static bool check_rule(struct manage_call *c, struct err *e)
{
	enum manage_rule rule = c->op->rule;
	if (rule != MANAGE_EVERYONE && !c->who->account) return err_set(e, ERR_UNAUTHENTICATED, "This API needs an API key or an access token: \"Authorization: Apikey KEY\" or \"Authorization: Bearer TOKEN\", or somebody signed in.");
	bool of_portal = rule < MANAGE_READS && rule != MANAGE_EVERYONE && rule != MANAGE_LISTS && rule != MANAGE_DESCRIBES;
	if (of_portal && rights_is_narrow(c->who)) return err_set(e, ERR_FORBIDDEN, "This key is for the datasets that it lists, and for nothing else of the portal.");
	if (!is_safe(c->r->method) && !c->who->key && !visitor_guard(&c->visit, VISITOR_TOKEN, STR(""), e)) return false;
	switch (rule) {
	case MANAGE_EVERYONE:
	case MANAGE_SIGNED: return true;
	case MANAGE_LISTS: return config_may_any(c->s, c->t, c->who) || denied(e);
	case MANAGE_CREATES: return rights_may(c->who, ACCOUNT_MAY_CREATE_DATASET) || denied(e);
	case MANAGE_DOMAIN: return rights_may(c->who, ACCOUNT_MAY_EDIT_DOMAIN) || denied(e);
	case MANAGE_ASSETS:
		return rights_may(c->who, ACCOUNT_MAY_EDIT_DOMAIN) || rights_may(c->who, ACCOUNT_MAY_EDIT_THEME) || rights_may(c->who, ACCOUNT_MAY_EDIT_PAGE) || denied(e);
	case MANAGE_LOOKS: return rights_may(c->who, ACCOUNT_MAY_EDIT_DOMAIN) || rights_may(c->who, ACCOUNT_MAY_EDIT_THEME) || denied(e);
	case MANAGE_PORTALS: return rights_may(c->who, ACCOUNT_MAY_MANAGE_SUBDOMAINS) || denied(e);
	case MANAGE_REUSES: return rights_may(c->who, ACCOUNT_MAY_EDIT_REUSE) || denied(e);
	case MANAGE_ADMINS: return manage_is_admin(c) || err_set(e, ERR_FORBIDDEN, "This is for administrators only.");
	case MANAGE_DESCRIBES: return rights_may(c->who, ACCOUNT_MAY_EDIT_DOMAIN) || config_may_any(c->s, c->t, c->who) || denied(e);
	case MANAGE_READS:
	case MANAGE_EDITS:
	case MANAGE_PUBLISHES:
	case MANAGE_SECURES: return check_dataset(c, e);
	case MANAGE_RULES: break;
	}
	return denied(e);
}

static void put_digest(struct manage_call *c, char hex[2 * TAG + 1])
{
	unsigned char digest[TAG];
	crypt_blake2b(buf_str(&c->out), digest, sizeof digest);
	crypt_hex(digest, sizeof digest, hex);
}

static bool is_portals(const struct manage_operation *op) { return op->path && strcmp(op->base, MANAGE_PORTAL) == 0; }

static const struct manage_operation *same_or_null(const struct manage_operation *op, enum httpd_method method)
{
	for (size_t i = 0; op->path && i < manage_operation_count; i++) {
		const struct manage_operation *o = &manage_operations[i];
		if (o->path && strcmp(o->base, op->base) == 0 && strcmp(o->path, op->path) == 0 && o->route.method == method) return o;
	}
	return NULL;
}

/* Users, groups and templates, and the portal itself, have no revisions. */
static bool has_no_revision(const struct manage_operation *op)
{
	const struct manage_operation *put = same_or_null(op, HTTPD_PUT);
	return is_portals(op) || op->rule == MANAGE_DOMAIN || (put && put->rule == MANAGE_DOMAIN);
}

static struct str unquoted(struct str tag)
{
	if (str_starts(tag, STR("W/"))) tag = str_from(tag, 2);
	return tag.n > 2 && tag.p[0] == '"' ? str_sub(tag, 1, tag.n - 2) : tag;
}

/* One of the tags of a field, which have commas between them. */
static bool next_tag(struct str *field, struct str *tag)
{
	if (!str_cut(field, ',', tag)) return false;
	*tag = unquoted(str_trim(*tag));
	return true;
}

/* "12-5f1c…" of a dataset's, "5f1c…" of the portal's: what is of the bytes. */
static struct str of_bytes(struct str tag)
{
	ptrdiff_t dash = str_find_char(tag, '-');
	return dash >= 0 ? str_from(tag, (size_t)dash + 1) : tag;
}

/* Of what has no revision, the tag is of its bytes: what would be read now is made, and compared. Nobody else has the turn of
 * this address (manage_run), so that of two who hold the same tag one is refused. */
static bool check_bytes(struct manage_call *c, struct str field, struct err *e)
{
	char hex[2 * TAG + 1];
	const struct manage_operation *reads = same_or_null(c->op, HTTPD_GET);
	if (!reads || c->op->route.method != HTTPD_PUT) return true;
	bool ok = reads->run(c, e);
	put_digest(c, hex);
	buf_clear(&c->out);
	c->j = JSON_OUT(&c->out);
	for (struct str tag; ok && next_tag(&field, &tag);)
		if (str_eq(of_bytes(tag), str_of(hex))) return true;
	return ok && err_set(e, ERR_PRECONDITION, "This was changed since you read it. Read it again, then make your change.");
}

/* "12-5f1c…": the number is the revision. */
static bool check_match(struct manage_call *c, struct err *e)
{
	struct str field = str_trim(httpd_header(c->r, STR("If-Match")));
	int64_t revision = -1;
	if (!field.n || str_eq(field, STR("*")) || is_safe(c->r->method)) return true;
	/* Rules of security are no part of the configuration, whose revision stays when they change. */
	if (has_no_revision(c->op) || c->op->rule == MANAGE_SECURES) return check_bytes(c, field, e);
	if (c->op->rule < MANAGE_READS) return true;
	for (struct str tag; next_tag(&field, &tag);) {
		ptrdiff_t dash = str_find_char(tag, '-');
		if (str_to_int(dash > 0 ? str_sub(tag, 0, (size_t)dash) : tag, &revision) && revision == c->config.revision) return true;
	}
	return err_set(e, ERR_PRECONDITION, "This dataset was changed since you read it: it is at revision %lld now. Read it again, then make your change.", (long long)c->config.revision);
}

/* A shape that is an object takes nothing else: a handler that looks for members would find none in a list, a number or nothing, and a PUT
 * would put that in the place of all there is. Single values are given bare by older clients. */
static bool is_of_its_kind(struct manage_call *c)
{
	bool object = manage_shape_is_object(c->op->body) && strcmp(c->op->body, "value") != 0, put = c->r->method == HTTPD_PUT;
	enum json_kind kind = json_kind(c->body);
	if (!object || kind == JSON_OBJECT || (kind == JSON_ABSENT && !put)) return true;
	return !manage_invalid_field(c, "non_field_errors", "Expected a JSON object.");
}

static bool read_body(struct manage_call *c, struct err *e)
{
	if (c->op->takes != MANAGE_JSON) return true;
	if (str_trim(c->r->body).n && !json_read_in(c->a, c->r->body, &c->body, e)) return false;
	(void)is_of_its_kind(c); /* what is not has its answer */
	return true;
}

/* --- the call ---------------------------------------------------------------------------------------------------- */

static void put_tag(struct manage_call *c)
{
	char hex[2 * TAG + 1];
	put_digest(c, hex);
	httpd_reply_etag(c->p, has_no_revision(c->op) ? arena_str(c->a, str_of(hex)) : arena_printf(c->a, "%lld-%s", (long long)c->config.revision, hex));
}

/* Where what was made is now: below the list that it was added to. */
static void put_location(struct manage_call *c)
{
	static const char *const names[] = { "uid", "slug", "name" };
	const struct json_node *made;
	struct err ignored = { 0 };
	struct str list = c->r->path, word = STR("");
	while (str_ends(list, STR("/"))) list.n--;
	if (str_ends(list, STR("/copy")) || !json_read_in(c->a, buf_str(&c->out), &made, &ignored)) return;
	for (size_t i = 0; i < COUNT_OF(names) && !word.n; i++) word = json_text(json_get(made, names[i]));
	/* A picture is where it says itself. */
	struct str url = json_text(json_get(made, "url"));
	if (!word.n && url.n && !httpd_reply_header(c->p, STR("Location"), url, &ignored)) ignored.code = ERR_NONE;
	if (word.n && !httpd_reply_header(c->p, STR("Location"), arena_printf(c->a, "%.*s/%.*s/", STR_ARG(list), STR_ARG(word)), &ignored)) ignored.code = ERR_NONE;
}

static bool send(struct manage_call *c, struct err *e)
{
	struct err ignored = { 0 };
	if (c->raw) return true;
	if (c->status == CREATED) put_location(c);
	if (c->out.over) return err_set(e, ERR_TOO_LARGE, "The answer would be larger than this API gives.");
	if (c->op->rule >= MANAGE_READS && c->config.revision && c->status < BAD) {
		if (is_safe(c->r->method) || c->r->method == HTTPD_PUT) put_tag(c);
		if (!httpd_reply_header(c->p, STR("X-Revision"), arena_printf(c->a, "%lld", (long long)c->config.revision), &ignored)) ignored.code = ERR_NONE;
	}
	if (has_no_revision(c->op) && !c->raw && c->status < BAD && (is_safe(c->r->method) || c->r->method == HTTPD_PUT)) put_tag(c);
	int status = c->status;
	if (status != NO_CONTENT && !rest_json(c->p, &c->out, STR(""), e)) return false;
	httpd_reply_status(c->p, status);
	httpd_reply_cache_control(c->p, STR("private, no-cache"));
	return true;
}

/* Whether somebody else changed the dataset while this was made, to one who did not ask for the state it was read in (If-Match): then
 * the change is made upon what is there now. Nothing of it was stored. */
static bool is_overtaken(struct manage_call *c, const struct err *why)
{
	struct config now;
	struct err ignored = { 0 };
	if (why->code != ERR_CONFLICT || c->op->rule < MANAGE_READS || is_safe(c->r->method) || c->raw || str_trim(httpd_header(c->r, STR("If-Match"))).n) return false;
	return config_of_dataset(c->s, c->t, c->config.dataset, c->a, &now, &ignored) && now.revision != c->config.revision;
}

static bool run(struct manage_call *c, struct err *e)
{
	bool ok = c->op->run(c, e);
	for (int tries = 1; !ok && tries < TRIES && is_overtaken(c, e); tries++) {
		*e = (struct err){ 0 };
		buf_clear(&c->out);
		c->j = JSON_OUT(&c->out);
		c->faults = (struct process_faults){ .arena = c->a };
		c->status = c->op->status;
		ok = check_dataset(c, e) && c->op->run(c, e);
	}
	return ok;
}

static bool answer(struct manage_call *c, struct err *e)
{
	enum manage_replay replay;
	if (!check_rule(c, e) || !check_match(c, e) || !read_body(c, e)) return false;
	if (c->status >= BAD) return send(c, e);
	if (!manage_replay(c, &replay, e)) return false;
	if (replay == MANAGE_REPLAYED || c->raw || c->status >= BAD) return send(c, e);
	struct err ignored = { 0 };
	bool ok = run(c, e);
	if (!manage_remember(c, !ok, ok ? e : &ignored)) ok = false;
	return ok && send(c, e);
}

static bool manage_run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	struct manage_call c = { .r = r, .p = p, .a = r->arena, .s = app, .op = r->route_or_null->extra, .out = BUF_INIT(OUT_BYTES) };
	bool open = c.op->rule == MANAGE_EVERYONE;
	uint64_t turn = 0;
	if (r->method == HTTPD_PUT && httpd_header(r, STR("If-Match")).n && !visitor_turn_take(r, &turn, e)) return false;
	if (!(open ? visitor_enter_anyone(app, r, p, &c.visit, e) : visitor_enter(app, r, p, &c.visit, e))) {
		visitor_turn_give(turn);
		visitor_leave(&c.visit); /* it may have come half-way in */
		return false;
	}
	c.visit.turn = turn;
	c.tenant = c.visit.at.tenant;
	c.t = c.tenant->id;
	c.who = &c.visit.who;
	c.faults.arena = c.a;
	c.status = c.op->status;
	c.j = JSON_OUT(&c.out);
	bool ok = answer(&c, e);
	buf_done(&c.out);
	visitor_leave(&c.visit);
	return ok;
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

bool manage_none(const char *what, struct str which, struct err *e)
{
	return err_set(e, ERR_NOT_FOUND, "There is no %s %.*s.", what, STR_ARG(str_sub(which, 0, 120)));
}

bool manage_write(struct manage_call *c, struct str json, struct str prefix, bool *done, struct err *e)
{
	struct config_change change = { .tenant = c->t, .dataset = c->config.dataset, .revision = c->config.revision, .who = c->who->account, .caller_or_null = c->who, .json = json };
	struct config out;
	*done = false;
	if (config_write(c->s, &change, c->a, &out, &c->faults, e)) {
		c->config = out;
		return true;
	}
	if (!c->faults.list.n) return false;
	*e = (struct err){ 0 };
	*done = manage_invalid(c, prefix);
	return false;
}

bool manage_put(struct manage_call *c, struct str place, struct str value, bool *done, struct err *e)
{
	struct str json;
	*done = false;
	return config_put(c->a, c->config.json, place, value, &json, e) && manage_write(c, json, place, done, e);
}

struct str manage_query(const struct manage_call *c, const char *name)
{
	const struct str *v = httpd_query_or_null(c->r, str_of(name));
	return v ? *v : STR("");
}

struct str manage_node_text(struct arena *a, const struct json_node *v)
{
	auto_buf b = BUF_INIT(32 << 20);
	json_put_node(&b, v);
	return arena_str(a, buf_str(&b));
}

struct str manage_language(const struct manage_call *c) { return c->tenant->nlanguages ? c->tenant->languages[0] : STR("en"); }
