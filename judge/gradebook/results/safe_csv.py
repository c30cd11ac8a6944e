"""Tables that spreadsheets open: a field from outside never is a formula there. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

#: What a spreadsheet takes for the beginning of a formula or of a command (OWASP, "CSV Injection").
_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
#: What takes no place on the screen, or looks empty: marks on a letter that is not there, and fillers.
_MARKS = frozenset({"Mn", "Me"})
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
#: With one of these a field has quotes: what spreadsheets of one country or another take for its end.
_NEEDS_QUOTES = frozenset(',;\t"\r\n')


def safe_field(text: str) -> str:
    """The text, after an apostrophe where a spreadsheet would calculate with it; lines and controls become blanks."""
    is_formula = text != "-" and (text.startswith(_BEGINNINGS) or _seen(text).startswith(_BEGINNINGS))
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return f"'{plain}" if is_formula else plain


def csv_text(rows: Iterable[Sequence[str | float | None]]) -> str:
    """A table (RFC 4180). Texts are made safe; numbers, which are ours, stand as they are; None is empty."""
    return "".join(",".join(_quoted(_field(field)) for field in row) + "\r\n" for row in rows)


def number(value: float) -> str:
    """Points, with at most four digits after the point, and no more than they need."""
    return f"{round(value, 4):.4f}".rstrip("0").rstrip(".") or "0"


def _seen(text: str) -> str:
    """The text from the first letter on that is seen."""
    return next((text[at:] for at, letter in enumerate(text) if not _is_unseen(letter)), "")


def _is_unseen(letter: str) -> bool:
    is_empty = letter.isspace() or not letter.isprintable() or letter in _FILLERS
    return is_empty or unicodedata.category(letter) in _MARKS


def _quoted(field: str) -> str:
    return field if _NEEDS_QUOTES.isdisjoint(field) else '"' + field.replace('"', '""') + '"'


def _field(field: str | float | None) -> str:
    if field is None:
        return ""
    return safe_field(field) if isinstance(field, str) else number(field)
