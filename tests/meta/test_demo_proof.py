"""The browser proof on the portals of the demo, all of them, every time (REG-19): each one's jar is what its register says. The
portals are the demo's own, with their languages and settings; one small dataset stands for theirs."""
import json
import os
import signal
import subprocess

import pytest
import requests

ROOT = os.environ.get("STOA_ROOT", os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
BINARY = os.environ.get("STOA_BIN", os.path.join(ROOT, "build", "test", "stoa"))
WHOLE = bool(os.environ.get("STOA_WHOLE"))
with open(os.path.join(ROOT, "demo", "portals.json"), encoding="utf-8") as f:
    PORTALS = json.load(f)["portals"]
SMALLEST = min(PORTALS, key=lambda p: len(p["datasets"]))
# The same engine and jar as Chromium's, without its window: it takes less than half of the time.
SHELL = "/usr/bin/chromium-headless-shell"


def stoa(data, *words, good=(0,)):
    done = subprocess.run([BINARY, "--data", str(data), *map(str, words)], capture_output=True, text=True, timeout=1800)
    assert done.returncode in good, f"stoa {words}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("proof")
    data = folder / "data"
    (folder / "trees.csv").write_text("id,species\n1,Oak\n2,Lime\n", encoding="utf-8")
    for p in PORTALS:
        settings = {"languages": ",".join(p["languages"]), "timezone": p["timezone"], "theme.accent": p["accent"], **p.get("settings", {})}
        stoa(data, "portal", "add", p["host"], *(x for k, v in settings.items() for x in ("--set", f"{k}={v}")))
        stoa(data, "publish", folder / "trees.csv", "--portal", p["host"], "--id", "trees", "--title", "Trees")
    server = subprocess.Popen([BINARY, "--data", str(data), "serve", "--port", "0", "--announce", "--mail_folder", "mail"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for line in server.stdout:
        if line.startswith("READY "):
            break
    yield data, line.split()[1].rstrip("/")
    server.send_signal(signal.SIGTERM)
    _, said = server.communicate(timeout=120)
    assert server.returncode == 0, said[-4000:]


def how(portal):
    """Every state, on one page of each kind; with STOA_WHOLE set (`make nightly`) every address in the whole browser, the smallest
    portal in Firefox too."""
    if WHOLE:
        return [] if portal is SMALLEST else ["--firefox", "none"]
    return ["--quick", "--firefox", "none", *(["--chromium", SHELL] if os.path.exists(SHELL) else [])]


@pytest.mark.parametrize("portal", PORTALS, ids=lambda p: p["host"])
def test_reg_19_the_jar_of_a_demo_portal_is_its_register(demo, portal):
    data, url = demo
    result = json.loads(stoa(data, "crawl", "--portal", portal["host"], "--quiet", "--json", *how(portal), good=(0, 1)))
    assert result["differences"] == [] and result["result"] == "pass"
    names = {"sessionid", "csrftoken"} | ({"django_language"} if len(portal["languages"]) > 1 else set())
    assert set(result["seen"]) - {"cookies_preferences"} == names
    assert len(result["engines"]) == (2 if WHOLE and portal is SMALLEST else 1)
    port = url.rsplit(":", 1)[1]
    kept = requests.get(f"http://127.0.0.1:{port}/.well-known/cookies.json", headers={"Host": f"{portal['host']}:{port}"}, timeout=60).json()["verification"]
    assert kept["result"] == "pass" and kept["signature"].startswith("ed25519:")
