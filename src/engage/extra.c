/* What a portal's contact form asks for besides a message: a line a field, as its administrators write it. */
#include "engage/inside.h"

static const char *const too_many = N_("There are at most 10 fields.");
static const char *const no_label = N_("Every line begins with the name of a field, of at most 100 letters.");
static const char *const few = N_("After the colon stand two to 20 choices with | between them, each once.");

/* "a | b | c": NULL, or what is wrong. */
static const char *read_choices(struct str text, struct engage_extra *out)
{
	struct str one;
	while (str_cut(&text, '|', &one)) {
		one = str_trim(one);
		for (size_t i = 0; i < out->nchoices; i++)
			if (str_eq(out->choices[i], one)) return few;
		if (!one.n || one.n > ENGAGE_EXTRA_TEXT || out->nchoices == ENGAGE_CHOICES) return few;
		out->choices[out->nchoices++] = one;
	}
	return out->nchoices < 2 ? few : NULL;
}

static const char *read_line(struct str line, struct engage_extra *out)
{
	*out = (struct engage_extra){ .required = line.p[line.n - 1] == '*' };
	if (out->required) line = str_trim(str_sub(line, 0, line.n - 1));
	ptrdiff_t colon = str_find(line, STR(": "));
	out->label = str_trim(colon < 0 ? line : str_sub(line, 0, (size_t)colon));
	if (!out->label.n || out->label.n > ENGAGE_NAME || !text_is_utf8(line)) return no_label;
	return colon < 0 ? NULL : read_choices(str_from(line, (size_t)colon + 2), out);
}

const char *engage_extras(struct str lines, struct engage_extra out[ENGAGE_EXTRAS], size_t *n)
{
	struct str line;
	const char *wrong = NULL;
	*n = 0;
	while (!wrong && str_cut(&lines, '\n', &line)) {
		line = str_trim(line);
		if (!line.n) continue;
		if (*n == ENGAGE_EXTRAS) return too_many;
		wrong = read_line(line, &out[*n]);
		*n += !wrong;
	}
	return wrong;
}
