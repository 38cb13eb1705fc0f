/* Kinds of sources whose files are still being written. */
#include "fetch/inside.h"

static bool later(struct err *e) { return err_set(e, ERR_PARAMETER, "Sources of this type cannot be fetched yet."); }
bool fetch_portal(struct fetching *f, struct err *e) { (void)f; return later(e); }
bool fetch_published(struct fetching *f, struct err *e) { (void)f; return later(e); }
