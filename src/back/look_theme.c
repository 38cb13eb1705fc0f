/* Colours, measures and letters of the draft, beside a preview of the portal drawn with them. A colour that is left empty is made of the
 * others, so that one is enough; what is chosen has to be readable before it goes live, and the numbers say whether it is. */
#include "back/look.h"

#include "json/json.h"

static const char *const scheme_words[LOOK_SCHEMES] = { "light", "dark" };

/* --- reading ------------------------------------------------------------------------------------------------- */

static void take_colours(struct visit *v, const struct visitor_form *f, struct look_theme *t, struct html_errors *errors)
{
	for (int s = 0; s < LOOK_SCHEMES; s++)
		for (int i = 0; i < LOOK_COLOURS; i++) {
			struct str name = arena_printf(v->arena, "%s.%s", scheme_words[s], look_colour_rows[i].word);
			struct str value = str_trim(visitor_field(f, name));
			t->given[s][i] = value.n > 0 && look_colour_parse(value, &t->colour[s][i]);
			if (value.n && !t->given[s][i])
				html_complain(errors, v->lang, name.p, N_("A colour is # and six digits, such as #1f5a7a; empty: made of the others."));
		}
}

static bool take_number(const struct visitor_form *f, struct str name, int least, int most, int otherwise, int *out)
{
	int64_t n;
	struct str value = str_trim(visitor_field(f, name));
	if (!value.n) {
		*out = otherwise;
		return true;
	}
	if (!str_to_int(value, &n) || n < least || n > most)
		return false;
	*out = (int)n;
	return true;
}

static void take(struct visit *v, const struct visitor_form *f, struct look_theme *t, struct html_errors *errors)
{
	take_colours(v, f, t, errors);
	if (!take_number(f, STR("width"), LOOK_WIDTH_LEAST, LOOK_WIDTH_MOST, 0, &t->width))
		html_complain(errors, v->lang, "width", N_("The width must be a whole number from 40 to 160."));
	if (!take_number(f, STR("radius"), 0, LOOK_RADIUS_MOST, -1, &t->radius))
		html_complain(errors, v->lang, "radius", N_("The radius must be a whole number from 0 to 24."));
	for (int i = 0; look_density_words[i]; i++)
		if (str_eq(visitor_field(f, STR("density")), str_of(look_density_words[i])))
			t->density = (enum look_density)i;
	t->text_font = visitor_field(f, STR("text_font"));
	t->title_font = visitor_field(f, STR("title_font"));
}

/* --- showing -------------------------------------------------------------------------------------------------- */

static void put_box(struct html *h, struct visit *v, enum look_scheme s, int role, const struct look *draft, const struct visitor_form *posted)
{
	struct str name = arena_printf(v->arena, "%s.%s", scheme_words[s], look_colour_rows[role].word);
	struct str made = back_colour(v->arena, draft->palette[s].colour[role]);
	struct str value = draft->theme.given[s][role] ? back_colour(v->arena, draft->theme.colour[s][role]) : STR("");
	html_stood(h, name, value);
	if (posted)
		value = visitor_field(posted, name);
	html_lit(h, "<stoa-colour data-made=\"");
	html_text(h, made);
	html_lit(h, "\"><svg class=\"swatch\" viewBox=\"0 0 2 2\" aria-hidden=\"true\" focusable=\"false\"><rect width=\"2\" height=\"2\" fill=\"");
	html_text(h, made);
	html_lit(h, "\"/></svg><input class=\"box mono\" type=\"text\" size=\"8\" maxlength=\"7\" spellcheck=\"false\" autocomplete=\"off\" dir=\"ltr\" name=\"");
	html_text(h, name);
	html_lit(h, "\" id=\"f-");
	html_text(h, name);
	html_lit(h, "\" placeholder=\"");
	html_text(h, made);
	html_lit(h, "\" value=\"");
	html_text(h, value);
	html_lit(h, "\" aria-label=\"");
	html_say(h, look_colour_rows[role].title);
	html_lit(h, ", ");
	html_say(h, s == LOOK_LIGHT ? N_("light") : N_("dark"));
	html_lit(h, "\"></stoa-colour>");
}

