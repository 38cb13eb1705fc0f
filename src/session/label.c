/* What is kept of a User-Agent: the family of the browser and of the system, in words. Everything else of it is forgotten. */
#include "session/inside.h"

struct mark { struct str sign; const char *name; };
#define MARK(sign, name) { { sign, sizeof(sign) - 1 }, name }

/* The first that is found counts: most browsers name others, too. */
static const struct mark browsers[] = {
	MARK("Firefox/", "Firefox"), MARK("FxiOS/", "Firefox"), MARK("Edg", "Edge"), MARK("OPR/", "Opera"), MARK("Vivaldi/", "Vivaldi"),
	MARK("SamsungBrowser/", "Samsung Internet"), MARK("CriOS/", "Chrome"), MARK("Chromium/", "Chromium"), MARK("Chrome/", "Chrome"),
	MARK("Safari/", "Safari"), MARK("curl/", "curl"), MARK("python-requests/", "Python"), MARK("Python", "Python"),
};
static const struct mark systems[] = {
	MARK("iPhone", "iPhone"), MARK("iPad", "iPad"), MARK("Android", "Android"), MARK("Windows", "Windows"), MARK("Macintosh", "macOS"),
	MARK("Mac OS X", "macOS"), MARK("CrOS", "ChromeOS"), MARK("Linux", "Linux"), MARK("BSD", "BSD"),
};

static const char *find(const struct mark *marks, size_t n, struct str in)
{
	for (size_t i = 0; i < n; i++)
		if (str_find(in, marks[i].sign) >= 0) return marks[i].name;
	return NULL;
}

void session_label(struct str user_agent, char out[LABEL])
{
	const char *browser = find(browsers, COUNT_OF(browsers), user_agent), *system = find(systems, COUNT_OF(systems), user_agent);
	struct buf b = { .p = out, .cap = LABEL, .max = LABEL - 1 };
	if (browser && system) buf_printf(&b, "%s on %s", browser, system);
	else if (browser || system) buf_printf(&b, "%s", browser ? browser : system);
	out[b.n] = '\0';
}
