/* A form that comes after its session is over is not lost: it is sealed and laid aside for an hour, and shown as it was posted once somebody has signed in
 * again. It is never carried out by itself. Whoever has the address of the sign-in that follows can have it shown: 238 random bits that only the browser
 * that posted it was told. Forms without session can be sent by anybody who speaks like our own pages: few are kept, none is large. */
#include "back/inside.h"
#include "crypt/crypt.h"
#include "io/io.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEPT_BYTES = 512 << 10, KEPT_FORMS = 200, KEPT_S = 3600, TOKEN = 40, FILE_BYTES = 1 << 20 };

static struct str folder_of(const struct visit *v) { return arena_printf(v->arena, "%.*s/kept", STR_ARG(v->at.site->folder)); }

static struct str file_of(const struct visit *v, struct str token)
{
	unsigned char hash[CRYPT_SHA256];
	char hex[2 * CRYPT_SHA256 + 1] = { 0 };
	crypt_sha256(token, hash);
	crypt_hex(hash, sizeof hash, hex);
	return arena_printf(v->arena, "%.*s/%.64s", STR_ARG(folder_of(v)), hex);
}

/* What is older than its hour goes; gives how many are left. */
static size_t sweep(const struct visit *v)
{
	struct str folder = folder_of(v);
	DIR *d = opendir(folder.p);
	size_t left = 0;
	int64_t now = clock_now().us / 1000000;
	if (!d)
		return 0;
	for (struct dirent *f; (f = readdir(d));) {
		struct stat s;
		struct str path = arena_printf(v->arena, "%.*s/%s", STR_ARG(folder), f->d_name);
		if (f->d_name[0] == '.' || stat(path.p, &s) != 0)
			continue;
		if (s.st_mtime + KEPT_S < now)
			unlink(path.p);
		else
			left++;
	}
	closedir(d);
	return left;
}

static bool write_file(struct str path, struct str bytes, struct err *e)
{
	int fd = open(path.p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_os(e, "lay a form aside");
	bool ok = true;
	for (size_t done = 0; ok && done < bytes.n;) {
		ssize_t n = write(fd, bytes.p + done, bytes.n - done);
		ok = n > 0;
		done += ok ? (size_t)n : 0;
	}
	if (!ok)
		err_os(e, "lay a form aside");
	close(fd);
	return ok;
}

/* "/backoffice/x/?y" with the token as a parameter. */
static struct str back_to(const struct visit *v, struct str token)
{
	const struct httpd_request *r = v->request;
	return arena_printf(v->arena, "%.*s?%.*s%skept=%.*s", STR_ARG(r->raw_path), STR_ARG(r->raw_query), r->raw_query.n ? "&" : "", STR_ARG(token));
}

bool back_keep(struct visit *v, struct err *e)
{
	char token[TOKEN + 1] = { 0 };
	auto_buf sealed = BUF_INIT(FILE_BYTES);
	auto_buf to = BUF_INIT(LIMIT_URL_BYTES * 4);
	const struct httpd_request *r = v->request;
	struct err ignored = { 0 };
	struct str type = httpd_header(r, STR("Content-Type"));
	if (e->code != ERR_UNAUTHENTICATED || r->method != HTTPD_POST || !r->body.n || r->body.n > KEPT_BYTES || visitor_wants_json(r) ||
	    !str_starts(type, STR("application/x-www-form-urlencoded")))
		return false;
	if ((mkdir(folder_of(v).p, 0700) != 0 && access(folder_of(v).p, W_OK) != 0) || sweep(v) >= KEPT_FORMS)
		return false;
	crypt_random_base62(token, TOKEN);
	struct str plain = arena_printf(v->arena, "%.*s\n%.*s", STR_ARG(r->raw_path), STR_ARG(r->body));
	if (!vault_seal(v->at.site->vault, v->at.tenant->host, STR("form"), plain, &sealed, &ignored) || !write_file(file_of(v, str_of(token)), buf_str(&sealed), &ignored))
		return false;
	*e = (struct err){ 0 };
	buf_lit(&to, "/login/?next=");
	text_put_url(&to, back_to(v, str_of(token)));
	bool led = httpd_reply_redirect(v->reply, 303, arena_str(v->arena, buf_str(&to)), e);
	return led && false;
}

static struct str read_file(const struct visit *v, struct str path)
{
	auto_buf b = BUF_INIT(FILE_BYTES);
	struct stat s;
	int fd = open(path.p, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return STR("");
	bool ok = fstat(fd, &s) == 0 && s.st_mtime + KEPT_S >= clock_now().us / 1000000 && s.st_size < FILE_BYTES;
	char *room = ok ? buf_room(&b, (size_t)s.st_size) : NULL;
	for (ssize_t n = 1; room && n > 0 && b.n < (size_t)s.st_size;) {
		n = read(fd, room + b.n, (size_t)s.st_size - b.n);
		b.n += n > 0 ? (size_t)n : 0;
	}
	close(fd);
	return arena_str(v->arena, buf_str(&b));
}

bool back_kept(struct visit *v, struct visitor_form *out)
{
	const struct str *token = httpd_query_or_null(v->request, STR("kept"));
	struct err ignored = { 0 };
	struct str plain, path;
	if (v->request->method != HTTPD_GET || !token || token->n != TOKEN)
		return false;
	struct str sealed = read_file(v, file_of(v, *token));
	if (!sealed.n || !vault_unseal(v->at.site->vault, v->at.tenant->host, STR("form"), sealed, v->arena, &plain, &ignored))
		return false;
	if (!str_cut(&plain, '\n', &path) || !str_eq(path, v->request->raw_path))
		return false;
	struct visitor_form f = { 0 };
	if (!httpd_form(v->arena, plain, &f.pairs, &f.n, &ignored))
		return false;
	*out = f;
	return true;
}
