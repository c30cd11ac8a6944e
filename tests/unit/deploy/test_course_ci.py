"""The GitHub Action and the GitLab job that grade coursework: by their published schemas, and as scripts."""

from __future__ import annotations

import json
import os
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

DEPLOY = Path(__file__).parents[3] / "deploy"
ACTION = DEPLOY / "github-action" / "action.yml"
JOB = DEPLOY / "gitlab" / "coursework.gitlab-ci.yml"

#: In the place of judge: says what it was asked, and ends as the test wants.
JUDGE = """#!/bin/sh
echo "$*" >> "$ASKED"
case "$1 $2" in
  "course export") for word; do [ "$last" = --out ] && echo "$4" > "$word"; last=$word; done ;;
  "report --view") echo "the report" ;;
  *) echo '{}'; exit "$STATUS" ;;
esac
"""


def schema(name: str) -> Any:
    """As check-jsonschema has it from where it is published."""
    return json.loads((files("check_jsonschema.builtin_schemas.vendor") / f"{name}.json").read_text())


@pytest.mark.parametrize(("path", "name"), [(ACTION, "github-actions"), (JOB, "gitlab-ci")])
def test_files_are_as_their_published_schemas_say(path: Path, name: str) -> None:
    jsonschema.validate(yaml.safe_load(path.read_text()), schema(name))


def test_a_wrong_action_would_be_found() -> None:
    action = yaml.safe_load(ACTION.read_text())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**action, "runs": {"using": "composite"}}, schema("github-actions"))


def test_inputs_reach_commands_only_as_variables() -> None:
    """What a repository says is never put into the text of a script."""
    for step in yaml.safe_load(ACTION.read_text())["runs"]["steps"]:
        assert "${{" not in step["run"]


class Runner:
    """A place where the scripts run, with something in the place of judge."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._bin = root / "bin"
        self._bin.mkdir()
        for name, text in {"judge": JUDGE, "sudo": '#!/bin/sh\nshift\nexec "$@"\n'}.items():
            (self._bin / name).write_text(text)
            (self._bin / name).chmod(0o755)

    def run(self, argv: list[str], status: int, **more: str) -> int:
        environment = {
            "PATH": f"{self._bin}:{os.environ['PATH']}",
            "ASKED": str(self.root / "asked"),
            "STATUS": str(status),
            **more,
        }
        return subprocess.run(argv, env=environment, cwd=self.root, capture_output=True, check=False).returncode

    def asked(self) -> list[str]:
        return (self.root / "asked").read_text().splitlines()


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


SCRIPT = [str(DEPLOY / "github-action" / "grade.sh"), "homework", "a student's", "out"]


@pytest.mark.parametrize("status", [0, 1])
def test_the_script_leaves_what_it_says(runner: Runner, status: int) -> None:
    assert runner.run(SCRIPT, status) == status
    assert runner.asked()[0] == "grade --view contestant --json homework a student's"
    assert sorted(path.name for path in (runner.root / "out").iterdir()) == [
        "junit.xml",
        "report.json",
        "report.txt",
        "result",
    ]


def test_a_service_grades_where_one_is_named(runner: Runner) -> None:
    assert runner.run(SCRIPT, 0, JUDGE_SERVER="https://judge.example.org") == 0
    assert runner.asked()[0] == "submit --view contestant --json homework a student's"


def test_what_is_no_verdict_ends_all(runner: Runner) -> None:
    assert runner.run(SCRIPT, 5) == 5
    assert len(runner.asked()) == 1


@pytest.mark.parametrize(("status", "more"), [(0, {}), (1, {"JUDGE_SERVER": "https://judge.example.org"}), (5, {})])
def test_the_job_of_gitlab_does_the_same(runner: Runner, status: int, more: dict[str, str]) -> None:
    document = yaml.safe_load(JOB.read_text())
    lines = [line for line in document["coursework"]["script"] if "pip install" not in line and "venv" not in line]
    script = "\n".join(["set -eu", *lines])
    variables = {name: str(value) for name, value in document["variables"].items()}
    assert runner.run(["bash", "-c", script], status, **variables, **more) == status
    asked = runner.asked()
    assert asked[0].startswith("submit" if more else "grade")
    assert len(asked) == (1 if status == 5 else 3)
