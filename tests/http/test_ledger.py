"""The ledger of consent from outside (§8.8 LED-*): its file, its verifier, its heads, its pages, and what a crash leaves."""
import base64
import hashlib
import json
import re
import signal
import subprocess
import threading

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from conftest import BINARY, stoa
from probe import PASSWORD, World, set_cookies
from services import registry
from test_consent import choose, entries, part

DAY = 86400
HOST = "tags.example"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    w = World(tmp_path_factory.mktemp("ledger"))
    w.fixture(registries=[{"host": HOST, "registry": registry()}])
    for i in range(12):
        c = w.client(HOST)
        choose(c, "accept_all", "first")
        if i % 3 == 0:
            choose(c, "refuse_all")
    yield w
    w.stop()


@pytest.fixture(scope="module")
def exported(world, tmp_path_factory):
    path = tmp_path_factory.mktemp("export") / "ledger.ndjson"
    stoa(world.data, "ledger", "export", "--portal", HOST, "--out", path)
    return path


def verify(path, *options):
    """Without a data folder."""
    done = subprocess.run([BINARY, "--data", "/nonexistent/folder", "ledger", "verify", str(path), *map(str, options)], capture_output=True, text=True,
                          timeout=60)
    return done.returncode, done.stdout + done.stderr


def edited(tmp_path, lines):
    path = tmp_path / "edited.ndjson"
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


