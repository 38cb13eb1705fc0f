/* The parts of a workbook that stand beside its sheets: their names, the shared strings, and the styles,
 * which are the only thing that tells a date from a number. */
#include "ingest/workbook.h"
#include "clock/clock.h"
#include "text/text.h"
#include <math.h>
#include <stdlib.h>

enum { STRINGS_MAX = 512 << 20 };

/* --- parts ---------------------------------------------------------------------------------------- */

static bool pull(void *arg, char *to, size_t n, size_t *got, struct err *e) { return pack_read(arg, to, n, got, e); }

bool part_open(struct workbook *w, struct str path, struct part *out, bool *found, struct err *e)
{
	*out = (struct part){ 0 };
	struct pack_limits limits = { 0 };
	struct pack_entries all;
	*found = false;
	if (!pack_list(w->fd, w->a, &limits, &all, e)) return false;
	for (size_t i = 0; i < all.n; i++) *found = *found || str_eq(all.p[i].name, path);
	if (!*found) return true;
	if (!pack_open_entry(w->fd, path, &limits, &out->bytes, e)) return false;
	if (xml_open(pull, out->bytes, path, &out->xml, e)) return true;
	part_close(out);
	return false;
}

void part_close(struct part *p)
{
	xml_close(p->xml);
	pack_close(p->bytes);
	*p = (struct part){ 0 };
}

bool part_text(struct part *p, struct buf *b, struct err *e)
{
	int depth = 1;
	/* A reading help in Japanese (rPh) is no part of the text. */
	int help = 0;
	while (depth > 0) {
		enum xml_event event;
		if (!xml_next(p->xml, &event, e)) return false;
		switch (event) {
		case XML_OPEN:
			depth++;
			if (help || str_eq(xml_name(p->xml), STR("rPh"))) help++;
			break;
		case XML_CLOSE:
			depth--;
			if (help) help--;
			break;
		case XML_TEXT:
			if (!help) buf_put(b, xml_text(p->xml));
			break;
		case XML_END_OF_DOCUMENT: return true;
		}
	}
	return true;
}

/* Calls back for every element of one name. */
typedef bool seen(struct workbook *w, struct part *p, struct err *e);
struct wish { const char *name; seen *see; };

static bool walk(struct workbook *w, struct str path, const struct wish *wishes, size_t n, bool *found, struct err *e)
{
	struct part p;
	if (!part_open(w, path, &p, found, e)) return false;
	if (!*found) return true;
	bool ok = true;
	for (;;) {
		enum xml_event event;
		ok = xml_next(p.xml, &event, e);
		if (!ok || event == XML_END_OF_DOCUMENT) break;
		if (event != XML_OPEN) continue;
		struct str name = xml_name(p.xml);
		for (size_t i = 0; ok && i < n; i++) {
			if (!str_eq(name, str_of(wishes[i].name))) continue;
			ok = wishes[i].see(w, &p, e);
			break;
		}
		if (!ok) break;
	}
	part_close(&p);
	return ok;
}

/* --- sheets --------------------------------------------------------------------------------------- */

static bool see_sheet(struct workbook *w, struct part *p, struct err *e)
{
	struct sheet s = { 0 };
	if (w->sheets.n >= 1000) return err_set(e, ERR_TOO_LARGE, "the workbook has more than 1,000 sheets");
	xml_attribute(p->xml, w->a, "name", &s.name);
	xml_attribute(p->xml, w->a, "id", &s.path); /* until the relations tell the path */
	struct str state = { 0 };
	if (xml_attribute(p->xml, w->a, "state", &state)) s.hidden = str_eq(state, STR("hidden")) || str_eq(state, STR("veryHidden"));
	vec_push(w->a, &w->sheets, s);
	return true;
}

static bool see_settings(struct workbook *w, struct part *p, struct err *e)
{
	(void)e;
	struct str v;
	if (xml_attribute(p->xml, w->a, "date1904", &v)) w->since_1904 = str_eq(v, STR("1")) || str_eq(v, STR("true"));
	return true;
}

static bool see_relation(struct workbook *w, struct part *p, struct err *e)
{
	(void)e;
	struct str id = { 0 };
	struct str target = { 0 };
	if (!xml_attribute(p->xml, w->a, "Id", &id) || !xml_attribute(p->xml, w->a, "Target", &target)) return true;
	struct str path = str_starts(target, STR("/")) ? str_from(target, 1) : arena_join(w->a, STR("xl/"), target);
	for (size_t i = 0; i < w->sheets.n; i++)
		if (str_eq(w->sheets.p[i].path, id)) w->sheets.p[i].path = path;
	return true;
}

/* --- strings --------------------------------------------------------------------------------------- */

static bool see_string(struct workbook *w, struct part *p, struct err *e)
{
	auto_buf b = BUF_INIT(LIMIT_CELL_BYTES);
	if (!part_text(p, &b, e)) return false;
	if (b.over) return err_set(e, ERR_TOO_LARGE, "a cell of the workbook is larger than 16 MB");
	if (w->strings.n > 20000000) return err_set(e, ERR_TOO_LARGE, "the workbook has more than 20 million strings");
	vec_push(w->a, &w->strings, arena_str(w->a, buf_str(&b)));
	return true;
}

/* --- styles ---------------------------------------------------------------------------------------- */

