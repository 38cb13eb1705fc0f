"""The cookie policy page: content, languages, versions, history, difference, feed (POL-*). Test names carry the numbers of the
catalogue's cases."""
import html
import json
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest

from probe import World
from services import registry

PAGE = "/terms/cookies-policy/"
PLATFORM = ["sessionid", "django_language", "csrftoken", "cookies_preferences"]
H2 = ["What is a cookie?", "Kinds of cookies", "Cookies used on https://isoc.example", "Audience measurement", "Your choices",
      "Configuring your browser", "Changes to this policy", "Contact"]


@pytest.fixture(scope="module")
def policy(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("policy"))
    world.fixture(domains=[{"host": "tags.example", "settings": {"policy.authoritative": "en"}}])
    yield world
    world.stop()


def article(text):
    found = re.search(r'<article class="wide legal">(.*)</article>', text, re.S)
    assert found, text[:2000]
    return found.group(1)


def strip(markup):
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", markup))).strip()


def headings(text, level):
    return [strip(h) for h in re.findall(rf"<h{level}[^>]*>(.*?)</h{level}>", article(text), re.S)]


def rows(text):
    """Of the tables of items: the cells of each row that is no detail and no head."""
    out = []
    for body in re.findall(r"<tbody>(.*?)</tbody>", article(text), re.S):
        for row in re.findall(r"<tr>(.*?)</tr>", body, re.S):
            out.append([strip(c) for c in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.S)])
    return out


def get(policy, host, path=PAGE, **headers):
    return policy.client(host).get(path, headers={k.replace("_", "-"): v for k, v in headers.items()})


