/* Messages to the people of a portal: about a dataset or a record, about anything, or to be let in. Each is in the inbox, sealed, and
 * goes by letter to who answers; an answer there goes back by letter, too. */
#include "engage/inside.h"

const char *const engage_categories[][2] = {
	{ "question", N_("A question") },
	{ "error", N_("An error in the data") },
	{ "suggestion", N_("A suggestion") },
	{ NULL, NULL },
};

static const char *const kind_sentences[ENGAGE_NOTE_KINDS] = {
	[ENGAGE_FEEDBACK] = N_("About a dataset"), [ENGAGE_CONTACT] = N_("To the portal"), [ENGAGE_ACCESS] = N_("Asks for access") };
static const char *const state_sentences[ENGAGE_NOTE_STATES] = {
	[ENGAGE_OPEN] = N_("Open"), [ENGAGE_ANSWERED] = N_("Answered"), [ENGAGE_ARCHIVED] = N_("Archived") };
const char *engage_note_kind_sentence(enum engage_note_kind k) { return kind_sentences[k]; }
const char *engage_note_state_sentence(enum engage_note_state s) { return state_sentences[s]; }

/* --- in ------------------------------------------------------------------------------------------------------- */

/* The address of a dataset's contact, as its metadata have it; empty when there is none. */
static struct str contact_of(const struct engage_scene *s, const struct dataset *d)
{
	auto_json *doc = NULL;
	struct err ignored = { 0 };
	struct str json = dataset_meta_json(d, "dcat", "contact_email", s->lang->code);
	return json.n && json_read(json, &doc, &ignored) ? arena_str(s->arena, json_text(json_root(doc))) : STR("");
}

/* Who answers: of a dataset its contact; else the recipients that are set, the contact of the portal, its administrators. */
static bool answerers(const struct engage_scene *s, const struct dataset *d, const struct engage_note *n, struct engage_readers *to, struct err *e)
{
	if (n->kind == ENGAGE_FEEDBACK && d) engage_readers_add(s, to, contact_of(s, d));
	if (to->n) return true;
	if (n->kind != ENGAGE_ACCESS) {
		engage_readers_add(s, to, tenant_setting(s->tenant, "contact.recipients"));
		if (!to->n) engage_readers_add(s, to, tenant_setting(s->tenant, "contact"));
	}
	return to->n || engage_readers_may(s, to, ACCOUNT_MAY_EDIT_DOMAIN, e);
}

static const char *category_sentence(struct str word)
{
	for (size_t i = 0; engage_categories[i][0]; i++)
		if (str_eq(word, str_of(engage_categories[i][0]))) return engage_categories[i][1];
	return NULL;
}

static bool tell(struct store_tx *tx, const struct engage_scene *s, const struct dataset *d, const struct engage_note *n, const struct engage_readers *to, struct err *e)
{
	static const char *const subjects[ENGAGE_NOTE_KINDS] = {
		[ENGAGE_FEEDBACK] = N_("A message about “{0}” at {1}"), [ENGAGE_CONTACT] = N_("A message to {1}"), [ENGAGE_ACCESS] = N_("Somebody asks for access to “{0}” at {1}") };
	bool ok = true;
	for (size_t i = 0; ok && i < to->n; i++) {
		struct mail_draft m = engage_draft(s, to->items[i].lang);
		struct str what = d ? engage_title(s, d, m.lang->code) : n->about;
		mail_subject_with(&m, subjects[n->kind], what, m.portal);
		if (n->name.n || n->email.n)
			mail_say_with(&m, N_("{0} ({1}) writes:"), n->name.n ? n->name : STR("–"), n->email.n ? n->email : STR("–"));
		else
			mail_say(&m, N_("Somebody who left no address writes:"));
		const char *category = category_sentence(n->category);
		if (category) mail_say(&m, category);
		if (d && n->about.n) mail_say_with(&m, N_("About the record {0}"), n->about);
		mail_quote(&m, n->text);
		mail_say(&m, N_("The message is also here, and can be answered there:"));
		mail_link(&m, arena_join(s->arena, s->origin, STR("/backoffice/messages/")));
		m.reply_to = n->email;
		ok = mail_post(tx, s->tenant->id, &m, MAIL_MESSAGE, to->items[i].email, e);
	}
	return ok;
}

