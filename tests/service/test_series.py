"""The series that Redis keeps for those who run the judge: right, by minute and by hour, and bounded."""

from __future__ import annotations

import time
from typing import Any

import msgspec
import pytest
from service_harness import order

from judge.model.report import Report
from judge.model.verdict import Verdict
from judge.queue import calls
from judge.queue.redis_queue import Queue
from judge.queue.series import HOUR_S, MINUTE_S, OTHERS, Span, Whose, WorkDone, spans
from judge.queue.values import Claim, Claimant, WorkerInfo, WorkerState

WHO = Claimant(node="w1", session="S", slot="0", pid=1)
INFO = WorkerInfo(slots=2, load_1m=1.25, noise_ratio=1.5)


def _kept(queue: Queue, step_s: int = MINUTE_S) -> list[Span]:
    """What is kept of now; a span may have turned since the test began."""
    now = int(time.time()) // step_s
    return [span for call in spans(step_s, now - 1, now + 1) for span in queue.run(call)]


def _work(queue: Queue, step_s: int = MINUTE_S) -> dict[Whose, WorkDone]:
    found: dict[Whose, WorkDone] = {}
    for span in _kept(queue, step_s):
        for whose, done in span.work.items():
            found[whose] = found.get(whose, WorkDone()) + done
    return found


def _join(queue: Queue, info: WorkerInfo = INFO) -> None:
    queue.run(calls.register("w1", "S", WorkerState.ON, info, "", ("c", "any")))


def _judge(queue: Queue, id: str, **words: Any) -> None:
    assert queue.run(calls.submit(order(id, **words)))
    claim = queue.run(calls.claim(WHO, 60_000))
    assert isinstance(claim, Claim)
    report = Report(submission=claim.id, problem="p", language="c", verdict=Verdict.AC)
    assert queue.run(calls.finish(claim, report))
    assert queue.run(calls.finish(claim, report))  # its answer was lost: it counts once


def _fold(queue: Queue) -> None:
    """As if two minutes had passed."""
    keys, now = queue.link.keys, int(time.time()) // MINUTE_S
    for minute in (now - 1, now):
        queue.link.command("DEL", keys.series_queue("60", str(minute)))
        if queue.link.command("EXISTS", keys.series_work("60", str(minute))):
            queue.link.command("RENAME", keys.series_work("60", str(minute)), keys.series_work("60", str(minute - 2)))
    queue.link.command("HSET", keys.counters(), "folded", now - 4)
    queue.run(calls.sweep("w1", 0, 60_000, 3))


@pytest.mark.parametrize("step_s", [MINUTE_S, HOUR_S])
def test_work_is_counted_once_for_its_tenant_class_and_language(queue: Queue, step_s: int) -> None:
    _join(queue)
    for id, words in {"a": {"tenant": "x"}, "b": {"tenant": "x"}, "c": {"priority_class": "contest"}}.items():
        _judge(queue, id, **words)
    _judge(queue, "d", tenant="anonymous@10.0.0.1")
    if step_s == HOUR_S:
        _fold(queue)
    usual = order("z").priority_class
    counted = {whose: (done.waiting.total, done.judging.total) for whose, done in _work(queue, step_s).items()}
    assert counted == {
        Whose("x", usual, "c"): (2, 2),
        Whose("", "contest", "c"): (1, 1),
        Whose("anonymous", usual, "c"): (1, 1),
    }


def test_times_are_those_of_the_record(queue: Queue) -> None:
    """The clock is Redis', so the record is set back."""
    _join(queue)
    assert queue.run(calls.submit(order("slow", tenant="x")))
    claim = queue.run(calls.claim(WHO, 60_000))
    assert isinstance(claim, Claim)
    record = queue.link.keys.record("slow")
    claimed_at = int(queue.link.command("HGET", record, "claimed_at"))
    queue.link.command("HSET", record, "at", claimed_at - 9_000, "claimed_at", claimed_at - 3_000)
    report = Report(submission="slow", problem="p", language="c", verdict=Verdict.AC)
    assert queue.run(calls.finish(claim, report))
    (done,) = _work(queue).values()
    assert list(done.waiting.counts) == [13]  # 6,000 ms: from 4,096 to less than 8,192
    assert done.slot_time_ms >= 3_000
    assert min(done.judging.counts) >= 12


