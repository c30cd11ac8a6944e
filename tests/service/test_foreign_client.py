"""A client that knows docs/reference/wire.md and its schema only: plain Redis commands, no code of this project."""

# What is None, or of another type, where something is asked of it, fails the test: no need to ask first.
# mypy: disable-error-code="arg-type, assignment, call-overload, dict-item, index, misc, str-unpack"

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import redis
from service_harness import RedisServer, Worker

SCHEMA = json.loads((Path(__file__).resolve().parents[2] / "docs" / "reference" / "wire.schema.json").read_text())
PREFIX = "{shared}:"


@pytest.fixture
def client(shared_redis: RedisServer, shared_worker: Worker) -> Iterator[redis.Redis]:
    client = redis.Redis(unix_socket_path=str(shared_redis.socket), decode_responses=True)
    yield client
    client.close()


def arguments(name: str, orders: dict[str, object]) -> list[str]:
    """ID SUBMISSION SOURCES SOURCES_DIGEST DIGEST CLASS TENANT ROUTE ORIGIN, as docs/reference/wire.md has them."""
    sources = [{"name": "a.c", "content": base64.b64encode(json.dumps(orders).encode()).decode()}]
    submission = {"id": name, "package": "/p", "sources": [], "language": "c"}
    jsonschema.validate({"submission": submission, "sources": sources}, SCHEMA)
    texts = [json.dumps(submission), json.dumps(sources)]
    sources_digest = hashlib.sha256(texts[1].encode()).hexdigest()
    digest = hashlib.sha256((texts[0] + sources_digest).encode()).hexdigest()
    return [name, *texts, sources_digest, digest, "practice", "-", "c", ""]


def follow(client: redis.Redis, name: str, position: str = "0") -> list[tuple[str, str]]:
    """Ids and types of the events after ``position``, to the last one; each fits the schema."""
    found: list[tuple[str, str]] = []
    while not found or found[-1][1] not in ("done", "cancelled"):
        for entry_id, fields in client.xread({PREFIX + "e:" + name: position}, block=5000)[0][1]:
            position = entry_id
            found.append((entry_id, fields["type"]))
            event = json.loads(fields["event"])
            assert event["type"] == fields["type"]
            jsonschema.validate({"event": event}, SCHEMA)
    return found


def test_plain_redis_commands_are_enough(client: redis.Redis) -> None:
    assert client.get(PREFIX + "schema") == "2"
    script = client.hget(PREFIX + "scripts", "submit")
    words = arguments("foreign-1", {"verdict": "WA", "tests": 1})

    assert client.eval(script, 1, PREFIX, *words)[:2] == ["ACCEPTED", "QUEUED"]
    assert client.eval(script, 1, PREFIX, *words)[0] == "EXISTS"
    assert client.eval(script, 1, PREFIX, *arguments("foreign-1", {"verdict": "AC"})) == ["CONFLICT"]
    assert client.eval(script, 1, PREFIX, *[*words[:4], "other", "nothing", *words[6:]])[0] == "CONFLICT"
    unknown = [*arguments("foreign-2", {}), ""]  # an empty word more is no batch
    unknown[5] = "nothing"
    assert client.eval(script, 1, PREFIX, *unknown)[0] == "CLASS"

    story = follow(client, "foreign-1")
    assert [kind for _, kind in story] == ["queued", "claimed", "compiling", "compiled", "case", "done"]
    assert follow(client, "foreign-1", story[2][0]) == story[3:]
    report = json.loads(client.hget(PREFIX + "s:foreign-1", "report"))
    jsonschema.validate({"report": report}, SCHEMA)
    assert (report["submission"], report["verdict"]) == ("foreign-1", "WA")
    assert client.hget(PREFIX + "s:foreign-1", "state") == "DONE"


