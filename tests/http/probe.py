"""The test control of a test build, and the standard fixtures of the cookie rules (§0.5): portals behind a trusted proxy that
speaks HTTPS, people on them, a clock that can be set, letters in a folder.

	world = World(tmp_path_factory…)   a server with the four fixture portals (see DOMAINS) and ada, grace, root
	c = world.client("isoc.example")   a fresh client with an empty jar; c.get, c.post, c.form, c.sign_in("ada")
	world.advance(seconds=…), world.set_clock(unix), world.now()
	world.events("isoc.example"), world.letters(to="…"), world.table("session")
"""
import email
import email.policy
import glob
import hashlib
import hmac
import os
import re
import sqlite3
import struct
import base64
import time

import requests

from conftest import CHEAP, Server, stoa

START = 1793613600  # 2026-11-02T10:00:00Z
COOKIES = ("sessionid", "django_language", "csrftoken", "cookies_preferences")
ADA, GRACE, ROOT_USER = "ada@isoc.example", "grace@isoc.example", "root@isoc.example"
PASSWORD = "a calm river under nine bridges"
DOMAINS = [
    {"host": "isoc.example", "settings": {"title": "Internet Society", "languages": "en,fr", "contact": "data@isoc.example"}},
    {"host": "delwp.example", "settings": {"title": "Environment", "languages": "en", "audience.enabled": "off"}},
    {"host": "tags.example", "settings": {"title": "Tags", "languages": "en,fr,ar"}},
    {"host": "solo.portal.example", "settings": {"title": "Solo", "languages": "en"}},
    {"host": "other.portal.example", "settings": {"title": "Other", "languages": "en"}},
]
USERS = [
    {"host": "isoc.example", "email": ADA, "name": "Ada", "password": PASSWORD, "role": "publisher"},
    {"host": "isoc.example", "email": GRACE, "name": "Grace", "password": PASSWORD, "role": "member", "totp": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"},
    {"host": "isoc.example", "email": ROOT_USER, "name": "Root", "password": PASSWORD, "role": "admin", "totp": "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU"},
    {"host": "tags.example", "email": "root@tags.example", "name": "Root", "password": PASSWORD, "role": "admin"},
    {"host": "delwp.example", "email": ADA, "name": "Ada", "password": PASSWORD, "role": "member"},
    {"host": "solo.portal.example", "email": "ada@solo.example", "name": "Ada", "password": PASSWORD, "role": "member"},
    {"host": "other.portal.example", "email": "ada@other.example", "name": "Ada", "password": PASSWORD, "role": "member"},
]


def totp(secret, at, step=0):
    """The six digits of RFC 6238 for a base32 secret at a time; step -1 is the one before."""
    key = base64.b32decode(secret.replace(" ", "").upper() + "=" * (-len(secret.replace(" ", "")) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(at) // 30 + step), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7fffffff) % 1000000:06d}"


class Client:
    """One browser profile without a browser: a jar, an origin, and the headers of a page's own requests."""

    def __init__(self, world, host, address="198.51.100.7", agent="Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"):
        self.world, self.host, self.jar = world, host, {}
        self.address, self.agent = address, agent

    def request(self, method, path, headers=None, cookies=None, keep=True, **more):
        """`cookies` replaces the jar for this request: a dict, or the text of the field."""
        sent = {"Host": self.host, "X-Forwarded-Proto": "https", "X-Forwarded-For": self.address, "User-Agent": self.agent,
                "Accept": "text/html", "Accept-Encoding": "identity", "Connection": "close"}
        jar = self.jar if cookies is None else cookies
        text = jar if isinstance(jar, str) else "; ".join(f"{k}={v}" for k, v in jar.items())
        if text:
            sent["Cookie"] = text
        if method not in ("GET", "HEAD", "OPTIONS"):
            sent["Origin"] = f"https://{self.host}"
        sent.update(headers or {})
        sent = {k: v for k, v in sent.items() if v is not None}
        answer = requests.request(method, f"http://127.0.0.1:{self.world.server.port}{path}", headers=sent, allow_redirects=False, timeout=60, **more)
        if keep:
            self._keep(answer)
        return answer

    def _keep(self, answer):
        for line in set_cookies(answer):
            name, _, rest = line.partition("=")
            if "Domain=" in rest:
                continue
            value = rest.split(";")[0]
            if re.search(r"Max-Age=0(;|$)", rest):
                self.jar.pop(name, None)
            else:
                self.jar[name] = value

    def get(self, path, **more):
        return self.request("GET", path, **more)

    def post(self, path, data=None, **more):
        return self.request("POST", path, data=data, **more)

    def token(self):
        return self.get("/api/auth/csrf").json()["csrf_token"]

    def form(self, path, fields=None, action=None, **more):
        """Opens a page, takes the token of its form, and posts the fields; `action` when the form goes elsewhere."""
        page = self.get(path)
        assert page.status_code in (200, 403, 422), (page.status_code, page.text[:500])
        found = re.search(r'name="csrfmiddlewaretoken" value="([0-9A-Za-z]+)"', page.text)
        assert found, f"{path} has no form with a token:\n{page.text[:1500]}"
        return self.post(action or path.split("?")[0], {"csrfmiddlewaretoken": found.group(1), **(fields or {})}, **more)

    def sign_in(self, who, password=PASSWORD, remember=False, **more):
        """Through the HTML forms; a second factor enrolled by World.enrol is given too."""
        fields = {"username": who, "password": password, **({"remember": "on"} if remember else {})}
        answer = self.form("/login/", fields, **more)
        if answer.status_code == 200 and 'name="txn"' in answer.text:
            answer = self.verify(answer, totp(self.world.secrets[self.host, who], self.world.fresh_step(self.host, who)))
        assert answer.status_code == 303 and self.jar.get("sessionid"), (answer.status_code, answer.text[:1500])
        return answer

    def verify(self, page, code):
        txn = re.search(r'name="txn" value="([^"]+)"', page.text).group(1)
        token = re.search(r'name="csrfmiddlewaretoken" value="([0-9A-Za-z]+)"', page.text).group(1)
        return self.post("/login/verify/", {"csrfmiddlewaretoken": token, "txn": txn, "code": code})


def set_cookies(answer):
    """Every Set-Cookie line, not joined."""
    return answer.raw.headers.getlist("Set-Cookie")


class World:
    """`cost` is what a password costs, as settings in the environment; the least that is permitted, unless a test asks for USUAL_COST."""

    def __init__(self, folder, domains=DOMAINS, users=USERS, options=(), cost=CHEAP):
        self.cost = cost
        self.data = folder / "data"
        self.letters_folder = folder / "letters"
        self.secrets, self.steps = {}, {}
        stoa(self.data, "portal", "add", domains[0]["host"])
        self.options = ("--trusted_proxies=127.0.0.1/32", f"--mail_folder={self.letters_folder}", *options)
        self._start()
        self.set_clock(START)
        self.fixture(domains=domains, users=users)

    def _start(self):
        self.server = Server(self.data, *self.options, env=self.cost)
        self.control = "http://127.0.0.1:" + (self.data / "probe.port").read_text().strip()

    def stop(self):
        self.server.stop()

    def restart(self, *more):
        """Stops and starts again on the same data; the clock goes on."""
        now = self.now()
        self.server.stop()
        self.options = (*self.options, *more)
        self._start()
        self.set_clock(now)

    def ask(self, method, path, **more):
        answer = requests.request(method, self.control + path, timeout=120, **more)
        assert answer.status_code < 300, f"{path}: {answer.status_code} {answer.text}"
        return answer

    def fixture(self, **what):
        self.secrets.update({(u["host"], u["email"]): u["totp"] for u in what.get("users", []) if u.get("totp")})
        return self.ask("POST", "/fixture", json=what).json()

    def set_clock(self, unix):
        self.ask("POST", "/clock", json={"unix": int(unix)})

    def advance(self, seconds):
        self.ask("POST", "/clock/advance", json={"seconds": int(seconds)})

    def now(self):
        return self.ask("POST", "/clock/advance", json={"seconds": 0}).json()["unix"]

    def emit(self, through, name, value):
        self.ask("POST", "/emit", json={"through": through, "name": name, "value": value})

    def events(self, host, kind=None):
        found = self.ask("GET", "/events", params={"host": host}).json()
        return [x for x in found if kind is None or x["kind"] == kind]

    def table(self, name):
        """Raw rows of the store, as dicts."""
        with sqlite3.connect(f"file:{self.data}/stoa.db?mode=ro", uri=True) as db:
            db.row_factory = sqlite3.Row
            return [dict(row) for row in db.execute(f'select * from "{name}"')]

    def letters(self, to=None, wait=0, seconds=10):
        """Letters that were delivered, oldest first; waits until there are `wait` of them.

        The order is that of the files: their names begin with the server's clock, which a test may set back."""
        end = time.monotonic() + seconds
        while True:
            found = []
            for path in sorted(sorted(glob.glob(os.path.join(str(self.letters_folder), "*.eml"))), key=os.path.getmtime):
                with open(path, "rb") as f:
                    letter = email.message_from_binary_file(f, policy=email.policy.default)
                if to is None or to in (letter["To"] or ""):
                    found.append(letter)
            if len(found) >= wait or time.monotonic() > end:
                return found
            time.sleep(0.05)

    def client(self, host, **more):
        return Client(self, host, **more)

    def fresh_step(self, host, who):
        """A time whose code was not used yet: moves the clock on when it was."""
        step = self.now() // 30
        last = self.steps.get((host, who))
        if last is not None and step <= last:
            self.advance(30 * (last + 1 - step))
            step = last + 1
        self.steps[host, who] = step
        return self.now()


def session(world, email, host="isoc.example", remember=False):
    """The id of a new session, made without the pages."""
    return world.fixture(sessions=[{"host": host, "email": email, "remember": remember}])["sessions"][0]
