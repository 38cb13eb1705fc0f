/* jansson, and nothing else. */
#include "json/door.h"
#include <jansson.h>

void *door_load(struct str text, bool prefix, size_t *used, bool *overflow, struct err *e)
{
	json_error_t why;
	size_t flags = JSON_DECODE_ANY | JSON_ALLOW_NUL | (prefix ? JSON_DISABLE_EOF_CHECK : 0);
	const char *p = text.p ? text.p : "";
	json_t *root = json_loadb(p, text.n, flags, &why);
	*overflow = !root && json_error_code(&why) == json_error_numeric_overflow;
	if (!root) {
		err_set(e, ERR_BAD_REQUEST, "JSON: line %d, column %d: %s", why.line, why.column, why.text);
		return NULL;
	}
	*used = (size_t)why.position;
	return root;
}

void door_free(void *root) { json_decref((json_t *)root); }

static const json_t *of(const void *node) { return node; }
/* Iterating changes nothing, but the library's functions do not say so. */
static json_t *loose(const void *node) { return (json_t *)(uintptr_t)node; }

enum door_kind door_kind(const void *node)
{
	switch (json_typeof(of(node))) {
	case JSON_OBJECT: return DOOR_OBJECT;
	case JSON_ARRAY: return DOOR_ARRAY;
	case JSON_STRING: return DOOR_TEXT;
	case JSON_INTEGER: return DOOR_INT;
	case JSON_REAL: return DOOR_REAL;
	case JSON_TRUE:
	case JSON_FALSE: return DOOR_BOOL;
	case JSON_NULL: break;
	}
	return DOOR_NULL;
}

bool door_bool(const void *node) { return json_is_true(of(node)); }
int64_t door_int(const void *node) { return json_integer_value(of(node)); }
double door_real(const void *node) { return json_number_value(of(node)); }

struct str door_text(const void *node)
{
	return str_make(json_string_value(of(node)), json_string_length(of(node)));
}

size_t door_count(const void *node)
{
	return json_is_object(of(node)) ? json_object_size(of(node)) : json_array_size(of(node));
}

const void *door_at(const void *array, size_t i) { return json_array_get(of(array), i); }
const void *door_get(const void *object, const char *key) { return json_object_get(of(object), key); }

void *door_iter(const void *object, void *iter)
{
	return iter ? json_object_iter_next(loose(object), iter) : json_object_iter(loose(object));
}

struct str door_iter_key(void *iter)
{
	return str_make(json_object_iter_key(iter), json_object_iter_key_len(iter));
}

const void *door_iter_value(void *iter) { return json_object_iter_value(iter); }
