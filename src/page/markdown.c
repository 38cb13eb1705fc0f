/* Markdown to HTML: the door to cmark-gfm. Its extensions keep tables that every reading changes, so one is read at a time. */
#include "page/inside.h"
#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>
#include <stdlib.h>

bool page_markdown(struct pages *ps, struct str markdown, struct buf *out, struct err *e)
{
	static const char *const extensions[] = { "table", "strikethrough", "autolink" };
	/* Markup is cleaned by whoever shows it; left out here it would take its fallback content along. */
	int options = CMARK_OPT_UNSAFE | CMARK_OPT_VALIDATE_UTF8 | CMARK_OPT_STRIKETHROUGH_DOUBLE_TILDE;
	if (markdown.n > PAGE_DOC_BYTES)
		return err_set(e, ERR_TOO_LARGE, "a page can have %d bytes", (int)PAGE_DOC_BYTES);
	lock_take(&ps->markdown);
	cmark_gfm_core_extensions_ensure_registered();
	cmark_parser *parser = cmark_parser_new(options);
	ensure(parser != NULL);
	for (size_t i = 0; i < COUNT_OF(extensions); i++) {
		cmark_syntax_extension *x = cmark_find_syntax_extension(extensions[i]);
		ensure(x && cmark_parser_attach_syntax_extension(parser, x));
	}
	cmark_parser_feed(parser, markdown.p ? markdown.p : "", markdown.n);
	cmark_node *root = cmark_parser_finish(parser);
	char *html = cmark_render_html(root, options, cmark_parser_get_syntax_extensions(parser));
	cmark_node_free(root);
	cmark_parser_free(parser);
	lock_give(&ps->markdown);
	ensure(html != NULL);
	buf_put(out, str_of(html));
	free(html);
	return !out->over || err_set(e, ERR_TOO_LARGE, "this text is too long to be shown");
}