def test_cancelling_too(client: redis.Redis) -> None:
    submit, cancel = (client.hget(PREFIX + "scripts", name) for name in ("submit", "cancel"))
    client.eval(submit, 1, PREFIX, *arguments("foreign-3", {"ms": 60_000}))
    client.xread({PREFIX + "e:foreign-3": client.xrange(PREFIX + "e:foreign-3")[0][0]}, block=5000)
    assert client.eval(cancel, 1, PREFIX, "foreign-3")[0] == "CANCELLED"
    assert follow(client, "foreign-3")[-1][1] == "cancelled"
    assert client.eval(cancel, 1, PREFIX, "foreign-1x") == ["UNKNOWN"]
    assert client.hget(PREFIX + "s:foreign-1x", "state") is None


def test_plain_redis_commands_put_and_read_blobs(client: redis.Redis) -> None:
    scripts = {name: client.hget(PREFIX + "scripts", f"blob_{name}") for name in ("put", "use", "list", "remove")}
    content = "foreign content"
    digest = hashlib.sha256(content.encode()).hexdigest()
    new = "blobs/ab/ab" + "0" * 30

    words = ["foreign", digest, len(content), 0, "it", new, content]
    assert client.eval(scripts["put"], 1, PREFIX, *words) == ["KEPT"]
    assert client.eval(scripts["use"], 1, PREFIX, "foreign", "it") == ["FOUND", digest, str(len(content)), "", content]
    listed = client.eval(scripts["list"], 1, PREFIX, "foreign", "+inf", 0, 500)
    assert (listed[0], listed[4]) == (digest, ["it"])
    assert client.eval(scripts["remove"], 1, PREFIX, "foreign", f"sha256:{digest}") == "REMOVED"
    assert client.eval(scripts["use"], 1, PREFIX, "foreign", f"sha256:{digest}") == ["NONE"]


def work_arguments(kind: str, task: dict[str, Any], name: str, word: str = "=work") -> list[str]:
    """The same for work without a package: a header in the place of the submission, a task in that of the sources."""
    header = {"id": name, "kind": kind, "language": "c", "context": {"sender": "foreign", "text": "back"}}
    jsonschema.validate({"work": header, "task": task}, SCHEMA)
    texts = [json.dumps(header), json.dumps(task)]
    task_digest = hashlib.sha256(texts[1].encode()).hexdigest()
    digest = hashlib.sha256((texts[0] + task_digest).encode()).hexdigest()
    return [name, *texts, task_digest, digest, "run", "-", f"c+{word}", ""]


def tasks() -> list[tuple[str, dict[str, Any], str]]:
    """Kind, task and last word of the route."""
    orders = base64.b64encode(b"{}").decode()
    program = {"sources": [{"name": "a.c", "content": orders}]}
    command = {"argv": ["a"], "files": [{"name": "a", "data": {"content": orders}}]}
    return [
        ("execution", {"type": "execution", "program": program, "stdin": {"content": "aGk="}}, "=work"),
        ("evaluation", {"type": "evaluation", "program": program, "tests": [{"expected": {"content": ""}}]}, "=work"),
        ("group", {"type": "group", "commands": [command]}, "=work"),
        ("session", {"type": "session", "program": program}, "=session"),
    ]


@pytest.mark.parametrize(("kind", "task", "word"), tasks(), ids=[kind for kind, _, _ in tasks()])
def test_plain_redis_commands_are_enough_for_every_kind(
    client: redis.Redis, kind: str, task: dict[str, Any], word: str
) -> None:
    script = client.hget(PREFIX + "scripts", "submit")
    words = work_arguments(kind, task, f"foreign-{kind}", word)
    assert client.eval(script, 1, PREFIX, *words)[:2] == ["ACCEPTED", "QUEUED"]
    assert client.eval(script, 1, PREFIX, *words)[0] == "EXISTS"
    assert follow(client, f"foreign-{kind}")[-1][1] == "done"
    report = json.loads(client.hget(PREFIX + f"s:foreign-{kind}", "report"))
    jsonschema.validate({"work_report": report}, SCHEMA)
    assert (report["id"], report["kind"], report["blame"]) == (f"foreign-{kind}", kind, "none")
    assert report["context"] == {"sender": "foreign", "text": "back"}


