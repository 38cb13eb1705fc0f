/* The kinds of datasources. */
#include "fetch/fetch.h"

const struct fetch_kind fetch_kinds[] = { { .type = NULL } };
