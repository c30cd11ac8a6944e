"""Nothing is left of work that was removed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gateway_harness import RUN, Gateway
from service_harness import until

from judge.client import Client
from judge.queue.api_keys import Scope


def _keys(client: Client) -> set[str]:
    """The names of all that lies in Redis, but for what ends by itself or is not of one piece of work."""
    link = client.queue.link
    names = {name.decode().removeprefix(link.keys.prefix) for name in link.command("KEYS", link.keys.prefix + "*")}
    passing = (
        "usage:",
        "rate:",
        "answer:",
        "blob-ends:",
        "n:",
        "worker",
        "serves:",
        "lanes",
        "a:",
        "l:",
        "tag:",
        "in:",
    )
    return {name for name in names if not name.startswith(passing)}


def test_of_a_removed_run_nothing_is_left(gateway: Gateway, client: Client, make_key: Callable[..., str]) -> None:
    key = make_key("leaver")
    asked = {
        **RUN,
        "source": "# a program of its own\nopen('left.txt', 'w').write('x' * 100000)\nprint('y' * 200000)",
        "keep": ["left.txt"],
        "limits": {"stdout_bytes": 1 << 20},
    }
    answer = gateway.post("/api/v1/runs?wait=30", asked, key=key)
    assert answer.status == 201, answer.body
    (run,) = answer.json()["report"]["runs"]
    blobs = [item["blob"] for item in gateway.get("/api/v1/blobs", key=key).json()["items"]]
    assert run["files"][0]["blob"] in blobs
    of_it = {name for name in _keys(client) if "leaver" in name}
    assert of_it
    assert gateway.ask("DELETE", answer.headers["location"], key=key).status == 204
    assert gateway.get(answer.headers["location"], key=key).problem == "not-found"
    assert gateway.get("/api/v1/blobs", key=key).json()["items"] == []
    assert gateway.get(f"/api/v1/blobs/{blobs[0]}", key=key).status in (404, 410)
    assert {name for name in _keys(client) if "leaver" in name} - {"blob-usage:leaver"} == set()
    link = client.queue.link
    assert not any(b"a program of its own" in link.command("GET", name) for name in link.command("KEYS", "*src:*"))
    assert all(int(used) == 0 for used in link.command("HVALS", link.keys.blob_usage("leaver")))


def test_what_a_removed_run_left_in_the_store_goes(gateway: Gateway, place: Path, make_key: Callable[..., str]) -> None:
    key = make_key("hoarder")
    files = place / "blobs"
    before = set(files.rglob("*"))
    asked = {
        **RUN,
        "source": "open('left.bin', 'wb').write(bytes(range(256)) * 4096)\nprint('z' * 300000)",
        "keep": ["left.bin"],
        "limits": {"stdout_bytes": 1 << 20},
    }
    answer = gateway.post("/api/v1/runs?wait=30", asked, key=key)
    name = answer.json()["id"]
    assert [file["size_bytes"] for file in answer.json()["report"]["runs"][0]["files"]] == [1 << 20]
    stored = [file for file in set(files.rglob("*")) - before if file.is_file()]
    assert sum(file.stat().st_size for file in stored) >= (1 << 20) + 300_000
    reader = make_key("hoarder", Scope.READ)
    assert gateway.ask("DELETE", f"/api/v1/work/{name}", key=reader).problem == "no-scope"
    assert gateway.ask("DELETE", f"/api/v1/work/{name}", key=key).status == 204
    assert gateway.get(f"/api/v1/work/{name}", key=key).problem == "not-found"
    until(lambda: not any(file.exists() for file in stored), "the files to leave the store")


def test_what_is_not_over_is_not_removed(gateway: Gateway, school: str) -> None:
    name = gateway.post("/api/v1/runs", {**RUN, "source": "import time; time.sleep(60)"}, key=school).json()["id"]
    assert gateway.ask("DELETE", f"/api/v1/work/{name}", key=school).problem == "unfinished"
    assert gateway.post(f"/api/v1/work/{name}/cancel", key=school).json()["cancelled"]
    assert gateway.ask("DELETE", f"/api/v1/work/{name}", key=school).status == 204


def test_sources_that_others_use_are_kept(gateway: Gateway, school: str, other: str) -> None:
    same = {**RUN, "source": "print('the same program')"}
    first = gateway.post("/api/v1/runs?wait=30", same, key=school).headers["location"]
    second = gateway.post("/api/v1/runs", same, key=other).headers["location"]
    assert gateway.ask("DELETE", first, key=school).status == 204
    done = gateway.get(f"{second}?wait=30", key=other).json()
    assert done["report"]["runs"][0]["stdout"]["text"].strip() == "the same program"
