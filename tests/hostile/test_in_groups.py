"""Attacks in a command group, joined by pipes to an honest command: it is served, and the host is as before."""

from __future__ import annotations

from pathlib import Path

import pytest
from arena import Arena
from host_state import snapshot
from test_as_executions import SAMPLE, as_execution, runner

from judge.host.attack import Attack
from judge.model.work import Command, CommandGroup, Endpoint, Pipe, Work, WorkHeader, WorkKind
from judge.model.work_report import CommandGroupReport
from judge.running.group import run_group
from judge.running.runner import Runner

__all__ = ["runner"]

HONEST = Command(argv=("/bin/sh", "-c", "cat > /dev/null; echo served"))


def group_of(runner: Runner, *commands: Command, pipes: tuple[Pipe, ...] = ()) -> CommandGroupReport:
    work = Work(header=WorkHeader(id="x", kind=WorkKind.GROUP), task=CommandGroup(commands=commands, pipes=pipes))
    assert isinstance(work.task, CommandGroup)
    return run_group(runner, work, work.task)


def as_command(attack: Attack, artifact: Path) -> Command:
    task = as_execution(attack, artifact)
    return Command(argv=task.argv, files=task.files, stdin=task.stdin, limits=task.limits)


@pytest.mark.timeout(60, func_only=True)
@pytest.mark.parametrize("recorded", [0, 1000])
@pytest.mark.parametrize("attack", [pytest.param(attack, id=attack.path.name) for attack in SAMPLE[::3]])
def test_attack(attack: Attack, recorded: int, arena: Arena, state_dir: Path, artifact: Path, runner: Runner) -> None:
    group_of(runner, HONEST)
    before = snapshot(state_dir, arena.slot)
    pipe = Pipe(
        source=Endpoint(command=0, descriptor=1),
        target=Endpoint(command=1, descriptor=0),
        record_bytes_max=recorded,
    )
    report = group_of(runner, as_command(attack, artifact), HONEST, pipes=(pipe,))
    assert report.commands[1].stdout.content == b"served\n"
    arena.assert_unharmed()
    assert snapshot(state_dir, arena.slot) == before
