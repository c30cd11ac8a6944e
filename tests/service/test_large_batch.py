"""A batch far larger than its window: every item once, results as they come, and nothing that grows with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from service_work import work_order

from judge.client import Client, Item
from judge.model.units import MIB
from judge.model.work import WorkKind

COUNT = 100_000
WINDOW = 256
#: When enough is known of what the client holds anyway.
WARM = 5_000


def resident_bytes() -> int:
    """Memory of this process."""
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0]) * 1024


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_hundred_thousand_evaluations_pass_through_a_bounded_window(client: Client) -> None:
    taken = 0

    def items() -> Iterator[Item]:
        nonlocal taken
        for index in range(COUNT):
            taken += 1
            yield work_order(WorkKind.EVALUATION, reason=str(index)).task

    missing = bytearray(b"x" * COUNT)
    given = ahead_max = warm_bytes = 0
    for result in client.evaluate_many(items(), window=WINDOW):
        ahead_max = max(ahead_max, taken - given)
        given += 1
        assert result.report is not None, result.error
        assert result.report.reason == str(result.index)
        missing[result.index] = 0
        if given == WARM:
            warm_bytes = resident_bytes()
    assert (given, missing.count(b"x")) == (COUNT, 0)
    assert ahead_max <= WINDOW + 1  # and the one that waits for room
    assert resident_bytes() - warm_bytes < 32 * MIB
