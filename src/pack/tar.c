/* Tars written as they grow, through libarchive: what the tar of every system reads, with sizes beyond 8 GB and names of any letters. */
#include "pack/pack.h"
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { PIECE = 256 * 1024 };

struct pack_tar { struct archive *ar; char *room; };

static bool answer(struct pack_tar *z, la_ssize_t said, struct err *e)
{
	if (said >= ARCHIVE_WARN) return true;
	const char *why = archive_error_string(z->ar);
	err_set(e, ERR_SYSTEM, "writing the tar failed");
	return err_cause(e, "libarchive: %s", why ? why : "no message");
}

bool pack_tar_open(int fd, struct pack_tar **out, struct err *e)
{
	struct pack_tar *z = calloc(1, sizeof *z);
	ensure(z);
	z->ar = archive_write_new();
	z->room = malloc(PIECE);
	ensure(z->ar && z->room);
	archive_write_set_format_pax_restricted(z->ar);
	if (!answer(z, archive_write_open_fd(z->ar, fd), e)) {
		pack_tar_drop(z);
		return false;
	}
	*out = z;
	return true;
}

static bool pour(struct pack_tar *z, int from, int64_t bytes, struct err *e)
{
	while (bytes > 0) {
		ssize_t n = read(from, z->room, (size_t)num_min(bytes, (int64_t)PIECE));
		if (n < 0 && errno == EINTR) continue;
		if (n <= 0) return n < 0 ? err_os(e, "read a file for the tar") : err_set(e, ERR_SYSTEM, "a file became shorter while it was packed");
		if (!answer(z, archive_write_data(z->ar, z->room, (size_t)n), e)) return false;
		bytes -= n;
	}
	return true;
}

bool pack_tar_file(struct pack_tar *z, struct str name, int from, int64_t bytes, int64_t modified_s, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct archive_entry *entry = archive_entry_new();
	ensure(entry);
	archive_entry_set_pathname(entry, arena_cstr(&a, name));
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0600);
	archive_entry_set_size(entry, bytes);
	archive_entry_set_mtime(entry, (time_t)modified_s, 0);
	bool ok = answer(z, archive_write_header(z->ar, entry), e) && pour(z, from, bytes, e) && answer(z, archive_write_finish_entry(z->ar), e);
	archive_entry_free(entry);
	return ok;
}

bool pack_tar_end(struct pack_tar *z, struct err *e)
{
	bool ok = answer(z, archive_write_close(z->ar), e);
	pack_tar_drop(z);
	return ok;
}

void pack_tar_drop(struct pack_tar *z)
{
	if (!z) return;
	archive_write_free(z->ar);
	free(z->room);
	free(z);
}
