#!/usr/bin/python3
"""Makes the ugly files beside it: what publishers really send, small. Run again only to change them; needs
openpyxl, odfpy, gdaltransform and ogr2ogr."""
import json, os, random, subprocess, zipfile
from datetime import date, timedelta

HERE = os.path.dirname(os.path.abspath(__file__))
ALLS = random.Random(6)
TOWNS = [("Évron", 48.156, -0.402, 8450), ("Château-Gontier", 47.829, -0.703, 16800), ("Mayenne", 48.303, -0.614, 12900),
    ("Laval", 48.073, -0.770, 49700), ("Craon", 47.849, -0.950, 4500), ("Ernée", 48.298, -0.932, 5600),
    ("Gorron", 48.411, -0.812, 2600), ("Villaines-la-Juhel", 48.345, -0.281, 2900), ("Pré-en-Pail", 48.456, -0.200, 2200),
    ("Cossé-le-Vivien", 47.946, -0.912, 3200), ("Saint-Berthevin", 48.067, -0.826, 7300), ("Changé", 48.098, -0.792, 6100),
    ("Bonchamp-lès-Laval", 48.073, -0.700, 6000), ("Louverné", 48.122, -0.718, 4200), ("L'Huisserie", 48.022, -0.769, 4200),
    ("Azé", 47.828, -0.683, 3500), ("Meslay-du-Maine", 47.950, -0.553, 2800), ("Renazé", 47.792, -1.055, 2500),
    ("Lassay-les-Châteaux", 48.440, -0.497, 2300), ("Andouillé", 48.178, -0.783, 2300)]


def lambert(points):
    text = "\n".join(f"{lon} {lat}" for lat, lon in points)
    out = subprocess.run(["gdaltransform", "-s_srs", "EPSG:4326", "-t_srs", "EPSG:2154", "-output_xy"], input=text, text=True,
                         capture_output=True, check=True).stdout
    return [tuple(float(v) for v in line.split()) for line in out.splitlines()]


def path(name): return os.path.join(HERE, name)
def mark(x, n=2): return f"{x:.{n}f}".replace(".", ",")
def write(name, text, encoding):
    with open(path(name), "wb") as f: f.write(text.encode(encoding))


def budget():
    """(a) windows-1252, semicolons, accents, decimal commas, blanks for thousands, places as two numbers in one
    cell, columns that are empty at the end"""
    rows = ["Exercice;Libellé de l'opération;Bénéficiaire;Montant voté (€);Montant réalisé (€);Taux d'exécution (%);Payé le;Géolocalisation;;"]
    works = ["Réfection de la toiture de l'école", "Éclairage public – tranche 2", "Aménagement d'une piste cyclable", "Études pour la médiathèque",
             "Achat de véhicules électriques", "Rénovation du gymnase", "Subvention « Été jeunes »", "Entretien des espaces verts"]
    for i in range(40):
        voted = ALLS.randint(2, 900) * 1000 + ALLS.randint(0, 99) / 100
        done = voted * ALLS.uniform(0.4, 1.02)
        paid = date(2021 + i % 3, 1, 1) + timedelta(days=ALLS.randint(0, 360))
        rows.append(";".join([str(2021 + i % 3), works[i % len(works)], TOWNS[i % len(TOWNS)][0] + " œuvre n° " + str(i + 1),
            f"{voted:,.2f}".replace(",", "\u00a0").replace(".", ","), f"{done:,.2f}".replace(",", "\u00a0").replace(".", ","),
            mark(100 * done / voted, 1), paid.strftime("%d/%m/%Y"), "{1}, {2}".format(*TOWNS[i % len(TOWNS)]), "", ""]))
    write("budget-windows-1252.csv", "\r\n".join(rows) + "\r\n", "cp1252")


def population():
    """(b) a title, two rows of headings, merged cells, a unit, a total and a footnote"""
    import openpyxl
    from openpyxl.styles import Font
    w = openpyxl.Workbook()
    s = w.active
    s.title = "Population légale"
    s["A1"] = "Population légale des communes de la Mayenne"
    s["A1"].font = Font(bold=True, size=16)
    s.merge_cells("A1:I1")
    s["A2"] = "Millésime 2020, en vigueur au 1er janvier 2023"
    s.merge_cells("A2:I2")
    for cell, text in {"A4": "Canton", "B4": "Commune", "C4": "Population", "E4": "Logements", "G4": "Superficie (km²)", "H4": "Position",
                       "C5": "Hommes", "D5": "Femmes", "E5": "Total", "F5": "dont vacants", "H5": "Latitude", "I5": "Longitude"}.items():
        s[cell] = text
    for area in ("A4:A5", "B4:B5", "C4:D4", "E4:F4", "G4:G5", "H4:I4"): s.merge_cells(area)
    row = 6
    for c in range(5):
        first = row
        for town, lat, lon, people in TOWNS[c * 4:c * 4 + 4]:
            men = int(people * ALLS.uniform(0.47, 0.5))
            homes = int(people / 2.1)
            for col, v in enumerate([f"Canton {c + 1}" if row == first else None, town, men, people - men, homes, int(homes * 0.08),
                                     round(ALLS.uniform(9, 60), 2), lat, lon], 1):
                s.cell(row, col, v)
            row += 1
        s.merge_cells(start_row=first, end_row=row - 1, start_column=1, end_column=1)
    s.cell(row, 1, "Total")
    for col in "CDEFG": s[f"{col}{row}"] = f"=SUM({col}6:{col}{row - 1})"
    s.cell(row + 2, 1, "Source : recensement de la population, exploitation principale")
    w.create_sheet("Notes")["A1"] = "Définitions"
    w.save(path("population-two-headings.xlsx"))


