/* The documents and what they say of a dataset, gathered once for every writer. */
#include "dcat/inside.h"
#include "text/text.h"
#include <stdlib.h>

enum {
#define PROFILE(symbol, ...) PROFILE_##symbol,
#include "dcat/profiles.def"
#undef PROFILE
};
static const struct dcat_profile profiles[] = {
#define PROFILE(symbol, word, theme, frequency, licences, classes, holder, sectors, publisher)                     \
	{ word, theme, frequency, DCAT_##licences, classes, holder, sectors, publisher },
#include "dcat/profiles.def"
#undef PROFILE
};
static const struct dcat_document all[] = {
#define DOCUMENT(symbol, name, mime, suffix, writer, syntax, profile) { name, mime, suffix, &dcat_writer_##writer, syntax, profile },
#include "dcat/documents.def"
#undef DOCUMENT
};
enum {
#define DOCUMENT(symbol, ...) DOCUMENT_##symbol,
#include "dcat/documents.def"
#undef DOCUMENT
};
static const struct dcat_document *const documents[] = {
#define DOCUMENT(symbol, ...) &all[DOCUMENT_##symbol],
#include "dcat/documents.def"
#undef DOCUMENT
	NULL
};

const struct dcat_document *const *dcat_documents(void) { return documents; }
const char *dcat_name(const struct dcat_document *d) { return d->name; }
const char *dcat_mime(const struct dcat_document *d) { return d->mime; }
const char *dcat_suffix(const struct dcat_document *d) { return d->suffix; }

static bool is_named(const char *name, struct str wanted)
{
	size_t i = 0;
	for (; i < wanted.n && name[i]; i++)
		if (wanted.p[i] != name[i] && !(wanted.p[i] == '-' && name[i] == '_')) return false;
	return i == wanted.n && !name[i];
}

const struct dcat_document *dcat_document_or_null(struct str name)
{
	for (size_t i = 0; documents[i]; i++)
		if (is_named(documents[i]->name, name)) return documents[i];
	return NULL;
}

bool dcat_is_profile(struct str word)
{
	for (size_t i = 0; documents[i]; i++)
		if (documents[i]->profile && str_eq_nocase(word, str_of(documents[i]->profile->word))) return true;
	return false;
}

bool dcat_offered(const struct dcat_document *d, const struct tenant *t)
{
	struct str rest = tenant_setting(t, "dcat.profiles"), word;
	if (!d->profile) return true;
	while (str_cut(&rest, ',', &word))
		if (str_eq_nocase(str_trim(word), str_of(d->profile->word))) return true;
	return false;
}

/* --- metadata ------------------------------------------------------------------------------------- */

size_t dcat_list(struct dcat *k, struct str json, struct str **out)
{
	auto_json *doc = NULL;
	struct err ignored = { 0 }; /* metadata is checked when it is set; what is no JSON says nothing */
	VEC(struct str) list = { 0 };
	if (json.n && json_read(json, &doc, &ignored)) {
		const struct json_node *root = json_root(doc);
		size_t n = json_kind(root) == JSON_ARRAY ? json_count(root) : json_kind(root) == JSON_TEXT;
		for (size_t i = 0; i < n; i++) {
			struct str one = json_text(json_kind(root) == JSON_ARRAY ? json_at(root, i) : root);
			if (one.n) vec_push(&k->arena, &list, arena_str(&k->arena, one));
		}
	}
	*out = list.p;
	return list.n;
}

struct str dcat_meta(struct dcat *k, const struct dataset *d, const char *template_, const char *name)
{
	struct str *list;
	struct str text = STR("");
	size_t n = dcat_list(k, dataset_meta_json(d, template_, name, k->o.lang), &list);
	for (size_t i = 0; i < n; i++)
		text = i ? arena_printf(&k->arena, "%.*s, %.*s", STR_ARG(text), STR_ARG(list[i])) : list[i];
	return text;
}

/* The language of a value that does not say its own: that of the metadata, else the portal's. */
static struct str default_language(struct dcat *k, const struct dataset *d)
{
	struct str *list;
	size_t n = dcat_list(k, dataset_meta_json(d, "default", "metadata_languages", STR("")), &list);
	if (n) return list[0];
	return k->o.tenant->nlanguages ? k->o.tenant->languages[0] : k->o.lang;
}

size_t dcat_meta_texts(struct dcat *k, const struct dataset *d, const char *name, struct dcat_text **out)
{
	VEC(struct dcat_text) texts = { 0 };
	struct str one = dataset_meta_json(d, "default", name, k->o.lang), plain = default_language(k, d);
	bool taken = false;
	for (size_t i = 0; i < d->nmetas; i++) {
		const struct meta *m = &d->metas[i];
		if (!str_eq(m->name, str_of(name)) || !str_eq(m->template_, STR("default"))) continue;
		if (!k->o.every_language && (m->json.p != one.p || texts.n)) continue;
		taken |= str_eq(m->lang, plain);
		vec_push(&k->arena, &texts, (struct dcat_text){ m->lang, m->json });
	}
	size_t n = 0;
	for (size_t i = 0; i < texts.n; i++) {
		/* Said twice in one language, the value that names its language counts. */
		if (texts.p[i].lang.n == 0 && taken) continue;
		texts.p[n] = texts.p[i];
		if (texts.p[n].lang.n == 0) texts.p[n].lang = plain;
		n++;
	}
	*out = texts.p;
	return n;
}

struct str dcat_instant(struct dcat *k, struct instant at)
{
	char room[80];
	struct buf b = { .p = room, .cap = sizeof room, .max = sizeof room };
	clock_put_instant(&b, at.us, k->o.zone);
	return arena_str(&k->arena, buf_str(&b));
}

struct str dcat_date(struct dcat *k, const struct dataset *d, const char *template_, const char *name)
{
	struct clock_text when;
	if (!clock_parse(dcat_meta(k, d, template_, name), &when)) return STR("");
	return dcat_instant(k, (struct instant){ clock_us_of_civil(&when.civil) - (int64_t)when.offset_s * 1000000 });
}

/* --- addresses ------------------------------------------------------------------------------------ */

struct str dcat_refined(struct dcat *k, const char *facet, struct str value)
{
	auto_buf b = BUF_INIT(1 << 16);
	buf_put(&b, k->o.origin);
	buf_printf(&b, "/explore/?refine.%s=", facet);
	/* A blank is a plus sign here, as forms write it. */
	for (struct str rest = value, part; str_cut(&rest, ' ', &part);) {
		text_put_url(&b, part);
		if (rest.p) buf_put_char(&b, '+');
	}
	return arena_str(&k->arena, buf_str(&b));
}

static struct str download_of(struct dcat *k, const struct dataset *d, const struct dcat_format *format)
{
	bool labels = k->o.labels && (str_eq(format->name, STR("csv")) || str_eq(format->name, STR("xlsx")));
	return arena_printf(&k->arena, "%.*s/catalog/datasets/%.*s/exports/%.*s%s", STR_ARG(k->o.api), STR_ARG(d->slug),
	                    STR_ARG(format->name), labels ? "?use_labels=true" : "");
}

/* "text/csv" of "text/csv; charset=utf-8". */
static struct str bare_type(struct str mime)
{
	ptrdiff_t end = str_find_char(mime, ';');
	return end < 0 ? mime : str_trim(str_sub(mime, 0, (size_t)end));
}

static bool is_wanted(const struct dcat *k, struct str format)
{
	struct str rest = k->o.only, word;
	if (rest.n == 0) return true;
	while (str_cut(&rest, ',', &word))
		if (str_eq(str_trim(word), format)) return true;
	return false;
}

size_t dcat_offers(struct dcat *k, const struct dcat_facts *f, struct dcat_offer **out)
{
	struct arena *a = &k->arena;
	const struct dataset *d = f->dataset;
	struct dcat_offer *offers = arena_array(a, struct dcat_offer, f->nformats + d->nfiles + 1);
	size_t n = 0;
	for (size_t i = 0; i < f->nformats; i++) {
		const struct dcat_format *format = &f->formats[i];
		if (!is_wanted(k, format->name)) continue;
		offers[n++] = (struct dcat_offer){
			download_of(k, d, format), arena_printf(a, "%.*s.%.*s", STR_ARG(d->slug), STR_ARG(format->suffix)),
			arena_printf(a, "%.*s (%.*s)", STR_ARG(f->title), STR_ARG(format->name)), bare_type(format->mime), format->name };
	}
	for (size_t i = 0; i < d->nfiles && k->o.only.n == 0; i++) {
		const struct dataset_file *file = &d->files[i];
		if (file->kind != CATALOG_ATTACHMENT && file->kind != CATALOG_ALTERNATIVE) continue;
		const char *below = file->kind == CATALOG_ATTACHMENT ? "attachments" : "alternative_exports";
		struct str address = arena_printf(a, "%.*s/catalog/datasets/%.*s/%s/%.*s", STR_ARG(k->o.api), STR_ARG(d->slug), below, STR_ARG(file->id));
		offers[n++] = (struct dcat_offer){ address, file->title, file->description.n ? file->description : file->title,
			                           bare_type(file->mime), STR("") };
	}
	*out = offers;
	return n;
}

struct str dcat_portal_title(const struct dcat *k, struct str lang)
{
	struct str title = tenant_text(k->o.tenant, "title", lang);
	return title.n ? title : k->o.tenant->host;
}

struct str dcat_portal_provider(const struct dcat *k)
{
	struct str provider = tenant_setting(k->o.tenant, "provider");
	return provider.n ? provider : dcat_portal_title(k, k->o.lang);
}

/* --- one dataset ---------------------------------------------------------------------------------- */

static void gather_people(struct dcat *k, const struct dataset *d, struct dcat_facts *f)
{
	const struct dcat_profile *p = k->document->profile;
	f->publisher = dcat_meta(k, d, "default", "publisher");
	if (f->publisher.n == 0 && p && p->publisher) f->publisher = dcat_portal_provider(k);
	f->creator = dcat_meta(k, d, "dcat", "creator");
	f->contributor = dcat_meta(k, d, "dcat", "contributor");
	f->contact_name = dcat_meta(k, d, "dcat", "contact_name");
	f->contact_mail = dcat_meta(k, d, "dcat", "contact_email");
	f->own_contact = f->contact_name.n || f->contact_mail.n;
	if (!f->own_contact) {
		f->contact_name = f->publisher.n ? f->publisher : dcat_portal_provider(k);
		f->contact_mail = tenant_setting(k->o.tenant, "contact");
	} else if (f->contact_name.n == 0) {
		f->contact_name = f->publisher.n ? f->publisher : f->contact_mail;
	}
}

static void gather_times(struct dcat *k, const struct dataset *d, struct dcat_facts *f)
{
	f->modified = dcat_instant(k, d->modified);
	f->issued = dcat_date(k, d, "dcat", "issued");
	if (f->issued.n == 0) f->issued = f->modified;
	f->frequency = dcat_meta(k, d, "dcat", "accrualperiodicity");
	if (f->frequency.n == 0) f->frequency = dcat_meta(k, d, "default", "update_frequency");
	f->known_frequency = dcat_frequency_or_null(&k->arena, f->frequency);
	if (f->frequency.n == 0) f->known_frequency = NULL;
}

void dcat_put(struct dcat *k, const struct dataset *d, const struct dcat_format *formats, size_t nformats)
{
	struct arena *a = &k->arena;
	struct arena_mark mark = arena_mark(a);
	struct dcat_facts f = { .dataset = d, .formats = formats, .nformats = nformats };
	f.page = arena_printf(a, "%.*s/explore/dataset/%.*s/", STR_ARG(k->o.origin), STR_ARG(d->slug));
	f.title = dcat_meta(k, d, "default", "title");
	if (f.title.n == 0) f.title = d->slug;
	f.description = dcat_meta(k, d, "default", "description");
	gather_people(k, d, &f);
	gather_times(k, d, &f);
	f.nthemes = dcat_list(k, dataset_meta_json(d, "default", "theme", k->o.lang), &f.themes);
	f.nkeywords = dcat_list(k, dataset_meta_json(d, "default", "keyword", k->o.lang), &f.keywords);
	f.license = dcat_meta(k, d, "default", "license");
	f.license_address = dcat_meta(k, d, "default", "license_url");
	f.known_license = dcat_licence_or_null(a, f.license, f.license_address);
	if (!rdf_is_absolute(f.license_address)) f.license_address = rdf_is_absolute(f.license) ? f.license : STR("");
	if (f.license_address.n == 0 && f.known_license) f.license_address = str_of(f.known_license->address);
	f.language = dcat_language(a, dcat_meta(k, d, "default", "language"), &f.language_eu);
	k->document->writer->put(k, &f);
	arena_rewind(a, mark);
}

struct dcat *dcat_begin(struct buf *out, const struct dcat_document *d, const struct dcat_options *o)
{
	struct dcat *k = calloc(1, sizeof *k);
	ensure(k != NULL);
	k->out = out;
	k->document = d;
	k->o = *o;
	k->json = JSON_OUT(out);
	d->writer->begin(k);
	return k;
}

void dcat_end(struct dcat *k)
{
	if (!k) return;
	k->document->writer->end(k);
	arena_done(&k->arena);
	arena_done(&k->kept);
	free(k);
}
