"""Carried state of judgings in one process."""

from __future__ import annotations

from judge.model.program import StateUse
from judge.program.tasks.carried import StateHere


def test_what_one_judging_leaves_the_next_one_reads() -> None:
    state = StateHere(100)
    assert state.leave(b"nothing was read") is None
    first = state.read("best")
    assert (first.version, first.content, first.bytes_max) == (0, b"", 100)
    assert state.leave(b"7") == StateUse(name="best", read=0, written=1)
    second = state.read("best")
    assert (second.version, second.content) == (1, b"7")
    assert state.leave(None) == StateUse(name="best", read=1)
    assert state.read("other").version == 0


def test_an_earlier_version_is_read_and_nothing_is_written_over_it() -> None:
    state = StateHere(100)
    for content in (b"1", b"2"):
        state.read("best")
        state.leave(content)
    assert state.read("best", 1).content == b"1"
    assert state.leave(b"3") == StateUse(name="best", read=1)
    assert state.read("best").content == b"2"
