"""What a problem package shows, as it goes over HTTP."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from judge.model.compare_flags import CompareFlags
from judge.model.public_part import PublicAssignment, PublicFile, PublicPart, ShownLimits, StatementForm


class StatementChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A statement that a package has: its language (a code such as ``en``), and in which forms."""

    language: str
    forms: tuple[StatementForm, ...] = ()


class ProblemView(msgspec.Struct, frozen=True, kw_only=True):
    """A problem as those see it who may hand in to it. Limits of 0 are not stated; a time limit of 0 is measured when
    it is first needed.

    ``languages``: those that may be used, empty = all. ``input_file``, ``output_file``: names that stand for standard
    input and output. ``samples``: how many there are. ``left_out``: files that are too large to be shown, or too many.
    ``assignment``: there for one of a course.
    """

    package: str
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
    statements: tuple[StatementChoice, ...] = ()
    samples: int = 0
    attachments: tuple[PublicFile, ...] = ()
    left_out: int = 0
    assignment: PublicAssignment | None = None


class StatementState(StrEnum):
    """How far a statement is."""

    READY = "ready"  #: ``html`` is it
    PREPARING = "preparing"  #: it is being converted: ask again
    NO_CONVERTER = "no-converter"  #: no worker offers the converter
    FAILED = "failed"  #: it could not be converted; ``reason`` says how that ended
    FILE_ONLY = "file-only"  #: there is nothing to convert, but a PDF
    NONE = "none"  #: the package has none


class StatementView(msgspec.Struct, frozen=True, kw_only=True):
    """A statement in one language. ``html`` is a fragment from which everything was removed that could act; its
    pictures are addresses of this interface.

    ``languages``: all that there are. ``pdf``, ``source``: names of files of the package, empty = there is none.
    ``converter``: its versions on the workers.
    """

    package: str
    state: StatementState
    language: str = ""
    languages: tuple[str, ...] = ()
    html: str = ""
    reason: str = ""
    pdf: str = ""
    source: str = ""
    converter: tuple[str, ...] = ()


class SampleText(msgspec.Struct, frozen=True, kw_only=True):
    """What is in a file of a sample. ``text`` is readable in any case: where the bytes are no UTF-8 it has replacement
    characters, and ``base64`` has the bytes themselves. ``truncated``: there is more of it in the file ``name``."""

    name: str
    text: str = ""
    base64: bytes = b""
    truncated: bool = False


class SampleView(msgspec.Struct, frozen=True, kw_only=True):
    """A sample; None = it has no such file. ``shown_input`` and ``shown_answer`` are for people, in the place of what
    programs get. ``interaction``: what both sides say, a line each, after ``>`` (the program) or ``<`` (the judge)."""

    name: str
    input: SampleText | None = None
    answer: SampleText | None = None
    shown_input: SampleText | None = None
    shown_answer: SampleText | None = None
    interaction: SampleText | None = None


class SamplesView(msgspec.Struct, frozen=True, kw_only=True):
    """The samples of a problem. ``compare``: how an evaluation compares outputs with their answers as the problem does;
    None = a program of the package decides, and no evaluation can."""

    package: str
    items: tuple[SampleView, ...] = ()
    compare: CompareFlags | None = None


def problem_view(package: str, part: PublicPart) -> ProblemView:
    """A public part without its files."""
    forms: dict[str, list[StatementForm]] = {}
    for one in part.statements:
        forms.setdefault(one.language, []).append(one.form)
    return ProblemView(
        package=package,
        title=part.title,
        format=part.format,
        limits=part.limits,
        scoring=part.scoring,
        interactive=part.interactive,
        multi_pass=part.multi_pass,
        submit_answer=part.submit_answer,
        languages=part.languages,
        input_file=part.input_file,
        output_file=part.output_file,
        statements=tuple(StatementChoice(language=name, forms=tuple(forms[name])) for name in forms),
        samples=len(part.samples),
        attachments=tuple(one for one in part.files if one.kind == "attachment"),
        left_out=part.left_out,
        assignment=part.assignment,
    )
