"""A slot in which parts of assignments whose tests share a process are graded for real."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from judge.course.context import PartContext
from judge.course.parts.table import engine_of
from judge.grading.case_data import CaseData
from judge.grading.pipeline import Judge
from judge.grading.programs import BuildContext
from judge.model.assignment import Assignment, CoursePart, Isolation, PartKind, TestRule
from judge.model.coursework import CoursePartReport
from judge.model.event import Event
from judge.model.problem import PackageFormat, Problem, ProblemLimits, TestGroup
from judge.model.program import DEFAULT_QUOTAS
from judge.model.submission import SourceFile, Submission
from judge.model.units import MIB, S_NS
from judge.package.ceilings import DEFAULT_CEILINGS
from judge.running.runner import NO_BLOBS, Runner
from judge.sandbox.slot import Slot
from judge.state_dir import StateDir
from judge.toolchain.artifacts import ArtifactStore
from judge.toolchain.definitions import Languages
from judge.toolchain.roots import Toolchains

#: Grades a part: the framework, the language, the setter's files, the student's, and more of the part.
Grade = Callable[..., CoursePartReport]


class Classroom:
    """Grades parts; ``heard``: the events of the last one."""

    def __init__(self, runner: Runner, folder: Path) -> None:
        self.runner = runner
        self.heard: list[Event] = []
        self._folder = folder
        self._count = 0

    def grade(
        self, framework: str, language: str, tests: Mapping[str, str], own: Mapping[str, str], **more: Any
    ) -> CoursePartReport:
        """The report of one part; ``reference`` in ``more`` are files, too."""
        rules = tuple(TestRule(**rule) for rule in more.pop("rules", ()))
        reference = self._laid(more.pop("reference", {}))
        part = CoursePart(
            name="unit",
            kind=PartKind.UNIT_TESTS,
            framework=framework,
            isolation=more.pop("isolation", Isolation.SHARED),
            points=10.0,
            rules=rules,
            reference=reference,
            test_files=self._laid(tests),
            **more,
        )
        self.heard = []
        return engine_of(part)(self._context(language, own), part)

    def _context(self, language: str, own: Mapping[str, str]) -> PartContext:
        assignment = Assignment()
        problem = Problem(
            name="unit",
            path=str(self._folder),
            title="unit",
            format=PackageFormat.ASSIGNMENT,
            root=TestGroup(name=""),
            assignment=assignment,
            limits=ProblemLimits(time_limit_ns=2 * S_NS, memory_bytes=512 * MIB),
        )
        sources = tuple(SourceFile(name=name, content=text.encode()) for name, text in own.items())
        return PartContext(
            runner=self.runner,
            submission=Submission(id="work", package="unit", sources=sources, language=language),
            problem=problem,
            assignment=assignment,
            emit=self.heard.append,
            quotas=DEFAULT_QUOTAS,
            language=self.runner.language_named(language),
        )

    def _laid(self, files: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        self._count += 1
        folder = self._folder / str(self._count)
        folder.mkdir()
        for number, (_, text) in enumerate(files.items()):
            (folder / str(number)).write_text(text)
        return tuple((name, str(folder / str(number))) for number, name in enumerate(files))


@pytest.fixture(scope="session")
def classroom(sandbox_slot: Slot, sandbox_state: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Classroom]:
    """The session's slot, the host's own toolchains."""
    scratch = sandbox_state / "course-shared"
    scratch.mkdir()
    context = BuildContext(
        languages=Languages.open(""),
        toolchain=Toolchains(StateDir(sandbox_state)),
        store=ArtifactStore(sandbox_state / "course-shared-artifacts"),
    )
    with closing(CaseData()) as data:
        judge = Judge(slots=(sandbox_slot,), build_context=context, data=data)
        runner = Runner(slot=sandbox_slot, judge=judge, ceilings=DEFAULT_CEILINGS, blobs=NO_BLOBS, scratch=scratch)
        yield Classroom(runner, tmp_path_factory.mktemp("shared-tests"))
