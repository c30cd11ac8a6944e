"""Time limits that packages declare outside problem.yaml: ``.timelimit`` and ``domjudge-problem.ini``."""

from __future__ import annotations

import math
import re

from judge.model.units import S_NS, seconds_to_ns
from judge.package.ceilings import Bound
from judge.package.files.package_dir import Entry, PackageDir
from judge.package.findings import Findings

#: DOMjudge's own file, with which a package may even do without problem.yaml.
INI_FILE = "domjudge-problem.ini"
_BYTES_MAX = 64 << 10
_INI_LINE = re.compile(r"^\s*timelimit\s*=\s*['\"]?([^'\"\s;#]*)", re.MULTILINE | re.IGNORECASE)


def declared_time_limit(package: PackageDir, findings: Findings, bound: Bound) -> int:
    """Nanoseconds; 0 when neither file says anything usable. ``.timelimit`` wins."""
    entry = package.find(".timelimit")
    if entry is not None and not entry.is_directory:
        return _nanoseconds(_text(package, entry).strip(), entry, findings, bound)
    entry = package.find(INI_FILE)
    match = _INI_LINE.search(_text(package, entry)) if entry is not None and not entry.is_directory else None
    return _nanoseconds(match[1], entry, findings, bound) if match and entry else 0


def _text(package: PackageDir, entry: Entry) -> str:
    return package.read(entry, _BYTES_MAX).decode("utf-8-sig", "replace")


def _nanoseconds(text: str, entry: Entry, findings: Findings, bound: Bound) -> int:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if math.isnan(seconds):
        findings.block(entry.shown, f"expected a time limit in seconds, not {text[:40]!r}")
        return 0
    complaint = bound.complaint(seconds * S_NS, S_NS)
    if complaint:
        findings.block(entry.shown, f"the time limit {complaint}, not {text[:40]!r}")
        return 0
    return seconds_to_ns(seconds)
