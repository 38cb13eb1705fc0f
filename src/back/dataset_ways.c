/* The ways a dataset's source comes in, but for files: what each asks for, and the datasource made of the answers. Secrets go into a connection,
 * where they are sealed; the configuration names it. */
#include "back/dataset_inside.h"
#include "fetch/fetch.h"

static const struct way_field url_fields[] = {
	{ .name = "url", .label = N_("Address"), .hint = N_("Such as https://example.org/trees.csv"), .kind = HTML_FIELD_URL, .required = true },
	{ .name = "username", .label = N_("User name"), .hint = N_("Only if the server asks for one."), .kind = HTML_FIELD_TEXT },
	{ .name = "password", .label = N_("Password"), .kind = HTML_FIELD_PASSWORD },
	{ .name = "headers", .label = N_("Headers"), .hint = N_("One on each line, such as X-Api-Key: 123; for servers that ask for them."), .kind = HTML_FIELD_AREA },
	{ 0 },
};
static const struct way_field ftp_fields[] = {
	{ .name = "url", .label = N_("Address"), .hint = N_("ftp://, ftps:// or sftp://, down to the file, or to a folder with files of one kind."), .kind = HTML_FIELD_URL, .required = true },
	{ .name = "username", .label = N_("User name"), .kind = HTML_FIELD_TEXT },
	{ .name = "password", .label = N_("Password"), .kind = HTML_FIELD_PASSWORD },
	{ 0 },
};
static const struct way_field s3_fields[] = {
	{ .name = "url", .label = N_("Address of the object"), .hint = N_("Such as https://bucket.s3.eu-west-3.amazonaws.com/trees.csv; any S3-compatible server will do."), .kind = HTML_FIELD_URL, .required = true },
	{ .name = "region", .label = N_("Region"), .kind = HTML_FIELD_TEXT },
	{ .name = "access_key_id", .label = N_("Access key"), .kind = HTML_FIELD_TEXT },
	{ .name = "secret_access_key", .label = N_("Secret key"), .kind = HTML_FIELD_PASSWORD },
	{ 0 },
};
static const struct way_field portal_fields[] = {
	{ .name = "url", .label = N_("Address of the portal"), .hint = N_("Such as https://data.example.org; its datasets are listed on the next page."), .kind = HTML_FIELD_URL, .required = true },
	{ 0 },
};
static const struct way_field sql_fields[] = {
	{ .name = "url", .label = N_("Address"), .hint = N_("Such as postgresql://db.example.org:5432/parks"), .kind = HTML_FIELD_TEXT, .required = true },
	{ .name = "username", .label = N_("User name"), .kind = HTML_FIELD_TEXT },
	{ .name = "password", .label = N_("Password"), .kind = HTML_FIELD_PASSWORD },
	{ .name = "table", .label = N_("Table or view"), .hint = N_("Such as public.trees"), .kind = HTML_FIELD_TEXT, .required = true },
	{ 0 },
};
static const struct way_field title_fields[] = {
	{ .name = "title", .label = N_("Title"), .kind = HTML_FIELD_TEXT, .required = true },
	{ 0 },
};

const char dataset_example_hint[] =
	N_("As JSON, such as {\"sensor\": 7, \"at\": \"2024-05-31T12:00:00Z\", \"level\": 1.25}. It says which fields there are and of what type; it is not published.");
static const struct way_field push_fields[] = {
	{ .name = "title", .label = N_("Title"), .kind = HTML_FIELD_TEXT, .required = true },
	{ .name = "bootstrap", .label = N_("An example of a record"), .hint = dataset_example_hint, .kind = HTML_FIELD_AREA },
	{ 0 },
};

struct str dataset_example(struct arena *a, const struct visitor_form *f)
{
	struct str text = str_trim(visitor_field(f, STR("bootstrap")));
	return text.n ? arena_printf(a, "{\"bootstrap\":%.*s}", STR_ARG(back_json_text(a, text))) : STR("");
}

const struct dataset_way dataset_ways[] = {
	{ "url", "http", N_("From an address on the web"), N_("A file that another server holds. It can be fetched again on a schedule."), ICON_GLOBE, url_fields },
	{ "ftp", "ftp", N_("From an FTP or SFTP server"), N_("A file, or a folder of files of one kind."), ICON_INBOX, ftp_fields },
	{ "s3", "amazon_s3", N_("From an S3 bucket"), N_("Of Amazon or of any server that speaks S3."), ICON_TABLE, s3_fields },
	{ "portal", NULL, N_("From another portal"), N_("A dataset of a portal of this or of another maker of the kind, kept in step with it."), ICON_HOME, portal_fields },
	{ "postgresql", "postgresql", N_("From a PostgreSQL database"), N_("A table or a view."), ICON_ROWS, sql_fields },
	{ "push", NULL, N_("Records that arrive by themselves"), N_("Sensors and programs send records to an address with a key."), ICON_OUT, push_fields },
	{ "empty", NULL, N_("Empty"), N_("Begin with the title and the description; the source comes later."), ICON_EDIT, title_fields },
	{ 0 },
};

