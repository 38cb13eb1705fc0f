/* The portal's own pictures and fonts: told by their bytes, not by what they are called. Pictures are drawn anew by the caged child
 * of image/, so that neither metadata nor anything hidden in them is given out; SVG goes out with a policy that lets it do nothing. */
#include "clock/clock.h"
#include "crypt/crypt.h"
#include "image/image.h"
#include "io/io.h"
#include "look/inside.h"
#include "store/store.h"
#include "text/text.h"
#include <fcntl.h>
#include <unistd.h>

enum { SIDE = 2048, DRAWN_BYTES = 24 << 20 };

struct kind { const char *type, *ending; };

/* Fonts by their first bytes; empty when it is none. */
static struct kind font_of(struct str bytes)
{
	if (str_starts(bytes, STR("wOF2"))) return (struct kind){ "font/woff2", ".woff2" };
	if (str_starts(bytes, STR("wOFF"))) return (struct kind){ "font/woff", ".woff" };
	if (str_starts(bytes, STR("OTTO"))) return (struct kind){ "font/otf", ".otf" };
	if (str_starts(bytes, str_make("\0\1\0\0", 4)) || str_starts(bytes, STR("true"))) return (struct kind){ "font/ttf", ".ttf" };
	return (struct kind){ NULL, NULL };
}

static bool is_svg(struct str bytes)
{
	struct str head = str_sub(bytes, 0, 4096);
	return text_is_utf8(bytes) && head.n && str_find(head, STR("<svg")) >= 0;
}

/* What would do something if the picture were opened by itself. Its policy forbids that, too. */
static bool check_svg(struct str svg, struct err *e)
{
	static const char *const never[] = { "<script", "<!entity", "<foreignobject", "javascript:", "onload", "<iframe", "<embed", "<object" };
	for (size_t i = 0; i + 6 < svg.n; i++)
		for (size_t k = 0; k < COUNT_OF(never); k++)
			if (str_eq_nocase(str_sub(svg, i, strlen(never[k])), str_of(never[k])))
				return err_set(e, ERR_INVALID, "this SVG holds \"%s\"; save it as a plain SVG, without programs and entities", never[k]);
	return true;
}

/* A name for addresses: the one given in small plain letters, with the ending that its bytes deserve. */
static struct str name_for(struct arena *a, struct str given, const char *ending)
{
	ptrdiff_t slash = num_max(str_rfind_char(given, '/'), str_rfind_char(given, '\\'));
	struct str base = str_from(given, (size_t)(slash + 1));
	ptrdiff_t dot = str_rfind_char(base, '.');
	if (dot > 0)
		base = str_sub(base, 0, (size_t)dot);
	struct str slug = base.n ? text_slug(a, base) : STR("file");
	return arena_printf(a, "%.*s%s", STR_ARG(str_sub(slug, 0, LOOK_FILE_NAME - 10)), ending);
}

static bool write_temporary(struct looks *ls, struct str bytes, int *fd, struct err *e)
{
	auto_arena a = ARENA_INIT;
	const char *folder = arena_printf(&a, "%.*s/tmp", STR_ARG(ls->folder)).p;
	if (!io_make_folders(folder, e))
		return false;
	int f = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (f < 0)
		return err_os(e, "a temporary file for a picture");
	for (size_t at = 0; at < bytes.n;) {
		ssize_t n = write(f, bytes.p + at, bytes.n - at);
		if (n <= 0) {
			close(f);
			return err_os(e, "a temporary file for a picture");
		}
		at += (size_t)n;
	}
	*fd = f;
	return true;
}

static bool draw_anew(struct looks *ls, struct str bytes, struct buf *out, const char **type, struct err *e)
{
	int fd;
	if (!write_temporary(ls, bytes, &fd, e))
		return false;
	bool ok = image_thumbnail(fd, SIDE, out, type, e);
	close(fd);
	if (!ok && e->code == ERR_BAD_SOURCE) {
		*e = (struct err){ 0 };
		return err_set(e, ERR_INVALID, "this picture cannot be read; save it again as PNG or JPEG");
	}
	return ok;
}

static bool put_file(struct looks *ls, struct tenant_id t, const struct look_file *f, struct str bytes, struct err *e)
{
	struct store_tx *x;
	struct store_rows *r;
	if (!store_begin(ls->store, STORE_WRITE, &x, e))
		return false;
	bool ok = store_ask(x, &look_queries[LOOK_Q_file_count], t, STORE_PARAMS(VALUE_OF_TEXT(f->name)), &r, e);
	if (ok) {
		ok = store_step(r, e) == STORE_ROW;
		if (ok && store_int(r, 0) >= LOOK_FILES)
			ok = err_set(e, ERR_INVALID, "a portal keeps at most %d files; remove some first", LOOK_FILES);
		store_stop(r);
	}
	ok = ok && store_run(x, &look_queries[LOOK_Q_file_put], t,
	                     STORE_PARAMS(VALUE_OF_TEXT(f->name), VALUE_OF_TEXT(f->type), VALUE_OF_TEXT(f->hash), VALUE_OF_INT(clock_now().us),
	                                  VALUE_OF_INT(f->width), VALUE_OF_INT(f->height), VALUE_OF_BLOB(bytes)), e);
	struct err ignored = { 0 };
	if (!store_end(x, ok ? STORE_COMMIT : STORE_ROLLBACK, ok ? e : &ignored) || !ok)
		return false;
	look_forget(ls, t);
	return true;
}

