"""``judge bench program``: what a judge program costs. A call and its answer; the tests of A+B beside the built-in
pipeline on the same tests; a match of two beside the same loop bare.

Everything is in one slot of this process; what is compared comes in turns. Bare programs get one core, as a slot has.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import msgspec

from judge.assembly import open_judge
from judge.bench.queue import milliseconds
from judge.config import load_settings
from judge.config.reading import ceilings_of
from judge.errors import InfrastructureError
from judge.model.event import unheard
from judge.model.submission import SourceFile
from judge.model.work import Data, Evaluation, EvaluationTest, ProgramSource, Work, WorkHeader, WorkKind
from judge.parsers import Subparsers
from judge.program.director import direct
from judge.program.request import ProgramRequest, ProgramResult, SubmissionInput, TestInput
from judge.running.evaluation import evaluate
from judge.running.runner import NO_BLOBS, Runner

TESTS = 100
MOVES = 200
CALLS = 2000

_ADD = {
    "cpp": (
        "add.cpp",
        "#include <iostream>\nint main() { int a, b; std::cin >> a >> b; std::cout << a + b << '\\n'; }\n",
    ),
    "python": ("add.py", "a, b = map(int, input().split())\nprint(a + b)\n"),
}

_CALLING = f"""
import time
from judge_program import finish, store
times = []
for _ in range({CALLS}):
    began = time.perf_counter()
    store(b"")
    times.append(time.perf_counter() - began)
finish("AC", 1e6 * sorted(times)[{CALLS // 2}])
"""

_JUDGING = """
from judge_program import case, compare, compile, finish, inputs, run
program = compile(inputs.submission)
worst = "AC"
for test in inputs.tests:
    done = run(program, stdin=test.input)
    verdict = done.verdict or ("AC" if compare(test.answer, done.stdout) else "WA")
    case(test.name, verdict, run=done)
    worst = verdict if worst == "AC" else worst
finish(worst)
"""

_MATCH = f"""
from judge_program import compile, finish, inputs, start
players = [start(compile(submission)) for submission in inputs.submissions]
said = "0"
for move in range({MOVES}):
    player = players[move % 2]
    player.write(said + "\\n")
    said = player.read_line(cpu_time=1).text
for player in players:
    player.close_input()
    player.wait()
finish("AC", float(said))
"""

_PLAYER = "import sys\nfor line in sys.stdin:\n    print(int(line) + 1, flush=True)\n"

_BARE_MATCH = f"""
import subprocess
import sys
players = [subprocess.Popen([sys.executable, sys.argv[1]], stdin=-1, stdout=-1) for _ in range(2)]
said = b"0"
for move in range({MOVES}):
    player = players[move % 2]
    player.stdin.write(said + b"\\n")
    player.stdin.flush()
    said = player.stdout.readline().strip()
for player in players:
    player.stdin.close()
    player.wait()
sys.exit(said != b"{MOVES}")
"""


class ProgramBench(msgspec.Struct, frozen=True, kw_only=True):
    """Medians. Targets: ``*_tests_ratio`` at most 1.3, ``call_p50_ms`` 0.3, ``match_ratio`` 1.5."""

    load_1m: float
    rounds: int
    call_p50_ms: float
    cpp_program_ms: float  #: all tests by a judge program
    cpp_pipeline_ms: float  #: the same tests by the built-in pipeline
    cpp_tests_ratio: float
    python_program_ms: float
    python_pipeline_ms: float
    python_tests_ratio: float
    match_ms: float
    bare_match_ms: float
    match_ratio: float


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "program",
        help="judge programs beside the built-in pipeline and bare loops",
        description="Time a judge program's calls, A+B judged by one beside the built-in pipeline, and a match of two "
        "programs beside the same loop without a judge.",
    )
    parser.add_argument("--rounds", type=int, default=11, help="of each kind (default 11)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Measure and print."""
    figures = measure(max(args.rounds, 1))
    if args.json:
        print(msgspec.json.encode(figures).decode())
    else:
        for name, value in msgspec.structs.asdict(figures).items():
            print(f"{name:22} {value}")
    return 0


def measure(rounds: int) -> ProgramBench:
    """All figures; blocks for half a minute. Raises HostError and SandboxError where no program can be run."""
    load_1m = round(os.getloadavg()[0], 2)
    settings = load_settings()
    with ExitStack() as stack:
        judge = stack.enter_context(open_judge(settings))
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="judge-bench-")))
        judge.slots[0].work_for("bench")
        runner = Runner(judge.slots[0], judge, ceilings_of(settings.limits), NO_BLOBS, scratch)
        calls_us = [_judged(runner, _CALLING).score or 0.0 for _ in range(rounds)]
        tests = {language: _tests_s(runner, rounds, *_ADD[language]) for language in _ADD}
        ours_s, bare_s = _match_s(runner, rounds, scratch)
    figures: dict[str, float] = {}
    for language, (program_s, pipeline_s) in tests.items():
        figures[f"{language}_program_ms"] = milliseconds(program_s)
        figures[f"{language}_pipeline_ms"] = milliseconds(pipeline_s)
        figures[f"{language}_tests_ratio"] = round(program_s / pipeline_s, 2)
    return ProgramBench(
        load_1m=load_1m,
        rounds=rounds,
        call_p50_ms=round(median(calls_us) / 1000, 4),
        match_ms=milliseconds(ours_s),
        bare_match_ms=milliseconds(bare_s),
        match_ratio=round(ours_s / bare_s, 2),
        **figures,
    )


