"""What a program printed, as a report keeps it: the two ends of each stream, safe to show, capped per case and report.

Pure. Nothing here knows who may see it; see :mod:`judge.render.view`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import msgspec

from judge.model.printed import Printed
from judge.model.report import CaseReport, GroupReport
from judge.model.verdict import Verdict
from judge.sandbox.capture import Capture
from judge.text import safe_text

#: Kept of each end of a stream.
END_BYTES = 2048

#: Kept of all streams of a report together; cases that were not accepted come first.
REPORT_BYTES_MAX = 64 << 10

#: Longest reason that is taken from standard error.
_REASON_CHARS_MAX = 200

#: How runtimes call what ended a program; they print it first, last or in the middle, but at the start of a line.
_REASON = re.compile(r"^(?=\S).*(?:error|exception|panic|abort|assert|terminate|fatal|fault:|what\(\):)", re.IGNORECASE)


def printed(stream: Capture, rename: Callable[[str], str] = str) -> Printed | None:
    """The two ends of a stream; None when it is empty. ``rename`` puts names that the author knows in place of ours."""
    size = stream.size_bytes
    if size == 0:
        return None
    if size <= 2 * END_BYTES:
        return Printed(head=rename(safe_text(stream.read(), size)))
    head, tail = _whole_letters(stream.read(END_BYTES)), stream.tail(END_BYTES)
    tail = tail.lstrip(bytes(range(0x80, 0xC0)))
    return Printed(
        head=rename(safe_text(head, len(head))),
        tail=rename(safe_text(tail, len(tail))),
        omitted_bytes=size - len(head) - len(tail),
    )


def reason_of_failure(ending: str, verdict: Verdict, stderr: Printed | None) -> str:
    """Why a run failed: how it ended, and for a run-time error what the program (or its runtime) said about it."""
    said = reason_in(stderr) if verdict in (Verdict.RTE, Verdict.MLE) else ""
    return f"{ending}: {said}" if said else ending


def reason_in(stderr: Printed | None) -> str:
    """The line of standard error that says most: the last that names an error, else the last; empty without one."""
    if stderr is None:
        return ""
    lines = [line.rstrip() for line in f"{stderr.head}\n{stderr.tail}".splitlines() if line.strip()]
    named = [line for line in lines if _REASON.match(line)]
    return (named or lines or [""])[-1].strip()[:_REASON_CHARS_MAX]


def within_room(root: GroupReport, bytes_max: int = REPORT_BYTES_MAX) -> GroupReport:
    """The tree with streams up to ``bytes_max`` in all: cases that were not accepted first, else in order."""
    cases = sorted(_cases(root), key=lambda case: case.verdict is Verdict.AC)
    kept: set[str] = set()
    for case in cases:
        size = sum(_size(stream) for stream in (case.stdout, case.stderr))
        if size <= bytes_max:
            bytes_max -= size
            kept.add(case.name)
    return _keeping(root, kept)


def without_streams(case: CaseReport) -> CaseReport:
    """The case without what its program printed: for events, of which a submission may have thousands."""
    if case.stdout is None and case.stderr is None:
        return case
    return msgspec.structs.replace(case, stdout=None, stderr=None)


def _keeping(group: GroupReport, kept: set[str]) -> GroupReport:
    cases = tuple(case if case.name in kept else without_streams(case) for case in group.cases)
    return msgspec.structs.replace(group, cases=cases, groups=tuple(_keeping(inner, kept) for inner in group.groups))


def _cases(group: GroupReport) -> Iterator[CaseReport]:
    yield from group.cases
    for inner in group.groups:
        yield from _cases(inner)


def _size(stream: Printed | None) -> int:
    return len(stream.head.encode()) + len(stream.tail.encode()) if stream else 0


def _whole_letters(data: bytes) -> bytes:
    """``data`` without the beginning of a UTF-8 character at its end."""
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte >= 0xC0:
            length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return data[:-back] if length > back else data
        if byte < 0x80:
            break
    return data
