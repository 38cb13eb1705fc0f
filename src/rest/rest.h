/* How API replies are shaped: parameters by table, error bodies, CORS, JSON. Contract: the
 * Explore API §1.1, §4, §5. Refuses to know datasets and queries. Everything on the handler's
 * thread. */
#ifndef REST_REST_H
#define REST_REST_H

#include "base/base.h"
#include "httpd/httpd.h"
#include "json/json.h"

/* --- params.c --------------------------------------------------------------------------------- */

enum rest_kind {
	REST_INT,    /* lo … hi, otherwise `number` */
	REST_BOOL,   /* true/false in any case, 1/0; otherwise `number` */
	REST_TEXT,   /* at most hi bytes (0: no ceiling); the last of repeats wins */
	REST_TEXTS,  /* every repeat, in order */
	REST_WORD    /* one of `words`, NULL-ended; otherwise words[number] (-1: absent) */
};
struct rest_param {
	const char *name;
	enum rest_kind kind;
	int64_t lo, hi;
	int64_t number;
	const char *const *words;
};
struct rest_value {
	bool given;         /* the request holds it, and not empty */
	int64_t number;     /* REST_INT, REST_BOOL, index of REST_WORD */
	struct str text;    /* REST_TEXT */
	const struct str *texts; /* REST_TEXTS */
	size_t ntexts;
};
/* Fills one value for each row of the table (which ends with a zero row), in its order. Unknown
 * parameters are ignored; an empty value counts as absent. Fails with ERR_PARAMETER and the
 * message of the API: "Invalid value for limit API parameter: 101 was found but -1 <= limit <=
 * 100 is expected." */
bool rest_params(const struct httpd_request *r, const struct rest_param *table,
                 struct rest_value *out, struct err *e) must_use nonnull_all;
/* The same from pairs. */
bool rest_params_of(struct arena *a, const struct httpd_pair *pairs, size_t n,
                    const struct rest_param *table, struct rest_value *out,
                    struct err *e) must_use; /* pairs may be NULL when n is 0 */
/* offset + limit against a ceiling: "Invalid value for sum of offset + limit API parameter:
 * 10001 was found but <= 10000 is expected." */
bool rest_window(int64_t offset, int64_t limit, int64_t most, struct err *e) must_use nonnull_all;

/* --- reply.c ---------------------------------------------------------------------------------- */

/* 200, application/json; charset=utf-8, the API's Cache-Control and Vary; takes the bytes of body
 * (ERR_TOO_LARGE when it ran over). lang_or_empty gives Content-Language. */
bool rest_json(struct httpd_reply *p, struct buf *body, struct str lang_or_empty,
               struct err *e) must_use nonnull_all;
/* Headers of exports and files: type, Content-Disposition: attachment; filename="…" (ASCII,
 * with filename* when it is not), the API's Cache-Control and Vary. */
void rest_download(struct httpd_reply *p, struct str type, struct str file_name);
/* The same for what a browser may show: Content-Disposition: inline. */
void rest_inline(struct httpd_reply *p, struct str type, struct str file_name);
/* Absolute address of the request's API: "https://host/api/explore/v2.1". Honours port and
 * scheme. */
struct str rest_base(const struct httpd_request *r, struct str prefix);
/* Appends `"links"`-style members: {"rel": rel, "href": href}. */
void rest_link(struct json_out *j, struct str rel, struct str href);
/* Percent-encodes the request's query again, replacing or adding one parameter. */
struct str rest_query_with(const struct httpd_request *r, const struct httpd_pair *set,
                           size_t nset);

/* --- problem.c -------------------------------------------------------------------------------- */

/* The error body, indented by two: {"error_code": …, "message": …}; application/json; status of
 * the error. 5xx say the kind's sentence only. */
void rest_problem(struct httpd_reply *p, const struct err *e);

/* --- cors.c ----------------------------------------------------------------------------------- */

/* The five headers of §4: called once by the app's finish hook for every reply under /api/. */
void rest_cors(struct httpd_reply *p);
/* Answer to OPTIONS: 204, Allow (the finish hook adds CORS). */
void rest_options(struct httpd_reply *p, struct str allow);

#endif
