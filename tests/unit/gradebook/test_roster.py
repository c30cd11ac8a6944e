"""A class's table, from wherever it comes: students, what they may be called, times and extensions."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.errors import UsageError
from judge.gradebook.roster import Finder, Roster, read_roster, with_times


def roster(path: Path, content: str | bytes) -> Roster:
    file = path / "roster.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_roster(str(file))


def test_a_table_of_ones_own(tmp_path: Path) -> None:
    found = roster(tmp_path, "Student,Name,Email\namy,Amy Smith,amy.s@uni.example\n\nben,,\n")
    assert [(one.key, one.name, one.email) for one in found.students] == [
        ("amy", "Amy Smith", "amy.s@uni.example"),
        ("ben", "", ""),
    ]
    finder = Finder(found.students)
    for words in (("AMY",), ("amy.s",), ("amy.s@uni.example",), ("Smith Amy",), ("smithamy",)):
        student = finder.find(words)
        assert student is not None and student.key == "amy", words
    assert finder.find(("nobody",)) is None


def test_moodles_grading_worksheet(tmp_path: Path) -> None:
    text = (
        "Identifier,Full name,Email address,Grade,Last modified (submission)\n"
        'Participant 123,Amy Smith,a@b.c,-,"Monday, 30 November 2026, 1:20 AM"\n'
        'Participant 124,Ben,b@b.c,-,"lundi 30 novembre 2026, 01:20"\n'
    )
    found = roster(tmp_path, text)
    assert [one.key for one in found.students] == ["123", "124"]
    assert found.students[0].handed_in_at_ms > 0
    assert found.students[1].handed_in_at_ms == 0


def test_canvas_gradebook(tmp_path: Path) -> None:
    text = (
        "Student,ID,SIS User ID,SIS Login ID,Section,Bank (77)\n"
        "    Points Possible,,,,,10\n"
        '"Smith, Amy",1001,S1,amy,A,\n'
        '"Student, Test",1,,,A,\n'
    )
    found = roster(tmp_path, text)
    (amy,) = found.students
    assert amy.name == "Smith, Amy"
    assert {"1001", "S1", "amy"} <= set(amy.words)
    assert Finder(found.students).find(("1001",), "smithamy") == amy


def test_canvas_gradebook_with_an_assignment_that_is_posted_manually(tmp_path: Path) -> None:
    text = (
        "Student,ID,SIS User ID,SIS Login ID,Section,HW1 (12)\n"
        ",,,,,Manual Posting\n"
        '"    Points Possible",,,,,10\n'
        '"Smith, Amy",11,S1,amy,A,\n'
    )
    assert [one.name for one in roster(tmp_path, text).students] == ["Smith, Amy"]


def test_of_canvas_gradebook_a_student_with_a_login_alone_stays(tmp_path: Path) -> None:
    found = roster(tmp_path, "Student,ID,SIS User ID,SIS Login ID,Section\n,,,amy,A\n")
    assert [one.key for one in found.students] == ["amy"]


def test_github_classrooms_roster(tmp_path: Path) -> None:
    found = roster(tmp_path, '"identifier","github_username","github_id","name"\n"amy@uni","amy-s","55",""\n')
    assert set(found.students[0].words) == {"amy@uni", "amy-s", "55"}
    assert Finder(found.students).guess(("hw-amy-s", "amy-s")) == found.students[0]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encodings_and_separators(tmp_path: Path, encoding: str, separator: str) -> None:
    text = f"student{separator}name\nzoe{separator}Zoë\n"
    assert roster(tmp_path, text.encode(encoding)).students[0].name == "Zoë"


def test_two_students_of_one_name_are_not_mixed_up(tmp_path: Path) -> None:
    found = roster(tmp_path, "student,name\na1,Amy Smith\na2,Smith Amy\n")
    assert Finder(found.students).find(("smithamy",)) is None


def test_times_extensions_and_attempts(tmp_path: Path) -> None:
    known = roster(tmp_path, "student,email\namy,amy@x\nben,ben@x\n")
    times = roster(
        tmp_path,
        "student,handed_in,due,attempt\namy@x,2026-12-01T23:59:00+00:00,2d,3\nben,1796169600,2026-12-03T00:00Z,\nzed,,,\n",
    )
    amy, ben = with_times(known, times).students
    assert (amy.handed_in_at_ms, amy.extension_ns, amy.attempt) == (1_796_169_540_000, 2 * 86_400 * 10**9, 3)
    assert (ben.handed_in_at_ms, ben.due_at_ms, ben.attempt) == (1_796_169_600_000, 1_796_256_000_000, 0)


DUE_MS = 1_796_169_540_000
DAY_MS = 86_400_000


@pytest.mark.parametrize(
    ("own", "told", "due_at_ms", "extension_days"),
    [
        ("2026-12-01T23:59+00:00", "3d", DUE_MS + 3 * DAY_MS, 0),
        ("2026-12-01T23:59+00:00", "2026-12-02T23:59+00:00", DUE_MS + DAY_MS, 0),
        ("2026-12-01T23:59+00:00", "", DUE_MS, 0),
        ("2d", "2026-12-01T23:59+00:00", DUE_MS, 0),
        ("2d", "3d", 0, 3),
        ("2d", "", 0, 2),
    ],
)
def test_of_two_due_times_that_of_the_table_of_times_counts_and_an_extension_is_after_ones_own(
    tmp_path: Path, own: str, told: str, due_at_ms: int, extension_days: int
) -> None:
    known = roster(tmp_path, f"student,due\namy,{own}\n")
    (amy,) = with_times(known, roster(tmp_path, f"student,due\namy,{told}\n")).students
    assert (amy.due_at_ms, amy.extension_ns) == (due_at_ms, extension_days * DAY_MS * 10**6)


def test_a_row_with_a_due_time_and_an_extension_has_both(tmp_path: Path) -> None:
    (amy,) = roster(tmp_path, "student,due,extension\namy,2026-12-01T23:59+00:00,3d\n").students
    assert (amy.due_at_ms, amy.extension_ns) == (DUE_MS + 3 * DAY_MS, 0)


def test_who_only_the_table_of_times_has_is_no_student_of_the_class_and_not_forgotten(tmp_path: Path) -> None:
    found = with_times(roster(tmp_path, "student\namy\n"), roster(tmp_path, "student,attempt\nzed,2\n"))
    assert [one.key for one in found.students] == ["amy"]
    assert [(one.key, one.attempt) for one in found.others] == [("zed", 2)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("colour,size\nred,1\n", "no column of students"),
        ("student,student\na,b\n", "two columns are called 'student'"),
        ("student,due\namy,soon\n", "roster.csv:2: due: 'soon' is no time"),
        ("student,due,extension\namy,2d,soon\n", "roster.csv:2: due: 'soon' is no time"),
        ("student,handed_in\namy,9999-99-99\n", "roster.csv:2: handed_in"),
        ("student,handed_in\namy,0001-01-01\n", "no time of these years"),
        ("student,attempt\namy,0\n", "roster.csv:2: attempt"),
        ("student,name,x\n,,1\n", "a row without student"),
        ("student\n" + "a" * 200_000, "field"),
    ],
)
def test_what_is_wrong_is_said_with_its_row(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        roster(tmp_path, text)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        read_roster(str(tmp_path / "gone.csv"))
