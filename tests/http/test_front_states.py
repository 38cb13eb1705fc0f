"""Every tab of every hard case (states.py) answers whole pages without a fault: what is not there is said, nothing is empty by accident,
and what may not be seen is not there."""
import html.parser
import re

import pytest
import states
from conftest import Server, stoa

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Page(html.parser.HTMLParser):
    """Counts what is open, and collects what is read."""

    def __init__(self, text):
        super().__init__()
        self.open, self.faults, self.links, self.text, self.dirs = [], [], [], [], set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag not in VOID and not (self.open and self.open[0] == "svg"):
            self.open.append(tag)
        if tag == "a" and attrs.get("href"):
            self.links.append(attrs["href"])
        if "style" in attrs:
            self.faults.append(f"<{tag} style>")

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> while {self.open[-3:]} are open")
        else:
            self.open.pop()

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hard")
    data = folder / "data"
    states.make(stoa, data, str(folder))
    running = Server(data)
    yield running
    running.stop()


def whole(answer, *also):
    assert answer.status_code in (200, *also), f"{answer.url}: {answer.status_code}"
    page = Page(answer.text)
    assert page.faults == [] and page.open == [], answer.url
    assert "</html>" in answer.text
    return page


@pytest.mark.parametrize("dataset", states.DATASETS)
def test_every_tab_of_a_hard_case_is_a_whole_page(server, dataset):
    base = f"/explore/dataset/{dataset}/"
    first = whole(server.get(base + "information/", host=states.HOST))
    # Forms about a dataset, and files of it, are no tabs.
    tabs = sorted({m.group(0) for m in (re.match(re.escape(base) + r"(?!citation|follow|feedback|reuse|record)[a-z]+/", link) for link in first.links) if m})
    assert base + "information/" in tabs
    if dataset == "withheld":
        assert tabs == [base + "information/"], "a dataset whose records are withheld is only described"
    for tab in tabs:
        for more in ("", "?flg=ar", "?q=zzzzzz", "?refine.name=nothing", "?sort=-name&start=40"):
            # An address that names a field the dataset does not have is told so.
            page = whole(server.get(tab + more, host=states.HOST), *([400] if "name" in more else []))
            assert any(word.strip() for word in page.text)


def test_a_dataset_without_records_says_so(server):
    assert "This dataset has no records." in server.get("/explore/dataset/none/table/", host=states.HOST).text


def test_a_dataset_one_may_not_see_is_not_there(server):
    never = server.get("/explore/dataset/unheard/information/", host=states.HOST)
    shut = server.get("/explore/dataset/shutout/information/", host=states.HOST)
    assert never.status_code == shut.status_code == 404
    assert never.text.replace("unheard", "X") == shut.text.replace("shutout", "X")


@pytest.mark.parametrize("path", ["/", "/explore/", "/explore/?q=anything", "/elements/"])
def test_a_portal_without_datasets_is_whole(server, path):
    page = whole(server.get(path, host=states.EMPTY))
    assert any("Nothing yet" in word for word in page.text)


@pytest.mark.parametrize("path", ["/", "/explore/", "/explore/?sort=title", "/explore/?q=register"])
def test_the_catalogue_of_hard_cases_is_whole(server, path):
    whole(server.get(path, host=states.HOST))


@pytest.mark.parametrize("path", ["?start=x", "?rows=-1", "?sort=;drop", "?refine.=x", "?refine.name=%00", "?q=%22%22%22", "?q=%FF%FE", "?geofilter.bbox=1,2", "?geofilter.polygon=(1,2)",
                                  "?q.range.value=value:[a+TO+b]", "?dataChart=%%%", "?dataChart=bm9uc2Vuc2U=", "?location=a,b,c", "?calendar=month:9999-99", "?columns=nope", "?as_of=999999"])
def test_a_spoilt_address_is_answered_calmly(server, path):
    for dataset in ("one", "broken"):
        for tab in ("information", "table", "export"):
            answer = server.get(f"/explore/dataset/{dataset}/{tab}/{path}", host=states.HOST)
            assert answer.status_code in (200, 302, 400, 404), f"{answer.url}: {answer.status_code}"
            assert Page(answer.text).faults == [], answer.url
