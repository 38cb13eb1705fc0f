"""The front end's own house rules hold, and each check can fail: every message in every language, scripts that keep
nothing on a reader's device and pass the type checker, a bundle whose bytes depend on its sources alone."""
import os
import re
import shutil
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def run(*command, cwd=ROOT):
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300)


@pytest.fixture
def house(tmp_path):
    """A copy of what the checks read, to be broken."""
    for folder in ("po", "scripts", "web", "src"):
        shutil.copytree(os.path.join(ROOT, folder), tmp_path / folder)
    os.symlink(os.path.join(ROOT, "node_modules"), tmp_path / "node_modules")
    return tmp_path


def check_po(house):
    return run("scripts/po-check", cwd=house)


def test_every_message_is_there_in_every_language():
    done = run("scripts/po-check")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("old,new,said", [
    ('msgstr "Rechercher"', 'msgstr ""', "untranslated: Search"),
    ('msgid "Search"\n', '#, fuzzy\nmsgid "Search"\n', "fuzzy: Search"),
    ('msgid "Search"\nmsgstr "Rechercher"\n', "", "missing: Search"),
    ("Traduit en {0}.", "Traduit.", "placeholders differ"),
    ('msgstr[1] "{0} jours"', 'msgstr[1] ""', "untranslated: {0} day"),
    ('msgstr "Rechercher"', 'msgstr " Rechercher"', "blank at an end"),
])
def test_a_gap_in_a_language_is_named(house, old, new, said):
    path = house / "po" / "fr.po"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    done = check_po(house)
    assert done.returncode != 0 and "po/fr.po" in done.stdout and said in done.stdout, done.stdout


def test_a_new_message_needs_its_translations(house):
    with open(house / "src" / "front" / "lost.c", "a", encoding="utf-8") as f:
        f.write('static const char *const fresh = N_("A sentence nobody translated");\n')
    done = check_po(house)
    assert done.returncode != 0 and done.stdout.count("missing: A sentence nobody translated") == 10


def test_forms_of_a_count_stand_together(house):
    with open(house / "src" / "front" / "lost.c", "a", encoding="utf-8") as f:
        f.write('void put(struct html *h) { html_say_plural(h, N_("{0} day"), N_("{0} days"), 2); }\n')
    done = check_po(house)
    assert done.returncode != 0 and "not two N_: {0} day" in done.stdout


def test_the_back_office_speaks_every_language(house):
    with open(house / "src" / "back" / "routes.c", "a", encoding="utf-8") as f:
        f.write('static const char *const fresh = N_("A sentence nobody translated");\n')
    done = check_po(house)
    assert done.returncode != 0 and done.stdout.count("missing: A sentence nobody translated") == 10


def bundle(house, out):
    return run("node", "scripts/assets.mjs", str(out), str(house / "web"), str(house / "po"), cwd=house)


def test_the_bundle_depends_on_its_sources_alone(house, tmp_path_factory):
    outs = [tmp_path_factory.mktemp("out") / "assets.h" for _ in range(2)]
    for out in outs:
        done = bundle(house, out)
        assert done.returncode == 0, done.stderr
    assert outs[0].read_bytes() == outs[1].read_bytes()
    assert len(re.findall(r"style\.[A-Z0-9]{8}\.css", outs[0].read_text())) > 0


@pytest.mark.parametrize("line", ["document.cookie = 'a=1'", "localStorage.setItem('a', '1')", "sessionStorage.a = 1", "indexedDB.open('x')",
                                  "cookieStore.set('a', 'b')", "caches.open('x')", "navigator.serviceWorker.register('/x')", "x.innerHTML = y", "eval (text)"])
def test_scripts_that_keep_something_do_not_build(house, tmp_path, line):  # REG-17
    with open(house / "web" / "parts" / "copy.ts", "a", encoding="utf-8") as f:
        f.write(line + "\n")
    done = bundle(house, tmp_path / "assets.h")
    assert done.returncode != 0 and "parts/copy.ts" in done.stderr


def test_missing_packages_are_named(house, tmp_path):
    os.remove(house / "node_modules")
    done = bundle(house, tmp_path / "assets.h")
    assert done.returncode != 0 and "esbuild is missing" in done.stderr and "scripts/setup" in done.stderr


def test_the_type_checker_is_silent():
    done = run("node_modules/.bin/tsc", "-p", "web")
    assert done.returncode == 0, done.stdout
