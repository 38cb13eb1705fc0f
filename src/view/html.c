/* HTML grows from literals of the source code and escaped values; runtime text cannot become markup. */
#include "view/view.h"

#include "text/text.h"

void html_put_literal(struct html *h, struct str lit)
{
	buf_put(&h->out, lit);
}

void html_text(struct html *h, struct str s)
{
	text_put_html(&h->out, s);
}

void html_reason(struct html *h, struct str english)
{
	auto_buf said = BUF_INIT(4 * english.n + 65536);
	i18n_put_reason(&said, h->lang, english);
	html_text(h, said.over ? english : buf_str(&said));
}

void html_url(struct html *h, struct str url)
{
	bool local = url.n > 0 && (url.p[0] == '/' || url.p[0] == '?' || url.p[0] == '#') &&
	             !str_starts(url, STR("//")) && !str_starts(url, STR("/\\"));
	bool web = str_starts(url, STR("https://")) || str_starts(url, STR("http://")) ||
	           str_starts(url, STR("mailto:"));
	text_put_html(&h->out, local || web ? url : STR("#"));
}

void html_int(struct html *h, int64_t v)
{
	buf_put_int(&h->out, v);
}

void html_count(struct html *h, int64_t v)
{
	/* Separators of locales may be blanks, never markup; escaped all the same. */
	auto_buf b = BUF_INIT(64);
	text_put_count(&b, v, h->lang->code);
	html_text(h, buf_str(&b));
}

void html_bytes(struct html *h, int64_t bytes)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
	double v = (double)bytes;
	size_t unit = 0;
	for (; v >= 1000 && unit + 1 < COUNT_OF(units); unit++)
		v /= 1000;
	auto_buf b = BUF_INIT(64);
	text_put_number(&b, v, v < 10 && unit > 0 ? 1 : 0, h->lang->code);
	html_text(h, buf_str(&b));
	html_lit(h, "\u00a0");
	html_text(h, str_of(units[unit]));
}

void html_date(struct html *h, int64_t us, const struct clock_zone *zone, bool with_time)
{
	html_lit(h, "<time datetime=\"");
	auto_buf b = BUF_INIT(128);
	/* Instants are written with six digits of a fraction or none, and HTML knows three at most: to the second is fine for readers. */
	clock_put_instant(&b, us - ((us % 1000000) + 1000000) % 1000000, zone);
	html_text(h, buf_str(&b));
	html_lit(h, "\">");
	buf_clear(&b);
	clock_put_long(&b, us, zone, h->lang->code, with_time);
	html_text(h, buf_str(&b));
	html_lit(h, "</time>");
}
