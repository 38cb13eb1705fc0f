/* Forms: the frame of one with its token and its list of errors, single fields, the same text in several languages. What was
 * posted comes back in its fields by their names, so that no page has to carry it; passwords never do. Every box has a label
 * of its own, its hint and its error are tied to it. Field "x" of the n-th form has the id "f<n>-x". */
#include "view/inside.h"

bool html_complain_text(struct html_errors *errors, struct str field, struct str text)
{
	for (size_t i = 0; i < errors->n; i++)
		if (str_eq(errors->items[i].field, field))
			return false;
	if (errors->n < HTML_ERRORS)
		errors->items[errors->n++] = (struct html_error){ .field = field, .text = text };
	return false;
}

bool html_complain(struct html_errors *errors, const struct i18n_lang *l, const char *field, const char *message)
{
	return html_complain_text(errors, str_of(field), i18n_text(l, message));
}

void view_put_words(struct html *h, const char *message_or_null, struct str text)
{
	if (message_or_null)
		html_say(h, message_or_null);
	else
		html_text(h, text);
}

void view_put_either(struct html *h, bool first, struct str a, struct str b)
{
	html_put_literal(h, first ? a : b);
}

/* --- the form -------------------------------------------------------------------------------------- */

static void put_id(struct html *h, struct str name, const char *suffix)
{
	html_lit(h, "f");
	html_int(h, h->ids);
	html_lit(h, "-");
	html_text(h, name);
	html_text(h, str_of(suffix));
}

static struct str error_of(const struct html *h, struct str name)
{
	for (size_t i = 0; h->errors && i < h->errors->n; i++)
		if (str_eq(h->errors->items[i].field, name))
			return h->errors->items[i].text;
	return STR("");
}

/* The list at the top of a form that was refused; the page moves the focus there when it is opened. */
static void put_summary(struct html *h)
{
	if (!h->errors || !h->errors->n)
		return;
	html_lit(h, "<div class=\"notice danger summary\" role=\"alert\" tabindex=\"-1\"><div><h2>");
	html_say_plural(h, N2_("Please check one thing", "Please check {0} things"), (int64_t)h->errors->n);
	html_lit(h, "</h2><ul>");
	for (size_t i = 0; i < h->errors->n; i++) {
		const struct html_error *e = &h->errors->items[i];
		html_lit(h, "<li>");
		if (e->field.n) {
			html_lit(h, "<a href=\"#");
			put_id(h, e->field, "");
			html_lit(h, "\">");
		}
		html_reason(h, e->text);
		if (e->field.n)
			html_lit(h, "</a>");
		html_lit(h, "</li>");
	}
	html_lit(h, "</ul>");
	view_stood_put_told(h);
	html_lit(h, "</div></div>");
}

void html_form_open(struct html *h, const struct html_form *f)
{
	h->ids++;
	h->posted = f->posted;
	h->errors = f->errors;
	view_stood_open(h, f);
	html_lit(h, "<form class=\"");
	view_put_either(h, f->plain, STR("plain"), STR("form"));
	if (f->inline_)
		html_lit(h, " inline");
	html_lit(h, "\"");
	if (f->visit)
		html_lit(h, " method=\"post\" novalidate");
	if (f->files)
		html_lit(h, " enctype=\"multipart/form-data\"");
	if (f->action.n) {
		html_lit(h, " action=\"");
		html_url(h, f->action);
		html_lit(h, "\"");
	}
	if (f->id) {
		html_lit(h, " id=\"");
		html_text(h, str_of(f->id));
		html_lit(h, "\"");
	}
	if (f->label) {
		html_lit(h, " aria-label=\"");
		html_say(h, f->label);
		html_lit(h, "\"");
	}
	html_lit(h, ">");
	if (f->visit)
		html_hidden(h, "csrfmiddlewaretoken", visitor_token(f->visit));
	put_summary(h);
}

void html_form_close(struct html *h)
{
	view_stood_close(h);
	html_lit(h, "</form>");
	h->posted = NULL;
	h->errors = NULL;
}

void html_hidden(struct html *h, const char *name, struct str value)
{
	html_lit(h, "<input type=\"hidden\" name=\"");
	html_text(h, str_of(name));
	html_lit(h, "\" value=\"");
	html_text(h, value);
	html_lit(h, "\">");
}

