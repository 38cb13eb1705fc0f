/* stoa doctor: everything an operator can get wrong, each with what to do. Exit code 1 when anything
 * needs doing. A check is a row. */
#include "cli/inside.h"
#include "clock/clock.h"
#include "engine/engine.h"
#include "io/io.h"
#include "httpd/httpd.h"
#include "json/json.h"
#include "registry/registry.h"
#include "mail/mail.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum verdict { GOOD, WARN, BAD };
struct finding { enum verdict verdict; struct str text, todo; };
struct doctor {
	struct cli *cli;
	VEC(struct finding) findings;
};

#define FOUND(d, verdict, todo, ...) found((d), (verdict), arena_printf(&(d)->cli->arena, __VA_ARGS__), STR(todo))
static void found(struct doctor *d, enum verdict v, struct str text, struct str todo)
{
	vec_push(&d->cli->arena, &d->findings, (struct finding){ v, text, todo });
}

static void libraries(struct doctor *d)
{
	FOUND(d, GOOD, "", "DuckDB %.*s, SQLite %.*s", STR_ARG(engine_library_version()), STR_ARG(store_library_version()));
}

static void folder(struct doctor *d)
{
	struct stat s;
	const char *path = d->cli->folder.p;
	if (stat(path, &s) != 0) {
		FOUND(d, BAD, "Check that the data folder exists and can be read.", "the data folder cannot be looked at");
	} else if (s.st_uid != geteuid()) {
		FOUND(d, WARN, "Run stoa as the owner of the data folder, or give it the folder with chown.", "the data folder belongs to user %u, this runs as %u", (unsigned)s.st_uid, (unsigned)geteuid());
	} else if (s.st_mode & (S_IWGRP | S_IWOTH)) {
		FOUND(d, WARN, "chmod go-w on the data folder.", "other users may write in the data folder");
	} else {
		FOUND(d, GOOD, "", "the data folder is ours");
	}
}

static void disk(struct doctor *d)
{
	int64_t bytes;
	struct err e = { 0 };
	if (!io_free_bytes(d->cli->folder.p, &bytes, &e))
		FOUND(d, BAD, "Check the file system of the data folder.", "free disk space cannot be told");
	else if (bytes < 1000000000)
		FOUND(d, BAD, "Free some space: publishing a dataset needs its size twice for a moment.", "only %lld MB are free on the data folder's disk", (long long)(bytes / 1000000));
	else
		FOUND(d, GOOD, "", "%lld GB are free on the data folder's disk", (long long)(bytes / 1000000000));
}

static void files(struct doctor *d)
{
	struct rlimit r;
	if (getrlimit(RLIMIT_NOFILE, &r) != 0) return;
	if (r.rlim_max < 4096)
		FOUND(d, WARN, "Raise it (ulimit -Hn, LimitNOFILE= in the unit): each connection and each open dataset takes one.", "at most %llu files may be open", (unsigned long long)r.rlim_max);
	else
		FOUND(d, GOOD, "", "%llu files may be open", (unsigned long long)r.rlim_max);
}

static void clocks(struct doctor *d)
{
	struct civil now;
	clock_civil_of_us(clock_now().us, &now);
	if (now.year < 2026 || now.year > 2100)
		FOUND(d, BAD, "Set the clock (timedatectl set-ntp true): dates of publication and sign-in depend on it.", "the clock says the year %d", now.year);
	else if (!clock_zone_or_null(STR("Europe/Paris")))
		FOUND(d, BAD, "Install the ICU data that belong to the ICU library.", "time zones are missing");
	else
		FOUND(d, GOOD, "", "the clock is plausible and time zones are there");
}

static void kept(struct doctor *d)
{
	DIR *all = opendir(d->cli->folder.p);
	for (struct dirent *f; all && (f = readdir(all));)
		if (str_starts(str_of(f->d_name), STR("stoa.db" STORE_KEPT)))
			FOUND(d, WARN, "Remove it when the new version has shown that it does well: it holds what portals knew then, people's addresses too.",
			      "%s is the store as it was before an upgrade", f->d_name);
	if (all) closedir(all);
}

/* Nothing beyond the machine can be looked at when the folder does not open. */
static void ailing(struct doctor *d)
{
	const struct err *why = &d->cli->ailing;
	if (why->code == ERR_CONFLICT)
		FOUND(d, WARN, "Make a backup with the former version, then start the new one; until then nothing but the machine is looked at here.", "%s", why->pub);
	else if (why->code == ERR_DISK_FULL)
		FOUND(d, BAD, "Make room on that disk, then look again: what portals hold can be neither read nor changed until then. Nothing needs to be restored for it.",
		      "the store cannot be opened: %s", why->pub);
	else
		FOUND(d, BAD, "Stop the server, keep a copy of the folder, and restore the last backup into a fresh one: stoa --data NEW restore BACKUP. Without a backup, "
		      "try `sqlite3 stoa.db .recover` on the copy. What portals hold cannot be looked at until then.",
		      "the store cannot be opened: %s", why->pub[0] ? why->pub : err_kind(why->code)->sentence);
}

