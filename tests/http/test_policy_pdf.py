"""The cookie policy as a PDF (PDF-*): what a browser gets, what the file promises, and what programs read out of it. There is no
validator of PDF/UA among Debian's packages; the rules that can be checked by reading the file are checked one by one."""
import concurrent.futures
import html
import re
import subprocess

import pytest

from policy_pdf import Pdf, text_of
from probe import World
from services import registry
from test_policy import article

PDF = "/terms/cookies-policy.pdf"
FOREIGN = {
    "el": "Η πολιτική μας για τα cookies, με όλους τους τόνους",
    "zh": "本网站的政策說明",
    "hi": "कुकीज़ का उपयोग क्यों करती है",
    "he": "מדיניות העוגיות של האתר",
    "th": "นโยบายคุกกี้ของเว็บไซต์นี้",
    "ja": "このサイトの方針です",
    "ko": "이 사이트의 정책입니다",
    "ru": "Политика сайта о файлах",
}


@pytest.fixture(scope="module")
def policy(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("pdf"))
    world.fixture(registries=[{"host": "tags.example", "registry": registry()}])
    yield world
    world.stop()


@pytest.fixture(scope="module")
def files(policy, tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")

    def fetch(host, lang, more=""):
        answer = policy.client(host).get(f"{PDF}?flg={lang}{more}")
        assert answer.status_code == 200, answer.text[:500]
        path = folder / f"{host}-{lang}{len(list(folder.iterdir()))}.pdf"
        path.write_bytes(answer.content)
        return path
    return fetch


def folded(text):
    return re.sub(r"\s+", " ", text).strip()


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_pdf_t01_download(policy):
    c = policy.client("isoc.example")
    answer = c.get(PDF)
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/pdf"
    assert re.fullmatch(r'attachment; filename="cookies-policy-isoc\.example-en-v\d+\.pdf"', answer.headers["Content-Disposition"])
    assert answer.content.startswith(b"%PDF-1.7\n") and len(answer.content) <= 400 * 1024
    assert "Set-Cookie" not in answer.headers
    assert c.get(PDF + "?disposition=inline&flg=fr-fr").headers["Content-Disposition"].startswith('inline; filename="cookies-policy-isoc.example-fr-v')
    assert "immutable" not in answer.headers["Cache-Control"]
    assert c.get(PDF + "?v=1").headers["Cache-Control"] == "public, max-age=86400, immutable"
    head = c.request("HEAD", PDF)
    assert head.status_code == 200 and int(head.headers["Content-Length"]) == len(answer.content) and not head.content


@pytest.mark.parametrize("host,lang", [("isoc.example", "en"), ("isoc.example", "fr"), ("tags.example", "ar")])
def test_pdf_t02_what_can_be_checked_of_the_standards(files, host, lang):
    path = files(host, lang)
    assert "No syntax or stream encoding errors" in run("qpdf", "--check", str(path))
    pdf = Pdf(path)
    cat = pdf.catalog
    assert pdf.get(cat["/MarkInfo"])["/Marked"] is True and text_of(cat["/Lang"]) == lang
    assert pdf.get(cat["/ViewerPreferences"])["/DisplayDocTitle"] is True
    assert "/Encrypt" not in pdf.trailer and len(pdf.trailer["/ID"]) == 2
    assert not {"/AcroForm", "/OpenAction", "/AA", "/Names"} & set(cat)
    xmp = pdf.stream(cat["/Metadata"]).decode()
    for mark in ("<pdfaid:part>2<", "<pdfaid:conformance>A<", "<pdfuaid:part>1<", "<dc:title>", f"<rdf:li>{lang}</rdf:li>", "pdfaExtension:schemas"):
        assert mark in xmp, mark
    info = pdf.get(pdf.trailer["/Info"])
    assert html.escape(text_of(info["/Title"]), quote=False) in xmp
    intent = pdf.get(cat["/OutputIntents"][0])
    profile = pdf.stream(intent["/DestOutputProfile"])
    assert intent["/S"] == "/GTS_PDFA1" and profile[36:40] == b"acsp" and int.from_bytes(profile[:4], "big") == len(profile)
    for reference in pdf.pages():
        page = pdf.get(reference)
        assert page["/Tabs"] == "/S" and "/StructParents" in page
        for note in map(pdf.get, page.get("/Annots", [])):
            assert note["/Subtype"] == "/Link" and note["/F"] & 4 and text_of(note["/Contents"]) and "/StructParent" in note
    assert not [o for o in pdf.objects.values() if "value" in o and isinstance(o["value"], dict) and o["value"].get("/S") in ("/JavaScript", "/Launch")]


@pytest.mark.parametrize("host,lang", [("isoc.example", "en"), ("tags.example", "fr"), ("tags.example", "ar")])
def test_pdf_t03_the_text_is_that_of_the_page(policy, files, host, lang):
    page = article(policy.client(host).get(f"/terms/cookies-policy/?flg={lang}").text)
    page = re.sub(r'<p class="tools">.*?</p>', "", page, flags=re.S)
    wanted = folded(html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"</?(?:p|h\d|td|th|tr|li|dt|dd|div|dl|ul|ol|caption|table|section)\b[^>]*>", " ", page))))
    pdf = Pdf(files(host, lang))
    read = folded(pdf.words(without=()))
    read = folded(re.sub("• ", "", read))
    assert read == wanted


