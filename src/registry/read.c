/* JSON to a registry. One reader for what an administrator sends (strict: unknown members, missing texts and words that
 * mean nothing are noted by field and language) and for what was published before (lenient). What is optional and left out
 * takes the default that does least: a service's own provider, category and basis for its items, no recipients, path "/". */
#include "registry/inside.h"
#include "text/text.h"

void registry_note_args(struct registry_notes *n, struct str field, const char *sentence, const struct str *args, size_t nargs)
{
	enum { FAULTS_MOST = 200, ARG_MOST = 500 };
	if (!n->strict || n->faults.n >= FAULTS_MOST)
		return;
	struct registry_fault f = { .field = arena_join(n->a, n->lead, field), .sentence = sentence };
	for (size_t i = 0; i < nargs && i < REGISTRY_FAULT_ARGS; i++)
		f.args[i] = arena_str(n->a, text_cut(args[i], ARG_MOST));
	f.message = registry_fault_text(&f, i18n_english(), n->a);
	vec_push(n->a, &n->faults, f);
}

void registry_note(struct registry_notes *n, struct str field, const char *sentence) { registry_note_args(n, field, sentence, NULL, 0); }

struct str registry_count(struct registry_notes *n, size_t count) { return arena_printf(n->a, "%zu", count); }

struct str registry_fault_text(const struct registry_fault *f, const struct i18n_lang *l, struct arena *a)
{
	auto_buf b = BUF_INIT(8000);
	i18n_put_filled(&b, i18n_text(l, f->sentence), f->args, REGISTRY_FAULT_ARGS);
	return arena_str(a, buf_str(&b));
}

struct reading {
	struct registry_box *box;
	struct registry *g;
	struct arena *a;          /* of the box */
	struct registry_notes *n;
};

/* --- small readers -------------------------------------------------------------------------------------------- */

/* Members that are not in a list of names (ended by NULL) are noted. */
static void check_members(struct reading *r, const struct json_node *o, struct str at, const char *const *known)
{
	size_t i = 0;
	struct str key;
	const struct json_node *value;
	while (json_each(o, &i, &key, &value)) {
		bool found = false;
		for (const char *const *k = known; *k && !found; k++)
			found = str_eq(key, str_of(*k));
		if (!found)
			registry_note(r->n, arena_join(r->n->a, at, key), N_("is not a field that is known here"));
	}
}

static struct str field(struct reading *r, struct str at, const char *name) { return arena_join(r->n->a, at, str_of(name)); }

/* A text; `must`: an empty one is noted. */
static struct str read_text(struct reading *r, const struct json_node *o, struct str at, const char *name, bool must)
{
	const struct json_node *v = json_get(o, name);
	enum json_kind kind = json_kind(v);
	if (kind != JSON_TEXT && kind != JSON_ABSENT && kind != JSON_NULL)
		registry_note(r->n, field(r, at, name), N_("must be a text"));
	struct str s = str_trim(json_text(v));
	if (must && !s.n && (kind == JSON_TEXT || kind == JSON_ABSENT || kind == JSON_NULL))
		registry_note(r->n, field(r, at, name), N_("is missing; a text is needed"));
	if (s.n > REGISTRY_TEXT_MOST) {
		registry_note_with(r->n, field(r, at, name), N_("is longer than {0} bytes"), registry_count(r->n, REGISTRY_TEXT_MOST));
		s = text_cut(s, REGISTRY_TEXT_MOST);
	}
	for (size_t i = 0; i < s.n; i++)
		if (((unsigned char)s.p[i] < 0x20 && s.p[i] != '\n' && s.p[i] != '\t') || s.p[i] == 0x7f) {
			registry_note_with(r->n, field(r, at, name), N_("holds a control character (byte {0})"), registry_count(r->n, i + 1));
			return STR("");
		}
	return arena_str(r->a, s);
}

