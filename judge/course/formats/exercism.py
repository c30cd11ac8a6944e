"""The ``results.json`` of Exercism's test runners, versions 1 to 3.

Source: "The test runner interface" of Exercism's documentation
(https://exercism.org/docs/building/tooling/test-runners/interface).
"""

from __future__ import annotations

from judge.course.formats.foreign_json import Node, parsed
from judge.course.formats.results import TESTS_MAX, ForeignResults, ForeignTest, text_bytes
from judge.errors import ResultsFault
from judge.model.assignment import Autograder
from judge.model.coursework import TestStatus

_STATUS = {"pass": TestStatus.PASSED, "fail": TestStatus.FAILED, "error": TestStatus.ERROR}
_VERSIONS = (1, 2, 3)


def read_results(data: bytes, autograder: Autograder) -> ForeignResults:
    """The results of one run: each test is worth the same. Raises ResultsFault naming the place."""
    root = parsed(data)
    version = root.field("version").number()
    if version not in _VERSIONS:
        raise ResultsFault("version: 1, 2 or 3 was wanted")
    status = root.field("status").word(_STATUS)
    if status is None:
        raise ResultsFault("no status")
    message = root.field("message").text(text_bytes(1))
    tests = root.field("tests").items(TESTS_MAX) if version > 1 else ()
    if version > 1 and status is not TestStatus.ERROR and not tests:
        raise ResultsFault("no tests")
    read = tuple(_test(test, len(tests)) for test in tests)
    passed = [test for test in read if test.status is TestStatus.PASSED]
    share = len(passed) / len(read) if read else float(status is TestStatus.PASSED)
    # What says itself that it failed has not all points, whatever its tests say.
    return ForeignResults(
        tests=read,
        share=share if status is TestStatus.PASSED or share < 1.0 else 0.0,
        by_share=True,
        failed=status is TestStatus.ERROR,
        message=message,
    )


def _test(test: Node, count: int) -> ForeignTest:
    status = test.field("status").word(_STATUS)
    if status is None:
        raise ResultsFault(f"{test.where}: no status")
    bytes_max = text_bytes(2 * count)
    told = [test.field(name).text(bytes_max) for name in ("message", "output")]
    test.field("test_code").text(1)
    task = test.field("task_id").number()
    return ForeignTest(
        name=test.field("name").name(),
        number=f"{task:g}" if task is not None else "",
        points=float(status is TestStatus.PASSED),
        points_max=1.0,
        status=status,
        message="\n".join(text for text in told if text),
    )
