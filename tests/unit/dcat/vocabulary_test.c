/* Words of portals, in the languages they are written in, and the codes they become; and the tables themselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "dcat/inside.h"
#include "text/text.h"

struct pair { const char *words, *code; };

static void check_codes(const char *of, const struct pair *pairs, size_t n, const char *(*code)(struct arena *a, struct str words))
{
	for (size_t i = 0; i < n; i++) {
		auto_arena a = ARENA_INIT;
		const char *found = code(&a, str_of(pairs[i].words)), *wanted = pairs[i].code;
		bool same = found && wanted ? strcmp(found, wanted) == 0 : found == wanted;
		if (!same) fail_msg("%s \"%s\" is %s, expected %s", of, pairs[i].words, found ? found : "unknown", wanted ? wanted : "unknown");
	}
}

static const char *theme(struct arena *a, struct str s) { const struct dcat_theme *t = dcat_theme_or_null(a, s); return t ? t->code : NULL; }
static const char *frequency(struct arena *a, struct str s) { const struct dcat_frequency *f = dcat_frequency_or_null(a, s); return f ? f->code : NULL; }

static void knows_themes_in_many_languages(void **state)
{
	static const struct pair pairs[] = {
		{ "Environment", "ENVI" }, { "Umwelt", "ENVI" }, { "Medio ambiente", "ENVI" }, { "Environnement", "ENVI" },
		{ "Santé", "HEAL" }, { "Administration and finance", "GOVE" }, { "Planning and housing", "REGI" },
		{ "Economy", "ECON" }, { "Hospitality", "ECON" }, { "Culture", "EDUC" }, { "Education and research", "EDUC" },
		{ "Transport", "TRAN" }, { "Mobilität", "TRAN" }, { "Justice and safety", "JUST" }, { "Sports and leisure", "EDUC" },
		{ "Services and social", "SOCI" }, { "Science et technologie", "TECH" }, { "Energie", "ENER" }, { "Pêche", "AGRI" },
		{ "Questions internationales", "INTR" }, { "ENVI", "ENVI" },
		{ "http://publications.europa.eu/resource/authority/data-theme/HEAL", "HEAL" },
		{ "Air quality and noise", "ENVI" }, { "Zzz", NULL }, { "", NULL },
	};
	(void)state;
	check_codes("theme", pairs, COUNT_OF(pairs), theme);
}

static void knows_frequencies_in_many_languages(void **state)
{
	static const struct pair pairs[] = {
		{ "daily", "DAILY" }, { "Quotidienne", "DAILY" }, { "täglich", "DAILY" }, { "R/P1D", "DAILY" }, { "Mensuel", "MONTHLY" },
		{ "http://purl.org/cld/freq/threeTimesAYear", "ANNUAL_3" }, { "tous les ans", "ANNUAL" }, { "irreg", "IRREG" },
		{ "http://publications.europa.eu/resource/authority/frequency/WEEKLY_2", "WEEKLY_2" }, { "temps réel", "CONT" },
		{ "when the moon is full", NULL },
	};
	(void)state;
	check_codes("frequency", pairs, COUNT_OF(pairs), frequency);
}

static void knows_kinds_of_publishers(void **state)
{
	static const struct pair pairs[] = {
		{ "LocalAuthority", "LocalAuthority" }, { "Commune", "LocalAuthority" }, { "http://purl.org/adms/publishertype/Company", "Company" },
		{ "PrivateIndividual(s)", "PrivateIndividual(s)" }, { "friends", NULL }, { "", NULL },
	};
	(void)state;
	check_codes("publisher type", pairs, COUNT_OF(pairs), dcat_publisher_type_or_null);
}

static void knows_licences_by_name_or_address(void **state)
{
	static const struct { const char *name, *address, *eu; } examples[] = {
		{ "CC BY 4.0", "", "CC_BY_4_0" }, { "Creative Commons Attribution 4.0", "", "CC_BY_4_0" },
		{ "anything", "http://www.creativecommons.org/licenses/by/4.0/deed.fr", "CC_BY_4_0" },
		{ "CC0 1.0", "", "CC0" }, { "ODbL 1.0", "", "ODC_BL" }, { "https://creativecommons.org/licenses/by-sa/4.0/", "", "CC_BYSA_4_0" },
		{ "Licence Ouverte v2.0", "", "" }, { "CC BY 4.0", "https://example.org/our-own-terms", NULL }, { "Our own", "", NULL }, { "", "", NULL },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(examples); i++) {
		auto_arena a = ARENA_INIT;
		const struct dcat_licence *l = dcat_licence_or_null(&a, str_of(examples[i].name), str_of(examples[i].address));
		if ((l == NULL) != (examples[i].eu == NULL) || (l && strcmp(l->eu, examples[i].eu) != 0))
			fail_msg("licence \"%s\" at \"%s\" is %s", examples[i].name, examples[i].address, l ? l->address : "unknown");
	}
}

static void reads_languages(void **state)
{
	static const struct { const char *text, *iso, *eu; } examples[] = {
		{ "fr", "fr", "FRA" }, { "FR-be", "fr", "FRA" }, { "de", "de", "DEU" }, { "French", "", NULL }, { "xx", "", NULL }, { "", "", NULL },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(examples); i++) {
		auto_arena a = ARENA_INIT;
		const char *eu;
		struct str iso = dcat_language(&a, str_of(examples[i].text), &eu);
		assert_true(str_eq(iso, str_of(examples[i].iso)));
		if (examples[i].eu) assert_string_equal(eu, examples[i].eu);
		else assert_null(eu);
	}
}

/* A word that is not folded as written, or stands in two rows of a table, would never or not surely be found. */
static void check_words(const char *table, const char *const *rows, size_t n)
{
	auto_arena a = ARENA_INIT;
	struct map seen = { 0 };
	for (size_t i = 0; i < n; i++) {
		struct str rest = str_of(rows[i]), word;
		while (str_cut(&rest, '|', &word)) {
			auto_buf b = BUF_INIT(1 << 12);
			text_fold(&b, word);
			if (!str_eq(buf_str(&b), word)) fail_msg("%s: \"%.*s\" is \"%.*s\" when folded", table, STR_ARG(word), STR_ARG(buf_str(&b)));
			if (map_get_or_null(&seen, word)) fail_msg("%s: \"%.*s\" stands twice", table, STR_ARG(word));
			map_put(&a, &seen, word, &seen);
		}
	}
}

