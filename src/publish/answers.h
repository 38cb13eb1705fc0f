/* Inside of the room: geocoders, each a row, whether it is built in or the operator's. */
#ifndef PUBLISH_ANSWERS_H
#define PUBLISH_ANSWERS_H

#include "publish/need.h"

struct service {
	struct str name, label, url;
	struct str lat, lon, score, place; /* paths in the answer */
	struct str base, key, credit;
	int64_t per_second;
	bool local;                        /* IP addresses: a database on this machine */
};
/* The service of a name, as the operator set it up. ERR_PARAMETER: there is none, or it is not switched on, and what to do. */
bool service_find(struct site *s, struct arena *a, struct str name, struct service *out, struct err *e) must_use;
/* The address of a question, a JSON object of texts. False when a part of the address has no value. */
bool service_url(const struct service *s, struct arena *a, struct str question, struct str *out) must_use;
/* What an answer says, as JSON {"lat","lon","score","label"}; empty: it knows no such place. False: it is no answer of this service. */
bool service_read(const struct service *s, struct arena *a, struct str body, struct str *out) must_use;
/* Its name and how it is asked: what answers are kept under. */
struct str service_mark(const struct service *s, struct arena *a);

#endif
