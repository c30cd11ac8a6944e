"""Every outcome of :class:`judge.model.run.Outcome` from real programs, with its evidence."""

from __future__ import annotations

import signal

import pytest
from sandbox_harness import Stage, actor, limits, script

from judge.model.run import Outcome
from judge.model.units import KIB, MIB, MS_NS
from judge.sandbox.capture import Capture, memfd_of
from judge.sandbox.slot import Slot
from judge.sandbox.spec import OPEN_FILES_MAX_MIN, ContainerSpec, RunSpec

# -- ends by itself -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [0, 1, 42, 255])
def test_exit_codes_are_told_as_they_are(stage: Stage, code: int) -> None:
    result = stage.act("exit", code).result
    assert (result.outcome, result.exit_code, result.signal) == (Outcome.EXITED, code, None)


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL, signal.SIGTERM, 34])
def test_signals_are_told_from_exits(stage: Stage, number: int) -> None:
    result = stage.act("signal", int(number)).result
    assert (result.outcome, result.exit_code, result.signal) == (Outcome.SIGNALLED, None, number)


def test_broken_pipe_and_file_size_signals_keep_their_names(stage: Stage) -> None:
    assert "SIGPIPE" in stage.act("broken_pipe").result.cause
    assert "SIGXFSZ" in stage.act("file_size").result.cause


@pytest.mark.parametrize(
    ("path", "reason"),
    [("/artifact/absent", "No such file"), ("/work", "Permission denied"), ("/etc/passwd", "Permission denied")],
)
def test_what_cannot_be_executed_exits_127_and_says_why(stage: Stage, path: str, reason: str) -> None:
    result = stage.box.run(RunSpec(argv=(path,), limits=limits())).result
    assert (result.outcome, result.exit_code) == (Outcome.EXITED, 127)
    assert reason in result.cause


def test_wrong_format_exits_127(stage: Stage) -> None:
    spec = RunSpec(argv=("/work/text",), limits=limits())
    result = stage.box.run(spec, files={"text": b"neither ELF nor script"}, executables=("text",)).result
    assert (result.outcome, result.exit_code) == (Outcome.EXITED, 127)
    assert "Exec format error" in result.cause


# -- memory ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("program", ["actor touch 256", "bss"])
def test_memory_by_heap_or_bss_is_a_memory_limit(stage: Stage, program: str) -> None:
    path, *words = program.split()
    result = stage.box.run(RunSpec(argv=(f"/artifact/{path}", *words), limits=limits())).result
    assert result.outcome is Outcome.MEMORY_LIMIT
    assert result.usage.oom_kills >= 1


def test_a_large_bss_that_is_not_touched_is_no_fault(stage: Stage) -> None:
    assert stage.box.run(RunSpec(argv=("/artifact/big_bss",), limits=limits())).result.ok


def test_a_childs_memory_counts_though_its_parent_exits_with_0(stage: Stage) -> None:
    assert stage.act("child_touches", 256).result.outcome is Outcome.MEMORY_LIMIT


def test_memory_just_below_the_limit_passes(stage: Stage) -> None:
    result = stage.act("touch", 62, memory_bytes=64 * MIB).result
    assert result.ok
    assert 62 * MIB <= result.usage.memory_peak_bytes <= 64 * MIB


def test_a_limit_too_small_to_be_executed_in_is_a_memory_limit(stage: Stage) -> None:
    for _ in range(10):
        result = stage.act("exit", 0, memory_bytes=16 * KIB).result
        assert result.outcome is Outcome.MEMORY_LIMIT
        assert stage.act("fill", disk_bytes=128 * KIB).result.outcome is Outcome.DISK_LIMIT


def test_files_of_a_run_count_as_its_memory(stage: Stage) -> None:
    text = "open('/dev/shm/x', 'wb').write(bytes(60 << 20))"
    assert stage.python(text, memory_bytes=32 * MIB).result.outcome is Outcome.MEMORY_LIMIT


