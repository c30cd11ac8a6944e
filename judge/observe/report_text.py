"""A report as text for a terminal or a mail: what happened, test by test. Pure; shows nothing that is not in it."""

from __future__ import annotations

from collections.abc import Iterator

from judge.model.report import CaseReport, GroupReport, Report
from judge.model.units import format_bytes, format_ns
from judge.model.verdict import Verdict

_BAR_CELLS = 12
_INDENT = "  "

#: Lines of a compiler's or validator's text that are shown.
_TEXT_LINES_MAX = 40


def render_text(report: Report, *, details: bool = True) -> str:
    """The report in lines of text, the verdict first. ``details`` False leaves the tests out."""
    lines = [headline(report)]
    if report.why and report.verdict is not Verdict.CE:
        where = f"{report.deciding_case}: " if report.deciding_case else ""
        lines.append(f"{_INDENT}{where}{report.why}")
    if report.compile is not None and not report.compile.ok:
        lines += [f"{_INDENT}{line}" for line in _cut(report.compile.log)]
    if details and report.root is not None:
        lines.append("")
        lines += _group_lines(report.root, report, 0)
    return "\n".join(lines)


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


def _group_lines(group: GroupReport, report: Report, depth: int) -> Iterator[str]:
    verdict = group.verdict.value if group.verdict else "-"
    score = f"  score {format_score(group.score)}" if group.score is not None else ""
    why = f"  {group.why}" if group.why else ""
    yield f"{_INDENT * depth}{group.name or 'data'}: {verdict}{score}{why}"
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
    if case.why:
        words.append(case.why)
    yield " ".join(words)
    note = reruns_note(case)
    if note:
        yield f"{_INDENT * (depth + 1)}{note}"


def _bar(share: float) -> str:
    full = round(share * _BAR_CELLS)
    return "█" * full + "·" * (_BAR_CELLS - full)


def _cut(text: str) -> list[str]:
    lines = text.rstrip().splitlines()
    more = len(lines) - _TEXT_LINES_MAX
    return [*lines[:_TEXT_LINES_MAX], f"[{more} more lines]"] if more > 0 else lines
