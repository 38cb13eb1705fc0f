"""A portal with identity providers around it: the helpers that the tests of OpenID Connect and SAML share."""
import json
import os
import re
import subprocess
import sqlite3
from html import unescape
from urllib.parse import urljoin, urlsplit

import requests

from conftest import ROOT, Server, stoa
from probe import Client

PORTAL = "isoc.example"
ORIGIN = f"https://{PORTAL}"


class Portal:
    """A server behind a trusted proxy; probe.Client speaks to it."""

    def __init__(self, data, *options):
        self.data, self.options, self.server = data, options, None
        stoa(data, "portal", "add", PORTAL, "--set", "title=Internet Society", "--set", "languages=en,fr", "--admin", "root@isoc.example")

    def start(self):
        self.server = Server(self.data, "--trusted-proxies", "127.0.0.1/32", "--call-private=true", *self.options)
        return self

    def stop(self):
        self.server.stop()

    def client(self):
        return Client(self, PORTAL)

    def set(self, provider, kind, **values):
        words = [f"{k}={v}" for k, v in values.items()]
        return stoa(self.data, "sso", "set", provider, *words, "--kind", kind, "--portal", PORTAL)

    def refusals(self):
        """Reasons in the security log, oldest first."""
        with sqlite3.connect(f"file:{self.data}/stoa.db?mode=ro", uri=True) as db:
            columns = [c[1] for c in db.execute("pragma table_info(event)")]
            return [dict(zip(columns, r)) for r in db.execute("select * from event order by rowid")]

    def query(self, text):
        with sqlite3.connect(f"file:{self.data}/stoa.db?mode=ro", uri=True) as db:
            return db.execute(text).fetchall()


def node(script, argument=None):
    """Starts a provider; gives the process and what it says after READY."""
    process = subprocess.Popen(["node", os.path.join(ROOT, "tests", "http", script), *([json.dumps(argument)] if argument is not None else [])],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT)
    for line in process.stdout:
        if line.startswith("READY "):
            return process, line[6:].strip()
    raise AssertionError(f"{script} did not start; is `npm ci` done?")


def token_of(page):
    return re.search(r'name="csrfmiddlewaretoken" value="([0-9A-Za-z]+)"', page.text).group(1)


def click(client, provider, next_="/", **fields):
    """The button on the sign-in page; gives the page that leads on."""
    page = client.get(f"/login/?next={next_}")
    assert f'/login/sso/{provider}/' in page.text, page.text[:3000]
    return client.post(f"/login/sso/{provider}/", {"csrfmiddlewaretoken": token_of(page), "next": next_, **fields})


def way(answer):
    assert answer.status_code == 200, (answer.status_code, answer.text[:2000])
    url = answer.headers["Refresh"].split("url=", 1)[1]
    assert unescape(re.search(r'href="(https?://[^"]+)"', answer.text).group(1)) == url
    return url


def back(client, url):
    """Follows the provider's redirect to the portal as the browser would."""
    assert url.startswith(ORIGIN + "/"), url
    return client.get(url[len(ORIGIN):], headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate"})


def walk(url, who):
    """Through the real provider's pages: sign in as `who`, consent; gives the address it sends the browser back to."""
    session = requests.Session()
    answer = session.get(url, allow_redirects=False)
    for _ in range(12):
        if answer.is_redirect:
            to = urljoin(answer.url, answer.headers["Location"])
            if to.startswith(ORIGIN):
                return to
            answer = session.get(to, allow_redirects=False)
            continue
        assert answer.status_code == 200, (answer.status_code, answer.text[:2000])
        action = urljoin(answer.url, unescape(re.search(r'<form[^>]+action="([^"]+)"', answer.text).group(1)))
        fields = dict(re.findall(r'<input[^>]+type="hidden"[^>]+name="([^"]+)"[^>]+value="([^"]*)"', answer.text))
        if 'name="login"' in answer.text:
            fields.update(login=who, password="x")
        answer = session.post(action, data=fields, allow_redirects=False)
    raise AssertionError(f"the provider leads nowhere: {answer.url}")


def is_in(client):
    return client.get("/api/auth/session").json()["authenticated"]


def said(answer):
    """The reason on the page of somebody who was not let in."""
    assert answer.status_code == 403, (answer.status_code, answer.headers.get("Location"), answer.text[:1500])
    return re.search(r"<code[^>]*>([a-z_]+)</code>", answer.text).group(1)
