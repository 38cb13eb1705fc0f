/* Messages that point at the character, in the shapes that clients of the Explore API know. */
#include <stdio.h>
#include "odsql/tree.h"
#include "text/text.h"

const char *clause_word(enum odsql_clause which)
{
	static const char *const words[] = {
		[ODSQL_SELECT] = "select", [ODSQL_WHERE] = "where", [ODSQL_GROUP_BY] = "group_by",
		[ODSQL_ORDER_BY] = "order_by", [ODSQL_REFINE] = "refine", [ODSQL_EXCLUDE] = "exclude",
		[ODSQL_FACET] = "facet", [ODSQL_QV1] = "q",
	};
	return words[which];
}

static size_t characters(struct str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

/* A piece of the clause that fits a message. */
static struct str short_of(struct str s, size_t most) { return s.n <= most ? s : text_cut(s, most); }

bool odsql_unexpected(struct err *e, enum odsql_clause clause, struct str whole, size_t at, size_t end)
{
	enum { TEXT_SHOWN = 220, TOKEN_SHOWN = 60 };
	size_t position = characters(str_make(whole.p, at));
	struct str text = short_of(whole, TEXT_SHOWN);
	struct str token = short_of(str_sub(whole, at, end - at), TOKEN_SHOWN);
	if (at == end) token = STR("end of line");
	return err_set(e, ERR_ODSQL_SYNTAX,
	               "ODSQL syntax exception: unexpected %.*s at position %zu in %.*s%s. Clause(s) containing the error(s): %s.",
	               STR_ARG(token), position, STR_ARG(text), text.n < whole.n ? "…" : "", clause_word(clause));
}

struct odsql_node *complain_span(struct parser *p, uint32_t at, uint32_t end)
{
	(void)odsql_unexpected(p->e, p->which, p->text, at, end);
	return NULL;
}

struct odsql_node *complain_here(struct parser *p) { return complain_span(p, p->tok.at, p->tok.end); }

bool odsql_complain(struct err *e, enum odsql_clause clause, const char *fmt, ...)
{
	char detail[360];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(detail, sizeof detail, fmt, ap);
	va_end(ap);
	/* A long name may have been cut inside a character. */
	struct str whole = text_cut(str_of(detail), sizeof detail - 4);
	return err_set(e, ERR_ODSQL, "ODSQL query is malformed: %.*s Clause(s) containing the error(s): %s.",
	               STR_ARG(whole), clause_word(clause));
}
