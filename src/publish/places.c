/* Boundaries that a portal holds: the countries of the world, which are always there, and datasets that an administrator registered in the setting
 * geo.repositories. Registering one lets every publisher of the portal use its boundaries, codes and names, whoever may see the dataset. */
#include "publish/countries.h"
#include "pack/pack.h"
#include "publish/need.h"
#include <unistd.h>

static const char natural_earth[] = "Natural Earth";
enum { LINE_BYTES = 4 << 20, REPOSITORIES = 200 };

/* --- which there are ----------------------------------------------------------------------------------- */

struct repository {
	struct publish_places of;
	struct str code, name, geometry;
};
typedef VEC(struct repository) repositories;

static struct str word(const struct json_node *n, const char *key, const char *otherwise)
{
	struct str t = str_trim(json_text(json_get(n, key)));
	return t.n ? t : str_of(otherwise);
}

static bool read_repositories(const struct tenant *t, struct arena *a, repositories *out, struct err *e)
{
	auto_json *doc = NULL;
	struct str text = tenant_setting(t, "geo.repositories");
	struct repository world = { .of = { STR("world"), STR("countries"), STR("Countries of the world"), str_of(natural_earth), 1, STR("") } };
	vec_push(a, out, world);
	if (!text.n) return true;
	struct err bad = { 0 };
	if (!json_read(text, &doc, &bad) || json_kind(json_root(doc)) != JSON_ARRAY)
		return err_set(e, ERR_PARAMETER, "the setting geo.repositories is no JSON list of objects with country, repository and dataset");
	for (size_t i = 0; i < json_count(json_root(doc)) && i < REPOSITORIES; i++) {
		const struct json_node *n = json_at(json_root(doc), i);
		struct repository r = { .of = { arena_str(a, word(n, "country", "")), arena_str(a, word(n, "repository", "")), arena_str(a, word(n, "label", "")),
			arena_str(a, word(n, "credit", "")), (int)json_int(json_get(n, "level"), 0), arena_str(a, word(n, "dataset", "")) },
			arena_str(a, word(n, "code", "code")), arena_str(a, word(n, "name", "name")), arena_str(a, word(n, "geometry", "geo_shape")) };
		if (!r.of.country.n || !r.of.dataset.n)
			return err_set(e, ERR_PARAMETER, "number %zu of the setting geo.repositories names no country or no dataset", i + 1);
		vec_push(a, out, r);
	}
	return true;
}

bool publish_places(struct site *s, struct tenant_id t, struct arena *a, struct publish_places **out, size_t *n, struct err *e)
{
	repositories all = { 0 };
	const struct tenant *tenant = tenants_hold_or_null(s->tenants, t);
	if (!tenant) return err_set(e, ERR_NOT_FOUND, "the portal is no more");
	bool ok = read_repositories(tenant, a, &all, e);
	tenant_release(s->tenants, tenant);
	if (!ok) return false;
	*out = arena_array(a, struct publish_places, all.n + 1);
	for (size_t i = 0; i < all.n; i++) {
		(*out)[i] = all.p[i].of;
		(*out)[i].code = all.p[i].code;
		(*out)[i].name = all.p[i].name;
		(*out)[i].geometry = all.p[i].geometry;
	}
	*n = all.n;
	return true;
}

static const struct repository *find_or_null(const repositories *all, struct str country, struct str which)
{
	int64_t level = 0;
	bool by_level = str_to_int(which, &level);
	for (size_t i = 0; i < all->n; i++) {
		const struct publish_places *p = &all->p[i].of;
		if (str_eq_nocase(p->country, country) && (str_eq_nocase(p->repository, which) || (by_level && p->level == level))) return &all->p[i];
	}
	return NULL;
}

/* --- the world -------------------------------------------------------------------------------------------- */

static bool put_country(void *arg, const struct json_node *root, int64_t number, struct err *e)
{
	struct need *n = arg;
	auto_buf geometry = BUF_INIT(LINE_BYTES);
	json_put_node(&geometry, json_get(root, "geometry"));
	struct cell cells[] = { { json_text(json_get(root, "code")), CELL_STRING }, { json_text(json_get(root, "name")), CELL_STRING },
		{ buf_str(&geometry), CELL_SHAPE }, { json_text(json_get(root, "aliases")), CELL_STRING } };
	struct process_row r = { cells, COUNT_OF(cells), number };
	return supply_row(&n->out, &r, e);
}

