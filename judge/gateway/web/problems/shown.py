"""What a problem's page shows of it, in words. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec
from markupsafe import Markup

from judge.gateway.statements.conversion import CONVERTER
from judge.gateway.statements.shown import file_address
from judge.http_form.problems import ProblemView, SamplesView, SampleText, StatementView
from judge.model.units import brief_bytes, brief_ns
from judge.queue.values import LanguageCard
from judge.text import printable_lines

#: A line for each, so that a page stays a page.
_LANGUAGES_MAX = 300

Text = Callable[..., str]


class SummaryLine(NamedTuple):
    """A line of what is to be known of a problem."""

    name: str
    value: str


class LanguageChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A language that may be used. ``ending``: of its files, empty = it has none of its own."""

    id: str
    name: str
    ending: str = ""
    endings: tuple[str, ...] = ()


class ShownFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file to be had. ``shown``: what is in it, made harmless; ``text`` itself, for who copies it."""

    name: str
    address: str
    text: str = ""
    shown: str = ""
    truncated: bool = False
    exact: bool = True


class ShownSample(msgspec.Struct, frozen=True, kw_only=True):
    """A sample as people see it; ``said``: an interaction, who speaks and what."""

    name: str
    input: ShownFile | None = None
    answer: ShownFile | None = None
    said: tuple[tuple[str, str], ...] = ()


class ShownStatement(msgspec.Struct, frozen=True, kw_only=True):
    """A statement and its files. ``html`` was made safe."""

    view: StatementView
    html: Markup
    pdf: str = ""
    source: str = ""


def summary_of(problem: ProblemView, text: Text) -> tuple[SummaryLine, ...]:
    """Limits, and what is unusual."""
    limits = problem.limits
    measured = text("problems.time_measured")
    lines = [
        SummaryLine(text("problems.time"), brief_ns(limits.time_limit_ns) if limits.time_limit_ns else measured),
        SummaryLine(text("problems.memory"), brief_bytes(limits.memory_bytes)),
        SummaryLine(text("problems.source_limit"), brief_bytes(limits.code_bytes)),
    ]
    kinds = [
        text(f"problems.{kind}")
        for kind in ("interactive", "multi_pass", "submit_answer", "scoring")
        if getattr(problem, kind)
    ]
    if kinds:
        lines.append(SummaryLine(text("problems.kind"), ", ".join(kinds)))
    for name in ("input_file", "output_file"):
        if getattr(problem, name):
            lines.append(SummaryLine(text(f"problems.{name}"), getattr(problem, name)))
    return tuple(lines)


def languages_of(problem: ProblemView, cards: Sequence[LanguageCard]) -> tuple[LanguageChoice, ...]:
    """Those that workers offer and the package lets in, by name; nobody answers in what converts statements."""
    allowed = [
        card for card in cards if card.id != CONVERTER and (not problem.languages or card.id in problem.languages)
    ]
    return tuple(
        LanguageChoice(
            id=card.id,
            name=card.name,
            ending=card.extensions[0] if card.extensions else "",
            endings=card.extensions,
        )
        for card in sorted(allowed, key=lambda card: card.name.lower())[:_LANGUAGES_MAX]
    )


def shown_statement(view: StatementView) -> ShownStatement:
    """The statement with addresses of its files."""
    pdf, source = (file_address(view.package, name) if name else "" for name in (view.pdf, view.source))
    return ShownStatement(view=view, html=Markup(view.html), pdf=pdf, source=source)


def shown_samples(view: SamplesView) -> tuple[ShownSample, ...]:
    """What statements show of samples."""
    return tuple(
        ShownSample(
            name=one.name,
            input=_file(view.package, one.shown_input or one.input),
            answer=_file(view.package, one.shown_answer or one.answer),
            said=_said(one.interaction),
        )
        for one in view.items
    )


def _file(package: str, given: SampleText | None) -> ShownFile | None:
    if given is None:
        return None
    return ShownFile(
        name=given.name,
        address=file_address(package, given.name),
        text=given.text,
        shown="".join(f"{line}\n" for line in printable_lines(given.text)),
        truncated=given.truncated,
        exact=not given.base64,
    )


#: Who speaks, by the first letter of a line; ``---`` stands between two runs.
_SPEAKERS = {"<": "judge", ">": "program"}


def _said(given: SampleText | None) -> tuple[tuple[str, str], ...]:
    lines = printable_lines(given.text) if given is not None else []
    return tuple((_SPEAKERS[line[0]], line[1:]) if line[0] in _SPEAKERS else ("pass", "") for line in lines if line)
