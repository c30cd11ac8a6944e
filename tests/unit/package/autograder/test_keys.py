"""The keys of an autograder's part."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.errors import PackageError
from judge.model.assignment import Autograder, CoursePart, Visibility
from judge.package.source import open_package

HEAD = "assignment: 1\nparts:\n  - name: a\n    kind: autograder\n    points: 5\n    framework: junit\n    files: ci/\n"


def part_of(tmp_path: Path, keys: str) -> CoursePart:
    (tmp_path / "ci").mkdir()
    (tmp_path / "ci" / "run.sh").write_text("#!/bin/sh\n")
    (tmp_path / "assignment.yaml").write_text(HEAD + keys)
    with open_package(str(tmp_path)) as problem:
        assert problem.assignment is not None
        return problem.assignment.parts[0]


def test_all_keys_are_read(tmp_path: Path) -> None:
    part = part_of(
        tmp_path,
        "    command: [run.sh, -v]\n    packages: {debian: [g++], pypi: [pytest==8.4.2]}\n"
        "    environment: {COURSE: CS 101}\n    results: out/report.xml\n    published: after_due\n",
    )
    assert part.command == ("run.sh", "-v")
    assert [name for name, _ in part.test_files] == ["run.sh"]
    assert part.autograder == Autograder(
        debian=("g++",),
        pypi=("pytest==8.4.2",),
        environment=(("COURSE", "CS 101"),),
        results="out/report.xml",
        published=Visibility.AFTER_DUE,
    )


@pytest.mark.parametrize(
    ("keys", "complaint"),
    [
        ("packages: {debian: ['-o x']}", r"packages\.debian: '-o x' is no name of a package"),
        ("packages: {pypi: ['git+x']}", r"packages\.pypi: 'git\+x' is no name of a package"),
        ("environment: [a]", "environment: expected a map"),
        ("environment: {1a: b}", "environment: '1a': expected a name and a text"),
        ("results: ../x", r"results: '\.\./x' is no path below the working directory"),
        ("published: never", "published: expected one of visible, after_due, hidden"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, keys: str, complaint: str) -> None:
    with pytest.raises(PackageError, match=complaint):
        part_of(tmp_path, f"    {keys}\n")
