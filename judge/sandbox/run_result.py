"""The outcome of a run that is over, from what the kernel and the supervisor saw of it."""

from __future__ import annotations

import errno
from collections.abc import Callable

from judge.errors import HostBusyError, InfrastructureError
from judge.model.limits import Limits
from judge.model.run import Outcome, RunResult, Usage, signal_name
from judge.sandbox import channel
from judge.sandbox.active_run import WORTH_A_WORD_NS, ActiveRun, exit_of, too_long
from judge.sandbox.cgroups.run_group import Counters
from judge.sandbox.cpu_wait import Waited


def result_of(run: ActiveRun, counters: Counters, disk_full: int) -> RunResult:
    """Decide the outcome. ``disk_full``: bit k = RUN_MOUNTS[k] was full. Raises InfrastructureError.

    The order of the rules is the order of certainty: a refused call and a kill for memory are facts whatever the
    program's exit status says; limits come next; the exit status counts when nothing else explains the end.
    """
    finish = run.finish
    wall_time_ns = _wall_time_ns(run)
    waited = run.cpu_wait.waited(wall_time_ns, counters.cpu_ns)
    usage = _usage(run, counters, wall_time_ns, waited)
    exit_code, number = exit_of(finish)

    def result(outcome: Outcome, cause: str) -> RunResult:
        return RunResult(
            outcome=outcome,
            exit_code=exit_code,
            signal=number,
            syscall=run.syscall,
            cause=cause,
            usage=usage,
            stdout_bytes=run.stdout.total_bytes,
            stderr_bytes=run.stderr.total_bytes,
        )

    limits = run.limits
    if run.refusal is not None and run.refusal[0] == "execute" and not counters.oom_kills:
        if run.refusal[1] == errno.ENOMEM:
            return result(Outcome.MEMORY_LIMIT, f"{limits.memory_bytes} bytes are too few to execute it in")
        exit_code = 127
        return result(Outcome.EXITED, f"cannot execute {run.refusal[2]}")
    if run.stop_outcome is Outcome.SYSCALL_DENIED:
        return result(Outcome.SYSCALL_DENIED, run.stop_cause)
    if counters.oom_kills:
        cause = f"{counters.oom_kills} process(es) killed at the memory limit of {limits.memory_bytes} bytes"
        return result(Outcome.MEMORY_LIMIT, cause)
    if run.stdout.over or run.stderr.over:
        name, drain = ("stdout", run.stdout) if run.stdout.over else ("stderr", run.stderr)
        return result(Outcome.OUTPUT_LIMIT, f"{name} is over {drain.limit_bytes} bytes")
    if run.stop_outcome is Outcome.CANCELLED:
        return result(Outcome.CANCELLED, run.stop_cause)
    if counters.cpu_ns > limits.cpu_time_ns or run.stop_outcome is Outcome.CPU_LIMIT:
        cause = f"{counters.cpu_ns / 1e9:.3f} s of CPU, {limits.cpu_time_ns / 1e9:.3f} s allowed"
        return result(Outcome.CPU_LIMIT, run.stop_cause or cause)
    if run.host_is_busy:
        raise HostBusyError(_busy(wall_time_ns, waited, limits))
    if run.stop_outcome is Outcome.IDLE_LIMIT:
        return result(Outcome.IDLE_LIMIT, run.stop_cause)
    if run.stop_outcome is Outcome.WALL_LIMIT or wall_time_ns - waited.most_ns > limits.wall_time_ns:
        return result(Outcome.WALL_LIMIT, run.stop_cause or too_long(wall_time_ns, waited.most_ns, limits))
    if finish is None:
        raise InfrastructureError("the launcher of a container died during a run")
    return _by_exit_status(result, counters, disk_full, exit_code, number)


def _wall_time_ns(run: ActiveRun) -> int:
    return max(0, run.finish.ended_ns - run.finish.started_ns - run.frozen_ns) if run.finish else 0


def _busy(wall_time_ns: int, waited: Waited, limits: Limits) -> str:
    waits = f"{waited.least_ns / 1e9:.3f}"
    if waited.most_ns > waited.least_ns:
        waits += f" to {waited.most_ns / 1e9:.3f}"
    wall, allowed = f"{wall_time_ns / 1e9:.3f} s of real time", f"{limits.wall_time_ns / 1e9:.3f} s allowed"
    return f"host too busy: in {wall} ({allowed}) a run waited {waits} s for a processor"


def _by_exit_status(
    result: Callable[[Outcome, str], RunResult],
    counters: Counters,
    disk_full: int,
    exit_code: int | None,
    number: int | None,
) -> RunResult:
    if exit_code != 0 and counters.fork_failures:
        return result(Outcome.PROCESS_LIMIT, f"{counters.fork_failures} fork(s) refused at the process limit")
    if exit_code != 0 and disk_full:
        full = [path for index, path in enumerate(channel.RUN_MOUNTS) if disk_full >> index & 1]
        return result(Outcome.DISK_LIMIT, f"{' and '.join(full)} full")
    if number is not None:
        return result(Outcome.SIGNALLED, f"killed by {signal_name(number)}")
    return result(Outcome.EXITED, f"exit code {exit_code}" if exit_code else "")


def _pids_peak(run: ActiveRun, peak: int | None) -> int | None:
    """Where the launcher was a member only while it spawned: there never were more tasks than were made."""
    finish = run.finish
    if finish is None or peak is None or run.group.pids_apart:
        return peak
    return min(peak, finish.tasks_created or max(1, peak - 1))


def _read_bytes(finish: channel.Finish | None, counters: Counters) -> int | None:
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
        waited_for_cpu_ns=waited.most_ns if waited.most_ns - waited.least_ns < WORTH_A_WORD_NS else None,
    )
