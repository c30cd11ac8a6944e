"""``judge bench noise``: how steady is CPU time, alone and with every other slot busy?

The same CPU-bound program again and again, in one pinned slot while the others idle, then in all slots at once.
"""

from __future__ import annotations

import argparse
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from statistics import median

import msgspec

from judge.bench.spawn import spread_of
from judge.config import Settings, load_settings
from judge.errors import InfrastructureError
from judge.model.limits import Limits
from judge.model.units import S_NS
from judge.parsers import Subparsers
from judge.rootfs.host_root import host_rootfs
from judge.sandbox.container import Container
from judge.sandbox.slot import Slot, SlotConfig
from judge.sandbox.spec import ContainerSpec, RunSpec

RUNS = 20
_PROGRAM = "s = 0\nfor i in range(1_000_000): s += i * i\n"


class NoiseBench(msgspec.Struct, frozen=True, kw_only=True):
    """``*_spread`` = (p90 - p10) / median of the CPU time; ``disturbance`` = how much the median grew under load."""

    slots: int
    runs: int
    alone_ms: float
    loaded_ms: float
    alone_spread: float
    loaded_spread: float
    disturbance: float


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser("noise", help="the spread of CPU times, alone and under load", description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS, help=f"runs in each slot (default {RUNS}, at least 5)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Measure and print."""
    bench = measure(load_settings(), max(5, args.runs))
    if args.json:
        sys.stdout.buffer.write(msgspec.json.encode(bench) + b"\n")
        return 0
    print(f"a CPU-bound program, {bench.runs} runs a slot, {bench.slots} slots on their own cores")
    print(f"  alone      {bench.alone_ms:8.2f} ms CPU, spread {bench.alone_spread:.1%}")
    print(f"  all busy   {bench.loaded_ms:8.2f} ms CPU, spread {bench.loaded_spread:.1%}")
    print(f"  disturbance {bench.disturbance:+.1%}")
    return 0


def measure(settings: Settings, runs: int = RUNS) -> NoiseBench:
    """Measure with one slot per usable core. Raises InfrastructureError, HostError."""
    cpus = sorted(os.sched_getaffinity(0))
    rootfs = host_rootfs(settings.state)
    with ExitStack() as stack:
        containers = []
        for index, cpu in enumerate(cpus):
            config = SlotConfig(
                index=index,
                state_dir=settings.state_dir,
                cpu=cpu,
                uid_base=settings.sandbox.uid_base,
                cgroup_root=settings.sandbox.cgroup_root,
            )
            slot = stack.enter_context(Slot.open(config))
            containers.append(stack.enter_context(slot.container(ContainerSpec(rootfs=rootfs))))
        pool = stack.enter_context(ThreadPoolExecutor(len(containers)))
        _times(containers[0], 2)
        alone = _times(containers[0], runs)
        loaded = [time for times in pool.map(lambda container: _times(container, runs), containers) for time in times]
    return NoiseBench(
        slots=len(cpus),
        runs=runs,
        alone_ms=median(alone),
        loaded_ms=median(loaded),
        alone_spread=spread_of(alone),
        loaded_spread=spread_of(loaded),
        disturbance=median(loaded) / median(alone) - 1,
    )


def _times(container: Container, runs: int) -> list[float]:
    """CPU times in milliseconds."""
    spec = RunSpec(
        argv=("/usr/bin/python3", "-I", "-S", "-c", _PROGRAM),
        limits=Limits(cpu_time_ns=20 * S_NS, cpu_time_hard_ns=20 * S_NS, wall_time_ns=60 * S_NS),
    )
    times = []
    for _ in range(runs):
        result = container.run(spec).result
        if not result.ok:
            raise InfrastructureError(f"the benchmark's program ended with {result.outcome}: {result.cause}")
        times.append(result.usage.cpu_time_ns / 1e6)
    return times
