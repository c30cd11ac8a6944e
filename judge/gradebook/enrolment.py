"""Who is in the class and what each handed in: layout, roster and times brought together. Pure."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

import msgspec

from judge.gradebook.handed_in import Found, Place, Remark, RemarkKind
from judge.gradebook.layouts.listing import ClassFound
from judge.gradebook.roster import Finder, Roster, Student
from judge.model.submission import STUDENT_CHARS_MAX, HandIn
from judge.model.units import MS_NS
from judge.text import shown

#: Where times of handing in come from, when no table tells: the layout (git), or else the files'.
FILES, LAYOUT = "files", "layout"

_GUESSED = Remark(kind=RemarkKind.GUESSED, text="is taken for this student's by the end of its name")
_UNKNOWN = Remark(kind=RemarkKind.UNKNOWN, text="is not in the roster")


class Enrolled(msgspec.Struct, frozen=True, kw_only=True):
    """One student of the class. ``key`` is unique in it; ``places`` and ``remarks`` as in
    :class:`judge.gradebook.handed_in.Found`. ``row``: of the roster's table; empty = it does not have the student."""

    key: str
    name: str = ""
    email: str = ""
    section: str = ""
    places: tuple[Place, ...] = ()
    hand_in: HandIn = HandIn()
    remarks: tuple[Remark, ...] = ()
    row: dict[str, str] = {}

    @property
    def found(self) -> Found:
        """What lies where, to be read."""
        return Found(key=self.key, name=self.name, places=self.places, remarks=self.remarks)


def enrolled(found: ClassFound, roster: Roster, due_at_ms: int, times_from: str = LAYOUT) -> tuple[Enrolled, ...]:
    """The class in the order of the roster; who is not in it comes after: first those of whom a table of times tells.

    ``due_at_ms``: of the assignment, 0 = never. ``times_from``: :data:`FILES` or :data:`LAYOUT`.
    """
    (known, told), unknown = _attributed(found.students, (Finder(roster.students), Finder(roster.others)))
    listed = [_listed(student, known.get(student.key, []), due_at_ms, times_from) for student in _once(roster.students)]
    taken = {one.key for one in listed}
    timed = [student for student in _once(roster.others) if student.key in told]
    others = [_not_in_roster(_listed(student, told[student.key], due_at_ms, times_from)) for student in timed]
    others += [_unlisted(one, bool(roster.header), due_at_ms, times_from) for one in unknown]
    return (*listed, *(_renamed(one, taken) for one in others))


_Works = dict[str, list[Found]]


def _attributed(found: Iterable[Found], rooms: tuple[Finder, Finder]) -> tuple[tuple[_Works, _Works], list[Found]]:
    """Whose work is whose, in each of the rooms, and what belongs to none. A guess gives nothing to who has work."""
    works: tuple[_Works, _Works] = ({}, {})
    left = []
    for one in found:
        names = (*_ends(one, are_longer=True), one.key)
        if not _given(works, [finder.find(names, one.name) for finder in rooms], one):
            left.append(one)
    guessed: tuple[_Works, _Works] = ({}, {})
    unknown = []
    for one in left:
        students = [finder.guess(_ends(one, are_longer=False)) for finder in rooms]
        free = [
            student if student and student.key not in known else None
            for student, known in zip(students, works, strict=True)
        ]
        guess = msgspec.structs.replace(one, remarks=(_GUESSED, *one.remarks))
        if not _given(guessed, free, guess):
            unknown.append(one)
    return (works[0] | guessed[0], works[1] | guessed[1]), unknown


def _given(works: tuple[_Works, _Works], students: Iterable[Student | None], one: Found) -> bool:
    """Give a work to the first who is there; False = nobody is."""
    for known, student in zip(works, students, strict=True):
        if student is not None:
            known.setdefault(student.key, []).append(one)
            return True
    return False


