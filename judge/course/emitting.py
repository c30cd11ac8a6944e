"""What is told of coursework while it is graded: of tests that students may always see, and of no others.

Neither counts nor places tell how many hidden tests there are: a test's place is that among the visible ones.
"""

from __future__ import annotations

from collections.abc import Sequence

from judge.model.assignment import CoursePart, CourseTest, Visibility
from judge.model.event import CaseJudged, Compiled, Compiling, Emit, Event, TestJudged
from judge.model.report import CaseReport
from judge.model.verdict import Verdict


def heard_of_tests(emit: Emit, part: CoursePart, tests: Sequence[CourseTest]) -> Emit:
    """What hears of the pipeline's events and passes on those that may be: compiling, and visible tests by name and
    verdict."""
    visible = tuple(test.name for test in tests if test.visibility is Visibility.VISIBLE)

    def hear(event: Event) -> None:
        match event:
            case CaseJudged():
                told = event.case.name, event.case.verdict
            case TestJudged():
                told = event.test.name, event.test.verdict
            case Compiling() | Compiled():
                emit(event)
                return
            case _:
                return
        name, verdict = told
        if name in visible:
            emit(judged_event(event.submission, part, name, verdict, visible))

    return hear


def judged_event(
    submission: str, part: CoursePart, name: str, verdict: Verdict | None, visible: Sequence[str]
) -> CaseJudged:
    """That a visible test of a part has been judged."""
    return CaseJudged(
        submission=submission,
        index=visible.index(name) + 1,
        total=len(visible),
        case=CaseReport(name=f"{part.name}/{name}", verdict=verdict),
    )
