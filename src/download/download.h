/* A file made while it is sent. The question has been proved right before the first byte; from then on
 * the writing goes on in the lane for long work, into a spool, at the engine's pace, while the reader
 * takes it at theirs. On its way the content is compressed where the caller understands gzip and the
 * bytes are not packed already.
 *
 * What the answer carries besides the file, so that one that was cut short is noticed: the number of
 * records as `Stoa-Rows` and the SHA-256 of the bytes as sent as `Content-Digest` (RFC 9530). Both are
 * known at the end, so they are trailers (announced by `Trailer`), or headers when the file was finished
 * before the answer began. A failure half-way cuts the connection without a proper end.
 *
 * Refuses to know which files there are, and who may have them. On a handler's thread. */
#ifndef DOWNLOAD_DOWNLOAD_H
#define DOWNLOAD_DOWNLOAD_H

#include "base/base.h"
#include "export/export.h"
#include "httpd/httpd.h"
#include "query/query.h"
#include "site/site.h"

struct download; /* prepared; not yet begun */

/* Plans the question: everything that can be wrong with it is told here. Copies what it needs of the
 * question and its target. */
bool download_plan(const struct query_request *q, struct download **out, struct err *e) must_use nonnull_all;
/* The order of a dataset's files where the question has none, as its publisher chose it: ODSQL for default_order; empty when there is none, or
 * when whoever asks does not see the field: the order would tell of its values. In the arena. */
struct str download_order(struct arena *a, const struct dataset *d, const struct query_target *t) nonnull_all;
/* Equal for equal questions; borrowed from the download. */
struct str download_canonical(const struct download *d) nonnull_all;
/* The plan, to be written by a `write` of one's own. */
const struct query_plan *download_question(const struct download *d) nonnull_all;
void download_drop(struct download *d_or_null);
void download_drop_at(struct download **d);
#define auto_download auto_with(download_drop_at) struct download

/* How the file is written: a format of export/ with its options, or a writer of the caller's own, which
 * adds to *rows what it wrote and gets `arg` (in the download's arena, or for ever). */
struct download_writer {
	const struct export_format *format;  /* NULL: write */
	struct export_options options;
	bool (*write)(const struct export_job *j, void *arg, const struct export_sink *to, int64_t *rows, struct err *e);
	void *arg;
	bool packed; /* with write: the bytes are compressed already */
};
struct arena *download_arena(struct download *d) nonnull_all; /* lives until the writing ends */

/* Begins: the reply gets the body; type, name and other headers are the caller's. Takes the download, and
 * the visit (which is emptied: the writing leaves it when it is done). The time of the writing is charged to
 * whoever asked (see quota/). ERR_BUSY when the lane is full. */
bool download_start(struct download **d, struct httpd_request *r, struct httpd_reply *p, struct site_visit *at,
                    const struct download_writer *w, struct err *e) must_use nonnull_all;

#endif
