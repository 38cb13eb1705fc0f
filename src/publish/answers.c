/* Questions of processors, answered by other services: what was asked before is known, the rest is asked one after the other, no faster than the service
 * allows, by a client that says who it is. A service that fails again and again ends the publication, so that places which stand are not lost; what it had
 * answered by then is kept, and the next attempt goes on from there. */
#include "publish/answers.h"
#include "audience/audience.h"
#include "crypt/crypt.h"
#include "net/net.h"
#include <math.h>
#include <time.h>

enum { ANSWER_BYTES = 1 << 20, CALL_MS = 15000, TRIES = 3, FAILURES = 5, PREVIEW_MOST = 20, KNOWN_DAYS = 180, UNKNOWN_DAYS = 30, WAIT_MOST_MS = 60000 };
#define DAY_US INT64_C(86400000000)

struct asking {
	struct need *n;
	struct service service;
	struct str mark;
	struct audience_places *local;
	int64_t next_ns;         /* when the next call may go */
	size_t calls, failures;
	int64_t done;
};

/* --- what is known --------------------------------------------------------------------------------------- */

static struct str digest_of(struct arena *a, struct str question)
{
	unsigned char digest[CRYPT_SHA256];
	char hex[2 * CRYPT_SHA256 + 1];
	crypt_sha256(question, digest);
	crypt_hex(digest, sizeof digest, hex);
	return arena_str(a, str_of(hex));
}

static bool known(struct asking *k, struct arena *a, struct str question, bool *found, struct str *answer, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	struct str digest = digest_of(a, question);
	int64_t now = clock_now().us;
	*found = false;
	if (!store_begin(k->n->site->store, STORE_READ, &tx, e)) return false;
	bool ok = store_ask(tx, PUBLISH_Q(answer_find), k->n->all->tenant, STORE_PARAMS(VALUE_OF_TEXT(k->mark), VALUE_OF_TEXT(digest), VALUE_OF_INT(now - KNOWN_DAYS * DAY_US)), &r, e);
	if (ok) {
		enum store_step step = store_step(r, e);
		if (step == STORE_ROW) {
			*found = true;
			*answer = arena_str(a, store_text(r, 0));
		}
		store_stop(r);
		ok = step != STORE_FAILED;
	}
	return store_end(tx, STORE_ROLLBACK, e) && ok;
}

