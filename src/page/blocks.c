/* What blocks of grid pages hold, and the words of their choices. */
#include "page/inside.h"

/* Fields of a block, one array a block: told apart by the line of their block. */
#define BLOCK(w, t, s) { .word = w, .title = t, .sentence = s, .fields = (const struct page_field[]){
#define FIELD(n, k, r, l, h, c) { .name = n, .kind = PAGE_F_##k, .required = r, .label = l, .hint = h, .choices = c },
#define UNLESS(n, k, l, h, c, o, i) { .name = n, .kind = PAGE_F_##k, .required = true, .label = l, .hint = h, .choices = c, .of = o, .is = i },
#define BLOCK_END { .name = NULL } } },
const struct page_block page_blocks[] = {
#include "page/blocks.def"
	{ .word = NULL },
};

const struct page_block *page_block_or_null(struct str word)
{
	for (const struct page_block *b = page_blocks; b->word; b++)
		if (str_eq(word, str_of(b->word)))
			return b;
	return NULL;
}

const struct page_comparison page_comparisons[] = {
	{ "eq", N_("is"), false }, { "ne", N_("is not"), false }, { "contains", N_("contains"), false }, { "not_contains", N_("does not contain"), false },
	{ "gt", N_("is greater than"), false }, { "lt", N_("is less than"), false }, { "gte", N_("is at least"), false }, { "lte", N_("is at most"), false },
	{ "empty", N_("is empty"), true }, { "not_empty", N_("is not empty"), true }, { NULL, NULL, false },
};

const char *page_choice_label(struct str word)
{
	static const struct { const char *word, *label; } labels[] = {
		{ "start", N_("At the start") }, { "center", N_("In the middle") }, { "end", N_("At the end") }, { "count", N_("Number of records") },
		{ "sum", N_("Sum") }, { "avg", N_("Average") }, { "min", N_("Minimum") }, { "max", N_("Maximum") }, { "median", N_("Median") },
		{ "none", N_("None") }, { "difference", N_("Difference") }, { "percent", N_("Difference in percent") }, { "ratio", N_("Share in percent") },
		{ "column", N_("Columns") }, { "bar", N_("Bars") }, { "line", N_("Line") }, { "area", N_("Area") }, { "pie", N_("Slices") },
		{ "year", N_("Year") }, { "month", N_("Month") }, { "day", N_("Day") }, { "groups", N_("As the groups are") },
		{ "largest", N_("Largest first") }, { "smallest", N_("Smallest first") }, { "dots", N_("Points") }, { "cluster", N_("Points in clusters") },
		{ "shapes", N_("Shapes") }, { "choropleth", N_("Shapes coloured by value") }, { "category", N_("Coloured by category") },
		{ "heatmap", N_("Heat map") }, { "data", N_("Data") }, { "map", N_("Map") }, { "chart", N_("Chart") }, { "people", N_("People") },
		{ "health", N_("Health") }, { "transport", N_("Transport") }, { "environment", N_("Environment") }, { "culture", N_("Culture") },
		{ "education", N_("Education") }, { "economy", N_("Economy") }, { "plain", N_("Plain ground") }, { "soft", N_("Tinted ground") },
		{ "strong", N_("Ground of the portal's colour") },
	};
	for (size_t i = 0; i < COUNT_OF(labels); i++)
		if (str_eq(word, str_of(labels[i].word)))
			return labels[i].label;
	return N_("None");
}
