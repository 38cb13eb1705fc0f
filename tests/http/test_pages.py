"""Content pages as strangers and editors meet them: what stays of a publisher's HTML, who reads and edits, revisions, two editors at
once, the editor without script, the first page."""
import html
import html.parser
import json
import re

import pytest

from conftest import stoa
from probe import ADA, GRACE, PASSWORD, ROOT_USER

HOST = "isoc.example"
EDITOR = "edith@isoc.example"


@pytest.fixture(scope="module")
def pages(world, tmp_path_factory):
    """The world with a dataset, an editor who may make and publish pages, and a few pages put by the command line."""
    folder = tmp_path_factory.mktemp("pages")
    world.fixture(domains=[], users=[{"host": HOST, "email": EDITOR, "name": "Edith", "password": PASSWORD, "role": "member"}])
    source = folder / "rivers.csv"
    source.write_text("river,land,length\nRhine,DE,1233\nSeine,FR,777\nLoire,FR,1006\n<b>Styx</b>,GR,14\n", encoding="utf-8")
    stoa(world.data, "publish", source, "--portal", HOST, "--id", "rivers", "--title", "Rivers of Europe", "--meta", "theme=Environment",
         "--meta", "publisher=Water office")
    stoa(world.data, "publish", source, "--portal", HOST, "--id", "secret", "--title", "Secret rivers")
    stoa(world.data, "secure", "secret", "--portal", HOST, "--restricted")
    stoa(world.data, "user", "change", EDITOR, "--portal", HOST, "--permissions", "create_page,publish_page,manage_page")
    return Pages(world, folder)


class Pages:
    def __init__(self, world, folder):
        self.world, self.folder = world, folder

    def put(self, slug, doc, *options, check=True):
        file = self.folder / f"{slug}.json"
        file.write_text(json.dumps({"title": {"en": slug}, **doc}), encoding="utf-8")
        return stoa(self.world.data, "page", "put", file, "--portal", HOST, *options, check=check)

    def show(self, slug, doc):
        self.put(slug, doc, "--public", "--publish")
        answer = self.world.client(HOST).get(f"/pages/{slug}/")
        assert answer.status_code == 200, answer.text[:1000]
        return answer.text

    def text(self, slug, content, **more):
        page = self.show(slug, {"kind": "text", "content": {"en": content}, **more})
        return page[page.index('<div class="prose">'):page.index("</article>")]

    def editor(self, who=EDITOR):
        c = self.world.client(HOST)
        c.sign_in(who)
        return c


