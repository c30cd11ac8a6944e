"""The outcome of a run that is over, from what the kernel and the run loop saw of it."""

from __future__ import annotations

import errno
from typing import NamedTuple

from judge.errors import HostBusyError, InfrastructureError
from judge.model.limits import Limits
from judge.model.run import Outcome, RunResult, Usage, signal_name
from judge.sandbox.active_run import WORTH_A_WORD_NS, ActiveRun, exit_of, too_long
from judge.sandbox.cgroups.counters import Counters
from judge.sandbox.cpu_wait import Waited
from judge.sandbox.protocol import EXECUTE, RUN_MOUNTS
from judge.sandbox.reports import Finish

#: The exit code of a program that could not be executed, as shells have it.
_NOT_EXECUTED = 127


class _End(NamedTuple):
    outcome: Outcome
    cause: str


def result_of(run: ActiveRun, counters: Counters, disk_full: int) -> RunResult:
    """Decide the outcome. ``disk_full``: bit k = RUN_MOUNTS[k] was full. Raises InfrastructureError.

    The order of the rules is the order of certainty: a refused call and a kill for memory are facts whatever the
    program's exit status says; limits come next; the exit status counts when nothing else explains the end.
    """
    wall_time_ns = _wall_time_ns(run)
    waited = run.cpu_wait.waited(wall_time_ns, counters.cpu_ns)
    exit_code, number = exit_of(run.finish)
    end = _by_evidence(run, counters) or _by_limits(run, counters, wall_time_ns, waited)
    if end is None:
        if run.finish is None:
            raise InfrastructureError("the launcher of a container died during a run")
        end = _by_exit_status(counters, disk_full, exit_code, number)
    elif end.outcome is Outcome.EXITED:
        exit_code = _NOT_EXECUTED
    return RunResult(
        outcome=end.outcome,
        exit_code=exit_code,
        signal=number,
        syscall=run.syscall,
        cause=end.cause,
        usage=_usage(run, counters, wall_time_ns, waited),
        stdout_bytes=run.stdout.total_bytes,
        stderr_bytes=run.stderr.total_bytes,
    )


def _by_evidence(run: ActiveRun, counters: Counters) -> _End | None:
    """EXITED stands for a program that could not be executed."""
    refusal, memory_bytes = run.refusal, run.limits.memory_bytes
    if refusal is not None and refusal.step == EXECUTE and not counters.oom_kills:
        if refusal.errno == errno.ENOMEM:
            own = (run.limits.address_space_bytes, run.limits.data_segment_bytes)
            least_bytes = min(amount for amount in (memory_bytes, *own) if amount)
            return _End(Outcome.MEMORY_LIMIT, f"{least_bytes} bytes are too few to execute it in")
        return _End(Outcome.EXITED, f"cannot execute {refusal.detail}")
    if run.stop_outcome is Outcome.SYSCALL_DENIED:
        return _End(Outcome.SYSCALL_DENIED, run.stop_cause)
    if counters.oom_kills:
        cause = f"{counters.oom_kills} process(es) killed at the memory limit of {memory_bytes} bytes"
        return _End(Outcome.MEMORY_LIMIT, cause)
    for name, drain in run.outputs():
        if drain.over:
            return _End(Outcome.OUTPUT_LIMIT, f"{name} is over {drain.limit_bytes} bytes")
    if run.stop_outcome is Outcome.CANCELLED:
        return _End(Outcome.CANCELLED, run.stop_cause)
    return None


def _by_limits(run: ActiveRun, counters: Counters, wall_time_ns: int, waited: Waited) -> _End | None:
    """Raises HostBusyError when nobody can say whether the run would have kept its limits."""
    limits = run.limits
    if counters.cpu_ns > limits.cpu_time_ns or run.stop_outcome is Outcome.CPU_LIMIT:
        cause = f"{counters.cpu_ns / 1e9:.3f} s of CPU, {limits.cpu_time_ns / 1e9:.3f} s allowed"
        return _End(Outcome.CPU_LIMIT, run.stop_cause or cause)
    if run.host_is_busy:
        raise HostBusyError(_busy(wall_time_ns, waited, limits))
    if run.stop_outcome is Outcome.IDLE_LIMIT:
        return _End(Outcome.IDLE_LIMIT, run.stop_cause)
    if run.stop_outcome is Outcome.WALL_LIMIT or wall_time_ns - waited.most_ns > limits.wall_time_ns:
        return _End(Outcome.WALL_LIMIT, run.stop_cause or too_long(wall_time_ns, waited.most_ns, limits))
    return None


