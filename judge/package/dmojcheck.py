"""A 42/43 output validator that asks a DMOJ checker: ``check(process_output, judge_output, **kwargs)`` in Python.

This file is copied into the checker's container as its main program; the package's own script, if it has one, lies
beside it as ``checker.py``. Of DMOJ's modules a checker finds ``dmoj.result`` and ``dmoj.checkers`` here, as far as
they are documented; what it asks beyond that fails, which is a judge error with its traceback.

Source: DMOJ's documentation, "Custom Checkers". Standard library only.
"""

from __future__ import annotations

import collections
import importlib.util
import json
import os
import sys
import types
from collections.abc import Callable
from typing import Any, NoReturn

_ACCEPT, _REJECT = 42, 43
_SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "checker.py")


class CheckerResult:
    """What a checker may return instead of a boolean. ``feedback`` is shown to the contestant."""

    def __init__(self, passed: bool, points: float, feedback: str | None = None, extended_feedback: str | None = None):
        if not isinstance(passed, bool) or not isinstance(points, int | float):
            raise TypeError(f"CheckerResult wants a boolean and a number, not {passed!r} and {points!r}")
        self.passed = passed
        self.points = points
        self.feedback = feedback
        self.extended_feedback = extended_feedback


def standard(process_output: bytes, judge_output: bytes, **_: object) -> bool:
    """The same words on the same lines; lines without words do not count."""
    return _words_by_line(process_output) == _words_by_line(judge_output)


def rstripped(process_output: bytes, judge_output: bytes, **_: object) -> bool:
    """The same lines but for white space at their ends and at the end of the file."""
    sides = ([line.rstrip() for line in text.rstrip().split(b"\n")] for text in (process_output, judge_output))
    return next(sides) == next(sides)


def identical(process_output: bytes, judge_output: bytes, pe_allowed: bool = True, **_: object) -> bool | CheckerResult:
    """Byte for byte."""
    if process_output == judge_output:
        return True
    is_close = pe_allowed and standard(process_output, judge_output)
    return CheckerResult(False, 0, "Presentation Error, check your whitespace" if is_close else None)


def easy(process_output: bytes, judge_output: bytes, **_: object) -> bool:
    """Every character as often, whatever its case and place; white space does not count."""
    sides = (collections.Counter(b"".join(text.lower().split())) for text in (process_output, judge_output))
    return next(sides) == next(sides)


def sorted_(process_output: bytes, judge_output: bytes, split_on: str = "lines", **_: object) -> bool:
    """The same lines (or words: ``split_on`` = whitespace) in any order."""
    if split_on not in ("lines", "whitespace"):
        raise ValueError(f"split_on is lines or whitespace, not {split_on!r}")
    parts: Callable[[bytes], list[Any]] = _words_by_line if split_on == "lines" else bytes.split
    return sorted(parts(process_output)) == sorted(parts(judge_output))


def unordered(process_output: bytes, judge_output: bytes, **_: object) -> bool:
    """The same words in any order."""
    return sorted_(process_output, judge_output, "whitespace")


def linecount(
    process_output: bytes, judge_output: bytes, point_value: float, feedback: bool = True, **_: object
) -> CheckerResult:
    """Points by the share of lines that are right."""
    ours, theirs = (text.rstrip().split(b"\n") for text in (judge_output, process_output))
    right = [mine.split() == given.split() for mine, given in zip(ours, theirs, strict=False)]
    right += [False] * (len(ours) - len(right))
    marks = "".join("✗✓"[good] for good in right) if feedback else ""
    return CheckerResult(all(right), point_value * sum(right) / len(right), marks)


BUILT_IN: dict[str, Callable[..., bool | CheckerResult]] = {
    "standard": standard,
    "rstripped": rstripped,
    "identical": identical,
    "easy": easy,
    "sorted": sorted_,
    "unordered": unordered,
    "linecount": linecount,
}


def _words_by_line(text: bytes) -> list[list[bytes]]:
    return [words for line in text.split(b"\n") if (words := line.split())]


def _offer_modules() -> None:
    """``dmoj.result`` and ``dmoj.checkers`` as a checker imports them."""
    checkers = {name: types.SimpleNamespace(check=check) for name, check in BUILT_IN.items()}
    contents: dict[str, dict[str, Any]] = {
        "dmoj": {},
        "dmoj.result": {"CheckerResult": CheckerResult},
        "dmoj.checkers": dict(checkers),
        **{f"dmoj.checkers.{name}": vars(checker) for name, checker in checkers.items()},
    }
    for name, content in contents.items():
        module = types.ModuleType(name)
        vars(module).update(content, __path__=[])
        sys.modules[name] = module
    sys.modules["dmoj"].__dict__.update(result=sys.modules["dmoj.result"], checkers=sys.modules["dmoj.checkers"])


def _checker(name: str) -> Callable[..., Any]:
    if name:
        return BUILT_IN[name]
    spec = importlib.util.spec_from_file_location("checker", _SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    check: Callable[..., Any] = module.check
    return check


def main(arguments: list[str]) -> NoReturn:
    """``input answer feedback_dir/ question``: the question is JSON: name, args, point_value, case_position, batch."""
    input_path, answer_path, feedback_dir, question_text = arguments
    question = json.loads(question_text)
    _offer_modules()
    check = _checker(question["name"])
    with open(input_path, "rb") as input_file, open(answer_path, "rb") as answer_file:
        judge_input, judge_output = input_file.read(), answer_file.read()
    points = question["point_value"]
    try:
        result = check(
            sys.stdin.buffer.read(),
            judge_output,
            judge_input=judge_input,
            point_value=points,
            case_position=question["case_position"],
            batch=question["batch"],
            binary_data=False,
            **question["args"],
        )
    except UnicodeDecodeError:
        result = CheckerResult(False, 0, "invalid unicode")
    if not isinstance(result, CheckerResult):
        result = CheckerResult(bool(result), points if result else 0)
    for name in ("judgemessage.txt", "teammessage.txt") if result.feedback else ():
        with open(feedback_dir + name, "w", encoding="utf-8", errors="replace") as file:
            file.write(str(result.feedback))
    if points and result.passed:
        with open(feedback_dir + "score_multiplier.txt", "w") as file:
            file.write(f"{result.points / points:.9f}")
    sys.exit(_ACCEPT if result.passed else _REJECT)


if __name__ == "__main__":
    main(sys.argv[1:])
