"""Loads and checks ``languages/*.toml``; finds a language by id, alias or file names; fills command templates.

No toolchain is looked at here: whether one is installed is :mod:`judge.toolchain.roots`'s business.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from judge.errors import LanguageError, UnknownLanguage
from judge.model.language import LanguageSpec, SelfTest
from judge.model.limits import Limits
from judge.model.units import MIB
from judge.package.detect import detect_by_names
from judge.toolchain import variants
from judge.toolchain.templates import TEMPLATES
from judge.toolchain.uses import USES

_PACKAGE = Path(__file__).resolve().parents[1]

#: Where the definitions that ship with the judge are: below the package in a wheel, beside it in a checkout.
BUILTIN_DIR = next(
    (d for d in (_PACKAGE / "languages", _PACKAGE.parent / "languages") if d.is_dir()), _PACKAGE / "languages"
)

ARTIFACT_DIR = "/artifact"  #: where a program is run from; see :mod:`judge.sandbox.spec`
#: Smallest heap handed to a runtime: below it most do not start, and the cgroup decides anyway.
HEAP_MIB_MIN = 16

_ID = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_PLACEHOLDER = re.compile(r"\{([a-z_]*)\}")
_COMPILE_PLACEHOLDERS = frozenset({"source", "sources", "artifact", "main"})
_LIMIT_PLACEHOLDERS = frozenset({"artifact", "memory_mib", "heap_mib", "stack_mib"})
_RUN_PLACEHOLDERS = _COMPILE_PLACEHOLDERS | _LIMIT_PLACEHOLDERS

#: Keys that name one language and so never come from the one it extends.
_OWN_KEYS = frozenset(
    {"id", "name", "aliases", "judge0_ids", "piston", "kattis", "dmoj", "prepare", "priority", "uses", "versions"}
)


class Languages:
    """The languages of one or more directories; of two definitions with one id the earlier directory's wins.

    Reads lazily: looking one id up reads one file. Every method may raise LanguageError naming file and key.
    """

    def __init__(self, directories: Sequence[Path], variants_dir: Path | None = None) -> None:
        self._directories = tuple(directories)
        self._libraries = variants.LibraryRecords(variants_dir) if variants_dir else None
        self._by_id: dict[str, LanguageSpec] = {}
        self._all: tuple[LanguageSpec, ...] | None = None

    @classmethod
    def open(cls, extra_dir: str = "", variants_dir: Path | None = None) -> Languages:
        """The built-in languages, with those of ``extra_dir`` added or in their place, and this machine's variants."""
        return cls((Path(extra_dir), BUILTIN_DIR) if extra_dir else (BUILTIN_DIR,), variants_dir)

    def forget(self) -> None:
        """Read again: a file may have changed."""
        self._by_id.clear()
        self._all = None

    def __iter__(self) -> Iterator[LanguageSpec]:
        return iter(self.all())

    def all(self) -> tuple[LanguageSpec, ...]:
        """Every language, ordered by id."""
        if self._all is None:
            self._all = tuple(self._load(language_id) for language_id in sorted(self._paths()))
        return self._all

    def with_variants(self) -> tuple[LanguageSpec, ...]:
        """Every language, each followed by its variants."""
        return tuple(spec for language in self.all() for spec in (language, *self.variants(language)))

    def variants(self, language: LanguageSpec) -> tuple[LanguageSpec, ...]:
        """The versions that a language's file names, in its order, then this machine's variants with libraries.

        What stands on a version that is named no more is left out.
        """
        versions = variants.versions_of(language)
        by_id = {spec.id: spec for spec in (language, *versions)}
        kept = self._libraries.of(language.id) if self._libraries else ()
        libraries = (variants.with_libraries(by_id[one.language], one) for one in kept if one.language in by_id)
        return (*versions, *(spec for spec in libraries if spec.id not in by_id))

    def get(self, name: str) -> LanguageSpec:
        """The language with this id or alias (case and blanks do not matter; Judge0 ids count as aliases), or the
        variant ``LANGUAGE@NAME``. Ranges of versions are for :class:`judge.toolchain.version.Versions`."""
        wanted, at, variant = name.strip().lower().partition("@")
        if at:
            language = self.get(wanted)
            found = self.variants(language)
            named = next((spec for spec in found if spec.variant == variant.strip()), None)
            if named is not None:
                return named
            raise variants.no_version(language, variant, (spec.variant for spec in found))
        if _ID.fullmatch(wanted) and any((directory / f"{wanted}.toml").is_file() for directory in self._directories):
            return self._load(wanted)
        names = self._names()
        for name in (wanted, wanted.replace(" ", "")):
            if name in names:
                return names[name]
        near = difflib.get_close_matches(wanted, names, n=3, cutoff=0.6)
        hint = f"; did you mean {', '.join(sorted({names[n].id for n in near}))}?" if near else ""
        raise UnknownLanguage(f"no language {name[:64]!r}{hint}")

    def detect(self, names: Sequence[str], first_line: str = "", also: Collection[str] = ()) -> LanguageSpec:
        """The language of these files; see :func:`judge.package.detect.detect_by_names`. Raises LanguageError."""
        return detect_by_names(self.all(), names, first_line, also)

    def problems(self) -> list[str]:
        """Everything wrong with the set as a whole, one line each; malformed files included."""
        found, specs = [], []
        for language_id in sorted(self._paths()):
            try:
                specs.append(self._load(language_id))
            except LanguageError as error:
                found.append(str(error))
        found = list(dict.fromkeys(found))  # what one file has wrong is met again by each language that builds on it
        versions = [version for spec in specs for version in variants.versions_of(spec)]
        found += [f"{spec.id}: {key}: {complaint}" for spec in versions for key, complaint in _command_complaints(spec)]
        return found + _clashes(specs) + [line for spec in (*specs, *versions) for line in variants.selftest_gaps(spec)]

    def _paths(self) -> dict[str, Path]:
        paths: dict[str, Path] = {}
        for directory in self._directories:
            if not directory.is_dir():
                raise LanguageError(f"{directory}: no such directory of languages")
            for path in directory.glob("*.toml"):
                paths.setdefault(path.stem, path)
        return paths

    def _load(self, language_id: str) -> LanguageSpec:
        if language_id not in self._by_id:
            for directory in self._directories:
                path = directory / f"{language_id}.toml"
                if path.is_file():
                    self._by_id[language_id] = load_language(path, self._directories)
                    break
        return self._by_id[language_id]

    def _names(self) -> dict[str, LanguageSpec]:
        names: dict[str, LanguageSpec] = {}
        for spec in self.all():
            for alias in (spec.id, *aliases_of(spec)):
                names.setdefault(alias.lower(), spec)
        return names


