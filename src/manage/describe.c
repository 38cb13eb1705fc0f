/* The API's own description (OpenAPI 3.1), made of the rows that its routes are made of. */
#include "manage/inside.h"
#include "rest/rest.h"

static const struct { const char *name, *schema; } shapes[] = {
#define SHAPE(name, schema) { name, schema },
#include "manage/shapes.def"
#undef SHAPE
};

bool manage_shape_is_object(const char *name)
{
	for (size_t i = 0; name && i < COUNT_OF(shapes); i++)
		if (!strcmp(shapes[i].name, name)) return str_starts(str_of(shapes[i].schema), STR("{\"type\":\"object\""));
	return false;
}

static const char *const verbs[HTTPD_METHODS] = { [HTTPD_GET] = "get", [HTTPD_POST] = "post", [HTTPD_PUT] = "put", [HTTPD_DELETE] = "delete", [HTTPD_PATCH] = "patch" };

static void put_ref(struct json_out *j, const char *shape)
{
	auto_buf ref = BUF_INIT(200);
	buf_printf(&ref, "#/components/schemas/%s", shape);
	json_open(j, '{');
	json_member(j, "$ref", buf_str(&ref));
	json_close(j, '}');
}

/* {"total_count", "next", "previous", "results": […]} */
static void put_page(struct json_out *j, const char *shape)
{
	json_value(j);
	buf_lit(j->b, "{\"type\":\"object\",\"required\":[\"total_count\",\"next\",\"previous\",\"results\"],\"properties\":{\"total_count\":{\"type\":\"integer\"},"
	              "\"next\":{\"type\":[\"string\",\"null\"]},\"previous\":{\"type\":[\"string\",\"null\"]},\"results\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/");
	buf_put(j->b, str_of(shape));
	buf_lit(j->b, "\"}}}}");
}

static bool is_of(const struct manage_operation *o, const char *base) { return o->path && strcmp(o->base, base) == 0; }

static bool is_bytes(const char *shape) { return strcmp(shape, "bytes") == 0; }

static void put_content(struct json_out *j, const struct manage_operation *o, const char *shape, bool answer)
{
	bool form = !answer && o->takes == MANAGE_FILE;
	json_key(j, STR("content"));
	json_open(j, '{');
	json_key(j, is_bytes(shape) ? STR("application/octet-stream") : form ? STR("multipart/form-data") : STR("application/json"));
	json_open(j, '{');
	if (!is_bytes(shape)) {
		json_key(j, STR("schema"));
		if (answer && o->paged) put_page(j, shape);
		else put_ref(j, shape);
	}
	json_close(j, '}');
	json_close(j, '}');
}

static void put_parameters(struct json_out *j, const struct manage_operation *o)
{
	struct str rest = str_of(o->path), word;
	json_key(j, STR("parameters"));
	json_open(j, '[');
	while (rest.n && str_cut(&rest, '{', &word) && rest.n && str_cut(&rest, '}', &word)) {
		json_open(j, '{');
		json_member(j, "name", word);
		json_member(j, "in", STR("path"));
		json_member_bool(j, "required", true);
		json_key(j, STR("schema"));
		json_value(j);
		buf_lit(j->b, "{\"type\":\"string\"}");
		json_close(j, '}');
	}
	if (o->paged) {
		json_value(j);
		buf_lit(j->b, "{\"name\":\"limit\",\"in\":\"query\",\"schema\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":1000,\"default\":20}},"
		              "{\"name\":\"offset\",\"in\":\"query\",\"schema\":{\"type\":\"integer\",\"minimum\":0,\"default\":0}}");
	}
	if (o->route.method == HTTPD_POST) {
		json_value(j);
		buf_lit(j->b, "{\"name\":\"Idempotency-Key\",\"in\":\"header\",\"description\":\"The same key with the same request has the same answer, for a day.\",\"schema\":{\"type\":\"string\"}}");
	}
	if ((o->rule >= MANAGE_READS && o->route.method != HTTPD_GET) || ((is_of(o, MANAGE_PORTAL) || o->rule == MANAGE_DOMAIN) && o->route.method == HTTPD_PUT)) {
		json_value(j);
		buf_lit(j->b, "{\"name\":\"If-Match\",\"in\":\"header\",\"description\":\"The ETag of what was read: a change of something older is refused with 412.\",\"schema\":{\"type\":\"string\"}}");
	}
	json_close(j, ']');
}

