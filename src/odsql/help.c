/* Functions told to people: the rows of help.def. */
#include "odsql/tree.h"

static const struct odsql_help rows[] = {
#define HELP(word, clauses, spelling, sentence) { word, clauses, spelling, sentence },
#include "odsql/help.def"
#undef HELP
};

const struct odsql_help *odsql_help(size_t *n)
{
	*n = COUNT_OF(rows);
	return rows;
}
