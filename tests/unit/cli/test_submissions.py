"""Submissions as CSV, and how many of them are asked for."""

from __future__ import annotations

import csv
import io
from itertools import islice

import pytest

from judge.cli.list import _count
from judge.cli.submissions import COLUMNS, print_csv
from judge.queue.values import State, SubmissionView, Summary


def as_csv(capsys: pytest.CaptureFixture[str], package: str, reason: str = "") -> dict[str, str]:
    print_csv([SubmissionView(id="x", state=State.DONE, package=package, reason=reason, summary=Summary(score=-2.5))])
    text = capsys.readouterr().out
    assert len(text.splitlines()) == 2
    heading, row = csv.reader(io.StringIO(text))
    assert heading == list(COLUMNS)
    return dict(zip(heading, row, strict=True))


@pytest.mark.parametrize("text", ['=HYPERLINK("http://x")', "@SUM(1)", "+1+cmd", "-1|x", "=1\n\x1b[31m\u202e"])
def test_no_text_is_a_formula_or_breaks_its_row(capsys: pytest.CaptureFixture[str], text: str) -> None:
    row = as_csv(capsys, package=text, reason=text)
    for cell in (row["package"], row["reason"]):
        assert cell.startswith(f"'{text[0]}")
        assert cell.isprintable()


def test_numbers_and_plain_texts_stay_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    row = as_csv(capsys, package="/p/a, b")
    assert (row["package"], row["score"], row["attempt"]) == ("/p/a, b", "-2.5", "0")


@pytest.mark.parametrize(("text", "count"), [("0", 0), ("50", 50)])
def test_a_limit_is_a_number(text: str, count: int) -> None:
    assert _count(text) == count


@pytest.mark.parametrize("digits", [19, 20, 5000])
def test_a_limit_beyond_all_numbers_is_no_limit(digits: int) -> None:
    assert list(islice("abc", _count("9" * digits))) == ["a", "b", "c"]