def load_language(path: Path, directories: Sequence[Path] = ()) -> LanguageSpec:
    """Read one definition. ``extends = "id"`` takes what is absent from that language's file; a file that extends its
    own name takes it, names and all, from the definition that it stands in front of.

    Raises LanguageError: ``file: what is wrong - at `$.key```.
    """
    values = _read(path, directories or (path.parent,), ())
    values.setdefault("id", path.stem)
    try:
        spec = msgspec.convert(values, LanguageSpec)
    except msgspec.ValidationError as error:
        raise LanguageError(f"{path}: {error}") from error
    for key, complaint in _complaints(spec, path.stem):
        raise LanguageError(f"{path}: {key}: {complaint}")
    return spec


def _read(path: Path, directories: Sequence[Path], seen: tuple[Path, ...]) -> dict[str, object]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise LanguageError(f"{path}: {error}") from error
    base = values.pop("extends", None)
    if base is None:
        return values
    if not isinstance(base, str) or not _ID.fullmatch(base):
        raise LanguageError(f"{path}: extends: not a language id: {base!r}")
    replaces = base == path.stem
    places = _behind(path, directories) if replaces else directories
    base_path = next((place / f"{base}.toml" for place in places if (place / f"{base}.toml").is_file()), None)
    if base_path is None:
        if replaces:
            raise LanguageError(f"{path}: extends: {base} extends itself, and there is no other definition of it")
        raise LanguageError(f"{path}: extends: there is no language {base!r}")
    if base_path in (*seen, path):
        raise LanguageError(f"{path}: extends: {base} extends itself")
    inherited = _read(base_path, directories, (*seen, path))
    own = _OWN_KEYS
    if replaces:  # what was prepared with another compiler is of no use
        own = frozenset({"prepare", "uses"} if {"compile", "check"} & values.keys() else ())
    own |= {other for key, other in (("compile", "check"), ("check", "compile")) if key in values}
    return {key: value for key, value in inherited.items() if key not in own} | values


def _behind(path: Path, directories: Sequence[Path]) -> Sequence[Path]:
    """The directories whose definitions this file's stands in front of."""
    places = list(directories)
    return places[places.index(path.parent) + 1 :] if path.parent in places else places


