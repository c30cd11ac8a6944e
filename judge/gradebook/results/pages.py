"""Which file each student's own page is, and what stands in it. Pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata

import msgspec

from judge.gradebook.results.book import Entry, Gradebook
from judge.render.course_html import render_course_html
from judge.render.course_view import CourseRole, course_view_of

FOLDER, REPORTS = "students", "reports"
_NAME_CHARS_MAX = 60


def with_pages(book: Gradebook) -> Gradebook:
    """The gradebook whose entries name the pages that :func:`student_page` makes."""
    entries = tuple(
        msgspec.structs.replace(entry, page=f"{FOLDER}/{file_name(entry.key)}.html" if entry.coursework else "")
        for entry in book.entries
    )
    return msgspec.structs.replace(book, entries=entries)


def file_name(key: str) -> str:
    """A name for files about a student: letters of ASCII, unlike anybody else's; nothing of it is a path."""
    plain = unicodedata.normalize("NFKD", key).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9_]+", "-", plain).strip("-")[:_NAME_CHARS_MAX]
    if plain and plain == key:
        return plain
    return f"{plain or 'student'}-{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def student_page(entry: Entry, now_ms: int) -> str:
    """The page as this student may see it at that time; empty = there is none."""
    if entry.coursework is None:
        return ""
    return render_course_html(course_view_of(entry.coursework, CourseRole.STUDENT, now_ms))
