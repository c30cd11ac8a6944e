"""What go-judge's clients ask for as a command group: names, limits, shares, pipes. Pure."""

from __future__ import annotations

import json
from itertools import count
from typing import Any

import pytest

from judge.gateway.dialects.gojudge.plan import Means, Plan, path_in_work, plan_of, sources_of
from judge.gateway.dialects.gojudge.requests import WrongRequestError, run_request
from judge.gateway.json_amount import VALUES_MAX
from judge.model.units import MIB
from judge.model.work import Data
from judge.package.ceilings import Ceilings

CEILINGS = Ceilings(memory_bytes=512 * MIB, output_bytes=32 * MIB, time_limit_ns=60_000_000_000)


def planned(*cmds: dict[str, Any], sources: dict[str, Data] | None = None, **more: Any) -> Plan:
    ids = (f"ID{number:06}" for number in count(1))
    request = run_request(json.dumps({"cmd": cmds, **more}).encode())
    return plan_of(request, Means(CEILINGS, lambda: next(ids), sources or {}))


def limits(**fields: Any) -> Any:
    return planned({"args": ["a"], **fields}).group.commands[0].limits


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("a", "a"), ("./a", "a"), ("a//b", "a/b"), ("/w/a", "a"), ("/w/a/../b", ""), ("../a", ""), ("/etc/passwd", ""),
        ("", ""), (".", ""), ("/w/", ""), ("a\0", ""), ("/work/a", ""), ("a/./b/", "a/b"),
    ],
)  # fmt: skip
def test_names_below_w(name: str, path: str) -> None:
    assert path_in_work(name) == path


@pytest.mark.parametrize(
    ("args", "argv"),
    [
        (["/usr/bin/g++", "-v"], ("/usr/bin/g++", "-v")),
        (["a"], ("/w/a",)),
        (["./d/a"], ("/w/d/a",)),
        (["../a"], ("/w/../a",)),
    ],
)
def test_the_first_word_is_a_path_from_w_on(args: list[str], argv: tuple[str, ...]) -> None:
    assert planned({"args": args}).group.commands[0].argv == argv


@pytest.mark.parametrize(
    ("fields", "name", "amount"),
    [
        ({}, "cpu_time_ns", 1),
        ({"cpuLimit": 5}, "cpu_time_ns", 5),
        ({"cpuLimit": 1 << 63}, "cpu_time_ns", CEILINGS.time_limit_ns),
        ({"cpuLimit": 5}, "wall_time_ns", 5),
        ({"cpuLimit": 5, "clockLimit": 3}, "wall_time_ns", 5),
        ({"cpuLimit": 5, "clockLimit": 9}, "wall_time_ns", 9),
        ({"cpuLimit": 5, "clockLimit": 9, "realCpuLimit": 7}, "wall_time_ns", 7),
        ({}, "memory_bytes", 1),
        ({"memoryLimit": 99}, "memory_bytes", 99),
        ({"memoryLimit": 1 << 60}, "memory_bytes", 512 * MIB),
        ({"memoryLimit": 99, "stackLimit": 9}, "stack_bytes", 9),
        ({"memoryLimit": 99, "stackLimit": 100}, "stack_bytes", 99),
        ({}, "processes", 1),
        ({"procLimit": 7}, "processes", 7),
        ({"procLimit": 1 << 40}, "processes", 1024),
        ({"memoryLimit": 64 * MIB, "strictMemoryLimit": True}, "data_segment_bytes", 64 * MIB),
        ({"memoryLimit": 64 * MIB, "dataSegmentLimit": True}, "data_segment_bytes", 64 * MIB),
        ({"memoryLimit": 64 * MIB}, "data_segment_bytes", 0),
        ({"memoryLimit": MIB, "strictMemoryLimit": True}, "data_segment_bytes", 0),
        ({"memoryLimit": 64 * MIB, "addressSpaceLimit": True}, "address_space_bytes", 64 * MIB),
        ({"files": [None, {"name": "o", "max": 9}]}, "stdout_bytes", 9),
        ({"files": [None, {"name": "o", "max": 0}]}, "stdout_bytes", 1),
        ({"files": [None, {"name": "o", "max": 1 << 50}]}, "stdout_bytes", 32 * MIB),
        ({"files": [None, None, {"name": "e", "max": 9}]}, "stderr_bytes", 9),
        ({}, "stdout_bytes", 32 * MIB),
    ],
)
def test_limits(fields: dict[str, Any], name: str, amount: int) -> None:
    assert getattr(limits(**fields), name) == amount


def test_what_is_too_much_for_all_is_shared() -> None:
    one = {"args": ["a"], "memoryLimit": 400 * MIB, "files": [None, {"name": "o", "max": 1 << 40}]}
    commands = planned(one, one).group.commands
    assert [command.limits.memory_bytes for command in commands] == [256 * MIB] * 2
    assert [command.limits.stdout_bytes for command in commands] == [16 * MIB] * 2


