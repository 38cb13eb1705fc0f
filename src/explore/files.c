/* Sending files that people uploaded. They are strangers' bytes on the portal's own address, so a browser
 * never runs them: the type is from a short list, never sniffed, and a sandbox without anything in it
 * surrounds what is opened; whatever could hold a script is only ever saved. */
#include "explore/inside.h"
#include "image/image.h"
#include "io/io.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* What a browser may show in its own window. */
static bool may_open(struct str mime)
{
	static const char *const harmless[] = { "image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain",
		"audio/mpeg", "audio/ogg", "audio/wav", "video/mp4", "video/webm" };
	for (size_t i = 0; i < COUNT_OF(harmless); i++)
		if (str_eq(mime, str_of(harmless[i]))) return true;
	return false;
}

static void put_type(struct call *c, struct str mime)
{
	bool text = str_starts(mime, STR("text/"));
	httpd_reply_type(c->p, text ? arena_join(c->arena, mime, STR("; charset=utf-8")) : mime);
	httpd_reply_csp(c->p, STR("sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"));
}

static bool open_content(struct call *c, const struct dataset_file *f, int *fd, int64_t *bytes, struct err *e)
{
	struct str path = catalog_file_path(c->at.site->catalog, c->arena, c->at.tenant->id, f->hash);
	struct stat s;
	*fd = open(path.p, O_RDONLY | O_CLOEXEC);
	if (*fd < 0) return err_os(e, "open an attached file");
	if (fstat(*fd, &s) != 0) {
		close(*fd);
		return err_os(e, "stat of an attached file");
	}
	*bytes = s.st_size;
	return true;
}

/* An export that is kept elsewhere: its content is the address. */
static bool lead_there(struct call *c, const struct dataset_file *f, struct err *e)
{
	char room[2048];
	int fd;
	int64_t bytes;
	if (!open_content(c, f, &fd, &bytes, e)) return false;
	ssize_t n = read(fd, room, sizeof room);
	close(fd);
	if (n <= 0) return err_os(e, "read an address");
	return httpd_reply_redirect(c->p, 303, arena_str(c->arena, str_make(room, (size_t)n)), e);
}

bool file_give(struct call *c, const struct dataset_file *f, struct err *e)
{
	int fd;
	int64_t bytes;
	if (f->kind == CATALOG_ALTERNATIVE && str_eq(f->mime, STR("text/uri-list"))) return lead_there(c, f, e);
	rest_download(c->p, f->mime, f->name);
	put_type(c, f->mime);
	httpd_reply_etag(c->p, f->hash);
	if (httpd_reply_is_fresh(c->r, f->hash)) return true;
	if (!open_content(c, f, &fd, &bytes, e)) return false;
	httpd_reply_file(c->p, fd, bytes);
	return true;
}

bool file_show(struct call *c, const struct dataset_file *f, struct err *e)
{
	int fd;
	int64_t bytes;
	if (!may_open(f->mime)) return file_give(c, f, e);
	rest_inline(c->p, f->mime, f->name);
	put_type(c, f->mime);
	httpd_reply_etag(c->p, f->hash);
	if (httpd_reply_is_fresh(c->r, f->hash)) return true;
	if (!open_content(c, f, &fd, &bytes, e)) return false;
	httpd_reply_file(c->p, fd, bytes);
	return true;
}

/* --- small copies, kept ------------------------------------------------------------------------------ */

enum { KEPT_BYTES = 256 << 20 };

struct kept { struct str path; int64_t bytes, used; };

static int older_first(const void *x, const void *y)
{
	const struct kept *a = x, *b = y;
	return (a->used > b->used) - (a->used < b->used);
}

/* Small copies can be made again: past the bound the longest unread go, down to three quarters of it. */
static void keep_bound(struct arena *a, struct str folder)
{
	VEC(struct kept) list = { 0 };
	int64_t sum = 0;
	struct stat s;
	DIR *d = opendir(folder.p);
	if (!d) return;
	for (struct dirent *f; (f = readdir(d));) {
		struct str path = arena_printf(a, "%.*s/%s", STR_ARG(folder), f->d_name);
		if (f->d_name[0] == '.' || stat(path.p, &s) != 0) continue;
		vec_push(a, &list, (struct kept){ path, s.st_size, s.st_mtime });
		sum += s.st_size;
	}
	closedir(d);
	if (sum <= KEPT_BYTES) return;
	qsort(list.p, list.n, sizeof *list.p, older_first);
	for (size_t i = 0; i < list.n && sum > KEPT_BYTES / 4 * 3; i++)
		if (unlink(list.p[i].path.p) == 0) sum -= list.p[i].bytes;
}

static bool make_small(struct call *c, const struct dataset_file *f, int side, struct buf *out, struct err *e)
{
	int fd;
	int64_t bytes;
	const char *mime;
	if (!open_content(c, f, &fd, &bytes, e)) return false;
	bool ok = image_thumbnail(fd, side, out, &mime, e);
	close(fd);
	if (!ok && (e->code == ERR_BAD_SOURCE || e->code == ERR_TOO_LARGE)) {
		struct err why = *e;
		*e = (struct err){ 0 };
		return err_set(e, ERR_PARAMETER, "Invalid value for thumbnail_size API parameter: %s.", why.pub);
	}
	return ok;
}

bool file_give_small(struct call *c, const struct dataset_file *f, int side, struct err *e)
{
	auto_buf b = BUF_INIT(32 << 20);
	struct err ignored = { 0 };
	struct str bytes;
	struct str mime = str_eq(f->mime, STR("image/jpeg")) ? f->mime : STR("image/png");
	struct str tag = arena_printf(c->arena, "%.*s-%d", STR_ARG(f->hash), side);
	struct str files = catalog_files_folder(c->at.site->catalog, c->arena, c->at.tenant->id);
	struct str folder = arena_printf(c->arena, "%.*s/thumbs", STR_ARG(str_sub(files, 0, (size_t)str_rfind_char(files, '/'))));
	struct str path = arena_printf(c->arena, "%.*s/%.*s", STR_ARG(folder), STR_ARG(tag));
	if (f->width == 0)
		return err_set(e, ERR_PARAMETER, "Invalid value for thumbnail_size API parameter: the file %.*s is no picture.", STR_ARG(str_sub(f->name, 0, 100)));
	rest_inline(c->p, mime, f->name);
	put_type(c, mime);
	httpd_reply_etag(c->p, tag);
	if (httpd_reply_is_fresh(c->r, tag)) return true;
	if (io_read(c->arena, path.p, b.max, &bytes, &ignored)) {
		utimensat(AT_FDCWD, path.p, NULL, 0);
		httpd_reply_bytes(c->p, bytes);
		return true;
	}
	if (!make_small(c, f, side, &b, e)) return false;
	/* Kept for the next reader where the disk allows it. */
	ignored = (struct err){ 0 };
	if (io_make_folders(folder.p, &ignored) && io_replace(path.p, buf_str(&b), 0600, &ignored)) keep_bound(c->arena, folder);
	httpd_reply_take(c->p, &b);
	return true;
}
