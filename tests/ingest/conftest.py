"""Reading sources as a publish does, from outside: the probe program reads a file and prints rows and a result."""
import json
import os
import subprocess

import pytest

BUILD = os.environ.get("STOA_BUILD", os.path.join(os.path.dirname(__file__), "..", "..", "build", "test"))
PROBE = os.path.abspath(os.path.join(BUILD, "tests", "unit", "ingest", "ingest-probe"))


class Outcome:
    """What a read came to: `rows` (in-process reads only) and `result`, the last line."""

    def __init__(self, done):
        self.code = done.returncode
        self.stderr = done.stderr
        lines = done.stdout.split("\n")[:-1]
        assert lines, f"the probe said nothing: {done.stderr[-2000:]}"
        self.result = json.loads(lines[-1])
        self.rows = [json.loads(line) for line in lines[:-1]]
        self.error = self.result.get("error")
        self.word = self.result.get("code")
        self.notes = self.result.get("notes", [])

    @property
    def fields(self):
        return {f["name"]: f["type"] for f in self.result["schema"]["fields"]}

    @property
    def labels(self):
        return [f["label"] for f in self.result["schema"]["fields"]]


class Reader:
    """Files of one test's own folder, read in this or that way."""

    def __init__(self, folder):
        self.folder = folder

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, data):
        with open(self.path(name), "wb") as f:
            f.write(data.encode() if isinstance(data, str) else data)
        return self.path(name)

    def run(self, *args, **kinds):
        words = [f"{k}={v}" for k, v in kinds.items()]
        done = subprocess.run([PROBE, *args, *words], cwd=self.folder, timeout=280, capture_output=True, text=True,
                              errors="surrogateescape")
        assert "Sanitizer" not in done.stderr and "runtime error" not in done.stderr, done.stderr[-4000:]
        return Outcome(done)

    def rows(self, name, data=None, **kinds):
        """Reads in the probe's own process; gives the rows too."""
        if data is not None:
            self.write(name, data)
        return self.run("rows", name, **kinds)

    def version(self, name, data=None, **kinds):
        """Reads in a caged child into a version file."""
        if data is not None:
            self.write(name, data)
        return self.run("version", name, self.path("v1.tmp"), **kinds)

    def left_behind(self, *known):
        return sorted(set(os.listdir(self.folder)) - set(known))


@pytest.fixture
def read(tmp_path):
    return Reader(str(tmp_path))
