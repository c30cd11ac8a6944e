"""Who is in the class: a table that a course system exports, or one of one's own. Also times and extensions.

Columns are known by their names in any case; others are kept as they are, for tables that go back to where this one
comes from.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from judge.errors import UsageError
from judge.gradebook.csv_read import Table, table_of
from judge.gradebook.reading import read_bounded
from judge.gradebook.times import duration_ns, time_ms
from judge.model.units import MS_NS
from judge.text import printable

#: What a column says -> how it may be called. The first name is ours.
_COLUMNS = {
    "student": ("student", "id number", "student id", "sis user id", "identifier", "id", "user id"),
    "login": ("login", "username", "user", "sis login id", "github_username", "github username", "netid"),
    "name": ("name", "full name", "fullname"),
    "first": ("first name", "firstname", "given name"),
    "last": ("last name", "lastname", "surname", "family name"),
    "email": ("email", "email address", "e-mail"),
    "section": ("section", "group", "groups", "class"),
    "due": ("due", "due date", "extension"),
    "handed_in": ("handed_in", "handed in", "submitted at", "submitted_at", "last modified (submission)"),
    "attempt": ("attempt", "attempts"),
}
#: Identify a student; a row may have several.
_IDENTIFIERS = (*_COLUMNS["student"], *_COLUMNS["login"], "github_id", "identifier")
#: A row without any of these is about no student.
_WHO = (*_IDENTIFIERS, *(word for name in ("name", "first", "last", "email") for word in _COLUMNS[name]))
_FOREIGN_TIME = "last modified (submission)"
_MOODLE_NUMBER = re.compile(r"\D*([0-9]+)")
_BYTES_MAX = 64 << 20


class Student(msgspec.Struct, frozen=True, kw_only=True):
    """One row. ``key`` is the first of its identifiers; ``words``: all that the student may be called in a layout.

    ``due_at_ms``: Unix time, or 0; ``extension_ns`` after everybody's due time, where the student has none;
    ``attempt`` 0 = not told. ``row`` as the table has it.
    """

    key: str
    name: str = ""
    email: str = ""
    section: str = ""
    words: tuple[str, ...] = ()
    due_at_ms: int = 0
    extension_ns: int = 0
    handed_in_at_ms: int = 0
    attempt: int = 0
    row: dict[str, str] = {}


class Roster(msgspec.Struct, frozen=True, kw_only=True):
    """A class. ``header``: the columns of its table, in order; empty = there is no roster. ``others``: of whom a table
    of times tells, and who is not in it."""

    header: tuple[str, ...] = ()
    students: tuple[Student, ...] = ()
    others: tuple[Student, ...] = ()


def read_roster(path: str) -> Roster:
    """The class of a file. Raises UsageError naming file, row and column."""
    return roster_of(table_of(read_bounded(path, _BYTES_MAX), path), path)


def roster_of(table: Table, where: str) -> Roster:
    """The class of a table."""
    columns = {name.casefold(): name for name in table.header}
    if not any(name in columns for name in (*_IDENTIFIERS, *_COLUMNS["name"], *_COLUMNS["email"], *_COLUMNS["first"])):
        wanted = "student, login, name or email"
        raise UsageError(f"{where}: no column of students ({wanted}); it has {printable(', '.join(table.header), 200)}")
    students = [
        _student(columns, row, f"{where}:{number}") for number, row in table.rows if not _is_no_student(columns, row)
    ]
    return Roster(header=table.header, students=tuple(students))


def with_times(roster: Roster, times: Roster) -> Roster:
    """A class with what another table says of times, attempts and extensions; who only it has is among the others."""
    known = Finder(roster.students)
    told: dict[str, Student] = {}
    others = []
    for student in times.students:
        own = known.find((student.key, *student.words), student.name)
        if own is not None:
            told[own.key] = student
        else:
            others.append(student)
    students = tuple(_told(student, told.get(student.key)) for student in roster.students)
    return msgspec.structs.replace(roster, students=students, others=tuple(others))


def _told(student: Student, times: Student | None) -> Student:
    if times is None:
        return student
    due_at_ms, extension_ns = student.due_at_ms, student.extension_ns
    if times.due_at_ms or times.extension_ns:
        due_at_ms, extension_ns = _extended(times.due_at_ms or due_at_ms, times.extension_ns)
    return msgspec.structs.replace(
        student,
        due_at_ms=due_at_ms,
        extension_ns=extension_ns,
        handed_in_at_ms=times.handed_in_at_ms or student.handed_in_at_ms,
        attempt=times.attempt or student.attempt,
    )


def _extended(due_at_ms: int, extension_ns: int) -> tuple[int, int]:
    """An extension is after the student's own due time, where there is one."""
    return (due_at_ms + extension_ns // MS_NS, 0) if due_at_ms else (0, extension_ns)


class Finder:
    """Students by what a layout or another table calls them."""

    def __init__(self, students: Iterable[Student]) -> None:
        self._words: dict[str, Student | None] = {}
        self._names: dict[str, Student | None] = {}
        for student in students:
            for word in dict.fromkeys(word.casefold() for word in student.words):
                self._words[word] = None if word in self._words else student
            for name in dict.fromkeys(_spellings(student.name)):
                self._names[name] = None if name in self._names else student

    def find(self, words: Iterable[str], name: str = "") -> Student | None:
        """The one student of these identifiers, or of this name; None = there is none, or there are several."""
        for word in words:
            found = self._words.get(word.casefold())
            if found is not None:
                return found
        for spelled in (name, *words):
            found = self._names.get(plain_name(spelled)) if spelled else None
            if found is not None:
                return found
        return None

    def guess(self, words: Iterable[str]) -> Student | None:
        """The one of the first of these identifiers that somebody has."""
        found = (self._words.get(word.casefold()) for word in words)
        return next((student for student in found if student is not None), None)


def plain_name(name: str) -> str:
    """A name by its letters and digits alone, as course systems spell it in names of files."""
    spelled = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in spelled if letter.isalnum())


