"""A slot with a judge in which students' work is graded for real."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from course_harness import CourseStand

from judge.grading.case_data import CaseData
from judge.grading.pipeline import Judge
from judge.grading.programs import BuildContext
from judge.sandbox.slot import Slot, SlotConfig
from judge.state_dir import StateDir
from judge.toolchain.artifacts import ArtifactStore
from judge.toolchain.definitions import Languages
from judge.toolchain.roots import Toolchains

#: Assignments hold tests of setters and programs of students, whatever they are called.
collect_ignore = ["apart", "golden", "cheats"]


@pytest.fixture(scope="session")
def course_context(sandbox_state: Path) -> BuildContext:
    """The host's own toolchains."""
    return BuildContext(
        languages=Languages.open(""),
        toolchain=Toolchains(StateDir(sandbox_state)),
        store=ArtifactStore(sandbox_state / "course-artifacts"),
    )


@pytest.fixture(scope="session")
def course(sandbox_slot: Slot, course_context: BuildContext) -> Iterator[CourseStand]:
    """A stand in the session's slot."""
    with closing(CaseData()) as data:
        yield CourseStand(Judge(slots=(sandbox_slot,), build_context=course_context, data=data))


@pytest.fixture(scope="session")
def course_stands(
    course: CourseStand, course_context: BuildContext, sandbox_state: Path
) -> Iterator[tuple[CourseStand, ...]]:
    """Two stands, for what is graded side by side."""
    with Slot.open(SlotConfig(index=1, state_dir=str(sandbox_state))) as slot, closing(CaseData()) as data:
        yield course, CourseStand(Judge(slots=(slot,), build_context=course_context, data=data))
