/* GET /catalog/datasets/{id}/records : a page of records, or groups of them; in v2.0 records only, each in
 * its envelope. */
#include "explore/inside.h"

static bool run(struct call *c, struct err *e)
{
	return records_answer(c, c->version >= 21 ? RECORDS_FLAT : RECORDS_ENVELOPE, e);
}

EXPLORE_ENDPOINT(get_records, "/catalog/datasets/{dataset}/records", .name = "getRecords",
                 .summary = "Gives a page of records, or groups of them.", .in = EXPLORE_IN_BOTH,
                 .params = TAKES_PAGE | TAKES_LINKS | TAKES(AS_OF) | TAKES(CURSOR), .answer = EXPLORE_RECORDS, .run = run);
