"""The composition root of a worker: what really judges, built from the settings. ``judge_factory`` names it.

Slots are opened in the pool's children; the host is tested in a process of its own before that.
"""

from __future__ import annotations

import logging
import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path

import msgspec

from judge.assembly import build_context_of, grading_options, open_slot
from judge.blobs.blob_cache import BlobCache, sweep_blob_cache
from judge.blobs.package_cache import sweep_cache
from judge.config import Settings
from judge.config.reading import ceilings_of
from judge.errors import HostError, LanguageError, SandboxError, our_path
from judge.grading.calibrate import with_time_limit
from judge.grading.case_data import CaseData
from judge.grading.noise import NoiseMeter, NoiseUnknown, measure_noise
from judge.grading.pipeline import Judge
from judge.grading.programs import BuildContext
from judge.host.selftest import run_selftest
from judge.model.event import Emit
from judge.model.problem import Problem
from judge.model.report import Report
from judge.model.submission import Submission
from judge.model.verification import Verification
from judge.model.work import CommandGroup, Execution, ProgramJudging, Work
from judge.model.work_report import AnyWorkReport
from judge.observe.metrics.pipe_records import CacheUsed, Count, Counted, Record
from judge.program.tasks.carried import CarriedState
from judge.queue.redis_queue import Queue
from judge.queue.settings import broker_of
from judge.release import judge_version
from judge.rootfs.host_root import host_rootfs
from judge.running.carry_out import carry_out
from judge.running.runner import NO_BLOBS, Runner, TenantBlobs
from judge.running.session import SessionChannel
from judge.running.sources import with_sources
from judge.sandbox.container import Container
from judge.sandbox.protocol import KEPT, ON_DEMAND, POOLED
from judge.sandbox.slot import Slot
from judge.sandbox.spec import ContainerSpec
from judge.tenant_blobs.place import blob_place_of
from judge.tenant_blobs.work_blobs import WorkBlobs
from judge.toolchain.artifacts import ArtifactStore
from judge.toolchain.definitions import Languages
from judge.toolchain.language_test import quick_tests
from judge.toolchain.language_test import run_selftest as run_language_selftest
from judge.toolchain.roots import Toolchains
from judge.toolchain.version import Versions
from judge_workers.judging import Readiness
from judge_workers.node.languages import Found, LanguageFinder
from judge_workers.programs import Programs
from judge_workers.slot.changes import Changes
from judge_workers.slot.problems import Problems
from judge_workers.stored_answers import StoredAnswers
from judge_workers.verifying import verify

log = logging.getLogger(__name__)

#: Directories of proofs, below the state directory.
_PROOF_PREFIX = ".proof-"

_COUNT_OF_OPENED = {
    KEPT: Count.CONTAINER_KEPT,
    POOLED: Count.CONTAINER_WARM,
    ON_DEMAND: Count.CONTAINER_COLD,
}

#: Versions of toolchains that are kept, by the names that reports have for them.
_VERSIONS_KEPT = 1000

#: A weight for classes that the settings do not name: as any other program's.
_USUAL_WEIGHT = 100

#: Of what tests and prepares languages while others judge.
_BACKGROUND_WEIGHT = 1


