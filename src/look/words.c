/* Themes and what goes with them as JSON: the store's form, and the one people edit by hand. */
#include "look/inside.h"

const char *const look_density_words[] = { "roomy", "normal", "dense", NULL };
const char *const look_legal_words[LOOK_LEGALS] = { "terms", "privacy" };
const char *const look_legal_paths[LOOK_LEGALS] = { "/terms/terms-and-conditions/", "/terms/privacy-policy/" };
const struct look_font_row look_font_rows[] = {
#define FONT(word, title, family) { word, title, family },
#include "look/fonts.def"
#undef FONT
	{ NULL, NULL, NULL },
};

struct look_theme look_theme_plain(void)
{
	return (struct look_theme){ .radius = -1, .density = LOOK_NORMAL };
}

struct str look_say(const struct look_text *t, struct str lang)
{
	for (size_t i = 0; i < t->n; i++)
		if (str_eq(t->p[i].lang, lang) && t->p[i].text.n)
			return t->p[i].text;
	for (size_t i = 0; i < t->n; i++)
		if (t->p[i].text.n)
			return t->p[i].text;
	return STR("");
}

/* --- writing ---------------------------------------------------------------------------------------------- */

static void put_colour(struct json_out *j, uint32_t c)
{
	char text[16];
	struct buf b = { .p = text, .cap = sizeof text, .max = sizeof text };
	buf_printf(&b, "#%06x", c);
	json_put(j, buf_str(&b));
}

static void put_colours(struct json_out *j, const struct look_theme *t, enum look_scheme s)
{
	json_open(j, '{');
	for (int i = 0; i < LOOK_COLOURS; i++) {
		if (!t->given[s][i])
			continue;
		json_key(j, str_of(look_colour_rows[i].word));
		put_colour(j, t->colour[s][i]);
	}
	json_close(j, '}');
}

void look_put_theme(struct json_out *j, const struct look_theme *t)
{
	json_open(j, '{');
	json_key(j, STR("colours"));
	put_colours(j, t, LOOK_LIGHT);
	json_key(j, STR("dark"));
	put_colours(j, t, LOOK_DARK);
	json_member_int(j, "width", t->width);
	json_member_int(j, "radius", t->radius);
	json_member(j, "density", str_of(look_density_words[t->density]));
	json_member(j, "text_font", t->text_font);
	json_member(j, "title_font", t->title_font);
	json_member(j, "stylesheet", t->css);
	json_member(j, "header", t->header);
	json_member(j, "footer", t->footer);
	json_member(j, "card", t->card);
	json_close(j, '}');
}

static void put_text(struct json_out *j, const struct look_text *t)
{
	json_open(j, '{');
	for (size_t i = 0; i < t->n; i++) {
		json_key(j, t->p[i].lang);
		json_put(j, t->p[i].text);
	}
	json_close(j, '}');
}

