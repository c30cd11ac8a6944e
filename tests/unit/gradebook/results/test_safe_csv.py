"""No field of a table is a formula to a spreadsheet."""

from __future__ import annotations

import csv
import io

import pytest

from judge.gradebook.results.safe_csv import csv_text, number, safe_field


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n@x", "\uff1dcmd", "\u00a0=x", "-", "=", "--x"]
)
def test_a_formula_is_text(text: str) -> None:
    safe = safe_field(text)
    assert safe.startswith("'") or safe == "-"
    assert not safe.startswith(("=", "+", "@"))


@pytest.mark.parametrize("unseen", ["\x00", "\u200b", "\ufeff", "\u202e", "\x1b", " \u2060\t", "\u034f", "\u3164"])
def test_what_is_not_seen_hides_no_formula(unseen: str) -> None:
    assert safe_field(f"{unseen}=1+1").startswith("'")
    assert not safe_field(f"{unseen}1=1").startswith("'")


def test_a_field_is_one_whatever_separates_fields_there() -> None:
    assert csv_text([["a;=1+1", "b\t=1+1", "c", "d,e"]]) == '"a;=1+1",b =1+1,c,"d,e"\r\n'


@pytest.mark.parametrize("text", ["", "Amy", "a=b", "O'Hara", "1-2", "ü", "<b>"])
def test_other_text_stays(text: str) -> None:
    assert safe_field(text) == text


def test_fields_are_quoted_and_stay_in_their_rows() -> None:
    text = csv_text([["a,b", 'say "x"', "two\nlines", None, 1.5, -2.0]])
    (row,) = csv.reader(io.StringIO(text))
    assert row == ["a,b", 'say "x"', "two lines", "", "1.5", "-2"]


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (10.0, "10"), (13.333333333, "13.3333"), (0.1 + 0.2, "0.3"), (-0.00001, "-0")]
)
def test_points_have_the_digits_that_they_need(value: float, text: str) -> None:
    assert number(value) == text
