"""Series for those who run the judge: how the queue and the workers stood, who had what judged, and how long it took.

Redis keeps them, in hashes by minute (for six hours) and by hour (for a week, made of minutes that are over): the
scripts that record a report, sweep and take a heartbeat write them in the same step (``lua/series.lua``), so that no
process collects anything. What lies in one hash is bounded.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from judge import wire
from judge.queue.answers import pairs_of, text_of
from judge.queue.script import Call

MINUTE_S, HOUR_S = 60, 3600

#: How many spans of each length are kept.
SPANS_KEPT = {MINUTE_S: 360, HOUR_S: 168}

#: Stands for all whom a full span could not name apart.
OTHERS = "*"

#: Spans that are read in one call: Redis does nothing else meanwhile.
_CHUNK = 30


class Whose(msgspec.Struct, frozen=True):
    """What work is counted apart by. ``tenant`` empty = none was named, "anonymous" = all who had no key."""

    tenant: str
    priority_class: str
    language: str


class Times(msgspec.Struct, frozen=True, kw_only=True):
    """How long some work waited for a slot, or was judged: exponent e -> how many took less than 2^e ms, and not less
    than half of that (e = 0: less than one)."""

    counts: Mapping[int, int] = {}

    def __add__(self, other: Times) -> Times:
        return Times(counts=Counter(self.counts) + Counter(other.counts))

    @property
    def total(self) -> int:
        """Of how many."""
        return sum(self.counts.values())

    def quantile_ms(self, share: float) -> int | None:
        """What this share of it took at most, as if a bucket were evenly filled; None = there was none."""
        wanted, seen = share * self.total, 0
        for exponent, count in sorted(self.counts.items()):
            if count and seen + count >= wanted:
                low, high = (2 ** (exponent - 1), 2**exponent) if exponent else (0, 1)
                return round(low + (high - low) * (wanted - seen) / count)
            seen += count
        return None


class WorkDone(msgspec.Struct, frozen=True, kw_only=True):
    """Work that was over in a span: each waited; sessions and verifications have no ``judging``. ``slot_time_ms``: for
    how long it held its slots."""

    waiting: Times = Times()
    judging: Times = Times()
    slot_time_ms: int = 0

    def __add__(self, other: WorkDone) -> WorkDone:
        return WorkDone(
            waiting=self.waiting + other.waiting,
            judging=self.judging + other.judging,
            slot_time_ms=self.slot_time_ms + other.slot_time_ms,
        )


class WorkerStanding(msgspec.Struct, frozen=True, kw_only=True):
    """A worker at the end of a minute: slots that held something, its load average and its noise (None = not known)."""

    busy: int
    load: float | None
    noise: float | None


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """One minute or hour. ``number``: Unix time / its length. ``waiting`` (by class), ``running``, ``slots`` and
    ``oldest_ms`` as they stood when a minute began; of an hour the peaks. None = no worker was there to look.
    ``counted``: counters of the queue when it began; empty as well."""

    number: int
    waiting: dict[str, int] | None = None
    running: int | None = None
    slots: int | None = None
    oldest_ms: int | None = None
    counted: dict[str, int] = {}
    work: dict[Whose, WorkDone] = {}
    workers: dict[str, WorkerStanding] = {}


def spans(step_s: int, first: int, last: int) -> list[Call[list[Span]]]:
    """The calls that read the spans of one length from ``first`` to ``last``; those that nothing is known of are left
    out."""
    return [
        Call("series_read", (step_s, begin, min(begin + _CHUNK - 1, last)), _spans)
        for begin in range(first, last + 1, _CHUNK)
    ]


def _spans(answer: Sequence[Any]) -> list[Span]:
    fields = iter(answer)
    rows = zip(fields, fields, fields, fields, strict=True)
    return [_span(int(number), queue, work, workers) for number, queue, work, workers in rows]


def _span(number: int, queue: Any, work: Any, workers: Any) -> Span:
    stood = {text_of(name): int(value) for name, value in pairs_of(queue)}
    known = "slots" in stood
    return Span(
        number=number,
        waiting=_after("waiting ", stood) if known else None,
        running=stood.get("running"),
        slots=stood.get("slots"),
        oldest_ms=stood.get("oldest_ms"),
        counted=_after("count ", stood),
        work=_work((text_of(name), int(value)) for name, value in pairs_of(work)),
        workers={text_of(node): _standing(text_of(value)) for node, value in pairs_of(workers)},
    )


def _after(prefix: str, stood: Mapping[str, int]) -> dict[str, int]:
    return {name.removeprefix(prefix): value for name, value in stood.items() if name.startswith(prefix)}


def _work(fields: Iterable[tuple[str, int]]) -> dict[Whose, WorkDone]:
    counted: defaultdict[Whose, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for name, value in fields:
        parts = name.split("\t")
        if len(parts) != 4:  # a foreign client's word for a language
            continue
        tenant, priority_class, language, what = parts
        whose = Whose("" if tenant == wire.tenant_key("") else tenant, priority_class, language)
        waiting, _, judging = what.partition("j")
        for word in (waiting, *([f"j{judging}"] if judging else [])):
            counted[whose][word] += value
    return {whose: _done(words) for whose, words in counted.items()}


def _done(words: Mapping[str, int]) -> WorkDone:
    def times(kind: str) -> Times:
        return Times(counts={int(word[1:]): count for word, count in words.items() if word[0] == kind})

    return WorkDone(waiting=times("w"), judging=times("j"), slot_time_ms=words.get("ms", 0))


def _standing(text: str) -> WorkerStanding:
    busy, load, noise = text.split(" ")
    return WorkerStanding(
        busy=int(busy), load=None if load == "-" else float(load), noise=None if noise == "-" else float(noise)
    )
