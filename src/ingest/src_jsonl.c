/* JSON Lines: a record a line. A line that is not JSON rejects itself, not the file. */
#include "ingest/json_rows.h"
#include <stdlib.h>

struct lines {
	struct window w;
	struct json_rows rows;
	int64_t number, first;
	bool headed, named;    /* the first line is an array of headings, and was passed */
};

static struct lines *state_of(struct source *s) { return s->state; }

static bool jsonl_rewind(struct source *s, struct err *e)
{
	state_of(s)->number = 0;
	state_of(s)->named = false;
	return window_rewind(&state_of(s)->w, e);
}

static bool jsonl_open(struct source *s, struct err *e)
{
	struct lines *l = calloc(1, sizeof *l);
	ensure(l);
	s->state = l;
	window_init(&l->w, s->fd, s->start);
	json_rows_init(&l->rows, s);
	l->first = param_int(s, "first_row_no", 1);
	l->headed = param_bool(s, "headers_first_row", false);
	return jsonl_rewind(s, e);
}

static bool next_line(struct lines *l, struct str *out, bool *ended, bool *more, struct err *e)
{
	size_t looked = 0;
	for (;;) {
		char *from = l->w.p + l->w.at;
		size_t n = l->w.to - l->w.at;
		char *end = n > looked ? memchr(from + looked, '\n', n - looked) : NULL;
		if (end || (l->w.end && n > 0)) {
			*ended = end != NULL;
			*out = str_make(from, end ? (size_t)(end - from) : n);
			l->w.at += out->n + (end ? 1 : 0);
			*more = true;
			return true;
		}
		looked = n;
		if (l->w.end) {
			*more = false;
			return true;
		}
		bool grew;
		if (!window_more(&l->w, &grew, e)) return false;
	}
}

/* Headings of lines that are arrays; false: the line is no such thing. */
static bool take_names(struct source *s, struct str line)
{
	struct lines *l = state_of(s);
	auto_json *doc = NULL;
	struct err ignored = { 0 };
	if (!json_read(line, &doc, &ignored) || json_kind(json_root(doc)) != JSON_ARRAY) return false;
	if (s->names.n == 0) json_rows_name(&l->rows, json_root(doc));
	return true;
}

static bool jsonl_next(struct source *s, struct row *out, struct err *e)
{
	struct lines *l = state_of(s);
	for (;;) {
		struct str line;
		bool more;
		bool ended = true;
		*out = (struct row){ .more = false };
		if (!next_line(l, &line, &ended, &more, e)) return false;
		if (!more) return true;
		l->number++;
		line = str_trim(line);
		if (line.n == 0 || l->number < l->first) continue;
		if (l->headed && !l->named) {
			l->named = true;
			if (take_names(s, line)) continue;
		}
		*out = (struct row){ .number = l->number, .more = true };
		struct err inner = { 0 };
		if (json_rows_read(&l->rows, line, out, &inner)) return true;
		/* A last line that nobody ended, and that is no JSON: the rest of it is missing, and who knows what else. */
		if (!ended) return err_set(e, ERR_BAD_SOURCE, "the JSON ends too soon (line %lld): the file was cut short", (long long)l->number);
		out->cells = l->rows.cells;
		out->n = 0;
		out->fault = "the line is not JSON";
		return true;
	}
}

static void jsonl_close(struct source *s)
{
	struct lines *l = state_of(s);
	window_done(&l->w);
	json_rows_done(&l->rows);
	s->names.n = s->names.cap = 0;
	free(l);
	s->state = NULL;
}

static int64_t jsonl_place(struct source *s) { return window_place(&state_of(s)->w); }

/* Does a value end on the first line, and another begin on the next? Else it is JSON, unless named so. */
static unsigned jsonl_sniff(struct str head)
{
	struct str rest = str_trim(head);
	ptrdiff_t end = str_find_char(rest, '\n');
	if (rest.n < 2 || !strchr("{[", rest.p[0])) return 0;
	if (end < 2) return 30;
	struct str first = str_trim(str_sub(rest, 0, (size_t)end));
	struct str second = str_trim(str_from(rest, (size_t)end + 1));
	if (second.n == 0 || first.n < 2) return 30;
	bool objects = first.p[0] == '{' && first.p[first.n - 1] == '}' && second.p[0] == '{';
	bool arrays = first.p[0] == '[' && first.p[first.n - 1] == ']' && second.p[0] == '[';
	return objects || arrays ? 135 : 30;
}

const struct source_format source_jsonl = { "jsonl", "jsonl ndjson geojsonl geojsons", SOURCE_TEXT, jsonl_sniff, jsonl_open,
	jsonl_rewind, jsonl_next, NULL, jsonl_close, NULL, jsonl_place, NULL };