void html_fieldset_open(struct html *h, const char *legend, const char *hint)
{
	html_lit(h, "<fieldset><legend>");
	html_say(h, legend);
	html_lit(h, "</legend>");
	if (!hint)
		return;
	html_lit(h, "<p class=\"hint\">");
	html_say(h, hint);
	html_lit(h, "</p>");
}

void html_fieldset_close(struct html *h)
{
	html_lit(h, "</fieldset>");
}

/* --- what all boxes have ------------------------------------------------------------------------------ */

struct about { /* of one box */
	struct str name;
	const char *label, *hint;
	struct str label_text, hint_text;
	bool required, hide_label;
};

static void put_hint(struct html *h, const struct about *b)
{
	if (!b->hint && !b->hint_text.n)
		return;
	html_lit(h, "<p class=\"hint\" id=\"");
	put_id(h, b->name, "-hint");
	html_lit(h, "\">");
	view_put_words(h, b->hint, b->hint_text);
	html_lit(h, "</p>");
}

static void put_error(struct html *h, const struct about *b)
{
	struct str error = error_of(h, b->name);
	if (!error.n)
		return;
	html_lit(h, "<p class=\"error\" id=\"");
	put_id(h, b->name, "-error");
	html_lit(h, "\">");
	html_icon(h, ICON_WARNING);
	html_lit(h, "<span>");
	html_reason(h, error);
	html_lit(h, "</span></p>");
}

static void put_open(struct html *h, const struct about *b, struct str classes)
{
	html_lit(h, "<div class=\"");
	html_put_literal(h, classes);
	if (error_of(h, b->name).n)
		html_lit(h, " wrong");
	html_lit(h, "\">");
}

static void put_label(struct html *h, const struct about *b)
{
	html_lit(h, "<label for=\"");
	put_id(h, b->name, "");
	view_put_either(h, b->hide_label, STR("\" class=\"visually-hidden\">"), STR("\">"));
	view_put_words(h, b->label, b->label_text);
	html_lit(h, "</label>");
}

/* aria-describedby, aria-invalid, required. */
static void put_ties(struct html *h, const struct about *b)
{
	bool error = error_of(h, b->name).n > 0;
	bool hint = b->hint || b->hint_text.n;
	if (hint || error) {
		html_lit(h, " aria-describedby=\"");
		if (hint)
			put_id(h, b->name, "-hint");
		if (hint && error)
			html_lit(h, " ");
		if (error)
			put_id(h, b->name, "-error");
		html_lit(h, "\"");
	}
	if (error)
		html_lit(h, " aria-invalid=\"true\"");
	if (b->required)
		html_lit(h, " required");
}

/* --- boxes for a text ---------------------------------------------------------------------------------- */

static const struct kind { const char *type, *mode; } kinds[] = {
	[HTML_FIELD_TEXT] = { "text", NULL },
	[HTML_FIELD_EMAIL] = { "email", "email" },
	[HTML_FIELD_PASSWORD] = { "password", NULL },
	[HTML_FIELD_NUMBER] = { "text", "numeric" }, /* a box of type number loses what it cannot read */
	[HTML_FIELD_DATE] = { "date", NULL },
	[HTML_FIELD_TIME] = { "time", NULL },
	[HTML_FIELD_SEARCH] = { "search", NULL },
	[HTML_FIELD_URL] = { "url", "url" },
	[HTML_FIELD_CODE] = { "text", "numeric" },
	[HTML_FIELD_COLOUR] = { "color", NULL },
	[HTML_FIELD_AREA] = { NULL, NULL },
};

static void put_attribute(struct html *h, struct str opening, struct str value)
{
	if (!value.n)
		return;
	html_put_literal(h, opening);
	html_text(h, value);
	html_lit(h, "\"");
}

