/* Finds what was compiled in. There are a handful of assets, so a walk is quicker than a table. */
#include "asset/asset.h"

#include "asset/assets.h"

const struct asset *asset_find_or_null(struct str name)
{
	for (size_t i = 0; i < COUNT_OF(assets); i++)
		if (str_eq(assets[i].name, name))
			return &assets[i];
	return NULL;
}

struct str asset_url(struct str logical)
{
	for (size_t i = 0; i < COUNT_OF(assets); i++)
		if (str_eq(assets[i].logical, logical))
			return assets[i].url;
	/* The name is written in our own source: a wrong one is a broken promise, not an error. */
	ensure(!"an asset of this name");
	return STR("");
}
