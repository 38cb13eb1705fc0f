/* The value of cookies_preferences: read, weighed against registry and signals, composed. Whatever is wrong with a value, it is
 * as if no choice had been made; nothing here fails. */
#include "consent/inside.h"

bool consent_is_asked(const struct registry_service *s) { return s->basis == REGISTRY_BASIS_CONSENT; }

int64_t consent_validity_days(const struct registry *g)
{
	const struct registry_item *item = registry_item(g, REGISTRY_PREFERENCES);
	int64_t days = item ? item->life_s / 86400 : CONSENT_DAYS;
	return days > 0 && days < CONSENT_DAYS ? days : CONSENT_DAYS;
}

size_t consent_sorted(const struct registry *g, size_t places[CONSENT_SERVICES])
{
	size_t n = 0;
	for (size_t i = 0; i < g->nservices && i < CONSENT_SERVICES; i++) {
		if (!consent_is_asked(&g->services[i])) continue;
		size_t at = n++;
		for (; at > 0 && str_cmp(g->services[places[at - 1]].id, g->services[i].id) > 0; at--) places[at] = places[at - 1];
		places[at] = i;
	}
	return n;
}

void consent_compose(const unsigned char key[VAULT_KEY], struct str host, struct str before_mac, char mac[CONSENT_MAC + 1])
{
	unsigned char digest[CRYPT_MAC];
	auto_buf b = BUF_INIT(CONSENT_VALUE_TEXT + 512);
	buf_lit(&b, "prefs1\x1f");
	buf_put(&b, host);
	buf_put_char(&b, '\x1f');
	buf_put(&b, before_mac);
	crypt_hmac(str_make((const char *)key, VAULT_KEY), buf_str(&b), digest);
	buf_clear(&b);
	crypt_put_base64url(&b, str_make((const char *)digest, 16));
	ensure(b.n == CONSENT_MAC);
	memcpy(mac, b.p, CONSENT_MAC);
	mac[CONSENT_MAC] = '\0';
}

/* --- reading ------------------------------------------------------------------------------------------ */

struct parts { char kid; int64_t epoch, day; struct str choices, receipt, mac, before_mac; };

/* Decimal without sign or leading zero, at most so many digits: the number has one spelling. */
static bool number(struct str s, size_t most, int64_t *out)
{
	if (!s.n || s.n > most || (s.n > 1 && s.p[0] == '0')) return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9') return false;
	return str_to_int(s, out);
}

static bool is_alnum(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

static bool receipt_ok(struct str s)
{
	if (str_eq(s, STR("-"))) return true;
	if (s.n != CONSENT_RECEIPT_TEXT - 1) return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i])) return false;
	return true;
}

static bool split(struct str value, struct parts *out)
{
	struct str rest = value, schema, kid, epoch, day;
	if (!value.n || value.n >= CONSENT_VALUE_TEXT) return false;
	if (!str_cut(&rest, '.', &schema) || !str_eq(schema, STR("1"))) return false;
	if (!str_cut(&rest, '.', &kid) || kid.n != 1 || !is_alnum(kid.p[0])) return false;
	if (!str_cut(&rest, '.', &epoch) || !number(epoch, 15, &out->epoch)) return false;
	if (!str_cut(&rest, '.', &day) || !number(day, 9, &out->day)) return false;
	if (!str_cut(&rest, '.', &out->choices) || !out->choices.n) return false;
	if (!str_cut(&rest, '.', &out->receipt) || !receipt_ok(out->receipt)) return false;
	if (!str_cut(&rest, '.', &out->mac) || out->mac.n != CONSENT_MAC || rest.n) return false;
	out->kid = kid.p[0];
	out->before_mac = str_sub(value, 0, value.n - CONSENT_MAC - 1);
	return (size_t)(out->mac.p - value.p) + CONSENT_MAC == value.n;
}

static bool id_ok(struct str id)
{
	if (!id.n || id.n > 32 || id.p[0] < 'a' || id.p[0] > 'z') return false;
	for (size_t i = 0; i < id.n; i++)
		if (!((id.p[i] >= 'a' && id.p[i] <= 'z') || (id.p[i] >= '0' && id.p[i] <= '9') || id.p[i] == '_')) return false;
	return true;
}

static void answer(const struct registry *g, struct consent_state *st, struct str id, bool granted)
{
	for (size_t i = 0; i < g->nservices && i < CONSENT_SERVICES; i++) {
		const struct registry_service *s = &g->services[i];
		/* What changed materially since is open again (CON-21). */
		if (str_eq(s->id, id) && consent_is_asked(s) && s->asked_epoch <= st->epoch)
			st->answers[i] = granted ? CONSENT_GRANTED : CONSENT_REFUSED;
	}
}