static bool read_bool(struct reading *r, const struct json_node *o, struct str at, const char *name, bool otherwise)
{
	const struct json_node *v = json_get(o, name);
	if (json_kind(v) != JSON_BOOL && json_kind(v) != JSON_ABSENT)
		registry_note(r->n, field(r, at, name), N_("must be true or false"));
	return json_bool(v, otherwise);
}

/* The place of a word in a list, or `otherwise` (-1: it must be there). */
static int read_word(struct reading *r, const struct json_node *o, struct str at, const char *name, const char *const *words, int otherwise)
{
	const struct json_node *v = json_get(o, name);
	struct str s = json_text(v);
	for (int i = 0; words[i]; i++)
		if (str_eq(s, str_of(words[i])))
			return i;
	if (json_kind(v) == JSON_ABSENT && otherwise >= 0)
		return otherwise;
	auto_buf b = BUF_INIT(400);
	for (int i = 0; words[i]; i++)
		buf_printf(&b, "%s%s", i ? ", " : "", words[i]);
	registry_note_with(r->n, field(r, at, name), json_kind(v) == JSON_ABSENT ? N_("is missing; expected one of {0}") : N_("must be one of {0}"), buf_str(&b));
	return num_max(otherwise, 0);
}

static const struct str *read_list(struct reading *r, const struct json_node *o, struct str at, const char *name, size_t most, size_t *n)
{
	const struct json_node *v = json_get(o, name);
	*n = 0;
	if (json_kind(v) == JSON_ABSENT || json_kind(v) == JSON_NULL)
		return NULL;
	if (json_kind(v) != JSON_ARRAY) {
		registry_note(r->n, field(r, at, name), N_("must be a list of texts"));
		return NULL;
	}
	size_t count = json_count(v);
	if (count > most) {
		registry_note_with(r->n, field(r, at, name), N_("has {0} entries; at most {1} are allowed"), registry_count(r->n, count), registry_count(r->n, most));
		count = most;
	}
	struct str *list = arena_array(r->a, struct str, count + 1);
	for (size_t i = 0; i < count; i++) {
		struct str s = str_trim(json_text(json_at(v, i)));
		if (!s.n || s.n > 500)
			registry_note_with(r->n, field(r, at, name), N_("entry {0} must be a text of 1 to 500 bytes"), registry_count(r->n, i + 1));
		else
			list[(*n)++] = arena_str(r->a, s);
	}
	return list;
}

/* A text per language. `must`: every language of the portal needs one. */
static struct registry_texts read_texts(struct reading *r, const struct json_node *o, struct str at, const char *name, bool must)
{
	const struct json_node *v = json_get(o, name);
	const struct registry *g = r->g;
	struct registry_texts t = { 0 };
	struct str lead = arena_printf(r->n->a, "%.*s%s.", STR_ARG(at), name);
	if (json_kind(v) != JSON_OBJECT) {
		if (must || json_kind(v) != JSON_ABSENT)
			registry_note_with(r->n, str_sub(lead, 0, lead.n - 1), N_("must be an object with a text for each language, as {\"{0}\":\"…\"}"), g->languages[0]);
		if (!must)
			return t;
	}
	struct str *of = arena_array(r->a, struct str, g->nlanguages);
	bool any = false;
	for (size_t i = 0; i < g->nlanguages; i++) {
		const char *code = arena_cstr(r->n->a, g->languages[i]);
		of[i] = json_kind(v) == JSON_OBJECT ? read_text(r, v, lead, code, false) : STR("");
		any |= of[i].n > 0;
		if (must && json_kind(v) == JSON_OBJECT && !of[i].n)
			registry_note_with(r->n, field(r, lead, code), N_("the text in \"{0}\" is missing"), str_of(code));
	}
	size_t at_member = 0;
	struct str key;
	const struct json_node *value;
	while (json_kind(v) == JSON_OBJECT && json_each(v, &at_member, &key, &value))
		if (i18n_find(g->languages, g->nlanguages, key) < 0)
			registry_note(r->n, arena_join(r->n->a, lead, key), N_("is not a language of this portal"));
	if (!any)
		return t;
	size_t given = 0;
	while (!of[given].n)
		given++;
	if (!of[0].n)
		of[0] = of[given];
	for (size_t i = 1; i < g->nlanguages; i++)
		if (!of[i].n || of[i].p == of[0].p)
			of[i] = of[0];
	t.of = of;
	return t;
}

