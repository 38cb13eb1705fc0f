/* Files of a form, however they came: with the form itself, or sent before in pieces by the page's script, so that a connection that breaks
 * costs one piece and not the file. */
#include "back/dataset_inside.h"

#include <fcntl.h>
#include <unistd.h>

enum { PIECE = 8 << 20, TITLE = 200 };

struct str dataset_title_of(struct arena *a, struct str name)
{
	ptrdiff_t slash = str_rfind_char(name, '/');
	if (slash >= 0)
		name = str_from(name, (size_t)slash + 1);
	ptrdiff_t dot = str_find_char(name, '.');
	name = text_cut(str_sub(name, 0, dot > 0 ? (size_t)dot : name.n), TITLE);
	auto_buf b = BUF_INIT(4096);
	bool any = false;
	for (size_t at = 0; at < name.n;) {
		uint32_t c = text_next(name, &at);
		bool blank = c == '_' || c == '-' || c == ' ' || c == '+' || c < ' ';
		if (blank && any && b.p[b.n - 1] != ' ')
			buf_put_char(&b, ' ');
		else if (!blank)
			text_put_codepoint(&b, !any && c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
		any |= !blank;
	}
	return arena_str(a, str_trim(buf_str(&b)));
}

struct str dataset_resource(struct arena *a, struct str title, struct str type, struct str params_json, struct str datasource_json)
{
	auto_buf b = BUF_INIT(4 << 20);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_member(&j, "title", title);
	if (type.n)
		json_member(&j, "type", type);
	if (params_json.n) {
		json_key(&j, STR("params"));
		json_value(&j);
		buf_put(&b, params_json);
	}
	if (datasource_json.n) {
		json_key(&j, STR("datasource"));
		json_value(&j);
		buf_put(&b, datasource_json);
	}
	json_close(&j, '}');
	return arena_str(a, buf_str(&b));
}

/* The likeliest extractor of a file that is here. None: it is found out when the file is read. */
static bool guess(struct visit *v, struct str uid, struct str *type, struct err *e)
{
	struct config_file file;
	struct str path;
	struct ingest_guess *guesses;
	size_t n;
	*type = STR("");
	if (!config_file_read(v->at.site, v->at.tenant->id, uid, v->arena, &file, &path, e))
		return false;
	int fd = open(arena_cstr(v->arena, path), O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_os(e, "opening an uploaded file");
	bool ok = ingest_guess(fd, file.name, v->arena, &guesses, &n, e);
	close(fd);
	if (ok && n)
		*type = guesses[0].type;
	if (!ok && e->code == ERR_BAD_SOURCE) {
		*e = (struct err){ 0 };
		return true;
	}
	return ok;
}

static bool add_file(struct visit *v, struct buf *b, size_t *n, const struct config_file *file, struct err *e)
{
	struct str type;
	if (!guess(v, file->uid, &type, e))
		return false;
	struct str source = arena_printf(v->arena, "{\"type\":\"uploaded_file\",\"file\":{\"uid\":%.*s}}", STR_ARG(back_json_text(v->arena, file->uid)));
	if ((*n)++)
		buf_put_char(b, ',');
	buf_put(b, dataset_resource(v->arena, file->name, type, STR(""), source));
	return true;
}

bool dataset_form_files(struct visit *v, int64_t dataset, const struct visitor_form *f, struct html_errors *errors, struct str *resources, size_t *n,
                        struct str *title, struct err *e)
{
	auto_buf b = BUF_INIT(4 << 20);
	struct config_file file;
	struct str path;
	*n = 0;
	for (size_t i = 0; i < f->n; i++) {
		if (!str_eq(f->pairs[i].name, STR("sent")) || !f->pairs[i].value.n)
			continue;
		if (!config_file_read(v->at.site, v->at.tenant->id, f->pairs[i].value, v->arena, &file, &path, e) || !add_file(v, &b, n, &file, e))
			return false;
		if (!title->n)
			*title = dataset_title_of(v->arena, file.name);
	}
	for (size_t i = 0; i < f->nfiles; i++) {
		struct config_piece piece = { .tenant = v->at.tenant->id, .dataset = dataset, .who = v->who.account, .name = f->files[i].filename,
			.mime = f->files[i].type, .total = f->files[i].size, .fd_or_minus = f->files[i].fd_or_minus, .bytes = f->files[i].bytes };
		if (!config_file_put(v->at.site, &piece, v->arena, &file, e) || !add_file(v, &b, n, &file, e))
			return false;
		if (!title->n)
			*title = dataset_title_of(v->arena, file.name);
	}
	*resources = arena_str(v->arena, buf_str(&b));
	return *n || html_complain(errors, v->lang, "files", N_("Choose a file first."));
}

/* --- pieces ---------------------------------------------------------------------------------------------------------------- */

static bool answer(struct httpd_reply *p, const struct config_file *file, int64_t bytes, struct err *e)
{
	auto_buf b = BUF_INIT(4096);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_member(&j, "uid", file->uid);
	json_member(&j, "name", file->name);
	json_member_int(&j, "bytes", bytes);
	json_close(&j, '}');
	struct str whole;
	if (!buf_end(&b, &whole, e))
		return false;
	httpd_reply_type(p, STR("application/json; charset=utf-8"));
	httpd_reply_take(p, &b);
	return true;
}

static struct str query(const struct httpd_request *r, struct str name)
{
	const struct str *s = httpd_query_or_null(r, name);
	return s ? *s : STR("");
}

/* Where a file ends so far: asked after a connection broke. */
static bool run_where(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct config_file file;
	struct str path;
	if (!back_enter(app, r, p, VIEW_OFFICE_DATASETS, 0, &v, e))
		return back_answered(p, e);
	if (!config_file_read(v.at.site, v.at.tenant->id, query(r, STR("uid")), v.arena, &file, &path, e))
		return false;
	return answer(p, &file, file.bytes, e);
}

/* One piece: the body is its bytes, the address says of what and where it goes. */
static bool run_piece(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct config_file file;
	int64_t offset, total;
	if (!back_enter(app, r, p, VIEW_OFFICE_DATASETS, 0, &v, e))
		return back_answered(p, e);
	if (!visitor_guard(&v, VISITOR_TOKEN, STR(""), e))
		return false;
	if (!str_to_int(query(r, STR("offset")), &offset) || !str_to_int(query(r, STR("total")), &total) || offset < 0 || total < 0)
		return err_set(e, ERR_PARAMETER, "A piece needs its offset and the total of the file, in bytes.");
	struct config_piece piece = { .tenant = v.at.tenant->id, .who = v.who.account, .uid = query(r, STR("uid")), .name = query(r, STR("name")),
		.offset = offset, .total = total, .fd_or_minus = -1, .bytes = r->body };
	if (!config_file_put(v.at.site, &piece, v.arena, &file, e))
		return false;
	return answer(p, &file, file.bytes, e);
}

const struct httpd_route back_datasets_piece = { .method = HTTPD_GET, .pattern = "/backoffice/datasets/new/piece/", .run = run_where };
const struct httpd_route back_datasets_piece_post = { .method = HTTPD_POST, .pattern = "/backoffice/datasets/new/piece/", .lane = HTTPD_LANE_HAUL,
	.body_max = PIECE + (64 << 10), .deadline_ms = 120000, .run = run_piece };