static void put_colours(struct html *h, struct visit *v, const struct look *draft, const struct visitor_form *posted)
{
	static const struct html_column columns[] = { { .title = N_("Colour of"), .main = true }, { .title = N_("Light") }, { .title = N_("Dark") } };
	struct html_table table = { .caption = N_("Colours"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	html_panel_open(h, "colours", N_("Colours"), N_("Leave a colour empty and it is made of the others: the highlight alone is enough, and dark follows light."));
	html_table_open(h, &table);
	for (int i = 0; i < LOOK_COLOURS; i++) {
		html_row_open(h, &table);
		html_cell_open(h, &table);
		html_say(h, look_colour_rows[i].title);
		html_cell_close(h, &table);
		for (int s = 0; s < LOOK_SCHEMES; s++) {
			html_cell_open(h, &table);
			put_box(h, v, (enum look_scheme)s, i, draft, posted);
			html_cell_close(h, &table);
		}
		html_row_close(h, &table);
	}
	html_table_close(h, &table);
	html_panel_close(h);
}

static struct str ratio(struct arena *a, double contrast) { return arena_printf(a, "%.2f", contrast); }

static void put_contrast(struct html *h, struct visit *v, const struct look *draft)
{
	static const struct html_column columns[] = { { .title = N_("Read on one another"), .main = true }, { .title = N_("Light"), .number = true },
		{ .title = N_("Dark"), .number = true }, { .title = N_("At least"), .number = true } };
	struct html_table table = { .caption = N_("Contrast"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	struct look_pair pairs[LOOK_SCHEMES][LOOK_PAIRS];
	size_t n = 0;
	for (int s = 0; s < LOOK_SCHEMES; s++)
		n = look_pairs(&draft->palette[s], pairs[s]);
	html_panel_open(h, "contrast", N_("Contrast"), N_("What falls short (WCAG AA) cannot go live: people with weak eyes, and everybody in the sun, could not read it."));
	html_table_open(h, &table);
	for (size_t i = 0; i < n; i++) {
		html_row_open(h, &table);
		html_cell_open(h, &table);
		html_say(h, pairs[0][i].title);
		html_cell_close(h, &table);
		for (int s = 0; s < LOOK_SCHEMES; s++) {
			const struct look_pair *one = &pairs[s][i];
			html_cell_open(h, &table);
			html_lit(h, "<span class=\"pair\" data-pair=\"");
			html_text(h, arena_printf(v->arena, "%s.%zu", scheme_words[s], i));
			if (one->ok)
				html_lit(h, "\" data-ok=\"yes\">");
			else
				html_lit(h, "\" data-ok=\"no\">");
			back_put_sample(h, draft->palette[s].colour[one->front], draft->palette[s].colour[one->back]);
			html_lit(h, "<span class=\"ratio\">");
			html_text(h, ratio(v->arena, one->is));
			html_lit(h, "</span><strong class=\"short\">");
			html_say(h, N_("too weak"));
			html_lit(h, "</strong></span>");
			html_cell_close(h, &table);
		}
		html_cell_text(h, &table, ratio(v->arena, pairs[0][i].least));
		html_row_close(h, &table);
	}
	html_table_close(h, &table);
	html_panel_close(h);
}

static void put_fonts(struct html *h, const char *name, const char *label, struct str value, const struct look_file *files, size_t n, struct arena *a)
{
	struct html_option *options = arena_array(a, struct html_option, n + 16);
	size_t k = 0;
	options[k++] = (struct html_option){ .value = STR(""), .message = N_("As the house has it") };
	for (const struct look_font_row *r = look_font_rows; r->word; r++)
		options[k++] = (struct html_option){ .value = str_of(r->word), .message = r->title };
	for (size_t i = 0; i < n; i++)
		if (files[i].is_font)
			options[k++] = (struct html_option){ .value = arena_join(a, STR("file:"), files[i].name), .text = files[i].name };
	html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = name, .label = label, .options = options, .noptions = k, .value = value });
}

static bool put_measures(struct html *h, struct visit *v, const struct look *draft, struct err *e)
{
	static const struct html_option densities[] = {
		{ .value = { "roomy", 5 }, .message = N_("Roomy") }, { .value = { "normal", 6 }, .message = N_("Normal") }, { .value = { "dense", 5 }, .message = N_("Dense") } };
	const struct look_theme *t = &draft->theme;
	struct look_file *files;
	size_t n;
	if (!look_files(v->at.site->looks, v->at.tenant->id, v->arena, &files, &n, e))
		return false;
	html_panel_open(h, "measures", N_("Letters and measures"), NULL);
	put_fonts(h, "text_font", N_("Letters of text"), t->text_font, files, n, v->arena);
	put_fonts(h, "title_font", N_("Letters of titles"), t->title_font, files, n, v->arena);
	html_choice(h, &(struct html_choice){ .kind = HTML_RADIOS, .name = "density", .label = N_("Space in tables and boxes"), .options = densities,
		.noptions = COUNT_OF(densities), .value = str_of(look_density_words[t->density]), .columns = true });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_NUMBER, .name = "width", .label = N_("Greatest width of pages"), .hint = N_("In widths of a letter, 40 to 160; empty: 82."),
		.value = t->width ? arena_printf(v->arena, "%d", t->width) : STR("") });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_NUMBER, .name = "radius", .label = N_("Radius of corners"), .hint = N_("0 to 24; empty: 4."), .unit = N_("pixels"),
		.value = t->radius >= 0 ? arena_printf(v->arena, "%d", t->radius) : STR("") });
	html_panel_close(h);
	return true;
}

