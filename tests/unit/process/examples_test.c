/* Every example of every processor: documentation that runs. A processor without example, label or sentence fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "run.h"

static void every_example_is_what_happens(void **s)
{
	(void)s;
	size_t bad = 0;
	for (size_t i = 0; process_table[i]; i++) {
		const struct processor *p = process_table[i];
		for (const struct process_example *x = p->examples; x->processor; x++) {
			auto_arena a = ARENA_INIT;
			auto_buf got = BUF_INIT(16 << 20);
			auto_buf want = BUF_INIT(16 << 20);
			struct err e = { 0 };
			bool ok = run_json(&a, x->processor, x->before, &got, &e);
			if (ok) run_canonical(&a, buf_str(&got), x->after, &want);
			if (ok && str_eq(buf_str(&got), buf_str(&want))) continue;
			print_error("%s: %s\n  %s\n  gave %.*s\n  want %.*s\n", p->type, x->processor, ok ? "" : e.pub, STR_ARG(buf_str(&got)),
			            STR_ARG(buf_str(&want)));
			bad++;
		}
	}
	assert_int_equal(bad, 0);
}

static void every_processor_is_documented(void **s)
{
	(void)s;
	static const char *const families[] = { "generic", "text", "date", "geo" };
	for (size_t i = 0; process_table[i]; i++) {
		const struct processor *p = process_table[i];
		bool family = false;
		for (size_t k = 0; k < COUNT_OF(families); k++) family |= strcmp(p->family, families[k]) == 0;
		if (!family || !p->label[0] || !p->help[0] || !p->examples[0].processor) fail_msg("%s is not documented", p->type);
		for (size_t k = 0; k < i; k++)
			if (strcmp(process_table[k]->type, p->type) == 0) fail_msg("%s is there twice", p->type);
		for (const struct process_parameter *q = p->parameters; q->name; q++) {
			if (!q->label || !q->label[0]) fail_msg("%s: %s has no label", p->type, q->name);
			if ((q->kind == PROCESS_CHOICE) != (q->choices != NULL)) fail_msg("%s: %s and its choices", p->type, q->name);
			if (q->required && q->otherwise) fail_msg("%s: %s is required and has a default", p->type, q->name);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_example_is_what_happens),
		cmocka_unit_test(every_processor_is_documented),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