static struct registry_provider read_provider(struct reading *r, const struct json_node *o, struct str at, const struct registry_provider *otherwise)
{
	static const char *const known[] = { "name", "url", "country", NULL };
	const struct json_node *v = json_get(o, "provider");
	struct str lead = field(r, at, "provider.");
	if (json_kind(v) == JSON_ABSENT && otherwise)
		return *otherwise;
	if (json_kind(v) != JSON_OBJECT) {
		registry_note(r->n, field(r, at, "provider"), N_("is missing; expected {\"name\":…,\"country\":…,\"url\":…}"));
		return (struct registry_provider){ 0 };
	}
	check_members(r, v, lead, known);
	struct registry_provider p = {
		.name = read_text(r, v, lead, "name", true),
		.url = read_text(r, v, lead, "url", false),
		.country = read_text(r, v, lead, "country", false),
	};
	if (p.url.n && !str_starts(p.url, STR("https://")) && !str_starts(p.url, STR("http://")))
		registry_note(r->n, field(r, lead, "url"), N_("must begin with https://"));
	return p;
}

/* --- items ------------------------------------------------------------------------------------------------------ */

static void read_attributes(struct reading *r, const struct json_node *o, struct str at, struct registry_item *item)
{
	static const char *const known[] = { "domain", "http_only", "partitioned", "path", "same_site", "secure", NULL };
	static const char *const same[] = { "Lax", "None", "Strict", NULL };
	const struct json_node *v = json_get(o, "attributes");
	struct str lead = field(r, at, "attributes.");
	if (json_kind(v) != JSON_OBJECT && json_kind(v) != JSON_ABSENT)
		registry_note(r->n, field(r, at, "attributes"), N_("must be an object"));
	if (json_kind(v) == JSON_OBJECT)
		check_members(r, v, lead, known);
	item->domain = read_text(r, v, lead, "domain", false);
	item->path = read_text(r, v, lead, "path", false);
	if (!item->path.n)
		item->path = STR("/");
	else if (item->path.p[0] != '/')
		registry_note(r->n, field(r, lead, "path"), N_("must begin with /"));
	item->http_only = read_bool(r, v, lead, "http_only", false);
	item->partitioned = read_bool(r, v, lead, "partitioned", false);
	item->secure = read_bool(r, v, lead, "secure", true);
	item->same_site = str_of(same[read_word(r, v, lead, "same_site", same, item->first_party ? 0 : 1)]);
}

static void read_lifetime(struct reading *r, const struct json_node *o, struct str at, struct registry_item *item)
{
	static const char *const known[] = { "type", "seconds", "refreshed", NULL };
	static const char *const types[] = { "session", "persistent", NULL };
	static const char *const refreshed[] = { "never", "daily_while_used", NULL };
	const struct json_node *v = json_get(o, "lifetime");
	struct str lead = field(r, at, "lifetime.");
	if (json_kind(v) != JSON_OBJECT) {
		registry_note(r->n, field(r, at, "lifetime"), N_("is missing; expected {\"type\":\"session\"} or {\"type\":\"persistent\",\"seconds\":…,\"refreshed\":\"never\"}"));
		return;
	}
	check_members(r, v, lead, known);
	if (read_word(r, v, lead, "type", types, -1) == 0)
		return;
	const struct json_node *s = json_get(v, "seconds");
	item->life_s = json_int(s, 0);
	if (json_kind(s) != JSON_INT || item->life_s < 1 || item->life_s > REGISTRY_LIFE_MOST)
		registry_note_with(r->n, field(r, lead, "seconds"), N_("must be a whole number from 1 to {0} (400 days)"), registry_count(r->n, REGISTRY_LIFE_MOST));
	item->refreshed_daily = read_word(r, v, lead, "refreshed", refreshed, 0) == 1;
}

