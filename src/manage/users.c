/* Users of a portal: found, changed, invited, taken in from an identity provider, and taken off the portal. */
#include "manage/inside.h"
#include "sso/sso.h"
#include "text/text.h"
#include <stdlib.h>

static bool refused(struct err *e) { return err_set(e, ERR_FORBIDDEN, "You cannot give or take a permission that you do not have yourself."); }

/* --- lists -------------------------------------------------------------------------------------------------------- */

static uint64_t direct(const struct account *u) { return u->own | account_role_permissions(u->role); }

static uint64_t through(const struct manage_people *all, const struct account *u)
{
	uint64_t bits = direct(u);
	for (size_t i = 0; i < all->ngroups; i++)
		for (size_t k = 0; k < u->ngroups; k++)
			if (str_eq(all->groups[i].name, u->groups[k])) bits |= all->groups[i].permissions;
	return bits;
}

/* All words of a parameter that may be repeated, or list several. */
static bool wanted(struct manage_call *c, const char *name, uint64_t *out, struct err *e)
{
	*out = 0;
	for (size_t i = 0; i < c->r->nquery; i++) {
		uint64_t bits = 0;
		struct err why = { 0 };
		if (!str_eq(c->r->query[i].name, str_of(name)) || !c->r->query[i].value.n) continue;
		if (!account_permissions_read(c->r->query[i].value, &bits, &why)) return err_set(e, ERR_PARAMETER, "%s: %s", name, why.pub);
		*out |= bits;
	}
	return true;
}

static const char *const orders[] = { "username", "first_name", "last_name", "last_seen_at", NULL };
struct sorting { size_t by; bool down; };

static struct str family(struct str name)
{
	size_t at = name.n;
	while (at && name.p[at - 1] != ' ') at--;
	return str_from(name, at);
}

static int by_order(const void *x, const void *y, void *arg)
{
	const struct account *a = x, *b = y;
	const struct sorting *s = arg;
	int64_t d = 0;
	if (s->by == 1) d = str_cmp(a->name, b->name);
	if (s->by == 2) d = str_cmp(family(a->name), family(b->name));
	if (s->by == 3) d = a->last_day - b->last_day;
	if (!d) d = str_cmp(a->email, b->email);
	int sign = (d > 0) - (d < 0);
	return s->down ? -sign : sign;
}

/* Those asked for come first; gives how many. */
static bool choose(struct manage_call *c, struct manage_people *all, size_t *n, struct err *e)
{
	struct sorting sort;
	uint64_t own, any;
	*n = 0;
	if (!manage_order(c, orders, "username", &sort.by, &sort.down, e) || !wanted(c, "permissions", &own, e) || !wanted(c, "all_permissions", &any, e) ||
	    !manage_people(c, all, e))
		return false;
	for (size_t i = 0; i < all->n; i++) {
		const struct account *u = &all->list[i];
		struct str text = arena_printf(c->a, "%.*s %.*s", STR_ARG(u->email), STR_ARG(u->name));
		if ((own & ~direct(u)) || (any & ~through(all, u)) || !manage_holds(c, text, manage_query(c, "search"))) continue;
		all->list[(*n)++] = *u;
	}
	if (*n) qsort_r(all->list, *n, sizeof *all->list, by_order, &sort);
	return true;
}

bool manage_list_users(struct manage_call *c, struct err *e)
{
	struct manage_page page;
	struct manage_people all;
	size_t n;
	if (!manage_page(c, &page, e) || !choose(c, &all, &n, e)) return false;
	manage_page_begin(c, &page, (int64_t)n);
	for (size_t i = (size_t)page.offset; i < n && i < (size_t)(page.offset + page.limit); i++) manage_put_user(c, &all, &all.list[i]);
	manage_page_end(c);
	return true;
}

