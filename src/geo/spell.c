/* Places as people and programs spell them: degrees with minutes and seconds, geohashes, encoded lines. Source of the geohash: G. Niemeyer,
 * base 32 of alternating bits, longitude first. Source of the encoded line: Google's "Encoded Polyline Algorithm Format". */
#include <math.h>
#include "geo/wkb.h"
#include "json/json.h"
#include "text/text.h"

/* --- degrees: words -------------------------------------------------------------------------------- */

enum mark { MARK_NONE, MARK_DEGREE, MARK_MINUTE, MARK_SECOND };
enum { NUMBERS = 12, TEXT_BYTES = 200 };

struct number {
	double v;
	bool negative, whole;
	enum mark mark;
	bool apart;          /* a comma, semicolon or slash stands before it */
	char before, after;  /* hemisphere said just before or behind: N S E W, or 0 */
};
struct reading {
	struct str s;
	size_t at;
	bool decimal_comma;
	struct number numbers[NUMBERS];
	size_t n;
	char hemisphere;     /* said, and not yet given to a number that comes */
	bool apart;
};

/* One letter, and the words of English, French, German, Spanish, Italian, Portuguese and Dutch. */
static const struct { const char *word; char hemisphere; } hemispheres[] = {
	{ "n", 'N' }, { "nord", 'N' }, { "north", 'N' }, { "norte", 'N' }, { "noord", 'N' },
	{ "s", 'S' }, { "sud", 'S' }, { "south", 'S' }, { "sur", 'S' }, { "sul", 'S' }, { "zuid", 'S' },
	{ "e", 'E' }, { "est", 'E' }, { "east", 'E' }, { "este", 'E' }, { "ost", 'E' }, { "oost", 'E' }, { "leste", 'E' },
	{ "w", 'W' }, { "o", 'W' }, { "ouest", 'W' }, { "west", 'W' }, { "oeste", 'W' }, { "ovest", 'W' },
};
static const struct { const char *sign; enum mark mark; } marks[] = {
	{ "''", MARK_SECOND }, { "\xe2\x80\xb2\xe2\x80\xb2", MARK_SECOND }, { "\xe2\x80\x99\xe2\x80\x99", MARK_SECOND },
	{ "\xc2\xb0", MARK_DEGREE }, { "\xc2\xba", MARK_DEGREE }, { "\xcb\x9a", MARK_DEGREE }, { "^", MARK_DEGREE }, { "*", MARK_DEGREE },
	{ "'", MARK_MINUTE }, { "\xe2\x80\xb2", MARK_MINUTE }, { "\xe2\x80\x99", MARK_MINUTE }, { "\xe2\x80\x98", MARK_MINUTE },
	{ "\xc2\xb4", MARK_MINUTE }, { "`", MARK_MINUTE },
	{ "\"", MARK_SECOND }, { "\xe2\x80\xb3", MARK_SECOND }, { "\xe2\x80\x9d", MARK_SECOND }, { "\xe2\x80\x9c", MARK_SECOND },
};
static const struct { const char *word; enum mark mark; } mark_words[] = {
	{ "deg", MARK_DEGREE }, { "d", MARK_DEGREE }, { "min", MARK_MINUTE }, { "sec", MARK_SECOND },
};
static const char *const blanks[] = { " ", "\t", "\xc2\xa0", "\xe2\x80\xaf", "(", ")", ":" };

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static char peek(const struct reading *r, size_t ahead) { return r->at + ahead < r->s.n ? r->s.p[r->at + ahead] : '\0'; }
static bool skip(struct reading *r, const char *sign)
{
	struct str rest = str_from(r->s, r->at);
	if (!str_starts(rest, str_of(sign))) return false;
	r->at += strlen(sign);
	return true;
}

/* A comma between two digits is a decimal one where no point stands in the whole text, unless it is the only one and nothing else tells
 * two coordinates from one: "48,2" is a pair, "48,85 2,35" and "48,85° N" are not cut there. */