static void read_location(struct reading *r, const struct json_node *o, struct str at, struct registry_item *item)
{
	size_t n;
	const struct str *list = read_list(r, o, at, "location", 2, &n);
	for (size_t i = 0; i < n; i++) {
		if (str_eq(list[i], STR("front")))
			item->location |= REGISTRY_FRONT;
		else if (str_eq(list[i], STR("back")))
			item->location |= REGISTRY_BACK;
		else
			registry_note_with(r->n, field(r, at, "location"), N_("entry {0} must be \"front\" or \"back\""), registry_count(r->n, i + 1));
	}
	if (!item->location)
		registry_note(r->n, field(r, at, "location"), N_("is missing; expected a list of \"front\", \"back\" or both"));
}

static const char *const item_members[] = { "attributes", "category", "function", "id", "kind", "legal_basis", "lifetime", "location", "match",
	"name", "party", "personal_data", "provider", "purpose", "recipients", "service", "set_when", "since", "transfer", NULL };

static void read_item(struct reading *r, const struct json_node *o, struct str at, const struct registry_service *owner, struct registry_item *item)
{
	static const char *const matches[] = { "exact", "prefix", NULL };
	static const char *const parties[] = { "third", "first", NULL };
	check_members(r, o, at, item_members);
	*item = (struct registry_item){ .cookie = REGISTRY_COOKIES };
	item->id = read_text(r, o, at, "id", true);
	item->service = read_text(r, o, at, "service", true);
	item->name = read_text(r, o, at, "name", true);
	item->kind = (enum registry_kind)read_word(r, o, at, "kind", registry_kind_words, REGISTRY_COOKIE);
	item->prefix_match = read_word(r, o, at, "match", matches, 0) == 1;
	item->first_party = read_word(r, o, at, "party", parties, -1) == 1;
	item->category = (enum registry_category)read_word(r, o, at, "category", registry_category_words, owner ? (int)owner->category : -1);
	item->basis = (enum registry_basis)read_word(r, o, at, "legal_basis", registry_basis_words, owner ? (int)owner->basis : -1);
	item->provider = read_provider(r, o, at, owner ? &owner->provider : NULL);
	item->function = read_texts(r, o, at, "function", true);
	item->purpose = read_texts(r, o, at, "purpose", true);
	if (json_kind(json_get(o, "set_when")) == JSON_TEXT) {
		item->trigger = read_text(r, o, at, "set_when", true);
		if (owner)
			registry_note(r->n, field(r, at, "set_when"), N_("must be an object with a text for each language; the single words are the platform's"));
	} else {
		item->set_when = read_texts(r, o, at, "set_when", true);
	}
	read_location(r, o, at, item);
	read_lifetime(r, o, at, item);
	read_attributes(r, o, at, item);
	item->personal = read_bool(r, o, at, "personal_data", true);
	item->recipients = read_list(r, o, at, "recipients", 100, &item->nrecipients);
	item->transfer = read_text(r, o, at, "transfer", false);
	item->since = json_int(json_get(o, "since"), 0);
}

/* --- services ------------------------------------------------------------------------------------------------------ */

static void read_origins(struct reading *r, const struct json_node *o, struct str at, struct registry_service *s)
{
	const struct json_node *v = json_get(o, "origins");
	struct str lead = field(r, at, "origins.");
	if (json_kind(v) == JSON_ABSENT)
		return;
	if (json_kind(v) != JSON_OBJECT) {
		registry_note(r->n, field(r, at, "origins"), N_("must be an object of lists, as {\"img\":[\"https://host\"]}"));
		return;
	}
	check_members(r, v, lead, registry_directive_words);
	for (size_t d = 0; d < REGISTRY_DIRECTIVES; d++) {
		s->origins[d] = read_list(r, v, lead, registry_directive_words[d], 50, &s->norigins[d]);
		for (size_t i = 0; i < s->norigins[d]; i++) {
			const char *why;
			if (r->n->strict && !registry_origin_ok(r->g, s->origins[d][i], (enum registry_directive)d, &why))
				registry_note_with(r->n, field(r, lead, registry_directive_words[d]), why, s->origins[d][i]);
		}
	}
}

