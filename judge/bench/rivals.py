"""``judge bench rivals``: whole submissions through our service and through go-judge, in turns in one run.

Both get the same programs and tests from the same closed loops: 1 to 64 clients, each of which hands in its next
submission when it has the result of the last, and looks whether that is right. Ours goes over the queue and ends with a
report; go-judge is asked over HTTP, for each compile and each test once. CPU time is that of every process of the
service (Redis included) and of the clients.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Protocol

import msgspec

from judge.bench import interface
from judge.bench.embedded import Service, embedded_service, sweep_old
from judge.bench.footprint import command_of, cpu_seconds, family
from judge.bench.go_judge import GoJudge, find_or_build, running_go_judge
from judge.client import Client, new_id
from judge.errors import HostError, InfrastructureError, UsageError
from judge.model.submission import SourceFile, Submission
from judge.model.verdict import Verdict
from judge.parsers import Subparsers
from judge.queue.admin import worker_views

_C = (
    b"#include <stdio.h>\n"
    b'int main(void) { long a, s = 0; while (scanf("%ld", &a) == 1) s += a; printf("%ld\\n", s); }\n'
)
_PYTHON = b"import sys\nprint(sum(map(int, sys.stdin.read().split())))\n"
_CPP = (
    b"#include <bits/stdc++.h>\nint main() { long a, s = 0; while (std::cin >> a) s += a; std::cout << s << '\\n'; }\n"
)

#: How our languages run and compile, without what only ours has.
_ARGV = {
    "python3": ["/usr/bin/python3", "main.py"],
    "c": ["/usr/bin/gcc", "-std=gnu17", "-O2", "-DONLINE_JUDGE", "-static", "-o", "prog", "main.c", "-lm"],
    "cpp": ["/usr/bin/g++", "-std=gnu++20", "-O2", "-DONLINE_JUDGE", "-static", "-o", "prog", "main.cpp"],
}

_PREPARE_TIMEOUT_S = 300.0


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """Submissions a second and CPU time of one, medians over the turns; None = there is no go-judge here.

    ``ratio`` is our rate to its, ``cpu_ratio`` our CPU time to its.
    """

    clients: int
    tests: int
    ours_per_second: float
    theirs_per_second: float | None
    ratio: float | None
    ours_cpu_ms: float
    theirs_cpu_ms: float | None
    cpu_ratio: float | None


class RivalsBench(msgspec.Struct, frozen=True, kw_only=True):
    """What ``--json`` prints. ``go_judge`` is its version, or why it was not measured."""

    load_1m: float  #: before the first measurement
    slots: int
    turns: int
    go_judge: str
    cells: dict[str, Cell]


class _Side(Protocol):
    """One of the two: how one submission is judged by a client's own connection, and its service's processes."""

    pid: int

    def connected(self) -> contextlib.AbstractContextManager[Callable[[bool], None]]: ...


class _Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A cell's work. ``new``: each source differs; ``submissions`` are those of one turn."""

    clients: int
    tests: int
    language: str
    name: str
    source: bytes
    new: bool
    submissions: int

    @property
    def numbers(self) -> list[str]:
        """The input of each test."""
        return [" ".join(str(7 * n + test) for n in range(1000)) + "\n" for test in range(self.tests)]

    @property
    def answers(self) -> list[str]:
        """And what is to be printed."""
        return [f"{sum(map(int, numbers.split()))}\n" for numbers in self.numbers]

    def one_source(self) -> bytes:
        """The program, or one that nobody has seen."""
        mark = {"python3": b"# %s\n"}.get(self.language, b"// %s\n")
        return self.source + mark % new_id().encode() if self.new else self.source


