"""The JavaScript module against a real gateway: in Node, and in a browser from a page of another origin."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

from browser import Pages, browsing
from gateway_harness import Gateway
from needs import tool

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "judge" / "gateway" / "static" / "judge.mjs"
SCENARIO = Path(__file__).parent / "javascript"

HAPPENED = {
    "languages": True,
    "run": "olleh\n",
    "evaluation": "WA",
    "events": ["queued", True, "work-done"],
    "rest": 0,
    "batch": {
        "known": 3,
        "found": {"a": "2\n", "b": "AC", "c": "/run/stdin"},
        "rest": ["b", "c"],
        "state": "done",
        "cancelled": False,
        "gone": "not-found",
    },
    "problem": [True, "bad-field", "/source"],
    "missing": 404,
    "submission": "AC",
    "session": {"text": "ONE\nTWO\nbye €\n", "end": "exited", "lost": 0, "state": "done", "sockets": 2},
}


def test_it_does_in_node_what_it_says(gateway: Gateway, school: str, sum_package: str) -> None:
    tool("node")
    told = json.dumps({"key": school, "package": sum_package})
    command = ["node", "--experimental-websocket", str(SCENARIO / "in_node.mjs"), str(MODULE)]
    done = subprocess.run([*command, gateway.address, told], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == HAPPENED


def test_a_session_without_a_websocket_is_refused_before_anything_is_sent() -> None:
    tool("node")
    script = f"""
        const {{ Judge }} = await import({json.dumps(str(MODULE))});
        let asked = 0;
        const fetch = () => {{ asked += 1; return new Response("{{}}"); }};
        delete globalThis.WebSocket;
        const judge = new Judge("http://127.0.0.1:9", {{ fetch }});
        const said = await judge.openSession({{}}).catch((error) => error.message);
        console.log(JSON.stringify([asked, said.includes("no WebSocket")]));
    """
    done = subprocess.run(
        ["node", "--input-type=module", "-e", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [0, True]


def test_it_follows_as_long_as_pings_come() -> None:
    tool("node")
    script = f"""
        const {{ connect }} = await import({json.dumps(str(MODULE))});
        let opened = 0;
        const event = 'id: 9-0\\nevent: done\\ndata: {{"type":"done"}}\\n\\n';
        const fetch = async () => {{ opened += 1; return new Response(opened < 12 ? ": ping\\n\\n" : event); }};
        const seen = [];
        const judge = connect("http://x", {{ fetch, patienceMs: 1000 }});
        for await (const one of judge.events("runs", "r")) seen.push(one.id);
        console.log(JSON.stringify([opened, seen]));
    """
    done = subprocess.run(
        ["node", "--input-type=module", "-e", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [12, ["9-0"]]


def test_it_does_the_same_in_a_browser(
    start_gateway: Callable[..., Gateway], gateway: Gateway, school: str, sum_package: str, tmp_path: Path
) -> None:
    tool("chromium")
    pages = Pages({"page.html": SCENARIO / "page.html", "scenario.mjs": SCENARIO / "scenario.mjs"})
    listing = start_gateway(gateway_origins=pages.origin)
    told = json.dumps({"key": school, "package": sum_package})
    query = urlencode({"address": listing.address, "told": told})
    with pages.served(), browsing(f"{pages.origin}/page.html?{query}", tmp_path):
        assert pages.told() == HAPPENED


def test_its_file_may_be_kept_for_ever_under_the_name_with_its_digest(gateway: Gateway) -> None:
    answer = gateway.get("/js/judge.mjs", headers={"origin": "https://any.example"})
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-cache")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.body == MODULE.read_bytes()
    again = gateway.get("/js/judge.mjs", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    lasting = gateway.get(answer.headers["content-location"])
    assert "immutable" in lasting.headers["cache-control"]
    assert lasting.body == answer.body
    for name in ("judge-000000000000.mjs", "..%2fapp.py", "__init__.py", "judge.py"):
        assert gateway.get(f"/js/{name}").problem == "not-found"


def test_each_name_that_it_exports_has_a_type(tmp_path: Path) -> None:
    types = (MODULE.parent / "judge.d.mts").read_text()
    tool("node")
    script = f"console.log(JSON.stringify(Object.keys(await import({json.dumps(str(MODULE))}))))"
    node = shutil.which("node") or "node"
    done = subprocess.run([node, "--input-type=module", "-e", script], capture_output=True, text=True, check=True)
    for name in json.loads(done.stdout):
        assert f"declare class {name} " in types or f"declare function {name}(" in types


def test_its_types_are_those_of_what_it_does() -> None:
    tool("tsc")
    options = ["--noEmit", "--strict", "--module", "node16", "--target", "es2022", "--lib", "es2022,dom"]
    command = ["tsc", *options, str(SCENARIO / "usage.mts")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (0, "")
