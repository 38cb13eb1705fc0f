/* The table of processors, and what all who check configurations say faults with. */
#include <stdarg.h>
#include <stdio.h>
#include "process/inside.h"
#include "text/text.h"

const struct processor *const process_table[] = {
#define PROCESSOR(type, ...) &process_##type,
#include "process/processors.def"
#undef PROCESSOR
	NULL
};

static const char *const words[] = {
#define PROCESSOR(type, everyday) everyday,
#include "process/processors.def"
#undef PROCESSOR
};

const char *process_words(size_t i)
{
	ensure(i < COUNT_OF(words));
	return words[i];
}

const struct processor *process_find_or_null(struct str type)
{
	for (size_t i = 0; process_table[i]; i++)
		if (str_eq(type, str_of(process_table[i]->type))) return process_table[i];
	return NULL;
}

void process_fault(struct process_faults *f, struct str path, const char *fmt, ...)
{
	enum { MOST_FAULTS = 200 };
	char text[512];
	if (f->list.n >= MOST_FAULTS) return;
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	struct process_fault one = { arena_str(f->arena, path), arena_str(f->arena, text_cut(str_of(text), sizeof text - 4)) };
	vec_push(f->arena, &f->list, one);
}
