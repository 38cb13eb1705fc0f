/* The Content-Security-Policy (EMB-6): a base that names nobody but ourselves, and the origins of the services that are
 * granted and used on the page at hand. */
#include "registry/inside.h"

static void put_origins(struct buf *b, const struct registry_service *const *used, size_t n, enum registry_directive d)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < used[i]->norigins[d]; k++) {
			bool before = false;
			for (size_t x = 0; x <= i && !before; x++)
				for (size_t y = 0; y < (x == i ? k : used[x]->norigins[d]) && !before; y++)
					before = str_eq(used[x]->origins[d][y], used[i]->origins[d][k]);
			if (before)
				continue;
			buf_put_char(b, ' ');
			buf_put(b, used[i]->origins[d][k]);
		}
}

void registry_put_csp(struct buf *b, const struct registry *g, const struct registry_service *const *used, size_t n, bool embed, struct str ancestors)
{
	static const struct { struct str text; enum registry_directive d; } parts[] = {
		{ { "script-src 'self'", 17 }, REGISTRY_SCRIPT }, { { "style-src 'self'", 16 }, REGISTRY_STYLE },
		{ { "img-src 'self' data:", 20 }, REGISTRY_IMG }, { { "font-src 'self'", 15 }, REGISTRY_FONT },
		{ { "connect-src 'self'", 18 }, REGISTRY_CONNECT }, { { "media-src 'self'", 16 }, REGISTRY_MEDIA },
		{ { "frame-src 'self'", 16 }, REGISTRY_FRAME }, { { "worker-src 'self'", 17 }, REGISTRY_WORKER },
	};
	buf_lit(b, "default-src 'none'");
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		buf_lit(b, "; ");
		buf_put(b, parts[i].text);
		put_origins(b, used, n, parts[i].d);
	}
	buf_lit(b, "; manifest-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors ");
	buf_put(b, embed ? (ancestors.n ? ancestors : STR("*")) : STR("'self'"));
	if (!g->development)
		buf_lit(b, "; upgrade-insecure-requests");
	buf_lit(b, "; report-to csp");
}

void registry_put_reporting(struct buf *b, const struct registry *g)
{
	buf_lit(b, "csp=\"");
	buf_put(b, g->origin);
	buf_lit(b, "/csp-report/\"");
}
