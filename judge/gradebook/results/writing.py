"""The files of a gradebook's folder: written whole, read again by the commands that show and mark."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import msgspec

from judge import wire
from judge.errors import UsageError
from judge.gradebook.results.book import Entry, Gradebook
from judge.gradebook.results.class_page import class_page
from judge.gradebook.results.marks import Mark, with_marks
from judge.gradebook.results.pages import FOLDER, REPORTS, file_name, student_page, with_pages
from judge.gradebook.results.tables import KINDS, table_text
from judge.kernel.atomic_files import write_whole
from judge.text import shown

BOOK, MARKS, PAGE = "gradebook.json", "marks.json", "index.html"


def make_folder(folder: Path) -> None:
    """The gradebook's folder, for its owner alone where it is new. Raises UsageError."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for inner in (FOLDER, REPORTS):
            (folder / inner).mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{shown(str(folder))}: {error.strerror}") from error


def write_book(folder: Path, book: Gradebook, kinds: Iterable[str], now_ms: int) -> tuple[Gradebook, list[Path]]:
    """All files; the gradebook as it was written, with the names of the pages, and which files a teacher opens.

    Pages of students who are gone are removed. Raises UsageError: a file cannot be written.
    """
    book = with_pages(book)
    written = []
    try:
        for entry in book.entries:
            if entry.page:
                write_whole(folder / entry.page, student_page(entry, now_ms).encode(), mode=0o600)
            if entry.report is not None:
                report = wire.encode(entry.report) + b"\n"
                write_whole(folder / REPORTS / f"{file_name(entry.key)}.json", report, mode=0o600)
        names = {file_name(entry.key) for entry in book.entries if entry.report is not None}
        _remove_old(folder / FOLDER, ".html", names)
        _remove_old(folder / REPORTS, ".json", names)
        for kind in dict.fromkeys(("plain", *kinds)):
            mark = b"" if kind == "moodle" else b"\xef\xbb\xbf"  # spreadsheets take a table without a mark for Latin-1
            write_whole(folder / KINDS[kind], mark + table_text(book, kind).encode(), mode=0o600)
            written.append(folder / KINDS[kind])
        write_whole(folder / BOOK, msgspec.json.encode(book) + b"\n", mode=0o600)
        write_whole(folder / PAGE, class_page(book).encode(), mode=0o600)
    except OSError as error:
        raise UsageError(f"{shown(str(folder))}: {error.strerror}") from error
    return book, [*written, folder / PAGE]


def read_book(folder: Path) -> Gradebook:
    """The gradebook of a folder. Raises UsageError: there is none."""
    return _read(folder / BOOK, Gradebook, "judge course grade makes one")


def read_marks_of(folder: Path) -> tuple[Mark, ...]:
    """All marks that were given so far. Raises UsageError: the file is damaged."""
    if not (folder / MARKS).exists():
        return ()
    return _read(folder / MARKS, tuple[Mark, ...], "remove it, and read the marks again")


def write_marks(folder: Path, marks: Iterable[Mark]) -> None:
    """Keep marks. Raises UsageError."""
    try:
        write_whole(folder / MARKS, msgspec.json.encode(tuple(marks)) + b"\n", mode=0o600)
    except OSError as error:
        raise UsageError(f"{shown(str(folder))}: {error.strerror}") from error


def marked_book(book: Gradebook, marks: Iterable[Mark]) -> Gradebook:
    """The gradebook with people's points in everybody's report."""
    by_student: dict[str, dict[str, Mark]] = {}
    for mark in marks:
        by_student.setdefault(mark.student, {})[mark.part] = mark
    entries = tuple(_marked(entry, by_student.get(entry.key, {})) for entry in book.entries)
    return msgspec.structs.replace(book, entries=entries)


def _marked(entry: Entry, marks: dict[str, Mark]) -> Entry:
    if not marks or entry.report is None:
        return entry
    report = with_marks(entry.report, marks)
    return msgspec.structs.replace(entry, report=report, marked=tuple(sorted({*entry.marked, *marks})))


def _remove_old(folder: Path, ending: str, kept: set[str]) -> None:
    for path in folder.glob(f"*{ending}"):
        if path.stem not in kept:
            path.unlink(missing_ok=True)


_T = TypeVar("_T")


def _read(path: Path, kind: type[_T], advice: str) -> _T:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except OSError as error:
        raise UsageError(f"{shown(str(path))}: {error.strerror}; {advice}") from error
    except (msgspec.MsgspecError, RecursionError) as error:
        raise UsageError(f"{shown(str(path))}: is damaged, or of another version ({error}); {advice}") from error
