/* What a map is: layers of datasets, how each is drawn, how the map opens. As JSON it is kept by saved maps, stands in the
 * attribute `config` of <stoa-map>, and is what a map builder edits; in C it is struct atlas. Reading checks every member, names
 * the place of what is wrong ("layers[2].radius: …") and fills in defaults; printing leaves defaults out, so that reading what was
 * printed gives the same map and the same text. Members nobody knows are refused, so that a misspelt one is seen.
 *
 *   {"title":"…","description":"…","basemap":"light","location":{"zoom":6,"lat":46.5,"lon":2.5},"mode":"many",
 *    "controls":{"search":false,"fullscreen":true,"locate":true,"autolocate":false,"layers":true,"scale":true},
 *    "static":false,"wheel":true,
 *    "groups":[{"title":"…","description":"…","icon":"…","visible":true}],
 *    "layers":[{"dataset":"stations","group":0,"parameters":{"refine.city":"Paris"},"display":"dots","color":"#1d4f91"}]}
 *
 * Every member but layers[].dataset may be left out; those of a layer are the rows of layer.def. Texts are plain text. Colours are
 * "#rgb" or "#rrggbb"; empty: the portal's palette gives one. The fields named are not looked up here: a map may outlive a field,
 * and then that layer says so where it is drawn. Rights are not looked up either: a layer whose dataset a reader may not see stays
 * empty, because its tiles and records are refused by rights/.
 *
 * All is the arena's, texts are copied into it. Threads: any. */
#ifndef ATLAS_ATLAS_H
#define ATLAS_ATLAS_H

#include "base/base.h"
#include "catalog/catalog.h"

enum { ATLAS_BYTES = 256 << 10, ATLAS_LAYERS = 50, ATLAS_GROUPS = 20, ATLAS_COLORS = 100, ATLAS_BOUNDS = 20, ATLAS_PARAMETERS = 100,
	ATLAS_TOOLTIP_FIELDS = 50 };

/* How a layer is drawn. The words are those of "display". */
enum atlas_display {
	ATLAS_AUTO,       /* "auto": dots, gathered where they are many; shapes as they are */
	ATLAS_DOTS,       /* "dots" */
	ATLAS_SHAPES,     /* "shapes" */
	ATLAS_CLUSTER,    /* "cluster" */
	ATLAS_CHOROPLETH, /* "choropleth": colour by a number, or by an aggregate of the records of a shape */
	ATLAS_CATEGORY,   /* "category": colour by a value */
	ATLAS_HEAT,       /* "heatmap" */
	ATLAS_DISPLAYS
};
enum atlas_function { ATLAS_COUNT, ATLAS_AVG, ATLAS_SUM, ATLAS_MIN, ATLAS_MAX, ATLAS_STDDEV, ATLAS_FUNCTIONS }; /* count avg sum min max stddev */
enum atlas_marker { ATLAS_DOT, ATLAS_ICON, ATLAS_PIN };         /* dot icon pin */
enum atlas_line { ATLAS_SOLID, ATLAS_DASHED, ATLAS_DOTTED };    /* solid dashed dotted */
enum atlas_scale { ATLAS_LINEAR, ATLAS_LOG, ATLAS_CUSTOM };     /* linear log custom */
enum atlas_space { ATLAS_LAB, ATLAS_RGB, ATLAS_HSL, ATLAS_LCH }; /* lab rgb hsl lch */
enum atlas_mode { ATLAS_MANY, ATLAS_SINGLE };                   /* many single: one layer or group at a time */

struct atlas_color { struct str value, color, icon; }; /* icon: empty: that of the layer */
struct atlas_parameter { struct str name, value; };  /* of the addresses of the front office: refine.city, q, geofilter.bbox … */

struct atlas_layer {
	struct str source;        /* origin of another portal, "https://data.example"; empty: this one */
	struct str dataset;       /* its id; never empty */
	const struct atlas_parameter *parameters;
	size_t nparameters;
	struct str title, description, icon; /* icon: of markers, a word of web/elements/map_icons.ts; others draw none */
	int group;                /* index of groups; -1: none */
	bool visible;             /* when the map opens */
	enum atlas_display display;
	struct str field;         /* with the places; empty: the first shape or point of the dataset */
	struct str value;         /* field of cluster, choropleth, heatmap; empty: records are counted */
	enum atlas_function function;
	struct str by;            /* field of category; of a choropleth: the field whose value the records counted or summed up share */
	struct str join;          /* dataset of those records, of the same portal; empty: the layer's own */
	struct str join_field;    /* its field with that value; empty: that of `by` */
	struct str color_field;   /* field that holds colours; empty: none */
	/* dots and shapes */
	enum atlas_marker marker;
	double size;              /* of a dot or pin, in pixels */
	struct str color, border_color;
	double opacity, fill_opacity, border_opacity; /* 0 to 1 */
	double line, border;      /* thickness in pixels */
	enum atlas_line border_style;
	/* clusters */
	double size_min, size_max;
	/* classes of clusters, choropleths and heat */
	enum atlas_scale scale;
	int classes;
	const double *bounds;     /* between classes, upwards; of the custom scale */
	size_t nbounds;
	const double *range;      /* two numbers, or NULL: what the data has */
	const struct str *colors; /* from low to high: 2 of a choropleth, 5 of a heatmap; 0: the house's */
	size_t ncolors;
	enum atlas_space space;   /* in which colours between are made */
	struct str undefined_color, out_color, other_color;
	const struct atlas_color *categories;
	size_t ncategories;
	double radius;            /* of heat, in pixels */
	/* when it is shown, and what is said of it */
	int zoom_min, zoom_max;
	bool tooltip;
	struct str tooltip_title, tooltip_sort;
	const struct str *tooltip_fields;
	size_t ntooltip_fields;
	bool caption;
	struct str caption_title;
};

