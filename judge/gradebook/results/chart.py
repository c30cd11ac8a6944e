"""How points are spread over a class, as a picture (inline SVG) and as figures. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence

from judge.gradebook.results.safe_csv import number

_COLUMNS = 10
_WIDTH, _HEIGHT, _EDGE = 640, 150, 22


def columns_of(points: Sequence[float], most: float) -> list[int]:
    """How many have how much: tenths of what there is to have; the last one holds those with all of it, too."""
    counts = [0] * _COLUMNS
    for one in points:
        share = one / most if most > 0 else 0.0
        counts[min(max(int(share * _COLUMNS), 0), _COLUMNS - 1)] += 1
    return counts


def figures_of(points: Sequence[float]) -> list[tuple[str, str]]:
    """Names and figures: mean, median, deviation."""
    if not points:
        return []
    return [
        ("mean", number(round(statistics.fmean(points), 2))),
        ("median", number(round(statistics.median(points), 2))),
        ("standard deviation", number(round(statistics.pstdev(points), 2))),
        ("lowest", number(round(min(points), 2))),
        ("highest", number(round(max(points), 2))),
    ]


def chart(points: Sequence[float], most: float) -> str:
    """The picture; it holds numbers alone."""
    counts = columns_of(points, most)
    return "\n".join(
        [
            f'<svg class="chart" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="Distribution of points">',
            *_bars(counts, most),
            "</svg>",
        ]
    )


def _bars(counts: list[int], most: float) -> Iterator[str]:
    highest = max(counts) or 1
    width = _WIDTH / _COLUMNS
    for index, count in enumerate(counts):
        height = (_HEIGHT - 2 * _EDGE) * count / highest
        left, top = index * width, _HEIGHT - _EDGE - height
        low, high = number(most * index / _COLUMNS), number(most * (index + 1) / _COLUMNS)
        yield f'<g><title>{low} to {high}: {count}</title><rect x="{left + 3:.1f}" y="{top:.1f}" '
        yield f'width="{width - 6:.1f}" height="{height:.1f}" rx="2"/>'
        yield f'<text x="{left + width / 2:.1f}" y="{_HEIGHT - 6}">{low}</text>'
        if count:
            yield f'<text x="{left + width / 2:.1f}" y="{top - 4:.1f}">{count}</text>'
        yield "</g>"
