/* What the files of the room share. */
#ifndef APP_INSIDE_H
#define APP_INSIDE_H

#include "app/app.h"

/* The thread that does what the server does by itself. */
struct upkeep;
bool upkeep_open(struct site *s, struct upkeep **out, struct err *e) must_use;
void upkeep_close(struct upkeep *u); /* NULL does nothing */

#endif
