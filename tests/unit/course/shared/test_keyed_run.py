"""What counts of what was written to the descriptor for answers."""

from __future__ import annotations

import pytest

from judge.course.shared.keyed_run import said_with
from judge.model.coursework import TestStatus

KEY = bytes(range(32))
HEX = KEY.hex().encode()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (HEX + b" passed 3\n", (TestStatus.PASSED, "", 3)),
        (b"noise\n" + HEX + b" passed 3\n", None),
        (HEX + b" failed 0\nt.c:1: it is wrong\n", (TestStatus.FAILED, "t.c:1: it is wrong", 0)),
        (b"passed 3\n", None),
        (bytes(32).hex().encode() + b" passed 3\n", None),
        (HEX + b" passed\n", None),
        (HEX + b" passed -1\n", None),
        (HEX + b" passed " + b"9" * 30 + b"\n", None),
        (HEX[:-1] + b" passed 3\n", None),
        (b"", None),
    ],
)
def test_a_status_counts_when_the_key_is_the_first_that_is_said(
    answer: bytes, said: tuple[TestStatus, str, int] | None
) -> None:
    assert said_with(answer, KEY) == said
