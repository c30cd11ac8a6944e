"""What the side of the tests is made of, and which of the teacher's files are tests."""

from __future__ import annotations

import re

import pytest

from judge.course.parts import javascript
from judge.course.parts.javascript import guest_files
from judge.errors import PackageError
from judge.model.assignment import CoursePart, PartKind


def chosen_of(*names: str) -> list[str]:
    """Those of a part's files that are run."""
    part = CoursePart(name="u", kind=PartKind.UNIT_TESTS, test_files=tuple((name, f"/p/{name}") for name in names))
    return javascript._test_files(part)


def test_files_with_tests_are_known_by_their_names() -> None:
    named = ["a.test.js", "t/b.spec.mjs", "test_c.cjs", "d_test.js", "test.js", "e.test.tsx"]
    assert chosen_of("helper.js", "data.json", "latest.js", *named) == named


def test_where_none_is_called_so_every_source_file_is_one() -> None:
    assert chosen_of("checks.js", "data.json") == ["checks.js"]


def test_without_a_source_file_it_is_a_fault_of_the_package() -> None:
    with pytest.raises(PackageError, match="no file with tests"):
        chosen_of("data.json")


def test_every_file_that_ours_ask_for_is_there() -> None:
    names = {file.name.rsplit("/", 1)[-1] for file in guest_files()}
    asked = {
        found.decode() for file in guest_files() for found in re.findall(rb'["/](\w+\.cjs)"', file.content)
    }  # fmt: skip
    assert {"host.cjs", "driver.cjs"} <= names
    assert asked - {"judge_driver.cjs"} <= names
