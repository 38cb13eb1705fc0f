/* One portal's counters: its settings, its salt, its day. The salt has a page of its own that is neither swapped out nor in core
 * dumps, and is overwritten when the portal's day ends (ANA-6): then the visitors of that day are forgotten too, and
 * their numbers are all that is left. */
#include "audience/inside.h"
#include "crypt/crypt.h"
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { PAGE = 4096 };
#define HOUR_US INT64_C(3600000000)

uint64_t audience_visitor(const unsigned char salt[AUDIENCE_SALT], const unsigned char client[AUDIENCE_ADDRESS], struct str ua)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	unsigned char text[1 + 8 + 1 + UA_BYTES], mac[CRYPT_MAC];
	size_t n = 0;
	uint64_t out = 0;
	if (memcmp(client, mapped, sizeof mapped) == 0) {
		text[n++] = 0x04;
		memcpy(text + n, client + 12, 4);
		n += 4;
	} else {
		text[n++] = 0x06;
		memcpy(text + n, client, 8);
		n += 8;
	}
	text[n++] = SEPARATOR;
	if (ua.n > UA_BYTES) ua.n = UA_BYTES;
	if (ua.n) memcpy(text + n, ua.p, ua.n);
	n += ua.n;
	crypt_hmac(str_make((const char *)salt, AUDIENCE_SALT), str_make((const char *)text, n), mac);
	for (size_t i = 0; i < 8; i++) out = out << 8 | mac[i];
	explicit_bzero(text, sizeof text);
	explicit_bzero(mac, sizeof mac);
	return out;
}

struct portal *portal_new(int64_t tenant)
{
	struct portal *p = calloc(1, sizeof *p);
	ensure(p != NULL);
	p->tenant = tenant;
	p->zone = clock_utc();
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ensure(page != MAP_FAILED);
	p->salt = page;
	/* mlock2: the sanitizers make nothing of mlock. */
	p->locked = mlock2(page, PAGE, 0) == 0;
	(void)madvise(page, PAGE, MADV_DONTDUMP);
	(void)madvise(page, PAGE, MADV_DONTFORK);
	crypt_random(p->salt, AUDIENCE_SALT);
	p->day = p->hour = INT64_MIN;
	return p;
}

static void forget_day(struct portal *p)
{
	people_done(&p->people);
	terms_done(&p->terms);
	tally_done(&p->daily);
	crypt_random(p->salt, AUDIENCE_SALT);
}

void portal_free(struct portal *p)
{
	if (!p) return;
	forget_day(p);
	tally_done(&p->tally);
	free(p->calls.cells);
	uses_done(&p->uses);
	free(p->excluded);
	explicit_bzero(p->salt, AUDIENCE_SALT);
	munmap(p->salt, PAGE);
	free(p);
}

/* --- settings ---------------------------------------------------------------------------------------------------- */

bool cidr_read(struct str text, struct cidr *out)
{
	char c[64];
	struct str rest = text, address;
	int64_t bits, most = 128;
	if (!str_cut(&rest, '/', &address) || !address.n || address.n >= sizeof c) return false;
	memcpy(c, address.p, address.n);
	c[address.n] = '\0';
	memset(out, 0, sizeof *out);
	if (inet_pton(AF_INET, c, out->address + 12) == 1) {
		out->address[10] = out->address[11] = 0xff;
		most = 32;
	} else if (inet_pton(AF_INET6, c, out->address) != 1) {
		return false;
	}
	bits = most;
	if (rest.p && (!str_to_int(rest, &bits) || bits < 0 || bits > most)) return false;
	out->bits = (int)bits + (most == 32 ? 96 : 0);
	return true;
}

static void read_excluded(struct portal *p, struct str list)
{
	struct str part;
	size_t most = 1;
	for (size_t i = 0; i < list.n; i++) most += list.p[i] == ',' || list.p[i] == ' ';
	free(p->excluded);
	p->nexcluded = 0;
	p->excluded = calloc(most, sizeof *p->excluded);
	ensure(p->excluded != NULL);
	while (list.p && p->nexcluded < most && str_cut(&list, ',', &part)) {
		struct str word;
		part = str_trim(part);
		while (p->nexcluded < most && part.n && str_cut(&part, ' ', &word))
			if (cidr_read(str_trim(word), &p->excluded[p->nexcluded])) p->nexcluded++;
	}
}

