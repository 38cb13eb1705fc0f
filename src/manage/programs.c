/* Programs that may ask people to be let in (OAuth 2.0). A secret is told once, when it is made. A program works by itself only in the name of
 * whoever says so while signed in: nobody's name is lent by somebody else, nor by a key. */
#include "manage/inside.h"
#include "oauth/oauth.h"

static struct oauth_scene scene_of(struct manage_call *c)
{
	return (struct oauth_scene){ .o = c->s->oauth, .t = c->t, .client = c->r->client, .by = c->who->account, .arena = c->a };
}

static void put_words(struct json_out *j, const char *member, struct str words)
{
	struct str word;
	json_key(j, str_of(member));
	json_open(j, '[');
	while (words.n && str_cut(&words, ' ', &word))
		if (word.n) json_put(j, word);
	json_close(j, ']');
}

static void put(struct manage_call *c, const struct oauth_program *p, const char *secret_or_null)
{
	struct json_out *j = &c->j;
	json_open(j, '{');
	json_member(j, "uid", arena_printf(c->a, "%lld", (long long)p->id));
	json_member(j, "client_id", p->client);
	json_member(j, "name", p->name);
	json_member(j, "about", p->about);
	json_member(j, "site", p->site);
	json_member_bool(j, "keeps_secret", p->secret);
	if (secret_or_null && secret_or_null[0]) json_member(j, "client_secret", str_of(secret_or_null));
	json_key(j, STR("redirects"));
	json_open(j, '[');
	for (size_t i = 0; i < p->nredirects; i++) json_put(j, p->redirects[i]);
	json_close(j, ']');
	put_words(j, "scopes", oauth_scopes_text(c->a, p->scopes));
	json_member_bool(j, "works_alone", p->alone != 0);
	manage_member_time(j, "created_at", p->created);
	json_close(j, '}');
}

static bool find(struct manage_call *c, struct oauth_program *out, struct err *e)
{
	struct oauth_scene s = scene_of(c);
	int64_t id;
	if (!str_to_int(c->r->holes[0], &id) || id <= 0) return manage_none("program", c->r->holes[0], e);
	return oauth_program_get(&s, id, out, e);
}

/* --- what a body says --------------------------------------------------------------------------------------------- */

static void take_text(struct manage_call *c, const char *name, struct str *to)
{
	const struct json_node *v = json_get(c->body, name);
	if (json_kind(v) <= JSON_NULL) return;
	if (json_kind(v) != JSON_TEXT) process_fault(&c->faults, str_of(name), "Expected a text.");
	else *to = str_trim(json_text(v));
}

static bool is_list(struct manage_call *c, const struct json_node *v, const char *name)
{
	bool good = json_kind(v) == JSON_ARRAY;
	for (size_t i = 0; good && i < json_count(v); i++) good = json_kind(json_at(v, i)) == JSON_TEXT;
	if (json_kind(v) > JSON_NULL && !good) process_fault(&c->faults, str_of(name), "Expected a list of texts.");
	return good;
}

static void take_redirects(struct manage_call *c, struct oauth_program *p)
{
	const struct json_node *v = json_get(c->body, "redirects");
	if (!is_list(c, v, "redirects")) return;
	struct str *list = arena_array(c->a, struct str, json_count(v) + 1);
	p->nredirects = json_count(v);
	p->redirects = list;
	for (size_t i = 0; i < p->nredirects; i++) {
		list[i] = str_trim(json_text(json_at(v, i)));
		const char *why = oauth_redirect_fault(list[i], p->secret);
		if (why) process_fault(&c->faults, arena_printf(c->a, "redirects/%zu", i), "%s", why);
	}
}

static void take_scopes(struct manage_call *c, struct oauth_program *p)
{
	const struct json_node *v = json_get(c->body, "scopes");
	if (!is_list(c, v, "scopes")) return;
	p->scopes = 0;
	for (size_t i = 0; i < json_count(v); i++) {
		uint64_t bits = 0;
		struct str bad;
		if (oauth_scopes_read(json_text(json_at(v, i)), &bits, &bad)) p->scopes |= bits;
		else process_fault(&c->faults, arena_printf(c->a, "scopes/%zu", i), "There is no scope \"%.*s\": read, all, or the name of a permission.", STR_ARG(str_sub(bad, 0, 60)));
	}
}

