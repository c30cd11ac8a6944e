"""The worked examples in examples/judge-programs that judge several submissions, or carry something on.

Those for a single submission are packages, and verified with the golden ones.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from program_harness import Stand

from judge.model.submission import SourceFile
from judge.model.work import Data, ProgramSource
from judge.program.request import ProgramRequest, ProgramResult, StateInput, SubmissionInput, TestInput

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "judge-programs"


class Expected(NamedTuple):
    """What judging these submissions of an example comes to. ``cases``: verdicts; None = not compared."""

    example: str
    submissions: str
    verdict: str
    score: float | None = None
    cases: str | None = None
    feedback: str = ""


TABLE = (
    Expected("match", "perfect greedy", "AC"),
    Expected("match", "perfect cheats", "AC", 100),
    Expected("match", "cheats perfect", "WA", 0),
    Expected("match", "sleeps greedy", "WA", 0),
    Expected("round-robin", "modest high creeps silent", "AC", None, "AC AC AC WA AC AC"),
    Expected("hacks", "zero victim", "AC", 100, "", "hacked: RTE"),
    Expected("hacks", "negative victim", "AC", 100, "", "hacked: "),
    Expected("hacks", "harmless victim", "WA", 0, "", "right here"),
    Expected("hacks", "invalid victim", "WA", 0, "", "not a valid input: one line"),
)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.example}-{row.submissions.replace(' ', '-')}")
def test_an_example_judges_as_its_text_says(stand: Stand, row: Expected) -> None:
    result = judged(stand, row.example, *row.submissions.split())
    assert result.fault is None, result.fault
    assert result.verdict == row.verdict, (result.reason, result.feedback, result.cases)
    if row.score is not None:
        assert result.score == row.score
    if row.cases is not None:
        assert " ".join(case.verdict for case in result.cases) == row.cases, result.cases
    assert row.feedback in (result.feedback or "")


def test_a_better_answer_lowers_the_score_of_the_same_one_judged_again(stand: Stand) -> None:
    first = judged(stand, "best-so-far", "in_order")
    better = judged(stand, "best-so-far", "by_angle", state=StateInput(first.state, 1))
    again = judged(stand, "best-so-far", "in_order", state=StateInput(better.state, 2))
    assert (first.score, better.score) == (100, 100)
    assert again.verdict == "AC"
    assert again.score is not None
    assert again.score < 100
    assert json.loads(again.state or b"") == json.loads(better.state or b"")


def test_a_wrong_answer_leaves_the_best_as_it_was(stand: Stand) -> None:
    first = judged(stand, "best-so-far", "by_angle")
    wrong = judged(stand, "best-so-far", "forgets_one", state=StateInput(first.state, 1))
    assert wrong.verdict == "WA"
    assert wrong.state == first.state


def test_what_fails_is_shown_as_small_as_it_gets(stand: Stand) -> None:
    result = judged(stand, "shrinking", "starts_at_zero")
    assert result.feedback == "fails on [-1]"
    assert [file.name for file in result.kept] == ["failing.in"]


def test_a_match_has_the_same_games_each_time_it_is_judged(stand: Stand) -> None:
    stories = {tuple(case.feedback for case in judged(stand, "match", "perfect", "greedy").cases) for _ in range(2)}
    assert len(stories) == 1


def judged(stand: Stand, example: str, *submissions: str, **more: Any) -> ProgramResult:
    """What the example's program says of these submissions, on its tests and with its files."""
    place = EXAMPLES / example
    request = ProgramRequest(
        id="work",
        program=source(place / "judging.py"),
        digest="sha256:1",
        submissions=tuple(SubmissionInput(name=name, program=source(found(place, name))) for name in submissions),
        tests=tuple(
            TestInput(name=path.stem, input=data(path), answer=data(path.with_suffix(".ans")))
            for path in sorted(place.glob("data/secret/*.in"))
        ),
        data={
            str(path.relative_to(place)): data(path)
            for path in place.rglob("*")
            if path.is_file() and path.name != "judging.py" and path.relative_to(place).parts[0] not in APART
        },
        **more,
    )
    return stand.direct(request)


APART = ("data", "submissions")


def found(place: Path, name: str) -> Path:
    """The file of a submission."""
    (path,) = place.glob(f"submissions/**/{name}.*")
    return path


def source(path: Path) -> ProgramSource:
    """A program of one file."""
    return ProgramSource(sources=(SourceFile(name=path.name, content=path.read_bytes()),))


def data(path: Path) -> Data:
    """What a file has."""
    return Data(content=path.read_bytes())
