"""Judge programs in other languages speak the protocol themselves: the examples that we ship."""

from __future__ import annotations

from pathlib import Path

import needs
import pytest
from program_harness import ADD, WRONG, Stand, adding, program

from judge.model.verdict import Verdict
from judge.program.request import ProgramRequest, SubmissionInput

EXAMPLES = Path(__file__).parents[2] / "examples" / "judge-programs"


@pytest.mark.parametrize("name", ["batch.cpp", "batch.js"])
def test_the_example_judges(stand: Stand, name: str) -> None:
    if name.endswith(".js"):
        needs.tool("node")

    def judged(submission: str) -> tuple[Verdict, float | None, list[str]]:
        request = ProgramRequest(
            id="work",
            program=program((EXAMPLES / name).read_text(), name),
            digest="1",
            submissions=(SubmissionInput(name="a", program=program(submission)),),
            tests=adding((1, 0), (3, 4)),
        )
        result = stand.direct(request)
        assert result.fault is None, result
        return result.verdict, result.score, [case.verdict.value for case in result.cases]

    assert judged(ADD) == (Verdict.AC, 2, ["AC", "AC"])
    assert judged(WRONG) == (Verdict.WA, 1, ["AC", "WA"])
    assert judged("x = 1 / 0") == (Verdict.WA, 0, ["RTE", "RTE"])
    assert judged("x =")[0] is Verdict.CE
