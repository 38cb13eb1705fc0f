/* Source files that are sent: whole as a form, or in pieces that can go on after a break. */
#include "manage/inside.h"
#include "rest/rest.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CREATED = 201, OK = 200 };

static void put_file(struct manage_call *c, const struct config_file *f)
{
	json_open(&c->j, '{');
	json_member(&c->j, "uid", f->uid);
	json_member(&c->j, "filename", f->name);
	json_key(&c->j, STR("mimetype"));
	if (f->mime.n) json_put(&c->j, f->mime);
	else json_put_null(&c->j);
	manage_member_time(&c->j, "created_at", f->created);
	json_member_int(&c->j, "size", f->bytes);
	json_member_bool(&c->j, "is_complete", f->hash.n != 0);
	json_close(&c->j, '}');
}

const struct httpd_part *manage_part_or_null(const struct httpd_part *parts, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(parts[i].name, str_of(name))) return &parts[i];
	return NULL;
}

bool manage_has_several(struct manage_call *c, const struct httpd_part *parts, size_t n, const char *name)
{
	size_t files = 0;
	for (size_t i = 0; i < n; i++) files += parts[i].is_file && str_eq(parts[i].name, str_of(name));
	return files > 1 && manage_invalid_field(c, name, "The form has %zu files named %s: send one at a time.", files, name);
}

/* A whole file in a form, or, with a JSON body {"filename", "size"}, the beginning of one that comes in pieces. */
bool manage_upload_file(struct manage_call *c, struct err *e)
{
	const struct httpd_part *parts, *file;
	size_t n;
	struct config_file f;
	struct config_piece piece = { .tenant = c->t, .dataset = c->config.dataset, .who = c->who->account, .fd_or_minus = -1 };
	struct str type = httpd_header(c->r, STR("Content-Type"));
	if (str_starts(type, STR("application/json"))) {
		const struct json_node *body;
		if (!json_read_in(c->a, c->r->body, &body, e)) return false;
		piece.name = json_text(json_get(body, "filename"));
		piece.total = json_int(json_get(body, "size"), -1);
		if (!piece.name.n) return manage_invalid_field(c, "filename", "Give the file's name; then send its pieces with PUT.");
	} else {
		if (!str_starts(type, STR("multipart/form-data"))) return manage_invalid_field(c, "file", "Send the file as multipart/form-data, in a part named file.");
		if (!httpd_parts(c->r, c->a, &parts, &n, e)) return false;
		file = manage_part_or_null(parts, n, "file");
		if (manage_has_several(c, parts, n, "file")) return true;
		if (!file || !file->filename.n) return manage_invalid_field(c, "file", "The form has no part named file with a file name.");
		piece = (struct config_piece){ .tenant = c->t, .dataset = c->config.dataset, .who = c->who->account, .name = file->filename, .mime = file->type,
			.total = file->size, .fd_or_minus = file->fd_or_minus, .bytes = file->bytes };
	}
	if (!config_file_put(c->s, &piece, c->a, &f, e)) return false;
	put_file(c, &f);
	return true;
}

static bool own_file(struct manage_call *c, struct config_file *f, struct str *path, struct err *e)
{
	struct str uid = c->r->holes[1];
	if (!config_file_read(c->s, c->t, uid, c->a, f, path, e)) return false;
	bool named = false;
	const struct json_node *list = json_get(c->config.doc, "resources");
	for (size_t i = 0; i < json_count(list); i++)
		named |= str_eq(json_text(json_get(json_get(json_get(json_at(list, i), "datasource"), "file"), "uid")), uid);
	return f->dataset == c->config.dataset || named || manage_none("file", uid, e);
}

bool manage_read_file(struct manage_call *c, struct err *e)
{
	struct config_file f;
	struct str path;
	if (!own_file(c, &f, &path, e)) return false;
	put_file(c, &f);
	return true;
}