static bool comma_is_decimal(struct str s)
{
	size_t inside = 0;
	bool other = false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '.') return false;
		if (s.p[i] == ',' && i > 0 && i + 1 < s.n && is_digit(s.p[i - 1]) && is_digit(s.p[i + 1])) inside++;
		else if (!is_digit(s.p[i]) && s.p[i] != ' ' && s.p[i] != '-' && s.p[i] != '+') other = true;
	}
	return inside > 1 || (inside == 1 && other);
}

static const char *take_number(struct reading *r, bool negative)
{
	char digits[48];
	size_t n = 0;
	bool point = false;
	for (;; r->at++) {
		char c = peek(r, 0);
		bool mark = c == '.' || (r->decimal_comma && c == ',' && is_digit(peek(r, 1)));
		if (!is_digit(c) && (point || !n || !mark)) break;
		point |= !is_digit(c);
		if (n + 2 >= sizeof digits) return "a number in it is too long";
		digits[n++] = is_digit(c) ? c : '.';
	}
	if (digits[n - 1] == '.') n--;
	struct number *to = &r->numbers[r->n];
	*to = (struct number){ .negative = negative, .whole = !point, .apart = r->apart, .before = r->hemisphere };
	if (!text_to_double(str_make(digits, n), &to->v)) return "a number in it cannot be read";
	r->n++;
	r->hemisphere = 0;
	r->apart = false;
	return NULL;
}

/* The bytes of letters at the place, Latin ones with their accents. */
static size_t word_at(const struct reading *r)
{
	size_t end = r->at;
	for (size_t next = r->at; next < r->s.n; end = next) {
		uint32_t c = text_next(r->s, &next);
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= 0xc0 && c < 0x250))) break;
	}
	return end - r->at;
}

static const char *take_word(struct reading *r)
{
	auto_buf folded = BUF_INIT(2 * TEXT_BYTES);
	size_t from = r->at;
	r->at += word_at(r);
	if (r->at == from) return "there is a sign in it that is no part of a coordinate";
	text_fold(&folded, str_sub(r->s, from, r->at - from));
	for (size_t i = 0; r->n && i < COUNT_OF(mark_words); i++)
		if (str_eq(buf_str(&folded), str_of(mark_words[i].word))) {
			r->numbers[r->n - 1].mark = mark_words[i].mark;
			return NULL;
		}
	for (size_t i = 0; i < COUNT_OF(hemispheres); i++) {
		if (!str_eq(buf_str(&folded), str_of(hemispheres[i].word))) continue;
		/* Behind the number it belongs to, unless it stands before one in a text that begins with such a word. */
		bool leads = r->n == 0 || r->numbers[0].before;
		if (leads) r->hemisphere = hemispheres[i].hemisphere;
		else if (r->numbers[r->n - 1].after) return "two hemispheres stand side by side";
		else r->numbers[r->n - 1].after = hemispheres[i].hemisphere;
		return NULL;
	}
	return "there is a word in it that is no hemisphere";
}

static const char *take(struct reading *r)
{
	bool negative = false;
	for (size_t i = 0; i < COUNT_OF(marks); i++)
		if (skip(r, marks[i].sign)) {
			if (!r->n) return "it begins with a mark";
			r->numbers[r->n - 1].mark = marks[i].mark;
			return NULL;
		}
	for (size_t i = 0; i < COUNT_OF(blanks); i++)
		if (skip(r, blanks[i])) return NULL;
	if (skip(r, ",") || skip(r, ";") || skip(r, "/")) {
		r->apart = true;
		return NULL;
	}
	if (skip(r, "-") || skip(r, "\xe2\x88\x92") || skip(r, "\xe2\x80\x93")) negative = true;
	else (void)skip(r, "+");
	if (!is_digit(peek(r, 0))) return negative ? "a sign stands before no number" : take_word(r);
	if (r->n == NUMBERS) return "it holds too many numbers";
	return take_number(r, negative);
}

/* --- degrees: coordinates ---------------------------------------------------------------------------- */