def test_outputs_above_2_share_what_one_run_may_write() -> None:
    small, large = {"name": "small", "max": 9}, {"name": "large", "max": 1 << 40}
    one = planned({"args": ["a"], "files": [None, None, None, small, large, large]}).group.commands[0]
    assert [output.bytes_max for output in one.outputs] == [9, 32 * MIB // 3, 32 * MIB // 3]
    many = planned(*[{"args": ["a"], "files": [None, None, None, *[large] * 17]}] * 16).group.commands
    assert sum(output.bytes_max for command in many for output in command.outputs) <= 32 * MIB
    (alone,) = planned({"args": ["a"], "files": [None, None, None, large]}).group.commands[0].outputs
    assert alone.bytes_max == 32 * MIB


def test_ids_are_given_to_what_is_cached_alone() -> None:
    files = [None, {"name": "stdout", "max": 9}, {"name": "stderr", "max": 9}]
    names = {"copyOut": ["stdout", "stderr", "a?", "b"], "copyOutCached": ["stderr", "b", "c?"]}
    plan = planned({"args": ["a"], "files": files, **names})
    (command,) = plan.group.commands
    by_name = {name: file_id for file_id, name in plan.ids().items()}
    assert set(by_name) == {"stderr", "b", "c"}
    assert (command.stdout_blob, command.stderr_blob) == ("", f"gojudge.{by_name['stderr']}")
    blobs = [("a", ""), ("b", f"gojudge.{by_name['b']}"), ("c", f"gojudge.{by_name['c']}")]
    assert [(one.name, one.blob) for one in command.wanted] == blobs
    assert [one.optional for one in plan.commands[0].copy_out] == [True, False, True]


def test_pipes_lead_from_in_to_out_and_a_proxy_records() -> None:
    null = {"args": ["a"], "files": [None, None]}
    ends = {"in": {"index": 0, "fd": 1}, "out": {"index": 1, "fd": 0}}
    bare, proxy, named = (
        planned(null, null, pipeMapping=[{**ends, **more}]).group.pipes[0]
        for more in ({}, {"proxy": True}, {"proxy": True, "name": "x", "max": 7})
    )
    assert (bare.source.command, bare.source.descriptor, bare.target.command, bare.target.descriptor) == (0, 1, 1, 0)
    assert (bare.swallow, bare.limit_bytes, bare.record_bytes_max) == (False, 0, 0)
    assert (proxy.swallow, proxy.limit_bytes, proxy.record_bytes_max) == (True, 32 * MIB, 0)
    assert named.record_bytes_max == 7


def test_one_command_has_no_pipes() -> None:
    ends = {"in": {"index": 0, "fd": 1}, "out": {"index": 5, "fd": 0}}
    assert planned({"args": ["a"]}, pipeMapping=[ends]).group.pipes == ()


def test_sources_of_the_host_are_named_and_replaced() -> None:
    one = {"args": ["a"], "files": [{"src": "/x"}], "copyIn": {"b": {"src": "/y"}, "c": {"symlink": "d", "src": "/z"}}}
    request = run_request(json.dumps({"cmd": [one]}).encode())
    assert list(sources_of(request)) == ["/x", "/y"]
    blobs = {"/x": Data(blob="sha256:" + "1" * 64), "/y": Data(blob="sha256:" + "2" * 64)}
    (command,) = planned(one, sources=blobs).group.commands
    assert (command.stdin, command.files[0].data) == (blobs["/x"], blobs["/y"])
    assert command.links[0].target == "d"


@pytest.mark.parametrize(
    ("cmd", "words"),
    [
        ({}, "no args provided"),
        ({"args": []}, "no args provided"),
        ({"args": ["a"], "files": [{"name": "x"}]}, "file is not valid for cmd"),
        ({"args": ["a"], "files": [None] * 21}, "at most 20"),
        ({"args": ["a"], "copyIn": {"x": None}}, "nil type cannot be used for copyIn x"),
        ({"args": ["a"], "copyIn": {"x": {}}}, "file is not valid for cmd"),
        ({"args": ["a"], "files": [{"fileId": "a b"}]}, "file not exists with id a b"),
        ({"args": ["a"], "cpuLimit": -1}, "no unsigned number"),
        ({"args": ["a"], "memoryLimit": 1 << 64}, "memory"),
        ({"args": "a"}, "Expected"),
    ],
)
def test_what_cannot_be(cmd: dict[str, Any], words: str) -> None:
    with pytest.raises(WrongRequestError, match=words):
        planned(cmd)


@pytest.mark.parametrize(("tty", "names"), [(True, ["o"]), (False, ["o", "e"])])
def test_a_terminal_is_collected_once_by_the_first_name(tty: bool, names: list[str]) -> None:
    files = [None, {"name": "o", "max": 9}, {"name": "e", "max": 9}]
    (command,) = planned({"args": ["a"], "tty": tty, "files": files, "copyOut": ["e"]}).commands
    assert [one.name for one in command.collectors] == names
    assert command.copy_out == ()


def test_more_commands_than_are_run_are_not_even_planned() -> None:
    with pytest.raises(WrongRequestError, match="17 cmds; at most 16"):
        planned(*[{"args": ["a"]}] * 17)


def test_a_request_with_too_many_values_is_refused_in_its_own_words() -> None:
    with pytest.raises(WrongRequestError, match="more than"):
        run_request(b'{"cmd":[%snull]}' % (b"null," * VALUES_MAX))
