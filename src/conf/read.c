/* Settings from three places: file, environment, flags. Each value remembers where it stood, so
 * that a refusal names the place. */
#include "conf/conf.h"
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

enum kind { NUMBER_SETTING, TEXT_SETTING, SWITCH_SETTING, LIST_SETTING };
struct row {
	const char *name;
	enum kind kind;
	int64_t least, most;
	const char *otherwise;
	const char *unit, *sentence;
	size_t at; /* of the member in struct conf */
};

#define OTHERWISE_(x) #x
#define OTHERWISE(x) OTHERWISE_(x)
static const struct row rows[] = {
#define NUMBER(symbol, name, least, most, otherwise, unit, sentence)                               \
	{ name,                                                                                    \
	  NUMBER_SETTING,                                                                          \
	  least,                                                                                   \
	  most,                                                                                    \
	  OTHERWISE(otherwise),                                                                    \
	  unit,                                                                                    \
	  sentence,                                                                                \
	  offsetof(struct conf, symbol) },
#define TEXT(symbol, name, otherwise, sentence) \
	{ name, TEXT_SETTING, 0, 0, otherwise, "", sentence, offsetof(struct conf, symbol) },
#define SWITCH(symbol, name, otherwise, sentence)                                                  \
	{ name,                                                                                    \
	  SWITCH_SETTING,                                                                          \
	  0,                                                                                       \
	  0,                                                                                       \
	  (otherwise) ? "true" : "false",                                                          \
	  "",                                                                                      \
	  sentence,                                                                                \
	  offsetof(struct conf, symbol) },
#define LIST(symbol, name, otherwise, sentence) \
	{ name, LIST_SETTING, 0, 0, otherwise, "", sentence, offsetof(struct conf, symbol) },
#include "conf/settings.def"
#undef NUMBER
#undef TEXT
#undef SWITCH
#undef LIST
};

bool conf_row(size_t i, struct conf_row *out)
{
	if (i >= COUNT_OF(rows)) return false;
	const struct row *r = &rows[i];
	*out = (struct conf_row){ .name = r->name,
		                  .otherwise = r->otherwise,
		                  .unit = r->unit,
		                  .sentence = r->sentence,
		                  .least = r->least,
		                  .most = r->most,
		                  .number = r->kind == NUMBER_SETTING };
	return true;
}

/* --- one value -------------------------------------------------------------------------------- */

static const char *const *split(struct arena *a, struct str text)
{
	VEC(const char *) words = { 0 };
	size_t i = 0;
	while (i < text.n) {
		size_t from = i;
		while (i < text.n && text.p[i] != ',' && text.p[i] != ' ' && text.p[i] != '\t') i++;
		if (i > from) vec_push(a, &words, arena_cstr(a, str_sub(text, from, i - from)));
		i++;
	}
	vec_push(a, &words, NULL);
	return words.p;
}

static bool truth(struct str text, bool *yes)
{
	static const char *const words[][2] = { { "false", "true" }, { "no", "yes" }, { "off", "on" }, { "0", "1" } };
	for (size_t i = 0; i < COUNT_OF(words); i++)
		for (size_t k = 0; k < 2; k++)
			if (str_eq(text, str_of(words[i][k]))) {
				*yes = k == 1;
				return true;
			}
	return false;
}

static bool set(struct arena *a, struct conf *c, const struct row *r, struct str text,
                const char *place, struct err *e)
{
	char *member = (char *)c + r->at;
	switch (r->kind) {
	case NUMBER_SETTING: {
		int64_t v;
		if (!str_to_int(text, &v) || v < r->least || v > r->most)
			return err_set(
				e, ERR_USAGE,
				"%s: %s must be a whole number from %lld to %lld%s%s, not \"%.*s\"",
				place, r->name, (long long)r->least, (long long)r->most,
				r->unit[0] ? " " : "", r->unit, (int)num_min(text.n, (size_t)60),
				text.p);
		memcpy(member, &v, sizeof v);
		return true;
	}
	case SWITCH_SETTING: {
		bool yes;
		if (!truth(text, &yes))
			return err_set(e, ERR_USAGE, "%s: %s must be true or false, not \"%.*s\"", place, r->name,
			               (int)num_min(text.n, (size_t)60), text.p);
		memcpy(member, &yes, sizeof yes);
		return true;
	}
	case TEXT_SETTING: {
		const char *v = arena_cstr(a, text);
		memcpy(member, &v, sizeof v);
		return true;
	}
	case LIST_SETTING: {
		const char *const *v = split(a, text);
		memcpy(member, &v, sizeof v);
		return true;
	}
	}
	return true;
}

/* "metrics-port" and "METRICS_PORT" are metrics_port. */
static bool same_name(const char *name, struct str said)
{
	if (strlen(name) != said.n) return false;
	for (size_t i = 0; i < said.n; i++) {
		char c = said.p[i] == '-' ? '_' : said.p[i];
		if (c >= 'A' && c <= 'Z') c = (char)(c + 32);
		if (c != name[i]) return false;
	}
	return true;
}

