/* Files copied whole and synced, by the kernel where it can. */
#include "transfer/inside.h"
#include "io/io.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static bool copy_bytes(int from, int to, struct cancel *c, struct err *e)
{
	for (;;) {
		ssize_t n = copy_file_range(from, NULL, to, NULL, 64 << 20, 0);
		if (n == 0) return true;
		if (n < 0 && (errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP)) break;
		if (n < 0 && errno != EINTR) return err_os(e, "copy a version");
		if (c && cancel_fired(c)) return err_set(e, ERR_CANCELLED, "interrupted");
	}
	char room[1 << 16];
	for (;;) {
		ssize_t n = read(from, room, sizeof room);
		if (n < 0 && errno == EINTR) continue;
		if (n <= 0) return n == 0 || err_os(e, "read a version");
		for (ssize_t at = 0; at < n;) {
			ssize_t k = write(to, room + at, (size_t)(n - at));
			if (k < 0) return err_os(e, "write a version");
			at += k;
		}
		if (c && cancel_fired(c)) return err_set(e, ERR_CANCELLED, "interrupted");
	}
}

bool transfer_copy(struct arena *a, struct str from, struct str to, struct cancel *c, struct err *e)
{
	int in = open(from.p, O_RDONLY | O_CLOEXEC);
	if (in < 0) return errno == ENOENT ? err_set(e, ERR_NOT_FOUND, "a version is missing") : err_os(e, "open %s", from.p);
	struct str folder = arena_str(a, str_sub(to, 0, (size_t)str_rfind_char(to, '/')));
	if (!io_make_folders(folder.p, e)) {
		close(in);
		return false;
	}
	int out = open(to.p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool ok = out >= 0 || err_os(e, "create %s", to.p);
	ok = ok && copy_bytes(in, out, c, e);
	ok = ok && (fsync(out) == 0 || err_os(e, "fsync %s", to.p));
	close(in);
	if (out >= 0 && close(out) != 0 && ok) ok = err_os(e, "close %s", to.p);
	return ok;
}

size_t transfer_numbered(struct arena *a, struct str folder, struct str suffix, struct str **out)
{
	VEC(struct str) list = { 0 };
	DIR *d = opendir(folder.p);
	for (struct dirent *f; d && (f = readdir(d));) {
		int64_t n;
		struct str name = str_of(f->d_name);
		if (str_ends(name, suffix) && str_to_int(str_sub(name, 0, name.n - suffix.n), &n)) vec_push(a, &list, arena_str(a, name));
	}
	if (d) closedir(d);
	*out = list.p;
	return list.n;
}

/* --- folders -------------------------------------------------------------------------------------- */

static bool is_number(struct str name)
{
	int64_t n;
	return str_to_int(name, &n);
}

static bool copy_entry(struct arena *a, struct str from, struct str to, struct cancel *c, struct transfer_told *told, struct err *e);

static bool copy_folder(struct arena *a, struct str from, struct str to, bool passing, struct cancel *c, struct transfer_told *told, struct err *e)
{
	DIR *d = opendir(from.p);
	bool ok = true;
	if (!d) return errno == ENOENT || err_os(e, "open a folder");
	for (struct dirent *f; ok && (f = readdir(d));) {
		struct str name = str_of(f->d_name);
		if (name.p[0] == '.' || str_ends(name, STR(".tmp")) || (passing && is_number(name))) continue;
		ok = copy_entry(a, arena_printf(a, "%.*s/%.*s", STR_ARG(from), STR_ARG(name)), arena_printf(a, "%.*s/%.*s", STR_ARG(to), STR_ARG(name)), c, told, e);
	}
	closedir(d);
	return ok;
}

/* What goes while it is copied was not wanted any more. */
static bool copy_entry(struct arena *a, struct str from, struct str to, struct cancel *c, struct transfer_told *told, struct err *e)
{
	struct stat st;
	if (lstat(from.p, &st) != 0) return errno == ENOENT || err_os(e, "look at a file");
	if (S_ISDIR(st.st_mode)) return copy_folder(a, from, to, false, c, told, e);
	if (!S_ISREG(st.st_mode)) return true;
	if (transfer_copy(a, from, to, c, e)) {
		told->bytes += st.st_size;
		return true;
	}
	if (e->code != ERR_NOT_FOUND) return false;
	*e = (struct err){ 0 };
	return true;
}

bool transfer_copy_kept(struct arena *a, struct str from, struct str to, struct cancel *c, struct transfer_told *told, struct err *e)
{
	return copy_folder(a, from, to, true, c, told, e);
}
