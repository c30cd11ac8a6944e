"""The difference of two texts in scripts: each line stands once and in order, and equal ones stand together."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path
from typing import Any

from needs import tool

ROOT = Path(__file__).resolve().parents[2]

_SCRIPT = """
import { lineDifference } from "./judge/gateway/web/js/submissions/difference.js";
const texts = JSON.parse(await new Response(process.stdin).text());
console.log(JSON.stringify(texts.map(([left, right]) => lineDifference(left, right))));
"""


def _differences(pairs: list[tuple[list[str], list[str]]]) -> list[list[dict[str, Any]]]:
    tool("node")
    done = subprocess.run(
        ["node", "--input-type=module", "-e", _SCRIPT],
        input=json.dumps(pairs),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    return list(json.loads(done.stdout))


def _pairs() -> list[tuple[list[str], list[str]]]:
    chance = random.Random(7)
    found = [([], []), (["a"], []), ([], ["a"]), (["a", "b"], ["b", "a"]), (["x"] * 5000, ["y"] * 5000)]
    for _ in range(500):
        left = [chance.choice("abc") for _ in range(chance.randrange(12))]
        right = [chance.choice("abc") for _ in range(chance.randrange(12))]
        found.append((left, right))
    long = [str(number) for number in range(3000)]
    return [*found, (long, [*long[:1000], "new", *long[1002:]])]


def _common(left: list[str], right: list[str]) -> int:
    """The length of the longest common subsequence."""
    row = [0] * (len(right) + 1)
    for one in left:
        before = row
        row = [0]
        for at, other in enumerate(right):
            row.append(before[at] + 1 if one == other else max(row[-1], before[at + 1]))
    return row[-1]


def test_each_line_stands_once_in_order_and_as_many_as_can_are_equal() -> None:
    pairs = _pairs()
    for (left, right), rows in zip(pairs, _differences(pairs), strict=True):
        assert [row["left"] for row in rows if row["left"] is not None] == list(range(len(left)))
        assert [row["right"] for row in rows if row["right"] is not None] == list(range(len(right)))
        both = [row for row in rows if row["left"] is not None and row["right"] is not None]
        equal = sum(left[row["left"]] == right[row["right"]] for row in both)
        if len(left) < 20:
            assert equal >= _common(left, right), (left, right, rows)
    assert len(_differences([pairs[-1]])[0]) == 3000
