/* Files beside the data: attachments that explain them (Information, Files) and whole exports made by hand or kept elsewhere (Export), with how exports are
 * ordered and the coordinate systems that are offered. Files hold at once. */
#include "back/meta.h"
#include "image/image.h"
#include "publish/publish.h"
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { FILE_BYTES = 100 << 20, PICTURE_BYTES = 8 << 20, PICTURE_SIDE = 1200 };

/* Bytes as something that can be read: a file of the data folder that has no name, since the cage that reads pictures opens none that is only
 * memory. */
static bool as_fd(const struct visit *v, struct str bytes, int *fd, struct err *e)
{
	return httpd_part_file(&(struct httpd_part){ .bytes = bytes, .fd_or_minus = -1 }, v->at.site->folder.p, fd, e);
}

static bool upload(struct visit *v, const struct config *c, const struct visitor_form *f, enum catalog_file_kind kind, struct html_errors *errors, struct err *e)
{
	const struct httpd_part *part = visitor_file_or_null(f, STR("file"));
	struct str id;
	int fd;
	if (!part || !part->size)
		return html_complain(errors, v->lang, "file", N_("Please choose a file."));
	if (!httpd_part_file(part, v->at.site->folder.p, &fd, e))
		return false;
	struct publish_file file = { .tenant = v->at.tenant->id, .dataset = c->slug, .kind = kind, .fd = fd, .name = part->filename,
		.title = str_trim(visitor_field(f, STR("title"))), .description = str_trim(visitor_field(f, STR("description"))) };
	bool ok = publish_file(v->at.site, &file, v->arena, &id, e);
	close(fd);
	return ok;
}

/* A place elsewhere, kept as the list of one address that it is. */
static bool link_to(struct visit *v, const struct config *c, const struct visitor_form *f, struct html_errors *errors, struct err *e)
{
	struct str url = str_trim(visitor_field(f, STR("url"))), title = str_trim(visitor_field(f, STR("title"))), id;
	bool web = str_starts(url, STR("https://")) || str_starts(url, STR("http://"));
	for (size_t i = 0; i < url.n; i++)
		web = web && (unsigned char)url.p[i] > 0x20;
	if (!web || url.n > 2000)
		return html_complain(errors, v->lang, "url", N_("Please give an address that begins with https:// or http://."));
	if (!title.n)
		return html_complain(errors, v->lang, "title", N_("Please give it a title."));
	int fd;
	if (!as_fd(v, url, &fd, e))
		return false;
	struct catalog_file_new file = { .kind = CATALOG_ALTERNATIVE, .fd = fd, .name = arena_printf(v->arena, "%.*s.url", STR_ARG(text_slug(v->arena, title))), .title = title,
		.description = str_trim(visitor_field(f, STR("description"))), .mime = STR("text/uri-list") };
	bool ok = catalog_files_put(v->at.site->catalog, v->at.tenant->id, c->slug, &file, 1, v->arena, &id, e);
	close(fd);
	return ok;
}

/* The picture is drawn anew, upright and without what its camera wrote. */
static bool take_picture(struct visit *v, const struct config *c, const struct visitor_form *f, struct html_errors *errors, struct err *e)
{
	const struct httpd_part *part = visitor_file_or_null(f, STR("picture"));
	auto_buf small = BUF_INIT(PICTURE_BYTES);
	struct image_facts facts = { 0 };
	const char *mime;
	struct str id, bytes;
	int fd;
	if (part && !httpd_part_bytes(part, v->arena, FILE_BYTES, &bytes, e))
		return false;
	if (!part || !bytes.n || !image_sniff(str_sub(bytes, 0, IMAGE_HEAD_BYTES), &facts))
		return html_complain(errors, v->lang, "picture", N_("Please choose a picture: PNG, JPEG, GIF or WebP."));
	if (!httpd_part_file(part, v->at.site->folder.p, &fd, e))
		return false;
	bool ok = image_thumbnail(fd, PICTURE_SIDE, &small, &mime, e);
	close(fd);
	if (!ok || !image_sniff(buf_str(&small), &facts))
		return ok ? html_complain(errors, v->lang, "picture", N_("Please choose a picture: PNG, JPEG, GIF or WebP.")) : false;
	if (!as_fd(v, buf_str(&small), &fd, e))
		return false;
	struct catalog_file_new file = { .kind = CATALOG_PICTURE, .fd = fd, .name = part->filename.n ? part->filename : STR("picture"), .title = STR("thumbnail"),
		.description = str_trim(visitor_field(f, STR("description"))), .mime = str_of(mime), .width = facts.width, .height = facts.height };
	ok = catalog_files_put(v->at.site->catalog, v->at.tenant->id, c->slug, &file, 1, v->arena, &id, e);
	close(fd);
	return ok;
}

