/* What the files of the room share. The thread of the room owns everything below `lock`; the ring alone is the http thread's too. */
#ifndef AUDIENCE_INSIDE_H
#define AUDIENCE_INSIDE_H

#include "audience/audience.h"
#include <stdatomic.h>

enum { RING_BYTES = 4 << 20, UA_BYTES = 512, TEXT_BYTES = 1024, KEY_BYTES = 200, SEPARATOR = 0x1f };
enum { TERM_VISITORS = 5, PAIR_LEAST = 5, ROBOT_VIEWS_A_MINUTE = 120, VISIT_GAP_S = 1800 };

struct place;

/* --- ring.c: from the http thread to ours, wiped behind us ------------------------------------------------------ */

struct ring {
	unsigned char *bytes;               /* RING_BYTES, not in core dumps */
	_Atomic(uint64_t) head, tail;       /* written by the producer; by the consumer */
	_Atomic(uint64_t) left_out;
};
bool ring_open(struct ring *r, struct err *e) must_use;
void ring_close(struct ring *r);
void ring_put(struct ring *r, const struct audience_hit *h);
/* The oldest hit, its texts in the ring until ring_drop; false when there is none. */
bool ring_peek(struct ring *r, struct audience_hit *out) must_use;
void ring_drop(struct ring *r); /* overwrites it */
bool ring_is_filling(struct ring *r);

/* --- tally.c: counters by (dimension, key), bounded ---------------------------------------------------------------- */

enum { TALLY_CELLS = 4096, TALLY_BYTES = 128 * 1024 };
struct tally_cell { uint32_t hash, at; uint16_t nkey; uint8_t dim, used; int64_t n, us; };
struct tally {
	struct tally_cell *cells;
	size_t ncells, used;
	char *bytes;
	size_t nbytes, cap;
	uint16_t keys[AUDIENCE_DIMENSIONS];
};
void tally_add(struct tally *t, enum audience_dimension d, struct str key, int64_t n, int64_t us);
void tally_pair(struct tally *t, enum audience_dimension d, struct str a, struct str b);
void tally_clear(struct tally *t);
void tally_done(struct tally *t);
size_t tally_bytes(const struct tally *t);
struct str tally_key(const struct tally *t, const struct tally_cell *c);

/* --- people.c: distinct visitors and their visits, one day -------------------------------------------------------- */

struct audience_set;
enum { PEOPLE_NAMES = 1024, PEOPLE_BYTES = 320 * 1024, VISITS_KEPT = 2048 };
struct people_group { struct audience_set *set; int64_t written; uint8_t scope; uint16_t nname; uint32_t at; };
struct people_visit { uint64_t visitor; uint32_t last_s, minute; uint16_t entry, last, views, in_minute; };
struct people {
	struct people_group groups[PEOPLE_NAMES + 1]; /* by their own hashing; [PEOPLE_NAMES] is the portal */
	size_t ngroups, bytes;
	char *names;
	size_t nnames, cap;
	struct people_visit *visits;                  /* VISITS_KEPT */
};
/* A page view. False: the visitor asks for more than a person can read, and is not counted. */
bool people_view(struct people *p, struct tally *daily, uint64_t visitor, uint32_t now_s, struct str path, struct str dataset_or_empty);
void people_end_visits(struct people *p, struct tally *daily, uint32_t before_s); /* those whose last view is older */
void people_done(struct people *p); /* forgets everybody */
struct str people_name(const struct people *p, const struct people_group *g);
size_t people_bytes(const struct people *p);

/* --- terms.c: words searched for, known only once five visitors asked ------------------------------------------------ */

enum { TERMS = 512, TERM_TEXT = 60 };
struct term { char text[TERM_TEXT]; uint8_t n, visitors; uint64_t who[TERM_VISITORS]; int64_t searches, written, in_vain, in_vain_written; };
struct terms { struct term *slots; };
void terms_add(struct terms *t, struct str query, uint64_t visitor, bool in_vain);
void terms_done(struct terms *t);

/* --- calls.c: uses of the APIs, bounded ------------------------------------------------------------------------------ */

enum { CALLS = 512 };
struct call_cell { const char *version, *endpoint; uint16_t ndataset, nformat; char text[96]; uint8_t with_key; int16_t status; int64_t n; };
struct calls { struct call_cell *cells; size_t n; };

/* --- batch: what is to be written, in the order it was counted --------------------------------------------------------- */

enum line_table { LINE_HOUR, LINE_DAY, LINE_VISITORS, LINE_TERM, LINE_CALL, LINE_USE, LINE_CLOSE };
struct line {
	enum line_table table;
	int64_t tenant, slot;   /* hour or day */
	int kind;               /* dimension or scope */
	struct str key, dataset, format, caller, error, endpoint;
	struct str network, agent, referrer, country; /* of a use */
	int64_t n, us;          /* us of a term: how many of them in vain */
};
enum { GATHER_ROWS = 200000 };
struct gather { struct arena arena; VEC(struct line) lines; };
void gather_done(struct gather *b);
/* write.c: all of it in one transaction. */
bool gather_write(struct store *s, const struct gather *b, struct err *e) must_use;
bool write_upkeep(struct store *s, const struct tenant *t, struct instant now, struct err *e) must_use;
bool write_erase(struct store *s, struct tenant_id t, struct instant now, struct err *e) must_use;

