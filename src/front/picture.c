/* The picture a publisher gave a dataset: cards show it, link previews and the API name it. It was drawn anew when it came, so it is a
 * picture and nothing else. Whoever sees the dataset sees it. */
#include "front/inside.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct str front_picture_url(const struct visit *v, const struct dataset *d)
{
	const struct dataset_file *f = dataset_picture_or_null(d);
	return f ? arena_printf(v->arena, "/explore/dataset/%.*s/picture?v=%.*s", STR_ARG(d->slug), STR_ARG(str_sub(f->hash, 0, 12))) : STR("");
}

bool front_put_picture(struct html *h, const struct visit *v, const struct dataset *d)
{
	const struct dataset_file *f = dataset_picture_or_null(d);
	if (!f)
		return false;
	html_lit(h, "<img class=\"dataset-picture\" loading=\"lazy\" decoding=\"async\" src=\"");
	html_url(h, front_picture_url(v, d));
	html_lit(h, "\" alt=\"");
	html_text(h, f->description);
	html_lit(h, "\" width=\"");
	html_int(h, f->width);
	html_lit(h, "\" height=\"");
	html_int(h, f->height);
	html_lit(h, "\">");
	return true;
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_with(front_dataset_leave) struct front_dataset d = { 0 };
	struct stat s;
	if (!front_dataset_enter(&d, app, r, p, r->holes[0], e))
		return false;
	const struct dataset_file *f = dataset_picture_or_null(d.dataset);
	if (!f)
		return err_set(e, ERR_NOT_FOUND, "This dataset has no picture.");
	struct visit *v = &d.visit;
	struct str path = catalog_file_path(d.site->catalog, v->arena, v->at.tenant->id, f->hash);
	const struct str *wanted = httpd_query_or_null(r, STR("v"));
	httpd_reply_type(p, f->mime);
	httpd_reply_etag(p, f->hash);
	httpd_reply_lit(p, "Cross-Origin-Resource-Policy", "cross-origin");
	httpd_reply_csp(p, STR("default-src 'none'; sandbox"));
	if (d.dataset->restricted || !visitor_is_nobody(v))
		httpd_reply_cache_control(p, STR("private, max-age=300"));
	else
		httpd_reply_cache_control(p, wanted ? STR("public, max-age=31536000, immutable") : STR("public, max-age=300"));
	if (httpd_reply_is_fresh(r, f->hash))
		return true;
	int fd = open(path.p, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_os(e, "open a picture of a dataset");
	if (fstat(fd, &s) != 0) {
		close(fd);
		return err_os(e, "stat of a picture of a dataset");
	}
	httpd_reply_file(p, fd, s.st_size);
	return true;
}

const struct httpd_route front_dataset_picture = { .method = HTTPD_GET, .pattern = "/explore/dataset/{dataset}/picture", .run = run };
