"""Times and durations as course systems and teachers write them. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from judge.model.units import S_NS

_FORMS = (
    "%A, %d %B %Y, %I:%M %p",  # Moodle
    "%A, %d %B %Y, %H:%M",
    "%d %B %Y, %I:%M %p",
    "%Y-%m-%d %H:%M:%S UTC",  # Canvas, git
    "%Y-%m-%d %H:%M:%S %z",
)
_UTC_FORM = "%Y-%m-%d %H:%M:%S UTC"
_DURATION = re.compile(r"\+?\s*([0-9]{1,6}(?:\.[0-9]{1,3})?)\s*(min(?:utes?)?|h(?:ours?)?|d(?:ays?)?|w(?:eeks?)?)")
_UNITS_S = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_DATE_DIGITS = len("20261201")
#: Digits of a Unix time of these years -> milliseconds in its unit. Twelve are no time in milliseconds: 202612012359
#: is a date.
_UNIX_MS = {9: 1000, 10: 1000, 13: 1}
_MS_MAX = 1 << 45  # in the year 3084


def time_ms(text: str) -> int:
    """Unix time: ISO 8601 ("2026-12-01T23:59+01:00"; without a zone this machine's), seconds or milliseconds since
    1970, or as Moodle and Canvas write it. Raises ValueError."""
    text = " ".join(text.split())
    if text.isdecimal() and len(text) > _DATE_DIGITS:  # fromisoformat would pass over the digit after a date
        if len(text) not in _UNIX_MS or not text.isascii():
            raise ValueError(f"{text[:80]!r} may be a date and a time in one: write it as in 2026-12-01T23:59+01:00")
        return int(text) * _UNIX_MS[len(text)]
    at = _at(text)
    try:
        at_ms = round(at.timestamp() * 1000)
    except (ValueError, OverflowError, OSError) as error:
        raise ValueError(f"{text[:80]!r} is no time of these years") from error
    if not 0 < at_ms < _MS_MAX:
        raise ValueError(f"{text[:80]!r} is no time of these years")
    return at_ms


def duration_ns(text: str) -> int:
    """ "2d", "36 hours", "90min", "1w" in nanoseconds. Raises ValueError."""
    found = _DURATION.fullmatch(text.strip().lower())
    if found is None:
        raise ValueError(f"{text[:80]!r} is no duration such as 2d, 36h or 90min")
    return round(float(found[1]) * _UNITS_S[found[2][0]]) * S_NS


def _at(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    for form in _FORMS:
        try:
            at = datetime.strptime(text, form)
        except ValueError:
            continue
        return at.replace(tzinfo=UTC) if form == _UTC_FORM else at
    raise ValueError(f"{text[:80]!r} is no time such as 2026-12-01T23:59+01:00")