/* In quotes. A cell that a spreadsheet would take for a formula is given as the text it is. */
static void put_cell(struct buf *b, struct str s, char by)
{
	buf_put_char(b, '"');
	if (s.n && strchr("=+-@\t\r", s.p[0])) buf_put_char(b, '\'');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"') buf_put_char(b, '"');
		buf_put_char(b, s.p[i]);
	}
	buf_put_char(b, '"');
	if (by) buf_put_char(b, by);
}

static struct str day(struct manage_call *c, bool known, int64_t days)
{
	auto_buf b = BUF_INIT(64);
	if (known) clock_put_date(&b, (int32_t)days);
	return arena_str(c->a, buf_str(&b));
}

static void put_row(struct manage_call *c, const struct account *u, struct buf *b, char by)
{
	enum { DAY_S = 86400 };
	struct str groups = STR("");
	for (size_t i = 0; i < u->ngroups; i++) groups = arena_printf(c->a, "%.*s%s%.*s", STR_ARG(groups), i ? "," : "", STR_ARG(text_slug(c->a, u->groups[i])));
	put_cell(b, u->email, by);
	put_cell(b, u->name, by);
	put_cell(b, u->email, by);
	put_cell(b, u->state == ACCOUNT_ACTIVE && !u->expired ? STR("true") : STR("false"), by);
	put_cell(b, u->role, by);
	put_cell(b, account_permissions_text(c->a, direct(u)), by);
	put_cell(b, groups, by);
	put_cell(b, day(c, true, u->created.us / (DAY_S * INT64_C(1000000))), by);
	put_cell(b, day(c, u->last_day >= 0, u->last_day), by);
	put_cell(b, day(c, u->expires.us > 0, u->expires.us / (DAY_S * INT64_C(1000000))), 0);
	buf_lit(b, "\r\n");
}

/* Addresses of people leave the portal here: a secret must have been proved of late. */
bool manage_export_users(struct manage_call *c, struct err *e)
{
	enum { ROOM = 64 << 20 };
	static const char *const heads[] = { "username", "display_name", "email", "is_active", "role", "permissions", "groups", "joined_at", "last_login_at", "expires_at" };
	struct manage_people all;
	size_t n;
	struct str by = manage_query(c, "delimiter");
	if (!by.n) by = STR(",");
	if (by.n != 1 || by.p[0] == '"' || by.p[0] == '\r' || by.p[0] == '\n') return manage_invalid_field(c, "delimiter", "Expected exactly one character.");
	if (!manage_fresh(c, e) || !choose(c, &all, &n, e)) return false;
	struct buf b = BUF_INIT(ROOM);
	for (size_t i = 0; i < COUNT_OF(heads); i++) put_cell(&b, str_of(heads[i]), i + 1 < COUNT_OF(heads) ? by.p[0] : 0);
	buf_lit(&b, "\r\n");
	for (size_t i = 0; i < n; i++) put_row(c, &all.list[i], &b, by.p[0]);
	c->raw = true;
	httpd_reply_type(c->p, STR("text/csv; charset=utf-8"));
	httpd_reply_cache_control(c->p, STR("private, no-store"));
	httpd_reply_take(c->p, &b);
	return httpd_reply_header(c->p, STR("Content-Disposition"), STR("attachment; filename=\"users.csv\""), e);
}

/* --- what a body says --------------------------------------------------------------------------------------------- */

struct given {
	bool permissions, groups, role, named;
	uint64_t bits;
	struct str *names;      /* of groups */
	size_t nnames;
	uint64_t strongest;     /* what those groups allow */
	struct str role_word, name;
	struct manage_limits limits;
};

