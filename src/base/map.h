/* A hash table from text to pointer living in an arena; keeps insertion order. Keys are borrowed
 * and must live as long as the map. Hashes are keyed at start-up so that strangers cannot choose
 * collisions. One thread at a time while it changes; any number once it does not. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/arena.h"
#include "base/str.h"

struct map_entry {
	struct str key;
	void *value;
	uint64_t hash;
};
struct map {
	struct map_entry *entries; /* in insertion order */
	size_t n;
	size_t cap;
	uint32_t *slots; /* index + 1, 0 is empty */
	size_t nslots;
};

/* The value of a key, or NULL. */
void *map_get_or_null(const struct map *m, struct str key);
/* Sets a key; a key already there gets the new value and keeps its place. */
void map_put(struct arena *a, struct map *m, struct str key, void *value);
/* 64-bit keyed hash of bytes, stable within one process only. */
uint64_t map_hash(struct str s);

#endif
