/* What the files of this room share. */
#ifndef PROBE_INSIDE_H
#define PROBE_INSIDE_H

#include "json/json.h"
#include "probe/probe.h"

/* Makes what the body of POST /fixture lists; the answer tells what was made. */
bool probe_fixture(struct site *s, const struct json_node *root, struct arena *a, struct json_out *out, struct err *e) must_use;
/* One deed on datasets, jobs, sources; see work.c. */
bool probe_work(struct site *s, const struct json_node *root, struct arena *a, struct json_out *out, struct err *e) must_use;
/* Remembers what the dummy page is to send. */
void probe_emit(const struct json_node *root);

#endif
