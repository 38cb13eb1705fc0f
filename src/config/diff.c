/* What has changed between two documents, leaf by leaf. Items of lists are compared with the one of the same uid, so that
 * one put in at the front is one change and not as many as there are items. */
#include "config/inside.h"

struct diff {
	struct json_out j;
	struct buf path;    /* JSON texts, by comma */
	struct str section;
	bool any;
};

bool config_same(const struct json_node *x, const struct json_node *y)
{
	if (json_kind(x) != json_kind(y)) return false;
	auto_buf bx = BUF_INIT(CONFIG_DOC_BYTES);
	auto_buf by = BUF_INIT(CONFIG_DOC_BYTES);
	json_put_node(&bx, x);
	json_put_node(&by, y);
	return str_eq(buf_str(&bx), buf_str(&by));
}

static void put(struct diff *d, const struct json_node *was, const struct json_node *is)
{
	if (!d->any) {
		json_key(&d->j, d->section);
		json_open(&d->j, '[');
	}
	d->any = true;
	json_open(&d->j, '{');
	json_key(&d->j, STR("path"));
	json_value(&d->j);
	buf_lit(d->j.b, "[");
	buf_put(d->j.b, buf_str(&d->path));
	buf_lit(d->j.b, "]");
	json_key(&d->j, STR("old_value"));
	json_value(&d->j);
	json_put_node(d->j.b, was);
	json_key(&d->j, STR("new_value"));
	json_value(&d->j);
	json_put_node(d->j.b, is);
	json_member(&d->j, "operation_type", !was ? STR("create") : !is ? STR("delete") : STR("update"));
	json_close(&d->j, '}');
}

static void walk(struct diff *d, struct arena *a, const struct json_node *was, const struct json_node *is);

static void below(struct diff *d, struct arena *a, struct str word, const struct json_node *was, const struct json_node *is)
{
	size_t n = d->path.n;
	auto_buf text = BUF_INIT(4096);
	struct json_out j = JSON_OUT(&text);
	json_put(&j, word);
	if (n) buf_lit(&d->path, ",");
	buf_put(&d->path, buf_str(&text));
	walk(d, a, was, is);
	d->path.n = n;
}

static const struct json_node *by_uid(const struct json_node *list, struct str uid)
{
	for (size_t i = 0; i < json_count(list); i++)
		if (str_eq(json_text(json_get(json_at(list, i), "uid")), uid)) return json_at(list, i);
	return NULL;
}

static bool has_uids(const struct json_node *list)
{
	return json_kind(list) == JSON_ARRAY && json_get(json_at(list, 0), "uid") != NULL;
}

static void walk_items(struct diff *d, struct arena *a, const struct json_node *was, const struct json_node *is)
{
	size_t place = 0;
	bool moved = false;
	for (size_t i = 0; i < json_count(was); i++) {
		struct str uid = json_text(json_get(json_at(was, i), "uid"));
		const struct json_node *now = by_uid(is, uid);
		below(d, a, uid, json_at(was, i), now);
		if (!now) continue;
		moved |= place < json_count(is) && now != json_at(is, place);
		place++;
		while (place < json_count(is) && !by_uid(was, json_text(json_get(json_at(is, place), "uid")))) place++;
	}
	for (size_t i = 0; i < json_count(is); i++) {
		struct str uid = json_text(json_get(json_at(is, i), "uid"));
		if (!by_uid(was, uid)) below(d, a, uid, NULL, json_at(is, i));
	}
	if (moved && json_count(was) == json_count(is)) put(d, was, is);
}

static void walk(struct diff *d, struct arena *a, const struct json_node *was, const struct json_node *is)
{
	struct str key;
	const struct json_node *v;
	if (config_same(was, is)) return;
	if (has_uids(was) || has_uids(is)) {
		walk_items(d, a, was, is);
	} else if (json_kind(was) == JSON_OBJECT && json_kind(is) == JSON_OBJECT) {
		for (size_t at = 0; json_each(was, &at, &key, &v);) below(d, a, key, v, json_get(is, arena_cstr(a, key)));
		for (size_t at = 0; json_each(is, &at, &key, &v);)
			if (!json_get(was, arena_cstr(a, key))) below(d, a, key, NULL, v);
	} else {
		put(d, was, is);
	}
}

void config_diff(struct arena *a, const struct json_node *was, const struct json_node *is, struct str *sections, struct str *diff)
{
	static const char *const members[] = { "resources", "processors", "fields", "metadata" };
	auto_buf b = BUF_INIT(CONFIG_DIFF_BYTES);
	auto_arena scratch = ARENA_INIT;
	struct diff d = { .j = JSON_OUT(&b), .path = BUF_INIT(1 << 16) };
	*sections = STR("");
	json_open(&d.j, '{');
	for (size_t i = 0; i < COUNT_OF(members); i++) {
		d.section = str_of(members[i]);
		d.any = false;
		walk(&d, &scratch, json_get(was, members[i]), json_get(is, members[i]));
		if (!d.any) continue;
		json_close(&d.j, ']');
		*sections = arena_printf(a, "%.*s%s%s", STR_ARG(*sections), sections->n ? " " : "", members[i]);
	}
	json_close(&d.j, '}');
	/* One that is too long to keep says which parts changed and no more. */
	*diff = !sections->n ? STR("") : b.over || d.path.over ? STR("{}") : arena_str(a, buf_str(&b));
	buf_done(&d.path);
}
