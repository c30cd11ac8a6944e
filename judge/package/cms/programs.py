"""Programs of a CMS task: checker, manager, what is compiled with submissions, generator, solutions.

CMS runs executables that were built when the task was imported; here their sources, which lie beside them, are built
in the sandbox. An executable without a source is run as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from judge.model.problem import ExpectedResult, JurySubmission, Program
from judge.model.verdict import Verdict
from judge.package.detect import detect_by_content
from judge.package.files.file_names import HEADER_ENDINGS, ending
from judge.package.files.package_dir import Entry, PackageDir
from judge.package.kattis.program_files import inner_name, is_source
from judge.text import shown

#: Where checkers and managers lie, and their names; the older ones are Italian.
_CHECK_DIRECTORIES = ("check", "cor")
_CHECKERS = ("checker", "correttore")
_MANAGERS = ("manager",)
_GENERATORS = ("generator", "generatore")
_SOLUTIONS = ("solution", "soluzione")
#: Names in sol/ that are no solutions.
_NO_SOLUTIONS = ("grader", "stub", "manager", "template")
_PASCAL_UNIT = "lib.pas"

#: The ending of a source -> our languages that take it.
_LANGUAGES = {
    "c": ("c",), "cpp": ("cpp",), "cc": ("cpp",), "pas": ("pascal",), "java": ("java",), "py": ("python3", "pypy3"),
    "rs": ("rust",), "go": ("go",), "hs": ("haskell",), "cs": ("csharp",), "php": ("php",), "kt": ("kotlin",),
    "js": ("javascript",),
}  # fmt: skip

Include = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


@dataclass(frozen=True)
class TaskPrograms:
    """Finds programs in a task's directory."""

    package: PackageDir

    @property
    def checker(self) -> Program | None:
        """What looks at outputs; None = they are compared."""
        return self._first(_CHECK_DIRECTORIES, _CHECKERS)

    @property
    def manager(self) -> Program | None:
        """What submissions of a Communication task talk to."""
        return self._first(_CHECK_DIRECTORIES, _MANAGERS)

    @property
    def generator(self) -> Program | None:
        """What makes the inputs that are not there."""
        return self._first(("gen",), _GENERATORS)

    def solver(self, include: Include) -> Program | None:
        """What makes the answers that are not there: the main solution, with what is compiled with it."""
        entry = self._source(("sol",), _SOLUTIONS)
        if entry is None:
            return None
        language = _LANGUAGES.get(ending(entry.name), ("",))[0]
        files = ((inner_name(entry.name), entry.path), *dict(include).get(language, ()))
        return Program(name=entry.shown, files=files, language=language)

    def has_stub(self, stem: str) -> bool:
        """Whether some language's main program of this name is compiled with submissions."""
        return any(_stem(entry) == stem and ending(entry.name) in _LANGUAGES for entry in self._sol)

    def include(self, stem: str) -> Include:
        """For each language that has ``sol/STEM``: it and the headers."""
        headers = tuple((inner_name(entry.name), entry.path) for entry in self._sol if _is_header(entry))
        return tuple(
            (language, ((inner_name(entry.name), entry.path), *headers))
            for entry in self._sol
            if _stem(entry) == stem
            for language in _LANGUAGES.get(ending(entry.name), ())
        )

    def solutions(self, *, of_files: bool) -> tuple[JurySubmission, ...]:
        """The sources in sol/; ``of_files``: a submission is several files, a directory there."""
        found = []
        for entry in self.package.entries("sol"):
            if entry.is_directory is not of_files or _stem(entry) in _NO_SOLUTIONS:
                continue
            files = tuple(self.package.files(entry.relative)) if entry.is_directory else (entry,)
            if not entry.is_directory and (not is_source(entry.name) or _is_header(entry)):
                continue
            skip = len(entry.relative) + 1 if entry.is_directory else len("sol/")
            named = tuple((inner_name(file.relative[skip:]), file.path) for file in files)
            if named:
                found.append(_submission(entry, Program(name=entry.shown, files=named, language=_language(named))))
        return tuple(found)

    @cached_property
    def _sol(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.package.entries("sol") if not entry.is_directory)

    def _source(self, directories: tuple[str, ...], stems: tuple[str, ...]) -> Entry | None:
        """The first source of one of these names, C++ before C and those before others."""
        entries = [
            entry
            for directory in directories
            for entry in self.package.entries(directory)
            if not entry.is_directory and _stem(entry) in stems and ending(entry.name) in _LANGUAGES
        ]
        return min(entries, key=lambda entry: {"cpp": 0, "cc": 0, "c": 1}.get(ending(entry.name), 2), default=None)

    def _first(self, directories: tuple[str, ...], stems: tuple[str, ...]) -> Program | None:
        source = self._source(directories, stems)
        if source is not None:
            files = [source, *self._headers_beside(source)]
            named = tuple((inner_name(entry.name), entry.path) for entry in files)
            return Program(name=source.shown, files=named, language=_LANGUAGES[ending(source.name)][0])
        for directory in directories:
            for stem in stems:
                entry = self.package.find(f"{directory}/{stem}")
                if entry is not None and not entry.is_directory:
                    return Program(name=entry.shown, files=(("run", entry.path),))
        return None

    def _headers_beside(self, source: Entry) -> list[Entry]:
        directory = source.relative.rpartition("/")[0]
        return [entry for entry in self.package.entries(directory) if not entry.is_directory and _is_header(entry)]


def languages_of(program: Program) -> frozenset[str]:
    """Our languages that take a source of the program."""
    return frozenset(language for name, _ in program.files for language in _LANGUAGES.get(ending(name), ()))


def _submission(entry: Entry, program: Program) -> JurySubmission:
    right = _stem(entry) in _SOLUTIONS
    expected = ExpectedResult(verdicts=(Verdict.AC,), full_score=True) if right else ExpectedResult()
    return JurySubmission(path=shown(entry.relative), program=program, expected=expected, labelled=right)


def _language(files: tuple[tuple[str, str], ...]) -> str:
    return detect_by_content(files)


def _stem(entry: Entry) -> str:
    return entry.name.partition(".")[0]


def _is_header(entry: Entry) -> bool:
    return ending(entry.name) in HEADER_ENDINGS or entry.name.endswith(_PASCAL_UNIT)