class SandboxJudge:
    """Judges in one slot. See :class:`judge_workers.judging.SlotJudge`."""

    def __init__(
        self,
        settings: Settings,
        slot: Slot,
        judge: Judge,
        build_context: BuildContext | None = None,
        blobs: TenantBlobs = NO_BLOBS,
    ) -> None:
        self._settings = settings
        self._slot = slot
        self._judge = judge
        self._runner = Runner(
            slot=slot,
            judge=judge,
            ceilings=ceilings_of(settings.limits),
            blobs=blobs,
            scratch=_scratch(settings, slot.config.index),
        )
        self._answers = StoredAnswers(Queue(broker_of(settings)), self._runner)
        self._programs = Programs(settings, Queue(broker_of(settings)), self._runner)
        self._problems = Problems(settings)
        self._weight = _USUAL_WEIGHT
        self._frozen = False
        self._may_be_interrupted = False
        self._after = ExitStack()
        self._build_context = build_context
        self._versions: dict[str, str] = {}
        self._changes = Changes(settings.state)

    def judge(self, submission: Submission, attempt: int, emit: Emit, carried: CarriedState) -> Report:
        """Judge one submission."""
        self._look_for_changes()
        self._work_for(submission.tenant, submission.priority_class)
        package = self._after.enter_context(self._problems.open(submission.package))
        problem = self._after.enter_context(self._judge.generated(package))
        if problem.judge_program is not None or problem.assignment is not None:
            report = self._programs.judge_submission(submission, problem, emit, carried)
        else:
            judging = self._judge.judging(submission, self._with_time_limit(problem), emit)
            report = self._after.enter_context(judging.report())
        return msgspec.structs.replace(
            report,
            attempt=attempt,
            judged_by=f"{socket.gethostname()}/{self._slot.config.index}",
            tenant=submission.tenant,
            package_digest=self._problems.digest(submission.package),
            judge_version=judge_version(),
            toolchain_version=self._version_of(report.language),
        )

    def carry_out(
        self, work: Work, attempt: int, emit: Emit, channel: SessionChannel, carried: CarriedState
    ) -> AnyWorkReport:
        """Do work that is no submission."""
        self._look_for_changes()
        self._work_for(work.header.tenant, work.header.priority_class)
        if isinstance(work.task, ProgramJudging):
            return self._with_origin(self._programs.judge_work(work, work.task, emit, carried), attempt)
        work = with_sources(self._runner, work)  # by whatever name they come, the same sources are the same work
        self._may_be_interrupted = isinstance(work.task, Execution | CommandGroup)
        try:
            report = self._answers.answer(work, lambda: self._carried_out(work, emit, channel))
        finally:
            self._may_be_interrupted = False
        if report.cached:  # who did it and with what stays as it was
            return msgspec.structs.replace(report, attempt=attempt)
        return self._with_origin(report, attempt)

    def _with_origin(self, report: AnyWorkReport, attempt: int) -> AnyWorkReport:
        """The report with who did it, and with what."""
        return msgspec.structs.replace(
            report,
            attempt=attempt,
            judged_by=f"{socket.gethostname()}/{self._slot.config.index}",
            judge_version=judge_version(),
            toolchain_version=self._version_of(report.language) if report.language else "",
        )

    def _carried_out(self, work: Work, emit: Emit, channel: SessionChannel) -> AnyWorkReport:
        if isinstance(work.task, Verification):
            return verify(self._settings, self._judge, self._problems, work.header, work.task, emit)
        return carry_out(self._runner, work, emit, channel)

    def forget_cancel(self) -> None:
        """A cancel from before does not count."""
        self._slot.forget_cancel()

    def clear_up(self) -> None:
        """Let go of the last submission's package, and of what its programs left in their containers."""
        try:
            self._after.close()
        finally:
            self._slot.tidy()

    def close(self) -> None:
        """Give back what is kept from one submission to the next."""
        self._problems.close()
        self._answers.close()
        self._programs.close()

    def cancel(self) -> None:
        """End what runs now, and what this work would run later."""
        self._slot.cancel(hold=True)

    def interrupt(self) -> None:
        """To the programs that the client asked for alone."""
        if self._may_be_interrupted:
            self._slot.interrupt()

    def take_counts(self) -> Iterator[Record]:
        """Containers kept, taken from the pool and made on demand; problems known and read."""
        containers = self._slot.zygote.containers
        for opened, count in _COUNT_OF_OPENED.items():
            if containers[opened]:
                yield Counted(count, containers.pop(opened))
        yield from [CacheUsed("problems", *used)] if any(used := self._problems.take_counts()) else ()

    def freeze(self) -> None:
        """Stop what runs now; a slot that cannot be frozen goes on."""
        self._frozen = True
        try:
            self._slot.freeze()
        except SandboxError as error:
            log.warning("slot %d cannot be frozen: %s", self._slot.config.index, error)

    def thaw(self) -> None:
        """Let it go on."""
        if self._frozen:
            self._frozen = False
            self._slot.thaw()

    def _version_of(self, language: str) -> str:
        """The version of a language's toolchain here; of what is no language (submitted output) none."""
        if language in self._versions:
            return self._versions[language]
        version = self._asked_version(language)
        if len(self._versions) < _VERSIONS_KEPT:  # a client spells a version as it likes ("python3@>=3.1")
            self._versions[language] = version
        return version

    def _asked_version(self, language: str) -> str:
        build_context = self._build_context
        if build_context is None or not isinstance(build_context.toolchain, Toolchains):
            return ""
        try:
            versions = Versions(self._settings.state, build_context.toolchain)
            return versions.of(build_context.languages.get(language), self._slot.container)
        except LanguageError:
            return ""

    def _look_for_changes(self) -> None:
        """What this process knows of toolchains may be out of date."""
        if self._changes.seen():
            self._versions.clear()
            if self._build_context is not None:
                _forget(self._build_context)

    def _work_for(self, tenant: str, priority_class: str) -> None:
        if self._settings.sandbox.keep_containers:
            self._slot.work_for(f"tenant {tenant}")  # that of submissions without one has no name
        weight = self._settings.queue.class_cpu_weights.get(priority_class, _USUAL_WEIGHT)
        if weight != self._weight:
            self._slot.set_weight(weight)
            self._weight = weight

    def _with_time_limit(self, problem: Problem) -> Problem:
        if problem.limits.time_limit_ns:
            return problem
        return with_time_limit(self._judge, problem, Path(problem.path), self._settings.state.time_limits)


