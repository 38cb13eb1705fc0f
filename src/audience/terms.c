/* Words searched for (ANA-3): made plain, and kept in memory with the visitors who asked for them until five different ones of
 * the day did; only then are they written. What fewer asked for is forgotten at midnight. */
#include "audience/inside.h"
#include <stdlib.h>

enum { PROBES = 8 };

/* Lower case, blanks single, nothing that is not a word: an address of mail or a number of more than six digits is nobody's
 * subject, and would be somebody's. Bytes beyond ASCII are kept as they are. */
static size_t normal(struct str q, char out[TERM_TEXT])
{
	size_t n = 0, digits = 0;
	for (size_t i = 0; i < q.n; i++) {
		unsigned char c = (unsigned char)q.p[i];
		if (c == '@') return 0;
		if (c >= 'A' && c <= 'Z') c = (unsigned char)(c + 32);
		digits = c >= '0' && c <= '9' ? digits + 1 : 0;
		if (digits > 6) return 0;
		bool word = c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '\'';
		if (!word && (n == 0 || out[n - 1] == ' ')) continue;
		if (n + 1 >= TERM_TEXT) return 0;
		out[n++] = word ? (char)c : ' ';
	}
	while (n && out[n - 1] == ' ') n--;
	return n >= 2 ? n : 0;
}

static bool knows(const struct term *t, uint64_t visitor)
{
	for (size_t i = 0; i < t->visitors; i++)
		if (t->who[i] == visitor) return true;
	return false;
}

void terms_add(struct terms *t, struct str query, uint64_t visitor, bool in_vain)
{
	char text[TERM_TEXT];
	size_t n = normal(query, text);
	if (!n) return;
	if (!t->slots) {
		t->slots = calloc(TERMS, sizeof *t->slots);
		ensure(t->slots != NULL);
	}
	uint64_t hash = map_hash(str_make(text, n));
	struct term *least = NULL;
	for (size_t i = 0; i < PROBES; i++) {
		struct term *x = &t->slots[(hash + i) % TERMS];
		if (x->n == n && memcmp(x->text, text, n) == 0) {
			least = x;
			break;
		}
		/* One that is known to be shared is not driven out by one that may be anybody's. */
		if (x->visitors < TERM_VISITORS && (!least || x->visitors < least->visitors)) least = x;
	}
	if (least && !(least->n == n && memcmp(least->text, text, n) == 0)) {
		explicit_bzero(least, sizeof *least);
		memcpy(least->text, text, n);
		least->n = (uint8_t)n;
	}
	if (least) {
		least->searches++;
		least->in_vain += in_vain;
		if (least->visitors < TERM_VISITORS && !knows(least, visitor)) least->who[least->visitors++] = visitor;
	}
	explicit_bzero(text, sizeof text);
}

void terms_done(struct terms *t)
{
	if (t->slots) explicit_bzero(t->slots, TERMS * sizeof *t->slots);
	free(t->slots);
	t->slots = NULL;
}
