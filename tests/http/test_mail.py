"""Letters: against a real SMTP server on this machine (aiosmtpd), with the server down, refusing, asking for a password, and speaking
TLS; into a folder that a page shows; and with no mail at all."""
import email
import email.policy
import glob
import json
import os
import ssl
import subprocess
import time

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from conftest import HOST, stoa

FROM = "data@town.example"


class Inbox:
    """What a server got; `answer` is what it says to a recipient."""

    def __init__(self):
        self.letters, self.answer = [], "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, server, session, envelope):
        self.letters.append(envelope)
        return "250 Message accepted for delivery"


def smtp(inbox, port=0, **more):
    controller = Controller(inbox, hostname="127.0.0.1", port=port or free_port(), **more)
    controller.start()
    return controller


def free_port():
    import socket
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def until(check, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = check()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


def listed(data):
    return json.loads(stoa(data, "mail", "list", "--portal", HOST, "--json").stdout)


def in_state(data, state):
    return until(lambda: [x for x in listed(data) if x["state"] == state])


@pytest.fixture
def portal(tmp_path):
    data = tmp_path / "data"
    stoa(data, "portal", "add", HOST, "--set", "title=Ville d’Été", "--set", "languages=en,fr")
    return data


def settings(port, *more):
    return ["--smtp-host", "127.0.0.1", "--smtp-port", str(port), "--smtp-security", "none", "--mail-from", FROM, *more]


def parsed(envelope):
    return email.message_from_bytes(envelope.content, policy=email.policy.default)


def test_a_letter_arrives_whole_and_its_text_is_erased(portal, make_server):
    inbox = Inbox()
    mail = smtp(inbox)
    server = make_server(portal, *settings(mail.port))
    stoa(portal, "mail", "test", "Ada@B\u00fccher.example", "--portal", HOST)
    envelope = until(lambda: inbox.letters)[0]
    letter = parsed(envelope)
    assert envelope.mail_from == FROM and envelope.rcpt_tos == ["Ada@xn--bcher-kva.example"]
    assert letter["From"].addresses[0].display_name == "Ville d’Été" and letter["From"].addresses[0].addr_spec == FROM
    assert letter["Subject"] == "A test letter of Ville d’Été"
    assert letter["Auto-Submitted"] == "auto-generated" and letter["Message-ID"].endswith("@town.example>") and letter["Date"].datetime
    assert not [h for h in letter if h.lower().startswith("list-")]
    assert "-- \nVille d’Été\nhttps://city.localhost/" in letter.get_content().replace("\r\n", "\n")
    assert all(len(line) <= 78 for line in envelope.content.splitlines())
    row = in_state(portal, "sent")[0]
    assert row["to"] == "A…@xn--bcher-kva.example" and row["error"] == ""
    server.stop()
    mail.stop()
    import sqlite3
    kept = sqlite3.connect(portal / "stoa.db").execute("select recipient, subject, body, sender from mail").fetchall()
    assert kept == [("A…@xn--bcher-kva.example", "", "", "")]


def test_a_server_that_is_down_delays_and_is_shown(portal, make_server):
    port = free_port()
    make_server(portal, *settings(port))
    stoa(portal, "mail", "test", "ada@isoc.example", "--portal", HOST)
    row = until(lambda: [x for x in listed(portal) if x["tries"] > 0])[0]
    assert row["state"] == "waiting" and row["error"] and row["next"] and "127.0.0.1" not in row["error"]
    inbox = Inbox()
    mail = smtp(inbox, port)
    assert "1 letter is due now" in stoa(portal, "mail", "retry", "--portal", HOST).stdout
    until(lambda: inbox.letters)
    assert in_state(portal, "sent")[0]["tries"] == 2
    mail.stop()


def test_a_refused_mailbox_fails_at_once_and_a_busy_one_is_tried_again(portal, make_server):
    inbox = Inbox()
    inbox.answer = "550 5.1.1 no such mailbox"
    mail = smtp(inbox)
    make_server(portal, *settings(mail.port))
    stoa(portal, "mail", "test", "nobody@isoc.example", "--portal", HOST)
    row = in_state(portal, "failed")[0]
    assert "550" in row["error"] and row["to"] == "n…@isoc.example"
    again = stoa(portal, "mail", "retry", row["number"], "--portal", HOST, check=False)
    assert again.returncode == 1 and "erased" in again.stderr
    assert "1 letter is forgotten" in stoa(portal, "mail", "drop", "--failed", "--portal", HOST).stdout
    inbox.answer = "451 4.7.1 greylisted"
    stoa(portal, "mail", "test", "later@isoc.example", "--portal", HOST)
    row = until(lambda: [x for x in listed(portal) if x["tries"] > 0])[0]
    assert row["state"] == "waiting" and "451" in row["error"]
    inbox.answer = "250 OK"
    stoa(portal, "mail", "retry", row["number"], "--portal", HOST)
    until(lambda: inbox.letters)
    mail.stop()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "key.pem", "-out", folder / "cert.pem", "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
    return folder


def test_starttls_and_a_password(portal, make_server, certificate, tmp_path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    seen = []

    def check(server, session, envelope, mechanism, data):
        seen.append((session.ssl is not None, data))
        return AuthResult(success=isinstance(data, LoginPassword) and data == LoginPassword(b"stoa", b"s3cret pass"))

    inbox = Inbox()
    mail = smtp(inbox, tls_context=context, require_starttls=True, auth_required=True, authenticator=check)
    (tmp_path / "password").write_text("s3cret pass\n")
    base = ["--smtp-host", "localhost", "--smtp-port", str(mail.port), "--mail-from", FROM, "--smtp-user", "stoa", "--smtp-password-file", str(tmp_path / "password")]
    # An unknown authority first: nothing is handed over, the password least of all.
    server = make_server(portal, *base)
    stoa(portal, "mail", "test", "ada@isoc.example", "--portal", HOST)
    row = until(lambda: [x for x in listed(portal) if x["tries"] > 0])[0]
    assert "certificate" in row["error"] and not seen and not inbox.letters
    server.stop()
    make_server(portal, *base, "--ca-file", str(certificate / "cert.pem"))
    stoa(portal, "mail", "retry", "--portal", HOST)
    until(lambda: inbox.letters)
    assert seen and all(tls for tls, _ in seen)
    mail.stop()


def test_without_tls_a_password_goes_to_this_machine(portal, make_server, tmp_path):
    """That it goes to no other is the business of the address that is connected to, and refused there."""
    seen = []

    def check(server, session, envelope, mechanism, data):
        seen.append(data)
        return AuthResult(success=True)

    inbox = Inbox()
    mail = smtp(inbox, auth_required=True, auth_require_tls=False, authenticator=check)
    (tmp_path / "password").write_text("x")
    make_server(portal, *settings(mail.port, "--smtp-user", "stoa", "--smtp-password-file", str(tmp_path / "password")))
    stoa(portal, "mail", "test", "ada@isoc.example", "--portal", HOST)
    until(lambda: inbox.letters)
    assert seen
    mail.stop()


def test_without_mail_letters_wait_and_the_doctor_says_so(portal, make_server):
    make_server(portal)
    stoa(portal, "mail", "test", "ada@isoc.example", "--portal", HOST)
    time.sleep(0.5)
    row = listed(portal)[0]
    assert row["state"] == "waiting" and row["tries"] == 0
    said = stoa(portal, "doctor", check=False).stdout
    assert "no mail server is set; letters waiting: 1" in said


def test_the_text_is_sealed_while_it_waits(portal):
    import sqlite3
    stoa(portal, "mail", "test", "ada@isoc.example", "--portal", HOST)
    body = sqlite3.connect(portal / "stoa.db").execute("select body from mail").fetchone()[0]
    assert body and "settings" not in body and " " not in body


@pytest.mark.parametrize("address", ["ada@isoc.example\r\nBcc: evil@isoc.example", "a" * 250 + "@isoc.example", "ada", "ada@", "a b@isoc.example"])
def test_rst_6_hostile_addresses_never_reach_the_queue(portal, address):
    done = stoa(portal, "mail", "test", address, "--portal", HOST, check=False)
    assert done.returncode == 1 and "address" in done.stderr
    assert listed(portal) == []


def test_settings_that_cannot_be_are_named(portal):
    for options, word in ([["--smtp-host", "x.example"], "mail_from"], [["--smtp-security", "maybe"], "smtp_security"],
                          [["--mail-from", "nobody"], "mail_from"], [["--smtp-password-file", "/nonexistent"], "smtp_password_file"]):
        done = stoa(portal, "serve", "--port", "0", *options, check=False)
        assert done.returncode != 0 and word in done.stderr, done.stderr


def test_letters_in_a_folder_and_the_page_that_shows_them(portal, make_server):
    server = make_server(portal, "--mail-folder", "mail")
    stoa(portal, "mail", "test", "ada@isoc.example", "--portal", HOST)
    files = until(lambda: glob.glob(str(portal / "mail" / "*.json")))
    assert os.stat(files[0]).st_mode & 0o77 == 0
    letter = email.message_from_bytes(open(files[0][:-5] + ".eml", "rb").read(), policy=email.policy.default)
    assert letter["To"] == "<ada@isoc.example>" or "ada@isoc.example" in letter["To"]
    page = server.get("/-/mail/")
    assert page.status_code == 200 and "A test letter of Ville d’Été" in page.text and "ada@isoc.example" in page.text
    assert "no-store" in page.headers["Cache-Control"] and "Set-Cookie" not in page.headers
    assert server.get("/-/mail/", host="elsewhere.example").status_code == 421


def test_a_link_becomes_one_and_other_portals_see_nothing(portal, make_server):
    stoa(portal, "portal", "add", "other.localhost", "--set", "title=Other")
    server = make_server(portal, "--mail-folder", "mail")
    stoa(portal, "mail", "test", "ada@isoc.example", "--portal", HOST)
    until(lambda: "A test letter" in server.get("/-/mail/").text)
    assert '<a href="https://city.localhost/">' in server.get("/-/mail/").text
    assert "A test letter" not in server.get("/-/mail/", host="other.localhost").text


def test_the_page_exists_only_with_a_folder(portal, make_server):
    assert make_server(portal).get("/-/mail/").status_code == 404


def test_a_real_host_name_has_no_page_of_letters(portal, make_server):
    stoa(portal, "portal", "add", "data.town.example", "--set", "title=Town")
    server = make_server(portal, "--mail-folder", "mail", "--trusted-proxies", "127.0.0.1/32")
    assert server.get("/-/mail/", host="data.town.example", headers={"Host": "data.town.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.7"}).status_code == 404
