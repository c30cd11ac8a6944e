"""What ``judge languages`` prints: rows as values, and the tables made of them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from rich.table import Table

from judge.cli.showing import add_row, plain_table
from judge.model.language import SelfTest
from judge.model.units import MS_NS, format_bytes
from judge.queue.values import LanguageCard
from judge.toolchain.language_test import SelfTestReport

_MARKS = {True: "yes", False: "NO", None: "-"}


class StatusRow(msgspec.Struct, frozen=True, kw_only=True):
    """One language of ``list``. ``offered`` = it is ready and passed its self-test here as it is now."""

    id: str
    name: str
    ready: bool
    offered: bool
    version: str
    source: str
    layers: tuple[str, ...]
    missing: tuple[str, ...]


class TestRow(msgspec.Struct, frozen=True, kw_only=True):
    """One language of ``test``. ``report`` None = not installed, ``missing`` says what is not there."""

    __test__ = False

    id: str
    name: str
    source: str
    version: str = ""
    missing: str = ""
    report: SelfTestReport | None = None

    @property
    def passed(self) -> bool:
        """True when it was tested and every program did what it should."""
        return self.report is not None and self.report.passed


def status_table(rows: list[StatusRow]) -> Table:
    """The table of ``list``."""
    table = plain_table("id", "name", "ready", "proved", "version", "from", whole=("id", "proved", "version"))
    for row in rows:
        where = ", ".join(row.layers) or row.source
        ready = "yes" if row.ready else f"no: {row.missing[0]}"
        add_row(table, row.id, row.name, ready, "yes" if row.offered else "", row.version, where if row.ready else "")
    return table


def offered_table(cards: Sequence[LanguageCard]) -> Table:
    """The table of ``offered``."""
    table = plain_table(
        "id", "name", "other words", "files", "workers", "versions", "after @", whole=("id", "workers", "after @")
    )
    for card in cards:
        extensions = " ".join(f".{extension}" for extension in card.extensions)
        words = " ".join(alias for alias in card.aliases if alias != card.id)
        versions, names = "; ".join(card.versions), " ".join((*card.exact, *card.variants))
        cells = (card.id, card.name, words, extensions, str(card.workers), versions, names)
        add_row(table, *cells)
    return table


def test_table(rows: list[TestRow]) -> Table:
    """The table of ``test``, a line per language; what failed is told apart."""
    table = Table(box=None, pad_edge=False)
    for heading in ("id", "version", "result", "start", "memory", "compile"):
        table.add_column(heading)
    for row in rows:
        if row.report is None:
            table.add_row(row.id, "", "not installed")
            continue
        failed = [result.test.value for result in row.report.results if result.passed is False]
        table.add_row(
            row.id, row.version, f"failed: {', '.join(failed)}" if failed else "passed", *_figures(row.report)
        )
    return table


test_table.__test__ = False  # type: ignore[attr-defined]


def markdown(rows: list[TestRow]) -> str:
    """The same as a Markdown table, for the documentation, with a line per failure below."""
    headings = ["id", "language", "version", *(test.value for test in SelfTest), "start", "memory", "compile"]
    lines = ["| " + " | ".join(headings) + " |", "|" + "---|" * len(headings)]
    for row in rows:
        if row.report is None:
            cells = [row.id, row.name, f"not here: {row.missing}", *[""] * (len(headings) - 3)]
        else:
            cells = [row.id, row.name, row.version, *_cells(row.report), *_figures(row.report)]
        lines.append("| " + " | ".join(cells) + " |")
    lines += ["", *(line for row in rows for line in _failures(row))]
    return "\n".join(lines).rstrip() + "\n"


def _failures(row: TestRow) -> list[str]:
    results = row.report.results if row.report else ()
    return [f"- {row.id}, {result.test.value}: {result.detail}" for result in results if result.passed is False]


def _cells(report: SelfTestReport) -> list[str]:
    return [_MARKS[result.passed] for result in report.results]


def _figures(report: SelfTestReport) -> list[str]:
    compiled = f"{report.compile_ns / MS_NS:.0f} ms" if report.compile_ns else "-"
    return [f"{report.startup_ns / MS_NS:.1f} ms", format_bytes(report.memory_bytes), compiled]
