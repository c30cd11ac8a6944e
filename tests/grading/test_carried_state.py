"""What a run leaves in its container gets no later run of the submission further, nor another submission."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from judge.assembly import open_judge
from judge.config import Settings
from judge.grading.calibrate import with_limit
from judge.grading.pipeline import Judge
from judge.model.report import CaseReport, Report
from judge.model.submission import SourceFile, Submission
from judge.model.units import MS_NS
from judge.model.verdict import Verdict
from judge.package.kattis.reader import read_package

PROGRAMS = Path(__file__).parents[1] / "hostile" / "graded"
PATIENCE = int(os.environ.get("JUDGE_TEST_PATIENCE", "1"))
_LIMIT_MS = 300 * PATIENCE


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with tempfile.TemporaryDirectory(prefix="judge-carried-") as name:
        Path(name).chmod(0o755)
        with open_judge(Settings(state_dir=name), run_all=True) as opened:
            yield opened


def package(root: Path, cases: dict[str, str]) -> Path:
    (root / "data" / "secret").mkdir(parents=True)
    (root / "problem.yaml").write_text("name: Carried\n")
    for name, text in cases.items():
        (root / "data" / "secret" / f"{name}.in").write_text(text)
        (root / "data" / "secret" / f"{name}.ans").write_text("42\n")
    return root


def grade(judge: Judge, root: Path, program: str) -> Report:
    return graded(judge, root, program, (PROGRAMS / program).read_text().replace("LIMIT_MS", str(_LIMIT_MS)))


def graded(judge: Judge, root: Path, name: str, text: str) -> Report:
    problem = with_limit(read_package(root), _LIMIT_MS * MS_NS)
    submission = Submission(id="s", package=str(root), sources=(SourceFile(name=name, content=text.encode()),))
    return judge.judge(submission, problem)


def cases_of(report: Report) -> tuple[CaseReport, ...]:
    assert report.root is not None
    return report.root.groups[0].cases


def test_work_spread_over_repetitions_is_too_late(judge: Judge, tmp_path: Path) -> None:
    report = grade(judge, package(tmp_path / "p", {"1": "work\n"}), "again_in_parts.c")
    (case,) = cases_of(report)
    assert (case.verdict, case.feedback) == (Verdict.TLE, ""), case
    assert len(case.reruns_ns) == 3


def test_no_test_is_told_what_an_earlier_one_read(judge: Judge, tmp_path: Path) -> None:
    report = grade(judge, package(tmp_path / "p", {str(k): f"secret of {k}\n" for k in range(3)}), "again_carry.c")
    assert [case.verdict for case in cases_of(report)] == [Verdict.AC] * 3, [case.feedback for case in cases_of(report)]


_SPEAKING_VALIDATOR = """
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
int main(int count, char **words) {
    int tasks = 0;
    if (fscanf(fopen(words[2], "r"), "%d", &tasks) != 1) return 1;
    while (tasks--) {
        if (fork() == 0) _exit(0);
        wait(0);
    }
    return 42;
}
"""


def test_a_kept_container_does_not_tell_what_a_validator_did_with_an_answer(judge: Judge, tmp_path: Path) -> None:
    root = package(tmp_path / "p", {"1": "x\n"})
    (root / "data" / "secret" / "1.ans").write_text("1500\n")
    (root / "problem.yaml").write_text("name: Carried\nvalidation: custom\n")
    validator = root / "output_validators" / "speaks"
    validator.mkdir(parents=True)
    (validator / "validate.c").write_text(_SPEAKING_VALIDATOR)
    (validator / "notes.txt").write_text("as much as a submission has beside it\n")
    judge.slots[0].work_for("somebody")
    try:
        graded(judge, root, "main.py", "print(1)" + " " * 5000)
        asking = package(tmp_path / "q", {"1": "x\n"})
        text = '#include <stdio.h>\n#include <unistd.h>\nint main(void) { printf("%d", getpid()); }'
        (case,) = cases_of(graded(judge, asking, "main.c", text))
    finally:
        judge.slots[0].work_for("")
    assert int(case.feedback.partition('found "')[2].partition('"')[0]) < 1000, case.feedback
