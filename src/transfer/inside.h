/* What the files of this room share. */
#ifndef TRANSFER_INSIDE_H
#define TRANSFER_INSIDE_H

#include "transfer/transfer.h"

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

#endif
