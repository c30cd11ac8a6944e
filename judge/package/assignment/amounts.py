"""Amounts as people write them in assignment.yaml: ``10min``, ``256 MiB``, ``10% per day``, a date with its time.

Each function reads one key of a section; what is wrong is a blocking finding that names the line, and the default comes
back.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime

from judge.model.assignment import DAY_NS
from judge.model.units import GIB, KIB, MIB, MS_NS, S_NS
from judge.package.ceilings import Bound
from judge.package.files.yaml_section import YamlSection, number_of
from judge.package.files.yaml_tree import YamlNode, YamlScalar

_TIMES_NS = {
    "ms": MS_NS,
    "s": S_NS,
    "min": 60 * S_NS,
    "h": 3600 * S_NS,
    "d": DAY_NS,
    "day": DAY_NS,
    "days": DAY_NS,
    "hour": 3600 * S_NS,
    "hours": 3600 * S_NS,
    "week": 7 * DAY_NS,
    "weeks": 7 * DAY_NS,
    "w": 7 * DAY_NS,
}
_SIZES_BYTES = {"B": 1, "KiB": KIB, "MiB": MIB, "GiB": GIB, "KB": 1000, "MB": 1000**2, "GB": 1000**3}
_NUMBER = r"(\d{1,12}(?:\.\d{1,9})?)"
_AMOUNT = re.compile(rf"{_NUMBER} ?([A-Za-z]+)")
_PENALTY = re.compile(rf"{_NUMBER} ?%(?: (?:per|an?) (?:{_NUMBER} ?)?([A-Za-z]+))?")
_FINDING = re.compile(rf"{_NUMBER}(?: per (?:finding|line))?")

#: A course does not last longer; a slip of the hand is found here.
LONGEST_NS = 3650 * DAY_NS


def duration_ns(section: YamlSection, key: str, default_ns: int, bound: Bound) -> int:
    """A time: a number with its unit, or a number of seconds."""
    return _amount(section, key, default_ns, _TIMES_NS, "s", bound)


def size_bytes(section: YamlSection, key: str, default_bytes: int, bound: Bound) -> int:
    """A size: a number with its unit, or a number of MiB."""
    return _amount(section, key, default_bytes, _SIZES_BYTES, "MiB", bound)


def _amount(section: YamlSection, key: str, default: int, units: dict[str, int], usual: str, bound: Bound) -> int:
    node = section.node(key)
    if node is None:
        return default
    if number_of(node) is not None:
        return section.amount(key, default, units[usual], bound)
    match = _AMOUNT.fullmatch(_text(node))
    if match is None or match[2] not in units:
        section.block(key, f"expected a number and a unit ({', '.join(units)}), as in 10 {usual}")
        return default
    unit = units[match[2]]
    amount = round(float(match[1]) * unit)
    complaint = bound.complaint(amount, unit)
    if complaint:
        section.block(key, f"{complaint} {match[2]}, not {match[1]}")
        return default
    return amount


def share(section: YamlSection, key: str, default: float) -> float:
    """A share: ``50%``, or a number from 0 to 1."""
    node = section.node(key)
    if node is None:
        return default
    text = _text(node)
    try:
        value = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1:
        section.block(key, "expected a share from 0% to 100%, as in 50%")
        return default
    return value


def penalty(section: YamlSection, key: str) -> tuple[float, int]:
    """``10% per day``: the share and the time for which it is taken, in ns."""
    node = section.node(key)
    if node is None:
        return 0.0, DAY_NS
    match = _PENALTY.fullmatch(_text(node))
    if match is None or float(match[1]) > 100 or (match[3] or "day") not in _TIMES_NS:
        section.block(key, "expected a share and a time, as in 10% per day")
        return 0.0, DAY_NS
    period_ns = round(float(match[2] or 1) * _TIMES_NS[match[3] or "day"])
    if not MS_NS <= period_ns <= LONGEST_NS:
        section.block(key, "expected a time from 1 ms to 10 years")
        return 0.0, DAY_NS
    return float(match[1]) / 100, period_ns


def points_per_finding(section: YamlSection, key: str) -> float:
    """``0.5 per finding``, or the number alone."""
    node = section.node(key)
    if node is None:
        return 0.0
    match = _FINDING.fullmatch(_text(node))
    if match is None:
        section.block(key, "expected points, as in 0.5 per finding")
        return 0.0
    return float(match[1])


def instant_ms(section: YamlSection, key: str) -> int:
    """A point in time with its offset from UTC, in Unix milliseconds; 0 = absent."""
    node = section.node(key)
    if node is None:
        return 0
    try:
        moment = datetime.fromisoformat(_text(node))
    except ValueError:
        section.block(key, "expected a date and a time, as in 2026-12-01T23:59:00+01:00")
        return 0
    if moment.tzinfo is None:
        section.block(key, "needs an offset from UTC, as in 2026-12-01T23:59:00+01:00 (or Z)")
        return 0
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    if since.days < 0:
        section.block(key, "lies before 1970")
        return 0
    return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000


def _text(node: YamlNode) -> str:
    return node.text.strip() if isinstance(node, YamlScalar) else ""