# -- processes ------------------------------------------------------------------------------------------------


def test_limit_of_one_process_lets_a_plain_program_run(stage: Stage) -> None:
    assert stage.act("exit", 0, processes=1).result.ok
    assert stage.act("forks", 1, processes=1).result.outcome is Outcome.PROCESS_LIMIT


@pytest.mark.parametrize("act", ["forks", "threads"])
@pytest.mark.parametrize("room", [2, 5, 16])
def test_the_process_limit_is_exact(stage: Stage, act: str, room: int) -> None:
    fits = stage.act(act, room - 1, processes=room)
    assert fits.result.ok, fits.result
    one_more = stage.act(act, room, processes=room)
    assert one_more.stdout.read() == b"%d\n" % (room - 1)
    assert one_more.result.outcome is Outcome.PROCESS_LIMIT
    assert one_more.result.usage.fork_failures == 1


def test_a_refused_fork_that_the_program_lives_with_is_no_fault(stage: Stage) -> None:
    text = "import os\ntry:\n    pid = os.fork()\nexcept BlockingIOError:\n    print('alone')"
    done = stage.python(text, processes=1)
    assert done.result.ok
    assert done.stdout.text() == "alone\n"


@pytest.mark.parametrize("children", [0, 1, 2, 3])
def test_the_peak_of_processes_is_exact(stage: Stage, children: int) -> None:
    for _ in range(20):
        usage = stage.act("forks", children).result.usage
        assert usage.pids_peak in (None, children + 1)


# -- time -----------------------------------------------------------------------------------------------------


def test_cpu_time_over_the_soft_limit_is_shown_in_full(stage: Stage) -> None:
    result = stage.act("burn", 300, cpu_time_ns=100 * MS_NS, cpu_time_hard_ns=5_000 * MS_NS).result
    assert result.outcome is Outcome.CPU_LIMIT
    assert result.exit_code == 0
    assert result.usage.cpu_time_ns >= 300 * MS_NS


def test_the_hard_limit_ends_the_run(stage: Stage) -> None:
    result = stage.act("burn", 60_000, cpu_time_ns=50 * MS_NS, cpu_time_hard_ns=150 * MS_NS).result
    assert result.outcome is Outcome.CPU_LIMIT
    assert result.signal == signal.SIGKILL
    assert 150 * MS_NS <= result.usage.cpu_time_ns < 1_000 * MS_NS


def test_cpu_time_is_that_of_all_threads_and_children(stage: Stage) -> None:
    usage = stage.act("burn_threads", 3, 60).result.usage
    assert 180 * MS_NS <= usage.cpu_time_ns < 400 * MS_NS


@pytest.mark.realtime
def test_sleeping_is_a_wall_limit_and_costs_no_cpu_time(stage: Stage) -> None:
    result = stage.act("sleep", 60_000, wall_time_ns=100 * MS_NS).result
    assert result.outcome is Outcome.WALL_LIMIT
    assert result.usage.wall_time_ns >= 100 * MS_NS
    assert result.usage.cpu_time_ns < 50 * MS_NS


@pytest.mark.realtime
def test_idleness_is_told_from_the_wall_limit(stage: Stage) -> None:
    result = stage.act("sleep", 60_000, idle_time_ns=500 * MS_NS).result
    assert result.outcome is Outcome.IDLE_LIMIT
    assert stage.act("burn", 1200, idle_time_ns=1_000 * MS_NS).result.ok


# -- other limits ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["/work", "/tmp", "/dev/shm"])
def test_a_full_file_system_is_a_disk_limit(sandbox_slot: Slot, container_spec: ContainerSpec, place: str) -> None:
    with sandbox_slot.container(_small_disk(container_spec)) as box:
        for act in ("fill", "inodes"):
            spec = RunSpec(argv=("/artifact/actor", act), limits=limits(), cwd=place)
            result = box.run(spec).result
            assert (result.outcome, result.exit_code) == (Outcome.DISK_LIMIT, 1)
            assert place in result.cause