static bool put_lines(struct pack_reader *in, need_country *each, void *arg, struct err *e)
{
	auto_buf text = BUF_INIT(64 << 20);
	int64_t number = 0;
	for (size_t got = 1; got > 0;) {
		char *room = buf_room(&text, 1 << 16);
		if (!room) return err_set(e, ERR_SYSTEM, "the built-in boundaries are too large");
		if (!pack_read(in, room, 1 << 16, &got, e)) return false;
		text.n += got;
	}
	struct str left = buf_str(&text);
	struct str line;
	while (left.n && str_cut(&left, '\n', &line)) {
		auto_json *doc = NULL;
		if (line.n && (!json_read(line, &doc, e) || !each(arg, json_root(doc), ++number, e))) return false;
	}
	return true;
}

bool need_world(struct site *s, need_country *each, void *arg, struct err *e)
{
	struct pack_reader *in;
	int fd;
	const struct pack_limits limits = { .bytes = 64 << 20 };
	if (!need_file(s, &fd, e)) return false;
	size_t bytes = sizeof countries_bytes - 1;
	bool ok = pwrite(fd, countries_bytes, bytes, 0) == (ssize_t)bytes || err_os(e, "write of the built-in boundaries");
	if (ok && (ok = pack_open_gzip(fd, &limits, &in, e))) {
		ok = put_lines(in, each, arg, e);
		pack_close(in);
	}
	close(fd);
	return ok;
}

static bool put_world(struct need *n, struct err *e)
{
	static const struct str names[] = { { "code", 4 }, { "name", 4 }, { "geometry", 8 }, { "aliases", 7 } };
	return need_names(n, names, COUNT_OF(names), e) && need_world(n->site, put_country, n, e);
}

/* --- a need --------------------------------------------------------------------------------------------------- */

static bool unknown(const repositories *all, struct str country, struct str which, struct err *e)
{
	auto_buf b = BUF_INIT(8000);
	for (size_t i = 0; i < all->n && b.n < 300; i++) {
		const struct publish_places *p = &all->p[i].of;
		buf_printf(&b, "%s%.*s/%.*s", i ? ", " : "", STR_ARG(p->country), STR_ARG(p->repository.n ? p->repository : p->dataset));
		if (p->level) buf_printf(&b, " (level %d)", p->level);
	}
	return err_set(e, ERR_NOT_FOUND, "this portal holds no boundaries %.*s/%.*s; it holds %.*s. An administrator adds others in the setting geo.repositories",
	               STR_ARG(text_cut(country, 40)), STR_ARG(text_cut(which, 60)), STR_ARG(text_cut(buf_str(&b), 300)));
}

bool need_places(struct need *n, struct err *e)
{
	static const struct str names[] = { { "code", 4 }, { "name", 4 }, { "geometry", 8 } };
	repositories all = { 0 };
	ptrdiff_t slash = str_find_char(n->need->dataset, '/');
	struct str country = str_sub(n->need->dataset, 0, slash < 0 ? n->need->dataset.n : (size_t)slash);
	struct str which = slash < 0 ? STR("") : str_from(n->need->dataset, (size_t)slash + 1);
	if (!read_repositories(n->tenant, n->a, &all, e)) return false;
	const struct repository *r = find_or_null(&all, country, which);
	if (!r) return unknown(&all, country, which, e);
	need_progress(n, "fetching", 0, 0);
	if (r->of.credit.n) need_say(n, 0, "Boundaries: %.*s", STR_ARG(r->of.credit));
	if (!r->of.dataset.n) return put_world(n, e);
	const struct str columns[] = { r->code, r->name, r->geometry };
	const struct need_rows rows = { .dataset = r->of.dataset, .columns = columns, .ncolumns = COUNT_OF(columns), .names = names,
		.most = tenant_number(n->tenant, "join.most"), .house = true };
	return need_put_dataset(n, &rows, e);
}
