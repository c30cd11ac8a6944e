"""``judge bench spawn``: what a wall costs. A static no-op run bare, in a warm container, in a fresh container,
and under other sandboxes where they are installed; interleaved, medians.

*Bare* is ``posix_spawn`` and ``wait`` from this process. *Warm* is a whole run in a container that stands, in a slot
with its core as workers have them: limits set, cgroup entered, pipes read, usage counted. Both come five in a row, as
tests do. *Fresh* makes the container, runs once, and removes it; it and the other sandboxes come ten rounds at a time:
the kernel takes a dead namespace apart some milliseconds later, which would be counted against the next run.

After that fresh containers, and then bwrap, one right after another: the time of each, and the CPU time of all
processes that take part, which other load hardly changes.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

import msgspec

from judge.config import Settings, load_settings
from judge.errors import InfrastructureError
from judge.kernel.prctl import adopting_orphans
from judge.model.limits import Limits
from judge.parsers import Subparsers
from judge.rootfs.host_root import host_rootfs
from judge.sandbox.container import Container
from judge.sandbox.slot import CPU_BY_NUMBER, Slot, SlotConfig
from judge.sandbox.spec import ContainerSpec, RunSpec

RUNS = 300
#: Bare and warm runs come this many in a row, as the tests of a submission do.
_IN_A_ROW = 5
#: Fresh containers and other sandboxes are slower and less often needed: after this many runs come this many rounds of
#: them.
_BLOCK = 30
_ROUNDS = 10
#: Fresh containers directly after one another, and as many of bwrap.
_ROW = 100
_SOURCE = "int main(void) { return 0; }\n"


class SpawnBench(msgspec.Struct, frozen=True, kw_only=True):
    """Medians in microseconds; ``*_spread`` is (p90 - p10) / median. None = the tool is not installed.

    ``*_row_us`` and ``*_cpu_us`` are means of runs directly after one another: wall time, CPU time of all processes.
    """

    runs: int
    bare_us: float
    warm_us: float
    warm_ratio: float
    fresh_us: float
    bwrap_us: float | None
    fresh_to_bwrap: float | None
    unshare_us: float | None
    fresh_row_us: float
    bwrap_row_us: float | None
    fresh_row_to_bwrap: float | None
    fresh_cpu_us: float
    bwrap_cpu_us: float | None
    fresh_cpu_to_bwrap: float | None
    bare_spread: float
    warm_spread: float
    fresh_spread: float
    bwrap_spread: float | None
    unshare_spread: float | None
    charged_cpu_us: float
    charged_memory_bytes: int
    slot_memory_bytes: int


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "spawn", help="a no-op: bare, warm, fresh, other sandboxes", description="Run a static no-op in every way."
    )
    parser.add_argument("--runs", type=int, default=RUNS, help=f"runs of each kind (default {RUNS}, at least 30)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Measure and print."""
    bench = measure(load_settings(), max(30, args.runs))
    if args.json:
        sys.stdout.buffer.write(msgspec.json.encode(bench) + b"\n")
        return 0
    print(f"a static no-op, medians of {bench.runs} interleaved runs, in microseconds")
    print(f"  bare posix_spawn    {bench.bare_us:9.0f}")
    print(f"  warm container      {bench.warm_us:9.0f}   {bench.warm_ratio:.2f} x bare")
    beside = f"   {bench.fresh_to_bwrap:.2f} x bwrap" if bench.fresh_to_bwrap else ""
    print(f"  fresh container     {bench.fresh_us:9.0f}{beside}")
    for name, value in (("bwrap", bench.bwrap_us), ("unshare", bench.unshare_us)):
        print(f"  {name:<19} " + (f"{value:9.0f}" if value is not None else " not installed"))
    for name, wall_us, cpu_us in (
        ("fresh in a row", bench.fresh_row_us, bench.fresh_cpu_us),
        ("bwrap in a row", bench.bwrap_row_us, bench.bwrap_cpu_us),
    ):
        if wall_us is not None:
            print(f"  {name:<19} {wall_us:9.0f}   CPU time of all processes {cpu_us:.0f}")
    if bench.fresh_cpu_to_bwrap:
        print(f"  in a row {bench.fresh_row_to_bwrap:.2f} x bwrap, CPU time {bench.fresh_cpu_to_bwrap:.2f} x bwrap")
    print(f"  charged to the no-op: {bench.charged_cpu_us:.0f} us CPU, {bench.charged_memory_bytes} bytes")
    return 0


