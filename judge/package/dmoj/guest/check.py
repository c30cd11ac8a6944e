"""A 42/43 output validator that asks DMOJ's Python: a checker, or a custom judge that needs no process of its own.

This file is copied into the validator's container as its main program; the package's own scripts lie beside it. A
*checker* is ``check(process_output, judge_output, **kwargs)``. A *custom judge* is a class ``Grader``: an
``InteractiveGrader`` with ``interact(case, interactor)``, then this program talks to the submission, or a
``StandardGrader`` with ``check_result(case, result)``. Of DMOJ's modules they find ``dmoj.result``, ``dmoj.checkers``,
``dmoj.graders``, ``dmoj.problem`` and ``dmoj.utils.unicode`` here, as far as they are documented; what they ask beyond
that fails, which is a judge error with its traceback.

One file, because one file is copied. Source: DMOJ's documentation, "Custom Checkers" and "Custom Graders". Standard
library only.
"""

from __future__ import annotations

import collections
import contextlib
import functools
import importlib.util
import json
import math
import os
import re
import sys
import types
from collections.abc import Callable
from typing import Any, BinaryIO, NoReturn

_ACCEPT, _REJECT = 42, 43

#: Where a custom judge lies beside this file.
JUDGE_SCRIPT = "grader.py"

#: Where the submission's sources are, below the working directory; all of its files together are its source.
_SOURCES = "submission"

#: Numbers that a submission writes are not longer than that.
_NUMBER_BYTES_MAX = 10_000


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
    """Points by the share of lines that are right, none for more than there should be; empty ones do not count."""
    ours, theirs = (list(filter(None, re.split(rb"[\r\n]", text))) for text in (judge_output, process_output))
    if len(theirs) > len(ours):
        return CheckerResult(False, 0)
    if not ours:
        return CheckerResult(True, point_value)
    right = [mine.strip() == given.strip() for mine, given in zip(ours, theirs, strict=False)]
    right += [False] * (len(ours) - len(right))
    marks = "".join("✗✓"[good] for good in right) if feedback else ""
    return CheckerResult(all(right), point_value * sum(right) / len(right), marks)


def floats(
    process_output: bytes, judge_output: bytes, precision: int = 6, error_mode: str = "default", **_: object
) -> bool:
    """The same words on the same lines, numbers within 10^-precision; ``error_mode``: absolute, relative or default."""
    if error_mode not in ("default", "absolute", "relative"):
        raise ValueError(f"error_mode is default, absolute or relative, not {error_mode!r}")
    sides = (_words_by_line(text) for text in (process_output, judge_output))
    theirs, ours = ([(number, word) for number, line in enumerate(side) for word in line] for side in sides)
    return len(theirs) == len(ours) and all(
        given[0] == wanted[0] and _is_close(given[1], wanted[1], 10.0**-precision, error_mode)
        for given, wanted in zip(theirs, ours, strict=True)
    )


def _is_close(given: bytes, wanted: bytes, tolerance: float, error_mode: str) -> bool:
    try:
        mine, theirs = float(wanted), float(given)
    except ValueError:
        return given == wanted
    distance = abs(mine - theirs)
    absolute = error_mode != "relative" and distance <= tolerance
    relative = error_mode != "absolute" and distance <= tolerance * abs(mine)
    return mine == theirs or absolute or relative


def floatsabs(process_output: bytes, judge_output: bytes, precision: int = 6, **_: object) -> bool:
    """``floats`` by the absolute error."""
    return floats(process_output, judge_output, precision, "absolute")


def floatsrel(process_output: bytes, judge_output: bytes, precision: int = 6, **_: object) -> bool:
    """``floats`` by the relative error."""
    return floats(process_output, judge_output, precision, "relative")


BUILT_IN: dict[str, Callable[..., bool | CheckerResult]] = {
    "standard": standard,
    "rstripped": rstripped,
    "identical": identical,
    "easy": easy,
    "sorted": sorted_,
    "unordered": unordered,
    "linecount": linecount,
    "floats": floats,
    "floatsabs": floatsabs,
    "floatsrel": floatsrel,
}


def _words_by_line(text: bytes) -> list[list[bytes]]:
    return [words for line in text.split(b"\n") if (words := line.split())]


