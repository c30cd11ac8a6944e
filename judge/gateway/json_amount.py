"""How many values a JSON text has, told without decoding it: each takes memory however short it is written, so that a
text of a few bytes for each becomes many times its size."""

from __future__ import annotations

import re

#: More than any honest text has: one for every 32 bytes of the largest body, a hundred for each test of an evaluation.
#: The queue takes no task with more, either.
VALUES_MAX = 1 << 20

#: What begins a value: each but the first of a list or object stands behind a comma.
_BEGINS = b"{[,"

#: As many of these, each behind two strings at most, as no honest text has; in a text without escapes.
_TOO_MANY = re.compile(rb'(?:[^"{\[,]*+(?:"[^"]*+"[^"{\[,]*+){0,2}+[{\[,]){%d}+' % (VALUES_MAX + 1))


def has_too_many_values(text: bytes) -> bool:
    """Whether there are more than :data:`VALUES_MAX`, as far as the text is JSON. Takes time that grows with the text
    alone; commas and brackets within strings, as sources and data have them, do not count."""
    if sum(text.count(begin) for begin in _BEGINS) <= VALUES_MAX:
        return False
    if b"\\" in text:
        text = text.replace(b"\\\\", b"").replace(b'\\"', b"")
    return _TOO_MANY.match(text) is not None
