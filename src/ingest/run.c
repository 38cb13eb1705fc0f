/* Both ends of a publish's reading: the parent that starts a caged child and listens, and the child. */
#include "clock/clock.h"
#include "io/io.h"
#include "ingest/look.h"
#include <errno.h>
#include <signal.h>
#include <unistd.h>

/* --- the child -------------------------------------------------------------------------------------- */

static void send_progress(void *arg, const struct ingest_progress *p)
{
	(void)arg;
	/* A parent that is gone takes us with it; nothing else to do about a lost frame. */
	(void)!child_send(FRAME_PROGRESS, str_make((const char *)p, sizeof *p));
}

static int send_error(const struct err *e)
{
	return child_send(FRAME_ERROR, str_make((const char *)e, sizeof *e)) ? 0 : 1;
}

struct engine_sink { struct str path; struct engine_load *load; };

/* The database tells a full disk only in words, those of the system. */
static bool full_or_not(bool ok, struct err *e)
{
	static const int full[] = { ENOSPC, EDQUOT, EFBIG };
	if (ok || e->code == ERR_DISK_FULL) return ok;
	char words[128];
	for (size_t i = 0; i < COUNT_OF(full); i++) {
		if (str_find(str_of(e->priv), str_of(strerror_r(full[i], words, sizeof words))) < 0) continue;
		struct err seen = *e;
		*e = (struct err){ 0 };
		err_set(e, ERR_DISK_FULL, "no space is left where the portal keeps its data");
		return err_cause(e, "%.400s", seen.priv);
	}
	return false;
}

static bool sink_begin(void *arg, const struct schema *s, struct err *e)
{
	struct engine_sink *k = arg;
	return full_or_not(engine_load_begin(k->path, s, &k->load, e), e);
}

static bool sink_rows(void *arg, const struct batch *b, const uint8_t (*ids)[16], struct err *e)
{
	return full_or_not(engine_load_rows(((struct engine_sink *)arg)->load, b, ids, e), e);
}

static bool sink_end(void *arg, enum load_end how, struct err *e)
{
	struct engine_sink *k = arg;
	return !k->load || full_or_not(engine_load_end(k->load, how, e), e);
}

/* The folder that holds a file. */
static const char *folder_of(struct arena *a, struct str path)
{
	ptrdiff_t slash = str_rfind_char(path, '/');
	return arena_cstr(a, slash > 0 ? str_sub(path, 0, (size_t)slash) : STR("/"));
}

static bool shut_cage(struct arena *a, const struct ingest_job *job, struct err *e)
{
	size_t nfds = num_max(job->nparts, (size_t)1) + job->nsupplies;
	int *fds = arena_array(a, int, nfds);
	for (size_t i = 0; i < nfds; i++) fds[i] = CHILD_FD + (int)i;
	const char *folders[] = { folder_of(a, job->version_path), folder_of(a, job->rejects_path) };
	int64_t memory = job->memory_mb;
	if (memory <= 0) {
		int64_t pages = sysconf(_SC_PHYS_PAGES);
		int64_t size = sysconf(_SC_PAGESIZE);
		memory = pages > 0 && size > 0 ? pages / 2 * size >> 20 : 2048;
		memory = num_max(memory, (int64_t)2048);
	}
	struct child_cage cage = { .memory_mb = memory, .cpu_s = job->cpu_s > 0 ? job->cpu_s : 3600,
		.file_mb = job->file_mb > 0 ? job->file_mb : 65536, .read_fds = fds, .nread_fds = nfds,
		.folders = folders, .nfolders = COUNT_OF(folders),
		.readable = gdal_read_folders, .nreadable = GDAL_READ_FOLDERS };
	unsigned parts;
	return child_cage(&cage, &parts, e);
}

static bool child_work(struct arena *a, struct buf *answer, struct err *e)
{
	struct str settings;
	struct ingest_job job;
	auto_json *doc = NULL;
	if (!child_begin(e) || !child_settings(a, &settings, e) || !json_read(settings, &doc, e)) return false;
	if (json_bool(json_get(json_root(doc), "guess"), false)) return guess_work(a, json_root(doc), answer, e);
	if (json_get(json_root(doc), "look")) return look_work(a, json_root(doc), answer, e);
	if (!settings_read(a, settings, &job, e)) return false;
	job.source = CHILD_FD;
	if (!shut_cage(a, &job, e)) return false;
	struct engine_sink sink = { .path = job.version_path };
	struct load l = { .job = job, .a = a, .sink = { &sink, sink_begin, sink_rows, sink_end }, .tell = send_progress };
	struct ingest_result result;
	if (!load_run(&l, &result, e)) return false;
	result_put(answer, &result);
	return !answer->over || err_set(e, ERR_TOO_LARGE, "the file's schema is too large");
}

int ingest_child_main(void)
{
	struct arena a = ARENA_INIT;
	struct buf answer = BUF_INIT(24 << 20);
	struct err e = { 0 };
	int code;
	if (child_work(&a, &answer, &e)) code = child_send(FRAME_RESULT, buf_str(&answer)) ? 0 : 1;
	else code = send_error(&e);
	/* No destructors: the leak checker would trace this process, which the cage forbids. */
	_exit(code);
}

