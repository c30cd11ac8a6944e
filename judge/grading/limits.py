"""Limits of a run from the problem's and the language's: pure arithmetic, explained in docs/reference/verdicts.md."""

from __future__ import annotations

import msgspec

from judge.model.language import LanguageSpec
from judge.model.limits import COMPILE_LIMITS, VALIDATION_LIMITS, Limits
from judge.model.problem import Problem, ProblemLimits
from judge.model.units import MIB, MS_NS, S_NS
from judge.toolchain.definitions import with_minima, with_runtime_memory, with_time_factor

#: What a submission may write to stderr: shown to nobody but the judges, so generous.
STDERR_BYTES = 64 * MIB

#: A setter's program that does nothing for this long hangs.
_VALIDATOR_IDLE_NS = 10 * S_NS

#: What a submission in a conversation may wait longer, since it waits for the other side, too.
_INTERACTIVE_GRACE_NS = 4 * S_NS


def wall_limit_ns(cpu_ns: int) -> int:
    """The real-time guard of a CPU time limit: a program that computes all the time gets there only on a quarter
    of a core."""
    return 4 * cpu_ns + 4 * S_NS


def kill_limit_ns(cpu_ns: int) -> int:
    """The CPU time at which a run that gets a verdict is killed: a quarter (at least 0.5 s) after its time limit."""
    return cpu_ns + max(500 * MS_NS, cpu_ns // 4)


def idle_limit_ns(cpu_ns: int) -> int:
    """How long a program may do nothing at all: as long as it may compute and a second, at least 2 s."""
    return max(2 * S_NS, cpu_ns + S_NS)


def submission_limits(problem: Problem, language: LanguageSpec) -> Limits:
    """Limits of one run of a submission; the problem's time limit must be known.

    *CPU*: the time limit times the language's factor decides; the run is killed a quarter (at least 0.5 s) later, so
    that a program that is a little too slow shows its true time. *Idle*: one that sleeps ends soon. *Wall*:
    generous, so that a busy machine costs nobody a verdict. *Memory*: the language's overhead is added.
    """
    base_ns = problem.limits.time_limit_ns
    if base_ns <= 0:
        raise ValueError(f"problem {problem.name}: the time limit must be computed first")
    cpu_ns = with_time_factor(base_ns, language)
    grace_ns = _INTERACTIVE_GRACE_NS if problem.interactive else 0
    return msgspec.structs.replace(
        with_minima(Limits(), language),
        cpu_time_ns=cpu_ns,
        cpu_time_hard_ns=kill_limit_ns(cpu_ns),
        wall_time_ns=wall_limit_ns(cpu_ns) + grace_ns,
        idle_time_ns=idle_limit_ns(cpu_ns),
        memory_bytes=with_runtime_memory(problem.limits.memory_bytes, language),
        stdout_bytes=problem.limits.output_bytes,
        stderr_bytes=STDERR_BYTES,
    )


def compile_limits(limits: ProblemLimits) -> Limits:
    """Limits of compiling a submission."""
    return msgspec.structs.replace(
        COMPILE_LIMITS,
        cpu_time_ns=limits.compilation_time_ns,
        cpu_time_hard_ns=limits.compilation_time_ns,
        wall_time_ns=2 * limits.compilation_time_ns,
        memory_bytes=limits.compilation_memory_bytes,
    )


def validation_limits(limits: ProblemLimits, language: LanguageSpec) -> Limits:
    """Limits of one run of a setter's program: real time twice the CPU time, and no long sleep."""
    return msgspec.structs.replace(
        with_minima(VALIDATION_LIMITS, language),
        cpu_time_ns=limits.validation_time_ns,
        cpu_time_hard_ns=limits.validation_time_ns,
        wall_time_ns=2 * limits.validation_time_ns,
        idle_time_ns=_VALIDATOR_IDLE_NS,
        memory_bytes=with_runtime_memory(limits.validation_memory_bytes, language),
        stdout_bytes=limits.validation_output_bytes,
    )
