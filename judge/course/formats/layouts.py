"""Where another system's grading program finds what, and where it leaves its results: one layout a system. Pure.

::

    gradescope    /autograder/{run_autograder,source/,submission/,results/,submission_metadata.json}
    prairielearn  /grade/{data/data.json,student/,tests/,serverFilesCourse/,results/}
    exercism      /work/{source/,in/,out/}
    junit, classroom  /work/{source/,submission/,results/}

All of it lies in the one directory that a program may write to, so that the student's code may write there, too.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from judge.course.formats import classroom, exercism, gradescope, junit, prairielearn
from judge.course.formats.results import ForeignResults
from judge.model.assignment import Assignment, Autograder
from judge.model.submission import HandIn, SourceFile, Submission
from judge.model.units import S_NS

#: Those who are never late are given this one: grading programs take for granted that there is one.
_NO_DUE_DATE_MS = 4_102_444_800_000  # 1 January 2100

_RUN_AUTOGRADER = "run_autograder"


@dataclass(frozen=True)
class HandedIn:
    """What a grading program may know of the work that it grades."""

    submission: Submission
    assignment: Assignment
    title: str
    points: float


@dataclass(frozen=True)
class Layout:
    """``root``: where the working directory is shown. The setter's files lie below ``program``, the student's below
    ``student``, both relative to it, as is ``results``. ``command``: that of a part which names none; ``arguments`` are
    added. ``about``: files that describe the work. ``limit_ns``: of CPU and of real time where nobody says one.
    """

    root: str
    program: str
    student: str
    results: str
    read: Callable[[bytes, Autograder], ForeignResults]
    command: tuple[str, ...] = ()
    arguments: Callable[[HandedIn], tuple[str, ...]] = lambda handed_in: ()
    about: Callable[[HandedIn], Mapping[str, bytes]] = lambda handed_in: {}
    limit_ns: int = 600 * S_NS

    def setters(self, files: Sequence[tuple[str, bytes]]) -> dict[str, bytes]:
        """Where the setter's files lie."""
        placed = {f"{self.program}{name}": content for name, content in files}
        found = dict(files).get(_RUN_AUTOGRADER)
        if self.command == (f"{self.root}/{_RUN_AUTOGRADER}",) and found is not None:
            placed[_RUN_AUTOGRADER] = found
        return placed

    def students(self, files: Sequence[SourceFile]) -> dict[str, bytes]:
        """Where the student's files lie."""
        return {f"{self.student}{file.name}": file.content for file in files}


def _iso(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="microseconds")


def _number(text: str) -> int:
    """A number that stands for a name: other systems have numbers for everything."""
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:4], "big") or 1


def submission_metadata(work: HandedIn) -> dict[str, bytes]:
    """Gradescope's file about a submission.

    Source: https://gradescope-autograders.readthedocs.io/en/latest/submission_metadata/.
    """
    hand_in: HandIn = work.submission.handed_in
    due = _iso(hand_in.due_at_ms or work.assignment.due_at_ms or _NO_DUE_DATE_MS)
    closed = work.assignment.closed_at_ms
    dates = {"release_date": _iso(0), "due_date": due, "late_due_date": _iso(closed) if closed else None}
    outline = {"id": 1, "type": "ProgrammingQuestion", "title": "Autograder", "parent_id": None}
    document = {
        "id": _number(work.submission.id),
        "created_at": _iso(hand_in.handed_in_at_ms),
        "assignment": {
            **dates,
            "id": _number(work.submission.package),
            "course_id": 1,
            "title": work.title,
            "total_points": str(work.points),
            "group_size": None,
            "group_submission": False,
            "outline": [{**outline, "weight": str(work.points)}],
        },
        "submission_method": "upload",
        "users": [
            {
                "id": _number(hand_in.student),
                "email": "",
                "name": hand_in.student,
                "sid": hand_in.student,
                "assignment": dates,
            }
        ],
        "previous_submissions": [],
    }
    return {"submission_metadata.json": msgspec.json.encode(document)}


def question_data(work: HandedIn) -> dict[str, bytes]:
    """PrairieLearn's file about a submission: what a question's ``grade`` function would be given."""
    files = [
        {"name": file.name, "contents": base64.b64encode(file.content).decode()} for file in work.submission.sources
    ]
    document = {
        "params": {},
        "correct_answers": {},
        "submitted_answers": {"_files": files},
        "raw_submitted_answers": {"_files": files},
        "format_errors": {},
        "partial_scores": {},
        "score": 0,
        "feedback": {},
        "options": {},
        "variant_seed": _number(work.submission.handed_in.student),
        "num_valid_submissions": work.submission.handed_in.attempt - 1,
    }
    return {"data/data.json": msgspec.json.encode(document)}


def _exercism_arguments(work: HandedIn) -> tuple[str, ...]:
    return (work.title, "/work/in/", "/work/out/")


LAYOUTS: Mapping[str, Layout] = {
    "gradescope": Layout(
        root="/autograder",
        program="source/",
        student="submission/",
        results="results/results.json",
        command=(f"/autograder/{_RUN_AUTOGRADER}",),
        about=submission_metadata,
        read=gradescope.read_results,
    ),
    "prairielearn": Layout(
        root="/grade",
        program="",
        student="student/",
        results="results/results.json",
        about=question_data,
        read=prairielearn.read_results,
        limit_ns=30 * S_NS,
    ),
    "exercism": Layout(
        root="/work",
        program="source/",
        student="in/",
        results="out/results.json",
        arguments=_exercism_arguments,
        read=exercism.read_results,
        limit_ns=20 * S_NS,
    ),
    "junit": Layout(
        root="/work", program="source/", student="submission/", results="results/junit.xml", read=junit.read_results
    ),
    "classroom": Layout(
        root="/work", program="source/", student="submission/", results="results/result", read=classroom.read_results
    ),
}
