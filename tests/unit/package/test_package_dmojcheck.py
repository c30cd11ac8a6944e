"""DMOJ's own checkers, and what a checker in Python gets and may say."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from judge.package import dmojcheck


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
        "def check(process_output, judge_output, judge_input, point_value, case_position, batch, binary_data, extra):\n"
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


def ask(
    tmp_path: Path,
    output: bytes,
    answer: bytes,
    *,
    name: str = "",
    script: str = "",
    args: object = None,
    points: float = 1,
) -> tuple[int, dict[str, str]]:
    """Exit code and feedback directory of the checker's program, as the sandbox would run it."""
    (tmp_path / "main.py").write_bytes(Path(dmojcheck.__file__).read_bytes())
    (tmp_path / "checker.py").write_text(script, encoding="utf-8")
    (tmp_path / "in").write_bytes(b"in")
    (tmp_path / "answer").write_bytes(answer)
    feedback = tmp_path / "feedback"
    feedback.mkdir()
    question = {"name": name, "args": args or {}, "point_value": points, "case_position": 3, "batch": 2}
    words = [sys.executable, "-I", "main.py", "in", "answer", "feedback/", json.dumps(question)]
    done = subprocess.run(words, input=output, cwd=tmp_path, check=False, capture_output=True, timeout=60)
    return done.returncode, {path.name: path.read_text(encoding="utf-8") for path in feedback.iterdir()}
