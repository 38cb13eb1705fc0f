/* The list of pages; a page is one file and one word here. */
#include "front/inside.h"
#include "front/map.h"

const struct httpd_route *const front_routes[] = {
	&front_home,
	&front_explore,
	&front_dataset_page,
	&front_dataset_tab,
	&front_record_page,
	&front_asset_page,
	&front_api_console,
	&front_api_console_short,
	&front_embed,
	&front_set_language,
	&front_tiles,
	&front_robots,
	&front_sitemap,
	&front_favicon,
	&front_assets,
	&front_theme_sheet,
	&front_theme_file,
	&front_terms,
	&front_privacy_policy,
	&front_elements,
	&front_elements_script,
	NULL,
};
