/* The tables of words: types, functions and timescales, one row of a .def each. */
#include "chart/chart.h"

const struct chart_type_row chart_types[CHART_TYPES] = {
#define CHART_TYPE(symbol, word, label, family, numbers) [CHART_##symbol] = { word, label, CHART_##family, numbers },
#include "chart/types.def"
#undef CHART_TYPE
};

const struct chart_function_row chart_functions[CHART_FUNCTIONS] = {
#define CHART_FUNCTION(symbol, word, label, takes_field) [CHART_##symbol] = { word, label, takes_field },
#include "chart/functions.def"
#undef CHART_FUNCTION
};

const struct chart_scale_row chart_scales[CHART_SCALES] = {
#define CHART_SCALE(symbol, word, other, label, cycle) [CHART_SCALE_##symbol] = { word, other, label, cycle },
#include "chart/scales.def"
#undef CHART_SCALE
};