def _spellings(name: str) -> tuple[str, ...]:
    """ "Amy Smith" and "Smith, Amy" alike."""
    if not name:
        return ()
    if "," in name:
        last, _, first = name.partition(",")
    else:
        first, _, last = name.rpartition(" ")
    return plain_name(f"{first}{last}"), plain_name(f"{last}{first}")


def _is_no_student(columns: Mapping[str, str], row: Mapping[str, str]) -> bool:
    """Canvas's own rows: which assignments are posted manually, the points that are possible, and the student that
    teachers test with."""
    if "sis login id" not in columns:
        return False
    name = row.get(columns.get("student", ""), "").strip()
    is_nobody = next(_cells(columns, row, _WHO), None) is None
    return is_nobody or name.startswith("Points Possible") or name in ("Student, Test", "Test Student")


def _student(columns: Mapping[str, str], row: dict[str, str], where: str) -> Student:
    told = {name: next(_cells(columns, row, words), "") for name, words in _COLUMNS.items()}
    words = [value for name in dict.fromkeys(_IDENTIFIERS) if (value := row.get(columns.get(name, ""), ""))]
    number = _MOODLE_NUMBER.fullmatch(row.get(columns.get("identifier", ""), ""))
    if number:
        words.insert(0, number[1])
    if "sis login id" in columns:  # Canvas calls the name "Student", and the number of its files "ID"
        told["name"] = row.get(columns.get("student", ""), "")
        words = [word for word in words if word != told["name"]]
    if told["email"]:
        words += [told["email"], told["email"].partition("@")[0]]
    name = told["name"] or f"{told['first']} {told['last']}".strip()
    if not words and not name:
        raise UsageError(f"{where}: a row without student, login, name or email")
    due_at_ms, extension_ns = _due(_cells(columns, row, _COLUMNS["due"]), where)
    return Student(
        key=words[0] if words else name,
        name=name,
        email=told["email"],
        section=told["section"],
        words=tuple(dict.fromkeys(words)),
        due_at_ms=due_at_ms,
        extension_ns=extension_ns,
        handed_in_at_ms=_handed_in(told["handed_in"], where, is_foreign=_FOREIGN_TIME in columns),
        attempt=_attempt(told["attempt"], where),
        row=row,
    )


def _cells(columns: Mapping[str, str], row: Mapping[str, str], names: Iterable[str]) -> Iterator[str]:
    return (value for name in names if (value := row.get(columns.get(name, ""), "")))


def _due(texts: Iterable[str], where: str) -> tuple[int, int]:
    """A due time, an extension, or both in columns of their own: the first of each."""
    told = [_due_or_extension(text, where) for text in texts]
    due_at_ms = next((at_ms for at_ms, _ in told if at_ms), 0)
    return _extended(due_at_ms, next((extension_ns for _, extension_ns in told if extension_ns), 0))


def _due_or_extension(text: str, where: str) -> tuple[int, int]:
    try:
        return 0, duration_ns(text)
    except ValueError:
        pass
    try:
        return time_ms(text), 0
    except ValueError as error:
        raise UsageError(f"{where}: due: {error}, nor a duration such as 2d") from error


def _handed_in(text: str, where: str, *, is_foreign: bool) -> int:
    if not text or text == "-":
        return 0
    try:
        return time_ms(text)
    except ValueError as error:
        if is_foreign:  # in any language that Moodle speaks
            return 0
        raise UsageError(f"{where}: handed_in: {error}") from error


def _attempt(text: str, where: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= 1_000_000):
        raise UsageError(f"{where}: attempt: {text[:40]!r} is no number from 1 on")
    return int(text)
