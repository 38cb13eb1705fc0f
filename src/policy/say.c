/* Messages become spans: looked up in the reader's language, their places filled with what stands there, each with its
 * meaning for machines. */
#include "policy/policy.h"

#include "text/text.h"

enum { WORDS = 256 };

static struct str kept(const struct policy_voice *v, const struct buf *b)
{
	return arena_str(v->doc->arena, buf_str(b));
}

static void put_date(const struct policy_voice *v, struct doc_block *to, int64_t us)
{
	auto_buf words = BUF_INIT(WORDS);
	auto_buf value = BUF_INIT(WORDS);
	struct civil c;
	clock_put_long(&words, us, v->zone, v->lang->code, false);
	clock_us_to_local(v->zone, us, &c);
	clock_put_date(&value, clock_days((int)c.year, c.month, c.day));
	doc_put_value(v->doc, to, kept(v, &words), DOC_TIME, kept(v, &value));
}

static void put_arg(const struct policy_voice *v, struct doc_block *to, const struct policy_arg *a)
{
	auto_buf words = BUF_INIT(WORDS);
	struct doc_span *s;
	switch (a->kind) {
	case POLICY_TEXT:
		doc_put(v->doc, to, a->s, 0);
		break;
	case POLICY_APART:
		doc_put(v->doc, to, a->s, DOC_APART);
		break;
	case POLICY_STRONG:
		doc_put(v->doc, to, a->s, DOC_STRONG | DOC_APART);
		break;
	case POLICY_CODE:
		doc_put(v->doc, to, a->s, DOC_CODE);
		break;
	case POLICY_LINK:
		doc_put_link(v->doc, to, a->s, a->url, a->about);
		break;
	case POLICY_ADDRESS:
		s = doc_put_link(v->doc, to, a->s, a->url, a->about.n ? a->about : a->s);
		s->look = DOC_LTR;
		break;
	case POLICY_COUNT:
		text_put_count(&words, a->n, v->lang->code);
		doc_put(v->doc, to, kept(v, &words), 0);
		break;
	case POLICY_DATE:
		put_date(v, to, a->n);
		break;
	}
}

static void put_filled(const struct policy_voice *v, struct doc_block *to, struct str text, const struct policy_arg *args, size_t n)
{
	size_t from = 0;
	for (size_t i = 0; i + 2 < text.n; i++) {
		if (text.p[i] != '{' || text.p[i + 2] != '}' || text.p[i + 1] < '0' || text.p[i + 1] > '9')
			continue;
		size_t which = (size_t)(text.p[i + 1] - '0');
		if (which >= n)
			continue;
		if (i > from)
			doc_put(v->doc, to, str_sub(text, from, i - from), 0);
		put_arg(v, to, &args[which]);
		from = i + 3;
		i += 2;
	}
	if (from < text.n)
		doc_put(v->doc, to, str_from(text, from), 0);
}

void policy_say(const struct policy_voice *v, struct doc_block *to, const char *message)
{
	doc_put(v->doc, to, i18n_text(v->lang, message), 0);
}

void policy_say_args(const struct policy_voice *v, struct doc_block *to, const char *message, const struct policy_arg *args, size_t n)
{
	put_filled(v, to, i18n_text(v->lang, message), args, n);
}

void policy_say_plural(const struct policy_voice *v, struct doc_block *to, const char *one, const char *many, int64_t n, struct str value)
{
	auto_buf words = BUF_INIT(WORDS);
	struct str text = i18n_plural(v->lang, one, many, n);
	for (size_t i = 0; i < text.n; i++) {
		if (str_starts(str_from(text, i), STR("{0}"))) {
			text_put_count(&words, n, v->lang->code);
			i += 2;
		} else {
			buf_put_char(&words, text.p[i]);
		}
	}
	if (value.n)
		doc_put_value(v->doc, to, kept(v, &words), DOC_DATA, value);
	else
		doc_put(v->doc, to, kept(v, &words), 0);
}
