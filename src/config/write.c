/* Changes: each is the next revision, kept with who, when and what, in one transaction with the draft itself. */
#include "config/inside.h"
#include "text/text.h"

bool config_audit(struct store_tx *tx, struct tenant_id t, int64_t who, const char *what, struct str subject, struct str detail, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct str by = who ? arena_printf(&a, "account %lld", (long long)who) : STR("command line");
	return store_run(tx, CONFIG_Q(audit), t,
	                 STORE_PARAMS(VALUE_OF_INT(clock_now().us), VALUE_OF_TEXT(by), VALUE_OF_TEXT(str_of(what)), VALUE_OF_TEXT(subject), VALUE_OF_TEXT(detail)), e);
}

/* "2026-11-22 15:12 UTC" */
static struct str moment(struct arena *a, int64_t us)
{
	struct civil c;
	clock_civil_of_us(us, &c);
	return arena_printf(a, "%04d-%02d-%02d %02d:%02d UTC", (int)c.year, c.month, c.day, c.hour, c.minute);
}

static struct str sections_in_words(struct arena *a, struct str sections)
{
	struct str part, out = STR("");
	while (sections.n && str_cut(&sections, ' ', &part))
		out = out.n ? arena_printf(a, "%.*s, %.*s", STR_ARG(out), STR_ARG(part)) : part;
	return out.n ? out : STR("the configuration");
}

bool config_conflict(struct site *s, struct store_tx *tx, struct tenant_id t, int64_t dataset, int64_t revision, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct store_rows *r;
	if (!store_ask(tx, CONFIG_Q(version_since), t, STORE_PARAMS(VALUE_OF_INT(dataset), VALUE_OF_INT(revision)), &r, e)) return false;
	enum store_step step = store_step(r, e);
	struct str who = STR("Somebody"), what = STR("the configuration"), when = STR("since");
	if (step == STORE_ROW) {
		int64_t account = store_int(r, 0);
		struct str name = account ? accounts_name(s->accounts, t, account, &a) : STR("The command line");
		if (name.n) who = name;
		what = sections_in_words(&a, arena_str(&a, store_text(r, 2)));
		when = moment(&a, store_int(r, 1));
	}
	store_stop(r);
	if (step == STORE_FAILED) return false;
	return err_set(e, ERR_CONFLICT, "%.*s changed this dataset since you opened it (%.*s, at %.*s). Nothing was overwritten: look at the present state, then make your change again.",
	               STR_ARG(str_sub(who, 0, 100)), STR_ARG(what), STR_ARG(when));
}

/* The published revision stays, however old: it is what the next publication is compared with. */
static bool keep_version(struct store_tx *tx, struct tenant_id t, const struct config_row *row, const struct config_step *step, struct arena *a,
                         int64_t revision, struct str sections, struct str diff, struct err *e)
{
	struct value id = VALUE_OF_INT(row->head.dataset);
	return store_run(tx, CONFIG_Q(version_add), t,
	                 STORE_PARAMS(id, VALUE_OF_INT(revision), VALUE_OF_TEXT(config_uid(a, "ch")), VALUE_OF_INT(row->stand),
	                              VALUE_OF_INT(step->stand ? step->stand : revision), VALUE_OF_TEXT(sections), VALUE_OF_TEXT(str_of(step->action)),
	                              VALUE_OF_INT(step->who), VALUE_OF_INT(clock_now().us), VALUE_OF_TEXT(diff.n ? diff : STR("{}")), VALUE_OF_TEXT(step->json)), e) &&
	       store_run(tx, CONFIG_Q(version_trim), t, STORE_PARAMS(id, VALUE_OF_INT(CONFIG_VERSIONS), VALUE_OF_INT(row->head.published_revision)), e);
}

