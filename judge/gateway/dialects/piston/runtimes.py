"""The runtimes that Piston's clients see: what the workers offer now, under Piston's names and versions. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property

from judge.gateway.dialects.piston import semver
from judge.gateway.dialects.piston.names import (
    CODEFORCES,
    CODEFORCES_NAMES,
    FILE,
    FILE_VERSION,
    IOI,
    NAMES,
    OPEN_R1_VERSION,
    PistonName,
)
from judge.queue.values import LanguageCard

#: Our languages for problems of the IOI, the best first, with what the compiler is told.
_IOI_LANGUAGES = (("cpp17", ("-DEVAL",)), ("cpp", ("-std=gnu++17", "-DEVAL")))


class Kind(Enum):
    """What is done with the files."""

    PROGRAM = "program"
    FILE = "file"  #: the main file is run as it is
    CODEFORCES = "codeforces"  #: a program is judged on one test
    IOI = "ioi"  #: the same, with graders, managers and checkers

    @property
    def is_judged(self) -> bool:
        """Whether answers are scores."""
        return self in (Kind.CODEFORCES, Kind.IOI)


@dataclass(frozen=True)
class Runtime:
    """One runtime. ``work_language``: what it is to us, with its version; ``told`` is what its compiler is told.

    ``compiled``: answers have a compile stage.
    """

    language: str
    version: str
    work_language: str
    aliases: tuple[str, ...] = ()
    package: str = ""
    kind: Kind = Kind.PROGRAM
    extensions: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    compiled: bool = True

    def answers_to(self, name: str) -> bool:
        """Whether a client that says this name means it."""
        return name == self.language or name in self.aliases


@dataclass(frozen=True)
class Package:
    """A package in Piston's list. ``languages``: what it installs, by our ids."""

    name: str
    version: str
    installed: bool
    languages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Runtimes:
    """All of them, in the order of our languages, and those of Open-R1 at the end."""

    all: tuple[Runtime, ...]
    packages: tuple[Package, ...]

    def find(self, language: str, version: str) -> Runtime | None:
        """The newest that has this name and is in this range; of those that are alike the first."""
        fitting = [one for one in self.all if one.answers_to(language) and semver.satisfies(one.version, version)]
        newest = semver.newest_first(one.version for one in fitting)[:1]
        return next((one for one in fitting if one.version in newest), None)

    def package(self, name: str, version: str) -> Package | None:
        """The newest package of this name in this range."""
        fitting = {one.version: one for one in self.packages if one.name == name}
        versions = [one for one in semver.newest_first(fitting) if semver.satisfies(one, version)]
        return fitting[versions[0]] if versions else None

    @cached_property
    def answer(self) -> list[dict[str, object]]:
        """As clients get them: without ``runtime`` where the package has no other name."""
        return [_as_answered(one) for one in self.all]


def _as_answered(runtime: Runtime) -> dict[str, object]:
    said: dict[str, object] = {
        "language": runtime.language,
        "version": runtime.version,
        "aliases": list(runtime.aliases),
    }
    return said | ({"runtime": runtime.package} if runtime.package else {})


def runtimes_of(cards: Sequence[LanguageCard], known: Mapping[str, bool]) -> Runtimes:
    """What these cards offer. ``known``: every language that there is, by its id, and whether it has a compiler (and
    more than a check of its sources)."""
    compiled = {language for language, has_compiler in known.items() if has_compiler}
    taken = {word for names in NAMES.values() for name in names for word in (name.language, *name.aliases)}
    taken |= {word for one in CODEFORCES_NAMES for word in (one.language, *one.aliases)}
    taken |= {word for one in (IOI, FILE) for word in (one.language, *one.aliases)}
    by_id = {card.id: card for card in cards if card.workers}
    own = [runtime for card in by_id.values() for runtime in _of_card(card, compiled, taken)]
    if by_id:
        own.append(Runtime(FILE.language, FILE_VERSION, "", FILE.aliases, kind=Kind.FILE, compiled=False))
    added = [*_codeforces(by_id, compiled), *_ioi(by_id)]
    return Runtimes((*own, *added), _packages([one for one in known if one not in by_id], own, added))


