"""DMOJ's custom judges that start or feed the submission themselves, read from packages and run as judge programs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from package_files import write_package
from program_harness import Stand

from judge.model.report import CaseReport, Report
from judge.model.submission import SourceFile, Submission
from judge.package.ceilings import DEFAULT_CEILINGS
from judge.package.source import open_package
from judge.program.tasks.here import judged_here

#: Two runs for a test: what the second is given depends on what the first said.
TWICE = """\
import subprocess
from dmoj.graders.standard import StandardGrader
from dmoj.result import Result, CheckerResult


class Grader(StandardGrader):
    def grade(self, case):
        result = Result(case)
        number = int(case.input_data())
        self._launch_process(case)
        error = self._interact_with_process(case, result, b"encode %d\\n" % number)
        self.populate_result(error, result, self._current_proc)
        if result.result_flag:
            return result
        self._current_proc = self.binary.launch(
            time=self.problem.time_limit, memory=self.problem.memory_limit, symlinks=case.config.symlinks,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            wall_time=case.config.wall_time_factor * self.problem.time_limit)
        output, error = self._current_proc.communicate(b"decode " + result.proc_output, outlimit=1000)
        self.binary.populate_result(error, result, self._current_proc)
        good = not result.result_flag and output.split() == [b"%d" % number]
        result.result_flag |= Result.AC if good else Result.WA
        result.points = case.points if good else 0
        result.feedback = "" if good else "lost"
        return result
"""
RIGHT = "word, n = input().split()\nprint(int(n) ^ 77)\n"
KEEPS = "word, n = input().split()\nprint(0 if word == 'decode' else n)\n"
CRASHES = "raise SystemExit(3)\n"

FOREVER = """\
from dmoj.graders.standard import StandardGrader
from dmoj.result import CheckerResult, Result


class Grader(StandardGrader):
    def check_result(self, case, result):
        passed = bool(result.result_flag & Result.TLE)
        result.result_flag &= ~Result.TLE & ~Result.RTE & ~Result.IR
        return CheckerResult(passed, min(9 / len(self.source), 1) * case.points if passed else 0)

    def _interact_with_process(self, case, result, input):
        process = self._current_proc
        for handle in [process.stdin, process.stdout, process.stderr]:
            if handle:
                handle.close()
        process.wait()
"""

TALKS = """\
from dmoj.graders.interactive import InteractiveGrader, WrongAnswer
from dmoj.result import CheckerResult


class Grader(InteractiveGrader):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.seen = 0

    def interact(self, case, interactor):
        self.seen += 1
        interactor.writeln(case.input_data().decode().strip())
        first = interactor.readint(1, 100)
        interactor.writeln(first + 1)
        return CheckerResult(interactor.readln() == b"done", case.points, feedback="test %d" % self.seen)
"""
TALKER = "n = int(input())\nprint(2 * n, flush=True)\nassert int(input()) == 2 * n + 1\nprint('done')\n"


def judged(stand: Stand, tmp_path: Path, files: Mapping[str, str], source: str) -> Report:
    package = write_package(tmp_path, files, {})
    submission = Submission(id="1", package="", sources=(SourceFile(name="main.py", content=source.encode()),))
    with open_package(str(package), tmp_path) as problem:
        return judged_here(stand.runner.judge, submission, problem, DEFAULT_CEILINGS)


def cases_of(report: Report) -> tuple[CaseReport, ...]:
    assert report.root is not None
    return report.root.cases


def package(judge: str, numbers: int = 2, extra: str = "") -> dict[str, str]:
    tests = ", ".join(f"{{in: {number}.in, points: 5}}" for number in range(numbers))
    return {
        "init.yml": f"custom_judge: own.py\ntime_limit: 1\ntest_cases: [{tests}]\n{extra}",
        "own.py": judge,
        **{f"{number}.in": f"{number + 3}\n" for number in range(numbers)},
    }


@pytest.mark.parametrize(
    ("submission", "verdict", "score"), [(RIGHT, "AC", 10.0), (KEEPS, "WA", 0.0), (CRASHES, "RTE", 0.0)]
)
def test_a_judge_runs_the_submission_twice_for_a_test(
    stand: Stand, tmp_path: Path, submission: str, verdict: str, score: float
) -> None:
    result = judged(stand, tmp_path, package(TWICE), submission)
    assert (result.verdict, result.score) == (verdict, score)
    assert [case.name for case in cases_of(result)] == ["secret/0001", "secret/0002"]


def test_a_time_limit_may_be_what_a_judge_wants(stand: Stand, tmp_path: Path) -> None:
    files = package(FOREVER, 1)
    result = judged(stand, tmp_path / "a", files, "while 1:1")
    assert (result.verdict, result.score) == ("AC", 5.0)
    assert judged(stand, tmp_path / "b", files, "print(1)").verdict == "WA"


def test_an_interactive_judge_of_its_own_making_keeps_what_it_saw(stand: Stand, tmp_path: Path) -> None:
    result = judged(stand, tmp_path, package(TALKS), TALKER)
    assert (result.verdict, result.score) == ("AC", 10.0)
    assert [case.team_feedback for case in cases_of(result)] == ["test 1", "test 2"]
    assert judged(stand, tmp_path / "b", package(TALKS), "print('x')\n").verdict == "WA"


def test_batches_end_at_their_first_worthless_test_and_depend_on_others(stand: Stand, tmp_path: Path) -> None:
    files = package(TWICE)
    files["init.yml"] = (
        "custom_judge: own.py\ntest_cases:\n"
        "- {batched: [{in: 0.in}, {in: 1.in}, {in: 0.in}], points: 40}\n"
        "- {batched: [{in: 1.in}], points: 30, dependencies: [1]}\n"
        "- {batched: [{in: 0.in}], points: 30}\n"
    )
    wrong_for_four = "word, n = input().split()\nprint(n if word == 'encode' or n != '4' else 5)\n"
    result = judged(stand, tmp_path, files, wrong_for_four)
    assert (result.verdict, result.score) == ("WA", 30.0)
    assert [(case.name.rpartition("/")[2], case.verdict) for case in cases_of(result)] == [
        ("0001", "AC"),
        ("0002", "WA"),
        ("0005", "AC"),
    ]


def test_what_a_judge_asks_beyond_dmojs_names_is_a_fault_with_its_line(stand: Stand, tmp_path: Path) -> None:
    beyond = TWICE.replace("number = int(case.input_data())", "self.judge.magic()")
    result = judged(stand, tmp_path, package(beyond), RIGHT)
    assert result.verdict == "JE"
    for part in ("grader.py", "9", "magic"):
        assert part in result.reason


def test_a_submission_that_does_not_compile_is_a_compile_error(stand: Stand, tmp_path: Path) -> None:
    assert judged(stand, tmp_path, package(TWICE), "print(\n").verdict == "CE"