static void has_tables_whose_words_are_folded_and_stand_once(void **state)
{
	static const char *const themes[] = {
#define THEME(code, label, sector, words) words,
#include "dcat/themes.def"
#undef THEME
	};
	static const char *const frequencies[] = {
#define FREQUENCY(code, term, iso, words) words,
#include "dcat/frequencies.def"
#undef FREQUENCY
	};
	static const char *const licences[] = {
#define LICENCE(address, eu, de, ch, begins, words) words,
#include "dcat/licences.def"
#undef LICENCE
	};
	static const char *const publishers[] = {
#define PUBLISHER(term, words) words,
#include "dcat/publishers.def"
#undef PUBLISHER
	};
	(void)state;
	check_words("themes", themes, COUNT_OF(themes));
	check_words("frequencies", frequencies, COUNT_OF(frequencies));
	check_words("licences", licences, COUNT_OF(licences));
	check_words("publishers", publishers, COUNT_OF(publishers));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_themes_in_many_languages),
		cmocka_unit_test(knows_frequencies_in_many_languages),
		cmocka_unit_test(knows_kinds_of_publishers),
		cmocka_unit_test(knows_licences_by_name_or_address),
		cmocka_unit_test(reads_languages),
		cmocka_unit_test(has_tables_whose_words_are_folded_and_stand_once),
	};
	return cmocka_run_group_tests_name("vocabulary", tests, NULL, NULL);
}