static bool obey(struct visit *v, const struct config *c, const struct visitor_form *f, enum catalog_file_kind kind, struct html_errors *errors, struct err *e)
{
	struct str remove = visitor_field(f, STR("remove")), what = visitor_field(f, STR("part"));
	bool ok;
	if (str_eq(what, STR("picture")))
		ok = take_picture(v, c, f, errors, e);
	else if (remove.n)
		ok = catalog_file_remove(v->at.site->catalog, v->at.tenant->id, c->slug, remove, e);
	else if (str_eq(what, STR("link")))
		ok = link_to(v, c, f, errors, e);
	else
		ok = upload(v, c, f, kind, errors, e);
	if (ok)
		return true;
	if (!errors->n && e->code != ERR_DISK_FULL && e->code != ERR_SYSTEM) {
		html_complain_text(errors, str_eq(what, STR("picture")) ? STR("picture") : STR("file"), arena_str(v->arena, str_of(e->pub)));
		*e = (struct err){ 0 };
	}
	if (errors->n)
		back_refused(v);
	return false;
}

/* --- the list ------------------------------------------------------------------------------------------------------ */

static bool has_traces(struct str mime)
{
	return str_starts(mime, STR("image/jpeg")) || str_starts(mime, STR("image/tiff")) || str_eq(mime, STR("application/pdf")) || str_find(mime, STR("officedocument")) >= 0;
}

static void put_files(struct html *h, struct visit *v, const struct config *c, enum catalog_file_kind kind, struct str path)
{
	static const struct html_column columns[] = { { .title = N_("File"), .main = true }, { .title = N_("Size"), .number = true }, { .title = N_("Since") }, { .title = N_("Actions"), .hide_title = true } };
	struct html_table t = { .caption = N_("Files"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	const struct dataset *d = catalog_find_or_null(v->at.view, c->slug);
	size_t shown = 0;
	bool may = back_dataset_may(v, c, CONFIG_EDIT);
	for (size_t i = 0; d && i < d->nfiles; i++) {
		const struct dataset_file *f = &d->files[i];
		if (f->kind != kind)
			continue;
		if (!shown++)
			html_table_open(h, &t);
		html_row_open(h, &t);
		html_cell_open(h, &t);
		html_lit(h, "<bdi>");
		html_text(h, f->title);
		html_lit(h, "</bdi><small>");
		html_text(h, str_eq(f->mime, STR("text/uri-list")) ? i18n_text(v->lang, N_("Kept elsewhere")) : f->name);
		if (has_traces(f->mime)) {
			html_lit(h, " · ");
			html_say(h, N_("may name its author, place or device"));
		}
		html_lit(h, "</small>");
		html_cell_close(h, &t);
		html_cell_open(h, &t);
		html_bytes(h, f->bytes);
		html_cell_close(h, &t);
		html_cell_open(h, &t);
		html_date(h, f->created.us, v->zone, false);
		html_cell_close(h, &t);
		html_cell_open(h, &t);
		if (may) {
			html_form_open(h, &(struct html_form){ .visit = v, .plain = true, .action = path });
			html_hidden(h, "remove", f->id);
			html_button(h, &(struct html_button){ .weight = HTML_PLAIN, .small = true, .label = N_("Remove"), .about = f->title });
			html_form_close(h);
		}
		html_cell_close(h, &t);
		html_row_close(h, &t);
	}
	if (shown)
		html_table_close(h, &t);
}

static void put_upload(struct html *h, struct visit *v, struct str path, bool described, const struct visitor_form *posted, const struct html_errors *errors)
{
	html_form_open(h, &(struct html_form){ .visit = v, .action = path, .posted = posted, .errors = errors, .files = true, .label = N_("Add a file") });
	html_hidden(h, "part", STR("file"));
	html_file(h, "file", N_("File"), N_("At most 100 MB. What files say of their author, place or device stays in them: take it out before if it is nobody's business."), NULL);
	html_field(h, &(struct html_field){ .name = "title", .label = N_("Title"), .hint = N_("Empty: the name of the file."), .most = 300 });
	if (described)
		html_field(h, &(struct html_field){ .name = "description", .label = N_("Description"), .most = 1000 });
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .label = N_("Add the file") });
	html_buttons_close(h);
	html_form_close(h);
}

