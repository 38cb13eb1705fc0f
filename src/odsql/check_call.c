/* Types of calls: each argument against the letter its row gives it, then what only some functions
 * ask for. */
#include "odsql/check.h"

static bool refuse(struct checker *c, const struct odsql_node *call, const struct odsql_node *arg, const char *wanted)
{
	return odsql_complain(c->e, c->which, "%s() needs %s; %.*s is %s%s.", call->fn->word, wanted,
	                      STR_ARG(words_of(c, arg)), arg->list ? "a list of " : "", value_kind(arg->type)->word);
}

static bool check_number(struct checker *c, const struct odsql_node *call, struct odsql_node *arg)
{
	if (arg->untyped) arg->type = VALUE_INT;
	if (is_number(arg)) return true;
	if (call->fn->flags & FN_AGG)
		return odsql_complain(c->e, c->which, "StatAggregation only supports numeric or date expression.");
	return refuse(c, call, arg, "a number");
}

static bool check_letter(struct checker *c, const struct odsql_node *call, struct odsql_node *arg, char letter)
{
	switch (letter) {
	case 'n': return check_number(c, call, arg);
	case 'd':
		if (arg->kind == ODSQL_TEXT && !arg->list) return check_date(c, arg, VALUE_DATETIME);
		if (arg->untyped) arg->type = VALUE_DATETIME;
		return is_time(arg) || refuse(c, call, arg, "a date");
	case 't': return arg->type == VALUE_TEXT || refuse(c, call, arg, "a text");
	case 'T': return (arg->type == VALUE_TEXT && !arg->list) || refuse(c, call, arg, "a text with one value");
	case 'P':
		/* Byte 1 of what was read is the kind of geometry; 1 is a point. */
		return arg->args[0]->s.p[1] == 1
		       || odsql_complain(c->e, c->which, "%s() measures from a point, not from a line or an area.", call->fn->word);
	case 'p': return (arg->type == VALUE_POINT && arg->field >= 0) || refuse(c, call, arg, "a geo_point_2d field");
	case 'g': return (is_geo(arg) && arg->field >= 0) || refuse(c, call, arg, "a geo_point_2d or geo_shape field");
	default: return true;
	}
}

static bool check_arguments(struct checker *c, struct odsql_node *n)
{
	const char *letter = n->fn->takes;
	for (size_t i = 0; i < n->nargs; i++, letter += *letter ? 1 : 0) {
		struct odsql_node *arg = n->args[i];
		if (*letter == '?') letter++;
		if (*letter == 'm' || *letter == 'o') continue;
		if (!check_expr(c, arg) || !check_letter(c, n, arg, *letter)) return false;
		n->aggregate = n->aggregate || arg->aggregate;
		n->varies = n->varies || arg->varies;
	}
	return true;
}

/* --- what some functions ask for ----------------------------------------------------------------- */

static bool check_ifnull(struct checker *c, struct odsql_node *n)
{
	struct odsql_node *x = n->args[0];
	struct odsql_node *y = n->args[1];
	if (is_geo(x)) return refuse(c, n, x, "a value that can be replaced");
	if (x->type == VALUE_FILE || x->type == VALUE_JSON) return refuse(c, n, x, "a value that can be replaced");
	if (!check_pair(c, x, y)) return false;
	n->type = x->type;
	/* The wider of the two. */
	if ((is_number(x) && y->type == VALUE_DOUBLE) || (is_time(x) && y->type == VALUE_DATETIME)) n->type = y->type;
	n->list = x->list;
	return !y->list || x->list || refuse(c, n, y, "one value as its second argument");
}

static bool check_extreme(struct checker *c, struct odsql_node *n)
{
	struct odsql_node *x = n->args[0];
	if (x->untyped) x->type = VALUE_INT;
	if (!is_number(x) && !is_time(x))
		return odsql_complain(c->e, c->which, "StatAggregation only supports numeric or date expression.");
	n->type = x->type;
	return true;
}

static bool check_percentile(struct checker *c, struct odsql_node *n)
{
	const struct odsql_node *p = n->args[1];
	double v = p->kind == ODSQL_INT ? (double)p->i : p->d;
	if (v >= 0 && v <= 100) return true;
	return odsql_complain(c->e, c->which, "percentile() takes a number from 0 to 100.");
}

static bool check_cluster(struct checker *c, struct odsql_node *n)
{
	n->varies = true;
	if (n->args[1]->i < 0 || n->args[1]->i > 25)
		return odsql_complain(c->e, c->which, "The zoom of geo_cluster() goes from 0 to 25.");
	if (n->nargs > 2 && (n->args[2]->i < 1 || n->args[2]->i > 10000))
		return odsql_complain(c->e, c->which, "The radius of geo_cluster() goes from 1 to 10000.");
	return true;
}

