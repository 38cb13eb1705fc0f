/* What the origin of a copy says of it: metadata and fields, which hold wherever nobody has said something else here; and how a format is shown that has its
 * own way to be. */
#include "publish/inside.h"

struct str publish_origin(const struct publish_road *r)
{
	for (size_t i = 0; i < r->sources.n; i++)
		if (r->sources.p[i].metadata.n) return r->sources.p[i].metadata;
	return STR("");
}

bool publish_origin_stands(const struct publish_road *r)
{
	const struct json_node *now;
	struct err ignored = { 0 };
	struct str origin = publish_origin(r);
	if (!origin.n || !json_read_in(r->a, origin, &now, &ignored)) return true;
	return str_eq(publish_json_of(r->a, now), r->former.metadata);
}

/* Fields that a calendar is drawn of, by the setting of the view; the first that it has. */
static const struct { const char *setting, *fields[3]; enum value_type types[2]; } calendar[] = {
	{ "calendar_event_title", { "summary", "description" }, { VALUE_TEXT, VALUE_TEXT } },
	{ "calendar_event_start", { "dtstart", "due", "dtstamp" }, { VALUE_DATE, VALUE_DATETIME } },
	{ "calendar_event_end", { "dtend" }, { VALUE_DATE, VALUE_DATETIME } },
};

static void put_setting(struct json_out *j, const char *setting, struct str field)
{
	json_key(j, str_of(setting));
	json_open(j, '{');
	json_member(j, "", field);
	json_close(j, '}');
}

struct str publish_look_of_format(struct arena *a, struct str format, const struct schema *s)
{
	auto_buf b = BUF_INIT(1 << 16);
	struct json_out j = JSON_OUT(&b);
	if (!str_eq(format, STR("icalendar"))) return STR("");
	json_open(&j, '{');
	json_key(&j, STR("visualization"));
	json_open(&j, '{');
	json_key(&j, STR("calendar_enabled"));
	json_open(&j, '{');
	json_member_bool(&j, "", true);
	json_close(&j, '}');
	for (size_t i = 0; i < COUNT_OF(calendar); i++)
		for (size_t k = 0; k < COUNT_OF(calendar[i].fields) && calendar[i].fields[k]; k++) {
			int at = schema_find(s, str_of(calendar[i].fields[k]));
			if (at < 0 || (s->fields[at].type != calendar[i].types[0] && s->fields[at].type != calendar[i].types[1])) continue;
			put_setting(&j, calendar[i].setting, s->fields[at].name);
			break;
		}
	json_close(&j, '}');
	json_close(&j, '}');
	return arena_str(a, buf_str(&b));
}

void publish_put_origin(const struct publish_road *r, struct json_out *j, struct str origin)
{
	const struct json_node *doc = r->config.doc, *said;
	struct err ignored = { 0 };
	if (!origin.n || !json_read_in(r->a, origin, &said, &ignored) || json_count(json_get(said, "fields")) == 0) return;
	json_open(j, '{');
	json_member(j, "type", STR("origin"));
	/* Steps, and rows of other sources, make other records than the origin has. */
	json_member_bool(j, "exact", json_count(json_get(doc, "processors")) == 0 && json_count(json_get(doc, "resources")) == 1);
	json_key(j, STR("fields"));
	json_value(j);
	json_put_node(j->b, json_get(said, "fields"));
	json_close(j, '}');
}

/* What the origin says where the configuration says nothing: it wins value by value. */
static void merge_template(struct json_out *j, const struct json_node *mine, const struct json_node *theirs)
{
	struct str name;
	const struct json_node *value;
	json_open(j, '{');
	for (size_t at = 0; json_each(mine, &at, &name, &value);) {
		json_key(j, name);
		json_value(j);
		json_put_node(j->b, value);
	}
	for (size_t at = 0; json_each(theirs, &at, &name, &value);) {
		auto_arena a = ARENA_INIT;
		if (json_get(mine, arena_cstr(&a, name))) continue;
		json_key(j, name);
		json_value(j);
		json_put_node(j->b, value);
	}
	json_close(j, '}');
}

bool publish_merge_metadata(struct publish_road *r, struct str origin, struct config *out, struct err *e)
{
	const struct json_node *theirs;
	const struct json_node *mine = json_get(r->told ? r->told : r->config.doc, "metadata");
	struct str name;
	const struct json_node *value;
	*out = r->config;
	if (r->told) out->doc = r->told;
	if (!origin.n) return true;
	if (!json_read_in(r->a, origin, &theirs, e)) return false;
	auto_buf b = BUF_INIT(64 << 20);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_key(&j, STR("metadata"));
	json_open(&j, '{');
	for (size_t at = 0; json_each(mine, &at, &name, &value);) {
		json_key(&j, name);
		merge_template(&j, value, json_get(theirs, arena_cstr(r->a, name)));
	}
	for (size_t at = 0; json_each(theirs, &at, &name, &value);) {
		if (json_get(mine, arena_cstr(r->a, name)) || json_kind(value) != JSON_OBJECT || str_eq(name, STR("fields"))) continue;
		json_key(&j, name);
		merge_template(&j, NULL, value);
	}
	json_close(&j, '}');
	json_close(&j, '}');
	return json_read_in(r->a, buf_str(&b), &out->doc, e);
}
