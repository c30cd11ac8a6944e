"""The gradebook of a class on one assignment, as a value. Its JSON form is ``gradebook.json``."""

from __future__ import annotations

import msgspec

from judge.gradebook.handed_in import Remark, RemarkKind
from judge.model.coursework import CourseworkReport
from judge.model.report import Report
from judge.model.verdict import Verdict

#: Version of the JSON form. Fields may be added within one version, never changed.
BOOK_VERSION = 1


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One student. ``report`` None = nothing was judged, and a remark says why. ``marked``: by whom nobody knows, the
    parts whose points a person gave. ``page``: the file of the student's own page, below the gradebook's folder.
    ``row``: of the roster's table."""

    key: str
    name: str = ""
    email: str = ""
    section: str = ""
    report: Report | None = None
    remarks: tuple[Remark, ...] = ()
    marked: tuple[str, ...] = ()
    page: str = ""
    row: dict[str, str] = {}

    @property
    def coursework(self) -> CourseworkReport | None:
        """What the report says of the parts."""
        return None if self.report is None else self.report.coursework

    @property
    def is_judged(self) -> bool:
        """Whether the points stand: there is a report, and its judging was nobody else's fault."""
        return self.coursework is not None and self.report is not None and self.report.verdict is not Verdict.JE

    @property
    def is_missing(self) -> bool:
        """Whether there is nothing to judge, so that there are no points."""
        kinds = {remark.kind for remark in self.remarks}
        return self.report is None and bool(kinds & {RemarkKind.MISSING, RemarkKind.EMPTY})

    @property
    def points(self) -> float | None:
        """None = not known: it could not be judged. Who handed in nothing has 0."""
        coursework = self.coursework
        if coursework is not None and self.is_judged:
            return coursework.points
        return 0.0 if self.is_missing else None


class BookPart(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the assignment, a column of the gradebook."""

    name: str
    title: str = ""
    points: float = 0.0
    by_hand: bool = False


class SimilarPair(msgspec.Struct, frozen=True, kw_only=True):
    """Two students whose programs are alike: shares of the one's and the other's code that the other has, too.
    ``page``: the file that shows both, below the gradebook's folder."""

    first: str
    second: str
    first_share: float
    second_share: float
    page: str = ""


class Gradebook(msgspec.Struct, frozen=True, kw_only=True):
    """A class. ``assignment``: as it was named; ``digest``: of its content. ``header``: of the roster's table.
    ``others``: entries of the folder that are nobody's work. Times are Unix milliseconds."""

    version: int = BOOK_VERSION
    title: str
    assignment: str = ""
    digest: str = ""
    layout: str = ""
    due_at_ms: int = 0
    made_at_ms: int = 0
    judge_version: str = ""
    parts: tuple[BookPart, ...] = ()
    entries: tuple[Entry, ...] = ()
    header: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    similar: tuple[SimilarPair, ...] = ()

    @property
    def points_max(self) -> float:
        """Of all parts."""
        return sum(part.points for part in self.parts)

    @property
    def is_complete(self) -> bool:
        """Whether everybody's points are known; parts by hand may still be open."""
        return all(entry.points is not None for entry in self.entries)