class Case:
    """The test, as a custom judge sees it. ``position`` counts from 0."""

    def __init__(self, question: dict[str, Any], judge_input: bytes, judge_output: bytes) -> None:
        self.position = question["case_position"]
        self.batch = question["batch"]
        self.points = question["point_value"]
        self.has_binary_data = question["binary_data"]
        self._question = question
        self._data = judge_input, judge_output

    def input_data(self) -> bytes:
        """The whole input."""
        return self._data[0]

    def output_data(self) -> bytes:
        """The whole answer."""
        return self._data[1]

    def checker(self) -> Callable[..., Any]:
        """The test's checker with its arguments bound."""
        return functools.partial(_checker(self._question), **self._question["args"])


class Result:
    """What is known of a run (that ended well: others are not asked about), or what a custom judge says of a test."""

    AC, WA, RTE, TLE, MLE, IR, SC, OLE, IE = 0, 1, 2, 4, 8, 16, 32, 64, 1 << 30

    def __init__(self, case: Case, result_flag: int = 0, proc_output: bytes = b"", feedback: str = "") -> None:
        self.case = case
        self.result_flag = result_flag
        self.proc_output = proc_output
        self.feedback = feedback
        self.extended_feedback = ""
        self.points: float = 0


class WrongAnswer(BaseException):
    """The submission said something that a reader of :class:`Interactor` does not take."""


class Interactor:
    """The submission's output to read and its input to write to. Reading beyond its end raises OSError."""

    def __init__(self, reads: BinaryIO, writes: BinaryIO) -> None:
        self._reads = reads
        self._writes = writes
        self._words: bytes | None = None

    def read(self) -> bytes:
        """All that is still to come."""
        return _nonempty(self._reads.read())

    def readln(self, strip_newline: bool = True) -> bytes:
        """The next line, without white space at its end unless asked for."""
        line = _nonempty(self._reads.readline())
        return line.rstrip() if strip_newline else line

    def readtoken(self, delim: bytes | None = None) -> bytes:
        """The next word, of the next line when this one is used up."""
        word, *rest = (self._words or self.readln()).split(delim, 1) or [b""]
        self._words = rest[0] if rest else None
        return word

    def readint(self, lo: float = -math.inf, hi: float = math.inf, delim: bytes | None = None) -> int:
        """The next word as a whole number within bounds; else the submission is wrong."""
        return int(self._number(int, lo, hi, delim))

    def readfloat(self, lo: float = -math.inf, hi: float = math.inf, delim: bytes | None = None) -> float:
        """The next word as a number within bounds; else the submission is wrong."""
        return float(self._number(float, lo, hi, delim))

    def _number(self, kind: Callable[[bytes], Any], lo: float, hi: float, delim: bytes | None) -> Any:
        word = self.readtoken(delim)
        start = word[:5].decode("utf-8", "replace") + ("..." if len(word) > 5 else "")
        try:
            value = kind(word) if len(word) <= _NUMBER_BYTES_MAX else math.nan
        except ValueError:
            raise WrongAnswer(f"expected {kind.__name__}, got {start!r}") from None
        if not lo <= value <= hi:
            raise WrongAnswer(f"expected {kind.__name__} in range [{lo}, {hi}], got {start}")
        return value

    def write(self, val: object) -> None:
        """Text of anything, at once."""
        self._writes.write(str(val).encode())
        self._writes.flush()

    def writeln(self, val: object) -> None:
        """Text of anything and a line end, at once."""
        self.write(f"{val}\n")

    def close(self) -> None:
        """No more input for the submission; idempotent."""
        with contextlib.suppress(OSError):
            self._writes.close()


def _nonempty(data: bytes) -> bytes:
    if not data:
        raise OSError("the submission's output has ended")
    return data


class StandardGrader:
    """A custom judge that looks at the output. ``source``: that of the submission."""

    @property
    def source(self) -> bytes:
        return _source()

    def check_result(self, case: Case, result: Result) -> Any:
        """A boolean or a CheckerResult; by itself what the test's checker says."""
        return case.checker()(
            result.proc_output,
            case.output_data(),
            judge_input=case.input_data(),
            point_value=case.points,
            case_position=case.position,
            batch=case.batch,
            binary_data=case.has_binary_data,
            submission_source=_source(),
        )


class InteractiveGrader(StandardGrader):
    """A custom judge that talks to the submission."""

    def interact(self, case: Case, interactor: Interactor) -> Any:
        """A boolean, a CheckerResult or a Result."""
        raise NotImplementedError("interact")


