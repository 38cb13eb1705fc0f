"""A registry with two services, as administrators send it, and ways to change and send it."""
import copy
import json

from probe import PASSWORD

MATOMO = {
    "id": "matomo", "name": "Matomo", "provider": {"name": "The Town", "country": "FR"}, "category": "statistical", "legal_basis": "consent", "loads": "tag",
    "purpose": {"en": "Measures which pages are read.", "fr": "Mesure les pages qui sont lues.", "ar": "يقيس الصفحات المقروءة."},
    "data_sent": {"en": "Address of the page.", "fr": "Adresse de la page.", "ar": "عنوان الصفحة."},
    "policy_url": "https://matomo.org/privacy-policy/", "retention": "13 months", "recipients": ["The Town"],
    "origins": {"script": ["https://stats.test"], "img": ["https://stats.test"]}, "tag": {"url": "https://stats.test/", "site": "1"}}
YOUTUBE = {
    "id": "youtube", "name": "YouTube", "provider": {"name": "Google Ireland Limited", "country": "IE"}, "category": "third_party", "legal_basis": "consent",
    "loads": "embed", "purpose": {"en": "Shows videos within pages.", "fr": "Montre des vidéos dans les pages.", "ar": "يعرض مقاطع الفيديو داخل الصفحات."},
    "data_sent": {"en": "Address of the video.", "fr": "Adresse de la vidéo.", "ar": "عنوان الفيديو."},
    "policy_url": "https://policies.google.com/privacy", "retention": "18 months", "transfer": "United States",
    "origins": {"frame": ["https://www.youtube-nocookie.com"]}}
ITEM = {
    "id": "matomo.pk_id", "kind": "cookie", "name": "_pk_id.", "match": "prefix", "service": "matomo", "category": "statistical", "legal_basis": "consent",
    "party": "first", "function": {"en": "Statistics", "fr": "Statistiques", "ar": "إحصاءات"},
    "purpose": {"en": "Tells visitors apart.", "fr": "Distingue les visiteurs.", "ar": "يميّز بين الزوار."},
    "set_when": {"en": "When you agree.", "fr": "Quand vous acceptez.", "ar": "عند موافقتك."}, "location": ["front"],
    "lifetime": {"type": "persistent", "seconds": 33955200}}
KEEPER = "keeper@tags.example"
TAGS = {"services": [MATOMO, YOUTUBE], "items": [ITEM]}


def changed(registry, where, value):
    """A copy with something else at a place: ("items", 0, "name")."""
    made = copy.deepcopy(registry)
    at = made
    for step in where[:-1]:
        at = at[step]
    at[where[-1]] = value
    return made


def editor(world, host, email):
    """A client signed in without the pages."""
    c = world.client(host)
    c.jar["sessionid"] = world.fixture(sessions=[{"host": host, "email": email, "remember": False}])["sessions"][0]
    return c


def keeper(world):
    """An administrator of tags.example with a second factor, signed in."""
    world.fixture(users=[{"host": "tags.example", "email": KEEPER, "name": "Keeper", "password": PASSWORD, "role": "admin", "totp": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXQ"}])
    return editor(world, "tags.example", KEEPER)


def publish(c, registry, dry=False, tag="now", note="a change", headers=None):
    if tag == "now":
        tag = c.get("/backoffice/privacy/registry.json").headers["ETag"]
    sent = {"Content-Type": "application/json", "Accept": "application/json", "X-CSRFToken": c.token(), **({"If-Match": tag} if tag else {}), **(headers or {})}
    body = registry if isinstance(registry, bytes) else json.dumps(registry).encode()
    return c.request("PUT", "/backoffice/privacy/registry.json" + ("?dry_run=1" if dry else f"?note={note}"), data=body, headers=sent)
