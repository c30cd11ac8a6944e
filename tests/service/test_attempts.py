"""Attempts at assignments are counted by the server: what a student sends again does not turn back its clock."""

from __future__ import annotations

from judge.queue.attempts import Attempts, take
from judge.queue.redis_queue import Queue

_LONG_AGO_MS = 1_700_000_000_000


def test_an_id_whose_record_is_gone_is_another_attempt_at_its_own_time(queue: Queue) -> None:
    whose = Attempts("attempts", "sums", "ann")
    first = queue.run(take(whose, "again", at_ms=_LONG_AGO_MS))
    assert first is not None and tuple(first) == (1, _LONG_AGO_MS)
    second = queue.run(take(whose, "again"))
    assert second is not None and second.number == 2 and second.at_ms > _LONG_AGO_MS
    assert queue.run(take(whose, "again")) == second
    assert queue.run(take(whose, "other", most=2)) is None