def _complaints(spec: LanguageSpec, stem: str) -> Iterator[tuple[str, str]]:
    """(key, what is wrong with it) of one definition."""
    yield from _name_complaints(spec, stem)
    yield from _command_complaints(spec)
    yield from _number_complaints(spec)
    yield from _pattern_complaints(spec)
    yield from variants.complaints(spec)
    known = {test.value for test in SelfTest}
    for table in ("selftest", "selftest_without"):
        for key in getattr(spec, table).keys() - known:
            yield f"{table}.{key}", f"unknown; one of {', '.join(sorted(known))}"


def _name_complaints(spec: LanguageSpec, stem: str) -> Iterator[tuple[str, str]]:
    if spec.id != stem or not _ID.fullmatch(spec.id):
        yield "id", f"{spec.id!r} must be the file's name and match {_ID.pattern}"
    if not spec.name:
        yield "name", "must not be empty"
    if not spec.extensions or any(not e or "." in e or "/" in e for e in (*spec.extensions, *spec.headers)):
        yield "extensions", "at least one; written without the dot"


def _command_complaints(spec: LanguageSpec) -> Iterator[tuple[str, str]]:
    for key, argv in _templates(spec):
        allowed = {"run": _RUN_PLACEHOLDERS, "interactive": _LIMIT_PLACEHOLDERS}.get(key, _COMPILE_PLACEHOLDERS)
        yield from ((key, complaint) for complaint in _argv_complaints(argv, allowed))
    for key, value in spec.run_env.items():
        yield from ((f"run_env.{key}", complaint) for complaint in _word_complaints(value, _LIMIT_PLACEHOLDERS))
    for name in spec.artifact_files:
        if name.startswith("/") or not {"", ".", ".."}.isdisjoint(name.split("/")):
            yield f"artifact_files.{name}", "must be a relative path below the artifact"
    for key, known in (("uses", USES), ("starts_once", TEMPLATES)):
        if (word := getattr(spec, key)) not in ("", *known):
            yield key, f"{word!r} is not known; one of {', '.join(known)}"
    if spec.check and (spec.compile or spec.artifact):
        yield "check", "is for a language without compile and artifact"
    if spec.prepare and not re.fullmatch(r"/opt(/[\w.+-]+)+", spec.prepare.target):
        yield "prepare.target", "must be a path below /opt"
    if spec.prepare and not (spec.prepare.commands and spec.prepare.collect):
        yield "prepare", "needs commands and collect"


def _number_complaints(spec: LanguageSpec) -> Iterator[tuple[str, str]]:
    if not 0.1 <= spec.time_factor <= 100:
        yield "time_factor", "must be between 0.1 and 100"
    for key in ("memory_overhead_mib", "processes_min", "open_files_min"):
        if not 0 <= getattr(spec, key) <= 4096:
            yield key, "must be between 0 and 4096"


def _pattern_complaints(spec: LanguageSpec) -> Iterator[tuple[str, str]]:
    for key, pattern in (("source.main_pattern", spec.source.main_pattern), ("shebang", spec.shebang)):
        try:
            re.compile(pattern)
        except re.error as error:
            yield key, f"not a regular expression: {error}"
    if "" in spec.memory_markers:
        yield "memory_markers", "an empty marker is in every output"
    if any(not pattern.startswith("/") or pattern.startswith("/usr/") for pattern in spec.host_files):
        yield "host_files", "absolute paths outside /usr (all of /usr is visible)"


def _templates(spec: LanguageSpec) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "run", spec.run
    for key, commands in (("compile", spec.compile), ("check", spec.check)):
        yield from ((f"{key}[{index}]", argv) for index, argv in enumerate(commands))
    if spec.version_command:
        yield "version_command", spec.version_command
    if spec.interactive:
        yield "interactive", spec.interactive
    for index, argv in enumerate(spec.prepare.commands if spec.prepare else ()):
        yield f"prepare.commands[{index}]", argv


def _argv_complaints(argv: tuple[str, ...], allowed: frozenset[str]) -> Iterator[str]:
    if not argv or not argv[0].startswith(("/", "{artifact}/")):
        yield "the first word must be an absolute path or start with {artifact}/"
    for word in argv:
        yield from _word_complaints(word, allowed)
        if "{sources}" in word and word != "{sources}":
            yield "{sources} must stand alone in its element"


def _word_complaints(word: str, allowed: frozenset[str]) -> Iterator[str]:
    for name in _PLACEHOLDER.findall(word):
        if name and name not in allowed:
            yield f"unknown placeholder {{{name}}}; one of {', '.join(sorted(allowed))}"


def _clashes(specs: Sequence[LanguageSpec]) -> list[str]:
    owner: dict[str, str] = {}
    found = []
    for spec in specs:
        for alias in {name.lower() for name in (spec.id, *aliases_of(spec))}:
            if owner.setdefault(alias, spec.id) != spec.id:
                found.append(f"{spec.id}: alias {alias!r} already means {owner[alias]}")
    return found


