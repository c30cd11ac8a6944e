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


def repository(name: str, key: str = "", at_ms: int = 0) -> Found:
    """One of which the layout is not sure where the student's name begins."""
    return Found(key=key or name, whole_name=name, places=(Place(path=f"/x/{name}"),), handed_in_at_ms=at_ms)


SMITH = Roster(
    header=("login",),
    students=(Student(key="smith", name="John Smith", words=("smith",)), Student(key="bob", words=("bob",))),
)


def test_an_end_of_a_name_is_a_guess_where_the_layout_does_not_know_what_comes_before_it() -> None:
    amy = one(folder(repository("hw-amy"), layout="classroom"), "amy")
    assert [remark.kind for remark in amy.remarks] == [RemarkKind.GUESSED]


def test_an_end_of_a_name_is_nobody_where_the_layout_knows_what_comes_before_it() -> None:
    works = folder(Found(key="amy-smith", places=(Place(path="/x/amy-smith"),)), layout="classroom")
    assert [student.key for student in enrolled(works, SMITH, 0)] == ["smith", "bob", "amy-smith"]
    assert one(works, "smith", SMITH).places == ()


def test_an_end_of_a_name_is_nobody_where_a_common_beginning_was_taken_away() -> None:
    works = folder(repository("hw-amy-smith", "amy-smith"), repository("hw-bob", "bob"))
    assert one(works, "smith", SMITH).places == ()


def test_a_guess_gives_nothing_to_who_has_handed_in() -> None:
    for works in (
        (repository("amy-smith", at_ms=9), repository("smith", at_ms=5)),
        (repository("smith", at_ms=5), repository("amy-smith", at_ms=9)),
    ):
        smith = one(folder(*works), "smith", SMITH)
        assert (smith.places, smith.remarks) == ((Place(path="/x/smith"),), ())
        assert one(folder(*works), "amy-smith", SMITH).remarks[0].kind is RemarkKind.UNKNOWN


def test_a_guess_is_never_made_before_a_table_of_times_knows_the_name() -> None:
    roster = msgspec.structs.replace(SMITH, others=(Student(key="amy-smith", words=("amy-smith",)),))
    everybody = enrolled(folder(repository("amy-smith")), roster, 0)
    assert [(student.key, len(student.places)) for student in everybody] == [("smith", 0), ("bob", 0), ("amy-smith", 1)]


def test_a_common_beginning_that_took_of_the_students_name_is_put_back() -> None:
    both = Roster(header=("login",), students=tuple(Student(key=key, words=(key,)) for key in ("amy-smith", "smith")))
    works = folder(repository("hw-amy-smith", "smith"), repository("hw-amy-jones", "jones"))
    assert one(works, "amy-smith", both).places == (Place(path="/x/hw-amy-smith"),)
    assert one(works, "smith", both).places == ()


def test_an_unknown_student_never_takes_a_known_ones_place() -> None:
    doubled = Roster(header=("student",), students=(Student(key="a", name="Zed", words=("b",)),))
    keys = [student.key for student in enrolled(folder(Found(key="a")), doubled, 0)]
    assert keys == ["a", "a (not in the roster)"]


def test_names_of_folders_are_shown_harmlessly() -> None:
    (student,) = enrolled(folder(Found(key=os.fsdecode(b"a\xff\x1b"))), Roster(), 0)
    assert student.key.isprintable() and student.hand_in.student.isprintable()
