"""The browser proof on portals of the demo (REG-19): each one's jar is what its register says. The
portals are the demo's own, with their languages and settings; one small dataset stands for theirs."""
import json
import os
import signal
import subprocess
import time

import pytest
import requests

ROOT = os.environ.get("STOA_ROOT", os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
BINARY = os.environ.get("STOA_BIN", os.path.join(ROOT, "build", "test", "stoa"))
with open(os.path.join(ROOT, "demo", "portals.json"), encoding="utf-8") as f:
    PORTALS = json.load(f)["portals"]


def stoa(data, *words, good=(0,)):
    done = subprocess.run([BINARY, "--data", str(data), *map(str, words)], capture_output=True, text=True, timeout=600)
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


def of_today():
    """One a day, in Chromium; with STOA_WHOLE set (`make nightly`) all of them, the smallest in Firefox too."""
    return PORTALS if os.environ.get("STOA_WHOLE") else [PORTALS[int(time.time() // 86400) % len(PORTALS)]]


@pytest.mark.parametrize("portal", of_today(), ids=lambda p: p["host"])
def test_reg_19_the_jar_of_a_demo_portal_is_its_register(demo, portal):
    both = os.environ.get("STOA_WHOLE") and portal is min(PORTALS, key=lambda p: len(p["datasets"]))
    browsers = [] if both else ["--firefox", "none"]
    data, url = demo
    result = json.loads(stoa(data, "crawl", "--portal", portal["host"], "--quick", "--quiet", "--json", *browsers, good=(0, 1)))
    assert result["differences"] == [] and result["result"] == "pass"
    names = {"sessionid", "csrftoken"} | ({"django_language"} if len(portal["languages"]) > 1 else set())
    assert set(result["seen"]) - {"cookies_preferences"} == names
    assert len(result["engines"]) == (1 if browsers else 2)
    port = url.rsplit(":", 1)[1]
    kept = requests.get(f"http://127.0.0.1:{port}/.well-known/cookies.json", headers={"Host": f"{portal['host']}:{port}"}, timeout=60).json()["verification"]
    assert kept["result"] == "pass" and kept["signature"].startswith("ed25519:")
