/* What lies beside a dataset: attachments, alternative exports, and the key for pushing records. */
#include "job/job.h"
#include "live/live.h"
#include "manage/inside.h"
#include "publish/publish.h"
#include "rest/rest.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BAD = 400 };

/* --- files ----------------------------------------------------------------------------------------------------------------- */

struct shelf { enum catalog_file_kind kind; const char *prefix, *what; };
static const struct shelf attachments = { CATALOG_ATTACHMENT, "at_", "attachment" };
static const struct shelf alternatives = { CATALOG_ALTERNATIVE, "ae_", "alternative export" };

static void put_file(struct manage_call *c, const struct shelf *s, const struct dataset_file *f)
{
	json_open(&c->j, '{');
	json_member(&c->j, "uid", arena_printf(c->a, "%s%.*s", s->prefix, STR_ARG(f->id)));
	if (s->kind == CATALOG_ALTERNATIVE) json_member(&c->j, "type", STR("uploaded_file"));
	json_member(&c->j, "title", f->title);
	json_member(&c->j, "description", f->description);
	json_member(&c->j, "filename", f->name);
	json_member(&c->j, "mimetype", f->mime);
	json_member_int(&c->j, "size", f->bytes);
	manage_member_time(&c->j, "created_at", f->created);
	manage_member_time(&c->j, "updated_at", f->created);
	json_close(&c->j, '}');
}

static bool list_files(struct manage_call *c, const struct shelf *s, struct err *e)
{
	struct manage_page page;
	struct dataset_file *list;
	size_t n, total = 0;
	if (!manage_page(c, &page, e) || !catalog_files_of(c->s->catalog, c->t, c->config.dataset, c->a, &list, &n, e)) return false;
	for (size_t i = 0; i < n; i++)
		if (list[i].kind == s->kind) list[total++] = list[i];
	manage_page_begin(c, &page, (int64_t)total);
	for (size_t i = (size_t)page.offset; i < total && i < (size_t)(page.offset + page.limit); i++) put_file(c, s, &list[i]);
	manage_page_end(c);
	return true;
}

static bool find(struct manage_call *c, const struct shelf *s, struct str uid, struct dataset_file *out, struct err *e)
{
	struct dataset_file *list;
	size_t n;
	if (!catalog_files_of(c->s->catalog, c->t, c->config.dataset, c->a, &list, &n, e)) return false;
	struct str id = str_starts(uid, str_of(s->prefix)) ? str_from(uid, 3) : STR("");
	for (size_t i = 0; i < n; i++) {
		if (list[i].kind != s->kind || !str_eq(list[i].id, id)) continue;
		*out = list[i];
		return true;
	}
	return manage_none(s->what, uid, e);
}

static struct str field_of(const struct httpd_part *parts, size_t n, const char *name)
{
	const struct httpd_part *p = manage_part_or_null(parts, n, name);
	return p && !p->is_file ? str_trim(p->bytes) : STR("");
}

static bool add_file(struct manage_call *c, const struct shelf *s, struct err *e)
{
	const struct httpd_part *parts, *file;
	size_t n;
	struct str type = httpd_header(c->r, STR("Content-Type")), id;
	struct dataset_file made;
	if (!str_starts(type, STR("multipart/form-data"))) return manage_invalid_field(c, "file", "Send the file as multipart/form-data, in a part named file.");
	if (!httpd_parts(c->r, c->a, &parts, &n, e)) return false;
	struct str kind = field_of(parts, n, "type"), title = field_of(parts, n, "title");
	if (s->kind == CATALOG_ALTERNATIVE && !title.n) return manage_invalid_field(c, "title", "Give a title: it stands beside the other formats.");
	if (kind.n && !str_eq(kind, STR("uploaded_file"))) return manage_invalid_field(c, "type", "Expected uploaded_file.");
	if (manage_has_several(c, parts, n, "file")) return true;
	file = manage_part_or_null(parts, n, "file");
	if (!file || !file->filename.n) return manage_invalid_field(c, "file", "The form has no part named file with a file name.");
	int fd;
	if (!httpd_part_file(file, c->s->folder.p, &fd, e)) return false;
	struct publish_file f = { .tenant = c->t, .dataset = c->config.slug, .kind = s->kind, .fd = fd, .name = file->filename, .title = title, .description = field_of(parts, n, "description") };
	bool ok = publish_file(c->s, &f, c->a, &id, e);
	close(fd);
	if (!ok || !find(c, s, arena_printf(c->a, "%s%.*s", s->prefix, STR_ARG(id)), &made, e)) return false;
	put_file(c, s, &made);
	return true;
}

