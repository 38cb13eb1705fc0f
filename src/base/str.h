/* Borrowed views of bytes. UTF-8 unless the name says otherwise; no final NUL; p may be NULL
 * when n is 0. All functions are pure and safe on any thread. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/attr.h"

struct str {
	const char *p;
	size_t n;
};

#define STR(lit) ((struct str){ "" lit "", sizeof(lit) - 1 })
/* For printf: printf("%.*s", STR_ARG(s)). Text beyond INT_MAX bytes is cut. */
#define STR_ARG(s) (int)((s).n > 0x7fffffff ? 0x7fffffff : (s).n), ((s).p ? (s).p : "")

struct str str_of(const char *c_or_null);              /* a C string; NULL gives the empty view */
static inline struct str str_make(const char *p, size_t n) { return (struct str){ p, n }; }

bool str_eq(struct str a, struct str b);
bool str_eq_nocase(struct str a, struct str b);        /* ASCII letters only */
int str_cmp(struct str a, struct str b);               /* by bytes, shorter first */
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
/* Position of the first occurrence, or -1. */
ptrdiff_t str_find(struct str s, struct str needle);
ptrdiff_t str_find_char(struct str s, char c);
ptrdiff_t str_rfind_char(struct str s, char c);
struct str str_sub(struct str s, size_t from, size_t n); /* clamps to s */
struct str str_from(struct str s, size_t from);          /* s without its first `from` bytes */
struct str str_trim(struct str s);                       /* ASCII blanks at both ends */
/* Cuts s at the first c: gives the part before, leaves the rest in *s. False once *s is used up;
 * "a,b" gives "a" then "b"; "a," gives "a" then "". Start with a view whose p is not NULL. */
bool str_cut(struct str *s, char c, struct str *part);
/* Whole text as a decimal integer, sign allowed; false (out untouched) when it is not one. */
bool str_to_int(struct str s, int64_t *out) must_use;

#endif