struct atlas_group {
	struct str title, description, icon;
	bool visible;
};

struct atlas {
	struct str title, description;
	struct str basemap;       /* id of a basemap of the portal; empty: its first */
	bool has_location;        /* else the map opens where the data is */
	double zoom, lat, lon;
	enum atlas_mode mode;
	struct { bool search, fullscreen, locate, autolocate, layers, scale; } controls;
	bool fixed;               /* "static": zoom and position are locked */
	bool wheel;               /* the wheel zooms */
	struct atlas_group *groups;
	size_t ngroups;
	struct atlas_layer *layers;
	size_t nlayers;
};

/* ERR_PARAMETER with the place and what was expected; ERR_BAD_REQUEST when it is no JSON. */
bool atlas_read(struct arena *a, struct str json, struct atlas *out, struct err *e) must_use nonnull_all;
void atlas_put_json(struct buf *b, const struct atlas *m) nonnull_all;
/* A map without layers, and a layer with nothing but a dataset, as reading "{}" would give them. */
void atlas_init(struct atlas *m) nonnull_all;
void atlas_layer_init(struct atlas_layer *l, struct str dataset) nonnull_all;
/* The field of a schema that a layer without `field` shows: the first shape, else the first point, of those not hidden; -1: none. */
int atlas_places(const struct schema *s) nonnull_all;
/* The map of a dataset as the portal shows it: one layer of its places. False when it has none. */
bool atlas_default(struct arena *a, const struct dataset *d, struct str lang, struct atlas *out) must_use nonnull_all;
/* The parameters of a layer as a query string without "?": "refine.city=Paris&q=…", in the arena. */
struct str atlas_parameters(struct arena *a, const struct atlas_layer *l) nonnull_all;

/* The words of an enum, in its order, ending with NULL: for forms. */
extern const char *const atlas_display_words[], *const atlas_function_words[], *const atlas_marker_words[], *const atlas_line_words[],
	*const atlas_scale_words[], *const atlas_space_words[], *const atlas_mode_words[];

/* --- ground.c: backgrounds of a portal (setting map.basemaps) ------------------------------------------ */

/* What lies under maps beside the house's own: a JSON list of
 *   {"id":"streets","label":"Streets" or {"en":"Streets","fr":"Rues"},"tiles":"https://{s}.tile.example/{z}/{x}/{y}.png","subdomains":"a,b",
 *    "attribution":"…","minZoom":0,"maxZoom":19,"tms":false,"direct":false}
 * or, of a WMS, {"id","label","wms":"https://maps.example/wms","layers":"roads","styles":"","format":"png","attribution", …}. Unless
 * `direct`, the portal fetches the tiles itself and a reader's browser asks nobody else. */
enum { ATLAS_GROUNDS = 20, ATLAS_GROUNDS_BYTES = 64 << 10 };
struct atlas_ground {
	struct str id, label;        /* label in the language asked for, else the first given */
	struct str tiles, subdomains, attribution;
	struct str wms, layers, styles, format;
	int zoom_min, zoom_max;
	bool tms, direct;
};
/* ERR_PARAMETER with the place ("basemaps[1].tiles: …"). An empty text is an empty list. */
bool atlas_grounds(struct arena *a, struct str json, struct str lang, const struct atlas_ground **out, size_t *n, struct err *e) must_use nonnull_all;
/* The address of one tile, in the arena; a WMS is asked for a picture of 256 pixels in Web Mercator. */
struct str atlas_ground_tile(struct arena *a, const struct atlas_ground *g, uint32_t z, uint32_t x, uint32_t y) nonnull_all;
/* The address as maps fill it in themselves, one a subdomain; gives their number. */
size_t atlas_ground_templates(struct arena *a, const struct atlas_ground *g, struct str **out) nonnull_all;

#endif
