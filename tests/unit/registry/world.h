/* A store with one portal for the tests of this room, and the registry of "tags" as an administrator sends it. */
#ifndef TESTS_REGISTRY_WORLD_H
#define TESTS_REGISTRY_WORLD_H

#include "crypt/crypt.h"
#include "json/json.h"
#include "registry/registry.h"
#include "vault/vault.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

struct world {
	char folder[64];
	struct store *store;
	struct tenants *tenants;
	struct vault *vault;
	struct registries *registries;
	struct tenant_id id;
};

static inline void world_set(struct world *w, const char *name, const char *value)
{
	struct err e = { 0 };
	struct tenant_setting_value v = { str_of(name), str_of(value) };
	if (!tenant_set(w->tenants, w->id, &v, 1, &e)) fail_msg("%s: %s", name, e.pub);
}

static inline bool world_open(struct world *w, struct err *e)
{
	char path[96];
	snprintf(path, sizeof path, "%s/stoa.db", w->folder);
	return store_open(str_of(path), &w->store, e) && vault_open(str_of(w->folder), &w->vault, e) && tenants_open(w->store, &w->tenants, e);
}

static inline void world_shut(struct world *w)
{
	registries_close(w->registries);
	tenants_close(w->tenants);
	vault_close(w->vault);
	store_close(w->store);
	w->registries = NULL;
}

static inline int world_begin(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	struct err e = { 0 };
	struct tenant_setting_value v[] = { { STR("languages"), STR("en,fr") }, { STR("provider"), STR("The Town") }, { STR("contact"), STR("town@example.org") } };
	ensure(w != NULL);
	snprintf(w->folder, sizeof w->folder, "/tmp/stoa-registry-XXXXXX");
	*state = w;
	if (mkdtemp(w->folder) && crypt_open(&e) && world_open(w, &e) && tenant_add(w->tenants, STR("tags.example"), NULL, 0, v, COUNT_OF(v), &w->id, &e) &&
	    registries_open(w->store, w->tenants, w->vault, &w->registries, &e))
		return 0;
	fprintf(stderr, "%s; %s\n", e.pub, e.priv);
	return -1;
}

static inline int world_end(void **state)
{
	struct world *w = *state;
	char command[160];
	world_shut(w);
	snprintf(command, sizeof command, "rm -rf '%s'", w->folder);
	int code = system(command);
	free(w);
	return code;
}

static inline const struct registry *world_hold(struct world *w)
{
	struct err e = { 0 };
	const struct registry *g = NULL;
	const struct tenant *t = tenants_hold_or_null(w->tenants, w->id);
	if (!registry_hold(w->registries, t, &g, &e)) fail_msg("%s; %s", e.pub, e.priv);
	tenant_release(w->tenants, t);
	return g;
}

/* Publishes onto what is in force. */
static inline bool world_publish(struct world *w, const char *json, int64_t effective, int64_t *version, struct err *e)
{
	auto_arena a = ARENA_INIT;
	const struct registry *g = world_hold(w);
	struct str etag = arena_str(&a, g->hash);
	registry_release(w->registries, g);
	const struct tenant *t = tenants_hold_or_null(w->tenants, w->id);
	bool ok = registry_publish(w->registries, t, str_of(json), etag, STR("a note"), STR("administrator"), (struct instant){ effective }, version, e);
	tenant_release(w->tenants, t);
	return ok;
}

#define WORLD_MATOMO \
	"{\"id\":\"matomo\",\"name\":\"Matomo\",\"provider\":{\"name\":\"The Town\",\"country\":\"FR\"},\"category\":\"statistical\",\"legal_basis\":\"consent\"," \
	"\"loads\":\"tag\",\"purpose\":{\"en\":\"Measures which pages are read.\",\"fr\":\"Mesure les pages qui sont lues.\"}," \
	"\"data_sent\":{\"en\":\"Address of the page.\",\"fr\":\"Adresse de la page.\"},\"policy_url\":\"https://matomo.org/privacy-policy/\"," \
	"\"retention\":\"13 months\",\"recipients\":[\"The Town\"],\"origins\":{\"script\":[\"https://stats.test\"],\"img\":[\"https://stats.test\"]}," \
	"\"tag\":{\"url\":\"https://stats.test/\",\"site\":\"1\"}}"
#define WORLD_YOUTUBE \
	"{\"id\":\"youtube\",\"name\":\"YouTube\",\"provider\":{\"name\":\"Google\",\"country\":\"IE\"},\"category\":\"third_party\",\"legal_basis\":\"consent\"," \
	"\"loads\":\"embed\",\"purpose\":{\"en\":\"Shows videos within pages.\",\"fr\":\"Montre des vidéos dans les pages.\"}," \
	"\"data_sent\":{\"en\":\"Address of the page.\",\"fr\":\"Adresse de la page.\"},\"policy_url\":\"https://policies.google.com/privacy\"," \
	"\"retention\":\"18 months\",\"transfer\":\"United States\",\"origins\":{\"frame\":[\"https://www.youtube-nocookie.com\"]}}"
#define WORLD_ITEM \
	"{\"id\":\"matomo.pk_id\",\"kind\":\"cookie\",\"name\":\"_pk_id.\",\"match\":\"prefix\",\"service\":\"matomo\",\"category\":\"statistical\"," \
	"\"legal_basis\":\"consent\",\"party\":\"first\",\"function\":{\"en\":\"Statistics\",\"fr\":\"Statistiques\"}," \
	"\"purpose\":{\"en\":\"Tells visitors apart.\",\"fr\":\"Distingue les visiteurs.\"},\"set_when\":{\"en\":\"When you agree.\",\"fr\":\"Quand vous acceptez.\"}," \
	"\"location\":[\"front\"],\"lifetime\":{\"type\":\"persistent\",\"seconds\":33955200}}"
#define WORLD_TAGS "{\"services\":[" WORLD_MATOMO "," WORLD_YOUTUBE "],\"items\":[" WORLD_ITEM "]}"

#endif
