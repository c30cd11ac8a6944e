"""Marks and encodings that programs stumble over: what the first bytes of a file betray. Pure."""

from __future__ import annotations

import codecs

#: How much of a file is enough to tell.
HEAD_BYTES = 256

#: The longer marks first: UTF-32's little-endian one begins like that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "begins with a byte-order mark (EF BB BF), which programs take for text"),
    (codecs.BOM_UTF32_LE, "is UTF-32 text, not UTF-8"),
    (codecs.BOM_UTF32_BE, "is UTF-32 text, not UTF-8"),
    (codecs.BOM_UTF16_LE, "is UTF-16 text, not UTF-8"),
    (codecs.BOM_UTF16_BE, "is UTF-16 text, not UTF-8"),
)


def odd_encoding(head: bytes) -> str:
    """What is odd about a text file that begins so, as the end of a sentence; empty = nothing.

    UTF-16 without a mark shows in every other byte being zero and the rest being ASCII, which no text in UTF-8 has.
    """
    for mark, what in _MARKS:
        if head.startswith(mark):
            return what
    even, odd = head[0 : len(head) & ~1 : 2], head[1::2]
    if len(odd) >= 2 and any(not any(zeros) and _is_plain(letters) for zeros, letters in ((even, odd), (odd, even))):
        return "is UTF-16 text, not UTF-8"
    return ""


def _is_plain(letters: bytes) -> bool:
    return all(letter in b"\t\n\r" or 32 <= letter < 127 for letter in letters)
