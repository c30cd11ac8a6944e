"""Unit tests that need more than there is, found by their source and named by their lines.

Where a framework must share a process: tests of which only a run would tell that they are there. Elsewhere, what is
more than the call protocol can do: the tests run apart from the student's code, with stand-ins for its classes (docs,
"The call protocol of unit tests").
What is found here is advice: a test that does so fails for everybody, also for the setter's own solution.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from judge.kernel.files import open_resolved
from judge.model.assignment import CoursePart, Isolation, PartKind
from judge.package.assignment.java_needs import java_needs
from judge.package.assignment.javascript_needs import javascript_needs
from judge.package.assignment.python_needs import python_needs
from judge.package.assignment.shared_names import shared_needs
from judge.package.findings import Findings

#: Of one file.
_READ_BYTES_MAX = 1 << 20

#: (a text of the tests, the part, the texts of its reference solution) -> line, and why it cannot be.
Check = Callable[[str, CoursePart, Sequence[str]], Iterator[tuple[int, str]]]

CHECKS: Mapping[str, Check] = {
    "junit5": java_needs,
    "node": javascript_needs,
    "jest": javascript_needs,
    "pytest": python_needs,
    "unittest": python_needs,
    **dict.fromkeys(("asserts", "catch2", "go", "rust"), shared_needs),
}

#: Those that know what holds where a process is shared.
_ALSO_SHARED = (shared_needs, python_needs)


def warn_of_needs(findings: Findings, parts: Sequence[CoursePart]) -> None:
    """Adds a warning for each such line of unit tests."""
    for part in parts:
        check = CHECKS.get(part.framework)
        if check is None or part.kind is not PartKind.UNIT_TESTS:
            continue
        if part.isolation is not Isolation.APART and check not in _ALSO_SHARED:
            continue
        reference = tuple(_text(path) for _, path in part.reference)
        for name, path in part.test_files:
            for line, reason in check(_text(path), part, reference):
                findings.warning(name, reason, line=line)


def _text(path: str) -> str:
    """The beginning of a file, "" when it cannot be read: who grades says so."""
    try:
        with open(path, "rb", opener=open_resolved) as file:
            return file.read(_READ_BYTES_MAX).decode("utf-8", "replace")
    except OSError:
        return ""
