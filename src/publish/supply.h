/* What processors need from elsewhere, brought before their rows are read: rows of another dataset, boundaries, answers of other
 * servers. Each need becomes a file of supplies (ingest/supply.h), read in the cage. Also who must be published again because a
 * dataset that was joined has a new version. Blocks; any thread. */
#ifndef PUBLISH_SUPPLY_H
#define PUBLISH_SUPPLY_H

#include "base/base.h"
#include "process/process.h"
#include "publish/publish.h"
#include "site/site.h"

/* Whose rights a join is read with: an account, nobody (0: open datasets only), or the operator's own command line. */
enum { PUBLISH_AS_HOUSE = -1 };

struct publish_needs {
	struct tenant_id tenant;
	int64_t dataset;               /* of the catalogue: whose files are fetched, whose joins are noted; 0: none yet */
	int64_t who;                   /* account, or PUBLISH_AS_HOUSE; see publish_answers_for */
	bool preview;                  /* nothing is fetched for cells that name files, and nobody waits for more than 20 answers */
	const struct publish_watch *watch; /* may be NULL */
	/* Needs of kind PROCESS_NEEDS_ANSWERS: brings the questions of need number i, those before it being met by fds[0 … i): a file
	 * of supplies with one column, at its beginning; the callee closes it. NULL: there are none. */
	bool (*ask)(void *arg, size_t i, const int *fds, int *questions, struct err *e);
	void *arg;
};
/* Fills fds, one a need in their order, each at its beginning, to be closed by publish_needs_done. ERR_FORBIDDEN and ERR_NOT_FOUND name the
 * dataset that `who` may not read or that is not there; ERR_TOO_LARGE, ERR_UPSTREAM, ERR_CANCELLED. fds are -1 or open whatever it answers. */
bool publish_needs_meet(struct site *s, const struct publish_needs *n, const struct process_need *needs, size_t nneeds, int *fds,
                        struct err *e) must_use;
void publish_needs_done(int *fds, size_t n);

/* Who answers for the processors of a configuration: the account that changed them last, which need not be the one that publishes, so that
 * saving a title does not lend one's rights to somebody else's join. PUBLISH_AS_HOUSE when that was the command line. */
struct config;
bool publish_answers_for(struct site *s, struct tenant_id t, const struct config *c, int64_t *who, struct err *e) must_use nonnull_all;

/* Datasets of a portal that joined another with "republish on remote update" and whose other has a version since that they do not
 * hold: to be queued. Cheap; asked after each change of a catalogue and when a server starts. */
bool publish_joins_due(struct site *s, struct tenant_id t, struct arena *a, int64_t **datasets, size_t *n, struct err *e) must_use nonnull_all;

/* The same for all portals: tells each that is due. */
bool publish_joins_turn(struct site *s, void (*due)(void *arg, struct tenant_id t, int64_t dataset), void *arg, struct err *e) must_use;

/* What processors draw by chance with: always the same for a dataset, and nobody's to guess, since places are hidden by it. */
uint64_t publish_seed(struct site *s, int64_t dataset);

/* Country and repository (or level) of boundaries that a portal holds, for forms: the world's countries, and rows of the setting
 * geo.repositories. */
struct publish_places { struct str country, repository, label, credit; int level; struct str dataset /* empty: the house's own */, code, name, geometry /* its fields */; };
bool publish_places(struct site *s, struct tenant_id t, struct arena *a, struct publish_places **out, size_t *n, struct err *e) must_use nonnull_all;

/* Answers and facts that nobody needs any more go; once a day. */
bool publish_supply_sweep(struct site *s, struct err *e) must_use nonnull_all;

#endif
