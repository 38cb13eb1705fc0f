/* Bytes to words, quoted texts and arguments. There are no tokens of the whole language: where a word ends
 * depends on whether it is searched for, compared with, or an argument. */
#include "qv1/inside.h"
#include "text/text.h"

char look(const struct reader *r) { return r->at < r->text.n ? r->text.p[r->at] : '\0'; }

bool is_blank_at(const struct reader *r, size_t at)
{
	if (at >= r->text.n) return false;
	unsigned char c = (unsigned char)r->text.p[at];
	if (c <= ' ') return true;
	/* The no-break space is two bytes. */
	if (c == 0xc2) return at + 1 < r->text.n && (unsigned char)r->text.p[at + 1] == 0xa0;
	return c == 0xa0 && at > 0 && (unsigned char)r->text.p[at - 1] == 0xc2;
}

void skip_blanks(struct reader *r)
{
	while (is_blank_at(r, r->at)) r->at++;
}

bool one_more(struct reader *r)
{
	if (++r->terms <= LIMIT_ODSQL_IN_ITEMS) return true;
	return odsql_complain(r->e, ODSQL_QV1, "The query has more than %d words and tests.", LIMIT_ODSQL_IN_ITEMS);
}

struct odsql_node *unexpected_piece(struct reader *r, const struct piece *p)
{
	(void)odsql_unexpected(r->e, ODSQL_QV1, r->text, p->at, p->end);
	return NULL;
}

struct odsql_node *unexpected(struct reader *r)
{
	size_t end = r->at;
	if (end < r->text.n) (void)text_next(r->text, &end);
	return unexpected_piece(r, &(struct piece){ .at = r->at, .end = end });
}

bool read_quoted(struct reader *r, struct piece *out)
{
	char quote = look(r);
	size_t open = r->at++;
	size_t from = r->at;
	while (r->at < r->text.n && look(r) != quote) r->at += look(r) == '\\' ? 2 : 1;
	if (r->at >= r->text.n) {
		r->at = open;
		return unexpected(r) != NULL;
	}
	struct str raw = str_sub(r->text, from, r->at++ - from);
	*out = (struct piece){ .text = raw, .quoted = true, .at = open, .end = r->at };
	if (str_find_char(raw, '\\') < 0) return true;
	char *plain = arena_bytes(r->arena, raw.n);
	size_t n = 0;
	for (size_t i = 0; i < raw.n; i++) {
		if (raw.p[i] == '\\' && i + 1 < raw.n) i++;
		plain[n++] = raw.p[i];
	}
	out->text = str_make(plain, n);
	return true;
}

void read_bare(struct reader *r, const char *stops, struct piece *out)
{
	size_t from = r->at;
	unsigned inside = 0;
	while (r->at < r->text.n) {
		char c = look(r);
		if (!inside && (is_blank_at(r, r->at) || (c && strchr(stops, c)))) break;
		/* MO(2) is one argument. */
		if (c == '(') inside++;
		if (c == ')' && inside) inside--;
		r->at++;
	}
	*out = (struct piece){ .text = str_sub(r->text, from, r->at - from), .at = from, .end = r->at };
}

bool read_arguments(struct reader *r, struct pieces *out)
{
	skip_blanks(r);
	if (look(r) != '(') return unexpected(r) != NULL;
	r->at++;
	skip_blanks(r);
	while (look(r) != ')' || out->v.n) {
		struct piece p;
		skip_blanks(r);
		if (look(r) == '"' || look(r) == '\'') {
			if (!read_quoted(r, &p)) return false;
		} else {
			read_bare(r, ",)\"", &p);
			if (!p.text.n) return unexpected(r) != NULL;
		}
		if (!one_more(r)) return false;
		vec_push(r->arena, &out->v, p);
		skip_blanks(r);
		if (look(r) == ')') break;
		if (look(r) != ',') return unexpected(r) != NULL;
		r->at++;
	}
	r->at++;
	return true;
}
