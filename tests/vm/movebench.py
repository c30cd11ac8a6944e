"""What it costs to enter a control group: ``python movebench.py`` in a delegated unit prints one line of microseconds.

Medians of two moves (by writing "0" to cgroup.procs), of a bare system call, of a spawn, of a spawn between two moves.
A kernel without favordynmods waits for a grace period at a move when none was recent (cgroup-v2.rst).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from judge.sandbox.cgroup import find_host, remove_tree

_ROUNDS = 200


def main() -> None:
    """Measure and print."""
    root = find_host().parents[""] / "movebench"
    root.mkdir()
    doors = []
    home = Path("/sys/fs/cgroup" + Path("/proc/self/cgroup").read_text().split("::", 1)[1].strip()) / "cgroup.procs"
    back = os.open(home, os.O_WRONLY)
    try:
        (root / "cgroup.subtree_control").write_text("+cpu +memory +pids")
        for name in ("a", "b"):
            (root / name).mkdir()
            doors.append(os.open(root / name / "cgroup.procs", os.O_WRONLY))
        print(" ".join(f"{name} {value:.0f} us" for name, value in _measure(doors, back).items()))
    finally:
        os.write(back, b"0")
        remove_tree(root)


def _measure(doors: list[int], back: int) -> dict[str, float]:
    def there_and_back() -> None:
        os.write(doors[0], b"0")
        os.write(doors[1], b"0")

    def spawn() -> None:
        os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)

    def spawn_inside() -> None:
        os.write(doors[0], b"0")
        pid = os.posix_spawn("/bin/true", ["true"], {})
        os.write(doors[1], b"0")
        os.waitpid(pid, 0)

    there_and_back()
    return {
        "two moves": _median_us(there_and_back),
        "getppid": _median_us(os.getppid),
        "spawn": _median_us(spawn),
        "spawn between two moves": _median_us(spawn_inside),
    }


def _median_us(work: Callable[[], object]) -> float:
    times = []
    for _ in range(_ROUNDS):
        started_ns = time.perf_counter_ns()
        work()
        times.append((time.perf_counter_ns() - started_ns) / 1e3)
    return median(times)


if __name__ == "__main__":
    main()
