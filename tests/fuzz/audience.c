/* Any User-Agent, Referer, Accept and address of a request: what comes of them is short, of our words or of the letters of a host
 * name, and nothing of a path, a query or a name is left. The first byte says where the fields end. */
#include "audience/inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_host(struct str host)
{
	ensure(host.n < AUDIENCE_HOST_TEXT);
	for (size_t i = 0; i < host.n; i++) ensure(strchr("/?#@:[]\\ \"<>%\n", host.p[i]) == NULL || host.p[i] == ' ');
}

static void check_weight(const struct weight *w)
{
	ensure(strlen(w->path) < sizeof w->path && strlen(w->query) < sizeof w->query);
	for (const char *c = w->dataset; *c; c++) ensure(strchr("/?#@: <>\"'%&=", *c) == NULL);
	for (const char *c = w->format; *c; c++) ensure(strchr("/?#@: <>\"'%&=", *c) == NULL);
	ensure(strchr(w->path, '?') == NULL && strchr(w->path, '@') == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const patterns[] = { "/", "/explore/", "/explore/dataset/{dataset}/{tab}/", "/api/explore/v2.1/catalog/datasets/{dataset}/exports/{format}",
		"/api/records/1.0/search", "/explore/dataset/{dataset}/download", "/password/reset/{token}/", NULL };
	struct str rest = str_make((const char *)data, size), fields[4] = { 0 };
	struct audience_agent agent;
	struct weight w;
	char room[AUDIENCE_HOST_TEXT];
	bool spam;
	uint8_t choice = size ? data[0] : 0;
	if (size) rest = str_from(rest, 1);
	for (size_t i = 0; i < COUNT_OF(fields) && rest.p; i++)
		if (!str_cut(&rest, '\n', &fields[i])) break;
	audience_agent(fields[0], &agent);
	ensure(agent.major >= 0 && agent.major < 1000 && strlen(agent.browser) < 32 && strlen(agent.device) < 16);
	check_host(audience_referrer(fields[1], STR("a.test"), room, &spam));
	struct audience_hit h = { .tenant = 1, .method = choice & 1 ? AUDIENCE_GET : AUDIENCE_POST, .pattern_or_null = patterns[choice >> 1 & 7], .target = fields[2],
		                  .status = choice & 64 ? 200 : 404, .html = choice & 128, .accept = fields[3], .user_agent = fields[0], .referer = fields[1] };
	if (weigh(&h, &w)) check_weight(&w);
	for (int i = 0; i < 4; i++) (void)!audience_declines((enum audience_field)i, fields[i]);
	return 0;
}
