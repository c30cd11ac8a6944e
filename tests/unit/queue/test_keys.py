"""The one map of Redis: complete, the same in Python, Lua and the documents, and spelled nowhere else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from judge.queue.keys import NAMES, Keys, lane_of, legend, spelled_out, split_lane

ROOT = Path(__file__).resolve().parents[3]
LUA = ROOT / "judge" / "queue" / "lua"


def test_the_page_of_the_wire_shows_the_map() -> None:
    assert legend() in (ROOT / "docs" / "reference" / "wire.md").read_text()


def test_every_key_begins_with_the_prefix_and_is_no_other() -> None:
    forms = re.findall(r"^\| `([^`]+)` \|", legend(), re.MULTILINE)
    assert len(set(forms)) == len(NAMES)
    assert Keys("{judge}:").record("a") == "{judge}:s:a"


@pytest.mark.parametrize(
    ("named", "spelled"),
    [
        ("f(key.lanes, 1)", "f((prefix .. 'lanes'), 1)"),
        ("f(key.record(id))", "f((prefix .. 's:' .. id))"),
        ("key.worker(seen[i])", "(prefix .. 'worker:' .. seen[i])"),
        ("key.lane_fifo(lane, tenant) .. x", "(prefix .. 'w:' .. lane .. ':' .. tenant) .. x"),
        ("key.held(r.node or '')", "(prefix .. 'n:' .. (r.node or ''))"),
        (
            "key.index_of(redis.call('HGET', key.record(id), 'tenant'))",
            "(prefix .. 'index:' .. (redis.call('HGET', (prefix .. 's:' .. id), 'tenant')))",
        ),
    ],
)
def test_a_key_in_a_script_is_spelled_out(named: str, spelled: str) -> None:
    assert spelled_out(named) == spelled


def test_every_key_of_the_map_is_used() -> None:
    lua = "".join(path.read_text() for path in LUA.glob("*.lua"))
    python = "".join(path.read_text() for path in (ROOT / "judge" / "queue").glob("*.py"))
    unused = [name for name in NAMES if f"key.{name}" not in lua and f"keys.{name}(" not in python]
    assert unused == []


def test_no_script_spells_a_key() -> None:
    for path in LUA.glob("*.lua"):
        code = "".join(line.partition("--")[0] for line in path.read_text().splitlines(keepends=True))
        assert not re.search(r"\bKEYS\b|\bprefix\b", code), path.name


@pytest.mark.parametrize("lua", ["f(key.leese)", "f(key.record)", "f(key.lanes(id))", "f(key.record(id, 1))"])
def test_a_script_that_asks_for_an_unknown_key_is_refused(lua: str) -> None:
    with pytest.raises(ValueError, match="no such key"):
        spelled_out(lua)


def test_only_the_room_of_the_queue_speaks_redis() -> None:
    """Others take typed calls: none of them takes the link, or builds a key of its own."""
    speakers = [
        str(path.relative_to(ROOT))
        for top in ("judge", "workers")
        for path in (ROOT / top).rglob("*.py")
        if path.parent != ROOT / "judge" / "queue" and re.search(r"queue\.link\b|wire\.prefix\(", path.read_text())
    ]
    assert speakers == ["workers/judge_workers/celery_app.py"]  # kombu puts the prefix in front of its queues itself


def test_a_lane_names_class_and_route() -> None:
    assert split_lane(lane_of("contest", "cpp+gpu")) == ("contest", "cpp+gpu")
