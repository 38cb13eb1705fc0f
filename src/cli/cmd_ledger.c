/* stoa ledger: the proof of consents leaves the server as a file, and is checked wherever that file goes. */
#include "cli/inside.h"
#include "clock/clock.h"
#include "consent/consent.h"
#include "crypt/crypt.h"
#include "io/io.h"
#include "json/json.h"
#include <unistd.h>

enum { LEDGER_BYTES = 1 << 30, HEAD_BYTES = 1 << 16, PICTURE_BYTES = 16 << 20 };

/* --- export ---------------------------------------------------------------------------------------- */

static bool write_out(struct cli *c, struct str text, struct err *e)
{
	struct str path = cli_value(c, "out");
	if (path.n) return io_replace(cli_path(c, path).p, text, 0600, e);
	return cli_write(c, c->out, text) || err_os(e, "write the ledger");
}

static bool export(struct cli *c, struct err *e)
{
	const struct tenant *t;
	auto_buf b = BUF_INIT(LEDGER_BYTES);
	if (!cli_portal(c, &t, e)) return false;
	bool ok = consent_export(c->site->consent, t, &b, e) && write_out(c, buf_str(&b), e);
	if (ok) event_note(c->site->events, t->id, &(struct event){ .kind = EVENT_LEDGER_EXPORTED, .reason = STR("command") });
	tenant_release(c->site->tenants, t);
	return ok;
}

static const struct cli_option export_options[] = {
	{ "portal", "HOST", CLI_REQUIRED, "The portal." },
	{ "out", "FILE", 0, "Writes there instead of standard output." },
	{ NULL, NULL, 0, NULL },
};
const struct cli_command cli_cmd_ledger_export = {
	.words = "ledger export", .operands = "", .summary = "Writes the ledger of consents of a portal, to be checked with `stoa ledger verify`.",
	.detail = "A line of JSON that says what follows, signed, then a line an entry. The export is noted in the security log.",
	.options = export_options, .run = export,
};

/* --- verify ---------------------------------------------------------------------------------------- */

/* A head that was published on an earlier day must be of this chain, and signed by its key. */
static bool holds_head(struct cli *c, struct str ledger, struct str path, const unsigned char *key_or_null, struct err *e)
{
	struct str text, key;
	auto_json *doc = NULL, *own = NULL;
	char first[64 + 1];
	if (!io_read(&c->arena, cli_path(c, path).p, HEAD_BYTES, &text, e) || !json_read(text, &doc, e)) return false;
	if (!json_read(str_sub(ledger, 0, (size_t)str_find_char(ledger, '\n')), &own, e)) return false;
	const struct json_node *head = json_root(doc), *file = json_root(own);
	struct str hash = json_text(json_get(head, "head")), domain = json_text(json_get(head, "domain")), signature;
	consent_first(domain, first);
	if (!str_eq(domain, json_text(json_get(file, "domain")))) return err_set(e, ERR_BAD_SOURCE, "the head is of another portal, %.*s", STR_ARG(domain));
	if (!crypt_base64url_decode(&c->arena, json_text(json_get(file, "public_key")), &key) || key.n != VAULT_PUBLIC ||
	    !crypt_base64url_decode(&c->arena, json_text(json_get(head, "signature")), &signature) || signature.n != VAULT_SIGNATURE)
		return err_set(e, ERR_BAD_SOURCE, "the head is not one that a portal publishes");
	struct str message = consent_head_text(&c->arena, domain, json_text(json_get(head, "date")), hash);
	if (!vault_verify(key_or_null ? key_or_null : (const unsigned char *)key.p, message, (const unsigned char *)signature.p))
		return err_set(e, ERR_BAD_SOURCE, "the head is not signed by the key of this ledger");
	struct str needle = arena_printf(&c->arena, "\"hash\":\"%.*s\"}\n", STR_ARG(hash));
	return str_eq(hash, str_of(first)) || str_find(ledger, needle) >= 0 ||
	       err_set(e, ERR_BAD_SOURCE, "the head published on %.*s is not in this ledger: it was written anew since", STR_ARG(json_text(json_get(head, "date"))));
}

static bool given_key(struct cli *c, const unsigned char **out, struct err *e)
{
	struct str bytes;
	*out = NULL;
	if (!cli_has(c, "key")) return true;
	if (!crypt_base64url_decode(&c->arena, cli_value(c, "key"), &bytes) || bytes.n != VAULT_PUBLIC)
		return err_set(e, ERR_USAGE, "--key takes the public_key of /.well-known/consent-ledger-head.json");
	*out = (const unsigned char *)bytes.p;
	return true;
}

static void say(struct cli *c, bool good, int64_t bad, const struct err *why)
{
	if (cli_has(c, "json")) {
		struct json_out j = JSON_OUT(&c->text);
		json_open(&j, '{');
		json_member_bool(&j, "valid", good);
		if (!good) json_member_int(&j, "seq", bad);
		if (!good) json_member(&j, "reason", str_of(why->pub));
		json_close(&j, '}');
		buf_put_char(&c->text, '\n');
	} else if (good) {
		cli_say(c, "The ledger holds: every entry, every link, every signature.");
	} else if (bad) {
		cli_say(c, "The ledger breaks at entry %lld: %s.", (long long)bad, why->pub);
	} else {
		cli_say(c, "The ledger does not hold: %s.", why->pub);
	}
}

