"""Of all that a program can read, what an earlier run of its container changed is on a short list, with the reason."""

from __future__ import annotations

import json
import re
from pathlib import Path

from arena import Arena

from judge.host.selftest import INTERPRETER
from judge.model.limits import Limits
from judge.model.units import MIB, S_NS
from judge.sandbox.container import Container
from judge.sandbox.spec import ContainerSpec, RunSpec

PROBES = Path(__file__).parent / "probes"
LIMITS = Limits(
    cpu_time_ns=20 * S_NS, cpu_time_hard_ns=20 * S_NS, wall_time_ns=60 * S_NS, memory_bytes=128 * MIB, processes=32
)

#: The files that a process finds below /proc/self, and the same ones of its only thread.
OWN = r"/proc/self/(task/SELF/)?"

#: (names, why a run may see other values than one before it). The second and third kind are explained in
#: docs/explanation/sandbox.md.
EXPLAINED = (
    # What a run has and did itself.
    (OWN + r"(auxv|maps|smaps|smaps_rollup|numa_maps|stat|statm|syscall|wchan|stack)", "where its own memory lies"),
    (OWN + r"((io|sched|schedstat|status): .*|arch_status)", "what it has used itself"),
    (r"rusage .*|clock .*|times|sysinfo: uptime", "its own time, and that which goes on"),
    (r"(fd \d+|[^:]*): st_[amc]time_ns", "files and descriptors are new ones"),
    # Numbers that the kernel counts up for the whole machine.
    (OWN + r"(mountinfo|mountstats|mounts)|.*: st_dev", "numbers of mounts and devices"),
    (OWN + r"ns/.*", "numbers of namespaces"),
    (OWN + r"net/(netlink|packet|unix|psched|ptype)|fd \d+: (st_ino|link)|new pipe", "numbers of sockets and pipes"),
    (OWN + r"autogroup", "numbers of sessions"),
    (OWN + r"cgroup", "which of its groups the slot took"),
    # What the whole machine has and does.
    (r"/(usr|etc|artifact)?(/[a-z/]+)?: statvfs", "free space of the disk below the layers"),
    (OWN + r"net/(softnet_stat|sockstat6?|protocols)", "packets and buffers of all network namespaces"),
    (r"/proc: st_nlink", "how many processes there are"),
    (r"sysinfo: .*|getloadavg|sysconf SC_AVPHYS_PAGES", "memory and load"),
)


def probe(box: Container, name: str) -> str:
    argv = (INTERPRETER, "-I", "-S", "-B", f"/work/{name}")
    done = box.run(RunSpec(argv=argv, limits=LIMITS), stdin=b"input\n", files={name: (PROBES / name).read_bytes()})
    assert done.result.ok, (done.result, done.stderr.text())
    return done.stdout.text(1 << 22)


def test_what_a_run_changes_for_the_next_is_known(arena: Arena) -> None:
    with arena.slot.container(ContainerSpec(rootfs=arena.rootfs, artifact=str(arena.artifact))) as box:
        before = json.loads(probe(box, "catalogue.py"))
        did = probe(box, "everything.py").splitlines()
        after = json.loads(probe(box, "catalogue.py"))
    assert {"files", "connection 2", "connection 10", "processes", "local sockets in flight", "memory"} <= set(did)
    assert len(before) > 500
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    unexplained = sorted(name for name in changed if not any(re.fullmatch(names, name) for names, _ in EXPLAINED))
    assert not unexplained, "\n".join(
        f"{name}: {before.get(name)!s:.200} -> {after.get(name)!s:.200}" for name in unexplained
    )
