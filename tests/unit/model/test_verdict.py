"""The table of verdicts is whole, and its order is the legacy grader's."""

from __future__ import annotations

from itertools import pairwise

import pytest

from judge.model.verdict import VERDICTS, Verdict, worst_of


def test_every_verdict_has_a_row() -> None:
    assert set(VERDICTS) == set(Verdict)


def test_the_words_tell_verdicts_apart() -> None:
    assert len({row.words for row in VERDICTS.values()}) == len(Verdict)


def test_a_judge_error_is_the_worst_and_acceptance_the_best() -> None:
    assert worst_of(Verdict) is Verdict.JE
    assert all(worst_of((verdict, Verdict.AC)) is verdict for verdict in Verdict)
    assert all(worst_of((better, worse)) is worse for worse, better in pairwise(VERDICTS))


def test_there_is_no_worst_of_nothing() -> None:
    with pytest.raises(ValueError, match="empty"):
        worst_of(())