static const char *ending_of(const char *type)
{
	return !strcmp(type, "image/jpeg") ? ".jpg" : !strcmp(type, "image/png") ? ".png" : !strcmp(type, "image/svg+xml") ? ".svg" : "";
}

bool look_file_add(struct looks *ls, const struct tenant *t, struct str name, struct str bytes, struct str *kept_as, struct arena *a, struct err *e)
{
	auto_buf drawn = BUF_INIT(DRAWN_BYTES);
	struct image_facts facts;
	struct look_file f = { 0 };
	struct kind font = font_of(bytes);
	if (font.type) {
		if (bytes.n > LOOK_FONT_BYTES)
			return err_set(e, ERR_INVALID, "a font has at most 700 kB; leave out letters that are not used");
		f.type = str_of(font.type);
		f.name = name_for(a, name, font.ending);
	} else if (bytes.n > LOOK_PICTURE_BYTES) {
		return err_set(e, ERR_INVALID, "a picture has at most 2 MB");
	} else if (image_sniff_drawable(str_sub(bytes, 0, IMAGE_HEAD_BYTES), &facts)) {
		const char *type;
		if (!draw_anew(ls, bytes, &drawn, &type, e))
			return false;
		bytes = buf_str(&drawn);
		f.type = str_of(type);
		f.name = name_for(a, name, ending_of(type));
		if (image_sniff(str_sub(bytes, 0, IMAGE_HEAD_BYTES), &facts)) {
			f.width = facts.width;
			f.height = facts.height;
		}
	} else if (is_svg(bytes)) {
		if (!check_svg(bytes, e))
			return false;
		f.type = STR("image/svg+xml");
		f.name = name_for(a, name, ".svg");
	} else {
		return err_set(e, ERR_INVALID, "this is neither a picture (PNG, JPEG, GIF, WebP, TIFF, BMP, SVG) nor a font (TTF, OTF, WOFF, WOFF2)");
	}
	unsigned char hash[CRYPT_SHA256];
	char text[2 * CRYPT_SHA256 + 1];
	crypt_sha256(bytes, hash);
	crypt_hex(hash, sizeof hash, text);
	f.hash = str_of(text);
	if (!put_file(ls, t->id, &f, bytes, e))
		return false;
	*kept_as = f.name;
	return true;
}

bool look_file_remove(struct looks *ls, const struct tenant *t, struct str name, struct err *e)
{
	struct store_tx *x;
	struct err ignored = { 0 };
	if (!store_begin(ls->store, STORE_WRITE, &x, e))
		return false;
	bool ok = store_run(x, &look_queries[LOOK_Q_file_remove], t->id, STORE_PARAMS(VALUE_OF_TEXT(name)), e);
	ok = ok && (store_changes(x) > 0 || err_set(e, ERR_NOT_FOUND, "there is no file of this name"));
	if (!store_end(x, ok ? STORE_COMMIT : STORE_ROLLBACK, ok ? e : &ignored) || !ok)
		return false;
	look_forget(ls, t->id);
	return true;
}

static struct look_file read_row(struct store_rows *r, struct arena *a)
{
	struct look_file f = { .name = arena_str(a, store_text(r, 0)), .type = arena_str(a, store_text(r, 1)), .hash = arena_str(a, store_text(r, 2)),
		.bytes = store_int(r, 3), .made_us = store_int(r, 4), .width = (int)store_int(r, 5), .height = (int)store_int(r, 6) };
	f.is_font = str_starts(f.type, STR("font/"));
	return f;
}

bool look_files(struct looks *ls, struct tenant_id t, struct arena *a, struct look_file **out, size_t *n, struct err *e)
{
	struct store_tx *x;
	struct store_rows *r;
	struct err ignored = { 0 };
	VEC(struct look_file) rows = { 0 };
	if (!store_begin(ls->store, STORE_READ, &x, e))
		return false;
	bool ok = store_ask(x, &look_queries[LOOK_Q_files], t, STORE_NONE, &r, e);
	if (ok) {
		enum store_step step;
		while ((step = store_step(r, e)) == STORE_ROW)
			vec_push(a, &rows, read_row(r, a));
		ok = step == STORE_DONE;
		store_stop(r);
	}
	*out = rows.p;
	*n = rows.n;
	return store_end(x, STORE_ROLLBACK, ok ? e : &ignored) && ok;
}

bool look_file_read(struct looks *ls, struct tenant_id t, struct str name, struct arena *a, struct look_file *facts, struct str *bytes, struct err *e)
{
	struct store_tx *x;
	struct store_rows *r;
	struct err ignored = { 0 };
	if (!store_begin(ls->store, STORE_READ, &x, e))
		return false;
	bool ok = store_ask(x, &look_queries[LOOK_Q_file_get], t, STORE_PARAMS(VALUE_OF_TEXT(name)), &r, e);
	if (ok) {
		enum store_step step = store_step(r, e);
		if (step == STORE_ROW) {
			*facts = read_row(r, a);
			*bytes = arena_str(a, store_text(r, 7));
		} else {
			ok = step == STORE_DONE ? err_set(e, ERR_NOT_FOUND, "there is no file of this name") : false;
		}
		store_stop(r);
	}
	return store_end(x, STORE_ROLLBACK, ok ? e : &ignored) && ok;
}