/* "id:0-id:1", sorted by bytes, each once. */
static bool choices_ok(struct str choices)
{
	struct str part, last = STR("");
	size_t n = 0;
	if (str_eq(choices, STR("-"))) return true;
	while (str_cut(&choices, '-', &part)) {
		if (part.n < 3 || part.p[part.n - 2] != ':' || (part.p[part.n - 1] != '0' && part.p[part.n - 1] != '1')) return false;
		struct str id = str_sub(part, 0, part.n - 2);
		if (!id_ok(id) || str_cmp(id, last) <= 0 || ++n > CONSENT_SERVICES + 2) return false;
		last = id;
	}
	return n > 0;
}

static void take_choices(const struct registry *g, struct consent_state *st, struct str choices)
{
	struct str part;
	if (str_eq(choices, STR("-"))) return;
	while (str_cut(&choices, '-', &part)) {
		struct str id = str_sub(part, 0, part.n - 2);
		bool yes = part.p[part.n - 1] == '1';
		if (str_eq(id, STR("audience")))
			st->objects = st->objected = !yes;
		else if (str_eq(id, STR("gpc")))
			st->chosen_under_signal = yes;
		else
			answer(g, st, id, yes);
	}
}

static bool good(struct consent *c, const struct registry *g, struct str value, int64_t today, int64_t now_s, struct parts *p)
{
	unsigned char key[VAULT_KEY];
	char mac[CONSENT_MAC + 1];
	if (!split(value, p) || !choices_ok(p->choices)) return false;
	if (p->day > today + 1 || today - p->day >= consent_validity_days(g) || p->epoch > g->epoch) return false;
	if (!vault_key(c->vault, p->kid, VAULT_PREFS, g->host, now_s, CONSENT_GRACE_S, key)) return false;
	consent_compose(key, g->host, p->before_mac, mac);
	crypt_wipe(key, sizeof key);
	return crypt_equal(str_of(mac), p->mac);
}

void consent_settle(struct consent_state *st)
{
	const struct registry *g = st->registry;
	bool silenced = st->signal && !st->chosen_under_signal;
	bool open = false;
	st->any_granted = false;
	for (size_t i = 0; g && i < g->nservices && i < CONSENT_SERVICES; i++) {
		const struct registry_service *s = &g->services[i];
		if (consent_is_asked(s)) {
			st->granted[i] = st->answers[i] == CONSENT_GRANTED && !silenced;
			st->any_granted |= st->granted[i];
			open |= st->answers[i] == CONSENT_UNDECIDED;
		} else {
			/* Exempt measurement needs no yes, but a no counts (EMB-9). */
			st->granted[i] = s->basis == REGISTRY_BASIS_NECESSARY || !(st->objects || silenced);
		}
	}
	st->banner_due = open && !st->signal;
	st->objects |= silenced;
}

static bool says_one(const struct str *fields, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(str_trim(fields[i]), STR("1"))) return true;
	return false;
}

void consent_read(struct consent *c, const struct registry *g, const struct str *values, size_t n, const struct str *gpc, size_t ngpc,
                  const struct str *dnt, size_t ndnt, struct instant now, struct consent_state *out)
{
	struct parts p = { 0 };
	*out = (struct consent_state){ .registry = g, .signal = consent_signal(gpc, ngpc, dnt, ndnt, !g || g->honours_dnt),
		                       .gpc = says_one(gpc, ngpc), .dnt = says_one(dnt, ndnt) };
	if (!g) {
		out->objects = out->signal;
		return;
	}
	int64_t now_s = now.us / 1000000;
	if (n == 1 && good(c, g, values[0], now_s / 86400, now_s, &p)) {
		out->stored = true;
		out->day = p.day;
		out->epoch = p.epoch;
		if (p.receipt.n > 1) memcpy(out->receipt, p.receipt.p, CONSENT_RECEIPT_TEXT - 1);
		take_choices(g, out, p.choices);
	} else if (n) {
		consent_count(c, g->tenant, STR("invalid"), STR(""), g->version, now);
	}
	consent_settle(out);
}

bool consent_granted(const struct consent_state *st, struct str service)
{
	for (size_t i = 0; st->registry && i < st->registry->nservices && i < CONSENT_SERVICES; i++)
		if (str_eq(st->registry->services[i].id, service)) return st->granted[i];
	return false;
}

bool consent_signal(const struct str *gpc, size_t ngpc, const struct str *dnt, size_t ndnt, bool honours_dnt)
{
	return says_one(gpc, ngpc) || (honours_dnt && says_one(dnt, ndnt));
}
