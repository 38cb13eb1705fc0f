"""Why something failed is told in the language of whoever reads it: in lists, on the page of a dataset, in the log of a job, beside rows and fields,
in previews and letters. Programs get it in English. English sentences are looked for as they were stored, so a page that shows one is caught."""
import html
import re

import pytest
from conftest import stoa
from probe import ROOT_USER, World
from test_jobs import HOST, Source, doc, make, settled, source, well, work  # noqa: F401
from test_dataset_office import at, page, uid

LANGUAGES = ["fr", "de", "es", "it", "nl", "pt", "ca", "eu", "sv", "ar"]
SENTENCE = re.compile(r"[A-Z][a-z]+(?: [a-z]+){3,}")  # four English words in a row


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    made = World(tmp_path_factory.mktemp("reasons"), options=("--fetch_private", "--job_silence_s=2"))
    stoa(made.data, "portal", "set", HOST, "languages=en," + ",".join(LANGUAGES))
    yield made
    made.stop()


@pytest.fixture(scope="module")
def root(town):
    c = town.client(HOST)
    c.sign_in(ROOT_USER)
    return c


def words(text):
    """What a person reads on a page: its main part without scripts and tags."""
    main = re.search(r"<main\b.*?</main>", text, re.S)
    assert main, text[:500]
    plain = re.sub(r"<(script|style|code)\b.*?</\1>|<[^>]+>", " ", main.group(0), flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(plain)).replace("\u2068", "").replace("\u2069", "")


def told(root, path, reasons, lang):
    """The page in a language holds none of these English reasons."""
    said = words(page(root, f"{path}?flg={lang}"))
    for why in reasons:
        assert why not in said, (lang, path, why)
    return said


def told_everywhere(root, paths, reasons):
    """In English each page holds at least one of the reasons and each reason is on one; in other languages none is."""
    english = {path: words(page(root, f"{path}?flg=en")) for path in paths}
    for path, said in english.items():
        assert any(why in said for why in reasons), (path, reasons, said[:1500])
    for why in reasons:
        assert any(why in said for said in english.values()), (why, english)
    for lang in LANGUAGES:
        for path in paths:
            told(root, path, reasons, lang)


def test_a_publication_that_failed(town, root, source):  # noqa: F811
    d, slug = make(town, source, "Gone")
    Source.status = 404
    job = work(town, "put", dataset=d)["job"]
    now = settled(town, d)
    assert now["status"] == "error" and SENTENCE.search(now["message"]), now
    told_everywhere(root, ["/backoffice/datasets/", at(slug, "history"), "/backoffice/queue/", f"/backoffice/queue/{job}/"], [now["message"]])


def test_the_log_of_a_publication(town, root, source):  # noqa: F811
    d, slug = make(town, source, "Log")
    job = work(town, "put", dataset=d)["job"]
    assert settled(town, d)["status"] == "idle"
    again = work(town, "put", dataset=d, if_changed=True)["job"]
    settled(town, d)
    for one in (job, again):
        lines = [line if isinstance(line, str) else line.get("text", line) for line in work(town, "log", job=one)]
        assert lines
        told_everywhere(root, [f"/backoffice/queue/{one}/"], [line for line in lines if re.search(r"[A-Za-z]{3} [a-z]{2}", line)])


def test_rows_that_do_not_fit(town, root, source):  # noqa: F811
    Source.body = b"name,height,day\noak,20,2020-01-02\nlime,tall,2020-13-45\nash,3,yesterday\n"
    d, slug = make(town, source, "Rows")
    types = [{"type": "type", "field": name, "type_param": kind, "label": ""} for name, kind in (("height", "int"), ("day", "date"))]
    assert work(town, "write", dataset=d, doc={**doc(source), "fields": types}) is not None
    job = work(town, "put", dataset=d)["job"]
    settled(town, d)
    faults = {fault["message"] for fault in work(town, "faults", dataset=d)}
    assert len(faults) >= 2, faults
    told_everywhere(root, [f"/backoffice/datasets/{uid(root, slug)}/errors/", f"/backoffice/queue/{job}/"], faults)


def test_a_preview_that_cannot_be_made(town, root, source):  # noqa: F811
    d, slug = make(town, source, "Preview")
    Source.body, Source.status = b"", 403

    def notices(lang):
        text = page(root, at(slug, "sources") + f"?flg={lang}")
        return html.unescape(re.sub(r"<[^>]+>", " ", " ".join(re.findall(r'class="notice danger".*?</p>.*?</p>', text, re.S))))

    english = SENTENCE.findall(notices("en"))
    assert english
    for lang in LANGUAGES:
        said = notices(lang)
        assert said.strip() and not any(s in said for s in english), (lang, said)


def test_an_address_that_cannot_be_answered(town, root, source):  # noqa: F811
    d, slug = make(town, source, "Filter")
    work(town, "put", dataset=d)
    settled(town, d)
    path = f"/explore/dataset/{slug}/table/?refine.heigth=3&flg="
    told_of = {}
    for lang in ["en"] + LANGUAGES:
        answer = root.get(path + lang)
        told_of[lang] = words(answer.text)
        assert answer.status_code == 400 and "heigth" in told_of[lang], (lang, answer.status_code, told_of[lang][:500])
    why = re.search(r"([A-Z][^.]*heigth[^.]*?)\.? ", told_of["en"]).group(1)
    assert " " in why and not any(why in told_of[lang] for lang in LANGUAGES), why
