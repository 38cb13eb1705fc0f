/* Pictures of reuses: sent by strangers, so each is drawn anew in the cage before it is kept, small enough for a card. */
#include "engage/inside.h"
#include "image/image.h"

#include <unistd.h>

static bool no_picture(struct err *e)
{
	*e = (struct err){ 0 };
	return err_set(e, ERR_PARAMETER, "a picture is a PNG, JPEG, GIF or WebP file");
}

bool engage_picture_make(const struct engage_scene *s, const struct httpd_part *sent, struct engage_picture *out, struct err *e)
{
	auto_buf small = BUF_INIT(ENGAGE_PICTURE_BYTES);
	struct image_facts facts;
	const char *mime;
	struct str bytes;
	int fd;
	if (!httpd_part_bytes(sent, s->arena, ENGAGE_UPLOAD, &bytes, e)) return false;
	if (!image_sniff(str_sub(bytes, 0, IMAGE_HEAD_BYTES), &facts)) return no_picture(e);
	if (!httpd_part_file(sent, s->site->folder.p, &fd, e)) return false;
	bool ok = image_thumbnail(fd, ENGAGE_PICTURE_SIDE, &small, &mime, e);
	close(fd);
	if (!ok) return e->code == ERR_BAD_SOURCE ? no_picture(e) : false;
	if (!image_sniff(buf_str(&small), &facts)) return no_picture(e);
	*out = (struct engage_picture){ .type = str_of(mime), .bytes = arena_str(s->arena, buf_str(&small)), .width = facts.width, .height = facts.height };
	return true;
}

bool engage_picture_put(struct store_tx *tx, const struct engage_scene *s, int64_t id, const struct engage_picture *p, struct err *e)
{
	return !p || store_run(tx, ENGAGE_Q(picture_put), s->tenant->id,
	                       STORE_PARAMS(VALUE_OF_INT(id), VALUE_OF_INT(clock_now().us), VALUE_OF_TEXT(p->type), VALUE_OF_INT(p->width), VALUE_OF_INT(p->height),
	                                    VALUE_OF_BLOB(p->bytes)),
	                       e);
}

bool engage_picture_get(const struct engage_scene *s, int64_t id, struct engage_picture *out, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	enum store_step step = STORE_FAILED;
	if (!engage_begin(s, STORE_READ, &tx, e)) return false;
	if (store_ask(tx, ENGAGE_Q(picture_get), s->tenant->id, STORE_PARAMS(VALUE_OF_INT(id)), &r, e)) {
		step = store_step(r, e);
		if (step == STORE_ROW) *out = (struct engage_picture){ .type = arena_str(s->arena, store_text(r, 0)), .bytes = arena_str(s->arena, store_text(r, 1)) };
		store_stop(r);
	}
	struct err ignored = { 0 };
	bool ended = store_end(tx, STORE_ROLLBACK, step == STORE_FAILED ? &ignored : e);
	return ended && (step == STORE_ROW || (step == STORE_DONE && err_set(e, ERR_NOT_FOUND, "This reuse has no picture.")));
}

struct str engage_picture_path(struct arena *a, const struct engage_reuse *r)
{
	return arena_printf(a, "/reuses/%lld/picture?v=%lld", (long long)r->id, (long long)r->pictured.us);
}

bool engage_picture_drop(const struct engage_scene *s, int64_t id, struct err *e)
{
	struct store_tx *tx;
	return engage_begin(s, STORE_WRITE, &tx, e) && engage_done_shown(s, tx, store_run(tx, ENGAGE_Q(picture_drop), s->tenant->id, STORE_PARAMS(VALUE_OF_INT(id)), e), e);
}
