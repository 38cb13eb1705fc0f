/* Files that were sent here: nothing is brought, the content lies under its hash. */
#include "fetch/inside.h"
#include <fcntl.h>
#include <unistd.h>

static bool read_row(struct fetching *f, struct str uid, struct str *hash, struct fetch_result *out, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	enum store_step step = STORE_FAILED;
	if (!store_begin(f->site->store, STORE_READ, &tx, e)) return false;
	if (store_ask(tx, &fetch_q[FETCH_Q_uploaded], f->r->tenant, STORE_PARAMS(VALUE_OF_TEXT(uid)), &r, e)) {
		step = store_step(r, e);
		if (step == STORE_ROW) {
			*hash = arena_str(f->a, store_text(r, 0));
			*out = (struct fetch_result){ .fd = -1, .name = arena_str(f->a, store_text(r, 1)), .mime = arena_str(f->a, store_text(r, 2)), .bytes = store_int(r, 3) };
		}
		store_stop(r);
	}
	if (!store_end(tx, STORE_ROLLBACK, e) || step == STORE_FAILED) return false;
	if (step == STORE_DONE) return err_set(e, ERR_NOT_FOUND, "The file of this source is not here any more. Send it again.");
	return hash->n != 0 || err_set(e, ERR_CONFLICT, "The file of this source has not been sent to its end yet.");
}

bool fetch_uploaded(struct fetching *f, struct err *e)
{
	struct fetch_result out;
	struct str hash = STR("");
	struct str uid = fetch_text(json_get(f->r->datasource, "file"), "uid");
	if (!uid.n) return err_set(e, ERR_PARAMETER, "The source names no file: \"file\" is an object with its \"uid\".");
	if (!read_row(f, uid, &hash, &out, e)) return false;
	out.known = fetch_known_text(f->a, &(struct fetch_known){ .sha256 = hash, .bytes = out.bytes });
	if (f->r->known.n && str_eq(fetch_known_read(f->a, f->r->known).sha256, hash)) {
		out.unchanged = true;
	} else {
		out.fd = open(arena_printf(f->a, "%.*s/%.*s", STR_ARG(f->folder), STR_ARG(hash)).p, O_RDONLY | O_CLOEXEC);
		if (out.fd < 0) return err_os(e, "open an uploaded source");
	}
	vec_push(f->a, &f->out, out);
	return true;
}
