/* What fields came and changed between two versions of a dataset. A field that is gone today is not named, as it may have been
 * taken out because it should not have been published: it is counted, for those who see every field. */
#include "front/history.h"

static void open_line(struct html *h, bool *begun)
{
	if (!*begun)
		html_lit(h, "<ul>");
	*begun = true;
	html_lit(h, "<li>");
}

static void put_code(struct front_dataset *d, const char *message, struct str a, struct str b, bool *begun)
{
	struct html *h = &d->page.h;
	open_line(h, begun);
	html_say_with(h, message, HTML_ARG_CODE(a), HTML_ARG_CODE(b));
	html_lit(h, "</li>");
}

/* A field that is not in the newer version under its name, with the label and type of one that is new there. */
static ptrdiff_t former(const struct history_version *old, const struct history_version *new_, const struct field *f)
{
	const struct schema *then = old->target.schema;
	for (size_t i = 0; i < then->n; i++) {
		const struct field *o = &then->fields[i];
		if (o->type == f->type && str_eq(o->label, f->label) && !str_eq(o->label, o->name) && schema_find(new_->target.schema, o->name) < 0)
			return (ptrdiff_t)i;
	}
	return -1;
}

static void put_one(struct front_dataset *d, const struct history_version *old, const struct history_version *new_, const struct field *f,
                    size_t *renamed, bool *begun)
{
	const struct schema *then = old->target.schema;
	int at = schema_find(then, f->name);
	if (at < 0) {
		ptrdiff_t was = d->own.target.visible_or_null ? -1 : former(old, new_, f);
		if (was >= 0) {
			(*renamed)++;
			put_code(d, N_("Field {0} is now called {1}"), then->fields[was].name, f->name, begun);
		} else {
			put_code(d, N_("New field {0}"), f->name, STR(""), begun);
		}
		return;
	}
	const struct field *o = &then->fields[at];
	if (o->type != f->type) {
		struct html *h = &d->page.h;
		open_line(h, begun);
		html_say_with(h, N_("Field {0} is now {2} in place of {1}"), HTML_ARG_CODE(f->name), HTML_ARG_CODE(str_of(value_kind(o->type)->word)),
		              HTML_ARG_CODE(str_of(value_kind(f->type)->word)));
		html_lit(h, "</li>");
	}
	if (!str_eq(o->label, f->label)) {
		struct html *h = &d->page.h;
		open_line(h, begun);
		html_say_with(h, N_("Field {0} has another label: {1}"), HTML_ARG_CODE(f->name), HTML_ARG_TEXT(f->label));
		html_lit(h, "</li>");
	}
}

bool history_put_fields(struct front_dataset *d, const struct history_version *old, const struct history_version *new_)
{
	struct html *h = &d->page.h;
	const struct schema *now = new_->target.schema, *then = old->target.schema;
	bool begun = false;
	size_t renamed = 0, gone = 0;
	for (size_t i = 0; i < now->n; i++)
		if (history_sees(new_, i))
			put_one(d, old, new_, &now->fields[i], &renamed, &begun);
	for (size_t i = 0; !d->own.target.visible_or_null && i < then->n; i++)
		gone += schema_find(now, then->fields[i].name) < 0;
	if (gone > renamed) {
		open_line(h, &begun);
		html_say_plural(h, N2_("{0} field was taken out", "{0} fields were taken out"), (int64_t)(gone - renamed));
		html_lit(h, "</li>");
	}
	if (begun)
		html_lit(h, "</ul>");
	return begun;
}
