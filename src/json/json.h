/* JSON: reading (the door to jansson, depth and size bounded) and a streaming writer over buf.
 * A document read lives in its own handle until json_free; views into it are borrowed. */
#ifndef JSON_JSON_H
#define JSON_JSON_H

#include "base/base.h"

/* --- reading ---------------------------------------------------------------------------------- */

struct json_doc;         /* owns a tree */
struct json_node;        /* one value of it; NULL stands for "absent" in every function below */
enum json_kind { JSON_ABSENT, JSON_NULL, JSON_BOOL, JSON_INT, JSON_REAL, JSON_TEXT, JSON_ARRAY, JSON_OBJECT };

/* Reads a whole text. Fails with ERR_BAD_REQUEST naming line and column; duplicate keys: last wins;
 * depth beyond LIMIT_JSON_DEPTH is refused. */
bool json_read(struct str text, struct json_doc **out, struct err *e) must_use nonnull_all;
/* The same for what is data: a whole number beyond 64 bits, which json_read makes a real, is a text that keeps its digits. */
bool json_read_digits(struct str text, struct json_doc **out, struct err *e) must_use nonnull_all;
/* Reads the value at the start of text and tells how many bytes it took (leading blanks included);
 * for arrays read element by element. */
bool json_read_prefix(struct str text, struct json_doc **out, size_t *used, struct err *e) must_use nonnull_all;
/* The same, the tree living as long as the arena. */
bool json_read_in(struct arena *a, struct str text, const struct json_node **out, struct err *e) must_use nonnull_all;
void json_free(struct json_doc *d);
void json_free_at(struct json_doc **d);
#define auto_json auto_with(json_free_at) struct json_doc

const struct json_node *json_root(const struct json_doc *d);
enum json_kind json_kind(const struct json_node *n);
bool json_bool(const struct json_node *n, bool otherwise);
int64_t json_int(const struct json_node *n, int64_t otherwise);  /* whole reals too */
/* Ints too. The library exports a json_real of its own and calls it, so ours is linked by another name. */
double json_real(const struct json_node *n, double otherwise) __asm__("json_node_real");
struct str json_text(const struct json_node *n);                  /* empty when not text */
size_t json_count(const struct json_node *n);                     /* of an array or object */
const struct json_node *json_at(const struct json_node *array, size_t i);
const struct json_node *json_get(const struct json_node *object, const char *key);
/* Steps through an object in its own order: start with *at = 0. */
bool json_each(const struct json_node *object, size_t *at, struct str *key, const struct json_node **value);
/* Appends a node as compact JSON. */
void json_put_node(struct buf *b, const struct json_node *n);

/* --- writing ---------------------------------------------------------------------------------- */

/* Commas and nesting are kept by the writer; the text is compact. Depth at most 60. */
struct json_out {
	struct buf *b;
	uint64_t more; /* bit d: something was written at depth d */
	int depth;
};
#define JSON_OUT(buf) ((struct json_out){ .b = (buf) })
void json_open(struct json_out *j, char bracket);   /* '{' or '[' */
void json_close(struct json_out *j, char bracket);  /* '}' or ']' */
void json_key(struct json_out *j, struct str key);
void json_value(struct json_out *j);                /* comma if needed; then write raw JSON to b */
void json_put(struct json_out *j, struct str text); /* a string */
void json_put_int(struct json_out *j, int64_t v);
void json_put_real(struct json_out *j, double v);   /* null when not finite */
void json_put_bool(struct json_out *j, bool v);
void json_put_null(struct json_out *j);
#define json_member(j, k, text) (json_key((j), STR(k)), json_put((j), (text)))
#define json_member_int(j, k, v) (json_key((j), STR(k)), json_put_int((j), (v)))
#define json_member_bool(j, k, v) (json_key((j), STR(k)), json_put_bool((j), (v)))

#endif