static bool read_file(struct manage_call *c, const struct shelf *s, struct err *e)
{
	struct dataset_file f;
	if (!find(c, s, c->r->holes[1], &f, e)) return false;
	put_file(c, s, &f);
	return true;
}

static bool remove_file(struct manage_call *c, const struct shelf *s, struct err *e)
{
	struct dataset_file f;
	return find(c, s, c->r->holes[1], &f, e) && catalog_file_remove(c->s->catalog, c->t, c->config.slug, f.id, e);
}

static bool download(struct manage_call *c, const struct shelf *s, struct err *e)
{
	struct dataset_file f;
	struct stat st;
	if (!find(c, s, c->r->holes[1], &f, e)) return false;
	int fd = open(catalog_file_path(c->s->catalog, c->a, c->t, f.hash).p, O_RDONLY | O_CLOEXEC);
	if (fd < 0) return err_os(e, "open a file");
	if (fstat(fd, &st)) {
		close(fd);
		return err_os(e, "stat a file");
	}
	rest_download(c->p, f.mime, f.name);
	httpd_reply_cache_control(c->p, STR("private, no-store"));
	httpd_reply_file(c->p, fd, st.st_size);
	c->raw = true;
	return true;
}

bool manage_list_attachments(struct manage_call *c, struct err *e) { return list_files(c, &attachments, e); }
bool manage_add_attachment(struct manage_call *c, struct err *e) { return add_file(c, &attachments, e); }
bool manage_read_attachment(struct manage_call *c, struct err *e) { return read_file(c, &attachments, e); }
bool manage_remove_attachment(struct manage_call *c, struct err *e) { return remove_file(c, &attachments, e); }
bool manage_download_attachment(struct manage_call *c, struct err *e) { return download(c, &attachments, e); }
bool manage_list_alternatives(struct manage_call *c, struct err *e) { return list_files(c, &alternatives, e); }
bool manage_add_alternative(struct manage_call *c, struct err *e) { return add_file(c, &alternatives, e); }
bool manage_read_alternative(struct manage_call *c, struct err *e) { return read_file(c, &alternatives, e); }
bool manage_remove_alternative(struct manage_call *c, struct err *e) { return remove_file(c, &alternatives, e); }
bool manage_download_alternative(struct manage_call *c, struct err *e) { return download(c, &alternatives, e); }

bool manage_replace_alternative(struct manage_call *c, struct err *e)
{
	struct dataset_file f;
	const struct json_node *title = json_get(c->body, "title"), *description = json_get(c->body, "description");
	if (!find(c, &alternatives, c->r->holes[1], &f, e)) return false;
	if (title && !str_trim(json_text(title)).n) return manage_invalid_field(c, "title", "A title is never empty.");
	if (!catalog_file_describe(c->s->catalog, c->t, c->config.slug, f.id, title ? str_trim(json_text(title)) : f.title, description ? json_text(description) : f.description, e)) return false;
	return read_file(c, &alternatives, e);
}

/* --- pushing ----------------------------------------------------------------------------------------------------------------- */

static bool is_realtime(struct manage_call *c, const struct json_node **out, struct err *e)
{
	*out = config_at_or_null(c->config.doc, arena_printf(c->a, "resources/%.*s", STR_ARG(c->r->holes[1])));
	return (*out && json_get(*out, "uid")) || manage_none("resource", c->r->holes[1], e);
}

static bool is_pushed(const struct json_node *r) { return str_eq(json_text(json_get(r, "type")), STR("realtime")); }

/* A dataset has one address that records are pushed to: its first real-time source has it; where none is one, its first source. */
static const struct json_node *pushed_source(struct manage_call *c)
{
	const struct json_node *list = json_get(c->config.doc, "resources");
	for (size_t i = 0; i < json_count(list); i++)
		if (is_pushed(json_at(list, i))) return json_at(list, i);
	return json_at(list, 0);
}

static bool has_address(struct manage_call *c, const struct json_node *r)
{
	return str_eq(json_text(json_get(pushed_source(c), "uid")), json_text(json_get(r, "uid")));
}

/* Nothing of a source that has not the address. */
bool manage_put_push(struct manage_call *c, const struct json_node *r, struct str key)
{
	struct live_status now;
	struct err ignored = { 0 };
	if (!has_address(c, r)) return false;
	if (!live_status(c->s, c->t, c->config.slug, c->a, &now, &ignored)) now = (struct live_status){ 0 };
	if (!now.resource.n && !key.n && !is_pushed(r)) return false;
	struct str url = arena_printf(c->a, "%.*s/api/push/1.0/%.*s/%.*s/push/", STR_ARG(c->visit.origin), STR_ARG(c->config.slug), STR_ARG(now.resource.n ? now.resource : STR("realtime")));
	json_member(&c->j, "url", key.n ? arena_printf(c->a, "%.*s?pushkey=%.*s", STR_ARG(url), STR_ARG(key)) : url);
	json_member_bool(&c->j, "is_enabled", now.enabled);
	return true;
}