static void put_attributes(struct html *h, const struct html_field *f, const struct about *b)
{
	html_lit(h, " id=\"");
	put_id(h, b->name, "");
	html_lit(h, "\" name=\"");
	html_text(h, b->name);
	html_lit(h, "\" autocomplete=\"");
	html_text(h, str_of(f->autocomplete ? f->autocomplete : f->kind == HTML_FIELD_CODE ? "one-time-code" : "off"));
	html_lit(h, "\"");
	put_attribute(h, STR(" inputmode=\""), str_of(kinds[f->kind].mode));
	put_attribute(h, STR(" lang=\""), f->lang);
	put_attribute(h, STR(" list=\""), f->list);
	put_attribute(h, STR(" placeholder=\""), f->placeholder ? i18n_text(h->lang, f->placeholder) : STR(""));
	if (f->kind == HTML_FIELD_DATE || f->kind == HTML_FIELD_TIME) {
		put_attribute(h, STR(" min=\""), f->min);
		put_attribute(h, STR(" max=\""), f->max);
	}
	if (f->most) {
		html_lit(h, " maxlength=\"");
		html_int(h, (int64_t)f->most);
		html_lit(h, "\"");
	}
	if (f->readonly)
		html_lit(h, " readonly");
	/* A refused form is opened at its list of errors instead. */
	if (f->autofocus && !(h->errors && h->errors->n))
		html_lit(h, " autofocus");
	if (f->kind == HTML_FIELD_EMAIL || f->kind == HTML_FIELD_URL || f->kind == HTML_FIELD_PASSWORD || f->code)
		html_lit(h, " spellcheck=\"false\" autocapitalize=\"none\"");
	if (f->kind == HTML_FIELD_EMAIL || f->kind == HTML_FIELD_URL || f->code)
		html_lit(h, " dir=\"ltr\"");
	put_ties(h, b);
}

static void put_area(struct html *h, const struct html_field *f, const struct about *b, struct str value)
{
	view_put_either(h, f->code, STR("<textarea class=\"box mono\" rows=\""), STR("<textarea class=\"box\" rows=\""));
	html_int(h, f->rows ? f->rows : 4);
	html_lit(h, "\"");
	put_attributes(h, f, b);
	/* The first line break of a textarea is not content. */
	html_lit(h, ">\n");
	html_text(h, value);
	html_lit(h, "</textarea>");
}

static void put_input(struct html *h, const struct html_field *f, const struct about *b, struct str value)
{
	bool secret = f->kind == HTML_FIELD_PASSWORD;
	if (secret) {
		html_lit(h, "<stoa-reveal class=\"together\" data-show=\"");
		html_say(h, N_("Show"));
		html_lit(h, "\" data-hide=\"");
		html_say(h, N_("Hide"));
		html_lit(h, "\" data-about=\"");
		view_put_words(h, f->label, f->label_text);
		html_lit(h, "\">");
	} else if (f->unit) {
		html_lit(h, "<span class=\"together\">");
	}
	html_lit(h, "<input class=\"box");
	if (f->narrow || f->kind == HTML_FIELD_NUMBER || f->kind == HTML_FIELD_DATE || f->kind == HTML_FIELD_TIME)
		html_lit(h, " narrow");
	if (f->code || f->kind == HTML_FIELD_CODE)
		html_lit(h, " mono");
	html_lit(h, "\" type=\"");
	html_text(h, str_of(kinds[f->kind].type));
	html_lit(h, "\"");
	put_attributes(h, f, b);
	if (!secret)
		put_attribute(h, STR(" value=\""), value);
	html_lit(h, ">");
	if (f->unit) {
		html_lit(h, "<span class=\"unit\">");
		html_say(h, f->unit);
		html_lit(h, "</span>");
	}
	if (secret)
		html_lit(h, "</stoa-reveal>");
	else if (f->unit)
		html_lit(h, "</span>");
}

static void put_field(struct html *h, const struct html_field *f, struct str name)
{
	struct about b = { .name = name, .label = f->label, .hint = f->hint, .label_text = f->label_text,
		           .hint_text = f->hint_text, .required = f->required, .hide_label = f->hide_label };
	struct str value = h->posted ? visitor_field(h->posted, name) : f->value;
	if (f->kind != HTML_FIELD_PASSWORD && !f->readonly)
		html_stood(h, name, f->value);
	put_open(h, &b, STR("field"));
	put_label(h, &b);
	put_hint(h, &b);
	put_error(h, &b);
	if (f->kind == HTML_FIELD_AREA)
		put_area(h, f, &b, value);
	else
		put_input(h, f, &b, value);
	html_lit(h, "</div>");
}

