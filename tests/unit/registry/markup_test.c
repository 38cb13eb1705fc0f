/* Markup that would make browsers fetch from elsewhere is found wherever it hides, and plain links are left alone. */
#include "world.h"

struct markup_case { const char *html; const char *says; }; /* says NULL: accepted */

static const struct markup_case cases[] = {
	{ "<p>Hello</p>", NULL },
	{ "", NULL },
	{ "<a href=\"https://undeclared.test\">x</a>", NULL },
	{ "<svg><a xlink:href=\"https://undeclared.test\">x</a></svg>", NULL },
	{ "<img src=\"/p.gif\"><img src=\"p.gif\"><img src=\"data:image/gif;base64,R0lGOD\">", NULL },
	{ "<img src=\"https://tags.example/p.gif\">", NULL },
	{ "<link rel=\"canonical\" href=\"https://undeclared.test\"><link rel=\"alternate\" href=\"https://undeclared.test\"><link rel=license href=\"https://undeclared.test\">", NULL },
	{ "<iframe src=\"https://www.youtube-nocookie.com/embed/x\"></iframe>", NULL },
	{ "<p style=\"color:red;background:url(/x.png)\">x</p>", NULL },
	{ "<meta http-equiv=refresh content=\"5; url=/there\">", NULL },
	{ "<p title=\"see https://undeclared.test\">https://undeclared.test</p>", NULL },
	{ "<img src=\"https://undeclared.test/p.gif\">", "undeclared.test" },
	{ "<IMG SRC=https://undeclared.test/p.gif>", "<img>" },
	{ "<img src=\"//undeclared.test/p.gif\">", "undeclared.test" },
	{ "<img src=\"\\\\undeclared.test/p.gif\">", "undeclared.test" },
	{ "<img src=\" https://undeclared.test/p.gif\">", "undeclared.test" },
	{ "<img src=\"ht\ntps://undeclared.test/p.gif\">", "undeclared.test" },
	{ "<img src=\"https:undeclared.test/p.gif\">", "undeclared.test" },
	{ "<img src=\"http&#58;//undeclared.test/p.gif\">", "undeclared.test" },
	{ "<img src=\"http://tags.example.undeclared.test/\">", "undeclared.test" },
	{ "<img src=\"https://tags.example@undeclared.test/\">", "undeclared.test" },
	{ "<img srcset=\"/a.png 1x, https://undeclared.test/b.png 2x\">", "undeclared.test" },
	{ "<img srcset=\"/a.png,https://undeclared.test/b.png 2x\">", "undeclared.test" },
	{ "<link rel=preload imagesrcset=\"https://undeclared.test/b.png 2x\">", "undeclared.test" },
	{ "<div style=\"background:url(//undeclared.test/x)\">", "undeclared.test" },
	{ "<div style=\"background:u\\72l('https://undeclared.test/x')\">", "undeclared.test" },
	{ "<div style=\"background:url(https:/**/\\2f/undeclared.test/x)\">", "undeclared.test" },
	{ "<div style=\"background:image-set('https://undeclared.test/x' 1x)\">", "undeclared.test" },
	{ "<style>@import \"https://undeclared.test/a.css\";</style>", "undeclared.test" },
	{ "<style>p{background:url(https://undeclared.test/x)}</style>", "undeclared.test" },
	{ "<svg><image href=\"https://undeclared.test/x\"/></svg>", "undeclared.test" },
	{ "<svg><image xlink:href=\"https://undeclared.test/x\"/></svg>", "undeclared.test" },
	{ "<svg><use href=\"https://undeclared.test/x#y\"/></svg>", "undeclared.test" },
	{ "<svg><rect fill=\"url(https://undeclared.test/x#y)\"/></svg>", "undeclared.test" },
	{ "<svg><image><animate attributeName=href to=\"https://undeclared.test/x\"/></image></svg>", "undeclared.test" },
	{ "<iframe srcdoc='<img src=https://undeclared.test>'></iframe>", "undeclared.test" },
	{ "<iframe srcdoc=\"&lt;iframe srcdoc='&amp;lt;img src=https://undeclared.test&amp;gt;'&gt;\"></iframe>", "undeclared.test" },
	{ "<iframe src=\"data:text/html,<img src=https://undeclared.test>\"></iframe>", "iframe" },
	{ "<meta http-equiv=\"Refresh\" content=\"0; URL='https://undeclared.test/'\">", "undeclared.test" },
	{ "<meta http-equiv=\"refresh\" content=\"0;https://undeclared.test/\">", "undeclared.test" },
	{ "<form action=\"https://undeclared.test/\"><button formaction=\"https://undeclared.test/\">x</button></form>", "undeclared.test" },
	{ "<a href=\"/x\" ping=\"/a https://undeclared.test/\">x</a>", "undeclared.test" },
	{ "<video poster=\"https://undeclared.test/\"></video>", "undeclared.test" },
	{ "<video><source src=\"https://undeclared.test/\"></video>", "undeclared.test" },
	{ "<audio src=\"https://undeclared.test/\"></audio>", "undeclared.test" },
	{ "<object data=\"https://undeclared.test/\"></object>", "undeclared.test" },
	{ "<embed src=\"https://undeclared.test/\">", "undeclared.test" },
	{ "<object><param name=movie value=\"https://undeclared.test/\"></object>", "undeclared.test" },
	{ "<table background=\"https://undeclared.test/\"></table>", "undeclared.test" },
	{ "<body background=\"https://undeclared.test/\">", "undeclared.test" },
	{ "<base href=\"https://undeclared.test/\">", "undeclared.test" },
	{ "<link rel=stylesheet href=\"https://undeclared.test/\">", "undeclared.test" },
	{ "<link rel=\"alternate stylesheet\" href=\"https://undeclared.test/\">", "undeclared.test" },
	{ "<link rel=\"dns-prefetch\" href=\"//undeclared.test/\">", "undeclared.test" },
	{ "<link href=\"https://undeclared.test/\">", "undeclared.test" },
	{ "<script src=\"https://undeclared.test/x.js\"></script>", "undeclared.test" },
	{ "<noscript><img src=\"https://undeclared.test/\"></noscript>", "undeclared.test" },
	{ "<template><img src=\"https://undeclared.test/\"></template>", "undeclared.test" },
	{ "<img src=\"https://player.vimeo.com/x\">", "Vimeo" },
	{ "<img src=\"http://www.youtube-nocookie.com/x\">", "youtube-nocookie" },
	{ "<img src=\"https://www.youtube-nocookie.com:8443/x\">", "youtube-nocookie" },
};