/* --- uses.c: the same with what may be kept for 90 days, bounded ------------------------------------------------------------ */

enum { USES = 512 };
struct use_cell {
	int64_t hour; /* of UTC, since 1970 */
	const char *version, *endpoint, *agent;
	int16_t status;
	bool with_key;
	uint16_t ntext;
	char text[200]; /* dataset, format, country, network, referrer, a separator behind each */
	int64_t n, us;
};
struct uses { struct use_cell *cells; size_t n; }; /* by hashing */
struct weight;
void uses_add(struct uses *u, const struct audience_hit *h, const struct weight *w, const struct audience_agent *a, struct str referrer, struct str country);
void uses_collect(struct uses *u, int64_t tenant, struct gather *g); /* and forgets them */
void uses_done(struct uses *u);

/* --- portal.c: what is counted of one portal ----------------------------------------------------------------------------- */

struct centres;
struct cidr { unsigned char address[AUDIENCE_ADDRESS]; int bits; };
bool cidr_read(struct str text, struct cidr *out) must_use;
struct portal {
	struct portal *next;
	int64_t tenant;
	uint64_t generation;
	bool on, gone;
	const struct clock_zone *zone;
	struct cidr *excluded;
	size_t nexcluded;
	unsigned char *salt;   /* AUDIENCE_SALT bytes in a page of its own */
	bool locked;
	int64_t day, hour;     /* local; what the counters below are of */
	struct tally tally;    /* of the hour */
	struct tally daily;    /* of the day: visits */
	struct people people;
	struct terms terms;
	struct calls calls;
	struct uses uses;
};
struct portal *portal_new(int64_t tenant);
void portal_free(struct portal *p);
/* Reads the portal's settings when they changed; false when it does not exist or counts nothing. */
bool portal_refresh(struct portal *p, struct tenants *ts);
/* Moves counters of hours and days that are over into the batch; a new day has a new salt. */
void portal_turn(struct portal *p, struct instant now, struct gather *b);
void portal_collect(struct portal *p, struct gather *b);
void portal_count(struct portal *p, const struct audience_hit *h, const struct audience_agent *a, const struct place *place_or_null,
                  const struct centres *centres_or_null);
size_t portal_bytes(const struct portal *p);

/* --- place.c: countries and networks ---------------------------------------------------------------------------------------- */

struct place;
bool audience_place_open(const char *path, struct place **out, struct err *e) must_use;
void audience_place_close(struct place *p);
/* Two letters, or empty; looked up by the address cut to /16 or /32. */
struct str place_country(const struct place *p, const unsigned char client[AUDIENCE_ADDRESS], char room[3]);
bool cidr_holds(const struct cidr *list, size_t n, const unsigned char client[AUDIENCE_ADDRESS]) must_use;

/* --- centres.c: networks of data centres, from a file (ANA-11) ------------------------------------------------------------------ */

/* Lines of addresses and blocks; # begins a comment. ERR_USAGE. */
bool centres_open(const char *path, struct centres **out, struct err *e) must_use;
void centres_close(struct centres *c);
bool centres_hold(const struct centres *c_or_null, const unsigned char client[AUDIENCE_ADDRESS]) must_use;

/* --- weigh.c: what one answer is -------------------------------------------------------------------------------------------------- */

enum kind { KIND_NOTHING, KIND_PAGE, KIND_API, KIND_FILE };
struct weight {
	enum kind kind;
	const char *version;     /* of an API */
	bool navigation;
	char path[KEY_BYTES];    /* template with content ids */
	char dataset[100], format[24];
	char query[256];         /* of a search, decoded; wiped after use */
	const char *event;
	const char *latency, *response;
};
bool weigh(const struct audience_hit *h, struct weight *out) must_use;

/* What User-Agents said, by a hash of them: a few hundred are most of the traffic, and reading one takes longer than all the rest. */
enum { AGENTS = 512 };
struct agent_memo { uint64_t hash; struct audience_agent agent; };

struct audience {
	struct store *store;
	struct tenants *tenants;
	struct ring ring;
	struct place *place;
	struct centres *centres;
	struct log *log;
	pthread_t thread;
	bool running;
	struct lock lock;           /* LOCK_AUDIENCE; guards what follows */
	struct lock_bell bell;
	bool stop, writing;
	struct portal *portals;
	struct gather *batch;        /* being gathered */
	struct gather *pending;      /* handed to the store, or waiting for it */
	struct instant flushed;
	int64_t upkeep_day;
	struct agent_memo agents[AGENTS];
	bool locked;
};

enum {
#define Q(name, text) AUDIENCE_Q_##name,
#include "audience/queries.def"
#undef Q
	AUDIENCE_Q_COUNT
};
extern const struct store_query audience_queries[];

#endif