static bool check(const struct engage_scene *s, const struct engage_note *n, struct engage_note *out, struct err *e)
{
	struct account who;
	*out = *n;
	if (!str_trim(n->text).n || !engage_text_ok(n->text, ENGAGE_TEXT, true)) return err_set(e, ERR_PARAMETER, "a message has at most %d bytes", ENGAGE_TEXT);
	if (!engage_text_ok(n->about, ENGAGE_ABOUT, false) || !engage_text_ok(n->name, ENGAGE_NAME, false) || !engage_text_ok(n->category, 20, false))
		return err_set(e, ERR_PARAMETER, "a name or a reference is longer than a line");
	if (s->by) {
		if (!engage_account(s, s->by, &who, e)) return false;
		out->email = who.email;
		out->name = who.name;
		return true;
	}
	out->email = STR("");
	return !str_trim(n->email).n || mail_address(s->arena, n->email, &out->email, e);
}

bool engage_note_put(const struct engage_scene *s, const struct dataset *d, const struct engage_note *n, struct err *e)
{
	static const char *const settings[ENGAGE_NOTE_KINDS] = { [ENGAGE_FEEDBACK] = "feedback", [ENGAGE_CONTACT] = "contact.form", [ENGAGE_ACCESS] = "access.requests" };
	struct engage_readers to = { 0 };
	struct engage_note own;
	struct store_tx *tx;
	struct str sealed;
	if (!tenant_setting_on(s->tenant, settings[n->kind])) return err_set(e, ERR_FORBIDDEN, "this portal takes no such messages");
	if (!check(s, n, &own, e) || !answerers(s, d, &own, &to, e)) return false;
	/* What the account says of itself is asked of the account when the message is read. */
	struct str words = s->by ? arena_printf(s->arena, "\n\n%.*s", STR_ARG(str_trim(own.text)))
	                         : arena_printf(s->arena, "%.*s\n%.*s\n%.*s", STR_ARG(own.email), STR_ARG(str_trim(own.name)), STR_ARG(str_trim(own.text)));
	if (!engage_seal(s, words, &sealed, e) || !engage_begin(s, STORE_WRITE, &tx, e)) return false;
	struct value by = s->by ? VALUE_OF_INT(s->by) : VALUE_NULL_OF(VALUE_INT), about = d ? VALUE_OF_INT(d->id) : VALUE_NULL_OF(VALUE_INT);
	bool ok = store_run(tx, ENGAGE_Q(note_put), s->tenant->id,
	                    STORE_PARAMS(VALUE_OF_INT(own.kind), VALUE_OF_TEXT(own.category), about, VALUE_OF_TEXT(str_trim(own.about)), by, VALUE_OF_TEXT(sealed),
	                                 VALUE_OF_TEXT(s->lang->code), VALUE_OF_INT(clock_now().us)),
	                    e) &&
	          tell(tx, s, d, &own, &to, e);
	return engage_done(s, tx, ok, e);
}

/* --- out --------------------------------------------------------------------------------------------------------- */

static void read_row(const struct engage_scene *s, struct store_rows *r, struct engage_note *out)
{
	struct arena *a = s->arena;
	struct str words = engage_open(s, a, store_text(r, 7)), email = STR(""), name = STR("");
	(void)(str_cut(&words, '\n', &email) && str_cut(&words, '\n', &name)); /* words that cannot be opened are empty */
	*out = (struct engage_note){ .id = store_int(r, 0), .kind = (enum engage_note_kind)store_int(r, 1), .category = arena_str(a, store_text(r, 2)),
		.dataset = store_int(r, 3), .slug = arena_str(a, store_text(r, 4)), .about = arena_str(a, store_text(r, 5)), .account = store_int(r, 6),
		.email = email, .name = name, .text = words, .answer = engage_open(s, a, store_text(r, 8)), .lang = arena_str(a, store_text(r, 9)),
		.state = (enum engage_note_state)store_int(r, 10), .created = { store_int(r, 11) }, .changed = { store_int(r, 12) } };
	if (!out->account) return;
	out->email = arena_str(a, store_text(r, 13));
	out->name = arena_str(a, store_text(r, 14));
}

