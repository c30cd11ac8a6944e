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
from judge.sandbox.slot import Slot
from judge.state_dir import StateDir
from judge.toolchain.artifacts import ArtifactStore
from judge.toolchain.definitions import Languages
from judge.toolchain.roots import Toolchains

#: Assignments hold tests of setters and programs of students, whatever they are called.
collect_ignore = ["apart", "golden", "cheats"]


@pytest.fixture(scope="session")
def course(sandbox_slot: Slot, sandbox_state: Path) -> Iterator[CourseStand]:
    """The session's slot, the host's own toolchains."""
    context = BuildContext(
        languages=Languages.open(""),
        toolchain=Toolchains(StateDir(sandbox_state)),
        store=ArtifactStore(sandbox_state / "course-artifacts"),
    )
    with closing(CaseData()) as data:
        yield CourseStand(Judge(slots=(sandbox_slot,), build_context=context, data=data))
