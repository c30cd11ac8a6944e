"""A student's coursework as one self-contained HTML page: no script, no request to anywhere, every text escaped. Pure;
shows all that is in the report it is given, which is a view already (:mod:`judge.render.course_view`)."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from html import escape

from judge.model.assignment import Isolation
from judge.model.coursework import CoursePartReport, CourseTestReport, CourseworkReport, TestStatus
from judge.model.units import format_ns
from judge.render.course_text import (
    MARKED,
    STATUS_WORDS,
    headline_of,
    is_marked,
    points_of,
    remarks_of,
    texts_differ,
    texts_of_test,
)
from judge.render.report_text import share_of, whole
from judge.text import printable_lines

#: Lines of two texts that are compared.
_COMPARED_LINES_MAX = 400

#: The colour of each status, by its name in the style.
_COLOURS = {
    TestStatus.PASSED: "good",
    TestStatus.FAILED: "bad",
    TestStatus.ERROR: "bad",
    TestStatus.TIMEOUT: "slow",
    TestStatus.NOT_RUN: "idle",
    TestStatus.BLOCKED: "idle",
    TestStatus.OPEN: "open",
    TestStatus.JUDGE_ERROR: "own",
}

STYLE = """
:root { color-scheme: light dark; --page: #fff; --text: #1f2328; --line: #8886; --soft: #8881; --good: #1a7f37;
  --bad: #cf222e; --slow: #9a6700; --own: #8250df; --open: #0550ae; --idle: #59636e; --gone: #cf222e22;
  --come: #1a7f3722; }
@media (prefers-color-scheme: dark) { :root { --page: #0d1117; --text: #e6edf3; --line: #fff3; --soft: #fff1;
  --gone: #f8514933; --come: #2ea04333; } }
body { background: var(--page); color: var(--text); font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto;
  max-width: 70rem; padding: 0 1rem; }
h1 { font-size: 1.3rem; margin: 0 0 .3rem; } h2 { font-size: 1.05rem; margin: 0; display: inline; }
ul.remarks { list-style: none; margin: .5rem 0 1rem; padding: 0; }
section { border-top: 1px solid var(--line); padding: .8rem 0; }
.head { display: flex; flex-wrap: wrap; gap: .3rem .8rem; align-items: baseline; }
.head .points { margin-left: auto; font-variant-numeric: tabular-nums; }
details { margin: .15rem 0 .15rem 1rem; } summary { cursor: pointer; } .test { margin: .15rem 0 .15rem 1rem; }
summary .row, .test .row { display: inline-flex; flex-wrap: wrap; gap: .2rem .7rem; align-items: baseline;
  width: calc(100% - 1.5rem); }
.row .points { margin-left: auto; font-variant-numeric: tabular-nums; white-space: nowrap; }
.name { overflow-wrap: anywhere; }
.status { border-radius: 4px; color: #fff; font-weight: 600; padding: .05rem .45rem; white-space: nowrap; }
.good { background: var(--good); } .bad { background: var(--bad); } .slow { background: var(--slow); }
.own { background: var(--own); } .open { background: var(--open); } .idle { background: var(--idle); }
pre { background: var(--soft); border-radius: 4px; margin: .2rem 0 .6rem; overflow-x: auto; padding: .4rem .6rem;
  white-space: pre-wrap; overflow-wrap: anywhere; }
h3 { font-size: .9rem; margin: .4rem 0 0; } p { margin: .3rem 0; overflow-wrap: anywhere; }
.hint { border-left: 3px solid var(--open); padding-left: .6rem; }
.two { display: grid; grid-template-columns: 1fr 1fr; gap: 0 1rem; } .two > div { min-width: 0; }
.two i { display: block; font-style: normal; min-height: 1.45em; } i.gone { background: var(--gone); }
i.come { background: var(--come); }
.share { background: var(--soft); border-radius: 2px; display: inline-block; height: .35rem; overflow: hidden;
  width: 5rem; } .share b { background: #4493f8; display: block; height: 100%; min-width: 2px; }
@media (max-width: 40rem) { body { margin: 1rem auto; } .two { grid-template-columns: 1fr; } }
@media print { :root { --page: #fff; --text: #000; } .status { background: none; color: inherit; padding: 0; } }
"""


def render_course_html(report: CourseworkReport, *, title: str = "") -> str:
    """The whole page. ``title`` stands in the place of whose work it is, of what, and its points."""
    heading = title or headline_of(report) or "coursework"
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{_text(heading)}</title><style>{STYLE}</style></head><body><main>",
        f"<h1>{_text(heading)}</h1>",
        *course_body(report),
        "</main></body></html>",
    ]
    return "\n".join(parts) + "\n"


def course_body(report: CourseworkReport) -> Iterator[str]:
    """What stands below the heading, for pages that show several students; their style is :data:`STYLE`."""
    remarks = "".join(f"<li>{_text(line)}</li>" for line in remarks_of(report))
    if remarks:
        yield f'<ul class="remarks">{remarks}</ul>'
    longest_ns = max((test.cpu_time_ns for part in report.parts for test in part.tests), default=0)
    for part in report.parts:
        yield from _part(part, longest_ns)


def _part(part: CoursePartReport, longest_ns: int) -> Iterator[str]:
    shared = "<span>isolation: shared</span>" if part.isolation is Isolation.SHARED else ""
    name = _text(part.title or part.name)
    yield f'<section><div class="head"><h2>{name}</h2>{_status_of(part)}{shared}{_points(part)}</div>'
    if part.message:
        yield f"<p>{_text(part.message)}</p>"
    if part.instructions:
        yield f"<p>For who marks: {_text(part.instructions)}</p>"
    for test in part.tests:
        yield from _test(test, longest_ns)
    if part.log.strip():
        opened = "" if part.status is TestStatus.PASSED else " open"
        yield f"<details{opened}><summary>What the tools said</summary><pre>{_text(part.log)}</pre></details>"
    yield "</section>"


def _test(test: CourseTestReport, longest_ns: int) -> Iterator[str]:
    time = ""
    if test.cpu_time_ns:
        share = f'<span class="share"><b style="width:{share_of(test.cpu_time_ns, longest_ns) * 100:.1f}%"></b></span>'
        time = f"<span>{escape(format_ns(test.cpu_time_ns))} {share}</span>"
    name = f'<span class="name">{_text(test.title or test.name)}</span>'
    row = f'<span class="row">{_status(test.status)}{name}{time}{_points(test)}</span>'
    inner = "".join(_inner(test))
    if not inner:
        yield f'<div class="test">{row}</div>'
        return
    opened = "" if test.status in (TestStatus.PASSED, TestStatus.BLOCKED) else " open"
    yield f"<details{opened}><summary>{row}</summary>{inner}</details>"


def _inner(test: CourseTestReport) -> Iterator[str]:
    if test.message:
        yield f"<pre>{_text(test.message)}</pre>"
    if test.hint and test.status is not TestStatus.PASSED:
        yield f'<p class="hint">Hint: {_text(test.hint)}</p>'
    compared = texts_differ(test)
    for title, text in texts_of_test(test):
        if not (compared and title in ("expected", "output")):
            yield f"<h3>{title.capitalize()}</h3><pre>{_text(text)}</pre>"
        elif title == "expected":
            yield from _side_by_side(whole(test.expected), whole(test.output))


def _side_by_side(expected: str, output: str) -> Iterator[str]:
    """Both texts in two columns; lines that differ are marked and stand opposite to each other."""
    left, right = (printable_lines(text)[:_COMPARED_LINES_MAX] for text in (expected, output))
    sides: tuple[list[str], list[str]] = ([], [])
    for kind, left_from, left_to, right_from, right_to in difflib.SequenceMatcher(a=left, b=right).get_opcodes():
        rows = max(left_to - left_from, right_to - right_from)
        for side, lines, mark in zip(
            sides, (left[left_from:left_to], right[right_from:right_to]), ("gone", "come"), strict=True
        ):
            side += _marked(lines, "" if kind == "equal" else mark, rows)
    columns = zip(("Expected", "Output"), sides, strict=True)
    inner = "".join(f"<div><h3>{title}</h3><pre>{''.join(lines)}</pre></div>" for title, lines in columns)
    yield f'<div class="two">{inner}</div>'


def _marked(lines: Sequence[str], mark: str, rows: int) -> list[str]:
    kind = f' class="{mark}"' if mark else ""
    found = [f"<i{kind}>{escape(line)}</i>" for line in lines]
    return found + ["<i></i>"] * (rows - len(found))


def _status_of(part: CoursePartReport) -> str:
    return f'<span class="status open">{MARKED}</span>' if is_marked(part) else _status(part.status)


def _status(status: TestStatus) -> str:
    return f'<span class="status {_COLOURS[status]}">{STATUS_WORDS[status]}</span>'


def _points(one: CoursePartReport | CourseTestReport) -> str:
    return f'<span class="points">{points_of(one.points, one.points_max)}</span>' if one.points_max else ""


def _text(text: str) -> str:
    """Any text of the report for the page: no markup, no control characters."""
    return escape("\n".join(printable_lines(text)))
