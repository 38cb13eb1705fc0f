/* Words and signs of a clause, taken one at a time. Private to the room. */
#ifndef ODSQL_LEX_H
#define ODSQL_LEX_H

#include "odsql/odsql.h"

enum token_kind {
	TOKEN_END,
	TOKEN_NAME,    /* bare word; keywords are told apart by the parser */
	TOKEN_QUOTED,  /* `name`; value decoded */
	TOKEN_STRING,  /* value decoded */
	TOKEN_INT,
	TOKEN_DOUBLE,
	TOKEN_DATE,    /* date'…'; value decoded */
	TOKEN_GEOM,    /* geom'…'; value decoded */
	TOKEN_SIGN,    /* one of the signs below, as `sign` */
	TOKEN_BAD,     /* a character or an unended quote that starts no token */
};

/* Signs of two characters get a letter of their own. */
enum { SIGN_DOTS = 'D', SIGN_NE = 'N', SIGN_LE = 'L', SIGN_GE = 'G' };

struct token {
	enum token_kind kind;
	char sign;
	uint32_t at, end;   /* bytes of the text, quotes included */
	struct str value;   /* name, decoded text */
	int64_t i;
	double d;
};

struct lexer {
	struct arena *arena;
	struct str text;
	uint32_t at;
};

struct token lex_next(struct lexer *l) nonnull_all;

#endif
