/* What somebody made of data: told by whoever made it, shown once somebody of the portal has looked at it. */
#include "engage/inside.h"

static const struct { const char *word, *sentence; } kinds[] = {
#define REUSE_KIND(symbol, word, sentence) [ENGAGE_##symbol] = { word, sentence },
#include "engage/kinds.def"
#undef REUSE_KIND
};

const char *engage_reuse_kind_word(enum engage_reuse_kind k) { return kinds[k].word; }
const char *engage_reuse_kind_sentence(enum engage_reuse_kind k) { return kinds[k].sentence; }

bool engage_reuse_kind_of(struct str word, enum engage_reuse_kind *out)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (str_eq(word, str_of(kinds[i].word))) {
			*out = (enum engage_reuse_kind)i;
			return true;
		}
	return false;
}

/* --- in --------------------------------------------------------------------------------------------------- */

static bool web_ok(struct str url)
{
	if (url.n > LIMIT_URL_BYTES / 4 || !(str_starts(url, STR("https://")) || str_starts(url, STR("http://")))) return false;
	for (size_t i = 0; i < url.n; i++)
		if ((unsigned char)url.p[i] <= 0x20 || (unsigned char)url.p[i] == 0x7f || strchr("<>\"\\^`{|}", url.p[i])) return false;
	struct str rest = str_from(url, (size_t)str_find(url, STR("://")) + 3);
	return rest.n > 3 && str_find_char(rest, '.') > 0 && text_is_utf8(url);
}

static bool check(const struct engage_reuse *r, struct err *e)
{
	if (!str_trim(r->title).n || !engage_text_ok(r->title, ENGAGE_TITLE, false)) return err_set(e, ERR_PARAMETER, "a title is one line of at most %d bytes", ENGAGE_TITLE);
	if (!str_trim(r->description).n || !engage_text_ok(r->description, ENGAGE_TEXT, true)) return err_set(e, ERR_PARAMETER, "a description has at most %d bytes", ENGAGE_TEXT);
	if (!web_ok(r->url)) return err_set(e, ERR_PARAMETER, "an address begins with https:// or http://");
	if (!engage_text_ok(r->first_name, ENGAGE_NAME, false) || !engage_text_ok(r->last_name, ENGAGE_NAME, false))
		return err_set(e, ERR_PARAMETER, "a name is one line of at most %d bytes", ENGAGE_NAME);
	return true;
}

static bool tell_reviewers(struct store_tx *tx, const struct engage_scene *s, const struct dataset *d, const struct engage_reuse *r,
                           const struct engage_readers *to, struct err *e)
{
	bool ok = true;
	for (size_t i = 0; ok && i < to->n; i++) {
		struct mail_draft m = engage_draft(s, to->items[i].lang);
		mail_subject_with(&m, N_("A reuse waits for review at {0}"), m.portal);
		mail_say_with(&m, N_("Somebody tells of what they made of “{0}”:"), engage_title(s, d, m.lang->code));
		mail_quote(&m, arena_printf(s->arena, "%.*s\n%.*s", STR_ARG(r->title), STR_ARG(r->url)));
		mail_say(&m, N_("It is shown once somebody has approved it here:"));
		mail_link(&m, arena_join(s->arena, s->origin, STR("/backoffice/reuses/")));
		ok = mail_post(tx, s->tenant->id, &m, MAIL_REUSE, to->items[i].email, e);
	}
	return ok;
}

static bool reviewers(const struct engage_scene *s, struct engage_readers *to, struct err *e)
{
	if (!tenant_setting_on(s->tenant, "reuses.recipients_only") && !engage_readers_may(s, to, ACCOUNT_MAY_EDIT_REUSE, e)) return false;
	engage_readers_add(s, to, tenant_setting(s->tenant, "reuses.recipients"));
	return true;
}

bool engage_reuse_put(const struct engage_scene *s, const struct dataset *d, const struct engage_reuse *r, struct err *e)
{
	struct engage_readers to = { 0 };
	struct str address = STR(""), sealed;
	struct store_tx *tx;
	if (!tenant_setting_on(s->tenant, "reuses")) return err_set(e, ERR_FORBIDDEN, "this portal takes no reuses");
	if (!s->by && !tenant_setting_on(s->tenant, "reuses.anonymous")) return err_set(e, ERR_FORBIDDEN, "please sign in to tell of a reuse");
	if (!check(r, e) || (!s->by && !mail_address(s->arena, r->email, &address, e))) return false;
	if (!reviewers(s, &to, e) || !engage_seal(s, address, &sealed, e) || !engage_begin(s, STORE_WRITE, &tx, e)) return false;
	struct value by = s->by ? VALUE_OF_INT(s->by) : VALUE_NULL_OF(VALUE_INT);
	bool ok = store_run(tx, ENGAGE_Q(reuse_put), s->tenant->id,
	                    STORE_PARAMS(VALUE_OF_INT(d->id), by, VALUE_OF_TEXT(str_of(kinds[r->kind].word)), VALUE_OF_TEXT(str_trim(r->title)),
	                                 VALUE_OF_TEXT(str_trim(r->description)), VALUE_OF_TEXT(r->url), VALUE_OF_TEXT(str_trim(r->first_name)),
	                                 VALUE_OF_TEXT(str_trim(r->last_name)), VALUE_OF_TEXT(sealed), VALUE_OF_TEXT(s->lang->code), VALUE_OF_INT(clock_now().us)),
	                    e) &&
	          engage_picture_put(tx, s, store_last_id(tx), r->picture_or_null, e) && tell_reviewers(tx, s, d, r, &to, e);
	return engage_done(s, tx, ok, e);
}

