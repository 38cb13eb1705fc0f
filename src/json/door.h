/* The door to jansson. It stands apart because jansson's constants have the names of ours; so no file
 * includes both this room's public header and the library's. */
#ifndef JSON_DOOR_H
#define JSON_DOOR_H

#include "base/base.h"

enum door_kind { DOOR_NULL, DOOR_BOOL, DOOR_INT, DOOR_REAL, DOOR_TEXT, DOOR_ARRAY, DOOR_OBJECT };

/* Gives a tree to be ended by door_free, or NULL with *e filled; *overflow: because of a number that does not fit. */
void *door_load(struct str text, bool prefix, size_t *used, bool *overflow, struct err *e);
void door_free(void *root);

/* Everything below borrows a node that is not NULL. */
enum door_kind door_kind(const void *node);
bool door_bool(const void *node);
int64_t door_int(const void *node);
double door_real(const void *node);
struct str door_text(const void *node);
size_t door_count(const void *node);
const void *door_at(const void *array, size_t i);
const void *door_get(const void *object, const char *key);
/* The first member (iter NULL) or the one after; NULL at the end. */
void *door_iter(const void *object, void *iter);
struct str door_iter_key(void *iter);
const void *door_iter_value(void *iter);

#endif
