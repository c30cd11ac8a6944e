"""A session whose run is over: what its report says when something else is not there any more."""

from __future__ import annotations

import contextlib
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from running_fakes import NOWHERE, MemoryBlobs

from judge.errors import BlobStoreError, LanguageError
from judge.model.event import unheard
from judge.model.language import LanguageSpec
from judge.model.run import Outcome, RunResult
from judge.model.units import MIB, S_NS
from judge.model.work import RequestedLimits, SessionRequest, Work, WorkHeader, WorkKind
from judge.model.work_report import SessionReport
from judge.package.ceilings import DEFAULT_CEILINGS, Ceilings
from judge.running.limits import SESSION_LIMITS
from judge.running.runner import Runner
from judge.running.session import hold_session
from judge.sandbox.capture import Capture, Completed
from judge.sandbox.spec import Rootfs, RunSpec
from judge.toolchain.compile import Toolchain

TOY = LanguageSpec(
    id="toy",
    name="Toy",
    extensions=("toy",),
    run=("/usr/bin/toy", "{source}"),
    interactive=("/bin/toy", "-i", "--heap={heap_mib}"),
    memory_overhead_mib=12,
)


class Nobody:
    """A channel whose client never says a word."""

    dropped_bytes = 0
    is_ending = False

    def finish(self) -> None: ...


class Stage:
    """A slot whose every session is over at once, having left two files."""

    def __init__(self) -> None:
        self.specs: list[RunSpec] = []

    def container(self, _: object) -> contextlib.nullcontext[Stage]:
        return contextlib.nullcontext(self)

    def run_live(self, spec: RunSpec, *_: object, **__: object) -> Completed:
        self.specs.append(spec)
        result = RunResult(outcome=Outcome.EXITED, exit_code=0)
        files = {"a": Capture(b"1"), "b": Capture(b"2")}
        return Completed(result, Capture(b""), Capture(b""), files, passed_over=3)


class AwayBlobs(MemoryBlobs):
    """The store is away."""

    def keep(self, tenant: str, content: bytes | Capture, name: str = "") -> str:
        raise BlobStoreError("the store is away")


def hold(
    request: SessionRequest,
    blobs: MemoryBlobs | None = None,
    ceilings: Ceilings = DEFAULT_CEILINGS,
    language: LanguageSpec = TOY,
) -> tuple[SessionReport, RunSpec]:
    """The report, and what was run."""
    stage: Any = Stage()
    channel: Any = Nobody()
    toolchain = Toolchain(rootfs=Rootfs(mounts=()), digest="x")
    languages = SimpleNamespace(get=lambda _: language)
    judge: Any = SimpleNamespace(build_context=SimpleNamespace(languages=languages, toolchain=lambda _: toolchain))
    runner = Runner(slot=stage, judge=judge, ceilings=ceilings, blobs=blobs or MemoryBlobs(), scratch=NOWHERE)
    work = Work(header=WorkHeader(id="x", kind=WorkKind.SESSION, language="toy"), task=request)
    report = hold_session(runner, work, request, channel, unheard)
    return report, stage.specs[0]


def test_files_that_the_languages_own_command_leaves_are_kept() -> None:
    report, spec = hold(SessionRequest(keep=("*.txt",)))
    assert spec.collect.patterns == ("*.txt",)
    assert [file.name for file in report.files] == ["a", "b"]
    assert report.files_passed_over == 3


@pytest.mark.parametrize("blobs", [MemoryBlobs(room=0), AwayBlobs()])
def test_a_session_whose_files_cannot_be_kept_is_reported_and_not_begun_again(blobs: MemoryBlobs) -> None:
    report, _ = hold(SessionRequest(keep=("*",)), blobs)
    assert report.result is not None
    assert (report.end, report.files, report.files_passed_over) == ("exited", (), 5)


def test_the_languages_own_command_is_told_its_limits() -> None:
    asked = RequestedLimits(memory_bytes=100 * MIB)
    _, spec = hold(SessionRequest(limits=asked, arguments=("more",)))
    assert spec.argv == ("/bin/toy", "-i", "--heap=88", "more")


def test_a_worker_that_lacks_the_languages_own_command_hands_the_session_on() -> None:
    elsewhere = msgspec.structs.replace(TOY, interactive=("/usr/bin/toy", "-i"))
    with pytest.raises(LanguageError, match="toy: its interactive command is not installed: /usr/bin/toy"):
        hold(SessionRequest(), language=elsewhere)


def test_a_session_that_asks_for_nothing_has_more_than_a_run_up_to_the_ceilings() -> None:
    _, spec = hold(SessionRequest())
    assert (spec.limits.cpu_time_ns, spec.limits.memory_bytes) == (60 * S_NS, 512 * MIB)
    assert (SESSION_LIMITS.cpu_time_ns, SESSION_LIMITS.memory_bytes) == (60 * S_NS, 512 * MIB)
    _, spec = hold(SessionRequest(), ceilings=Ceilings(time_limit_ns=5 * S_NS, memory_bytes=64 * MIB))
    assert (spec.limits.cpu_time_ns, spec.limits.memory_bytes) == (5 * S_NS, 64 * MIB)
    _, spec = hold(SessionRequest(limits=RequestedLimits(cpu_time_ns=S_NS, memory_bytes=32 * MIB)))
    assert (spec.limits.cpu_time_ns, spec.limits.memory_bytes) == (S_NS, 32 * MIB)
