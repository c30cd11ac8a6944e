"""`judge evaluate`: reading tests, and what its options ask for; nothing is run."""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec
import pytest

from judge.cli import evaluate
from judge.cli.main import main
from judge.cli.test_lines import read_tests
from judge.errors import UsageError
from judge.model.work import Data, Evaluation, EvaluationTest, ProgramSource
from judge.running.tests_along import TESTS_MAX


def file_of(tmp_path: Path, text: str) -> str:
    """A file of tests."""
    path = tmp_path / "tests.jsonl"
    path.write_text(text)
    return str(path)


def test_a_line_is_a_test(tmp_path: Path) -> None:
    text = '{"stdin": "1", "expected": "2", "files": {"a/b": "x"}, "weight": 2, "arguments": ["-v"]}\n\n{"name": "n"}\n'
    first, second = read_tests(file_of(tmp_path, text))
    assert (first.stdin.content, first.expected.content, first.weight, first.arguments) == (b"1", b"2", 2, ("-v",))
    assert [(file.name, file.data.content) for file in first.files] == [("a/b", b"x")]
    assert (second.name, second.expected.content) == ("n", b"")


def test_a_call_expects_any_value(tmp_path: Path) -> None:
    (test,) = read_tests(file_of(tmp_path, '{"call_arguments": [1, [2]], "expected": {"a": null}}'))
    assert (test.call_arguments.content, test.expected.content) == (b"[1, [2]]", b'{"a": null}')


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{", "truncated"),
        ('{"stdim": "1"}', "stdim"),
        ('{"stdin": 1}', r"\$\.stdin"),
        ('{"expected": 1}', "expected must be a text"),
        ('{"weight": -1}', "weight must not be negative"),
        ("[]", "object"),
        ('{"stdin": "\\ud800"}', "truncated|escape"),
        ("[" * 100_000, "object|depth|recursion"),
    ],
)
def test_a_bad_line_is_named_by_file_and_line(tmp_path: Path, line: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=rf"tests\.jsonl:2: .*({complaint})"):
        read_tests(file_of(tmp_path, f'{{"stdin": "1"}}\n{line}\n'))


def test_a_file_without_tests_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no tests"):
        read_tests(file_of(tmp_path, "\n"))


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
    """Where all data go ahead as blobs."""

    def data(self, content: bytes) -> Data:
        self.content = content
        return Data(blob="sha256:1")


def test_tests_that_are_large_go_ahead_as_a_test_set() -> None:
    tests = (EvaluationTest(name="one", stdin=Data(content=b"1")),)
    doer = Ahead()
    sent = evaluate.sent_ahead(Evaluation(program=ProgramSource(sources=()), tests=tests), doer)  # type: ignore[arg-type]
    assert (sent.tests, sent.test_set) == ((), "sha256:1")
    assert msgspec.json.decode(doer.content, type=tuple[EvaluationTest, ...]) == tests


def test_more_tests_than_work_may_have_are_refused_before_they_are_sent(tmp_path: Path) -> None:
    path = file_of(tmp_path, "{}\n" * (TESTS_MAX + 1))
    with pytest.raises(UsageError, match="10001 tests; at most 10000"):
        read_tests(path)
