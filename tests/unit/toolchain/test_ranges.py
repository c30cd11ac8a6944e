"""Ranges of versions: which versions are in one, which is chosen, and what is no range."""

from __future__ import annotations

import pytest

from judge.errors import LanguageError
from judge.toolchain.ranges import best, by_age, exact, parse_range

PYTHONS = ("2.7.18", "3.9.18", "3.10.13", "3.11.2", "3.11.7", "3.12.1", "3.13.0")


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        ("*", "3.13.0"),
        ("", "3.13.0"),
        ("x", "3.13.0"),
        ("3", "3.13.0"),
        ("3.x", "3.13.0"),
        ("3.11", "3.11.7"),
        ("3.11.x", "3.11.7"),
        ("3.11.2", "3.11.2"),
        ("v3.11.2", "3.11.2"),
        ("=3.11.2", "3.11.2"),
        ("==3.11", "3.11.7"),
        ("3.1", None),
        ("^3.11", "3.13.0"),
        ("^2", "2.7.18"),
        ("~3.11.2", "3.11.7"),
        ("~>3.11.2", "3.11.7"),
        ("~3.11.8", None),
        ("~3", "3.13.0"),
        (">=3.9 <3.13", "3.12.1"),
        (">=3.9,<3.13", "3.12.1"),
        (">= 3.9, < 3.13", "3.12.1"),
        (">3.11", "3.13.0"),
        (">3.13", None),
        ("<=3.11", "3.11.7"),
        ("<3.11", "3.10.13"),
        ("3.9 - 3.11", "3.11.7"),
        ("2.7 || 3.9", "3.9.18"),
        (">*", None),
        ("<*", None),
    ],
)
def test_the_newest_version_of_a_range_is_chosen(wanted: str, chosen: str | None) -> None:
    assert best(PYTHONS, wanted) == chosen


@pytest.mark.parametrize(
    ("wanted", "version", "is_in"),
    [
        ("^0.2.3", "0.2.9", True),
        ("^0.2.3", "0.3.0", False),
        ("^0.0.3", "0.0.3", True),
        ("^0.0.3", "0.0.4", False),
        ("^0", "0.9", True),
        ("^1.2.3", "1.2.2", False),
        ("12.2.0", "12.2.0-14", True),
        ("17", "17.0.8.1", True),
        ("3.11", "3.11", True),
        ("3.11.0", "3.11", True),
    ],
)
def test_caret_and_short_versions_mean_what_they_do_elsewhere(wanted: str, version: str, is_in: bool) -> None:
    assert (best([version], wanted) == version) is is_in


@pytest.mark.parametrize(
    "wanted",
    [
        *("numpy", "3.", ".3", "3..1", "3.x.1", "3 4 five", ">=", "3.11rc1", "^^3", "1.2.3.4.5.6.7", "9999999999"),
        *("\u0969", "3\n4;", "3||" * 20, "3 " * 30, "3.1" * 200, "-1", "3=4"),
    ],
)
def test_what_is_no_range_is_refused(wanted: str) -> None:
    with pytest.raises(LanguageError, match="version"):
        parse_range(wanted)


def test_a_version_is_known_by_its_numbers() -> None:
    assert [exact(text) for text in ("12.2.0-14", "v20.11.1", "3.13.0rc1", "1.8+dfsg", "none", "")] == [
        "12.2.0",
        "20.11.1",
        "3.13.0",
        "1.8",
        "",
        "",
    ]


def test_versions_are_ordered_by_number_not_by_letter() -> None:
    assert by_age(["3.9", "3.10", "numpy"]) == ("numpy", "3.9", "3.10")
