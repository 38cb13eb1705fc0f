"""The server of the HTTP tests, with one dataset of random records."""
import csv
import importlib.util
import json
import os
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
spec = importlib.util.spec_from_file_location("http_server", os.path.join(HERE, "..", "http", "conftest.py"))
http_server = importlib.util.module_from_spec(spec)
spec.loader.exec_module(http_server)

import grammar  # noqa: E402

DATA_SEED = 20261122


@pytest.fixture(scope="session")
def rows():
    return grammar.records(DATA_SEED)


@pytest.fixture(scope="session")
def server(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("oracle")
    with open(folder / "oracle.csv", "w", newline="", encoding="utf-8") as f:
        w = csv.writer(f)
        w.writerow([n for n, _ in grammar.FIELDS])
        w.writerows([grammar.cell(row[n]) for n, _ in grammar.FIELDS] for row in rows)
    (folder / "schema.json").write_text(json.dumps(grammar.schema()), encoding="utf-8")
    data = folder / "data"
    http_server.stoa(data, "portal", "add", http_server.HOST)
    http_server.stoa(data, "publish", folder / "oracle.csv", "--portal", http_server.HOST, "--id", "oracle", "--schema", folder / "schema.json")
    s = http_server.Server(data)
    yield s
    s.stop()
