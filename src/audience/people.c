/* Who was there today, as numbers that mean nothing tomorrow: distinct visitors of the portal, of each path and dataset, and their
 * visits (ANA-9), which are put together in memory with a gap of 30 minutes and end up as four totals of the day. Memory
 * is bounded: beyond it sets go over to estimates, then new names are not counted for themselves. */
#include "audience/inside.h"
#include "audience/set.h"
#include <stdlib.h>

enum { NOBODY = 0xffff, NAMES_BYTES = 64 * 1024, NAMES_USED = PEOPLE_NAMES * 3 / 4, PROBES = 8 };

struct str people_name(const struct people *p, const struct people_group *g) { return str_make(p->names + g->at, g->nname); }

/* The group of a name, made when there is room; NULL when there is none. */
static struct people_group *group_of(struct people *p, enum audience_scope scope, struct str name)
{
	size_t i = (size_t)((map_hash(name) ^ (uint64_t)scope) % PEOPLE_NAMES);
	for (;; i = (i + 1) % PEOPLE_NAMES) {
		struct people_group *g = &p->groups[i];
		if (g->set && g->scope == (uint8_t)scope && str_eq(people_name(p, g), name)) return g;
		if (g->set) continue;
		if (p->ngroups >= NAMES_USED || p->nnames + name.n > NAMES_BYTES || p->bytes > PEOPLE_BYTES) return NULL;
		if (p->nnames + name.n > p->cap) {
			p->cap = p->cap ? p->cap * 2 : 2048;
			while (p->cap < p->nnames + name.n) p->cap *= 2;
			p->names = realloc(p->names, p->cap);
			ensure(p->names != NULL);
		}
		memcpy(p->names + p->nnames, name.p, name.n);
		*g = (struct people_group){ .set = audience_set_new(AUDIENCE_SET_NAME), .scope = (uint8_t)scope, .nname = (uint16_t)name.n, .at = (uint32_t)p->nnames };
		p->nnames += name.n;
		p->ngroups++;
		p->bytes += audience_set_bytes(g->set);
		return g;
	}
}

static void add(struct people *p, struct people_group *g, uint64_t visitor)
{
	size_t before = audience_set_bytes(g->set);
	if (p->bytes > PEOPLE_BYTES && set_would_grow(g->set, visitor)) {
		/* A list longer than the registers gives memory back; a shorter one stays as it is, and short by some. */
		if (g->set->cap * sizeof(uint64_t) < SET_REGISTERS && p->bytes > PEOPLE_BYTES + 32 * 1024) return;
		set_estimate(g->set);
	}
	audience_set_add(g->set, visitor);
	p->bytes += audience_set_bytes(g->set) - before;
}

static struct str path_name(const struct people *p, uint16_t at)
{
	return at < PEOPLE_NAMES && p->groups[at].set ? people_name(p, &p->groups[at]) : STR("other");
}

static void end_visit(const struct people *p, struct tally *daily, struct people_visit *v)
{
	if (v->views) {
		tally_add(daily, AUDIENCE_VISITS, STR(""), 1, 0);
		if (v->views == 1) tally_add(daily, AUDIENCE_BOUNCES, STR(""), 1, 0);
		tally_add(daily, AUDIENCE_ENTRY, path_name(p, v->entry), 1, 0);
		tally_add(daily, AUDIENCE_EXIT, path_name(p, v->last), 1, 0);
	}
	*v = (struct people_visit){ 0 };
}

/* The place of a visitor among those who are here; the one longest gone makes room. */
static struct people_visit *visit_of(struct people *p, struct tally *daily, uint64_t visitor)
{
	if (!p->visits) {
		p->visits = calloc(VISITS_KEPT, sizeof *p->visits);
		ensure(p->visits != NULL);
	}
	struct people_visit *oldest = NULL;
	for (size_t i = 0; i < PROBES; i++) {
		struct people_visit *v = &p->visits[(visitor + i) % VISITS_KEPT];
		if (v->visitor == visitor && v->last_s) return v;
		if (!oldest || v->last_s < oldest->last_s) oldest = v;
	}
	end_visit(p, daily, oldest);
	oldest->visitor = visitor;
	return oldest;
}

bool people_view(struct people *p, struct tally *daily, uint64_t visitor, uint32_t now_s, struct str path, struct str dataset)
{
	struct people_visit *v = visit_of(p, daily, visitor);
	if (v->minute != now_s / 60) {
		v->minute = now_s / 60;
		v->in_minute = 0;
	}
	if (v->in_minute >= ROBOT_VIEWS_A_MINUTE) {
		v->last_s = now_s;
		return false;
	}
	v->in_minute++;
	if (v->views && now_s - v->last_s > VISIT_GAP_S) {
		uint16_t in_minute = v->in_minute;
		end_visit(p, daily, v);
		*v = (struct people_visit){ .visitor = visitor, .minute = now_s / 60, .in_minute = in_minute };
	}
	struct people_group *all = &p->groups[PEOPLE_NAMES];
	if (!all->set) {
		all->set = audience_set_new(AUDIENCE_SET_PORTAL);
		all->scope = AUDIENCE_OF_PORTAL;
		p->bytes += audience_set_bytes(all->set);
	}
	add(p, all, visitor);
	struct people_group *g = group_of(p, AUDIENCE_OF_PATH, path);
	if (g) add(p, g, visitor);
	uint16_t at = g ? (uint16_t)(g - p->groups) : NOBODY;
	if (dataset.n) {
		struct people_group *d = group_of(p, AUDIENCE_OF_DATASET, dataset);
		if (d) add(p, d, visitor);
	}
	if (!v->views) v->entry = at;
	v->last = at;
	if (v->views < 0xffff) v->views++;
	v->last_s = now_s;
	return true;
}

void people_end_visits(struct people *p, struct tally *daily, uint32_t before_s)
{
	for (size_t i = 0; p->visits && i < VISITS_KEPT; i++)
		if (p->visits[i].last_s && p->visits[i].last_s < before_s) end_visit(p, daily, &p->visits[i]);
}

void people_done(struct people *p)
{
	for (size_t i = 0; i <= PEOPLE_NAMES; i++) audience_set_free(p->groups[i].set);
	if (p->visits) explicit_bzero(p->visits, VISITS_KEPT * sizeof *p->visits);
	free(p->visits);
	free(p->names);
	memset(p, 0, sizeof *p);
}

size_t people_bytes(const struct people *p)
{
	return sizeof *p + p->bytes + p->cap + (p->visits ? VISITS_KEPT * sizeof *p->visits : 0);
}
