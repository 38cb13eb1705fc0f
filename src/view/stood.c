/* How forms stood when they were written. Each box leaves its stored value here (not what was typed into it), and the form carries a short word for all of
 * them; when it comes back, the page is written once more aside, and the word is compared. */
#include "view/inside.h"
#include "crypt/crypt.h"
#include "text/text.h"

enum { NAME_HEX = 5, VALUE_HEX = 7, PIECE = NAME_HEX + VALUE_HEX, SHOWN = 200 };

/* --- while a form is written --------------------------------------------------------------------------------------- */

void view_stood_open(struct html *h, const struct html_form *f)
{
	struct view_stood *s = f->visit ? f->visit->stood : NULL;
	h->stood = s;
	if (!s)
		return;
	s->visit = f->visit;
	s->open = arena_new(f->visit->arena, struct view_stood_form);
	s->held = false;
	s->again = f->posted || f->rebuilt;
}

void view_stood_box(struct html *h, const struct view_stood_box *box)
{
	struct view_stood *s = h->stood;
	if (!s || !s->open)
		return;
	struct arena *a = s->visit->arena;
	*vec_add(a, &s->open->boxes) = (struct view_stood_box){ arena_str(a, box->name), arena_str(a, box->value), arena_str(a, box->shown), box->on, box->of_several };
}

void html_stood(struct html *h, struct str name, struct str value)
{
	view_stood_box(h, &(struct view_stood_box){ .name = name, .value = value, .shown = value, .on = true });
}

void html_form_held(struct html *h)
{
	if (h->stood)
		h->stood->held = true;
}

/* --- the word: pieces of every box, a point, and the address of the page ------------------------------------------- */

static void put_hash(struct buf *b, struct str s, size_t digits)
{
	unsigned char hash[CRYPT_SHA256];
	char hex[2 * CRYPT_SHA256 + 1] = { 0 };
	crypt_sha256(s, hash);
	crypt_hex(hash, sizeof hash, hex);
	buf_put(b, str_make(hex, digits));
}

static void put_piece(struct buf *b, struct arena *a, const struct view_stood_box *box)
{
	/* Of several boxes of one name, each stands for itself. */
	put_hash(b, box->of_several ? arena_printf(a, "%.*s\n%.*s", STR_ARG(box->name), STR_ARG(box->value)) : box->name, NAME_HEX);
	put_hash(b, box->on ? arena_join(a, STR("+"), box->value) : STR("-"), VALUE_HEX);
}

static struct str pieces(struct arena *a, const struct view_stood_form *forms, size_t n)
{
	auto_buf b = BUF_INIT(4 << 20);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < forms[i].boxes.n; k++)
			put_piece(&b, a, &forms[i].boxes.p[k]);
	return arena_str(a, buf_str(&b));
}

/* What the address says of the page, without what it says of how one came there. */
static struct str lasting(struct arena *a, struct str query)
{
	struct str kept = STR(""), part;
	while (query.n && (str_cut(&query, '&', &part), part.n))
		if (!str_starts(part, STR("done=")) && !str_starts(part, STR("kept=")))
			kept = arena_printf(a, "%.*s%s%.*s", STR_ARG(kept), kept.n ? "&" : "", STR_ARG(part));
	return kept;
}

static struct str word_here(const struct visit *v, const struct view_stood_form *form)
{
	const struct httpd_request *r = v->request;
	struct str how = pieces(v->arena, form, 1), query = lasting(v->arena, r->raw_query);
	return arena_printf(v->arena, "%.*s.%.*s?%.*s", STR_ARG(how), STR_ARG(r->raw_path), STR_ARG(query));
}

void view_stood_close(struct html *h)
{
	struct view_stood *s = h->stood;
	h->stood = NULL;
	if (!s || !s->open)
		return;
	if (!s->held && s->open->boxes.n) {
		*vec_add(s->visit->arena, &s->forms) = *s->open;
		struct str word = s->again ? s->carried : word_here(s->visit, s->open);
		if (word.n)
			html_hidden(h, "stood", word);
	}
	s->open = NULL;
}

struct str view_stood_word_of(struct arena *a, const struct view_stood *now, const struct view_stood_word *was)
{
	struct str how = pieces(a, now->forms.p, now->forms.n);
	return arena_printf(a, "%.*s.%.*s?%.*s", STR_ARG(how), STR_ARG(was->path), STR_ARG(was->query));
}

