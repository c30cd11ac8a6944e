"""``judge bench rivals --door``: go-judge itself beside our own interface of go-judge, by the same client and requests.

Both are asked over loopback HTTP in turns in one run: for a C++ program that is compiled already and ten tests, for
one-liners in Python by 1, 16 and 64 clients, and for a compile whose program is kept.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import msgspec

from judge.bench.embedded import embedded_service, sweep_old
from judge.bench.go_judge import GoJudge, find_or_build, running_go_judge
from judge.bench.web.servers import gateway_beside
from judge.client import Client, new_id
from judge.errors import HostError, InfrastructureError
from judge.queue.api_keys import KeyRights, Scope, create_key

_CPP = b'#include <cstdio>\nint main() { long a, b; std::scanf("%ld %ld", &a, &b); std::printf("%ld\\n", a + b); }\n'
_COMPILE = ["/usr/bin/g++", "-O2", "-o", "prog", "main.cpp"]
_PYTHON = ["/usr/bin/python3", "main.py"]
_TESTS = 10


class InterfaceCell(msgspec.Struct, frozen=True, kw_only=True):
    """Pieces of work a second, and the median time of one; None = there is no go-judge here. Ratios are ours to its."""

    clients: int
    ours_per_second: float
    theirs_per_second: float | None
    ratio: float | None
    ours_p50_ms: float
    theirs_p50_ms: float | None
    p50_ratio: float | None


class InterfaceBench(msgspec.Struct, frozen=True, kw_only=True):
    """What ``--json`` prints. ``go_judge`` is its version, or why it was not measured."""

    load_1m: float  #: before the first measurement
    slots: int
    turns: int
    go_judge: str
    cells: dict[str, InterfaceCell]


#: Connects; what comes out does one piece of work.
_Connect = Callable[[], GoJudge]
_Work = Callable[[GoJudge], None]


def _ten_tests(kept: dict[int, str]) -> _Work:
    def work(asking: GoJudge) -> None:
        port = asking.port
        if port not in kept:
            kept[port] = asking.compile(_COMPILE, "main.cpp", _CPP)
        for number in range(_TESTS):
            _check(asking.output_of(kept[port], f"{number} {number}"), f"{2 * number}\n")

    return work


def _one_liner(asking: GoJudge) -> None:
    _check(asking.output_of_source(_PYTHON, "main.py", b"print(sum(map(int, input().split())))", "20 22"), "42\n")


def _compile_kept(asking: GoJudge) -> None:
    asking.compile(_COMPILE, "main.cpp", _CPP + b"// %s\n" % new_id().encode())


def _check(printed: str, answer: str) -> None:
    if printed != answer:
        raise InfrastructureError(f"a program printed {printed[:80]!r} instead of {answer!r}")


def _cells() -> dict[str, tuple[int, int, _Work]]:
    """Name -> clients, of how many submissions one piece counts for, what one does."""
    return {
        "cpp_compiled_10_tests": (1, 10, _ten_tests({})),
        **{f"python_{clients}": (clients, 1, _one_liner) for clients in (1, 16, 64)},
        "compile_kept": (1, 20, _compile_kept),
    }


CELLS = tuple(_cells())


def measure(
    *, turns: int = 3, submissions: int = 100, cells: tuple[str, ...] = (), go_judge: str | None = ""
) -> InterfaceBench:
    """All cells, or those named; ``go_judge`` as of :func:`judge.bench.rivals.measure`. Raises as that does."""
    sweep_old()
    load = round(os.getloadavg()[0], 2)
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="judge-bench-")))
        scratch.chmod(0o755)
        service = stack.enter_context(
            embedded_service(selftest=False, queue_max=0, tenant_per_minute=0, keep_max=200, languages="cpp,python3")
        )
        client = stack.enter_context(Client.open(service.settings))
        slots = service.wait_until_ready(client).info.slots
        key, _ = create_key(client.queue, KeyRights(id="", tenant="bench", scopes=(Scope.RUN, Scope.READ)))
        gateway = stack.enter_context(gateway_beside(service.settings))
        sides: list[_Connect] = [lambda: GoJudge(gateway.port, "/go-judge", key)]
        try:
            if go_judge is None:
                raise HostError("ours alone was asked for")
            program = find_or_build(scratch / "build", go_judge)
            _, port = stack.enter_context(running_go_judge(program, scratch / "go-judge"))
            sides.append(lambda: GoJudge(port))
            with contextlib.closing(GoJudge(port)) as asking:
                word = asking.version()
        except HostError as error:
            word = f"not measured: {error}"
        found = {
            name: _measured(sides, clients, max(submissions // share, clients), turns, work)
            for name, (clients, share, work) in _cells().items()
            if not cells or name in cells
        }
    return InterfaceBench(load_1m=load, slots=slots, turns=turns, go_judge=word, cells=found)


def show(bench: InterfaceBench, *, as_json: bool) -> int:
    """Print it."""
    if as_json:
        print(msgspec.json.encode(bench).decode())
        return 0
    print(f"go-judge: {bench.go_judge}; load {bench.load_1m}")
    for name, cell in bench.cells.items():
        rate = "" if cell.theirs_per_second is None else f"{cell.theirs_per_second:8.1f}/s  x {cell.ratio}"
        p50 = "" if cell.theirs_p50_ms is None else f"{cell.theirs_p50_ms:8.1f} ms  x {cell.p50_ratio}"
        print(f"{name:<22} {cell.ours_per_second:8.1f}/s {rate:<22} p50 {cell.ours_p50_ms:8.1f} ms {p50}")
    return 0


def _measured(sides: list[_Connect], clients: int, count: int, turns: int, work: _Work) -> InterfaceCell:
    times: list[list[tuple[float, float]]] = [[] for _ in sides]
    for connect in sides:
        _turn(connect, clients, clients, work)  # warm
    for _ in range(turns):
        for connect, found in zip(sides, times, strict=True):
            found.append(_turn(connect, clients, count, work))
    rates = [median(rate for rate, _ in found) for found in times]
    p50s = [median(p50 for _, p50 in found) for found in times]
    both = len(sides) == 2
    return InterfaceCell(
        clients=clients,
        ours_per_second=round(rates[0], 2),
        theirs_per_second=round(rates[1], 2) if both else None,
        ratio=round(rates[0] / rates[1], 2) if both else None,
        ours_p50_ms=round(p50s[0], 2),
        theirs_p50_ms=round(p50s[1], 2) if both else None,
        p50_ratio=round(p50s[0] / p50s[1], 2) if both else None,
    )


def _turn(connect: _Connect, clients: int, count: int, work: _Work) -> tuple[float, float]:
    """Pieces a second, and the median time of one in milliseconds."""
    lock, left, times_ms = threading.Lock(), [count], list[float]()

    def loop() -> None:
        with contextlib.closing(connect()) as asking:
            while True:
                with lock:
                    left[0] -= 1
                    if left[0] < 0:
                        return
                began = time.perf_counter()
                work(asking)
                times_ms.append((time.perf_counter() - began) * 1000)

    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        for done in [pool.submit(loop) for _ in range(clients)]:
            done.result()
    return count / (time.perf_counter() - began), median(times_ms)
