/* One call of the API, and what handlers share. */
#ifndef MANAGE_INSIDE_H
#define MANAGE_INSIDE_H

#include "config/config.h"
#include "json/json.h"
#include "manage/manage.h"
#include "site/site.h"
#include "visitor/visitor.h"

/* Who may (management-api.md 2.2). DATASET_… are about the dataset of the address: who may not even read it is told that there is none. */
enum manage_rule {
	MANAGE_EVERYONE,        /* anybody at all */
	MANAGE_SIGNED,          /* anybody known */
	MANAGE_LISTS,           /* config_may_any */
	MANAGE_CREATES,         /* create_dataset */
	MANAGE_DOMAIN,          /* edit_domain */
	MANAGE_ASSETS,          /* edit_domain, edit_theme or edit_page */
	MANAGE_LOOKS,           /* edit_domain or edit_theme */
	MANAGE_REUSES,          /* edit_reuse */
	MANAGE_PORTALS,         /* manage_subdomains */
	MANAGE_ADMINS,          /* administrators; by a key that may all they may */
	MANAGE_DESCRIBES,       /* edit_domain, or as MANAGE_LISTS */
	MANAGE_READS,           /* from here on: of one dataset */
	MANAGE_EDITS,
	MANAGE_PUBLISHES,
	MANAGE_SECURES,
	MANAGE_RULES
};
enum manage_body { MANAGE_NONE, MANAGE_JSON, MANAGE_FILE, MANAGE_BYTES };

struct manage_call;
struct manage_operation {
	const char *symbol;
	const char *base;       /* MANAGE_BASE, MANAGE_PORTAL */
	const char *path;       /* "/datasets/{uid}/"; NULL: not described */
	const char *summary;
	enum manage_rule rule;
	enum manage_body takes;
	int status;             /* of success */
	const char *body, *answer; /* names of shapes.def; NULL: none, or bytes */
	bool paged;             /* the answer is a page of these */
	bool (*run)(struct manage_call *c, struct err *e);
	struct httpd_route route;
};
extern const struct manage_operation manage_operations[];
extern const size_t manage_operation_count;

struct manage_call {
	struct httpd_request *r;
	struct httpd_reply *p;
	struct arena *a;
	struct visit visit;
	struct site *s;
	const struct tenant *tenant;
	struct tenant_id t;
	const struct rights_caller *who;
	const struct manage_operation *op;
	struct config config;        /* of the dataset of the address */
	const struct json_node *body;/* of JSON bodies; NULL: none */
	struct process_faults faults;
	struct buf out;
	struct json_out j;           /* into out */
	int status;                  /* begins as the operation's */
	bool raw;                    /* the reply is made already, e.g. a file */
};

/* A part of a form with files; NULL when there is none of that name. */
const struct httpd_part *manage_part_or_null(const struct httpd_part *parts, size_t n, const char *name);

/* More than one file of that name; then the answer is made: none of them is dropped without a word. */
bool manage_has_several(struct manage_call *c, const struct httpd_part *parts, size_t n, const char *name);

/* The only file of a form, in a part of that name; NULL: there is none, and the answer is made. */
bool manage_one_file(struct manage_call *c, const char *part, const struct httpd_part **out, struct err *e) must_use;

#define OP(symbol, ...) bool manage_##symbol(struct manage_call *c, struct err *e);
#define OLD(symbol, ...)
#include "manage/operations.def"
#include "manage/portal.def"
#undef OP
#undef OLD

/* --- answers ---------------------------------------------------------------------------------------------------- */

/* A page of a list: limit and offset of the address, and the envelope. */
struct manage_page { int64_t limit, offset; };
bool manage_page(struct manage_call *c, struct manage_page *out, struct err *e) must_use;
/* Opens {"total_count", "next", "previous", "results": [ ; items are written by the caller, then manage_page_end. */
void manage_page_begin(struct manage_call *c, const struct manage_page *p, int64_t total);
void manage_page_end(struct manage_call *c);
/* {"detail": "ok"} */
void manage_ok(struct manage_call *c);
/* 400 with the faults by place, their paths without `prefix`; answers true, as the reply is made. */
bool manage_invalid(struct manage_call *c, struct str prefix);
bool manage_invalid_field(struct manage_call *c, const char *field, const char *fmt, ...) printf_like(3, 4);
/* 400 invalid_dataset_status and the like. */
bool manage_refused(struct manage_call *c, int status, const char *code, struct str message);

void manage_member_time(struct json_out *j, const char *name, struct instant at); /* null when us is 0 */
void manage_member_node(struct json_out *j, const char *name, const struct json_node *v);
#define manage_member_null(j, k) (json_key((j), STR(k)), json_put_null(j))
struct str manage_query(const struct manage_call *c, const char *name); /* empty when absent */
struct str manage_node_text(struct arena *a, const struct json_node *v); /* as JSON */

/* --- changes ---------------------------------------------------------------------------------------------------- */

/* Puts a value (JSON text; empty: take it out) at a place of the dataset's configuration and stores it. False with *done true: the
 * answer is made (faults). */
bool manage_put(struct manage_call *c, struct str place, struct str value, bool *done, struct err *e) must_use;
bool manage_write(struct manage_call *c, struct str json, struct str prefix, bool *done, struct err *e) must_use;
bool manage_none(const char *what, struct str which, struct err *e); /* ERR_NOT_FOUND */