static bool read_groups(struct manage_call *c, const struct manage_people *all, const struct json_node *list, struct given *out)
{
	enum json_kind kind = json_kind(list);
	out->groups = kind != JSON_ABSENT && kind != JSON_NULL;
	if (out->groups && kind != JSON_ARRAY) {
		process_fault(&c->faults, STR("groups"), "Expected a list of groups.");
		return false;
	}
	out->names = arena_array(c->a, struct str, json_count(list) + 1);
	for (size_t i = 0; out->groups && i < json_count(list); i++) {
		const struct json_node *one = json_at(list, i);
		struct str uid = json_kind(one) == JSON_OBJECT ? json_text(json_get(one, "uid")) : json_text(one);
		const struct account_group *g = manage_group_or_null(c, all, uid);
		if (!g) {
			process_fault(&c->faults, arena_printf(c->a, "groups/%zu", i), "There is no group \"%.*s\" on this portal.", STR_ARG(str_sub(uid, 0, 100)));
			return false;
		}
		out->names[out->nnames++] = g->name;
		out->strongest |= g->permissions;
	}
	return true;
}

/* first_name and last_name are one name here; the one that is not sent stays. */
static void read_name(struct manage_call *c, const struct json_node *body, struct str former, struct given *out)
{
	const struct json_node *first = json_get(body, "first_name"), *last = json_get(body, "last_name");
	struct str f = family(str_trim(former)), rest = str_trim(str_sub(former, 0, former.n - f.n));
	if (!rest.n) {
		rest = f;
		f = STR("");
	}
	out->named = json_kind(first) == JSON_TEXT || json_kind(last) == JSON_TEXT;
	if (json_kind(first) == JSON_TEXT) rest = str_trim(json_text(first));
	if (json_kind(last) == JSON_TEXT) f = str_trim(json_text(last));
	out->name = str_trim(arena_printf(c->a, "%.*s %.*s", STR_ARG(rest), STR_ARG(f)));
}

static bool read_given(struct manage_call *c, const struct manage_people *all, const struct json_node *body, struct str former, struct given *out)
{
	*out = (struct given){ 0 };
	if (json_kind(body) != JSON_OBJECT) {
		process_fault(&c->faults, STR("non_field_errors"), "Expected a JSON object.");
		return false;
	}
	out->role_word = json_text(json_get(body, "role"));
	out->role = out->role_word.n > 0;
	if (out->role && !account_role_ok(out->role_word)) {
		process_fault(&c->faults, STR("role"), "Expected admin, publisher or member.");
		return false;
	}
	read_name(c, body, former, out);
	return manage_read_permissions(c, json_get(body, "permissions"), &out->permissions, &out->bits) && read_groups(c, all, json_get(body, "groups"), out) &&
	       manage_read_limits(c, body, &out->limits);
}

/* --- one ---------------------------------------------------------------------------------------------------------- */

static bool find(struct manage_call *c, struct manage_people *all, const struct account **out, struct err *e)
{
	if (!manage_people(c, all, e)) return false;
	for (size_t i = 0; i < all->n; i++)
		if (str_eq_nocase(all->list[i].email, c->r->holes[0])) {
			*out = &all->list[i];
			return true;
		}
	return manage_none("user", c->r->holes[0], e);
}

bool manage_read_user(struct manage_call *c, struct err *e)
{
	struct manage_people all;
	const struct account *u;
	if (!find(c, &all, &u, e)) return false;
	manage_put_user(c, &all, u);
	return true;
}

static bool same_groups(const struct account *u, const struct given *g)
{
	size_t n = 0;
	for (size_t i = 0; i < u->ngroups; i++)
		for (size_t k = 0; k < g->nnames; k++) n += str_eq(u->groups[i], g->names[k]);
	return n == u->ngroups && n == g->nnames;
}

/* A role brings permissions with it: whoever has one of them no longer, has the rest by themselves. */
static void make_change(const struct account *u, const struct given *g, struct account_change *out)
{
	struct str role = g->role ? g->role_word : u->role;
	uint64_t was = direct(u), is = g->permissions ? g->bits : was;
	if (g->permissions && !g->role && (account_role_permissions(role) & ~is)) role = STR("member");
	*out = (struct account_change){ .name = g->name, .role = role, .own = g->permissions ? is & ~account_role_permissions(role) : u->own, .groups = g->names, .ngroups = g->nnames };
	if (g->named && !str_eq(g->name, u->name)) out->flags |= ACCOUNT_SET_NAME;
	if (!str_eq(role, u->role)) out->flags |= ACCOUNT_SET_ROLE;
	if (g->permissions && is != was) out->flags |= ACCOUNT_SET_PERMISSIONS;
	if (g->groups && !same_groups(u, g)) out->flags |= ACCOUNT_SET_GROUPS;
}

