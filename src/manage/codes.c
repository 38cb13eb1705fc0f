/* Codes that scripts give and readers get as they are: one that means nothing is told when it is given. Languages of two letters are those of
 * ISO 639-1, longer ones are taken at their word; countries are those of ISO 3166-1, with the Union, Kosovo and the usual spelling of Britain. */
#include "manage/inside.h"
#include "template/template.h"
#include "text/text.h"

static const char languages[] =
	"aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv "
	"cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr "
	"ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw "
	"ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv "
	"ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq "
	"sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh "
	"yi yo za zh zu ";
static const char countries[] =
	"ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bl bm bn bo bq "
	"br bs bt bv bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm "
	"do dz ec ee eg eh er es et fi fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs "
	"gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn "
	"kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mf mg mh mk ml mm mn mo mp mq "
	"mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm "
	"pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st sv "
	"sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug um us uy uz va vc ve vg vi "
	"vn vu wf ws ye yt za zm zw eu uk xk ";

/* Of small letters, two to a code. */
static bool listed(const char *list, struct str s)
{
	for (const char *p = list; *p; p += 3)
		if (str_eq(str_make(p, 2), s)) return true;
	return false;
}

static bool is_word(struct str s, size_t least, size_t most)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (i && c >= '0' && c <= '9') || (i && c == '-'))) return false;
	}
	return s.n >= least && s.n <= most;
}

static struct str low(struct arena *a, struct str s)
{
	auto_buf b = BUF_INIT(100);
	for (size_t i = 0; i < s.n; i++) buf_put_char(&b, s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 'a' - 'A') : s.p[i]);
	return arena_str(a, buf_str(&b));
}

static bool is_language(struct arena *a, struct str s)
{
	struct str rest = s, head;
	if (!is_word(s, 2, 40) || !str_cut(&rest, '-', &head)) return false;
	return head.n == 2 ? listed(languages, low(a, head)) : head.n == 3;
}

/* "world", "fr", "fr_40_93", "world_fr". */
static bool is_place(struct arena *a, struct str s)
{
	struct str rest = s, head;
	if (!s.n || s.n > 99 || !str_cut(&rest, '_', &head)) return false;
	return str_eq(head, STR("world")) || (head.n == 2 && listed(countries, low(a, head)));
}

static bool is_colour(struct arena *a, struct str s)
{
	(void)a;
	if (s.n != 7 || s.p[0] != '#') return false;
	for (size_t i = 1; i < s.n; i++)
		if (!strchr("0123456789abcdefABCDEF", s.p[i])) return false;
	return true;
}

static bool is_one_of(const char *words, struct str s)
{
	struct str rest = str_of(words), one;
	while (str_cut(&rest, ' ', &one))
		if (str_eq(one, s)) return true;
	return false;
}

/* As the calendar's page and its ancestor's call them. */
static bool is_span(struct arena *a, struct str s)
{
	(void)a;
	return !s.n || is_one_of("month week day list agendaWeek basicWeek agendaDay basicDay", s);
}

static bool is_address(struct arena *a, struct str s)
{
	(void)a;
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '-' || s.p[i] == '_')) return false;
	return s.n <= 100;
}

static bool is_web(struct arena *a, struct str s)
{
	(void)a;
	return !s.n || template_is_web(s);
}

static const struct rule { const char *template_, *name; bool (*fits)(struct arena *a, struct str s); const char *expected; bool whole; } rules[] = {
	{ "default", "references", is_web, "the address of a page, as https://data.example.org/about", true },
	{ "default", "language", is_language, "a language as fr or pt-BR", false },
	{ "default", "metadata_languages", is_language, "a language as fr or pt-BR", false },
	{ "default", "geographic_reference", is_place, "a country or a division of one, as fr or fr_40_93, or world", false },
	{ "visualization", "map_marker_color", is_colour, "a colour as #1f5a7a", false },
	{ "visualization", "calendar_event_color", is_colour, "a colour as #1f5a7a", false },
	{ "visualization", "calendar_available_views", is_span, "month, week, day or list", false },
	{ "visualization", "calendar_default_view", is_span, "month, week, day or list", false },
	{ "visualization", "custom_view_slug", is_address, "small letters, digits, - and _", false } };