static void put_not_published(struct html *h)
{
	html_empty(h, N_("Not published yet"), N_("Files can be added once the dataset is published."), NULL);
}

/* --- the picture ---------------------------------------------------------------------------------------------------- */

static void put_picture(struct html *h, struct visit *v, const struct config *c, struct str path, const struct visitor_form *posted, const struct html_errors *errors)
{
	const struct dataset *d = catalog_find_or_null(v->at.view, c->slug);
	const struct dataset_file *f = d ? dataset_picture_or_null(d) : NULL;
	bool may = back_dataset_may(v, c, CONFIG_EDIT);
	html_panel_open(h, "thumbnail", N_("Picture"), N_("Shown on the dataset's card in the catalogue and where links to it are shared, cut to three by two."));
	if (!d) {
		put_not_published(h);
	} else if (f) {
		html_lit(h, "<img class=\"dataset-picture\" src=\"");
		html_url(h, arena_printf(v->arena, "/explore/dataset/%.*s/picture?v=%.*s", STR_ARG(c->slug), STR_ARG(str_sub(f->hash, 0, 12))));
		html_lit(h, "\" alt=\"");
		html_text(h, f->description);
		html_lit(h, "\">");
	}
	if (d && f && may) {
		html_form_open(h, &(struct html_form){ .visit = v, .plain = true, .action = path });
		html_hidden(h, "remove", f->id);
		html_button(h, &(struct html_button){ .weight = HTML_PLAIN, .small = true, .label = N_("Remove the picture") });
		html_form_close(h);
	}
	if (d && may) {
		html_form_open(h, &(struct html_form){ .visit = v, .action = path, .posted = posted, .errors = errors, .files = true });
		html_hidden(h, "part", STR("picture"));
		html_file(h, "picture", N_("Picture"), N_("PNG, JPEG, GIF or WebP, at least 600 pixels wide. A new one takes the place of the old one."), "image/png,image/jpeg,image/gif,image/webp");
		html_field(h, &(struct html_field){ .name = "description", .label = N_("What it shows, in a few words"), .hint = N_("For readers who do not see it; empty when it is only decoration."), .most = 300,
			.value = f ? f->description : STR("") });
		html_buttons_open(h);
		html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Use this picture") });
		html_buttons_close(h);
		html_form_close(h);
	}
	html_panel_close(h);
}

/* --- attachments ----------------------------------------------------------------------------------------------------- */

