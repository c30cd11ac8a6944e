"""The report of a submission as text and as a page, of a problem or of coursework. Pure."""

from __future__ import annotations

from judge.model.report import Report
from judge.render.course_html import render_course_html
from judge.render.course_text import render_course_text
from judge.render.report_html import render_html
from judge.render.report_text import headline, origin, render_text, wrapped


def text_of_report(report: Report, *, details: bool = True, width: int = 0) -> str:
    """In lines that are harmless for a terminal; see :func:`judge.render.report_text.render_text`."""
    if report.coursework is None:
        return render_text(report, details=details, width=width)
    lines = [headline(report), *([f"  {report.reason}"] if report.reason else [])]
    rows = [f"  {name}: {value}" for name, value in origin(report)] if details else []
    course = render_course_text(report.coursework, width=width)
    head, tail = ("\n".join(piece for line in part for piece in wrapped(line, width)) for part in (lines, rows))
    return "\n".join(part for part in (head, course, tail) if part)


def page_of_report(report: Report) -> str:
    """As a self-contained page."""
    return render_html(report) if report.coursework is None else render_course_html(report.coursework)
