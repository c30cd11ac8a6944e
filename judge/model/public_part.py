"""What of a problem package everybody may see who may hand in to it. Made by :mod:`judge.package.public`.

Built from lists of what may be shown, so that a part of packages that is new tomorrow stays hidden until somebody adds
it there.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from judge.model.assignment import Late, PartKind
from judge.model.compare_flags import CompareFlags


class PublicKind(StrEnum):
    """What a public file is."""

    STATEMENT = "statement"  #: a statement's source, or the statement as PDF
    PICTURE = "picture"  #: one that a statement names
    ATTACHMENT = "attachment"  #: given to contestants as it is
    SAMPLE = "sample"  #: input or answer of a sample


class PublicFile(msgspec.Struct, frozen=True, kw_only=True):
    """A public file. ``name`` is its path in the package, a relative POSIX path of text."""

    name: str
    kind: PublicKind
    size_bytes: int


class StatementForm(StrEnum):
    """What a statement is written in."""

    MARKDOWN = "md"
    TEX = "tex"
    PDF = "pdf"


class StatementFile(msgspec.Struct, frozen=True, kw_only=True):
    """A statement in one language (a code such as "en") and form. ``file`` names a :class:`PublicFile`."""

    language: str
    form: StatementForm
    file: str


class SampleFiles(msgspec.Struct, frozen=True, kw_only=True):
    """A sample: names of public files, empty = there is none.

    ``shown_input`` and ``shown_answer`` stand in statements instead of what programs get and what is compared.
    ``interaction``: what program and judge say to each other, a line each, after ``>`` or ``<``.
    """

    name: str
    input: str = ""
    answer: str = ""
    shown_input: str = ""
    shown_answer: str = ""
    interaction: str = ""


class ShownLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What a program may use. ``time_limit_ns`` 0 = it is measured by the jury's programs when it is first needed."""

    time_limit_ns: int = 0
    memory_bytes: int = 0
    output_bytes: int = 0
    code_bytes: int = 0


class PublicCoursePart(msgspec.Struct, frozen=True, kw_only=True):
    """A part of an assignment of which students see something at all. ``points`` 0 = it is not said: some of its tests
    are hidden, or there are none to be had."""

    name: str
    title: str = ""
    kind: PartKind
    points: float = 0.0


class PublicAssignment(msgspec.Struct, frozen=True, kw_only=True):
    """What an assignment says before it is handed in; see :class:`judge.model.assignment.Assignment`.

    ``starter``: names of public files.
    """

    due_at_ms: int = 0
    closed_at_ms: int = 0
    late: Late = Late()
    attempts_max: int = 0
    attempt_penalty_share: float = 0.0
    required: tuple[str, ...] = ()
    starter: tuple[str, ...] = ()
    parts: tuple[PublicCoursePart, ...] = ()


class PublicPart(msgspec.Struct, frozen=True, kw_only=True):
    """The public part of a package.

    ``compare``: how outputs of the samples are compared; None = a program of the package decides, or its tests need
    more than an input. ``languages``: ids that may be used, empty = all. ``left_out``: how many files are not here
    because they are too large, or too many. ``assignment``: there for one of a course.
    """

    title: str = ""
    format: str = ""
    limits: ShownLimits = ShownLimits()
    scoring: bool = False
    interactive: bool = False
    multi_pass: bool = False
    submit_answer: bool = False
    languages: tuple[str, ...] = ()
    input_file: str = ""
    output_file: str = ""
    compare: CompareFlags | None = None
    statements: tuple[StatementFile, ...] = ()
    samples: tuple[SampleFiles, ...] = ()
    files: tuple[PublicFile, ...] = ()
    assignment: PublicAssignment | None = None
    left_out: int = 0
