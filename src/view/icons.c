/* Small drawings of one stroke, 24 units wide, in the colour of the text beside them. */
#include "view/view.h"

static const char *const drawings[ICONS] = {
	[ICON_SEARCH] = "<circle cx=\"11\" cy=\"11\" r=\"6.5\"/><path d=\"m16 16 4.5 4.5\"/>",
	[ICON_GLOBE] = "<circle cx=\"12\" cy=\"12\" r=\"9\"/><path d=\"M3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18\"/>",
	[ICON_CLOSE] = "<path d=\"m6 6 12 12M18 6 6 18\"/>",
	[ICON_CHECK] = "<path d=\"m5 12.5 4.5 4.5L19 7\"/>",
	[ICON_DOWN] = "<path d=\"m6 9 6 6 6-6\"/>",
	[ICON_FILTER] = "<path d=\"M4 6h16M7 12h10M10 18h4\"/>",
	[ICON_CALENDAR] = "<rect x=\"4\" y=\"5\" width=\"16\" height=\"15\" rx=\"1.5\"/><path d=\"M4 10h16M8.5 3v4M15.5 3v4\"/>",
	[ICON_ROWS] = "<path d=\"M4 6.5h16M4 12h16M4 17.5h16\"/>",
	[ICON_PEOPLE] = "<path d=\"m3 9.5 9-5 9 5H3ZM5.5 10v8M10 10v8M14 10v8M18.5 10v8M3 20.5h18\"/>",
	[ICON_TAG] = "<path d=\"M4 4h7l9 9-7 7-9-9V4Z\"/><circle cx=\"8.5\" cy=\"8.5\" r=\"1\"/>",
	[ICON_MAP] = "<path d=\"M12 21c4-5 6.5-8 6.5-11a6.5 6.5 0 0 0-13 0c0 3 2.5 6 6.5 11Z\"/><circle cx=\"12\" cy=\"10\" r=\"2.2\"/>",
	[ICON_CHART] = "<path d=\"M4 20h16M7 20v-7M12 20V5M17 20v-10\"/>",
	[ICON_CLOCK] = "<circle cx=\"12\" cy=\"12\" r=\"8.5\"/><path d=\"M12 7v5.5l3.5 2\"/>",
	[ICON_IMAGE] = "<rect x=\"3.5\" y=\"5\" width=\"17\" height=\"14\" rx=\"1.5\"/><path d=\"m4 17 5-5 4 4 3-3 4 4\"/><circle cx=\"15.5\" cy=\"9.5\" r=\"1.2\"/>",
	[ICON_DOWNLOAD] = "<path d=\"M12 4v11M7 10.5l5 5 5-5M4.5 20h15\"/>",
	[ICON_CODE] = "<path d=\"m8.5 7-5 5 5 5M15.5 7l5 5-5 5\"/>",
	[ICON_INFO] = "<circle cx=\"12\" cy=\"12\" r=\"8.5\"/><path d=\"M12 11v5.5M12 7.5v.5\"/>",
	[ICON_TABLE] = "<rect x=\"3.5\" y=\"5\" width=\"17\" height=\"14\" rx=\"1.5\"/><path d=\"M3.5 10h17M3.5 14.5h17M10 10v9\"/>",
	[ICON_ARROW_UP] = "<path d=\"M12 19V5M6 11l6-6 6 6\"/>",
	[ICON_ARROW_DOWN] = "<path d=\"M12 5v14M6 13l6 6 6-6\"/>",
	[ICON_BEFORE] = "<path d=\"m15 5-7 7 7 7\"/>",
	[ICON_NEXT] = "<path d=\"m9 5 7 7-7 7\"/>",
	[ICON_SCALES] = "<path d=\"M12 4v16M7 20h10M5 7h14M5 7l-2.5 7h5L5 7ZM19 7l-2.5 7h5L19 7Z\"/>",
	[ICON_LINK] = "<path d=\"M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1\"/>",
	[ICON_HOME] = "<path d=\"m4 11 8-7 8 7\"/><path d=\"M6 9.5V20h12V9.5M10 20v-5.5h4V20\"/>",
	[ICON_USERS] = "<circle cx=\"9\" cy=\"8.5\" r=\"3.5\"/><path d=\"M3 20c0-4 2.5-6 6-6s6 2 6 6M15.5 5.3a3.5 3.5 0 0 1 0 6.4M17 14.3c2.6.5 4 2.5 4 5.7\"/>",
	[ICON_USER] = "<circle cx=\"12\" cy=\"8.5\" r=\"4\"/><path d=\"M4.5 20.5c0-4.5 3-6.5 7.5-6.5s7.5 2 7.5 6.5\"/>",
	[ICON_KEY] = "<circle cx=\"8\" cy=\"15.5\" r=\"4\"/><path d=\"m11 12.5 8.5-8.5M16 7.5l3 3M13.5 10l2 2\"/>",
	[ICON_LOCK] = "<rect x=\"5\" y=\"11\" width=\"14\" height=\"9.5\" rx=\"1.5\"/><path d=\"M8 11V8a4 4 0 0 1 8 0v3\"/>",
	[ICON_MAIL] = "<rect x=\"3.5\" y=\"5.5\" width=\"17\" height=\"13\" rx=\"1.5\"/><path d=\"m4 7 8 6 8-6\"/>",
	[ICON_LIST] = "<path d=\"M9 6.5h11M9 12h11M9 17.5h11M4.5 6.5h.5M4.5 12h.5M4.5 17.5h.5\"/>",
	[ICON_SHIELD] = "<path d=\"M12 3.5 5 6v6c0 4.5 3 7 7 8.5 4-1.5 7-4 7-8.5V6l-7-2.5Z\"/><path d=\"m9 12 2.2 2.2L15.5 10\"/>",
	[ICON_GEAR] = "<circle cx=\"12\" cy=\"12\" r=\"3\"/><path d=\"M12 3.5v3M12 17.5v3M3.5 12h3M17.5 12h3M6 6l2.1 2.1M15.9 15.9 18 18M18 6l-2.1 2.1M8.1 15.9 6 18\"/>",
	[ICON_WARNING] = "<path d=\"M12 4 2.8 19.5h18.400L12 4Z\"/><path d=\"M12 10v4.5M12 17v.2\"/>",
	[ICON_PLUS] = "<path d=\"M12 5v14M5 12h14\"/>",
	[ICON_TRASH] = "<path d=\"M4.5 6.5h15M9 6.5V4h6v2.5M6.5 6.5l1 13.5h9l1-13.5M10.3 10.5v6M13.7 10.5v6\"/>",
	[ICON_MENU] = "<path d=\"M4 7h16M4 12h16M4 17h16\"/>",
	[ICON_SIGN_OUT] = "<path d=\"M14 4H5.5v16H14M10 12h10.5M17 8.5l3.5 3.5-3.5 3.5\"/>",
	[ICON_INBOX] = "<path d=\"M4 14 6.5 5h11L20 14v5.5H4V14Z\"/><path d=\"M4 14h5c0 1.7 1.3 3 3 3s3-1.3 3-3h5\"/>",
	[ICON_OUT] = "<path d=\"M13.5 5H19v5.5M19 5l-8.5 8.5M10 6H5v13h13v-5\"/>",
	[ICON_SHARE] = "<circle cx=\"6.5\" cy=\"12\" r=\"2.5\"/><circle cx=\"17\" cy=\"5.5\" r=\"2.5\"/><circle cx=\"17\" cy=\"18.5\" r=\"2.5\"/><path d=\"m8.7 10.7 6.1-3.8M8.7 13.3l6.1 3.8\"/>",
	[ICON_EDIT] = "<path d=\"M5 19h3.5L19 8.5 15.5 5 5 15.5V19ZM13.5 7l3.5 3.5\"/>",
};

void html_icon(struct html *h, enum view_icon icon)
{
	/* Arrows along the line of reading turn round with it. */
	if (icon == ICON_BEFORE || icon == ICON_NEXT || icon == ICON_SIGN_OUT)
		html_lit(h, "<svg class=\"icon turns\" viewBox=\"0 0 24 24\" aria-hidden=\"true\" focusable=\"false\">");
	else
		html_lit(h, "<svg class=\"icon\" viewBox=\"0 0 24 24\" aria-hidden=\"true\" focusable=\"false\">");
	html_put_literal(h, str_of(drawings[icon]));
	html_lit(h, "</svg>");
}