def test_pdf_t04_every_script_can_be_read_back(policy, files, tmp_path):
    words = "\n\n".join(FOREIGN.values())
    policy.fixture(registries=[{"host": "delwp.example", "registry": {"services": [], "items": [], "additions": {"before": {"en": words}}}}])
    path = files("delwp.example", "en")
    text = folded(Pdf(path).words())
    for lang, sentence in FOREIGN.items():
        assert sentence in text, lang
    assert "\ufffd" not in text
    fonts = run("pdffonts", str(path)).splitlines()[2:]
    assert len(fonts) >= 6
    for line in fonts:
        embedded, subset, unicode = line.split()[-5:-2]
        assert (embedded, subset, unicode) == ("yes", "yes", "yes"), line
    arabic = files("tags.example", "ar")
    assert "\ufffd" not in Pdf(arabic).words()
    assert "sessionid" in run("pdftotext", "-enc", "UTF-8", str(arabic), "-")


def test_pdf_t04_a_letter_no_font_has_is_shown_as_missing(policy, files):
    policy.fixture(registries=[{"host": "solo.portal.example", "registry": {"services": [], "items": [], "additions": {"after": {"en": "Nushu \U0001B170 here."}}}}])
    assert "Nushu \ufffd here." in folded(Pdf(files("solo.portal.example", "en")).words())
    policy.server.log.seek(0)
    assert "policy.letters" in policy.server.log.read()


def test_pdf_t05_same_version_same_bytes(policy):
    c = policy.client("isoc.example")
    first = c.get(PDF + "?v=1&flg=en")
    policy.restart()
    policy.advance(3 * 86400)
    again = c.get(PDF + "?v=1&flg=en")
    assert again.content == first.content and again.headers["ETag"] == first.headers["ETag"] and first.headers["ETag"][0] == '"'
    fresh = c.get(PDF + "?v=1&flg=en", headers={"If-None-Match": first.headers["ETag"]})
    assert fresh.status_code == 304 and not fresh.content
    size = len(first.content)

    def part(field, **more):
        return c.get(PDF + "?v=1&flg=en", headers={"Range": field, **more})
    one = part("bytes=0-99")
    assert (one.status_code, one.content, one.headers["Content-Range"]) == (206, first.content[:100], f"bytes 0-99/{size}")
    assert part("bytes=-50").content == first.content[-50:] and part(f"bytes={size - 10}-").content == first.content[-10:]
    assert part(f"bytes=10-{size * 2}").content == first.content[10:]
    gone = part(f"bytes={size}-")
    assert gone.status_code == 416 and gone.headers["Content-Range"] == f"bytes */{size}"
    for odd in ("bytes=5-2", "bytes=0-1,4-5", "lines=0-1", "bytes=", "bytes=a-b", "bytes=--5"):
        assert part(odd).status_code == 200, odd
    assert part("bytes=0-9", **{"If-Range": '"other"'}).status_code == 200
    assert part("bytes=0-9", **{"If-Range": first.headers["ETag"]}).status_code == 206


