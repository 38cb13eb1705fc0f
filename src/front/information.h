/* What the files of a dataset's Information tab share. */
#ifndef FRONT_INFORMATION_H
#define FRONT_INFORMATION_H

#include "front/inside.h"

/* metadata.c: what the publisher says of the dataset, a group a template; and when it was processed. */
void front_put_metadata(struct front_dataset *d);
/* A link when it is an address of the web, else the text. */
void front_put_web_link(struct html *h, struct str url);

/* fields.c: the fields, what they hold, an example of each. */
bool front_put_fields(struct front_dataset *d, struct err *e) must_use;

/* cite.c: how to cite the dataset, its files, and how to ask for it by program. */
void front_put_files(struct front_dataset *d, enum catalog_file_kind kind, const char *heading);
void front_put_citation(struct front_dataset *d);
void front_put_ways(struct front_dataset *d);

#endif
