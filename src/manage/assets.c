/* Pictures of the portal, for pages and headers. */
#include "look/look.h"
#include "manage/inside.h"

bool manage_list_images(struct manage_call *c, struct err *e)
{
	struct manage_page page;
	struct look_file *list;
	size_t n, total = 0;
	if (!manage_page(c, &page, e) || !look_files(c->s->looks, c->t, c->a, &list, &n, e)) return false;
	for (size_t i = 0; i < n; i++)
		if (!list[i].is_font) list[total++] = list[i];
	manage_page_begin(c, &page, (int64_t)total);
	for (size_t i = (size_t)page.offset; i < total && i < (size_t)(page.offset + page.limit); i++) {
		json_open(&c->j, '{');
		json_member(&c->j, "url", arena_join(c->a, STR(LOOK_FILES_PATH), list[i].name));
		json_close(&c->j, '}');
	}
	manage_page_end(c);
	return true;
}

bool manage_one_file(struct manage_call *c, const char *part, const struct httpd_part **out, struct err *e)
{
	const struct httpd_part *parts;
	size_t n;
	struct str type = httpd_header(c->r, STR("Content-Type"));
	*out = NULL;
	if (!str_starts(type, STR("multipart/form-data"))) return manage_invalid_field(c, part, "Send the file as multipart/form-data, in a part named %s.", part);
	if (!httpd_parts(c->r, c->a, &parts, &n, e)) return false;
	if (manage_has_several(c, parts, n, part)) return true;
	*out = manage_part_or_null(parts, n, part);
	if (*out && !(*out)->filename.n) *out = NULL;
	return *out || manage_invalid_field(c, part, "The form has no part named %s with a file name.", part);
}

bool manage_add_image(struct manage_call *c, struct err *e)
{
	static const char *const kinds[] = { ".png", ".jpg", ".jpeg", ".gif", ".webp", ".tif", ".tiff", ".bmp", ".svg", NULL };
	const struct httpd_part *file;
	bool known = false;
	struct str kept, bytes;
	if (!manage_one_file(c, "file", &file, e)) return false;
	if (!file) return true;
	for (size_t i = 0; kinds[i]; i++) {
		struct str end = str_of(kinds[i]);
		known |= file->filename.n > end.n && str_eq_nocase(str_from(file->filename, file->filename.n - end.n), end);
	}
	if (!known) return manage_invalid_field(c, "file", "Expected a picture: PNG, JPEG, GIF, WebP, TIFF, BMP or SVG.");
	if (file->size > LOOK_PICTURE_BYTES) return manage_invalid_field(c, "file", "A picture may have %d MB at most.", LOOK_PICTURE_BYTES >> 20);
	if (!httpd_part_bytes(file, c->a, LOOK_PICTURE_BYTES, &bytes, e)) return false;
	if (!look_file_add(c->s->looks, c->tenant, file->filename, bytes, &kept, c->a, e)) {
		if (e->code != ERR_INVALID && e->code != ERR_TOO_LARGE && e->code != ERR_PARAMETER) return false;
		struct str said = arena_str(c->a, str_of(e->pub));
		*e = (struct err){ 0 };
		return manage_invalid_field(c, "file", "%.*s", STR_ARG(said));
	}
	json_open(&c->j, '{');
	json_member(&c->j, "url", arena_join(c->a, STR(LOOK_FILES_PATH), kept));
	json_close(&c->j, '}');
	return true;
}
