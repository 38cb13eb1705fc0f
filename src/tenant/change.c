/* Making, changing and removing portals: every value is checked against settings.def and refused by
 * name before anything is written. */
#include "tenant/inside.h"
#include "clock/clock.h"
#include "text/text.h"
#include <arpa/inet.h>

enum setting_kind { TEXT, LANG, LANGUAGES, LANGUAGE, ZONE, COLOUR, SWITCH, ACCESS, COUNT, NUMBER, SPAN, ORIGINS, PREFIX, NETWORKS, CHOICE, PLACE, BOX, LISTS };
struct setting_row { const char *name; enum setting_kind kind; const char *otherwise; };
static const struct setting_row rows[] = {
#define SETTING(name, kind, otherwise, sentence) { name, kind, otherwise },
#include "tenant/settings.def"
#undef SETTING
};

/* Bounds of NUMBER and SPAN rows; seconds for the latter. */
static const struct range { const char *name; int64_t least, most; } ranges[] = {
#define RANGE(name, least, most) { name, least, most },
#include "tenant/ranges.def"
#undef RANGE
};

static const struct choice { const char *name, *word; } choices[] = {
#define CHOICE(name, word) { name, word },
#include "tenant/choices.def"
#undef CHOICE
};

const char tenant_settings_help[] = "Settings:\n"
#define SETTING(name, kind, otherwise, sentence) "  " name ": " sentence "\n"
#include "tenant/settings.def"
#undef SETTING
	"title and description can be given in a language: title.fr=…";

static const char *const offered[] = { "en", "fr", "de", "es", "it", "nl", "pt", "ca", "eu", "sv", "ar" };

/* --- reading ------------------------------------------------------------------------------------ */

struct str tenant_setting(const struct tenant *t, const char *name)
{
	const struct str *given = map_get_or_null(&t->settings, str_of(name));
	if (given) return *given;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (strcmp(rows[i].name, name) == 0) return str_of(rows[i].otherwise);
	return STR("");
}

struct str tenant_text(const struct tenant *t, const char *name, struct str lang)
{
	char key[128];
	struct buf b = { .p = key, .cap = sizeof key, .max = sizeof key };
	buf_printf(&b, "%s.%.*s", name, STR_ARG(lang));
	const struct str *given = b.over ? NULL : map_get_or_null(&t->settings, buf_str(&b));
	return given ? *given : tenant_setting(t, name);
}

bool tenant_setting_on(const struct tenant *t, const char *name)
{
	return str_eq(tenant_setting(t, name), STR("on"));
}

/* "14d", "12h", "15min", "90s", or a bare number. */
static bool read_span(struct str s, int64_t *out)
{
	static const struct { struct str word; int64_t seconds; } units[] = {
		{ { "d", 1 }, 86400 }, { { "h", 1 }, 3600 }, { { "min", 3 }, 60 }, { { "s", 1 }, 1 } };
	int64_t unit = 1, n;
	for (size_t i = 0; i < COUNT_OF(units); i++) {
		if (!str_ends(s, units[i].word)) continue;
		unit = units[i].seconds;
		s = str_trim(str_sub(s, 0, s.n - units[i].word.n));
		break;
	}
	return str_to_int(s, &n) && n >= 0 && !num_mul(out, n, unit);
}

static bool read_number(enum setting_kind kind, struct str s, int64_t *out)
{
	return kind == SPAN ? read_span(s, out) : str_to_int(s, out);
}

static const struct range *range_of(struct str name)
{
	for (size_t i = 0; i < COUNT_OF(ranges); i++)
		if (str_eq(name, str_of(ranges[i].name))) return &ranges[i];
	return NULL;
}

bool tenant_range(struct str name, int64_t *least, int64_t *most)
{
	const struct range *in = range_of(name);
	if (!in) return false;
	*least = in->least;
	*most = in->most;
	return true;
}

int64_t tenant_number(const struct tenant *t, const char *name)
{
	int64_t v = 0;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (strcmp(rows[i].name, name) != 0) continue;
		const struct range *in = range_of(str_of(name));
		bool good = read_number(rows[i].kind, tenant_setting(t, name), &v) && (!in || (v >= in->least && v <= in->most));
		if (!good && !read_number(rows[i].kind, str_of(rows[i].otherwise), &v)) v = 0;
		return v;
	}
	return v;
}

int64_t tenant_limit(const struct tenant *t, const char *name, const char *ceiling)
{
	int64_t own = tenant_number(t, name), most = tenant_number(t, ceiling);
	return most > 0 && (own <= 0 || own > most) ? most : own;
}

bool tenant_has_language(const struct tenant *t, struct str lang)
{
	for (size_t i = 0; i < t->nlanguages; i++)
		if (str_eq(t->languages[i], lang)) return true;
	return false;
}