/* --- out ---------------------------------------------------------------------------------------------------- */

static void read_row(const struct engage_scene *s, struct store_rows *r, bool private_, struct engage_reuse *out)
{
	struct arena *a = s->arena;
	*out = (struct engage_reuse){ .id = store_int(r, 0), .dataset = store_int(r, 1), .slug = arena_str(a, store_text(r, 2)), .account = store_int(r, 3),
		.state = (enum engage_state)store_int(r, 4), .title = arena_str(a, store_text(r, 6)),
		.description = arena_str(a, store_text(r, 7)), .url = arena_str(a, store_text(r, 8)), .first_name = arena_str(a, store_text(r, 9)),
		.last_name = arena_str(a, store_text(r, 10)), .lang = arena_str(a, store_text(r, 12)), .created = { store_int(r, 14) }, .decided = { store_int(r, 15) },
		.pictured = { store_int(r, 17) }, .width = (int)store_int(r, 18), .height = (int)store_int(r, 19) };
	if (!engage_reuse_kind_of(store_text(r, 5), &out->kind)) out->kind = ENGAGE_REUSE_OTHER;
	if (!private_) return;
	out->reason = arena_str(a, store_text(r, 13));
	out->email = out->account ? arena_str(a, store_text(r, 16)) : engage_open(s, a, store_text(r, 11));
}

/* The list as JSON, which the store reads as a table; empty: all. */
static struct str list_of(struct arena *a, const struct engage_reuse_ask *q)
{
	auto_buf b = BUF_INIT(8 << 20);
	if (!q->datasets) return STR("");
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '[');
	for (size_t i = 0; i < q->ndatasets; i++) json_put_int(&j, q->datasets[i]);
	json_close(&j, ']');
	return arena_str(a, buf_str(&b));
}

static bool count(struct store_tx *tx, const struct engage_scene *s, const struct store_query *q, const struct value *params, size_t n, int64_t *out, struct err *e)
{
	struct store_rows *r;
	*out = 0;
	if (!store_ask(tx, q, s->tenant->id, params, n, &r, e)) return false;
	enum store_step step = store_step(r, e);
	if (step == STORE_ROW) *out = store_int(r, 0);
	store_stop(r);
	return step != STORE_FAILED;
}

bool engage_reuses(const struct engage_scene *s, const struct engage_reuse_ask *q, struct engage_reuse **out, size_t *n, int64_t *all, struct err *e)
{
	VEC(struct engage_reuse) list = { 0 };
	struct store_tx *tx;
	struct store_rows *r;
	enum store_step step = STORE_FAILED;
	struct str only = list_of(s->arena, q);
	if (!engage_begin(s, STORE_READ, &tx, e)) return false;
	bool ok = count(tx, s, ENGAGE_Q(reuses_count), STORE_PARAMS(VALUE_OF_INT(q->state), VALUE_OF_TEXT(only)), all, e);
	if (ok && store_ask(tx, ENGAGE_Q(reuses), s->tenant->id,
	                    STORE_PARAMS(VALUE_OF_INT(q->state), VALUE_OF_TEXT(only), VALUE_OF_INT((int64_t)q->rows), VALUE_OF_INT(q->start)), &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW) {
			struct engage_reuse one;
			read_row(s, r, q->private_, &one);
			vec_push(s->arena, &list, one);
		}
		store_stop(r);
	}
	*out = list.p;
	*n = list.n;
	return store_end(tx, STORE_ROLLBACK, e) && ok && step != STORE_FAILED;
}

static bool get(struct store_tx *tx, const struct engage_scene *s, int64_t id, struct engage_reuse *out, struct err *e)
{
	struct store_rows *r;
	if (!store_ask(tx, ENGAGE_Q(reuse_get), s->tenant->id, STORE_PARAMS(VALUE_OF_INT(id)), &r, e)) return false;
	enum store_step step = store_step(r, e);
	if (step == STORE_ROW) read_row(s, r, true, out);
	store_stop(r);
	return step == STORE_ROW || (step == STORE_DONE && err_set(e, ERR_NOT_FOUND, "this reuse is not there any more"));
}

bool engage_reuse_get(const struct engage_scene *s, int64_t id, struct engage_reuse *out, struct err *e)
{
	struct store_tx *tx;
	if (!engage_begin(s, STORE_READ, &tx, e)) return false;
	bool ok = get(tx, s, id, out, e);
	return store_end(tx, STORE_ROLLBACK, e) && ok;
}

