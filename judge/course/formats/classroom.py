"""The result of GitHub Classroom's actions: a JSON document of version 1, in base64.

Source: the actions autograding-io-grader and autograding-grading-reporter
(https://github.com/classroom-resources). They give a test all its points or none; here it may have some of them.
"""

from __future__ import annotations

import base64
import binascii
import math

from judge.course.formats.foreign_json import JSON_BYTES_MAX, Node, parsed
from judge.course.formats.results import TESTS_MAX, ForeignResults, ForeignTest, text_bytes
from judge.errors import ResultsFault
from judge.model.assignment import Autograder
from judge.model.coursework import TestStatus
from judge.model.units import MS_NS, S_NS

_STATUS = {"pass": TestStatus.PASSED, "fail": TestStatus.FAILED, "error": TestStatus.ERROR}
#: How a step of a workflow writes its output of this name.
_OUTPUT = b"result="


def read_results(data: bytes, autograder: Autograder) -> ForeignResults:
    """The result: base64, with ``result=`` before it or not, or the JSON document itself.

    Raises ResultsFault naming the place.
    """
    root = parsed(_decoded(data))
    if root.field("version").number() != 1:
        raise ResultsFault("version: 1 was wanted")
    status = root.field("status").word(_STATUS)
    most = root.field("max_score").number() or 0.0
    tests = root.field("tests").items(TESTS_MAX)
    if status is None or not tests:
        raise ResultsFault("no status" if status is None else "no tests")
    # Without points each test counts the same.
    read = tuple(_test(test, most / len(tests) or 1.0, len(tests)) for test in tests)
    total = max(most, math.fsum(test.points_max or 0.0 for test in read))
    share = math.fsum(min(test.points or 0.0, test.points_max or 0.0) for test in read) / total if total else 0.0
    return ForeignResults(tests=read, by_share=True, share=share)


def _decoded(data: bytes) -> bytes:
    text = data[: 2 * JSON_BYTES_MAX].strip().removeprefix(_OUTPUT)
    if text.startswith(b"{"):
        return text
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ResultsFault(f"neither JSON nor base64: {error}") from error


def _test(test: Node, points_max: float, count: int) -> ForeignTest:
    status = test.field("status").word(_STATUS)
    if status is None:
        raise ResultsFault(f"{test.where}: no status")
    most = test.field("max_score").number()
    most = points_max if most is None else max(0.0, most)
    points = test.field("score").number()
    points = points if points is None else max(0.0, points)
    # Some of the actions say what a failed test would have been worth.
    if points is None or (status is not TestStatus.PASSED and points >= most):
        points = most if status is TestStatus.PASSED else 0.0
    return ForeignTest(
        name=test.field("name").name(),
        points=points,
        points_max=most,
        status=status,
        message=test.field("message").text(text_bytes(count)),
        wall_time_ns=_time_ns(test),
    )


def _time_ns(test: Node) -> int:
    """``execution_time`` is in seconds, with or without saying so; ``duration`` in milliseconds."""
    told = test.field("execution_time")
    if isinstance(told.value, str):
        told = Node(told.value.removesuffix("s"), told.where)
    seconds, ms = told.number() or 0.0, test.field("duration").number() or 0.0
    return max(0, round(seconds * S_NS), round(ms * MS_NS))