/* --- checking ----------------------------------------------------------------------------------- */

static bool is_offered(struct str code)
{
	for (size_t i = 0; i < COUNT_OF(offered); i++)
		if (str_eq(code, str_of(offered[i]))) return true;
	return false;
}

static bool is_colour(struct str s)
{
	if (s.n != 7 || s.p[0] != '#') return false;
	for (size_t i = 1; i < 7; i++)
		if (!strchr("0123456789abcdefABCDEF", s.p[i])) return false;
	return true;
}

static bool refuse(struct err *e, struct str name, struct str value, const char *expected)
{
	return err_set(e, ERR_PARAMETER, "the setting %.*s cannot be \"%.*s\"; expected %s", STR_ARG(name),
	               STR_ARG(value), expected);
}

static bool is_count(struct str s)
{
	int64_t v;
	return str_to_int(s, &v) && v >= 0 && v <= 1000000000000;
}

static bool check_range(enum setting_kind kind, struct str name, struct str value, struct err *e)
{
	int64_t v;
	const struct range *in = range_of(name);
	ensure(in != NULL);
	if (read_number(kind, value, &v) && v >= in->least && v <= in->most) return true;
	err_set(e, ERR_PARAMETER, kind == SPAN ? "the setting %.*s cannot be \"%.*s\"; expected a time such as 90s, 15min, 12h or 14d, from %lld s to %lld s"
	                                       : "the setting %.*s cannot be \"%.*s\"; expected a whole number from %lld to %lld",
	        STR_ARG(name), STR_ARG(value), (long long)in->least, (long long)in->most);
	return false;
}

static bool check_languages(struct str name, struct str value, struct err *e)
{
	struct str rest = value, part;
	while (str_cut(&rest, ',', &part))
		if (!is_offered(str_trim(part)))
			return refuse(e, name, value, "a comma list of en fr de es it nl pt ca eu sv ar");
	return true;
}

/* An origin of HTTPS, a port allowed, its host or all names below it. */
static bool is_origin(struct str s)
{
	if (!str_starts(s, STR("https://"))) return false;
	s = str_from(s, 8);
	if (str_starts(s, STR("*."))) s = str_from(s, 2);
	ptrdiff_t colon = str_rfind_char(s, ':');
	int64_t port = 443;
	if (colon > 0 && !str_to_int(str_from(s, (size_t)colon + 1), &port)) return false;
	if (colon > 0) s = str_sub(s, 0, (size_t)colon);
	bool ok = s.n > 0 && s.n <= 253 && s.p[0] != '.' && s.p[0] != '-' && port > 0 && port < 65536;
	for (size_t i = 0; ok && i < s.n; i++) {
		char c = s.p[i];
		ok = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
	}
	return ok;
}

static bool check_origins(struct str name, struct str value, struct err *e)
{
	struct str rest = value, part;
	while (str_cut(&rest, ',', &part))
		if (!is_origin(str_trim(part))) return refuse(e, name, value, "a comma list of https://host or https://*.host");
	return true;
}

/* An address, or a block with the length of its prefix. */
static bool is_network(struct str s)
{
	char c[64];
	unsigned char bytes[16];
	struct str address;
	int64_t bits = 0;
	if (!str_cut(&s, '/', &address) || address.n == 0 || address.n >= sizeof c) return false;
	memcpy(c, address.p, address.n);
	c[address.n] = '\0';
	bool v4 = inet_pton(AF_INET, c, bytes) == 1;
	if (!v4 && inet_pton(AF_INET6, c, bytes) != 1) return false;
	return !s.p || (str_to_int(s, &bits) && bits >= 0 && bits <= (v4 ? 32 : 128));
}

static bool check_networks(struct str name, struct str value, struct err *e)
{
	struct str rest = value, part;
	while (str_cut(&rest, ',', &part))
		if (!is_network(str_trim(part))) return refuse(e, name, value, "a comma list of addresses and blocks such as 192.0.2.0/24 or 2001:db8::/32");
	return true;
}

/* "zoom,lat,lon", as the address of a map has it. */
bool tenant_place(struct str text, double out[3])
{
	static const double least[] = { 0, -90, -180 }, most[] = { 22, 90, 180 };
	struct str part;
	int n = 0;
	for (; n < 3 && str_cut(&text, ',', &part); n++)
		if (!text_to_double(str_trim(part), &out[n]) || out[n] < least[n] || out[n] > most[n]) return false;
	return n == 3 && !text.n;
}

