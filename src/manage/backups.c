/* Backups of the portal. They hold everything, people too: what is in one and taking one away is for administrators, with a secret proved
 * of late by whoever is signed in; that there is one, and making one, for whoever runs the portal. */
#include "manage/inside.h"
#include "rest/rest.h"
#include "transfer/transfer.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void put(struct manage_call *c, const struct transfer_backup *b)
{
	struct json_out *j = &c->j;
	json_open(j, '{');
	json_member(j, "uid", b->uid);
	json_member(j, "status", b->state);
	manage_member_time(j, "created_at", b->queued);
	manage_member_time(j, "started_at", b->started);
	manage_member_time(j, "ended_at", b->ended);
	manage_put_user_ref(c, "created_by", b->who ? manage_username(c, b->who) : STR(""));
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

bool manage_remove_backup(struct manage_call *c, struct err *e)
{
	enum { BAD = 400 };
	struct transfer_backup b;
	if (!manage_fresh(c, e) || !find(c, &b, e)) return false;
	if (!b.ended.us) return manage_refused(c, BAD, "backup_under_way", STR("This backup is still being made."));
	return transfer_backup_remove(c->s, &b, e);
}
