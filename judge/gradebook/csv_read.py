"""Tables as spreadsheets and course systems write them: any of the usual encodings and separators. Pure."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from judge.errors import UsageError
from judge.text import printable

ROWS_MAX = 50_000
_FIELD_CHARS_MAX = 100_000
_SEPARATORS = ",;\t"


@dataclass(frozen=True)
class Table:
    """``header`` as it is written; ``rows`` have a text for each name of it, and the lines of the file in which they
    begin."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, dict[str, str]], ...]


def table_of(content: bytes, where: str) -> Table:
    """The table in a file. Raises UsageError naming ``where``."""
    lines = io.StringIO(_text(content), newline="")
    separator = _separator(lines.readline())
    lines.seek(0)
    try:
        rows = list(_rows(lines, separator))
    except csv.Error as error:
        raise UsageError(f"{where}: is no table (CSV): {error}") from error
    if not rows:
        raise UsageError(f"{where}: is empty")
    if len(rows) > ROWS_MAX:
        raise UsageError(f"{where}: more than {ROWS_MAX} rows")
    header = tuple(name.strip() for name in rows[0][1])
    doubled = {name for name in header if name and header.count(name) > 1}
    if doubled:
        raise UsageError(f"{where}: two columns are called {printable(min(doubled), 80)!r}")
    return Table(header, tuple((number, _named(header, row)) for number, row in rows[1:]))


def _rows(lines: Iterable[str], separator: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(lines, delimiter=separator)
    line = 1
    for row in reader:
        if any(len(field) > _FIELD_CHARS_MAX for field in row):
            raise csv.Error(f"line {line} has a field of more than {_FIELD_CHARS_MAX} letters")
        if any(field.strip() for field in row):
            yield line, row
        line = reader.line_num + 1  # a field in quotes may have several


def _named(header: tuple[str, ...], row: list[str]) -> dict[str, str]:
    padded = [*row, *[""] * (len(header) - len(row))]
    return {name: field.strip() for name, field in zip(header, padded, strict=False) if name}


def _text(content: bytes) -> str:
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _separator(line: str) -> str:
    return max(_SEPARATORS, key=line.count)
