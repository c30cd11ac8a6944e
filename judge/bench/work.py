"""``judge bench work``: work without a package, beside the bare thing in the same run.

*Bare* is ``posix_spawn`` and ``wait`` from this process, one program at a time or one a core. *Raw* is the raw Redis
loop of ``judge bench queue``. Bare, raw and ours come in turns of a few, so that whatever else the machine does hits
all alike.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import msgspec

from judge.bench.embedded import Service, embedded_service, sweep_old
from judge.bench.footprint import footprint_of
from judge.bench.queue import RawLoop, milliseconds, times_s
from judge.bench.spawn import make_noop
from judge.client import Client, new_id
from judge.errors import InfrastructureError
from judge.model.group import Endpoint, Pipe
from judge.model.submission import SourceFile
from judge.model.work import (
    Command,
    CommandGroup,
    Data,
    Evaluation,
    EvaluationTest,
    Execution,
    ProgramSource,
    SessionRequest,
    Task,
    Work,
    WorkHeader,
    kind_of,
)
from judge.model.work_report import BlameOn
from judge.parsers import Subparsers
from judge.queue import calls
from judge.queue.broker import connect

#: Works under way at once where throughput is measured, and tests of one evaluation.
_IN_FLIGHT = 64
_TESTS = 20
#: What comes in a row, of bare and of ours.
_IN_A_ROW = 10

_C_NOOP = b"int main(void) { return 0; }\n"
_PYTHON_ECHO = b"print(input())\n"
_PYTHON_SUM = b"a, b = map(int, input().split())\nprint(a + b)\n"
_CPP_SUM = b"#include <iostream>\nint main() { long a, b; std::cin >> a >> b; std::cout << a + b << '\\n'; }\n"
_LINE = b"20 22\n"
_PAIR = (["/bin/echo", "hello"], ["/bin/cat"])

#: A number, or a name.
Figure = float | str


class WorkBench(msgspec.Struct, frozen=True, kw_only=True):
    """What ``--json`` prints. Times are medians, from handing in to the report; ``None`` = not measured."""

    load_1m: float  #: before the first measurement
    slots: int
    rounds: int
    bare_spawn_ms: float  #: a static no-op
    raw_p50_ms: float  #: the raw Redis loop
    execution_p50_ms: float  #: a C no-op, its artifact cached
    run_overhead_ms: float  #: execution_p50_ms - raw_p50_ms
    run_overhead_ratio: float  #: run_overhead_ms / bare_spawn_ms
    bare_python_ms: float
    python_p50_ms: float  #: print(input()), run without a check
    python_ratio: float
    bare_pair_ms: float  #: echo and cat joined by a pipe
    group_p50_ms: float  #: the same as a command group
    group_ratio: float
    echo_raw_ms: float  #: the raw Redis loop, beside the echoes
    echo_ms: float  #: from a key that is typed into a session's terminal to its echo here
    bare_python_per_second: float  #: one on each core
    executions_per_second: float  #: Python, each source different
    throughput_share: float
    bare_tests_per_second: float  #: C++ and Python in turns, one on each core
    evaluation_tests_per_second: float
    evaluation_share: float
    memory_executions: int
    memory_growth_bytes: int  #: of that process of the service that grew most over that many executions
    memory_growth_process: str
    files_left: int  #: files of the state directory that were not there before, artifacts aside
    cgroups_left: int


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "work",
        help="executions, sessions and their kin beside bare programs",
        description="Send executions, command groups, sessions and evaluations through a service of one's own, beside "
        "the same programs run bare and the raw Redis loop.",
    )
    parser.add_argument("--rounds", type=int, default=200, help="of each kind (default 200)")
    parser.add_argument("--executions", type=int, default=3000, help="of the memory test (default 3000)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Measure and print."""
    figures = measure(rounds=max(args.rounds, 1), executions=max(args.executions, 1))
    if args.json:
        print(msgspec.json.encode(figures).decode())
    else:
        for name, value in msgspec.structs.asdict(figures).items():
            print(f"{name:28} {value}")
    return 0


def measure(*, rounds: int = 200, executions: int = 3000) -> WorkBench:
    """All figures; blocks for some minutes. Raises HostError when the service does not start."""
    sweep_old()
    figures: dict[str, Figure] = {"load_1m": round(os.getloadavg()[0], 2), "rounds": rounds}
    with ExitStack() as stack:
        service = stack.enter_context(embedded_service(selftest=False, queue_max=0, tenant_per_minute=0, keep_max=200))
        client = stack.enter_context(Client.open(service.settings))
        figures["slots"] = service.wait_until_ready(client).info.slots
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="judge-bench-")))
        bare = BarePrograms(scratch)
        figures |= _noop_figures(stack, client, bare, rounds)
        figures |= _python_figures(client, bare, rounds)
        figures |= _group_figures(client, bare, rounds)
        figures |= _echo_figures(stack, client, rounds)
        figures |= _throughput_figures(client, bare, rounds)
        figures |= _evaluation_figures(client, bare, rounds)
        figures |= _memory_figures(service, client, executions)
    return msgspec.convert(figures, WorkBench)


