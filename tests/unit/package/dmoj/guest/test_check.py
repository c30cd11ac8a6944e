"""DMOJ's own checkers, and what a checker in Python gets and may say."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from judge.package.dmoj.guest import check as dmojcheck


@pytest.mark.parametrize(
    ("name", "output", "answer", "args", "share"),
    [
        ("standard", b"1  2\n\n3\n", b"1 2\n3", {}, 1),
        ("standard", b"1\n2 3\n", b"1 2\n3", {}, 0),
        ("rstripped", b"a \nb\n\n", b"a\nb", {}, 1),
        ("rstripped", b" a\nb", b"a\nb", {}, 0),
        ("identical", b"a\n", b"a\n", {}, 1),
        ("identical", b"a", b"a\n", {}, 0),
        ("easy", b"Cab\n", b"a b c", {}, 1),
        ("easy", b"aab", b"abb", {}, 0),
        ("sorted", b"2 1\n3\n", b"3\n\n2 1\n", {}, 1),
        ("sorted", b"1 2\n3\n", b"3\n2 1\n", {}, 0),
        ("sorted", b"1 2\n3\n", b"3\n2 1\n", {"split_on": "whitespace"}, 1),
        ("unordered", b"3 2 1", b"1\n2\n3\n", {}, 1),
        ("unordered", b"1 1 2", b"1 2 2", {}, 0),
        ("linecount", b"1\n2\n3\n", b"1\n2\n3\n", {"feedback": False}, 1),
        ("linecount", b"1\n\n2\n3\n\n", b"1\n2\n3\n", {"feedback": False}, 1),
        ("linecount", b"1\n2\n3\n4\n", b"1\n2\n3\n", {}, 0),
        ("floats", b"1.0000001 x\n2\n", b"1 x\n2.0\n", {}, 1),
        ("floats", b"1 x\n2\n", b"1\nx 2\n", {}, 0),
        ("floats", b"1e9\n", b"1000000100\n", {}, 1),
        ("floatsabs", b"1e9\n", b"1000000100\n", {}, 0),
        ("floatsrel", b"0.00001\n", b"0\n", {"precision": 3}, 0),
        ("floats", b"0.00001\n", b"0\n", {"precision": 3, "error_mode": "absolute"}, 1),
        ("floats", b"nan inf\n", b"1 inf\n", {}, 0),
    ],
)
def test_checkers_of_dmoj(tmp_path: Path, name: str, output: bytes, answer: bytes, args: object, share: int) -> None:
    code, feedback = ask(tmp_path, output, answer, name=name, args=args)
    assert code == (42 if share else 43)
    assert feedback.get("score_multiplier.txt") == (f"{share:.9f}" if share else None)


def test_linecount_rejects_what_is_partly_right_and_shows_the_lines(tmp_path: Path) -> None:
    code, feedback = ask(tmp_path, b"1\n5\n", b"1\n2\n3\n", name="linecount")
    assert (code, feedback) == (43, {"judgemessage.txt": "✓✗✗", "teammessage.txt": "✓✗✗"})


def test_a_script_is_asked_with_what_is_documented(tmp_path: Path) -> None:
    script = (
        "from dmoj.result import CheckerResult\n"
        "def check(process_output, judge_output, judge_input, point_value, case_position, batch, binary_data, extra,\n"
        "          submission_source):\n"
        "    assert submission_source == b'int a;int b;'\n"
        "    assert (process_output, judge_output, judge_input) == (b'out', b'answer', b'in')\n"
        "    assert (point_value, case_position, batch, binary_data, extra) == (8, 3, 2, False, [1])\n"
        "    return CheckerResult(True, 2, 'a \U0001f388')\n"
    )
    code, feedback = ask(tmp_path, b"out", b"answer", script=script, args={"extra": [1]}, points=8)
    assert code == 42
    assert feedback["score_multiplier.txt"] == "0.250000000"
    assert feedback["teammessage.txt"] == "a \U0001f388"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("return True", 42),
        ("return 0", 43),
        ("process_output.decode('utf-8')", 43),
        ("raise KeyError('x')", 1),
        ("return kwargs['result'].max_memory", 1),
        ("from dmoj.result import CheckerResult\n    return CheckerResult(1, 1)", 1),
    ],
)
def test_what_a_script_does_is_the_exit_code(tmp_path: Path, body: str, code: int) -> None:
    script = f"def check(process_output, judge_output, **kwargs):\n    {body}\n"
    assert ask(tmp_path, b"\xff", b"", script=script)[0] == code


def test_a_judge_of_outputs_may_ask_the_checker_itself(tmp_path: Path) -> None:
    judge = (
        "from dmoj.graders.standard import StandardGrader\n"
        "from dmoj.result import CheckerResult, Result\n"
        "class Grader(StandardGrader):\n"
        "    def check_result(self, case, result):\n"
        "        assert result.result_flag == Result.AC\n"
        "        assert (case.position, case.batch, case.points, case.input_data()) == (3, 2, 4, b'in')\n"
        "        passed = super().check_result(case, result)\n"
        "        return CheckerResult(passed, case.points / 2, 'judged') if passed else False\n"
    )
    (tmp_path / "yes").mkdir()
    code, feedback = ask(tmp_path / "yes", b"a \n", b"a\n", name="standard", judge=judge, points=4)
    assert (code, feedback["score_multiplier.txt"], feedback["teammessage.txt"]) == (42, "0.500000000", "judged")
    (tmp_path / "no").mkdir()
    assert ask(tmp_path / "no", b"b\n", b"a\n", name="standard", judge=judge, points=4)[0] == 43


@pytest.mark.parametrize(
    ("body", "said", "code", "heard", "message"),
    [
        ("return interactor.readln() == b'a b'", b"a b  \n", 42, b"", None),
        ("return interactor.readln(strip_newline=False) == b'a \\n'", b"a \n", 42, b"", None),
        ("return interactor.read() == b'x\\ny\\n'", b"x\ny\n", 42, b"", None),
        ("return [interactor.readtoken() for _ in 'abc'] == [b'1', b'2', b'3']", b"1  2\n3\n", 42, b"", None),
        ("return interactor.readint(1, 9) == 9 and interactor.readfloat() == .5", b"9 .5\n", 42, b"", None),
        ("return interactor.readint(1, 9)", b"10\n", 43, b"", "expected int in range [1, 9], got 10"),
        ("return interactor.readfloat()", b"word\xff\n", 43, b"", "expected float, got 'word\ufffd'"),
        ("return interactor.readfloat()", b"nan\n", 43, b"", "expected float in range [-inf, inf], got nan"),
        ("return interactor.readint()", b"1" * 20000, 43, b"", "expected int in range [-inf, inf], got 11111..."),
        ("return interactor.readln()", b"", 43, b"", None),
        ("interactor.write(1); interactor.writeln('x'); print('aside'); return True", b"", 42, b"1x\n", None),
        ("interactor.close(); interactor.writeln(1)", b"", 1, b"", None),
        ("raise KeyError(case.points)", b"", 1, b"", None),
        ("raise WrongAnswer('own words')", b"", 43, b"", "own words"),
        ("return len(sys.argv) == 1 and isinstance(case, TestCase)", b"", 42, b"", None),
        ("return self.binary", b"", 1, b"", None),
        ("return self.source == b'int a;int b;'", b"", 42, b"", None),
        (
            "r = Result(case, result_flag=Result.WA); r.feedback = 'no'; return r",
            b"", 43, b"", "no",
        ),
    ],
)  # fmt: skip
def test_a_judge_that_talks_to_the_submission(
    tmp_path: Path, body: str, said: bytes, code: int, heard: bytes, message: str | None
) -> None:
    judge = (
        "import sys\n"
        "from dmoj.graders.interactive import InteractiveGrader, WrongAnswer\n"
        "from dmoj.problem import TestCase\n"
        "from dmoj.result import Result\n"
        "class Grader(InteractiveGrader):\n"
        f"    def interact(self, case, interactor):\n        {body}\n"
    )
    done, feedback = run(tmp_path, said, b"", {"name": "standard", "judge": "interact"}, judge=judge)
    assert (done.returncode, done.stdout, feedback.get("judgemessage.txt")) == (code, heard, message), done.stderr


def ask(  # noqa: PLR0913 (a table of cases)
    tmp_path: Path,
    output: bytes,
    answer: bytes,
    *,
    name: str = "",
    script: str = "",
    args: object = None,
    points: float = 1,
    judge: str = "",
) -> tuple[int, dict[str, str]]:
    """Exit code and feedback directory of the checker's program, as the sandbox would run it."""
    question = {"name": name, "script": "checker.py", "args": args or {}, "point_value": points}
    question |= {"judge": "check"} if judge else {}
    done, feedback = run(tmp_path, output, answer, question, script=script, judge=judge)
    return done.returncode, feedback


