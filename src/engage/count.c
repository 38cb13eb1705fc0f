/* What waits for somebody, and what is kept of one account. */
#include "engage/inside.h"

bool engage_waiting(const struct engage_scene *s, struct engage_waiting *out, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	*out = (struct engage_waiting){ 0 };
	if (!engage_begin(s, STORE_READ, &tx, e)) return false;
	bool ok = store_ask(tx, ENGAGE_Q(waiting), s->tenant->id, STORE_NONE, &r, e);
	if (ok) {
		ok = store_step(r, e) == STORE_ROW;
		if (ok) *out = (struct engage_waiting){ .reuses = store_int(r, 0), .notes = store_int(r, 1) };
		store_stop(r);
	}
	return store_end(tx, STORE_ROLLBACK, e) && ok;
}

static void put_time(struct json_out *j, struct str key, int64_t us)
{
	json_key(j, key);
	json_value(j);
	buf_put_char(j->b, '"');
	clock_put_instant(j->b, us, clock_utc());
	buf_put_char(j->b, '"');
}

static void put_follow(const struct engage_scene *s, struct json_out *j, struct store_rows *r)
{
	(void)s;
	json_member(j, "dataset", store_text(r, 2));
	put_time(j, STR("since"), store_int(r, 3));
}

static void put_reuse(const struct engage_scene *s, struct json_out *j, struct store_rows *r)
{
	static const char *const states[] = { "pending", "approved", "rejected" };
	int64_t state = store_int(r, 2);
	json_member(j, "dataset", store_text(r, 4));
	json_member(j, "title", store_text(r, 0));
	json_member(j, "description", store_text(r, 5));
	json_member(j, "url", store_text(r, 1));
	json_member(j, "state", str_of(state >= 0 && state < (int64_t)COUNT_OF(states) ? states[state] : ""));
	struct engage_reuse pictured = { .id = store_int(r, 6), .pictured = { store_int(r, 7) } };
	json_member(j, "picture", pictured.pictured.us ? engage_picture_path(s->arena, &pictured) : STR(""));
	put_time(j, STR("created"), store_int(r, 3));
}

static void put_note(const struct engage_scene *s, struct json_out *j, struct store_rows *r)
{
	static const char *const words[ENGAGE_NOTE_KINDS] = { "feedback", "contact", "access" };
	int64_t kind = store_int(r, 0);
	struct str text = engage_open(s, s->arena, store_text(r, 3)), line;
	(void)(str_cut(&text, '\n', &line) && str_cut(&text, '\n', &line)); /* address and name stand in the account */
	json_member(j, "kind", str_of(kind >= 0 && kind < ENGAGE_NOTE_KINDS ? words[kind] : ""));
	json_member(j, "about", store_text(r, 2));
	json_member(j, "text", text);
	json_member(j, "answer", engage_open(s, s->arena, store_text(r, 5)));
	put_time(j, STR("created"), store_int(r, 4));
}

bool engage_export(const struct engage_scene *s, struct json_out *j, struct err *e)
{
	const struct { struct str name; const struct store_query *q; void (*put)(const struct engage_scene *, struct json_out *, struct store_rows *); } lists[] = {
		{ STR("follows"), ENGAGE_Q(follows), put_follow }, { STR("reuses"), ENGAGE_Q(own_reuses), put_reuse }, { STR("messages"), ENGAGE_Q(own_notes), put_note } };
	struct store_tx *tx;
	bool ok = true;
	if (!engage_begin(s, STORE_READ, &tx, e)) return false;
	for (size_t i = 0; ok && i < COUNT_OF(lists); i++) {
		struct store_rows *r;
		enum store_step step;
		ok = store_ask(tx, lists[i].q, s->tenant->id, STORE_PARAMS(VALUE_OF_INT(s->by)), &r, e);
		if (!ok) break;
		json_key(j, lists[i].name);
		json_open(j, '[');
		while ((step = store_step(r, e)) == STORE_ROW) {
			json_open(j, '{');
			lists[i].put(s, j, r);
			json_close(j, '}');
		}
		json_close(j, ']');
		store_stop(r);
		ok = step != STORE_FAILED;
	}
	return store_end(tx, STORE_ROLLBACK, e) && ok;
}
