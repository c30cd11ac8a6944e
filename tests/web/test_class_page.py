"""The gradebook's page in a browser, from a file: sorted by its columns, usable by all; nothing of a name runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from judge.gradebook.handed_in import Remark, RemarkKind
from judge.gradebook.results.book import BookPart, Entry, Gradebook
from judge.gradebook.results.class_page import class_page
from judge.model.coursework import CourseworkReport
from judge.model.report import Report
from judge.model.verdict import Verdict


def _entry(key: str, points: float | None) -> Entry:
    if points is None:
        return Entry(key=key, remarks=(Remark(kind=RemarkKind.MISSING, text="nothing was handed in"),))
    coursework = CourseworkReport(points=points, points_max=100)
    return Entry(key=key, report=Report(
        submission="s", problem="p", language="c", verdict=Verdict.WA, score=points, coursework=coursework
    ))  # fmt: skip


def test_a_gradebook_is_sorted_and_obeys_no_name(
    make_context: Callable[..., BrowserContext], audit: Callable[[Page], None], tmp_path: Path
) -> None:
    evil = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
    entries = (_entry("ben", 9), _entry("amy", 100), _entry(evil, None), _entry("cleo", 20.5))
    book = Gradebook(title=evil, parts=(BookPart(name="io", points=100),), entries=entries)
    (tmp_path / "index.html").write_text(class_page(book))
    page = make_context().new_page()
    page.goto(f"file://{tmp_path}/index.html")
    expect(page).to_have_title(f"{evil}: gradebook")
    points = page.locator("tbody td:nth-child(4)")
    page.get_by_role("button", name="Points", exact=True).click()
    expect(points).to_have_text(["0", "9", "20.5", "100"])
    page.get_by_role("button", name="Points", exact=True).click()
    expect(points).to_have_text(["100", "20.5", "9", "0"])
    page.get_by_role("button", name="Student", exact=True).click()
    expect(page.locator("tbody td:nth-child(1)").last).to_have_text("cleo")
    expect(page.locator("img")).to_have_count(0)
    audit(page)
