/* A folder as one tar file, and back. */
#include "transfer/inside.h"
#include "io/io.h"
#include "pack/pack.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ENTRIES = 10 << 20, DEPTH = 32 };
static const int64_t MOST_BYTES = (int64_t)1 << 50;

struct packing { struct pack_tar *tar; struct arena arena; struct cancel *cancel; };

static bool pack_file(struct packing *k, int folder, const char *entry, struct str name, struct err *e)
{
	struct stat st;
	int fd = openat(folder, entry, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &st) != 0) {
		if (fd >= 0) close(fd);
		return err_os(e, "open a file of the backup");
	}
	bool ok = pack_tar_file(k->tar, name, fd, st.st_size, st.st_mtime, e);
	close(fd);
	/* What is packed is not needed any more: so a backup takes hardly more room than itself. */
	if (ok) unlinkat(folder, entry, 0);
	return ok;
}

static bool pack_folder(struct packing *k, struct str path, struct str name, int depth, struct err *e)
{
	DIR *d = opendir(path.p);
	bool ok = d != NULL || err_os(e, "open a folder of the backup");
	for (struct dirent *f; ok && d && (f = readdir(d));) {
		if (strcmp(f->d_name, ".") == 0 || strcmp(f->d_name, "..") == 0) continue;
		struct str own = arena_printf(&k->arena, "%.*s%s%s", STR_ARG(name), name.n ? "/" : "", f->d_name);
		struct stat st;
		if (k->cancel && cancel_fired(k->cancel)) ok = err_set(e, ERR_CANCELLED, "interrupted");
		else if (fstatat(dirfd(d), f->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0) ok = err_os(e, "look at a file of the backup");
		else if (S_ISREG(st.st_mode)) ok = pack_file(k, dirfd(d), f->d_name, own, e);
		else if (S_ISDIR(st.st_mode) && depth < DEPTH) ok = pack_folder(k, arena_printf(&k->arena, "%.*s/%s", STR_ARG(path), f->d_name), own, depth + 1, e);
	}
	if (d) closedir(d);
	return ok;
}

bool transfer_pack(struct str folder, struct str file, struct cancel *c, struct err *e)
{
	struct packing k = { .cancel = c };
	int fd = open(file.p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0) return err_os(e, "create the backup");
	bool ok = pack_tar_open(fd, &k.tar, e);
	if (ok) {
		ok = pack_folder(&k, folder, STR(""), 0, e);
		if (ok) ok = pack_tar_end(k.tar, e);
		else pack_tar_drop(k.tar);
	}
	ok = ok && (fsync(fd) == 0 || err_os(e, "fsync the backup"));
	if (close(fd) != 0 && ok) ok = err_os(e, "close the backup");
	if (!ok) unlink(file.p);
	arena_done(&k.arena);
	return ok;
}

struct unpacking { struct str folder; struct cancel *cancel; };

static bool take(void *arg, const struct pack_entry *entry, struct pack_reader *r, struct err *e)
{
	enum { PIECE = 64 * 1024 };
	struct unpacking *u = arg;
	auto_arena a = ARENA_INIT;
	char *room = arena_many(&a, 1, PIECE);
	struct str to = arena_printf(&a, "%.*s/%.*s", STR_ARG(u->folder), STR_ARG(entry->name));
	struct str above = arena_str(&a, str_sub(to, 0, (size_t)str_rfind_char(to, '/')));
	size_t n = 0;
	if (!io_make_folders(above.p, e)) return false;
	int fd = open(to.p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) return err_os(e, "create a file of the backup");
	bool ok;
	while ((ok = pack_read(r, room, PIECE, &n, e)) && n) {
		if (u->cancel && cancel_fired(u->cancel)) ok = err_set(e, ERR_CANCELLED, "interrupted");
		for (size_t at = 0; ok && at < n;) {
			ssize_t k = write(fd, room + at, n - at);
			if (k < 0) ok = err_os(e, "write a file of the backup");
			else at += (size_t)k;
		}
		if (!ok) break;
	}
	if (close(fd) != 0 && ok) ok = err_os(e, "close a file of the backup");
	return ok;
}

bool transfer_unpack(struct str file, struct str folder, struct cancel *c, struct err *e)
{
	/* The operator's own file: not bounded as those of strangers are. */
	const struct pack_limits limits = { .bytes = MOST_BYTES, .ratio = 1 << 20, .entries = ENTRIES };
	struct unpacking u = { folder, c };
	int fd = open(file.p, O_RDONLY | O_CLOEXEC);
	if (fd < 0) return errno == ENOENT ? err_set(e, ERR_NOT_FOUND, "there is no such file") : err_os(e, "open the backup");
	bool ok = io_make_folders(folder.p, e) && pack_walk(fd, &limits, take, &u, e);
	close(fd);
	if (!ok) (void)io_remove_tree(folder.p);
	return ok;
}