def measure(settings: Settings, runs: int = RUNS) -> SpawnBench:
    """Measure everything; blocks for some seconds. Raises InfrastructureError, HostError."""
    with ExitStack() as stack:
        stack.enter_context(adopting_orphans())  # the CPU time of launchers is counted too
        # Below the state directory, since a sandboxed uid must be able to reach it.
        settings.state.root.mkdir(parents=True, exist_ok=True)
        scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", dir=settings.state_dir))
        os.chmod(scratch, 0o755)
        program = make_noop(Path(scratch))
        config = SlotConfig(
            index=0,
            state_dir=settings.state_dir,
            cpu=CPU_BY_NUMBER,
            uid_base=settings.sandbox.uid_base,
            cgroup_root=settings.sandbox.cgroup_root,
        )
        slot = stack.enter_context(Slot.open(config))
        container = ContainerSpec(rootfs=host_rootfs(settings.state), artifact=scratch)
        warm = stack.enter_context(slot.container(container))
        spec = RunSpec(argv=("/artifact/noop",), limits=Limits())

        def fresh() -> None:
            with slot.container(container) as other:
                _run(other, spec)

        rare = {"fresh": fresh, **_others(program)}
        times = _interleave({"bare": lambda: _bare(program), "warm": lambda: _run(warm, spec)}, rare, runs)
        usage = _run(warm, spec)
        row = {name: _row(work, slot.zygote.pid) for name, work in rare.items() if name != "unshare"}
        return _summary(times, runs, usage, row, _proportional_bytes(slot.zygote.pid))


def make_noop(directory: Path) -> Path:
    """A static program that does nothing: compiled where there is a compiler, else a hand-made one."""
    program = directory / "noop"
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler:
        words = [compiler, "-O2", "-static", "-x", "c", "-", "-o", str(program)]
        if subprocess.run(words, input=_SOURCE.encode(), capture_output=True, check=False).returncode == 0:
            return program
    program.write_bytes(_tiny_elf())
    program.chmod(0o755)
    return program


def _tiny_elf() -> bytes:
    """exit_group(0) as the smallest static ELF executable of this machine."""
    machine, code = {
        "x86_64": (62, bytes.fromhex("31ffb8e70000000f05")),
        "aarch64": (183, bytes.fromhex("000080d2c80b80d2010000d4")),
    }[os.uname().machine]
    base, start = 0x400000, 0x78
    size = start + len(code)

    def number(value: int, width: int) -> bytes:
        return value.to_bytes(width, "little")

    header = b"\x7fELF\x02\x01\x01" + bytes(9) + number(2, 2) + number(machine, 2) + number(1, 4)
    header += number(base + start, 8) + number(64, 8) + number(0, 8) + number(0, 4) + number(64, 2)
    header += number(56, 2) + number(1, 2) + number(0, 6)
    segment = number(1, 4) + number(5, 4) + number(0, 8) + number(base, 8) + number(base, 8)
    segment += number(size, 8) + number(size, 8) + number(0x1000, 8)
    return header + segment + code


def _bare(program: Path) -> None:
    pid = os.posix_spawn(program, ["noop"], {})
    _, status = os.waitpid(pid, 0)
    if status:
        raise InfrastructureError(f"the no-op ended with status {status}")


def _run(warm: Container, spec: RunSpec) -> tuple[int, int]:
    """Returns what the no-op was charged: CPU in nanoseconds, memory peak in bytes."""
    result = warm.run(spec).result
    if not result.ok:
        raise InfrastructureError(f"the no-op ended with {result.outcome}: {result.cause}")
    return result.usage.cpu_time_ns, result.usage.memory_peak_bytes


def _others(program: Path) -> dict[str, Callable[[], object]]:
    """Other sandboxes doing their best: every namespace, the same view (program, /proc, /dev, two tmpfs), no more."""
    view = ["--ro-bind", str(program.parent), "/artifact", "--proc", "/proc", "--dev", "/dev"]
    view += ["--tmpfs", "/tmp", "--tmpfs", "/work"]
    words = {  # not bwrap first: while the one after "fresh" runs, the slot makes its next container
        "unshare": ["-Urmpnuif", "--mount-proc", str(program)],
        "bwrap": ["--unshare-all", "--die-with-parent", "--cap-drop", "ALL", *view, "--", "/artifact/noop"],
    }
    tools: dict[str, Callable[[], object]] = {}
    for name, arguments in words.items():
        path = shutil.which(name)
        if path and subprocess.run([path, *arguments], capture_output=True, check=False).returncode == 0:
            tools[name] = lambda command=[path, *arguments]: _spawned(command)  # type: ignore[misc]
    return tools


