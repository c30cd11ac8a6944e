"""Bounds of the histograms: powers of two, as integers in base units, and how to count into them.

The writer counts runs per bucket (:class:`judge.observe.metrics.pipe_records.Spread`), the exporter only adds the
counts, so both sides must take the bounds from here. A value belongs to the first bound that is not below it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from judge.model.units import MIB, S_NS

#: 0.24 ms to 128 s: CPU and wall time of runs, phases, whole submissions. Below 2**-9 s a bound is no whole number
#: of nanoseconds and is rounded down, which puts every integer value into the same bucket as the exact bound.
DURATION_BOUNDS_NS: tuple[int, ...] = tuple(S_NS << k if k >= 0 else S_NS >> -k for k in range(-12, 8))

#: 4 ms to 4096 s: time in the queue.
WAIT_BOUNDS_NS: tuple[int, ...] = tuple(S_NS << k if k >= 0 else S_NS >> -k for k in range(-8, 13))

#: 1 MiB to 16 GiB: peak memory of runs.
MEMORY_BOUNDS_BYTES: tuple[int, ...] = tuple(MIB << k for k in range(15))

#: 1 to 1024: most processes and threads alive at once.
PROCESS_BOUNDS: tuple[int, ...] = tuple(1 << k for k in range(11))


def spread(bounds: Sequence[int], values: Iterable[int]) -> tuple[int, ...]:
    """How many values fall under each bound; the last element counts those above all bounds."""
    counts = [0] * (len(bounds) + 1)
    for value in values:
        counts[bisect_left(bounds, value)] += 1
    return tuple(counts)
