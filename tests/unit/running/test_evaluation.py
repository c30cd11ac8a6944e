"""What an evaluation asks of the compile stage."""

from __future__ import annotations

from pathlib import Path

import pytest
from running_fakes import MemoryBlobs, runner_with

from judge.errors import WorkError
from judge.model.language import LanguageSpec
from judge.model.report import CompileReport
from judge.model.submission import SourceFile
from judge.model.work import (
    Comparison,
    ComparisonKind,
    Evaluation,
    EvaluationTest,
    ProgramSource,
    Work,
    WorkHeader,
    WorkKind,
)
from judge.package.ceilings import Ceilings
from judge.running.evaluation import evaluate
from judge.running.runner import Runner
from judge.toolchain.compile import Compiled, CompileOptions
from judge.toolchain.definitions import Languages

CEILINGS = Ceilings(compilation_time_ns=3_000_000_000, memory_bytes=100 << 20, output_bytes=1 << 10)


def test_a_validator_is_compiled_within_the_operators_ceilings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = Languages.open().get("python3")
    asked: list[CompileOptions] = []

    def compiled(
        runner: Runner, tenant: str, program: ProgramSource, language: LanguageSpec, options: CompileOptions
    ) -> Compiled:
        asked.append(options)
        return Compiled(CompileReport(ok=len(asked) == 1, log="bad\n"), language)

    monkeypatch.setattr(Runner, "language_of", lambda *_, **__: python)
    monkeypatch.setattr(Runner, "compile", compiled)
    program = ProgramSource(sources=(SourceFile(name="main.py", content=b""),))
    comparison = Comparison(kind=ComparisonKind.VALIDATOR, validator=program)
    task = Evaluation(program=program, comparison=comparison, tests=(EvaluationTest(),))
    work = Work(header=WorkHeader(id="e", kind=WorkKind.EVALUATION), task=task)
    with pytest.raises(WorkError, match="does not compile: bad"):
        evaluate(runner_with(MemoryBlobs(), CEILINGS, tmp_path), work, task, lambda event: None)
    limits = asked[1].limits
    assert (limits.cpu_time_ns, limits.memory_bytes, limits.stdout_bytes) == (3_000_000_000, 100 << 20, 1 << 10)