/* Nobody gives or takes what they do not have; nobody changes what they may do themselves. */
static bool allowed(struct manage_call *c, const struct manage_people *all, const struct account *u, const struct given *g, const struct account_change *x, struct err *e)
{
	uint64_t mine = manage_mine(c), was = through(all, u), now = x->own | account_role_permissions(x->role);
	unsigned power = ACCOUNT_SET_ROLE | ACCOUNT_SET_PERMISSIONS | ACCOUNT_SET_GROUPS;
	if (str_eq(u->role, STR("admin")) && !manage_is_admin(c)) return err_set(e, ERR_FORBIDDEN, "Administrators are changed by administrators only.");
	if (!(x->flags & power)) return true;
	if (u->id == c->who->account) return err_set(e, ERR_FORBIDDEN, "Role, permissions and groups of your own account are changed by somebody else.");
	if ((x->flags & ACCOUNT_SET_ROLE) && (str_eq(x->role, STR("admin")) || str_eq(u->role, STR("admin"))) && !manage_is_admin(c)) return refused(e);
	if ((now ^ direct(u)) & ~mine) return refused(e);
	return !(x->flags & ACCOUNT_SET_GROUPS) || !((g->strongest | (was & ~direct(u))) & ~mine) || refused(e);
}

/* Somebody who may change the portal from now on begins anew with fresh sessions (SES-6). */
static bool renew(struct manage_call *c, int64_t account, uint64_t was, struct err *e)
{
	struct manage_people all;
	int64_t n;
	if (!manage_people(c, &all, e)) return false;
	for (size_t i = 0; i < all.n; i++)
		if (all.list[i].id == account && (through(&all, &all.list[i]) & ~was & ACCOUNT_BIT(ACCOUNT_MAY_EDIT_DOMAIN)))
			return session_revoke_all(c->s->sessions, c->tenant, account, 0, &n, e);
	return true;
}

bool manage_update_user(struct manage_call *c, struct err *e)
{
	struct manage_people all;
	const struct account *u;
	struct given g;
	struct account_change change;
	struct account_scene scene = manage_scene(c);
	if (!find(c, &all, &u, e)) return false;
	const struct json_node *email = json_get(c->body, "email");
	if (json_kind(email) > JSON_NULL && !str_eq_nocase(str_trim(json_text(email)), u->email))
		return manage_invalid_field(c, "email", "The address of an account is not changed here: invite the person by the new one.");
	if (!read_given(c, &all, c->body, u->name, &g)) return manage_invalid(c, STR(""));
	make_change(u, &g, &change);
	uint64_t was = through(&all, u);
	if (!allowed(c, &all, u, &g, &change, e) || !manage_fresh(c, e)) return false;
	if (change.flags && !account_change(&scene, u->id, &change, e)) return manage_conflict(c, e->code == ERR_CONFLICT ? "last_administrator" : "validation_error", e);
	if (!manage_write_limits(c, u->id, 0, &g.limits, e)) return false;
	return renew(c, u->id, was, e) && manage_answer_user(c, u->id, e);
}

bool manage_delete_user(struct manage_call *c, struct err *e)
{
	struct manage_people all;
	const struct account *u;
	struct account_scene scene = manage_scene(c);
	if (!find(c, &all, &u, e)) return false;
	if (u->id == c->who->account) return err_set(e, ERR_FORBIDDEN, "This cannot be done to one's own account.");
	if (str_eq(u->role, STR("admin")) && !manage_is_admin(c)) return err_set(e, ERR_FORBIDDEN, "Administrators are changed by administrators only.");
	if (!manage_fresh(c, e)) return false;
	return account_remove(&scene, u->id, e) || manage_conflict(c, "last_administrator", e);
}

