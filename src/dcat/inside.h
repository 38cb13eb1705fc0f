/* What the writers of documents share: the tables, and what is told of one dataset. */
#ifndef DCAT_INSIDE_H
#define DCAT_INSIDE_H

#include "dcat/dcat.h"
#include "json/json.h"
#include "rdf/rdf.h"

/* --- tables --------------------------------------------------------------------------------------- */

enum dcat_licences { DCAT_EU, DCAT_DE, DCAT_CH };

struct dcat_profile {
	const char *word;
	const char *theme, *frequency;
	enum dcat_licences licences;
	const char *classes;
	bool holder, sectors, publisher;
};
struct dcat_theme { const char *code, *label, *sector, *words; };
struct dcat_frequency { const char *code, *term, *iso, *words; };
struct dcat_licence { const char *address, *eu, *de, *ch, *begins, *words; };

/* NULL when the table does not know the words. */
const struct dcat_theme *dcat_theme_or_null(struct arena *a, struct str words);
const struct dcat_frequency *dcat_frequency_or_null(struct arena *a, struct str words);
const struct dcat_licence *dcat_licence_or_null(struct arena *a, struct str name, struct str address);
const char *dcat_publisher_type_or_null(struct arena *a, struct str words);
const char *dcat_filetype_or_null(struct str format);
/* "fr" of "fr", "fr-FR" or "FR"; empty when it is no language of the table, whose code is then NULL. */
struct str dcat_language(struct arena *a, struct str text, const char **eu_code);

/* --- one dataset ---------------------------------------------------------------------------------- */

struct dcat_text { struct str lang, text; };

struct dcat_facts {
	const struct dataset *dataset;
	const struct dcat_format *formats;
	size_t nformats;
	struct str page;                  /* its address, and its name as a resource */
	struct str title, description;    /* in the one language; title is never empty */
	struct str publisher, creator, contributor;
	struct str contact_name, contact_mail; /* the portal's own where it has none */
	bool own_contact;
	struct str *themes, *keywords;
	size_t nthemes, nkeywords;
	struct str license, license_address;
	const struct dcat_licence *known_license;
	struct str language;              /* two letters, or empty */
	const char *language_eu;
	struct str frequency;             /* as given */
	const struct dcat_frequency *known_frequency;
	struct str issued, modified;      /* ISO 8601 */
};

struct dcat_writer {
	void (*begin)(struct dcat *k);
	void (*put)(struct dcat *k, const struct dcat_facts *f);
	void (*end)(struct dcat *k);
};
extern const struct dcat_writer dcat_writer_graph, dcat_writer_rss, dcat_writer_data_json, dcat_writer_dublin_core;

struct dcat_document {
	const char *name, *mime, *suffix;
	const struct dcat_writer *writer;
	enum rdf_syntax syntax;
	const struct dcat_profile *profile; /* NULL: none */
};

struct dcat {
	struct buf *out;
	const struct dcat_document *document;
	struct dcat_options o;
	struct arena arena;    /* of the dataset being written */
	struct arena kept;     /* of the whole document */
	struct map agents;     /* addresses of publishers whose kind has been told */
	struct rdf *rdf;
	struct json_out json;
};

/* A metadata value as text: a text, or a list joined by ", "; empty when unset. */
struct str dcat_meta(struct dcat *k, const struct dataset *d, const char *template_, const char *name);
/* A metadata value in every language it is given in, or in the one language when so asked. */
size_t dcat_meta_texts(struct dcat *k, const struct dataset *d, const char *name, struct dcat_text **out);
/* The elements of a list in one language of dcat_meta_texts. */
size_t dcat_list(struct dcat *k, struct str json, struct str **out);
/* A metadata date as ISO 8601 in the zone asked for; empty when unset. */
struct str dcat_date(struct dcat *k, const struct dataset *d, const char *template_, const char *name);
struct str dcat_instant(struct dcat *k, struct instant at);
/* {portal}/explore/?refine.<facet>=<value> */
struct str dcat_refined(struct dcat *k, const char *facet, struct str value);
/* Something to download: an export, an attachment, or an alternative export. */
struct dcat_offer {
	struct str address, title, description;
	struct str mime;   /* without parameters */
	struct str format; /* name of the export; empty: a file */
};
/* All that is offered of a dataset, in the document's arena until the next dataset. */
size_t dcat_offers(struct dcat *k, const struct dcat_facts *f, struct dcat_offer **out);
struct str dcat_portal_title(const struct dcat *k, struct str lang);
struct str dcat_portal_provider(const struct dcat *k);

#endif
