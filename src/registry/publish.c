/* From what an administrator sends to a version: read, checked, compared, and then, if nobody was faster, put in the store. */
#include "registry/inside.h"
#include "text/text.h"

enum { NOTE_MOST = 1000, AHEAD_MOST_DAYS = 366 };
#define DAY_US INT64_C(86400000000)

/* What the portal would send with every service granted and in use: the widest it can be. */
static struct str widest_csp(struct arena *a, const struct registry *g)
{
	const struct registry_service **used = arena_array(a, const struct registry_service *, g->nservices + 1);
	for (size_t i = 0; i < g->nservices; i++)
		used[i] = &g->services[i];
	auto_buf b = BUF_INIT(1 << 20);
	registry_put_csp(&b, g, used, g->nservices, false, STR(""));
	return arena_str(a, buf_str(&b));
}

/* *out is made, with its faults in notes; true whether there are any or not. */
static bool draft(struct registries *rs, const struct tenant *t, const struct json_node *root, const struct registry *now, struct registry_notes *notes,
                  struct registry_box **out, struct err *e)
{
	if (!registry_make(rs, t, root, notes, out, e))
		return false;
	registry_carry(now, *out, now->version + 1);
	registry_check(&(*out)->g, notes);
	registry_check_texts(&(*out)->g, notes);
	const struct json_node *declared = json_get(root, "material");
	if (json_kind(declared) != JSON_ARRAY && json_kind(declared) != JSON_ABSENT)
		registry_note(notes, STR("material"), N_("must be a list of ids of services"));
	for (size_t i = 0; i < json_count(declared); i++) {
		struct str id = json_text(json_at(declared, i));
		if (!registry_service_or_null(&(*out)->g, id))
			registry_note_with(notes, STR("material"), N_("\"{0}\" is not the id of a service of this registry"), text_cut(id, 60));
	}
	return true;
}

bool registry_dry_run(struct registries *rs, const struct tenant *t, struct str json, struct arena *a, struct registry_draft *out, struct err *e)
{
	auto_json *doc = NULL;
	auto_box *box = NULL;
	struct registry_notes notes = { .a = a, .strict = true };
	const struct registry *now;
	if (!json_read(json, &doc, e) || !registry_hold(rs, t, &now, e))
		return false;
	if (!draft(rs, t, json_root(doc), now, &notes, &box, e)) {
		registry_release(rs, now);
		return false;
	}
	*out = (struct registry_draft){ .now = now, .faults = notes.faults.p, .nfaults = notes.faults.n };
	out->csp_before = widest_csp(a, now);
	if (notes.faults.n)
		return true;
	struct registry_difference *found;
	registry_compare_declared(now, &box->g, json_get(json_root(doc), "material"), a, &found, &out->ndifferences);
	out->differences = found;
	for (size_t i = 0; i < out->ndifferences; i++)
		out->material |= found[i].material;
	box->g.version = now->version + 1;
	box->g.epoch = now->epoch + out->material;
	box->g.effective = clock_now();
	if (out->material)
		out->material = registry_settle_epochs(now, box, now->epoch, json_get(json_root(doc), "material"));
	if (!registry_seal(box, e)) {
		registry_release(rs, now);
		*out = (struct registry_draft){ 0 };
		return false;
	}
	out->csp_after = widest_csp(a, &box->g);
	out->next = &box->g;
	box = NULL;
	return true;
}

void registry_draft_done(struct registries *rs, struct registry_draft *d)
{
	registry_release(rs, d->now);
	registry_release(rs, d->next);
	d->now = d->next = NULL;
}

/* --- a version --------------------------------------------------------------------------------------------------- */

struct publishing {
	const struct tenant *t;
	const struct json_node *root;
	struct str source, etag, note, role;
	struct instant effective;
	int64_t version;
};

static bool same_content(const struct registry *a, const struct registry *b)
{
	auto_buf x = BUF_INIT(REGISTRY_JSON_BYTES);
	auto_buf y = BUF_INIT(REGISTRY_JSON_BYTES);
	registry_put_content(&x, a);
	registry_put_content(&y, b);
	return str_eq(buf_str(&x), buf_str(&y));
}

static bool put_version(struct registries *rs, struct store_tx *x, struct publishing *p, const struct registry *now, struct registry_box *box, struct err *e)
{
	struct instant at = clock_now();
	struct registry_row row = { .made = at, .role = p->role, .note = p->note, .source = p->source };
	int64_t version;
	int64_t epoch;
	if (!registry_numbers(x, p->t->id, &version, &epoch, e))
		return false;
	row.version = p->version = version + 1;
	registry_carry(now, box, row.version);
	row.material = registry_settle_epochs(now, box, epoch, json_get(p->root, "material"));
	row.epoch = row.material ? epoch + 1 : now->epoch;
	if (p->effective.us > at.us) {
		row.effective = p->effective;
	} else {
		/* Never before what is in force, also when the clock was set back. */
		row.made.us = num_max(at.us, now->effective.us);
		row.effective = row.made;
	}
	return store_run(x, &registry_queries[REGISTRY_Q_version_replace], p->t->id, STORE_PARAMS(VALUE_OF_INT(at.us), VALUE_OF_INT(row.version)), e) &&
	       registry_number(rs, x, box, &row, e);
}

static bool publish_in(struct registries *rs, struct store_tx *x, struct publishing *p, struct err *e)
{
	auto_arena scratch = ARENA_INIT;
	auto_box *now = NULL;
	auto_box *box = NULL;
	struct registry_notes notes = { .a = &scratch, .strict = true };
	if (!registry_make_in_force(rs, p->t, x, &now, e))
		return false;
	if (!str_eq(p->etag, now->g.hash))
		return err_set(e, ERR_PRECONDITION, "Somebody else has changed the registry since you opened it; version %lld is in force.", (long long)now->g.version);
	if (!draft(rs, p->t, p->root, &now->g, &notes, &box, e))
		return false;
	if (notes.faults.n)
		return err_set(e, ERR_INVALID, "%.*s: %.*s", STR_ARG(notes.faults.p[0].field), STR_ARG(notes.faults.p[0].message));
	registry_carry(&now->g, box, now->g.version);
	if (same_content(&now->g, &box->g) && !json_count(json_get(p->root, "material"))) {
		p->version = now->g.version;
		return true;
	}
	return put_version(rs, x, p, &now->g, box, e);
}

bool registry_publish(struct registries *rs, const struct tenant *t, struct str json, struct str etag, struct str note, struct str role,
                      struct instant effective, int64_t *version, struct err *e)
{
	auto_json *doc = NULL;
	struct publishing p = { .t = t, .source = json, .etag = etag, .note = str_trim(note), .role = role, .effective = effective };
	if (!json_read(json, &doc, e))
		return false;
	if (p.note.n > NOTE_MOST || !text_is_utf8(p.note))
		return err_set(e, ERR_INVALID, "note: at most %d bytes of text are kept", (int)NOTE_MOST);
	if (effective.us > clock_now().us + AHEAD_MOST_DAYS * DAY_US)
		return err_set(e, ERR_INVALID, "effective: a version can wait for a year at most");
	p.root = json_root(doc);
	struct store_tx *x;
	registry_alone(rs);
	bool ok = store_begin(rs->store, STORE_WRITE, &x, e);
	if (ok) {
		ok = publish_in(rs, x, &p, e);
		ok = store_end(x, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
	}
	registry_alone_done(rs, t->id);
	if (!ok)
		return false;
	registry_tell(rs, t->id);
	*version = p.version;
	return true;
}
