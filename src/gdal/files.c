/* Files for the library that have no place on disk: a small file system of its own under a name that is used once,
 * with the files handed in and nothing else. Whatever a hostile file makes the library look for besides is not there. */
#include "gdal/read.h"
#include "clock/clock.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

struct open_file { const struct gdal_file *file; int64_t at; bool end; };

static struct str last_part(const char *path)
{
	struct str s = str_of(path);
	ptrdiff_t slash = str_rfind_char(s, '/');
	return slash < 0 ? s : str_from(s, (size_t)slash + 1);
}

static const struct gdal_file *find(const struct read_files *t, const char *path)
{
	struct str name = last_part(path);
	for (size_t i = 0; i < t->n; i++)
		if (str_eq(t->files[i].name, name)) return &t->files[i];
	return NULL;
}

static int files_stat(void *data, const char *path, VSIStatBufL *out, int flags)
{
	(void)flags;
	const struct read_files *t = data;
	const struct gdal_file *f = find(t, path);
	struct str name = last_part(path);
	memset(out, 0, sizeof *out);
	if (!f && name.n > 0) return -1;
	out->st_size = f ? f->bytes : 0;
	out->st_mode = f ? 0100444 : 0040555;
	return 0;
}

static char **files_list(void *data, const char *path, int most)
{
	(void)path;
	const struct read_files *t = data;
	char **list = NULL;
	for (size_t i = 0; i < t->n && (most <= 0 || i < (size_t)most); i++) list = t->lib->CSLAddString(list, t->files[i].name.p);
	return list;
}

static void *files_open(void *data, const char *path, const char *access)
{
	const struct gdal_file *f = strchr(access, 'w') || strchr(access, 'a') || strchr(access, '+') ? NULL : find(data, path);
	if (!f) {
		errno = ENOENT;
		return NULL;
	}
	struct open_file *o = calloc(1, sizeof *o);
	if (o) o->file = f;
	return o;
}

static vsi_l_offset files_tell(void *file) { return (vsi_l_offset)((struct open_file *)file)->at; }

static int files_seek(void *file, vsi_l_offset to, int whence)
{
	struct open_file *o = file;
	int64_t from = whence == SEEK_END ? o->file->bytes : whence == SEEK_CUR ? o->at : 0;
	if (to > (vsi_l_offset)1 << 60) return -1;
	o->at = from + (int64_t)to;
	o->end = false;
	return 0;
}

static size_t files_read(void *file, void *to, size_t size, size_t count)
{
	struct open_file *o = file;
	size_t want;
	size_t got = 0;
	if (size == 0 || num_mul(&want, size, count)) return 0;
	while (got < want) {
		ssize_t n = pread(o->file->fd, (char *)to + got, want - got, (off_t)(o->at + (int64_t)got));
		if (n < 0 && errno == EINTR) continue;
		if (n <= 0) break;
		got += (size_t)n;
	}
	o->end = got < want;
	o->at += (int64_t)got;
	return got / size;
}

static int files_eof(void *file) { return ((struct open_file *)file)->end; }

static int files_close(void *file)
{
	free(file);
	return 0;
}

/* The library keeps the handler, and with it the table, for as long as the process lives. */
struct read_files *read_files_mount(const struct gdal_read_library *lib, const struct gdal_file *files, size_t n)
{
	struct read_files *t = calloc(1, sizeof *t);
	ensure(t);
	t->lib = lib;
	t->n = n;
	t->files = calloc(n + 1, sizeof *t->files);
	ensure(t->files);
	for (size_t i = 0; i < n; i++) {
		t->files[i] = files[i];
		char *name = calloc(1, files[i].name.n + 1);
		ensure(name);
		memcpy(name, files[i].name.p, files[i].name.n);
		t->files[i].name.p = name;
	}
	auto_buf prefix = BUF_INIT(200);
	buf_printf(&prefix, "/vsistoa%p%lld/", (void *)t, (long long)clock_monotonic_ns());
	buf_put_char(&prefix, 0);
	ensure(prefix.n <= sizeof t->prefix);
	memcpy(t->prefix, prefix.p, prefix.n);
	VSIFilesystemPluginCallbacksStruct *c = lib->VSIAllocFilesystemPluginCallbacksStruct();
	c->pUserData = t;
	c->stat = files_stat;
	c->read_dir = files_list;
	c->open = files_open;
	c->tell = files_tell;
	c->seek = files_seek;
	c->read = files_read;
	c->eof = files_eof;
	c->close = files_close;
	lib->VSIInstallPluginHandler(t->prefix, c);
	lib->VSIFreeFilesystemPluginCallbacksStruct(c);
	return t;
}

void read_files_unmount(struct read_files *t)
{
	for (size_t i = 0; i < t->n; i++) free((char *)(uintptr_t)t->files[i].name.p);
	free(t->files);
	t->files = NULL;
	t->n = 0;
}
