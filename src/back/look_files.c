/* Pictures and fonts of the portal: what headers, pages and stylesheets may use. */
#include "back/look.h"

/* More than is kept: who sends too much is told on the form how much it may be. */
enum { UPLOAD_BYTES = 8 * LOOK_PICTURE_BYTES };

static void put_file(struct html *h, struct visit *v, const struct look_file *f)
{
	struct str url = arena_join(v->arena, STR(LOOK_FILES_PATH), f->name);
	html_lit(h, "<li class=\"file\"><div class=\"picture\">");
	if (f->is_font) {
		html_lit(h, "<span aria-hidden=\"true\">Aa</span>");
	} else {
		html_lit(h, "<img loading=\"lazy\" alt=\"\" src=\"");
		html_url(h, arena_printf(v->arena, "%.*s?v=%.*s", STR_ARG(url), STR_ARG(str_sub(f->hash, 0, 12))));
		html_lit(h, "\">");
	}
	html_lit(h, "</div><p class=\"name\"><a href=\"");
	html_url(h, url);
	html_lit(h, "\"><bdi>");
	html_text(h, f->name);
	html_lit(h, "</bdi></a></p><p class=\"facts\">");
	html_bytes(h, f->bytes);
	if (f->width) {
		html_lit(h, " · ");
		html_int(h, f->width);
		html_lit(h, " × ");
		html_int(h, f->height);
	}
	html_lit(h, "</p><p class=\"address\"><code>");
	html_text(h, url);
	html_lit(h, "</code></p>");
	html_form_open(h, &(struct html_form){ .visit = v, .plain = true });
	html_hidden(h, "remove", f->name);
	html_button(h, &(struct html_button){ .weight = HTML_PLAIN, .label = N_("Remove"), .about = f->name, .icon = ICON_TRASH, .with_icon = true, .small = true });
	html_form_close(h);
	html_lit(h, "</li>");
}

static bool show(struct visit *v, const struct visitor_form *posted, const struct html_errors *errors, struct err *e)
{
	struct look_file *files;
	size_t n;
	if (!look_files(v->at.site->looks, v->at.tenant->id, v->arena, &files, &n, e))
		return false;
	auto_page page = back_page(v, N_("Look and feel"), "/backoffice/look/files/");
	view_office_open(&page, VIEW_OFFICE_LOOK);
	struct html *h = &page.h;
	html_heading_open(h, page.title, N_("Pictures and fonts that headers, pages and stylesheets may use. Everybody can read them."));
	html_heading_close(h);
	back_said(&page, v->request);
	back_put_look_tabs(h, LOOK_TAB_FILES);
	html_panel_open(h, "add", N_("Add a file"), NULL);
	html_form_open(h, &(struct html_form){ .visit = v, .posted = posted, .errors = errors, .files = true });
	html_file(h, "file", N_("Picture or font"),
	          N_("PNG, JPEG, GIF, WebP or SVG of at most 2 MB; TTF, OTF, WOFF or WOFF2 of at most 700 kB. Places, names and dates that cameras write into pictures are taken out. A file of the same name is replaced."),
	          ".png,.jpg,.jpeg,.gif,.webp,.svg,.ttf,.otf,.woff,.woff2");
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = HTML_PRIMARY, .label = N_("Add") });
	html_buttons_close(h);
	html_form_close(h);
	html_panel_close(h);
	if (n) {
		html_lit(h, "<ul class=\"files\">");
		for (size_t i = 0; i < n; i++)
			put_file(h, v, &files[i]);
		html_lit(h, "</ul>");
	} else {
		html_empty(h, N_("No file yet"), N_("A logo is a good beginning."), NULL);
	}
	return view_close(&page, e);
}

/* True when something was done, and what. */
static bool act(struct visit *v, const struct visitor_form *f, struct html_errors *errors, const char **said, struct err *e)
{
	struct looks *ls = v->at.site->looks;
	struct str remove = visitor_field(f, STR("remove"));
	struct str kept;
	*said = "removed";
	if (remove.n)
		return look_file_remove(ls, v->at.tenant, remove, e);
	const struct httpd_part *file = visitor_file_or_null(f, STR("file"));
	if (!file)
		return html_complain(errors, v->lang, "file", N_("Choose a file first."));
	*said = "added";
	return look_file_add(ls, v->at.tenant, file->filename, file->bytes, &kept, v->arena, e);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form;
	struct html_errors errors = { 0 };
	bool taken;
	const char *said;
	if (!back_enter(app, r, p, VIEW_OFFICE_LOOK, 0, &v, e))
		return back_answered(p, e);
	if (!back_form_taken(&v, &form, &errors, &taken, e))
		return false;
	if (taken) {
		if (act(&v, &form, &errors, &said, e))
			return back_done(&v, STR("/backoffice/look/files/"), said, e);
		if (!errors.n && e->code == ERR_TOO_LARGE)
			html_complain_text(&errors, STR("file"), arena_str(v.arena, str_of(e->pub)));
		else if (!errors.n && back_complain(&v, &errors, "file", e))
			return false;
		back_refused(&v);
	}
	return show(&v, r->method == HTTPD_POST ? &form : NULL, errors.n ? &errors : NULL, e);
}

const struct httpd_route back_look_files = { .method = HTTPD_GET, .pattern = "/backoffice/look/files/", .run = run };
const struct httpd_route back_look_files_post = { .method = HTTPD_POST, .pattern = "/backoffice/look/files/", .body_max = UPLOAD_BYTES, .run = run };