def _small_disk(spec: ContainerSpec) -> ContainerSpec:
    return ContainerSpec(rootfs=spec.rootfs, artifact=spec.artifact, disk_bytes=1 * MIB, disk_inodes=64)


@pytest.mark.parametrize("room", [16, 64, 300])
def test_open_files_are_limited(stage: Stage, room: int) -> None:
    assert stage.act("open_files", open_files=room).stdout.read() == b"%d\n" % room


def _few_files(spec: ContainerSpec) -> ContainerSpec:
    return ContainerSpec(rootfs=spec.rootfs, artifact=spec.artifact, open_files_max=OPEN_FILES_MAX_MIN)


def test_programs_with_few_open_files_may_fork_again_and_again(
    sandbox_slot: Slot, container_spec: ContainerSpec
) -> None:
    text = "import os\nos.fork() or os._exit(0)\nos.wait()"
    with sandbox_slot.container(_few_files(container_spec)) as box:
        for number in range(24):  # each spoils its group, and the launcher gets the descriptors of one more
            result = box.run(script(text, open_files=64, processes=10)).result
            assert result.ok, (number, result.cause)


def test_programs_with_few_open_files_get_many_files(sandbox_slot: Slot, container_spec: ContainerSpec) -> None:
    with sandbox_slot.container(_few_files(container_spec)) as box, Capture(fd=memfd_of(b"x"), size_bytes=1) as held:
        files = {f"f{number}": held for number in range(100)}
        assert box.run(actor("exit", 0, open_files=64), files=files).result.ok


def test_the_stack_is_as_large_as_the_memory_unless_said(stage: Stage) -> None:
    assert stage.act("stack", 32).result.ok
    result = stage.act("stack", 32, stack_bytes=4 * MIB).result
    assert (result.outcome, result.signal) == (Outcome.SIGNALLED, signal.SIGSEGV)


@pytest.mark.parametrize("who", ["mount", "thread_mounts", "grandchild_mounts"])
def test_a_refused_call_is_named_whoever_makes_it(stage: Stage, who: str) -> None:
    result = stage.act(who).result
    assert (result.outcome, result.syscall) == (Outcome.SYSCALL_DENIED, "mount")


def test_limits_that_a_program_sets_itself_stay_its_own(stage: Stage) -> None:
    text = "import resource as r; r.setrlimit(r.RLIMIT_CPU, (1, 1))\nwhile True: pass"
    result = stage.python(text).result
    assert (result.outcome, result.signal) == (Outcome.SIGNALLED, signal.SIGKILL)


# -- requests that cannot be run ------------------------------------------------------------------------------


def test_arguments_beyond_the_kernels_limit_exit_127(stage: Stage) -> None:
    spec = RunSpec(argv=("/artifact/actor", "exit", "0", "x" * 140_000), limits=limits())
    result = stage.box.run(spec).result
    assert (result.outcome, result.exit_code) == (Outcome.EXITED, 127)
    assert "Argument list too long" in result.cause


def test_the_environment_is_what_was_asked_for_and_nothing_else(stage: Stage) -> None:
    spec = script("import os; print(dict(os.environ))")
    asked = RunSpec(argv=spec.argv, limits=spec.limits, env=(("ONLY", "this"), ("LC_ALL", "C.UTF-8")))
    assert stage.box.run(asked).stdout.text().strip() == "{'ONLY': 'this', 'LC_ALL': 'C.UTF-8'}"


def test_directories_and_the_working_directory_are_made(stage: Stage) -> None:
    spec = actor("fill")
    asked = RunSpec(argv=("/bin/pwd",), limits=spec.limits, cwd="/work/deep/er", directories=("deep/er", "other"))
    assert stage.box.run(asked).stdout.text() == "/work/deep/er\n"