static const struct registry_attested *read_attested(struct reading *r, const struct json_node *o, struct str at)
{
	static const char *const known[] = { "at", "by", "criteria", "evidence", NULL };
	const struct json_node *v = json_get(o, "attestation");
	struct str lead = field(r, at, "attestation.");
	if (json_kind(v) != JSON_OBJECT)
		return NULL;
	check_members(r, v, lead, known);
	struct registry_attested *t = arena_new(r->a, struct registry_attested);
	t->at = read_text(r, v, lead, "at", true);
	t->by = read_text(r, v, lead, "by", true);
	t->evidence = read_text(r, v, lead, "evidence", true);
	t->criteria = read_list(r, v, lead, "criteria", 40, &t->ncriteria);
	return t;
}

/* Left out: the usual ones. */
static unsigned read_sandbox(struct reading *r, const struct json_node *o, struct str at)
{
	enum { WORDS = 5 };
	size_t n;
	unsigned all = 0;
	if (json_kind(json_get(o, "sandbox")) == JSON_ABSENT)
		return REGISTRY_SANDBOX_USUAL;
	const struct str *list = read_list(r, o, at, "sandbox", WORDS, &n);
	for (size_t i = 0; i < n; i++) {
		unsigned bit = 0;
		for (size_t k = 0; registry_sandbox_words[k]; k++)
			if (str_eq(list[i], str_of(registry_sandbox_words[k])))
				bit = 1u << k;
		if (!bit)
			registry_note_with(r->n, field(r, at, "sandbox"), N_("\"{0}\" is not one of allow-forms, allow-popups, allow-presentation, allow-same-origin, allow-scripts"), list[i]);
		all |= bit;
	}
	return all;
}

static void read_service(struct reading *r, const struct json_node *o, struct str at, struct registry_service *s)
{
	static const char *const known[] = { "asked_epoch", "attestation", "category", "data_sent", "id", "items", "legal_basis", "loads", "name",
		"origins", "policy_url", "provider", "purpose", "recipients", "retention", "sandbox", "tag", "transfer", NULL };
	static const char *const tag_known[] = { "url", "site", NULL };
	static const char *const loads[] = { "tag", "embed", NULL };
	check_members(r, o, at, known);
	*s = (struct registry_service){ .id = read_text(r, o, at, "id", true), .name = read_text(r, o, at, "name", true) };
	s->provider = read_provider(r, o, at, NULL);
	s->category = (enum registry_category)read_word(r, o, at, "category", registry_category_words, -1);
	s->basis = (enum registry_basis)read_word(r, o, at, "legal_basis", registry_basis_words, -1);
	s->loads = (enum registry_loads)read_word(r, o, at, "loads", loads, -1);
	s->purpose = read_texts(r, o, at, "purpose", true);
	s->data_sent = read_texts(r, o, at, "data_sent", true);
	s->policy_url = read_text(r, o, at, "policy_url", true);
	if (s->policy_url.n && !str_starts(s->policy_url, STR("https://")) && !str_starts(s->policy_url, STR("http://")))
		registry_note(r->n, field(r, at, "policy_url"), N_("must begin with https://"));
	s->retention = read_text(r, o, at, "retention", true);
	s->sandbox = read_sandbox(r, o, at);
	s->transfer = read_text(r, o, at, "transfer", false);
	s->recipients = read_list(r, o, at, "recipients", 100, &s->nrecipients);
	read_origins(r, o, at, s);
	const struct json_node *tag = json_get(o, "tag");
	if (json_kind(tag) == JSON_OBJECT) {
		struct str lead = field(r, at, "tag.");
		check_members(r, tag, lead, tag_known);
		s->tag_url = read_text(r, tag, lead, "url", false);
		s->tag_site = read_text(r, tag, lead, "site", false);
	} else if (json_kind(tag) != JSON_ABSENT) {
		registry_note(r->n, field(r, at, "tag"), N_("must be an object with url and site"));
	}
	s->attested = read_attested(r, o, at);
	s->asked_epoch = json_int(json_get(o, "asked_epoch"), 0);
}

