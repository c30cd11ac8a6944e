"""Attacks that come as executions end as they do anywhere: every eighth program of the corpus, with its files.

Here a program is a client's file in /work, not an artifact, and its streams come back through the report.
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from arena import INPUT, SHARED_UID, SHELL, Arena, corpus
from host_state import snapshot
from running_fakes import MemoryBlobs

from judge.host.attack import Attack, Mode
from judge.host.selftest import INTERPRETER
from judge.model.event import unheard
from judge.model.work import Data, Execution, InputFile, RequestedLimits, Work, WorkHeader, WorkKind
from judge.model.work_report import ExecutionReport, RunReport
from judge.package.ceilings import DEFAULT_CEILINGS
from judge.running.execution import execute
from judge.running.runner import Runner
from judge.sandbox.capture import Capture, Completed
from judge.state_dir import StateDir
from judge.toolchain.roots import Toolchains

SAMPLE = [attack for attack in corpus() if attack.mode is Mode.RUN][::8]


@pytest.fixture(scope="module")
def runner(arena: Arena, state_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Runner:
    judge: Any = SimpleNamespace(build_context=SimpleNamespace(toolchain=Toolchains(StateDir(state_dir))))
    scratch = tmp_path_factory.mktemp("scratch")
    return Runner(slot=arena.slot, judge=judge, ceilings=DEFAULT_CEILINGS, blobs=MemoryBlobs(), scratch=scratch)


def as_execution(attack: Attack, artifact: Path) -> Execution:
    """The attack as a client would send it."""
    suffix = attack.path.suffix
    name = attack.path.name if suffix in (".py", ".sh") else attack.name
    start = {".py": (INTERPRETER, "-B", name), ".sh": (SHELL, name)}.get(suffix, (name,))
    limits = attack.limits
    return Execution(
        argv=start,
        files=(InputFile(name=name, data=Data(content=(artifact / name).read_bytes()), executable=True),),
        stdin=Data(content=INPUT if attack.has_input else b""),
        limits=RequestedLimits(
            cpu_time_ns=limits.cpu_time_hard_ns,
            wall_time_ns=limits.wall_time_ns,
            idle_time_ns=limits.idle_time_ns,
            memory_bytes=limits.memory_bytes,
            processes=limits.processes,
            stdout_bytes=limits.stdout_bytes,
            stderr_bytes=limits.stderr_bytes,
            disk_bytes=limits.disk_bytes,
            disk_inodes=limits.disk_inodes,
            open_files=limits.open_files,
        ),
        keep=(attack.collect,) if attack.collect else (),
        pieces=True,
        live=True,
    )


def completed(run: RunReport) -> Completed:
    return Completed(run.result, Capture(run.stdout.content), Capture(run.stderr.content))


@pytest.mark.timeout(60, func_only=True)
@pytest.mark.parametrize("attack", [pytest.param(attack, id=attack.path.name) for attack in SAMPLE])
def test_attack(attack: Attack, arena: Arena, state_dir: Path, artifact: Path, runner: Runner) -> None:
    identity = arena.slot.identity
    if identity.setup_uid_host == identity.program_uid_host and attack.name in SHARED_UID:
        pytest.skip(f"as a plain user on cgroup v1 {SHARED_UID[attack.name]}")
    task = as_execution(attack, artifact)
    execute_once(runner, Execution(argv=("/bin/true",)))  # what a first run leaves on the host is there
    before = snapshot(state_dir, arena.slot)
    (run,) = execute_once(runner, task).runs
    assert attack.complaint(completed(run)) == ""
    assert isinstance(runner.blobs, MemoryBlobs)
    for text in (run.stdout.content, run.stderr.content, *runner.blobs.contents.values()):
        assert not any(secret.encode() in text for secret in attack.holds)
    runner.blobs.contents.clear()
    arena.assert_unharmed()
    assert snapshot(state_dir, arena.slot) == before


def execute_once(runner: Runner, task: Execution) -> ExecutionReport:
    work = Work(header=WorkHeader(id="x", kind=WorkKind.EXECUTION), task=task)
    return execute(runner, work, task, unheard)