class SandboxFactory:
    """See :class:`judge_workers.judging.JudgeFactory`."""

    def readiness(self, settings: Settings) -> Readiness:
        """Attack the sandbox, test the languages. Raises HostError when this host must not judge."""
        with open_slot(settings, 0) as slot:
            held, problems = (
                _attack(settings, slot) if settings.worker.selftest else ([], ["sandbox self-test switched off"])
            )
            found = LanguageFinder(settings).at_start(slot.container)
            noise_ratio, unknown = _noise(settings, slot) if found.versions else (None, [])
        if not found.versions:
            complaints = "; ".join(f"{language}: {complaint}" for language, complaint in found.missing.items())
            raise HostError(f"no language works here: {complaints}")
        return readiness_of(found, problems=[*problems, *unknown], attacks_held=tuple(held), noise_ratio=noise_ratio)

    def languages_again(self, settings: Settings, report: Callable[[Readiness], object]) -> Readiness:
        """See :class:`judge_workers.judging.JudgeFactory`."""
        with ExitStack() as stack:
            slot: list[Slot] = []

            def open_container(spec: ContainerSpec) -> AbstractContextManager[Container]:
                if not slot:
                    slot.append(stack.enter_context(open_slot(settings, 0)))
                    slot[0].set_weight(_BACKGROUND_WEIGHT)
                return slot[0].container(spec)

            return readiness_of(
                LanguageFinder(settings).again(open_container, lambda found: report(readiness_of(found)))
            )

    @contextmanager
    def open_slot(self, settings: Settings, index: int) -> Iterator[SandboxJudge]:
        """Slot ``index``, pinned and warm."""
        data = CaseData(settings.grading.case_data_bytes)
        _make_scratch(_scratch(settings, index))
        try:
            with open_slot(settings, index) as slot:
                build_context = build_context_of(settings)
                judge = Judge([slot], build_context, data, grading_options(settings.grading), noise=NoiseMeter())
                with (
                    closing(_blobs(settings, slot)) as blobs,
                    closing(SandboxJudge(settings, slot, judge, build_context, blobs)) as sandboxed,
                ):
                    yield sandboxed
        finally:
            data.close()

    def prove(self, settings: Settings, language: str) -> str:
        """Compile and run the language's small program, in a fresh slot and with an empty store of artifacts."""
        with ExitStack() as stack, our_path(settings.state_dir):
            scratch = tempfile.mkdtemp(prefix=_PROOF_PREFIX, dir=settings.state_dir)
            stack.callback(shutil.rmtree, scratch, ignore_errors=True)
            os.chmod(scratch, 0o755)  # programs are shown what is compiled there
            slot = stack.enter_context(open_slot(settings, 0))
            spec = Languages.open(settings.worker.languages_dir, settings.state.variants).get(language)
            store = ArtifactStore(Path(scratch) / "artifacts")
            report = run_language_selftest(
                slot.container, Toolchains(settings.state)(spec), spec, store, tests=quick_tests(spec)
            )
            return next((result.detail for result in report.results if result.passed is False), "")

    def clean_leftovers(self, settings: Settings) -> int:
        """What killed processes left of packages, blobs, proofs and work; a slot cleans up itself when it is opened."""
        for left in settings.state.root.glob(f"{_PROOF_PREFIX}*"):
            shutil.rmtree(left, ignore_errors=True)
        shutil.rmtree(settings.state.scratch, ignore_errors=True)
        sweep_blob_cache(settings.state.blob_cache)
        return sweep_cache(settings.state.packages)