def aliases_of(spec: LanguageSpec) -> tuple[str, ...]:
    """Every other word that means this language: aliases, and what other judges call it."""
    numbers = tuple(str(number) for number in spec.judge0_ids)
    kattis = (spec.kattis,) if spec.kattis else ()
    return (*spec.aliases, *spec.piston, *kattis, *spec.dmoj, *numbers)


def takes_compiler_arguments(spec: LanguageSpec) -> bool:
    """Whether there is a compiler that may be told more: one that is given the sources and leaves a program."""
    return bool(spec.artifact) and any(_place_of_sources(argv) is not None for argv in spec.compile)


def compile_argv(
    spec: LanguageSpec, sources: Sequence[str], source: str, main: str, arguments: Sequence[str] = ()
) -> tuple[tuple[str, ...], ...]:
    """The commands of ``compile`` or ``check``, filled in. ``sources`` and ``source`` are names below /work.

    ``arguments`` stand right before the sources in the first command that is given them: where every compiler takes
    options, and where they win over those of the definition.
    """
    values = {"source": source, "main": main, "artifact": ARTIFACT_DIR}
    commands = []
    for argv in spec.compile or spec.check:
        place = _place_of_sources(argv)
        own, arguments = (arguments, ()) if place is not None else ((), arguments)
        head, tail = argv[:place], argv[len(argv) if place is None else place :]
        commands.append((*_fill(head, values, sources), *own, *_fill(tail, values, sources)))
    return tuple(commands)


def _place_of_sources(argv: Sequence[str]) -> int | None:
    return next((index for index, word in enumerate(argv) if word in ("{sources}", "{source}")), None)


def run_argv(
    spec: LanguageSpec, sources: Sequence[str], source: str, main: str, limits: Limits, args: Sequence[str] = ()
) -> tuple[str, ...]:
    """The run command under these limits, the program's own arguments last."""
    values = {"source": f"{ARTIFACT_DIR}/{source}", "main": main} | _limit_values(spec, limits)
    return (*_fill(spec.run, values, [f"{ARTIFACT_DIR}/{name}" for name in sources]), *args)


def run_environment(spec: LanguageSpec, limits: Limits) -> dict[str, str]:
    """The variables that the language adds to a run's environment under these limits."""
    values = _limit_values(spec, limits)
    return {name: _fill((value,), values, ())[0] for name, value in spec.run_env.items()}


def language_limits(spec: LanguageSpec, limits: Limits) -> Limits:
    """The limits of a run with the language's factors applied: its time factor and its minima."""
    limits = with_minima(limits, spec)
    return msgspec.structs.replace(
        limits,
        cpu_time_ns=with_time_factor(limits.cpu_time_ns, spec),
        cpu_time_hard_ns=with_time_factor(limits.cpu_time_hard_ns, spec),
        wall_time_ns=with_time_factor(limits.wall_time_ns, spec),
    )


def with_time_factor(time_ns: int, spec: LanguageSpec) -> int:
    """A time limit as it holds for programs of this language."""
    return round(time_ns * spec.time_factor)


def with_runtime_memory(memory_bytes: int, spec: LanguageSpec) -> int:
    """A memory limit with what the language's runtime takes for itself."""
    return memory_bytes + spec.memory_overhead_mib * MIB


def with_minima(limits: Limits, spec: LanguageSpec) -> Limits:
    """The same limits, but not fewer processes and open files than the language's runtime needs."""
    processes, open_files = max(limits.processes, spec.processes_min), max(limits.open_files, spec.open_files_min)
    return msgspec.structs.replace(limits, processes=processes, open_files=open_files)


def _limit_values(spec: LanguageSpec, limits: Limits) -> dict[str, str]:
    memory_mib = limits.memory_bytes // MIB
    stack_mib = (limits.stack_bytes or limits.memory_bytes) // MIB
    return {
        "artifact": ARTIFACT_DIR,
        "memory_mib": str(memory_mib),
        "heap_mib": str(max(HEAP_MIB_MIN, memory_mib - spec.memory_overhead_mib)),
        "stack_mib": str(max(1, stack_mib)),
    }


def _fill(argv: Sequence[str], values: Mapping[str, str], sources: Sequence[str]) -> tuple[str, ...]:
    words: list[str] = []
    for word in argv:
        if word == "{sources}":
            words.extend(sources)
        else:
            words.append(_PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), word))
    return tuple(words)
