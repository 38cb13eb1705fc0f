/* The words of a letter: messages in the recipient's language, one a paragraph, with the portal's name and address below. */
#include "mail/inside.h"
#include "text/text.h"

enum { QUOTED_BYTES = 2000 };

struct mail_draft mail_draft(struct arena *a, struct vault *v, const struct i18n_lang *lang, struct str portal, struct str origin)
{
	return (struct mail_draft){ .arena = a, .vault = v, .lang = lang, .portal = portal, .origin = origin, .subject = STR(""), .text = STR("") };
}

enum { ARGS = 10 };

/* An argument is one line of text, whatever a stranger put in it. */
static struct str one_line(struct arena *a, struct str s)
{
	char *to = arena_bytes(a, s.n + 1);
	for (size_t i = 0; i < s.n; i++) to[i] = (unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f ? ' ' : s.p[i];
	return str_make(to, s.n);
}

static struct str fill(const struct mail_draft *d, const char *message, const struct str *args, size_t n)
{
	auto_buf b = BUF_INIT(MAIL_TEXT_BYTES);
	struct str lines[ARGS];
	n = num_min(n, (size_t)ARGS);
	for (size_t i = 0; i < n; i++) lines[i] = one_line(d->arena, args[i]);
	i18n_put_filled(&b, i18n_text(d->lang, message), lines, n);
	return arena_str(d->arena, buf_str(&b));
}

static void add(struct mail_draft *d, struct str paragraph)
{
	d->text = arena_printf(d->arena, "%.*s%.*s\n\n", STR_ARG(d->text), STR_ARG(paragraph));
}

void mail_subject_args(struct mail_draft *d, const char *message, const struct str *args, size_t n)
{
	d->subject = fill(d, message, args, n);
}

void mail_say_args(struct mail_draft *d, const char *message, const struct str *args, size_t n)
{
	add(d, fill(d, message, args, n));
}

void mail_link(struct mail_draft *d, struct str url)
{
	ensure(!d->linked);
	d->linked = true;
	add(d, url);
}

void mail_item(struct mail_draft *d, struct str title, struct str url)
{
	auto_buf b = BUF_INIT(MAIL_TEXT_BYTES);
	buf_lit(&b, "* ");
	buf_put(&b, one_line(d->arena, title));
	buf_lit(&b, "\n  ");
	buf_put(&b, one_line(d->arena, url));
	add(d, arena_str(d->arena, buf_str(&b)));
}

void mail_off(struct mail_draft *d, struct str url)
{
	d->off = url;
}

void mail_quote(struct mail_draft *d, struct str words)
{
	auto_buf b = BUF_INIT(4 * QUOTED_BYTES);
	struct str rest = text_cut(str_trim(words), QUOTED_BYTES), line;
	if (!rest.n) return;
	while (str_cut(&rest, '\n', &line)) {
		buf_lit(&b, "> ");
		buf_put(&b, one_line(d->arena, str_trim(line)));
		if (rest.n) buf_lit(&b, "\n");
	}
	add(d, arena_str(d->arena, buf_str(&b)));
}

bool mail_post(struct store_tx *t, struct tenant_id tenant, struct mail_draft *d, enum mail_kind kind, struct str to, struct err *e)
{
	if (d->off.n) {
		mail_say(d, N_("To receive no more of these letters, open this page:"));
		add(d, d->off);
	}
	/* "-- " begins a signature for programs that read mail. */
	struct str text = arena_printf(d->arena, "%.*s-- \n%.*s\n%.*s/\n", STR_ARG(d->text), STR_ARG(d->portal), STR_ARG(d->origin));
	struct mail_letter l = { .vault = d->vault, .kind = kind, .to = to, .lang = d->lang->code, .sender = d->portal, .subject = d->subject, .text = text,
		                 .reply_to = d->reply_to, .off = d->off, .good_until = d->good_until };
	return mail_put(t, tenant, &l, e);
}
