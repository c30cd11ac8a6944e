"""From reports to tables, marks and pages, with students of every kind."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import msgspec
import pytest

from judge.errors import UsageError
from judge.gradebook.handed_in import Remark, RemarkKind
from judge.gradebook.results.book import BookPart, Entry, Gradebook, SimilarPair
from judge.gradebook.results.chart import chart, columns_of
from judge.gradebook.results.class_page import class_page
from judge.gradebook.results.marks import Mark, merged, read_marks, with_marks
from judge.gradebook.results.pages import file_name, with_pages
from judge.gradebook.results.tables import status_of, table_text
from judge.gradebook.results.writing import make_folder, read_book, write_book
from judge.gradebook.roster import Student
from judge.model.assignment import Isolation, PartKind, Visibility
from judge.model.coursework import CoursePartReport, CourseTestReport, CourseworkReport, TestStatus
from judge.model.report import CompileReport, Report
from judge.model.verdict import Verdict

PARTS = (BookPart(name="io", points=10), BookPart(name="style", points=5, by_hand=True))


def report(points: float, *, verdict: Verdict = Verdict.WA, late: float = 0.0, closed: bool = False) -> Report:
    """Of two parts, the second of which is open."""
    tests = (
        CourseTestReport(name="seen", status=TestStatus.PASSED, points=1, points_max=1),
        CourseTestReport(name="unseen", status=TestStatus.FAILED, points_max=9, visibility=Visibility.HIDDEN),
    )
    parts = (
        CoursePartReport(name="io", kind=PartKind.TESTS, status=TestStatus.FAILED, points=points, points_max=10,
                         tests=tests, isolation=Isolation.SHARED),
        CoursePartReport(name="style", kind=PartKind.BY_HAND, status=TestStatus.OPEN, points_max=5),
    )  # fmt: skip
    coursework = CourseworkReport(
        parts=parts, points=points * (1 - late), points_max=15, open_points=5, late_penalty_share=late,
        late_penalty_points=points * late, late_ns=7_200 * 10**9, isolation=Isolation.SHARED, closed=closed,
    )  # fmt: skip
    return Report(submission="s", problem="p", language="python3", verdict=verdict, score=points, coursework=coursework)


def entry(key: str, found: Report | None = None, *kinds: RemarkKind, name: str = "", **row: str) -> Entry:
    remarks = tuple(Remark(kind=kind, text=f"it is {kind}") for kind in kinds)
    return Entry(
        key=key, name=name, report=found, remarks=remarks, row={k.replace("_", " "): v for k, v in row.items()}
    )


def book(*entries: Entry, header: tuple[str, ...] = ()) -> Gradebook:
    return Gradebook(title="Bank", parts=PARTS, entries=entries, header=header)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_each_student_has_one_status() -> None:
    assert status_of(entry("a", report(3))) == "open"
    assert status_of(entry("a", None, RemarkKind.MISSING)) == "missing"
    assert status_of(entry("a", None, RemarkKind.EMPTY)) == "missing"
    assert status_of(entry("a", None, RemarkKind.NOT_JUDGED)) == "not judged"
    assert status_of(entry("a", report(0, verdict=Verdict.JE))) == "not judged"


def test_who_could_not_be_judged_has_no_points_and_who_handed_in_nothing_has_none() -> None:
    found = rows(
        table_text(book(entry("a", report(3, verdict=Verdict.JE)), entry("b", None, RemarkKind.MISSING)), "plain")
    )
    assert [row["points"] for row in found] == ["", "0"]
    assert not book(entry("a", report(3, verdict=Verdict.JE))).is_complete


def test_the_table_has_a_column_a_part_and_says_what_is_shared() -> None:
    (row,) = rows(table_text(book(entry("a", report(4, late=0.5))), "plain"))
    assert (row["points"], row["io"], row["style"], row["late_hours"], row["late_penalty"]) == ("2", "4", "", "2", "2")
    assert row["isolation"] == "shared"


def test_moodles_table_has_its_own_columns_or_those_of_its_worksheet() -> None:
    (row,) = rows(table_text(book(entry("123", report(4), name="Amy")), "moodle"))
    assert (row["Identifier"], row["Grade"], row["Last modified (grade)"]) == ("Participant 123", "4", "-")
    header = ("Identifier", "Full name", "Status", "Grade", "Last modified (grade)")
    own = entry("9", report(4), Identifier="Participant 9", Status="Submitted", Grade="1")
    (row,) = rows(table_text(book(own, entry("b", None, RemarkKind.NOT_JUDGED), header=header), "moodle"))
    assert (row["Status"], row["Grade"]) == ("Submitted", "4")
    assert list(row)[: len(header)] == list(header)


def broken(*tests: tuple[TestStatus, str, Visibility]) -> Entry:
    """Work whose unit tests went so."""
    cases = tuple(
        CourseTestReport(name=f"t{at}", status=status, points_max=1, message=message, visibility=visibility)
        for at, (status, message, visibility) in enumerate(tests)
    )
    part = CoursePartReport(name="unit", kind=PartKind.UNIT_TESTS, status=cases[0].status, points_max=10, tests=cases)
    work = CourseworkReport(parts=(part,), points_max=10)
    found = Report(submission="s", problem="p", language="python3", verdict=Verdict.RTE, score=0, coursework=work)
    return entry("1", found)


def told(one: Entry) -> tuple[str, str]:
    """What the teacher's table says, and what Moodle's says to the student."""
    (plain,), (moodle,) = (rows(table_text(book(one), kind)) for kind in ("plain", "moodle"))
    return plain["remarks"], moodle["Feedback comments"]


def test_what_broke_every_unit_test_is_said() -> None:
    error, late, seen = TestStatus.ERROR, TestStatus.TIMEOUT, Visibility.VISIBLE
    syntax = "SyntaxError: invalid syntax (bank.py, line 1)"
    said = f"unit: every test broke off: {syntax}"
    assert told(broken((error, f"{syntax}\nmore", seen), (error, syntax, seen))) == (said, said)
    slow = "unit: no test ended in time"
    assert told(broken((late, "", seen), (TestStatus.NOT_RUN, "", seen))) == (slow, slow)
    several = "unit: every test broke off"
    assert told(broken((error, "KeyError: 1", seen), (late, "", seen), (error, "E", seen))) == (several, several)
    assert told(broken((error, "", seen))) == (several, several)
    assert told(broken((error, "", seen), (TestStatus.FAILED, "", seen))) == ("", "")
    assert told(broken((TestStatus.NOT_RUN, "", seen))) == ("", "")


def test_what_broke_tests_that_are_hidden_is_not_told_to_the_student() -> None:
    error, seen, unseen = TestStatus.ERROR, Visibility.VISIBLE, Visibility.HIDDEN
    assert told(broken((error, "secret", unseen), (error, "secret", Visibility.AFTER_DUE))) == (
        "unit: every test broke off: secret", "",
    )  # fmt: skip
    mixed = broken((error, "E", seen), (error, "secret", unseen))
    assert told(mixed) == ("unit: every test broke off", "unit: every test broke off: E")
    passed = broken((error, "E", seen), (TestStatus.PASSED, "", unseen))
    assert told(passed) == ("", "unit: every test broke off: E")


def test_a_compilers_log_that_may_quote_hidden_tests_is_not_told_to_the_student() -> None:
    one = broken((TestStatus.NOT_RUN, "", Visibility.VISIBLE))
    assert one.report is not None and one.report.coursework is not None
    part = msgspec.structs.replace(
        one.report.coursework.parts[0], status=TestStatus.ERROR, message="it does not compile with the tests",
        log="test_secret.c:3: error", log_visibility=Visibility.HIDDEN,
    )  # fmt: skip
    coursework = msgspec.structs.replace(one.report.coursework, parts=(part,))
    log = CompileReport(ok=False, log=part.log)
    report = msgspec.structs.replace(one.report, verdict=Verdict.CE, compile=log, coursework=coursework)
    assert told(msgspec.structs.replace(one, report=report)) == (
        "does not compile: test_secret.c:3: error", "does not compile",
    )  # fmt: skip


def test_canvas_table_has_the_column_of_its_export() -> None:
    header = ("Student", "ID", "Bank (77)")
    (row,) = rows(table_text(book(entry("S1", report(4), Student="Smith, Amy", ID="1001"), header=header), "canvas"))
    assert (row["Student"], row["ID"], row["Bank (77)"]) == ("Smith, Amy", "1001", "4")


def test_a_mark_counts_less_what_late_work_loses() -> None:
    marked = with_marks(report(4, late=0.5), {"style": Mark(student="a", part="style", points=5)})
    coursework = marked.coursework
    assert coursework is not None
    assert (coursework.points, coursework.open_points, coursework.late_penalty_points) == (4.5, 0, 4.5)
    again = with_marks(marked, {"style": Mark(student="a", part="style", points=1)}).coursework
    assert again is not None and again.points == 2.5


def test_closed_work_has_no_points_whatever_is_marked() -> None:
    marked = with_marks(report(4, closed=True), {"style": Mark(student="a", part="style", points=5)}).coursework
    assert marked is not None and marked.points == 0


def read(path: Path, text: str, name: str = "marks.csv") -> tuple[Mark, ...]:
    (path / name).write_text(text)
    return read_marks(str(path / name), PARTS, [Student(key="amy", name="Amy S", words=("amy",))])


def test_marks_are_read_from_tables_and_documents(tmp_path: Path) -> None:
    wanted = (Mark(student="amy", part="style", points=4.5, comment="good"),)
    assert read(tmp_path, "student,part,points,comment\nAMY,style,4.5,good\n") == wanted
    assert read(tmp_path, "student;style;style comment\nAmy S;4,5;good\n") == wanted
    assert read(tmp_path, "amy: {style: {points: 4.5, comment: good}}\n", "marks.yaml") == wanted
    assert merged(wanted, read(tmp_path, "amy: {style: 1}\n", "m.yaml"))[0].points == 1


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("m.csv", "student,part,points\nzed,style,1\n", "m.csv:2: nobody in this gradebook is called 'zed'"),
        ("m.csv", "student,part,points\namy,io,1\n", "m.csv:2: 'io' is no part by hand"),
        ("m.csv", "student,part,points\namy,style,6\n", "no number from 0 to 5"),
        ("m.csv", "student,part,points\namy,style,nan\n", "no number from 0 to 5"),
        ("m.csv", "student,colour\namy,red\n", "no columns part and points"),
        ("m.csv", "part,points\nstyle,1\n", "no column student"),
        ("m.yaml", "[1]", "a mapping of students"),
        ("m.yaml", "amy: 3", "a mapping of parts"),
        ("m.yaml", "amy: {style: {points: 1, colour: red}}", "unknown 'colour'"),
        ("m.yaml", "amy: {style: true}", "no number"),
        ("m.yaml", "{", "is no YAML"),
        ("m.yaml", "amy:\n  style: [1]", "m.yaml:2: points: .* not a list"),
        ("m.yaml", "amy:\n  style:\n    points: {a: 1}", "m.yaml:3: points: .* not a mapping"),
        ("m.yaml", "amy:\n  style:\n    points: 1\n    comment: [a]", "m.yaml:4: comment: .* not a list"),
        ("m.yaml", "amy:\n  style: {comment: x}", "m.yaml:2: points are wanted"),
        ("m.yaml", "? [amy]\n: {style: 1}", "m.yaml:1: a student's name"),
        ("m.yaml", "amy: {style: &a 1}\nben: {style: *a}", "m.yaml:2: aliases"),
        ("m.yaml", "amy:\n  style: &a {comment: [*a]}", "m.yaml:2: aliases"),
        ("m.yaml", "amy: {style: " + "[" * 3000, "m.yaml:1: .*nothing lies deeper"),
        ("m.yaml", "amy:\n  style: 0x" + "f" * 300_000, "m.yaml:2: points: .*no number"),
        ("m.yaml", "amy:\n  style: 1" + "0" * 5_000, "m.yaml:2: points: .*no number"),
        ("m.yaml", "amy:\n  style: 1" + ":1" * 5_000, "m.yaml:2: points: .*no number"),
        ("m.csv", "student,part,points\namy,style,0." + "0" * 99_000, "m.csv:2: points: .*no number"),
    ],
)
def test_what_is_wrong_with_marks_is_said(tmp_path: Path, name: str, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read(tmp_path, text, name)


def test_what_is_written_in_a_document_of_marks_is_what_counts(tmp_path: Path) -> None:
    text = "007: {style: {points: 03, comment: 1e3}}\n"
    (tmp_path / "m.yaml").write_text(text)
    found = read_marks(str(tmp_path / "m.yaml"), PARTS, [Student(key="007", name="", words=("007",))])
    assert found == (Mark(student="007", part="style", points=3, comment="1e3"),)
    assert read(tmp_path, "amy: {style: {points: 1, comment: }}\n", "m.yaml")[0].comment == ""


def test_a_chart_counts_tenths() -> None:
    assert columns_of([0, 0.9, 5, 10, 11, -1], 10) == [3, 0, 0, 0, 0, 1, 0, 0, 0, 2]
    assert columns_of([1], 0)[0] == 1
    assert chart([], 0).startswith("<svg")


def test_a_page_shows_every_text_as_text() -> None:
    evil = '"><script>alert(1)</script>'
    page = class_page(
        with_pages(
            msgspec.structs.replace(
                book(entry(evil, report(4), RemarkKind.UNKNOWN, name=evil)),
                title=evil,
                others=(evil,),
                parts=(BookPart(name="io", title=evil), PARTS[1]),
                similar=(SimilarPair(first=evil, second=evil, first_share=1, second_share=0.5, page="similar/a.html"),),
            )
        )
    )
    assert page.count("<script>") == 1 and "alert(1)</script>" not in page
    assert "script-src 'sha256-" in page or "script-src &#x27;sha256-" in page
    assert "isolation: shared" in page


@pytest.mark.parametrize("key", ["../../etc/passwd", "a/b", "", ".", "..", "a\0b", "x" * 500, "-rf", "Amy", "amy"])
def test_a_page_lies_where_pages_lie(key: str) -> None:
    name = file_name(key)
    assert name and "/" not in name and not name.startswith((".", "-")) and len(name) < 100


def test_different_students_have_different_pages() -> None:
    keys = ["a b", "a-b", "a_b", "a/b", "ä b", "é", "è"]
    assert len({file_name(key) for key in keys}) == len(keys)


def test_a_gradebook_is_written_and_read_and_forgets_who_is_gone(tmp_path: Path) -> None:
    make_folder(tmp_path / "out")
    first, _ = write_book(tmp_path / "out", book(entry("a", report(3)), entry("b", report(4))), (), 0)
    assert read_book(tmp_path / "out") == first
    assert "unseen" not in (tmp_path / "out" / "students" / "a.html").read_text()
    write_book(tmp_path / "out", book(entry("b", report(4))), (), 0)
    assert [path.name for path in (tmp_path / "out" / "students").iterdir()] == ["b.html"]
    assert (tmp_path / "out" / "gradebook.csv").stat().st_mode & 0o077 == 0


def test_a_folder_without_a_gradebook_says_what_makes_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="judge course grade makes one"):
        read_book(tmp_path)
    (tmp_path / "gradebook.json").write_text("{")
    with pytest.raises(UsageError, match="is damaged"):
        read_book(tmp_path)