def _wall_time_ns(run: ActiveRun) -> int:
    if run.finish is None:
        return 0
    return max(0, run.finish.ended_ns - run.finish.started_ns - run.frozen_ns) + run.charge.cpu_ns


def _busy(wall_time_ns: int, waited: Waited, limits: Limits) -> str:
    waits = f"{waited.least_ns / 1e9:.3f}"
    if waited.most_ns > waited.least_ns:
        waits += f" to {waited.most_ns / 1e9:.3f}"
    wall, allowed = f"{wall_time_ns / 1e9:.3f} s of real time", f"{limits.wall_time_ns / 1e9:.3f} s allowed"
    return f"host too busy: in {wall} ({allowed}) a run waited {waits} s for a processor"


def _by_exit_status(counters: Counters, disk_full: int, exit_code: int | None, number: int | None) -> _End:
    if exit_code != 0 and counters.fork_failures:
        return _End(Outcome.PROCESS_LIMIT, f"{counters.fork_failures} fork(s) refused at the process limit")
    if exit_code != 0 and disk_full:
        full = [path for index, path in enumerate(RUN_MOUNTS) if disk_full >> index & 1]
        return _End(Outcome.DISK_LIMIT, f"{' and '.join(full)} full")
    if number is not None:
        return _End(Outcome.SIGNALLED, f"killed by {signal_name(number)}")
    return _End(Outcome.EXITED, f"exit code {exit_code}" if exit_code else "")


def _pids_peak(run: ActiveRun, peak: int | None) -> int | None:
    """Where the launcher was a member only while it spawned: there never were more tasks than were made."""
    finish = run.finish
    if finish is None or peak is None or run.group.pids_apart:
        return peak
    return min(peak, finish.tasks_created or max(1, peak - 1))


def _read_bytes(finish: Finish | None, counters: Counters) -> int | None:
    """By the cgroup where it counts them, else by the processes."""
    if counters.io_read_bytes is not None or finish is None:
        return counters.io_read_bytes
    return finish.read_bytes


def _usage(run: ActiveRun, counters: Counters, wall_time_ns: int, waited: Waited) -> Usage:
    finish = run.finish
    rss: int | None = None
    if finish is not None and finish.rss_peak_kib > finish.launcher_rss_kib:
        rss = finish.rss_peak_kib * 1024
    return Usage(
        cpu_time_ns=counters.cpu_ns,
        cpu_user_ns=counters.cpu_user_ns,
        cpu_system_ns=counters.cpu_system_ns,
        wall_time_ns=wall_time_ns,
        memory_peak_bytes=counters.memory_peak_bytes,
        rss_peak_bytes=rss,
        pids_peak=_pids_peak(run, counters.pids_peak),
        oom_kills=counters.oom_kills,
        fork_failures=counters.fork_failures,
        context_switches_voluntary=finish.switches_voluntary if finish else 0,
        context_switches_involuntary=finish.switches_involuntary if finish else 0,
        major_faults=finish.major_faults if finish else 0,
        io_read_bytes=_read_bytes(finish, counters),
        io_write_bytes=counters.io_write_bytes,
        throttled_ns=counters.throttled_ns,
        pressure_cpu_ns=counters.pressure_cpu_ns,
        pressure_memory_ns=counters.pressure_memory_ns,
        pressure_io_ns=counters.pressure_io_ns,
        spared_start_ns=run.charge.cpu_ns or None,
        waited_for_cpu_ns=waited.most_ns if waited.most_ns - waited.least_ns < WORTH_A_WORD_NS else None,
    )