/* Whether a new coordinate begins at number i. */
static bool begins(const struct reading *r, size_t i, size_t from)
{
	const struct number *x = &r->numbers[i];
	const struct number *former = &r->numbers[i - 1];
	if (x->before || former->after || x->negative || x->mark == MARK_DEGREE) return true;
	if (i - from == 3 || (former->mark == MARK_SECOND)) return true;
	return x->mark != MARK_NONE && former->mark != MARK_NONE && x->mark <= former->mark;
}

/* How many numbers make the first coordinate, where neither marks nor hemispheres tell. */
static size_t half(const struct reading *r)
{
	for (size_t i = 1; i < r->n; i++)
		if (r->numbers[i].apart) {
			size_t more = 0;
			for (size_t k = 1; k < r->n; k++) more += r->numbers[k].apart;
			return more == 1 || r->n == 2 ? i : r->n % 2 == 0 ? r->n / 2 : r->n;
		}
	return r->n % 2 == 0 ? r->n / 2 : r->n;
}

static const char *coordinate(const struct number *x, size_t n, double *out, char *hemisphere)
{
	double v = 0;
	double part = 1;
	*hemisphere = 0;
	if (n > 3) return "a coordinate has more than degrees, minutes and seconds";
	for (size_t i = 0; i < n; i++, part /= 60) {
		if (i && (x[i].v >= 60 || x[i].negative)) return "minutes and seconds are from 0 to 60";
		if (i + 1 < n && !x[i].whole) return "only the last part of a coordinate has decimals";
		if (x[i].mark && (size_t)(x[i].mark - MARK_DEGREE) != i) return "degrees come before minutes, and minutes before seconds";
		v += x[i].v * part;
		char said = x[i].before ? x[i].before : x[i].after;
		if (said && *hemisphere) return "a coordinate has two hemispheres";
		if (said) *hemisphere = said;
	}
	bool away = x[0].negative || *hemisphere == 'S' || *hemisphere == 'W';
	*out = away ? -v : v;
	return NULL;
}

static const char *ranges(const struct geo_degrees *d)
{
	if (d->n == 2 && fabs(d->lat) > 90 && fabs(d->lat) <= 180 && fabs(d->lon) <= 90)
		return "the latitude is beyond 90 degrees: are latitude and longitude swapped?";
	if (d->axis != 'o' && d->n == 2 && fabs(d->lat) > 90) return "a latitude is from -90 to 90";
	if (d->axis == 'a' && fabs(d->lat) > 90) return "a latitude is from -90 to 90";
	return fabs(d->lon) > 180 ? "a longitude is from -180 to 180" : NULL;
}

static const char *settle(const struct reading *r, struct geo_degrees *out)
{
	size_t starts[3] = { 0 };
	size_t n = 1;
	bool told = false;
	for (size_t i = 0; i < r->n; i++) told |= r->numbers[i].mark || r->numbers[i].before || r->numbers[i].after;
	for (size_t i = 1; told && i < r->n; i++) {
		if (!begins(r, i, starts[n - 1])) continue;
		if (n == 2) return "there are more than two coordinates";
		starts[n++] = i;
	}
	/* A minus tells the second of a pair, too; else the numbers are shared out evenly. */
	for (size_t i = 1; !told && n == 1 && i < r->n; i++)
		if (r->numbers[i].negative) starts[n++] = i;
	if (!told && n == 1 && half(r) < r->n) starts[n++] = half(r);
	double v[2] = { 0 };
	char h[2] = { 0 };
	for (size_t i = 0; i < n; i++) {
		size_t to = i + 1 < n ? starts[i + 1] : r->n;
		const char *why = coordinate(&r->numbers[starts[i]], to - starts[i], &v[i], &h[i]);
		if (why) return why;
	}
	bool first_lon = h[0] == 'E' || h[0] == 'W';
	bool second_lat = h[1] == 'N' || h[1] == 'S';
	if (n == 1) {
		*out = (struct geo_degrees){ 1, v[0], v[0], h[0] ? first_lon ? 'o' : 'a' : 0 };
		return ranges(out);
	}
	if (h[0] && h[1] && first_lon != second_lat) return "both coordinates are of the same axis";
	bool swapped = first_lon || second_lat;
	*out = (struct geo_degrees){ 2, swapped ? v[1] : v[0], swapped ? v[0] : v[1], 0 };
	return ranges(out);
}

