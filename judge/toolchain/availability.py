"""What this machine may offer: the record of self-tests that passed, read by workers and shown to people.

One small file per language below ``StateDir.languages``, written by one rename. A record counts as long as the
language's definition and its commands are what they were when it passed.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from judge.errors import HostError
from judge.kernel.atomic_files import write_whole
from judge.model.language import LanguageSpec
from judge.state_dir import StateDir
from judge.toolchain.language_test import SelfTestReport
from judge.toolchain.roots import Toolchains


class Availability(msgspec.Struct, frozen=True, kw_only=True):
    """How a language did here. ``identity`` is that of :class:`ToolchainState` then; ``tested_at`` is Unix time."""

    identity: str
    version: str
    tested_at: int
    report: SelfTestReport


class AvailabilityRecords:
    """The records of one machine."""

    def __init__(self, state: StateDir) -> None:
        self._root = state.languages

    def record(self, record: Availability) -> None:
        """Keep how a language did. Raises HostError when it cannot be written."""
        path = self._path(record.report.language)
        try:
            path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            write_whole(path, msgspec.json.format(msgspec.json.encode(record)), mode=0o644)
        except OSError as error:
            raise HostError(f"{path}: {error}") from error

    def latest(self, language_id: str) -> Availability | None:
        """The last record, whether it still counts or not."""
        try:
            return msgspec.json.decode(self._path(language_id).read_bytes(), type=Availability)
        except (OSError, msgspec.DecodeError):
            return None

    def forget(self, language_id: str) -> None:
        """Drop the record; idempotent."""
        self._path(language_id).unlink(missing_ok=True)

    def _path(self, language_id: str) -> Path:
        return self._root / f"{language_id}.json"


def offered(
    languages: Iterable[LanguageSpec], toolchains: Toolchains, records: AvailabilityRecords
) -> tuple[LanguageSpec, ...]:
    """The languages that are installed and passed their self-test here as they are now."""
    return tuple(language for language in languages if is_available(language, toolchains, records))


def is_available(language: LanguageSpec, toolchains: Toolchains, records: AvailabilityRecords) -> bool:
    """Whether this language is installed and passed as it is now."""
    record = records.latest(language.id)
    if record is None or not record.report.passed:
        return False
    state = toolchains.state(language)
    return state.ready and state.identity == record.identity
