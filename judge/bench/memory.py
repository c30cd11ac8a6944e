"""``judge bench memory``: what a service holds while it has nothing to do, process by process.

The figure is PSS (``smaps_rollup``, proc_pid_smaps(5)): a page that several processes share counts for each of them
by its share, so the sum is what the service takes of the machine. A service is looked at twice: when it has started and
has prepared its languages, and when it has judged a few programs since.
"""

from __future__ import annotations

import argparse
import os
import re
import time
from contextlib import ExitStack

import msgspec

from judge.bench.embedded import Service, embedded_service, sweep_old
from judge.bench.footprint import command_of, family, shared_fairly_bytes
from judge.bench.work import execution, take
from judge.client import Client
from judge.errors import HostError
from judge.kernel.procfs import process_stat
from judge.parsers import Subparsers
from judge.queue import calls
from judge.queue.admin import worker_views

#: Programs that are run between the two looks, of each language.
_PROGRAMS = 50
_SOURCES = ((b"int main(void) { return 0; }\n", "c"), (b"print(input())\n", "python3"))

#: Languages are prepared in the background; on a busy machine that takes a while.
_IDLE_TIMEOUT_S = 300.0
_LOOK_EVERY_S = 0.5
#: So often in a row nothing may be under way. A slot pools its next container when it was not asked for anything.
_LOOKS = 4

_MODULE = re.compile(r"judge_workers[./]\w+[./](\w+)")


class ProcessMemory(msgspec.Struct, frozen=True, kw_only=True):
    """All processes of one kind; ``processes`` = how many there are after the work. Sizes in MiB."""

    name: str
    processes: int
    idle_mib: float
    after_work_mib: float


class MemoryBench(msgspec.Struct, frozen=True, kw_only=True):
    """What ``--json`` prints: sums over all processes of the service, and each kind of process, the largest first."""

    load_1m: float
    slots: int
    gateway: bool
    processes: int
    idle_mib: float
    after_work_mib: float
    programs: int  #: how many were run between the two looks
    each: tuple[ProcessMemory, ...]


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "memory",
        help="memory of an idle service, process by process",
        description="Start a service of one's own and read how much memory each of its processes takes (PSS).",
    )
    parser.add_argument("--slots", type=int, default=2, help="slots of the service (default 2)")
    parser.add_argument("--gateway", action="store_true", help="with a gateway")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Measure and print."""
    bench = measure(slots=max(args.slots, 1), gateway=args.gateway)
    if args.json:
        print(msgspec.json.encode(bench).decode())
        return 0
    print(f"{'':<16} {'idle':>10} {'after work':>14}")
    for one in bench.each:
        print(f"{one.processes:2} x {one.name:<11} {one.idle_mib:6.1f} MiB {one.after_work_mib:10.1f} MiB")
    print(f"{bench.processes:2} processes     {bench.idle_mib:6.1f} MiB {bench.after_work_mib:10.1f} MiB")
    return 0


def measure(*, slots: int = 2, gateway: bool = False) -> MemoryBench:
    """Start a service, wait until it is idle, read; let it work, wait and read again. Blocks for a minute or so.

    Raises HostError when the service does not start or does not come to rest.
    """
    sweep_old()
    load = round(os.getloadavg()[0], 2)
    with ExitStack() as stack:
        service = stack.enter_context(
            embedded_service(
                slots=slots, selftest=False, gateway=gateway, gateway_port=0, queue_max=0, tenant_per_minute=0
            )
        )
        client = stack.enter_context(Client.open(service.settings))
        service.wait_until_ready(client)
        _wait_until_idle(service, client)
        before = _look(service.pid)
        _work(client)
        _wait_until_idle(service, client)
        after = _look(service.pid)
    each = sorted(_compared(before, after), key=lambda one: -one.idle_mib)
    return MemoryBench(
        load_1m=load,
        slots=slots,
        gateway=gateway,
        processes=sum(one.processes for one in each),
        idle_mib=round(sum(one.idle_mib for one in each), 1),
        after_work_mib=round(sum(one.after_work_mib for one in each), 1),
        programs=_PROGRAMS * len(_SOURCES),
        each=tuple(each),
    )


def _work(client: Client) -> None:
    works = [execution(*program, stdin=b"hello\n") for program in _SOURCES for _ in range(_PROGRAMS)]
    for work in works:
        client.queue.run(calls.submit_work(work))
    for work in works:
        take(client, work.header.id)


def _wait_until_idle(service: Service, client: Client) -> None:
    deadline = time.monotonic() + _IDLE_TIMEOUT_S
    still = 0
    while still < _LOOKS:
        if time.monotonic() > deadline:
            raise HostError(f"the service has not come to rest in {_IDLE_TIMEOUT_S:.0f} s")
        time.sleep(_LOOK_EVERY_S)
        preparing = any(worker.info.preparing for worker in worker_views(client.queue))
        probing = any("judge_workers.node.probe" in command_of(pid) for pid in family(service.pid))
        still = 0 if preparing or probing else still + 1


def _look(pid: int) -> dict[str, list[int]]:
    """Kind of process -> the memory of each, in bytes."""
    found: dict[str, list[int]] = {}
    kinds = {one: _kind(one) for one in family(pid)}
    for one, kind in kinds.items():
        parent = kinds.get(process_stat(one).parent_pid, "")
        name = {"pool": "slot", "zygote": "container"}.get(parent, kind) if parent == kind or not kind else kind
        size_bytes = shared_fairly_bytes(one)
        if size_bytes:
            found.setdefault(name or "other", []).append(size_bytes)
    return found


def _kind(pid: int) -> str:
    words = command_of(pid)
    module = _MODULE.search(words)
    if module:
        return module[1]
    return next((name for name in ("redis", "gateway", "zygote") if name in words), "")


def _compared(before: dict[str, list[int]], after: dict[str, list[int]]) -> list[ProcessMemory]:
    return [
        ProcessMemory(
            name=name,
            processes=len(after.get(name, [])),
            idle_mib=_mib(before.get(name, [])),
            after_work_mib=_mib(after.get(name, [])),
        )
        for name in before.keys() | after.keys()
    ]


def _mib(sizes_bytes: list[int]) -> float:
    return round(sum(sizes_bytes) / (1 << 20), 1)