static bool put_page(struct visit *v, const struct look *draft, const struct visitor_form *posted, const struct html_errors *errors, struct err *e)
{
	auto_page page = back_page(v, N_("Look and feel"), "/backoffice/look/");
	view_office_open(&page, VIEW_OFFICE_LOOK);
	struct html *h = &page.h;
	html_heading_open(h, page.title, N_("How the portal looks. What you change is a draft that only you and your colleagues see, until it goes live."));
	html_heading_close(h);
	back_said(&page, v->request);
	back_put_look_tabs(h, LOOK_TAB_THEME);
	back_put_draft_bar(&page, draft);
	html_lit(h, "<stoa-look class=\"look-editor\" data-sheet=\"/backoffice/look/sheet/\"><div class=\"look-form\">");
	html_form_open(h, &(struct html_form){ .visit = v, .posted = posted, .errors = errors, .id = "look" });
	put_colours(h, v, draft, posted);
	if (!put_measures(h, v, draft, e))
		return false;
	html_lit(h, "<div class=\"form-end\">");
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = HTML_PRIMARY, .label = N_("Save the draft") });
	html_buttons_close(h);
	html_lit(h, "</div>");
	html_form_close(h);
	html_lit(h, "</div><div class=\"look-side\"><div class=\"look-frame\"><iframe src=\"/explore/?stage_theme=true\" title=\"");
	html_say(h, N_("Preview of the draft"));
	html_lit(h, "\"></iframe></div>");
	put_contrast(h, v, draft);
	html_lit(h, "</div></stoa-look>");
	return view_close(&page, e);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form;
	struct html_errors errors = { 0 };
	bool taken;
	const struct look *draft;
	if (!back_enter(app, r, p, VIEW_OFFICE_LOOK, 0, &v, e))
		return back_answered(p, e);
	if (!back_form_taken(&v, &form, &errors, &taken, e) || !back_hold_draft(&v, &draft, e))
		return false;
	bool ok = true;
	bool shown = !taken;
	if (taken) {
		struct look_theme theme = draft->theme;
		take(&v, &form, &theme, &errors);
		if (errors.n) {
			shown = true;
		} else if (look_save_draft(v.at.site->looks, v.at.tenant, &theme, e)) {
			ok = back_done(&v, STR("/backoffice/look/"), "draft", e);
		} else {
			ok = shown = !back_complain(&v, &errors, "", e);
		}
	}
	if (errors.n)
		back_refused(&v);
	if (shown)
		ok = put_page(&v, draft, v.request->method == HTTPD_POST ? &form : NULL, errors.n ? &errors : NULL, e);
	look_release(v.at.site->looks, draft);
	return ok;
}

/* --- as it would be ---------------------------------------------------------------------------------------------- */

static void put_pairs(struct json_out *j, struct visit *v, const struct look_palette *p, enum look_scheme s)
{
	struct look_pair pairs[LOOK_PAIRS];
	size_t n = look_pairs(p, pairs);
	for (size_t i = 0; i < n; i++) {
		json_open(j, '{');
		json_member(j, "pair", arena_printf(v->arena, "%s.%zu", scheme_words[s], i));
		json_member(j, "ratio", ratio(v->arena, pairs[i].is));
		json_member_bool(j, "ok", pairs[i].ok);
		json_member(j, "front", back_colour(v->arena, p->colour[pairs[i].front]));
		json_member(j, "back", back_colour(v->arena, p->colour[pairs[i].back]));
		json_close(j, '}');
	}
}

/* The stylesheet and the contrasts of what is in the form, without keeping anything: for the preview while somebody chooses. */
static bool run_sheet(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form;
	struct html_errors errors = { 0 };
	const struct look *draft;
	if (!back_enter(app, r, p, VIEW_OFFICE_LOOK, 0, &v, e))
		return back_answered(p, e);
	/* Nothing is written: how the form stood does not matter. */
	if (!visitor_form(&v, VISITOR_TOKEN, &form, e) || !back_hold_draft(&v, &draft, e))
		return false;
	struct look_theme theme = draft->theme;
	take(&v, &form, &theme, &errors);
	look_release(v.at.site->looks, draft);
	if (!look_hold_theme(v.at.site->looks, v.at.tenant, &theme, &draft, e))
		return false;
	auto_buf b = BUF_INIT(1 << 20);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_member(&j, "css", draft->stylesheet);
	json_key(&j, STR("made"));
	json_open(&j, '{');
	for (int s = 0; s < LOOK_SCHEMES; s++)
		for (int i = 0; i < LOOK_COLOURS; i++) {
			json_key(&j, arena_printf(v.arena, "%s.%s", scheme_words[s], look_colour_rows[i].word));
			json_put(&j, back_colour(v.arena, draft->palette[s].colour[i]));
		}
	json_close(&j, '}');
	json_key(&j, STR("pairs"));
	json_open(&j, '[');
	for (int s = 0; s < LOOK_SCHEMES; s++)
		put_pairs(&j, &v, &draft->palette[s], (enum look_scheme)s);
	json_close(&j, ']');
	json_close(&j, '}');
	look_release(v.at.site->looks, draft);
	httpd_reply_type(p, STR("application/json"));
	httpd_reply_take(p, &b);
	return true;
}

BACK_PAGE(look, "/backoffice/look/", run);
const struct httpd_route back_look_sheet = { .method = HTTPD_POST, .pattern = "/backoffice/look/sheet/", .body_max = 64 * 1024, .run = run_sheet };
