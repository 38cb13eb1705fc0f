/* Sources that lie elsewhere, brought here as a file: HTTP(S), FTP(S), SFTP, S3-compatible buckets, PostgreSQL tables,
 * datasets of other portals; and the connections that hold their addresses and secrets. Nothing is parsed here: bytes go
 * into a file of the portal's sources folder, to be read in the cage (ingest/). Addresses that are not public are refused on the
 * address itself unless the operator allows them (setting fetch_private). Secrets are sealed (vault/), never given back, never logged, and sent
 * to the connection's own server only: an address of a source that leads elsewhere is ERR_PARAMETER (address.c).
 *
 * A datasource is the JSON of management-api.md 7.3, plus {"type":"postgresql","connection":…,"table"|"query"},
 * {"type":"portal","url","dataset_id","apikey_connection","live"} (any Opendatasoft-compatible server, this one too), {"type":"uploaded_file"},
 * {"type":"published"}. What ends in a / is all that lies below: files of a folder (FTP), objects of a bucket or container; what
 * vanishes there stays until it is forgotten. With "incremental_field" a table or query is asked only for rows beyond the greatest
 * value read so far, which go behind those that are kept. A transfer that ends before its length or its last chunk is ERR_UPSTREAM; where the other side says
 * neither (a body that ends with its connection), one that ends within a line where the one before did not, as far as it is known (`known`). Threads: any; a fetch blocks its thread until its end or its token is fired. */
#ifndef FETCH_FETCH_H
#define FETCH_FETCH_H

#include "base/base.h"
#include "json/json.h"
#include "process/process.h"
#include "query/query.h"
#include "site/site.h"

/* What was known of a source when it was last read: a source that has not changed costs nothing. Text, kept by whoever asks. */
/* Whose eyes look at datasets of the source's own portal: rights are another room's business. Fills the target with what they may see of it,
 * and gives their copy; ERR_NOT_FOUND, ERR_FORBIDDEN. `mark` differs wherever they may see something else. */
struct fetch_eyes {
	bool (*see)(void *arg, const struct tenant *portal, const struct catalog_view *v, struct str slug, struct arena *a, struct query_target *out,
	            const struct dataset **d, struct str *mark, struct err *e);
	void *arg;
};
struct fetch_request {
	struct tenant_id tenant;
	int64_t dataset;
	const struct json_node *datasource;
	struct str known;        /* as it came out last time; empty: never */
	bool fresh;              /* false: a copy not older than ten minutes does (previews) */
	int64_t most_bytes;      /* 0: the portal's limit */
	void (*progress)(void *arg, int64_t bytes, int64_t total); /* may be NULL */
	void *arg;
	struct cancel *cancel_or_null;
	const struct fetch_eyes *eyes_or_null; /* NULL: what everybody may see */
};
struct fetch_result {
	bool unchanged;          /* with `known`: nothing was brought */
	int fd;                  /* at its beginning; the caller closes; -1 when unchanged */
	struct str name, mime;   /* as the other side calls it */
	int64_t bytes;
	bool shorter;            /* than what is known, and the other side did not say where it ends */
	struct str known;        /* for the next time */
	struct str metadata;     /* of portals: JSON {template:{name:{lang:value}}} of the origin, and "fields"; else empty */
};
/* Several results where a datasource stands for several files (a folder over FTP): `n`. ERR_UPSTREAM, ERR_FORBIDDEN (address),
 * ERR_UNAUTHENTICATED (of the other side), ERR_NOT_FOUND, ERR_TOO_LARGE, ERR_CANCELLED: pub says what to do. */
