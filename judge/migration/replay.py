"""Replays a sample on two servers at once and collects what differs."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import msgspec

from judge.migration.difference import Difference, differences_of_reading, differences_of_submission, ratio
from judge.migration.sample import Recorded
from judge.migration.server import Answered, Judge0Server


class LanguageFound(msgspec.Struct, frozen=True, kw_only=True):
    """A language of the sample, by what each server calls it; empty = it has none of this id, or an archived one."""

    id: int | str
    there: str
    here: str
    submissions: int


class LineCompared(msgspec.Struct, frozen=True, kw_only=True):
    """A request whose answers differ."""

    line: int
    language_id: int | str | None
    differences: tuple[Difference, ...]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome. ``ok``: nothing differs but messages of tools. Ratios are ours to theirs, the median of those
    submissions that both accept or reject alike; None = there are none."""

    ok: bool
    requests: int
    same: int
    different: int
    minor: int
    languages: tuple[LanguageFound, ...]
    time_ratio: float | None
    memory_ratio: float | None
    lines: tuple[LineCompared, ...]


def compare(
    there: Judge0Server, here: Judge0Server, sample: Sequence[Recorded], jobs: int, advance: Callable[[], None]
) -> Comparison:
    """Ask both everything; ``advance`` is called after each request. Raises ServerError when one does not answer."""
    with ThreadPoolExecutor(max_workers=2 * jobs) as asking, ThreadPoolExecutor(max_workers=jobs) as comparing:

        def both(ask: Callable[[Judge0Server], Answered]) -> tuple[Answered, Answered]:
            asked = [asking.submit(ask, server) for server in (there, here)]
            return asked[0].result(), asked[1].result()

        def one(recorded: Recorded) -> tuple[Answered, Answered]:
            answers = both(lambda server: _asked(server, recorded))
            advance()
            return answers

        languages = _languages(sample, both)
        tasks = [comparing.submit(one, recorded) for recorded in sample]
        try:
            answers = [task.result() for task in tasks]
        except BaseException:
            for task in tasks:
                task.cancel()
            raise
    return _comparison(sample, answers, languages)


def _asked(server: Judge0Server, recorded: Recorded) -> Answered:
    if recorded.submission is None:
        return server.get(recorded.path)
    return server.judged(recorded.submission, base64=recorded.base64)


def _languages(
    sample: Sequence[Recorded], both: Callable[[Callable[[Judge0Server], Answered]], tuple[Answered, Answered]]
) -> tuple[LanguageFound, ...]:
    counts: dict[Any, int] = {}
    for recorded in sample:
        id = _language(recorded)
        if id is not None:
            counts[id] = counts.get(id, 0) + 1
    found = []
    for id, count in counts.items():
        there, here = both(partial(_language_at, id))
        found.append(LanguageFound(id=id, there=_name(there), here=_name(here), submissions=count))
    return tuple(found)


def _language_at(id: int | str, server: Judge0Server) -> Answered:
    return server.get(f"/languages/{id}")


def _language(recorded: Recorded) -> int | str | None:
    id = (recorded.submission or {}).get("language_id")
    return id if isinstance(id, int) or (isinstance(id, str) and id.isdecimal()) else None


def _name(answered: Answered) -> str:
    body = answered.body
    if answered.status > 299 or not isinstance(body, dict) or body.get("is_archived"):
        return ""
    return str(body.get("name", ""))


def _comparison(
    sample: Sequence[Recorded], answers: Sequence[tuple[Answered, Answered]], languages: tuple[LanguageFound, ...]
) -> Comparison:
    lines, times, memories = [], [], []
    for recorded, (there, here) in zip(sample, answers, strict=True):
        compared = differences_of_reading if recorded.submission is None else differences_of_submission
        found = compared(there, here)
        if found:
            lines.append(LineCompared(line=recorded.line, language_id=_language(recorded), differences=tuple(found)))
        if recorded.submission is not None and not any(one.field in ("answer", "status") for one in found):
            times.append(ratio("time", there, here))
            memories.append(ratio("memory", there, here))
    different = sum(any(not one.minor for one in line.differences) for line in lines)
    missing = any(language.there and not language.here for language in languages)
    return Comparison(
        ok=not different and not missing,
        requests=len(sample),
        same=len(sample) - len(lines),
        different=different,
        minor=len(lines) - different,
        languages=languages,
        time_ratio=_median(times),
        memory_ratio=_median(memories),
        lines=tuple(lines),
    )


def _median(ratios: Sequence[float | None]) -> float | None:
    known = [one for one in ratios if one is not None]
    return round(statistics.median(known), 3) if known else None