/* --- people.c ------------------------------------------------------------------------------------------------------ */

struct str manage_username(struct manage_call *c, int64_t account); /* empty: gone */
bool manage_account(struct manage_call *c, struct str username, int64_t *out, struct err *e) must_use; /* 0: none such */
struct str manage_group_uid(struct manage_call *c, int64_t group);
bool manage_group(struct manage_call *c, struct str uid, int64_t *out, struct err *e) must_use;

/* A user as accounts and groups are now; groups of each are filled in. */
struct manage_people { struct account *list; size_t n; struct account_group *groups; size_t ngroups; };
bool manage_people(struct manage_call *c, struct manage_people *out, struct err *e) must_use;
void manage_put_user(struct manage_call *c, const struct manage_people *all, const struct account *u);
void manage_put_user_ref(struct manage_call *c, const char *member, struct str username); /* "member": {"username"}, or null */
/* The user of a username, as everything stands now. Writes it as the answer. */
bool manage_answer_user(struct manage_call *c, int64_t account, struct err *e) must_use;
const struct account_group *manage_group_or_null(struct manage_call *c, const struct manage_people *all, struct str uid);
void manage_put_group(struct manage_call *c, const struct account_group *g);
void manage_put_permissions(struct manage_call *c, uint64_t bits);
/* Notes a fault and is false when a word is none. A member that is absent leaves *given false. */
bool manage_read_permissions(struct manage_call *c, const struct json_node *list, bool *given, uint64_t *out);
/* limits.c: explore_limits and management_limits of a user or group. What of them a body says; false: a fault was noted. */
struct manage_limits { bool calls, datasets; struct account_limits to; };
bool manage_read_limits(struct manage_call *c, const struct json_node *body, struct manage_limits *out);
bool manage_write_limits(struct manage_call *c, int64_t account, int64_t group, const struct manage_limits *l, struct err *e) must_use;
void manage_put_user_limits(struct manage_call *c, int64_t account);
void manage_put_group_limits(struct manage_call *c, int64_t group);
/* Whether an arena's text of the address lists a word: expand=a,b. */
bool manage_lists(struct manage_call *c, const char *parameter, const char *word);
bool manage_holds(struct manage_call *c, struct str text, struct str words); /* folded; no words: all texts do */
/* Sorts by a key made before: "-name" is down. Names end with NULL; false: the name is none of them. */
bool manage_order(struct manage_call *c, const char *const *names, const char *otherwise, size_t *which, bool *down, struct err *e) must_use;

/* What the caller may give to others: all that they have, by this key. */
uint64_t manage_mine(const struct manage_call *c);
bool manage_is_admin(const struct manage_call *c);
struct account_scene manage_scene(struct manage_call *c);
/* Somebody signed in must have proved a secret of late for this (SES-10). */
bool manage_fresh(struct manage_call *c, struct err *e) must_use;
/* {"0": {"status_code", "data" | "error"}, …} of a list: `one` does it and writes what is the data; false: why is in e, or in the faults. */
bool manage_bulk(struct manage_call *c, bool (*one)(struct manage_call *c, const struct json_node *item, struct err *e), struct err *e) must_use;
/* portal.c: a refusal of a room below as a fault; anything else stays an error. False either way. */
bool manage_fault_of(struct manage_call *c, const char *place, struct err *e);
/* 400 for what may not be, in the words of a room below. */
bool manage_conflict(struct manage_call *c, const char *code, struct err *e);

/* --- shapes of more than one file ------------------------------------------------------------------------------------ */

void manage_put_dataset(struct manage_call *c, const struct config *d);
void manage_put_core(struct json_out *j, const struct dataset_rule *r);
/* Reads a ruleset core into a change; false: a fault was noted. */
bool manage_read_core(struct manage_call *c, const struct json_node *core, const char *place, struct rule_change *out);
/* beside.c: "url" and "is_enabled" of a resource whose dataset takes pushes, or did; false: nothing was written. */
bool manage_put_push(struct manage_call *c, const struct json_node *resource, struct str key);
/* codes.c: languages, countries and colours of the metadata; anything else is a fault at `place`. */
void manage_check_codes(struct manage_call *c, struct str template_, struct str name, const struct json_node *value, struct str place);
void manage_put_metadata(struct manage_call *c, const struct config *of);
/* Whether a dataset is linked to one of another portal, and the origin's metadata as configurations have them; NULL: it is not published, or says nothing. */
bool manage_remote(struct manage_call *c, const struct config *of, const struct json_node **out);
/* A whole "metadata" of the API's shape as configurations have it. */
bool manage_metadata_of(struct manage_call *c, const struct json_node *given, struct str *json, struct err *e) must_use;
struct str manage_language(const struct manage_call *c);
/* describe.c: whether a shape of shapes.def is an object; NULL is none. */
bool manage_shape_is_object(const char *name);

/* --- replays: idempotency.c ---------------------------------------------------------------------------------------------- */

enum manage_replay { MANAGE_FRESH, MANAGE_REPLAYED };
bool manage_replay(struct manage_call *c, enum manage_replay *out, struct err *e) must_use;
/* After the handler: keeps what was answered, or (failed) lets the key be used again. */
bool manage_remember(struct manage_call *c, bool failed, struct err *e) must_use;

#endif