static void put_answers(struct json_out *j, const struct manage_operation *o)
{
	static const struct { const char *status, *sentence; } bad[] = {
		{ "400", "Something in the request cannot be taken; detail says where." }, { "401", "The key is not known, or none was sent." },
		{ "403", "The caller does not have this permission." }, { "404", "There is no such thing, or not for this caller." },
		{ "409", "Somebody else changed it meanwhile." }, { "500", "Something went wrong on the portal's side." } };
	auto_buf status = BUF_INIT(16);
	buf_put_int(&status, o->status);
	json_key(j, STR("responses"));
	json_open(j, '{');
	json_key(j, buf_str(&status));
	json_open(j, '{');
	json_member(j, "description", str_of(o->summary));
	if (o->answer) put_content(j, o, o->answer, true);
	json_close(j, '}');
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		json_key(j, str_of(bad[i].status));
		json_open(j, '{');
		json_member(j, "description", str_of(bad[i].sentence));
		json_key(j, STR("content"));
		json_value(j);
		buf_lit(j->b, "{\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/error\"}}}");
		json_close(j, '}');
	}
	json_close(j, '}');
}

static void put_operation(struct json_out *j, const struct manage_operation *o)
{
	json_key(j, str_of(verbs[o->route.method]));
	json_open(j, '{');
	json_member(j, "operationId", str_of(o->symbol));
	json_member(j, "summary", str_of(o->summary));
	put_parameters(j, o);
	if (o->body) {
		json_key(j, STR("requestBody"));
		json_open(j, '{');
		put_content(j, o, o->body, false);
		json_close(j, '}');
	}
	put_answers(j, o);
	json_close(j, '}');
}

/* Every method of an address stands together, though the rows need not. */
static void put_paths(struct json_out *j, const char *base)
{
	json_open(j, '{');
	for (size_t i = 0; i < manage_operation_count; i++) {
		const struct manage_operation *o = &manage_operations[i];
		bool first = is_of(o, base);
		for (size_t k = 0; first && k < i; k++) first = !is_of(&manage_operations[k], base) || strcmp(manage_operations[k].path, o->path) != 0;
		if (!first) continue;
		auto_buf path = BUF_INIT(400);
		buf_put(&path, str_of(o->path));
		if (!str_ends(str_of(o->path), STR(".json"))) buf_put_char(&path, '/');
		json_key(j, buf_str(&path));
		json_open(j, '{');
		for (size_t k = i; k < manage_operation_count; k++)
			if (is_of(&manage_operations[k], base) && strcmp(manage_operations[k].path, o->path) == 0) put_operation(j, &manage_operations[k]);
		json_close(j, '}');
	}
	json_close(j, '}');
}

static void describe(struct manage_call *c, const char *base, const char *title, const char *summary)
{
	struct json_out *j = &c->j;
	json_open(j, '{');
	json_member(j, "openapi", STR("3.1.0"));
	json_key(j, STR("info"));
	json_open(j, '{');
	json_member(j, "title", str_of(title));
	json_member(j, "version", STR("v1.0"));
	json_member(j, "summary", str_of(summary));
	json_close(j, '}');
	json_key(j, STR("servers"));
	json_open(j, '[');
	json_open(j, '{');
	json_member(j, "url", rest_base(c->r, str_of(base)));
	json_close(j, '}');
	json_close(j, ']');
	json_key(j, STR("security"));
	json_value(j);
	buf_lit(j->b, "[{\"apikey_header\":[]},{\"apikey\":[]},{\"bearer\":[]}]");
	json_key(j, STR("paths"));
	put_paths(j, base);
	json_key(j, STR("components"));
	json_open(j, '{');
	json_key(j, STR("securitySchemes"));
	json_value(j);
	buf_lit(j->b, "{\"apikey\":{\"type\":\"apiKey\",\"in\":\"query\",\"name\":\"apikey\"},\"apikey_header\":{\"type\":\"apiKey\",\"in\":\"header\",\"name\":\"Authorization\","
	              "\"description\":\"Apikey, a blank, and the key.\"},\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\",\"description\":\"An access token of a program that somebody let in; /.well-known/oauth-authorization-server.\"}}");
	json_key(j, STR("schemas"));
	json_open(j, '{');
	for (size_t i = 0; i < COUNT_OF(shapes); i++) {
		json_key(j, str_of(shapes[i].name));
		json_value(j);
		buf_put(j->b, str_of(shapes[i].schema));
	}
	json_close(j, '}');
	json_close(j, '}');
	json_close(j, '}');
}

bool manage_describe(struct manage_call *c, struct err *e)
{
	(void)e;
	describe(c, MANAGE_BASE, "Automation API", "Makes, changes and publishes the datasets of a portal.");
	return true;
}

bool manage_describe_portal(struct manage_call *c, struct err *e)
{
	(void)e;
	describe(c, MANAGE_PORTAL, "Portal API", "Reads and changes a portal itself: settings, look, lists.");
	return true;
}
