/* Permissions as boxes of a form. Nobody gives what they do not have, and nobody takes away what they could not give: boxes
 * for those are shown, but cannot be changed, and what is posted for them is not looked at. */
#include "back/inside.h"

static const struct family { const char *word, *title; } families[] = {
	{ "workspace", N_("Portal") },
	{ "catalogue", N_("Catalogue") },
	{ "pages", N_("Pages") },
	{ "analytics", N_("Audience") },
	{ "reuses", N_("Reuses") },
	{ "forms", N_("Forms") },
	{ "external", N_("External assets and glossary") },
};

static uint64_t mine(const struct visit *v)
{
	uint64_t bits = 0;
	for (unsigned i = 0; i < ACCOUNT_PERMISSIONS; i++)
		if (rights_may(&v->who, (enum account_permission)i))
			bits |= ACCOUNT_BIT(i);
	return bits;
}

static void put_family(struct html *h, const struct family *f, uint64_t bits, uint64_t may)
{
	struct html_option options[ACCOUNT_PERMISSIONS];
	size_t n = 0;
	char name[32];
	struct buf b = { .p = name, .cap = sizeof name, .max = sizeof name };
	buf_printf(&b, "may.%s", f->word);
	buf_put_char(&b, 0);
	for (unsigned i = 0; i < ACCOUNT_PERMISSIONS; i++) {
		const struct account_permission_row *row = account_permission_row((enum account_permission)i);
		if (!str_eq(str_of(row->family), str_of(f->word)))
			continue;
		options[n++] = (struct html_option){ .value = str_of(row->name), .message = row->sentence,
			.on = (bits & ACCOUNT_BIT(i)) != 0, .disabled = !(may & ACCOUNT_BIT(i)) };
	}
	if (n)
		html_choice(h, &(struct html_choice){ .kind = HTML_CHECKS, .name = name, .label = f->title, .options = options, .noptions = n,
			.columns = true });
}

void back_put_permissions(struct html *h, const struct visit *v, uint64_t bits)
{
	uint64_t may = mine(v);
	for (size_t i = 0; i < COUNT_OF(families); i++)
		put_family(h, &families[i], bits, may);
}

uint64_t back_read_permissions(const struct visit *v, const struct visitor_form *f, uint64_t former)
{
	uint64_t may = mine(v);
	uint64_t bits = 0;
	for (size_t i = 0; i < f->n; i++) {
		if (!str_starts(f->pairs[i].name, STR("may.")))
			continue;
		for (unsigned k = 0; k < ACCOUNT_PERMISSIONS; k++)
			if (str_eq(f->pairs[i].value, str_of(account_permission_row((enum account_permission)k)->name)))
				bits |= ACCOUNT_BIT(k);
	}
	return (bits & may) | (former & ~may);
}

void back_put_permission_list(struct html *h, uint64_t bits)
{
	if (!bits)
		return;
	html_lit(h, "<ul class=\"plain-list\">");
	for (unsigned i = 0; i < ACCOUNT_PERMISSIONS; i++) {
		if (!(bits & ACCOUNT_BIT(i)))
			continue;
		html_lit(h, "<li>");
		html_say(h, account_permission_row((enum account_permission)i)->sentence);
		html_lit(h, "</li>");
	}
	html_lit(h, "</ul>");
}

bool back_may_change(const struct visit *v, const struct account *a)
{
	return v->who.who.admin || !str_eq(a->role, STR("admin"));
}

struct account_scene back_scene(struct visit *v)
{
	struct site *s = v->at.site;
	return (struct account_scene){ .as = s->accounts, .vault = s->vault, .events = s->events, .mail = s->mail, .tenant = v->at.tenant,
		.origin = v->origin, .lang = v->lang, .client = v->request->client, .by = v->who.account, .arena = v->arena };
}
