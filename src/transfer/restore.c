/* A backup put in the place of its portal, on the thread of backup.c; the order of things and why is told in transfer.h. What was begun and cut off
 * is begun again: every step leaves what the next attempt finds. */
#include "transfer/inside.h"
#include "clock/clock.h"
#include "io/io.h"
#include "json/json.h"
#include "trace/trace.h"
#include <stdio.h>
#include <unistd.h>

#define T(s) VALUE_OF_TEXT(s)
#define N(n) VALUE_OF_INT(n)
#define TICK_NS INT64_C(50000000)
enum { SPARE_BYTES = 64 << 20, REQUESTS_TICKS = 600 };

struct restoring {
	struct backups *k;
	struct site *site;
	struct transfer_backup *order, from;
	struct arena *a;
	struct str folder;       /* where the backup is unpacked */
	struct str host, email;  /* of the portal, and of whoever asked */
};

/* --- before anybody notices ------------------------------------------------------------------------------------ */

static bool is_whole(struct restoring *r, struct err *e)
{
	char digest[2 * CRYPT_SHA256 + 1];
	int64_t bytes;
	if (access(r->from.file.p, R_OK) != 0) return err_set(e, ERR_NOT_FOUND, "The file of this backup is not there any more.");
	if (!transfer_digest(r->from.file, &r->k->cancel, &bytes, digest, e)) return false;
	return str_eq(str_of(digest), r->from.digest) || err_set(e, ERR_BAD_SOURCE, "The file of this backup is not what was written then: its checksum is another. It was damaged or changed; choose another backup.");
}

/* Unpacked, taken in, and beside both a backup of now: told before anything is begun, since a full disk would hurt everybody. */
static bool has_room(struct restoring *r, struct err *e)
{
	int64_t left, need = 2 * r->from.bytes + SPARE_BYTES;
	if (!io_free_bytes(r->site->folder.p, &left, e)) return false;
	return left >= need || err_set(e, ERR_DISK_FULL, "Bringing this backup back needs %lld MB of free disk space for a while, and %lld MB are free. Make room, then try again.",
	                               (long long)(need / 1000000), (long long)(left / 1000000));
}

static bool is_of_portal(struct restoring *r, struct err *e)
{
	enum { HEAD_BYTES = 64 << 20 };
	struct str text;
	auto_json *doc = NULL;
	if (!io_read(r->a, arena_printf(r->a, "%.*s/portal.json", STR_ARG(r->folder)).p, HEAD_BYTES, &text, e) || !json_read(text, &doc, e)) {
		*e = (struct err){ 0 };
		return err_set(e, ERR_BAD_SOURCE, "This is no backup of a portal: portal.json in it cannot be read.");
	}
	return true;
}

static bool unpacked(struct restoring *r, struct err *e)
{
	(void)io_remove_tree(r->folder.p);
	return transfer_unpack(r->from.file, r->folder, &r->k->cancel, e) && is_of_portal(r, e);
}

/* --- the portal comes to rest ------------------------------------------------------------------------------------ */

/* Requests that came in before are let end, half a minute at most: longer ones read, or their answer is too late for their reader anyway. */
static void await_requests(struct restoring *r, const struct tenant *before)
{
	struct backups *k = r->k;
	for (int i = 0; i < REQUESTS_TICKS && !tenant_is_alone(r->site->tenants, before) && !cancel_fired(&k->cancel); i++) {
		lock_take(&k->lock);
		if (!k->stopping) (void)lock_bell_wait_until(&k->wake, &k->lock, clock_monotonic_ns() + TICK_NS);
		lock_give(&k->lock);
	}
}

static bool closed(struct restoring *r, struct err *e)
{
	const struct tenant *before = tenants_hold_or_null(r->site->tenants, r->order->tenant);
	if (!before) return err_set(e, ERR_NO_PORTAL, "there is no such portal any more");
	r->host = arena_str(r->a, before->host);
	bool ok = before->restoring.us || tenant_restoring(r->site->tenants, r->order->tenant, true, e);
	if (ok) await_requests(r, before);
	tenant_release(r->site->tenants, before);
	return ok && r->k->still(r->site, r->order->tenant, &r->k->cancel, e);
}

