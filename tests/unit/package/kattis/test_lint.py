"""Lint that reads the test data."""

from __future__ import annotations

from pathlib import Path

import pytest
from package_files import LEGACY, MODERN, Content, write_package

from judge.errors import PackageError
from judge.package.kattis.lint import check_contents
from judge.package.kattis.reader import inspect_package


def warnings(tmp_path: Path, files: dict[str, Content | None], base: dict[str, Content] = MODERN) -> list[str]:
    problem, findings = inspect_package(write_package(tmp_path, files, base))
    check_contents(problem, findings)
    assert all(one.level == "warning" for one in findings.diagnostics)
    return [f"{one.file}: {one.message}" for one in findings.diagnostics]


def test_good_data_is_not_complained_about(tmp_path: Path) -> None:
    assert warnings(tmp_path, {}) == []


def test_equal_inputs_are_named_unless_something_else_differs(tmp_path: Path) -> None:
    files: dict[str, Content | None] = {
        "data/sample/1.in": "1\n",
        "data/sample/1.ans": "yes\n",
        "data/secret/2.in": "1\n",
        "data/secret/2.ans": "yes\n",
        "data/secret/3.in": "1\n",
        "data/secret/3.ans": "yes\n",
        "data/secret/3.yaml": "args: [x]\n",
        "data/secret/4.in": "",
        "data/secret/4.ans": "",
        "data/secret/5.in": "",
        "data/secret/5.ans": "x\n",
    }
    assert warnings(tmp_path, files) == ["data/secret/2.in: is the same input as secret/1"]


def test_line_ends(tmp_path: Path) -> None:
    files: dict[str, Content | None] = {"data/secret/1.in": "1\r\n", "data/secret/1.ans": "yes"}
    assert warnings(tmp_path, files, LEGACY) == [
        "data/secret/1.in: has carriage returns (Windows line ends)",
        "data/secret/1.ans: does not end with a newline",
    ]


def test_tags_that_no_constant_defines(tmp_path: Path) -> None:
    files: dict[str, Content | None] = {
        "problem.yaml": str(MODERN["problem.yaml"]) + "constants: {n: 5}\n",
        "submissions/accepted/yes.py": "print('yes', {{n}}, {{m}})\n",
    }
    assert warnings(tmp_path, files) == [
        "submissions/accepted/yes.py (yes.py): no constant is called 'm': the tag stays as it is"
    ]


def test_a_file_that_is_gone_is_an_error_with_its_name(tmp_path: Path) -> None:
    package = write_package(tmp_path, {})
    problem, findings = inspect_package(package)
    (package / "data/secret/1.in").unlink()
    with pytest.raises(PackageError) as caught:
        check_contents(problem, findings)
    assert caught.value.where == "data/secret/1.in"
