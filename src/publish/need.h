/* Inside of the room: one need on its way to a file of supplies. */
#ifndef PUBLISH_NEED_H
#define PUBLISH_NEED_H

#include "ingest/ingest.h"
#include "json/json.h"
#include "publish/supply.h"
#include "text/text.h"

enum {
#define Q(name, text) PUBLISH_Q_##name,
#define HOUSE(name, text)
#include "publish/queries.def"
#undef Q
#undef HOUSE
	PUBLISH_QUERIES
};
extern const struct store_query publish_queries[];
#define PUBLISH_Q(name) (&publish_queries[PUBLISH_Q_##name])

struct need {
	struct site *site;
	const struct publish_needs *all;
	const struct process_need *need;
	const struct tenant *tenant;
	const struct catalog_view *view;
	struct arena *a;              /* of the need */
	struct supply_out out;
};

/* A file without a name in the data folder. */
bool need_file(struct site *s, int *fd, struct err *e) must_use;
bool need_stopped(const struct need *n, struct err *e) must_use; /* false with ERR_CANCELLED */
void need_say(const struct need *n, int level, const char *fmt, ...) printf_like(3, 4);
void need_progress(const struct need *n, const char *phase, int64_t done, int64_t total);
bool need_names(struct need *n, const struct str *names, size_t count, struct err *e) must_use;

/* rows.c: columns of a dataset as cells. With `who` nobody's rights are asked: what an administrator registered. */
struct need_rows {
	struct str dataset;
	const struct str *columns;    /* empty: every field */
	size_t ncolumns;
	const struct str *names;      /* of the columns in the file; NULL: as they are */
	int64_t most;
	bool house;
	int64_t *version;             /* of the dataset; may be NULL */
};
bool need_put_dataset(struct need *n, const struct need_rows *r, struct err *e) must_use;

bool need_dataset(struct need *n, struct err *e) must_use;   /* rows.c */
bool need_places(struct need *n, struct err *e) must_use;    /* places.c */
/* The countries of the world, one after the other: {"code": "fr" …, "name", "aliases", "geometry"}. places.c */
typedef bool need_country(void *arg, const struct json_node *country, int64_t number, struct err *e);
bool need_world(struct site *s, need_country *each, void *arg, struct err *e) must_use;
bool need_answers(struct need *n, int questions, struct err *e) must_use; /* answers.c */
bool need_media(struct need *n, struct supply_in *questions, struct err *e) must_use; /* media.c */

/* files.c: type and size of a file that is to be kept, by its bytes and f->name. */
bool publish_describe(int fd, struct catalog_file_new *f, struct err *e) must_use;

#endif