class Nesting(HTMLParser):
    """Elements that are closed in the wrong order or not at all."""
    VOID = {"meta", "link", "br", "input", "img", "path", "hr"}

    def __init__(self):
        super().__init__()
        self.open, self.faults, self.ids = [], [], []

    def handle_starttag(self, tag, attrs):
        self.ids += [v for k, v in attrs if k == "id"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in self.VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> at {self.getpos()}")


def test_pol_t01_sections_in_order_and_no_cookie(policy):
    answer = get(policy, "isoc.example")
    assert answer.status_code == 200 and "Set-Cookie" not in answer.headers
    assert headings(answer.text, 1) == ["Cookies policy"] and headings(answer.text, 2) == H2
    assert headings(answer.text, 3) == ["Necessary cookies", "Statistical cookies", "Internal cookies (first-party)", "Third-party cookies"]
    text = article(answer.text)
    assert text.index("Download as PDF") < text.index("<h1")
    assert "for web analytics" in text and "They are kept for 760 days" in text
    assert 'href="https://isoc.example"><bdi dir="ltr">https://isoc.example</bdi></a>' in text
    assert len(answer.content) <= 60 * 1024
    assert len(answer.content) == len(get(policy, "isoc.example").content)


def test_pol_t01_the_page_is_well_formed_and_for_everyone(policy):
    answer = get(policy, "isoc.example")
    nesting = Nesting()
    nesting.feed(answer.text)
    assert not nesting.faults and not nesting.open and len(nesting.ids) == len(set(nesting.ids))
    again = get(policy, "isoc.example")
    assert again.content == answer.content and "public" in again.headers["Cache-Control"]
    assert 'name="robots"' not in answer.text and 'rel="alternate" type="application/json"' in answer.text
    assert "Sec-GPC" in answer.headers["Vary"] and "Cookie" in answer.headers["Vary"]
    local = re.findall(r'(?:src|href)="(//[^"]*|http[^"]*)"', answer.text)
    assert all(not re.search(rf'<(?:script|link rel="stylesheet"|img)[^>]*{re.escape(u)}', answer.text) for u in local)


def test_pol_4_without_measurement_the_clause_is_gone(policy):
    text = get(policy, "delwp.example").text
    assert "for web analytics" not in text and "This site uses cookies so that it works properly." in text
    assert "This site does not measure its audience." in text


def test_pol_t02_table(policy):
    text = get(policy, "isoc.example").text
    columns = [strip(h) for h in re.findall(r'<th scope="col">(.*?)</th>', text)]
    assert columns == ["Service provider", "Function and location", "Cookie name(s)", "Purposes", "Duration"]
    table = rows(text)
    assert [r[2] for r in table] == PLATFORM
    assert all(r[1].endswith("(front and back office)") for r in table[:3]) and table[3][1].endswith("(front office)")
    assert [r[3] for r in table] == [
        "Keeps you signed in from one page to the next.", "Remembers the language you chose.",
        "Lets the pages call the API on your behalf while preventing other sites from doing so.", "Remembers your choices about cookies."]
    assert '<th scope="row"><code translate="no" dir="ltr">sessionid</code></th>' in text
    assert '<data value="1209600">14 days</data>' in text and "182 days" in text
    assert text.count('<tr class="detail">') == 4 and "HttpOnly" in text
    assert [r[2] for r in rows(get(policy, "delwp.example").text)] == ["sessionid", "csrftoken", "cookies_preferences"]


@pytest.mark.parametrize("path,headers", [(PAGE + "?flg=fr-fr", {}), (PAGE, {"Accept_Language": "fr"})])
def test_pol_t03_fully_french(policy, path, headers):
    answer = get(policy, "isoc.example", path, **headers)
    assert '<html lang="fr" dir="ltr"' in answer.text and answer.headers["Content-Language"] == "fr"
    english = get(policy, "isoc.example").text
    sentences = {strip(p) for p in re.findall(r"<(?:p|li|dd|dt|h[1-3]|td|th)\b[^>]*>(.*?)</(?:p|li|dd|dt|h[1-3]|td|th)>", article(english), re.S)}
    french = {strip(p) for p in re.findall(r"<(?:p|li|dd|dt|h[1-3]|td|th)\b[^>]*>(.*?)</(?:p|li|dd|dt|h[1-3]|td|th)>", article(answer.text), re.S)}
    same = {s for s in sentences & french if len(s.split()) > 2}
    assert not same, f"not translated: {same}"


def test_pol_t04_arabic_reads_from_the_right(policy):
    answer = get(policy, "tags.example", PAGE + "?flg=ar")
    assert '<html lang="ar" dir="rtl"' in answer.text
    names = re.findall(r"<code ([^>]*)>sessionid</code>", answer.text)
    assert names and all('dir="ltr"' in n and 'translate="no"' in n for n in names)
    assert '<bdi dir="ltr">https://tags.example</bdi>' in answer.text


def test_pol_t05_another_language_falls_back_and_says_so(policy):
    answer = get(policy, "isoc.example", PAGE + "?flg=xx")
    assert answer.status_code == 200 and 'class="notice"' in article(answer.text)
    assert "not available in the language asked for" in answer.text
    assert "not available" not in get(policy, "isoc.example", PAGE + "?flg=fr-ca").text


def test_pol_12_translations_say_so(policy):
    text = article(get(policy, "tags.example", PAGE + "?flg=fr").text)
    assert 'class="notice"' in text and 'href="/terms/cookies-policy/?flg=en"' in text
    assert 'class="notice"' not in article(get(policy, "tags.example", PAGE + "?flg=en").text)
    status = strip(re.search(r'<p class="notice">.*?</p>', text).group(0))
    policy.fixture(domains=[{"host": "tags.example", "settings": {"policy.reviewed": "fr, ar"}}])
    reviewed = strip(re.search(r'<p class="notice">.*?</p>', get(policy, "tags.example", PAGE + "?flg=fr").text).group(0))
    assert reviewed != status


def test_pol_t06_the_older_address_leads_here(policy):
    answer = get(policy, "isoc.example", "/terms/cookies-information?flg=fr")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/terms/cookies-policy/?flg=fr")


def test_pol_t07_t08_versions_change_together_and_stay(policy):
    before = get(policy, "tags.example").text
    first = get(policy, "tags.example", PAGE + "v/1/").text
    version = int(re.search(r"Version (\d+), in force", before).group(1))
    policy.advance(3600)
    policy.fixture(registries=[{"host": "tags.example", "registry": registry(), "note": "Two services of others."}])
    now = get(policy, "tags.example").text
    assert f"Version {version + 1}, in force" in now
    assert ["_pk_id.*", "VISITOR_INFO1_LIVE"] == [r[2] for r in rows(now) if r[2] in ("_pk_id.*", "VISITOR_INFO1_LIVE")]
    assert "matomo_seen" in now and "localStorage" in now and "Its own policy:" in now and "only if you agree" in now
    declared = json.loads(get(policy, "tags.example", "/.well-known/cookies.json").text)
    assert declared["policy"]["version"] == version + 1 and declared["hash"] in now
    pdf = get(policy, "tags.example", "/terms/cookies-policy.pdf")
    assert f"-v{version + 1}.pdf" in pdf.headers["Content-Disposition"]
    # Frozen: what was there is there, but for the line that says it is over.
    old = get(policy, "tags.example", PAGE + "v/1/").text
    assert "superseded on" in old and "VISITOR_INFO1_LIVE" not in old and 'content="noindex"' in old
    assert rows(old) == rows(first)
    difference = get(policy, "tags.example", f"{PAGE}diff/1..{version + 1}/")
    text = article(difference.text)
    assert difference.status_code == 200 and "<ins>" in text and "Added:" in text and "VISITOR_INFO1_LIVE" in text
    assert '<span class="label">added: </span>' in text
    machine = get(policy, "tags.example", f"{PAGE}diff/1..{version + 1}/", Accept="application/json")
    assert machine.headers["Content-Type"] == "application/json"
    assert any(d["change"] == "added" and d["id"] == "youtube" for d in machine.json()["differences"])
    assert "html" in get(policy, "tags.example", f"{PAGE}diff/1..{version + 1}/").headers["Content-Type"]


@pytest.mark.parametrize("path", ["v/999/", "v/0/", "v/-1/", "v/1e0/", "v/01x/", "diff/1..999/", "diff/1../", "diff/..1/", "diff/1/", "diff/a..b/"])
def test_pol_t08_what_is_not_there(policy, path):
    assert get(policy, "isoc.example", PAGE + path).status_code == 404


def test_pol_19_history_and_feed(policy):
    text = article(get(policy, "tags.example", PAGE + "history/").text)
    assert "Two services of others." in text and "Material change" in text and 'diff/' in text and "In force" in text
    answer = get(policy, "tags.example", PAGE + "history.atom")
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    feed = ET.fromstring(answer.content)
    atom = "{http://www.w3.org/2005/Atom}"
    entries = feed.findall(atom + "entry")
    assert len(entries) >= 2 and entries[0].find(atom + "summary").text == "Two services of others."
    ids = [e.find(atom + "id").text for e in entries]
    assert len(set(ids)) == len(ids) and all(i.startswith("https://tags.example/terms/cookies-policy/v/") for i in ids)
    for element in ("id", "title", "updated", "author"):
        assert feed.find(atom + element) is not None


def addition(text, where="after", languages=("en", "fr")):
    return {"services": [], "items": [], "additions": {where: {lang: text for lang in languages}}}


def test_pol_t09_t10_additions_are_text_and_change_nothing(policy):  # POL-T09, POL-T10
    words = "# Our own\n\nRead **this** and [that](https://x.example/).\n\n<style>table{display:none}</style> <script>alert(1)</script>\n\n| A | B |\n|---|---|\n| 1 | 2 |"
    before = get(policy, "isoc.example").text
    french = words.replace("Our own", "Chez nous").replace("Read", "Lisez").replace("this", "ceci").replace("and", "et").replace("that", "cela")
    policy.fixture(registries=[{"host": "isoc.example", "registry": {"services": [], "items": [], "additions": {"after": {"en": words, "fr": french}}}}])
    text = article(get(policy, "isoc.example").text)
    assert "<script>" not in text and "<style>" not in text and "&lt;style&gt;table{display:none}&lt;/style&gt;" in text
    assert "<strong>this</strong>" in text and '<a rel="noopener noreferrer" href="https://x.example/">that</a>' in text
    assert [strip(h) for h in re.findall(r"<h3[^>]*>(.*?)</h3>", text)][-1] == "Our own"
    assert rows(get(policy, "isoc.example").text)[:4] == rows(before)[:4]
    at = headings(get(policy, "isoc.example").text, 2)
    assert at == [*H2[:6], "Additional information from this portal", *H2[6:]]


@pytest.mark.parametrize("text,words", [
    ("![a](https://x.example/a.png)", "picture"), ("[a](javascript:alert(1))", "link leads"), ("- a\n  - b\n    - c\n      - d\n        - e", "nested too deep")])
def test_pol_t09_what_is_refused(policy, text, words):
    with pytest.raises(AssertionError, match=words):
        policy.fixture(registries=[{"host": "delwp.example", "registry": addition(text, languages=("en",))}])


def test_pol_t14_each_host_its_own(policy):
    solo, other = (get(policy, h).text for h in ("solo.portal.example", "other.portal.example"))
    assert "Cookies used on" in solo and "https://solo.portal.example" in solo and "https://other.portal.example" not in article(solo)
    assert "https://other.portal.example" in other
    hashes = [re.search(r"sha256-[0-9a-f]{64}", t).group(0) for t in (solo, other)]
    assert hashes[0] != hashes[1]


def test_pol_9_what_this_reader_chose_is_theirs_alone(policy):
    policy.fixture(registries=[{"host": "tags.example", "registry": registry()}])
    neutral = get(policy, "tags.example")
    signal = get(policy, "tags.example", Sec_GPC="1")
    assert "Global Privacy Control</" not in article(neutral.text) and "Your browser sends a privacy signal" not in neutral.text
    assert "Your browser sends a privacy signal" in signal.text and "private" in signal.headers["Cache-Control"]
    assert get(policy, "tags.example").content == neutral.content


def test_pol_t12_and_print(policy):
    """Without style and script: everything is in the HTML; the print style sheet shows details and repeats heads."""
    answer = get(policy, "isoc.example")
    assert "<details" not in article(answer.text)
    sheet = get(policy, "isoc.example", re.search(r'href="(/assets/style[^"]+)"', answer.text).group(1)).text
    printed = sheet[sheet.index("@media print"):]
    assert "table-header-group" in printed and "attr(href)" in printed


def test_pol_11_a_policy_kept_elsewhere_changes_the_footer_only(policy):
    policy.fixture(domains=[{"host": "other.portal.example", "settings": {"policy.elsewhere": "https://legal.example/cookies"}}])
    text = get(policy, "other.portal.example").text
    assert headings(text, 1) == ["Cookies policy"] and 'href="https://legal.example/cookies"' in article(text)
    assert '<li><a href="https://legal.example/cookies"' in text[text.index("<footer"):]
    policy.fixture(domains=[{"host": "other.portal.example", "settings": {"policy.elsewhere": "javascript:alert(1)"}}])
    assert "javascript:" not in get(policy, "other.portal.example").text
