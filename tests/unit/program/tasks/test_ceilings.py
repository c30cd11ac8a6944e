"""What the operator lets judge programs have."""

from __future__ import annotations

import pytest

from judge.errors import WorkError
from judge.model.program import ProgramQuotas
from judge.program.tasks.ceilings import bounded, lowered

MOST = ProgramQuotas(runs=100, kept_files=0)


def test_less_is_given_and_what_is_as_usual_is_lowered() -> None:
    assert bounded(ProgramQuotas(runs=7), MOST) == ProgramQuotas(runs=7, kept_files=0)
    assert bounded(ProgramQuotas(), MOST) == MOST


def test_more_is_refused_by_name() -> None:
    with pytest.raises(WorkError, match=r"quotas\.runs: 101; at most 100 is given"):
        bounded(ProgramQuotas(runs=101), MOST)


def test_a_package_that_wants_more_gets_what_there_is() -> None:
    assert lowered(ProgramQuotas(runs=1_000_000, cases=3), MOST) == ProgramQuotas(runs=100, kept_files=0, cases=3)
