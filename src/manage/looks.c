/* How the portal looks, by programs: the draft, going live, older versions, pictures and fonts. look/ says what may be. */
#include "look/look.h"
#include "manage/inside.h"

enum { VERSIONS = 1000 };

static bool put_look(struct manage_call *c, int64_t version, struct err *e)
{
	const struct look *l;
	if (!look_hold_version(c->s->looks, c->tenant, version, &l, e)) return false;
	json_value(&c->j);
	look_put_json(c->j.b, l);
	look_release(c->s->looks, l);
	return true;
}

bool manage_read_look(struct manage_call *c, struct err *e)
{
	struct str which = manage_query(c, "version");
	int64_t version = LOOK_DRAFT;
	if (str_eq(which, STR("live"))) version = 0;
	else if (which.n && !str_eq(which, STR("draft")) && (!str_to_int(which, &version) || version < 1))
		return err_set(e, ERR_PARAMETER, "version: expected draft, live or the number of a version.");
	return put_look(c, version, e);
}

/* A refusal of look/ as an answer; what failed on our side stays an error. */
static bool refused(struct manage_call *c, const char *place, struct err *e)
{
	if (e->code != ERR_INVALID && e->code != ERR_TOO_LARGE && e->code != ERR_PARAMETER) return false;
	process_fault(&c->faults, str_of(place), "%s", e->pub);
	*e = (struct err){ 0 };
	return manage_invalid(c, STR(""));
}

static void note(struct manage_call *c) { visitor_note(&c->visit, EVENT_SETTINGS_CHANGED, STR(""), STR("look")); }

bool manage_change_look(struct manage_call *c, struct err *e)
{
	const struct json_node *site = json_get(c->body, "site");
	if (json_kind(c->body) != JSON_OBJECT) return manage_invalid_field(c, "non_field_errors", "Expected an object with \"theme\", \"site\" or both.");
	if (!look_read_json(c->s->looks, c->tenant, manage_node_text(c->a, c->body), e)) return refused(c, "non_field_errors", e);
	if (site) note(c);
	return put_look(c, LOOK_DRAFT, e);
}

static void put_version(struct manage_call *c, const struct look_version *v)
{
	json_open(&c->j, '{');
	json_member_int(&c->j, "version", v->version);
	manage_member_time(&c->j, "made_at", (struct instant){ v->made_us });
	json_member(&c->j, "note", v->note);
	json_member_bool(&c->j, "is_live", v->live);
	json_close(&c->j, '}');
}

static bool answer_version(struct manage_call *c, int64_t version, struct err *e)
{
	struct look_version *list;
	size_t n;
	if (!look_versions(c->s->looks, c->t, c->a, VERSIONS, &list, &n, e)) return false;
	for (size_t i = 0; i < n; i++) {
		if (list[i].version != version) continue;
		put_version(c, &list[i]);
		return true;
	}
	return manage_none("version", arena_printf(c->a, "%lld", (long long)version), e);
}

bool manage_publish_look(struct manage_call *c, struct err *e)
{
	int64_t version;
	if (c->body && json_kind(c->body) != JSON_OBJECT) return manage_invalid_field(c, "non_field_errors", "Expected an object with \"note\", or nothing.");
	if (!look_go_live(c->s->looks, c->tenant, str_trim(json_text(json_get(c->body, "note"))), &version, e)) return refused(c, "theme", e);
	note(c);
	return answer_version(c, version, e);
}

bool manage_reset_look(struct manage_call *c, struct err *e)
{
	struct str to = json_text(json_get(c->body, "to"));
	bool house = str_eq(to, STR("house"));
	if (!house && !str_eq(to, STR("live"))) return manage_invalid_field(c, "to", "Expected \"live\" or \"house\".");
	return look_reset_draft(c->s->looks, c->tenant, house, e) && put_look(c, LOOK_DRAFT, e);
}

bool manage_list_look_versions(struct manage_call *c, struct err *e)
{
	struct manage_page page;
	struct look_version *list;
	size_t n;
	if (!manage_page(c, &page, e) || !look_versions(c->s->looks, c->t, c->a, VERSIONS, &list, &n, e)) return false;
	manage_page_begin(c, &page, (int64_t)n);
	for (size_t i = (size_t)page.offset; i < n && i < (size_t)(page.offset + page.limit); i++) put_version(c, &list[i]);
	manage_page_end(c);
	return true;
}

bool manage_choose_look(struct manage_call *c, struct err *e)
{
	int64_t version;
	if (!str_to_int(c->r->holes[0], &version) || version < 1) return manage_none("version", c->r->holes[0], e);
	if (!look_choose(c->s->looks, c->tenant, version, e)) return false;
	note(c);
	return answer_version(c, version, e);
}

/* --- pictures and fonts ------------------------------------------------------------------------------------------- */

static void put_file(struct manage_call *c, const struct look_file *f)
{
	json_open(&c->j, '{');
	json_member(&c->j, "name", f->name);
	json_member(&c->j, "url", arena_join(c->a, STR(LOOK_FILES_PATH), f->name));
	json_member(&c->j, "type", f->type);
	json_member_int(&c->j, "bytes", f->bytes);
	json_member_bool(&c->j, "is_font", f->is_font);
	manage_member_time(&c->j, "made_at", (struct instant){ f->made_us });
	json_close(&c->j, '}');
}

bool manage_list_look_files(struct manage_call *c, struct err *e)
{
	struct manage_page page;
	struct look_file *list;
	size_t n;
	if (!manage_page(c, &page, e) || !look_files(c->s->looks, c->t, c->a, &list, &n, e)) return false;
	manage_page_begin(c, &page, (int64_t)n);
	for (size_t i = (size_t)page.offset; i < n && i < (size_t)(page.offset + page.limit); i++) put_file(c, &list[i]);
	manage_page_end(c);
	return true;
}

bool manage_add_look_file(struct manage_call *c, struct err *e)
{
	const struct httpd_part *file;
	struct str kept, bytes;
	struct look_file *list;
	size_t n;
	if (!manage_one_file(c, "file", &file, e)) return false;
	if (!file) return true;
	if (!httpd_part_bytes(file, c->a, LOOK_PICTURE_BYTES + 1, &bytes, e)) return refused(c, "file", e);
	if (!look_file_add(c->s->looks, c->tenant, file->filename, bytes, &kept, c->a, e)) return refused(c, "file", e);
	note(c);
	if (!look_files(c->s->looks, c->t, c->a, &list, &n, e)) return false;
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i].name, kept)) put_file(c, &list[i]);
	return true;
}

bool manage_remove_look_file(struct manage_call *c, struct err *e)
{
	struct look_file *list;
	size_t n, i = 0;
	if (!look_files(c->s->looks, c->t, c->a, &list, &n, e)) return false;
	while (i < n && !str_eq(list[i].name, c->r->holes[0])) i++;
	if (i == n) return manage_none("file", c->r->holes[0], e);
	if (!look_file_remove(c->s->looks, c->tenant, c->r->holes[0], e)) return false;
	note(c);
	return true;
}
