"""Limits of a run from the problem's and the language's: pure arithmetic, explained in docs/grading.md."""

from __future__ import annotations

import msgspec

from judge.model.language import LanguageSpec
from judge.model.limits import COMPILE_LIMITS, VALIDATION_LIMITS, Limits
from judge.model.problem import Problem, ProblemLimits
from judge.model.units import MIB, MS_NS, S_NS

#: What a submission may write to stderr: shown to nobody but the judges, so generous.
STDERR_BYTES = 64 * MIB

#: How long two programs that both wait for each other, and do nothing else, are watched.
_INTERACTIVE_GRACE_NS = 4 * S_NS


def submission_limits(problem: Problem, language: LanguageSpec) -> Limits:
    """Limits of one run of a submission; the problem's time limit must be known.

    *CPU*: the time limit times the language's factor decides; the run is killed a quarter (at least 0.5 s) later, so
    that a program that is a little too slow shows its true time. *Wall*: twice that limit and a second, at
    least 2 s: a program that computes all the time gets there only on half a core, one that sleeps ends soon.
    An interactive one also waits for the other side. *Memory*: the language's overhead is added.
    """
    base_ns = problem.limits.time_limit_ns
    if base_ns <= 0:
        raise ValueError(f"problem {problem.name}: the time limit must be computed first")
    cpu_ns = round(base_ns * language.time_factor)
    wall_ns = max(2 * S_NS, 2 * cpu_ns + S_NS)
    default = Limits()
    return msgspec.structs.replace(
        default,
        cpu_time_ns=cpu_ns,
        cpu_time_hard_ns=cpu_ns + max(500 * MS_NS, cpu_ns // 4),
        wall_time_ns=wall_ns + (_INTERACTIVE_GRACE_NS if problem.interactive else 0),
        memory_bytes=problem.limits.memory_bytes + language.memory_overhead_mib * MIB,
        processes=max(default.processes, language.processes_min),
        open_files=max(default.open_files, language.open_files_min),
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
    """Limits of one run of a setter's program. The wall limit is twice the CPU limit: it may wait for a submission."""
    return msgspec.structs.replace(
        VALIDATION_LIMITS,
        cpu_time_ns=limits.validation_time_ns,
        cpu_time_hard_ns=limits.validation_time_ns,
        wall_time_ns=2 * limits.validation_time_ns,
        memory_bytes=limits.validation_memory_bytes + language.memory_overhead_mib * MIB,
        processes=max(VALIDATION_LIMITS.processes, language.processes_min),
        open_files=max(VALIDATION_LIMITS.open_files, language.open_files_min),
        stdout_bytes=limits.validation_output_bytes,
    )