def _ends(one: Found, *, are_longer: bool) -> Iterator[str]:
    """What the student may be called otherwise, longest first: with more of the whole name than the layout took, or
    with less where it took all of it."""
    parts = one.whole_name.split("-")
    for start in range(len(parts)):
        end = "-".join(parts[start:])
        if end and (len(end) > len(one.key) if are_longer else one.key == one.whole_name and len(end) < len(one.key)):
            yield end


def _once(students: Iterable[Student]) -> Iterable[Student]:
    return {student.key: student for student in students}.values()


def _renamed(one: Enrolled, taken: set[str]) -> Enrolled:
    """A student that the roster does not have, and who is called as somebody of it is."""
    return msgspec.structs.replace(one, key=f"{one.key} (not in the roster)") if one.key in taken else one


def _listed(student: Student, works: list[Found], due_at_ms: int, times_from: str) -> Enrolled:
    remarks: list[Remark] = []
    if not works:
        remarks.append(Remark(kind=RemarkKind.MISSING, text="nothing was handed in"))
    work = _last(works, times_from) if works else Found(key=student.key)
    if len(works) > 1:
        others = ", ".join(shown(one.key) for one in works if one is not work)
        remarks.append(Remark(kind=RemarkKind.TWICE, text=f"{shown(work.key)} was judged, the last of it and {others}"))
    due = student.due_at_ms or (due_at_ms + student.extension_ns // MS_NS if due_at_ms and student.extension_ns else 0)
    at_ms = student.handed_in_at_ms or _handed_in_at_ms(work, times_from)
    hand_in = HandIn(
        student=student.key[:STUDENT_CHARS_MAX],
        handed_in_at_ms=at_ms,
        attempt=student.attempt or 1,
        due_at_ms=due,
    )
    return Enrolled(
        key=student.key,
        name=student.name or work.name,
        email=student.email,
        section=student.section,
        places=work.places,
        hand_in=hand_in,
        remarks=(*remarks, *work.remarks, *_about_time(work, at_ms, due or due_at_ms)),
        row=student.row,
    )


def _not_in_roster(one: Enrolled) -> Enrolled:
    """One of whom a table of times tells alone."""
    return msgspec.structs.replace(one, remarks=(_UNKNOWN, *one.remarks), row={})


def _unlisted(work: Found, has_roster: bool, due_at_ms: int, times_from: str) -> Enrolled:
    at_ms = _handed_in_at_ms(work, times_from)
    remarks = [_UNKNOWN] if has_roster else []
    return Enrolled(
        key=shown(work.key),
        name=work.name,
        places=work.places,
        hand_in=HandIn(student=shown(work.key)[:STUDENT_CHARS_MAX], handed_in_at_ms=at_ms),
        remarks=(*remarks, *work.remarks, *_about_time(work, at_ms, due_at_ms)),
    )


def _about_time(work: Found, at_ms: int, due_at_ms: int) -> tuple[Remark, ...]:
    if not work.marked_late or not due_at_ms or at_ms > due_at_ms:
        return ()
    told = "when is not known, so it costs nothing" if not at_ms else "its time says otherwise"
    return (Remark(kind=RemarkKind.TIME, text=f"marked LATE where it comes from; {told}"),)


def _last(works: list[Found], times_from: str) -> Found:
    return max(works, key=lambda one: (_handed_in_at_ms(one, times_from) or _changed_at_ms(one), one.key))


def _handed_in_at_ms(work: Found, times_from: str) -> int:
    if work.handed_in_at_ms or times_from != FILES:
        return work.handed_in_at_ms
    return _changed_at_ms(work)


def _changed_at_ms(work: Found) -> int:
    """The newest time of what lies at the places and directly below; 0 = it cannot be told."""
    newest = 0
    for place in work.places:
        try:
            newest = max(newest, os.lstat(place.path).st_mtime_ns)
            if os.path.isdir(place.path):
                with os.scandir(place.path) as found:
                    times = [entry.stat(follow_symlinks=False).st_mtime_ns for entry in found if entry.is_file()]
                newest = max(times, default=newest)
        except OSError:
            continue
    return newest // MS_NS
