"""GitHub Classroom's ``gh classroom clone student-repos``: a repository ``ASSIGNMENT-USER`` for each student."""

from __future__ import annotations

import os
from pathlib import Path

from judge.errors import UsageError
from judge.gradebook.handed_in import Found, Place, Remark, RemarkKind, Wanted
from judge.gradebook.layouts.listing import ClassFound, Listed, Listing
from judge.package.files.git_revision import commit_time_ms

NAME = "classroom"

_FOLDER_ENDING = "-submissions"


def matches(listing: Listing) -> bool:
    """Whether it comes from there: most entries are git's, and they begin alike."""
    found = [entry.name for entry in listing.entries if entry.is_repository]
    return 2 * len(found) > len(listing.entries) and bool(_beginning(listing.title, found))


def found_in(listing: Listing, wanted: Wanted) -> ClassFound:
    """The students by the ends of their repositories' names; the time of the last commit is that of handing in."""
    repositories = [entry for entry in listing.entries if entry.is_folder]
    names = [entry.name for entry in repositories if entry.is_repository]
    beginning = _beginning(listing.title, names)
    is_told = bool(beginning) and beginning == _told(listing.title, names)
    students = tuple(_student(entry, beginning, is_told=is_told) for entry in repositories)
    return ClassFound(NAME, students, tuple(entry.name for entry in listing.entries if not entry.is_folder))


def _beginning(title: str, names: list[str]) -> str:
    """What comes before the users' names: the assignment's, which the folder tells, or what all have in common."""
    assignment = _told(title, names)
    if assignment or len(names) < 2:
        return assignment
    common = os.path.commonprefix(names)  # noqa: RUF071 (names, letter by letter)
    return common[: common.rfind("-") + 1]


def _told(title: str, names: list[str]) -> str:
    assignment = title.removesuffix(_FOLDER_ENDING) + "-"
    is_told = names and title.endswith(_FOLDER_ENDING) and all(name.startswith(assignment) for name in names)
    return assignment if is_told else ""


def _student(entry: Listed, beginning: str, *, is_told: bool) -> Found:
    at_ms = 0
    remarks: tuple[Remark, ...] = ()
    if entry.is_repository:
        try:
            at_ms = commit_time_ms(Path(entry.path))
        except UsageError as error:
            text = f"git does not tell when it was handed in: {error}"
            remarks = (Remark(kind=RemarkKind.TIME, text=text),)
    return Found(
        key=entry.name.removeprefix(beginning) or entry.name,
        whole_name="" if is_told else entry.name,
        places=(Place(path=entry.path),),
        handed_in_at_ms=at_ms,
        remarks=remarks,
    )