void html_field(struct html *h, const struct html_field *f)
{
	put_field(h, f, str_of(f->name));
}

void html_file(struct html *h, const char *name, const char *label, const char *hint, const char *accept)
{
	struct about b = { .name = str_of(name), .label = label, .hint = hint };
	put_open(h, &b, STR("field"));
	put_label(h, &b);
	put_hint(h, &b);
	put_error(h, &b);
	html_lit(h, "<input class=\"box\" type=\"file\" id=\"");
	put_id(h, b.name, "");
	html_lit(h, "\" name=\"");
	html_text(h, b.name);
	html_lit(h, "\"");
	put_attribute(h, STR(" accept=\""), str_of(accept));
	put_ties(h, &b);
	html_lit(h, "></div>");
}

void html_field_languages(struct html *h, const struct html_field *f, const struct tenant *t, const struct str *values)
{
	html_lit(h, "<fieldset class=\"languages-of\"><legend>");
	view_put_words(h, f->label, f->label_text);
	html_lit(h, "</legend>");
	if (f->hint || f->hint_text.n) {
		html_lit(h, "<p class=\"hint\">");
		view_put_words(h, f->hint, f->hint_text);
		html_lit(h, "</p>");
	}
	for (size_t i = 0; i < t->nlanguages; i++) {
		const struct i18n_lang *l = i18n_lang_or_null(t->languages[i]);
		struct html_field one = *f;
		/* Names of one field, at most a language's code longer than its own: short enough for the stack. */
		auto_buf name = BUF_INIT(256);
		buf_put(&name, str_of(f->name));
		buf_put_char(&name, '.');
		buf_put(&name, t->languages[i]);
		one.label = NULL;
		one.label_text = l ? l->name : t->languages[i];
		one.hint = NULL;
		one.hint_text = STR("");
		one.hide_label = false;
		one.value = values[i];
		one.lang = t->languages[i];
		put_field(h, &one, buf_str(&name));
	}
	html_lit(h, "</fieldset>");
}

/* --- choices --------------------------------------------------------------------------------------------- */

static bool is_posted(const struct visitor_form *f, struct str name, struct str value)
{
	for (size_t i = 0; i < f->n; i++)
		if (str_eq(f->pairs[i].name, name) && str_eq(f->pairs[i].value, value))
			return true;
	return false;
}

static void put_select(struct html *h, const struct html_choice *c, const struct about *b, struct str value)
{
	put_open(h, b, STR("field"));
	put_label(h, b);
	put_hint(h, b);
	put_error(h, b);
	html_lit(h, "<select class=\"box\" id=\"");
	put_id(h, b->name, "");
	html_lit(h, "\" name=\"");
	html_text(h, b->name);
	html_lit(h, "\"");
	put_ties(h, b);
	html_lit(h, ">");
	for (size_t i = 0; i < c->noptions; i++) {
		html_lit(h, "<option value=\"");
		html_text(h, c->options[i].value);
		html_lit(h, "\"");
		if (str_eq(c->options[i].value, value))
			html_lit(h, " selected");
		if (c->options[i].disabled)
			html_lit(h, " disabled");
		html_lit(h, ">");
		view_put_words(h, c->options[i].message, c->options[i].text);
		html_lit(h, "</option>");
	}
	html_lit(h, "</select></div>");
}

static void put_option_id(struct html *h, struct str name, size_t i)
{
	put_id(h, name, "");
	if (i) {
		html_lit(h, "-");
		html_int(h, (int64_t)i);
	}
}

/* One radio or checkbox of several; the first has the id that the list of errors links to. */
static void put_option(struct html *h, const struct html_choice *c, const struct about *b, size_t i, bool on)
{
	const struct html_option *o = &c->options[i];
	bool hint = o->hint || o->hint_text.n;
	html_lit(h, "<div class=\"option\"><input id=\"");
	put_option_id(h, b->name, i);
	view_put_either(h, c->kind == HTML_RADIOS, STR("\" type=\"radio\" name=\""), STR("\" type=\"checkbox\" name=\""));
	html_text(h, b->name);
	html_lit(h, "\" value=\"");
	html_text(h, o->value);
	html_lit(h, "\"");
	if (on)
		html_lit(h, " checked");
	if (o->disabled)
		html_lit(h, " disabled");
	if (hint) {
		html_lit(h, " aria-describedby=\"");
		put_option_id(h, b->name, i);
		html_lit(h, "-about\"");
	}
	html_lit(h, "><label for=\"");
	put_option_id(h, b->name, i);
	html_lit(h, "\">");
	view_put_words(h, o->message, o->text);
	html_lit(h, "</label>");
	if (hint) {
		html_lit(h, "<p class=\"hint\" id=\"");
		put_option_id(h, b->name, i);
		html_lit(h, "-about\">");
		view_put_words(h, o->hint, o->hint_text);
		html_lit(h, "</p>");
	}
	html_lit(h, "</div>");
}

