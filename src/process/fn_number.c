/* Functions of expressions on numbers. What has no result (the root of -1) is a record error. */
#include <math.h>
#include "process/expression.h"

#define PLAIN(name, formula) \
	XCALL(name)          \
	{                    \
		(void)n;     \
		double a = v[0].number; \
		return xgive_number(x, out, formula); \
	}

/* What is whole stays as exact as it is. */
#define WHOLE(name, formula, formula_whole) \
	XCALL(name)                             \
	{                                       \
		(void)n;                            \
		int64_t i;                          \
		if (xwhole(&v[0], &i) && i != INT64_MIN) return xgive_whole(x, out, formula_whole); \
		double a = v[0].number;             \
		return xgive_number(x, out, formula); \
	}

WHOLE(fn_abs, fabs(a), i < 0 ? -i : i)
WHOLE(fn_floor, floor(a), i)
WHOLE(fn_ceil, ceil(a), i)
PLAIN(fn_sqrt, sqrt(a))
PLAIN(fn_exp, exp(a))
PLAIN(fn_log10, log10(a))
PLAIN(fn_radians, a * 3.14159265358979323846 / 180)
PLAIN(fn_degrees, a * 180 / 3.14159265358979323846)
PLAIN(fn_cos, cos(a))
PLAIN(fn_sin, sin(a))
PLAIN(fn_tan, tan(a))
PLAIN(fn_acos, acos(a))
PLAIN(fn_asin, asin(a))
PLAIN(fn_atan, atan(a))
PLAIN(fn_cosh, cosh(a))
PLAIN(fn_sinh, sinh(a))
PLAIN(fn_tanh, tanh(a))
PLAIN(fn_acosh, acosh(a))
PLAIN(fn_asinh, asinh(a))
PLAIN(fn_atanh, atanh(a))

XCALL(fn_pow) { (void)n; return xgive_number(x, out, pow(v[0].number, v[1].number)); }
XCALL(fn_atan2) { (void)n; return xgive_number(x, out, atan2(v[0].number, v[1].number)); }

XCALL(fn_log)
{
	double a = log(v[0].number);
	/* The exact ones first: log(8, 2) is 3. */
	if (n > 1 && v[1].number == 2) a = log2(v[0].number);
	else if (n > 1 && v[1].number == 10) a = log10(v[0].number);
	else if (n > 1) a /= log(v[1].number);
	return xgive_number(x, out, a);
}

XCALL(fn_round)
{
	double digits = n > 1 ? v[1].number : 0;
	double a = v[0].number;
	int64_t whole;
	if (digits >= 0 && xwhole(&v[0], &whole)) return xgive_whole(x, out, whole);
	if (fabs(digits) > 15) return xgive_number(x, out, digits > 0 ? a : 0);
	static const double tens[] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15 };
	double unit = tens[(size_t)fabs(digits)];
	double scaled = digits < 0 ? a / unit : a * unit;
	/* 2.345 * 100 is 234.49999999999997: the nearest number with 15 digits is what was meant. */
	double near = round(scaled * (1 + 4e-16));
	if (fabs(scaled) > 1e15) return xgive_number(x, out, a);
	return xgive_number(x, out, digits < 0 ? near * unit : near / unit);
}

static bool extreme(struct xrun *x, const struct xvalue *v, size_t n, int wanted, struct xvalue *out)
{
	*out = (struct xvalue){ 0 };
	for (size_t i = 0; i < n; i++) {
		int order = 0;
		if (v[i].kind == X_NULL || (v[i].kind == X_TEXT && v[i].text.n == 0)) continue;
		if (out->kind != X_NULL && !xorder(x, &v[i], out, &order)) return false;
		if (out->kind == X_NULL || order == wanted) *out = v[i];
	}
	return true;
}

XCALL(fn_max) { return extreme(x, v, n, 1, out); }
XCALL(fn_min) { return extreme(x, v, n, -1, out); }

XCALL(fn_random)
{
	uint64_t bits = process_draw(x->step);
	if (n > 0) bits ^= (uint64_t)(int64_t)v[0].number * UINT64_C(0x9e3779b97f4a7c15);
	return xgive_number(x, out, (double)(bits >> 11) * 0x1p-53);
}