static bool check_more(struct checker *c, struct odsql_node *n)
{
	struct err e = { 0 };
	switch ((int)n->fn->symbol) {
	case FN_IFNULL: return check_ifnull(c, n);
	case FN_MIN: case FN_MAX: return check_extreme(c, n);
	case FN_SUM: n->type = n->args[0]->type; return true;
	case FN_PERCENTILE: return check_percentile(c, n);
	case FN_LOWER: n->list = n->args[0]->list; return true;
	case FN_GEO_CLUSTER: return check_cluster(c, n);
	case FN_RANDOM: case FN_V1_RANDOM: n->varies = true; return true;
	case FN_V1_TIME: return is_time(n->args[0]) || refuse(c, n, n->args[0], "a date");
	case FN_DATE_FORMAT:
		if (clock_format_check(n->args[1]->s, &e)) return true;
		return odsql_complain(c->e, c->which, "%s", e.pub);
	default: return true;
	}
}

/* --- rules of their own ------------------------------------------------------------------------- */

static bool check_word_call(struct checker *c, struct odsql_node *n)
{
	n->varies = true;
	for (size_t i = 0; i + 1 < n->nargs; i++) {
		struct odsql_node *f = n->args[i];
		if (f->kind == ODSQL_STAR) continue;
		if (!check_expr(c, f)) return false;
		if (f->type != VALUE_TEXT || f->field < 0) return refuse(c, n, f, "text fields");
	}
	n->args[n->nargs - 1]->type = VALUE_TEXT;
	return true;
}

static bool check_count(struct checker *c, struct odsql_node *n)
{
	struct odsql_node *x = n->args[0];
	return x->kind == ODSQL_STAR || check_expr(c, x);
}

static bool check_aggregate(struct checker *c, struct odsql_node *n)
{
	if (c->in_aggregate)
		return odsql_complain(c->e, c->which, "%s() stands inside another aggregate.", n->fn->word);
	c->in_aggregate = true;
	bool fine = n->fn->flags & FN_COUNTS ? check_count(c, n) : check_arguments(c, n) && check_more(c, n);
	c->in_aggregate = false;
	n->aggregate = true;
	n->varies = false;
	return fine;
}

bool check_call(struct checker *c, struct odsql_node *n)
{
	n->type = n->fn->result;
	if (n->fn->flags & FN_AGG) return check_aggregate(c, n);
	if (n->fn->flags & FN_NAMED) return check_now(c, n);
	if (n->fn->flags & FN_WORDS) return check_word_call(c, n);
	if (n->fn->flags & FN_RANGES) return check_range(c, n);
	if (n->fn->flags & FN_NAMES)
		return odsql_complain(c->e, c->which, "%s() stands on its own, not inside an expression.", n->fn->word);
	return check_arguments(c, n) && check_more(c, n);
}

/* --- range() -------------------------------------------------------------------------------------- */

static double number_of(const struct odsql_node *n) { return n->type == VALUE_INT ? (double)n->i : n->d; }

static bool is_after(const struct odsql_node *x, const struct odsql_node *y)
{
	return is_time(x) ? x->from > y->from : number_of(x) > number_of(y);
}

static bool check_steps(struct checker *c, struct odsql_node *n)
{
	struct odsql_node *f = n->args[0];
	bool width = n->nargs == 2 && !(n->flags & (ODSQL_OPEN_LEFT | ODSQL_OPEN_RIGHT));
	if (width && (n->flags & ODSQL_BRACKETED)) return odsql_complain(c->e, c->which, "range() needs two bounds or more.");
	if (width && is_time(f)) return odsql_complain(c->e, c->which, "range() needs an interval such as 1 day, or two dates.");
	for (size_t i = 1; i < n->nargs; i++) {
		struct odsql_node *step = n->args[i];
		if (!check_expr(c, step) || !check_pair(c, f, step)) return false;
		if (i > 1 && !is_after(step, n->args[i - 1]))
			return odsql_complain(c->e, c->which, "The bounds of range() must ascend.");
	}
	return !width || number_of(n->args[1]) > 0 || odsql_complain(c->e, c->which, "The width of range() must be above 0.");
}

bool check_range(struct checker *c, struct odsql_node *n)
{
	struct odsql_node *f = n->args[0];
	const struct odsql_node *step = n->args[1];
	n->varies = true;
	if (!check_expr(c, f)) return false;
	if ((!is_number(f) && !is_time(f)) || f->field < 0) return refuse(c, n, f, "a numeric or date field");
	if (step->kind != ODSQL_INTERVAL) return check_steps(c, n);
	if (!is_time(f)) return refuse(c, n, f, "a date field for this interval");
	static const int64_t most[] = { [ODSQL_MS] = 300000000000000, [ODSQL_S] = 300000000000, [ODSQL_MIN] = 5000000000,
		[ODSQL_H] = 87000000, [ODSQL_D] = 3600000, [ODSQL_W] = 1, [ODSQL_MONTH] = 1, [ODSQL_QUARTER] = 1, [ODSQL_YEAR] = 1 };
	if (step->unit >= ODSQL_W && step->i > 1)
		return odsql_complain(c->e, c->which, "range() takes weeks, months, quarters and years one at a time.");
	if (step->i < 1 || step->i > most[step->unit])
		return odsql_complain(c->e, c->which, "The interval of range() must be between 1 and %lld of its units.",
		                      (long long)most[step->unit]);
	return true;
}
