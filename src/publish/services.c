/* Geocoders as rows: an address with holes, and where latitude, longitude, score and label stand in the answer. */
#include "publish/answers.h"
#include "crypt/crypt.h"
#include "geo/geo.h"
#include "io/io.h"
#include <math.h>

static const struct { const char *name, *label, *url, *lat, *lon, *score, *place; int per_second; const char *credit; } services[] = {
#define SERVICE(...) { __VA_ARGS__ },
#include "publish/services.def"
#undef SERVICE
};
enum { FILE_BYTES = 1 << 20, URL_BYTES = 4000 };

/* --- which --------------------------------------------------------------------------------------------- */

static void set(struct str *to, struct arena *a, const struct json_node *n, const char *key)
{
	if (json_kind(json_get(n, key)) == JSON_TEXT) *to = arena_str(a, str_trim(json_text(json_get(n, key))));
}

/* The operator's file: rows of their own, and other addresses or keys for the built-in ones. */
static bool from_file(struct site *s, struct arena *a, struct service *out, bool *found, struct err *e)
{
	auto_json *doc = NULL;
	struct str text;
	struct err bad = { 0 };
	if (!s->conf || !s->conf->geocoders_file || !*s->conf->geocoders_file) return true;
	if (!io_read(a, s->conf->geocoders_file, FILE_BYTES, &text, e)) return err_cause(e, "geocoders_file");
	if (!json_read(text, &doc, &bad) || json_kind(json_root(doc)) != JSON_ARRAY) {
		err_set(e, ERR_PARAMETER, "the operator's file of geocoders is no JSON list");
		return err_cause(e, "%s", bad.pub);
	}
	for (size_t i = 0; i < json_count(json_root(doc)); i++) {
		const struct json_node *n = json_at(json_root(doc), i);
		if (!str_eq(json_text(json_get(n, "name")), out->name)) continue;
		set(&out->url, a, n, "url");
		set(&out->lat, a, n, "lat");
		set(&out->lon, a, n, "lon");
		set(&out->score, a, n, "score");
		set(&out->place, a, n, "label");
		set(&out->key, a, n, "key");
		set(&out->credit, a, n, "credit");
		out->per_second = json_int(json_get(n, "per_second"), out->per_second);
		*found = true;
	}
	return true;
}

static bool first_line(struct arena *a, const char *path, struct str *out, struct err *e)
{
	struct str text;
	if (!path || !*path) return true;
	if (!io_read(a, path, 4096, &text, e)) return false;
	struct str line = text;
	(void)str_cut(&text, '\n', &line);
	*out = str_trim(line);
	return true;
}

static bool is_listed(const struct conf *c, struct str name)
{
	for (size_t i = 0; c && c->geocoders && c->geocoders[i]; i++)
		if (str_eq_nocase(str_of(c->geocoders[i]), name)) return true;
	return false;
}

bool service_find(struct site *s, struct arena *a, struct str name, struct service *out, struct err *e)
{
	const struct conf *c = s->conf;
	bool found = false;
	bool known = false;
	*out = (struct service){ .name = name, .label = name, .per_second = 1 };
	for (size_t i = 0; i < COUNT_OF(services); i++) {
		if (!str_eq(name, str_of(services[i].name))) continue;
		known = true;
		*out = (struct service){ .name = name, .label = str_of(services[i].label), .url = str_of(services[i].url), .lat = str_of(services[i].lat),
			.lon = str_of(services[i].lon), .score = str_of(services[i].score), .place = str_of(services[i].place), .credit = str_of(services[i].credit),
			.per_second = services[i].per_second };
	}
	if (str_eq(name, STR("ip"))) {
		out->local = true;
		if (c && c->geoip_places && *c->geoip_places) return true;
		return err_set(e, ERR_PARAMETER, "this server has no database of places by IP address; the operator names one in the setting geoip_places");
	}
	if (!from_file(s, a, out, &found, e)) return false;
	if (str_eq(name, STR("nominatim")) && c && c->geocoder_url && *c->geocoder_url) {
		out->base = str_of(c->geocoder_url);
		while (out->base.n && out->base.p[out->base.n - 1] == '/') out->base.n--;
		out->per_second = c->geocoder_per_second;
		found = true;
		if (!first_line(a, c->geocoder_key_file, &out->key, e)) return false;
	} else if (known && !found) {
		found = is_listed(c, name) && str_find(out->url, STR("{base}")) < 0;
	}
	if (found && str_find(out->url, STR("{key}")) >= 0 && !out->key.n)
		return err_set(e, ERR_PARAMETER, "the geocoder %.*s needs a key; the operator puts it into geocoders_file", STR_ARG(out->label));
	if (found && out->url.n && out->lat.n) return true;
	if (str_eq(name, STR("nominatim")))
		return err_set(e, ERR_PARAMETER, "this server has no geocoder; the operator names a Nominatim-compatible one in the setting geocoder_url");
	return err_set(e, ERR_PARAMETER, "the geocoder “%.*s” is not switched on; the operator lists it in the setting geocoders, or describes it in geocoders_file", STR_ARG(text_cut(name, 60)));
}