bool config_store(struct site *s, struct store_tx *tx, struct tenant_id t, const struct config_row *row, const struct config_step *step, struct arena *a, int64_t *revision, struct err *e)
{
	struct config_gist g;
	struct str sections, diff;
	int64_t next = row->head.revision + 1;
	config_diff(a, step->was, step->doc, &sections, &diff);
	config_gist(s, t, a, step->doc, row->head.slug, &g);
	*revision = next;
	return keep_version(tx, t, row, step, a, next, sections, diff, e) &&
	       store_run(tx, CONFIG_Q(config_put), t,
	                 STORE_PARAMS(VALUE_OF_INT(row->head.dataset), VALUE_OF_INT(next), VALUE_OF_INT(step->stand ? step->stand : next),
	                              VALUE_OF_INT(step->top ? step->top : next), VALUE_OF_INT(clock_now().us), VALUE_OF_INT(step->who),
	                              VALUE_OF_TEXT(g.title), VALUE_OF_TEXT(g.folded), VALUE_OF_TEXT(g.source), VALUE_OF_TEXT(step->json)), e) &&
	       config_audit(tx, t, step->who, "dataset.configure", row->head.slug,
	                    arena_printf(a, "%s, revision %lld: %.*s", step->action, (long long)next, STR_ARG(diff.n ? diff : STR("{}"))), e);
}

static bool present(struct store_tx *tx, struct tenant_id t, int64_t dataset, struct arena *a, struct config_row *row, struct err *e)
{
	bool found = false;
	if (!config_row(tx, t, STR(""), dataset, a, row, &found, e)) return false;
	return (found && row->head.revision && !row->head.deleted.us) || config_unknown(found ? row->head.slug : STR(""), e);
}

struct ready { struct str json; const struct json_node *doc, *was; };

static bool change_alone(struct site *s, struct store_tx *tx, const struct config_change *c, const struct ready *r, struct arena *a, struct config *out, struct err *e)
{
	struct config_row row;
	struct config_step step = { .action = "edit", .who = c->who, .json = r->json, .doc = r->doc };
	int64_t revision;
	bool found;
	if (!present(tx, c->tenant, c->dataset, a, &row, e)) return false;
	if (c->revision >= 0 && c->revision != row.head.revision) return config_conflict(s, tx, c->tenant, c->dataset, c->revision, e);
	bool renamed = c->slug.n && !str_eq(c->slug, row.head.slug);
	if (renamed && (!config_rename_alone(tx, c->tenant, c->dataset, c->slug, c->who, a, e) || !config_row(tx, c->tenant, STR(""), c->dataset, a, &row, &found, e))) return false;
	if (str_eq(row.head.json, r->json)) return config_finish(a, &row, out, e);
	if (!json_read_in(a, row.head.json, &step.was, e) || !config_store(s, tx, c->tenant, &row, &step, a, &revision, e)) return false;
	return config_row(tx, c->tenant, STR(""), c->dataset, a, &row, &found, e) && config_finish(a, &row, out, e);
}

/* Checked outside of the transaction: the pen is not for waiting. */
static bool prepare(struct site *s, const struct config_change *c, struct arena *a, struct ready *r, struct process_faults *faults, struct err *e)
{
	const struct json_node *given;
	struct config now;
	if (!config_of_dataset(s, c->tenant, c->dataset, a, &now, e)) return false;
	/* A form that is older than what is there is told so, not what is wrong with it. */
	if (c->revision >= 0 && c->revision != now.revision) return true;
	r->was = now.doc;
	return json_read_in(a, c->json, &given, e) && config_normal(a, given, false, &r->json, e) && json_read_in(a, r->json, &r->doc, e) &&
	       config_check_of(s, c->tenant, c->dataset, now.doc, r->doc, faults, e) &&
	       (!c->caller_or_null || config_check_lent(s, c->tenant, c->dataset, c->caller_or_null, now.doc, r->doc, faults, e)) && config_mirror_facets(a, now.doc, r->doc, &r->json, e) &&
	       json_read_in(a, r->json, &r->doc, e);
}

