"""The sandbox on cgroup v2: delegation, limits, counters, freezing, uids. Skipped where the host is v1 or hybrid."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from judge.host.selftest import INTERPRETER
from judge.model.limits import Limits
from judge.model.run import Outcome, RunResult
from judge.model.units import MIB, S_NS
from judge.sandbox.capture import Completed
from judge.sandbox.cgroups import hierarchy as cgroup
from judge.sandbox.cgroups import run_group as rungroup
from judge.sandbox.cgroups.hierarchy import CgroupHost
from judge.sandbox.container import Container
from judge.sandbox.slot import Slot
from judge.sandbox.spec import RunSpec

# Generous times: the machine may be an emulated one.
ROOMY = Limits(cpu_time_ns=60 * S_NS, cpu_time_hard_ns=60 * S_NS, wall_time_ns=120 * S_NS, memory_bytes=128 * MIB)


def run_python(box: Container, code: str, limits: Limits = ROOMY) -> Completed:
    return box.run(RunSpec(argv=(INTERPRETER, "-I", "-S", "-B", "-c", code), limits=limits))


def limits_with(**changes: int) -> Limits:
    values = {name: getattr(ROOMY, name) for name in ROOMY.__struct_fields__}
    return Limits(**{**values, **changes})


def assert_fine(box: Container) -> None:
    done = run_python(box, "print('fine')")
    assert done.result.ok, done.result
    assert done.stdout.read() == b"fine\n"


def own_group() -> Path:
    return Path("/sys/fs/cgroup" + Path("/proc/self/cgroup").read_text().split("::", 1)[1].strip())


def test_we_moved_into_a_leaf_and_handed_the_controllers_down(host: CgroupHost) -> None:
    root = host.parents[""]
    assert host.version == 2
    assert own_group().parent == root
    assert (root / "cgroup.procs").read_text() == ""
    assert {"cpu", "memory", "pids"} <= set((root / "cgroup.subtree_control").read_text().split())


def test_many_processes_find_the_same_place_at_once(host: CgroupHost) -> None:
    race = host.parents[""] / "race"
    race.mkdir()
    os.setxattr(race, "user.delegate", b"1")  # as systemd marks what it hands on
    code = (
        "import sys; from pathlib import Path; from judge.sandbox.cgroups.hierarchy import find_host\n"
        "Path(sys.argv[1], 'cgroup.procs').write_text('0'); print('in', flush=True); sys.stdin.read(1)\n"
        "print(find_host().parents[''])"
    )
    try:
        started = [
            subprocess.Popen(
                [sys.executable, "-c", code, str(race)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            for _ in range(6)
        ]
        for process in started:
            assert process.stdout is not None
            assert process.stdout.readline() == "in\n"
        for process in started:
            assert process.stdin is not None
            process.stdin.write("g")
            process.stdin.flush()
        assert [process.communicate(timeout=120)[0].strip() for process in started] == [str(race)] * 6
    finally:
        cgroup.remove_tree(race)


def test_memory_past_the_limit_is_told_and_the_launcher_lives(box: Container) -> None:
    done = run_python(box, "held = bytearray(200 << 20)")
    assert done.result.outcome is Outcome.MEMORY_LIMIT, done.result
    assert done.result.usage.oom_kills >= 1
    assert_fine(box)


@pytest.mark.parametrize("memory_bytes", [64 << 10, 256 << 10, 1 << 20])
def test_a_limit_too_small_to_start_in_does_not_end_the_slot(box: Container, memory_bytes: int) -> None:
    done = run_python(box, "pass", limits_with(memory_bytes=memory_bytes))
    assert done.result.outcome is not Outcome.EXITED or done.result.exit_code != 0, done.result
    assert_fine(box)


def test_a_child_past_the_memory_limit_takes_the_whole_run_with_it(box: Container) -> None:
    code = "import os, time\nif os.fork() == 0: held = bytearray(200 << 20)\nelse: time.sleep(60)"
    assert run_python(box, code).result.outcome is Outcome.MEMORY_LIMIT
    assert_fine(box)


def test_the_peak_is_what_was_held(box: Container) -> None:
    usage = run_python(box, "held = b'x' * (40 << 20)").result.usage
    assert 40 * MIB < usage.memory_peak_bytes < 80 * MIB
    small = run_python(box, "pass").result.usage
    assert small.memory_peak_bytes < 30 * MIB, "the peak of an earlier run is left"


def test_counters_are_there_where_the_kernel_has_them(box: Container, slot: Slot) -> None:
    usage = run_python(box, "sum(range(1 << 20))").result.usage
    home = slot.groups.directories[0] / "idle"
    assert usage.cpu_time_ns > 0
    assert abs(usage.cpu_time_ns - usage.cpu_user_ns - usage.cpu_system_ns) <= 2000
    assert (usage.pids_peak is not None) == (home / "pids.peak").exists()
    assert (usage.throttled_ns is not None) == ("throttled_usec" in (home / "cpu.stat").read_text())
    assert (usage.pressure_cpu_ns is not None) == is_readable(home / "cpu.pressure")


def is_readable(path: Path) -> bool:
    try:
        return bool(path.read_text())
    except OSError:
        return False


def test_without_memory_peak_the_largest_sample_is_told(
    slot: Slot, box: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kernels before 5.19 have no such file: simulated where the files are opened."""
    real: Callable[[str], int | None] = rungroup._open_if_there
    hidden = lambda path: None if path.endswith("memory.peak") else real(path)  # noqa: E731
    monkeypatch.setattr(rungroup, "_open_if_there", hidden)
    fresh = slot.groups._create()
    try:
        assert fresh.read("memory_peak") == ""
        slot.groups._ready.append(fresh)  # the last one is taken first, by a container whose launcher waits in none
        code = "import time\nheld = b'x' * (40 << 20)\nfor _ in range(300): time.sleep(0.01)"
        with slot.container(box._namespaces.spec) as other:
            usage = run_python(other, code).result.usage
        assert fresh._settled
        assert 40 * MIB < usage.memory_peak_bytes < 80 * MIB
    finally:
        monkeypatch.undo()
        slot.groups.tidy()
    assert_fine(box)