def test_a_minute_is_added_to_its_hour_once(queue: Queue) -> None:
    _join(queue)
    _judge(queue, "a")
    _fold(queue)
    for _ in range(2):
        for span in _kept(queue):
            queue.link.command("DEL", queue.link.keys.series_queue("60", str(span.number)))
        queue.run(calls.sweep("w1", 0, 60_000, 3))
    assert [done.waiting.total for done in _work(queue, HOUR_S).values()] == [1]


def test_all_whom_a_full_span_cannot_name_are_one(queue: Queue) -> None:
    _join(queue)
    now = int(time.time())
    fields = [word for index in range(400) for word in (f"t{index}\trun\tc\tms", 1)]
    for minute in (now // MINUTE_S, now // MINUTE_S + 1):
        queue.link.command("HSET", queue.link.keys.series_work("60", str(minute)), *fields)
    _judge(queue, "late", tenant="late")
    _judge(queue, "early", tenant="t0", priority_class="run")
    found = _work(queue)
    assert "late" not in {whose.tenant for whose in found}
    others = [done for whose, done in found.items() if whose.tenant == OTHERS]
    assert sum(done.waiting.total for done in others) == 1
    assert found[Whose("t0", "run", "c")].waiting.total == 1


def test_a_sweep_looks_once_a_minute(queue: Queue) -> None:
    _join(queue)
    for id in ("a", "b"):
        assert queue.run(calls.submit(order(id, priority_class="contest")))
    queue.run(calls.sweep("w1", 0, 60_000, 3))
    looks = [span for span in _kept(queue) if span.slots is not None]
    assert [(span.waiting, span.running, span.slots) for span in looks] == [({"contest": 2}, 0, 2)]
    assert looks[0].counted["accepted"] == 2
    (hour,) = (span for span in _kept(queue, HOUR_S) if span.slots is not None)
    assert hour.waiting == {"contest": 2}


def test_an_hour_has_the_peak_of_its_minutes(queue: Queue) -> None:
    _join(queue)
    queue.run(calls.sweep("w1", 0, 60_000, 3))
    assert queue.run(calls.submit(order("a", priority_class="contest")))
    for span in _kept(queue):
        queue.link.command("DEL", queue.link.keys.series_queue("60", str(span.number)))  # as if a minute had passed
    queue.run(calls.sweep("w1", 0, 60_000, 3))
    assert queue.run(calls.cancel("a"))
    for span in _kept(queue):
        queue.link.command("DEL", queue.link.keys.series_queue("60", str(span.number)))
    queue.run(calls.sweep("w1", 0, 60_000, 3))
    assert max((span.waiting or {}).get("contest", 0) for span in _kept(queue, HOUR_S)) == 1
    assert all((span.waiting or {}).get("contest", 0) == 0 for span in _kept(queue))


def test_a_heartbeat_says_how_its_worker_stands(queue: Queue) -> None:
    _join(queue)
    assert queue.run(calls.submit(order("a")))
    assert isinstance(queue.run(calls.claim(WHO, 60_000)), Claim)
    queue.run(calls.tick("w1", "S", 60_000, INFO, ()))
    standing = _kept(queue)[-1].workers["w1"]
    assert (standing.busy, standing.load, standing.noise) == (1, 1.25, 1.5)
    queue.run(calls.tick("w1", "S", 60_000, msgspec.structs.replace(INFO, noise_ratio=None), ()))
    assert _kept(queue)[-1].workers["w1"].noise is None


def test_what_is_kept_expires(queue: Queue) -> None:
    _join(queue)
    _judge(queue, "a")
    _fold(queue)
    _judge(queue, "b")
    queue.run(calls.tick("w1", "S", 60_000, INFO, ()))
    names = queue.link.command("KEYS", queue.link.keys.series_workers("*").replace(":workers:*", ":*"))
    assert len(names) >= 6
    assert all(0 < int(queue.link.command("TTL", name)) <= 7 * 86_400 + HOUR_S for name in names)
