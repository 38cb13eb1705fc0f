/* Whole files: read with a ceiling, replaced so that a reader or a power cut meets the former
 * or the new content and nothing between. */
#include "io/io.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static void close_at(int *fd)
{
	if (*fd >= 0) close(*fd);
}
#define auto_close auto_with(close_at)

bool io_read(struct arena *a, const char *path, size_t max, struct str *out, struct err *e)
{
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT) {
		err_set(e, ERR_NOT_FOUND, "there is no such file");
		return err_cause(e, "%s", path);
	}
	if (fd < 0) return err_os(e, "open %s", path);
	struct stat st;
	if (fstat(fd, &st) != 0) return err_os(e, "stat %s", path);
	if (!S_ISREG(st.st_mode)) return err_set(e, ERR_BAD_REQUEST, "this is not a plain file");
	if ((uint64_t)st.st_size > max) return err_set(e, ERR_TOO_LARGE, "more than %zu bytes", max);
	size_t size = (size_t)st.st_size;
	char *p = arena_bytes(a, size + 1);
	size_t got = 0;
	while (got < size) {
		ssize_t n = read(fd, p + got, size - got);
		if (n < 0 && errno == EINTR) continue;
		if (n < 0) return err_os(e, "read %s", path);
		if (n == 0) break; /* it shrank meanwhile: what is there is the content */
		got += (size_t)n;
	}
	*out = str_make(p, got);
	return true;
}

static bool folder_of(const char *path, char *out, size_t size, struct err *e)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) : 1;
	if (slash && n == 0) n = 1;
	if (n + 1 > size) return err_set(e, ERR_SYSTEM, "the name of a file is too long");
	memcpy(out, slash ? path : ".", n);
	out[n] = '\0';
	return true;
}

bool io_sync_folder(const char *path, struct err *e)
{
	auto_close int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) return err_os(e, "open folder %s", path);
	if (fsync(fd) != 0 && errno != EINVAL) return err_os(e, "sync folder %s", path);
	return true;
}

static bool write_all(int fd, struct str bytes)
{
	while (bytes.n) {
		ssize_t n = write(fd, bytes.p, bytes.n);
		if (n < 0 && errno == EINTR) continue;
		if (n < 0) return false;
		bytes = str_from(bytes, (size_t)n);
	}
	return fsync(fd) == 0;
}

bool io_replace(const char *path, struct str bytes, unsigned mode, struct err *e)
{
	char folder[4096], beside[4200];
	if (!folder_of(path, folder, sizeof folder, e)) return false;
	snprintf(beside, sizeof beside, "%s/.new-XXXXXX", folder);
	auto_close int fd = mkostemp(beside, O_CLOEXEC);
	if (fd < 0) return err_os(e, "make %s", beside);
	if (fchmod(fd, (mode_t)mode) != 0 || !write_all(fd, bytes)) {
		err_os(e, "write %s", beside);
		unlink(beside);
		return false;
	}
	if (rename(beside, path) != 0) {
		err_os(e, "rename %s to %s", beside, path);
		unlink(beside);
		return false;
	}
	return io_sync_folder(folder, e);
}

bool io_make_folders(const char *path, struct err *e)
{
	char part[4096];
	size_t n = strlen(path);
	if (n == 0 || n + 1 > sizeof part)
		return err_set(e, ERR_USAGE, "the name of a folder is empty or too long");
	for (size_t i = 1; i <= n; i++) {
		if (i < n && path[i] != '/') continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdir(part, 0700) != 0 && errno != EEXIST) return err_os(e, "make folder %s", part);
	}
	struct stat st;
	if (stat(path, &st) != 0) return err_os(e, "look at folder %s", path);
	if (!S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		return err_os(e, "look at folder %s", path);
	}
	return true;
}

bool io_write_at(int fd, struct str bytes, int64_t at, struct err *e)
{
	while (bytes.n) {
		ssize_t n = pwrite(fd, bytes.p, bytes.n, at);
		if (n < 0 && errno == EINTR) continue;
		if (n < 0) return err_os(e, "write a file");
		bytes = str_from(bytes, (size_t)n);
		at += n;
	}
	return true;
}

bool io_read_at(int fd, char *to, size_t n, int64_t at, struct err *e)
{
	while (n) {
		ssize_t got = pread(fd, to, n, at);
		if (got < 0 && errno == EINTR) continue;
		if (got < 0) return err_os(e, "read of a file");
		if (got == 0) return err_set(e, ERR_SYSTEM, "a file is shorter than it was");
		to += got;
		at += got;
		n -= (size_t)got;
	}
	return true;
}

int64_t io_spare_bytes(const char *path, int64_t mb)
{
	enum { SPARE_MB = 1024, PART = 20 };
	struct statvfs v;
	int64_t bytes = (mb < 0 ? SPARE_MB : mb) << 20, disk;
	if (mb >= 0 || statvfs(path, &v) != 0 || num_mul(&disk, v.f_blocks, v.f_frsize)) return bytes;
	return num_min(bytes, disk / PART);
}

bool io_free_bytes(const char *path, int64_t *out, struct err *e)
{
	struct statvfs v;
	if (statvfs(path, &v) != 0) return err_os(e, "look at the disk of %s", path);
	int64_t bytes;
	if (num_mul(&bytes, v.f_bavail, v.f_frsize)) bytes = INT64_MAX;
	*out = bytes;
	return true;
}
