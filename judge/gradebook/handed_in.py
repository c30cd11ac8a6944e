"""What was found of a class, as values: whose work lies where, and what there is to say about it."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from judge.model.submission import SourceFile


class RemarkKind(StrEnum):
    """What is odd about somebody's work. None of it stops a class from being graded."""

    MISSING = "missing"  #: the roster has the student, the folder has nothing
    EMPTY = "empty"  #: there is no file in it
    LACKING = "lacking"  #: a file that the assignment requires is not there
    RENAMED = "renamed"  #: a file was called almost as the assignment wants
    ENCODING = "encoding"  #: a source is no UTF-8; it was read as something else
    BINARY = "binary"  #: a source is no text
    ARCHIVE = "archive"  #: an archive that cannot be read, or not all of it
    LARGE = "large"  #: more than anybody's homework has
    LEFT_OUT = "left_out"  #: a file that nothing can be done with
    UNREADABLE = "unreadable"  #: this host cannot read it
    TWICE = "twice"  #: the student handed in more than once; one of them was judged
    GUESSED = "guessed"  #: the end of a name is the student's, and nobody else is found by it
    UNKNOWN = "unknown"  #: the roster has no such student
    TIME = "time"  #: the time of handing in is not known, or is not to be trusted
    NOT_JUDGED = "not_judged"  #: the judge or the service could not; try again


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to say. ``text`` is safe to show, in one line."""

    kind: RemarkKind
    text: str


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where some of a student's work lies on this host. ``name``: what the student called the file, where the layout
    calls it otherwise; empty for a directory, and for a file that has its own name."""

    path: str
    name: str = ""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One student's work in a layout, unread.

    ``key``: what the layout calls the student, unique in it; ``name``: the student's own name, where it tells.
    ``whole_name``: of which ``key`` is the end, where the layout cannot be sure where the student's own name begins.
    ``handed_in_at_ms``: Unix time, 0 = the layout does not tell. ``marked_late``: by the system it comes from.
    """

    key: str
    whole_name: str = ""
    name: str = ""
    places: tuple[Place, ...] = ()
    handed_in_at_ms: int = 0
    marked_late: bool = False
    remarks: tuple[Remark, ...] = ()


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """One student's files as they are judged."""

    files: tuple[SourceFile, ...] = ()
    remarks: tuple[Remark, ...] = ()


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What an assignment expects of the files: globs that must each match one, and the endings of its sources."""

    required: tuple[str, ...] = ()
    extensions: frozenset[str] = frozenset()

    def is_source(self, name: str) -> bool:
        """Whether a file of this name is read by a compiler or an interpreter."""
        return name.rpartition(".")[2].lower() in self.extensions if "." in name else False
