/* Questions to the cage that have one text for an answer. */
#include "ingest/ask.h"
#include "clock/clock.h"
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void ask_hear_error(struct err *e, struct str payload)
{
	if (payload.n != sizeof *e) {
		err_set(e, ERR_SYSTEM, "the reader's answer made no sense");
		return;
	}
	memcpy(e, payload.p, sizeof *e);
	/* `where` points into the other process; the codes and ends of text are not to be trusted either. */
	e->where = __FILE__;
	if (e->code <= ERR_NONE || e->code >= ERR_COUNT) e->code = ERR_SYSTEM;
	e->pub[sizeof e->pub - 1] = 0;
	e->priv[sizeof e->priv - 1] = 0;
}

bool ask_explain(enum child_way way, int code, struct err *e)
{
	switch (way) {
	case CHILD_DONE:
	case CHILD_FAILED:
		err_set(e, ERR_SYSTEM, "the reader stopped without an answer");
		break;
	case CHILD_CPU:
		err_set(e, ERR_TOO_LARGE, "the file made the reader stop: it took more processor time than is allowed");
		break;
	case CHILD_KILLED:
		err_set(e, ERR_TOO_LARGE, "the file made the reader stop: it needed more memory than is allowed");
		break;
	case CHILD_CRASHED:
		if (code == SIGABRT) err_set(e, ERR_TOO_LARGE, "the file made the reader stop: it is damaged, or needs more memory than is allowed");
		else err_set(e, ERR_BAD_SOURCE, "the file made the reader stop: it is damaged in a way that is not known");
		break;
	}
	return err_cause(e, "child ended in way %d, signal or code %d", (int)way, code);
}

/* --- asking ------------------------------------------------------------------------------------------ */

struct hearing { bool answered, ok, late, cancelled; struct err error; };

static void hear(struct hearing *h, struct arena *a, uint8_t kind, struct str payload, struct str *answer)
{
	if (h->answered || kind == FRAME_PROGRESS) return;
	h->answered = true;
	h->ok = kind == FRAME_RESULT;
	if (h->ok) *answer = arena_str(a, payload);
	else ask_hear_error(&h->error, payload);
}

static void listen_to(struct child *c, const struct ask *k, struct arena *a, struct hearing *h, struct str *answer)
{
	int64_t end = clock_monotonic_ns() + k->timeout_ms * 1000000;
	for (;;) {
		uint8_t kind;
		struct str payload;
		h->cancelled = k->cancel && cancel_fired(k->cancel);
		h->late = k->timeout_ms > 0 && clock_monotonic_ns() > end;
		if (h->cancelled || h->late) {
			child_kill(c);
			return;
		}
		switch (child_next(c, 100, &kind, &payload)) {
		case CHILD_FRAME: hear(h, a, kind, payload, answer); break;
		case CHILD_NOTHING: break;
		case CHILD_CLOSED: return;
		}
	}
}

bool ask_child(const struct ask *k, struct arena *a, struct str *answer, struct err *e)
{
	struct child_start how = { .program = k->program, .role = INGEST_ROLE, .fds = k->fds, .nfds = k->nfds, .settings = k->settings };
	struct child *child;
	if (!child_start(&how, &child, e)) return false;
	struct hearing h = { 0 };
	int code;
	listen_to(child, k, a, &h, answer);
	enum child_way way = child_end(child, &code);
	if (h.cancelled) return err_set(e, ERR_CANCELLED, "reading the file was stopped");
	if (h.late) return err_set(e, ERR_TOO_LARGE, "looking at the file takes too long");
	if (!h.answered) return ask_explain(way, code, e);
	if (!h.ok) *e = h.error;
	return h.ok;
}

bool ask_folder(struct arena *a, struct str *out, struct err *e)
{
	const char *parent = getenv("TMPDIR");
	char name[4096];
	int n = snprintf(name, sizeof name, "%s/stoa-look-XXXXXX", parent && *parent == '/' ? parent : P_tmpdir);
	if (n < 0 || (size_t)n >= sizeof name || !mkdtemp(name)) return err_os(e, "mkdtemp");
	*out = arena_str(a, str_of(name));
	return true;
}

void ask_folder_done(struct arena *a, struct str folder)
{
	DIR *d = opendir(arena_cstr(a, folder));
	for (struct dirent *f; d && (f = readdir(d));)
		if (f->d_name[0] != '.') unlink(arena_printf(a, "%.*s/%s", STR_ARG(folder), f->d_name).p);
	if (d) closedir(d);
	rmdir(arena_cstr(a, folder));
}
