/* What the files of the room share. */
#ifndef PUSH_INSIDE_H
#define PUSH_INSIDE_H

#include "push/push.h"

extern const struct httpd_route push_theme; /* theme.c */

#endif
