/* Uses of the APIs as they may be kept for a while (LOG-3): by hour, network cut to /16 or /32, family of the program, host of the page that
 * it was called from, country. Bounded: past three quarters of the room those four are left out, past all of it the use is counted in
 * the sums of calls only. */
#include "audience/inside.h"
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#define HOUR_US INT64_C(3600000000)

/* What is longer than its room is cut; the separators of all parts have theirs. */
enum { PARTS = 5, ROOM = sizeof((struct use_cell *)NULL)->text - PARTS };
_Static_assert(ROOM > 2 * (INET6_ADDRSTRLEN + 4), "a network and a few words fit");

static void put(struct use_cell *c, struct str s)
{
	size_t n = c->ntext < ROOM ? num_min(s.n, (size_t)(ROOM - c->ntext)) : 0;
	if (n) memcpy(c->text + c->ntext, s.p, n);
	c->ntext = (uint16_t)(c->ntext + n);
	c->text[c->ntext++] = SEPARATOR;
}

/* 203.0.0.0/16, 2001:db8::/32. */
static struct str network_of(const unsigned char client[AUDIENCE_ADDRESS], char room[INET6_ADDRSTRLEN + 4])
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	char text[INET6_ADDRSTRLEN];
	if (memcmp(client, mapped, sizeof mapped) == 0)
		return str_make(room, (size_t)snprintf(room, INET6_ADDRSTRLEN + 4, "%d.%d.0.0/16", client[12], client[13]));
	struct in6_addr in = { 0 };
	memcpy(&in, client, 4);
	if (!inet_ntop(AF_INET6, &in, text, sizeof text)) return STR("");
	return str_make(room, (size_t)snprintf(room, INET6_ADDRSTRLEN + 4, "%s/32", text));
}

void uses_add(struct uses *u, const struct audience_hit *h, const struct weight *w, const struct audience_agent *a, struct str referrer, struct str country)
{
	char room[INET6_ADDRSTRLEN + 4];
	bool coarse = u->n >= USES * 3 / 4;
	if (!u->cells) {
		u->cells = calloc(USES, sizeof *u->cells);
		ensure(u->cells != NULL);
	}
	struct use_cell c = { .hour = h->at.us / HOUR_US, .version = w->version, .endpoint = h->pattern_or_null, .with_key = h->with_key,
		.agent = coarse ? "" : a->robot_or_null ? a->robot_or_null : a->browser, .status = (int16_t)(h->status >= 400 ? h->status : 0), .n = 1, .us = h->us };
	put(&c, str_of(w->dataset));
	put(&c, str_of(w->format));
	put(&c, coarse ? STR("") : country);
	put(&c, coarse ? STR("") : network_of(h->client, room));
	put(&c, coarse ? STR("") : referrer);
	uint64_t at = map_hash(str_make(c.text, c.ntext)) ^ ((uint64_t)(uintptr_t)c.endpoint >> 4) ^ ((uint64_t)(unsigned)c.status << 7) ^ (uint64_t)c.hour;
	for (size_t i = 0; i < USES; i++) {
		struct use_cell *x = &u->cells[(at + i) % USES];
		if (!x->n) {
			*x = c;
			u->n++;
			break;
		}
		bool same = x->hour == c.hour && x->endpoint == c.endpoint && x->agent == c.agent && x->status == c.status && x->with_key == c.with_key && x->ntext == c.ntext;
		if (!same || memcmp(x->text, c.text, c.ntext) != 0) continue;
		x->n++;
		x->us += c.us;
		break;
	}
	explicit_bzero(room, sizeof room);
}

static struct str next(struct str *rest, struct arena *a)
{
	struct str part;
	return str_cut(rest, SEPARATOR, &part) ? arena_str(a, part) : STR("");
}

void uses_collect(struct uses *u, int64_t tenant, struct gather *g)
{
	for (size_t i = 0; u->cells && i < USES; i++) {
		const struct use_cell *c = &u->cells[i];
		if (!c->n || g->lines.n >= GATHER_ROWS) continue;
		struct str rest = str_make(c->text, c->ntext);
		struct line *l = vec_add(&g->arena, &g->lines);
		*l = (struct line){ .table = LINE_USE, .tenant = tenant, .slot = c->hour, .key = str_of(c->version), .endpoint = str_of(c->endpoint), .n = c->n, .us = c->us,
			.agent = str_of(c->agent), .caller = c->with_key ? STR("key") : STR("anonymous"), .error = c->status ? arena_printf(&g->arena, "%d", (int)c->status) : STR("") };
		l->dataset = next(&rest, &g->arena);
		l->format = next(&rest, &g->arena);
		l->country = next(&rest, &g->arena);
		l->network = next(&rest, &g->arena);
		l->referrer = next(&rest, &g->arena);
	}
	if (u->cells && u->n) explicit_bzero(u->cells, USES * sizeof *u->cells);
	u->n = 0;
}

void uses_done(struct uses *u)
{
	if (u->cells) explicit_bzero(u->cells, USES * sizeof *u->cells);
	free(u->cells);
	*u = (struct uses){ 0 };
}