static bool run_attachments(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct config c;
	struct visitor_form form = { 0 };
	struct html_errors errors = { 0 }, none = { 0 };
	bool taken;
	if (!back_dataset_enter(app, r, p, CONFIG_READ, &v, &c, e))
		return back_answered(p, e);
	if (!back_form_taken(&v, &form, &errors, &taken, e))
		return false;
	struct str path = arena_join(v.arena, back_dataset_path(&v, &c, DATASET_TAB_INFORMATION), STR("files/"));
	if (taken && obey(&v, &c, &form, CATALOG_ATTACHMENT, &errors, e))
		return back_done(&v, path, "saved-now", e);
	if (taken && !errors.n)
		return false;
	auto_page page = { .visit = &v };
	if (!back_dataset_open(&page, &c, DATASET_TAB_INFORMATION, e))
		return false;
	struct html *h = &page.h;
	back_put_information_tabs(h, &v, &c, STR("files"));
	bool picture = str_eq(visitor_field(&form, STR("part")), STR("picture"));
	html_panel_open(h, "attachments", N_("Attachments"), N_("Whatever explains the data: a method, a key to codes, a picture. Everybody who sees the dataset can download them."));
	if (c.published)
		put_files(h, &v, &c, CATALOG_ATTACHMENT, path);
	else
		put_not_published(h);
	if (c.published && back_dataset_may(&v, &c, CONFIG_EDIT))
		put_upload(h, &v, path, false, form.n && !picture ? &form : NULL, picture ? &none : &errors);
	html_panel_close(h);
	put_picture(h, &v, &c, path, picture ? &form : NULL, picture ? &errors : &none);
	return view_close(&page, e);
}

const struct httpd_route back_dataset_attachments = { .method = HTTPD_GET, .pattern = "/backoffice/datasets/{uid}/information/files/", .run = run_attachments };
const struct httpd_route back_dataset_attachments_post = { .method = HTTPD_POST, .pattern = "/backoffice/datasets/{uid}/information/files/", .flags = HTTPD_SPILLS, .body_max = FILE_BYTES, .run = run_attachments };

/* --- exports ------------------------------------------------------------------------------------------------------------ */

static struct str code_of(struct str text)
{
	return str_starts(str_trim(text), STR("EPSG:")) ? str_from(str_trim(text), 5) : str_trim(text);
}

static bool save_order(struct visit *v, struct config *c, struct back_metas *m, const struct visitor_form *f, struct html_errors *errors, struct err *e)
{
	struct str set = STR("visualization"), none = STR(""), field = visitor_field(f, STR("field")), direction = visitor_field(f, STR("direction")), part;
	auto_buf codes = BUF_INIT(4000);
	int64_t n;
	for (struct str rest = visitor_field(f, STR("epsg")); rest.n && str_cut(&rest, ',', &part);) {
		struct str code = code_of(part);
		if (!code.n)
			continue;
		if (!str_to_int(code, &n) || n < 1000 || n > 999999)
			html_complain(errors, v->lang, "epsg", N_("Codes are numbers of four to six digits, such as 2154."));
		buf_put(&codes, codes.n ? STR(",") : STR(""));
		buf_put(&codes, code);
	}
	if (errors->n) {
		back_refused(v);
		return false;
	}
	back_metas_set(m, set, STR("export_default_sort_field"), none, field.n ? back_json_text(v->arena, field) : none);
	back_metas_set(m, set, STR("export_default_sort_direction"), none, field.n && direction.n ? back_json_text(v->arena, direction) : none);
	back_metas_set(m, set, STR("export_epsg"), none, back_json_list(v->arena, buf_str(&codes), ','));
	return back_dataset_save(v, c, STR("metadata/visualization"), back_metas_template(m, set), f, errors, e);
}

static void put_order(struct html *h, struct view_page *page, struct config *c, const struct back_metas *m, const struct visitor_form *posted, const struct html_errors *errors)
{
	static const struct html_option ways[] = { { .value = { "asc", 3 }, .message = N_("Smallest first") }, { .value = { "desc", 4 }, .message = N_("Largest first") } };
	struct visit *v = page->visit;
	struct back_field *fields;
	struct str set = STR("visualization"), none = STR("");
	size_t all = back_dataset_fields(v, c, &fields), n = 0;
	struct html_option *options = arena_array(v->arena, struct html_option, all + 1);
	options[n++] = (struct html_option){ .message = N_("As in the source") };
	for (size_t i = 0; i < all; i++)
		if (fields[i].type != VALUE_SHAPE && fields[i].type != VALUE_POINT)
			options[n++] = (struct html_option){ .value = fields[i].name, .text = fields[i].label.n ? fields[i].label : fields[i].name };
	html_panel_open(h, "order", N_("Exports"), NULL);
	html_form_open(h, &(struct html_form){ .visit = v, .posted = posted, .errors = errors });
	back_dataset_base(h, v, c, STR("metadata/visualization"));
	html_hidden(h, "part", STR("order"));
	html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = "field", .label = N_("Sorted by"), .options = options, .noptions = n, .value = back_metas_text(m, set, STR("export_default_sort_field"), none) });
	html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = "direction", .label = N_("Direction"), .options = ways, .noptions = 2, .value = back_metas_text(m, set, STR("export_default_sort_direction"), none) });
	html_field(h, &(struct html_field){ .name = "epsg", .label = N_("Coordinate systems besides the usual ones"), .value = back_metas_text(m, set, STR("export_epsg"), none), .code = true,
		.hint = N_("EPSG codes with commas between them: 2154 (Lambert 93), 3035 (Europe), 31370 (Lambert 72).") });
	back_dataset_buttons(page, c, errors);
	html_form_close(h);
	html_panel_close(h);
}

