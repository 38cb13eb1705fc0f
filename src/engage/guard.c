/* Forms that anybody may send, and programs would like to. What tells people apart costs them nothing: a field that is not shown,
 * a moment that is signed so that nobody can make one up, two seconds that reading takes anyway, and counts by
 * network. Nothing is loaded from anywhere, nothing is kept on a device, and nobody has to see or hear a picture. */
#include "engage/inside.h"

static const char *const sentences[ENGAGE_VERDICTS] = {
	[ENGAGE_FINE] = "",
	[ENGAGE_TRAPPED] = N_("One field of this form is meant to stay empty. Please send it again as it is now."),
	[ENGAGE_QUICK] = N_("That was very quick. Please look once more and send it again."),
	[ENGAGE_OLD] = N_("This form was open for too long. Please send it again."),
	[ENGAGE_OFTEN] = N_("Too many messages came from here in the last hour. Please try again later."),
};

const char *engage_verdict_sentence(enum engage_verdict v) { return sentences[v]; }

static void sign(const struct engage_scene *s, const char *form, int64_t at, char out[2 * CRYPT_MAC + 1])
{
	engage_mac(s, "stamp", arena_printf(s->arena, "%s\x1f%lld", form, (long long)at), out);
}

struct str engage_stamp(const struct engage_scene *s, const char *form)
{
	char mac[2 * CRYPT_MAC + 1];
	int64_t at = clock_now().us / ENGAGE_SECOND_US;
	sign(s, form, at, mac);
	return arena_printf(s->arena, "%lld-%s", (long long)at, mac);
}

static enum engage_verdict judge(const struct engage_scene *s, const char *form, struct str stamp, struct str trap)
{
	struct str rest = stamp, moment = STR("");
	char mac[2 * CRYPT_MAC + 1];
	int64_t at, now = clock_now().us / ENGAGE_SECOND_US;
	if (str_trim(trap).n) return ENGAGE_TRAPPED;
	if (!str_cut(&rest, '-', &moment) || !str_to_int(moment, &at)) return ENGAGE_OLD;
	sign(s, form, at, mac);
	if (!crypt_equal(rest, str_of(mac)) || at > now || now - at > ENGAGE_OLD_S) return ENGAGE_OLD;
	return now - at < ENGAGE_QUICK_S ? ENGAGE_QUICK : ENGAGE_FINE;
}

bool engage_guard(const struct engage_scene *s, const char *form, struct str stamp, struct str trap, enum engage_verdict *out, int64_t *wait_s, struct err *e)
{
	struct account_scene as = engage_account_scene(s);
	struct store_tx *tx;
	*wait_s = 0;
	*out = s->by ? ENGAGE_FINE : judge(s, form, stamp, trap);
	if (*out != ENGAGE_FINE) return true;
	struct str who = s->by ? arena_printf(s->arena, "account %lld", (long long)s->by) : account_network(s->arena, s->client);
	if (!engage_begin(s, STORE_WRITE, &tx, e)) return false;
	if (!engage_done(s, tx, account_throttle(tx, &as, ACCOUNT_COUNT_FORM, who, wait_s, e), e)) return false;
	if (*wait_s) *out = ENGAGE_OFTEN;
	return true;
}
