/* Hash from text: open addressing over an ordered list of entries. */
#include "base/base.h"
#include <sys/random.h>

static uint64_t hash_key;

__attribute__((constructor)) static void choose_key(void)
{
	if (getrandom(&hash_key, sizeof hash_key, GRND_NONBLOCK) != (ssize_t)sizeof hash_key)
		hash_key = (uint64_t)(uintptr_t)&hash_key * 0x9e3779b97f4a7c15u;
}

static uint64_t mix(uint64_t a, uint64_t b)
{
	__extension__ typedef unsigned __int128 wide_int;
	wide_int wide = (wide_int)a * b;
	return (uint64_t)wide ^ (uint64_t)(wide >> 64);
}

uint64_t map_hash(struct str s)
{
	uint64_t h = hash_key ^ 0x2d358dccaa6c78a5u;
	size_t left = s.n;
	const char *p = s.p;
	for (; left >= 8; left -= 8, p += 8) {
		uint64_t word;
		memcpy(&word, p, 8);
		h = mix(h ^ word, 0x8bb84b93962eacc9u);
	}
	uint64_t tail = 0;
	if (left) memcpy(&tail, p, left);
	return mix(h ^ tail, 0x4b33a62ed433d4a3u ^ s.n);
}

static size_t find_slot(const struct map *m, struct str key, uint64_t h)
{
	size_t i = h & (m->nslots - 1);
	while (m->slots[i]) {
		const struct map_entry *at = &m->entries[m->slots[i] - 1];
		if (at->hash == h && str_eq(at->key, key)) break;
		i = (i + 1) & (m->nslots - 1);
	}
	return i;
}

void *map_get_or_null(const struct map *m, struct str key)
{
	if (!m->nslots) return NULL;
	uint32_t at = m->slots[find_slot(m, key, map_hash(key))];
	return at ? m->entries[at - 1].value : NULL;
}

void map_put(struct arena *a, struct map *m, struct str key, void *value)
{
	uint64_t h = map_hash(key);
	if ((m->n + 1) * 2 > m->nslots) {
		m->nslots = m->nslots ? m->nslots * 2 : 16;
		m->slots = arena_array(a, uint32_t, m->nslots);
		for (size_t i = 0; i < m->n; i++)
			m->slots[find_slot(m, m->entries[i].key, m->entries[i].hash)] = (uint32_t)(i + 1);
	}
	size_t slot = find_slot(m, key, h);
	if (m->slots[slot]) {
		m->entries[m->slots[slot] - 1].value = value;
		return;
	}
	if (m->n == m->cap)
		m->entries = vec_grow(a, m->entries, sizeof *m->entries, m->n, &m->cap);
	m->entries[m->n++] = (struct map_entry){ key, value, h };
	m->slots[slot] = (uint32_t)m->n;
}

void *vec_grow(struct arena *a, const void *old, size_t size, size_t n, size_t *cap)
{
	size_t to = *cap ? *cap * 2 : 8;
	void *p = arena_many(a, size, to);
	if (n) memcpy(p, old, n * size);
	*cap = to;
	return p;
}
