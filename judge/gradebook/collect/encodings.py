"""Sources in other encodings than UTF-8, as old editors save them. Pure; never raises."""

from __future__ import annotations

import codecs
import re

from judge.package.encoding import HEAD_BYTES, odd_encoding

#: PEP 263: a Python source that says its own encoding is right as it is. Emacs' form serves other languages, too.
_DECLARED = re.compile(rb"^[ \t\f]*[#/].*?coding[:=][ \t]*([-\w.]{1,40})(?![-\w.])")
#: Those that a source is believed, as Python calls them: of text, and with ASCII in its place, so that the line that
#: names them can be read at all (what is UTF-16 is known by its first bytes).
_BELIEVED = frozenset((
    "ascii", "utf-8", "iso8859-1", "iso8859-9", "iso8859-15", *(f"cp{page}" for page in range(1250, 1259)),
    "koi8-r", "koi8-u", "gb2312", "gbk", "gb18030", "big5", "shift_jis", "euc_jp", "euc_kr",
))  # fmt: skip
_CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\v\f\r\x1a\x1b")
_WINDOWS = "cp1252"


def is_binary(content: bytes) -> bool:
    """Whether no text looks so."""
    head = content[:8192]
    return not odd_encoding(head[:HEAD_BYTES]) and any(byte in _CONTROLS for byte in head)


def as_utf8(content: bytes) -> tuple[bytes, str]:
    """A source in UTF-8, and what was done to it (the end of a sentence; empty = nothing).

    What has a mark, or is UTF-16 without one, is made plain by every language's own reading
    (:func:`judge.toolchain.source_text.plain_text`): it is only said here.
    """
    odd = odd_encoding(content[:HEAD_BYTES])
    if odd:
        return content, f"{odd}; it was read as that"
    try:
        content.decode()
    except UnicodeDecodeError:
        declared = _declared(content)
        if declared:
            return content, f"is no UTF-8 but says so ({declared})"
        return content.decode(_WINDOWS, "replace").encode(), "is no UTF-8; it was read as Windows' Latin-1"
    return content, ""


def _declared(content: bytes) -> str:
    """The encoding that the first two lines name, where it is one that fits."""
    for line in content.split(b"\n", 2)[:2]:
        found = _DECLARED.match(line)
        if found:
            name = found[1].decode("ascii", "replace")
            return name if _fits(content, name) else ""
    return ""


def _fits(content: bytes, name: str) -> bool:
    try:
        codec = codecs.lookup(name).name
        if codec not in _BELIEVED:
            return False
        content.decode(codec)
    except (LookupError, UnicodeError):
        return False
    return True
