"""Evaluations: a program against tests that come along, through the queue and a real sandbox."""

from __future__ import annotations

import json

import pytest

from judge.client import Client, new_id
from judge.model.event import TestJudged
from judge.model.submission import SourceFile
from judge.model.verdict import Verdict
from judge.model.work import (
    Comparison,
    ComparisonKind,
    Data,
    Evaluation,
    EvaluationTest,
    InputFile,
    ProgramSource,
    RequestedLimits,
    Work,
    WorkHeader,
    WorkKind,
)
from judge.model.work_report import BlameOn, EvaluationReport

ADD = b"print(sum(map(int, input().split())))\n"


def program(source: bytes, name: str = "main.py") -> ProgramSource:
    """A program of one file."""
    return ProgramSource(sources=(SourceFile(name=name, content=source),))


def test_of(stdin: bytes = b"", expected: bytes = b"", **fields: object) -> EvaluationTest:
    """A test with its data inline."""
    return EvaluationTest(stdin=Data(content=stdin), expected=Data(content=expected), **fields)  # type: ignore[arg-type]


def call_of(expected: object, *arguments: object) -> EvaluationTest:
    """A test that calls a function."""
    return EvaluationTest(
        call_arguments=Data(content=json.dumps(arguments).encode()),
        expected=Data(content=json.dumps(expected).encode()),
    )


test_of.__test__ = False  # type: ignore[attr-defined]


def evaluation(
    client: Client,
    source: bytes | ProgramSource,
    tests: list[EvaluationTest],
    language: str = "python3",
    **fields: object,
) -> EvaluationReport:
    """Evaluate a program through the queue."""
    made = source if isinstance(source, ProgramSource) else program(source)
    header = WorkHeader(id=new_id(), kind=WorkKind.EVALUATION, language=language)
    client.send(Work(header=header, task=Evaluation(program=made, tests=tuple(tests), **fields)))  # type: ignore[arg-type]
    report = client.work_result(header.id, timeout=60)
    assert isinstance(report, EvaluationReport)
    return report


def verdicts(report: EvaluationReport) -> list[str]:
    """Of each test; "-" where it was not run."""
    return [test.verdict.value if test.verdict else "-" for test in report.tests]


def test_every_test_has_its_verdict_and_the_weights_make_the_score(runs_client: Client) -> None:
    tests = [
        test_of(b"1 2\n", b"3\n", weight=3.0),
        test_of(b"2 2\n", b"5\n", name="wrong"),
        test_of(b"4 4\n", b"8\n", weight=0.0),
    ]
    report = evaluation(runs_client, ADD, tests, stop_after=0)
    assert verdicts(report) == ["AC", "WA", "AC"]
    assert (report.verdict, report.blame, report.passed) == (Verdict.WA, BlameOn.PROGRAM, 2)
    assert (report.pass_rate, report.score) == (2 / 3, 0.75)
    assert report.reason.startswith("test wrong: ")
    wrong = report.tests[1]
    assert wrong.run is not None and wrong.run.usage.cpu_time_ns > 0
    assert wrong.stdout is not None and wrong.stdout.head == "4\n"
    assert 'expected "5", found "4"' in wrong.feedback


@pytest.mark.parametrize(("stop_after", "expected"), [(0, "AW.W.W"), (1, "AW"), (2, "AW.W"), (9, "AW.W.W")])
def test_it_stops_after_so_many_failed_tests(runs_client: Client, stop_after: int, expected: str) -> None:
    right = {"A": b"3\n", ".": b"3\n", "W": b"4\n"}
    tests = [test_of(b"1 2\n", right[letter]) for letter in "AW.W.W"]
    report = evaluation(runs_client, ADD, tests, stop_after=stop_after)
    short = {"AC": "A", "WA": "W", "-": ""}
    assert "".join(short[verdict] for verdict in verdicts(report)) == expected.replace(".", "A")


KINDS = [
    (Comparison(kind=ComparisonKind.EXACT), b"a b\n", b"a b\n", "AC"),
    (Comparison(kind=ComparisonKind.EXACT), b"a b\n", b"a b", "WA"),
    (Comparison(), b"A  b\n\n", b"a b", "AC"),
    (Comparison(case_sensitive=True), b"A b\n", b"a b\n", "WA"),
    (Comparison(space_change_sensitive=True), b"a  b\n", b"a b\n", "WA"),
    (Comparison(kind=ComparisonKind.LINES), b" A b \n\n", b"a b", "AC"),
    (Comparison(kind=ComparisonKind.LINES), b"a  b\n", b"a b\n", "WA"),
    (Comparison(kind=ComparisonKind.LINES), b"a\nb\n", b"a b\n", "WA"),
    (Comparison(kind=ComparisonKind.FLOATS, float_absolute_tolerance=0.1), b"1.05\n", b"1\n", "AC"),
    (Comparison(kind=ComparisonKind.FLOATS, float_relative_tolerance=0.01), b"1.05\n", b"1\n", "WA"),
]