/* --- whole documents ------------------------------------------------------------------------------------------------ */

bool registry_json_same(const struct json_node *a, const struct json_node *b)
{
	enum json_kind kind = json_kind(a);
	if (kind != json_kind(b))
		return false;
	if (kind == JSON_ARRAY) {
		bool same = json_count(a) == json_count(b);
		for (size_t i = 0; same && i < json_count(a); i++)
			same = registry_json_same(json_at(a, i), json_at(b, i));
		return same;
	}
	if (kind == JSON_OBJECT) {
		bool same = json_count(a) == json_count(b);
		size_t at = 0;
		struct str key;
		const struct json_node *value;
		auto_arena names = ARENA_INIT;
		while (same && json_each(a, &at, &key, &value))
			same = registry_json_same(value, json_get(b, arena_cstr(&names, key)));
		return same;
	}
	auto_buf x = BUF_INIT(REGISTRY_JSON_BYTES);
	auto_buf y = BUF_INIT(REGISTRY_JSON_BYTES);
	json_put_node(&x, a);
	json_put_node(&y, b);
	return str_eq(buf_str(&x), buf_str(&y));
}

/* What was sent of the platform's own items must say what they are: none left out, none altered (REG-1). */
static void check_platform(struct reading *r, const struct json_node *items)
{
	bool seen[REGISTRY_COOKIES] = { 0 };
	bool any = false;
	for (size_t k = 0; k < json_count(items); k++) {
		const struct json_node *o = json_at(items, k);
		if (!str_eq(json_text(json_get(o, "service")), STR("platform")) && !str_starts(json_text(json_get(o, "id")), STR("platform.")))
			continue;
		any = true;
		struct str id = json_text(json_get(o, "id"));
		const struct registry_item *ours = NULL;
		for (size_t i = 0; i < r->g->nitems && !ours; i++)
			if (r->g->items[i].cookie != REGISTRY_COOKIES && str_eq(r->g->items[i].id, id))
				ours = &r->g->items[i];
		struct str at = arena_printf(r->n->a, "items.%.*s", STR_ARG(id));
		if (!ours) {
			registry_note(r->n, at, N_("is not an item of the platform; only services of your own can be added"));
			continue;
		}
		seen[ours->cookie] = true;
		auto_buf b = BUF_INIT(REGISTRY_JSON_BYTES);
		struct json_out j = JSON_OUT(&b);
		registry_put_item_json(&j, r->g, STR(""), ours);
		auto_json *doc = NULL;
		struct err ignored = { 0 };
		if (!json_read(buf_str(&b), &doc, &ignored))
			continue;
		size_t step = 0;
		struct str key;
		const struct json_node *value;
		while (json_each(o, &step, &key, &value))
			if (!str_eq(key, STR("since")) && !registry_json_same(value, json_get(json_root(doc), arena_cstr(r->n->a, key))))
				registry_note(r->n, arena_printf(r->n->a, "%.*s.%.*s", STR_ARG(at), STR_ARG(key)), N_("cannot be changed: it is what the platform does"));
	}
	for (size_t i = 0; any && i < r->g->nitems; i++)
		if (!seen[r->g->items[i].cookie])
			registry_note(r->n, arena_printf(r->n->a, "items.%.*s", STR_ARG(r->g->items[i].id)), N_("cannot be removed: the platform needs it"));
}

static struct str name_at(struct reading *r, const char *list, const struct json_node *o, size_t i)
{
	struct str id = str_trim(json_text(json_get(o, "id")));
	if (id.n && id.n <= 100)
		return arena_printf(r->n->a, "%s.%.*s.", list, STR_ARG(id));
	return arena_printf(r->n->a, "%s[%zu].", list, i);
}

