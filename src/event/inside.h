/* What the files of the room share. */
#ifndef EVENT_INSIDE_H
#define EVENT_INSIDE_H

#include "event/event.h"

enum { ADDRESS_TEXT = 48 };
struct address_line { struct tenant_id tenant; int64_t at_us, account; const char *kind; char address[ADDRESS_TEXT]; };
struct addresses { struct vault *vault; struct str folder; }; /* vault NULL: none are kept */
/* Appends those that have an address to the file of the day. */
bool addresses_write(const struct addresses *k, const struct address_line *lines, size_t n, struct err *e) must_use;

#endif
