"""The plainest layout: a folder, an archive or a file for each student, called as the student is."""

from __future__ import annotations

import os
from collections.abc import Iterable

from judge.gradebook.collect.archives import is_archive
from judge.gradebook.handed_in import Found, Place, Remark, RemarkKind, Wanted
from judge.gradebook.layouts.listing import ClassFound, Listed, Listing
from judge.text import shown

NAME = "folder"


def matches(listing: Listing) -> bool:
    """Any folder may be laid out so."""
    return True


def found_in(listing: Listing, wanted: Wanted) -> ClassFound:
    """The students. Who has several entries ("amy" and "amy.zip") has the one that was changed last."""
    by_key: dict[str, list[Listed]] = {}
    others = []
    for entry in listing.entries:
        if entry.is_link or not (entry.is_folder or is_archive(entry.name) or wanted.is_source(entry.name)):
            others.append(entry.name)
        else:
            by_key.setdefault(_key(entry), []).append(entry)
    students = tuple(_student(key, entries) for key, entries in by_key.items())
    return ClassFound(NAME, students, tuple(others))


def newest(entries: Iterable[Listed]) -> Listed:
    """The one that was changed last."""
    return max(entries, key=lambda entry: (entry.changed_at_ms, entry.name))


def _student(key: str, entries: list[Listed]) -> Found:
    chosen = newest(entries)
    others = ", ".join(shown(entry.name) for entry in entries if entry is not chosen)
    text = f"{shown(chosen.name)} was judged, changed after {others}"
    remarks = (Remark(kind=RemarkKind.TWICE, text=text),) if others else ()
    return Found(key=key, places=(Place(path=chosen.path),), remarks=remarks)


def _key(entry: Listed) -> str:
    """A student's name: the entry's, without the ending of a file."""
    if entry.is_folder:
        return entry.name
    stem, ending = os.path.splitext(entry.name)
    return os.path.splitext(stem)[0] if ending.lower() in (".gz", ".bz2", ".xz") else stem