/* "Not known" is asked again sooner. */
static bool keep(struct asking *k, struct arena *a, struct str question, struct str answer, struct err *e)
{
	struct store_tx *tx;
	struct str digest = digest_of(a, question);
	int64_t at = clock_now().us - (answer.n ? 0 : (KNOWN_DAYS - UNKNOWN_DAYS) * DAY_US);
	if (!store_begin(k->n->site->store, STORE_WRITE, &tx, e)) return false;
	bool ok = store_run(tx, PUBLISH_Q(answer_put), k->n->all->tenant, STORE_PARAMS(VALUE_OF_TEXT(k->mark), VALUE_OF_TEXT(digest), VALUE_OF_TEXT(answer), VALUE_OF_INT(at)), e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

/* --- calls -------------------------------------------------------------------------------------------------- */

static bool wait_until(struct asking *k, int64_t ns, struct err *e)
{
	for (;;) {
		int64_t left = ns - clock_monotonic_ns();
		if (!need_stopped(k->n, e)) return false;
		if (left <= 0) return true;
		struct timespec t = { .tv_nsec = (long)num_min(left, INT64_C(100000000)) };
		nanosleep(&t, NULL);
	}
}

/* True: *body is an answer; false with *why: not this time, or ERR_CANCELLED in *e. *again_ms: when it makes sense to try again, -1: never. */
static bool call_once(struct asking *k, struct arena *a, struct str url, struct str *body, const char **why, int64_t *again_ms, struct err *e)
{
	static const char *const wanted[] = { "Retry-After", NULL };
	struct site *s = k->n->site;
	struct str agent = arena_printf(a, "Stoa (open data portal %.*s)", STR_ARG(k->n->tenant->host));
	const struct net_header headers[] = { { STR("User-Agent"), agent }, { STR("Accept"), STR("application/json") } };
	struct net_call c = { .url = url, .headers = headers, .nheaders = COUNT_OF(headers), .most = ANSWER_BYTES, .timeout_ms = CALL_MS, .redirects = 2,
		.flags = s->conf && s->conf->call_private ? NET_PRIVATE | NET_NO_TLS : 0, .ca_file_or_empty = s->conf ? s->conf->ca_file : NULL, .wanted = wanted,
		.cancel_or_null = k->n->all->watch ? k->n->all->watch->cancel : NULL };
	struct net_answer answer;
	struct err bad = { 0 };
	int64_t after;
	*again_ms = 500;
	if (!net_call(&c, a, &answer, &bad)) {
		*why = arena_cstr(a, str_of(bad.pub));
		if (bad.code == ERR_FORBIDDEN || bad.code == ERR_PARAMETER) *again_ms = -1;
		return false;
	}
	if (answer.status == 429 || answer.status >= 500) {
		if (str_to_int(answer.wanted[0], &after) && after >= 0) *again_ms = num_min(after * 1000, WAIT_MOST_MS);
		*why = arena_printf(a, "it answered with status %d", answer.status).p;
		return false;
	}
	*again_ms = -1;
	*why = arena_printf(a, "it answered with status %d", answer.status).p;
	if (answer.status != 200 && answer.status != 404 && answer.status != 400) return false;
	*body = answer.status == 200 ? answer.body : STR("{}");
	(void)e;
	return true;
}

/* True with *answer (empty: not known) or *message; false ends the whole. */
static bool ask(struct asking *k, struct arena *a, struct str question, struct str *answer, const char **message, struct err *e)
{
	struct str url;
	struct str body;
	const char *why = "";
	int64_t again = -1;
	*message = NULL;
	if (!service_url(&k->service, a, question, &url)) {
		*message = "This question is too long for the service, or a part of it is missing.";
		return true;
	}
	/* One that failed a moment ago is not asked as patiently. */
	for (int i = 0, most = k->failures ? 1 : TRIES; i < most; i++) {
		if (!wait_until(k, k->next_ns, e)) return false;
		k->next_ns = clock_monotonic_ns() + INT64_C(1000000000) / num_max(k->service.per_second, 1);
		k->calls++;
		if (call_once(k, a, url, &body, &why, &again, e)) {
			k->failures = 0;
			if (service_read(&k->service, a, body, answer)) return keep(k, a, question, *answer, e);
			why = "its answer is not what this service answers";
			break;
		}
		if (!need_stopped(k->n, e)) return false;
		if (again < 0) break;
		k->next_ns = clock_monotonic_ns() + again * 1000000 * (i + 1);
	}
	need_say(k->n, 1, "%.*s: %s", STR_ARG(k->service.label), why);
	*message = arena_printf(a, "The geocoder %.*s gave no answer: %s.", STR_ARG(k->service.label), why).p;
	if (++k->failures < FAILURES && again >= 0) return true;
	return err_set(e, ERR_UPSTREAM, "the geocoder %.*s does not answer: %s. What is published stays; the answers so far are kept for the next attempt",
	               STR_ARG(k->service.label), why);
}

/* --- IP addresses: here ---------------------------------------------------------------------------------------- */

static bool look_up(struct asking *k, struct arena *a, struct str question, struct str *answer, struct err *e)
{
	auto_json *doc = NULL;
	double lat;
	double lon;
	*answer = STR("");
	if (!k->local && !audience_places_open(k->n->site->conf->geoip_places, &k->local, e)) return false;
	if (!json_read(question, &doc, e)) return false;
	if (audience_places_find(k->local, json_text(json_get(json_root(doc), "q")), &lat, &lon)) *answer = arena_printf(a, "{\"lat\":%.6f,\"lon\":%.6f}", lat, lon);
	return true;
}

/* --- rows ---------------------------------------------------------------------------------------------------------- */

static bool put_answer(struct asking *k, struct arena *a, struct str question, struct str answer, const char *message, struct err *e)
{
	static const char *const members[] = { "lat", "lon", "score", "label" };
	auto_json *doc = NULL;
	struct err ignored = { 0 };
	struct cell cells[6] = { { question, CELL_STRING } };
	if (answer.n && json_read(answer, &doc, &ignored)) {
		for (size_t i = 0; i < COUNT_OF(members); i++) {
			const struct json_node *v = json_get(json_root(doc), members[i]);
			auto_buf b = BUF_INIT(64);
			if (json_kind(v) == JSON_TEXT) cells[i + 1] = (struct cell){ json_text(v), CELL_STRING };
			else if (v) {
				text_put_double_plain(&b, json_real(v, 0));
				cells[i + 1] = (struct cell){ arena_str(a, buf_str(&b)), CELL_NUMBER };
			}
		}
	}
	if (message) cells[5] = (struct cell){ str_of(message), CELL_STRING };
	struct process_row r = { cells, COUNT_OF(cells), ++k->done };
	return supply_row(&k->n->out, &r, e);
}

static bool answer_one(struct asking *k, struct str question, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct str answer = STR("");
	const char *message = NULL;
	bool found = false;
	if (k->service.local) {
		if (!look_up(k, &a, question, &answer, e)) return false;
	} else {
		if (!known(k, &a, question, &found, &answer, e)) return false;
		if (!found && k->n->all->preview && k->calls >= PREVIEW_MOST) message = "The preview asks the service no more than 20 times; publishing asks for all.";
		else if (!found && !ask(k, &a, question, &answer, &message, e)) return false;
	}
	return put_answer(k, &a, question, answer, message, e);
}

static bool answer_all(struct asking *k, struct supply_in *in, struct err *e)
{
	static const struct str names[] = { { "question", 8 }, { "lat", 3 }, { "lon", 3 }, { "score", 5 }, { "label", 5 }, { "message", 7 } };
	struct process_row r;
	if (!need_names(k->n, names, COUNT_OF(names), e)) return false;
	for (bool more = true;;) {
		if (!supply_next(in, &r, &more, e)) return false;
		if (!more) return true;
		if (r.n && r.cells[0].text.n && !answer_one(k, r.cells[0].text, e)) return false;
		need_progress(k->n, "processing", k->done, 0);
	}
}

bool need_answers(struct need *n, int questions, struct err *e)
{
	struct supply_in *in;
	struct asking k = { .n = n };
	if (!supply_open(questions, &in, e)) return false;
	bool ok;
	if (str_eq(n->need->dataset, STR("media"))) {
		ok = need_media(n, in, e);
	} else {
		ok = service_find(n->site, n->a, n->need->dataset, &k.service, e);
		if (ok) {
			k.mark = service_mark(&k.service, n->a);
			if (k.service.credit.n) need_say(n, 0, "Places: %.*s", STR_ARG(k.service.credit));
			ok = answer_all(&k, in, e);
		}
		audience_places_close(k.local);
	}
	supply_close(in);
	return ok;
}
