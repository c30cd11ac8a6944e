"""A worker's proofs: at most one a minute, for all its processes."""

from __future__ import annotations

from pathlib import Path

import pytest
from judge_workers.slot.proof import PROOF_EVERY_S, Proof, language_to_prove


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """``clock[0]`` is the time."""
    now = [1000.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    return now


def test_what_one_process_found_holds_for_the_others_until_a_minute_is_over(tmp_path: Path, clock: list[float]) -> None:
    answers = iter(("", "broken"))
    asked: list[str] = []

    def prove(language: str) -> str:
        asked.append(language)
        return next(answers)

    one, other = Proof(tmp_path, prove), Proof(tmp_path, prove)
    assert one.is_due()
    assert [one.complaint("c"), other.complaint("java"), other.last_complaint()] == ["", "", ""]
    clock[0] += PROOF_EVERY_S - 1
    assert not other.is_due()
    assert one.complaint("c") == ""
    clock[0] += 1
    assert other.is_due()
    assert other.complaint("java").endswith("broken")
    assert one.last_complaint() == other.last_complaint() != ""
    assert asked == ["c", "java"]


def test_a_proof_that_ends_in_an_exception_has_failed(tmp_path: Path) -> None:
    def prove(_: str) -> str:
        raise ZeroDivisionError("x" * 5000)

    assert "ZeroDivisionError" in Proof(tmp_path, prove).complaint("c")


def test_the_language_that_failed_is_proved_where_it_is_offered() -> None:
    assert language_to_prove("java", ("c", "java")) == "java"
    assert language_to_prove("klingon", ("c", "java")) == "c"
    assert language_to_prove("", ("c",)) == "c"
