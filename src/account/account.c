/* What the words of the room mean: roles, permissions, states. And the statements. */
#include "account/inside.h"
#include "text/text.h"
#include <assert.h>

const struct store_query account_queries[] = {
#define Q(name, text) [ACCOUNT_Q_##name] = { #name, text },
#define HOUSE(name, text)
#include "account/queries.def"
#undef Q
#undef HOUSE
};
const struct store_house_query account_house_queries[] = {
#define Q(name, text)
#define HOUSE(name, text) [ACCOUNT_H_##name] = { #name, text },
#include "account/queries.def"
#undef Q
#undef HOUSE
};

static const struct account_permission_row permissions[] = {
#define PERMISSION(symbol, name, family, sentence) { name, family, sentence },
#include "account/permissions.def"
#undef PERMISSION
};
static_assert(ACCOUNT_PERMISSIONS <= 64, "permissions are bits of one word");

static const struct { const char *word, *sentence; } states[] = {
	[ACCOUNT_ACTIVE] = { "active", N_("Active") },
	[ACCOUNT_INVITED] = { "invited", N_("Invited") },
	[ACCOUNT_UNVERIFIED] = { "unverified", N_("Address not confirmed") },
	[ACCOUNT_WAITING] = { "waiting", N_("Waiting for approval") },
	[ACCOUNT_DISABLED] = { "disabled", N_("Disabled") },
	[ACCOUNT_LEAVING] = { "leaving", N_("Deleted by its owner") },
};

static const struct { const char *word; uint64_t permissions; } roles[] = {
	{ "admin", (UINT64_C(1) << ACCOUNT_PERMISSIONS) - 1 },
	{ "publisher", ACCOUNT_BIT(ACCOUNT_MAY_CREATE_DATASET) | ACCOUNT_BIT(ACCOUNT_MAY_PUBLISH_DATASET) | ACCOUNT_BIT(ACCOUNT_MAY_MANAGE_DATASET) },
	{ "member", 0 },
};

const char *account_state_word(enum account_state s) { return states[s < ACCOUNT_STATES ? s : ACCOUNT_DISABLED].word; }
const char *account_state_sentence(enum account_state s) { return states[s < ACCOUNT_STATES ? s : ACCOUNT_DISABLED].sentence; }
const struct account_permission_row *account_permission_row(enum account_permission p)
{
	ensure(p < ACCOUNT_PERMISSIONS);
	return &permissions[p];
}

bool account_role_ok(struct str role)
{
	for (size_t i = 0; i < COUNT_OF(roles); i++)
		if (str_eq(role, str_of(roles[i].word))) return true;
	return false;
}

uint64_t account_role_permissions(struct str role)
{
	for (size_t i = 0; i < COUNT_OF(roles); i++)
		if (str_eq(role, str_of(roles[i].word))) return roles[i].permissions;
	return 0;
}

/* Every name there is, by comma. */
static struct str all_names(char *room, size_t size)
{
	struct buf b = { .p = room, .cap = size, .max = size };
	for (unsigned i = 0; i < ACCOUNT_PERMISSIONS; i++) buf_printf(&b, "%s%s", i ? ", " : "", permissions[i].name);
	return buf_str(&b);
}

static uint64_t bit_of(struct str word)
{
	for (unsigned i = 0; i < ACCOUNT_PERMISSIONS; i++)
		if (str_eq(word, str_of(permissions[i].name))) return UINT64_C(1) << i;
	return 0;
}

uint64_t account_permissions_whole(uint64_t bits)
{
	const uint64_t reviews = ACCOUNT_BIT(ACCOUNT_MAY_EDIT_REUSE) | ACCOUNT_BIT(ACCOUNT_MAY_SHOWCASE);
	return bits & reviews ? bits | reviews : bits;
}

bool account_permissions_read(struct str words, uint64_t *out, struct err *e)
{
	struct str part;
	char names[480];
	uint64_t bits = 0;
	while (words.n && str_cut(&words, ',', &part)) {
		part = str_trim(part);
		if (!part.n) continue;
		uint64_t bit = bit_of(part);
		if (!bit) return err_set(e, ERR_PARAMETER, "there is no permission \"%.*s\"; there are %.*s", STR_ARG(str_sub(part, 0, 60)), STR_ARG(all_names(names, sizeof names)));
		bits |= bit;
	}
	*out = bits;
	return true;
}

uint64_t account_permissions_known(struct str words)
{
	struct str part;
	uint64_t bits = 0;
	while (words.n && str_cut(&words, ',', &part)) bits |= bit_of(str_trim(part));
	return bits;
}

struct str account_permissions_text(struct arena *a, uint64_t bits)
{
	struct str all = STR("");
	for (unsigned i = 0; i < ACCOUNT_PERMISSIONS; i++)
		if (bits & (UINT64_C(1) << i)) all = arena_printf(a, "%.*s%s%s", STR_ARG(all), all.n ? "," : "", permissions[i].name);
	return all;
}

bool account_text_ok(struct str s, size_t most)
{
	if (s.n > most || !text_is_utf8(s)) return false;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f) return false;
	return true;
}
