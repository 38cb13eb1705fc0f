/* The rules: what a dataset's own settings let a caller see. */
#include "rights/rights.h"

bool rights_caller(const struct site_visit *at, struct httpd_request *r, struct rights_caller *out, struct err *e)
{
	(void)at;
	(void)r;
	(void)e;
	*out = (struct rights_caller){ 0 };
	return true;
}

bool rights_is_public(const struct site_visit *at, const struct rights_caller *who)
{
	(void)at;
	return who->account == 0 && who->key == 0;
}

bool rights_sees(const struct site_visit *at, const struct rights_caller *who, const struct dataset *d)
{
	(void)at;
	return !d->restricted || who->account != 0;
}

bool rights_find(const struct site_visit *at, const struct rights_caller *who, struct arena *a, struct str slug,
                 struct rights_dataset *out, struct err *e)
{
	(void)a;
	const struct dataset *d = catalog_find_or_null(at->view, slug);
	if (!d || !rights_sees(at, who, d))
		return err_set(e, ERR_NOT_FOUND, "The requested dataset %.*s does not exist.", STR_ARG(str_sub(slug, 0, 200)));
	*out = (struct rights_dataset){
		.dataset = d,
		.may_read = d->data_visible,
		.target = {
			.at = d->version,
			.schema = &d->schema,
			.dataset_id = d->slug,
			.record_timestamp_us = d->data_processed.us,
			.row_filter = d->everybody.row_filter,
		},
	};
	return true;
}

bool rights_read(const struct rights_dataset *d, struct err *e)
{
	return d->may_read || err_set(e, ERR_FORBIDDEN, "You don't have permission to access the requested resource");
}

void rights_catalogue(const struct site_visit *at, const struct rights_caller *who, struct arena *a,
                      struct query_target *out)
{
	(void)who;
	(void)a;
	*out = (struct query_target){
		.at = at->view->reflected,
		.schema = at->view->reflected_schema,
		.catalogue = true,
	};
}
