/* Files: whole reads and write-then-rename, and the spool, a temporary file that may be read
 * while it grows. A spool lets a worker write at its own pace and any number of readers send at
 * theirs; memory stays flat whatever the length. Refuses to know sockets. Errors:
 * ERR_DISK_FULL, ERR_SYSTEM, ERR_TOO_LARGE, ERR_CANCELLED, ERR_NOT_FOUND; paths are private. */
#ifndef IO_IO_H
#define IO_IO_H

#include "base/base.h"

/* --- file.c ----------------------------------------------------------------------------------- */

/* The whole content in the arena. ERR_NOT_FOUND when there is no such file, ERR_TOO_LARGE past
 * max. */
bool io_read(struct arena *a, const char *path, size_t max, struct str *out,
             struct err *e) must_use nonnull_all;
/* Writes beside, syncs, renames over, syncs the folder: the file is the former or the new one,
 * whole. */
bool io_replace(const char *path, struct str bytes, unsigned mode,
                struct err *e) must_use nonnull_all;
/* The folder and its parents, mode 0700 for those made. */
bool io_make_folders(const char *path, struct err *e) must_use nonnull_all;
/* Syncs a folder so that names made or removed in it survive a power cut. */
bool io_sync_folder(const char *path, struct err *e) must_use nonnull_all;
/* Removes a folder with all below it, links not followed; false when something is left. */
bool io_remove_tree(const char *path) nonnull_all;
/* A file without a name in a folder: gone with its last descriptor, however the process ends. Gives the descriptor. */
bool io_nameless(const char *folder, int *fd, struct err *e) must_use nonnull_all;
/* All of the bytes at that place of a file. */
bool io_write_at(int fd, struct str bytes, int64_t at, struct err *e) must_use nonnull_all;
/* n bytes from that place on; fails when the file ends before. */
bool io_read_at(int fd, char *to, size_t n, int64_t at, struct err *e) must_use nonnull_all;
/* Bytes free for us where path lives. */
bool io_free_bytes(const char *path, int64_t *out, struct err *e) must_use nonnull_all;
/* What publications leave free there (setting disk_free_mb). */
int64_t io_spare_bytes(const char *path, int64_t mb);

/* --- spool.c ---------------------------------------------------------------------------------- */

struct io_spool;  /* the writer's end: one thread at a time */
struct io_reader; /* one reader's end: one thread at a time */

/* A fresh file in folder, unlinked at once. max_bytes: past it a write fails with ERR_TOO_LARGE.
 * Gives the writer's end, to be ended by io_spool_end. */
bool io_spool_open(const char *folder, int64_t max_bytes, struct io_spool **out,
                   struct err *e) must_use nonnull_all;
/* Adds bytes. Small writes are gathered; readers see them at 64 KiB, after 100 ms, or at
 * io_spool_flush. Fails with ERR_CANCELLED when every reader has left (and there was one),
 * ERR_DISK_FULL. */
bool io_spool_write(struct io_spool *s, struct str bytes, struct err *e) must_use nonnull_all;
bool io_spool_flush(struct io_spool *s, struct err *e) must_use nonnull_all;
int64_t io_spool_length(const struct io_spool *s); /* written so far */
/* The end: good says the content is whole, otherwise readers learn that it failed. Takes s.
 * False when the last gathered bytes could not be written (readers then learn of a failure).
 * NULL does nothing. */
bool io_spool_end(struct io_spool *s, bool good, struct err *e);
/* Something about the whole content that is known at its end only, such as its digest: a header name
 * and value, at most IO_NOTES of them, each at most 31 and 127 bytes. Before io_spool_end. */
enum { IO_NOTES = 4 };
struct io_note {
	char name[32], value[128];
};
void io_spool_note(struct io_spool *s, const char *name, struct str value) nonnull_all;
/* The token to fire when the last reader leaves, so that a writer deep in an engine stops;
 * NULL: none. Keeps the token until io_spool_end. `fire` must not call back into io. */
void io_spool_on_abandon(struct io_spool *s, void (*fire)(void *arg), void *arg);

/* A reader at the beginning. Any thread, while the spool is open. Gives a reader for
 * io_reader_close. */
struct io_reader *io_spool_reader(struct io_spool *s);
/* Another one from a reader, so that a finished spool can be kept and given out again. */
struct io_reader *io_reader_again(struct io_reader *r);
enum io_step { IO_BYTES, IO_WAIT, IO_END, IO_FAILED };
/* Reads what is there, at most n bytes: IO_BYTES and *got > 0; IO_WAIT: caught up, `wake` will
 * be called; IO_END: all was read; IO_FAILED: the writer failed. Never blocks on the writer. */
enum io_step io_reader_read(struct io_reader *r, char *to, size_t n, size_t *got);
/* What is called (on the writer's thread, holding no lock of ours but the spool's) after
 * IO_WAIT, once. Must be short and must not call back into io. */
void io_reader_watch(struct io_reader *r, void (*wake)(void *arg), void *arg);
/* Total length when the writer has ended well, -1 before or after a failure. */
int64_t io_reader_length(struct io_reader *r);
/* What was noted; after IO_END, or once the length is known. */
size_t io_reader_notes(struct io_reader *r, struct io_note out[IO_NOTES]) nonnull_all;
/* Leaves; after it returns, wake is not called again. NULL does nothing. */
void io_reader_close(struct io_reader *r);
/* Spools open in this process, for the metrics. */
size_t io_spools_open(void);

#endif
