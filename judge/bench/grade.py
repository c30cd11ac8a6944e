"""``judge bench grade``: what judging 100 tests of an A+B program costs, beside 100 bare runs of it.

The program is in C; or in Python (``--language python3``), where the bare run is that of the interpreter. A bare run
is ``posix_spawn`` and ``wait`` with the input on stdin and stdout read from a pipe: what any judge must
pay. problemtools and BAPCtools are measured when they are on the PATH; theirs is the difference between a package
with all tests and one with a single test, so that start-up and compiling do not count.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from statistics import median
from uuid import uuid4

import msgspec

from judge.assembly import open_judge, slots_for
from judge.config import load_settings
from judge.errors import InfrastructureError
from judge.grading.calibrate import with_limit
from judge.model.limits import Limits
from judge.model.report import Report
from judge.model.submission import SourceFile, Submission
from judge.model.units import S_NS
from judge.model.verdict import Verdict
from judge.package.kattis.reader import read_package
from judge.parsers import Subparsers
from judge.toolchain.compile import Compiled

TESTS = 100
ROUNDS = 7
_OTHER_ROUNDS = 3

_SOURCE = """#include <stdio.h>
int main(void) { long long a, b; if (scanf("%lld %lld", &a, &b) != 2) return 1; printf("%lld\\n", a + b); return 0; }
"""

_PYTHON = "python3"
_SOURCES = {"c": ("sum.c", _SOURCE), _PYTHON: ("sum.py", "a, b = map(int, input().split())\nprint(a + b)\n")}

#: problemtools reads the legacy format, BAPCtools the newest one.
_LEGACY = {
    "problem.yaml": "problem_format_version: legacy\nname: Sum\nlimits:\n  time_multiplier: 5\n",
    ".timelimit": "1\n",
    "problem_statement/problem.en.tex": "\\problemname{Sum}\nAdd two integers.\n",
}
_MODERN = {
    "problem.yaml": "problem_format_version: 2025-09\nname: Sum\nuuid: {uuid}\nlimits:\n  time_limit: 1\n",
    "statement/problem.en.tex": "\\problemname{Sum}\nAdd two integers.\n",
}

_VALIDATOR = """import re, sys
sys.exit(42 if re.fullmatch(r"-?[0-9]+ -?[0-9]+\\n", sys.stdin.read()) else 43)
"""


class GradeBench(msgspec.Struct, frozen=True, kw_only=True):
    """Medians over the rounds, for all tests together; None = the tool is not installed (or refused to work)."""

    tests: int
    language: str
    rounds: int
    slots: int
    bare_ms: float
    total_ms: float
    ratio: float
    verifyproblem_ms: float | None
    bapctools_ms: float | None


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "grade",
        help="100 tests of A+B, beside 100 bare runs",
        description="Judge 100 tests of an A+B program (compiled before) and run it 100 times bare; medians.",
    )
    parser.add_argument("--language", choices=tuple(_SOURCES), default="c", help="what it is written in (default c)")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"how often each is measured (default {ROUNDS})")
    parser.add_argument("--slots", type=int, default=0, help="slots at work (default: as many as judge grade takes)")
    parser.add_argument("--alone", action="store_true", help="do not measure other tools")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Measure and print."""
    others = not args.alone and args.language == "c"
    bench = measure(rounds=max(1, args.rounds), others=others, slots=args.slots, language=args.language)
    if args.json:
        sys.stdout.buffer.write(msgspec.json.encode(bench) + b"\n")
        return 0
    print(f"{bench.tests} tests of A+B in {bench.language}, medians of {bench.rounds} rounds, {bench.slots} slot(s)")
    print(f"  bare runs      {bench.bare_ms:8.1f} ms")
    print(f"  judge          {bench.total_ms:8.1f} ms   {bench.ratio:.2f} x bare")
    for name, other_ms in (("verifyproblem", bench.verifyproblem_ms), ("BAPCtools", bench.bapctools_ms)):
        print(f"  {name:<14} " + (f"{other_ms:8.1f} ms" if other_ms is not None else "not installed"))
    return 0


def measure(*, rounds: int = ROUNDS, others: bool = True, slots: int = 0, language: str = "c") -> GradeBench:
    """Measure everything, with as many slots as judge grade takes (0) or as asked. Blocks for seconds. ``others``: the
    other tools, too; they are given the program in C.

    Raises InfrastructureError, HostError.
    """
    with tempfile.TemporaryDirectory(prefix="judge-bench-") as scratch:
        package = make_package(Path(scratch) / "sum", TESTS)
        slots = slots or slots_for(TESTS)
        bare, total = _ours(package, rounds, slots, language)
        verifyproblem = _other("verifyproblem", _verifyproblem, Path(scratch) / "legacy") if others else None
        bapctools = _other("bt", _bapctools, Path(scratch) / "modern", modern=True) if others else None
    return GradeBench(
        tests=TESTS,
        language=language,
        rounds=rounds,
        slots=slots,
        bare_ms=bare,
        total_ms=total,
        ratio=total / bare,
        verifyproblem_ms=verifyproblem,
        bapctools_ms=bapctools,
    )