bool audience_is_on(const struct tenant *t) { return tenant_setting_on(t, "audience.enabled"); }

static int64_t days_of(const struct tenant *t, const char *name, int64_t least, int64_t most)
{
	int64_t n;
	if (!str_to_int(tenant_setting(t, name), &n)) return most;
	return n < least ? least : n;
}

/* Beyond the most that the exemption allows a value is told as it stands, so that the self-assessment can turn red. */
int64_t audience_days(const struct tenant *t) { return days_of(t, "audience.retention_days", AUDIENCE_DAYS_LEAST, AUDIENCE_DAYS); }
int64_t audience_hourly_days(const struct tenant *t) { return days_of(t, "audience.hourly_days", 1, AUDIENCE_HOURLY_DAYS); }

static const struct clock_zone *zone_of(const struct tenant *t)
{
	const struct clock_zone *z = clock_zone_or_null(tenant_setting(t, "timezone"));
	return z ? z : clock_utc();
}

static int64_t hour_in(const struct clock_zone *z, struct instant at)
{
	int64_t local = at.us + (int64_t)clock_offset_s(z, at.us) * 1000000;
	return local / HOUR_US - (local % HOUR_US < 0);
}

int64_t audience_hour(const struct tenant *t, struct instant at) { return hour_in(zone_of(t), at); }

bool portal_refresh(struct portal *p, struct tenants *ts)
{
	struct tenant_id id = { p->tenant };
	uint64_t generation = tenants_generation(ts, id);
	if (p->generation && p->generation == generation) return p->on;
	const struct tenant *t = tenants_hold_or_null(ts, id);
	p->on = t && audience_is_on(t);
	p->generation = generation;
	if (!t) return false;
	p->zone = zone_of(t);
	read_excluded(p, tenant_setting(t, "audience.excluded_networks"));
	tenant_release(ts, t);
	return p->on;
}

/* --- from counters to lines -------------------------------------------------------------------------------------------- */

static struct line *add_line(struct gather *g, enum line_table table, const struct portal *p, int64_t slot)
{
	if (g->lines.n >= GATHER_ROWS && table != LINE_CLOSE) return NULL;
	struct line *l = vec_add(&g->arena, &g->lines);
	l->table = table;
	l->tenant = p->tenant;
	l->slot = slot;
	return l;
}

static void collect_tally(const struct portal *p, struct tally *t, enum line_table table, int64_t slot, struct gather *g)
{
	for (size_t i = 0; i < t->ncells; i++) {
		const struct tally_cell *c = &t->cells[i];
		struct line *l = c->used && c->n ? add_line(g, table, p, slot) : NULL;
		if (!l) continue;
		l->kind = c->dim;
		l->key = arena_str(&g->arena, tally_key(t, c));
		l->n = c->n;
		l->us = c->us;
	}
	tally_clear(t);
}

static void collect_people(struct portal *p, struct gather *g)
{
	for (size_t i = 0; i <= PEOPLE_NAMES; i++) {
		struct people_group *o = &p->people.groups[i];
		int64_t now = o->set ? audience_set_count(o->set) : 0;
		struct line *l = now > o->written ? add_line(g, LINE_VISITORS, p, p->day) : NULL;
		if (!l) continue;
		l->kind = o->scope;
		l->key = arena_str(&g->arena, i < PEOPLE_NAMES ? people_name(&p->people, o) : STR(""));
		l->n = now - o->written;
		o->written = now;
	}
}

static void collect_terms(struct portal *p, struct gather *g)
{
	for (size_t i = 0; p->terms.slots && i < TERMS; i++) {
		struct term *t = &p->terms.slots[i];
		if (t->visitors < TERM_VISITORS || t->searches == t->written) continue;
		struct line *l = add_line(g, LINE_TERM, p, p->day);
		if (!l) continue;
		l->key = arena_str(&g->arena, str_make(t->text, t->n));
		l->n = t->searches - t->written;
		l->us = t->in_vain - t->in_vain_written;
		t->written = t->searches;
		t->in_vain_written = t->in_vain;
	}
}

