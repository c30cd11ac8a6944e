"""Moodle's "Download all submissions": ``Amy Smith_123456_assignsubmission_file_``, as folders, or before each file.

The number is the participant's of this assignment; Moodle's grading worksheet has it as ``Participant 123456``.
Source: mod/assign/locallib.php, mod/assign/submission/*/locallib.php of Moodle.
"""

from __future__ import annotations

import re

from judge.gradebook.handed_in import Found, Place, Remark, RemarkKind, Wanted
from judge.gradebook.layouts.listing import ClassFound, Listed, Listing

NAME = "moodle"

_ENTRY = re.compile(r"(?P<name>.*)_(?P<number>[0-9]+)_assignsubmission_(?P<plugin>[a-z]+)(?:_(?P<file>.*))?", re.DOTALL)


def matches(listing: Listing) -> bool:
    """Whether it comes from there: most entries are called so."""
    return 2 * sum(_ENTRY.fullmatch(entry.name) is not None for entry in listing.entries) > len(listing.entries)


def found_in(listing: Listing, wanted: Wanted) -> ClassFound:
    """The students by their numbers."""
    by_number: dict[str, list[tuple[re.Match[str], Listed]]] = {}
    others = []
    for entry in listing.entries:
        match = _ENTRY.fullmatch(entry.name)
        if match is None or entry.is_link:
            others.append(entry.name)
        else:
            by_number.setdefault(match["number"], []).append((match, entry))
    students = tuple(_student(number, parts) for number, parts in by_number.items())
    return ClassFound(NAME, students, tuple(others))


def _student(number: str, parts: list[tuple[re.Match[str], Listed]]) -> Found:
    files = [(match, entry) for match, entry in parts if match["plugin"] == "file"]
    typed = len(files) < len(parts)
    text = "typed into a form (online text): that is not judged"
    return Found(
        key=number,
        name=parts[0][0]["name"],
        places=tuple(
            Place(path=entry.path, name="" if entry.is_folder else match["file"] or entry.name)
            for match, entry in files
        ),
        remarks=(Remark(kind=RemarkKind.LEFT_OUT, text=text),) if typed else (),
    )
