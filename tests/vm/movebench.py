"""What it costs to enter a control group: ``python movebench.py`` in a delegated unit prints one line of microseconds.

Medians: a move (writing "0" to cgroup.procs) right after another, a move after a pause, a spawn. Since Linux 6.0 the
first move after a pause waits for a grace period of RCU, unless the hierarchy is mounted with favordynmods
(cgroup-v2.rst, "favordynmods"); as root this tells the times with that option, too.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from judge.sandbox.cgroups.hierarchy import find_host, remove_tree

_ROUNDS = 60
_PAUSE_S = 0.05


def main() -> None:
    """Measure and print."""
    host = find_host()
    root = host.parents[""] / "movebench"
    root.mkdir()
    home = Path("/sys/fs/cgroup" + Path("/proc/self/cgroup").read_text().split("::", 1)[1].strip()) / "cgroup.procs"
    back = os.open(home, os.O_WRONLY)
    try:
        (root / "cgroup.subtree_control").write_text("+cpu +memory +pids")
        for name in ("a", "b"):
            (root / name).mkdir()
        doors = [os.open(root / name / "cgroup.procs", os.O_WRONLY) for name in ("a", "b")]
        words = _measure(doors)
        if os.geteuid() == 0:
            words += ["with favordynmods:", *_with_favordynmods(doors)]
        print(" ".join(words))
    finally:
        os.write(back, b"0")
        remove_tree(root)


def _with_favordynmods(doors: list[int]) -> list[str]:
    remount = ["mount", "-o", "remount,nsdelegate,memory_recursiveprot"]
    subprocess.run([*remount[:-1], remount[-1] + ",favordynmods", "/sys/fs/cgroup"], check=True)
    try:
        return _measure(doors)
    finally:
        subprocess.run([*remount, "/sys/fs/cgroup"], check=True)


def _measure(doors: list[int]) -> list[str]:
    turn = itertools.cycle(doors)

    def move() -> None:
        os.write(next(turn), b"0")

    def spawn() -> None:
        os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)

    move()
    times = {
        "move": _median_us(move),
        "after a pause": _median_us(move, lambda: time.sleep(_PAUSE_S)),
        "spawn": _median_us(spawn),
    }
    return [f"{name} {value:.0f} us," for name, value in times.items()]


def _median_us(work: Callable[[], object], before: Callable[[], object] = lambda: None) -> float:
    times = []
    for _ in range(_ROUNDS):
        before()
        started_ns = time.perf_counter_ns()
        work()
        times.append((time.perf_counter_ns() - started_ns) / 1e3)
    return median(times)


if __name__ == "__main__":
    main()
