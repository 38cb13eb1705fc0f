/* The list of pages; a page is one file and one word here. */
#include "front/inside.h"
#include "front/charts.h"
#include "front/map.h"

const struct httpd_route *const front_routes[] = {
	&front_home,
	&front_page_route,
	&front_page_short,
	&front_page_frame,
	&front_page_preview,
	&front_explore,
	&front_dataset_page,
	&front_dataset_tab,
	&front_record_page,
	&front_citation,
	&front_asset_page,
	&front_api_console,
	&front_api_console_short,
	&front_embed,
	&front_set_language,
	&front_basemap,
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
	&front_chart_data,
	&front_charts_data,
	NULL,
};
