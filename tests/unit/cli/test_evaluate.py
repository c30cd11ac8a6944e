"""`judge evaluate`: what its options ask for; nothing is run."""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec
import pytest

from judge.cli import evaluate
from judge.cli.main import main
from judge.model.verdict import Verdict
from judge.model.work import Data, Evaluation, EvaluationTest, ProgramSource
from judge.model.work_report import EvaluationReport


def file_of(tmp_path: Path, text: str) -> str:
    """A file of tests."""
    path = tmp_path / "tests.jsonl"
    path.write_text(text)
    return str(path)


@pytest.mark.parametrize(
    "words",
    [
        ["--function", "f", "--validator", "v.py"],
        ["--function", "f", "--comparison", "exact"],
        ["--comparison", "call"],
        ["--comparison", "validator"],
    ],
)
def test_options_that_do_not_go_together_are_refused(words: list[str], tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("")
    assert main(["evaluate", str(tmp_path / "a.py"), file_of(tmp_path, "{}"), *words]) == 2


def test_a_tolerance_holds_for_both_measures() -> None:
    parser = argparse.ArgumentParser()
    evaluate.add_parser(parser.add_subparsers())
    args = parser.parse_args(["evaluate", "a.py", "t", "--comparison", "floats", "--float-tolerance", "1e-6"])
    comparison = evaluate.comparison_of(args)
    assert (comparison.float_absolute_tolerance, comparison.float_relative_tolerance) == (1e-6, 1e-6)
    with pytest.raises(SystemExit):
        parser.parse_args(["evaluate", "a.py", "t", "--float-tolerance", "nan"])


def test_limits_of_compiling_and_a_stored_answer_may_be_asked_for(tmp_path: Path) -> None:
    parser = argparse.ArgumentParser()
    evaluate.add_parser(parser.add_subparsers())
    words = ["--compile-limit", "memory=1G", "--idle", "2", "--reuse"]
    (tmp_path / "a.py").write_text("")
    path = str(tmp_path / "a.py")
    asked = evaluate.evaluation_of_options(parser.parse_args(["evaluate", path, "t", *words]), ())
    assert (asked.compile_limits.memory_bytes, asked.limits.idle_time_ns, asked.reuse) == (1 << 30, 2_000_000_000, True)


class Ahead:
    """Where large data go ahead as blobs."""

    def __init__(self) -> None:
        self.blobs: list[bytes] = []

    def data(self, content: bytes) -> Data:
        if len(content) < 10:
            return Data(content=content)
        self.blobs.append(content)
        return Data(blob=f"sha256:{len(self.blobs)}")


def test_a_stored_report_is_named_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    report = EvaluationReport(id="x", verdict=Verdict.AC, cached=True)
    evaluate.show(report)
    assert capsys.readouterr().out.splitlines()[-1] == "AC · 0 of 0 passed · score 0 · a stored report"


def test_tests_that_are_large_go_ahead_as_a_test_set() -> None:
    tests = (EvaluationTest(name="one", stdin=Data(content=b"1"), expected=Data(content=b"large" * 10)),)
    doer = Ahead()
    sent = evaluate.sent_ahead(Evaluation(program=ProgramSource(sources=()), tests=tests), doer)  # type: ignore[arg-type]
    assert (sent.tests, sent.test_set) == ((), "sha256:2")
    (test,) = msgspec.json.decode(doer.blobs[1], type=tuple[EvaluationTest, ...])
    assert (test.stdin, test.expected) == (Data(content=b"1"), Data(blob="sha256:1"))
