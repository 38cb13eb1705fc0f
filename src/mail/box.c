/* The folder that takes the place of a mail server in a demonstration: each letter as a server would have got it (.eml), and beside it
 * what a page shows of it (.json), written last. */
#include "io/io.h"
#include "json/json.h"
#include "mail/inside.h"
#include <dirent.h>
#include <stdlib.h>

enum { SHOWN_BYTES = 8 * MAIL_TEXT_BYTES, NAMES = 5000 };

struct str mail_folder(struct arena *a, const struct conf *c, struct str data)
{
	struct str f = str_of(c->mail_folder);
	if (!f.n || f.p[0] == '/') return f;
	return arena_printf(a, "%.*s/%.*s", STR_ARG(data), STR_ARG(f));
}

bool mail_box_put(struct str folder, const struct mail_waiting *w, struct str from, struct instant now, struct err *e)
{
	auto_arena a = ARENA_INIT;
	auto_buf eml = BUF_INIT(SHOWN_BYTES), shown = BUF_INIT(SHOWN_BYTES);
	struct str name = arena_printf(&a, "%.*s/%020lld-%lld", STR_ARG(folder), (long long)now.us, (long long)w->id);
	struct json_out j = JSON_OUT(&shown);
	if (!io_make_folders(arena_cstr(&a, folder), e)) return false;
	mail_put_message(&eml, w, from, now);
	json_open(&j, '{');
	json_member_int(&j, "tenant", w->tenant.v);
	json_member_int(&j, "at", now.us);
	json_member(&j, "to", w->to);
	json_member(&j, "subject", w->subject);
	json_member(&j, "text", w->text);
	json_close(&j, '}');
	if (eml.over || shown.over) return err_set(e, ERR_TOO_LARGE, "the letter is too large");
	return io_replace(arena_printf(&a, "%.*s.eml", STR_ARG(name)).p, buf_str(&eml), 0600, e) &&
	       io_replace(arena_printf(&a, "%.*s.json", STR_ARG(name)).p, buf_str(&shown), 0600, e);
}

static int newest_first(const void *x, const void *y)
{
	const struct str *a = x, *b = y;
	return str_cmp(*b, *a);
}

static bool read_one(struct arena *a, const char *path, int64_t tenant, struct mail_boxed *out, struct err *e)
{
	auto_json *doc = NULL;
	struct str text;
	if (!io_read(a, path, SHOWN_BYTES, &text, e) || !json_read(text, &doc, e)) return false;
	const struct json_node *n = json_root(doc);
	if (json_int(json_get(n, "tenant"), 0) != tenant) return false;
	*out = (struct mail_boxed){ .to = arena_str(a, json_text(json_get(n, "to"))), .subject = arena_str(a, json_text(json_get(n, "subject"))),
		                    .text = arena_str(a, json_text(json_get(n, "text"))), .at = { json_int(json_get(n, "at"), 0) } };
	return true;
}

bool mail_box_read(struct str folder, struct tenant_id tenant, size_t n, struct arena *a, struct mail_boxed **out, size_t *count, struct err *e)
{
	VEC(struct str) names = { 0 };
	struct mail_boxed *letters = arena_array(a, struct mail_boxed, n + 1);
	size_t found = 0;
	DIR *d = opendir(arena_cstr(a, folder));
	(void)e;
	/* A folder that is not there holds no letter yet. */
	for (struct dirent *f; d && names.n < NAMES && (f = readdir(d));)
		if (str_ends(str_of(f->d_name), STR(".json"))) vec_push(a, &names, arena_str(a, str_of(f->d_name)));
	if (d) closedir(d);
	if (names.n) qsort(names.p, names.n, sizeof *names.p, newest_first);
	for (size_t i = 0; i < names.n && found < n; i++) {
		struct err own = { 0 };
		if (read_one(a, arena_printf(a, "%.*s/%.*s", STR_ARG(folder), STR_ARG(names.p[i])).p, tenant.v, &letters[found], &own)) found++;
	}
	*out = letters;
	*count = found;
	return true;
}
