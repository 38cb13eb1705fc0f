/* Both ends of a conversation with the cage: what ingest_run, ingest_guess and ingest_preview share. */
#ifndef INGEST_ASK_H
#define INGEST_ASK_H

#include "child/child.h"
#include "gdal/gdal.h"
#include "ingest/load.h"

enum ask_frame { FRAME_PROGRESS = 1, FRAME_RESULT, FRAME_ERROR };

/* --- the parent ---------------------------------------------------------------------------------------- */

/* An error that came as a frame; nothing in it is trusted. */
void ask_hear_error(struct err *e, struct str payload);
/* Why a child ended without an answer; false. */
bool ask_explain(enum child_way way, int code, struct err *e);
/* Starts the role, waits at most timeout_ms (0: as long as it takes) and gives its answer, a text. */
struct ask {
	const char *program;     /* NULL: this program */
	const int *fds;
	size_t nfds;
	struct str settings;
	int64_t timeout_ms;
	struct cancel *cancel;   /* may be NULL */
};
bool ask_child(const struct ask *k, struct arena *a, struct str *answer, struct err *e) must_use;
/* A folder of its own for what has to be unpacked, in the arena, and its end. */
bool ask_folder(struct arena *a, struct str *out, struct err *e) must_use;
void ask_folder_done(struct arena *a, struct str folder);

/* --- the child ----------------------------------------------------------------------------------------- */

/* The work of a guess, after the settings: {"guess":true,"name":…,"folder":…}. */
bool guess_work(struct arena *a, const struct json_node *settings, struct buf *answer, struct err *e) must_use;

#endif
