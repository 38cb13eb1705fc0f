/* A whole portal as a folder of files, and back: on this server (backup and restore of one portal) or on another.
 *
 *	portal.json                    what it is: host, when, by which version, its datasets with their versions
 *	portal.db                      SQLite: everything that is not rows (store/portal.c); users, settings, looks, pages, consents …
 *	datasets/<id>/v<n>.duckdb      DuckDB: the versions that can be read, with their rejects
 *	datasets/<id>/records.csv      the present one for any program, unless `bare`
 *	datasets/<id>/dataset.json     its metadata and fields as the Explore API gives them, unless `bare`
 *	push/<id>/<n>.log              what was pushed and is in no version yet
 *	kept/…                         attachments, files of records, files that sources came in
 *
 * What is of the moment (sign-ins, letters, counters) stays. Secrets are sealed with the keys of the server they came from (keys/master):
 * taken in where those are not, second factors, secrets of providers and connections, and the addresses of followers without an account
 * cannot be opened; they are taken away and told. Quotas and rights hold as they did.
 *
 * Taken in, a portal answers nowhere until it is whole; then it has its name at once, in the place of the one that it replaces. A crash
 * before that leaves a portal that answers nowhere, which transfer_sweep takes away. Threads: any; both block.
 *
 * A backup is put in the place of its portal by its administrators, on a page or by a program (restore.c), so that nothing is ever half visible:
 * (1) what the backup has, and what of now is not in it, is told from what was noted when it was made (contents.c); (2) an order is a row of
 * "backup" of the kind restore, which the thread of backup.c takes in its turn: the file must have the digest that it had, unpack, and leave room
 * on the disk; all this while readers go on; (3) then the portal is closed (tenant_restoring): every address answers 503, jobs are stopped and go
 * back into the queue, requests under way are awaited; (4) a backup of this moment is made, which nothing can be missing from since nobody can change
 * anything; (5) transfer_in takes the place in one transaction, which also ends the order. Host names, who runs whom, limits set from above and the
 * list of backups are of the place and stay; keys that were revoked since stay revoked, and everybody signs in again. Any failure opens the portal as
 * it was, and the row says why. A server that ends or is killed in between finds the row at its next start, the portal still closed, and begins
 * again from (2), with the backup of (4) if that was made. */
#ifndef TRANSFER_TRANSFER_H
#define TRANSFER_TRANSFER_H

#include "base/base.h"
#include "site/site.h"

struct transfer_out {
	struct tenant_id tenant;
	struct str folder;            /* absolute, not there yet */
	bool bare;                    /* without the copies for other programs */
	void (*progress)(void *arg, int64_t bytes); /* may be NULL */
	void *arg;
	struct cancel *cancel_or_null;
};
struct transfer_told {
	size_t datasets, versions;
	int64_t bytes;
	/* Of what was taken in: what could not be opened. */
	size_t factors, providers, connections, followers, notes;
	struct str host;              /* what was taken in answers there */
	struct str *names;            /* host names that other portals have, and stay with them */
	size_t nnames;
};
/* Readers go on meanwhile. ERR_CONFLICT when the folder is there. On failure nothing is left of it. */
bool transfer_out(struct site *s, const struct transfer_out *how, struct arena *a, struct transfer_told *out, struct err *e) must_use nonnull_all;

struct transfer_in {
	struct str folder;            /* absolute */
	struct str host;              /* empty: the one it had */
	bool replace;                 /* the portal that answers there now goes */
	bool restores;                /* … which is this one: it is closed for that (ERR_CONFLICT for others), and keeps the host names it has */
	void (*progress)(void *arg, int64_t bytes); /* may be NULL */
	void *arg;
	struct cancel *cancel_or_null;
};
/* ERR_CONFLICT: a portal answers at that name. ERR_BAD_SOURCE says which file is missing or not what it should be. */
bool transfer_in(struct site *s, const struct transfer_in *how, struct arena *a, struct transfer_told *out, struct err *e) must_use nonnull_all;
/* What an interrupted one left; at start. */
bool transfer_sweep(struct site *s, struct err *e) must_use nonnull_all;

/* --- seal.c ----------------------------------------------------------------------------------------- */

/* All host names of a portal (tenant_hosts), and what is sealed for its own name sealed for the new one. ERR_CONFLICT when another portal has
 * one of them. */
bool transfer_rename(struct site *s, struct tenant_id t, const struct str *hosts, size_t n, struct err *e) must_use nonnull_all;

/* --- tar.c ------------------------------------------------------------------------------------------ */

/* A folder written as a tar file, which must not exist; files go from the folder as they are packed. On failure nothing is left of the file. */
bool transfer_pack(struct str folder, struct str file, struct cancel *c_or_null, struct err *e) must_use;
/* Such a file unpacked into a new folder; on failure nothing is left of it. ERR_NOT_FOUND, ERR_BAD_SOURCE. */
bool transfer_unpack(struct str file, struct str folder, struct cancel *c_or_null, struct err *e) must_use;