def test_forks_past_the_limit_are_refused_and_told(box: Container) -> None:
    code = "import os, time\nfor _ in range(30):\n  if os.fork() == 0: time.sleep(60)"
    done = run_python(box, code, limits_with(processes=8))
    assert done.result.outcome is Outcome.PROCESS_LIMIT, done.result
    assert done.result.usage.fork_failures >= 1
    assert_fine(box)


def test_a_frozen_slot_uses_nothing_until_it_is_thawed(slot: Slot, box: Container) -> None:
    results: list[RunResult] = []
    home = slot.groups.directories[0]
    worker = threading.Thread(target=lambda: results.append(run_python(box, "while True: pass").result))
    worker.start()
    try:
        await_use(home, 1)
        slot.freeze()
        assert "frozen 1" in (home / "cgroup.events").read_text()
        before = used_us(home)
        assert used_us(home) == before
        slot.thaw()
        assert "frozen 0" in (home / "cgroup.events").read_text()
        await_use(home, before + 1)
    finally:
        slot.thaw()
        slot.cancel()
        worker.join(60)
    assert results[0].outcome is Outcome.CANCELLED
    assert_fine(box)


def used_us(group: Path) -> int:
    return int((group / "cpu.stat").read_text().split()[1])


def await_use(group: Path, at_least_us: int) -> None:
    """Until the run has used CPU: its own progress is the clock, the test's timeout the bound."""
    while used_us(group) < at_least_us + 20_000:
        os.sched_yield()


def test_only_processes_are_seen_in_proc(box: Container) -> None:
    done = run_python(box, "import os; print(sorted(n for n in os.listdir('/proc') if not n.isdigit()))")
    assert done.stdout.text().strip() == "['self', 'thread-self']"


def test_programs_have_a_uid_of_their_own_on_the_host(slot: Slot, box: Container) -> None:
    own = os.geteuid()
    assert slot.identity.program_uid_host != own, "no subordinate uids: see /etc/subuid"
    found: list[str] = []
    worker = threading.Thread(target=lambda: found.append(run_python(box, "while True: pass").result.outcome))
    worker.start()
    try:
        uids = await_program_uids(slot.groups.directories[0])
    finally:
        slot.cancel()
        worker.join(60)
    assert uids == {slot.identity.program_uid_host}


def await_program_uids(group: Path) -> set[int]:
    """The program's, by its name: a launcher that waits for its next run stands in a group beside it."""
    while True:
        for pid in [pid for procs in group.glob("r*/cgroup.procs") for pid in procs.read_text().split()]:
            if "python3" in Path(f"/proc/{pid}/comm").read_text():
                status = Path(f"/proc/{pid}/status").read_text()
                return {int(word) for word in status.partition("Uid:\t")[2].split("\n")[0].split()}
        os.sched_yield()
