/* Writing JSON: commas and nesting kept in one word of bits. */
#include "json/json.h"
#include "text/text.h"
#include <math.h>

void json_value(struct json_out *j)
{
	uint64_t bit = UINT64_C(1) << j->depth;
	if (j->more & bit) buf_put_char(j->b, ',');
	j->more |= bit;
}

void json_key(struct json_out *j, struct str key)
{
	json_value(j);
	text_put_json(j->b, key);
	buf_put_char(j->b, ':');
	/* The value of this key wants no comma; writing it sets the bit again. */
	j->more &= ~(UINT64_C(1) << j->depth);
}

void json_open(struct json_out *j, char bracket)
{
	json_value(j);
	buf_put_char(j->b, bracket);
	ensure(j->depth < 62);
	j->depth++;
	j->more &= ~(UINT64_C(1) << j->depth);
}

void json_close(struct json_out *j, char bracket)
{
	ensure(j->depth > 0);
	j->depth--;
	buf_put_char(j->b, bracket);
}

void json_put(struct json_out *j, struct str text)
{
	json_value(j);
	text_put_json(j->b, text);
}

void json_put_int(struct json_out *j, int64_t v)
{
	json_value(j);
	buf_put_int(j->b, v);
}

void json_put_real(struct json_out *j, double v)
{
	json_value(j);
	if (isfinite(v)) text_put_double(j->b, v);
	else buf_lit(j->b, "null");
}

void json_put_bool(struct json_out *j, bool v)
{
	json_value(j);
	buf_put(j->b, v ? STR("true") : STR("false"));
}

void json_put_null(struct json_out *j)
{
	json_value(j);
	buf_lit(j->b, "null");
}