def _of_card(card: LanguageCard, compiled: Collection[str], taken: Collection[str]) -> Iterator[Runtime]:
    """Its runtimes: one for each name and version."""
    for name in _names_of(card, taken):
        for version, work_language in _versions_of(card):
            yield Runtime(
                language=name.language,
                version=version,
                work_language=work_language,
                aliases=name.aliases,
                package=name.runtime,
                extensions=card.extensions,
                compiled=card.id in compiled,
            )


def _names_of(card: LanguageCard, taken: Collection[str]) -> Iterator[PistonName]:
    """Piston's names; our own words for the first of them, where they mean nothing else to Piston."""
    own = tuple(word for word in (card.id, *card.aliases) if word not in taken and not word.isdecimal())
    known = NAMES.get(card.id)
    if known is None:
        yield PistonName(card.id, own[1:] if own[:1] == (card.id,) else own)
        return
    first, *others = known
    yield PistonName(first.language, tuple(dict.fromkeys((*first.aliases, *own))), first.runtime)
    yield from others


def _versions_of(card: LanguageCard) -> Iterator[tuple[str, str]]:
    """Versions of three numbers, the newest first, and what each is to us."""
    found = {semver.whole(exact): f"{card.id}@{exact}" for exact in card.exact}
    if not found:
        found = {semver.whole((*card.versions, "")[0]): card.id}
    for version in semver.newest_first(found):
        yield version, found[version]


def _codeforces(cards: dict[str, LanguageCard], compiled: Collection[str]) -> Iterator[Runtime]:
    for name in CODEFORCES_NAMES:
        chosen = _first_offered(name.languages, cards)
        if chosen is not None:
            added = _added(PistonName(name.language, name.aliases, CODEFORCES), chosen, cards, Kind.CODEFORCES)
            yield replace(added, compiled=chosen[0] in compiled)


def _ioi(cards: dict[str, LanguageCard]) -> Iterator[Runtime]:
    chosen = _first_offered(_IOI_LANGUAGES, cards)
    if chosen is not None:
        yield _added(IOI, chosen, cards, Kind.IOI)


def _added(
    name: PistonName, chosen: tuple[str, tuple[str, ...]], cards: dict[str, LanguageCard], kind: Kind
) -> Runtime:
    language, told = chosen
    return Runtime(
        language=name.language,
        version=OPEN_R1_VERSION,
        work_language=language,
        aliases=name.aliases,
        package=name.runtime,
        kind=kind,
        extensions=cards[language].extensions,
        told=told,
    )


def _first_offered(
    languages: Iterable[tuple[str, tuple[str, ...]]], cards: dict[str, LanguageCard]
) -> tuple[str, tuple[str, ...]] | None:
    return next((one for one in languages if one[0] in cards), None)


def _packages(others: Sequence[str], own: Sequence[Runtime], added: Sequence[Runtime]) -> tuple[Package, ...]:
    """Every package that there is: what is offered as installed, ``others`` as what could be."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for runtime in own:
        ids = found.setdefault((runtime.package or runtime.language, runtime.version), {})
        if runtime.work_language:
            ids[runtime.work_language.partition("@")[0]] = None
    names = {name for name, _ in found}
    absent: dict[str, dict[str, None]] = {}
    for language in others:
        for name in NAMES.get(language, (PistonName(language),)):
            if (name.runtime or name.language) not in names:
                absent.setdefault(name.runtime or name.language, {})[language] = None
    installed = [Package(name, version, True, tuple(ids)) for (name, version), ids in found.items()]
    possible = [Package(name, semver.whole(""), False, tuple(ids)) for name, ids in absent.items()]
    of_open_r1 = [
        Package(name, OPEN_R1_VERSION, any(one.kind is kind for one in added), languages)
        for name, kind, languages in (
            (CODEFORCES, Kind.CODEFORCES, ("cpp17", "python3")),
            (IOI.language, Kind.IOI, ("cpp17",)),
        )
    ]
    return (*installed, *possible, *of_open_r1)
