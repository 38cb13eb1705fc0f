/* The roof: what main.c needs of the rest of the room. */
#ifndef APP_APP_H
#define APP_APP_H

#include "base/base.h"
#include "cli/cli.h"

/* Serves until SIGTERM or SIGINT, then drains. */
bool app_serve(struct cli *c, struct err *e) must_use;

#endif