/* What is wrong with the settings of facets, or NULL. */
static const char *facets_fault(const struct json_node *list)
{
	for (size_t i = 0; json_kind(list) == JSON_ARRAY && i < json_count(list); i++) {
		const struct json_node *one = json_at(list, i), *order = json_get(one, "facetsort");
		struct str word = json_text(order);
		if (json_kind(one) == JSON_TEXT) continue;
		if (json_kind(one) != JSON_OBJECT || !json_text(json_get(one, "field_name")).n) return "a list of objects with a field_name";
		if (str_starts(word, STR("-")) || str_starts(word, STR("+"))) word = str_from(word, 1);
		if (json_kind(order) > JSON_NULL && (json_kind(order) != JSON_TEXT || (word.n && !is_one_of("count num alphanum", word))))
			return "a facetsort of count, num or alphanum, with or without a minus before it";
	}
	return NULL;
}

static const char *boosts_fault(const struct json_node *weights)
{
	struct str name;
	const struct json_node *v;
	if (json_kind(weights) != JSON_OBJECT) return NULL;
	for (size_t at = 0; json_each(weights, &at, &name, &v);)
		if (json_kind(v) != JSON_INT || json_int(v, -1) < 0) return "whole numbers by field, 0 or more";
	return NULL;
}

static bool all_fit(struct manage_call *c, const struct rule *r, const struct json_node *v)
{
	enum json_kind k = json_kind(v);
	if (k == JSON_TEXT && r->whole) return r->fits(c->a, json_text(v));
	if (k == JSON_TEXT) {
		struct str rest = json_text(v), one;
		/* A list may be given as one text, with commas. */
		while (rest.n && str_cut(&rest, ',', &one))
			if (!r->fits(c->a, str_trim(one))) return false;
	}
	for (size_t i = 0; k == JSON_ARRAY && i < json_count(v); i++)
		if (json_text(json_at(v, i)).n && !r->fits(c->a, json_text(json_at(v, i)))) return false;
	return true;
}

/* What is no value of the kind that a metadata has, or NULL. A text may say it, as forms do. */
static const char *kind_fault(struct str template_, struct str name, const struct json_node *value)
{
	enum json_kind k = json_kind(value);
	struct str text = str_trim(json_text(value));
	int64_t n;
	if (k <= JSON_NULL || (k == JSON_TEXT && !text.n)) return NULL;
	for (size_t i = 0; i < catalog_meta_row_count(); i++) {
		const struct meta_row *row = &catalog_meta_rows[i];
		if (!str_eq(template_, str_of(row->template_)) || !str_eq(name, str_of(row->name))) continue;
		if (row->kind == META_BOOL && k != JSON_BOOL && !(k == JSON_TEXT && is_one_of("true false", text))) return "true or false";
		if (row->kind == META_INT && k != JSON_INT && !(k == JSON_TEXT && str_to_int(text, &n))) return "a whole number";
	}
	return NULL;
}

void manage_check_codes(struct manage_call *c, struct str template_, struct str name, const struct json_node *value, struct str place)
{
	const struct json_node *stood = json_get(json_get(json_get(json_get(c->config.doc, "metadata"), arena_cstr(c->a, template_)), arena_cstr(c->a, name)), "");
	/* What stands in the dataset may be sent back as it was read. */
	if (stood && str_eq(manage_node_text(c->a, stood), manage_node_text(c->a, value))) return;
	if (str_eq(template_, STR("asset_content_configuration"))) {
		const char *expected = str_eq(name, STR("facets")) ? facets_fault(value) : str_eq(name, STR("records_search_boosts")) ? boosts_fault(value) : NULL;
		if (expected) process_fault(&c->faults, place, "Expected %s.", expected);
	}
	const char *kind = kind_fault(template_, name, value);
	if (kind) process_fault(&c->faults, place, "Expected %s.", kind);
	for (size_t i = 0; i < COUNT_OF(rules); i++) {
		const struct rule *r = &rules[i];
		if (!str_eq(template_, str_of(r->template_)) || !str_eq(name, str_of(r->name))) continue;
		if (!all_fit(c, r, value)) process_fault(&c->faults, place, "Expected %s.", r->expected);
	}
}
