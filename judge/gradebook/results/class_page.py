"""The gradebook as one self-contained page for who teaches: nothing is fetched, every text is escaped. Pure.

Its one script sorts the table and is named by its digest in the page's policy: no other one runs.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from html import escape
from urllib.parse import quote

from judge.gradebook.results.book import Entry, Gradebook
from judge.gradebook.results.chart import chart, figures_of
from judge.gradebook.results.safe_csv import number
from judge.gradebook.results.tables import lateness, part_of, remarks_of, status_of
from judge.model.assignment import Isolation
from judge.model.coursework import TestStatus
from judge.text import printable

_STYLE = """
:root { color-scheme: light dark; --page: #fff; --text: #1f2328; --line: #8884; --soft: #8881; --good: #1a7f37;
  --bad: #cf222e; --slow: #9a6700; --bar: #4493f8; }
@media (prefers-color-scheme: dark) { :root { --page: #0d1117; --text: #e6edf3; --line: #fff3; --soft: #fff1;
  --good: #3fb950; --bad: #f85149; --slow: #d29922; } }
body { background: var(--page); color: var(--text); font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto;
  max-width: 90rem; padding: 0 1rem; }
h1 { font-size: 1.3rem; margin: 0 0 .3rem; } h2 { font-size: 1.05rem; }
p.figures { display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; margin: .3rem 0 1rem; }
.chart { max-width: 40rem; width: 100%; } .chart rect { fill: var(--bar); }
.chart text { fill: var(--text); font: 11px system-ui, sans-serif; text-anchor: middle; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; } a { color: inherit; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .6rem .25rem 0; text-align: left;
  vertical-align: baseline; }
th { position: sticky; top: 0; background: var(--page); }
th button { all: unset; cursor: pointer; font-weight: 600; } th button:focus-visible { outline: 2px solid var(--bar); }
th[aria-sort=ascending] button::after { content: " \\2191" / ""; }
th[aria-sort=descending] button::after { content: " \\2193" / ""; }
td.number { font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap; }
td.remarks { min-width: 14rem; overflow-wrap: anywhere; } td.name { overflow-wrap: anywhere; }
th[data-number="1"] { text-align: right; }
.bad { color: var(--bad); } .slow { color: var(--slow); } .good { color: var(--good); }
@media print { th { position: static; } tr { break-inside: avoid; } }
"""

_SCRIPT = """
document.querySelectorAll("table.sortable").forEach(table => {
  const head = [...table.tHead.rows[0].cells], body = table.tBodies[0];
  head.forEach((cell, at) => cell.querySelector("button").addEventListener("click", () => {
    const down = cell.getAttribute("aria-sort") === "ascending";
    head.forEach(other => other.removeAttribute("aria-sort"));
    cell.setAttribute("aria-sort", down ? "descending" : "ascending");
    const key = row => row.cells[at].dataset.sort ?? row.cells[at].textContent;
    const rows = [...body.rows].sort((a, b) => {
      const one = key(a), two = key(b), x = parseFloat(one), y = parseFloat(two);
      if (cell.dataset.number === "1") {
        if (isNaN(x) || isNaN(y)) return isNaN(x) - isNaN(y);
        return down ? y - x : x - y;
      }
      return down ? two.localeCompare(one) : one.localeCompare(two);
    });
    body.append(...rows);
  }));
});
"""

_DIGEST = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{_DIGEST}'; base-uri 'none'"


def class_page(book: Gradebook) -> str:
    """The whole page."""
    title = f"{book.title}: gradebook"
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">',
        f"<title>{_text(title)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{_text(book.title)}</h1>",
        *_summary(book),
        *_table(book),
        *_similar(book),
        *_others(book),
        f"<script>{_SCRIPT}</script></body></html>",
    ]
    return "\n".join(parts) + "\n"


def _summary(book: Gradebook) -> Iterator[str]:
    handed_in = [entry for entry in book.entries if not entry.is_missing]
    points = [entry.points for entry in handed_in if entry.points is not None]
    open_for = sum(1 for entry in handed_in if status_of(entry) == "open")
    figures = [
        ("students", str(len(book.entries))),
        ("handed in", str(len(handed_in))),
        ("not judged", str(len(handed_in) - len(points))),
        ("to be marked", str(open_for)),
        ("points", number(book.points_max)),
        *figures_of(points),
        ("due", _time(book.due_at_ms)),
        ("made", _time(book.made_at_ms)),
    ]
    shown = [(name, value) for name, value in figures if value not in ("", "0")]
    yield '<p class="figures">'
    yield "\n".join(f"<span>{escape(name)} <b>{escape(value)}</b></span>" for name, value in shown)
    yield "</p>"
    if any(entry.coursework and entry.coursework.isolation is Isolation.SHARED for entry in book.entries):
        yield '<p class="slow">isolation: shared. Some parts run in one process with the students\' code.</p>'
    yield chart(points, book.points_max)


def _table(book: Gradebook) -> Iterator[str]:
    yield '<div class="wide"><table class="sortable"><thead><tr>'
    for name, is_number in _headings(book):
        yield f'<th data-number="{int(is_number)}"><button type="button">{_text(name)}</button></th>'
    yield "</tr></thead><tbody>"
    for entry in book.entries:
        yield from _row(book, entry)
    yield "</tbody></table></div>"


def _headings(book: Gradebook) -> Iterator[tuple[str, bool]]:
    yield from (("Student", False), ("Name", False), ("Status", False), ("Points", True))
    yield from ((part.title or part.name, True) for part in book.parts)
    yield from (("Late", True), ("Isolation", False), ("Remarks", False))


def _row(book: Gradebook, entry: Entry) -> Iterator[str]:
    status, coursework = status_of(entry), entry.coursework
    key = _text(entry.key)
    name = f'<a href="{_address(entry.page)}">{key}</a>' if entry.page else key
    colour = {"not judged": "bad", "missing": "bad", "open": "slow"}.get(status, "good")
    yield f'<tr class="{"missing" if status == "missing" else "there"}">'
    yield f'<td class="name" data-sort="{key}">{name}</td><td class="name">{_text(entry.name)}</td>'
    yield f'<td class="{colour}">{status}</td>{_points(entry.points)}'
    for part in book.parts:
        own = part_of(entry, part.name)
        known = own is not None and own.status not in (TestStatus.OPEN, TestStatus.JUDGE_ERROR)
        words = {TestStatus.OPEN: "open", TestStatus.JUDGE_ERROR: "error"}.get(own.status, "") if own else ""
        yield _points(own.points if own is not None and known else None, words)
    late_hours = coursework.late_ns / 3.6e12 if coursework is not None else 0.0
    yield f'<td class="number" data-sort="{late_hours:.3f}">{lateness(entry)}</td>'
    isolation = coursework.isolation.value if coursework is not None else ""
    yield f'<td>{isolation}</td><td class="remarks">{_text(remarks_of(entry))}</td></tr>'


def _points(points: float | None, otherwise: str = "") -> str:
    if points is None:
        return f'<td class="number" data-sort="">{otherwise}</td>'
    return f'<td class="number" data-sort="{points:.6f}">{number(round(points, 2))}</td>'


def _similar(book: Gradebook) -> Iterator[str]:
    if not book.similar:
        return
    yield "<h2>Similar programs</h2><p>Shares of code that the other one has, too. Look before you judge.</p>"
    yield '<table class="sortable"><thead><tr>'
    for name, is_number in (("First", 0), ("Share", 1), ("Second", 0), ("Share", 1), ("Both", 0)):
        yield f'<th data-number="{is_number}"><button type="button">{name}</button></th>'
    yield "</tr></thead><tbody>"
    for pair in book.similar:
        yield f"<tr><td>{_text(pair.first)}</td>{_share(pair.first_share)}<td>{_text(pair.second)}</td>"
        link = f'<a href="{_address(pair.page)}">side by side</a>' if pair.page else ""
        yield f"{_share(pair.second_share)}<td>{link}</td></tr>"
    yield "</tbody></table>"


def _share(share: float) -> str:
    return f'<td class="number" data-sort="{share:.4f}">{share:.0%}</td>'


def _others(book: Gradebook) -> Iterator[str]:
    if book.others:
        yield "<h2>Not taken for anybody's work</h2><ul>"
        yield "\n".join(f"<li>{_text(name)}</li>" for name in book.others)
        yield "</ul>"


def _time(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d %H:%M} UTC" if at_ms else ""


def _address(page: str) -> str:
    return escape(quote(page))


def _text(text: str) -> str:
    """Any text from outside: no markup, no control characters."""
    return escape(printable(text))
