"""A report as one self-contained HTML page: no script, no request to anywhere, every text escaped. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from judge.model.report import CaseReport, GroupReport, Report
from judge.model.units import format_bytes, format_ns
from judge.model.verdict import Verdict
from judge.observe.report_text import format_score, ordered_children, reruns_note, share_of

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --good: #1a7f37; --bad: #cf222e; --slow: #9a6700; --own: #8250df;
  --time: #4493f8; --memory: #2da44e; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
h1 { font-size: 1.3rem; margin: 0 0 .3rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: 1rem 0; }
dt { opacity: .7; } dd { margin: 0; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .6rem .25rem 0; text-align: left; vertical-align: top; }
td.number { font-variant-numeric: tabular-nums; white-space: nowrap; width: 11rem; }
tr.group th { padding-top: 1rem; }
pre { background: #8881; border-radius: 4px; margin: .2rem 0; overflow-x: auto; padding: .4rem .6rem;
  white-space: pre-wrap; }
.bar { background: #8883; border-radius: 2px; height: .5rem; margin-top: .2rem; overflow: hidden; }
.bar i { display: block; height: 100%; }
.time i { background: var(--time); } .memory i { background: var(--memory); }
.verdict { border-radius: 4px; color: #fff; font-weight: 600; padding: .05rem .45rem; background: var(--bad); }
.AC { background: var(--good); } .TLE, .MLE, .OLE { background: var(--slow); } .JE, .CE { background: var(--own); }
.none { background: none; color: inherit; opacity: .6; }
"""


def render_html(report: Report) -> str:
    """The whole page."""
    title = f"{report.verdict.value}: {report.problem}"
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{_verdict(report.verdict)} {escape(report.problem)}</h1>",
        *_facts(report),
        *_compile(report),
        *_tests(report),
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def _verdict(verdict: Verdict | None) -> str:
    if verdict is None:
        return '<span class="verdict none">not run</span>'
    return f'<span class="verdict {verdict.value}">{verdict.value}</span>'


def _facts(report: Report) -> Iterator[str]:
    facts = [("Submission", report.submission), ("Language", report.language)]
    if report.score is not None:
        facts.append(("Score", format_score(report.score)))
    if report.why:
        where = f"{report.deciding_case}: " if report.deciding_case else ""
        facts.append(("Why", f"{where}{report.why}"))
    if report.time_limit_ns and report.root is not None:
        facts.append(("CPU time", f"{format_ns(report.cpu_time_max_ns)} of {format_ns(report.time_limit_ns)}"))
        memory = f"{format_bytes(report.memory_peak_max_bytes)} of {format_bytes(report.memory_limit_bytes)}"
        facts.append(("Memory", memory))
    if report.noise_ratio is not None:
        facts.append(("Noise of the machine", f"{report.noise_ratio:.1%}"))
    if report.judged_by:
        facts.append(("Judged by", report.judged_by))
    yield "<dl>"
    for name, value in facts:
        yield f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>"
    yield "</dl>"


def _compile(report: Report) -> Iterator[str]:
    if report.compile is not None and report.compile.log.strip():
        yield f"<details{'' if report.compile.ok else ' open'}><summary>Compiler</summary>"
        yield f"<pre>{escape(report.compile.log)}</pre></details>"


def _tests(report: Report) -> Iterator[str]:
    if report.root is None:
        return
    yield "<table><thead><tr><th>Test</th><th>Verdict</th><th>CPU time</th><th>Memory</th><th></th></tr></thead><tbody>"
    yield from _group(report.root, report)
    yield "</tbody></table>"


def _group(group: GroupReport, report: Report) -> Iterator[str]:
    score = f"score {format_score(group.score)}" if group.score is not None else ""
    note = " · ".join(part for part in (score, group.why) if part)
    yield (
        f'<tr class="group"><th>{escape(group.name or "data")}</th><th>{_verdict(group.verdict)}</th>'
        f'<td colspan="3">{escape(note)}</td></tr>'
    )
    for child in ordered_children(group):
        yield from _group(child, report) if isinstance(child, GroupReport) else _case(child, report)


def _case(case: CaseReport, report: Report) -> Iterator[str]:
    yield f"<tr><td>{escape(case.name)}</td><td>{_verdict(case.verdict)}</td>"
    if case.run is None:
        yield "<td></td><td></td>"
    else:
        usage = case.run.usage
        yield _measure("time", format_ns(usage.cpu_time_ns), share_of(usage.cpu_time_ns, report.time_limit_ns))
        share = share_of(usage.memory_peak_bytes, report.memory_limit_bytes)
        yield _measure("memory", format_bytes(usage.memory_peak_bytes), share)
    yield f"<td>{''.join(_notes(case))}</td></tr>"


def _measure(kind: str, text: str, share: float) -> str:
    bar = f'<div class="bar {kind}"><i style="width:{share * 100:.1f}%"></i></div>'
    return f'<td class="number">{escape(text)}{bar}</td>'


def _notes(case: CaseReport) -> Iterator[str]:
    score = f"score {format_score(case.score)}" if case.score is not None else ""
    passes = f"{case.passes} passes" if case.passes > 1 else ""
    line = " · ".join(part for part in (score, passes, case.why, reruns_note(case)) if part)
    if line:
        yield escape(line)
    for title, text in (
        ("For the judges", case.feedback),
        ("For the team", case.team_feedback),
        ("Conversation", case.transcript),
    ):
        if text and text != case.why:
            yield f"<details><summary>{title}</summary><pre>{escape(text)}</pre></details>"
