"""Which languages this worker offers: those that are installed and pass their quick test, whenever that changes.

At the start only the basic ones (or those that the settings name) are tested; the others' earlier passes count. The
rest is tested afterwards, in a process of its own (:mod:`judge_workers.node.probe`), and so is everything when a
toolchain comes, goes or changes: the leases process looks at :attr:`Found.watched`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from judge.config import Settings
from judge.errors import JudgeError, LanguageError
from judge.model.language import LanguageSpec
from judge.rootfs.layers import request_digest
from judge.toolchain.artifacts import ArtifactStore
from judge.toolchain.availability import Availability, AvailabilityRecords, is_available
from judge.toolchain.compile import OpenContainer
from judge.toolchain.definitions import BUILTIN_DIR, Languages
from judge.toolchain.language_test import quick_tests, run_selftest
from judge.toolchain.roots import Toolchains, toolchain_paths
from judge.toolchain.version import exact_version, toolchain_version
from judge_workers.file_signature import signature
from judge_workers.judging import BASIC
from judge_workers.node.preparing import Preparer

#: A language that failed is tried again after this long, when something else changes.
_RETRY_S = 3600

#: Changes whenever Debian's package manager has done something.
DPKG_STATUS = "/var/lib/dpkg/status"


@dataclass(frozen=True)
class Found:
    """``versions``: offered language -> version of its toolchain ("" = not known).

    ``exact``: ``LANGUAGE@VERSION`` -> version, of those that can be asked for so: what has libraries cannot.
    ``missing``: language that should work -> why it does not; ``untested``: there may be more that nobody looked at;
    ``watched``: files that change when all this may; ``toolchains`` changes when one of those does that toolchains are
    made of. ``preparing``: languages whose prepared files are still to be made, ``unprepared``: language -> why not.
    """

    versions: dict[str, str]
    exact: dict[str, str]
    missing: dict[str, str]
    untested: bool
    watched: tuple[str, ...]
    toolchains: str
    preparing: tuple[str, ...]
    unprepared: dict[str, str]


class LanguageFinder:
    """Looks at the languages of one machine, as its settings restrict them. Raises LanguageError for an unknown one."""

    def __init__(self, settings: Settings) -> None:
        state = settings.state
        self._languages = Languages.open(settings.worker.languages_dir, settings.state.variants)
        try:
            self._only = {self._languages.get(name).id for name in settings.worker.languages}
        except LanguageError as error:
            raise LanguageError(f"setting languages: {error}") from error
        self._wanted = self._only or set(BASIC)
        self._toolchains = Toolchains(state)
        self._records = AvailabilityRecords(state)
        self._store = ArtifactStore(state.artifacts)
        self._preparer = Preparer(settings, self._toolchains)
        self._tests = str(state.languages)
        self._directories = [
            self._tests,
            str(state.layers),
            str(state.variants),
            settings.worker.languages_dir,
        ]

    def at_start(self, open_container: OpenContainer) -> Found:
        """Test what is wanted; of the others those that passed earlier count. Where nothing works, all are tested."""
        versions = {language.id: self._version(language) for language in self._others() if self._passed(language)}
        missing: dict[str, str] = {}
        for language in self._allowed():
            if language.id in self._wanted:
                complaint = self._test(language, open_container)
                if complaint:
                    missing[language.id] = complaint
                else:
                    versions[language.id] = self._version(language)
        if not versions:
            for language in self._untested(versions):
                if not self._test(language, open_container):
                    versions[language.id] = self._version(language)
        others = any(language.id not in self._wanted for language in self._untested(versions))
        found = self._found(versions, missing)
        return replace(found, untested=not self._only or others or bool(found.preparing))

    def again(self, open_container: OpenContainer, report: Callable[[Found], object]) -> Found:
        """Look at all languages, test what was not tested as it is now, prepare what is not prepared.

        ``report`` hears of each that passes and of each that is prepared.
        """
        versions: dict[str, str] = {}
        missing: dict[str, str] = {}
        for language in self._allowed():
            if self._passed(language):
                versions[language.id] = self._version(language)
        report(self._found(versions, missing))
        self._preparer.clear_up(self._languages.with_variants())
        self._prepare(open_container, versions, lambda: report(self._found(versions, missing)))
        for language in self._untested(versions):
            complaint = self._test(language, open_container)
            if not complaint:
                versions[language.id] = self._version(language)
                report(self._found(versions, missing))
            elif language.id in self._wanted:
                missing[language.id] = complaint
        for language in self._allowed():
            if language.id in self._wanted and language.id not in versions:
                missing.setdefault(language.id, self._absence(language))
        self._prepare(open_container, versions, lambda: report(self._found(versions, missing)))
        return self._found(versions, missing)

    def _prepare(self, open_container: OpenContainer, versions: dict[str, str], report: Callable[[], object]) -> None:
        self._preparer.prepare(self._offered(versions), open_container, report)

    def _offered(self, versions: dict[str, str]) -> list[LanguageSpec]:
        """What is offered, the wanted ones first."""
        offered = (language for language in self._allowed() if language.id in versions)
        return sorted(offered, key=lambda language: language.id not in self._wanted)

    def _allowed(self) -> Iterator[LanguageSpec]:
        return (
            language
            for language in self._languages.with_variants()
            if not self._only or not self._only.isdisjoint((language.id, language.base_id))
        )

    def _others(self) -> Iterator[LanguageSpec]:
        return (language for language in self._allowed() if language.id not in self._wanted)

    def _passed(self, language: LanguageSpec) -> bool:
        return is_available(language, self._toolchains, self._records)

    def _untested(self, versions: dict[str, str]) -> list[LanguageSpec]:
        """Installed, not offered, and not known to fail as they are now; of what is wanted all."""
        found = []
        for language in self._allowed():
            state, record = self._toolchains.state(language), self._records.latest(language.id)
            if language.id in versions or not state.ready:
                continue
            known = record is not None and record.identity == state.identity
            stale = record is not None and record.tested_at + _RETRY_S < time.time()
            if language.id in self._wanted or not known or stale:
                found.append(language)
        return found

    def _found(self, versions: dict[str, str], missing: dict[str, str]) -> Found:
        paths = {path for language in self._allowed() for path in toolchain_paths(language)}
        paths |= {path for name in self._directories if name for path in (name, *_files(name))}
        watched = (DPKG_STATUS, str(BUILTIN_DIR), *sorted(paths))
        offered = self._offered(versions)
        return Found(
            versions=dict(sorted(versions.items())),
            exact=self._exact(versions),
            missing=dict(sorted(missing.items())),
            untested=False,
            watched=watched,
            toolchains=request_digest(signature(path for path in watched if not path.startswith(self._tests))),
            preparing=tuple(language.id for language in self._preparer.waiting(offered)),
            unprepared=self._preparer.failed(offered),
        )

    def _exact(self, versions: dict[str, str]) -> dict[str, str]:
        found = {}
        for language in self._allowed():
            if language.id in versions and not language.layer:
                number = exact_version(language.id, versions[language.id])
                found[f"{language.base_id}@{number}"] = number
        return {name: number for name, number in sorted(found.items()) if number}

    def _version(self, language: LanguageSpec) -> str:
        record = self._records.latest(language.id)
        known = record is not None and record.identity == self._toolchains.state(language).identity
        return record.version if known and record is not None else ""

    def _absence(self, language: LanguageSpec) -> str:
        try:
            self._toolchains(language)
        except JudgeError as error:
            return str(error)
        return "it did not pass its test"

    def _test(self, language: LanguageSpec, open_container: OpenContainer) -> str:
        """Compile and run one small program; what went wrong, or empty. What is found is kept, unless more is known."""
        try:
            toolchain = self._toolchains(language)
            tests = quick_tests(language)
            report = run_selftest(open_container, toolchain, language, self._store, tests=tests)
            identity, record = self._toolchains.state(language).identity, self._records.latest(language.id)
            if record is None or record.identity != identity or len(record.report.results) <= len(tests):
                version = toolchain_version(open_container, toolchain, language)
                self._records.record(
                    Availability(identity=identity, version=version, tested_at=int(time.time()), report=report)
                )
        except JudgeError as error:
            return str(error)
        return next((result.detail for result in report.results if result.passed is False), "")


def _files(directory: str) -> Sequence[str]:
    try:
        return sorted(entry.path for entry in os.scandir(directory) if entry.name.endswith(".toml"))
    except OSError:
        return ()
