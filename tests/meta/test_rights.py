"""What a caller may see is decided in one room: no face takes a dataset out of the catalogue's view by itself."""
import os
import re

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# The command line is its owner's; pushing has keys of its own, and tells nothing of what it finds.
FACES = ("explore", "legacy", "front", "view", "visitor", "rest", "download", "push", "dcat", "export")
# Datasets out of a view: by name, by place, or by what a view says of them all.
TAKES = re.compile(r"\bcatalog_find_or_null\s*\(|\bview->(datasets|n|by_slug)\b|\bcatalog_hold\s*\(")


def takings(text):
    code = re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', " ", text, flags=re.S)
    return [m.group(0) for m in TAKES.finditer(code)]


def sources():
    for face in FACES:
        folder = os.path.join(ROOT, "src", face)
        for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            if name.endswith((".c", ".h")):
                yield os.path.join(folder, name)


def test_faces_reach_datasets_through_rights():
    found = []
    for path in sources():
        with open(path, encoding="utf-8") as f:
            found += [f"{os.path.relpath(path, ROOT)}: {t}" for t in takings(f.read())]
    assert not found, "use rights_find, rights_dataset_or_null or rights_datasets:\n" + "\n".join(found)


@pytest.mark.parametrize("text", ["d = catalog_find_or_null(v, slug);", "for (i = 0; i < v.at.view->n; i++)", "&at->view->datasets[i]"])
def test_the_look_finds_what_it_looks_for(text):
    assert takings(text)


def test_the_look_passes_over_words():
    assert not takings('/* catalog_find_or_null(x) */ say("view->datasets");')
