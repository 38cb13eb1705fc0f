"""The crawl tells lies from truth (REG-19): a small site of the test's own that keeps its word passes, and each way of breaking it is named.

The portals' own crawl is tests/browser/proof.test.mjs."""
import copy
import http.server
import json
import os
import threading

import pytest

from conftest import stoa

# For what is not about the browser itself: the same engine without a window starts in a third of the time.
SHELL = next(p for p in ("/usr/bin/chromium-headless-shell", "/usr/bin/chromium") if os.path.exists(p))
ITEM = {"id": "platform.sessionid", "kind": "cookie", "name": "sessionid", "match": "exact", "service": "platform", "party": "first",
        "legal_basis": "necessary", "lifetime": {"type": "persistent", "seconds": 1209600},
        "attributes": {"path": "/", "domain": None, "secure": True, "http_only": True, "same_site": "Lax"}}
LANGUAGE = {**copy.deepcopy(ITEM), "id": "platform.django_language", "name": "django_language", "lifetime": {"type": "persistent", "seconds": 31536000}}
GOOD = "django_language=fr; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax"
PAGE = """<!DOCTYPE html><title>t</title><script src=/s.js></script>{extra}<form method=post action=/set-language/><button name=language value=fr>f</button>
<button name=language value=auto>a</button></form>"""


class Site:
    """Answers every GET with one page; the language form sets and removes its cookie. `lies` add to it."""

    def __init__(self):
        self.extra, self.headers, self.cookie = "", [], GOOD
        self.asked = set()  # (what, language, signal)
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                site.asked.add((self.path, self.headers["Accept-Language"], self.headers["Sec-GPC"]))
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                for line in site.headers:
                    self.send_header("Set-Cookie", line)
                self.end_headers()
                self.wfile.write(PAGE.format(extra=site.extra).encode())

            def do_POST(self):
                asked = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self.send_response(303)
                self.send_header("Location", "/")
                self.send_header("Set-Cookie", "django_language=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax" if "auto" in asked else site.cookie)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def crawl(self, tmp_path, *options, items=(LANGUAGE,)):
        plan = {"origin": f"http://site.localhost:{self.server.server_port}", "host": "site.localhost", "languages": ["en", "fr"],
                "paths": ["/", "/a/"], "pages": ["/"], "back": [], "registry": {"hash": "sha256-x", "items": list(items), "services": []}}
        (tmp_path / "plan.json").write_text(json.dumps(plan))
        done = stoa(tmp_path / "none", "crawl", "--portal", "site.localhost", "--plan", tmp_path / "plan.json", "--quiet", *options, check=False)
        assert done.returncode in (0, 1), done.stderr
        return json.loads(done.stdout), done.returncode


@pytest.fixture
def site():
    made = Site()
    yield made
    made.server.shutdown()


def said(result):
    return " | ".join(d["what"] for d in result["differences"])


@pytest.mark.parametrize("options", [("--firefox", "none"), ("--chromium", "none")], ids=["chromium", "firefox"])
def test_reg_19_a_site_that_keeps_its_word_passes(site, tmp_path, options):
    result, code = site.crawl(tmp_path, *options)
    assert (result["result"], code, result["differences"]) == ("pass", 0, [])
    assert result["seen"] == ["django_language"] and result["steps"] > 8


# What is done, and what has to be said of it; lies that do not get in each other's way share a crawl.
LIES = {
    "strangers": (dict(headers=["_ga=1; Path=/", "django_language=en; Path=/; HttpOnly; SameSite=Lax"],
                       extra="<script>localStorage.x = 1</script><img src=http://elsewhere.test/p.gif>"),
                  ["_ga is not declared", "django_language is not permitted in this state", "storage is not empty: \"x\"",
                   "asked for http://elsewhere.test/p.gif"]),
    "attributes": (dict(cookie="django_language=fr; Path=/; Max-Age=33000000; SameSite=Strict", extra="<script>indexedDB.open('y')</script>"),
                   ["HttpOnly differs", "SameSite Strict", "kept longer than declared", "storage is not empty: \"indexedDB y\""]),
    "absence": (dict(cookie="other=fr; Path=/"), ["django_language is declared and was never seen", "other is not declared"]),
}


@pytest.mark.parametrize("lie", LIES)
def test_reg_19_every_lie_is_named(site, tmp_path, lie):
    for name, value in LIES[lie][0].items():
        setattr(site, name, value)
    result, code = site.crawl(tmp_path, "--chromium", SHELL, "--firefox", "none", "--quick")
    assert code == 1 and result["result"] == "fail"
    for named in LIES[lie][1]:
        assert named in said(result), said(result)
    # Every language meets both signals, and scripts, in a quick walk too.
    assert site.asked >= {("/", lang, signal) for lang in ("en", "fr") for signal in (None, "1")}
    assert {lang for path, lang, _ in site.asked if path == "/s.js"} == {"en", "fr"}


def test_reg_19_firefox_names_lies_too(site, tmp_path):
    site.headers, site.extra = ["_ga=1; Path=/"], "<img src=http://elsewhere.test/p.gif><script>localStorage.x = 1</script>"
    result, _ = site.crawl(tmp_path, "--chromium", "none", "--quick")
    for named in ("_ga is not declared", "asked for http://elsewhere.test", "storage is not empty"):
        assert named in said(result), said(result)
