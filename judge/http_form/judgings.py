"""What was handed in, and its judgings, as they go over HTTP."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from judge.http_form.answers import Standing
from judge.http_form.data import OutputForm, text_and_bytes
from judge.model.submission import SourceFile
from judge.model.work import ProgramSource, SourceBlob


class SourceForm(msgspec.Struct, frozen=True, kw_only=True):
    """One source file, as it was handed in."""

    name: str
    content: OutputForm


class ProgramForm(msgspec.Struct, frozen=True, kw_only=True):
    """The program that work brought along; without sources where it brought none. ``main``: as it was asked for."""

    language: str = ""
    main: str = ""
    sources: tuple[SourceForm, ...] = ()


def source_form(source: SourceFile | SourceBlob) -> SourceForm:
    """As it goes over HTTP."""
    if isinstance(source, SourceBlob):
        return SourceForm(name=source.name, content=OutputForm(blob=source.blob))
    text, exact = text_and_bytes(source.content)
    return SourceForm(name=source.name, content=OutputForm(text=text, base64=exact, size_bytes=len(source.content)))


def program_form(language: str, program: ProgramSource) -> ProgramForm:
    """As it goes over HTTP. ``language``: that of its work."""
    given: tuple[SourceFile | SourceBlob, ...] = (*program.sources, *program.source_blobs)
    return ProgramForm(language=program.language or language, main=program.main, sources=tuple(map(source_form, given)))


class JudgingForm(msgspec.Struct, frozen=True, kw_only=True):
    """One judging of a submission. ``status`` is empty while it is not done.

    ``rejudge``: which one it is of; empty = of none. ``judging``: the id of the submission that judges again, empty =
    the record has its report by itself. ``counts``: its report is that of the submission.
    """

    name: Annotated[str, Meta(description="`now`, `before` (it counted until a rejudge was applied), or its rejudge.")]
    state: Standing
    status: str = ""
    score: float | None = None
    finished_at_ms: int = 0
    rejudge: str = ""
    judging: str = ""
    counts: bool = False


class JudgingsForm(msgspec.Struct, frozen=True, kw_only=True):
    """The judgings of a submission that are kept: the one that counts first, then the newest first."""

    items: tuple[JudgingForm, ...] = ()