static void put_group(struct html *h, const struct html_choice *c, const struct about *b, struct str value)
{
	html_lit(h, "<fieldset class=\"several");
	if (c->columns)
		html_lit(h, " columns");
	view_put_either(h, error_of(h, b->name).n > 0, STR(" wrong\""), STR("\""));
	struct about ties = *b;
	ties.required = false;
	put_ties(h, &ties);
	view_put_either(h, b->hide_label, STR("><legend class=\"visually-hidden\">"), STR("><legend>"));
	view_put_words(h, b->label, b->label_text);
	html_lit(h, "</legend>");
	put_hint(h, b);
	put_error(h, b);
	html_lit(h, "<div class=\"options\">");
	for (size_t i = 0; i < c->noptions; i++) {
		struct str own = c->options[i].value;
		/* A box that cannot be changed is not posted, either. */
		bool as_posted = h->posted && !c->options[i].disabled;
		bool on = c->kind == HTML_RADIOS ? str_eq(own, value) : as_posted ? is_posted(h->posted, b->name, own) : c->options[i].on;
		put_option(h, c, b, i, on);
	}
	html_lit(h, "</div></fieldset>");
}

/* What is stored, for those who edit at once. */
static void note_choice(struct html *h, const struct html_choice *c, struct str name)
{
	struct str text = c->value;
	for (size_t i = 0; i < c->noptions; i++) {
		const struct html_option *o = &c->options[i];
		struct str words = o->message ? i18n_text(h->lang, o->message) : o->text;
		if (c->kind == HTML_CHECKS && !o->disabled)
			view_stood_box(h, &(struct view_stood_box){ .name = name, .value = o->value, .shown = words, .on = o->on, .of_several = true });
		else if (str_eq(o->value, c->value))
			text = words;
	}
	if (c->kind != HTML_CHECKS)
		view_stood_box(h, &(struct view_stood_box){ .name = name, .value = c->value, .shown = text, .on = true });
}

void html_choice(struct html *h, const struct html_choice *c)
{
	struct about b = { .name = str_of(c->name), .label = c->label, .hint = c->hint, .label_text = c->label_text,
		           .required = c->required, .hide_label = c->hide_label };
	struct str value = h->posted ? visitor_field(h->posted, b.name) : c->value;
	note_choice(h, c, b.name);
	if (c->kind == HTML_SELECT)
		put_select(h, c, &b, value);
	else
		put_group(h, c, &b, value);
}

void html_check(struct html *h, const struct html_check *c)
{
	struct about b = { .name = str_of(c->name), .label = c->label, .hint = c->hint, .label_text = c->label_text,
		           .hint_text = c->hint_text, .required = c->required };
	if (!c->disabled)
		view_stood_box(h, &(struct view_stood_box){ .name = b.name, .value = STR("on"), .shown = i18n_text(h->lang, c->on ? N_("Yes") : N_("No")), .on = c->on });
	put_open(h, &b, STR("field option alone"));
	html_lit(h, "<input type=\"checkbox\" value=\"on\" id=\"");
	put_id(h, b.name, "");
	html_lit(h, "\" name=\"");
	html_text(h, b.name);
	html_lit(h, "\"");
	if (c->as_switch)
		html_lit(h, " role=\"switch\"");
	if (h->posted ? visitor_field_on(h->posted, b.name) : c->on)
		html_lit(h, " checked");
	if (c->disabled)
		html_lit(h, " disabled");
	put_ties(h, &b);
	html_lit(h, ">");
	put_label(h, &b);
	put_hint(h, &b);
	put_error(h, &b);
	html_lit(h, "</div>");
}
