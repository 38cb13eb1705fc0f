/* Backups of the portal. They hold everything, people too: what is in one and taking one away is for administrators, with a secret proved
 * of late by whoever is signed in; that there is one, and making one, for whoever runs the portal. */
#include "manage/inside.h"
#include "rest/rest.h"
#include "transfer/transfer.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void put_uid(struct json_out *j, const char *name, struct str uid)
{
	json_key(j, str_of(name));
	if (uid.n) json_put(j, uid);
	else json_put_null(j);
}

static void put(struct manage_call *c, const struct transfer_backup *b)
{
	struct json_out *j = &c->j;
	json_open(j, '{');
	json_member(j, "uid", b->uid);
	json_member(j, "kind", b->restores ? STR("restore") : STR("backup"));
	put_uid(j, "restores", b->source);
	put_uid(j, "saved_before", b->safety);
	json_member(j, "status", b->state);
	manage_member_time(j, "created_at", b->queued);
	manage_member_time(j, "started_at", b->started);
	manage_member_time(j, "ended_at", b->ended);
	manage_put_user_ref(c, "created_by", b->who > 0 ? manage_username(c, b->who) : STR(""));
	json_member(j, "filename", str_from(b->file, (size_t)(str_rfind_char(b->file, '/') + 1)));
	json_member_int(j, "size", b->bytes);
	json_member_int(j, "datasets", b->datasets);
	json_member(j, "sha256", b->digest);
	json_member(j, "message", b->message);
	json_close(j, '}');
}

bool manage_list_backups(struct manage_call *c, struct err *e)
{
	struct manage_page page;
	struct transfer_backup *list;
	size_t n;
	if (!manage_page(c, &page, e) || !transfer_backups(c->s, c->t, c->a, &list, &n, e)) return false;
	manage_page_begin(c, &page, (int64_t)n);
	for (size_t i = (size_t)page.offset; i < n && i < (size_t)(page.offset + page.limit); i++) put(c, &list[i]);
	manage_page_end(c);
	return true;
}

bool manage_add_backup(struct manage_call *c, struct err *e)
{
	struct transfer_backup *list;
	size_t n;
	if (!transfer_backup_order(c->s, c->t, c->who->account, e)) return manage_conflict(c, "backup_under_way", e);
	if (!transfer_backups(c->s, c->t, c->a, &list, &n, e)) return false;
	if (!n) return err_set(e, ERR_NOT_FOUND, "The backup that was asked for is gone already.");
	put(c, &list[0]);
	return true;
}

static bool find(struct manage_call *c, struct transfer_backup *out, struct err *e)
{
	return transfer_backup_find(c->s, c->t, c->r->holes[0], c->a, out, e);
}

bool manage_read_backup(struct manage_call *c, struct err *e)
{
	struct transfer_backup b;
	if (!find(c, &b, e)) return false;
	put(c, &b);
	return true;
}

bool manage_download_backup(struct manage_call *c, struct err *e)
{
	struct transfer_backup b;
	struct stat st;
	if (!manage_fresh(c, e) || !find(c, &b, e)) return false;
	int fd = b.file.n ? open(b.file.p, O_RDONLY | O_CLOEXEC) : -1;
	if (fd < 0) return err_set(e, ERR_NOT_FOUND, "The file of this backup is not there: it is not made yet, or past its time.");
	if (fstat(fd, &st)) {
		close(fd);
		return err_os(e, "stat a backup");
	}
	rest_download(c->p, STR("application/x-tar"), str_from(b.file, (size_t)(str_rfind_char(b.file, '/') + 1)));
	httpd_reply_cache_control(c->p, STR("private, no-store"));
	httpd_reply_file(c->p, fd, st.st_size);
	c->raw = true;
	visitor_note(&c->visit, EVENT_SETTINGS_CHANGED, STR("downloaded"), STR("backup"));
	return true;
}

static void put_number(struct json_out *j, const char *name, bool known, size_t n)
{
	json_key(j, str_of(name));
	if (known) json_put_int(j, (int64_t)n);
	else json_put_null(j);
}

static void put_names(struct json_out *j, const char *name, struct str *names, size_t n)
{
	json_key(j, str_of(name));
	json_open(j, '[');
	for (size_t i = 0; i < n && i < TRANSFER_NAMES; i++) json_put(j, names[i]);
	json_close(j, ']');
}

bool manage_compare_backup(struct manage_call *c, struct err *e)
{
	struct transfer_backup b;
	struct transfer_contents all;
	struct json_out *j = &c->j;
	if (!manage_fresh(c, e) || !find(c, &b, e)) return false;
	if (b.restores || !b.file.n) return err_set(e, ERR_NOT_FOUND, "The file of this backup is not there: it is not made yet, or past its time.");
	if (!transfer_contents_read(c->s, &b, c->who->account, c->a, &all, e)) return false;
	json_open(j, '{');
	for (size_t i = 0; i < TRANSFER_KINDS; i++) {
		const struct transfer_kind *k = &all.kinds[i];
		json_key(j, str_of(k->word));
		json_open(j, '{');
		put_number(j, "in_backup", all.known, k->then);
		put_number(j, "now", true, k->now);
		put_number(j, "made_since", all.known, k->made);
		put_number(j, "changed_since", all.known, k->changed);
		put_number(j, "removed_since", all.known, k->removed);
		put_names(j, "made", k->made_names, k->made);
		put_names(j, "changed", k->changed_names, k->changed);
		json_close(j, '}');
	}
	json_close(j, '}');
	return true;
}

bool manage_restore_backup(struct manage_call *c, struct err *e)
{
	struct transfer_backup b, *list;
	size_t n;
	if (!manage_fresh(c, e) || !find(c, &b, e)) return false;
	if (!str_eq(json_text(json_get(c->body, "host")), c->tenant->host)) return manage_invalid_field(c, "host", "Expected the host name of this portal, %.*s.", STR_ARG(c->tenant->host));
	if (!transfer_restore_order(c->s, &b, c->who->account, e)) return e->code == ERR_CONFLICT && manage_conflict(c, "backup_under_way", e);
	visitor_note(&c->visit, EVENT_SETTINGS_CHANGED, STR("restore"), STR("backup"));
	if (!transfer_backups(c->s, c->t, c->a, &list, &n, e)) return false;
	for (size_t i = 0; i < n; i++)
		if (list[i].restores && str_eq(list[i].source, b.uid)) {
			put(c, &list[i]);
			return true;
		}
	return err_set(e, ERR_NOT_FOUND, "The order is gone already.");
}

bool manage_remove_backup(struct manage_call *c, struct err *e)
{
	enum { BAD = 400 };
	struct transfer_backup b;
	if (!manage_fresh(c, e) || !find(c, &b, e)) return false;
	if (!b.ended.us) return manage_refused(c, BAD, "backup_under_way", STR("This backup is still being made."));
	return transfer_backup_remove(c->s, &b, e) || manage_conflict(c, "backup_under_way", e);
}