static const struct row *find(struct str name)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (same_name(rows[i].name, name)) return &rows[i];
	return NULL;
}

void conf_defaults(struct arena *a, struct conf *out)
{
	struct err e = { 0 };
	*out = (struct conf){ .file_or_null = NULL };
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		bool good = set(a, out, &rows[i], str_of(rows[i].otherwise), "settings.def", &e);
		ensure(good);
	}
}

/* --- the file --------------------------------------------------------------------------------- */

static struct str unquote(struct str v)
{
	if (v.n >= 2 && v.p[0] == '"' && v.p[v.n - 1] == '"') return str_sub(v, 1, v.n - 2);
	ptrdiff_t hash = str_find(v, STR(" #"));
	return hash < 0 ? v : str_trim(str_sub(v, 0, (size_t)hash));
}

static bool read_line(struct arena *a, struct conf *c, struct str line, const char *place,
                      struct err *e)
{
	line = str_trim(line);
	if (line.n == 0 || line.p[0] == '#') return true;
	ptrdiff_t at = str_find_char(line, '=');
	if (at < 0) return err_set(e, ERR_USAGE, "%s: a line must be \"name = value\"", place);
	struct str name = str_trim(str_sub(line, 0, (size_t)at));
	const struct row *r = find(name);
	if (!r)
		return err_set(e, ERR_USAGE,
		               "%s: there is no setting \"%.*s\"; `stoa config` lists them all",
		               place, (int)num_min(name.n, (size_t)60), name.p);
	return set(a, c, r, unquote(str_trim(str_from(line, (size_t)at + 1))), place, e);
}

enum { FILE_BYTES = 256 * 1024 };

static bool load(struct arena *a, const char *path, struct str *out, struct err *e)
{
	FILE *f = fopen(path, "re");
	if (!f)
		return err_set(e, ERR_USAGE, "the settings file %s cannot be read: %s", path,
		               strerrordesc_np(errno));
	char *text = arena_bytes(a, FILE_BYTES + 1);
	size_t n = fread(text, 1, FILE_BYTES + 1, f);
	bool failed = ferror(f) != 0;
	fclose(f);
	if (failed)
		return err_set(e, ERR_USAGE, "the settings file %s cannot be read; is it a file?",
		               path);
	if (n > FILE_BYTES)
		return err_set(e, ERR_USAGE, "the settings file %s is larger than %d bytes", path,
		               FILE_BYTES);
	*out = str_make(text, n);
	return true;
}

static bool read_file(struct arena *a, struct conf *c, const char *path, struct err *e)
{
	struct str text, line;
	int number = 0;
	if (!load(a, path, &text, e)) return false;
	while (text.n && str_cut(&text, '\n', &line)) {
		struct str place = arena_printf(a, "%s line %d", path, ++number);
		if (!read_line(a, c, line, place.p, e)) return false;
	}
	c->file_or_null = arena_cstr(a, str_of(path));
	return true;
}

/* --- environment and flags -------------------------------------------------------------------- */

static const char *variable(const char *const *environment, const char *name)
{
	size_t n = strlen(name);
	for (; environment && *environment; environment++)
		if (strncmp(*environment, name, n) == 0 && (*environment)[n] == '=') return *environment + n + 1;
	return NULL;
}

static bool read_environment(struct arena *a, struct conf *c, const char *const *environment,
                             struct err *e)
{
	for (; environment && *environment; environment++) {
		struct str s = str_of(*environment);
		if (!str_starts(s, STR("STOA_"))) continue;
		ptrdiff_t at = str_find_char(s, '=');
		if (at < 0) continue;
		struct str name = str_sub(s, 5, (size_t)at - 5);
		const struct row *r = find(name);
		if (!r) continue; /* STOA_CONFIG and names that other programs gave */
		struct str place = arena_printf(a, "STOA_%.*s", STR_ARG(name));
		if (!set(a, c, r, str_from(s, (size_t)at + 1), place.p, e)) return false;
	}
	return true;
}

struct flag {
	const struct row *row; /* NULL: --config */
	struct str value;
	size_t words; /* 1 or 2 */
};

