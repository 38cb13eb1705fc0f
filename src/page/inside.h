/* What the files of this room share. */
#ifndef PAGE_INSIDE_H
#define PAGE_INSIDE_H

#include "page/page.h"

enum page_query {
#define Q(name, text) PAGE_Q_##name,
#define HOUSE(name, text)
#include "page/queries.def"
#undef Q
#undef HOUSE
};
extern const struct store_query page_queries[];
enum page_house {
#define Q(name, text)
#define HOUSE(name, text) PAGE_H_##name,
#include "page/queries.def"
#undef Q
#undef HOUSE
};
extern const struct store_house_query page_house[];

/* A view as it is kept: counted, with its memory and its documents. */
struct page_box {
	struct page_view view; /* first */
	struct arena arena;
	int held;
	struct json_doc **docs;
	size_t ndocs;
};

struct pages {
	struct store *store;
	struct lock lock;     /* LOCK_PAGE; guards boxes and stamps */
	struct page_box **boxes;
	size_t nboxes, room;
	uint64_t stamp;       /* grows with each change, so that a view read before it is not kept */
	struct lock markdown; /* LOCK_MARKDOWN */
	void (*changed)(void *arg, struct tenant_id t);
	void *arg;
};

/* After a change of a portal's pages. */
void pages_forget(struct pages *ps, struct tenant_id t);

#endif