/* --- the parent -------------------------------------------------------------------------------------- */

struct listening {
	bool answered;          /* a result or an error came */
	bool ok;
	struct err error;
	int64_t spare;          /* bytes that stay free on the disk */
	int64_t looked_ns;      /* when that was last looked at */
};

static void hear_error(struct listening *h, struct str payload)
{
	h->answered = true;
	h->ok = false;
	ask_hear_error(&h->error, payload);
}

static void hear(const struct ingest_job *job, struct arena *a, uint8_t kind, struct str payload, struct listening *h,
                 struct ingest_result *out)
{
	if (kind == FRAME_PROGRESS && payload.n == sizeof(struct ingest_progress)) {
		struct ingest_progress p;
		memcpy(&p, payload.p, sizeof p);
		if (job->progress) job->progress(job->arg, &p);
	} else if (kind == FRAME_RESULT && !h->answered) {
		h->answered = true;
		h->ok = result_read(a, payload, out, &h->error);
	} else if (kind == FRAME_ERROR && !h->answered) {
		hear_error(h, payload);
	}
}

/* Others live on the same disk: a source that grows while it is read must not take all of it. */
static bool has_room(struct listening *h, const char *folder, struct err *e)
{
	enum { EVERY_NS = 200000000 };
	struct err unseen = { 0 };
	int64_t now = clock_monotonic_ns(), room;
	if (h->looked_ns && now - h->looked_ns < EVERY_NS) return true;
	h->looked_ns = now;
	if (!io_free_bytes(folder, &room, &unseen) || room >= h->spare) return true;
	return err_set(e, ERR_DISK_FULL, "Publishing was stopped: less than %lld MB would stay free on the disk where the portal keeps its data. Make room, or ask the operator to.",
	               (long long)num_max(h->spare >> 20, (int64_t)1));
}

/* True when it ended by itself, false when it was cancelled or the disk has no room for more. */
static bool listen_to(struct child *c, const struct ingest_job *job, struct arena *a, struct listening *h,
                      struct ingest_result *out, struct err *e)
{
	const char *folder = folder_of(a, job->version_path);
	h->spare = io_spare_bytes(folder, job->spare_mb);
	for (;;) {
		uint8_t kind;
		struct str payload;
		if (job->cancel && cancel_fired(job->cancel)) {
			child_kill(c);
			return err_set(e, ERR_CANCELLED, "publishing was stopped");
		}
		if (!has_room(h, folder, e)) {
			child_kill(c);
			return false;
		}
		switch (child_next(c, 100, &kind, &payload)) {
		case CHILD_FRAME: hear(job, a, kind, payload, h, out); break;
		case CHILD_NOTHING: break;
		case CHILD_CLOSED: return true;
		}
	}
}

static void sweep(struct arena *a, const struct ingest_job *job)
{
	static const char *const endings[] = { "", ".wal", ".source.tmp", INGEST_BESIDE };
	for (size_t i = 0; i < COUNT_OF(endings); i++)
		unlink(arena_printf(a, "%.*s%s", STR_ARG(job->version_path), endings[i]).p);
	unlink(arena_cstr(a, job->rejects_path));
}

static bool must_be_new(struct arena *a, struct str path, struct err *e)
{
	if (path.n == 0 || path.p[0] != '/') return err_set(e, ERR_SYSTEM, "a version needs an absolute path");
	if (access(arena_cstr(a, path), F_OK) != 0) return true;
	return err_set(e, ERR_CONFLICT, "this version is being published already");
}

/* Starts a child for a job: its source or parts, and its supplies, are handed over in the order that settings_read counts them. */
static bool start_child(const struct ingest_job *job, struct arena *a, struct child **child, struct err *e)
{
	auto_buf settings = BUF_INIT(16 << 20);
	settings_put(&settings, job);
	if (settings.over) return err_set(e, ERR_TOO_LARGE, "the schema or the configuration is too large");
	int *fds = arena_array(a, int, job->nparts + job->nsupplies + 1);
	size_t n = 0;
	if (job->nparts == 0) fds[n++] = job->source;
	for (size_t i = 0; i < job->nparts; i++) fds[n++] = job->parts[i].source;
	for (size_t i = 0; i < job->nsupplies; i++) fds[n++] = job->supplies[i];
	struct child_start how = { .program = job->program, .role = INGEST_ROLE, .fds = fds, .nfds = n, .settings = buf_str(&settings) };
	return child_start(&how, child, e);
}

bool ingest_run(const struct ingest_job *job, struct arena *a, struct ingest_result *out, struct err *e)
{
	if (!must_be_new(a, job->version_path, e) || !must_be_new(a, job->rejects_path, e)) return false;
	struct child *child;
	if (!start_child(job, a, &child, e)) return false;
	struct listening heard = { 0 };
	struct ingest_result result = { 0 };
	bool ended = listen_to(child, job, a, &heard, &result, e);
	int code;
	enum child_way way = child_end(child, &code);
	bool ok = false;
	if (ended && !heard.answered) ask_explain(way, code, e);
	else if (ended && !heard.ok) *e = heard.error;
	else ok = ended;
	if (ok) *out = result;
	else sweep(a, job);
	return ok;
}
