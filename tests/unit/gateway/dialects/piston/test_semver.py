"""Ranges of versions as npm has them."""

from __future__ import annotations

import pytest

from judge.gateway.dialects.piston.semver import newest_first, parsed, satisfies, whole

IN = [
    (
        "3.12.1",
        [
            "*",
            "",
            "x",
            "X",
            "3",
            "3.x",
            "3.x.x",
            "3.*",
            "3.12",
            "v3.12.1",
            "=3.12.1",
            "3.12.1",
            "^3",
            "^3.12",
            "~3.12",
            "~>3.12.0",
            "~ 3.12",
            ">=3",
            ">= 3.12.1",
            ">3.11",
            "<4",
            "<=3.12",
            "<=3.12.1",
            "3.10 - 3.12",
            "2 - 3",
            "3.12.0 - 3.12.1",
            ">=3.9 <3.13",
            "2.x || 3.x",
            "2||3",
            "^3.12.0-beta.1",
            ">=3.12.1-rc.1",
            "3.12.1+build",
        ],
    ),
    ("0.2.3", ["^0.2.3", "^0.2", "^0", "^0.x", "~0.2", "0.2.x", "<0.3.0"]),
    ("0.0.3", ["^0.0.3", "^0.0", "^0.0.x", "~0.0.1"]),
]

OUT = [
    (
        "3.12.1",
        [
            "3.11",
            "3.12.0",
            "^2",
            "^4",
            "~3.11",
            ">3.12",
            ">3.12.1",
            "<3.12.1",
            "<3",
            ">x",
            "<*",
            "3.12.2 - 4",
            "3.12.1-rc.1",
            ">=3.12.2-rc.1",
            "3 2",
            "nothing",
            "latest",
            "3.12.1.0",
            "03",
            "3 -4",
            "==3.12.1",
            "9" * 17,
            "3.12.1" + " " * 300,
            "1.0.0 - =3.12.1",
            "^",
            "||x y",
            "\u0663",
        ],
    ),
    ("0.3.0", ["^0.2.3", "~0.2", "0.2", "^0.2.x"]),
    ("0.0.4", ["^0.0.3", "0.0.3"]),
    ("3.12", ["*"]),
]


@pytest.mark.parametrize(("version", "wanted"), [(version, one) for version, wanted in IN for one in wanted])
def test_a_version_is_in_a_range(version: str, wanted: str) -> None:
    assert satisfies(version, wanted)


@pytest.mark.parametrize(("version", "wanted"), [(version, one) for version, wanted in OUT for one in wanted])
def test_a_version_is_not_in_a_range(version: str, wanted: str) -> None:
    assert not satisfies(version, wanted)


@pytest.mark.parametrize(
    ("version", "numbers"),
    [
        ("14.2.0-19", "14.2.0"),
        ("12", "12.0.0"),
        ("1.27", "1.27.0"),
        ("g++ 9.0.4.1", "9.0.4"),
        ("", "0.0.0"),
        ("1.08.3", "1.8.3"),
    ],
)
def test_every_version_has_three_numbers(version: str, numbers: str) -> None:
    assert whole(version) == numbers
    assert parsed(numbers) is not None


def test_versions_are_compared_as_numbers() -> None:
    assert newest_first(["9.1.0", "10.0.0", "9.10.0", "1.0.0"]) == ("10.0.0", "9.10.0", "9.1.0", "1.0.0")