def events():
    """(c) day/month dates (some could be month/day), coordinates with decimal commas, a row of totals, an empty row;
    MacRoman, as an old Mac saves it"""
    rows = ["Date;Heure;Événement;Lieu;Entrées;Recette;Latitude;Longitude"]
    names = ["Marché de Noël", "Concert à la chapelle", "Course des rives", "Foire aux chevaux", "Ciné plein air", "Fête de la forêt"]
    total = 0
    money = 0.0
    for i in range(36):
        d = date(2023, 1, 4) + timedelta(days=10 * i)
        n = ALLS.randint(20, 900)
        m = n * ALLS.choice([0, 2.5, 4, 7.5])
        total += n
        money += m
        rows.append(f"{d:%d/%m/%Y};{ALLS.randint(9, 21):02d}h{ALLS.choice(['00', '30'])};{names[i % 6]};{TOWNS[i % 20][0]};{n};{mark(m)} €;{mark(TOWNS[i % 20][1], 3)};{mark(TOWNS[i % 20][2], 3)}")
    rows += [";;;;;;;", f"TOTAL;;;;{total};{mark(money)} €;;"]
    write("events-day-month.csv", "\r".join(rows) + "\r", "mac_roman")


def bins():
    """(d) X and Y in Lambert 93, a title above the table, UTF-16 as old Excel saves "Unicode text" """
    points = [(lat + ALLS.uniform(-0.01, 0.01), lon + ALLS.uniform(-0.01, 0.01)) for _, lat, lon, _ in TOWNS for _ in range(3)]
    rows = ["Points d'apport volontaire – coordonnées Lambert 93 (EPSG:2154)", "", "N°;Commune;Flux;Volume (m³);Mise en service;X;Y"]
    for i, (x, y) in enumerate(lambert(points)):
        rows.append(f"PAV-{i + 1:03d};{TOWNS[i // 3][0]};{['Verre', 'Papier', 'Emballages'][i % 3]};{ALLS.choice(['2', '2,5', '4'])};"
                    f"{ALLS.randint(13, 28)}/{ALLS.randint(1, 12):02d}/{ALLS.randint(2010, 2022)};{mark(x)};{mark(y)}")
    write("bins-lambert93.csv", "\ufeff" + "\r\n".join(rows) + "\r\n", "utf-16-le")


def zones():
    """(e) a shapefile in Lambert 93 whose table is latin-1 and does not say so"""
    import tempfile
    with tempfile.TemporaryDirectory() as d:
        feats = []
        for i, (town, lat, lon, people) in enumerate(TOWNS[:12]):
            r = 0.006 + 0.002 * (i % 3)
            ring = [[lon - r, lat - r], [lon + r, lat - r], [lon + r * 1.2, lat + r], [lon - r, lat + r], [lon - r, lat - r]]
            feats.append({"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]}, "properties": {
                "NOM": town, "TYPE_ZONE": ["Zone à protéger", "Périmètre éloigné", "Zone d'activité"][i % 3], "SURF_HA": round(r * 40000, 1),
                "ARRETE_LE": f"{2005 + i}/03/{10 + i}", "NB_HAB": people}})
        src = os.path.join(d, "z.geojson")
        with open(src, "w") as f: json.dump({"type": "FeatureCollection", "features": feats}, f)
        subprocess.run(["ogr2ogr", "-f", "ESRI Shapefile", "-t_srs", "EPSG:2154", "-lco", "ENCODING=ISO-8859-1", os.path.join(d, "zones_protegees.shp"),
                        src], check=True)
        with zipfile.ZipFile(path("zones-lambert93.zip"), "w", zipfile.ZIP_DEFLATED) as z:
            for ending in ("shp", "shx", "dbf", "prj"):  # the .cpg is what such files lack
                z.writestr(zipfile.ZipInfo(f"zones/zones_protegees.{ending}", (2023, 5, 4, 10, 0, 0)),
                           open(os.path.join(d, f"zones_protegees.{ending}"), "rb").read())


def stations():
    """(f) the answer of an API: records in "results", objects inside objects, lists, what is missing left out"""
    out = []
    for i, (town, lat, lon, _) in enumerate(TOWNS):
        r = {"id": f"st-{i + 1:02d}", "name": f"{town} – gare", "position": {"lat": lat, "lon": lon},
             "address": {"street": f"{i + 1}, place de la Gare", "city": town, "postcode": f"53{i:03d}"},
             "last_update": f"2023-06-{i + 1:02d}T08:{i:02d}:00+02:00", "bikes": ALLS.randint(0, 20), "tags": ["borne", "abri"][: 1 + i % 2]}
        if i % 4: r["price"] = {"amount": 1 + i / 10, "currency": "EUR"}
        out.append(r)
    with open(path("stations-api.json"), "w") as f:
        json.dump({"total_count": len(out), "links": [{"rel": "self", "href": "https://api.example.org/stations?limit=20"}], "results": out}, f,
                  ensure_ascii=False, indent=1)


if __name__ == "__main__":
    for make in (budget, population, events, bins, zones, stations): make()
