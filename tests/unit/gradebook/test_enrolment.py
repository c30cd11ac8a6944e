"""Layout, roster and times brought together: each student once, nobody lost."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from judge.gradebook.enrolment import FILES, Enrolled, enrolled
from judge.gradebook.handed_in import Found, Place, RemarkKind
from judge.gradebook.layouts.listing import ClassFound
from judge.gradebook.roster import Roster, Student
from judge.model.submission import HandIn

DAY_MS = 86_400_000
ROSTER = Roster(
    header=("student",),
    students=(
        Student(key="amy", name="Amy Smith", words=("amy",)),
        Student(key="ben", words=("ben",), extension_ns=DAY_MS * 10**6),
        Student(key="cleo", words=("cleo",)),
    ),
)


def one(found: ClassFound, key: str, roster: Roster = ROSTER, due_at_ms: int = 0, times: str = "layout") -> Enrolled:
    return {student.key: student for student in enrolled(found, roster, due_at_ms, times)}[key]


def folder(*found: Found, layout: str = "folder") -> ClassFound:
    return ClassFound(layout, found)


def test_who_is_in_the_roster_alone_is_missing_and_who_is_in_the_folder_alone_is_unknown() -> None:
    everybody = enrolled(folder(Found(key="zed"), Found(key="amy")), ROSTER, 0)
    assert [student.key for student in everybody] == ["amy", "ben", "cleo", "zed"]
    kinds = [[remark.kind for remark in student.remarks] for student in everybody]
    assert kinds == [[], [RemarkKind.MISSING], [RemarkKind.MISSING], [RemarkKind.UNKNOWN]]


def test_who_is_not_in_the_roster_has_the_times_that_a_table_tells_and_is_missing_nowhere() -> None:
    times = (
        Student(key="zed", name="Zed Long", words=("zed", "z1"), handed_in_at_ms=7, attempt=2, row={"student": "zed"}),
        Student(key="yan", words=("yan",), handed_in_at_ms=9),
    )
    roster = msgspec.structs.replace(ROSTER, others=times)
    everybody = enrolled(folder(Found(key="xi"), Found(key="z1")), roster, 0)
    assert [student.key for student in everybody] == ["amy", "ben", "cleo", "zed", "xi"]
    zed = everybody[3]
    assert zed.hand_in == HandIn(student="zed", handed_in_at_ms=7, attempt=2)
    assert [remark.kind for remark in zed.remarks] == [RemarkKind.UNKNOWN]
    assert (zed.name, zed.row) == ("Zed Long", {})


def test_without_a_roster_everybody_is_known() -> None:
    (zed,) = enrolled(folder(Found(key="zed")), Roster(), 0)
    assert zed.remarks == ()


def test_a_student_is_found_by_the_name_that_a_course_system_spells() -> None:
    assert one(folder(Found(key="1001", name="smithamy")), "amy").remarks == ()


def test_two_works_of_one_student_are_told_and_the_last_is_judged() -> None:
    works = folder(
        Found(key="amy", places=(Place(path="/a"),), handed_in_at_ms=5),
        Found(key="7", name="Smith, Amy", places=(Place(path="/b"),), handed_in_at_ms=9),
    )
    amy = one(works, "amy")
    assert amy.places == (Place(path="/b"),)
    assert [remark.kind for remark in amy.remarks] == [RemarkKind.TWICE]


def test_an_extension_is_after_everybodys_due_time() -> None:
    works = folder(Found(key="amy"), Found(key="ben"))
    assert one(works, "amy", due_at_ms=DAY_MS).hand_in.due_at_ms == 0
    assert one(works, "ben", due_at_ms=DAY_MS).hand_in.due_at_ms == 2 * DAY_MS


def test_times_come_from_files_only_when_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "bank.py"
    file.write_text("x")
    os.utime(file, (2_000_000_000, 2_000_000_000))
    works = folder(Found(key="amy", places=(Place(path=str(tmp_path)),)))
    assert one(works, "amy").hand_in.handed_in_at_ms == 0
    assert one(works, "amy", times=FILES).hand_in.handed_in_at_ms == 2_000_000_000_000


def test_marked_late_without_a_time_is_told_and_costs_nothing() -> None:
    amy = one(folder(Found(key="amy", marked_late=True)), "amy", due_at_ms=DAY_MS)
    assert [remark.kind for remark in amy.remarks] == [RemarkKind.TIME]
    assert amy.hand_in.handed_in_at_ms == 0


def test_an_end_of_a_repositorys_name_is_a_student_only_in_classrooms_layout() -> None:
    assert one(folder(Found(key="hw-amy"), layout="classroom"), "amy").remarks == ()
    assert one(folder(Found(key="hw-amy")), "hw-amy").remarks[0].kind is RemarkKind.UNKNOWN


def test_an_unknown_student_never_takes_a_known_ones_place() -> None:
    doubled = Roster(header=("student",), students=(Student(key="a", name="Zed", words=("b",)),))
    keys = [student.key for student in enrolled(folder(Found(key="a")), doubled, 0)]
    assert keys == ["a", "a (not in the roster)"]


def test_names_of_folders_are_shown_harmlessly() -> None:
    (student,) = enrolled(folder(Found(key=os.fsdecode(b"a\xff\x1b"))), Roster(), 0)
    assert student.key.isprintable() and student.hand_in.student.isprintable()