def _noop_figures(stack: ExitStack, client: Client, bare: BarePrograms, rounds: int) -> dict[str, Figure]:
    raw = stack.enter_context(RawLoop(connect(client.queue.broker)))
    found = in_turns(
        rounds,
        bare=lambda: bare.run(bare.noop, b""),
        raw=raw.round_trip,
        ours=lambda: _done(client, execution(_C_NOOP, "c")),
    )
    overhead_s = found["ours"] - found["raw"]
    return {
        "bare_spawn_ms": milliseconds(found["bare"]),
        "raw_p50_ms": milliseconds(found["raw"]),
        "execution_p50_ms": milliseconds(found["ours"]),
        "run_overhead_ms": milliseconds(overhead_s),
        "run_overhead_ratio": round(overhead_s / found["bare"], 2),
    }


def _python_figures(client: Client, bare: BarePrograms, rounds: int) -> dict[str, Figure]:
    found = in_turns(
        rounds,
        bare=lambda: bare.run(bare.python_echo, b"hello\n"),
        ours=lambda: _done(client, execution(_PYTHON_ECHO, stdin=b"hello\n")),
    )
    return {
        "bare_python_ms": milliseconds(found["bare"]),
        "python_p50_ms": milliseconds(found["ours"]),
        "python_ratio": round(found["ours"] / found["bare"], 2),
    }


def _group_figures(client: Client, bare: BarePrograms, rounds: int) -> dict[str, Figure]:
    found = in_turns(rounds, bare=bare.run_pair, ours=lambda: _done(client, _pair()))
    return {
        "bare_pair_ms": milliseconds(found["bare"]),
        "group_p50_ms": milliseconds(found["ours"]),
        "group_ratio": round(found["ours"] / found["bare"], 2),
    }


def _echo_figures(stack: ExitStack, client: Client, rounds: int) -> dict[str, Figure]:
    raw = stack.enter_context(RawLoop(connect(client.queue.broker)))
    with client.open_session(SessionRequest(argv=("/bin/cat",))) as session:

        def echo() -> None:
            session.send(b"x")
            if session.read() is None:
                raise InfrastructureError("the session of the benchmark has ended")

        found = in_turns(rounds, raw=raw.round_trip, ours=echo)
        session.close()
    return {"echo_raw_ms": milliseconds(found["raw"]), "echo_ms": milliseconds(found["ours"])}


def _throughput_figures(client: Client, bare: BarePrograms, rounds: int) -> dict[str, Figure]:
    bare_rate = bare.per_second([bare.python_sum], rounds)
    sources = (_PYTHON_SUM + b"# %s\n" % new_id().encode() for _ in range(rounds * 2))
    rate = _throughput(client, (execution(source, stdin=_LINE) for source in sources))
    return {
        "bare_python_per_second": round(bare_rate, 1),
        "executions_per_second": round(rate, 1),
        "throughput_share": round(rate / bare_rate, 2),
    }


