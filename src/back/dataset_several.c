/* Several files that came at once: they become one dataset, whose fields the first of them names. The page that checks them says which columns
 * of the others would have no place there, and makes a dataset of each where they do not belong together. */
#include "back/dataset_inside.h"

enum { LOOKED_AT = 10, NAMED = 8, JSON_BYTES = 64 << 20 };

static const struct json_node *list(const struct config *c) { return json_get(c->doc, "resources"); }

static struct str name_of(const struct json_node *one)
{
	struct str name = json_text(json_get(json_get(json_get(one, "datasource"), "file"), "filename"));
	return name.n ? name : json_text(json_get(one, "title"));
}

static bool among(struct str name, const struct str *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq_nocase(names[i], name))
			return true;
	return false;
}

/* What one of them has that the first has not. */
static void put_missing(struct html *h, struct visit *v, const struct back_preview *other, const struct str *first, size_t nfirst)
{
	struct str *names;
	size_t n = back_preview_names(other, v->arena, 0, &names), missing = 0;
	auto_buf b = BUF_INIT(4096);
	if (other->fault.n) {
		html_lit(h, ": ");
		html_reason(h, other->fault);
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (!among(names[i], first, nfirst) && missing++ < NAMED)
			buf_printf(&b, "%s%.*s", b.n ? ", " : "", STR_ARG(names[i]));
	if (!missing)
		return;
	if (missing > NAMED)
		buf_lit(&b, " …");
	html_lit(h, ": <strong>");
	html_say(h, missing == n ? N_("none of its columns is in the first file; its values would be lost") : N_("columns that the first file does not have would be left out"));
	html_lit(h, "</strong> (<bdi>");
	html_text(h, arena_str(v->arena, buf_str(&b)));
	html_lit(h, "</bdi>)");
}

bool dataset_put_several(struct html *h, struct visit *v, const struct config *c, const struct back_preview *first, struct err *e)
{
	struct str *names;
	size_t n = json_count(list(c)), nnames = back_preview_names(first, v->arena, 0, &names);
	if (n < 2)
		return true;
	html_notice_open(h, HTML_INFO);
	html_lit(h, "<p>");
	html_say(h, N_("These files become one dataset, one after the other. The first says which fields there are."));
	html_lit(h, "</p><ol>");
	for (size_t i = 0; i < n; i++) {
		const struct json_node *one = json_at(list(c), i);
		struct back_preview other = { 0 };
		if (i && i < LOOKED_AT && nnames && !back_preview(v, c->dataset, c->doc, json_text(json_get(one, "uid")), false, &other, e))
			return false;
		html_lit(h, "<li><bdi>");
		html_text(h, name_of(one));
		html_lit(h, "</bdi>");
		if (other.root || other.fault.n)
			put_missing(h, v, &other, names, nnames);
		html_lit(h, "</li>");
	}
	html_lit(h, "</ol><p>");
	html_say(h, N_("If they do not belong together, make a dataset of each."));
	html_lit(h, "</p>");
	html_notice_close(h);
	return true;
}

static struct str resources_of(struct arena *a, const struct json_node *one)
{
	auto_buf b = BUF_INIT(JSON_BYTES);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '[');
	json_value(&j);
	json_put_node(&b, one);
	json_close(&j, ']');
	return arena_str(a, buf_str(&b));
}

static bool make(struct visit *v, const struct json_node *one, bool restricted, struct html_errors *errors, struct err *e)
{
	struct process_faults faults = { .arena = v->arena };
	struct config made;
	struct str title = dataset_title_of(v->arena, name_of(one));
	struct str json = arena_printf(v->arena, "{\"resources\":%.*s,\"processors\":[],\"fields\":[],\"metadata\":{\"default\":{\"title\":{\"\":%.*s}}}}",
		STR_ARG(resources_of(v->arena, one)), STR_ARG(back_json_text(v->arena, title)));
	struct config_new wanted = { .tenant = v->at.tenant->id, .who = v->who.account, .caller_or_null = &v->who, .title = title, .json = json, .restricted = restricted, .open = !restricted };
	if (config_create(v->at.site, &wanted, v->arena, &made, &faults, e))
		return true;
	if (faults.list.n) {
		*e = (struct err){ 0 };
		return html_complain_text(errors, STR(""), faults.list.p[0].message);
	}
	return back_complain(v, errors, "", e);
}

bool dataset_part_several(struct visit *v, struct config *c, bool restricted, struct html_errors *errors, struct err *e)
{
	const struct visitor_form none = { 0 }; /* the form was saved already: what it began from has changed by that */
	/* From the last to the first, each taken from the list when it has a dataset of its own: what fails half-way loses nothing. */
	while (json_count(list(c)) > 1) {
		size_t n = json_count(list(c));
		if (!make(v, json_at(list(c), n - 1), restricted, errors, e))
			return false;
		auto_buf b = BUF_INIT(JSON_BYTES);
		struct json_out j = JSON_OUT(&b);
		json_open(&j, '[');
		for (size_t i = 0; i + 1 < n; i++) {
			json_value(&j);
			json_put_node(&b, json_at(list(c), i));
		}
		json_close(&j, ']');
		struct back_put put = { STR("resources"), arena_str(v->arena, buf_str(&b)) };
		if (!back_dataset_save_all(v, c, &put, 1, &none, errors, e))
			return false;
	}
	return true;
}