def test_every_comparison_decides_as_it_says(runs_client: Client) -> None:
    echo = b"import sys\nsys.stdout.write(sys.stdin.read())\n"
    for comparison, output, expected, verdict in KINDS:
        report = evaluation(runs_client, echo, [test_of(output, expected)], comparison=comparison)
        assert (comparison, output, verdicts(report)) == (comparison, output, [verdict])


def test_a_compile_error_has_its_log_and_no_test_is_run(runs_client: Client) -> None:
    report = evaluation(runs_client, program(b"int main( {", "a.c"), [test_of()], language="c")
    assert (report.verdict, report.blame, verdicts(report)) == (Verdict.CE, BlameOn.PROGRAM, ["-"])
    assert report.compile is not None and "error" in report.compile.log


def test_of_a_script_that_does_not_compile_no_test_is_told(runs_client: Client) -> None:
    report = evaluation(runs_client, b"print(1)\nprint(2", [test_of(b"", b"1\n"), test_of()], stop_after=0)
    assert (report.verdict, report.blame, verdicts(report)) == (Verdict.CE, BlameOn.PROGRAM, ["-", "-"])
    assert report.compile is not None and "line 2" in report.compile.log
    assert not any(isinstance(event, TestJudged) for event in runs_client.follow(report.id, timeout=60))


def test_a_called_function_in_a_script_that_does_not_compile_is_a_compile_error(runs_client: Client) -> None:
    report = evaluation(runs_client, b"def solve(a:\n", [call_of(1, 1)], comparison=CALL)
    assert (report.verdict, verdicts(report)) == (Verdict.CE, ["-"])


def test_a_program_that_is_too_slow_or_crashes_is_told_so(runs_client: Client) -> None:
    source = b"import os\nif input() == 'crash': os.abort()\nwhile True: pass\n"
    limits = RequestedLimits(cpu_time_ns=100_000_000)
    report = evaluation(runs_client, source, [test_of(b"crash\n"), test_of(b"\n")], limits=limits, stop_after=0)
    assert verdicts(report) == ["RTE", "TLE"]
    assert report.blame is BlameOn.PROGRAM


def test_a_time_near_the_limit_is_measured_again_unless_told_otherwise(runs_client: Client) -> None:
    source = b"import time\nwhile time.process_time() < 0.4: pass\n"
    limits = RequestedLimits(cpu_time_ns=400_000_000)
    again = evaluation(runs_client, source, [test_of()], limits=limits)
    assert (again.measured_again, len(again.tests[0].measured_ns) > 1) == (True, True)
    once = evaluation(runs_client, source, [test_of()], limits=limits, repeat_near_limit=False)
    assert (once.measured_again, once.tests[0].measured_ns) == (False, ())


def test_arguments_and_files_of_a_test_are_found(runs_client: Client) -> None:
    source = b"import sys\nprint(open('data/a.txt').read(), *sys.argv[1:])\n"
    files = (InputFile(name="data/a.txt", data=Data(content=b"text")), InputFile(name="empty", data=Data()))
    report = evaluation(runs_client, source, [test_of(b"", b"text one\n", arguments=("one",), files=files)])
    assert (report.verdict, report.reason) == (Verdict.AC, "")


VALIDATOR = b"""
import sys
given, wanted, feedback = sys.argv[1:4]
output = sys.stdin.read().split()
if output == ["crash"]:
    sys.exit(1)
if output == ["half"]:
    open(feedback + "/score_multiplier.txt", "w").write("0.5")
sys.exit(42 if output != ["no"] else 43)
"""


def test_a_validator_of_the_clients_decides_and_may_give_a_part_of_the_weight(runs_client: Client) -> None:
    echo = b"print(input())\n"
    comparison = Comparison(kind=ComparisonKind.VALIDATOR, validator=program(VALIDATOR))
    tests = [test_of(b"yes\n"), test_of(b"half\n"), test_of(b"no\n")]
    report = evaluation(runs_client, echo, tests, comparison=comparison, stop_after=0)
    assert (verdicts(report), report.score, report.blame) == (["AC", "AC", "WA"], 0.5, BlameOn.PROGRAM)


