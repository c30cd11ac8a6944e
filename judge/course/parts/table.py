"""The one table of engines: which module grades which kind of part, and which framework of unit tests."""

from __future__ import annotations

from collections.abc import Mapping

from judge.course.context import Engine
from judge.course.formats.layouts import LAYOUTS
from judge.course.parts import (
    autograder,
    by_hand,
    calls,
    command,
    java,
    javascript,
    shared_tests,
    style,
    tests,
    unit_tests_apart,
)
from judge.course.parts.hosts import HOSTS
from judge.errors import PackageError
from judge.model.assignment import CoursePart, Isolation, PartKind
from judge.package.assignment.parts import SHARED_BY_CHOICE

ENGINES: Mapping[PartKind, Engine] = {
    PartKind.TESTS: tests.grade_part,
    PartKind.CALLS: calls.grade_part,
    PartKind.COMMAND: command.grade_part,
    PartKind.STYLE: style.grade_part,
    PartKind.BY_HAND: by_hand.grade_part,
}

#: Of unit tests and autograders, by framework.
FRAMEWORKS: Mapping[str, Engine] = {
    "junit5": java.grade_part,
    "node": javascript.grade_part,
    "jest": javascript.grade_part,
    **dict.fromkeys(("asserts", "catch2", "go", "rust"), shared_tests.grade_part),
    **dict.fromkeys(LAYOUTS, autograder.grade_part),
    **dict.fromkeys(HOSTS, unit_tests_apart.grade_part),
}


def engine_of(part: CoursePart) -> Engine:
    """What grades this part. Raises PackageError when nothing does."""
    if part.framework in SHARED_BY_CHOICE and part.isolation is Isolation.SHARED:
        return shared_tests.grade_part
    engine = FRAMEWORKS.get(part.framework) if part.framework else ENGINES.get(part.kind)
    if engine is None:
        named = f"{part.kind} with {part.framework}" if part.framework else part.kind
        raise PackageError(f"nothing here grades {named}", where=f"assignment.yaml:{part.line}: {part.name}")
    return engine
