/* Events in order, attributes by local name, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "xml/xml.h"

static bool pull(void *arg, char *to, size_t n, size_t *got, struct err *e)
{
	(void)e;
	struct str *rest = arg;
	*got = num_min(n, num_min(rest->n, (size_t)7)); /* small bites */
	memcpy(to, rest->p, *got);
	*rest = str_from(*rest, *got);
	return true;
}

/* The document as a line of events, or the error. */
static bool events_of(const char *document, struct buf *out, struct err *e)
{
	struct str rest = str_of(document);
	struct xml *x;
	if (!xml_open(pull, &rest, STR("test"), &x, e)) return false;
	auto_arena a = ARENA_INIT;
	bool ok;
	for (;;) {
		enum xml_event event;
		struct str id;
		ok = xml_next(x, &event, e);
		if (!ok || event == XML_END_OF_DOCUMENT) break;
		if (event == XML_OPEN) {
			buf_printf(out, "<%.*s", STR_ARG(xml_name(x)));
			if (xml_attribute(x, &a, "id", &id)) buf_printf(out, " %.*s", STR_ARG(id));
		}
		if (event == XML_CLOSE) buf_printf(out, ">%.*s", STR_ARG(xml_name(x)));
		if (event == XML_TEXT) buf_printf(out, "[%.*s]", STR_ARG(xml_text(x)));
	}
	xml_close(x);
	return ok;
}

static void gives_events_in_order(void **state)
{
	(void)state;
	auto_buf b = BUF_INIT(4096);
	struct err e = { 0 };
	assert_true(events_of("<?xml version='1.0'?><!-- c --><a xmlns:r='u' r:id='7'><b/>x &lt; &#233;<c id='2'></c><![CDATA[<z>]]></a>", &b, &e));
	buf_put_char(&b, 0);
	assert_string_equal(b.p, "<a 7<b>b[x < \xc3\xa9]<c 2>c[<z>]>a");
}

static void refuses(const char *document, const char *word)
{
	auto_buf b = BUF_INIT(1 << 20);
	struct err e = { 0 };
	assert_false(events_of(document, &b, &e));
	assert_int_equal(e.code, ERR_BAD_SOURCE);
	assert_non_null(strstr(e.pub, word));
}

static void refuses_document_types_and_entities(void **state)
{
	(void)state;
	refuses("<!DOCTYPE a><a/>", "document type");
	refuses("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", "document type");
}

static void refuses_what_is_not_well_formed(void **state)
{
	(void)state;
	refuses("<a><b></a>", "not well-formed");
	refuses("<a>", "not well-formed");
	refuses("", "not well-formed");
	refuses("<a>&nope;</a>", "");
	refuses("<a>\xff</a>", "not well-formed");
}

static void refuses_great_depth(void **state)
{
	(void)state;
	auto_buf b = BUF_INIT(1 << 20);
	for (int i = 0; i < 10000; i++) buf_lit(&b, "<a>");
	buf_put_char(&b, 0);
	refuses(b.p, "not well-formed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_events_in_order),
		cmocka_unit_test(refuses_document_types_and_entities),
		cmocka_unit_test(refuses_what_is_not_well_formed),
		cmocka_unit_test(refuses_great_depth),
	};
	return cmocka_run_group_tests_name("xml read", tests, NULL, NULL);
}
