/* The core's own: what a line is. Processors see inside.h only. */
#ifndef PROCESS_LINE_H
#define PROCESS_LINE_H

#include "process/inside.h"

struct line_step {
	struct process_step step;      /* first: a hook's pointer leads here */
	struct process_value *values;
	size_t nvalues;
	size_t segment;                /* which copy of the cells it works on */
	size_t first_need, nneeds;
	struct str *names;             /* after it */
	size_t nnames;
	bool opened;
};

struct process_line {
	struct arena keep, bound, row;
	struct arena_mark row_start;
	struct process_scene scene;
	struct line_step *steps;
	size_t nsteps;
	VEC(struct process_need) needs;
	bool *met;
	size_t collect;                /* the need whose step ends rows; SIZE_MAX: none */
	struct process_faults *faults; /* while compiling */

	VEC(struct str) names;         /* of the last bind */
	VEC(struct process_absence) absent;
	struct str *input;
	size_t ninput;
	struct cell **segments;        /* nsegments copies of `width` cells */
	size_t nsegments, width;

	/* during process_run */
	const struct process_sink *out;
	struct buf scratch;
	int64_t number;
	size_t rows_left, bytes_left, copies_left;
	uint64_t draws;
};

static inline struct line_step *line_step_of(const struct process_step *s)
{
	return &s->line->steps[s->index];
}

/* parameters.c: reads the parameters of a processor by its table; what is wrong is noted. */
void parameters_read(struct line_step *s, struct process_faults *f);
/* Of the processor's members: `type`, or the old `name`; and where its arguments are. */
struct str parameters_type(const struct json_node *processor);

#endif
