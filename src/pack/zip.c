/* Zips written as they grow, through libarchive: sizes and checksums follow each file, so nothing is
 * held back and the sink need not be seekable. */
#include "pack/pack.h"
#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>

struct pack_zip {
	struct archive *ar;
	pack_sink *sink;
	void *arg;
	struct err *e; /* of the call under way; where the sink's failure goes */
};

static la_ssize_t hand_on(struct archive *ar, void *arg, const void *bytes, size_t n)
{
	(void)ar;
	struct pack_zip *z = arg;
	struct err lost = { 0 };
	return z->sink(z->arg, str_make(bytes, n), z->e ? z->e : &lost) ? (la_ssize_t)n : -1;
}

static bool answer(struct pack_zip *z, la_ssize_t said, struct err *e)
{
	z->e = NULL;
	if (said >= ARCHIVE_WARN) return true;
	if (e->code == ERR_NONE) {
		err_set(e, ERR_SYSTEM, "writing the zip failed");
		const char *why = archive_error_string(z->ar);
		err_cause(e, "libarchive: %s", why ? why : "no message");
	}
	return false;
}

bool pack_zip_open(pack_sink *sink, void *arg, struct pack_zip **out, struct err *e)
{
	struct pack_zip *z = calloc(1, sizeof *z);
	ensure(z);
	*z = (struct pack_zip){ .ar = archive_write_new(), .sink = sink, .arg = arg, .e = e };
	ensure(z->ar);
	archive_write_set_format_zip(z->ar);
	/* A third of the time of the usual level, for files of text that are a tenth to a quarter larger. */
	archive_write_set_format_option(z->ar, "zip", "compression-level", "3");
	archive_write_set_bytes_in_last_block(z->ar, 1);
	if (!answer(z, archive_write_open(z->ar, z, NULL, hand_on, NULL), e)) {
		pack_zip_drop(z);
		return false;
	}
	*out = z;
	return true;
}

/* bytes -1: not known yet. */
static bool start_entry(struct pack_zip *z, struct str name, int64_t bytes, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct archive_entry *entry = archive_entry_new();
	ensure(entry);
	archive_entry_set_pathname(entry, arena_cstr(&a, name));
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	if (bytes >= 0) archive_entry_set_size(entry, bytes);
	z->e = e;
	int said = archive_write_header(z->ar, entry);
	archive_entry_free(entry);
	return answer(z, said, e);
}

bool pack_zip_entry(struct pack_zip *z, struct str name, struct err *e) { return start_entry(z, name, -1, e); }

bool pack_zip_plain(struct pack_zip *z, struct str name, struct str bytes, struct err *e)
{
	archive_write_zip_set_compression_store(z->ar);
	bool ok = start_entry(z, name, (int64_t)bytes.n, e) && pack_zip_put(z, bytes, e);
	archive_write_zip_set_compression_deflate(z->ar);
	return ok;
}

bool pack_zip_put(struct pack_zip *z, struct str bytes, struct err *e)
{
	while (bytes.n > 0) {
		z->e = e;
		la_ssize_t said = archive_write_data(z->ar, bytes.p, bytes.n);
		if (!answer(z, said <= 0 ? ARCHIVE_FATAL : said, e)) return false;
		bytes = str_from(bytes, (size_t)said);
	}
	return true;
}

bool pack_zip_end(struct pack_zip *z, struct err *e)
{
	z->e = e;
	bool ok = answer(z, archive_write_close(z->ar), e);
	pack_zip_drop(z);
	return ok;
}

void pack_zip_drop(struct pack_zip *z)
{
	if (!z) return;
	struct err ignored = { 0 };
	z->e = &ignored;
	archive_write_fail(z->ar);
	archive_write_free(z->ar);
	free(z);
}
