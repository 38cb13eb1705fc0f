"""What tests of RDF share: graphs as rdflib and rapper read them, neither of which is ours."""
import subprocess

from rdflib import Graph
from rdflib.compare import graph_diff, to_isomorphic

RAPPER = {"turtle": "turtle", "ttl": "turtle", "n3": "ntriples", "rdfxml": "rdfxml", "xml": "rdfxml"}
RDFLIB = {"turtle": "turtle", "ttl": "turtle", "n3": "n3", "rdfxml": "xml", "xml": "xml", "jsonld": "json-ld"}


def graph(content, form):
    return Graph().parse(data=content, format=RDFLIB[form])


def triples_of_rapper(content, form, folder):
    """N-Triples as rapper makes them; a warning fails, too."""
    path = folder / ("read." + form)
    path.write_bytes(content)
    done = subprocess.run(["rapper", "-i", RAPPER[form], "-o", "ntriples", str(path)], capture_output=True, text=True)
    said = [x for x in done.stderr.splitlines() if "rror" in x or "arning" in x]
    assert done.returncode == 0 and not said, done.stderr[:2000]
    return done.stdout


def assert_same(one, other, what):
    if to_isomorphic(one) != to_isomorphic(other):
        _, left, right = graph_diff(one, other)
        raise AssertionError(f"{what}\nonly there: {left.serialize()[:2000]}\nonly here: {right.serialize()[:2000]}")
