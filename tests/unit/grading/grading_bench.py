"""What tests of grading share: a small problem on disk and a judge over a fake slot."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from grading_fakes import FAKE_LANGUAGE, Behaviour, Dialogue, FakeSlot, fake_build_context

from judge.grading.case_data import CaseData
from judge.grading.options import GradingOptions
from judge.grading.pipeline import Judge
from judge.model.problem import (
    PackageFormat,
    Problem,
    ProblemLimits,
    Program,
    ScorePolicy,
    TestCase,
    TestGroup,
    ValidatorKind,
)
from judge.model.report import Report
from judge.model.submission import SourceFile, Submission
from judge.model.units import S_NS


class Bench:
    """Makes problems, submissions and judges. ``slot``: the fake slot last used; ``language``: that of all programs."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.slot = FakeSlot({})
        self.data = CaseData()
        self.language = FAKE_LANGUAGE

    def write(self, name: str, data: bytes) -> str:
        """A file; returns its path."""
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return str(path)

    def program(self, name: str, behaviour: str) -> Program:
        """A setter's program that behaves so."""
        path = self.write(f"{name}.fake", behaviour.encode())
        return Program(name=name, files=((f"{name}.fake", path),))

    def case(self, name: str, input_: bytes = b"1\n", answer: bytes = b"2\n", **fields: Any) -> TestCase:
        """A test case on disk."""
        return TestCase(
            name=name,
            input_path=self.write(f"data/{name}.in", input_),
            answer_path=self.write(f"data/{name}.ans", answer),
            **fields,
        )

    def problem(self, *cases: TestCase, policy: ScorePolicy | None = None, **fields: Any) -> Problem:
        """A problem whose secret group holds these cases."""
        policy = policy or ScorePolicy()
        secret = TestGroup(name="secret", policy=policy, cases=cases or (self.case("secret/1"),))
        root = TestGroup(name="data", policy=policy, groups=(secret,))
        validator = fields.pop("validator", None)
        if validator:
            fields["output_validator"] = self.program("check", validator)
            fields.setdefault("validator_kind", ValidatorKind.KATTIS)
        limits = ProblemLimits(time_limit_ns=S_NS, validation_passes=fields.pop("validation_passes", 2))
        fields.setdefault("format", PackageFormat.LEGACY)
        return Problem(name="double", path=str(self.directory), root=root, limits=limits, **fields)

    def judge(  # noqa: PLR0913 (what a test may change)
        self,
        problem: Problem,
        programs: Mapping[str, Behaviour],
        *,
        source: str = "solution",
        options: GradingOptions | None = None,
        dialogues: Mapping[tuple[str, str], Dialogue] | None = None,
        files: Sequence[SourceFile] = (),
        emit: Callable[[Any], None] = lambda event: None,
    ) -> Report:
        """Judge a submission that behaves as ``programs["solution"]`` says."""
        sources = tuple(files) or (SourceFile(name="a.fake", content=source.encode()),)
        judge = self.judge_with(programs, options, dialogues)
        return judge.judge(Submission(id="s1", package="", sources=sources), problem, emit)

    def judge_with(
        self,
        programs: Mapping[str, Behaviour],
        options: GradingOptions | None = None,
        dialogues: Mapping[tuple[str, str], Dialogue] | None = None,
    ) -> Judge:
        """A judge on a new fake slot."""
        self.slot = FakeSlot(programs, dialogues or {})
        slot: Any = self.slot
        build_context = fake_build_context(self.directory, self.language)
        return Judge([slot], build_context, self.data, options or GradingOptions())
