"""A report as one self-contained HTML page: no script, no request to anywhere, every text escaped. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from judge.model.report import CaseReport, GroupReport, Report
from judge.model.units import format_bytes, format_ns
from judge.model.verdict import VERDICTS, Verdict
from judge.render.report_text import (
    cases_in,
    format_score,
    ordered_children,
    origin,
    reruns_note,
    share_of,
    texts_of,
    waiting_note,
)
from judge.text import printable_lines

_STYLE = """
:root { color-scheme: light dark; --page: #fff; --text: #1f2328; --line: #8884; --soft: #8881; --good: #1a7f37;
  --bad: #cf222e; --slow: #9a6700; --crash: #bc4c00; --own: #8250df; --compiler: #0550ae; --time: #4493f8;
  --memory: #2da44e; }
@media (prefers-color-scheme: dark) { :root { --page: #0d1117; --text: #e6edf3; --line: #fff3; --soft: #fff1; } }
body { background: var(--page); color: var(--text); font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto;
  max-width: 70rem; padding: 0 1rem; }
h1 { font-size: 1.3rem; margin: 0 0 .3rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: 1rem 0; }
dt { opacity: .7; } dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .6rem .25rem 0; text-align: left;
  vertical-align: baseline; }
td.number { font-variant-numeric: tabular-nums; white-space: nowrap; width: 7.5rem; }
td.name { padding-left: 1rem; } td.note { overflow-wrap: anywhere; }
tr.group th { min-width: 8rem; overflow-wrap: anywhere; }
tr.group th, tr.group td { background: var(--soft); }
pre { background: var(--soft); border-radius: 4px; margin: .2rem 0; overflow-x: auto; padding: .4rem .6rem;
  white-space: pre-wrap; }
.bar { background: var(--soft); border-radius: 2px; height: .35rem; margin-top: .15rem; overflow: hidden; }
.bar i { display: block; height: 100%; min-width: 2px; }
.time i { background: var(--time); } .memory i { background: var(--memory); }
.verdict { border-radius: 4px; color: #fff; font-weight: 600; padding: .05rem .45rem; background: var(--bad);
  white-space: nowrap; }
%s
.none { background: none; color: inherit; font-weight: 400; opacity: .6; padding: 0; }
@media (max-width: 40rem) { body { margin: 1rem auto; } dl { display: block; } dd { margin-bottom: .4rem; }
  thead tr, tbody tr { display: grid; grid-template-columns: minmax(4rem, 1fr) 4.2rem 5.5rem 5.5rem; }
  th, td, tr.group th { border: 0; min-width: 0; } tbody tr { border-bottom: 1px solid var(--line); }
  td.number { width: auto; } thead th:nth-child(5) { display: none; }
  td.note { grid-column: 1 / -1; padding-left: 1rem; } td.note:empty { display: none; }
  tr.group td[colspan] { grid-column: 3 / -1; } }
@media print { :root { --page: #fff; --text: #000; } body { margin: 0; max-width: none; } tr { break-inside: avoid; }
  .verdict { background: none; color: inherit; padding: 0; } .bar { display: none; } }
""".replace("%s", "\n".join(f".{word} {{ background: var(--{row.colour}); }}" for word, row in VERDICTS.items()))


def render_html(report: Report) -> str:
    """The whole page."""
    title = f"{report.verdict.value}: {report.problem}"
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{_text(title)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{_verdict(report.verdict)} {_text(report.problem)}</h1>",
        *_summary_rows(report),
        *_compile(report),
        *_tests(report),
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def _verdict(verdict: Verdict | None, without: str = "not run") -> str:
    if verdict is None:
        return f'<span class="verdict none">{without}</span>'
    return f'<span class="verdict {verdict.value}">{verdict.value}</span>'


def _summary_rows(report: Report) -> Iterator[str]:
    rows = [("Submission", report.submission), ("Language", report.language)]
    if report.score is not None:
        rows.append(("Score", format_score(report.score)))
    if report.reason:
        where = f"{report.deciding_case}: " if report.deciding_case else ""
        rows.append(("Why", f"{where}{report.reason}"))
    if report.time_limit_ns and report.root is not None:
        rows.append(("CPU time", f"{format_ns(report.cpu_time_max_ns)} of {format_ns(report.time_limit_ns)}"))
        memory = f"{format_bytes(report.memory_peak_max_bytes)} of {format_bytes(report.memory_limit_bytes)}"
        rows.append(("Memory", memory))
    if report.noise_ratio is not None:
        rows.append(("Noise of the machine", f"{report.noise_ratio:.1%}"))
    rows += [(name[:1].upper() + name[1:], value) for name, value in origin(report)]
    yield "<dl>"
    for name, value in rows:
        yield f"<dt>{escape(name)}</dt><dd>{_text(value)}</dd>"
    yield "</dl>"


def _compile(report: Report) -> Iterator[str]:
    if report.compile is not None and report.compile.log.strip():
        yield f"<details{'' if report.compile.ok else ' open'}><summary>Compiler</summary>"
        yield f"<pre>{_text(report.compile.log)}</pre></details>"


def _tests(report: Report) -> Iterator[str]:
    if report.root is None:
        return
    headings = "".join(f"<th>{name}</th>" for name in ("Test", "Verdict", "CPU time", "Memory", "Notes"))
    yield f"<table><thead><tr>{headings}</tr></thead><tbody>"
    yield from _group(report.root, report)
    yield "</tbody></table>"


def _group(group: GroupReport, report: Report) -> Iterator[str]:
    score = f"score {format_score(group.score)}" if group.score is not None else ""
    note = " · ".join(part for part in (score, group.reason) if part)
    ran = any(case.verdict is not None for case in cases_in(group))
    verdict = _verdict(group.verdict, "not counted" if ran else "not run")
    yield (
        f'<tr class="group"><th>{_text(group.name or "data")}</th><td>{verdict}</td>'
        f'<td colspan="3">{_text(note)}</td></tr>'
    )
    for child in ordered_children(group):
        if isinstance(child, GroupReport):
            yield from _group(child, report)
        else:
            yield from _case(child, report, child.name.removeprefix(f"{group.name}/"))


def _case(case: CaseReport, report: Report, name: str) -> Iterator[str]:
    yield f'<tr><td class="name" title="{_text(case.name)}">{_text(name)}</td><td>{_verdict(case.verdict)}</td>'
    if case.run is None:
        yield "<td></td><td></td>"
    else:
        usage = case.run.usage
        yield _measure("time", format_ns(usage.cpu_time_ns), share_of(usage.cpu_time_ns, report.time_limit_ns))
        share = share_of(usage.memory_peak_bytes, report.memory_limit_bytes)
        yield _measure("memory", format_bytes(usage.memory_peak_bytes), share)
    yield f'<td class="note">{"".join(_remarks(case, report))}</td></tr>'


def _measure(kind: str, text: str, share: float) -> str:
    bar = f'<div class="bar {kind}"><i style="width:{share * 100:.1f}%"></i></div>'
    return f'<td class="number">{escape(text)}{bar}</td>'


def _remarks(case: CaseReport, report: Report) -> Iterator[str]:
    score = f"score {format_score(case.score)}" if case.score is not None else ""
    passes = f"{case.passes} passes" if case.passes > 1 else ""
    decided = case.name == report.deciding_case and case.reason == report.reason
    reason = "decided, see above" if decided and case.reason else case.reason
    line = " · ".join(part for part in (score, passes, reason, reruns_note(case), waiting_note(case)) if part)
    if line:
        yield _text(line)
    opened = " open" if decided else ""
    for title, text in texts_of(case):
        if text.strip() != case.reason:
            summary = escape(title[:1].upper() + title[1:])
            yield f"<details{opened}><summary>{summary}</summary><pre>{_text(text)}</pre></details>"


def _text(text: str) -> str:
    """Any text of the report for the page: no markup, no control characters."""
    return escape("\n".join(printable_lines(text)))