/* Items stand together by service, in the order of the services. */
static void read_items(struct reading *r, const struct json_node *items, size_t nplatform)
{
	struct registry *g = r->g;
	size_t count = num_min(json_count(items), (size_t)REGISTRY_ITEMS_MOST);
	if (json_count(items) > REGISTRY_ITEMS_MOST)
		registry_note_with(r->n, STR("items"), N_("has {0} entries; at most {1} are allowed"), registry_count(r->n, json_count(items)), registry_count(r->n, REGISTRY_ITEMS_MOST));
	struct registry_item *out = arena_array(r->a, struct registry_item, nplatform + count + 1);
	for (size_t i = 0; i < nplatform; i++)
		out[i] = g->items[i];
	size_t n = nplatform;
	bool *taken = arena_array(r->n->a, bool, count + 1);
	struct registry_service *services = (struct registry_service *)(uintptr_t)g->services; /* this room made them */
	for (size_t s = 0; s < g->nservices; s++) {
		services[s].first_item = n;
		for (size_t i = 0; i < count; i++) {
			const struct json_node *o = json_at(items, i);
			if (taken[i] || !str_eq(str_trim(json_text(json_get(o, "service"))), services[s].id))
				continue;
			taken[i] = true;
			read_item(r, o, name_at(r, "items", o, i), &services[s], &out[n++]);
		}
		services[s].nitems = n - services[s].first_item;
	}
	for (size_t i = 0; i < count; i++) {
		const struct json_node *o = json_at(items, i);
		bool platform = str_eq(json_text(json_get(o, "service")), STR("platform")) || str_starts(json_text(json_get(o, "id")), STR("platform."));
		if (!taken[i] && !platform)
			registry_note_with(r->n, arena_join(r->n->a, name_at(r, "items", o, i), STR("service")), N_("\"{0}\" is not the id of a service of this registry"), text_cut(json_text(json_get(o, "service")), 60));
	}
	g->items = out;
	g->nitems = n;
}

static void read_services(struct reading *r, const struct json_node *list)
{
	size_t count = num_min(json_count(list), (size_t)REGISTRY_SERVICES_MOST);
	if (json_count(list) > REGISTRY_SERVICES_MOST)
		registry_note_with(r->n, STR("services"), N_("has {0} entries; at most {1} are allowed"), registry_count(r->n, json_count(list)), registry_count(r->n, REGISTRY_SERVICES_MOST));
	struct registry_service *out = arena_array(r->a, struct registry_service, count + 1);
	for (size_t i = 0; i < count; i++)
		read_service(r, json_at(list, i), name_at(r, "services", json_at(list, i), i), &out[i]);
	r->g->services = out;
	r->g->nservices = count;
	for (size_t i = 0; i < count; i++)
		r->g->needs_consent |= out[i].basis == REGISTRY_BASIS_CONSENT;
}

static void read_words(struct reading *r, const struct json_node *root)
{
	static const char *const additions[] = { "before", "after", NULL };
	static const char *const banner[] = { "title", "first", NULL };
	const struct json_node *o = json_get(root, "additions");
	if (json_kind(o) == JSON_OBJECT) {
		check_members(r, o, STR("additions."), additions);
		r->g->additions_before = read_texts(r, o, STR("additions."), "before", false);
		r->g->additions_after = read_texts(r, o, STR("additions."), "after", false);
	}
	o = json_get(root, "banner");
	if (json_kind(o) == JSON_OBJECT) {
		check_members(r, o, STR("banner."), banner);
		r->g->banner_title = read_texts(r, o, STR("banner."), "title", false);
		r->g->banner_first = read_texts(r, o, STR("banner."), "first", false);
	}
}