/* south,west,north,east. */
static bool is_box(struct str text)
{
	double at[4];
	struct str part;
	int n = 0;
	for (; n < 4 && str_cut(&text, ',', &part); n++)
		if (!text_to_double(str_trim(part), &at[n]) || !(at[n] >= (n % 2 ? -180 : -90) && at[n] <= (n % 2 ? 180 : 90))) return false;
	return n == 4 && !text.n && at[0] <= at[2] && at[1] <= at[3];
}

static bool check_choice(struct str name, struct str value, struct err *e)
{
	char words[200];
	struct buf b = { .p = words, .cap = sizeof words, .max = sizeof words };
	for (size_t i = 0; i < COUNT_OF(choices); i++) {
		if (!str_eq(name, str_of(choices[i].name))) continue;
		if (str_eq(value, str_of(choices[i].word))) return true;
		buf_printf(&b, "%s%s", b.n ? ", " : "one of ", choices[i].word);
	}
	buf_put_char(&b, 0);
	return refuse(e, name, value, words);
}

static bool check_value(enum setting_kind kind, struct str name, struct str value, struct err *e)
{
	if (value.n > (kind == LISTS ? 256 * 1024 : 8192)) return err_set(e, ERR_PARAMETER, "the setting %.*s is too long", STR_ARG(name));
	switch (kind) {
	case TEXT:
	case LISTS: /* JSON that one room writes and reads */
	case LANG: return true;
	case LANGUAGES: return check_languages(name, value, e);
	case LANGUAGE: return is_offered(value) || refuse(e, name, value, "one of en fr de es it nl pt ca eu sv ar");
	case ZONE: return clock_zone_or_null(value) || refuse(e, name, value, "a zone as Europe/Paris or UTC");
	case COLOUR: return is_colour(value) || refuse(e, name, value, "a colour as #1f5a7a");
	case SWITCH:
		return str_eq(value, STR("on")) || str_eq(value, STR("off")) || refuse(e, name, value, "on or off");
	case ACCESS:
		return str_eq(value, STR("open")) || str_eq(value, STR("private")) || refuse(e, name, value, "open or private");
	case COUNT: return is_count(value) || refuse(e, name, value, "a whole number of 0 or more");
	case NUMBER:
	case SPAN: return check_range(kind, name, value, e);
	case ORIGINS: return check_origins(name, value, e);
	case NETWORKS: return check_networks(name, value, e);
	case CHOICE: return check_choice(name, value, e);
	case PLACE: {
		double at[3];
		return tenant_place(value, at) || refuse(e, name, value, "zoom,latitude,longitude such as 11,48.85,2.35");
	}
	case BOX: return is_box(value) || refuse(e, name, value, "south,west,north,east in degrees such as 48.8,2.2,48.9,2.5");
	case PREFIX:
		return str_eq(value, STR("none")) || str_eq(value, STR("host")) || refuse(e, name, value, "none or host");
	}
	return true;
}

static bool check(const struct tenant_setting_value *v, struct err *e)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct str name = str_of(rows[i].name);
		bool same = str_eq(v->name, name);
		bool in_language = rows[i].kind == LANG && v->name.n > name.n + 1 && str_starts(v->name, name) &&
		                   v->name.p[name.n] == '.' && is_offered(str_from(v->name, name.n + 1));
		if (same || in_language) return v->value.n == 0 || check_value(rows[i].kind, v->name, v->value, e);
	}
	return err_set(e, ERR_PARAMETER,
	               "there is no setting named \"%.*s\"; `stoa portal set --help` lists them",
	               STR_ARG(v->name));
}

bool tenant_host_ok(struct str h, struct err *e)
{
	bool v6 = h.n > 2 && h.p[0] == '[' && h.p[h.n - 1] == ']';
	bool ok = h.n > 0 && h.n <= 253 && h.p[0] != '.' && h.p[0] != '-';
	for (size_t i = 0; ok && i < h.n; i++) {
		char c = h.p[i];
		ok = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
		     (v6 && (c == ':' || c == '[' || c == ']'));
	}
	return ok || err_set(e, ERR_PARAMETER,
	                     "\"%.*s\" is not a host name; expected lower-case letters, digits, points and "
	                     "hyphens, without port, as data.example.org", STR_ARG(h));
}

/* --- changing ----------------------------------------------------------------------------------- */

bool tenant_put_settings(struct store_tx *t, struct tenant_id id, const struct tenant_setting_value *v,
                         size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		struct value name = VALUE_OF_TEXT(v[i].name), value = VALUE_OF_TEXT(v[i].value);
		bool ok = v[i].value.n
		        ? store_run(t, &tenant_queries[TENANT_Q_setting_put], id, STORE_PARAMS(name, value), e)
		        : store_run(t, &tenant_queries[TENANT_Q_setting_remove], id, STORE_PARAMS(name), e);
		if (!ok) return false;
	}
	return store_run(t, &tenant_queries[TENANT_Q_generation_bump], id, STORE_NONE, e);
}

