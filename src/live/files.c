/* Files that come inside a record: {"content": base64, "content-type": …} in a field of type file. The
 * content is put among the files of the dataset, under a name made of itself, and the record names it. */
#include "crypt/crypt.h"
#include "image/image.h"
#include "json/json.h"
#include "live/inside.h"
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

/* What is not a picture is what the caller says, where that is one of these; a picture is told by its bytes. */
static const struct known { const char *mime, *ending; } knowns[] = {
	{ "image/png", "png" }, { "image/jpeg", "jpg" }, { "image/gif", "gif" }, { "image/webp", "webp" },
	{ "image/svg+xml", "svg" }, { "image/tiff", "tif" }, { "application/pdf", "pdf" }, { "application/zip", "zip" },
	{ "application/json", "json" }, { "text/plain", "txt" }, { "text/csv", "csv" }, { "audio/mpeg", "mp3" },
	{ "video/mp4", "mp4" }, { "application/octet-stream", "bin" },
};
enum { PICTURES = 4 };

static const struct known *known_of(struct str mime, size_t from)
{
	for (size_t i = from; i < COUNT_OF(knowns); i++)
		if (str_eq_nocase(mime, str_of(knowns[i].mime))) return &knowns[i];
	return &knowns[COUNT_OF(knowns) - 1];
}

/* Base64 with either alphabet, padded or not, lines broken or not. */
static bool decode(struct arena *a, struct str text, struct str *out)
{
	char *plain = arena_bytes(a, text.n + 1);
	size_t n = 0;
	size_t padding = 0;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		if (c == '\r' || c == '\n' || c == ' ') continue;
		if (c == '=') padding++;
		else if (padding) return false;
		else plain[n++] = c == '+' ? '-' : c == '/' ? '_' : c;
	}
	return padding <= 2 && crypt_base64url_decode(a, str_make(plain, n), out);
}

static bool take_file(const struct json_node *value, struct arena *a, struct pushed_file *out)
{
	unsigned char hash[16];
	char hex[2 * sizeof hash + 1];
	struct image_facts facts = { 0 };
	if (!decode(a, json_text(json_get(value, "content")), &out->bytes)) return false;
	bool picture = image_sniff(str_sub(out->bytes, 0, IMAGE_HEAD_BYTES), &facts);
	const struct known *k = picture ? known_of(str_of(facts.mime), 0) : known_of(json_text(json_get(value, "content-type")), PICTURES);
	crypt_blake2b(out->bytes, hash, sizeof hash);
	crypt_hex(hash, sizeof hash, hex);
	out->name = arena_printf(a, "%s.%s", hex, k->ending);
	out->mime = str_of(k->mime);
	out->width = facts.width;
	out->height = facts.height;
	return true;
}

static bool is_file(const struct schema *s, struct str name, const struct json_node *value)
{
	int i = json_kind(json_get(value, "content")) == JSON_TEXT ? schema_find(s, name) : -1;
	return i >= 0 && s->fields[i].type == VALUE_FILE;
}

static bool any_file(const struct schema *s, const struct json_node *record)
{
	size_t at = 0;
	struct str key;
	const struct json_node *value;
	while (json_each(record, &at, &key, &value))
		if (is_file(s, key, value)) return true;
	return false;
}

/* The record with names in the place of contents. What cannot be decoded stays, and is refused later. */
static void put_record(struct json_out *j, struct pushed_files *x, const struct schema *s, const struct json_node *record, struct arena *a)
{
	size_t at = 0;
	struct str key;
	const struct json_node *value;
	json_open(j, '{');
	while (json_each(record, &at, &key, &value)) {
		struct pushed_file f = { 0 };
		json_key(j, key);
		if (is_file(s, key, value) && take_file(value, a, &f)) {
			vec_push(a, &x->list, f);
			json_put(j, f.name);
			continue;
		}
		json_value(j);
		json_put_node(j->b, value);
	}
	json_close(j, '}');
}