bool config_write(struct site *s, const struct config_change *c, struct arena *a, struct config *out, struct process_faults *faults, struct err *e)
{
	struct ready r = { 0 };
	struct store_tx *tx;
	if (!prepare(s, c, a, &r, faults, e)) return false;
	if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
	bool ok = r.doc ? change_alone(s, tx, c, &r, a, out, e) : config_conflict(s, tx, c->tenant, c->dataset, c->revision, e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

/* --- what came by another way --------------------------------------------------------------------------------- */

static const struct json_node *value_at(const struct json_node *metadata, struct arena *a, struct str template_, struct str name)
{
	return json_get(json_get(metadata, arena_cstr(a, template_)), arena_cstr(a, name));
}

/* What differs between the catalogue and what was last published of the draft came by another way: it goes into the draft. */
static bool merge_metas(struct arena *a, const struct json_node *base, const struct json_node *now, struct str *json, struct err *e)
{
	struct str template_, name;
	const struct json_node *names, *v;
	const struct json_node *const sides[] = { now, base };
	for (size_t k = 0; k < COUNT_OF(sides); k++)
		for (size_t at = 0; json_each(sides[k], &at, &template_, &names);)
			for (size_t i = 0; json_each(names, &i, &name, &v);) {
				const struct json_node *is = value_at(now, a, template_, name);
				if ((k == 1 && is) || config_same(is, value_at(base, a, template_, name))) continue;
				auto_buf b = BUF_INIT(CONFIG_DOC_BYTES);
				if (is) json_put_node(&b, is);
				if (!config_put(a, *json, arena_printf(a, "metadata/%.*s/%.*s", STR_ARG(template_), STR_ARG(name)), buf_str(&b), json, e)) return false;
			}
	return true;
}

static bool base_of(struct store_tx *tx, struct tenant_id t, const struct config_row *row, struct arena *a, const struct json_node **out, struct err *e)
{
	struct store_rows *r;
	struct str json = STR("{}");
	if (!store_ask(tx, CONFIG_Q(version_of), t, STORE_PARAMS(VALUE_OF_INT(row->head.dataset), VALUE_OF_INT(row->head.published_revision)), &r, e)) return false;
	enum store_step step = store_step(r, e);
	if (step == STORE_ROW) json = arena_str(a, store_text(r, 2));
	store_stop(r);
	return step != STORE_FAILED && json_read_in(a, json, out, e);
}

static bool follow_alone(struct site *s, struct store_tx *tx, struct tenant_id t, struct str slug, bool data, struct arena *a, struct err *e)
{
	struct config_row row;
	struct str json, made;
	const struct json_node *base, *now, *was;
	struct config_step step = { .action = "command line" };
	int64_t revision;
	bool found = false;
	if (!config_row(tx, t, slug, 0, a, &row, &found, e)) return false;
	/* Without a configuration there is nothing to keep in step: the first reading makes it of what is there. */
	if (!found || !row.head.revision || row.head.deleted.us) return true;
	if (!config_made(s, tx, t, &row, a, &made, e) || !json_read_in(a, made, &now, e) || !base_of(tx, t, &row, a, &base, e)) return false;
	if (!json_read_in(a, row.head.json, &was, e)) return false;
	json = row.head.json;
	if (data) {
		static const char *const parts[] = { "resources", "processors", "fields" };
		for (size_t i = 0; i < COUNT_OF(parts); i++) {
			auto_buf b = BUF_INIT(CONFIG_DOC_BYTES);
			json_put_node(&b, json_get(now, parts[i]));
			if (!config_put(a, json, str_of(parts[i]), buf_str(&b), &json, e)) return false;
		}
	}
	if (!merge_metas(a, json_get(base, "metadata"), json_get(now, "metadata"), &json, e)) return false;
	step.json = json;
	step.was = was;
	bool settled = row.head.revision == row.head.published_revision;
	if (str_eq(json, row.head.json)) return true;
	return json_read_in(a, json, &step.doc, e) && config_store(s, tx, t, &row, &step, a, &revision, e) &&
	       (!(settled || data) || store_run(tx, CONFIG_Q(config_point), t, STORE_PARAMS(VALUE_OF_INT(row.head.dataset), VALUE_OF_INT(settled ? revision : 0)), e));
}

bool config_follow(struct site *s, struct tenant_id t, struct str slug, bool data, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct store_tx *tx;
	if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
	bool ok = follow_alone(s, tx, t, slug, data, &a, e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}
