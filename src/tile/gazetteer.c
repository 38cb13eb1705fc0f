/* Names of places, as scripts/gazetteer.mjs wrote them: lines, looked through for a folded name from the start, the well known first. */
#include "tile/gazetteer.h"
#include <string.h>
#include "text/text.h"
#include "tile/tile.h"

enum { COLUMNS = 7, TOWN_COLUMNS = 6 };

/* The line around a find; false when it is no beginning of a word among its names. */
static bool line_at(const char *found, bool at_start, struct str *line)
{
	const char *all = gazetteer, *end = gazetteer + sizeof gazetteer - 1;
	char before = found[-1];
	if (at_start ? before != '\n' && before != ';' : before != ' ') return false;
	const char *from = found;
	while (from > all && from[-1] != '\n') {
		if (from[-1] == '\t') return false;
		from--;
	}
	const char *to = memchr(found, '\n', (size_t)(end - found));
	*line = str_make(from, (size_t)((to ? to : end) - from));
	return true;
}

static bool number(struct str s, double *out) { return text_to_double(s, out); }

static bool read_line(struct str line, struct tile_place *out)
{
	struct str columns[COLUMNS] = { 0 };
	size_t n = 0;
	*out = (struct tile_place){ 0 };
	for (size_t from = 0; n < COLUMNS && from <= line.n; n++) {
		const char *tab = memchr(line.p + from, '\t', line.n - from);
		size_t to = tab ? (size_t)(tab - line.p) : line.n;
		columns[n] = str_sub(line, from, to - from);
		from = to + 1;
	}
	out->name = columns[1];
	out->country = columns[2];
	if (n == TOWN_COLUMNS) {
		double people;
		if (!number(columns[3], &out->box.y0) || !number(columns[4], &out->box.x0) || !number(columns[5], &people)) return false;
		out->box.y1 = out->box.y0;
		out->box.x1 = out->box.x0;
		out->people = (int64_t)people;
		return true;
	}
	out->is_country = true;
	return n == COLUMNS && number(columns[3], &out->box.y0) && number(columns[4], &out->box.x0) && number(columns[5], &out->box.y1) && number(columns[6], &out->box.x1);
}

static bool is_there(const struct tile_place *p, size_t n, const struct tile_place *one)
{
	for (size_t i = 0; i < n; i++)
		if (p[i].name.p == one->name.p) return true;
	return false;
}

size_t tile_places(struct str folded, struct tile_place *out, size_t most)
{
	size_t n = 0;
	if (!folded.n) return 0;
	/* Names that begin so come before those with a later word that does. */
	for (int turn = 0; turn < 2; turn++) {
		const char *at = gazetteer + 1, *end = gazetteer + sizeof gazetteer - 1;
		while (n < most && at < end && (at = memmem(at, (size_t)(end - at), folded.p, folded.n))) {
			struct str line;
			struct tile_place one;
			bool ok = line_at(at, turn == 0, &line) && read_line(line, &one) && !is_there(out, n, &one);
			if (ok) out[n++] = one;
			at = ok ? line.p + line.n : at + 1;
		}
	}
	return n;
}