class Tags(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


ATTACKS = [
    "<script>alert(1)</script>", "<SCRIPT SRC=//evil.test/x.js></SCRIPT>", "<img src=x onerror=alert(1)>", "<img/src='x'/onerror=alert(1)>",
    "<svg onload=alert(1)>", "<svg><script>alert(1)</script></svg>", "<math><mtext><img src=x onerror=alert(1)></mtext></math>",
    "<a href='javascript:alert(1)'>x</a>", "<a href='java\nscript:alert(1)'>x</a>", "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='&#x6A;avascript&colon;alert(1)'>x</a>", "<a href=' \x01javascript:alert(1)'>x</a>", "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='//evil.test/'>x</a>", "<a href='/\\evil.test/'>x</a>", "<a href='/\t/evil.test/'>x</a>", "<a href='vbscript:x'>x</a>",
    "<div style='position:fixed;inset:0'>x</div>", "<style>body{display:none}</style>", "<link rel=stylesheet href=//evil.test/x.css>",
    "<iframe src='https://evil.test/'></iframe>", "<iframe srcdoc='<script>alert(1)</script>'></iframe>", "<object data='x'></object>", "<embed src=x>",
    "<form action='https://evil.test/'><input name=q><button>Go</button></form>", "<button onclick=alert(1)>x</button>", "<base href='https://evil.test/'>",
    "<meta http-equiv=refresh content='0;url=https://evil.test/'>", "<img src='https://evil.test/pixel.gif' alt='a pixel'>",
    "<img src='//evil.test/pixel.gif'>", "<img srcset='https://evil.test/x 2x' src='/x.png'>", "<p onclick='alert(1)'>x</p>", "<p ONMOUSEOVER=alert(1)>x</p>",
    "<details open ontoggle=alert(1)>x</details>", "<video src=x onerror=alert(1)></video>", "<audio src='https://evil.test/x'></audio>",
    "<textarea></textarea><script>alert(1)</script>", "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<title><a href='</title><img src=x onerror=alert(1)>'></title>", "<!--><script>alert(1)</script>-->", "<!-- --!><script>alert(1)</script>",
    "<p title=\"'><script>alert(1)</script>\">x</p>", "<stoa-chart onclick=alert(1) style=color:red dataset=x></stoa-chart>",
    "<stoa-evil dataset=x></stoa-evil>", "<div id=main class='banner hero site'>x</div>", "<plaintext><b>x", "<table><td><script>alert(1)</script>",
    "<a href=x href='javascript:alert(1)'>x</a>", "<template><script>alert(1)</script></template>", "<xmp><script>alert(1)</script></xmp>",
    "<img src='data:text/html;base64,PHNjcmlwdD4='>", "<select><option><img src=x onerror=alert(1)></select>", "<a href='https://ok.test/' target=_top ping='https://evil.test/'>x</a>",
    "<div hidden=until-found onbeforematch=alert(1)>x</div>", "<h1 id='a b\"c'>x</h1>", "</div></div></article></main><h1>out</h1>",
]
FORBIDDEN_TAGS = {"script", "style", "link", "meta", "base", "iframe", "object", "embed", "form", "input", "button", "svg", "math", "video", "audio",
                  "textarea", "select", "template", "xmp", "plaintext", "noscript", "title", "stoa-evil"}


@pytest.mark.parametrize("kind", ["html", "markdown"])
def test_nothing_of_an_attack_stays(pages, kind):
    """All of them on one page, parted by paragraphs; each would show itself in the tags."""
    content = "\n\n".join(f"<p>{i}</p>\n\n{a}\n\n<p>after {i}</p>" for i, a in enumerate(ATTACKS) if "<plaintext" not in a and not a.startswith(("<!--", "</div>")))
    text = pages.text(f"attacks-{kind}", content, format=kind)
    for tag, attributes in Tags(text).found:
        assert tag not in FORBIDDEN_TAGS, tag
        assert not [n for n in attributes if n.startswith("on") or n in ("style", "target", "ping", "srcset", "srcdoc")], (tag, attributes)
        for name in ("href", "src"):
            value = attributes.get(name) or ""
            assert not re.match(r"\s*(javascript|vbscript|data:text|//|/\\)", value, re.I), (tag, value)
        if tag == "img":
            assert attributes["src"].startswith(("/", "data:image/")), attributes
        assert not set((attributes.get("class") or "").split()) & {"banner", "hero", "site"}
        assert not (attributes.get("id") or "p-").startswith("main")
    assert "a pixel" in text


@pytest.mark.parametrize("attack", [a for a in ATTACKS if "<plaintext" in a or a.startswith(("<!--", "</div>"))])
def test_what_would_swallow_or_end_a_page_does_not(pages, attack):
    text = pages.text("swallow", attack, format="html")
    assert not {t for t, _ in Tags(text).found} & FORBIDDEN_TAGS
    assert text.count("<div") <= text.count("</div>") + 2


def test_what_is_allowed_stays(pages):
    text = pages.text("allowed", "<h1>Big</h1><section class='page-cards c-mine'><figure><img src='/x.png' alt='X' width='10'><figcaption>C</figcaption></figure></section>"
                      "<a href='/explore/?a=1&amp;b=2'>in</a><a href='https://ok.test/'>out</a><a href='mailto:a@b.org'>m</a><h2 id='here'>H</h2><a href='#here'>h</a>"
                      "<table><tr><th scope='row'>a<td align='right'>1</table><stoa-chart dataset='rivers' x='land' config='{\"a\":1}' nope='1'><p>fallback</p></stoa-chart>"
                      "<details open><summary>S</summary>T</details>", format="html")
    tags = Tags(text).found
    for wanted in (("section", {"class": "page-cards c-mine"}), ("h2", {"id": "p-here"}), ("a", {"href": "#p-here"}),
                   ("a", {"href": "/explore/?a=1&b=2"}), ("stoa-chart", {"dataset": "rivers", "x": "land", "config": '{"a":1}'})):
        assert wanted in tags, (wanted, tags)
    assert ("a", {"href": "https://ok.test/", "rel": "noopener"}) in tags and "<h1" not in text and "fallback" in text


def test_markdown_has_tables_strikethrough_and_links(pages):
    text = pages.text("markdown", "# T\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n~~gone~~ https://ok.test/x\n\n<b>{{portal.title}}</b> {{count.datasets}} {{nothing.known}}")
    assert "<table>" in text and "<del>gone</del>" in text and 'href="https://ok.test/x"' in text
    assert "<strong>Internet Society</strong> 1 {{nothing.known}}" in text


GRID = {"kind": "grid", "sections": [
    {"blocks": [{"type": "filters", "dataset": "rivers", "fields": "land"}]},
    {"blocks": [{"type": "kpi", "title": "Total", "dataset": "rivers", "function": "sum", "field": "length", "unit": "km", "compare": "ratio", "compare_label": "of all"},
                {"type": "kpi", "title": "French", "dataset": "rivers", "conditions": [{"field": "land", "is": "eq", "value": ["FR"]}, {"field": "length", "is": "gt", "value": ["1000"]}]},
                {"type": "kpi", "title": "Or", "dataset": "rivers", "conditions": [{"field": "land", "is": "eq", "value": ["DE", "GR"]}, {"field": "river", "is": "contains", "value": ["seine"], "or": True}]},
                {"type": "kpi", "title": "Hidden", "dataset": "secret"}]},
    {"title": "More", "ground": "soft", "blocks": [
        {"type": "chart", "title": "By land", "dataset": "rivers", "x": "land", "x_label": "Land", "y_label": "Rivers", "sort": "largest"},
        {"type": "table", "title": "All", "dataset": "rivers", "fields": "river, length", "sort": "-length", "limit": 3},
        {"type": "records", "title": "List", "dataset": "rivers", "title_field": "river"}, {"type": "text", "text": {"en": "**bold**"}}]},
    {"blocks": [{"type": "counters"}, {"type": "themes"}, {"type": "latest", "limit": 3}, {"type": "publishers"}]},
    {"blocks": [{"type": "search"}, {"type": "reuses"}, {"type": "popular"}, {"type": "card", "title": "Card", "link": "/explore/", "icon": "map"}]},
    {"blocks": [{"type": "image", "src": "/x.png", "alt": "An X"}, {"type": "embed", "src": "https://evil.test/", "title": "Evil"}, {"type": "separator"},
                {"type": "map", "title": "Map", "dataset": "rivers"}]}]}


def values(page):
    return [re.sub(r"<[^>]+>", "", v).strip() for v in re.findall(r'<p class="value">(.*?)</p>', page)]


def test_a_grid_is_whole_without_script(pages):
    page = pages.show("grid", GRID)
    assert values(page) == ["3,030 km", "1", "3"]
    assert "100</bdi> % of all" in page
    assert page.count("This part shows data that is not there, or not open to you.") == 1 and "Secret rivers" not in page
    assert re.search(r'<stoa-chart dataset="rivers" type="column" x="land" function="count".*?<th scope="row"><bdi>FR</bdi></th><td class="page-number"><bdi>2</bdi>', page)
    assert re.findall(r"<td><bdi>(\w+)</bdi></td><td class=\"page-number\"><bdi>([\d,]+)", page) == [("Rhine", "1233"), ("Loire", "1006"), ("Seine", "777")]
    assert "&lt;b&gt;Styx&lt;/b&gt;" in page and "<b>Styx" not in page
    assert "evil.test" not in page and 'alt="An X"' in page and "<strong>bold</strong>" in page


def test_filters_of_a_page_are_in_its_address(pages):
    pages.show("grid", GRID)
    page = pages.world.client(HOST).get("/pages/grid/?refine.land=FR&refine.river=Seine").text
    assert values(page)[:2] == ["1,783 km", "1"]
    assert '<option value="FR" selected>' in page and "58.8</bdi> % of all" in page


def test_a_bad_block_says_so_and_the_rest_stays(pages):
    page = pages.show("bad-block", {"kind": "grid", "sections": [{"blocks": [
        {"type": "kpi", "title": "A", "dataset": "rivers", "function": "sum", "field": "nothing"},
        {"type": "kpi", "title": "B", "dataset": "rivers", "conditions": [{"field": "length", "is": "gt", "value": ["many"]}]},
        {"type": "kpi", "title": "C", "dataset": "rivers"}, {"type": "kpi", "title": "D", "dataset": "never-was"}]}]})
    assert values(page) == ["4"] and page.count('class="calm"') == 3
    # Why is said to who writes pages, and not to readers: it may name a field that they do not know of.
    assert "This cannot be shown" in page and "many" not in page


@pytest.mark.parametrize("doc, said", [
    ({"kind": "grid", "sections": [{"blocks": [{"type": "kpi", "title": "x"}]}]}, "section 1, block 1, Dataset: is missing"),
    ({"kind": "grid", "sections": [{"blocks": [{"type": "kpi", "title": "x", "dataset": "d", "function": "sum"}]}]}, "section 1, block 1, Field: is missing"),
    ({"kind": "grid", "sections": [{"blocks": [{"type": "x"}]}]}, "section 1, block 1: this kind of block is not known x"),
    ({"kind": "grid", "sections": [{"blocks": [{"type": "text", "text": "a"}] * 5}]}, "A section has one to four blocks."),
    ({"kind": "grid", "sections": [{"blocks": [{"type": "image", "src": "https://evil.test/x.png", "alt": "x"}]}]}, "pictures of other sites are not loaded"),
    ({"kind": "grid", "sections": [{"blocks": [{"type": "card", "title": "x", "link": "javascript:alert(1)"}]}]}, "Leads to: must be a path"),
    ({"kind": "grid", "sections": [{"blocks": [{"type": "table", "title": "x", "dataset": "d", "limit": 21}]}]}, "1 – 20"),
    ({"title": {}}, "Title: is missing"), ({"kind": "film"}, "Kind: is none of the choices film"),
])
def test_faults_name_section_block_and_field(pages, doc, said):
    done = pages.put("faulty", doc, "--publish", check=False)
    assert done.returncode == 1 and said in done.stderr, done.stderr


# --- who may --------------------------------------------------------------------------------------------------------------

def test_a_private_page_is_not_there_for_others(pages):
    pages.put("inner", {"kind": "text", "content": "hidden words"}, "--publish")
    stranger = pages.world.client(HOST)
    gone, never = stranger.get("/pages/inner/"), stranger.get("/pages/never-was/")
    assert gone.status_code == never.status_code == 404 and gone.text.replace("inner", "never-was") == never.text
    assert stranger.get("/pages/embed/inner/").status_code == 404
    assert pages.editor().get("/pages/inner/").status_code == 404
    root = pages.editor(ROOT_USER)
    answer = root.get("/pages/inner/")
    assert answer.status_code == 200 and "hidden words" in answer.text and answer.headers["Cache-Control"] == "private, no-store"


def test_a_page_has_a_stylesheet_of_its_own_that_reaches_nothing_else(pages):
    css = "h2 { color: #123456 } @import url(https://evil.example/x.css); p { background: url(https://evil.example/p.png) }"
    c, text = pages.world.client(HOST), pages.show("styled", {"kind": "text", "content": {"en": "## words"}, "css": {"en": css}})
    url = re.search(r'<link rel="stylesheet" href="(/pages/styled/page\.css\?[^"]*)"', text).group(1).replace("&amp;", "&")
    sheet = c.get(url)
    assert sheet.status_code == 200 and sheet.headers["Content-Type"].startswith("text/css")
    assert sheet.text.startswith(".content-page.content-page {") and "#123456" in sheet.text and "evil" not in sheet.text
    assert "page.css" in c.get("/pages/embed/styled/").text
    pages.show("styled", {"kind": "text", "content": {"en": "x"}, "css": {"en": "h2 { color: red } } body { display: none"}})
    assert "display" not in c.get("/pages/styled/page.css").text, "what closes the block and goes on is not sent"
    assert "page.css" not in pages.show("bare", {"kind": "text", "content": {"en": "x"}}) and c.get("/pages/bare/page.css").status_code == 404
    pages.put("unread", {"kind": "text", "content": {"en": "x"}, "css": {"en": "p { color: red }"}}, "--publish")
    assert c.get("/pages/unread/page.css").status_code == 404, "of a page that is not for everybody"


def test_short_addresses_and_frames(pages):
    pages.text("open", "words")
    c = pages.world.client(HOST)
    answer = c.get("/p/open/?a=1")
    assert answer.status_code == 301 and answer.headers["Location"].endswith("/pages/open/?a=1")
    frame = c.get("/pages/embed/open/")
    assert frame.status_code == 200 and "words" in frame.text and "frame-ancestors *" in frame.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in frame.headers and 'noindex' in frame.text
    assert "frame-ancestors 'self'" in c.get("/pages/open/").headers["Content-Security-Policy"]


def number_of(pages, c, slug):
    listed = c.get("/backoffice/pages/?q=" + slug).text
    return re.search(r'href="(/backoffice/pages/\d+/)"><bdi>' + slug, listed).group(1)


def new_page(c, title, template="dashboard"):
    made = c.form("/backoffice/pages/new/", {"title": title, "template": template})
    assert made.status_code == 303, made.text[:2000]
    return made.headers["Location"].split("?")[0]


def fields(page):
    """What a browser would send of the editor's form, without its buttons."""
    form = page[page.index('id="page-form"'):]
    form = form[:form.index("</form>")]
    found = {}
    for m in re.finditer(r"<(input|textarea|select)\b([^>]*)>", form):
        name = re.search(r'\bname="([^"]*)"', m.group(2))
        if not name:
            continue
        value = re.search(r'\bvalue="([^"]*)"', m.group(2))
        rest = form[m.end():]
        if m.group(1) == "textarea":
            found[name.group(1)] = html.unescape(rest[:rest.index("</textarea>")].lstrip("\n"))
        elif m.group(1) == "select":
            chosen = re.search(r'<option value="([^"]*)"[^>]*\bselected', rest[:rest.index("</select>")])
            first = re.search(r'<option value="([^"]*)"', rest)
            found[name.group(1)] = html.unescape((chosen or first).group(1))
        elif 'type="checkbox"' not in m.group(2) or "checked" in m.group(2):
            found[name.group(1)] = html.unescape(value.group(1)) if value else ""
    return found


def test_a_dashboard_is_made_without_script(pages):
    c = pages.editor()
    path = new_page(c, "Rivers at a glance", "empty")
    page = c.get(path).text
    for step in ({"do": "add-block:0", "s0.add": "kpi"}, {"do": "add-section", "add": "table"}, {"do": "up:1"}):
        answer = c.post(path, {**fields(page), **step})
        assert answer.status_code == 200, answer.text[:1500]
        page = answer.text
    assert "This is not saved yet." in page and c.get("/pages/rivers-at-a-glance/").status_code == 404
    given = {**fields(page), "s0.b0.title.en": "All rivers", "s0.b0.dataset": "rivers", "s1.b0.text.en": "Words first", "s1.b1.title.en": "How many"}
    answer = c.post(path, {**given, "do": "publish"})
    assert answer.status_code == 422 and "Section 2, Block 2, Dataset: is missing" in html.unescape(answer.text)
    assert "Words first" in answer.text
    answer = c.post(path, {**fields(answer.text), "s1.b1.dataset": "rivers", "do": "publish"})
    assert answer.status_code == 303 and "page-published-few" in answer.headers["Location"]
    shown = c.get("/pages/rivers-at-a-glance/").text
    assert values(shown) == ["4"] and shown.index("All rivers") < shown.index("Words first")
    assert pages.world.client(HOST).get("/pages/rivers-at-a-glance/").status_code == 404
    answer = c.form(path + "access/", {"open": "yes"})
    assert answer.status_code == 303 and pages.world.client(HOST).get("/pages/rivers-at-a-glance/").status_code == 200
    # The address stays as long as readers have it.
    assert c.form(path, {"do": "rename", "slug": "else"}, action=path + "do/").status_code == 409


def test_a_new_page_is_for_those_named_until_it_is_opened(pages):
    c = pages.editor()
    path = new_page(c, "For some", "text")
    answer = c.post(path, {**fields(c.get(path).text), "content.en": "a word", "do": "publish"})
    assert answer.status_code == 303 and "page-published-few" in answer.headers["Location"]
    assert "other readers do not find it" in c.get(answer.headers["Location"]).text
    assert 'name="for_all"' in c.get(path).text and pages.world.client(HOST).get("/pages/for-some/").status_code == 404
    answer = c.post(path, {**fields(c.get(path).text), "for_all": "on", "do": "publish"})
    assert answer.status_code == 303 and answer.headers["Location"].endswith("done=page-published")
    assert pages.world.client(HOST).get("/pages/for-some/").status_code == 200 and 'name="for_all"' not in c.get(path).text


def test_two_editors_lose_nothing(pages):
    c = pages.editor()
    path = new_page(c, "Together", "text")
    first, second = c.get(path).text, c.get(path).text
    assert c.post(path, {**fields(first), "content.en": "the first", "do": "save"}).status_code == 303
    answer = c.post(path, {**fields(second), "content.en": "the second", "do": "save"})
    assert answer.status_code == 422 and "the second" in answer.text and "Somebody else has saved this page" in answer.text
    assert "the first" in c.get(path).text
    answer = c.post(path, {**fields(answer.text), "do": "save-over"})
    assert answer.status_code == 303 and "the second" in c.get(path).text
    history = c.get(path + "history/").text
    assert history.count('name="number"') == 2
    number = re.findall(r'name="number" value="(\d+)"', history)[0]
    assert c.form(path + "history/", {"number": number}).status_code == 303 and "the first" in c.get(path).text


def test_rights_by_page(pages):
    c = pages.editor()
    path = new_page(c, "Shared work", "text")
    assert c.post(path, {**fields(c.get(path).text), "content.en": "ours", "do": "publish"}).status_code == 303
    ada = pages.world.client(HOST)
    ada.sign_in(ADA)
    assert ada.get("/pages/shared-work/").status_code == 404
    assert c.form(path + "access/", {"open": "no", "readers": ADA, "editors": ""}).status_code == 303
    assert ada.get("/pages/shared-work/").status_code == 200 and ada.get(path).status_code in (403, 404)
    answer = c.form(path + "access/", {"open": "no", "readers": "nobody@nowhere.org"})
    assert answer.status_code == 422 and "nobody@nowhere.org" in answer.text


def test_strangers_and_members_have_no_office(pages):
    assert pages.world.client(HOST).get("/backoffice/pages/").status_code == 303
    grace = pages.world.client(HOST)
    grace.sign_in(GRACE)
    for path in ("/backoffice/pages/", "/backoffice/pages/new/", "/backoffice/pages/1/"):
        assert grace.get(path).status_code == 403
    c = pages.editor()
    assert c.get(number_of(pages, pages.editor(ROOT_USER), "grid")).status_code == 404, "somebody else's page"


def test_a_removed_page_comes_back(pages):
    c = pages.editor()
    path = new_page(c, "Short lived", "text")
    answer = c.form(path, {"do": "remove"}, action=path + "do/")
    assert answer.status_code == 303 and c.get(path).status_code == 404
    number = answer.headers["Location"].split("undo=")[1]
    assert "Undo" in c.get(answer.headers["Location"]).text
    assert c.form(answer.headers["Location"], {"undo": number}, action="/backoffice/pages/").status_code == 303 and c.get(path).status_code == 200


def test_the_preview_is_cleaned_and_needs_a_token(pages):
    c = pages.editor()
    path = new_page(c, "Before", "text")
    doc = json.dumps({"title": "Before", "format": "html", "content": "<p onclick=x>shown</p><script>1</script>"})
    shown = c.form(path, {"doc": doc}, action="/pages/preview/")
    assert shown.status_code == 200 and "<p>shown</p>" in shown.text and "<script>1" not in shown.text
    assert c.post("/pages/preview/", {"doc": doc}).status_code == 403
    assert pages.world.client(HOST).post("/pages/preview/", {"doc": doc}).status_code in (303, 401, 403)


# --- the first page -------------------------------------------------------------------------------------------------------------

def test_the_first_page_is_what_the_setting_says(pages):
    c = pages.world.client(HOST)
    home = c.get("/").text
    assert "Rivers of Europe" in home and "Secret rivers" not in home and "Environment" in home and 'action="/explore/"' in home
    assert c.get("/?q=rivers&refine.theme=Environment").headers["Location"].endswith("/explore/?q=rivers&refine.theme=Environment")
    pages.text("welcome", "Welcome in")
    stoa(pages.world.data, "portal", "set", HOST, "--set", "root.page=welcome")
    assert "Welcome in" in c.get("/").text
    stoa(pages.world.data, "portal", "set", HOST, "--set", "root.page=catalogue")
    assert 'class="cards' in c.get("/").text
    stoa(pages.world.data, "portal", "set", HOST, "--set", "root.page=never-was")
    assert "Environment" in c.get("/").text
    stoa(pages.world.data, "portal", "set", HOST, "--set", "root.page=")
    assert "Nothing has been published here yet." in pages.world.client("solo.portal.example").get("/").text


def test_a_change_of_a_page_is_seen_at_once(pages):
    assert "one" in pages.text("fresh", "one")
    assert "two" in pages.text("fresh", "two")
    stoa(pages.world.data, "page", "publish", "fresh", "--portal", HOST, "--off")
    assert pages.world.client(HOST).get("/pages/fresh/").status_code == 404
    listed = stoa(pages.world.data, "page", "list", "--portal", HOST).stdout
    assert re.search(r"^fresh\ttext\tunpublished\tpublic\tfresh$", listed, re.M), listed
    stoa(pages.world.data, "page", "remove", "fresh", "--portal", HOST)
    assert "fresh" not in stoa(pages.world.data, "page", "list", "--portal", HOST).stdout