def make_package(root: Path, tests: int, *, modern: bool = False) -> Path:
    """A package with this many A+B tests, complete enough for the other tools."""
    files = {name: text.replace("{uuid}", str(uuid4())) for name, text in (_MODERN if modern else _LEGACY).items()}
    files["submissions/accepted/sum.c"] = _SOURCE
    files["input_validators/two.py"] = _VALIDATOR
    for index in range(tests):
        a, b = index * 7919, index * index * 104_729
        files[f"data/secret/{index:03}.in"] = f"{a} {b}\n"
        files[f"data/secret/{index:03}.ans"] = f"{a + b}\n"
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def _ours(package: Path, rounds: int, slots: int, language: str) -> tuple[float, float]:
    """Medians in ms of the bare runs and of judging, taken in turns on one open slot."""
    problem = with_limit(read_package(package), S_NS)
    inputs = [Path(path) for path in sorted(map(str, (package / "data").rglob("*.in")))]
    name, text = _SOURCES[language]
    source = SourceFile(name=name, content=text.encode())
    submission = Submission(id="bench", package=str(package), sources=(source,), language=language)
    bare: list[float] = []
    total: list[float] = []
    with open_judge(load_settings(), slots=slots) as judge:
        judging = judge.judging(submission, problem)
        compiled = judging.compile(judge.language_of(submission, problem))
        if compiled.artifact is None:
            raise InfrastructureError(f"the benchmark's program does not compile: {compiled.report.log}")
        argv = _bare_argv(compiled, compiled.artifact)
        tools = judge.build_tools(problem)
        for number in range(rounds + 1):
            bare_ms = timed_ms(lambda: bare_runs(argv, inputs))
            total_ms = timed_ms(lambda: _accepted(judging.program_judged(compiled, tools)))
            if number:  # the first round warms caches
                bare.append(bare_ms)
                total.append(total_ms)
    return median(bare), median(total)


def _bare_argv(compiled: Compiled, artifact: Path) -> list[str]:
    """How the sandbox runs it, with the program where it lies on this host."""
    return [word.replace("/artifact", str(artifact), 1) for word in compiled.run_spec(Limits()).argv]


def _accepted(judged: AbstractContextManager[Report]) -> None:
    with judged as report:
        if report.verdict is not Verdict.AC:
            raise InfrastructureError(f"the benchmark's program got {report.verdict}")


def timed_ms(work: Callable[[], None]) -> float:
    """Milliseconds that this takes."""
    started_ns = time.perf_counter_ns()
    work()
    return (time.perf_counter_ns() - started_ns) / 1e6


def bare_runs(argv: list[str], inputs: list[Path]) -> None:
    """What cannot be saved: spawn, feed, read, wait."""
    for path in inputs:
        stdin = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        out, into = os.pipe2(os.O_CLOEXEC)
        actions = [(os.POSIX_SPAWN_DUP2, stdin, 0), (os.POSIX_SPAWN_DUP2, into, 1)]
        pid = os.posix_spawn(argv[0], argv, {}, file_actions=actions)
        os.close(into)
        os.close(stdin)
        while os.read(out, 65_536):
            pass
        os.close(out)
        _, status = os.waitpid(pid, 0)
        if status:
            raise InfrastructureError(f"the benchmark's program ended with status {status} when it was run bare")


def _other(tool: str, command: Callable[[Path], list[str]], scratch: Path, *, modern: bool = False) -> float | None:
    """What the tests beyond the first cost with another tool, in ms for TESTS of them; None without the tool."""
    if shutil.which(tool) is None:
        return None
    many = make_package(scratch / "many", TESTS + 1, modern=modern)
    one = make_package(scratch / "one", 1, modern=modern)
    try:
        many_ms = median(timed_ms(lambda: _run_tool(command(many), many)) for _ in range(_OTHER_ROUNDS))
        one_ms = median(timed_ms(lambda: _run_tool(command(one), one)) for _ in range(_OTHER_ROUNDS))
    except (OSError, subprocess.SubprocessError):
        return None
    return max(0.0, many_ms - one_ms)


def _run_tool(command: list[str], package: Path) -> None:
    subprocess.run(command, cwd=package, check=True, capture_output=True, timeout=300)


def _verifyproblem(package: Path) -> list[str]:
    return ["verifyproblem", str(package), "--parts", "submissions"]


def _bapctools(package: Path) -> list[str]:
    return ["bt", "run", "submissions/accepted/sum.c", "--no-bar", "--jobs", "1", "--no-generate"]