/* Whether the arguments at `flags` begin with a flag of ours. */
static bool parse_flag(char **flags, int left, struct flag *out, struct err *e)
{
	struct str word = str_of(flags[0]);
	*out = (struct flag){ 0 };
	if (!str_starts(word, STR("--"))) return true;
	word = str_from(word, 2);
	ptrdiff_t at = str_find_char(word, '=');
	struct str name = at < 0 ? word : str_sub(word, 0, (size_t)at);
	bool config = str_eq(name, STR("config"));
	out->row = find(name);
	if (!out->row && !config) return true;
	out->words = 1;
	if (at >= 0) out->value = str_from(word, (size_t)at + 1);
	else if (out->row && out->row->kind == SWITCH_SETTING) {
		/* The next word would be taken for something else: said here, where the switch is known. */
		bool yes;
		if (left > 1 && truth(str_of(flags[1]), &yes))
			return err_set(e, ERR_USAGE, "--%.*s is a switch and stands alone: write --%.*s, or --%.*s=%s", STR_ARG(name), STR_ARG(name), STR_ARG(name), flags[1]);
		out->value = STR("true");
	}
	else if (left < 2) return err_set(e, ERR_USAGE, "--%.*s needs a value", STR_ARG(name));
	else {
		out->value = str_of(flags[1]);
		out->words = 2;
	}
	return true;
}

/* With c NULL only looks for --config and --data; otherwise sets, and keeps what is not ours. */
static bool read_flags(struct arena *a, struct conf *c, char **flags, int *n, struct str *config,
                       struct str *data, struct err *e)
{
	int kept = 0;
	for (int i = 0; i < *n;) {
		struct flag f;
		if (strcmp(flags[i], "--") == 0) {
			while (c && i < *n) flags[kept++] = flags[i++];
			break;
		}
		if (!parse_flag(flags + i, *n - i, &f, e)) return false;
		if (f.words == 0) {
			if (c) flags[kept++] = flags[i];
			i++;
			continue;
		}
		if (!f.row) *config = f.value;
		else if (strcmp(f.row->name, "data") == 0) *data = f.value;
		struct str place = arena_printf(a, "--%s", f.row ? f.row->name : "config");
		if (c && f.row && !set(a, c, f.row, f.value, place.p, e)) return false;
		i += (int)f.words;
	}
	if (c) *n = kept;
	return true;
}

static bool choose_file(struct arena *a, const char *const *environment, struct str config,
                        struct str data, struct conf *c, struct err *e)
{
	const char *named = config.n ? arena_cstr(a, config) : variable(environment, "STOA_CONFIG");
	if (named && *named) return read_file(a, c, named, e);
	const char *folder = data.n ? arena_cstr(a, data) : variable(environment, "STOA_DATA");
	struct str own = arena_printf(a, "%s/stoa.conf", folder && *folder ? folder : c->data);
	if (access(own.p, F_OK) == 0) return read_file(a, c, own.p, e);
	if (access("/etc/stoa/stoa.conf", F_OK) == 0) return read_file(a, c, "/etc/stoa/stoa.conf", e);
	return true;
}

static bool check(const struct conf *c, struct err *e)
{
	struct str form = str_of(c->log_format);
	struct str level = str_of(c->log_level);
	if (!str_eq(form, STR("text")) && !str_eq(form, STR("json")))
		return err_set(e, ERR_USAGE, "log_format must be text or json, not \"%s\"", c->log_format);
	if (!str_eq(level, STR("debug")) && !str_eq(level, STR("info")) &&
	    !str_eq(level, STR("warn")) && !str_eq(level, STR("error")))
		return err_set(e, ERR_USAGE,
		               "log_level must be debug, info, warn or error, not \"%s\"",
		               c->log_level);
	if (!c->listen[0]) return err_set(e, ERR_USAGE, "listen must name at least one address");
	if (!c->data[0]) return err_set(e, ERR_USAGE, "data must name a folder");
	return true;
}

bool conf_read(struct arena *a, const char *const *environment, char **flags, int *nflags,
               struct conf *out, struct err *e)
{
	struct str config = { 0 }, data = { 0 };
	conf_defaults(a, out);
	if (!read_flags(a, NULL, flags, nflags, &config, &data, e)) return false;
	if (!choose_file(a, environment, config, data, out, e)) return false;
	if (!read_environment(a, out, environment, e)) return false;
	if (!read_flags(a, out, flags, nflags, &config, &data, e)) return false;
	return check(out, e);
}

/* --- showing ---------------------------------------------------------------------------------- */

void conf_put(struct buf *b, const struct conf *c)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct row *r = &rows[i];
		const char *member = (const char *)c + r->at;
		buf_printf(b, "# %s\n%s = ", r->sentence, r->name);
		if (r->kind == NUMBER_SETTING) {
			int64_t v;
			memcpy(&v, member, sizeof v);
			buf_put_int(b, v);
		} else if (r->kind == SWITCH_SETTING) {
			bool v;
			memcpy(&v, member, sizeof v);
			buf_put(b, v ? STR("true") : STR("false"));
		} else if (r->kind == TEXT_SETTING) {
			const char *v;
			memcpy(&v, member, sizeof v);
			buf_printf(b, "\"%s\"", v);
		} else {
			const char *const *v;
			memcpy(&v, member, sizeof v);
			for (size_t k = 0; v[k]; k++) buf_printf(b, k ? ", %s" : "%s", v[k]);
		}
		buf_lit(b, "\n");
	}
}