def _source() -> bytes:
    found = sorted(os.path.join(place, name) for place, _, names in os.walk(_SOURCES) for name in names)
    parts = []
    for path in found:
        with open(path, "rb") as file:
            parts.append(file.read())
    return b"".join(parts)


def _offer_modules() -> None:
    """DMOJ's modules as scripts import them."""
    checkers = {name: types.SimpleNamespace(check=check) for name, check in BUILT_IN.items()}
    graders = {"InteractiveGrader": InteractiveGrader, "StandardGrader": StandardGrader}
    contents: dict[str, dict[str, Any]] = {
        "dmoj": {},
        "dmoj.result": {"CheckerResult": CheckerResult, "Result": Result},
        "dmoj.checkers": dict(checkers),
        **{f"dmoj.checkers.{name}": vars(checker) for name, checker in checkers.items()},
        "dmoj.graders": dict(graders),
        "dmoj.graders.standard": {"StandardGrader": StandardGrader},
        "dmoj.graders.interactive": {**graders, "Interactor": Interactor, "WrongAnswer": WrongAnswer},
        "dmoj.problem": {"TestCase": Case},
        "dmoj.utils": {},
        "dmoj.utils.unicode": {"utf8text": _utf8text, "utf8bytes": _utf8bytes},
    }
    for name, content in contents.items():
        module = types.ModuleType(name)
        vars(module).update(content, __path__=[])
        sys.modules[name] = module
    for name in contents:
        parent, _, child = name.rpartition(".")
        if parent:
            vars(sys.modules[parent]).setdefault(child, sys.modules[name])


def _utf8text(text: Any, errors: str = "strict") -> Any:
    return text.decode("utf-8", errors) if isinstance(text, bytes) else text


def _utf8bytes(text: Any) -> Any:
    return text.encode() if isinstance(text, str) else text


def _checker(question: dict[str, Any]) -> Callable[..., Any]:
    if question["name"]:
        return BUILT_IN[question["name"]]
    check: Callable[..., Any] = _script(question["script"]).check
    return check


def _script(name: str) -> Any:
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), name)
    spec = importlib.util.spec_from_file_location(name.removesuffix(".py"), path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.argv = [path]  # some tell by it whether a person tries them out
    spec.loader.exec_module(module)
    return module


def _grader() -> Any:
    return _script(JUDGE_SCRIPT).Grader()


def _ask_output(case: Case, grader: StandardGrader) -> Any:
    """Standard input is the submission's output."""
    try:
        return grader.check_result(case, Result(case, proc_output=sys.stdin.buffer.read()))
    except UnicodeDecodeError:
        return CheckerResult(False, 0, "invalid unicode")


def _ask_conversation(case: Case) -> Any:
    """Standard input and output are the submission's; what scripts print themselves must not get there."""
    writes = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    interactor = Interactor(sys.stdin.buffer, writes)
    grader = _grader()
    try:
        return grader.interact(case, interactor)
    except WrongAnswer as wrong:
        return CheckerResult(False, 0, str(wrong))
    except OSError:
        return False
    finally:
        interactor.close()


def main(arguments: list[str]) -> NoReturn:
    """``input answer feedback_dir/ question``: the question is JSON: name (empty: script), args, point_value,
    case_position (from 0), batch, binary_data, and judge when a custom one is asked: interact or check."""
    input_path, answer_path, feedback_dir, question_text = arguments
    question = json.loads(question_text)
    _offer_modules()
    with open(input_path, "rb") as input_file, open(answer_path, "rb") as answer_file:
        case = Case(question, input_file.read(), answer_file.read())
    judge = question.get("judge", "")
    if judge == "interact":
        said = _ask_conversation(case)
    else:
        said = _ask_output(case, _grader() if judge else StandardGrader())
    result = _as_checker_result(said, case.points)
    for name in ("judgemessage.txt", "teammessage.txt") if result.feedback else ():
        with open(feedback_dir + name, "w", encoding="utf-8", errors="replace") as file:
            file.write(str(result.feedback))
    if case.points and result.passed:
        with open(feedback_dir + "score_multiplier.txt", "w") as file:
            file.write(f"{result.points / case.points:.9f}")
    sys.exit(_ACCEPT if result.passed else _REJECT)


def _as_checker_result(said: Any, points: float) -> CheckerResult:
    if isinstance(said, CheckerResult):
        return said
    if isinstance(said, Result):
        return CheckerResult(said.result_flag == Result.AC, said.points, said.feedback)
    return CheckerResult(bool(said), points if said else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