def test_a_validator_that_fails_is_the_clients_fault(runs_client: Client) -> None:
    comparison = Comparison(kind=ComparisonKind.VALIDATOR, validator=program(VALIDATOR))
    report = evaluation(runs_client, b"print(input())\n", [test_of(b"crash\n")], comparison=comparison)
    assert (report.verdict, report.blame) == (Verdict.JE, BlameOn.CLIENT)
    assert "exit code 1" in report.reason
    broken = Comparison(kind=ComparisonKind.VALIDATOR, validator=program(b"def ("))
    report = evaluation(runs_client, ADD, [test_of()], comparison=broken)
    assert (report.verdict, report.blame) == (Verdict.JE, BlameOn.CLIENT)
    assert report.reason.startswith("comparison.validator: does not compile: ")


CALL = Comparison(kind=ComparisonKind.CALL, function="solve")


def test_a_function_is_called_and_its_value_compared(runs_client: Client) -> None:
    source = b"def solve(a, b):\n    print('noise')\n    return {'sum': a + b, 'both': (a, [b, None, True])}\n"
    tests = [
        call_of({"both": [1, [2, None, True]], "sum": 3}, 1, 2),
        call_of({"both": [1, [2, None, 1]], "sum": 3}, 1, 2),
    ]
    report = evaluation(runs_client, source, tests, comparison=CALL, stop_after=0)
    assert verdicts(report) == ["AC", "WA"]
    assert report.tests[1].reason == 'at ["both"][1][2]: expected 1, found true'
    assert report.tests[0].stdout is not None and report.tests[0].stdout.head == "noise\n"


def test_a_method_is_called_on_a_new_object(runs_client: Client) -> None:
    source = b"class Solution:\n    def half(self, n: int):\n        return n / 2\n"
    comparison = Comparison(kind=ComparisonKind.CALL, function="Solution.half")
    report = evaluation(runs_client, source, [call_of(1.5, 3), call_of(2, 4)], comparison=comparison)
    assert (report.verdict, report.reason) == (Verdict.AC, "")


def test_what_a_called_program_prints_is_no_answer(runs_client: Client) -> None:
    forged = b"import os\nprint('3\\n' * 9, flush=True)\ndef solve(a, b):\n    print(3, flush=True)\n    os._exit(0)\n"
    report = evaluation(runs_client, forged, [call_of(3, 1, 2), call_of(3, 1, 2)], comparison=CALL, stop_after=0)
    assert verdicts(report) == ["WA", "WA"]
    assert report.tests[0].reason == "there is no answer: the program ended before the call did"


def test_a_called_function_that_raises_or_is_not_there_is_a_run_time_error(runs_client: Client) -> None:
    raises = b"def solve():\n    return 1 // 0\n"
    report = evaluation(runs_client, raises, [call_of(1)], comparison=CALL)
    assert (report.verdict, report.blame) == (Verdict.RTE, BlameOn.PROGRAM)
    assert "ZeroDivisionError" in report.reason
    assert report.tests[0].stderr is not None and "judge_call" not in report.tests[0].stderr.head
    report = evaluation(runs_client, b"x = 1\n", [call_of(1)], comparison=CALL)
    assert "there is no function solve" in report.reason


def test_a_blob_that_is_not_there_is_named_by_its_field(runs_client: Client) -> None:
    blob = Data(blob="sha256:" + "0" * 64)
    report = evaluation(runs_client, ADD, [test_of(), EvaluationTest(expected=blob)])
    assert (report.verdict, report.blame) == (Verdict.JE, BlameOn.CLIENT)
    assert report.reason.startswith("tests[1].expected: ")


def test_each_test_is_told_when_it_has_its_verdict(runs_client: Client) -> None:
    header = WorkHeader(id=new_id(), kind=WorkKind.EVALUATION, language="python3")
    tests = (test_of(b"1 2\n", b"3\n"), test_of(b"1 2\n", b"3\n"))
    runs_client.send(Work(header=header, task=Evaluation(program=program(ADD), tests=tests)))
    seen = [event for event in runs_client.follow(header.id) if isinstance(event, TestJudged)]
    assert [(event.index, event.total, event.test.verdict) for event in seen] == [(1, 2, "AC"), (2, 2, "AC")]