struct str service_mark(const struct service *s, struct arena *a)
{
	unsigned char digest[CRYPT_SHA256];
	char hex[2 * CRYPT_SHA256 + 1];
	crypt_sha256(arena_printf(a, "%.*s\n%.*s\n%.*s\n%.*s", STR_ARG(s->url), STR_ARG(s->base), STR_ARG(s->lat), STR_ARG(s->lon)), digest);
	crypt_hex(digest, 8, hex);
	return arena_printf(a, "%.*s:%.16s", STR_ARG(s->name), hex);
}

/* --- asking ------------------------------------------------------------------------------------------------ */

static struct str member(const struct service *s, const struct json_node *question, struct arena *a, struct str name)
{
	if (str_eq(name, STR("base"))) return s->base;
	if ((str_eq(name, STR("key")) || str_eq(name, STR("token"))) && s->key.n) return s->key;
	return json_text(json_get(question, arena_cstr(a, name)));
}

bool service_url(const struct service *s, struct arena *a, struct str question, struct str *out)
{
	auto_json *doc = NULL;
	auto_buf b = BUF_INIT(URL_BYTES);
	struct err ignored = { 0 };
	if (!json_read(question, &doc, &ignored)) return false;
	for (struct str left = s->url; left.n;) {
		ptrdiff_t open = str_find_char(left, '{');
		ptrdiff_t close = str_find_char(left, '}');
		if (open < 0 || close < open) {
			buf_put(&b, left);
			break;
		}
		buf_put(&b, str_sub(left, 0, (size_t)open));
		struct str name = str_sub(left, (size_t)open + 1, (size_t)(close - open) - 1);
		left = str_from(left, (size_t)close + 1);
		bool optional = name.n && name.p[0] == '&';
		if (optional) name = str_from(name, 1);
		struct str value = member(s, json_root(doc), a, name);
		if (!value.n && !optional) return false;
		if (!value.n) continue;
		if (optional) buf_printf(&b, "&%.*s=", STR_ARG(name));
		if (str_eq(name, STR("base"))) buf_put(&b, value);
		else text_put_url(&b, value);
	}
	if (b.over) return false;
	*out = arena_str(a, buf_str(&b));
	return true;
}

/* --- answers -------------------------------------------------------------------------------------------------- */

static const struct json_node *at_path(const struct json_node *n, struct arena *a, struct str path)
{
	struct str step;
	int64_t i;
	if (!path.n) return NULL;
	while (n && str_cut(&path, '.', &step)) {
		if (json_kind(n) == JSON_ARRAY) n = str_to_int(step, &i) && i >= 0 ? json_at(n, (size_t)i) : NULL;
		else n = json_get(n, arena_cstr(a, step));
	}
	return n;
}

/* Numbers, also those written as texts. */
static bool number_at(const struct json_node *root, struct arena *a, struct str path, double *out)
{
	const struct json_node *n = at_path(root, a, path);
	if (json_kind(n) == JSON_TEXT) return text_to_double(str_trim(json_text(n)), out);
	*out = json_real(n, NAN);
	return isfinite(*out);
}

static bool place_at(const struct service *s, const struct json_node *root, struct arena *a, double *lat, double *lon)
{
	if (s->lon.n) return number_at(root, a, s->lat, lat) && number_at(root, a, s->lon, lon) && fabs(*lat) <= 90 && fabs(*lon) <= 180;
	struct str point = json_text(at_path(root, a, s->lat));
	struct geo *g = geo_new();
	bool fine = point.n && point.n < 200 && geo_spelled_point(g, point, lat, lon);
	geo_free(g);
	return fine;
}

bool service_read(const struct service *s, struct arena *a, struct str body, struct str *out)
{
	auto_json *doc = NULL;
	auto_buf b = BUF_INIT(4000);
	struct json_out j = JSON_OUT(&b);
	struct err ignored = { 0 };
	double lat;
	double lon;
	double score;
	*out = STR("");
	if (!json_read(body, &doc, &ignored)) return false;
	if (!place_at(s, json_root(doc), a, &lat, &lon)) return true;
	json_open(&j, '{');
	json_key(&j, STR("lat"));
	json_put_real(&j, lat);
	json_key(&j, STR("lon"));
	json_put_real(&j, lon);
	if (number_at(json_root(doc), a, s->score, &score)) {
		json_key(&j, STR("score"));
		json_put_real(&j, score);
	}
	struct str label = json_text(at_path(json_root(doc), a, s->place));
	if (label.n) json_member(&j, "label", text_cut(label, 500));
	json_close(&j, '}');
	*out = arena_str(a, buf_str(&b));
	return true;
}
