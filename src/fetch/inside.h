/* What the files of the room share. */
#ifndef FETCH_INSIDE_H
#define FETCH_INSIDE_H

#include "clock/clock.h"
#include "fetch/fetch.h"
#include "net/net.h"

enum fetch_query {
#define Q(name, text) FETCH_Q_##name,
#include "fetch/queries.def"
#undef Q
	FETCH_Q_COUNT
};
extern const struct store_query fetch_q[];

enum { FETCH_HEADERS = 24, FETCH_MARK = 64, FETCH_ITEMS = 400, FETCH_REDIRECTS = 5, FETCH_COPY_S = 600 };

/* One fetch on its way. */
struct fetching {
	struct site *site;
	const struct fetch_request *r;
	struct arena *a;
	struct str folder;          /* of the portal's sources, absolute */
	struct str mark;            /* which source: hash of the datasource and of its connection's address */
	int64_t most;
	const struct json_node *connection; /* whole, secrets too; NULL: none */
	struct str uid;             /* of a saved one */
	VEC(struct fetch_result) out;
	int64_t done;               /* bytes of items that are there */
};

/* --- source.c -------------------------------------------------------------------------------------------- */

unsigned fetch_flags(const struct site *s); /* NET_PRIVATE when the operator allows it */
const char *fetch_ca(const struct site *s);
int fetch_longest(const struct site *s); /* seconds that bringing one file may take */
struct str fetch_text(const struct json_node *o, const char *name);
bool fetch_stopped(const struct fetching *f, struct err *e) must_use; /* false: ERR_CANCELLED */

/* --- copy.c: files that were brought, and what is kept of them ------------------------------------------------- */

struct fetch_copy { struct str item, file, name, mime, known; int64_t bytes, at; bool whole; };
bool fetch_copy_read(struct fetching *f, struct str item, struct fetch_copy *out, bool *found, struct err *e) must_use;
bool fetch_copy_list(struct fetching *f, struct fetch_copy **out, size_t *n, struct err *e) must_use;
bool fetch_copy_write(struct fetching *f, const struct fetch_copy *c, struct err *e) must_use;
bool fetch_copy_drop(struct fetching *f, struct str item, struct err *e) must_use;
bool fetch_copy_recent(const struct fetch_copy *c);
/* Gives the copy as a result; false without err when its file is gone. */
bool fetch_copy_give(struct fetching *f, const struct fetch_copy *c);

/* A file being written: the bytes, their hash, whether the disk has room. */
struct fetch_file {
	struct fetching *f;
	struct str name;            /* in the folder */
	int fd;
	int64_t bytes, total;
	char last;                  /* its last byte */
	void *hash;                 /* struct crypt_sha256_state, in the arena */
};
/* A new one, or (name not empty) one that is gone on with at its end. */
bool fetch_file_open(struct fetching *f, struct str name, struct fetch_file *out, struct err *e) must_use;
bool fetch_file_begin(struct fetch_file *x, bool whole, int64_t total, struct err *e) must_use;
bool fetch_file_take(struct fetch_file *x, struct str bytes, struct err *e) must_use;
bool fetch_file_end(struct fetch_file *x, struct str *sha256, struct err *e) must_use; /* synced and closed */
void fetch_file_abandon(struct fetch_file *x, bool keep);
/* Where nobody says how long a file is (`ended` false) it may be cut without a sign. What there is to see: it ended with a whole line before, and does not
 * now. Who asks by hand knows nothing of before, and takes it as it is. On failure it is gone. */
bool fetch_file_whole(struct fetch_file *x, bool ended, struct err *e) must_use;
void fetch_file_tick(struct fetch_file *x);
/* The last step of most sources: writes the copy down, and says "unchanged" when the hash is the one that is known. */
bool fetch_settle(struct fetching *f, struct fetch_file *x, struct fetch_copy *c, struct str etag, struct str modified, struct err *e) must_use;

/* What is known of a source, as JSON {"sha256","etag","modified","bytes","lines"}. */
struct fetch_known { struct str sha256, etag, modified; int64_t bytes; bool lines; /* it ended with the end of a line */ };
struct fetch_known fetch_known_read(struct arena *a, struct str json);
struct str fetch_known_text(struct arena *a, const struct fetch_known *k);

/* source.c: the connection that the datasource names, its secrets opened. */
bool fetch_open_connection(struct fetching *f, struct err *e) must_use;

/* --- the kinds of sources ------------------------------------------------------------------------------------------ */

bool fetch_uploaded(struct fetching *f, struct err *e) must_use;
bool fetch_http(struct fetching *f, struct err *e) must_use;
bool fetch_s3(struct fetching *f, struct err *e) must_use;
bool fetch_azure(struct fetching *f, struct err *e) must_use;
bool fetch_ftp(struct fetching *f, struct err *e) must_use;
bool fetch_postgresql(struct fetching *f, struct err *e) must_use;
bool fetch_portal(struct fetching *f, struct err *e) must_use;
bool fetch_published(struct fetching *f, struct err *e) must_use;
struct fetch_way { const char *type; bool (*run)(struct fetching *f, struct err *e); };
extern const struct fetch_way fetch_ways[]; /* ends with a NULL type */

