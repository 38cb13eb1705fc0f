/* Any value of cookies_preferences and any ledger file: a value that was not made by this server is no choice, and what is in
 * effect of it is nothing; a file is found to hold or not, with a reason and a place inside it. */
#include "consent/inside.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct vault *vault_of_run(void)
{
	static struct vault *v; /* one for the whole run: keys take a file */
	char folder[] = "/tmp/stoa-fuzz-consent-XXXXXX";
	struct err e = { 0 };
	if (!v) ensure(crypt_open(&e) && mkdtemp(folder) && vault_open(str_of(folder), &v, &e));
	return v;
}

static void read_value(struct str text)
{
	struct registry_item item = { .name = STR("cookies_preferences"), .cookie = REGISTRY_PREFERENCES, .life_s = 182 * 86400 };
	struct registry_service services[] = { { .id = STR("matomo"), .basis = REGISTRY_BASIS_CONSENT }, { .id = STR("youtube"), .basis = REGISTRY_BASIS_CONSENT } };
	struct registry g = { .host = STR("tags.example"), .items = &item, .nitems = 1, .services = services, .nservices = 2, .needs_consent = true,
		              .version = 1, .epoch = 3 };
	static struct consent c; /* large; only its vault, lock and counters are used */
	struct consent_state st;
	if (!c.vault) {
		c.vault = vault_of_run();
		lock_init(&c.lock, LOCK_CONSENT);
	}
	consent_read(&c, &g, &text, 1, &text, 1, NULL, 0, (struct instant){ INT64_C(20514) * CONSENT_DAY_US }, &st);
	c.ntallies = 0;
	ensure(!st.stored && !st.any_granted && !st.granted[0] && !st.granted[1] && !st.receipt[0]);
	ensure(st.banner_due == !st.signal);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_make((const char *)data, size);
	struct err e = { 0 };
	int64_t bad = -1;
	if (str_find_char(text, '\n') < 0) {
		read_value(text);
		return 0;
	}
	if (!consent_verify(text, NULL, &bad, &e)) ensure(e.code != ERR_NONE && e.pub[0] && bad >= 0 && bad <= (int64_t)size + 1);
	return 0;
}
