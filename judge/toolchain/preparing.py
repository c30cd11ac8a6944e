"""Makes what a language prepares, and keeps in mind what could not be made.

Prepared files only save time: without them, or where making them fails, everything is judged as well.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from contextlib import ExitStack
from pathlib import Path

import msgspec

from judge.errors import LanguageError
from judge.kernel.atomic_files import write_whole
from judge.model.language import LanguageSpec, Prepare, SelfTest
from judge.model.limits import COMPILE_LIMITS
from judge.model.units import GIB, MIB, S_NS
from judge.rootfs.host_root import with_layers
from judge.sandbox.capture import Capture
from judge.sandbox.spec import Collect, ContainerSpec, Rootfs, RunSpec
from judge.state_dir import StateDir
from judge.text import safe_text
from judge.toolchain.artifacts import ArtifactStore
from judge.toolchain.compile import COMPILE_POLICY, OpenContainer, Toolchain
from judge.toolchain.language_test import run_selftest

#: A precompiled header is about 100 MiB; class data a few dozen.
PREPARED_BYTES_MAX = 1 * GIB

_LIMITS = msgspec.structs.replace(
    COMPILE_LIMITS,
    cpu_time_ns=120 * S_NS,
    cpu_time_hard_ns=120 * S_NS,
    wall_time_ns=300 * S_NS,
    memory_bytes=4 * GIB,
    disk_bytes=PREPARED_BYTES_MAX,
)

_CHUNK_BYTES = 1 << 20

#: The self-tests that must pass with the prepared files; of C++ one includes the header that is precompiled.
_PROOF = (SelfTest.ADD, SelfTest.UTF8)

#: What failed is tried again after this long, when somebody looks.
_RETRY_S = 3600


def run_prepare(
    language: LanguageSpec, prepare: Prepare, rootfs: Rootfs, open_container: OpenContainer, bytes_max: int
) -> dict[str, Capture]:
    """The prepared files by their names below the target, each for the caller to close: together they are 100 MiB and
    more, which nobody should hold as bytes. Blocks for seconds.

    Raises LanguageError when a command fails, or leaves nothing or more than ``bytes_max``.
    """
    spec = ContainerSpec.under(rootfs, _LIMITS, policy=COMPILE_POLICY)
    files: dict[str, bytes | int | Capture] = {name: text.encode() for name, text in prepare.files.items()}
    with open_container(spec) as container:
        for index, argv in enumerate(prepare.commands):
            last = index == len(prepare.commands) - 1
            patterns = prepare.collect if last else ("**/*",)
            collect = Collect(patterns=patterns, bytes_max=bytes_max if last else PREPARED_BYTES_MAX)
            done = container.run(RunSpec(argv=argv, limits=_LIMITS, collect=collect), files=files)
            if not done.result.ok:
                words = " ".join(safe_text(done.stderr.read() or done.stdout.read(), 1000).split())
                raise LanguageError(f"{language.id}: prepare.commands[{index}] failed: {words or done.result.outcome}")
            if done.passed_over or any(capture.truncated for capture in done.files.values()):
                raise LanguageError(f"{language.id}: what it prepares does not fit into {bytes_max // MIB} MiB")
            files = dict(done.files)
        prepared = {name: content for name, content in files.items() if isinstance(content, Capture)}
    if not prepared:
        raise LanguageError(f"{language.id}: prepare.commands left nothing that prepare.collect matches")
    return prepared


def write_prepared(tree: Path, prepare: Prepare, files: dict[str, Capture]) -> None:
    """Lay the files where containers see them, below an empty tree, and close them. Raises OSError."""
    for name, content in files.items():
        path = tree / prepare.target.lstrip("/") / name
        missing = [parent for parent in path.parents if not parent.is_dir()]
        for parent in reversed(missing):
            parent.mkdir()
            parent.chmod(0o755)
        with content, open(content.open_fd(), "rb") as source, path.open("xb") as file:
            shutil.copyfileobj(source, file, _CHUNK_BYTES)
            file.flush()
            os.fsync(file.fileno())  # a header of which a power failure left half would fail compiles
        path.chmod(0o644)


def prove_prepared(language: LanguageSpec, rootfs: Rootfs, tree: Path, open_container: OpenContainer) -> None:
    """Small programs must compile and run with the files as they do without. Raises LanguageError.

    ``tree`` has them; what is compiled lies beside it for a moment.
    """
    with ExitStack() as stack:
        beside = tree.parent / "proof"
        beside.mkdir(mode=0o755)
        stack.callback(shutil.rmtree, beside, ignore_errors=True)
        toolchain = Toolchain(rootfs=with_layers(rootfs, [tree]), digest=beside.parent.name)
        report = run_selftest(open_container, toolchain, language, ArtifactStore(beside), tests=_PROOF)
    complaint = next((result.detail for result in report.results if result.passed is False), "")
    if complaint:
        raise LanguageError(f"{language.id}: with what it prepares: {complaint}")


class _Failure(msgspec.Struct, frozen=True, kw_only=True):
    request: str
    reason: str
    at: int


class PreparationFailures:
    """Why preparing failed here, by language: one small file each, gone when it has succeeded."""

    def __init__(self, state: StateDir) -> None:
        self._root = state.unprepared

    def reason(self, language_id: str, request: str) -> str:
        """Why this very request failed within the last hour; empty = it did not, or may be tried again."""
        try:
            failure = msgspec.json.decode((self._root / language_id).read_bytes(), type=_Failure)
        except (OSError, msgspec.MsgspecError):
            return ""
        is_recent = failure.at <= time.time() < failure.at + _RETRY_S
        return failure.reason if failure.request == request and is_recent else ""

    def record(self, language_id: str, request: str, reason: str) -> None:
        """Keep a failure in mind; where the disk does not take it, it is tried again sooner."""
        failure = _Failure(request=request, reason=reason, at=int(time.time()))
        with contextlib.suppress(OSError):
            self._root.mkdir(mode=0o755, parents=True, exist_ok=True)
            write_whole(self._root / language_id, msgspec.json.encode(failure), mode=0o644)

    def forget(self, language_id: str) -> None:
        """It has succeeded; idempotent."""
        with contextlib.suppress(OSError):
            (self._root / language_id).unlink(missing_ok=True)