/* --- backup.c: kept for the days of the server's setting backup_days ----------------------------------- */

struct transfer_backup {
	int64_t id;
	struct tenant_id tenant;
	struct str uid;
	bool restores;                /* no backup: the order to bring `source` back */
	struct str source, safety;    /* uids of backups: which one, and that of the moment before; may be gone meanwhile */
	int64_t who;                  /* account; 0: by itself, once a day; -1: somebody who is not in the portal that was brought back */
	struct str state;             /* waiting, running, done, error */
	struct instant queued, started, ended; /* us 0: not yet */
	struct str file;              /* absolute; empty until it is done */
	int64_t bytes, datasets;
	struct str digest;            /* SHA-256 of the file, hexadecimal */
	struct str message;           /* of an error, for people */
	struct str contents;          /* JSON of contents.c; empty: it was made by a version that did not note them */
};
/* Lets what is under way on a portal by itself come to rest; jobs_still. */
typedef bool transfer_still(struct site *s, struct tenant_id t, struct cancel *c, struct err *e);
/* The thread that makes them, and orders one of each portal a day when the server's setting backup_folder names a folder; in a server. What a
 * crash cut off is begun again. */
bool transfer_backups_open(struct site *s, transfer_still *still, struct err *e) must_use nonnull_all;
void transfer_backups_close(struct site *s);
/* Newest first, in the arena. */
bool transfer_backups(struct site *s, struct tenant_id t, struct arena *a, struct transfer_backup **out, size_t *n, struct err *e) must_use nonnull_all;
bool transfer_backup_find(struct site *s, struct tenant_id t, struct str uid, struct arena *a, struct transfer_backup *out, struct err *e) must_use nonnull_all;
/* ERR_CONFLICT when one of this portal is under way. */
bool transfer_backup_order(struct site *s, struct tenant_id t, int64_t who, struct err *e) must_use nonnull_all;
/* Has a backup put in the place of its portal. ERR_CONFLICT: something is under way; the backup is not made. ERR_NOT_FOUND: its file is gone. */
bool transfer_restore_order(struct site *s, const struct transfer_backup *b, int64_t who, struct err *e) must_use nonnull_all;
/* ERR_CONFLICT while one is to be brought back. */
bool transfer_backup_remove(struct site *s, const struct transfer_backup *b, struct err *e) must_use nonnull_all;
/* All of a portal that are made: before it goes for good, because its rows go with it and the files would stay. */
bool transfer_backups_remove(struct site *s, struct tenant_id t, struct err *e) must_use nonnull_all;

/* --- found.c: a portal that is run from another one ------------------------------------------------------- */

struct transfer_new { struct tenant_id parent; struct str host, title, language, email; const struct tenant_setting_value *limits; size_t nlimits; };
/* Makes it and invites its administrator. ERR_FORBIDDEN: the parent runs so many already, or is run from another one; ERR_CONFLICT: the name is taken. With
 * *stranded the invitation failed and there is no portal. */
bool transfer_found(struct site *s, const struct account_scene *asks, const struct transfer_new *n, struct tenant_id *out, bool *stranded, struct err *e) must_use nonnull_all;

/* --- contents.c: what is in a backup, and what of now is not ------------------------------------------- */

/* A kind of thing, such as datasets, and how many there are of it. `made`: since the backup, so that they go when it is brought back; `changed`: since, so
 * that they are as they were; `removed`: since, so that they are there again, without names. */
struct transfer_kind { const char *word; size_t then, now, made, changed, removed; struct str *made_names, *changed_names; /* TRANSFER_NAMES at most */ };
enum { TRANSFER_KINDS = 7, TRANSFER_NAMES = 20 };
struct transfer_contents { bool known; struct transfer_kind kinds[TRANSFER_KINDS]; bool lacks_account; /* the account `who` is not in it */ };
/* What there is now, as JSON to be kept with a backup: numbers and times, no names. */
bool transfer_contents_note(struct site *s, struct tenant_id t, struct arena *a, struct str *out, struct err *e) must_use nonnull_all;
bool transfer_contents_read(struct site *s, const struct transfer_backup *b, int64_t who, struct arena *a, struct transfer_contents *out, struct err *e) must_use nonnull_all;

/* --- copy.c ---------------------------------------------------------------------------------------- */

/* A file copied, synced, its folders made; the copy must not exist. False with ERR_NOT_FOUND when the source is gone. */
bool transfer_copy(struct arena *a, struct str from, struct str to, struct cancel *c_or_null, struct err *e) must_use;
/* Names in a folder that are numbers with a suffix, in the arena. */
size_t transfer_numbered(struct arena *a, struct str folder, struct str suffix, struct str **out) nonnull_all;
/* The files of a portal's folder that are no versions (attachments, files that sources came in …), with all below; what goes
 * while it is copied is passed over. Counts bytes in `told`. */
bool transfer_copy_kept(struct arena *a, struct str from, struct str to, struct cancel *c_or_null, struct transfer_told *told, struct err *e) must_use;

#endif