bool view_stood_read(struct arena *a, struct str word, struct view_stood_word *out)
{
	*out = (struct view_stood_word){ 0 };
	if (!str_cut(&word, '.', &out->pieces) || !str_cut(&word, '?', &out->path))
		return false;
	out->query = lasting(a, word);
	return true;
}

bool view_stood_is(struct arena *a, const struct view_stood *now, struct str was)
{
	for (size_t i = 0; i < now->forms.n; i++)
		if (str_eq(was, pieces(a, &now->forms.p[i], 1)))
			return true;
	return str_eq(was, pieces(a, now->forms.p, now->forms.n));
}

/* --- what differs ------------------------------------------------------------------------------------------------- */

enum match { UNKNOWN, CHANGED, SAME };

static enum match find(struct arena *a, const struct view_stood_box *box, struct str was)
{
	enum match best = UNKNOWN;
	auto_buf b = BUF_INIT(PIECE + 1);
	put_piece(&b, a, box);
	struct str mine = buf_str(&b);
	for (size_t i = 0; i + PIECE <= was.n; i += PIECE) {
		struct str one = str_sub(was, i, PIECE);
		if (str_eq(one, mine))
			return SAME;
		if (str_eq(str_sub(one, 0, NAME_HEX), str_sub(mine, 0, NAME_HEX)))
			best = CHANGED;
	}
	return best;
}

const struct view_stood_form *view_stood_nearest_or_null(struct arena *a, const struct view_stood *now, struct str was)
{
	const struct view_stood_form *best = NULL;
	size_t most = 0;
	for (size_t i = 0; i < now->forms.n; i++) {
		const struct view_stood_form *f = &now->forms.p[i];
		size_t n = 0;
		for (size_t k = 0; k < f->boxes.n; k++)
			n += (size_t)find(a, &f->boxes.p[k], was);
		if (n > most) {
			most = n;
			best = f;
		}
	}
	return best;
}

/* As a browser sends it: line ends are CR LF, and handlers trim. */
static struct str plain(struct arena *a, struct str s)
{
	auto_buf b = BUF_INIT(s.n + 1);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '\r')
			buf_put_char(&b, s.p[i]);
	return arena_str(a, str_trim(buf_str(&b)));
}

bool view_stood_says(struct arena *a, const struct view_stood_form *now, const struct visitor_form *posted)
{
	for (size_t k = 0; k < now->boxes.n; k++) {
		const struct view_stood_box *box = &now->boxes.p[k];
		bool found = false, any = false;
		for (size_t i = 0; i < posted->n; i++)
			if (str_eq(posted->pairs[i].name, box->name)) {
				any = true;
				found |= str_eq(plain(a, posted->pairs[i].value), plain(a, box->value));
			}
		/* Nothing sent for a text is an empty one. */
		if (box->on != found && !(box->on && !any && !plain(a, box->value).n))
			return false;
	}
	return true;
}

static struct str shown(struct visit *v, const struct view_stood_form *now, struct str name)
{
	struct str list = STR("");
	for (size_t k = 0; k < now->boxes.n; k++)
		if (str_eq(now->boxes.p[k].name, name) && now->boxes.p[k].on && now->boxes.p[k].shown.n)
			list = arena_printf(v->arena, "%.*s%s%.*s", STR_ARG(list), list.n ? ", " : "", STR_ARG(now->boxes.p[k].shown));
	if (list.n > SHOWN)
		list = arena_join(v->arena, text_cut(list, SHOWN), STR("…"));
	return list.n ? list : STR("–");
}

void view_stood_tell(struct visit *v, const struct view_stood_form *now, struct str was, struct html_errors *errors)
{
	for (size_t k = 0; k < now->boxes.n; k++) {
		const struct view_stood_box *box = &now->boxes.p[k];
		if (find(v->arena, box, was) == SAME)
			continue;
		auto_buf b = BUF_INIT(64 << 10);
		struct str args[] = { shown(v, now, box->name) };
		i18n_put_filled(&b, i18n_text(v->lang, N_("Saved by somebody else meanwhile: {0}")), args, COUNT_OF(args));
		html_complain_text(errors, box->name, arena_str(v->arena, buf_str(&b)));
	}
}

void view_stood_put_told(struct html *h)
{
	const struct view_stood *s = h->stood;
	if (!s || !s->told || !s->again)
		return;
	html_lit(h, "<p class=\"hint\">");
	html_say(h, N_("If you save again, yours takes its place."));
	html_lit(h, " <a target=\"_blank\" rel=\"noopener\" href=\"");
	html_url(h, s->page);
	html_lit(h, "\">");
	html_say(h, N_("What is saved now"));
	html_lit(h, "</a></p>");
}