/* The resource, with the address to push to; the key in it only when it was made just now. */
static void put_push(struct manage_call *c, const struct json_node *r, const struct live_key *key)
{
	struct str name;
	const struct json_node *v;
	json_open(&c->j, '{');
	for (size_t at = 0; json_each(r, &at, &name, &v);) {
		if (str_eq(name, STR("url"))) continue;
		json_key(&c->j, name);
		json_value(&c->j);
		json_put_node(&c->out, v);
	}
	if (!manage_put_push(c, r, str_of(key->text))) json_member_bool(&c->j, "is_enabled", false);
	json_key(&c->j, STR("push_key"));
	if (key->text[0]) json_put(&c->j, str_of(key->text));
	else json_put_null(&c->j);
	json_close(&c->j, '}');
}

enum push_deed { PUSH_ON, PUSH_OFF, PUSH_RENEW };

static bool push(struct manage_call *c, enum push_deed deed, struct err *e)
{
	const struct json_node *r;
	struct live_key key = { "" };
	if (!is_realtime(c, &r, e)) return false;
	if (!has_address(c, r))
		return manage_refused(c, BAD, "bad_request", arena_printf(c->a, "Records are pushed to a dataset at one address, that of its source “%.*s”: use that one.",
		                                                          STR_ARG(json_text(json_get(pushed_source(c), "title")))));
	if (!c->config.published) return manage_refused(c, BAD, "invalid_dataset_status", STR("Records can be pushed once the dataset is published."));
	bool ok = deed == PUSH_ON    ? live_enable(c->s, c->t, c->config.slug, STR(""), &key, e)
	          : deed == PUSH_OFF ? live_disable(c->s, c->t, c->config.slug, e)
	                             : live_new_key(c->s, c->t, c->config.slug, &key, e);
	if (!ok) {
		if (e->code != ERR_CONFLICT && e->code != ERR_NOT_FOUND) return false;
		struct str said = arena_str(c->a, str_of(e->pub));
		*e = (struct err){ 0 };
		return manage_refused(c, BAD, "bad_request", said);
	}
	put_push(c, r, &key);
	return true;
}

bool manage_enable_push(struct manage_call *c, struct err *e) { return push(c, PUSH_ON, e); }
bool manage_disable_push(struct manage_call *c, struct err *e) { return push(c, PUSH_OFF, e); }
bool manage_renew_push_key(struct manage_call *c, struct err *e) { return push(c, PUSH_RENEW, e); }

/* A job under way, or records that are being worked on, are a state of the dataset. */
static bool settled(struct manage_call *c, bool ok, struct err *e)
{
	if (ok || e->code != ERR_CONFLICT) return ok;
	struct str said = arena_str(c->a, str_of(e->pub));
	*e = (struct err){ 0 };
	return manage_refused(c, BAD, "invalid_dataset_status", said);
}

/* The resource of the address, of a published dataset; *good false: the answer is made. */
static bool pushed(struct manage_call *c, const struct json_node **r, bool *good, struct err *e)
{
	if (!is_realtime(c, r, e)) return false;
	*good = c->config.published;
	return *good || manage_refused(c, BAD, "invalid_dataset_status", STR("Only what was pushed to a published dataset can be recovered."));
}

bool manage_recover_push(struct manage_call *c, struct err *e)
{
	const struct json_node *r;
	int64_t job;
	bool good;
	struct live_key none = { "" };
	struct job_order o = { .tenant = c->t, .dataset = c->config.dataset, .who = c->who->account, .kind = JOB_RECOVER };
	if (!pushed(c, &r, &good, e) || !good) return e->code == ERR_NONE;
	if (!settled(c, job_put(c->s, &o, &job, e), e)) return false;
	if (c->status < BAD) put_push(c, r, &none);
	return true;
}

bool manage_forget_pushes(struct manage_call *c, struct err *e)
{
	const struct json_node *r;
	bool good;
	struct live_key none = { "" };
	if (!pushed(c, &r, &good, e) || !good) return e->code == ERR_NONE;
	if (!settled(c, live_forget(c->s, c->t, c->config.slug, e), e)) return false;
	if (c->status < BAD) put_push(c, r, &none);
	return true;
}
