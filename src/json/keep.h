/* Values that live in an arena, beside those of the library: told apart by their first word. */
#ifndef JSON_KEEP_H
#define JSON_KEEP_H

#include "json/door.h"

struct kept_member;
struct kept {
	uint32_t tag;              /* KEPT: no kind of the library's has that number */
	enum door_kind kind;
	union {
		bool truth;
		int64_t whole;
		double real;
		struct str text;
		struct { const struct kept **items; struct kept_member *members; size_t n; };
	};
};
struct kept_member {
	struct str key;
	const struct kept *value;
};
enum { KEPT = 0x4b455054 };

/* NULL when the node is the library's. */
static inline const struct kept *kept_or_null(const void *node)
{
	const struct kept *k = node;
	return k->tag == KEPT ? k : NULL;
}

#endif
