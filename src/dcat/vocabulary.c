/* Words of portals to codes of vocabularies. */
#include "dcat/inside.h"
#include "text/text.h"

static const struct dcat_theme themes[] = {
#define THEME(code, label, sector, words) { #code, label, sector, words },
#include "dcat/themes.def"
#undef THEME
};
static const struct dcat_frequency frequencies[] = {
#define FREQUENCY(code, term, iso, words) { #code, term, iso, words },
#include "dcat/frequencies.def"
#undef FREQUENCY
};
static const struct dcat_licence licences[] = {
#define LICENCE(address, eu, de, ch, begins, words) { address, eu, de, ch, begins, words },
#include "dcat/licences.def"
#undef LICENCE
};
static const struct { const char *iso, *eu; } languages[] = {
#define LANGUAGE(iso, eu) { iso, eu },
#include "dcat/languages.def"
#undef LANGUAGE
};
static const struct { const char *format, *code; } filetypes[] = {
#define FILETYPE(format, code) { format, code },
#include "dcat/filetypes.def"
#undef FILETYPE
};
static const struct { const char *term, *words; } publishers[] = {
#define PUBLISHER(term, words) { term, words },
#include "dcat/publishers.def"
#undef PUBLISHER
};

static struct str folded(struct arena *a, struct str s)
{
	auto_buf b = BUF_INIT(1 << 20);
	text_fold(&b, s);
	return arena_str(a, buf_str(&b));
}

static bool lists(const char *words, struct str wanted)
{
	struct str rest = str_of(words), one;
	while (str_cut(&rest, '|', &one))
		if (str_eq(one, wanted)) return true;
	return false;
}

/* A code as the last part of an address of a vocabulary: ".../data-theme/ENVI". */
static struct str last_part(struct str s)
{
	return rdf_is_absolute(s) ? str_from(s, (size_t)(str_rfind_char(s, '/') + 1)) : s;
}

const struct dcat_theme *dcat_theme_or_null(struct arena *a, struct str words)
{
	struct str whole = folded(a, last_part(words)), token;
	for (size_t i = 0; i < COUNT_OF(themes); i++)
		if (lists(themes[i].words, whole)) return &themes[i];
	for (size_t at = 0; text_next_token(whole, &at, &token);)
		for (size_t i = 0; i < COUNT_OF(themes); i++)
			if (lists(themes[i].words, token)) return &themes[i];
	return NULL;
}

const struct dcat_frequency *dcat_frequency_or_null(struct arena *a, struct str words)
{
	struct str part = last_part(words), whole = folded(a, part);
	for (size_t i = 0; i < COUNT_OF(frequencies); i++) {
		const struct dcat_frequency *f = &frequencies[i];
		if (str_eq_nocase(part, str_of(f->code)) || (f->iso[0] && str_eq_nocase(part, str_of(f->iso))) || lists(f->words, whole)) return f;
	}
	return NULL;
}

/* Without scheme and "www.". */
static struct str bare_address(struct str s)
{
	ptrdiff_t at = str_find(s, STR("://"));
	if (at >= 0) s = str_from(s, (size_t)at + 3);
	return str_starts(s, STR("www.")) ? str_from(s, 4) : s;
}

const struct dcat_licence *dcat_licence_or_null(struct arena *a, struct str name, struct str address)
{
	struct str place = bare_address(address.n || !rdf_is_absolute(name) ? address : name);
	for (size_t i = 0; i < COUNT_OF(licences) && place.n; i++)
		if (str_starts(place, str_of(licences[i].begins))) return &licences[i];
	/* An address of its own says more than the name beside it. */
	if (place.n) return NULL;
	struct str whole = folded(a, name);
	for (size_t i = 0; i < COUNT_OF(licences); i++)
		if (whole.n && lists(licences[i].words, whole)) return &licences[i];
	return NULL;
}

const char *dcat_publisher_type_or_null(struct arena *a, struct str words)
{
	struct str whole = folded(a, last_part(words));
	for (size_t i = 0; i < COUNT_OF(publishers); i++)
		if (whole.n && lists(publishers[i].words, whole)) return publishers[i].term;
	return NULL;
}

const char *dcat_filetype_or_null(struct str format)
{
	for (size_t i = 0; i < COUNT_OF(filetypes); i++)
		if (str_eq(format, str_of(filetypes[i].format))) return filetypes[i].code;
	return NULL;
}

struct str dcat_language(struct arena *a, struct str text, const char **eu_code)
{
	struct str code = folded(a, str_sub(last_part(text), 0, 2));
	bool alone = text.n == 2 || (text.n > 2 && (text.p[2] == '-' || text.p[2] == '_')) || rdf_is_absolute(text);
	*eu_code = NULL;
	for (size_t i = 0; i < COUNT_OF(languages) && alone; i++) {
		if (!str_eq(code, str_of(languages[i].iso))) continue;
		*eu_code = languages[i].eu;
		return str_of(languages[i].iso);
	}
	return STR("");
}
