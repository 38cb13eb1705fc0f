/* A new choice: weighed against the former, proved where it must be, and composed. The order is what counts: a grant is in the
 * ledger before anything of it is given out; a refusal is given out whatever the ledger says. */
#include "consent/inside.h"

#include "json/json.h"
#include <stdlib.h>

static const char *const mechanisms[] = {
	[CONSENT_FIRST_LAYER] = "first_layer", [CONSENT_PREFERENCES_PAGE] = "preferences_page", [CONSENT_PLACEHOLDER] = "placeholder",
	[CONSENT_API] = "api",
};

static void put_choices(struct buf *b, const struct consent_state *st)
{
	const struct registry *g = st->registry;
	size_t places[CONSENT_SERVICES], n = consent_sorted(g, places), from = b->n;
	bool audience = st->objected, gpc = st->chosen_under_signal;
	for (size_t i = 0; i <= n; i++) {
		struct str id = i < n ? g->services[places[i]].id : STR("\x7f");
		if (audience && str_cmp(STR("audience"), id) < 0) {
			buf_lit(b, "-audience:0");
			audience = false;
		}
		if (gpc && str_cmp(STR("gpc"), id) < 0) {
			buf_lit(b, "-gpc:1");
			gpc = false;
		}
		if (i == n) break;
		buf_put_char(b, '-');
		buf_put(b, id);
		buf_put(b, st->answers[places[i]] == CONSENT_GRANTED ? STR(":1") : STR(":0"));
	}
	if (b->n == from)
		buf_put_char(b, '-');
	else
		memmove(b->p + from, b->p + from + 1, --b->n - from);
}

static bool compose(struct consent *c, struct consent_outcome *out, struct instant now, struct err *e)
{
	const struct consent_state *st = &out->state;
	const struct registry *g = st->registry;
	unsigned char key[VAULT_KEY];
	char mac[CONSENT_MAC + 1];
	int64_t now_s = now.us / 1000000;
	char kid = vault_kid(c->vault, now_s);
	if (!vault_key(c->vault, kid, VAULT_PREFS, g->host, now_s, CONSENT_GRACE_S, key))
		return err_set(e, ERR_SYSTEM, "the key for choices cannot be had");
	auto_buf b = BUF_INIT(CONSENT_VALUE_TEXT - 1 - (size_t)registry_item(g, REGISTRY_PREFERENCES)->name.n);
	buf_lit(&b, "1.");
	buf_put_char(&b, kid);
	buf_printf(&b, ".%lld.%lld.", (long long)st->epoch, (long long)st->day);
	put_choices(&b, st);
	buf_put_char(&b, '.');
	buf_put(&b, st->receipt[0] ? str_of(st->receipt) : STR("-"));
	struct str before = buf_str(&b);
	consent_compose(key, g->host, before, mac);
	crypt_wipe(key, sizeof key);
	buf_put_char(&b, '.');
	buf_put(&b, str_of(mac));
	if (b.over) return err_set(e, ERR_TOO_LARGE, "The choice does not fit into its cookie: this portal declares too many services.");
	memcpy(out->value, b.p, b.n);
	out->value[b.n] = '\0';
	return true;
}

/* --- the entry ---------------------------------------------------------------------------------------------- */

static void put_minute(struct buf *b, int64_t us)
{
	struct civil t;
	clock_civil_of_us(us, &t);
	buf_printf(b, "%04d-%02d-%02dT%02d:%02d:00Z", (int)t.year, t.month, t.day, t.hour, t.minute);
}

/* Canonical JSON: members in order of their names, and no number but small whole ones. */
static void put_entry(struct buf *before, struct buf *after, const struct consent_state *st, const struct consent_wish *w, const char *event,
                      struct str receipt, struct str ui_hash, struct instant now, bool gpc, bool dnt)
{
	const struct registry *g = st->registry;
	size_t places[CONSENT_SERVICES], n = consent_sorted(g, places);
	struct json_out j = JSON_OUT(before);
	json_open(&j, '{');
	json_key(&j, STR("at"));
	json_value(&j);
	buf_put_char(before, '"');
	put_minute(before, now.us);
	buf_put_char(before, '"');
	json_key(&j, STR("choices"));
	json_open(&j, '{');
	for (size_t i = 0; i < n; i++) {
		json_key(&j, g->services[places[i]].id);
		json_put_bool(&j, st->answers[places[i]] == CONSENT_GRANTED);
	}
	json_close(&j, '}');
	json_member(&j, "domain", g->host);
	json_member(&j, "event", str_of(event));
	json_member(&j, "lang", w->lang);
	json_member(&j, "mechanism", str_of(mechanisms[w->mechanism]));
	json_member_int(&j, "policy_epoch", g->epoch);
	json_member_int(&j, "policy_version", g->version);
	json_member(&j, "receipt", receipt);
	json_member(&j, "registry_hash", g->hash);
	json_key(&j, STR("seq"));
	json_value(&j);
	j.b = after;
	json_key(&j, STR("signals"));
	json_open(&j, '{');
	json_member_bool(&j, "dnt", dnt);
	json_member_bool(&j, "gpc", gpc);
	json_close(&j, '}');
	json_member(&j, "ui_hash", ui_hash);
	json_close(&j, '}');
}