def run(
    tmp_path: Path, output: bytes, answer: bytes, question: dict[str, object], *, script: str = "", judge: str = ""
) -> tuple[subprocess.CompletedProcess[bytes], dict[str, str]]:
    """How the program ended, and its feedback directory."""
    (tmp_path / "main.py").write_bytes(Path(dmojcheck.__file__).read_bytes())
    (tmp_path / "checker.py").write_text(script, encoding="utf-8")
    (tmp_path / dmojcheck.JUDGE_SCRIPT).write_text(judge, encoding="utf-8")
    (tmp_path / "in").write_bytes(b"in")
    (tmp_path / "answer").write_bytes(answer)
    feedback = tmp_path / "feedback"
    feedback.mkdir()
    (tmp_path / "submission" / "z").mkdir(parents=True)
    (tmp_path / "submission" / "b.c").write_text("int a;")
    (tmp_path / "submission" / "z" / "a.c").write_text("int b;")
    whole = {"args": {}, "point_value": 1, "case_position": 3, "batch": 2, "binary_data": False, **question}
    words = [sys.executable, "-I", "main.py", "in", "answer", "feedback/", json.dumps(whole)]
    done = subprocess.run(words, input=output, cwd=tmp_path, check=False, capture_output=True, timeout=60)
    return done, {path.name: path.read_text(encoding="utf-8") for path in feedback.iterdir()}
