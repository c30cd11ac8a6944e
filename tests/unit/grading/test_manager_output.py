"""What a checker or manager of CMS says becomes a verdict, a share of the score and a message."""

from __future__ import annotations

import pytest

from judge.grading.manager_output import read_manager_output
from judge.model.verdict import Verdict


@pytest.mark.parametrize(
    ("stdout", "verdict", "share"),
    [
        (b"1.0\n", Verdict.AC, None),
        (b" 1 \nrest", Verdict.AC, None),
        (b"0.25\n", Verdict.AC, 0.25),
        (b"1e-3", Verdict.AC, 0.001),
        (b"0\n", Verdict.WA, None),
        (b"0.0", Verdict.WA, None),
    ],
)
def test_the_first_line_is_the_outcome(stdout: bytes, verdict: Verdict, share: float | None) -> None:
    read = read_manager_output(stdout, b"", None)
    assert (read.verdict, read.award.multiplier) == (verdict, share)


@pytest.mark.parametrize("stdout", [b"", b"\n1.0\n", b"yes\n", b"nan", b"inf", b"-1", b"1.5", b"\xff"])
def test_anything_else_is_no_outcome(stdout: bytes) -> None:
    with pytest.raises(ValueError, match=r"^gave "):
        read_manager_output(stdout, b"", None)


@pytest.mark.parametrize(
    ("stdout", "verdict"), [(b"0", "WA"), (b"0.1", "AC"), (b"70", "AC"), (b"71", "WA"), (b"-1", "WA")]
)
def test_with_a_threshold_the_outcome_is_a_cost(stdout: bytes, verdict: str) -> None:
    assert read_manager_output(stdout, b"", 70.0).verdict == verdict


@pytest.mark.parametrize(
    ("stderr", "message"),
    [
        (b"well done\nmore\n", "well done"),
        (b"translate:success\n", "Output is correct"),
        (b"translate: partial", "Output is partially correct"),
        (b"translate:wrong", "Output isn't correct"),
        (b"translate:nothing", "translate:nothing"),
        (b"\x1b[1;31mred\x1b[0m\n", "red"),
        (b"", ""),
    ],
)
def test_the_first_line_of_standard_error_is_the_message(stderr: bytes, message: str) -> None:
    assert read_manager_output(b"1", stderr, None).message == message