def test_led_t01_recomputed_by_other_means(exported):
    head, *lines = exported.read_text().splitlines()
    head = json.loads(head)
    sha = lambda b: hashlib.sha256(b).digest()
    link = sha(b"ledger1\x1f" + HOST.encode())
    assert head["entries"] == len(lines) == 16
    for n, line in enumerate(lines, 1):
        entry = json.loads(line)
        text = json.loads(entry["json"])
        canonical = json.dumps(text, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert canonical == entry["json"] and text["seq"] == entry["seq"] == n and text["domain"] == HOST
        commit = sha(bytes.fromhex(entry["salt"]) + entry["json"].encode())
        link = sha(b"ledger1\x1f" + link + commit)
        assert commit.hex() == entry["commit"] and link.hex() == entry["hash"]
    assert link.hex() == head["head"]
    assert verify(exported) == (0, "The ledger holds: every entry, every link, every signature.\n")


def test_led_t02_one_byte(exported, tmp_path):
    lines = exported.read_bytes().splitlines()
    for at in (10, 60, 200, len(lines[5]) - 20):
        broken = list(lines)
        broken[5] = lines[5][:at] + bytes([lines[5][at] ^ 1]) + lines[5][at + 1:]
        code, said = verify(edited(tmp_path, broken))
        assert code == 1 and "entry 5" in said, said
    code, said = verify(edited(tmp_path, broken), "--json")
    assert code == 1 and json.loads(said)["seq"] == 5


def test_led_t03_deleted_swapped_cut(exported, tmp_path):
    lines = exported.read_bytes().splitlines()
    code, said = verify(edited(tmp_path, lines[:7] + lines[8:]))
    assert code == 1 and "breaks at entry 7" in said, said
    swapped = list(lines)
    swapped[8], swapped[9] = lines[9], lines[8]
    code, said = verify(edited(tmp_path, swapped))
    assert code == 1 and "breaks at entry 8" in said, said
    code, said = verify(edited(tmp_path, lines[:10]))
    assert code == 1 and "breaks at entry 10" in said and "ends after entry 9 of 16" in said, said
    cut = tmp_path / "cut.ndjson"
    cut.write_bytes(exported.read_bytes()[:-30])
    assert verify(cut)[0] == 1
    for rubbish in (b"", b"\n", b"{}\n", b"\xff\xfe\n", b'{"format":"stoa-consent-ledger/1"}\n'):
        cut.write_bytes(rubbish)
        assert verify(cut)[0] == 1, rubbish
    assert verify(tmp_path / "none.ndjson")[0] == 1


def test_con_29_a_head_kept_elsewhere_shows_a_new_past(world, exported, tmp_path):
    answer = world.client(HOST).get("/.well-known/consent-ledger-head.json")
    head = answer.json()
    assert answer.status_code == 200 and not set_cookies(answer) and set(head) == {"date", "domain", "head", "public_key", "signature"}
    kept = tmp_path / "head.json"
    kept.write_text(answer.text)
    assert verify(exported, "--head", kept)[0] == 0
    assert verify(exported, "--key", head["public_key"])[0] == 0
    other = world.client("isoc.example").get("/.well-known/consent-ledger-head.json").json()
    assert other["head"] == hashlib.sha256(b"ledger1\x1fisoc.example").hexdigest()
    assert verify(exported, "--key", other["public_key"])[0] == 1
    kept.write_text(json.dumps({**head, "head": "0" * 64}))
    assert verify(exported, "--head", kept)[0] == 1
    assert stoa(world.data, "ledger", "head", "--portal", HOST).stdout.strip() == answer.text


def test_con_29_a_signature_checks_by_other_means(world):
    """With the key of the head itself, by another library."""
    head = world.client(HOST).get("/.well-known/consent-ledger-head.json").json()
    raw = lambda s: base64.urlsafe_b64decode(s + "=" * (-len(s) % 4))
    message = json.dumps({k: head[k] for k in ("date", "domain", "head")}, separators=(",", ":")).encode()
    ed25519.Ed25519PublicKey.from_public_bytes(raw(head["public_key"])).verify(raw(head["signature"]), message)


def test_led_t04_what_an_entry_holds(world):
    for row in entries(world, HOST):
        text = json.loads(row["json"])
        assert set(text) == {"at", "choices", "domain", "event", "lang", "mechanism", "policy_epoch", "policy_version", "receipt", "registry_hash", "seq",
                             "signals", "ui_hash"}
        assert "198.51.100" not in row["json"] and "Mozilla" not in row["json"] and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:00Z", text["at"])


def test_led_t05_refusals_are_counted(world):
    before = len(entries(world, HOST))
    for _ in range(20):
        choose(world.client(HOST), "refuse_all", "first", epoch=2)
    world.restart()
    rows = [r for r in world.table("consent_count") if r["what"] == "refused" and r["lang"] == "en"]
    assert sum(r["n"] for r in rows) >= 20 and len(entries(world, HOST)) == before


def test_led_t07_after_the_time_of_proof(tmp_path):
    w = World(tmp_path)
    try:
        w.fixture(registries=[{"host": HOST, "registry": registry()}])
        c = w.client(HOST)
        choose(c, "accept_all", "first")
        choose(c, "refuse_all")
        w.advance(740 * DAY)
        w.ask("POST", "/upkeep")
        rows = entries(w, HOST)
        assert [r["json"] + r["salt"] + r["receipt"] for r in rows] == ["", ""] and all(len(r["link"]) == 64 for r in rows)
        assert w.table("consent_rendering") == []
        path = tmp_path / "late.ndjson"
        stoa(w.data, "ledger", "export", "--portal", HOST, "--out", path)
        assert verify(path)[0] == 0
        # A new name of the portal leaves the chain, and the signatures of its days, as they are.
        stoa(w.data, "portal", "hosts", HOST, "renamed.example", HOST)
        choose(w.client("renamed.example"), "accept_all", "first")
        stoa(w.data, "ledger", "export", "--portal", "renamed.example", "--out", path)
        assert verify(path) == (0, "The ledger holds: every entry, every link, every signature.\n")
        assert json.loads(path.read_text().splitlines()[0])["entries"] == 3
    finally:
        w.stop()


def test_led_t06_no_receipt_outlives_a_crash_that_the_ledger_lacks(tmp_path):
    w = World(tmp_path)
    try:
        w.fixture(registries=[{"host": HOST, "registry": registry()}])
        held, stop = [], threading.Event()

        def visit():
            while not stop.is_set():
                try:
                    c = w.client(HOST)
                    answer = c.post("/cookies/preferences/", {"action": "accept_all", "layer": "first", "epoch": 2, "return": "/"})
                    if answer.status_code == 303:
                        held.append(part(c.jar["cookies_preferences"], 5))
                except Exception:
                    return

        threads = [threading.Thread(target=visit) for _ in range(4)]
        for t in threads:
            t.start()
        while len(held) < 60 and any(t.is_alive() for t in threads):
            stop.wait(0.02)
        w.server.process.send_signal(signal.SIGKILL)
        w.server.process.wait()
        stop.set()
        for t in threads:
            t.join()
        w.server.session.close()
        w.server.log.close()
        w._start()
        path = tmp_path / "after.ndjson"
        stoa(w.data, "ledger", "export", "--portal", HOST, "--out", path)
        recorded = {json.loads(json.loads(line)["json"])["receipt"] for line in path.read_text().splitlines()[1:]}
        assert len(held) >= 60 and set(held) <= recorded
        assert verify(path)[0] == 0
    finally:
        w.stop()


def test_con_26_without_a_ledger_no_grant_and_every_withdrawal(tmp_path):
    """The table is taken away: a grant is refused with 503 and nothing set, a withdrawal counts at once and is written later."""
    import sqlite3
    w = World(tmp_path)
    try:
        w.fixture(registries=[{"host": HOST, "registry": registry()}])
        c = w.client(HOST)
        choose(c, "accept_all", "first")
        receipt = part(c.jar["cookies_preferences"], 5)
        with sqlite3.connect(w.data / "stoa.db", timeout=20) as db:
            db.execute("alter table consent_ledger rename to hidden")
        d = w.client(HOST)
        answer = choose(d, "accept_all", "first", status=503)
        assert not set_cookies(answer) and not d.jar
        choose(d, "refuse_all", "first")
        choose(c, "refuse_all")
        assert part(c.jar["cookies_preferences"], 5) == "-" and "stats.count" not in c.get("/").text
        assert (w.data / "consent.queue").read_text().count("\n") == 1
        with sqlite3.connect(w.data / "stoa.db", timeout=20) as db:
            db.execute("alter table hidden rename to consent_ledger")
        w.restart()
        rows = entries(w, HOST)
        assert len(rows) == 2 and '"event":"withdraw"' in rows[1]["json"] and receipt in rows[1]["json"]
        assert (w.data / "consent.queue").read_text() == ""
    finally:
        w.stop()


def test_ses_14_a_restored_ledger_waits_for_an_operator(tmp_path):
    w = World(tmp_path)
    once = ["--after-restore"]
    try:
        w.fixture(registries=[{"host": HOST, "registry": registry()}])
        c, late = w.client(HOST), w.client(HOST)
        choose(c, "accept_all", "first")
        # The head of the next day is signed, and so the ledger is as it was last published.
        w.advance(DAY)
        w.ask("POST", "/upkeep")
        w.restart(*once)
        choose(late, "accept_all", "first")
        # Now there is an entry after that head.
        w.restart()
        d = w.client(HOST)
        answer = choose(d, "accept_all", "first", status=503)
        assert not set_cookies(answer) and not d.jar
        choose(d, "refuse_all", "first")
        choose(c, "refuse_all")
        assert part(c.jar["cookies_preferences"], 5) == "-" and "stats.count" not in c.get("/").text
        assert len(entries(w, HOST)) == 2 and (w.data / "consent.queue").read_text().count("\n") == 1
        heads = w.table("consent_head")
        w.advance(DAY)
        w.ask("POST", "/upkeep")
        assert len(entries(w, HOST)) == 2 and [h for h in w.table("consent_head") if h["tenant"] == entries(w, HOST)[0]["tenant"]] == [
            h for h in heads if h["tenant"] == entries(w, HOST)[0]["tenant"]]
        told = stoa(w.data, "doctor", check=False)
        assert told.returncode == 1 and f"ledger of {HOST}" in told.stdout and "stoa ledger acknowledge" in told.stdout
        assert "ledger of isoc.example" not in told.stdout
        # A start without the flag changes nothing; an operator does, and what waited comes first.
        w.options = tuple(o for o in w.options if o not in once)
        w.restart()
        choose(w.client(HOST), "accept_all", "first", status=503)
        assert "takes entries again" in stoa(w.data, "ledger", "acknowledge", "--portal", HOST).stdout
        assert "nothing to acknowledge" in stoa(w.data, "ledger", "acknowledge", "--portal", HOST).stdout
        choose(w.client(HOST), "accept_all", "first")
        events = [json.loads(r["json"])["event"] for r in entries(w, HOST)]
        assert events == ["grant", "grant", "withdraw", "grant"]
        assert "ledgers of consent take entries" in stoa(w.data, "doctor", check=False).stdout
        path = tmp_path / "after.ndjson"
        stoa(w.data, "ledger", "export", "--portal", HOST, "--out", path)
        assert verify(path)[0] == 0
    finally:
        w.stop()


# --- the back office --------------------------------------------------------------------------------------------------------


_next = iter(range(1, 1000))


@pytest.fixture
def root(world):
    """An administrator of their own, signed in a moment ago."""
    who = f"admin{next(_next)}@tags.example"
    world.fixture(users=[{"host": HOST, "email": who, "name": "Admin", "password": PASSWORD, "role": "admin", "totp": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"}])
    c = world.client(HOST, address=f"10.8.0.{next(_next)}")
    c.sign_in(who)
    c.email = who
    return c


def test_con_31_the_page_of_the_ledger(world, root):
    page = root.get("/backoffice/privacy/ledger/")
    assert page.status_code == 200 and "Consent given" in page.text and "On the banner" in page.text
    token = re.search(r'name="csrfmiddlewaretoken" value="([0-9A-Za-z]+)"', page.text).group(1)
    verdict = root.post("/backoffice/privacy/ledger/", {"csrfmiddlewaretoken": token, "action": "verify"})
    assert verdict.status_code == 200 and "The ledger holds" in verdict.text
    assert world.client(HOST).get("/backoffice/privacy/ledger/").status_code == 303
    assert world.client(HOST).get("/backoffice/privacy/ledger/export.ndjson").status_code == 303


def test_con_31_export_asks_for_a_fresh_secret_and_is_logged(world, root, tmp_path):
    answer = root.get("/backoffice/privacy/ledger/export.ndjson")
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/x-ndjson"
    path = tmp_path / "page.ndjson"
    path.write_bytes(answer.content)
    assert verify(path)[0] == 0
    assert [x for x in world.events(HOST) if x["kind"] == "ledger.exported" and x["reason"] == "page"]
    world.advance(16 * 60)
    stale = root.get("/backoffice/privacy/ledger/export.ndjson")
    assert stale.status_code == 303 and "/account/confirm/" in stale.headers["Location"]


def test_led_t09_what_was_shown(world, root, tmp_path):
    row = json.loads([r for r in entries(world, HOST) if r["json"]][0]["json"])
    assert "sha256-" + hashlib.sha256(root.get(f"/backoffice/privacy/ledger/shown/{row['ui_hash']}").content).hexdigest() == row["ui_hash"]
    shown = root.get(f"/backoffice/privacy/ledger/shown/{row['ui_hash']}")
    assert "Refuse all" in shown.text and "Count Ltd" in shown.text and "script" not in shown.headers["Content-Security-Policy"]
    assert root.get("/backoffice/privacy/ledger/shown/sha256-0").status_code == 404
    # A picture is there once a browser has made one.
    assert root.get(f"/backoffice/privacy/ledger/shown/{row['ui_hash']}/picture").status_code == 404
    listed = [json.loads(line) for line in stoa(world.data, "ledger", "renderings", "--portal", HOST).stdout.splitlines()]
    assert {"hash": row["ui_hash"], "picture": False, "html": shown.text} in listed
    png = tmp_path / "shown.png"
    png.write_bytes(b"\x89PNG\r\n\x1a\n rest")
    stoa(world.data, "ledger", "picture", "--portal", HOST, row["ui_hash"], png)
    kept = root.get(f"/backoffice/privacy/ledger/shown/{row['ui_hash']}/picture")
    assert kept.headers["Content-Type"] == "image/png" and kept.content == png.read_bytes()
    png.write_bytes(b"GIF89a")
    assert stoa(world.data, "ledger", "picture", "--portal", HOST, row["ui_hash"], png, check=False).returncode == 1


def test_con_10_words_are_kept_short_and_neutral(world, root):
    page = root.get("/backoffice/privacy/banner/")
    assert page.status_code == 200 and page.text.count("<iframe") == 6
    token = re.search(r'name="csrfmiddlewaretoken" value="([0-9A-Za-z]+)"', page.text).group(1)
    send = lambda **words: root.post("/backoffice/privacy/banner/", {"csrfmiddlewaretoken": token, **words})
    bad = send(**{"title.en": "Your recommended choice", "title.fr": "Votre choix", "title.ar": "خيارك"})
    assert bad.status_code == 422 and "recommended" in bad.text
    long = send(**{"title.en": "x" * 400, "title.fr": "Votre choix", "title.ar": "خيارك"})
    assert long.status_code == 422
    assert send(**{"title.en": "About cookies", "title.fr": "À propos des cookies", "title.ar": "عن الكوكيز"}).status_code == 303
    assert "About cookies" in root.get("/backoffice/privacy/banner/").text
    for what in ("banner", "preferences"):
        preview = root.get(f"/backoffice/privacy/banner/preview/{what}?in=fr")
        assert preview.status_code == 200 and 'lang="fr"' in preview.text and "<script" not in preview.text


def test_csr_5_words_of_the_banner_outlive_a_stale_token(world, root):
    token = lambda page: re.findall(r'name="csrfmiddlewaretoken" value="([0-9A-Za-z]+)"', page.text)[-1]
    path = "/backoffice/privacy/banner/"
    stale = token(root.get(path))
    other = world.client(HOST, address="10.8.1.1")
    other.sign_in(root.email)
    words = {"title.en": "Words of the late hour", "title.fr": "Mots tardifs", "title.ar": "كلمات"}
    answer = other.post(path, {"csrfmiddlewaretoken": stale, **words})
    assert answer.status_code == 403 and "What you filled in is still here" in answer.text and 'value="Words of the late hour"' in answer.text
    assert "Words of the late hour" not in other.get(path).text
    assert other.post(path, {"csrfmiddlewaretoken": token(answer), **words}).status_code == 303
    assert "Words of the late hour" in other.get(path).text
