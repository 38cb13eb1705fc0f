/* The table of processors, and what all who check configurations say faults with. */
#include "process/process.h"
#include <stdarg.h>
#include <stdio.h>

const struct processor *const process_table[] = { NULL };

const struct processor *process_find_or_null(struct str type)
{
	for (size_t i = 0; process_table[i]; i++)
		if (str_eq(type, str_of(process_table[i]->type))) return process_table[i];
	return NULL;
}

void process_fault(struct process_faults *f, struct str path, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	struct process_fault one = { arena_str(f->arena, path), arena_str(f->arena, str_of(text)) };
	vec_push(f->arena, &f->list, one);
}