const char *geo_degrees(struct str text, struct geo_degrees *out)
{
	struct reading r = { .s = str_trim(text) };
	*out = (struct geo_degrees){ 0 };
	if (!r.s.n) return "it is empty";
	if (r.s.n > TEXT_BYTES || !text_is_utf8(r.s)) return "it is no coordinate";
	r.decimal_comma = comma_is_decimal(r.s);
	while (r.at < r.s.n) {
		const char *why = take(&r);
		if (why) return why;
	}
	if (!r.n) return "there is no number in it";
	if (r.hemisphere) return "a hemisphere stands before no number";
	return settle(&r, out);
}

/* --- points ------------------------------------------------------------------------------------------- */

static bool in_range(double lat, double lon) { return fabs(lat) <= 90 && fabs(lon) <= 180; }

static bool pair(struct str s, double *lat, double *lon)
{
	ptrdiff_t comma = str_find_char(s, ',');
	if (comma < 0) comma = str_find_char(s, ';');
	return comma > 0 && text_to_double(str_trim(str_sub(s, 0, (size_t)comma)), lat) && text_to_double(str_trim(str_from(s, (size_t)comma + 1)), lon);
}

static bool members(struct str s, double *lat, double *lon)
{
	static const char *const lats[] = { "lat", "latitude" }, *const lons[] = { "lon", "lng", "longitude" };
	struct err ignored = { 0 };
	auto_json *doc = NULL;
	const struct json_node *a = NULL;
	const struct json_node *o = NULL;
	if (!json_read(s, &doc, &ignored)) return false;
	for (size_t i = 0; !a && i < COUNT_OF(lats); i++) a = json_get(json_root(doc), lats[i]);
	for (size_t i = 0; !o && i < COUNT_OF(lons); i++) o = json_get(json_root(doc), lons[i]);
	*lat = json_real(a, NAN);
	*lon = json_real(o, NAN);
	return isfinite(*lat) && isfinite(*lon);
}

struct seen { size_t points, others; double x, y; };
static void see_open(void *arg, enum geo_kind kind, uint32_t parts)
{
	(void)parts;
	struct seen *s = arg;
	if (kind == GEO_POINT) s->points++;
	else s->others++;
}
static void see_line(void *arg, uint32_t n)
{
	(void)arg;
	(void)n;
}
static void see_at(void *arg, double x, double y)
{
	((struct seen *)arg)->x = x;
	((struct seen *)arg)->y = y;
}
static void see_close(void *arg, enum geo_kind kind)
{
	(void)arg;
	(void)kind;
}

bool geo_spelled_point(struct geo *g, struct str text, double *lat, double *lon)
{
	static const struct geo_walker walker = { see_open, see_line, see_at, see_close };
	struct str s = str_trim(text);
	struct seen seen = { 0 };
	if (s.n && s.p[0] == '[' && s.p[s.n - 1] == ']') s = str_trim(str_sub(s, 1, s.n - 2));
	if (pair(s, lat, lon)) return in_range(*lat, *lon);
	if (s.n && s.p[0] == '{' && members(s, lat, lon)) return in_range(*lat, *lon);
	auto_arena a = ARENA_INIT;
	struct err ignored = { 0 };
	struct str wkb;
	if (!s.n || !geo_parse(g, &a, s, &wkb, &ignored) || !geo_walk(wkb, &walker, &seen) || seen.points != 1 || seen.others) return false;
	*lat = seen.y;
	*lon = seen.x;
	return in_range(*lat, *lon);
}

/* --- geohashes, lines --------------------------------------------------------------------------------- */

