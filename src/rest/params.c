/* Parameters by table: text of the query to typed, bounded values, with the messages of the API. */
#include "rest/rest.h"
#include <stdio.h>

enum { SHOWN = 80 }; /* bytes of a stranger's value that a message repeats */

static bool refuse(struct err *e, const char *name, struct str found, const char *expected)
{
	size_t n = found.n;
	if (n > SHOWN) {
		n = SHOWN;
		while (n && ((unsigned char)found.p[n] & 0xc0) == 0x80) n--;
	}
	return err_set(e, ERR_PARAMETER,
	               "Invalid value for %s API parameter: %.*s was found but %s is expected.",
	               name, (int)n, found.p, expected);
}

static bool read_int(const struct rest_param *p, struct str text, struct rest_value *out,
                     struct err *e)
{
	char expected[160];
	if (!str_to_int(text, &out->number)) return refuse(e, p->name, text, "an integer");
	if (out->number >= p->lo && out->number <= p->hi) return true;
	snprintf(expected, sizeof expected, "%lld <= %s <= %lld", (long long)p->lo, p->name,
	         (long long)p->hi);
	return refuse(e, p->name, text, expected);
}

static bool read_bool(const struct rest_param *p, struct str text, struct rest_value *out,
                      struct err *e)
{
	bool yes = str_eq_nocase(text, STR("true")) || str_eq(text, STR("1"));
	bool no = str_eq_nocase(text, STR("false")) || str_eq(text, STR("0"));
	if (!yes && !no) return refuse(e, p->name, text, "true or false");
	out->number = yes;
	return true;
}

static bool read_word(const struct rest_param *p, struct str text, struct rest_value *out,
                      struct err *e)
{
	auto_buf expected = BUF_INIT(300);
	buf_lit(&expected, "one of ");
	for (int64_t i = 0; p->words[i]; i++) {
		if (str_eq(text, str_of(p->words[i]))) {
			out->number = i;
			return true;
		}
		buf_printf(&expected, i ? ", %s" : "%s", p->words[i]);
	}
	buf_put_char(&expected, '\0');
	return refuse(e, p->name, text, expected.over ? "another word" : expected.p);
}

static bool read_text(const struct rest_param *p, struct str text, struct rest_value *out,
                      struct err *e)
{
	char expected[160];
	out->text = text;
	if (p->hi <= 0 || text.n <= (size_t)p->hi) return true;
	snprintf(expected, sizeof expected, "at most %lld bytes", (long long)p->hi);
	return refuse(e, p->name, text, expected);
}

static bool read_one(const struct rest_param *p, struct str text, struct rest_value *out,
                     struct err *e)
{
	switch (p->kind) {
	case REST_INT:
		return read_int(p, text, out, e);
	case REST_BOOL:
		return read_bool(p, text, out, e);
	case REST_WORD:
		return read_word(p, text, out, e);
	case REST_TEXT:
	case REST_TEXTS:
		break;
	}
	return read_text(p, text, out, e);
}

bool rest_params_of(struct arena *a, const struct httpd_pair *pairs, size_t n,
                    const struct rest_param *table, struct rest_value *out, struct err *e)
{
	for (; table->name; table++, out++) {
		VEC(struct str) all = { 0 };
		*out = (struct rest_value){ .number = table->number };
		for (size_t i = 0; i < n; i++) {
			if (!str_eq(pairs[i].name, str_of(table->name)) || pairs[i].value.n == 0) continue;
			if (!read_one(table, pairs[i].value, out, e)) return false;
			out->given = true;
			if (table->kind == REST_TEXTS) vec_push(a, &all, pairs[i].value);
		}
		out->texts = all.p;
		out->ntexts = all.n;
	}
	return true;
}

bool rest_params(const struct httpd_request *r, const struct rest_param *table,
                 struct rest_value *out, struct err *e)
{
	return rest_params_of(r->arena, r->query, r->nquery, table, out, e);
}

bool rest_window(int64_t offset, int64_t limit, int64_t most, struct err *e)
{
	int64_t sum;
	if (num_add(&sum, offset, limit)) sum = INT64_MAX;
	if (sum <= most) return true;
	return err_set(e, ERR_PARAMETER,
	               "Invalid value for sum of offset + limit API parameter: %lld was found but "
	               "<= %lld is expected.",
	               (long long)sum, (long long)most);
}
