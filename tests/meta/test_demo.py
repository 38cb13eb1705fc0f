"""The front door opens: the demo's own script makes portals and datasets in an empty folder, and goes on from there."""
import json
import os
import subprocess

ROOT = os.environ.get("STOA_ROOT", os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
BINARY = os.environ.get("STOA_BIN", os.path.join(ROOT, "build", "test", "stoa"))


def small_list(folder):
    """Two portals of the demo with their two smallest datasets each."""
    with open(os.path.join(ROOT, "demo", "portals.json"), encoding="utf-8") as f:
        whole = json.load(f)
    whole["portals"] = [{**p, "datasets": p["datasets"][:2]} for p in whole["portals"][:2]]
    path = os.path.join(folder, "portals.json")
    with open(path, "w", encoding="utf-8") as f:
        json.dump(whole, f)
    return path, whole["portals"]


def test_an_empty_folder_becomes_the_demo(tmp_path):
    path, portals = small_list(tmp_path)
    data = tmp_path / "data"
    command = ["node", os.path.join(ROOT, "demo", "publish.mjs"), "--stoa", BINARY, "--data", str(data), "--port", "1", "--list", path]
    for turn in range(2):  # the second time there is nothing left to do
        done = subprocess.run(command, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stdout + done.stderr
        assert ("one-time password" in done.stdout) == (turn == 0)
    for p in portals:
        listed = subprocess.run([BINARY, "--data", str(data), "datasets", "--portal", p["host"], "--json"], capture_output=True, text=True,
                                timeout=60)
        assert {d["dataset"] for d in json.loads(listed.stdout)} == {d["id"] for d in p["datasets"]}
