/* Packed bytes: the door to libarchive (zip, tar, bzip2) and zlib (gzip). Reads archives from strangers with
 * guards on size, expansion ratio, entry count and path traversal; writes gzip and zip for exports.
 * Refuses to unpack to names chosen by an archive: everything is a stream.
 *
 * Threads: a reader or a writer belongs to one thread. Errors: what is wrong with the bytes is
 * ERR_BAD_SOURCE with a sentence for the person who sent them; a ceiling is ERR_TOO_LARGE. */
#ifndef PACK_PACK_H
#define PACK_PACK_H

#include "base/base.h"

enum pack_kind { PACK_PLAIN, PACK_GZIP, PACK_ZIP, PACK_BZIP2, PACK_TAR };
/* By the first bytes (at least 512 when the file has them). */
enum pack_kind pack_kind_of(struct str head);

/* --- reading ------------------------------------------------------------------------------------ */

/* Zero means the default. A stream that passes `bytes`, or that grows more than `ratio` times beyond
 * its packed size once it passes 64 MiB, is refused as a bomb. */
struct pack_limits {
	int64_t bytes;  /* most unpacked bytes of one stream; 16 GiB */
	int ratio;      /* 200 */
	int entries;    /* most files in one archive; 10,000 */
};

struct pack_entry {
	struct str name; /* UTF-8, slashes; never absolute, never with a ".." part */
	int64_t bytes;   /* unpacked; -1 when the archive does not tell */
	int64_t modified;/* seconds since 1970; 0 when the archive does not tell */
};
struct pack_entries {
	struct pack_entry *p;
	size_t n;
};
/* The regular files of a zip or tar, in their order. Borrows fd, which must be seekable. Fails with
 * ERR_BAD_SOURCE when the bytes are neither, are encrypted, or an entry has a name that leaves the
 * archive. */
bool pack_list(int fd, struct arena *a, const struct pack_limits *l, struct pack_entries *out,
               struct err *e) must_use nonnull_all;

struct pack_reader;
/* Unpacks a gzip stream (several members in a row are one stream). Keeps fd, read from its present
 * place on; may be a pipe. */
bool pack_open_gzip(int fd, const struct pack_limits *l, struct pack_reader **out, struct err *e) must_use nonnull_all;
/* Unpacks a bzip2 stream, read from the place of fd on. Keeps fd. */
bool pack_open_bzip2(int fd, const struct pack_limits *l, struct pack_reader **out, struct err *e) must_use nonnull_all;
/* Unpacks one file of a zip or tar by its exact name. Keeps fd, which must be seekable. */
bool pack_open_entry(int fd, struct str name, const struct pack_limits *l, struct pack_reader **out,
                     struct err *e) must_use nonnull_all;
/* Up to n bytes; *got 0 is the end, proved whole by its checksum. Fails with ERR_BAD_SOURCE when the
 * stream is damaged or cut short. */
bool pack_read(struct pack_reader *r, char *to, size_t n, size_t *got, struct err *e) must_use nonnull_all;
/* Every regular file of a zip or tar in its order, as a stream that `take` reads, to its end or not. Names as in pack_list. Borrows fd, which
 * must be seekable. */
typedef bool pack_take(void *arg, const struct pack_entry *entry, struct pack_reader *r, struct err *e);
bool pack_walk(int fd, const struct pack_limits *l, pack_take *take, void *arg, struct err *e) must_use;
int64_t pack_packed_bytes(const struct pack_reader *r); /* read from fd so far, for progress */
void pack_close(struct pack_reader *r_or_null);
void pack_close_at(struct pack_reader **r);
#define auto_pack auto_with(pack_close_at) struct pack_reader

/* --- writing ------------------------------------------------------------------------------------ */

/* CRC-32 as in gzip, zip and PNG. */
uint32_t pack_crc32(struct str s);
/* Appends all of `in` as one gzip member; level 1 to 9. False when out ran over. */
bool pack_gzip(struct buf *out, struct str in, int level) must_use nonnull_all;
/* The same as a bare zlib stream (RFC 1950), as PDF has it. */
bool pack_deflate(struct buf *out, struct str in) must_use nonnull_all;

/* One gzip stream written as it grows: what a browser expects of a gzip coding (some readers stop after
 * the first member). */
struct pack_gzipper;
typedef bool pack_sink(void *arg, struct str bytes, struct err *e);
void pack_gzipper_open(int level, pack_sink *sink, void *arg, struct pack_gzipper **out) nonnull_all;
bool pack_gzipper_put(struct pack_gzipper *z, struct str bytes, struct err *e) must_use nonnull_all;
/* Writes the rest. Takes z whatever it answers. */
bool pack_gzipper_end(struct pack_gzipper *z, struct err *e) must_use nonnull_all;
/* Frees without ending; accepts NULL. */
void pack_gzipper_drop(struct pack_gzipper *z_or_null);

/* A zip written as it grows, to bytes that need not be seekable (entries carry their sizes behind). */
struct pack_zip;
bool pack_zip_open(pack_sink *sink, void *arg, struct pack_zip **out, struct err *e) must_use;
/* Starts a file, ending the former. */
bool pack_zip_entry(struct pack_zip *z, struct str name, struct err *e) must_use nonnull_all;
bool pack_zip_put(struct pack_zip *z, struct str bytes, struct err *e) must_use nonnull_all;
/* A whole small file, stored as it is: a first one so tells programs what the zip is (OpenDocument). */
bool pack_zip_plain(struct pack_zip *z, struct str name, struct str bytes, struct err *e) must_use nonnull_all;
/* Writes the directory. Takes z whatever it answers. */
bool pack_zip_end(struct pack_zip *z, struct err *e) must_use nonnull_all;
/* Frees without ending; accepts NULL. */
void pack_zip_drop(struct pack_zip *z_or_null);

/* A tar (pax) written as it grows into a file or pipe; files whose size is told beforehand. Keeps fd. */
struct pack_tar;
bool pack_tar_open(int fd, struct pack_tar **out, struct err *e) must_use nonnull_all;
/* A file: its name, its bytes read from `from`, of which there are so many (ERR_SYSTEM when there are fewer). */
bool pack_tar_file(struct pack_tar *z, struct str name, int from, int64_t bytes, int64_t modified_s, struct err *e) must_use nonnull_all;
/* Writes the end. Takes z whatever it answers. */
bool pack_tar_end(struct pack_tar *z, struct err *e) must_use nonnull_all;
void pack_tar_drop(struct pack_tar *z_or_null);

#endif