static void put_link(struct html *h, struct visit *v, struct str path, const struct visitor_form *posted, const struct html_errors *errors)
{
	html_form_open(h, &(struct html_form){ .visit = v, .action = path, .posted = posted, .errors = errors, .label = N_("Add an address") });
	html_hidden(h, "part", STR("link"));
	html_field(h, &(struct html_field){ .name = "url", .label = N_("Address"), .code = true });
	html_field(h, &(struct html_field){ .name = "title", .label = N_("Title"), .most = 300 });
	html_field(h, &(struct html_field){ .name = "description", .label = N_("Description"), .most = 1000 });
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Add the address") });
	html_buttons_close(h);
	html_form_close(h);
}

static bool run_export(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct config c;
	struct visitor_form form = { 0 };
	struct html_errors errors = { 0 }, none = { 0 };
	struct back_metas m;
	bool taken;
	if (!back_dataset_enter(app, r, p, CONFIG_READ, &v, &c, e))
		return back_answered(p, e);
	if (!back_form_taken(&v, &form, &errors, &taken, e))
		return false;
	struct str path = back_dataset_path(&v, &c, DATASET_TAB_EXPORT), what = visitor_field(&form, STR("part"));
	bool order = str_eq(what, STR("order")), link = str_eq(what, STR("link")), posted = form.n > 0;
	back_metas_read(&m, v.arena, json_get(c.doc, "metadata"));
	if (taken && order && save_order(&v, &c, &m, &form, &errors, e))
		return back_done(&v, path, back_dataset_said(&errors), e);
	if (taken && !order && obey(&v, &c, &form, CATALOG_ALTERNATIVE, &errors, e))
		return back_done(&v, path, "saved-now", e);
	if (taken && !errors.n)
		return false;
	auto_page page = { .visit = &v };
	if (!back_dataset_open(&page, &c, DATASET_TAB_EXPORT, e))
		return false;
	struct html *h = &page.h;
	put_order(h, &page, &c, &m, posted && order ? &form : NULL, order ? &errors : &none);
	html_panel_open(h, "alternatives", N_("Exports made by hand"), N_("Listed beside the usual formats: for huge datasets, or formats the portal does not make. Whoever sees only part of the data is not offered them."));
	if (!c.published)
		put_not_published(h);
	else
		put_files(h, &v, &c, CATALOG_ALTERNATIVE, path);
	if (c.published && back_dataset_may(&v, &c, CONFIG_EDIT)) {
		bool file = posted && !order && !link;
		put_upload(h, &v, path, true, file ? &form : NULL, file ? &errors : &none);
		put_link(h, &v, path, posted && link ? &form : NULL, link ? &errors : &none);
	}
	html_panel_close(h);
	return view_close(&page, e);
}

const struct httpd_route back_dataset_export = { .method = HTTPD_GET, .pattern = "/backoffice/datasets/{uid}/export/", .run = run_export };
const struct httpd_route back_dataset_export_post = { .method = HTTPD_POST, .pattern = "/backoffice/datasets/{uid}/export/", .flags = HTTPD_SPILLS, .body_max = FILE_BYTES, .run = run_export };