bool fetch_source(struct site *s, const struct fetch_request *r, struct arena *a, struct fetch_result **out, size_t *n, struct err *e) must_use nonnull_all;
void fetch_done(struct fetch_result *results, size_t n); /* closes; NULL with 0 */
/* What a source names that is a dataset of another portal, without fetching its data. */
struct fetch_there {
	bool live;               /* to be shown as it stands there, not copied */
	bool near;               /* of a portal of this server: what follows is what everybody may see of it there */
	struct str host, slug;   /* the portal's own name */
	struct str where;        /* ODSQL of the source; empty: none */
	bool refines;            /* it chooses by values of facets */
	struct schema schema;    /* the fields that everybody sees, in the arena */
	int64_t rows;            /* -1: not everybody's to know */
	struct str metadata;     /* as fetch_result has it */
};
/* False where a source is of another kind. */
bool fetch_is_live(const struct json_node *datasource) must_use nonnull_all;
/* The dataset of that very portal that a source names; empty: it names none. */
struct str fetch_own_dataset(struct site *s, struct tenant_id t, const struct json_node *datasource, struct arena *a) nonnull_all;
/* ERR_NOT_FOUND, ERR_FORBIDDEN: a portal of this server does not show such a dataset to everybody. Asks nobody where it is not near. */
bool fetch_there(struct site *s, struct tenant_id t, const struct json_node *datasource, struct arena *a, struct fetch_there *out, struct err *e) must_use nonnull_all;
/* Asks another server whether a dataset is what it was when it was fetched (`known`): its metadata only. *sure false: it does not tell. */
bool fetch_there_changed(struct site *s, const struct fetch_request *r, bool *changed, bool *sure, struct err *e) must_use nonnull_all;

/* Drops what is kept of a dataset's sources. */
bool fetch_forget(struct site *s, struct tenant_id t, int64_t dataset, struct err *e) must_use nonnull_all;
/* Copies that are older than a day, and files of none; once a day. */
bool fetch_sweep(struct site *s, struct err *e) must_use nonnull_all;
/* Checks the shape of a datasource; faults by place below `path`. */
void fetch_check(struct site *s, struct tenant_id t, const struct json_node *datasource, struct str path, struct process_faults *faults);

/* Kinds of datasources, for forms and documents: rows of sources.def. */
struct fetch_parameter { const char *name, *label, *help; bool required, secret; const char *choices; };
struct fetch_kind { const char *type, *label, *help; bool connects; const struct fetch_parameter *parameters; };
extern const struct fetch_kind fetch_kinds[]; /* ends with a NULL type */

/* --- connections ------------------------------------------------------------------------------------------------ */

struct fetch_connection {
	struct str uid, type, name, url;
	struct str json;             /* as the API shows it: secrets null */
	bool reusable;
	int64_t datasets;            /* that use it */
	int64_t created_by;
	struct instant created, changed;
	int64_t revision;
};
bool fetch_connections(struct site *s, struct tenant_id t, struct arena *a, struct fetch_connection **out, size_t *n, struct err *e) must_use nonnull_all;
bool fetch_connection_read(struct site *s, struct tenant_id t, struct str uid, struct arena *a, struct fetch_connection *out, struct err *e) must_use nonnull_all;
/* New (uid empty) or changed; a secret that is null or missing stays. */
bool fetch_connection_write(struct site *s, struct tenant_id t, struct str uid, const struct json_node *json, int64_t who, struct arena *a,
                            struct fetch_connection *out, struct process_faults *faults, struct err *e) must_use nonnull_all;
/* ERR_CONFLICT while a configuration uses it. */
bool fetch_connection_remove(struct site *s, struct tenant_id t, struct str uid, struct err *e) must_use nonnull_all;
/* A datasource whose connection stands in it with secrets: the connection is saved (not for reuse) and the JSON that is given names
 * it by uid, so that no secret gets into a configuration. Others are given as they are. Call it before storing one. */
bool fetch_settle_datasource(struct site *s, struct tenant_id t, const struct json_node *datasource, int64_t who, struct arena *a, struct str *json,
                             struct process_faults *faults, struct err *e) must_use nonnull_all;
/* Tries it out; false with what was wrong. */
bool fetch_connection_try(struct site *s, struct tenant_id t, const struct json_node *json, struct str uid_or_empty, struct err *e) must_use nonnull_all;
/* Who but its maker and administrators may use it: accounts and groups with manage_connection. */
struct fetch_share { int64_t account, group; };
bool fetch_shares(struct site *s, struct tenant_id t, struct str uid, struct arena *a, struct fetch_share **out, size_t *n, struct err *e) must_use nonnull_all;
bool fetch_share_set(struct site *s, struct tenant_id t, struct str uid, struct fetch_share who, bool may, struct err *e) must_use nonnull_all;

#endif
