"""When an output is right, and what is said of a test."""

from __future__ import annotations

import pytest

from judge.gateway.dialects.fusion.datasets.rows import BadRow, json_field
from judge.gateway.dialects.fusion.datasets.stdio import Case, cases_in, is_right, run_of
from judge.gateway.dialects.fusion.requests import Config
from judge.gateway.json_amount import VALUES_MAX
from judge.model.work import TESTS_MAX


@pytest.mark.parametrize(
    ("printed", "expected", "right"),
    [
        ("3\n", "3", True),
        ("\n3\n\n", " 3 ", True),
        ("YES", "yes", True),
        (" a \n b ", "a\nb", True),
        ("a\n\nb", "a\nb", False),
        ("a b", "a  b", False),
        ("0.333333", "0.3333333333", True),
        ("0.33333", "0.34", False),
        ("1.0", "1", True),
        ("1e0", "1", True),
        ("100000.4", "100000", True),
        ("100002", "100000", False),
        ("0", "0.0", True),
        ("1e-16", "0", True),
        ("nan", "0", False),
        ("inf", "1", False),
        ("nan", "nan", True),
        ("1 2.0", "1 2", False),
        ("", "", True),
        ("", "x", False),
    ],
)
def test_outputs(printed: str, expected: str, right: bool) -> None:
    assert is_right(printed, expected) is right


@pytest.mark.parametrize(
    ("language", "config", "compile_s", "run_s"),
    [
        ("python", {}, 10, 20),
        ("cpp", {}, 10, 10),
        ("java", {"compile_timeout": 3, "run_timeout": 4}, 3, 4),
        ("python", {"compile_timeout": 3, "run_timeout": 4}, 10, 4),
        ("rust", {"run_timeout": 0}, 10, 20),
    ],
)
def test_times(language: str, config: dict[str, float], compile_s: float, run_s: float) -> None:
    run = run_of("x", Case({"stdin": "i"}, {"stdout": "o"}), Config(language=language, **config))  # type: ignore[arg-type]
    assert (run.compile_timeout, run.run_timeout, run.stdin) == (compile_s, run_s, "i")


def test_more_tests_than_any_evaluation_has_are_refused() -> None:
    case = {"input": {"stdin": ""}, "output": {"stdout": ""}}
    assert len(cases_in([case] * TESTS_MAX)) == TESTS_MAX
    with pytest.raises(BadRow, match="10001 tests; at most 10000"):
        cases_in([case] * (TESTS_MAX + 1))


def test_a_field_with_too_many_values_is_no_row() -> None:
    with pytest.raises(BadRow, match="more than"):
        json_field({"test": "[" + "{}," * VALUES_MAX + "{}]"}, "test")