/* --- http.c ------------------------------------------------------------------------------------------------------- */

struct fetch_call {
	struct str url;
	struct net_header headers[FETCH_HEADERS];
	size_t nheaders;
	/* Signs what is about to be sent; may be NULL. Adds its headers to those of the call. */
	bool (*sign)(struct fetching *f, struct fetch_call *c, struct err *e);
	int64_t from;               /* bytes that are there already */
	bool conditional;           /* validators may be sent */
	bool shared;                /* a link that somebody shared a file by: a page is not the file */
	struct str name;            /* empty: of the answer or the address */
	struct str item;            /* one of several of the source; empty: the only one */
	struct str tag;             /* of its content, where the answer tells none */
};
bool fetch_by_http(struct fetching *f, struct fetch_call *c, struct err *e) must_use;
bool fetch_header(struct fetch_call *c, struct str name, struct str value, struct err *e) must_use;
/* Address, headers and credentials of an HTTP connection; `relative` is joined to its url. */
bool fetch_call_of(struct fetching *f, const struct json_node *connection, struct str relative, struct fetch_call *out, struct err *e) must_use;
struct str fetch_join(struct arena *a, struct str base, struct str relative);

/* shared.c: the address that gives the file which a link of Google Drive, Google Sheets, OneDrive, SharePoint or Dropbox shows in a browser; false: it is no
 * such link. */
bool fetch_shared(struct arena *a, struct str url, struct str *out);

/* --- address.c: secrets of a saved connection stay on its server --------------------------------------------------------- */

/* Same protocol, host and port (`below`: hosts below it, too), in an address that can be read in one way only. */
bool fetch_lies_on(struct str base, struct str url, bool below) must_use;
/* ERR_PARAMETER where the address that is to be asked lies elsewhere. */
bool fetch_stays(struct arena *a, const struct json_node *datasource, const struct json_node *connection, struct str url, struct err *e) must_use;
/* The same of what a datasource says, before it is kept. */
bool fetch_stays_written(struct arena *a, const struct json_node *datasource, const struct json_node *connection, struct err *e) must_use;

/* ftp.c: several files of one source. Those that are kept, if all are young; and all that are kept, or "unchanged". */
bool fetch_folder_recent(struct fetching *f, bool *given, struct err *e) must_use;
bool fetch_folder_give(struct fetching *f, struct err *e) must_use;
/* bucket.c: all objects whose names begin with a prefix. */
struct fetch_bucket_way {
	struct str (*list)(struct arena *a, struct str root, struct str prefix, struct str next); /* the address that lists them */
	bool (*sign)(struct fetching *f, struct fetch_call *c, struct err *e);
};
bool fetch_bucket(struct fetching *f, const struct fetch_bucket_way *way, struct str root, struct str prefix, struct err *e) must_use;
/* sign.c: a name as addresses spell it; `spelled`: parts that are spelled so already stay. */
struct str fetch_encode_key(struct arena *a, struct str key, bool spelled);

/* told.c: what a portal says of a dataset, a DatasetObject of the Explore API a language; the first is the whole, others add what they say differently. */
enum { FETCH_LANGUAGES = 12 };
struct fetch_told { struct arena *arena; struct str lang; const struct json_node *dataset; };
/* {template: {name: {lang: value}}, "fields": [FieldObject with labels and descriptions by language]}; empty without `fields`. */
struct str fetch_told_text(const struct fetch_told *list, size_t n, bool fields);
struct str fetch_told_language(const struct json_node *dataset); /* of its metadata */
/* The languages of both portals but the first: at most FETCH_LANGUAGES. */
size_t fetch_told_others(const struct fetching *f, const struct str *theirs, size_t ntheirs, struct str first, struct str *out);

/* portal.c: the text that tells readers of a Parquet file which columns are places. */
struct str fetch_geo_key(struct arena *a, const struct column_type *types, const struct str *names, size_t n);

/* --- sign.c ----------------------------------------------------------------------------------------------------------- */

/* AWS Signature Version 4 of a GET without body, for a service and a time; gives the value of Authorization. */
struct fetch_sigv4 { struct str url, region, service, key, secret, date; /* 20130524T000000Z */ };
bool fetch_sigv4(struct arena *a, const struct fetch_sigv4 *s, struct str *authorization, struct str *host, struct err *e) must_use;

/* --- connection.c ------------------------------------------------------------------------------------------------------ */

/* The whole of a saved connection, secrets opened. */
bool fetch_connection_open(struct site *s, struct tenant_id t, struct str uid, struct arena *a, const struct json_node **out, struct err *e) must_use;

/* portal.c: "refine.FIELD" (a text or a list of them) and "where" are what a dataset of another portal is narrowed by. The first that is neither is a
 * fault at path/NAME; one at the path when `parameters` is no object. */
void fetch_portal_parameters(const struct json_node *parameters, struct str path, struct process_faults *f);

#endif
