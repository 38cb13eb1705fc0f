/* Bodies as they come: how long one may be, the purse that all large ones share, and forms whose files go to disk. Writing to a disk
 * may take its time, so a worker does it, a piece at a time, while the connection rests. Runs on the http thread but for what says
 * otherwise. */
#include "httpd/inside.h"
#include <stdlib.h>

enum { SMALL_BODY = 64 * 1024, LARGE_BODY = 1 << 20, PIECE = 1 << 20, LEAST_FILE = 256 * 1024, SPARE_MB = 32 };

static int64_t announced(const struct visit *v)
{
	int64_t length;
	struct str said = httpd_header(&v->request, STR("content-length"));
	return said.n && str_to_int(said, &length) ? length : -1;
}

static bool spill_asked(struct visit *v, struct err *e)
{
	const struct httpd_options *o = v->server->o;
	return v->folder.n || o->hooks.spill(&v->request, o->app, announced(v), &v->folder, &v->most, e);
}

/* On a worker: before bytes are written. */
static bool give(void *arg, size_t n, int *fd, struct err *e)
{
	struct visit *v = arg;
	int64_t room;
	if (!spill_asked(v, e)) return false;
	v->spilled += (int64_t)n;
	if (v->spilled > v->most) return err_set(e, ERR_TOO_LARGE, "A file may have %lld MB at most on this portal.", (long long)(v->most >> 20));
	if (!io_free_bytes(v->folder.p, &room, e)) return false;
	if (room - (int64_t)n < (int64_t)SPARE_MB << 20) return err_set(e, ERR_DISK_FULL, "%s", err_kind(ERR_DISK_FULL)->sentence);
	return *fd >= 0 || io_nameless(v->folder.p, fd, e);
}

bool body_begin(struct visit *v)
{
	const struct httpd_route *route = v->request.route_or_null;
	size_t most = num_max(route->body_max, (size_t)SMALL_BODY);
	int64_t length = announced(v);
	v->body = BUF_INIT(most);
	if (length > 0 && (uint64_t)length > most) return err_set(&v->err, ERR_TOO_LARGE, "the body has more than %zu bytes", most);
	struct str type = httpd_header(&v->request, STR("content-type"));
	static const struct str form = { "multipart/form-data", 19 };
	if (!(route->flags & HTTPD_SPILLS) || !v->server->o->hooks.spill || !str_eq_nocase(str_sub(type, 0, form.n), form)) return true;
	struct sift *s = calloc(1, sizeof *s);
	ensure(s != NULL);
	*s = (struct sift){ .most_kept = PIECE, .least = LEAST_FILE, .give = give, .arg = v, .kept = BUF_INIT(most), .now = { .fd = -1 } };
	if (sift_open(s, &v->arena, type)) v->sift_or_null = s;
	else free(s);
	v->given = BUF_INIT(most);
	return true;
}

/* --- on workers ------------------------------------------------------------------------------- */

static bool sift_given(struct visit *v)
{
	bool ok = sift_take(v->sift_or_null, buf_str(&v->given), &v->err);
	buf_clear(&v->given);
	return ok;
}

static void take_piece(void *arg)
{
	struct visit *v = arg;
	(void)sift_given(v); /* the error is in the visit */
	httpd_hand_back(v);
}

static void ask_first(void *arg)
{
	struct visit *v = arg;
	(void)spill_asked(v, &v->err);
	httpd_hand_back(v);
}

bool body_last(struct visit *v)
{
	if (!v->sift_or_null) return true;
	if (!sift_given(v)) return false;
	v->request.body = buf_str(&v->sift_or_null->kept);
	v->request.form_or_null = v->sift_or_null;
	return true;
}

/* --- to workers and back ---------------------------------------------------------------------- */

/* Gives up what has come; what comes is let pass. */
static void give_up(struct visit *v)
{
	v->crowded = true;
	buf_done(&v->body);
	v->body = BUF_INIT(0);
	if (v->sift_or_null) {
		buf_done(&v->given);
		sift_done(v->sift_or_null);
		free(v->sift_or_null);
		v->sift_or_null = NULL;
	}
	if (v->purse) atomic_fetch_sub_explicit(v->purse, v->held, memory_order_relaxed);
	v->held = 0;
}

/* Large bodies of all requests share a purse, so that nobody, known or not, fills the memory with what is not even looked at yet. */
static void count_body(struct visit *v)
{
	struct httpd *h = v->server->httpd_or_null;
	size_t has = v->body.cap + v->given.cap + (v->sift_or_null ? v->sift_or_null->kept.cap : 0);
	int64_t now = has > LARGE_BODY ? (int64_t)has : 0, more = now - v->held;
	if (more == 0) return;
	v->purse = &h->bodies;
	v->held = now;
	if (atomic_fetch_add_explicit(&h->bodies, more, memory_order_relaxed) + more > (int64_t)h->o.bodies_bytes) give_up(v);
}

static bool to_worker(struct visit *v, void (*run)(void *arg))
{
	struct httpd *h = v->server->httpd_or_null;
	v->pieces = v->in_lane = lane_put(h->o.lanes[HTTPD_LANE_TALK], v->request.tenant, run, v);
	if (!v->pieces) return false;
	h->in_lanes++;
	atomic_store_explicit(&h->in_flight, h->in_lanes, memory_order_relaxed);
	v->conn->suspended = true;
	MHD_suspend_connection(v->conn->mhd);
	return true;
}

bool body_asks(struct visit *v)
{
	return v->sift_or_null && announced(v) > PIECE && to_worker(v, ask_first);
}

void body_take(struct visit *v, struct str bytes)
{
	struct conn *c = v->conn;
	v->taken += (int64_t)bytes.n;
	if (v->sift_or_null && (uint64_t)v->taken > v->body.max) v->body.over = true;
	if (v->body.over || v->crowded) c->discarded += bytes.n;
	if (v->crowded || v->body.over) return;
	buf_put(&v->body, bytes);
	if (v->pieces) return; /* the rest of what had been received; a worker has what came before */
	count_body(v);
	if (!v->sift_or_null || v->crowded || v->body.n < PIECE) return;
	struct buf had = v->given;
	v->given = v->body;
	v->body = had;
	if (to_worker(v, take_piece)) return;
	err_set(&v->err, ERR_BUSY, "%s", err_kind(ERR_BUSY)->sentence);
	give_up(v);
}

void body_back(struct visit *v)
{
	struct conn *c = v->conn;
	struct httpd *h = c->h;
	v->pieces = v->in_lane = false;
	h->in_lanes--;
	atomic_store_explicit(&h->in_flight, h->in_lanes, memory_order_relaxed);
	/* Whoever goes on sending is not slow. */
	c->since_s = h->now_s;
	if (v->err.code != ERR_NONE && !c->reading) {
		v->closing = true;
		visit_refuse(v);
	} else {
		c->reading = true;
		if (v->err.code != ERR_NONE) give_up(v);
		else count_body(v);
	}
	c->suspended = false;
	MHD_resume_connection(c->mhd);
}