/* --- many --------------------------------------------------------------------------------------------------------- */

static bool read_new(struct manage_call *c, const struct json_node *item, struct given *g, struct err *e)
{
	struct manage_people all;
	if (!manage_people(c, &all, e) || !read_given(c, &all, item, STR(""), g)) return false;
	struct str role = g->role ? g->role_word : STR("member");
	uint64_t asked = (g->permissions ? g->bits : 0) | g->strongest | account_role_permissions(role);
	if ((asked & ~manage_mine(c)) || (str_eq(role, STR("admin")) && !manage_is_admin(c))) return refused(e);
	g->role_word = role;
	g->bits = g->permissions ? g->bits & ~account_role_permissions(role) : 0;
	return true;
}

static bool invite(struct manage_call *c, const struct json_node *item, struct err *e)
{
	struct given g;
	int64_t account;
	struct account_scene scene = manage_scene(c);
	if (!read_new(c, item, &g, e)) return false;
	struct account_invitation i = { .email = str_trim(json_text(json_get(item, "email"))), .name = g.name, .role = g.role_word, .language = STR(""), .own = g.bits,
		.groups = g.names, .ngroups = g.nnames };
	return account_invite(&scene, &i, &account, e) && manage_write_limits(c, account, 0, &g.limits, e) && manage_answer_user(c, account, e);
}

bool manage_invite_users(struct manage_call *c, struct err *e) { return manage_bulk(c, invite, e); }

static struct str subject_of(const struct json_node *attributes)
{
	static const char *const names[] = { "subject", "sub", "name_id", "NameID", NULL };
	for (size_t i = 0; names[i]; i++) {
		const struct json_node *v = json_get(attributes, names[i]);
		struct str s = json_text(json_kind(v) == JSON_ARRAY ? json_at(v, 0) : v);
		if (s.n) return s;
	}
	return STR("");
}

/* An account that signs in through a provider: known by the provider and by what the provider calls them. */
static bool provision(struct manage_call *c, const struct json_node *item, struct err *e)
{
	struct given g;
	int64_t account;
	struct sso_provider provider;
	struct account_scene scene = manage_scene(c);
	struct sso_scene sso = { .store = c->s->store, .vault = c->s->vault, .events = c->s->events, .conf = c->s->conf, .tenant = c->tenant, .origin = c->visit.origin,
		.client = c->r->client, .cancel_or_null = c->r->cancel, .arena = c->a };
	struct account_identity i = { .provider = json_text(json_get(json_get(item, "identity_provider"), "uid")), .subject = subject_of(json_get(item, "identity_provider_attributes")),
		.email = str_trim(json_text(json_get(item, "email"))) };
	if (!read_new(c, item, &g, e)) return false;
	struct err why = { 0 };
	if (!i.provider.n || !sso_provider_get(&sso, i.provider, &provider, &why)) {
		process_fault(&c->faults, STR("identity_provider"), "There is no such identity provider on this portal.");
		return false;
	}
	if (!i.subject.n) {
		process_fault(&c->faults, STR("identity_provider_attributes"), "Expected \"subject\": what the provider calls this person.");
		return false;
	}
	i.name = g.name;
	struct account_change change = { .flags = ACCOUNT_SET_PERMISSIONS | ACCOUNT_SET_GROUPS, .own = g.bits, .groups = g.names, .ngroups = g.nnames };
	if (!account_provision(c->s->accounts, c->t, &i, g.role_word, &account, e)) return false;
	return (!(g.bits | g.nnames) || account_change(&scene, account, &change, e)) && manage_write_limits(c, account, 0, &g.limits, e) && manage_answer_user(c, account, e);
}

bool manage_provision_users(struct manage_call *c, struct err *e) { return manage_bulk(c, provision, e); }
