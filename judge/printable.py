"""Text from outside made harmless for a terminal and a log line: one line, no control sequences, no endless length."""

from __future__ import annotations

import re

#: C0 and C1 controls, line and paragraph separators, and what turns the direction of writing.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def printable(text: str, chars_max: int) -> str:
    """``text`` with control characters escaped as in Python source, cut after ``chars_max`` with "..."."""
    if len(text) > chars_max:
        text = text[:chars_max] + "..."
    text = _CONTROL.sub(lambda match: repr(match[0])[1:-1] if match[0] < "\u2000" else f"\\u{ord(match[0]):04x}", text)
    return text.encode("utf-8", "backslashreplace").decode()


def printable_lines(text: str) -> list[str]:
    """The lines of a longer text, tabs expanded, each harmless."""
    return [printable(line.expandtabs(8), len(text) * 8) for line in text.splitlines()]


#: What our own pictures are made of, for a terminal that has only letters.
_PLAIN = {"█": "#", "·": ".", "─": "-", "━": "-", "…": "...", "→": "->", "►": ">", "│": "|"}


def plain_letters(error: UnicodeError) -> tuple[str, int]:
    """For :func:`codecs.register_error`: what an encoding lacks becomes like letters, or a question mark."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_PLAIN.get(letter, "?") for letter in error.object[error.start : error.end]), error.end