build_judge = SandboxFactory()


def _blobs(settings: Settings, slot: Slot) -> WorkBlobs:
    cache = BlobCache(settings.state.blob_cache, settings.blobs.cache_bytes)
    return WorkBlobs(Queue(broker_of(settings)), blob_place_of(settings), cache, lambda: slot.is_cancelled)


def _scratch(settings: Settings, index: int) -> Path:
    return settings.state.scratch / str(index)


def _make_scratch(path: Path) -> None:
    """An empty directory in place of what a dead process of this slot number left."""
    with our_path(f"{path}"):
        shutil.rmtree(path, ignore_errors=True)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.mkdir(mode=0o700, exist_ok=True)


def _forget(build_context: BuildContext) -> None:
    build_context.languages.forget()
    if isinstance(build_context.toolchain, Toolchains):
        build_context.toolchain.forget()


def readiness_of(
    found: Found, problems: Sequence[str] = (), attacks_held: tuple[str, ...] = (), noise_ratio: float | None = None
) -> Readiness:
    """What was found out about languages and sandbox, for the profile."""
    return Readiness(
        languages=tuple(found.versions),
        versions={**found.exact, **found.versions},
        problems=(*problems, *(f"{language}: {complaint}" for language, complaint in found.missing.items())),
        languages_missing=tuple(found.missing),
        untested=found.untested,
        watched=found.watched,
        toolchains=found.toolchains,
        preparing=found.preparing,
        unprepared=found.unprepared,
        attacks_held=attacks_held,
        noise_ratio=noise_ratio,
    )


def _attack(settings: Settings, slot: Slot) -> tuple[list[str], list[str]]:
    """Run the shipped attacks: the names of those withstood, and what is amiss.

    Raises HostError when a wall does not hold; says so when they cannot be run.
    """
    try:
        results = run_selftest(slot, host_rootfs(settings.state))
    except HostError as error:
        return [], [f"sandbox self-test not run: {error}"]
    broken = [result for result in results if not result.ok]
    if broken:
        raise HostError(f"the sandbox does not hold: {broken[0].name}: {broken[0].complaint}; see judge selftest")
    return [result.name for result in results], []


def _noise(settings: Settings, slot: Slot) -> tuple[float | None, list[str]]:
    """How noisy the slot is; or None and why that is not known, which keeps nobody from judging."""
    try:
        return measure_noise(slot.container, host_rootfs(settings.state)), []
    except NoiseUnknown as error:
        log.warning("%s", error)
        return None, [f"{error}"]