def _spawned(command: list[str]) -> None:
    pid = os.posix_spawn(command[0], command, {"PATH": "/usr/bin:/bin"}, setpgroup=0)
    with contextlib.suppress(ChildProcessError):  # also what it leaves behind, so that its CPU time is known
        while os.waitpid(-pid, 0):
            pass


def _interleave(
    often: Mapping[str, Callable[[], object]], rare: Mapping[str, Callable[[], object]], runs: int
) -> dict[str, list[float]]:
    """Time each in turn, in microseconds; the first turn warms caches and does not count."""
    turn = [item for item in often.items() for _ in range(_IN_A_ROW)]
    block = [*turn * (_BLOCK // _IN_A_ROW), *list(rare.items()) * _ROUNDS]
    for _, work in [*turn, *rare.items()]:
        work()
    times: dict[str, list[float]] = {name: [] for name in (*often, *rare)}
    for name, work in block * -(-runs // _BLOCK):
        started_ns = time.perf_counter_ns()
        work()
        times[name].append((time.perf_counter_ns() - started_ns) / 1e3)
    return times


class _Row(NamedTuple):
    """What one of many runs directly after one another takes, in microseconds."""

    wall_us: float
    cpu_us: float


def _row(work: Callable[[], object], zygote_pid: int) -> _Row:
    started_ns, began_s = time.perf_counter_ns(), _cpu_time_s(zygote_pid)
    for _ in range(_ROW):
        work()
    wall_us = (time.perf_counter_ns() - started_ns) / 1e3 / _ROW
    return _Row(wall_us, (_cpu_time_s(zygote_pid) - began_s) * 1e6 / _ROW)


def _cpu_time_s(zygote_pid: int) -> float:
    """CPU time of this process and of the slot's, with all of theirs that have ended."""
    own = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    children = Path(f"/proc/{zygote_pid}/task/{zygote_pid}/children").read_text().split()
    ticks = 0
    for pid in (str(zygote_pid), *children):
        with contextlib.suppress(OSError):  # it has just ended, and counts with its parent
            ticks += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]))
    return sum(one.ru_utime + one.ru_stime for one in own) + ticks / os.sysconf("SC_CLK_TCK")


def _summary(
    times: Mapping[str, list[float]], runs: int, usage: tuple[int, int], row: Mapping[str, _Row], slot_bytes: int
) -> SpawnBench:
    mid = {name: median(values) for name, values in times.items()}
    spread = {name: spread_of(values) for name, values in times.items()}
    bwrap = mid.get("bwrap")
    fresh_row, bwrap_row = row["fresh"], row.get("bwrap")
    return SpawnBench(
        runs=runs,
        bare_us=mid["bare"],
        warm_us=mid["warm"],
        warm_ratio=mid["warm"] / mid["bare"],
        fresh_us=mid["fresh"],
        bwrap_us=bwrap,
        fresh_to_bwrap=mid["fresh"] / bwrap if bwrap else None,
        unshare_us=mid.get("unshare"),
        fresh_row_us=fresh_row.wall_us,
        bwrap_row_us=bwrap_row.wall_us if bwrap_row else None,
        fresh_row_to_bwrap=fresh_row.wall_us / bwrap_row.wall_us if bwrap_row else None,
        fresh_cpu_us=fresh_row.cpu_us,
        bwrap_cpu_us=bwrap_row.cpu_us if bwrap_row else None,
        fresh_cpu_to_bwrap=fresh_row.cpu_us / bwrap_row.cpu_us if bwrap_row else None,
        bare_spread=spread["bare"],
        warm_spread=spread["warm"],
        fresh_spread=spread["fresh"],
        bwrap_spread=spread.get("bwrap"),
        unshare_spread=spread.get("unshare"),
        charged_cpu_us=usage[0] / 1e3,
        charged_memory_bytes=usage[1],
        slot_memory_bytes=slot_bytes,
    )


def spread_of(values: list[float]) -> float:
    """(p90 - p10) / median."""
    tenths = quantiles(values, n=10)
    return (tenths[8] - tenths[0]) / median(values)


def _proportional_bytes(pid: int) -> int:
    """Proportional set size of a zygote and its launchers; 0 where the kernel does not tell."""
    total = 0
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for one in (str(pid), *children):
            for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
    except OSError:
        return 0
    return total