def test_plain_redis_commands_take_part_in_a_session(client: redis.Redis, running_worker: Worker) -> None:
    prefix = "{running}:"
    submit, session = (client.hget(prefix + "scripts", name) for name in ("submit", "session"))
    task = {"type": "session", "argv": ["/bin/cat"], "terminal": False}
    words = work_arguments("session", task, "foreign-live")
    header = {"id": "foreign-live", "kind": "session"}
    words[1], words[7] = json.dumps(header), "any+=session"
    assert client.eval(submit, 1, prefix, *words)[:2] == ["ACCEPTED", "QUEUED"]
    asking = ("foreign-live", "-", "", 0, 0, "", 0)
    position = "0"
    while (standing := client.eval(session, 1, prefix, *asking))[1] != "CLAIMED":
        position = client.xread({prefix + "e:foreign-live": position}, block=30_000)[0][1][-1][0]
    assert (standing[0], standing[3]) == ("STANDS", 0)

    def say(frame: dict[str, Any], offset: int = 0, size: int = 0) -> Any:
        jsonschema.validate({"session_input": frame}, SCHEMA)
        return client.eval(session, 1, prefix, "foreign-live", "-", standing[2], offset, size, json.dumps(frame), 64)

    typed = {"type": "typed", "offset": 0, "data": base64.b64encode(b"hello").decode()}
    assert say(typed, 0, 5) == ["SENT", 5]
    assert say(typed, 0, 5) == ["SENT", 5]
    assert say({"type": "present", "taken": 0, "lost": 0}) == ["SENT", 5]
    entries = client.xread({prefix + f"out:foreign-live:{standing[2]}": "0"}, block=30_000)[0][1]
    frames = [json.loads(fields["frame"]) for _, fields in entries]
    assert [(frame["offset"], base64.b64decode(frame["data"])) for frame in frames] == [(0, b"hello")]
    assert say({"type": "end"}) == ["SENT", 5]
    while client.hget(prefix + "s:foreign-live", "state") != "DONE":
        position = client.xread({prefix + "e:foreign-live": position}, block=30_000)[0][1][-1][0]
    assert json.loads(client.hget(prefix + "s:foreign-live", "report"))["end"] == "exited"


def test_what_is_no_task_ends_as_a_report_that_names_the_field(client: redis.Redis) -> None:
    script = client.hget(PREFIX + "scripts", "submit")
    task = {"type": "execution", "argv": ["a"]}
    words = work_arguments("execution", task, "foreign-bad")
    words[2] = '{"type":"execution","repeats":"two"}'
    words[3] = hashlib.sha256(words[2].encode()).hexdigest()
    assert client.eval(script, 1, PREFIX, *words)[0] == "ACCEPTED"
    assert follow(client, "foreign-bad")[-1][1] == "done"
    report = json.loads(client.hget(PREFIX + "s:foreign-bad", "report"))
    assert "$.repeats" in report["reason"]
    assert (report["kind"], report["blame"]) == ("execution", "client")


@pytest.mark.parametrize("broken", [1, 2], ids=["submission", "sources"])
def test_texts_that_are_no_utf_8_end_as_a_judge_error_and_take_no_slot_along(client: redis.Redis, broken: int) -> None:
    script = client.hget(PREFIX + "scripts", "submit")
    words: list[str | bytes] = [*arguments(f"foreign-broken-{broken}", {})]
    words[broken] = str(words[broken]).replace('"a.c"' if broken == 2 else '"/p"', '"\xff"').encode("latin-1")
    words[3] = f"digest-{broken}"  # sources are kept once for each
    assert client.eval(script, 1, PREFIX, *words)[:2] == ["ACCEPTED", "QUEUED"]

    assert follow(client, f"foreign-broken-{broken}")[-1][1] == "done"
    report = json.loads(client.hget(PREFIX + f"s:foreign-broken-{broken}", "report"))
    assert (report["verdict"], "is not JSON" in report["why"]) == ("JE", True)