/* Letters of dates outside quotes, brackets and escapes. */
static bool is_date_code(struct str code)
{
	bool quoted = false;
	bool bracket = false;
	for (size_t i = 0; i < code.n; i++) {
		char c = code.p[i];
		if (c == '"') quoted = !quoted;
		else if (quoted) continue;
		else if (c == '\\' || c == '_' || c == '*') i++;
		else if (c == '[') bracket = i + 1 < code.n && !strchr("hHmMsS", code.p[i + 1]);
		else if (c == ']') bracket = false;
		else if (!bracket && strchr("yYmMdDhHsS", c)) return true;
	}
	return false;
}

/* A percent sign outside quotes and escapes. */
static bool is_percent_code(struct str code)
{
	bool quoted = false;
	for (size_t i = 0; i < code.n; i++) {
		if (code.p[i] == '"') quoted = !quoted;
		else if (code.p[i] == '\\') i++;
		else if (!quoted && code.p[i] == '%') return true;
	}
	return false;
}

static bool is_date_number(int64_t id)
{
	return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);
}

/* Style parts come in a fixed order: number formats, then cell formats; cellStyleXfs are passed over. */
static bool read_styles(struct workbook *w, struct err *e)
{
	struct part p;
	bool found;
	bool in_cells = false;
	VEC(int64_t) custom = { 0 };
	VEC(int64_t) percents = { 0 };
	if (!part_open(w, STR("xl/styles.xml"), &p, &found, e)) return false;
	if (!found) return true;
	bool ok = true;
	for (;;) {
		enum xml_event event;
		ok = xml_next(p.xml, &event, e);
		if (!ok || event == XML_END_OF_DOCUMENT) break;
		if (event == XML_TEXT) continue;
		struct str name = xml_name(p.xml);
		struct str text = { 0 };
		int64_t id = -1;
		if (str_eq(name, STR("cellXfs"))) in_cells = event == XML_OPEN;
		if (event != XML_OPEN) continue;
		if (xml_attribute(p.xml, w->a, "numFmtId", &text) && !text_to_int(text, &id)) id = -1;
		if (str_eq(name, STR("numFmt")) && xml_attribute(p.xml, w->a, "formatCode", &text)) {
			if (is_date_code(text) && custom.n < 10000) vec_push(w->a, &custom, id);
			if (is_percent_code(text) && percents.n < 10000) vec_push(w->a, &percents, id);
		} else if (str_eq(name, STR("xf")) && in_cells && w->dates.n < 100000) {
			bool date = is_date_number(id);
			for (size_t i = 0; i < custom.n; i++) date = date || custom.p[i] == id;
			vec_push(w->a, &w->dates, date);
			bool percent = id == 9 || id == 10;
			for (size_t i = 0; i < percents.n; i++) percent = percent || percents.p[i] == id;
			vec_push(w->a, &w->percents, percent && !date);
		}
	}
	part_close(&p);
	return ok;
}

struct cell workbook_percent(struct arena *a, struct str value)
{
	double v;
	auto_buf b = BUF_INIT(64);
	if (!text_to_double(value, &v)) return (struct cell){ .kind = CELL_NONE };
	/* Fifteen digits, so that a hundred times 0.07 is 7. */
	buf_printf(&b, "%.15g", v * 100);
	if (!text_to_double(buf_str(&b), &v)) return (struct cell){ .kind = CELL_NONE };
	buf_clear(&b);
	text_put_double_plain(&b, v);
	buf_lit(&b, "%");
	return (struct cell){ arena_str(a, buf_str(&b)), CELL_FREE };
}

struct str workbook_date(struct arena *a, const struct workbook *w, double days)
{
	/* Day 60 is the 29th of February 1900, which Excel believes in; before it one day is missing. */
	double epoch = w->since_1904 ? -24107 : days < 60 ? -25568 : -25569;
	if (!(days >= 0 && days < 2958466)) return (struct str){ 0 };
	auto_buf b = BUF_INIT(64);
	int64_t ms = (int64_t)llround((days + epoch) * 86400000.0);
	/* Excel keeps about a tenth of a second; shown times are whole seconds. */
	int64_t seconds = ms >= 0 ? (ms + 500) / 1000 : (ms - 500) / 1000;
	struct civil c;
	clock_civil_of_us(seconds * 1000000, &c);
	bool midnight = c.hour == 0 && c.minute == 0 && c.second == 0;
	if (days < 1 && !midnight) buf_printf(&b, "%02d:%02d:%02d", c.hour, c.minute, c.second);
	else if (midnight) buf_printf(&b, "%04d-%02d-%02d", c.year, c.month, c.day);
	else buf_printf(&b, "%04d-%02d-%02dT%02d:%02d:%02d", c.year, c.month, c.day, c.hour, c.minute, c.second);
	return arena_str(a, buf_str(&b));
}

bool workbook_read(struct workbook *w, struct arena *a, int fd, struct str name, struct err *e)
{
	static const struct wish book[] = { { "sheet", see_sheet }, { "workbookPr", see_settings } };
	static const struct wish relations[] = { { "Relationship", see_relation } };
	static const struct wish strings[] = { { "si", see_string } };
	bool found;
	*w = (struct workbook){ .a = a, .fd = fd };
	if (!walk(w, STR("xl/workbook.xml"), book, COUNT_OF(book), &found, e)) return false;
	if (!found || w->sheets.n == 0)
		return err_set(e, ERR_BAD_SOURCE, "“%.*s” is not an Excel workbook: it holds no sheets", STR_ARG(text_cut(name, 100)));
	return walk(w, STR("xl/_rels/workbook.xml.rels"), relations, COUNT_OF(relations), &found, e) &&
	       walk(w, STR("xl/sharedStrings.xml"), strings, COUNT_OF(strings), &found, e) && read_styles(w, e);
}
