/* The members of maps, groups, layers and controls, and what they are when nothing is said. */
#include <string.h>
#include "atlas/inside.h"

const char *const atlas_display_words[] = { "auto", "dots", "shapes", "cluster", "choropleth", "category", "heatmap", NULL };
const char *const atlas_function_words[] = { "count", "avg", "sum", "min", "max", "stddev", NULL };
const char *const atlas_marker_words[] = { "dot", "icon", "pin", NULL };
const char *const atlas_line_words[] = { "solid", "dashed", "dotted", NULL };
const char *const atlas_scale_words[] = { "linear", "log", "custom", NULL };
const char *const atlas_space_words[] = { "lab", "rgb", "hsl", "lch", NULL };
const char *const atlas_mode_words[] = { "many", "single", NULL };

_Static_assert(sizeof(enum atlas_display) == sizeof(int), "words are kept as int");

#define TEXT(n, m, most) { .name = n, .kind = MEMBER_TEXT, .at = offsetof(OF, m), .high = most },
#define COLOR(n, m) { .name = n, .kind = MEMBER_COLOR, .at = offsetof(OF, m) },
#define NUMBER(n, m, l, h, o) { .name = n, .kind = MEMBER_NUMBER, .at = offsetof(OF, m), .low = l, .high = h, .otherwise = o },
#define WHOLE(n, m, l, h, o) { .name = n, .kind = MEMBER_WHOLE, .at = offsetof(OF, m), .low = l, .high = h, .otherwise = o },
#define FLAG(n, m, o) { .name = n, .kind = MEMBER_FLAG, .at = offsetof(OF, m), .otherwise = o },
#define WORD(n, m, w) { .name = n, .kind = MEMBER_WORD, .at = offsetof(OF, m), .words = w },
#define RANGE(n, m) { .name = n, .kind = MEMBER_RANGE, .at = offsetof(OF, m) },
#define LIST(k, n, m, c, most) { .name = n, .kind = MEMBER_##k, .at = offsetof(OF, m), .count_at = offsetof(OF, c), .high = most },
#define END { .name = NULL }

#define OF struct atlas_layer
const struct member atlas_layer_members[] = {
#include "atlas/layer.def"
	END
};
#undef OF

#define OF struct atlas_group
const struct member atlas_group_members[] = {
	TEXT("title", title, 500)
	TEXT("description", description, 2000)
	TEXT("icon", icon, 60)
	FLAG("visible", visible, 1)
	END
};
#undef OF

#define OF struct atlas
const struct member atlas_members[] = {
	TEXT("title", title, 500)
	TEXT("description", description, 5000)
	TEXT("basemap", basemap, 100)
	WORD("mode", mode, atlas_mode_words)
	FLAG("static", fixed, 0)
	FLAG("wheel", wheel, 1)
	END
};
const struct member atlas_control_members[] = {
	FLAG("search", controls.search, 0)
	FLAG("fullscreen", controls.fullscreen, 1)
	FLAG("locate", controls.locate, 1)
	FLAG("autolocate", controls.autolocate, 0)
	FLAG("layers", controls.layers, 1)
	FLAG("scale", controls.scale, 1)
	END
};
#undef OF

void member_init(const struct member *rows, void *object)
{
	for (const struct member *m = rows; m->name; m++) {
		char *at = (char *)object + m->at;
		int whole = (int)m->otherwise;
		bool flag = m->otherwise != 0;
		if (m->kind == MEMBER_NUMBER) memcpy(at, &m->otherwise, sizeof m->otherwise);
		else if (m->kind == MEMBER_WHOLE) memcpy(at, &whole, sizeof whole);
		else if (m->kind == MEMBER_FLAG) memcpy(at, &flag, sizeof flag);
	}
}

void atlas_init(struct atlas *m)
{
	*m = (struct atlas){ .zoom = 1 };
	member_init(atlas_members, m);
	member_init(atlas_control_members, m);
}

void atlas_layer_init(struct atlas_layer *l, struct str dataset)
{
	*l = (struct atlas_layer){ .dataset = dataset };
	member_init(atlas_layer_members, l);
}

int atlas_places(const struct schema *s)
{
	int found = -1;
	for (size_t i = 0; i < s->n; i++) {
		if (s->fields[i].flags & FIELD_HIDDEN) continue;
		if (s->fields[i].type == VALUE_SHAPE) return (int)i;
		if (s->fields[i].type == VALUE_POINT && found < 0) found = (int)i;
	}
	return found;
}

bool atlas_default(struct arena *a, const struct dataset *d, struct str lang, struct atlas *out)
{
	int at = atlas_places(&d->schema);
	atlas_init(out);
	if (at < 0 || d->version.number <= 0) return false;
	out->layers = arena_new(a, struct atlas_layer);
	out->nlayers = 1;
	atlas_layer_init(out->layers, d->slug);
	out->layers->field = d->schema.fields[at].name;
	out->layers->title = dataset_meta_text(d, a, "title", lang);
	return true;
}
