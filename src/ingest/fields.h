/* Field configurations: what becomes of the columns that come out of a source and its processors. A list of
 * operations in their order (management-api.md 5), each of which finds its field by the name it has at that place:
 * - rename      from_name, to_name, field_label: the old name stays an alias
 * - type        field, type_param; and how it is written: `dates` ("day_first" or "month_first", where a date can be read
 *               both ways), `decimal` ("." or ","), `timezone` (of times without offset)
 * - annotate    field, annotation, args
 * - description field, description
 * - order       order (or args): the names that come first
 * - delete      field
 * - facets      facets: the list of metadata asset_content_configuration.facets; those and no others are facets
 * - origin      fields: what the portal that a copy comes from says of them, FieldObjects of the Explore API; exact: the records are as they are there,
 *               so that types, lists and ids hold, too (origin.c). Stands first, so that all others win over it
 * Labels and descriptions are texts or objects by language. An operation for a field that is not there does nothing. */
#ifndef INGEST_FIELDS_H
#define INGEST_FIELDS_H

#include "ingest/ingest.h"
#include "json/json.h"

/* One column on its way through the operations. */
struct fate {
	struct field field;     /* as it will be; type only where `typed` */
	size_t from;            /* the caller's number of it */
	bool deleted;
	bool typed;             /* a type was chosen */
	bool listed;            /* multivalued */
	bool facet_said;        /* whether it is a facet was decided */
	bool labelled;
	bool moments;           /* its times come with their offset: the time zone is told, not reckoned with */
	enum { FATE_OPEN, FATE_DAY_FIRST, FATE_MONTH_FIRST } dates;
	char decimal;           /* 0: found out */
};

/* Applies the operations to n columns; their order may change. A rename to a name that another has is refused, ERR_BAD_SOURCE
 * naming both, where `whole` says that all columns there are were given. */
bool fields_apply(struct arena *a, const struct json_node *operations_or_null, bool whole, struct fate *columns, size_t n,
                  struct err *e) must_use;
/* One operation "origin". */
void fields_origin(struct arena *a, const struct json_node *operation, struct fate *columns, size_t n);
/* What is decided of one column before the others are known. */
struct fate fields_one(struct arena *a, const struct json_node *operations_or_null, struct str name);
/* Are there operations that need every cell looked at: types, lists, or columns left out? */
bool fields_recast(const struct json_node *operations_or_null);

#endif
