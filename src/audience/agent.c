/* Families of programs from a User-Agent (ANA-3, ANA-11): device, browser with its major version, system, and whether a robot
 * says so itself. Nothing finer is kept, and the text itself is dropped. */
#include "audience/inside.h"

static const struct { const char *word, *name; bool library; } robots[] = {
#define ROBOT(word, name) { word, name, false },
#define LIBRARY(word, name) { word, name, true },
#include "audience/robots.def"
#undef ROBOT
#undef LIBRARY
};

static const struct { const char *word, *name, *version; } browsers[] = {
#define BROWSER(word, name, version) { word, name, version },
#define SYSTEM(word, name)
#include "audience/agents.def"
#undef BROWSER
#undef SYSTEM
};

static const struct { const char *word, *name; } systems[] = {
#define BROWSER(word, name, version)
#define SYSTEM(word, name) { word, name },
#include "audience/agents.def"
#undef BROWSER
#undef SYSTEM
};

static bool has(struct str s, const char *word) { return memmem(s.p ? s.p : "", s.n, word, strlen(word)) != NULL; }

static int number_after(struct str ua, const char *word)
{
	ptrdiff_t at = str_find(ua, str_of(word));
	int n = 0;
	if (at < 0) return 0;
	for (size_t i = (size_t)at + strlen(word); i < ua.n && ua.p[i] >= '0' && ua.p[i] <= '9'; i++) {
		n = n * 10 + (ua.p[i] - '0');
		if (n > 999) return 0; /* no browser is there yet: invented */
	}
	return n;
}

static const char *device_of(struct str ua)
{
	bool android = has(ua, "Android");
	if (has(ua, "iPad") || has(ua, "Tablet") || has(ua, "Kindle") || has(ua, "Silk/") || (android && !has(ua, "Mobi") && !has(ua, "TV"))) return "tablet";
	if (has(ua, "Mobi") || has(ua, "iPhone") || has(ua, "iPod") || has(ua, "KAIOS")) return "mobile";
	if (has(ua, "TV") || has(ua, "PlayStation") || has(ua, "Xbox") || has(ua, "Nintendo")) return "other";
	if (has(ua, "Windows") || has(ua, "Macintosh") || has(ua, "X11") || has(ua, "CrOS") || has(ua, "Linux")) return "desktop";
	return "other";
}

/* What no browser sends: nothing, next to nothing, only the old prefix, or an attempt at something else. */
static const char *absurd(struct str ua)
{
	size_t letters = 0;
	for (size_t i = 0; i < ua.n; i++) letters += (ua.p[i] >= 'a' && ua.p[i] <= 'z') || (ua.p[i] >= 'A' && ua.p[i] <= 'Z');
	if (ua.n == 0) return "No name";
	if (letters < 2 || str_eq(ua, STR("-")) || str_eq(ua, STR("null")) || str_eq(ua, STR("undefined"))) return "No name";
	if (str_starts(ua, STR("Mozilla/")) && ua.n < 16) return "No name";
	if (has(ua, "${") || has(ua, "() {") || has(ua, "<script") || has(ua, "<?") || has(ua, "' OR ") || has(ua, "../")) return "Probe for holes";
	return NULL;
}

static void find_robot(struct str ua, struct audience_agent *out)
{
	char lower[UA_BYTES];
	size_t n = ua.n < sizeof lower ? ua.n : sizeof lower;
	out->robot_or_null = absurd(ua);
	out->library = out->robot_or_null != NULL && !has(ua, "{") && !has(ua, "<") && !has(ua, "' OR ") && !has(ua, "../");
	if (out->robot_or_null) return;
	for (size_t i = 0; i < n; i++) lower[i] = ua.p[i] >= 'A' && ua.p[i] <= 'Z' ? (char)(ua.p[i] + 32) : ua.p[i];
	for (size_t i = 0; i < COUNT_OF(robots); i++)
		if (has(str_make(lower, n), robots[i].word)) {
			out->robot_or_null = robots[i].name;
			out->library = robots[i].library;
			break;
		}
	if (!out->robot_or_null && n >= 3 && memcmp(lower + n - 3, "bot", 3) == 0) out->robot_or_null = "Other robot";
	explicit_bzero(lower, sizeof lower);
}

void audience_agent(struct str ua, struct audience_agent *out)
{
	if (ua.n > UA_BYTES) ua.n = UA_BYTES;
	*out = (struct audience_agent){ .device = device_of(ua), .browser = "other", .os = "other" };
	find_robot(ua, out);
	for (size_t i = 0; i < COUNT_OF(browsers); i++) {
		if (!has(ua, browsers[i].word)) continue;
		out->browser = browsers[i].name;
		out->major = number_after(ua, *browsers[i].version ? browsers[i].version : browsers[i].word);
		break;
	}
	for (size_t i = 0; i < COUNT_OF(systems); i++) {
		if (!has(ua, systems[i].word)) continue;
		out->os = systems[i].name;
		break;
	}
}