void registry_read_editable(struct registry_box *box, const struct json_node *root, struct registry_notes *n)
{
	static const char *const known[] = { "additions", "banner", "controller", "items", "material", "services", NULL };
	static const char *const controller[] = { "contact", "data_protection", "name", NULL };
	struct reading r = { .box = box, .g = &box->g, .a = &box->arena, .n = n };
	if (json_kind(root) != JSON_OBJECT) {
		registry_note(n, STR("$"), N_("must be a JSON object with services and items"));
		return;
	}
	check_members(&r, root, STR(""), known);
	const struct json_node *o = json_get(root, "controller");
	if (json_kind(o) == JSON_OBJECT) {
		check_members(&r, o, STR("controller."), controller);
		struct registry_own own = { .controller = read_text(&r, o, STR("controller."), "name", false),
			                    .contact = read_text(&r, o, STR("controller."), "contact", false),
			                    .protection_contact = read_text(&r, o, STR("controller."), "data_protection", false) };
		box->own = own;
		if (own.controller.n) box->g.controller = own.controller;
		if (own.contact.n) box->g.contact = own.contact;
		if (own.protection_contact.n) box->g.protection_contact = own.protection_contact;
	}
	const struct json_node *items = json_get(root, "items");
	const struct json_node *services = json_get(root, "services");
	if (json_kind(items) != JSON_ARRAY && json_kind(items) != JSON_ABSENT)
		registry_note(n, STR("items"), N_("must be a list"));
	if (json_kind(services) != JSON_ARRAY && json_kind(services) != JSON_ABSENT)
		registry_note(n, STR("services"), N_("must be a list"));
	if (json_kind(items) != JSON_ARRAY)
		items = NULL;
	if (json_kind(services) != JSON_ARRAY)
		services = NULL;
	size_t nplatform = box->g.nitems;
	if (n->strict)
		check_platform(&r, items);
	read_services(&r, services);
	read_items(&r, items, nplatform);
	read_words(&r, root);
}

bool registry_read_frozen(struct registry_box *box, struct str text, struct err *e)
{
	auto_json *doc = NULL;
	auto_arena scratch = ARENA_INIT;
	struct registry_notes n = { .a = &scratch };
	struct registry *g = &box->g;
	struct reading r = { .box = box, .g = g, .a = &box->arena, .n = &n };
	struct err bad = { 0 };
	if (!json_read(text, &doc, &bad)) {
		err_set(e, ERR_DATABASE, "a version of the registry cannot be read");
		return err_cause(e, "%s", bad.pub);
	}
	const struct json_node *root = json_root(doc);
	const struct json_node *policy = json_get(root, "policy");
	g->languages = read_list(&r, policy, STR(""), "languages", 50, &g->nlanguages);
	if (!g->nlanguages)
		return err_set(e, ERR_DATABASE, "a version of the registry has no language");
	g->host = read_text(&r, root, STR(""), "domain", false);
	g->origin = read_text(&r, root, STR(""), "origin", false);
	g->development = json_bool(json_get(root, "development"), false);
	const struct json_node *o = json_get(root, "controller");
	g->controller = read_text(&r, o, STR(""), "name", false);
	g->contact = read_text(&r, o, STR(""), "contact", false);
	g->protection_contact = read_text(&r, o, STR(""), "data_protection", false);
	o = json_get(root, "audience_measurement");
	g->audience = json_bool(json_get(o, "enabled"), false);
	g->audience_days = json_int(json_get(o, "retention_days"), 760);
	g->honours_dnt = str_eq(json_text(json_get(json_get(root, "signals"), "dnt")), STR("honoured"));
	read_services(&r, json_get(root, "services"));
	const struct json_node *items = json_get(root, "items");
	struct registry_item *platform = arena_array(r.a, struct registry_item, REGISTRY_COOKIES);
	for (size_t i = 0; i < json_count(items) && g->nitems < REGISTRY_COOKIES; i++) {
		if (!str_eq(json_text(json_get(json_at(items, i), "service")), STR("platform")))
			continue;
		struct registry_item *item = &platform[g->nitems];
		read_item(&r, json_at(items, i), STR(""), NULL, item);
		registry_recognise(box, item);
		g->nitems++;
	}
	g->items = platform;
	g->platform_provider = g->nitems ? platform[0].provider.name : g->controller;
	g->prefix_mode = g->nitems && str_starts(platform[0].name, STR("__Host-"));
	read_items(&r, items, g->nitems);
	read_words(&r, root);
	return true;
}
