"""Attacks that come through the doors of Judge0 and go-judge: each ends as such an end is told there, nothing gets out,
no fault of ours is shown, and what is honest runs as before.

All of them through both is a matter of minutes (make test-hostile-dialects); a quick run has some for each.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from arena import COMPILERS, HERE, INPUT, SHELL, compile_one, corpus
from gateway_harness import Gateway
from judge0_harness import zipped

from judge.host.attack import ESCAPED, Attack, Mode
from judge.host.selftest import INTERPRETER
from judge.model.limits import Limits
from judge.model.run import Outcome

ATTACKS = [attack for attack in corpus() if attack.mode is not Mode.PAIR]
#: Of a quick run: each has one attack in this many, each others.
STRIDE = 40
DOORS = ("judge0", "gojudge")
#: What finds something that is no way out when it comes so (docs/explanation/attacks.md says why).
FINDS: dict[str, str] = {
    "disk_inodes": r"ESCAPED: \d+ files in /work",
    "disk_names": r"ESCAPED: \d+ names",
    "secret_environment": r"ESCAPED: \[('[A-Z_]+'(, )?)+\]",
    "secret_files": r"ESCAPED: \['/work/[\w.]+'\]",
    "disk_unlinked": r"ESCAPED: 100 quarter megabytes",
}
#: No client of theirs can ask for less disk: what fills it reaches the limit of memory before.
FILLS = frozenset({"disk_fallocate", "disk_fill", "disk_fill_and_cope"})
#: How go-judge tells an end.
_GOJUDGE = {
    Outcome.SIGNALLED: {"Signalled"},
    Outcome.CPU_LIMIT: {"Time Limit Exceeded"},
    Outcome.WALL_LIMIT: {"Time Limit Exceeded"},
    Outcome.IDLE_LIMIT: {"Time Limit Exceeded"},
    Outcome.MEMORY_LIMIT: {"Memory Limit Exceeded"},
    Outcome.OUTPUT_LIMIT: {"Output Limit Exceeded"},
    Outcome.PROCESS_LIMIT: {"Nonzero Exit Status", "Signalled"},
    Outcome.DISK_LIMIT: {"Nonzero Exit Status", "Signalled"},
    Outcome.SYSCALL_DENIED: {"Signalled"},
}
_SIGNALS = frozenset(range(7, 13))
#: How Judge0 tells it: numbers of statuses.
_JUDGE0 = {
    Outcome.SIGNALLED: _SIGNALS,
    Outcome.CPU_LIMIT: {5},
    Outcome.WALL_LIMIT: {5},
    Outcome.IDLE_LIMIT: {5},
    Outcome.MEMORY_LIMIT: _SIGNALS,
    Outcome.OUTPUT_LIMIT: {8},
    Outcome.PROCESS_LIMIT: _SIGNALS,
    Outcome.DISK_LIMIT: _SIGNALS,
    Outcome.SYSCALL_DENIED: _SIGNALS,
}


def cases() -> Iterator[object]:
    for number, attack in enumerate(ATTACKS):
        for place, door in enumerate(DOORS):
            quick = number % STRIDE == place * STRIDE // len(DOORS)
            if door == "judge0" and attack.mode is Mode.COMPILE and attack.path.suffix == ".sh":
                continue  # a script is no compiler's input there
            yield pytest.param(door, attack, id=f"{door}-{attack.path.name}", marks=() if quick else pytest.mark.slow)


def _b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def ends_of(attack: Attack) -> set[Outcome]:
    """Its outcomes, if it ends as its header says."""
    return {end.outcome for end in attack.ends} | ({Outcome.MEMORY_LIMIT} if attack.name in FILLS else set())


def _wall_ns(limits: Limits, ends: set[Outcome]) -> int:
    """Neither knows of idle time."""
    return limits.idle_time_ns if Outcome.IDLE_LIMIT in ends and limits.idle_time_ns else limits.wall_time_ns


def by_gojudge(gateway: Gateway, key: str, attack: Attack, program: Path, *args: str) -> tuple[str, str, bytes]:
    """How it ended, whether that was to be, and what it wrote."""
    limits, ends = attack.limits, ends_of(attack)
    name = program.name
    start = {".py": (INTERPRETER, "-B", name), ".sh": (SHELL, name)}.get(program.suffix, (name,))
    if attack.mode is Mode.COMPILE:
        start = (*(word.replace("/work/", "/w/") for word in COMPILERS[program.suffix]), name)
    command = {
        "args": [*start, *args],
        "files": [
            {"content": INPUT.decode() if attack.has_input else ""},
            {"name": "stdout", "max": limits.stdout_bytes},
            {"name": "stderr", "max": limits.stderr_bytes},
        ],
        "cpuLimit": limits.cpu_time_hard_ns,
        "clockLimit": _wall_ns(limits, ends),
        "memoryLimit": limits.memory_bytes,
        "procLimit": limits.processes,
        "copyIn": {name: {"fileId": _put(gateway, key, name, program.read_bytes())}},
    }
    answered = gateway.post("/go-judge/run", {"cmd": [command]}, key=key)
    assert answered.status == 200, answered.body
    (result,) = answered.json()
    wanted = set().union(*(_GOJUDGE.get(outcome, set()) for outcome in ends))
    for end in attack.ends:
        if end.outcome is Outcome.EXITED:
            wanted |= {"Accepted" if end.detail in ("0", "CONFINED") else "Nonzero Exit Status"}
    complaint = "" if result["status"] in wanted else f"{result['status']} instead of {sorted(wanted)}: {result}"
    assert result["status"] != "Internal Error", result
    return result["status"], complaint, result["files"]["stdout"].encode()


def _put(gateway: Gateway, key: str, name: str, content: bytes) -> str:
    head = f'--XX\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = head.encode() + content + b"\r\n--XX--\r\n"
    put = gateway.post("/go-judge/file", body, key=key, headers={"content-type": "multipart/form-data; boundary=XX"})
    assert put.status == 200, put.body
    file_id: str = put.json()
    return file_id


_LANGUAGES = {"": 44, ".py": 71, ".sh": 44, ".c": 50, ".cpp": 54}


def by_judge0(gateway: Gateway, key: str, attack: Attack, program: Path, *args: str) -> tuple[str, str, bytes]:
    """The same."""
    limits, ends = attack.limits, ends_of(attack)
    compiled = attack.mode is Mode.COMPILE
    body: dict[str, Any] = {
        "language_id": _LANGUAGES[program.suffix],
        "source_code": _b64(program.read_bytes()),
        "stdin": _b64(INPUT if attack.has_input else b""),
        "command_line_arguments": " ".join(args),
        "cpu_time_limit": min(limits.cpu_time_hard_ns / 1e9, 15),
        "cpu_extra_time": 0,
        "wall_time_limit": min(max(_wall_ns(limits, ends) / 1e9, 1), 20),
        "memory_limit": min(max(limits.memory_bytes >> 10, 2048), 512_000),
        "max_processes_and_or_threads": min(limits.processes, 120),
        "max_file_size": min(max(limits.stdout_bytes >> 10, 1), 4096),
    }
    if program.suffix == ".c":
        body["additional_files"] = zipped({"hostile.h": (HERE / "programs" / "hostile.h").read_text()})
    answered = gateway.post(
        "/judge0/submissions?wait=true&base64_encoded=true&fields=stdout,stderr,status,message,compile_output",
        body,
        key=key,
    )
    assert answered.status == 201, answered.body
    result = answered.json()
    number = result["status"]["id"]
    assert number not in (1, 2, 13), result
    wanted = {6} if compiled else set[int]()
    wanted |= set().union(*(_JUDGE0.get(outcome, set()) for outcome in ends))
    for end in attack.ends:
        if end.outcome is Outcome.EXITED:
            wanted |= {3 if end.detail in ("0", "CONFINED") else 11}
    complaint = "" if compiled or number in wanted else f"{number} instead of {sorted(wanted)}: {result}"
    return str(number), complaint, base64.b64decode(result["stdout"] or "")


def honest_runs(gateway: Gateway, key: str) -> None:
    """Something honest, through both."""
    command = {
        "args": ["/bin/sh", "-c", "cat; ls"],
        "files": [{"content": "fine\n"}, {"name": "stdout", "max": 1000}, {"name": "stderr", "max": 1000}],
        "cpuLimit": 10**10,
        "memoryLimit": 64 << 20,
        "procLimit": 10,
    }
    (result,) = gateway.post("/go-judge/run", {"cmd": [command]}, key=key).json()
    assert (result["status"], result["files"]["stdout"]) == ("Accepted", "fine\n"), result
    body = {"language_id": 71, "source_code": "import os\nprint(input(), os.listdir())", "stdin": "fine"}
    result = gateway.post("/judge0/submissions?wait=true&base64_encoded=false", body, key=key).json()
    assert result["stdout"] == "fine []\n", result


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where they are compiled."""
    return tmp_path_factory.mktemp("attacks")


@pytest.mark.timeout(180, func_only=True)
@pytest.mark.parametrize(("door", "attack"), list(cases()))
def test_an_attack_through_a_door(dialects: Gateway, school: str, programs: Path, door: str, attack: Attack) -> None:
    is_program = attack.path.suffix == ".c" and attack.mode is not Mode.COMPILE
    program = compile_one(attack.path, programs) if is_program else attack.path
    send = by_gojudge if door == "gojudge" else by_judge0
    for args in [("1",), ("2",)] if attack.mode is Mode.TWICE else [()]:
        _, complaint, written = send(dialects, school, attack, program, *args)
        if ESCAPED in written:
            assert re.search(FINDS.get(attack.name, "$^"), written.decode(errors="replace")), written
        else:
            assert complaint == ""
    honest_runs(dialects, school)