static void collect_calls(struct portal *p, struct gather *g)
{
	for (size_t i = 0; i < p->calls.n; i++) {
		const struct call_cell *c = &p->calls.cells[i];
		struct line *l = add_line(g, LINE_CALL, p, p->hour);
		if (!l) continue;
		l->key = str_of(c->version);
		l->endpoint = str_of(c->endpoint);
		l->dataset = arena_str(&g->arena, str_make(c->text, c->ndataset));
		l->format = arena_str(&g->arena, str_make(c->text + c->ndataset, c->nformat));
		l->caller = c->with_key ? STR("key") : STR("anonymous");
		l->error = c->status ? arena_printf(&g->arena, "%d", (int)c->status) : STR("");
		l->n = c->n;
	}
	p->calls.n = 0;
}

void portal_collect(struct portal *p, struct gather *g)
{
	if (p->hour == INT64_MIN) return;
	collect_tally(p, &p->tally, LINE_HOUR, p->hour, g);
	collect_tally(p, &p->daily, LINE_DAY, p->day, g);
	collect_calls(p, g);
	uses_collect(&p->uses, p->tenant, g);
	collect_people(p, g);
	collect_terms(p, g);
}

void portal_turn(struct portal *p, struct instant now, struct gather *g)
{
	int64_t hour = hour_in(p->zone, now), day = hour / 24 - (hour % 24 < 0);
	if (hour == p->hour) return;
	bool first = p->hour == INT64_MIN;
	if (!first) {
		if (day != p->day) people_end_visits(&p->people, &p->daily, UINT32_MAX);
		portal_collect(p, g);
		tally_done(&p->tally);
	}
	if (!first && day != p->day) {
		add_line(g, LINE_CLOSE, p, p->day);
		forget_day(p);
	}
	p->hour = hour;
	p->day = day;
}

/* --- counting ------------------------------------------------------------------------------------------------------------ */

static void count_call(struct portal *p, const struct audience_hit *h, const struct weight *w)
{
	struct calls *cs = &p->calls;
	size_t nd = strlen(w->dataset), nf = strlen(w->format);
	int16_t status = (int16_t)(h->status >= 400 ? h->status : 0);
	if (!cs->cells) {
		cs->cells = calloc(CALLS, sizeof *cs->cells);
		ensure(cs->cells != NULL);
	}
	/* The last cell takes what finds no room. */
	if (nd + nf >= sizeof cs->cells[0].text || cs->n >= CALLS - 1) nd = nf = 0;
	for (size_t i = 0; i < cs->n; i++) {
		struct call_cell *c = &cs->cells[i];
		if (c->endpoint != h->pattern_or_null || c->status != status || c->with_key != h->with_key || c->ndataset != nd || c->nformat != nf) continue;
		if (memcmp(c->text, w->dataset, nd) != 0 || memcmp(c->text + nd, w->format, nf) != 0) continue;
		c->n++;
		return;
	}
	if (cs->n == CALLS) return;
	struct call_cell *c = &cs->cells[cs->n++];
	*c = (struct call_cell){ .version = w->version, .endpoint = h->pattern_or_null, .ndataset = (uint16_t)nd, .nformat = (uint16_t)nf,
		                 .with_key = h->with_key, .status = status, .n = 1 };
	memcpy(c->text, w->dataset, nd);
	memcpy(c->text + nd, w->format, nf);
}

static void count_event(struct portal *p, const char *event, const struct weight *w)
{
	struct tally *t = &p->tally;
	tally_add(t, AUDIENCE_EVENT, str_of(event), 1, 0);
	tally_pair(t, AUDIENCE_EVENT_DATASET, str_of(event), str_of(w->dataset));
}