static struct str ui_hash(struct arena *a, struct str html)
{
	unsigned char digest[CRYPT_SHA256];
	char hex[CONSENT_HEX + 1];
	crypt_sha256(html, digest);
	crypt_hex(digest, sizeof digest, hex);
	return arena_join(a, STR("sha256-"), str_of(hex));
}

/* Writes what must be proved. A grant that cannot be written is not given; a withdrawal waits in the queue. */
static bool prove(struct consent *c, const struct consent_state *before, const struct consent_wish *w, const struct consent_outcome *out,
                  struct instant now, struct err *e)
{
	auto_arena a = ARENA_INIT;
	auto_buf head = BUF_INIT(CONSENT_ENTRY_BYTES), tail = BUF_INIT(CONSENT_ENTRY_BYTES);
	const struct consent_state *st = &out->state;
	unsigned char salt[CONSENT_SALT];
	char hex[2 * CONSENT_SALT + 1];
	bool withdraws = !st->any_granted;
	const char *event = withdraws ? "withdraw" : before->receipt[0] ? "change" : "grant";
	struct str receipt = str_of(withdraws ? before->receipt : st->receipt);
	struct str hash = ui_hash(&a, w->ui_html);
	crypt_random(salt, sizeof salt);
	crypt_hex(salt, sizeof salt, hex);
	put_entry(&head, &tail, st, w, event, receipt, hash, now, before->gpc, before->dnt);
	int64_t days = consent_validity_days(st->registry);
	struct consent_line l = {
		.tenant = st->registry->tenant, .salt = str_of(hex), .at = now.us, .ends = withdraws ? now.us : now.us + days * CONSENT_DAY_US,
		.receipt = receipt, .before = buf_str(&head), .after = buf_str(&tail), .ui_hash = hash, .ui_html = w->ui_html,
	};
	struct err why = { 0 };
	if (head.over || tail.over) return err_set(e, ERR_TOO_LARGE, "The entry of the ledger is too long.");
	if (consent_append(c, &l, &why)) return true;
	if (withdraws) {
		consent_queue_push(c, &l);
		return true;
	}
	err_set(e, ERR_BUSY, "Your choice cannot be recorded at the moment, so nothing was allowed. Please try again.");
	return err_cause(e, "%s; %s", why.pub, why.priv);
}

static bool grants_more(const struct consent_state *before, const struct consent_wish *w)
{
	const struct registry *g = before->registry;
	for (size_t i = 0; i < g->nservices && i < CONSENT_SERVICES; i++)
		if (consent_is_asked(&g->services[i]) && w->granted[i] && before->answers[i] != CONSENT_GRANTED) return true;
	return false;
}

/* The state that the wish leads to. */
static void wish_state(const struct consent_state *before, const struct consent_wish *w, struct instant now, struct consent_outcome *out)
{
	const struct registry *g = before->registry;
	struct consent_state *st = &out->state;
	bool any = false;
	*st = (struct consent_state){ .registry = g, .signal = before->signal, .gpc = before->gpc, .dnt = before->dnt, .stored = true,
		                      .chosen_under_signal = before->signal, .objects = w->objects, .objected = w->objects,
		                      .day = now.us / CONSENT_DAY_US, .epoch = g->epoch };
	for (size_t i = 0; i < g->nservices && i < CONSENT_SERVICES; i++) {
		if (!consent_is_asked(&g->services[i])) continue;
		st->answers[i] = w->granted[i] ? CONSENT_GRANTED : CONSENT_REFUSED;
		any |= w->granted[i];
		out->withdrawn[i] = !w->granted[i] && before->answers[i] == CONSENT_GRANTED;
	}
	/* No identifier without a grant (PRF-3); a grant that goes on keeps its own. */
	if (any && before->receipt[0]) memcpy(st->receipt, before->receipt, sizeof st->receipt);
	else if (any) crypt_random_base62(st->receipt, CONSENT_RECEIPT_TEXT - 1);
	consent_settle(st);
}

bool consent_choose(struct consent *c, const struct consent_state *before, const struct consent_wish *w, struct instant now,
                    struct consent_outcome *out, struct err *e)
{
	const struct registry *g = before->registry;
	if (!g) return err_set(e, ERR_BUSY, "Choices cannot be read at the moment. Please try again.");
	if (w->epoch != g->epoch && grants_more(before, w))
		return err_set(e, ERR_CONFLICT, "What is asked has changed since the page was shown. Nothing was allowed; please look again.");
	struct consent_outcome o = { 0 };
	wish_state(before, w, now, &o);
	/* Nothing to ask and no objection: the default is stored nowhere (PRF-4). */
	o.store = g->needs_consent || o.state.objected;
	if (o.store && !compose(c, &o, now, e)) return false;
	if (!o.store) o.state.stored = false;
	if ((o.state.any_granted || before->receipt[0]) && !prove(c, before, w, &o, now, e)) return false;
	if (!o.state.any_granted && g->needs_consent) consent_count(c, g->tenant, STR("refused"), w->lang, g->version, now);
	*out = o;
	return true;
}
