"""A slot and containers without a kernel: programs are Python functions, named by the text of their source file.

``FakeSlot(programs={"double": behaviour})`` judges a submission whose only source file says ``double``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from judge.errors import LanguageError
from judge.grading.programs import BuildContext
from judge.model.language import LanguageSpec
from judge.model.run import Outcome, RunResult, Usage
from judge.sandbox.capture import Capture, Completed
from judge.sandbox.container import Container
from judge.sandbox.conversation import Participant
from judge.sandbox.interaction import Interaction
from judge.sandbox.runs import Hear
from judge.sandbox.spec import ContainerSpec, OverlayMount, Rootfs, RunSpec
from judge.toolchain.artifacts import ArtifactStore
from judge.toolchain.compile import Toolchain

FAKE_LANGUAGE = LanguageSpec(id="fake", name="Fake", extensions=("fake",), run=("{artifact}/{source}",))

#: The name of the check among the programs of a slot whose language has one.
CHECK = "the check"
CHECKED_LANGUAGE = LanguageSpec(
    id="fake", name="Fake", extensions=("fake",), run=("{artifact}/{source}",), check=(("/check", "{source}"),)
)


@dataclass(frozen=True)
class Call:
    """What one run was given, everything read."""

    spec: RunSpec
    stdin: bytes
    files: Mapping[str, bytes]
    fds: Mapping[int, bytes]

    @property
    def args(self) -> tuple[str, ...]:
        """The program's arguments."""
        return self.spec.argv[1:]


Behaviour = Callable[[Call], Completed]
Dialogue = Callable[[Call, Call], Interaction]


def completed(  # noqa: PLR0913 (fields of a result, all with defaults)
    stdout: bytes = b"",
    *,
    exit_code: int = 0,
    outcome: Outcome = Outcome.EXITED,
    cpu_time_ns: int = 1_000_000,
    stderr: bytes = b"",
    files: Mapping[str, bytes] | None = None,
    cause: str = "",
) -> Completed:
    """A finished run."""
    return Completed(
        result=RunResult(
            outcome=outcome,
            exit_code=exit_code if outcome is Outcome.EXITED else None,
            cause=cause,
            usage=Usage(cpu_time_ns=cpu_time_ns, wall_time_ns=cpu_time_ns, memory_peak_bytes=1 << 20),
            stdout_bytes=len(stdout),
        ),
        stdout=Capture(stdout),
        stderr=Capture(stderr),
        files={name: Capture(data) for name, data in (files or {}).items()},
    )


@dataclass
class FakeContainer(Container):
    """Calls the behaviour that the artifact names."""

    slot: FakeSlot
    name: str

    def run(
        self,
        spec: RunSpec,
        *,
        stdin: int | bytes | None = None,
        files: Mapping[str, bytes | int | Capture] | None = None,
        executables: Sequence[str] = (),
        fds: Mapping[int, int] | None = None,
        hear: Hear | None = None,
    ) -> Completed:
        call = Call(spec, _bytes(stdin), {k: _bytes(v) for k, v in (files or {}).items()}, _fds(fds))
        self.slot.calls.append((self.name, call))
        return self.slot.programs[self.name](call)

    def start_over(self) -> None:
        self.slot.started_over.append(self.name)

    def interact(self, mine: Participant, other: Container, others: Participant, **_: Any) -> Interaction:
        assert isinstance(other, FakeContainer)
        calls = _call_of(mine), _call_of(others)
        self.slot.calls += [(self.name, calls[0]), (other.name, calls[1])]
        return self.slot.dialogues[self.name, other.name](*calls)


def _call_of(participant: Participant) -> Call:
    files = {name: _bytes(content) for name, content in participant.files.items()}
    return Call(participant.spec, b"", files, _fds(participant.fds))


def _fds(fds: Mapping[int, int] | None) -> dict[int, bytes]:
    return {target: _bytes(fd) for target, fd in (fds or {}).items()}


def _bytes(value: bytes | int | Capture | None) -> bytes:
    if value is None:
        return b""
    if isinstance(value, bytes):
        return value
    if isinstance(value, Capture):
        return value.read()
    return os.pread(value, 1 << 24, 0)


@dataclass
class FakeSlot:
    """A slot whose programs are known. ``calls`` records every run."""

    programs: Mapping[str, Behaviour]
    dialogues: Mapping[tuple[str, str], Dialogue] = field(default_factory=dict)
    calls: list[tuple[str, Call]] = field(default_factory=list)
    started_over: list[str] = field(default_factory=list)
    cancelled: int = 0
    open_containers: int = 0

    @contextmanager
    def container(self, spec: ContainerSpec) -> Iterator[Container]:
        name = next(Path(spec.artifact).rglob("*.fake")).read_text().strip() if spec.artifact else CHECK
        self.open_containers += 1
        try:
            yield FakeContainer(self, name)
        finally:
            self.open_containers -= 1

    def cancel(self) -> None:
        self.cancelled += 1


@dataclass(frozen=True)
class FakeLanguages:
    """One language only."""

    language: LanguageSpec

    def get(self, name: str) -> LanguageSpec:
        if name in ("fake", "cpp"):
            return self.language
        raise LanguageError(f"no language {name!r}")

    def detect(self, names: Sequence[str], first_line: str = "", also: Sequence[str] = ()) -> LanguageSpec:
        if any(name.endswith(".fake") for name in names):
            return self.language
        raise LanguageError(f"no language has files like {names[0]!r}")


def fake_build_context(directory: Path, language: LanguageSpec = FAKE_LANGUAGE) -> BuildContext:
    """A build context that knows one language."""
    toolchain = Toolchain(Rootfs(mounts=(OverlayMount(target="/", lowers=("/",)),)), "fake")
    languages: Any = FakeLanguages(language)
    return BuildContext(languages, lambda language: toolchain, ArtifactStore(directory / "store"))