static void put_items(struct json_out *j, const struct look_item *items, size_t n)
{
	json_open(j, '[');
	for (size_t i = 0; i < n; i++) {
		json_open(j, '{');
		json_key(j, STR("label"));
		put_text(j, &items[i].label);
		json_member(j, "url", items[i].url);
		if (items[i].new_tab)
			json_member_bool(j, "new_tab", true);
		if (items[i].nitems) {
			json_key(j, STR("items"));
			put_items(j, items[i].items, items[i].nitems);
		}
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_rest(struct json_out *j, const struct look_site *s)
{
	json_key(j, STR("palette"));
	json_open(j, '[');
	for (size_t i = 0; i < s->npalette; i++)
		put_colour(j, s->palette[i]);
	json_close(j, ']');
	for (int k = 0; k < LOOK_LEGALS; k++) {
		json_key(j, str_of(look_legal_words[k]));
		json_open(j, '{');
		json_key(j, STR("text"));
		put_text(j, &s->legal[k].text);
		json_key(j, STR("url"));
		put_text(j, &s->legal[k].url);
		json_close(j, '}');
	}
}

void look_put_site(struct json_out *j, const struct look_site *s)
{
	json_open(j, '{');
	json_key(j, STR("menu"));
	if (s->own_menu)
		put_items(j, s->menu, s->nmenu);
	else
		json_put_null(j);
	json_member(j, "logo", s->logo);
	json_member(j, "login_logo", s->login_logo);
	json_member(j, "favicon", s->favicon);
	json_key(j, STR("brand"));
	put_text(j, &s->brand);
	json_member_bool(j, "hide_brand", s->hide_brand);
	json_key(j, STR("prefix"));
	put_text(j, &s->prefix);
	put_rest(j, s);
	json_close(j, '}');
}

void look_put_json(struct buf *b, const struct look *l)
{
	struct json_out j = JSON_OUT(b);
	json_open(&j, '{');
	json_key(&j, STR("theme"));
	look_put_theme(&j, &l->theme);
	json_key(&j, STR("site"));
	look_put_site(&j, &l->site);
	json_close(&j, '}');
}

/* --- reading ----------------------------------------------------------------------------------------------- */

static bool refuse(struct err *e, struct str name, const char *expected)
{
	return err_set(e, ERR_INVALID, "\"%.*s\" must be %s", STR_ARG(name), expected);
}

static bool read_words(const struct json_node *n, struct str name, struct arena *a, struct str *out, struct err *e)
{
	if (json_kind(n) != JSON_TEXT)
		return refuse(e, name, "a text");
	*out = arena_str(a, json_text(n));
	return true;
}

static bool read_int(const struct json_node *n, struct str name, int *out, struct err *e)
{
	int64_t v = json_int(n, INT64_MIN);
	if (v < -1 || v > 10000)
		return refuse(e, name, "a whole number");
	*out = (int)v;
	return true;
}

static bool read_colours(const struct json_node *n, struct str name, struct look_theme *t, enum look_scheme s, struct err *e)
{
	size_t at = 0;
	struct str key;
	const struct json_node *v;
	if (json_kind(n) != JSON_OBJECT)
		return refuse(e, name, "an object of colours");
	for (int i = 0; i < LOOK_COLOURS; i++)
		t->given[s][i] = false;
	while (json_each(n, &at, &key, &v)) {
		int role = 0;
		while (role < LOOK_COLOURS && !str_eq(key, str_of(look_colour_rows[role].word)))
			role++;
		if (role == LOOK_COLOURS)
			return err_set(e, ERR_INVALID, "\"%.*s\" is not a colour of a theme", STR_ARG(key));
		if (json_kind(v) == JSON_NULL)
			continue;
		if (!look_colour_parse(json_text(v), &t->colour[s][role]))
			return refuse(e, key, "a colour such as #1f5a7a");
		t->given[s][role] = true;
	}
	return true;
}

static bool read_density(const struct json_node *n, struct look_theme *t, struct err *e)
{
	for (int i = 0; look_density_words[i]; i++)
		if (str_eq(json_text(n), str_of(look_density_words[i]))) {
			t->density = (enum look_density)i;
			return true;
		}
	return refuse(e, STR("density"), "roomy, normal or dense");
}

bool look_read_theme(const struct json_node *n, bool stored, struct arena *a, struct look_theme *t, struct err *e)
{
	size_t at = 0;
	struct str key;
	const struct json_node *v;
	if (json_kind(n) != JSON_OBJECT)
		return refuse(e, STR("theme"), "an object");
	while (json_each(n, &at, &key, &v)) {
		bool ok;
		if (str_eq(key, STR("colours"))) ok = read_colours(v, key, t, LOOK_LIGHT, e);
		else if (str_eq(key, STR("dark"))) ok = read_colours(v, key, t, LOOK_DARK, e);
		else if (str_eq(key, STR("width"))) ok = read_int(v, key, &t->width, e);
		else if (str_eq(key, STR("radius"))) ok = read_int(v, key, &t->radius, e);
		else if (str_eq(key, STR("density"))) ok = read_density(v, t, e);
		else if (str_eq(key, STR("text_font"))) ok = read_words(v, key, a, &t->text_font, e);
		else if (str_eq(key, STR("title_font"))) ok = read_words(v, key, a, &t->title_font, e);
		else if (str_eq(key, STR("stylesheet"))) ok = read_words(v, key, a, &t->css, e);
		else if (str_eq(key, STR("header"))) ok = read_words(v, key, a, &t->header, e);
		else if (str_eq(key, STR("footer"))) ok = read_words(v, key, a, &t->footer, e);
		else if (str_eq(key, STR("card"))) ok = read_words(v, key, a, &t->card, e);
		else if (stored) ok = true;
		else return err_set(e, ERR_INVALID, "a theme has no member \"%.*s\"", STR_ARG(key));
		if (!ok)
			return false;
	}
	return true;
}

static bool read_text(const struct json_node *n, struct str name, struct arena *a, struct look_text *out, struct err *e)
{
	size_t at = 0;
	struct str key;
	const struct json_node *v;
	VEC(struct look_words) words = { 0 };
	if (json_kind(n) != JSON_OBJECT)
		return refuse(e, name, "an object of texts by language");
	while (json_each(n, &at, &key, &v) && words.n < 40) {
		struct look_words *w = vec_add(a, &words);
		w->lang = arena_str(a, key);
		if (!read_words(v, name, a, &w->text, e))
			return false;
	}
	*out = (struct look_text){ .p = words.p, .n = words.n };
	return true;
}

static bool read_items(const struct json_node *n, bool under, struct arena *a, const struct look_item **out, size_t *nout, struct err *e)
{
	size_t most = under ? LOOK_SUB_ITEMS : LOOK_ITEMS;
	size_t count = json_count(n);
	if (json_kind(n) != JSON_ARRAY || count > most)
		return err_set(e, ERR_INVALID, "a menu is a list of at most %zu items", most);
	struct look_item *items = arena_array(a, struct look_item, count + 1);
	for (size_t i = 0; i < count; i++) {
		const struct json_node *v = json_at(n, i);
		const struct json_node *items_below = json_get(v, "items");
		if (json_kind(v) != JSON_OBJECT || (under && items_below))
			return err_set(e, ERR_INVALID, "an item of a menu is an object, and sub-menus have no menus of their own");
		if (!read_text(json_get(v, "label"), STR("label"), a, &items[i].label, e))
			return false;
		items[i].url = arena_str(a, json_text(json_get(v, "url")));
		items[i].new_tab = json_bool(json_get(v, "new_tab"), false);
		if (items_below && !read_items(items_below, true, a, &items[i].items, &items[i].nitems, e))
			return false;
	}
	*out = items;
	*nout = count;
	return true;
}

static bool read_palette(const struct json_node *n, struct look_site *s, struct err *e)
{
	if (json_kind(n) != JSON_ARRAY || json_count(n) > LOOK_PALETTE)
		return err_set(e, ERR_INVALID, "\"palette\" must be a list of at most %d colours", LOOK_PALETTE);
	s->npalette = json_count(n);
	for (size_t i = 0; i < s->npalette; i++)
		if (!look_colour_parse(json_text(json_at(n, i)), &s->palette[i]))
			return refuse(e, STR("palette"), "a list of colours such as #1f5a7a");
	return true;
}

static bool read_legal(const struct json_node *n, struct str name, struct arena *a, struct look_legal *out, struct err *e)
{
	const struct json_node *text = json_get(n, "text");
	const struct json_node *url = json_get(n, "url");
	if (json_kind(n) != JSON_OBJECT)
		return refuse(e, name, "an object with \"text\" and \"url\"");
	return (!text || read_text(text, name, a, &out->text, e)) && (!url || read_text(url, name, a, &out->url, e));
}

static bool read_menu(const struct json_node *n, struct arena *a, struct look_site *s, struct err *e)
{
	s->own_menu = json_kind(n) != JSON_NULL;
	s->menu = NULL;
	s->nmenu = 0;
	return !s->own_menu || read_items(n, false, a, &s->menu, &s->nmenu, e);
}

bool look_read_site(const struct json_node *n, bool stored, struct arena *a, struct look_site *s, struct err *e)
{
	size_t at = 0;
	struct str key;
	const struct json_node *v;
	if (json_kind(n) != JSON_OBJECT)
		return refuse(e, STR("site"), "an object");
	while (json_each(n, &at, &key, &v)) {
		bool ok;
		if (str_eq(key, STR("menu"))) ok = read_menu(v, a, s, e);
		else if (str_eq(key, STR("logo"))) ok = read_words(v, key, a, &s->logo, e);
		else if (str_eq(key, STR("login_logo"))) ok = read_words(v, key, a, &s->login_logo, e);
		else if (str_eq(key, STR("favicon"))) ok = read_words(v, key, a, &s->favicon, e);
		else if (str_eq(key, STR("brand"))) ok = read_text(v, key, a, &s->brand, e);
		else if (str_eq(key, STR("prefix"))) ok = read_text(v, key, a, &s->prefix, e);
		else if (str_eq(key, STR("palette"))) ok = read_palette(v, s, e);
		else if (str_eq(key, STR("terms"))) ok = read_legal(v, key, a, &s->legal[LOOK_TERMS], e);
		else if (str_eq(key, STR("privacy"))) ok = read_legal(v, key, a, &s->legal[LOOK_PRIVACY], e);
		else if (str_eq(key, STR("hide_brand"))) ok = (s->hide_brand = json_bool(v, false), true);
		else if (stored) ok = true;
		else return err_set(e, ERR_INVALID, "a site has no member \"%.*s\"", STR_ARG(key));
		if (!ok)
			return false;
	}
	return true;
}
