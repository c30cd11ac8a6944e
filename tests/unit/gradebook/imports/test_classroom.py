"""Tests of GitHub Classroom as assignments."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from judge.errors import UsageError
from judge.gradebook.imports.classroom import import_tests
from judge.gradebook.imports.writing import Wanted
from judge.model.assignment import PartKind
from judge.package.source import open_package

WORKFLOW = """
name: Autograding Tests
on: [push]
jobs:
  run-autograding-tests:
    runs-on: ubuntu-latest
    steps:
    - uses: actions/checkout@v4
    - name: builds
      uses: classroom-resources/autograding-command-grader@v1
      with: {test-name: It builds, setup-command: sudo pip3 install pytest, command: make, timeout: 10, max-score: 5}
    - uses: classroom-resources/autograding-io-grader@v1
      with: {test-name: Shout, setup-command: make, command: ./shout.sh, input: hello, expected-output: HELLO,
             comparison-method: exact, timeout: 0.5, max-score: 10}
    - uses: classroom-resources/autograding-python-grader@v1
      with: {timeout: 2, max-score: 20}
    - uses: classroom-resources/autograding-grading-reporter@v1
      with: {runners: a}
"""


def repository(root: Path) -> Path:
    file = root / "repository" / ".github" / "workflows" / "classroom.yml"
    file.parent.mkdir(parents=True)
    file.write_text(WORKFLOW)
    (root / "repository" / "bank.py").write_text("")
    (root / "repository" / "test_bank.py").write_text("import json\nfrom bank import pay\n")
    return file


def test_a_workflow_becomes_an_assignment_with_a_part_for_each_test(tmp_path: Path) -> None:
    imported = import_tests(repository(tmp_path), tmp_path / "out", Wanted(title="Bank"))
    assert imported.remarks == ("It builds: needs pytest: there is no network when it runs",)
    with open_package(str(tmp_path / "out")) as problem:
        assert problem.assignment is not None
        builds, shout, python = problem.assignment.parts
    assert (builds.name, builds.kind, builds.points, builds.command) == (
        "It builds",
        PartKind.COMMAND,
        5.0,
        ("/bin/sh", "-c", "make"),
    )
    assert shout.command == ("python3", "classroom/compare.py", "classroom/0.json")
    assert [name for name, _ in shout.test_files] == ["classroom/compare.py", "classroom/0.json"]
    assert json.loads((tmp_path / "out/classroom/0.json").read_text()) == {
        "command": "(make) && ./shout.sh",
        "input": "hello",
        "expected": "HELLO",
        "comparison": "exact",
    }
    assert (python.kind, python.framework, python.module, python.points) == (
        PartKind.UNIT_TESTS,
        "pytest",
        "bank",
        20.0,
    )


def test_the_older_list_of_tests_is_taken_too(tmp_path: Path) -> None:
    tests = [
        {"name": "a/b", "setup": "", "run": "true", "input": "", "output": "", "timeout": 1, "points": 2},
        {"name": "a/b", "run": "cat", "input": "x", "output": "x", "comparison": "included", "points": 3},
    ]
    (tmp_path / "autograding.json").write_text(json.dumps({"tests": tests}))
    import_tests(tmp_path / "autograding.json", tmp_path / "out", Wanted())
    document = yaml.safe_load((tmp_path / "out/assignment.yaml").read_text())
    assert [(part["name"], part["points"]) for part in document["parts"]] == [("a b", 2.0), ("a b (2)", 3.0)]


def test_tests_without_points_share_what_there_is(tmp_path: Path) -> None:
    (tmp_path / "autograding.json").write_text(json.dumps({"tests": [{"name": n, "run": "true"} for n in "ab"]}))
    imported = import_tests(tmp_path / "autograding.json", tmp_path / "out", Wanted(points=10))
    assert imported.remarks == ("no test has points: each is given 5",)


@pytest.mark.parametrize(
    ("comparison", "output", "expected", "passes"),
    [
        ("exact", "x \n", "x", True),
        ("exact", "xy", "x", False),
        ("included", "axb", "x", True),
        ("contains", "ab", "x", False),
        ("regex", "a12b", r"\d+", True),
        ("regex", "ab", r"\d+", False),
    ],
)
def test_output_is_compared_as_classroom_does(
    tmp_path: Path, comparison: str, output: str, expected: str, passes: bool
) -> None:
    test = {"command": "cat", "input": output, "expected": expected, "comparison": comparison}
    (tmp_path / "test.json").write_text(json.dumps(test))
    script = Path(__file__).parents[4] / "judge/gradebook/imports/guest/classroom_io.py"
    done = subprocess.run([sys.executable, script, tmp_path / "test.json"], capture_output=True, check=False)
    assert (done.returncode == 0) is passes


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "Expecting property name"),
        ("[]", "neither a list of tests nor a workflow"),
        ('{"tests": []}', "0 tests; 1 to 200 are taken"),
        ('{"tests": [1]}', r"tests\[1\]: expected an object"),
        ('{"tests": [{"name": "a"}]}', "a: there is no command"),
        ('{"tests": [{"name": "a", "run": "x", "points": "many"}]}', "points: 'many' is no number"),
        ('{"tests": [{"run": "x", "output": "y", "comparison": "like"}]}', "'like' is none of exact"),
        ('{"jobs": {"a": {"steps": [3]}}}', "a step: expected an object"),
    ],
)
def test_what_cannot_be_taken_over_is_named(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "autograding.json").write_text(text)
    with pytest.raises(UsageError, match=complaint):
        import_tests(tmp_path / "autograding.json", tmp_path / "out", Wanted())
