"""Times as course systems write them; what could be read in two ways is refused."""

from __future__ import annotations

import pytest

from judge.gradebook.times import time_ms


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-01T22:59:00Z", "2026-12-01T23:59+01:00", "2026-12-01 22:59:00 UTC", "2026-12-01 23:59:00 +0100",
        "1796165940", "1796165940000",
    ],
)  # fmt: skip
def test_one_time_is_written_in_many_ways(text: str) -> None:
    assert time_ms(text) == 1_796_165_940_000


@pytest.mark.parametrize(
    "text", ["202612012359", "20261201235900", "20261201012", "202612012359000", "\u0661" * 10, "9" * 500]
)
def test_digits_in_a_row_are_no_guess(text: str) -> None:
    with pytest.raises(ValueError, match="write it as in 2026-12-01T23:59"):
        time_ms(text)