static void store(struct doctor *d)
{
	struct err e = { 0 };
	if (!store_check(d->cli->site->store, &e))
		FOUND(d, BAD, "Restore the last backup into a fresh folder: stoa --data NEW restore BACKUP.", "%s", e.pub);
	else
		FOUND(d, GOOD, "", "the store is whole, format %d, no migration is waiting", store_schema_version(d->cli->site->store));
}

static void portal(struct doctor *d, const struct tenant *t)
{
	if (t->suspended && !t->restoring.us) FOUND(d, WARN, "", "portal %.*s is suspended and answers nobody", STR_ARG(t->host));
	if (!tenant_setting(t, "title").n)
		FOUND(d, WARN, "stoa portal set HOST title=\"…\"", "portal %.*s has no title", STR_ARG(t->host));
	if (!tenant_setting(t, "contact").n)
		FOUND(d, WARN, "stoa portal set HOST contact=mail@example.org; the cookie policy names it.", "portal %.*s names no contact", STR_ARG(t->host));
}

static void versions(struct doctor *d, const struct tenant *t, size_t *good)
{
	const struct catalog_view *v;
	struct err e = { 0 };
	if (!catalog_hold(d->cli->site->catalog, t->id, &v, &e)) {
		FOUND(d, BAD, "Look at the log, then restore the last backup.", "the catalogue of %.*s cannot be read: %s", STR_ARG(t->host), e.pub);
		return;
	}
	for (size_t i = 0; i < v->n; i++) {
		const struct dataset *s = &v->datasets[i];
		int64_t rows = 0;
		struct err own = { 0 };
		if (!engine_verify(d->cli->site->engine, s->version, &rows, &own))
			FOUND(d, BAD, "Publish the dataset again, or go back with stoa publish --rollback --id ID.", "%.*s: version %lld of %.*s cannot be read", STR_ARG(t->host), (long long)s->version.number, STR_ARG(s->slug));
		else if (!s->version.live && rows != s->rows)
			FOUND(d, BAD, "Publish the dataset again.", "%.*s: %.*s has %lld rows, %lld were published", STR_ARG(t->host), STR_ARG(s->slug), (long long)rows, (long long)s->rows);
		else
			(*good)++;
	}
	catalog_release(d->cli->site->catalog, v);
}

static void portals(struct doctor *d)
{
	struct tenant_id *ids;
	size_t n = tenants_list(d->cli->site->tenants, &d->cli->arena, &ids), good = 0;
	if (n == 0) FOUND(d, WARN, "stoa portal add HOST --admin EMAIL", "there is no portal yet");
	for (size_t i = 0; i < n; i++) {
		const struct tenant *t = tenants_hold_or_null(d->cli->site->tenants, ids[i]);
		if (!t) continue;
		portal(d, t);
		versions(d, t, &good);
		tenant_release(d->cli->site->tenants, t);
	}
	FOUND(d, GOOD, "", "%zu portals, %zu published datasets read whole", n, good);
}

/* Unfinished files older than any publication may take: work that nobody ends. */
static void leftovers(struct doctor *d)
{
	enum { HOURS = 6 };
	size_t stuck = 0;
	auto_arena a = ARENA_INIT;
	struct tenant_id *ids;
	size_t n = tenants_list(d->cli->site->tenants, &a, &ids);
	for (size_t i = 0; i < n; i++) {
		struct str root = arena_printf(&a, "%.*s/%lld", STR_ARG(d->cli->folder), (long long)ids[i].v);
		DIR *top = opendir(root.p);
		for (struct dirent *f; top && (f = readdir(top));) {
			DIR *sub = f->d_name[0] == '.' ? NULL : opendir(arena_printf(&a, "%.*s/%s", STR_ARG(root), f->d_name).p);
			for (struct dirent *v; sub && (v = readdir(sub));) {
				struct stat s;
				struct str path = arena_printf(&a, "%.*s/%s/%s", STR_ARG(root), f->d_name, v->d_name);
				if (str_ends(path, STR(".tmp")) && stat(path.p, &s) == 0 && clock_now().us / 1000000 - s.st_mtime > HOURS * 3600) stuck++;
			}
			if (sub) closedir(sub);
		}
		if (top) closedir(top);
	}
	if (stuck) FOUND(d, WARN, "Restart the server: it sweeps them up.", "%zu unfinished publications have not moved for %d hours", stuck, HOURS);
	else FOUND(d, GOOD, "", "no publication is stuck");
}