bool pushed_files_take(struct pushed_files *x, const struct schema *s, const struct json_node *root, struct arena *a, struct err *e)
{
	bool many = json_kind(root) == JSON_ARRAY;
	bool any = false;
	size_t n = many ? json_count(root) : 1;
	*x = (struct pushed_files){ 0 };
	for (size_t i = 0; i < n && !any; i++) any = any_file(s, many ? json_at(root, i) : root);
	if (!any) return true;
	auto_buf b = BUF_INIT(JOURNAL_PAYLOAD_BYTES);
	struct json_out j = JSON_OUT(&b);
	struct str text;
	if (many) json_open(&j, '[');
	for (size_t i = 0; i < n; i++) {
		const struct json_node *record = many ? json_at(root, i) : root;
		if (json_kind(record) == JSON_OBJECT) {
			put_record(&j, x, s, record, a);
			continue;
		}
		json_value(&j);
		json_put_node(&b, record);
	}
	if (many) json_close(&j, ']');
	return buf_end(&b, &text, e) && json_read(text, &x->doc, e);
}

/* --- links --------------------------------------------------------------------------------------------- */

static bool is_link(struct str s)
{
	static const struct str schemes[] = { { "https://", 8 }, { "http://", 7 } };
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || strchr("<>\"\\", s.p[i])) return false;
	for (size_t i = 0; i < COUNT_OF(schemes); i++)
		if (s.n > schemes[i].n && str_eq_nocase(str_sub(s, 0, schemes[i].n), schemes[i])) return true;
	return false;
}

static bool is_plain_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || strchr(":/\\<>\"{}", s.p[i])) return false;
	return s.n != 0;
}

bool pushed_links_ok(const struct schema *s, const struct json_node *record, struct err *why)
{
	size_t at = 0;
	struct str key;
	const struct json_node *value;
	while (json_kind(record) == JSON_OBJECT && json_each(record, &at, &key, &value)) {
		int i = schema_find(s, key);
		enum json_kind kind = json_kind(value);
		/* A content that is still there could not be decoded, which is told in its own words. */
		if (i < 0 || s->fields[i].type != VALUE_FILE || kind == JSON_NULL || json_get(value, "content")) continue;
		struct str link = str_trim(kind == JSON_OBJECT ? json_text(json_get(value, "url")) : json_text(value));
		if ((kind == JSON_TEXT && !link.n) || is_link(link) || (kind == JSON_TEXT && is_plain_name(link))) continue;
		return err_set(why, ERR_BAD_REQUEST, "field \"%.*s\": a file is an address that begins with https:// or http://, or an object with its content", STR_ARG(key));
	}
	return true;
}

void pushed_files_done(struct pushed_files *x) { json_free(x->doc); }

/* --- storing -------------------------------------------------------------------------------------------- */

/* The bytes as a file that has no name. */
static int file_of(struct str bytes, struct err *e)
{
	int fd = memfd_create("push", MFD_CLOEXEC);
	if (fd < 0) {
		err_os(e, "memory for a pushed file");
		return -1;
	}
	struct str rest = bytes;
	while (rest.n) {
		ssize_t n = write(fd, rest.p, rest.n);
		if (n <= 0) {
			err_os(e, "write a pushed file");
			close(fd);
			return -1;
		}
		rest = str_from(rest, (size_t)n);
	}
	if (lseek(fd, 0, SEEK_SET) == 0) return fd;
	err_os(e, "seek in a pushed file");
	close(fd);
	return -1;
}

bool pushed_files_store(struct pushed_files *x, struct site *s, struct tenant_id t, struct str slug, struct arena *a, struct err *e)
{
	size_t n = x->list.n;
	size_t have = 0;
	if (n == 0) return true;
	struct catalog_file_new *files = arena_array(a, struct catalog_file_new, n);
	struct str *ids = arena_array(a, struct str, n);
	bool ok = true;
	for (; ok && have < n; have += ok) {
		const struct pushed_file *f = &x->list.p[have];
		int fd = file_of(f->bytes, e);
		ok = fd >= 0;
		files[have] = (struct catalog_file_new){ .kind = CATALOG_RECORD_FILE, .fd = fd, .name = f->name, .title = f->name,
			.mime = f->mime, .width = f->width, .height = f->height };
	}
	ok = ok && catalog_files_put(s->catalog, t, slug, files, n, a, ids, e);
	for (size_t i = 0; i < have; i++) close(files[i].fd);
	return ok;
}