static bool verify(struct cli *c, struct err *e)
{
	struct str text, heads = cli_value(c, "head");
	const unsigned char *key;
	struct err why = { 0 };
	int64_t bad;
	if (!crypt_open(e) || !given_key(c, &key, e) || !io_read(&c->arena, cli_path(c, c->operands[0]).p, LEDGER_BYTES, &text, e)) return false;
	bool good = consent_verify(text, key, &bad, &why) && (!heads.n || holds_head(c, text, heads, key, &why));
	say(c, good, bad, &why);
	c->exit_code = good ? 0 : 1;
	return true;
}

static const struct cli_option verify_options[] = {
	{ "key", "KEY", 0, "The portal's public key as known from elsewhere, instead of the one the file names." },
	{ "head", "FILE", 0, "A head of an earlier day, as published at /.well-known/consent-ledger-head.json, which must be in the ledger." },
	{ "json", NULL, 0, "Prints the finding as JSON." },
	{ NULL, NULL, 0, NULL },
};
const struct cli_command cli_cmd_ledger_verify = {
	.words = "ledger verify", .operands = "FILE", .least = 1, .most = 1, .flags = CLI_NO_SITE,
	.summary = "Checks an exported ledger of consents; needs no data folder.",
	.detail = "Ends with 0 when all holds, with 1 when not, naming the first entry that does not.",
	.options = verify_options, .run = verify,
};

/* --- head ------------------------------------------------------------------------------------------ */

static bool head(struct cli *c, struct err *e)
{
	const struct tenant *t;
	struct str json;
	if (!cli_portal(c, &t, e)) return false;
	bool ok = consent_head(c->site->consent, t, clock_now(), &c->arena, &json, e);
	if (ok) cli_say(c, "%.*s", STR_ARG(json));
	tenant_release(c->site->tenants, t);
	return ok;
}

static const struct cli_option head_options[] = { { "portal", "HOST", CLI_REQUIRED, "The portal." }, { NULL, NULL, 0, NULL } };
const struct cli_command cli_cmd_ledger_head = {
	.words = "ledger head", .operands = "", .summary = "Prints the signed head of the day; kept elsewhere, it shows any later rewriting.",
	.detail = "", .options = head_options, .run = head,
};

/* --- acknowledge ------------------------------------------------------------------------------------- */

static bool acknowledge(struct cli *c, struct err *e)
{
	const struct tenant *t;
	bool was = false;
	if (!cli_portal(c, &t, e)) return false;
	bool ok = consent_acknowledge(c->site->consent, t->id, &was, e);
	if (ok && was) event_note(c->site->events, t->id, &(struct event){ .kind = EVENT_SETTINGS_CHANGED, .reason = STR("command"), .detail = STR("ledger acknowledged") });
	if (ok) cli_say(c, was ? "The ledger takes entries again." : "There was nothing to acknowledge.");
	tenant_release(c->site->tenants, t);
	return ok;
}

const struct cli_command cli_cmd_ledger_acknowledge = {
	.words = "ledger acknowledge", .operands = "", .summary = "Lets the ledger of a portal take entries again after a backup was restored.",
	.detail = "A restored ledger whose last hash is not the last that was signed takes no consent before. Compare it first with heads that "
	          "were kept elsewhere: stoa ledger export, then stoa ledger verify --head FILE.", .options = head_options, .run = acknowledge,
};

/* --- renderings ------------------------------------------------------------------------------------ */

static bool renderings(struct cli *c, struct err *e)
{
	const struct tenant *t;
	struct consent_rendering *list, whole;
	size_t n;
	struct json_out j = JSON_OUT(&c->text);
	if (!cli_portal(c, &t, e)) return false;
	bool ok = consent_renderings(c->site->consent, t->id, &c->arena, &list, &n, e);
	for (size_t i = 0; ok && i < n; i++) {
		ok = consent_archived(c->site->consent, t->id, list[i].hash, &c->arena, &whole, e);
		if (!ok) break;
		j = JSON_OUT(&c->text);
		json_open(&j, '{');
		json_member(&j, "hash", whole.hash);
		json_member_bool(&j, "picture", whole.bitmap.n > 0);
		json_member(&j, "html", whole.html);
		json_close(&j, '}');
		buf_put_char(&c->text, '\n');
	}
	tenant_release(c->site->tenants, t);
	return ok;
}

const struct cli_command cli_cmd_ledger_renderings = {
	.words = "ledger renderings", .operands = "", .summary = "Prints the banners and pages that entries of the ledger refer to, a line of JSON each.",
	.detail = "", .options = head_options, .run = renderings,
};

static bool picture(struct cli *c, struct err *e)
{
	const struct tenant *t;
	struct str png;
	auto_buf b = BUF_INIT(PICTURE_BYTES);
	if (!io_read(&c->arena, cli_path(c, c->operands[1]).p, PICTURE_BYTES / 2, &png, e)) return false;
	if (!str_starts(png, STR("\x89" "PNG\r\n"))) return err_set(e, ERR_BAD_SOURCE, "%.*s is not a PNG picture", STR_ARG(c->operands[1]));
	crypt_put_base64url(&b, png);
	if (!cli_portal(c, &t, e)) return false;
	bool ok = consent_picture(c->site->consent, t->id, c->operands[0], buf_str(&b), e);
	tenant_release(c->site->tenants, t);
	return ok;
}

const struct cli_command cli_cmd_ledger_picture = {
	.words = "ledger picture", .operands = "HASH PNG", .least = 2, .most = 2,
	.summary = "Keeps a picture of a rendering that entries of the ledger refer to.",
	.detail = "`stoa ledger renderings` lists them; a browser makes the picture.", .options = head_options, .run = picture,
};
