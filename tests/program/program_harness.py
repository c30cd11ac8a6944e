"""What tests of judge programs share: a slot to run them in, and short words for what they are given."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from judge.model.event import unheard
from judge.model.program import ProgramCase, ProgramProgress
from judge.model.submission import SourceFile
from judge.model.work import Data, ProgramSource
from judge.program.director import direct
from judge.program.request import Place, ProgramRequest, ProgramResult, SubmissionInput, TestInput
from judge.running.runner import Runner

#: Submissions that add two numbers, do it wrong, and echo each line.
ADD = "a, b = map(int, input().split())\nprint(a + b)\n"
WRONG = "a, b = map(int, input().split())\nprint(a - b)\n"
ECHO = "import sys\nfor line in sys.stdin:\n    print('>', line, end='', flush=True)\n"


def program(text: str, name: str = "main.py") -> ProgramSource:
    """Of one file."""
    return ProgramSource(sources=(SourceFile(name=name, content=text.encode()),))


def adding(*pairs: tuple[int, int]) -> tuple[TestInput, ...]:
    """Tests of A+B."""
    return tuple(
        TestInput(
            name=str(number),
            input=Data(content=f"{a} {b}\n".encode()),
            answer=Data(content=f"{a + b}\n".encode()),
        )
        for number, (a, b) in enumerate(pairs, 1)
    )


class Stand:
    """A runner, and what was heard of the judge program that ran last."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner
        self.heard: list[ProgramCase | ProgramProgress] = []

    def judge(
        self,
        text: str,
        *submissions: str,
        tests: tuple[TestInput, ...] = (),
        data: Mapping[str, Place] | None = None,
        **more: Any,
    ) -> ProgramResult:
        """Run this judge program, in Python, on submissions in Python."""
        request = ProgramRequest(
            id="work",
            program=program(text, "judging.py"),
            digest="sha256:1",
            submissions=tuple(
                SubmissionInput(name=f"team{index}", program=program(one)) for index, one in enumerate(submissions)
            ),
            tests=tests,
            data=data or {},
        )
        return self.direct(dataclasses.replace(request, **more))

    def direct(self, request: ProgramRequest) -> ProgramResult:
        """Run what the request names."""
        self.heard = []
        return direct(self.runner, request, unheard, self.heard.append)