static size_t broken_rules(struct doctor *d, const struct tenant *t, const struct dataset *s)
{
	size_t n = 0;
	for (size_t i = 0; i <= s->nrules; i++) {
		const struct dataset_rule *r = i ? &s->rules[i - 1] : &s->everybody;
		struct str fault = i == 0 && s->restricted ? STR("") : cli_rule_fault(&d->cli->arena, s, r);
		if (!fault.n) continue;
		n++;
		FOUND(d, WARN, "Mend the rule with `stoa secure`; until then it shows less than it should, never more.",
		      "%.*s: a rule on who sees the dataset %.*s: %.*s", STR_ARG(t->host), STR_ARG(s->slug), STR_ARG(fault));
	}
	return n;
}

/* Rules that a later version of a dataset has left behind. */
static void rules(struct doctor *d)
{
	struct tenant_id *ids;
	struct err e = { 0 };
	size_t n = tenants_list(d->cli->site->tenants, &d->cli->arena, &ids), broken = 0;
	for (size_t i = 0; i < n; i++) {
		const struct catalog_view *v = NULL;
		const struct tenant *t = tenants_hold_or_null(d->cli->site->tenants, ids[i]);
		if (t && catalog_hold(d->cli->site->catalog, ids[i], &v, &e))
			for (size_t k = 0; k < v->n; k++) broken += broken_rules(d, t, &v->datasets[k]);
		if (v) catalog_release(d->cli->site->catalog, v);
		if (t) tenant_release(d->cli->site->tenants, t);
	}
	if (!broken) FOUND(d, GOOD, "", "every rule on who sees what can be applied");
}

/* Letters that nobody takes. */
static void letters(struct doctor *d)
{
	struct mail_counts n;
	struct err e = { 0 };
	struct str where = mail_where(&d->cli->arena, d->cli->conf);
	if (!mail_count(d->cli->site->store, &n, &e))
		FOUND(d, BAD, "Restore the last backup into a fresh folder: stoa --data NEW restore BACKUP.", "the queue of letters cannot be read: %s", e.pub);
	else if (!where.n)
		FOUND(d, WARN, "Set smtp_host and mail_from: people cannot confirm addresses or choose a new password without mail.", "no mail server is set; letters waiting: %lld", (long long)n.waiting);
	else if (n.oldest_s > 3600)
		FOUND(d, WARN, "stoa mail list --portal HOST tells what the mail server says; stoa mail retry tries again at once.", "letters waiting for %.*s: %lld, the oldest for %lld minutes", STR_ARG(where), (long long)n.waiting, (long long)(n.oldest_s / 60));
	else if (n.failed)
		FOUND(d, WARN, "stoa mail list --portal HOST tells why; stoa mail drop --failed --portal HOST forgets them.", "letters that could not be delivered: %lld", (long long)n.failed);
	else
		FOUND(d, GOOD, "", "letters go to %.*s; waiting: %lld", STR_ARG(where), (long long)n.waiting);
}

/* The server refuses to start with a file of keys it cannot use, so what is left to say is that it wants a copy. */
static void keys(struct doctor *d)
{
	struct stat s;
	struct str path = arena_printf(&d->cli->arena, "%.*s/keys/master", STR_ARG(d->cli->folder));
	if (stat(path.p, &s) != 0)
		FOUND(d, BAD, "Put back the copy that was kept of it, or new keys are made at the next start.", "the file of keys, keys/master in the data folder, is missing");
	else
		FOUND(d, GOOD, "", "the keys are the owner's alone; backups do not hold them, so keep a copy of keys/master elsewhere");
}

/* Portals that browsers take for one site can set cookies for each other (PAR-10). */
static bool has_sibling(struct doctor *d, const struct tenant_id *ids, size_t n, const struct tenant *t)
{
	struct str top = registry_registrable(t->host);
	bool found = false;
	for (size_t i = 0; i < n && top.n && !found; i++) {
		const struct tenant *other = tenants_hold_or_null(d->cli->site->tenants, ids[i]);
		if (!other) continue;
		found = other->id.v != t->id.v && str_eq(registry_registrable(other->host), top);
		tenant_release(d->cli->site->tenants, other);
	}
	return found;
}