static void take_alone(struct manage_call *c, struct oauth_program *p, uint64_t former)
{
	const struct json_node *v = json_get(c->body, "works_alone");
	int64_t me = c->who->by_session ? c->who->account : 0;
	bool given = json_kind(v) > JSON_NULL;
	if (given && json_kind(v) != JSON_BOOL) process_fault(&c->faults, STR("works_alone"), "Expected true or false.");
	if (given && !json_bool(v, false)) p->alone = 0;
	else if (given && !p->alone && !me) process_fault(&c->faults, STR("works_alone"), "A program works by itself in the name of whoever says so while signed in, which a key is not.");
	else if (given && !p->alone) p->alone = me;
	if (p->alone && p->alone != me && (p->scopes & ~former))
		process_fault(&c->faults, STR("scopes"), "It works by itself in somebody's name, who lent it for less: set works_alone to false first.");
}

static bool read_body(struct manage_call *c, struct oauth_program *p)
{
	uint64_t former = p->scopes;
	const struct json_node *keeps = json_get(c->body, "keeps_secret");
	if (json_kind(c->body) != JSON_OBJECT) {
		process_fault(&c->faults, STR("non_field_errors"), "Expected a JSON object.");
		return false;
	}
	take_text(c, "name", &p->name);
	take_text(c, "about", &p->about);
	take_text(c, "site", &p->site);
	if (!p->id && json_kind(keeps) > JSON_NULL && json_kind(keeps) != JSON_BOOL) process_fault(&c->faults, STR("keeps_secret"), "Expected true or false.");
	if (!p->id) p->secret = json_bool(keeps, true);
	take_redirects(c, p);
	take_scopes(c, p);
	take_alone(c, p, former);
	if (!p->name.n) process_fault(&c->faults, STR("name"), "Give it a name: people read it when they are asked.");
	if (p->site.n && !str_starts(p->site, STR("https://"))) process_fault(&c->faults, STR("site"), "The address begins with https://.");
	if (p->alone && !p->secret) process_fault(&c->faults, STR("works_alone"), "Only a program that keeps a secret can work by itself.");
	if (!p->nredirects && !p->alone) process_fault(&c->faults, STR("redirects"), "Without an address to answer to, nobody can let the program in.");
	return !c->faults.list.n;
}

/* --- operations --------------------------------------------------------------------------------------------------- */

bool manage_list_programs(struct manage_call *c, struct err *e)
{
	struct manage_page page;
	struct oauth_scene s = scene_of(c);
	struct oauth_program *list;
	size_t n;
	if (!manage_page(c, &page, e) || !oauth_program_list(&s, &list, &n, e)) return false;
	manage_page_begin(c, &page, (int64_t)n);
	for (size_t i = (size_t)page.offset; i < n && i < (size_t)(page.offset + page.limit); i++) put(c, &list[i], NULL);
	manage_page_end(c);
	return true;
}

bool manage_read_program(struct manage_call *c, struct err *e)
{
	struct oauth_program p;
	if (!find(c, &p, e)) return false;
	put(c, &p, NULL);
	return true;
}

static bool refused(struct manage_call *c, struct err *e)
{
	(void)manage_fault_of(c, "non_field_errors", e);
	return c->faults.list.n && manage_invalid(c, STR(""));
}

bool manage_add_program(struct manage_call *c, struct err *e)
{
	struct oauth_scene s = scene_of(c);
	struct oauth_program p = { .name = STR(""), .about = STR(""), .site = STR(""), .secret = true };
	char secret[OAUTH_SECRET_TEXT];
	if (!read_body(c, &p)) return manage_invalid(c, STR(""));
	if (!manage_fresh(c, e)) return false;
	if (!oauth_program_add(&s, &p, secret, e)) return refused(c, e);
	if (!oauth_program_get(&s, p.id, &p, e)) return false;
	put(c, &p, secret);
	return true;
}

bool manage_update_program(struct manage_call *c, struct err *e)
{
	struct oauth_scene s = scene_of(c);
	struct oauth_program p;
	if (!find(c, &p, e)) return false;
	if (!read_body(c, &p)) return manage_invalid(c, STR(""));
	if (!manage_fresh(c, e)) return false;
	return oauth_program_change(&s, &p, e) ? manage_read_program(c, e) : refused(c, e);
}

bool manage_renew_program(struct manage_call *c, struct err *e)
{
	enum { BAD = 400 };
	struct oauth_scene s = scene_of(c);
	struct oauth_program p;
	char secret[OAUTH_SECRET_TEXT];
	if (!find(c, &p, e)) return false;
	if (!p.secret) return manage_refused(c, BAD, "no_secret", STR("This program runs on people's devices and has no secret."));
	if (!manage_fresh(c, e) || !oauth_program_renew(&s, p.id, secret, e) || !find(c, &p, e)) return false;
	put(c, &p, secret);
	return true;
}

bool manage_remove_program(struct manage_call *c, struct err *e)
{
	struct oauth_scene s = scene_of(c);
	struct oauth_program p;
	return find(c, &p, e) && manage_fresh(c, e) && oauth_program_remove(&s, p.id, e);
}
