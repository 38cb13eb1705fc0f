/* What an Excel workbook holds besides its rows. */
#ifndef INGEST_WORKBOOK_H
#define INGEST_WORKBOOK_H

#include "ingest/load.h"
#include "pack/pack.h"
#include "xml/xml.h"

struct sheet { struct str name, path; bool hidden; };
struct workbook {
	struct arena *a;
	int fd;
	VEC(struct sheet) sheets;
	VEC(struct str) strings;   /* shared */
	VEC(bool) dates;           /* by cell style: numbers of it are dates */
	VEC(bool) percents;        /* likewise: they are shown as percentages */
	bool since_1904;
};
bool workbook_read(struct workbook *w, struct arena *a, int fd, struct str name, struct err *e) must_use;

/* One part of the zip as XML. */
struct part {
	struct pack_reader *bytes;
	struct xml *xml;
};
/* *found false: there is no such part. */
bool part_open(struct workbook *w, struct str path, struct part *out, bool *found, struct err *e) must_use;
void part_close(struct part *p);
/* Text of everything inside the element just opened, up to its end, appended to b. */
bool part_text(struct part *p, struct buf *b, struct err *e) must_use;
/* A number of days since the workbook's epoch as ISO text. */
struct str workbook_date(struct arena *a, const struct workbook *w, double days);
/* A percentage as it is shown: "12.5%" for 0.125. */
struct cell workbook_percent(struct arena *a, struct str value);

#endif