bool tenant_put_host(struct store_tx *t, struct tenant_id id, struct str host, int64_t place, struct err *e)
{
	if (store_run(t, &tenant_queries[TENANT_Q_host_insert], id,
	              STORE_PARAMS(VALUE_OF_TEXT(host), VALUE_OF_INT(place)), e))
		return true;
	if (e->code != ERR_CONFLICT) return false;
	*e = (struct err){ 0 };
	return err_set(e, ERR_CONFLICT,
	               "the host name %.*s already belongs to a portal; `stoa portal list` shows which",
	               STR_ARG(host));
}

bool tenant_check_settings(const struct tenant_setting_value *v, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++)
		if (!check(&v[i], e)) return false;
	return true;
}

struct maker { struct str host; const struct str *aliases; size_t naliases; const struct tenant_setting_value *values; size_t nvalues; struct tenant_id parent; int64_t most; };

/* Counted where it is written, so that two at once do not both find room for one. */
static bool place_below(struct store_tx *t, struct tenant_id id, const struct maker *m, struct err *e)
{
	int64_t children;
	bool below;
	if (!m->parent.v) return true;
	if (!tenant_family(t, m->parent, &children, &below, e)) return false;
	if (below || children >= m->most) return err_set(e, ERR_FORBIDDEN, "no more portals can be made here: %lld are there", (long long)children);
	return store_run(t, &tenant_queries[TENANT_Q_child_put], id, STORE_PARAMS(VALUE_OF_INT(m->parent.v)), e);
}

static bool add(struct tenants *ts, const struct maker *m, struct tenant_id *out, struct err *e)
{
	struct store_tx *t;
	struct err ignored = { 0 };
	if (!tenant_host_ok(m->host, e)) return false;
	for (size_t i = 0; i < m->naliases; i++)
		if (!tenant_host_ok(m->aliases[i], e)) return false;
	if (!tenant_check_settings(m->values, m->nvalues, e) || !store_begin(tenants_store(ts), STORE_WRITE, &t, e)) return false;
	bool ok = store_run_house(t, &tenant_house_queries[TENANT_H_tenant_insert],
	                          STORE_PARAMS(VALUE_OF_TEXT(m->host), VALUE_OF_INT(clock_now().us)), e);
	struct tenant_id id = { ok ? store_last_id(t) : 0 };
	ok = ok && place_below(t, id, m, e) && tenant_put_host(t, id, m->host, 0, e);
	for (size_t i = 0; ok && i < m->naliases; i++) ok = tenant_put_host(t, id, m->aliases[i], (int64_t)i + 1, e);
	ok = ok && tenant_put_settings(t, id, m->values, m->nvalues, e);
	ok = store_end(t, ok ? STORE_COMMIT : STORE_ROLLBACK, ok ? e : &ignored) && ok;
	if (!ok || !tenants_changed(ts, id, e)) return false;
	*out = id;
	return true;
}

bool tenant_add(struct tenants *ts, struct str host, const struct str *aliases, size_t naliases,
                const struct tenant_setting_value *values, size_t nvalues, struct tenant_id *out,
                struct err *e)
{
	return add(ts, &(struct maker){ .host = host, .aliases = aliases, .naliases = naliases, .values = values, .nvalues = nvalues }, out, e);
}

bool tenant_add_child(struct tenants *ts, struct str host, const struct tenant_setting_value *values, size_t nvalues, struct tenant_id parent,
                      int64_t most, struct tenant_id *out, struct err *e)
{
	return add(ts, &(struct maker){ .host = host, .values = values, .nvalues = nvalues, .parent = parent, .most = most }, out, e);
}

bool tenant_set(struct tenants *ts, struct tenant_id id, const struct tenant_setting_value *values,
                size_t nvalues, struct err *e)
{
	for (size_t i = 0; i < nvalues; i++)
		if (!check(&values[i], e)) return false;
	struct store_tx *t;
	if (!store_begin(tenants_store(ts), STORE_WRITE, &t, e)) return false;
	bool ok = tenant_put_settings(t, id, values, nvalues, e);
	ok = store_end(t, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
	return ok && tenants_changed(ts, id, e);
}

bool tenant_remove(struct tenants *ts, struct tenant_id id, struct err *e)
{
	struct store_tx *t;
	if (!store_begin(tenants_store(ts), STORE_WRITE, &t, e)) return false;
	bool ok = store_run(t, &tenant_queries[TENANT_Q_tenant_delete], id, STORE_NONE, e);
	ok = store_end(t, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
	return ok && tenants_changed(ts, id, e);
}