const struct dataset_way *dataset_way_or_null(struct str word)
{
	for (const struct dataset_way *w = dataset_ways; w->word; w++)
		if (str_eq(word, str_of(w->word)))
			return w;
	return NULL;
}

/* "https://host:8080/a/b?c" is "https://host:8080" and "/a/b?c". */
static void split_url(struct str url, struct str *origin, struct str *rest)
{
	ptrdiff_t at = str_find(url, STR("://"));
	size_t n = at < 0 ? 0 : (size_t)at + 3;
	while (n < url.n && !strchr("/?#", url.p[n]))
		n++;
	*origin = str_sub(url, 0, n);
	*rest = n < url.n ? str_from(url, n) : STR("/");
}

/* --- connections ---------------------------------------------------------------------------------------------------------- */

static void put_headers(struct json_out *j, struct str text)
{
	struct str line, rest = text;
	json_key(j, STR("headers"));
	json_open(j, '[');
	while (rest.n && str_cut(&rest, '\n', &line)) {
		ptrdiff_t colon = str_find_char(line, ':');
		if (colon <= 0)
			continue;
		json_open(j, '{');
		json_member(j, "name", str_trim(str_sub(line, 0, (size_t)colon)));
		json_member(j, "value", str_trim(str_from(line, (size_t)colon + 1)));
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_auth(struct json_out *j, const struct dataset_way *w, const struct visitor_form *f)
{
	struct str user = visitor_field(f, STR("username")), key = visitor_field(f, STR("access_key_id"));
	json_key(j, STR("auth"));
	if (str_eq(str_of(w->word), STR("s3")) && key.n) {
		json_open(j, '{');
		json_member(j, "type", STR("aws_signature_v4"));
		json_member(j, "access_key_id", key);
		json_member(j, "secret_access_key", visitor_field(f, STR("secret_access_key")));
		json_member(j, "region", visitor_field(f, STR("region")));
		json_close(j, '}');
	} else if (user.n || visitor_field(f, STR("password")).n) {
		json_open(j, '{');
		json_member(j, "type", STR("basic_auth"));
		json_member(j, "username", user);
		json_member(j, "password", visitor_field(f, STR("password")));
		json_close(j, '}');
	} else {
		json_put_null(j);
	}
}

/* "postgresql://db.example.org:5432/parks" as a connection holds it; the scheme may be left out, and so may the port. */
static void put_database(struct json_out *j, struct str url)
{
	struct str host, port = STR("");
	ptrdiff_t at = str_find(url, STR("://")), slash, bracket, colon;
	host = at < 0 ? url : str_from(url, (size_t)at + 3);
	slash = str_find_char(host, '/');
	struct str database = slash < 0 ? STR("") : str_from(host, (size_t)slash + 1);
	host = slash < 0 ? host : str_sub(host, 0, (size_t)slash);
	bracket = str_rfind_char(host, ']');
	colon = str_rfind_char(host, ':');
	if (colon > bracket) {
		port = str_from(host, (size_t)colon + 1);
		host = str_sub(host, 0, (size_t)colon);
	}
	if (bracket > 0 && host.p[0] == '[')
		host = str_sub(host, 1, (size_t)bracket - 1);
	ptrdiff_t more = str_find_char(database, '?');
	json_member(j, "host", host);
	if (port.n)
		json_member(j, "port", port);
	json_member(j, "database", more < 0 ? database : str_sub(database, 0, (size_t)more));
}

/* The box of the form that a fault of the connection is about; what none holds (a host, a port) is part of the address. */
static struct str box_of(const struct dataset_way *w, struct str path)
{
	ptrdiff_t slash = str_rfind_char(path, '/');
	struct str last = slash < 0 ? path : str_from(path, (size_t)slash + 1);
	for (const struct way_field *f = w->fields; f->name; f++)
		if (str_eq(last, str_of(f->name)))
			return last;
	return STR("url");
}

/* A new connection of what was filled in; its uid. Kept for other datasets when that is asked for. */
static bool connect(struct visit *v, const struct dataset_way *w, const struct visitor_form *f, struct str origin, struct html_errors *errors,
                    struct str *uid, struct err *e)
{
	auto_buf b = BUF_INIT(1 << 20);
	struct json_out j = JSON_OUT(&b);
	struct process_faults faults = { .arena = v->arena };
	const struct json_node *json;
	struct fetch_connection made;
	struct str name = str_trim(visitor_field(f, STR("connection_name")));
	json_open(&j, '{');
	json_member(&j, "type", str_of(w->connection));
	json_member(&j, "name", name.n ? name : origin);
	if (str_eq(str_of(w->word), STR("postgresql")))
		put_database(&j, origin);
	else
		json_member(&j, "url", origin);
	json_member_bool(&j, "is_reusable", visitor_field_on(f, STR("keep")));
	if (str_eq(str_of(w->word), STR("url")))
		put_headers(&j, visitor_field(f, STR("headers")));
	put_auth(&j, w, f);
	json_close(&j, '}');
	if (!json_read_in(v->arena, arena_str(v->arena, buf_str(&b)), &json, e))
		return false;
	if (fetch_connection_write(v->at.site, v->at.tenant->id, STR(""), json, v->who.account, v->arena, &made, &faults, e)) {
		*uid = made.uid;
		return true;
	}
	for (size_t i = 0; i < faults.list.n; i++)
		html_complain_text(errors, box_of(w, faults.list.p[i].path), faults.list.p[i].message);
	return faults.list.n ? false : !back_complain(v, errors, "url", e) && false;
}

/* --- datasources --------------------------------------------------------------------------------------------------------------- */

static bool needs_connection(const struct dataset_way *w, const struct visitor_form *f)
{
	static const char *const secrets[] = { "username", "password", "headers", "access_key_id", "secret_access_key", "region" };
	bool any = visitor_field_on(f, STR("keep")) || !str_eq(str_of(w->word), STR("url"));
	for (size_t i = 0; i < COUNT_OF(secrets); i++)
		any |= str_trim(visitor_field(f, str_of(secrets[i]))).n > 0;
	return any;
}

static void put_connection(struct json_out *j, const struct dataset_way *w, struct str uid, struct str origin)
{
	json_key(j, STR("connection"));
	json_open(j, '{');
	if (uid.n) {
		json_member(j, "uid", uid);
	} else {
		json_member(j, "type", str_of(w->connection));
		json_member(j, "url", origin);
	}
	json_close(j, '}');
}

static bool check(struct visit *v, const struct dataset_way *w, const struct visitor_form *f, struct html_errors *errors)
{
	struct str saved = visitor_field(f, STR("connection"));
	for (const struct way_field *one = w->fields; one->name; one++) {
		struct str value = str_trim(visitor_field(f, str_of(one->name)));
		bool from_connection = saved.n && str_eq(str_of(w->word), STR("postgresql")) && str_eq(str_of(one->name), STR("url"));
		if (one->required && !value.n && !from_connection)
			html_complain(errors, v->lang, one->name, N_("This is needed."));
	}
	return !errors->n;
}

bool dataset_way_source(struct visit *v, const struct dataset_way *w, const struct visitor_form *f, struct html_errors *errors, struct str *json, struct err *e)
{
	struct str origin, rest, url = str_trim(visitor_field(f, STR("url"))), saved = visitor_field(f, STR("connection"));
	if (!check(v, w, f, errors))
		return false;
	split_url(url, &origin, &rest);
	auto_buf b = BUF_INIT(1 << 20);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	if (str_eq(str_of(w->word), STR("portal"))) {
		json_member(&j, "type", STR("portal"));
		json_member(&j, "url", origin);
		json_member(&j, "dataset_id", visitor_field(f, STR("dataset_id")));
		json_member_bool(&j, "live", str_eq(visitor_field(f, STR("shown")), STR("live")));
	} else {
		bool sql = str_eq(str_of(w->word), STR("postgresql")), s3 = str_eq(str_of(w->word), STR("s3"));
		if (!saved.n && needs_connection(w, f) && !connect(v, w, f, sql ? url : origin, errors, &saved, e))
			return false;
		json_member(&j, "type", str_of(w->connection));
		put_connection(&j, w, saved, origin);
		if (sql)
			json_member(&j, "table", str_trim(visitor_field(f, STR("table"))));
		else if (s3)
			json_member(&j, "url", url);
		else
			json_member(&j, "relative_url", origin.n ? rest : url);
	}
	json_close(&j, '}');
	*json = arena_str(v->arena, buf_str(&b));
	return true;
}
