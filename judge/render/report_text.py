"""A report as text for a terminal or a mail: what happened, test by test. Pure; shows nothing that is not in it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime

from judge.model.printed import Printed
from judge.model.report import CaseReport, GroupReport, Report
from judge.model.units import format_bytes, format_ns
from judge.model.verdict import Verdict
from judge.text import printable

_BAR_CELLS = 12
_INDENT = "  "

#: Lines of a compiler's text that are shown, and of a program's or validator's in one case.
_TEXT_LINES_MAX = 40
_CASE_LINES_MAX = 12

#: Cases whose texts are shown.
_CASES_SHOWN_MAX = 5


def render_text(report: Report, *, details: bool = True, width: int = 0) -> str:
    """The report in lines of text, the verdict first. ``details`` False leaves the tests out.

    Whatever is in the report, the lines are harmless for a terminal. ``width`` (0 = no limit) breaks them at words.
    """
    lines = [headline(report)]
    if report.reason and report.verdict is not Verdict.CE:
        where = f"{report.deciding_case}: " if report.deciding_case else ""
        lines.append(f"{_INDENT}{where}{report.reason}")
    if report.compile is not None and not report.compile.ok:
        lines += [f"{_INDENT}{line}" for line in _cut(report.compile.log, _TEXT_LINES_MAX)]
    elif report.verdict is Verdict.CE and report.reason:
        lines.append(f"{_INDENT}{report.reason}")
    if details and report.root is not None:
        lines.append("")
        lines += _group_lines(report.root, report, 0)
    lines += _texts(report)
    if details:
        lines += [f"{_INDENT}{name}: {value}" for name, value in origin(report)]
    return "\n".join(part for line in lines for part in wrapped(line, width))


def wrapped(line: str, width: int) -> list[str]:
    """``line``, made harmless, in pieces of at most ``width`` columns, the further ones indented more."""
    line = printable(line.expandtabs(8), len(line) * 8)
    if not 0 < width < len(line):
        return [line]
    indent = " " * (len(line) - len(line.lstrip()) + len(_INDENT))
    return textwrap.wrap(line, max(width, 20), subsequent_indent=indent, break_on_hyphens=False) or [line]


def _texts(report: Report) -> Iterator[str]:
    """What programs printed and validators said in the first cases that were not accepted."""
    failed = [case for case in cases_in(report.root) if case.verdict not in (None, Verdict.AC)]
    failed.sort(key=lambda case: case.name != report.deciding_case)
    shown = 0
    for case in failed:
        texts = [(title, text) for title, text in texts_of(case) if text.strip() and text.strip() != case.reason]
        shown += bool(texts)
        if shown > _CASES_SHOWN_MAX:
            yield ""
            yield f"{_INDENT}[more cases have texts: --json or --html shows all]"
            return
        for title, text in texts:
            yield ""
            yield f"{_INDENT}{case.name}, {title}:"
            yield from (f"{_INDENT}{_INDENT}{line}" for line in excerpt(text))


def texts_of(case: CaseReport) -> list[tuple[str, str]]:
    """What was printed and said in a case, each with its title; empty texts left out."""
    hidden = "" if case.sample else " (of a hidden test)"
    texts = [
        (f"standard output{hidden}", whole(case.stdout)),
        (f"standard error{hidden}", whole(case.stderr)),
        (f"conversation{hidden}", case.transcript),
        ("for the judges", case.feedback),
        ("for the team", case.team_feedback),
    ]
    return [(title, text) for title, text in texts if text]


def excerpt(text: str) -> list[str]:
    """A few lines of a text, each harmless for a terminal; of a longer one the last line, too: it often says most."""
    return [printable(line.expandtabs(8), len(line) * 8) for line in _cut(text, _CASE_LINES_MAX)]


def whole(stream: Printed | None) -> str:
    """A stream as one text, with a line that says what is missing."""
    if stream is None:
        return ""
    if not stream.omitted_bytes:
        return stream.head + stream.tail
    return f"{stream.head}\n[{stream.omitted_bytes} bytes are left out here]\n{stream.tail}"


def origin(report: Report) -> list[tuple[str, str]]:
    """When, where and with what it was judged, as far as the report knows."""
    rows = [
        ("for", report.tenant),
        ("handed in", moment(report.submitted_at_ms)),
        ("finished", moment(report.finished_at_ms)),
        ("judged by", report.judged_by),
        ("judge", report.judge_version),
        ("compiler or interpreter", report.toolchain_version),
        ("package", report.package_digest),
    ]
    return [(name, value) for name, value in rows if value]


def moment(at_ms: int) -> str:
    """Unix milliseconds for people, in UTC; empty for 0."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if at_ms > 0 else ""


