/* The catalogue of a portal as documents that harvesters read: DCAT as RDF, its national application
 * profiles, Dublin Core, RSS 2.0, and data.json (Project Open Data 1.1). A dataset at a time, so that
 * memory does not grow with the catalogue. Refuses to know HTTP, and who may see which dataset: it
 * writes what it is given. Contract: Explore API §13 and its companion §10, §11.
 *
 * What a document is made of stands in tables: documents.def (names, media types), profiles.def (what a
 * national profile adds), and the vocabularies themes.def, frequencies.def, licences.def, languages.def,
 * filetypes.def, publishers.def. A writer belongs to one thread; the tables to all. */
#ifndef DCAT_DCAT_H
#define DCAT_DCAT_H

#include "base/base.h"
#include "catalog/catalog.h"
#include "clock/clock.h"
#include "tenant/tenant.h"

struct dcat_document; /* one row of documents.def */
/* All documents in order; ends with NULL. */
const struct dcat_document *const *dcat_documents(void);
const char *dcat_name(const struct dcat_document *d);
const char *dcat_mime(const struct dcat_document *d);
const char *dcat_suffix(const struct dcat_document *d);
/* The document of a name, where "-" may stand for "_"; NULL when there is none. */
const struct dcat_document *dcat_document_or_null(struct str name);
/* Whether a national profile is called so, in any case. */
bool dcat_is_profile(struct str word);
/* False for a national profile that the portal's setting dcat.profiles leaves out. */
bool dcat_offered(const struct dcat_document *d, const struct tenant *t) nonnull_all;

/* A format a dataset can be had in. */
struct dcat_format {
	struct str name, mime, suffix; /* "csv", "text/csv; charset=utf-8", "csv" */
};

struct dcat_options {
	const struct tenant *tenant;
	struct str origin;             /* https://data.example, without final slash */
	struct str api;                /* https://data.example/api/explore/v2.1 */
	struct str self;               /* the document's own address */
	struct str lang;               /* of texts where the document has room for one language */
	bool every_language;           /* where it has room for several: all of them, not only lang */
	const struct clock_zone *zone; /* of dates and times */
	struct instant updated;        /* when the newest dataset changed */
	struct str only;               /* distributions: only these formats, a comma list; empty: all */
	bool labels;                   /* distributions with headings carry use_labels=true */
};

struct dcat;
/* Writes the heading. Borrows the options' texts until dcat_end. Gives a writer. */
struct dcat *dcat_begin(struct buf *out, const struct dcat_document *d, const struct dcat_options *o) nonnull_all;
/* One dataset with the formats its caller may have it in; none when its data is not theirs to read. */
void dcat_put(struct dcat *k, const struct dataset *d, const struct dcat_format *formats, size_t nformats);
/* Writes the end and frees the writer; NULL does nothing. Look at the buf's `over`. */
void dcat_end(struct dcat *k);

#endif
