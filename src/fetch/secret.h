/* Which members of a connection are secrets, and what is checked of one. */
#ifndef FETCH_SECRET_H
#define FETCH_SECRET_H

#include "fetch/fetch.h"

bool fetch_is_secret(struct str name);
bool fetch_has_secret(const struct json_node *n);
/* True when a secret of `whole` does not stand in `given`: it came from what was kept. */
bool fetch_keeps_secret(const struct json_node *whole, const struct json_node *given);
/* Scheme, host and port of an address, for comparing. */
struct str fetch_origin(struct arena *a, struct str url);
/* check.c: whether there is a source of this type; if not, a fault names those there are. */
bool fetch_check_kind(struct str type, struct str path, struct process_faults *f) must_use;
/* What is given with the secrets that stay, as one tree; old may be NULL. */
bool fetch_merge(const struct json_node *given, const struct json_node *old, struct arena *a, const struct json_node **out, struct process_faults *faults, struct err *e) must_use;
/* `changes`: secrets may be missing. */
void fetch_check_connection(const struct json_node *c, struct str path, bool changes, struct process_faults *faults);

#endif
