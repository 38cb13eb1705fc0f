/* What the files of the room share. */
#ifndef TENANT_INSIDE_H
#define TENANT_INSIDE_H

#include "tenant/tenant.h"

enum {
#define Q(name, text) TENANT_Q_##name,
#define HOUSE(name, text)
#include "tenant/queries.def"
#undef Q
#undef HOUSE
	TENANT_Q_COUNT
};
enum {
#define Q(name, text)
#define HOUSE(name, text) TENANT_H_##name,
#include "tenant/queries.def"
#undef Q
#undef HOUSE
	TENANT_H_COUNT
};
extern const struct store_query tenant_queries[];
extern const struct store_house_query tenant_house_queries[];

/* Reads all portals again after a change of one, then tells whoever listens. */
bool tenants_changed(struct tenants *ts, struct tenant_id id, struct err *e) must_use;
/* One host name of a portal; ERR_CONFLICT in words when another has it. */
bool tenant_put_host(struct store_tx *t, struct tenant_id id, struct str host, int64_t place, struct err *e) must_use;
/* How many portals one runs, and whether it is run from another one itself. */
bool tenant_family(struct store_tx *t, struct tenant_id id, int64_t *children, bool *is_child, struct err *e) must_use;
bool tenant_put_settings(struct store_tx *t, struct tenant_id id, const struct tenant_setting_value *v, size_t n, struct err *e) must_use;
bool tenant_check_settings(const struct tenant_setting_value *v, size_t n, struct err *e) must_use;
struct store *tenants_store(struct tenants *ts);

#endif
