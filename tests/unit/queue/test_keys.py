"""The one map of Redis: complete, the same in Python, Lua and the documents, and spelled nowhere else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from judge.queue import script
from judge.queue.keys import NAMES, Keys, lane_of, legend, lua_table, split_lane

ROOT = Path(__file__).resolve().parents[3]
LUA = ROOT / "judge" / "queue" / "lua"


def test_the_page_of_the_wire_shows_the_map() -> None:
    assert legend() in (ROOT / "docs" / "reference" / "wire.md").read_text()


def test_every_key_begins_with_the_prefix_and_is_no_other() -> None:
    forms = re.findall(r"^\| `([^`]+)` \|", legend(), re.MULTILINE)
    assert len(set(forms)) == len(NAMES)
    assert Keys("{judge}:").record("a") == "{judge}:s:a"


def test_lua_gets_a_string_for_one_key_and_a_function_for_a_kind_of_keys() -> None:
    assert lua_table(("lanes", "lane_fifo", "tickets")) == (
        "local prefix = KEYS[1]\n"
        "local key = {\n"
        "  lanes = prefix .. 'lanes',\n"
        "  lane_fifo = function(lane, tenant) return prefix .. 'w:' .. lane .. ':' .. tenant end,\n"
        "  tickets = function(route) return prefix .. 'q.' .. route end,\n"
        "}\n"
    )


def test_every_key_of_the_map_is_used() -> None:
    lua = "".join(path.read_text() for path in LUA.glob("*.lua"))
    python = "".join(path.read_text() for path in (ROOT / "judge" / "queue").glob("*.py"))
    unused = [name for name in NAMES if f"key.{name}" not in lua and f"keys.{name}(" not in python]
    assert unused == []


def test_no_script_spells_a_key() -> None:
    for path in LUA.glob("*.lua"):
        code = "".join(line.partition("--")[0] for line in path.read_text().splitlines(keepends=True))
        assert not re.search(r"\bKEYS\b|\bprefix\b", code), path.name


def test_a_script_that_asks_for_an_unknown_key_is_refused() -> None:
    with pytest.raises(ValueError, match=r"x\.lua: no such key: leese"):
        script._keys_in("x", "redis.call('DEL', key.leese, key.leases)")


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