/* A backup of the moment before; the one of an earlier attempt is as good, since the portal was closed all the time. */
static bool saved(struct restoring *r, struct err *e)
{
	struct transfer_backup b = { 0 };
	struct err none = { 0 };
	bool made = false;
	bool there = r->order->safety.n && transfer_backup_find(r->site, r->order->tenant, r->order->safety, r->a, &b, &none);
	if (there && str_eq(b.state, STR("done"))) return true;
	if (!there || b.ended.us) {
		if (!transfer_backup_add(r->site, r->order->tenant, r->order->who, r->a, &r->order->safety, e) ||
		    !transfer_write(r->site, TRANSFER_Q_restore_safety, r->order->tenant, STORE_PARAMS(N(r->order->id), T(r->order->safety)), e) ||
		    !transfer_backup_find(r->site, r->order->tenant, r->order->safety, r->a, &b, e))
			return false;
	}
	return transfer_backup_make(r->k, &b, r->a, &made, e, e) && made;
}

/* --- the place is taken -------------------------------------------------------------------------------------------- */

static void find_person(struct restoring *r)
{
	struct account who;
	struct err ignored = { 0 };
	if (r->order->who > 0 && account_get(r->site->accounts, r->order->tenant, r->order->who, r->a, &who, &ignored)) r->email = who.email;
}

/* In the books of the portal that is back: who asked, by the number they have there, and that it was done. */
static bool noted(struct restoring *r, struct err *e)
{
	struct err ignored = { 0 };
	int64_t who = -1;
	const struct tenant *now = tenants_find_or_null(r->site->tenants, r->host);
	if (!now) return err_set(e, ERR_NO_PORTAL, "there is no such portal any more");
	struct tenant_id t = now->id;
	tenant_release(r->site->tenants, now);
	if (r->email.n && !account_id(r->site->accounts, t, r->email, &who, &ignored)) who = -1;
	if (who <= 0) who = -1;
	event_note(r->site->events, t, &(struct event){ .kind = EVENT_SETTINGS_CHANGED, .account = who > 0 ? who : 0, .reason = STR("restored"), .detail = STR("backup") });
	trace_restored(r->site, t, who > 0 ? who : 0, r->from.uid);
	log_say(r->site->log, LOG_LEVEL_WARN, "portal.restored", log_int("portal", t.v), log_text("host", r->host), log_text("backup", r->from.uid));
	return transfer_write(r->site, TRANSFER_Q_restore_who, t, STORE_PARAMS(N(r->order->id), N(who), T(r->order->safety)), e);
}

static bool taken_in(struct restoring *r, struct err *e)
{
	struct transfer_told told;
	const struct transfer_in how = { .folder = r->folder, .host = r->host, .replace = true, .restores = true, .cancel_or_null = &r->k->cancel };
	return transfer_in(r->site, &how, r->a, &told, e);
}

static bool perform(struct restoring *r, struct err *e)
{
	struct err why = { 0 };
	if (!transfer_backup_find(r->site, r->order->tenant, r->order->source, r->a, &r->from, &why) || !r->from.file.n)
		return err_set(e, ERR_NOT_FOUND, "The file of this backup is not there any more.");
	find_person(r);
	return is_whole(r, e) && has_room(r, e) && unpacked(r, e) && closed(r, e) && saved(r, e) && taken_in(r, e);
}

bool transfer_restore(struct backups *k, struct transfer_backup *b, struct arena *a, struct err *e)
{
	struct restoring r = { .k = k, .site = k->site, .order = b, .a = a, .folder = arena_printf(a, "%.*s/tmp/restored-%.*s", STR_ARG(k->site->folder), STR_ARG(b->uid)) };
	struct err why = { 0 };
	if (!transfer_write(r.site, TRANSFER_Q_backup_start, b->tenant, STORE_PARAMS(N(b->id), N(clock_now().us)), e)) return false;
	bool ok = perform(&r, &why);
	(void)io_remove_tree(r.folder.p);
	/* Its row is done with the portal's change of place. Files of the former one go at once, since nobody was let in to read them; what somebody from another
	 * portal still has open stays readable, and what is left over goes at the next start. */
	if (ok) {
		(void)io_remove_tree(arena_printf(a, "%.*s/%lld", STR_ARG(r.site->folder), (long long)b->tenant.v).p);
		return noted(&r, e);
	}
	/* Cut off by the end of the server: the portal stays closed, and it is begun again at the next start. */
	if (cancel_fired(&k->cancel)) return false;
	log_failure(r.site->log, LOG_LEVEL_ERROR, "restore", &why);
	struct str message = str_of(why.pub[0] ? why.pub : err_kind(why.code)->sentence);
	return tenant_restoring(r.site->tenants, b->tenant, false, e) &&
	       transfer_write(r.site, TRANSFER_Q_backup_end, b->tenant,
	                      STORE_PARAMS(N(b->id), T(STR("error")), N(clock_now().us), T(STR("")), N(0), N(0), T(STR("")), T(message)), e);
}
