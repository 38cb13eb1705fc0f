/* The policy as a PDF: what its head, its foot and its properties say. */
#include "policy/policy.h"

#include "pdf/pdf.h"

bool policy_write_pdf(const struct policy_ask *ask, const struct policy_pdf_facts *f, struct buf *out, size_t *missing, struct err *e)
{
	auto_arena a = ARENA_INIT;
	const struct registry *g = ask->registry;
	struct policy_ask paper = *ask;
	paper.reader_or_null = NULL;
	struct doc *d = policy_doc(&a, &paper);
	struct str name = i18n_text(ask->lang, N_("Cookies policy"));
	d->title = arena_printf(&a, "%.*s \u2013 %.*s", STR_ARG(name), STR_ARG(g->host));
	struct pdf_report report;
	const struct pdf_facts facts = {
		.author = g->controller,
		.subject = name,
		.identity = arena_printf(&a, "%.*s %lld %.*s %.*s", STR_ARG(g->host), (long long)g->version, STR_ARG(ask->lang_code),
		                         STR_ARG(g->hash)),
		.made = g->effective,
		.origin = g->origin,
		.footer = arena_printf(&a, "%.*s \u2013 %.*s \u2013 v%lld", STR_ARG(g->origin), STR_ARG(name), (long long)g->version),
		.page_of = i18n_text(ask->lang, N_("Page {0} of {1}")),
		.accent = f->accent,
	};
	if (!pdf_write(d, &facts, out, &report, e))
		return false;
	*missing = report.missing;
	return true;
}