static void doors(struct doctor *d)
{
	struct tenant_id *ids;
	size_t n = tenants_list(d->cli->site->tenants, &d->cli->arena, &ids), outside = 0;
	for (size_t i = 0; i < n; i++) {
		const struct tenant *t = tenants_hold_or_null(d->cli->site->tenants, ids[i]);
		if (!t) continue;
		outside += !httpd_is_loopback(t->host);
		if (!str_eq(tenant_setting(t, "cookie_prefix"), STR("host")) && has_sibling(d, ids, n, t))
			FOUND(d, WARN, "Give each portal a registered name of its own, have the name above them put on the Public Suffix List, or set cookie_prefix=host.",
			      "portal %.*s shares its registered name with another, which can toss cookies into it", STR_ARG(t->host));
		tenant_release(d->cli->site->tenants, t);
	}
	if (outside && !d->cli->conf->trusted_proxies[0])
		FOUND(d, WARN, "Put a proxy that speaks HTTPS before the server and name its address in trusted_proxies; without it every page leads to HTTPS again.",
		      "portals on names of their own answer by HTTPS only, and no proxy is trusted to say that it speaks it");
}

/* SES-14: nobody can agree to anything where a restored ledger was not looked at. */
static void ledgers(struct doctor *d)
{
	struct tenant_id *ids;
	struct err e = { 0 };
	size_t n = tenants_list(d->cli->site->tenants, &d->cli->arena, &ids), held = 0;
	for (size_t i = 0; i < n; i++) {
		bool is = false;
		const struct tenant *t = tenants_hold_or_null(d->cli->site->tenants, ids[i]);
		if (!t) continue;
		if (!consent_is_held(d->cli->site->consent, ids[i], &is, &e))
			FOUND(d, BAD, "Restore the last backup into a fresh folder: stoa --data NEW restore BACKUP.", "the ledger of %.*s cannot be read: %s", STR_ARG(t->host), e.pub);
		if (is)
			FOUND(d, BAD, "Compare it with heads that were kept elsewhere (stoa ledger verify --head FILE), then: stoa ledger acknowledge --portal HOST.",
			      "the ledger of %.*s was restored and its last hash is not the last that was signed: it takes no consent", STR_ARG(t->host));
		held += is || e.code != ERR_NONE;
		e = (struct err){ 0 };
		tenant_release(d->cli->site->tenants, t);
	}
	if (!held) FOUND(d, GOOD, "", "the ledgers of consent take entries");
}

static void (*const machine[])(struct doctor *) = { libraries, folder, disk, files, clocks, keys, kept };
static void (*const checks[])(struct doctor *) = { store, portals, doors, rules, ledgers, leftovers, letters };

static void put_json(struct doctor *d)
{
	static const char *const words[] = { "ok", "look", "bad" };
	struct json_out j = JSON_OUT(&d->cli->text);
	json_open(&j, '[');
	for (size_t i = 0; i < d->findings.n; i++) {
		const struct finding *f = &d->findings.p[i];
		json_open(&j, '{');
		json_member(&j, "verdict", str_of(words[f->verdict]));
		json_member(&j, "text", f->text);
		json_member(&j, "todo", f->todo);
		json_close(&j, '}');
		if (f->verdict == BAD) d->cli->exit_code = 1;
	}
	json_close(&j, ']');
	cli_say(d->cli, "%s", "");
}

static bool doctor(struct cli *c, struct err *e)
{
	static const char *const marks[] = { "ok  ", "look", "BAD " };
	struct doctor d = { .cli = c };
	(void)e;
	for (size_t i = 0; i < COUNT_OF(machine); i++) machine[i](&d);
	if (!c->site) ailing(&d);
	for (size_t i = 0; c->site && i < COUNT_OF(checks); i++) checks[i](&d);
	if (cli_has(c, "json")) {
		put_json(&d);
		return true;
	}
	for (size_t i = 0; i < d.findings.n; i++) {
		const struct finding *f = &d.findings.p[i];
		cli_say(c, "%s  %.*s", marks[f->verdict], STR_ARG(f->text));
		if (f->todo.n) cli_say(c, "      %.*s", STR_ARG(f->todo));
		if (f->verdict == BAD) c->exit_code = 1;
	}
	return true;
}

static const struct cli_option doctor_options[] = { { "json", NULL, 0, "Prints JSON." }, { 0 } };
const struct cli_command cli_cmd_doctor = {
	.words = "doctor", .operands = "", .summary = "Checks everything an operator can get wrong, and says what to do.",
	.detail = "Reads every published version whole, so it may take a while. Exit code 1 when something is BAD.",
	.flags = CLI_LOOKS | CLI_AILING, .options = doctor_options, .run = doctor,
};
