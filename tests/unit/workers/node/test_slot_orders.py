"""How long a judging may take, by what it is."""

from __future__ import annotations

import pytest
from judge_workers.node.slot_orders import END_GRACE_S, Due, due
from judge_workers.run_dir import Judged

from judge.model.work import WorkKind

MAX_S = 900.0


def note(kind: WorkKind, lasts_s: float | None = None) -> Judged:
    return Judged(slot="0", id="a", fence=1, pid=2, kind=kind, lasts_s=lasts_s)


@pytest.mark.parametrize("kind", WorkKind)
def test_nothing_is_due_before_the_time_is_over(kind: WorkKind) -> None:
    assert due(MAX_S, MAX_S, note(kind)) is Due.NOTHING


@pytest.mark.parametrize("said", [None, note(WorkKind.SUBMISSION)])
def test_a_submission_and_what_is_not_known_are_ended_by_force(said: Judged | None) -> None:
    assert due(MAX_S + 1, MAX_S, said) is Due.KILL


@pytest.mark.parametrize("kind", [WorkKind.EXECUTION, WorkKind.EVALUATION, WorkKind.GROUP])
def test_work_is_told_to_end_and_then_ended_by_force(kind: WorkKind) -> None:
    assert due(MAX_S + 1, MAX_S, note(kind)) is Due.END
    assert due(MAX_S + END_GRACE_S, MAX_S, note(kind)) is Due.END
    assert due(MAX_S + END_GRACE_S + 1, MAX_S, note(kind)) is Due.KILL


def test_a_verification_may_take_longer_than_other_work() -> None:
    verification = note(WorkKind.VERIFICATION)
    assert due(2 * MAX_S, MAX_S, verification, 2 * MAX_S) is Due.NOTHING
    assert due(2 * MAX_S + 1, MAX_S, verification, 2 * MAX_S) is Due.END
    assert due(2 * MAX_S + END_GRACE_S + 1, MAX_S, verification, 2 * MAX_S) is Due.KILL
    assert due(MAX_S, MAX_S, verification, 1) is Due.NOTHING  # never shorter
    assert due(MAX_S + 1, MAX_S, note(WorkKind.GROUP), 2 * MAX_S) is Due.END


def test_a_session_ends_itself_and_is_ended_by_force_when_it_does_not() -> None:
    session = note(WorkKind.SESSION, lasts_s=3600)
    assert due(MAX_S + 3600, MAX_S, session) is Due.NOTHING
    assert due(MAX_S + 3601, MAX_S, session) is Due.KILL
