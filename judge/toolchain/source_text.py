"""Source files as their authors' editors saved them, made what compilers expect: UTF-8, no mark, lines ended by LF.

Editors on Windows begin a file with a byte order mark, end lines with CR LF and call UTF-16 "Unicode". No language
gives any of it a meaning; many compilers and most shells stumble over it. Pure; never raises.
"""

from __future__ import annotations

import codecs

#: Marks in the order in which they can be told apart: that of UTF-32 begins like that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

#: What old editors of DOS end a text with.
_DOS_END = b"\x1a"


def plain_text(content: bytes) -> bytes:
    """The same text without a mark, in UTF-8 if it was UTF-16 or UTF-32, its lines ended by LF.

    Bytes in any other encoding stay as they are: what they mean only the language can say.
    """
    content = _without_mark(content).removesuffix(_DOS_END).replace(b"\r\n", b"\n")
    return content if b"\n" in content else content.replace(b"\r", b"\n")


def _without_mark(content: bytes) -> bytes:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :] if encoding == "utf-8" else _recoded(content, len(mark), encoding)
    if len(content) >= 2 and content[0] and not content[1]:
        return _recoded(content, 0, "utf-16-le")
    if len(content) >= 2 and content[1] and not content[0]:
        return _recoded(content, 0, "utf-16-be")
    return content


def _recoded(content: bytes, start: int, encoding: str) -> bytes:
    try:
        return content[start:].decode(encoding).encode()
    except UnicodeError:
        return content