bool engage_notes(const struct engage_scene *s, int kind, int state, int64_t start, size_t rows, struct engage_note **out, size_t *n, int64_t *all, struct err *e)
{
	VEC(struct engage_note) list = { 0 };
	struct store_tx *tx;
	struct store_rows *r;
	enum store_step step = STORE_FAILED;
	*all = 0;
	if (!engage_begin(s, STORE_READ, &tx, e)) return false;
	bool ok = store_ask(tx, ENGAGE_Q(notes_count), s->tenant->id, STORE_PARAMS(VALUE_OF_INT(kind), VALUE_OF_INT(state)), &r, e);
	if (ok) {
		ok = store_step(r, e) == STORE_ROW;
		if (ok) *all = store_int(r, 0);
		store_stop(r);
	}
	if (ok && store_ask(tx, ENGAGE_Q(notes), s->tenant->id,
	                    STORE_PARAMS(VALUE_OF_INT(kind), VALUE_OF_INT(state), VALUE_OF_INT((int64_t)rows), VALUE_OF_INT(start)), &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW) {
			struct engage_note one;
			read_row(s, r, &one);
			vec_push(s->arena, &list, one);
		}
		store_stop(r);
	}
	*out = list.p;
	*n = list.n;
	return store_end(tx, STORE_ROLLBACK, e) && ok && step != STORE_FAILED;
}

static bool get(struct store_tx *tx, const struct engage_scene *s, int64_t id, struct engage_note *out, struct err *e)
{
	struct store_rows *r;
	if (!store_ask(tx, ENGAGE_Q(note_get), s->tenant->id, STORE_PARAMS(VALUE_OF_INT(id)), &r, e)) return false;
	enum store_step step = store_step(r, e);
	if (step == STORE_ROW) read_row(s, r, out);
	store_stop(r);
	return step == STORE_ROW || (step == STORE_DONE && err_set(e, ERR_NOT_FOUND, "this message is not there any more"));
}

bool engage_note_get(const struct engage_scene *s, int64_t id, struct engage_note *out, struct err *e)
{
	struct store_tx *tx;
	if (!engage_begin(s, STORE_READ, &tx, e)) return false;
	bool ok = get(tx, s, id, out, e);
	return store_end(tx, STORE_ROLLBACK, e) && ok;
}

/* --- what is done about it ------------------------------------------------------------------------------------------ */

static bool letter_answer(struct store_tx *tx, const struct engage_scene *s, const struct engage_note *n, struct str text, struct err *e)
{
	struct mail_draft m = engage_draft(s, n->lang);
	struct str contact = tenant_setting(s->tenant, "contact");
	mail_subject_with(&m, N_("An answer of {0}"), m.portal);
	mail_say(&m, N_("You wrote:"));
	mail_quote(&m, text_cut(n->text, 500));
	mail_say(&m, N_("The answer:"));
	struct str rest = text, line;
	while (rest.n && str_cut(&rest, '\n', &line))
		if (str_trim(line).n) mail_say_with(&m, "{0}", str_trim(line));
	m.reply_to = contact;
	return mail_post(tx, s->tenant->id, &m, MAIL_ANSWER, n->email, e);
}

bool engage_note_answer(const struct engage_scene *s, int64_t id, struct str text, struct err *e)
{
	struct store_tx *tx;
	struct engage_note n;
	struct str sealed;
	if (!str_trim(text).n || !engage_text_ok(text, ENGAGE_TEXT, true)) return err_set(e, ERR_PARAMETER, "an answer has at most %d bytes", ENGAGE_TEXT);
	if (!engage_seal(s, str_trim(text), &sealed, e) || !engage_begin(s, STORE_WRITE, &tx, e)) return false;
	bool ok = get(tx, s, id, &n, e) && (n.email.n || err_set(e, ERR_CONFLICT, "whoever wrote this left no address")) &&
	          store_run(tx, ENGAGE_Q(note_answer), s->tenant->id,
	                    STORE_PARAMS(VALUE_OF_INT(id), VALUE_OF_TEXT(sealed), VALUE_OF_INT(clock_now().us), VALUE_OF_INT(s->by)), e) &&
	          letter_answer(tx, s, &n, str_trim(text), e);
	return engage_done(s, tx, ok, e);
}

bool engage_note_move(const struct engage_scene *s, int64_t id, enum engage_note_state to, struct err *e)
{
	int64_t n;
	return engage_run(s, ENGAGE_Q(note_move), STORE_PARAMS(VALUE_OF_INT(id), VALUE_OF_INT(to), VALUE_OF_INT(clock_now().us), VALUE_OF_INT(s->by)), &n, e);
}

bool engage_note_drop(const struct engage_scene *s, int64_t id, struct err *e)
{
	int64_t n;
	return engage_run(s, ENGAGE_Q(note_drop), STORE_PARAMS(VALUE_OF_INT(id)), &n, e);
}