def _evaluation_figures(client: Client, bare: BarePrograms, rounds: int) -> dict[str, Figure]:
    bare_rate = bare.per_second([bare.cpp_sum, bare.python_sum], rounds)
    tests = tuple(EvaluationTest(stdin=Data(content=_LINE), expected=Data(content=b"42\n")) for _ in range(_TESTS))
    programs = [(_CPP_SUM, "cpp"), (_PYTHON_SUM, "python3")]
    for program in programs:
        _done(client, _evaluation(*program, tests))  # compiled from here on
    rate = _throughput(client, (_evaluation(*programs[n % 2], tests) for n in range(max(rounds // 2, 2)))) * _TESTS
    return {
        "bare_tests_per_second": round(bare_rate, 1),
        "evaluation_tests_per_second": round(rate, 1),
        "evaluation_share": round(rate / bare_rate, 2),
    }


def _memory_figures(service: Service, client: Client, executions: int) -> dict[str, Figure]:
    _throughput(client, (execution(_PYTHON_ECHO, stdin=b"warm\n") for _ in range(_IN_FLIGHT)))
    before = footprint_of(service.pid, service.settings.state)
    _throughput(client, (execution(_PYTHON_ECHO, stdin=b"%d\n" % n) for n in range(executions)))
    grown = footprint_of(service.pid, service.settings.state).since(before)
    return {
        "memory_executions": executions,
        "memory_growth_bytes": grown.memory_bytes,
        "memory_growth_process": grown.process,
        "files_left": grown.files,
        "cgroups_left": grown.cgroups,
    }


def in_turns(rounds: int, **actions: Callable[[], object]) -> dict[str, float]:
    """Name -> median in seconds; each is done a few times before."""
    found: dict[str, list[float]] = {name: [] for name in actions}
    for action in actions.values():
        times_s(action, 3)
    for _ in range(max(rounds // _IN_A_ROW, 1)):
        for name, action in actions.items():
            found[name] += times_s(action, _IN_A_ROW)
    return {name: median(values) for name, values in found.items()}


def _throughput(client: Client, works: Iterator[Work]) -> float:
    """Reports per second while :data:`_IN_FLIGHT` are under way."""
    waiting: deque[str] = deque()
    done = 0
    began = time.perf_counter()
    for work in works:
        if len(waiting) == _IN_FLIGHT:
            take(client, waiting.popleft())
        client.queue.run(calls.submit_work(work))
        waiting.append(work.header.id)
        done += 1
    while waiting:
        take(client, waiting.popleft())
    return done / (time.perf_counter() - began)


def _done(client: Client, work: Work) -> None:
    client.send(work)
    take(client, work.header.id)


def take(client: Client, work_id: str) -> None:
    """Wait until work has gone well. Raises InfrastructureError."""
    report = client.work_result(work_id)
    if report.blame is not BlameOn.NONE:
        raise InfrastructureError(f"a benchmark's work failed: {report.blame}: {report.reason}")


def execution(source: bytes, language: str = "python3", stdin: bytes = b"") -> Work:
    """One run of one source."""
    return _work(Execution(program=_program(source), stdin=Data(content=stdin)), language)


def _evaluation(source: bytes, language: str, tests: tuple[EvaluationTest, ...]) -> Work:
    return _work(Evaluation(program=_program(source), tests=tests), language)


def _pair() -> Work:
    commands = tuple(Command(argv=tuple(words)) for words in _PAIR)
    pipe = Pipe(source=Endpoint(command=0, descriptor=1), target=Endpoint(command=1, descriptor=0))
    return _work(CommandGroup(commands=commands, pipes=(pipe,)), "")


def _work(task: Task, language: str) -> Work:
    return Work(header=WorkHeader(id=new_id(), kind=kind_of(task), language=language), task=task)


def _program(source: bytes) -> ProgramSource:
    return ProgramSource(sources=(SourceFile(name="main", content=source),))


class BarePrograms:
    """The same programs without us: argument lists for ``posix_spawn``."""

    def __init__(self, scratch: Path) -> None:
        self.noop = [str(make_noop(scratch))]
        self.python_echo = self._python(scratch / "echo.py", _PYTHON_ECHO)
        self.python_sum = self._python(scratch / "sum.py", _PYTHON_SUM)
        self.cpp_sum = self._cpp(scratch)

    def run(self, words: list[str], stdin: bytes) -> None:
        """Once; blocks."""
        read_end, write_end = os.pipe()
        null = os.open(os.devnull, os.O_WRONLY)
        try:
            os.write(write_end, stdin)
            os.close(write_end)
            pid = _spawn(words, read_end, null)
        finally:
            os.close(read_end)
            os.close(null)
        _, status = os.waitpid(pid, 0)
        if status:
            raise InfrastructureError(f"{words[-1]} ended with status {status}")

    def run_pair(self) -> None:
        """Two programs joined by a pipe; blocks until both are over."""
        read_end, write_end = os.pipe()
        null = os.open(os.devnull, os.O_RDWR)
        first, second = _PAIR
        pids = [
            _spawn(first, null, write_end),
            _spawn(second, read_end, null),
        ]
        for fd in (read_end, write_end, null):
            os.close(fd)
        for pid in pids:
            os.waitpid(pid, 0)

    def per_second(self, several: list[list[str]], rounds: int) -> float:
        """How many a second, in turns, one on each core at a time."""
        cores = len(os.sched_getaffinity(0))
        count = max(rounds // 2, 2) * cores
        with ThreadPoolExecutor(cores) as pool:
            began = time.perf_counter()
            for _ in pool.map(lambda n: self.run(several[n % len(several)], _LINE), range(count)):
                pass
            return count / (time.perf_counter() - began)

    @staticmethod
    def _python(path: Path, source: bytes) -> list[str]:
        path.write_bytes(source)
        return ["/usr/bin/python3", str(path)]

    def _cpp(self, scratch: Path) -> list[str]:
        source, program = scratch / "sum.cpp", scratch / "sum"
        source.write_bytes(_CPP_SUM)
        self.run(["/usr/bin/g++", "-O2", "-o", str(program), str(source)], b"")
        return [str(program)]


def _spawn(words: list[str], stdin_fd: int, stdout_fd: int) -> int:
    actions = [(os.POSIX_SPAWN_DUP2, stdin_fd, 0), (os.POSIX_SPAWN_DUP2, stdout_fd, 1)]
    return os.posix_spawn(words[0], words, dict(os.environ), file_actions=actions)
