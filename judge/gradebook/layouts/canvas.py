"""Canvas's "Download Submissions": ``smithamy_LATE_1234_5678_bank.py``: name, user, file, what the student called it.

What is handed in again is called ``bank-1.py``, ``bank-2.py`` by Canvas. Source: lib/content_zipper.rb of Canvas.
"""

from __future__ import annotations

import os
import re

from judge.gradebook.handed_in import Found, Place, Remark, RemarkKind, Wanted
from judge.gradebook.layouts.listing import ClassFound, Listed, Listing
from judge.text import shown

NAME = "canvas"

_FILE = re.compile(
    r"(?:(?P<name>\w+?)_)?(?P<late>LATE_)?(?P<user>[0-9]+|anon_[A-Za-z0-9]+)_(?P<number>[0-9]+)_(?P<file>.+)", re.DOTALL
)
_TYPED = re.compile(r"(?:(?P<name>\w+?)_)?(?P<late>LATE_)?(?P<user>[0-9]+|anon_[A-Za-z0-9]+)_(?:text|link)\.html")
_AGAIN = re.compile(r"(?P<stem>.+)-(?P<number>[0-9]{1,3})(?P<ending>(?:\.[^.]*)?)", re.DOTALL)


def matches(listing: Listing) -> bool:
    """Whether it comes from there: most entries are files that are called so."""
    found = [entry for entry in listing.entries if not entry.is_folder and _match(entry.name) is not None]
    return 2 * len(found) > len(listing.entries)


def found_in(listing: Listing, wanted: Wanted) -> ClassFound:
    """The students by their numbers."""
    by_user: dict[str, list[tuple[re.Match[str], Listed]]] = {}
    others = []
    for entry in listing.entries:
        match = None if entry.is_folder or entry.is_link else _match(entry.name)
        if match is None:
            others.append(entry.name)
        else:
            by_user.setdefault(match["user"], []).append((match, entry))
    students = tuple(_student(user, parts) for user, parts in by_user.items())
    return ClassFound(NAME, students, tuple(others))


def _match(name: str) -> re.Match[str] | None:
    return _TYPED.fullmatch(name) or _FILE.fullmatch(name)


def _student(user: str, parts: list[tuple[re.Match[str], Listed]]) -> Found:
    places, remarks = _newest_of_each([part for part in parts if "file" in part[0].re.groupindex])
    if len(parts) > sum("file" in match.re.groupindex for match, _ in parts):
        text = "typed into a form or a link: that is not judged"
        remarks.append(Remark(kind=RemarkKind.LEFT_OUT, text=text))
    return Found(
        key=user,
        name=parts[0][0]["name"] or "",
        places=tuple(places),
        marked_late=any(match["late"] for match, _ in parts),
        remarks=tuple(remarks),
    )


def _newest_of_each(parts: list[tuple[re.Match[str], Listed]]) -> tuple[list[Place], list[Remark]]:
    """Files by what the student called them: of one that was handed in again the one of the highest number.

    A name that looks numbered is taken for such a file only when that name without the number is there, too, or every
    file's number is gone: "hw-1.py" alone is called so by its author.
    """
    called = {match["file"] for match, _ in parts}
    by_name: dict[str, list[tuple[int, int, str, Listed]]] = {}
    for match, entry in parts:
        own, again = match["file"], 0
        numbered = _AGAIN.fullmatch(own)
        if numbered is not None and numbered["stem"] + numbered["ending"] in called:
            own, again = numbered["stem"] + numbered["ending"], int(numbered["number"])
        by_name.setdefault(own, []).append((again, int(match["number"]), match["file"], entry))
    places, remarks = [], []
    for own, versions in by_name.items():
        *older, (_, _, last, entry) = sorted(versions, key=lambda version: version[:2])
        places.append(Place(path=entry.path, name=os.path.basename(own)))
        if older:
            text = f"{shown(last)} was judged, handed in after {', '.join(shown(one[2]) for one in older)}"
            remarks.append(Remark(kind=RemarkKind.TWICE, text=text))
    return places, remarks
