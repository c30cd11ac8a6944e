"""Every key of assignment.yaml, once: its JSON schema and the tables of its reference page are made from this."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from judge.model.assignment import Isolation, PartKind, Process, Visibility
from judge.package.assignment.parts import AUTOGRADERS, FRAMEWORKS

Schema = Mapping[str, object]


class Key(NamedTuple):
    """One key. ``takes``: in words; ``schema``: of its value; ``needed``: it cannot be left out."""

    name: str
    takes: str
    schema: Schema
    text: str
    needed: bool = False


def _one_of(*words: str) -> Schema:
    return {"enum": list(words)}


def _table(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


_TEXT: Schema = {"type": ["string", "number", "boolean"]}
_NUMBER: Schema = {"type": "number", "minimum": 0}
_AMOUNT: Schema = {"type": ["string", "number"]}
_WORDS: Schema = {"anyOf": [{"type": "string"}, {"type": "array", "items": _TEXT}]}
_FILES: Schema = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
_VISIBILITY = _one_of(*Visibility)
_BY_NAME: Schema = {"type": "object", "additionalProperties": _VISIBILITY}

_OF_TESTS_AND_LOG = "Of its tests, and of its log. A map, of unit tests alone: patterns of tests, and `default`."

_WHOLE = (
    Key("assignment", "1", {"const": 1}, "The format's version.", needed=True),
    Key("title", "text", _TEXT, "For people; else the folder's name."),
    Key("due", "a date and a time with an offset from UTC", {"type": "string"}, "When it is due; without it never."),
    Key("late", "a map", _table("late"), "What being late costs."),
    Key("attempts", "a map", _table("attempts"), "How often it may be handed in."),
    Key("languages", "words", _WORDS, "Those to be used; with only one, no file name has to tell it."),
    Key("files", "a map", _table("files"), "What is handed in, and what lies beside it."),
    Key("limits", "a map", _table("limits"), "Of one run of the student's program, and of what is handed in."),
    Key("parts", "a list", {"type": "array", "minItems": 1, "items": _table("part")}, "See below.", needed=True),
)
_LATE = (
    Key("grace", "a time", _AMOUNT, "After `due`, in which nothing is lost."),
    Key("penalty", "a share and a time (`10% per day`)", _AMOUNT, "Of the points, for each time begun after `due`."),
    Key("at_most", "a share", _AMOUNT, "All penalties together; usually 100%."),
    Key("closes", "a time", _AMOUNT, "This time after `due` nothing counts any more."),
)
_ATTEMPTS = (
    Key("max", "a number", {"type": "integer", "minimum": 1}, "Later ones do not count."),
    Key("penalty", "a share", _AMOUNT, "Of the points, for each after the first."),
)
_PACKAGE_FILES = (
    Key("required", "globs", _WORDS, "Each must match a file that is handed in; else nothing is graded."),
    Key("starter", "files", _FILES, "What students begin with; one that is not handed in lies there as it is here."),
    Key("resources", "files", _FILES, "Lie beside the student's files, and win over them."),
    Key("main", "a name", _TEXT, "The file that is run, where it cannot be seen."),
)
_LIMITS = (
    Key("time", "a time", _AMOUNT, "CPU time; usually 2 s."),
    Key("memory", "a size", _AMOUNT, "Usually 256 MiB."),
    Key("output", "a size", _AMOUNT, "Of each stream; usually 8 MiB."),
    Key("files", "a size", _AMOUNT, "Of all that is handed in; usually 4 MiB."),
    Key("compile_time", "a time", _AMOUNT, "CPU time of a compiler; usually 60 s."),
)
_FIELDS = tuple(
    Key(name, "visibility", _VISIBILITY, text)
    for name, text in {
        "input": "What the test gives.",
        "expected": "What it wants.",
        "output": "What the program wrote; never shown where `input` is not.",
        "message": "What was wrong; never shown where `expected` or `output` are not.",
        "hint": "The test's hint.",
        "points": "The test's points.",
    }.items()
)
_PART = (
    Key("name", "text", _TEXT, "Unique; usually `part` and its number. No `/`."),
    Key("kind", "a kind", _one_of(*PartKind), "One of the kinds below.", needed=True),
    Key("title", "text", _TEXT, "For people."),
    Key("points", "a number", _NUMBER, "What the part gives at most."),
    Key("visibility", "visibility, or a map", {"anyOf": [_VISIBILITY, _BY_NAME]}, _OF_TESTS_AND_LOG),
    Key("fields", "a map", _table("fields"), "Fields of its tests that are less visible than they."),
    Key("requires", "names of parts", _WORDS, "Parts before it that must have all their points; else it has none."),
    Key("all_or_nothing", "true or false", {"type": "boolean"}, "One failed test costs all points."),
    Key("time", "a time", _AMOUNT, "CPU time, where it is not the assignment's."),
    Key("wall_time", "a time", _AMOUNT, "Real time."),
)
_LISTED = (
    Key("tests", "a list", {"type": "array", "minItems": 1}, "See below.", needed=True),
    Key(
        "compare",
        "arguments of the [default output validator](verdicts.md)",
        _WORDS,
        "How outputs or values may differ.",
    ),
)
_OF_TEST = (
    Key("name", "text", _TEXT, "Unique in its part; usually its number."),
    Key("title", "text", _TEXT, "For people."),
    Key("weight", "a number", _NUMBER, "Its share of the part's points; usually 1."),
    Key("points", "a number", _NUMBER, "Instead of weights, where every test of the part says it."),
    Key("visibility", "visibility", _VISIBILITY, "Where it is not the part's."),
    Key("fields", "a map", _table("fields"), "As of a part."),
    Key("hint", "text", _TEXT, "Shown where the test did not pass."),
    Key("time", "a time", _AMOUNT, "CPU time, where it is not the part's."),
    Key("wall_time", "a time", _AMOUNT, "Real time."),
)
_TEST = (
    *_OF_TEST,
    Key("stdin", "text", _TEXT, "What the program reads; or"),
    Key("input", "a file", _TEXT, "that has it."),
    Key("stdout", "text", _TEXT, "What it is to write; or"),
    Key("output", "a file", _TEXT, "that has it."),
    Key("arguments", "words", _WORDS, "Of the program."),
    Key("files", "files", _FILES, "Lie beside the program."),
)
_FOLDER = (*_OF_TEST, Key("folder", "a folder", _TEXT, "A test for each `NAME.in` with `NAME.ans` or `NAME.out`."))
_CALL = (
    *_OF_TEST,
    Key("call", "a function, or `Class.method`", _TEXT, "What is called.", needed=True),
    Key("arguments", "a list of values", {"type": "array"}, "What it is given."),
    Key("expected", "a value", {}, "What it is to return.", needed=True),
)
_UNIT_TESTS = (
    Key("framework", "a word", _one_of(*FRAMEWORKS), "Whose tests they are.", needed=True),
    Key("files", "files", _FILES, "The tests, and what they import; the student's code never sees them.", needed=True),
    Key("module", "a name", _TEXT, "What of the student's the tests import."),
    Key("in_place", "words", _WORDS, "Functions that change their arguments; all others are given copies."),
    Key(
        "operators",
        "words",
        _WORDS,
        "Classes of the student's whose operators may see the tests' values (`==`, `<`, `in`, `+`); `*` is all.",
    ),
    Key("isolation", "apart or shared", _one_of(*Isolation), "Shared only where the part says so, or nothing else is."),
    Key("process", "test or all", _one_of(*Process), "A new process with the student's code for each test, or one."),
    Key("language", "a language", _TEXT, "Of the tests, where it is not the student's."),
    Key("beside", "files", _FILES, "Lie beside the student's files."),
    Key("reference", "files", _FILES, "A solution of the setter's, where signatures or the list of tests need it."),
    Key("weights", "a map", {"type": "object", "additionalProperties": _NUMBER}, "Pattern of tests: their weight."),
    Key("hints", "a map", {"type": "object", "additionalProperties": _TEXT}, "Pattern of tests: their hint."),
)
_COMMAND = (
    Key("command", "words", _WORDS, "Run among the student's files; exit code 0 gives all points.", needed=True),
    Key("files", "files", _FILES, "Lie beside the student's, and win over them."),
    Key("language", "a language", _TEXT, "Where the command is found, when it is not the student's."),
    Key("isolation", "shared or none", _one_of("shared", "none"), "`none`: it reads files, and runs nothing of them."),
)
_STYLE = (
    Key("command", "words", _WORDS, "The linter.", needed=True),
    Key("penalty", "points (`0.5 per finding`)", _AMOUNT, "What each finding costs.", needed=True),
    Key("at_most", "points", _NUMBER, "What all findings cost together; usually `points`."),
    Key("files", "files", _FILES, "The linter's configuration, for example."),
    Key("language", "a language", _TEXT, "Where the linter is found, when it is not the student's."),
)
_BY_HAND = (Key("instructions", "text", _TEXT, "For those who mark."),)
_AUTOGRADER = (
    Key("framework", "a word", _one_of(*AUTOGRADERS), "Whose grading program it is.", needed=True),
    Key("files", "files", _FILES, "The program."),
    Key("command", "words", _WORDS, "What is started, where its system does not say it."),
    Key("packages", "a map", _table("packages"), "What must be there for it."),
    Key("environment", "a map of texts", {"type": "object", "additionalProperties": _TEXT}, "Its variables."),
    Key("results", "a path", _TEXT, "Where it leaves its results, where that is not where its system looks."),
    Key("published", "visibility", _VISIBILITY, "Who sees what is to be shown when points are published."),
)
_PACKAGES = (
    Key("debian", "words", _WORDS, "Packages of Debian."),
    Key("pypi", "words", _WORDS, "Packages of PyPI."),
)

#: Mappings by name, in the order of the page.
TABLES: Mapping[str, tuple[Key, ...]] = {
    "assignment": _WHOLE,
    "late": _LATE,
    "attempts": _ATTEMPTS,
    "files": _PACKAGE_FILES,
    "limits": _LIMITS,
    "part": _PART,
    "fields": _FIELDS,
    "test": _TEST,
    "folder": _FOLDER,
    "call": _CALL,
    "packages": _PACKAGES,
}

#: What a part of a kind may say besides.
OF_KIND: Mapping[PartKind, tuple[Key, ...]] = {
    PartKind.TESTS: _LISTED,
    PartKind.CALLS: _LISTED,
    PartKind.UNIT_TESTS: _UNIT_TESTS,
    PartKind.COMMAND: _COMMAND,
    PartKind.STYLE: _STYLE,
    PartKind.BY_HAND: _BY_HAND,
    PartKind.AUTOGRADER: _AUTOGRADER,
}

#: Mappings that only parts of one kind have: what one of their ``tests`` may be, or their ``packages``.
MAPS_OF_KIND: Mapping[PartKind, tuple[str, ...]] = {
    PartKind.TESTS: ("test", "folder"),
    PartKind.CALLS: ("call",),
    PartKind.AUTOGRADER: ("packages",),
}