def cases_in(root: GroupReport | None) -> Iterator[CaseReport]:
    """Every case below a group in the order of judging."""
    for child in ordered_children(root) if root is not None else ():
        if isinstance(child, GroupReport):
            yield from cases_in(child)
        else:
            yield child


def headline(report: Report) -> str:
    """One line: verdict, score, problem, language, the largest use of time and memory."""
    words = [report.verdict.value]
    if report.score is not None:
        words.append(f"score {format_score(report.score)}")
    words.append(f"{report.problem}, {report.language}")
    if report.time_limit_ns and report.root is not None:
        words.append(f"CPU {format_ns(report.cpu_time_max_ns)} of {format_ns(report.time_limit_ns)}")
        words.append(
            f"memory {format_bytes(report.memory_peak_max_bytes)} of {format_bytes(report.memory_limit_bytes)}"
        )
    return " · ".join(words)


def format_score(score: float) -> str:
    """A score as people write it: 50, 33.3333."""
    return f"{score:.6g}"


def share_of(value: int, limit: int) -> float:
    """How much of a limit was used, between 0 and 1; 0 without a limit."""
    return min(1.0, value / limit) if limit > 0 else 0.0


def ordered_children(group: GroupReport) -> list[CaseReport | GroupReport]:
    """Cases and groups in the order of judging, which is that of their names."""
    children: list[CaseReport | GroupReport] = [*group.cases, *group.groups]
    return sorted(children, key=lambda child: child.name)


def reruns_note(case: CaseReport) -> str:
    """Says that a time near the limit was measured again, and what each time was."""
    if not case.reruns_ns:
        return ""
    times = ", ".join(format_ns(time_ns) for time_ns in case.reruns_ns)
    counts = f"the first counts: {case.reruns_note}" if case.reruns_note else "the fastest counts"
    return f"near the time limit, so run {len(case.reruns_ns)} times ({times}); {counts}"


#: Waiting for a processor that a reader should know of: it is no part of what was judged.
_WAITED_NS = 500_000_000


def waiting_note(case: CaseReport) -> str:
    """Says that the host was busy when it kept a run waiting for most of its real time."""
    usage = case.run.usage if case.run is not None else None
    if usage is None or (usage.waited_for_cpu_ns or 0) < max(_WAITED_NS, usage.wall_time_ns // 2):
        return ""
    waited, wall = format_ns(usage.waited_for_cpu_ns or 0), format_ns(usage.wall_time_ns)
    return f"the host was busy: {waited} of {wall} it waited for a processor, which does not count"


def _group_lines(group: GroupReport, report: Report, depth: int) -> Iterator[str]:
    verdict = group.verdict.value if group.verdict else "-"
    score = f"  score {format_score(group.score)}" if group.score is not None else ""
    reason = f"  {group.reason}" if group.reason else ""
    yield f"{_INDENT * depth}{group.name or 'data'}: {verdict}{score}{reason}"
    for child in ordered_children(group):
        if isinstance(child, GroupReport):
            yield from _group_lines(child, report, depth + 1)
        else:
            yield from _case_lines(child, report, depth + 1)


def _case_lines(case: CaseReport, report: Report, depth: int) -> Iterator[str]:
    name = f"{_INDENT * depth}{case.name:<28}"
    if case.verdict is None:
        yield f"{name} -    not run"
        return
    words = [name, f"{case.verdict.value:<4}"]
    if case.run is not None:
        usage = case.run.usage
        words.append(f"{format_ns(usage.cpu_time_ns):>9}")
        words.append(_bar(share_of(usage.cpu_time_ns, report.time_limit_ns)))
        words.append(f"{format_bytes(usage.memory_peak_bytes):>10}")
    if case.score is not None:
        words.append(f"score {format_score(case.score)}")
    if case.reason and not (case.name == report.deciding_case and case.reason == report.reason):
        words.append(case.reason)
    yield " ".join(words)
    for note in (reruns_note(case), waiting_note(case)):
        if note:
            yield f"{_INDENT * (depth + 1)}{note}"


def _bar(share: float) -> str:
    full = round(share * _BAR_CELLS)
    return "█" * full + "·" * (_BAR_CELLS - full)


def _cut(text: str, lines_max: int) -> list[str]:
    """The first lines; of a text that is much longer, the last one too: it often says most."""
    lines = text.rstrip().splitlines()
    more = len(lines) - lines_max
    if more <= 0:
        return lines
    last = lines[-1:] if lines_max < _TEXT_LINES_MAX else []
    return [*lines[:lines_max], f"[{more - len(last)} more lines]", *last]
