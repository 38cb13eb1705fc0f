/* The door to PCRE2. A match may take so many steps from each beginning; the longer the text, the fewer, so that one cell
 * cannot hold up a run. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>
#include "process/regexp.h"
#include "text/text.h"

enum { MOST_STEPS = 1000000, LEAST_STEPS = 5000, STEPS_OF_TEXT = 50000000, MOST_KIB = 16 << 10, MOST_DEPTH = 10000, MOST_GROUPS = 200 };

struct process_regexp {
	pcre2_code *code;
	pcre2_match_data *match;
	pcre2_match_context *context;
	pcre2_jit_stack *stack;
	uint32_t groups, names, name_size;
	PCRE2_SPTR table;
};

static pcre2_compile_context *compile_context(void)
{
	pcre2_compile_context *c = pcre2_compile_context_create(NULL);
	ensure(c != NULL);
	pcre2_set_parens_nest_limit(c, 100);
	pcre2_set_max_pattern_length(c, REGEXP_MOST_PATTERN);
	return c;
}

static bool ready(struct process_regexp *x)
{
	pcre2_pattern_info(x->code, PCRE2_INFO_CAPTURECOUNT, &x->groups);
	pcre2_pattern_info(x->code, PCRE2_INFO_NAMECOUNT, &x->names);
	pcre2_pattern_info(x->code, PCRE2_INFO_NAMEENTRYSIZE, &x->name_size);
	pcre2_pattern_info(x->code, PCRE2_INFO_NAMETABLE, &x->table);
	x->match = pcre2_match_data_create_from_pattern(x->code, NULL);
	x->context = pcre2_match_context_create(NULL);
	if (!x->match || !x->context) return false;
	pcre2_set_depth_limit(x->context, MOST_DEPTH);
	pcre2_set_heap_limit(x->context, MOST_KIB);
	/* Where memory may not be made executable the interpreter does the work. */
	if (pcre2_jit_compile(x->code, PCRE2_JIT_COMPLETE) == 0) {
		x->stack = pcre2_jit_stack_create(32 << 10, 1 << 20, NULL);
		if (x->stack) pcre2_jit_stack_assign(x->context, NULL, x->stack);
	}
	return true;
}

bool regexp_new(struct str pattern, unsigned flags, struct process_regexp **out, struct err *e)
{
	int code;
	PCRE2_SIZE at;
	if (pattern.n > REGEXP_MOST_PATTERN)
		return err_set(e, ERR_PARAMETER, "the regular expression is too long: %d characters are allowed.", REGEXP_MOST_PATTERN);
	if (!text_is_utf8(pattern)) return err_set(e, ERR_PARAMETER, "the regular expression is not UTF-8.");
	uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C;
	if (flags & REGEXP_IGNORE_CASE) options |= PCRE2_CASELESS;
	if (flags & REGEXP_MULTILINE) options |= PCRE2_MULTILINE;
	if (flags & REGEXP_DOT_ALL) options |= PCRE2_DOTALL;
	struct process_regexp *x = calloc(1, sizeof *x);
	ensure(x != NULL);
	pcre2_compile_context *c = compile_context();
	x->code = pcre2_compile((PCRE2_SPTR)(pattern.p ? pattern.p : ""), pattern.n, options, &code, &at, c);
	pcre2_compile_context_free(c);
	if (!x->code) {
		PCRE2_UCHAR why[160];
		pcre2_get_error_message(code, why, sizeof why);
		regexp_free(x);
		return err_set(e, ERR_PARAMETER, "the regular expression cannot be read at position %zu: %s.",
		               text_length(str_sub(pattern, 0, at)), (const char *)why);
	}
	if (!ready(x) || x->groups > MOST_GROUPS) {
		regexp_free(x);
		return err_set(e, ERR_PARAMETER, "the regular expression has more than %d groups.", MOST_GROUPS);
	}
	*out = x;
	return true;
}

void regexp_free(struct process_regexp *x)
{
	if (!x) return;
	pcre2_jit_stack_free(x->stack);
	pcre2_match_context_free(x->context);
	pcre2_match_data_free(x->match);
	pcre2_code_free(x->code);
	free(x);
}

size_t regexp_groups(const struct process_regexp *x) { return x->groups; }

static size_t number_at(PCRE2_SPTR entry) { return (size_t)entry[0] << 8 | entry[1]; }

struct str regexp_group_name(const struct process_regexp *x, size_t group)
{
	for (uint32_t i = 0; i < x->names; i++) {
		PCRE2_SPTR entry = x->table + (size_t)i * x->name_size;
		if (number_at(entry) == group) return str_of((const char *)entry + 2);
	}
	return (struct str){ 0 };
}

int regexp_group(const struct process_regexp *x, struct str name)
{
	for (uint32_t i = 0; i < x->names; i++) {
		PCRE2_SPTR entry = x->table + (size_t)i * x->name_size;
		if (str_eq(str_of((const char *)entry + 2), name)) return (int)number_at(entry);
	}
	return -1;
}

enum regexp_end regexp_search(struct process_regexp *x, struct str text, size_t from)
{
	if (text.n > REGEXP_MOST_TEXT) return REGEXP_LONG;
	if (from > text.n) return REGEXP_NONE;
	size_t steps = STEPS_OF_TEXT / (text.n + 1);
	pcre2_set_match_limit(x->context, (uint32_t)num_max(num_min(steps, (size_t)MOST_STEPS), (size_t)LEAST_STEPS));
	int rc = pcre2_match(x->code, (PCRE2_SPTR)(text.p ? text.p : ""), text.n, from, 0, x->match, x->context);
	if (rc > 0) return REGEXP_FOUND;
	return rc == PCRE2_ERROR_NOMATCH ? REGEXP_NONE : REGEXP_LIMIT;
}

bool regexp_span(const struct process_regexp *x, size_t group, size_t *from, size_t *to)
{
	const PCRE2_SIZE *v = pcre2_get_ovector_pointer(x->match);
	if (group > x->groups || v[2 * group] == PCRE2_UNSET) return false;
	*from = v[2 * group];
	*to = v[2 * group + 1];
	/* \K in a lookahead can put the beginning behind the end. */
	return *from <= *to;
}

const char *regexp_why(enum regexp_end end)
{
	return end == REGEXP_LONG ? "The text is too long for a regular expression: 1 MiB is read."
	                          : "The regular expression takes too many steps on this text.";
}