static void reg_t13_t14_t15_every_position_that_fetches_is_looked_at(void **s)
{
	struct world *w = *s;
	struct err e = { 0 };
	int64_t version;
	assert_true(world_publish(w, WORLD_TAGS, 0, &version, &e));
	const struct registry *g = world_hold(w);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		e = (struct err){ 0 };
		bool ok = registry_check_markup(g, str_of(cases[i].html), &e);
		if (ok != !cases[i].says) fail_msg("%s: %s", cases[i].html, ok ? "accepted" : e.pub);
		if (!ok && str_find(str_of(e.pub), str_of(cases[i].says)) < 0) fail_msg("%s: says \"%s\"", cases[i].html, e.pub);
		if (!ok) assert_int_equal(e.code, ERR_INVALID);
	}
	registry_release(w->registries, g);
}

static void what_cannot_be_read_whole_is_refused(void **s)
{
	struct world *w = *s;
	struct err e = { 0 };
	const struct registry *g = world_hold(w);
	auto_buf deep = BUF_INIT(1 << 20);
	for (int i = 0; i < 3000; i++) buf_lit(&deep, "<b>");
	buf_lit(&deep, "<img src=//undeclared.test>");
	assert_false(registry_check_markup(g, buf_str(&deep), &e));
	e = (struct err){ 0 };
	assert_false(registry_check_markup(g, str_make("<p>\0<img src=//undeclared.test>", 31), &e));
	registry_release(w->registries, g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reg_t13_t14_t15_every_position_that_fetches_is_looked_at, world_begin, world_end),
		cmocka_unit_test_setup_teardown(what_cannot_be_read_whole_is_refused, world_begin, world_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
