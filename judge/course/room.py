"""How much a report of coursework may hold, however many tests its assignment has. Pure.

What failed is kept first: that is what people look at.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from judge.model.coursework import CoursePartReport, CourseTestReport, TestStatus
from judge.model.printed import Printed

#: Of all tests of a report together: what they gave, wanted, got, and say.
TEXT_CHARS_MAX = 1 << 20

#: Of one message or log.
MESSAGE_CHARS_MAX = 4000
LOG_CHARS_MAX = 64 << 10

_STREAMS = ("input", "expected", "output", "stderr")


def within_room(parts: Sequence[CoursePartReport]) -> tuple[CoursePartReport, ...]:
    """The parts with what there is room for: first the texts of tests that failed, then those of all others."""
    places = [(index, place) for index, part in enumerate(parts) for place in range(len(part.tests))]
    tests = {(index, place): _cut(parts[index].tests[place]) for index, place in places}
    room = TEXT_CHARS_MAX
    for key in sorted(places, key=lambda key: tests[key].status is TestStatus.PASSED):
        room -= _size(tests[key])
        if room < 0:
            tests[key] = msgspec.structs.replace(tests[key], **dict.fromkeys(_STREAMS), message="")
    return tuple(
        msgspec.structs.replace(
            part,
            message=part.message[:MESSAGE_CHARS_MAX],
            log=part.log[:LOG_CHARS_MAX],
            tests=tuple(tests[index, place] for place in range(len(part.tests))),
        )
        for index, part in enumerate(parts)
    )


def _cut(test: CourseTestReport) -> CourseTestReport:
    if len(test.message) <= MESSAGE_CHARS_MAX:
        return test
    return msgspec.structs.replace(test, message=test.message[:MESSAGE_CHARS_MAX])


def _size(test: CourseTestReport) -> int:
    streams: list[Printed | None] = [test.input, test.expected, test.output, test.stderr]
    return len(test.message) + sum(len(one.head) + len(one.tail) for one in streams if one is not None)
