/* Dates and times as people spell them; the half of spell.h that knows a calendar. */
#ifndef INGEST_SPELL_DATE_H
#define INGEST_SPELL_DATE_H

#include "ingest/spell.h"

/* All date and time readings of a text. A year, a year and month, or eight digits in a row count as
 * YMD: the caller asks only where numbers are not wanted. */
uint32_t spell_date_readings(struct str s);

#endif
