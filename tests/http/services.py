"""Two services of others as an administrator would declare them: a measurement tag and a video host. For portals in
English, French and Arabic, or any of these."""

CRITERIA = ["purpose_limited", "anonymous_statistics", "no_combination", "no_transfer", "no_cross_site", "coarse_location", "people_informed", "objection", "tracker_13_months", "data_25_months", "periods_reviewed", "independent_per_publisher"]
TEXTS = {
    "matomo": {"en": "Counting of visits by a company.", "fr": "Comptage des visites par une société.", "ar": "إحصاء الزيارات لدى شركة."},
    "youtube": {"en": "Showing videos of the portal.", "fr": "Affichage des vidéos du portail.", "ar": "عرض مقاطع فيديو البوابة."},
    "sent": {"en": "Your address and the page you read.", "fr": "Votre adresse et la page lue.", "ar": "عنوانك والصفحة التي تقرؤها."},
    "when": {"en": "After you agreed.", "fr": "Après votre accord.", "ar": "بعد موافقتك."},
}


def texts(key, languages):
    return {lang: TEXTS[key][lang] for lang in languages}


def item(service, name, languages, match="exact", seconds=33_868_800, kind="cookie"):
    return {"id": f"{service}.{name.strip('._').lower()}", "service": service, "kind": kind, "name": name, "match": match, "party": "third",
            "function": texts(service, languages), "purpose": texts(service, languages), "set_when": texts("when", languages),
            "location": ["front"], "lifetime": {"type": "persistent", "seconds": seconds, "refreshed": "never"}}


def matomo(languages, **more):
    return {"id": "matomo", "name": "Matomo", "category": "statistical", "legal_basis": "consent", "loads": "tag",
            "provider": {"name": "Count Ltd", "country": "FR", "url": "https://count.example"}, "purpose": texts("matomo", languages),
            "data_sent": texts("sent", languages), "policy_url": "https://count.example/privacy", "retention": "13 months",
            "origins": {"script": ["https://stats.count.example"], "img": ["https://stats.count.example"],
                        "connect": ["https://stats.count.example"]},
            "tag": {"url": "https://stats.count.example/", "site": "7"}, **more}


def youtube(languages, **more):
    return {"id": "youtube", "name": "YouTube", "category": "third_party", "legal_basis": "consent", "loads": "embed",
            "provider": {"name": "Google Ireland", "country": "IE", "url": "https://www.youtube.com"}, "purpose": texts("youtube", languages),
            "data_sent": texts("sent", languages), "policy_url": "https://policies.google.com/privacy", "retention": "18 months",
            "origins": {"frame": ["https://www.youtube-nocookie.com", "https://www.youtube.com"]}, "transfer": "United States: adequacy decision", **more}


def vimeo(languages):
    return {**youtube(languages), "id": "vimeo", "name": "Vimeo", "provider": {"name": "Vimeo Inc", "country": "US", "url": "https://vimeo.com"},
            "origins": {"frame": ["https://player.vimeo.com"]}, "policy_url": "https://vimeo.com/privacy"}


def registry(languages=("en", "fr", "ar"), services=None):
    services = services if services is not None else [matomo(languages), youtube(languages)]
    items = []
    if any(s["id"] == "matomo" for s in services):
        items += [item("matomo", "_pk_id.", languages, match="prefix"), item("matomo", "_pk_ses.", languages, match="prefix", seconds=1800),
                  item("matomo", "matomo_seen", languages, kind="local_storage")]
    if any(s["id"] == "youtube" for s in services):
        items += [item("youtube", "VISITOR_INFO1_LIVE", languages, seconds=15_552_000)]
    return {"services": services, "items": items}
