"""Which version of a toolchain a language has, asked of the toolchain itself, in the sandbox."""

from __future__ import annotations

import contextlib
import re

from judge.errors import UnknownLanguage
from judge.kernel.atomic_files import write_whole
from judge.model.language import LanguageSpec
from judge.model.limits import COMPILE_LIMITS
from judge.sandbox.spec import ContainerSpec, RunSpec
from judge.state_dir import StateDir
from judge.text import safe_text
from judge.toolchain import ranges
from judge.toolchain.availability import AvailabilityRecords
from judge.toolchain.compile import COMPILE_POLICY, OpenContainer, Toolchain, with_environment
from judge.toolchain.definitions import Languages
from judge.toolchain.roots import Toolchains
from judge.toolchain.variants import no_version

_VERSION = re.compile(r"\d+(?:\.\d+)+[\w.+~-]*")
_NUMBER = re.compile(r"\d+")
_ANSWER_BYTES_MAX = 4096


def toolchain_version(open_container: OpenContainer, toolchain: Toolchain, language: LanguageSpec) -> str:
    """The version number in what ``version_command`` prints, or empty when it has none. Blocks for one run."""
    if not language.version_command:
        return ""
    command = with_environment(RunSpec(argv=language.version_command, limits=COMPILE_LIMITS), language.compile_env)
    spec = ContainerSpec.under(toolchain.rootfs, COMPILE_LIMITS, policy=COMPILE_POLICY)
    with open_container(spec) as container:
        done = container.run(command)
    answer = done.stdout.read(_ANSWER_BYTES_MAX) + b"\n" + done.stderr.read(_ANSWER_BYTES_MAX)
    return version_in(safe_text(answer, len(answer)))


class Versions:
    """The versions of this machine's toolchains, each asked once while it does not change."""

    def __init__(self, state: StateDir, toolchains: Toolchains) -> None:
        self._records = AvailabilityRecords(state)
        self._directory = state.toolchain_versions
        self._toolchains = toolchains

    def of(self, language: LanguageSpec, open_container: OpenContainer) -> str:
        """The version of a language's toolchain as it is now, empty when it has none. Blocks for a run the first time.

        Raises InfrastructureError when the sandbox fails.
        """
        state = self._toolchains.state(language)
        if not state.ready:
            return ""
        record = self._records.latest(language.id)
        if record is not None and record.identity == state.identity:
            return record.version
        file = self._directory / language.id
        with contextlib.suppress(OSError, UnicodeDecodeError):
            known, _, found = file.read_text(encoding="ascii").partition(" ")
            if known == state.identity:
                return found
        found = toolchain_version(open_container, self._toolchains(language), language)
        with contextlib.suppress(OSError, UnicodeEncodeError):
            self._directory.mkdir(mode=0o755, parents=True, exist_ok=True)
            write_whole(file, f"{state.identity} {found}".encode("ascii"), mode=0o644)
        return found

    def pick(self, languages: Languages, name: str, open_container: OpenContainer) -> LanguageSpec:
        """The language that work names: an id or alias, perhaps with ``@`` and a variant, a version or a range.

        Of the versions that are ready here the newest one of a range is taken, of two alike the language itself;
        variants with libraries are had by their names alone. Blocks for a run for each version not asked yet. Raises
        LanguageError: unknown, or no such version, with those that there are.
        """
        base, at, wanted = name.partition("@")
        if not at:
            return languages.get(name)
        language = languages.get(base)
        variants = languages.variants(language)
        named = next((spec for spec in variants if spec.variant == wanted.strip().lower()), None)
        if named is not None:
            return named
        there: dict[str, LanguageSpec] = {}
        for spec in (language, *variants):
            if not spec.layer and self._toolchains.state(spec).ready:
                there.setdefault(exact_version(spec.id, self.of(spec, open_container)), spec)
        there.pop("", None)
        try:
            chosen = ranges.best(there, wanted) if wanted.strip() else None
        except UnknownLanguage as error:
            known = (*ranges.by_age(there), *(spec.variant for spec in variants if spec.layer))
            raise UnknownLanguage(f"{no_version(language, wanted, known)} ({error})") from error
        if chosen is None:
            raise no_version(language, wanted, ranges.by_age(there))
        return there[chosen]


def exact_version(language_id: str, version: str) -> str:
    """By which version a toolchain can be asked for: its own numbers, else those of its name; empty = by none."""
    return ranges.exact(version) or ranges.exact(language_id.partition("@")[2])


def version_in(text: str) -> str:
    """The first thing that looks like a version number: ``12.2.0``, else a lone number, else empty."""
    for line in text.splitlines():
        match = _VERSION.search(line)
        if match:
            return match[0]
    match = _NUMBER.search(text)
    return match[0] if match else ""
