"""Work of every kind for the scripted judge of :mod:`service_judges`: its orders lie in the first file of it."""

from __future__ import annotations

import json
from typing import Any

from judge.client import new_id
from judge.model.submission import SourceFile
from judge.model.verification import Verification
from judge.model.work import (
    Command,
    CommandGroup,
    Data,
    Evaluation,
    EvaluationTest,
    Execution,
    InputFile,
    ProgramJudging,
    ProgramSource,
    SessionRequest,
    Task,
    Work,
    WorkHeader,
    WorkKind,
)

IN_NO_LANGUAGE = (WorkKind.VERIFICATION, WorkKind.PROGRAM)

_HEADER = frozenset(WorkHeader.__struct_fields__)


def work_order(kind: WorkKind, id: str = "", *, fields: dict[str, Any] | None = None, **orders: Any) -> Work:
    """Work of a kind; words that are no field of its header are orders, ``fields`` are its task's own. Some
    kinds are in no language."""
    named = {name: orders.pop(name) for name in _HEADER & set(orders)}
    language = named.pop("language", "c")
    header = WorkHeader(id=id or new_id(), kind=kind, language="" if kind in IN_NO_LANGUAGE else language, **named)
    return Work(header=header, task=_task(kind, json.dumps(orders).encode(), fields or {}))


def _task(kind: WorkKind, orders: bytes, fields: dict[str, Any]) -> Task:
    program = ProgramSource(sources=(SourceFile(name="a.c", content=orders),))
    match kind:
        case WorkKind.EXECUTION:
            return Execution(program=program, **fields)
        case WorkKind.EVALUATION:
            return Evaluation(program=program, tests=(EvaluationTest(),), **fields)
        case WorkKind.GROUP:
            file = InputFile(name="a", data=Data(content=orders))
            return CommandGroup(commands=(Command(argv=("a",), files=(file,)),), **fields)
        case WorkKind.SESSION:
            return SessionRequest(program=program, **fields)
        case WorkKind.VERIFICATION:
            return Verification(package=orders.decode(), **fields)
        case WorkKind.PROGRAM:
            return ProgramJudging(program=program, **fields)
    raise AssertionError(f"{kind} is no such kind")


def orders_of(task: Task) -> bytes:
    """What :func:`work_order` was told."""
    if isinstance(task, CommandGroup):
        return task.commands[0].files[0].data.content
    if isinstance(task, Verification):
        return task.package.encode()
    assert task.program is not None
    return task.program.sources[0].content