def _plans(submissions: int) -> dict[str, _Plan]:
    c = _Plan(clients=1, tests=1, language="c", name="main.c", source=_C, new=False, submissions=submissions)
    python = _Plan(
        clients=1, tests=1, language="python3", name="main.py", source=_PYTHON, new=True, submissions=submissions
    )
    cpp = _Plan(clients=1, tests=10, language="cpp", name="main.cpp", source=_CPP, new=False, submissions=submissions)
    replace = msgspec.structs.replace
    return {
        **{f"c_cached_{n}": replace(c, clients=n) for n in (1, 4, 16)},
        **{f"python_new_{n}": replace(python, clients=n) for n in (1, 16, 64)},
        "cpp_new_10_tests": replace(cpp, new=True, submissions=max(submissions // 20, 1)),
        "cpp_compiled_10_tests": replace(cpp, submissions=max(submissions // 2, 1)),
    }


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "rivals",
        help="whole submissions, beside go-judge",
        description="Judge submissions with a service of one's own and, in turns in the same run, with go-judge: that "
        "on the PATH, or one that is built from its Go module when Go is here.",
    )
    parser.add_argument("--turns", type=int, default=3, help="of each cell (default 3)")
    parser.add_argument("--submissions", type=int, default=100, help="of one test in one turn (default 100)")
    parser.add_argument("--cells", default="", metavar="A,B", help="these alone (default: all)")
    parser.add_argument("--go-judge", default="", metavar="PATH", help="the program, if it is not on the PATH")
    parser.add_argument("--alone", action="store_true", help="ours only: nothing is built or fetched")
    parser.add_argument(
        "--door",
        action="store_true",
        dest="by_interface",
        help="our own interface of go-judge beside go-judge, by the same client and requests",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Measure and print."""
    cells = tuple(filter(None, args.cells.split(",")))
    known = interface.CELLS if args.by_interface else tuple(_plans(1))
    if unknown := set(cells) - set(known):
        raise UsageError(f"--cells: {', '.join(sorted(unknown))} is none of {', '.join(known)}")
    asked = {
        "turns": max(args.turns, 1),
        "submissions": max(args.submissions, 1),
        "cells": cells,
        "go_judge": None if args.alone else args.go_judge,
    }
    if args.by_interface:
        return interface.show(interface.measure(**asked), as_json=args.json)
    bench = measure(**asked)
    if args.json:
        print(msgspec.json.encode(bench).decode())
        return 0
    print(f"go-judge: {bench.go_judge}; load {bench.load_1m}")
    for name, cell in bench.cells.items():
        theirs = "" if cell.theirs_per_second is None else f"{cell.theirs_per_second:8.1f}/s  x {cell.ratio}"
        cpu = "" if cell.theirs_cpu_ms is None else f"{cell.theirs_cpu_ms:8.1f} ms  x {cell.cpu_ratio}"
        print(f"{name:<22} {cell.ours_per_second:8.1f}/s {theirs:<22} CPU {cell.ours_cpu_ms:8.1f} ms {cpu}")
    return 0


def measure(
    *, turns: int = 3, submissions: int = 100, cells: tuple[str, ...] = (), go_judge: str | None = ""
) -> RivalsBench:
    """All cells, or those named; blocks for minutes. ``go_judge`` is its path, "" to find it, None to do without.

    Raises HostError when our service does not start, and InfrastructureError when one of the two judges wrongly.
    """
    sweep_old()
    load = round(os.getloadavg()[0], 2)
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="judge-bench-")))
        scratch.chmod(0o755)
        service = stack.enter_context(embedded_service(selftest=False, queue_max=0, tenant_per_minute=0, keep_max=200))
        slots = _prepared(service)
        process, port, word = 0, 0, ""
        try:
            if go_judge is None:
                raise HostError("ours alone was asked for")
            program = find_or_build(scratch / "build", go_judge)
            process, port = stack.enter_context(running_go_judge(program, scratch / "go-judge"))
            with contextlib.closing(GoJudge(port)) as asking:
                word = asking.version()
        except HostError as error:
            word = f"not measured: {error}"
        found = {}
        for name, plan in _plans(submissions).items():
            if not cells or name in cells:
                theirs = _Theirs(process, port, plan) if process else None
                found[name] = _measured(_Ours(service, plan, scratch / name), theirs, plan, turns)
    return RivalsBench(load_1m=load, slots=slots, turns=turns, go_judge=word, cells=found)


def _prepared(service: Service) -> int:
    """Wait until the worker has prepared its languages, as one that has run for a while has; its slots."""
    with Client.open(service.settings) as client:
        service.wait_until_ready(client)
        deadline = time.monotonic() + _PREPARE_TIMEOUT_S
        while True:
            info = worker_views(client.queue)[0].info
            probing = any("judge_workers.node.probe" in command_of(pid) for pid in family(service.pid))
            if not info.preparing and not probing:
                return info.slots
            if time.monotonic() > deadline:
                raise HostError(f"the languages are not prepared after {_PREPARE_TIMEOUT_S:.0f} s")
            time.sleep(0.5)


def _measured(ours: _Side, theirs: _Side | None, plan: _Plan, turns: int) -> Cell:
    """Turns of both, one after the other."""
    sides = [ours] if theirs is None else [ours, theirs]
    found: list[list[tuple[float, float]]] = [[] for _ in sides]
    for side in sides:
        _turn(side, msgspec.structs.replace(plan, submissions=plan.clients))  # warm
    for _ in range(turns):
        for side, times in zip(sides, found, strict=True):
            times.append(_turn(side, plan))
    rates = [median(rate for rate, _ in times) for times in found]
    cpu_ms = [median(cpu for _, cpu in times) for times in found]
    both = theirs is not None
    return Cell(
        clients=plan.clients,
        tests=plan.tests,
        ours_per_second=round(rates[0], 2),
        theirs_per_second=round(rates[1], 2) if both else None,
        ratio=round(rates[0] / rates[1], 2) if both else None,
        ours_cpu_ms=round(cpu_ms[0], 2),
        theirs_cpu_ms=round(cpu_ms[1], 2) if both else None,
        cpu_ratio=round(cpu_ms[0] / cpu_ms[1], 2) if both else None,
    )


def _turn(side: _Side, plan: _Plan) -> tuple[float, float]:
    """Submissions a second, and milliseconds of CPU time of each."""
    lock, left = threading.Lock(), [plan.submissions]

    def client() -> None:
        with side.connected() as judged:
            while True:
                with lock:
                    left[0] -= 1
                    if left[0] < 0:
                        return
                judged(plan.new)

    cpu_s, began = _cpu_s(side.pid), time.perf_counter()
    with ThreadPoolExecutor(plan.clients) as pool:
        for done in [pool.submit(client) for _ in range(plan.clients)]:
            done.result()
    elapsed_s = time.perf_counter() - began
    return plan.submissions / elapsed_s, (_cpu_s(side.pid) - cpu_s) * 1000 / plan.submissions


def _cpu_s(pid: int) -> float:
    return sum(cpu_seconds(one) for one in family(pid)) + time.process_time()


class _Ours:
    """Submissions over the queue."""

    def __init__(self, service: Service, plan: _Plan, root: Path) -> None:
        self.pid = service.pid
        self._settings = service.settings
        self._plan = plan
        self._package = _package(root, plan)

    @contextlib.contextmanager
    def connected(self) -> Iterator[Callable[[bool], None]]:
        """A client of its own."""
        with Client.open(self._settings) as client:

            def judged(_new: bool) -> None:
                source = SourceFile(name=self._plan.name, content=self._plan.one_source())
                submission = Submission(
                    id=new_id(), package=str(self._package), sources=(source,), language=self._plan.language
                )
                client.submit(submission)
                report = client.result(submission.id)
                if report.verdict is not Verdict.AC:
                    raise InfrastructureError(f"a benchmark submission got {report.verdict}: {report.reason}")

            yield judged


class _Theirs:
    """The same over HTTP: a compile where there is one to do, and each test."""

    def __init__(self, pid: int, port: int, plan: _Plan) -> None:
        self.pid = pid
        self._port = port
        self._plan = plan
        self._kept = ""

    @contextlib.contextmanager
    def connected(self) -> Iterator[Callable[[bool], None]]:
        """A connection of its own."""
        with contextlib.closing(GoJudge(self._port)) as go_judge:

            def judged(new: bool) -> None:
                for printed, answer in zip(self._outputs(go_judge, new), self._plan.answers, strict=True):
                    if printed != answer:
                        raise InfrastructureError(f"go-judge's program printed {printed[:80]!r} instead of {answer!r}")

            yield judged

    def _outputs(self, go_judge: GoJudge, new: bool) -> list[str]:
        plan, source = self._plan, self._plan.one_source()
        argv = _ARGV[plan.language]
        if plan.language == "python3":
            return [go_judge.output_of_source(argv, plan.name, source, numbers) for numbers in plan.numbers]
        kept = "" if new else self._kept
        if not kept:  # the first turn, which warms, compiles once for each client
            kept = self._kept = go_judge.compile(argv, plan.name, source)
        return [go_judge.output_of(kept, numbers) for numbers in plan.numbers]


def _package(root: Path, plan: _Plan) -> Path:
    secret = root / "data" / "secret"
    secret.mkdir(parents=True)
    (root / "problem.yaml").write_text("name: sum\nlimits:\n  time_limit: 10\n")
    for number, (numbers, answer) in enumerate(zip(plan.numbers, plan.answers, strict=True)):
        (secret / f"{number}.in").write_text(numbers)
        (secret / f"{number}.ans").write_text(answer)
    return root
