/* What the files of this room share. */
#ifndef TRANSFER_INSIDE_H
#define TRANSFER_INSIDE_H

#include "transfer/transfer.h"
#include "crypt/crypt.h"
#include <pthread.h>

enum {
#define Q(name, text) TRANSFER_Q_##name,
#define HOUSE(name, text)
#include "transfer/queries.def"
#undef Q
#undef HOUSE
	TRANSFER_Q_COUNT
};
enum {
#define Q(name, text)
#define HOUSE(name, text) TRANSFER_H_##name,
#include "transfer/queries.def"
#undef Q
#undef HOUSE
	TRANSFER_H_COUNT
};
extern const struct store_query transfer_queries[];
extern const struct store_house_query transfer_house_queries[];

/* All datasets of a portal, those that are not published too. */
struct transfer_dataset { int64_t id, version; struct str slug, uid; };
bool transfer_datasets(struct site *s, struct tenant_id t, struct arena *a, struct transfer_dataset **out, size_t *n, struct err *e) must_use;
/* seal.c: secrets under the portal's new name; what cannot be opened is taken away and counted. */
bool transfer_reseal(struct site *s, struct tenant_id t, struct str former, struct str host, struct arena *a, struct transfer_told *told, struct err *e) must_use;

/* The thread of backup.c. */
struct backups {
	struct site *site;
	transfer_still *still;
	struct lock lock;        /* LOCK_BACKUP; guards what follows */
	struct lock_bell wake;
	bool stopping, ordered;
	struct cancel cancel;
	pthread_t thread;
	bool started;
};
/* One statement of a portal in a transaction of its own. */
bool transfer_write(struct site *s, int query, struct tenant_id t, const struct value *with, size_t n, struct err *e) must_use;
/* Makes a backup of which there is a row, and writes down how it ended; false: it could not be written down. *made false: it failed, for the reason in
 * *why, or was cut off by the end of the server (and its row still waits). */
bool transfer_backup_make(struct backups *k, struct transfer_backup *b, struct arena *a, bool *made, struct err *why, struct err *e) must_use;
/* A row for one, which somebody asked for. */
bool transfer_backup_add(struct site *s, struct tenant_id t, int64_t who, struct arena *a, struct str *uid, struct err *e) must_use;
/* The file as it is: its length and SHA-256. */
bool transfer_digest(struct str path, struct cancel *c, int64_t *bytes, char out[2 * CRYPT_SHA256 + 1], struct err *e) must_use;
/* restore.c: does what a row of the kind restore orders. False: it could not be written down how it ended, or the server ends. */
bool transfer_restore(struct backups *k, struct transfer_backup *b, struct arena *a, struct err *e) must_use;
/* Whether one of a portal is under way or waits; and if `uid` is given, whether it is to be brought back. */
bool transfer_is_busy(const struct transfer_backup *list, size_t n, struct str source_or_empty);

#endif