def _tests_s(runner: Runner, rounds: int, name: str, text: str) -> tuple[float, float]:
    """By a judge program, and by the pipeline: seconds for all tests, compiled before."""
    program = _source(name, text)
    given = [(str(n), f"{n} {n + 1}\n".encode(), f"{2 * n + 1}\n".encode()) for n in range(TESTS)]
    inputs = tuple(TestInput(name=n, input=Data(content=i), answer=Data(content=a)) for n, i, a in given)
    evaluation = Evaluation(
        program=program,
        tests=tuple(EvaluationTest(name=n, stdin=Data(content=i), expected=Data(content=a)) for n, i, a in given),
    )
    work = Work(header=WorkHeader(id="bench", kind=WorkKind.EVALUATION), task=evaluation)

    def pipeline() -> None:
        if evaluate(runner, work, evaluation, unheard).passed != TESTS:
            raise InfrastructureError("the pipeline did not accept the bench's program")

    return _in_turns(rounds, lambda: _judged(runner, _JUDGING, program, tests=inputs), pipeline)


def _match_s(runner: Runner, rounds: int, scratch: Path) -> tuple[float, float]:
    """A match, and the same loop bare: seconds with starting and ending the players."""
    player, loop = scratch / "player.py", scratch / "loop.py"
    player.write_text(_PLAYER)
    loop.write_text(_BARE_MATCH)
    words = [sys.executable, "-I", "-S", str(loop), str(player)]
    core = min(os.sched_getaffinity(0))

    def bare() -> None:
        subprocess.run(words, check=True, preexec_fn=lambda: os.sched_setaffinity(0, {core}))

    source = _source("player.py", _PLAYER)
    return _in_turns(rounds, lambda: _judged(runner, _MATCH, source, source), bare)


def _in_turns(rounds: int, ours: Callable[[], object], others: Callable[[], object]) -> tuple[float, float]:
    """Medians in seconds; each is done twice before."""
    times_s: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + 2):
        for action, found in zip((ours, others), times_s, strict=True):
            began = time.perf_counter()
            action()
            if number >= 2:
                found.append(time.perf_counter() - began)
    return median(times_s[0]), median(times_s[1])


def _judged(runner: Runner, text: str, *submissions: ProgramSource, tests: tuple[TestInput, ...] = ()) -> ProgramResult:
    inputs = tuple(SubmissionInput(name=str(n), program=one) for n, one in enumerate(submissions))
    request = ProgramRequest(
        id="bench", program=_source("judging.py", text), digest="sha256:bench", submissions=inputs, tests=tests
    )
    result = direct(runner, request, unheard, lambda _: None)
    if result.verdict != "AC":
        raise InfrastructureError(f"the bench's judge program: {result.verdict} {result.reason}")
    return result


def _source(name: str, text: str) -> ProgramSource:
    return ProgramSource(sources=(SourceFile(name=name, content=text.encode()),))
