"""Variants of a language: other versions of its toolchain, and the same toolchain with libraries beside it.

A variant is a :class:`LanguageSpec` like any other, so all that tests, offers, compiles and runs languages takes it.
Its id is ``LANGUAGE@NAME``; it goes by no other word and no file name speaks for it. The language itself never changes
by its variants. Versions are named in the language's file (``[versions]``); variants with libraries belong to one
machine and lie as small files below ``StateDir.variants``, each naming its layer by the digest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from judge.errors import HostError, LanguageError
from judge.kernel.atomic_files import write_whole
from judge.model.language import LanguageSpec, SelfTest, VersionRule

#: What may follow the ``@``: a part of a route, so without "+".
_VARIANT = re.compile(r"[a-z0-9][a-z0-9._-]{0,47}")


class Libraries(msgspec.Struct, frozen=True, kw_only=True):
    """A variant with libraries, as it is kept. ``language`` is the id of what it is built on, a version perhaps;
    ``libraries`` were asked for, ``packages`` are all that came, ``name=version``."""

    language: str
    name: str
    layer: str
    libraries: tuple[str, ...]
    packages: tuple[str, ...]

    @property
    def id(self) -> str:
        """The variant's id as a language."""
        return variant_id(self.language, self.name)


class LibraryRecords:
    """The variants with libraries of one machine. ``root`` need not exist."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def record(self, libraries: Libraries) -> None:
        """Keep, or replace, one. Raises HostError when it cannot be written."""
        path = self._root / f"{libraries.id}.json"
        try:
            self._root.mkdir(mode=0o755, parents=True, exist_ok=True)
            write_whole(path, msgspec.json.format(msgspec.json.encode(libraries)), mode=0o644)
        except OSError as error:
            raise HostError(f"{path}: {error}") from error

    def of(self, language_id: str) -> tuple[Libraries, ...]:
        """All of one language, by id. Raises LanguageError naming a file that is damaged."""
        found = []
        for path in sorted(self._root.glob(f"{language_id}@*.json")):
            try:
                found.append(msgspec.json.decode(path.read_bytes(), type=Libraries))
            except (OSError, msgspec.DecodeError) as error:
                raise LanguageError(f"{path}: {error}") from error
        return tuple(found)

    def forget(self, variant: str) -> None:
        """Drop the one of this id; idempotent."""
        (self._root / f"{variant}.json").unlink(missing_ok=True)


def is_variant_name(name: str) -> bool:
    """Whether a variant may be called so."""
    return _VARIANT.fullmatch(name) is not None


def variant_id(language_id: str, name: str) -> str:
    """``python3@numpy``; of what stands on a version ``python3@3.12-numpy``."""
    base, _, version = language_id.partition("@")
    return f"{base}@{version}-{name}" if version else f"{base}@{name}"


def versions_of(language: LanguageSpec) -> tuple[LanguageSpec, ...]:
    """The other versions that a language's file names, in its order."""
    return tuple(_version(language, name, rule) for name, rule in language.versions.items())


def with_libraries(language: LanguageSpec, libraries: Libraries) -> LanguageSpec:
    """The language, or the version of it, with libraries beside it."""
    added = language.libraries.run_env if language.libraries else {}
    variant = _variant(language, libraries.id, f"with {', '.join(libraries.libraries)}")
    return msgspec.structs.replace(variant, run_env=language.run_env | added, layer=libraries.layer)


def _version(language: LanguageSpec, name: str, rule: VersionRule) -> LanguageSpec:
    def own(command: Sequence[str]) -> tuple[str, ...]:
        return tuple(rule.programs.get(word, word) for word in command)

    compiling, checking = language.compile, language.check
    if rule.compile is not None or rule.check is not None:  # one of them takes the place of either
        compiling, checking = rule.compile or (), rule.check or ()
    prepare = language.prepare
    if prepare is not None:
        prepare = msgspec.structs.replace(prepare, commands=tuple(map(own, prepare.commands)))
    return msgspec.structs.replace(
        _variant(language, f"{language.id}@{name}", name),
        compile=tuple(map(own, compiling)),
        check=tuple(map(own, checking)),
        run=own(language.run) if rule.run is None else rule.run,
        interactive=own(language.interactive) if rule.interactive is None else rule.interactive,
        version_command=own(language.version_command) if rule.version_command is None else rule.version_command,
        packages=language.packages if rule.packages is None else rule.packages,
        host_files=language.host_files if rule.host_files is None else rule.host_files,
        needs=language.needs if rule.needs is None else rule.needs,
        compile_env=language.compile_env | rule.compile_env,
        run_env=language.run_env | rule.run_env,
        prepare=prepare,
        uses=language.uses if rule.compile is None and rule.check is None else "",
        selftest=language.selftest | rule.selftest,
    )


def _variant(language: LanguageSpec, variant: str, words: str) -> LanguageSpec:
    return msgspec.structs.replace(
        language, id=variant, name=f"{language.name} {words}", versions={}, detected=False, priority=0
    )


def complaints(language: LanguageSpec) -> Iterator[tuple[str, str]]:
    """(key, what is wrong with it) of a definition's versions and libraries."""
    if language.layer:
        yield "layer", "is set by judge languages install alone"
    if language.libraries and language.libraries.registry not in ("npm", "pypi"):
        yield "libraries.registry", "must be npm or pypi"
    commands = (*language.compile, *language.check, language.run, language.interactive, language.version_command)
    prepared = language.prepare.commands if language.prepare else ()
    words = {word for command in (*commands, *prepared) for word in command}
    for name, rule in language.versions.items():
        if not is_variant_name(name):
            yield f"versions.{name}", f"must match {_VARIANT.pattern}"
        for program in rule.programs.keys() - words:
            yield f"versions.{name}.programs.{program}", "no command of the language has this word"


def selftest_gaps(spec: LanguageSpec) -> list[str]:
    """What a language, or a version of it, neither proves nor says why it does not."""
    tests = {test.value for test in SelfTest}
    gaps = tests - spec.selftest.keys() - spec.selftest_without.keys()
    both = spec.selftest.keys() & spec.selftest_without.keys()
    return [
        f"{spec.id}: selftest.{key}: neither a program nor a reason in selftest_without" for key in sorted(gaps)
    ] + [f"{spec.id}: selftest.{key}: both a program and a reason why there is none" for key in sorted(both)]


def no_version(language: LanguageSpec, wanted: str, there: Iterable[str]) -> LanguageError:
    """What to say where a version, or a variant, is asked for that is not there."""
    names = ", ".join(dict.fromkeys(there)) or "none"
    return LanguageError(
        f"{language.id} has no version {wanted[:64]!a}; there are: {names}", f"{language.id}@{wanted.strip()}"
    )
