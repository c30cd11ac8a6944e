"""A short cut of the chaos that make test-chaos does at length."""

from __future__ import annotations

from dataclasses import replace

from chaos import run_chaos


def test_nothing_is_lost_or_doubled_while_everything_dies() -> None:
    outcome = run_chaos("always", count=400, faults=10, pause_s=0.3, workers=2, seed=7, patience_s=90)
    # How long a recovery may take is for make test-chaos, on a machine that is not otherwise used.
    assert replace(outcome, longest_recovery_s=0.0).good, outcome.line()