@pytest.mark.parametrize("host,lang", [("isoc.example", "en"), ("tags.example", "ar")])
def test_pdf_t06_structure(files, host, lang):
    pdf = Pdf(files(host, lang))
    nodes = list(pdf.walk())
    kinds = [n[0] for n in nodes]
    assert kinds[0] == "Document" and kinds.count("H1") == 1
    level = 0
    for kind in kinds:
        if re.fullmatch(r"H\d", kind):
            assert int(kind[1]) <= level + 1, "a level of headings is skipped"
            level = int(kind[1])
    for table in (n for n in nodes if n[0] == "Table"):
        assert [c[0] for c in table[2]] == ["Caption", "THead", "TBody"]
        for group in table[2][1:]:
            for row in group[2]:
                assert row[0] == "TR" and sum(pdf.get(c[1].get("/A", {})).get("/ColSpan", 1) for c in row[2]) == 5
        for cell in (c for n in [table] for c in pdf.walk(n) if c[0] == "TH"):
            assert pdf.get(cell[1]["/A"])["/Scope"] in ("/Column", "/Row")
    for item in (n for n in nodes if n[0] == "LI"):
        assert [c[0] for c in item[2]] == ["Lbl", "LBody"]
    links = [n for n in nodes if n[0] == "Link"]
    assert len(links) >= 8
    for link in links:
        notes = [c for c in link[2] if isinstance(c, tuple) and c[0] == "OBJR"]
        assert notes and all(text_of(note[1]["/Contents"]) for note in notes)
        assert any(isinstance(c, str) and c.strip() for c in link[2])
    numbers = run("pdftotext", "-enc", "UTF-8", pdf.path, "-")
    assert len(pdf.pages()) >= 2 and (lang != "en" or f"Page 1 of {len(pdf.pages())}" in numbers)
    assert "Page 1 of" not in pdf.words()


def test_pdf_4_says_what_it_is(policy, files):
    text = folded(Pdf(files("isoc.example", "en")).words())
    page = policy.client("isoc.example").get("/terms/cookies-policy/").text
    version = re.search(r"Version (\d+), in force since", page).group(1)
    for fact in ("https://isoc.example", "English", f"Version {version}, in force since", f"https://isoc.example/terms/cookies-policy/v/{version}/",
                 re.search(r"sha256-[0-9a-f]{64}", page).group(0)):
        assert fact in text, fact


def test_pdf_t07_fifty_first_requests(policy):
    policy.fixture(registries=[{"host": "other.portal.example", "registry": {"services": [], "items": [], "additions": {"after": {"en": "Fifty."}}}}])
    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: policy.client("other.portal.example").get(PDF), range(50)))
    assert [a.status_code for a in answers] == [200] * 50
    assert len({a.content for a in answers}) == 1


def test_pdf_t08_an_earlier_version(policy, files):
    old, now = files("tags.example", "en", "&v=1"), files("tags.example", "en")
    assert "VISITOR_INFO1_LIVE" not in Pdf(old).words() and "VISITOR_INFO1_LIVE" in Pdf(now).words()


@pytest.mark.parametrize("query", ["flg=../../x", "flg=xx", "v=-1", "v=1e9", "v=0", "v=", "v=1000000000000000000000", "v=2%00", "flg="])
def test_pdf_t09_what_is_not_there(policy, query):
    answer = policy.client("isoc.example").get(f"{PDF}?{query}")
    assert answer.status_code in (404, 400) and answer.headers["Content-Type"].startswith("text/html")
    assert "src/" not in answer.text and "errno" not in answer.text
