/* The Explore API, v2.1 and v2.0: one endpoint a file, listed in meson.build. Refuses to know SQL and
 * files: rows come from query/, datasets from catalog/, file formats from export/. Handlers run on the
 * workers of their lane; exports go on in the site's lane for long work after the reply has begun.
 *
 * An endpoint is one row for all versions of the API: its path below their prefixes, the parameters it
 * takes and the kind of answer it gives. Routes, and the OpenAPI document, are made of these rows. */
#ifndef EXPLORE_EXPLORE_H
#define EXPLORE_EXPLORE_H

#include "base/base.h"
#include "httpd/httpd.h"
#include "rest/rest.h"

#define EXPLORE_PREFIX "/api/explore/v2.1"

/* The addresses the API answers at; the last two are the same version. */
enum explore_at { EXPLORE_AT_V21, EXPLORE_AT_V20, EXPLORE_AT_V2, EXPLORE_BASES };
struct explore_base {
	const char *prefix;
	int version; /* 21 or 20 */
};
extern const struct explore_base explore_bases[EXPLORE_BASES];

/* --- parameters ---------------------------------------------------------------------------------- */

enum explore_shape { EXPLORE_WORDING, EXPLORE_WHOLE, EXPLORE_LANGUAGE };
enum call_param {
#define PARAM(symbol, name, kind, least, most, number, words, shape, initial, sentence) CALL_##symbol,
#include "explore/params.def"
#undef PARAM
	CALL_PARAMS
};
struct explore_param {
	struct rest_param is;      /* how it is read; name, kind, words and default number */
	int64_t least, most;       /* bounds of INT, and of texts of shape EXPLORE_WHOLE */
	enum explore_shape shape;  /* what a text holds */
	const char *initial;       /* default in words; empty: none */
	const char *sentence;
};
/* By enum call_param. */
extern const struct explore_param explore_params[CALL_PARAMS];
/* The languages of `lang`; ends with NULL. */
extern const char *const explore_languages[];
extern const char *const explore_delimiters[], *const explore_compressions[]; /* ;  ,  tab  | and snappy, zstd */

/* --- endpoints ----------------------------------------------------------------------------------- */

enum explore_answer {
#define ANSWER(symbol, sentence) EXPLORE_##symbol,
#include "explore/answers.def"
#undef ANSWER
	EXPLORE_ANSWERS
};
struct call;
enum { EXPLORE_IN_21 = 1u << 0, EXPLORE_IN_20 = 1u << 1, EXPLORE_IN_BOTH = 3u };

struct explore_endpoint {
	const char *path;          /* below a prefix: "/catalog/datasets/{dataset}"; empty: the prefix itself */
	const char *name;          /* of the operation, unique: "getDataset" */
	const char *summary;       /* one sentence */
	unsigned in;               /* versions that have it; under the others it is 410 when v2.0 had it, else 404 */
	uint64_t params;           /* bit CALL_…: what it takes */
	enum explore_answer answer;
	bool (*run)(struct call *c, struct err *e); /* the call is entered and left by the caller */
	struct httpd_route routes[EXPLORE_BASES];
};
/* What an endpoint takes in a version: in 20 groups have endpoints of their own, in 21 search is in where. */
uint64_t explore_takes(const struct explore_endpoint *x, int version);
/* In alphabetical order of their files; ends with NULL. */
extern const struct explore_endpoint *const explore_endpoints[];
/* Ends with NULL. The handlers' app is a struct site *. CORS headers and error bodies are the server
 * hooks' work, so that answers made without a handler have them too (rest_cors, rest_problem). */
extern const struct httpd_route *const explore_routes[];

#endif