static void count_view(struct portal *p, const struct audience_hit *h, const struct weight *w, const struct audience_agent *a, struct str referrer,
                       struct str country, uint64_t visitor)
{
	struct tally *t = &p->tally;
	struct str path = str_of(w->path);
	char text[64];
	tally_add(t, AUDIENCE_VIEWS, STR(""), 1, 0);
	tally_add(t, AUDIENCE_PATH, path, 1, h->us);
	count_event(p, w->event, w);
	if (w->dataset[0]) tally_add(t, AUDIENCE_DATASET, str_of(w->dataset), 1, 0);
	if (referrer.n) tally_add(t, AUDIENCE_REFERRER, referrer, 1, 0);
	if (country.n) tally_add(t, AUDIENCE_COUNTRY, country, 1, 0);
	tally_add(t, AUDIENCE_DEVICE, str_of(a->device), 1, 0);
	int n = a->major ? snprintf(text, sizeof text, "%s %d", a->browser, a->major) : snprintf(text, sizeof text, "%s", a->browser);
	tally_add(t, AUDIENCE_BROWSER, str_make(text, (size_t)n), 1, 0);
	tally_add(t, AUDIENCE_OS, str_of(a->os), 1, 0);
	if (h->language.n) tally_add(t, AUDIENCE_LANGUAGE, h->language, 1, 0);
	tally_pair(t, AUDIENCE_PATH_REFERRER, path, referrer);
	tally_pair(t, AUDIENCE_PATH_DEVICE, path, str_of(a->device));
	tally_pair(t, AUDIENCE_PATH_COUNTRY, path, country);
	if (w->query[0]) {
		count_event(p, "search", w);
		if (h->found_nothing) count_event(p, "search_in_vain", w);
		terms_add(&p->terms, str_of(w->query), visitor, h->found_nothing);
	}
}

static void count_page(struct portal *p, const struct audience_hit *h, const struct weight *w, const struct audience_agent *a, struct str referrer,
                       const struct place *place)
{
	char code[3];
	if (!w->navigation || !w->event) return;
	uint64_t visitor = audience_visitor(p->salt, h->client, h->user_agent);
	bool view = strcmp(w->event, "view") == 0;
	if (view && !people_view(&p->people, &p->daily, visitor, (uint32_t)(h->at.us / 1000000), str_of(w->path), str_of(w->dataset))) {
		tally_add(&p->tally, AUDIENCE_ROBOT, STR("Too fast for a person"), 1, 0);
		return;
	}
	tally_add(&p->tally, AUDIENCE_RESPONSE, str_of(w->response), 1, 0);
	tally_add(&p->tally, AUDIENCE_LATENCY, str_of(w->latency), 1, 0);
	if (view) {
		count_view(p, h, w, a, referrer, place ? place_country(place, h->client, code) : STR(""), visitor);
		return;
	}
	count_event(p, w->event, w);
	if (strcmp(w->event, "not_found") == 0) tally_pair(&p->tally, AUDIENCE_PATH_REFERRER, STR("(unknown address)"), referrer);
}

void portal_count(struct portal *p, const struct audience_hit *h, const struct audience_agent *a, const struct place *place, const struct centres *centres)
{
	struct weight w;
	char room[AUDIENCE_HOST_TEXT];
	bool spam;
	if (!p->on || h->uncounted || cidr_holds(p->excluded, p->nexcluded, h->client) || !weigh(h, &w)) return;
	struct str referrer = audience_referrer(h->referer, h->host, room, &spam);
	bool page = w.kind == KIND_PAGE;
	const char *robot = a->robot_or_null;
	if (!robot && page && centres_hold(centres, h->client)) robot = "Data centre";
	if ((robot && (page || !a->library)) || (page && spam)) {
		if (h->status < 400) tally_add(&p->tally, AUDIENCE_ROBOT, spam ? STR("Referrer spam") : str_of(robot), 1, 0);
	} else if (page) {
		count_page(p, h, &w, a, referrer, place);
	} else {
		char code[3];
		count_call(p, h, &w);
		uses_add(&p->uses, h, &w, a, referrer, place ? place_country(place, h->client, code) : STR(""));
		if (w.event) count_event(p, w.event, &w);
		if (w.event && w.format[0] && strcmp(w.event, "export") == 0) tally_add(&p->tally, AUDIENCE_FORMAT, str_of(w.format), 1, 0);
	}
	explicit_bzero(&w, sizeof w);
	explicit_bzero(room, sizeof room);
}

size_t portal_bytes(const struct portal *p)
{
	return sizeof *p - sizeof p->people + tally_bytes(&p->tally) + tally_bytes(&p->daily) + people_bytes(&p->people) +
	       (p->terms.slots ? TERMS * sizeof *p->terms.slots : 0) + (p->calls.cells ? CALLS * sizeof *p->calls.cells : 0) + (p->uses.cells ? USES * sizeof *p->uses.cells : 0) +
	       p->nexcluded * sizeof *p->excluded + PAGE;
}