/* --- the review ------------------------------------------------------------------------------------------------ */

static bool tell_sender(struct store_tx *tx, const struct engage_scene *s, const struct engage_reuse *r, bool yes, struct str reason, struct err *e)
{
	struct err own = { 0 };
	struct str address;
	/* Whose address is erased already, or cannot be opened any more, is not told. */
	if (!r->email.n || !mail_address(s->arena, r->email, &address, &own)) return true;
	struct mail_draft m = engage_draft(s, r->lang);
	mail_subject_with(&m, yes ? N_("Your reuse is shown at {0}") : N_("Your reuse is not shown at {0}"), m.portal);
	if (yes) {
		mail_say_with(&m, N_("Thank you: “{0}” is now shown beside the data."), r->title);
		mail_link(&m, engage_dataset_url(s, r->slug));
	} else {
		mail_say_with(&m, N_("Thank you for telling of “{0}”. It is not shown beside the data."), r->title);
		if (reason.n) mail_say(&m, N_("The reason given:"));
		mail_quote(&m, reason);
	}
	return mail_post(tx, s->tenant->id, &m, MAIL_REUSE, address, e);
}

bool engage_reuse_decide(const struct engage_scene *s, int64_t id, bool yes, struct str reason, struct err *e)
{
	struct store_tx *tx;
	struct engage_reuse r;
	if (!engage_text_ok(reason, ENGAGE_TEXT / 2, true)) return err_set(e, ERR_PARAMETER, "a reason has at most %d bytes", ENGAGE_TEXT / 2);
	if (!engage_begin(s, STORE_WRITE, &tx, e)) return false;
	bool ok = get(tx, s, id, &r, e);
	if (ok && r.state == (yes ? ENGAGE_APPROVED : ENGAGE_REJECTED)) ok = err_set(e, ERR_CONFLICT, "this is decided already");
	/* The address of a stranger is not needed any more. */
	ok = ok && store_run(tx, ENGAGE_Q(reuse_decide), s->tenant->id,
	                     STORE_PARAMS(VALUE_OF_INT(id), VALUE_OF_INT(yes ? ENGAGE_APPROVED : ENGAGE_REJECTED), VALUE_OF_TEXT(str_trim(reason)),
	                                  VALUE_OF_INT(clock_now().us), VALUE_OF_INT(s->by)),
	                     e) &&
	     tell_sender(tx, s, &r, yes, str_trim(reason), e);
	return engage_done_shown(s, tx, ok, e);
}

bool engage_reuse_change(const struct engage_scene *s, const struct engage_reuse *r, struct err *e)
{
	struct store_tx *tx;
	if (!check(r, e) || !engage_begin(s, STORE_WRITE, &tx, e)) return false;
	bool ok = store_run(tx, ENGAGE_Q(reuse_change), s->tenant->id,
	                    STORE_PARAMS(VALUE_OF_INT(r->id), VALUE_OF_TEXT(str_of(kinds[r->kind].word)), VALUE_OF_TEXT(str_trim(r->title)),
	                                 VALUE_OF_TEXT(str_trim(r->description)), VALUE_OF_TEXT(r->url)),
	                    e) &&
	          (store_changes(tx) == 1 || err_set(e, ERR_NOT_FOUND, "this reuse is not there any more")) && engage_picture_put(tx, s, r->id, r->picture_or_null, e);
	return engage_done_shown(s, tx, ok, e);
}

bool engage_reuse_drop(const struct engage_scene *s, int64_t id, struct err *e)
{
	struct store_tx *tx;
	if (!engage_begin(s, STORE_WRITE, &tx, e)) return false;
	return engage_done_shown(s, tx, store_run(tx, ENGAGE_Q(reuse_drop), s->tenant->id, STORE_PARAMS(VALUE_OF_INT(id)), e), e);
}

/* --- told --------------------------------------------------------------------------------------------------- */

void engage_put_reuse(struct json_out *j, struct arena *a, const struct engage_reuse *r, const struct dataset *d_or_null, struct str lang, struct str origin)
{
	struct str title = d_or_null ? dataset_meta_text(d_or_null, a, "title", lang) : STR("");
	char room[80];
	struct buf created = { .p = room, .cap = sizeof room, .max = sizeof room };
	clock_put_instant(&created, r->created.us, clock_utc());
	json_member(j, "title", r->title);
	json_member(j, "description", r->description);
	json_member(j, "url", r->url);
	json_key(j, STR("thumbnail"));
	if (r->pictured.us) json_put(j, arena_join(a, origin, engage_picture_path(a, r)));
	else json_put_null(j);
	json_member(j, "created_at", buf_str(&created));
	json_key(j, STR("dataset"));
	json_open(j, '{');
	json_member(j, "id", r->slug);
	json_member(j, "title", title.n ? title : r->slug);
	json_close(j, '}');
	json_key(j, STR("user"));
	json_open(j, '{');
	json_member(j, "first_name", r->first_name);
	json_member(j, "last_name", r->last_name);
	json_close(j, '}');
}