bool geo_geohash(struct str text, struct geo_box *out)
{
	static const char letters[] = "0123456789bcdefghjkmnpqrstuvwxyz";
	struct str s = str_trim(text);
	struct geo_box box = { -180, -90, 180, 90 };
	bool longitude = true;
	if (!s.n || s.n > 12) return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 32) : s.p[i];
		const char *at = c ? strchr(letters, c) : NULL;
		if (!at) return false;
		for (int bit = 4; bit >= 0; bit--, longitude = !longitude) {
			bool upper = (at - letters) >> bit & 1;
			double *low = longitude ? &box.x0 : &box.y0;
			double *high = longitude ? &box.x1 : &box.y1;
			double middle = (*low + *high) / 2;
			*(upper ? low : high) = middle;
		}
	}
	*out = box;
	return true;
}

static bool take_step(struct str s, size_t *at, int64_t *sum)
{
	uint64_t v = 0;
	for (int shift = 0; shift < 40; shift += 5) {
		if (*at >= s.n) return false;
		int c = s.p[(*at)++] - 63;
		if (c < 0 || c > 63) return false;
		v |= (uint64_t)(c & 31) << shift;
		if (c < 32) {
			*sum += v & 1 ? -(int64_t)(v >> 1) - 1 : (int64_t)(v >> 1);
			return true;
		}
	}
	return false;
}

bool geo_polyline(struct arena *a, struct str text, int decimals, bool reverse, struct str *wkb)
{
	auto_buf b = BUF_INIT(64 << 20);
	struct str s = str_trim(text);
	double unit = pow(10, decimals);
	int64_t first = 0;
	int64_t second = 0;
	uint32_t n = 0;
	wkb_put_head(&b, WKB_LINE);
	wkb_put_count(&b, 0);
	for (size_t at = 0; at < s.n; n++) {
		if (!take_step(s, &at, &first) || !take_step(s, &at, &second)) return false;
		double lat = (double)(reverse ? first : second) / unit;
		double lon = (double)(reverse ? second : first) / unit;
		if (!in_range(lat, lon)) return false;
		wkb_put_double(&b, lon);
		wkb_put_double(&b, lat);
	}
	if (!n || b.over) return false;
	enum { HEAD = 5, COUNT = 4 };
	if (n == 1) {
		auto_buf point = BUF_INIT(64);
		wkb_put_head(&point, WKB_POINT);
		buf_put(&point, str_from(buf_str(&b), HEAD + COUNT));
		*wkb = arena_str(a, buf_str(&point));
		return true;
	}
	for (int i = 0; i < COUNT; i++) b.p[HEAD + i] = (char)(n >> (8 * i) & 255);
	*wkb = arena_str(a, buf_str(&b));
	return true;
}

static int hex_of(char c)
{
	if (is_digit(c)) return c - '0';
	char low = (char)(c | 32);
	return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

/* EWKB: order, type with the flag 0x20000000, the number; each four bytes in that order. */
static int srid_of_hex(struct str s)
{
	uint8_t bytes[9];
	if (s.n < 2 * sizeof bytes) return 0;
	for (size_t i = 0; i < sizeof bytes; i++) {
		int high = hex_of(s.p[2 * i]);
		int low = hex_of(s.p[2 * i + 1]);
		if (high < 0 || low < 0) return 0;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	uint32_t type = 0;
	uint32_t srid = 0;
	if (bytes[0] > 1) return 0;
	for (int i = 0; i < 4; i++) {
		int at = bytes[0] ? 3 - i : i;
		type = type << 8 | bytes[1 + at];
		srid = srid << 8 | bytes[5 + at];
	}
	return type & 0x20000000u && srid < 1000000 ? (int)srid : 0;
}

int geo_srid(struct str text)
{
	struct str s = str_trim(text);
	int64_t v;
	if (!str_eq_nocase(str_sub(s, 0, 5), STR("SRID="))) return srid_of_hex(s);
	ptrdiff_t end = str_find_char(s, ';');
	return end > 5 && str_to_int(str_trim(str_sub(s, 5, (size_t)end - 5)), &v) && v > 0 && v < 1000000 ? (int)v : 0;
}
