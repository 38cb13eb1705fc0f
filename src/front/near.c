/* After a search that found nothing: words of the titles and keywords that the reader may have meant, and
 * datasets whose titles are near. Only what the reader sees is looked at, and only then. */
#include "front/catalogue.h"

#include "text/text.h"

enum { DATASETS_MOST = 3000, WORDS_MOST = 8, NEAR_WORD_BYTES = 80 };

struct word {
	struct str asked;    /* folded */
	struct str better;   /* folded; empty: none found */
	size_t edits;        /* of `better` */
	bool known;          /* some text has it as it is */
};

struct looking {
	const struct visit *v;
	struct word words[WORDS_MOST];
	size_t n;
	struct buf folded;
};

static void split(struct looking *l, struct str text)
{
	struct str token;
	size_t at = 0;
	text_fold(&l->folded, text);
	while (l->n < WORDS_MOST && text_next_token(buf_str(&l->folded), &at, &token))
		if (token.n <= NEAR_WORD_BYTES)
			l->words[l->n++] = (struct word){ .asked = arena_str(l->v->arena, token), .edits = TEXT_EDITS_MOST + 1 };
}

/* One edit in short words, two in longer ones; very short ones say too little. */
static size_t edits_allowed(struct str token)
{
	size_t n = text_length(token);
	return n < 3 ? 0 : n < 6 ? 1 : 2;
}

static size_t weigh(struct looking *l, struct str token)
{
	size_t hits = 0;
	for (size_t i = 0; i < l->n; i++) {
		struct word *w = &l->words[i];
		if (str_starts(token, w->asked)) {
			w->known = true;
			hits++;
			continue;
		}
		size_t most = edits_allowed(w->asked);
		for (size_t k = 1; k <= most; k++) {
			if (!text_is_near(w->asked, token, k))
				continue;
			hits++;
			if (k < w->edits) {
				w->edits = k;
				w->better = arena_str(l->v->arena, token);
			}
			break;
		}
	}
	return hits;
}

static size_t look(struct looking *l, struct str text)
{
	struct str token;
	size_t at = 0, hits = 0;
	buf_clear(&l->folded);
	text_fold(&l->folded, text);
	while (text_next_token(buf_str(&l->folded), &at, &token))
		if (token.n <= NEAR_WORD_BYTES)
			hits += weigh(l, token);
	return hits;
}

static void keep(struct front_near *out, size_t hits, size_t *held, const struct dataset *d)
{
	size_t at = out->n < COUNT_OF(out->list) ? out->n : COUNT_OF(out->list);
	while (at > 0 && held[at - 1] < hits)
		at--;
	if (at >= COUNT_OF(out->list))
		return;
	size_t last = num_min(out->n, COUNT_OF(out->list) - 1);
	for (size_t i = last; i > at; i--) {
		out->list[i] = out->list[i - 1];
		held[i] = held[i - 1];
	}
	out->list[at] = d;
	held[at] = hits;
	out->n = num_min(out->n + 1, COUNT_OF(out->list));
}

static struct str put_right(const struct looking *l)
{
	auto_buf b = BUF_INIT(LIMIT_URL_BYTES);
	bool changed = false;
	for (size_t i = 0; i < l->n; i++) {
		const struct word *w = &l->words[i];
		bool other = !w->known && w->better.n > 0;
		if (i)
			buf_put_char(&b, ' ');
		buf_put(&b, other ? w->better : w->asked);
		changed |= other;
	}
	return changed ? arena_str(l->v->arena, buf_str(&b)) : STR("");
}

void front_near(const struct visit *v, struct str words, struct front_near *out)
{
	struct looking l = { .v = v, .folded = BUF_INIT(1 << 20) };
	const struct dataset **seen;
	size_t held[COUNT_OF(out->list)] = { 0 };
	*out = (struct front_near){ 0 };
	split(&l, str_sub(words, 0, 400));
	size_t n = l.n ? rights_datasets(&v->at, &v->who, v->arena, &seen) : 0;
	for (size_t i = 0; i < n && i < DATASETS_MOST; i++) {
		size_t hits = 2 * look(&l, front_title(v, seen[i]));
		struct str *keys;
		size_t nkeys = dataset_meta_list(seen[i], v->arena, "keyword", v->lang_code, &keys);
		for (size_t k = 0; k < nkeys; k++)
			hits += look(&l, keys[k]);
		if (hits)
			keep(out, hits, held, seen[i]);
	}
	out->words = put_right(&l);
	buf_done(&l.folded);
}
