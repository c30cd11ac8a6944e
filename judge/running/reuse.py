"""Whether a report may answer the same work another time, and what "the same" is. Pure but for a look at toolchains."""

from __future__ import annotations

import hashlib
import platform
import re
from collections.abc import Iterator

import msgspec

from judge.model.language import LanguageSpec
from judge.model.limits import Limits
from judge.model.run import Outcome, RunResult
from judge.model.work import Data, Evaluation, Execution, Work
from judge.model.work_report import (
    WORK_REPORT_VERSION,
    AnyWorkReport,
    BlameOn,
    EvaluationReport,
    ExecutionReport,
    RunReport,
    results_of,
    status_of,
)
from judge.release import judge_version
from judge.running.limits import compile_limits, run_limits
from judge.running.runner import Runner
from judge.toolchain.definitions import language_limits

#: A run that used this share of its CPU time, wall time or memory might end in another way the next time.
NEAR_LIMIT_SHARE = 0.8

#: Ends that do not depend on how fast or full the host is.
_REPEATABLE = frozenset({Outcome.EXITED, Outcome.SIGNALLED, Outcome.SYSCALL_DENIED})

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def reuse_key(runner: Runner, work: Work) -> str:
    """What tells the work from all other work of its tenant, toolchains included; empty = it must be done.

    Raises WorkError and LanguageError as doing the work would.
    """
    task = work.task
    if not isinstance(task, Execution | Evaluation) or not task.reuse:
        return ""
    if isinstance(task, Execution) and task.live:
        return ""  # its output is to come as it is written
    if not all(_DIGEST.fullmatch(blob) for blob in blobs_named_by(task)):
        return ""  # the name of a blob may stand for another one today
    everything = (
        WORK_REPORT_VERSION,
        judge_version(),
        platform.machine(),
        work.header.language,
        _toolchains(runner, work),
        run_limits(task.limits, runner.ceilings),
        compile_limits(task.compile_limits, runner.ceilings),
        task,
    )
    return hashlib.sha256(msgspec.json.encode(everything, order="sorted")).hexdigest()


def may_answer_again(runner: Runner, work: Work, report: AnyWorkReport) -> bool:
    """Whether nothing in the report would be different another time, as far as can be told.

    A fault of judge or client is no answer, and neither is what ended at a limit or near one, nor what lacks a part of
    its output or files: another time the tenant may have room for it.
    """
    task = work.task
    if report.blame not in (BlameOn.NONE, BlameOn.PROGRAM) or not isinstance(
        report, ExecutionReport | EvaluationReport
    ):
        return False
    if not isinstance(task, Execution | Evaluation) or status_of(report) == "JE":
        return False
    if isinstance(report, EvaluationReport) and report.measured_again:
        return False
    if isinstance(report, ExecutionReport) and not all(map(_is_whole, report.runs)):
        return False
    compiler = None if report.compile is None else report.compile.run
    if compiler is not None and not _far_from(compile_limits(task.compile_limits, runner.ceilings), compiler):
        return False
    limits = run_limits(task.limits, runner.ceilings)
    if task.program is not None:
        limits = language_limits(runner.language_of(task.program, work.header.language), limits)
    return all(_far_from(limits, result) for result in results_of(report))


def blobs_named_by(value: object) -> Iterator[str]:
    """Every blob that a task's data are in, or that a report's outputs and files are in."""
    if isinstance(value, Data):
        yield from [value.blob] if value.blob else []
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            part = getattr(value, name)
            if name in ("blob", "test_set") and isinstance(part, str):
                yield from [part] if part else []
            else:
                yield from blobs_named_by(part)
    elif isinstance(value, tuple):
        for part in value:
            yield from blobs_named_by(part)


def _toolchains(runner: Runner, work: Work) -> list[str]:
    """Digests of the toolchains that do the work: the program's or command's, and the validator's."""
    task, named = work.task, work.header.language
    assert isinstance(task, Execution | Evaluation)
    language: LanguageSpec | None = None
    if task.program is not None:
        language = runner.language_of(task.program, named)
    elif named:
        language = runner.language_named(named)
    digests = [_toolchain_digest(runner, language)]
    if isinstance(task, Evaluation) and task.comparison.validator is not None:
        validator = runner.language_of(task.comparison.validator, field="comparison.validator")
        digests.append(_toolchain_digest(runner, validator))
    return digests


def _toolchain_digest(runner: Runner, language: LanguageSpec | None) -> str:
    digest = runner.toolchain(language).digest
    return digest if language is None else f"{language.id} {digest} {_recipe(language)}"


def _recipe(language: LanguageSpec) -> str:
    """A digest of the language's definition: how it compiles and runs."""
    return hashlib.sha256(repr(language).encode("utf-8", "backslashreplace")).hexdigest()


def _is_whole(run: RunReport) -> bool:
    return not (run.stdout.truncated or run.stderr.truncated or run.files_passed_over)


def _far_from(limits: Limits, result: RunResult) -> bool:
    usage = result.usage
    used = (
        (usage.cpu_time_ns, limits.cpu_time_ns),
        (usage.wall_time_ns, limits.wall_time_ns),
        (usage.memory_peak_bytes, limits.memory_bytes),
    )
    return (
        result.outcome in _REPEATABLE
        and not usage.oom_kills
        and not usage.fork_failures
        and all(amount < NEAR_LIMIT_SHARE * limit for amount, limit in used)
    )