/* "bytes 0-99/1000", or offset and size of the address. */
static bool read_range(struct manage_call *c, struct config_piece *p)
{
	struct str field = str_trim(httpd_header(c->r, STR("Content-Range"))), first, last;
	struct str offset = manage_query(c, "offset"), size = manage_query(c, "size");
	p->total = -1;
	if (field.n) {
		if (!str_starts(field, STR("bytes "))) return false;
		field = str_from(field, 6);
		if (!str_cut(&field, '/', &first) || !str_cut(&first, '-', &last)) return false;
		return str_to_int(last, &p->offset) && p->offset >= 0 && (str_eq(field, STR("*")) || (str_to_int(field, &p->total) && p->total >= 0));
	}
	return (!offset.n || (str_to_int(offset, &p->offset) && p->offset >= 0)) && (!size.n || (str_to_int(size, &p->total) && p->total >= 0));
}

bool manage_put_piece(struct manage_call *c, struct err *e)
{
	struct config_file f;
	struct str path;
	struct config_piece piece = { .tenant = c->t, .dataset = c->config.dataset, .who = c->who->account, .uid = c->r->holes[1], .fd_or_minus = -1, .bytes = c->r->body };
	if (!read_range(c, &piece)) return manage_invalid_field(c, "Content-Range", "Expected \"bytes FIRST-LAST/SIZE\", or offset and size in the address.");
	if (!own_file(c, &f, &path, e)) return false;
	if (!config_file_put(c->s, &piece, c->a, &f, e)) return false;
	put_file(c, &f);
	return true;
}

bool manage_download_file(struct manage_call *c, struct err *e)
{
	struct config_file f;
	struct str path;
	struct stat st;
	if (!own_file(c, &f, &path, e)) return false;
	if (!path.n) return err_set(e, ERR_CONFLICT, "The upload of this file is not complete.");
	int fd = open(path.p, O_RDONLY | O_CLOEXEC);
	if (fd < 0) return err_os(e, "open a source file");
	if (fstat(fd, &st)) {
		close(fd);
		return err_os(e, "stat a source file");
	}
	rest_download(c->p, STR("application/octet-stream"), f.name);
	httpd_reply_cache_control(c->p, STR("private, no-store"));
	httpd_reply_file(c->p, fd, st.st_size);
	c->raw = true;
	return true;
}

/* Those that were sent for the dataset, and those of a dataset it was copied from that its sources name. */
static bool all_files(struct manage_call *c, struct config_file **out, size_t *n, struct err *e)
{
	struct config_file *sent;
	size_t nsent, total;
	const struct json_node *sources = json_get(c->config.doc, "resources");
	if (!config_files(c->s, c->t, c->config.dataset, c->a, &sent, &nsent, e)) return false;
	struct config_file *all = arena_array(c->a, struct config_file, nsent + json_count(sources) + 1);
	for (total = 0; total < nsent; total++) all[total] = sent[total];
	for (size_t i = 0; i < json_count(sources); i++) {
		struct str uid = json_text(json_get(json_get(json_get(json_at(sources, i), "datasource"), "file"), "uid")), path;
		struct err gone = { 0 };
		bool there = !uid.n;
		for (size_t k = 0; k < total && !there; k++) there = str_eq(all[k].uid, uid);
		if (!there && config_file_read(c->s, c->t, uid, c->a, &all[total], &path, &gone) && path.n) total++;
	}
	*out = all;
	*n = total;
	return true;
}

bool manage_list_files(struct manage_call *c, struct err *e)
{
	struct manage_page page;
	struct config_file *list;
	size_t n;
	if (!manage_page(c, &page, e) || !all_files(c, &list, &n, e)) return false;
	manage_page_begin(c, &page, (int64_t)n);
	for (size_t i = (size_t)page.offset; i < n && i < (size_t)(page.offset + page.limit); i++) put_file(c, &list[i]);
	manage_page_end(c);
	return true;
}
