"""Puts a judge together from the settings: slots, languages, toolchains, stores. For commands and workers alike.

The only place that knows which room's parts fit into which other room's. Nothing is made at import.
"""

from __future__ import annotations

import contextlib
import os
import resource
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from judge.config import GradingSettings, Settings
from judge.errors import LanguageError, UsageError
from judge.grading.case_data import CaseData
from judge.grading.noise import NoiseMeter
from judge.grading.options import GradingOptions
from judge.grading.pipeline import Judge
from judge.grading.programs import BuildContext
from judge.grading.schedule import ExclusiveLock
from judge.grading.scoring.score import ScoreDialect
from judge.model.report import Report
from judge.package.files.digest import known_digest, signature_of
from judge.release import judge_version
from judge.sandbox.slot import CPU_BY_NUMBER, Slot, SlotConfig
from judge.state_dir import StateDir
from judge.toolchain.artifacts import ArtifactStore
from judge.toolchain.definitions import Languages
from judge.toolchain.roots import Toolchains
from judge.toolchain.version import Versions

#: The scoring rules that a package says it is written for, else the specification's.
AUTO_DIALECT = "auto"

#: One submission is not spread over more slots, and not for fewer tests each.
_SLOTS_MAX = 4
_TESTS_PER_SLOT = 10


@contextmanager
def open_judge(settings: Settings, *, slots: int = 1, run_all: bool = False) -> Iterator[Judge]:
    """One judge that runs several tests of a submission at once when it has several slots.

    Raises HostError or SandboxError when this machine cannot judge, UsageError for a bad setting.
    """
    with _parts(settings, run_all=run_all) as (build_context, data, options), ExitStack() as stack:
        opened = [stack.enter_context(open_slot(settings, index)) for index in range(slots)]
        yield Judge(opened, build_context, data, options, noise=NoiseMeter())


@contextmanager
def open_judges(settings: Settings, count: int, *, run_all: bool = False) -> Iterator[list[Judge]]:
    """That many judges with a slot each, to be used from a thread each. Raises as :func:`open_judge`."""
    with _parts(settings, run_all=run_all) as (build_context, data, options), ExitStack() as stack:
        lock = ExclusiveLock()
        slots = [stack.enter_context(open_slot(settings, index)) for index in range(count)]
        yield [Judge([slot], build_context, data, options, lock if count > 1 else None, NoiseMeter()) for slot in slots]


def with_provenance(report: Report, judge: Judge, state: StateDir, package: str) -> Report:
    """The report with what was judged by what, and when: the digest of the package's directory, versions, the time.

    Raises InfrastructureError when the toolchain has to be asked and cannot be.
    """
    root = Path(package).resolve()
    build_context, toolchain_version = judge.build_context, ""
    if isinstance(build_context.toolchain, Toolchains):
        with contextlib.suppress(LanguageError):  # submitted output is in none
            language = build_context.languages.get(report.language)
            toolchain_version = Versions(state, build_context.toolchain).of(language, judge.slots[0].container)
    return msgspec.structs.replace(
        report,
        finished_at_ms=time.time_ns() // 1_000_000,
        package_digest=known_digest(root, signature_of(root), state.package_digests) if root.is_dir() else "",
        judge_version=judge_version(),
        toolchain_version=toolchain_version,
    )


def slots_for(tests: int) -> int:
    """How many slots a command opens to judge this number of tests at once: opening one costs more than a few tests."""
    cores = len(os.sched_getaffinity(0))
    return max(1, min(cores, _SLOTS_MAX, tests // _TESTS_PER_SLOT))


@contextmanager
def open_slot(settings: Settings, index: int) -> Iterator[Slot]:
    """A slot of this process, pinned to a core of its own while the slots of this host do not outnumber the cores.

    From here on the process may have as many open files as the host lets it, up to 65,536: slots need hundreds each.
    """
    _allow_open_files(1 << 16)
    config = SlotConfig(
        index=index,
        state_dir=settings.state_dir,
        cpu=CPU_BY_NUMBER,
        uid_base=settings.sandbox.uid_base,
        disk_read_bytes_per_s=settings.sandbox.disk_read_bytes_per_s,
        cgroup_root=settings.sandbox.cgroup_root,
    )
    with Slot.open(config) as slot:
        yield slot


def _allow_open_files(wanted: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@contextmanager
def _parts(settings: Settings, *, run_all: bool) -> Iterator[tuple[BuildContext, CaseData, GradingOptions]]:
    with ExitStack() as stack:
        data = CaseData(settings.grading.case_data_bytes)
        stack.callback(data.close)
        options = msgspec.structs.replace(grading_options(settings.grading), run_all=run_all)
        yield build_context_of(settings), data, options


def grading_options(settings: GradingSettings) -> GradingOptions:
    """What the settings say about grading. Raises UsageError for an unknown dialect."""
    name = settings.score_dialect
    try:
        dialect = None if name == AUTO_DIALECT else ScoreDialect(name)
    except ValueError:
        known = ", ".join((AUTO_DIALECT, *(dialect.value for dialect in ScoreDialect)))
        raise UsageError(f"score_dialect must be one of {known}, not {name!r}") from None
    return GradingOptions(
        dialect=dialect,
        near_limit_share=settings.near_limit_share,
        near_limit_runs=settings.near_limit_runs,
        fresh_containers=settings.fresh_containers,
    )


def build_context_of(settings: Settings) -> BuildContext:
    """Languages, toolchains and the artifact store."""
    toolchains = Toolchains(settings.state)
    return BuildContext(
        languages=Languages.open(settings.worker.languages_dir, settings.state.variants),
        toolchain=toolchains,
        store=ArtifactStore(settings.state.artifacts),
        versions=Versions(settings.state, toolchains),
    )
